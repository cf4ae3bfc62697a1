//! `yuqing backup`: everything that cannot be made anew in one file, while the daemon works.

use super::Common;
use super::output::{DONE, Failure, print_json, print_text};
use super::person;
use crate::app::{BACKED_UP, BackupReport, dated_name, prune_backups};
use crate::model::{AuditAction, NewAudit};
use bytesize::ByteSize;
use clap::Args;
use serde::Serialize;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Backup {
    /// 写到哪个文件，或哪个目录（文件名按时间取）；不写则放在数据目录的 backups 中 · file or folder
    file: Option<PathBuf>,
    /// 目录中按时间取名的备份只留最近几份 · how many dated backups stay
    #[arg(long)]
    keep: Option<NonZeroUsize>,
    /// 经办人，记入审计 · by whom
    #[arg(long, value_name = "NAME", value_parser = person)]
    by: Option<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    made: BackupReport,
    /// Older backups that went.
    removed: Vec<String>,
}

impl Backup {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        has_database(&common.data)?;
        let app = common.open_app()?;
        let file = self.file.unwrap_or_else(|| app.backup_folder());
        let is_folder = file == app.backup_folder() || file.is_dir() || ends_with_slash(&file);
        if self.keep.is_some() && !is_folder {
            return Err(Failure::Usage(
                "--keep 只用于备份目录；请写目录名，或不写文件名".to_owned(),
            ));
        }
        let path = match is_folder {
            true => file.join(dated_name(app.now())),
            false => file.clone(),
        };
        let made = app.backup(&path)?;
        let line = NewAudit {
            actor: self.by.unwrap_or_else(|| "命令行".to_owned()),
            action: AuditAction::Backup,
            subject: BACKED_UP.to_owned(),
            detail: format!("{}，{}", path.display(), ByteSize(made.bytes)),
            address: String::new(),
        };
        app.store.add_audit(&line, app.now())?;
        let removed = match self.keep {
            Some(keep) => prune_backups(&file, keep.get())?,
            None => Vec::new(),
        };
        let report = Report { made, removed };
        if self.json {
            print_json(&report)?;
        } else {
            print_text(&said(&report))?;
        }
        Ok(DONE)
    }
}

/// A mistyped folder must not be made, and backed up in place of the one that was meant.
pub fn has_database(data: &Path) -> Result<(), Failure> {
    if data.join("yuqing.db").is_file() {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "数据目录 {} 里没有数据库；请用 --data 指定",
        data.display()
    )))
}

fn ends_with_slash(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with('/')
}

fn said(report: &Report) -> String {
    let made = &report.made;
    let mut text = format!(
        "已备份到 {}（{}，{}个文件，用时{}秒）\n",
        made.file.display(),
        ByteSize(made.bytes),
        made.parts,
        made.took_ms / 1000
    );
    if !report.removed.is_empty() {
        text += &format!("删去旧备份{}份\n", report.removed.len());
    }
    text += "备份含未掩码的信息，请妥善保管，另存一份到别的机器；含密钥的 .env 文件不在其中\n";
    text
}
