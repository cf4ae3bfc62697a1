//! 备份目录 — the backups that lie there, whether they were read again and found whole, when the last one was made. What was
//! done is a line of the audit; what a line says of a file is read there again.

use super::{App, BackupFile, BackupReport, backups_in, check_backup, dated_name};
use crate::model::{AuditAction, AuditLine, Timestamp, Visitor};
use crate::store::AuditFilter;
use anyhow::Result;
use bytesize::ByteSize;
use chrono::TimeDelta;

/// How a line of the audit names a backup that was made.
pub const BACKED_UP: &str = "备份";
/// How a line of the audit about a check begins; what it came to stands behind, then the file.
const WHOLE: &str = "备份核对完好：";
const DAMAGED: &str = "备份核对不符：";
/// A backup is made every day; one day may be missed.
const OLD_BACKUP: TimeDelta = TimeDelta::hours(49);
/// Lines looked through for the last one of the command line.
const LINES: usize = 500;

/// A backup in our own folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptBackup {
    /// Name and size.
    pub file: BackupFile,
    /// Its last check; none where nobody looked.
    pub check: Option<BackupCheck>,
}

/// 核对.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupCheck {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Every part bears the hash that the manifest names.
    pub is_whole: bool,
    /// What it came to, for people.
    pub found: String,
}

impl App {
    /// Backups in our own folder, latest first, with what their last check came to.
    ///
    /// # Errors
    /// The folder or the database cannot be read.
    pub fn kept_backups(&self) -> Result<Vec<KeptBackup>> {
        let files = backups_in(&self.backup_folder())?.into_iter();
        let kept = files.map(|file| {
            let whole = self.last_line(&format!("{WHOLE}{}", file.name))?;
            let damaged = self.last_line(&format!("{DAMAGED}{}", file.name))?;
            let is_whole = line_number(whole.as_ref()) > line_number(damaged.as_ref());
            let last = if is_whole { whole } else { damaged };
            Ok(KeptBackup {
                file,
                check: last.map(|line| BackupCheck {
                    at: line.at,
                    by: line.actor,
                    is_whole,
                    found: line.detail,
                }),
            })
        });
        kept.collect()
    }

    /// Makes a backup in our own folder, writes it down, reads it again, and writes down what that came to.
    ///
    /// # Errors
    /// Another backup is being made, or the disk refuses.
    pub fn keep_backup(&self, visitor: &Visitor) -> Result<(BackupReport, BackupCheck)> {
        let name = dated_name(self.now());
        let made = self.backup(&self.backup_folder().join(&name))?;
        let detail = format!("{}，{}", made.file.display(), ByteSize(made.bytes));
        self.audit(visitor, AuditAction::Backup, BACKED_UP, &detail)?;
        let check = self.check_kept(visitor, &name)?;
        Ok((made, check))
    }

    /// Reads a backup of our own folder wholly, and writes down what it came to. The name is one of `kept_backups`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn check_kept(&self, visitor: &Visitor, name: &str) -> Result<BackupCheck> {
        let (begins, found) = match check_backup(&self.backup_folder().join(name)) {
            Ok(manifest) => (WHOLE, format!("完好，共{}个文件", manifest.parts.len())),
            Err(error) => (DAMAGED, format!("不能用于恢复：{error:#}")),
        };
        let subject = format!("{begins}{name}");
        self.audit(visitor, AuditAction::Backup, &subject, &found)?;
        Ok(BackupCheck {
            at: self.now(),
            by: visitor.by().to_owned(),
            is_whole: begins == WHOLE,
            found,
        })
    }

    /// When the last backup was made, as far as the audit knows.
    ///
    /// # Errors
    /// The database refuses.
    pub fn last_backup(&self) -> Result<Option<Timestamp>> {
        Ok(self.last_line(BACKED_UP)?.map(|line| line.at))
    }

    /// When the timer, or somebody at the command line, last made one.
    ///
    /// # Errors
    /// The database refuses.
    pub fn last_timed_backup(&self) -> Result<Option<Timestamp>> {
        let lines = self.store.audit(&AuditFilter {
            action: Some(AuditAction::Backup),
            limit: LINES,
            ..AuditFilter::default()
        })?;
        let mut made = lines.into_iter().filter(|line| line.subject == BACKED_UP);
        // What was done at the desk came from an address.
        let timed = made.find(|line| line.address.is_empty());
        Ok(timed.map(|line| line.at))
    }

    /// What is wrong with how often backups are made; none where the last one is young enough.
    ///
    /// # Errors
    /// The database refuses.
    pub fn backup_trouble(&self) -> Result<Option<String>> {
        let now = self.now();
        Ok(match self.last_backup()? {
            None => Some("没有备份过".to_owned()),
            Some(at) if now - at > OLD_BACKUP => Some(format!(
                "最近一次在{}，已过{}天",
                at.format("%Y-%m-%d %H:%M"),
                (now - at).num_days()
            )),
            Some(_) => None,
        })
    }

    fn last_line(&self, subject: &str) -> Result<Option<AuditLine>> {
        self.store.last_audit(AuditAction::Backup, subject)
    }
}

fn line_number(line: Option<&AuditLine>) -> i64 {
    line.map_or(0, |line| line.id)
}
