//! Commands of the contract that come with a later version: named, so that nobody looks for them in vain.

use super::output::{FAILED, Failure};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Later {
    /// 月度、年度统计（后续版本） · later version
    Stats(Rest),
    /// 备份（后续版本） · later version
    Backup(Rest),
    /// 恢复（后续版本） · later version
    Restore(Rest),
    /// 体检（后续版本） · later version
    Doctor(Rest),
    /// 用户（后续版本） · later version
    User(Rest),
}

#[derive(Args)]
pub struct Rest {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    _rest: Vec<String>,
}

impl Later {
    pub fn run(self) -> Result<ExitCode, Failure> {
        let (name, instead) = match self {
            Later::Stats(_) => ("stats", "可先用 `yuqing search 检索式 --facets` 查看分布"),
            Later::Backup(_) | Later::Restore(_) => {
                ("backup、restore", "停止程序后复制数据目录即是备份")
            }
            Later::Doctor(_) => ("doctor", "可先用 `yuqing check` 检查配置"),
            Later::User(_) => ("user", "网页目前只在本机监听，不设用户"),
        };
        eprintln!("{name} 将在后续版本提供；{instead}。");
        Ok(ExitCode::from(FAILED))
    }
}
