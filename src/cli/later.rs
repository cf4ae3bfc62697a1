//! Commands of the contract that come with a later version: named, so that nobody looks for them in vain.

use super::output::{FAILED, Failure};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Later {
    /// 备份（后续版本） · later version
    Backup(Rest),
    /// 恢复（后续版本） · later version
    Restore(Rest),
    /// 体检（后续版本） · later version
    Doctor(Rest),
}

#[derive(Args)]
pub struct Rest {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    _rest: Vec<String>,
}

impl Later {
    pub fn run(self) -> Result<ExitCode, Failure> {
        let (name, instead) = match self {
            Later::Backup(_) | Later::Restore(_) => {
                ("backup、restore", "停止程序后复制数据目录即是备份")
            }
            Later::Doctor(_) => ("doctor", "可先用 `yuqing check` 检查配置"),
        };
        eprintln!("{name} 将在后续版本提供；{instead}。");
        Ok(ExitCode::from(FAILED))
    }
}
