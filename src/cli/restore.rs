//! `yuqing restore`: a backup into a data folder; or only whether the file is whole.

use super::Common;
use super::output::{DONE, Failure, print_json, print_text};
use super::person;
use crate::app::{self, RestoreError, RestoreOrder, Restored};
use chrono::Utc;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Restore {
    /// 备份文件 · the backup
    file: PathBuf,
    /// 只核对备份是否完好，不恢复 · check the file, restore nothing
    #[arg(long, conflicts_with_all = ["force", "config_to"])]
    check: bool,
    /// 数据目录已有数据时，把它移到其中的 replaced-… 目录，再恢复 · put aside what stands there
    #[arg(long)]
    force: bool,
    /// 备份中的接口密钥继续有效；不写则全部作废（备份之后作废过的也在其中），须由各人重新添加 · keep the keys of programs
    #[arg(long, conflicts_with = "check")]
    keep_keys: bool,
    /// 把备份中的配置放到这个新目录 · a new folder for the configuration
    #[arg(long, value_name = "DIR")]
    config_to: Option<PathBuf>,
    /// 经办人，记入审计 · by whom
    #[arg(long, value_name = "NAME", value_parser = person)]
    by: Option<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Restore {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        if self.check {
            return self.only_check();
        }
        let zone = common.load_config()?.settings.bureau.time_zone;
        let order = RestoreOrder {
            file: &self.file,
            folder: &common.data,
            config: self.config_to.as_deref(),
            is_forced: self.force,
            keeps_keys: self.keep_keys,
            by: self.by.as_deref().unwrap_or("命令行"),
        };
        let now = Utc::now().with_timezone(&zone).fixed_offset();
        let restored = app::restore(&order, zone, now).map_err(|error| match error {
            RestoreError::Occupied(why) => Failure::Usage(why),
            RestoreError::Failed(error) => Failure::Failed(error),
        })?;
        if self.json {
            print_json(&restored)?;
        } else {
            print_text(&self.said(common, &restored))?;
        }
        Ok(DONE)
    }

    fn only_check(&self) -> Result<ExitCode, Failure> {
        let manifest = app::check_backup(&self.file)?;
        if self.json {
            print_json(&manifest)?;
        } else {
            print_text(&format!(
                "备份完好：{}，{}，{}个文件，程序版本{}\n",
                manifest.bureau,
                manifest.made_at.format("%Y-%m-%d %H:%M"),
                manifest.parts.len(),
                manifest.program
            ))?;
        }
        Ok(DONE)
    }

    fn said(&self, common: &Common, restored: &Restored) -> String {
        let mut text = format!(
            "已恢复{}{}的备份到 {}（{}个文件，散列全部相符）\n",
            restored.bureau,
            restored.made_at.format("%Y-%m-%d %H:%M"),
            common.data.display(),
            restored.parts
        );
        if let Some(replaced) = &restored.replaced {
            text += &format!("原有数据移到 {}，确认无误后可删除\n", replaced.display());
        }
        if restored.has_config && self.config_to.is_none() {
            text += "备份中的配置没有取出；需要时另用 --config-to 新目录 恢复\n";
        }
        if !restored.has_config && self.config_to.is_some() {
            text += "备份里没有配置，新目录没有建立；配置请另行准备\n";
        }
        if restored.waiting_deliveries > 0 {
            text += &format!(
                "有{}件待发投递，程序启动后就会发出；备份之后可能已经发过，请先用 `yuqing deliveries` 核对\n",
                restored.waiting_deliveries
            );
        }
        if restored.revoked_keys > 0 {
            text += &format!(
                "备份中的{}个接口密钥已作废，请重新添加并换到用它们的程序和订阅里；确需继续有效的，恢复时加 --keep-keys\n",
                restored.revoked_keys
            );
        }
        if restored.kept_keys > 0 {
            text += &format!(
                "备份中的{}个接口密钥继续有效，其中可能有备份之后作废过的，请在“我的账户”核对\n",
                restored.kept_keys
            );
        }
        text += "所有人须重新登录；检索索引在程序启动后重建。备份之后签发的期号不在其中，续编前请与纸质存档核对。\n";
        text + "请运行 `yuqing doctor` 检查\n"
    }
}
