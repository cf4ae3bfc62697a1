//! 存证 — captures → WARC files below the data folder, one per month, so that a post deleted later can still be shown.
//!
//! Files only grow; what stands in them is recorded in the store. Bytes behind the last recorded one are left over from a
//! process that was killed, and are cut off before the next record is written.

mod attachments;
mod content;
mod metadata;
mod warc;

pub use attachments::Attachments;
pub use content::check_content;
pub use metadata::without_metadata;
pub use warc::Record;

use crate::model::{Capture, EvidencePlace, Timestamp};
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `[evidence]` of `yuqing.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceSettings {
    /// How long pages behind flagged posts are kept.
    #[serde(with = "humantime_serde")]
    pub keep: Duration,
    /// How long pages without a flagged post wait: a post may be flagged when it spreads.
    #[serde(with = "humantime_serde")]
    pub wait: Duration,
    /// How long the words of a post stay whose page was deleted; summary and handling remain.
    #[serde(with = "humantime_serde")]
    pub clear_deleted_after: Duration,
}

/// 存证库 — the folder of WARC files.
pub struct Archive {
    folder: PathBuf,
}

impl Archive {
    /// The archive below `folder`; nothing is created before the first record.
    pub fn new(folder: PathBuf) -> Archive {
        Archive { folder }
    }

    /// The file that holds what was fetched in the month of `fetched_at`.
    pub fn file_of(fetched_at: Timestamp) -> String {
        fetched_at.format("%Y-%m.warc.gz").to_string()
    }

    /// Opens `file` for writing behind `end` (asked while the file is ours), the first byte that the store does not know of. Other processes wait until
    /// the writer is dropped: record its places in the store before that.
    ///
    /// # Errors
    /// The disk refuses, or the file is shorter than what the store knows of.
    pub fn write(&self, file: &str, end: impl FnOnce() -> Result<u64>) -> Result<Writer> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("不能建立存证目录 {}", self.folder.display()))?;
        let path = self.folder.join(file);
        let name = || format!("存证文件 {}", path.display());
        let mut handle = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(name)?;
        handle.lock().with_context(name)?;
        let end = end()?;
        let length = handle.metadata().with_context(name)?.len();
        ensure!(
            length >= end,
            "存证文件 {} 比登记的短（{length} 字节，应不少于 {end} 字节），请从备份恢复",
            path.display()
        );
        handle.set_len(end).with_context(name)?;
        handle.seek(SeekFrom::End(0)).with_context(name)?;
        let mut writer = Writer {
            handle,
            file: file.to_owned(),
            end,
        };
        if end == 0 {
            let head = warc::head(file)?;
            writer.put(&head)?;
        }
        Ok(writer)
    }

    /// The record at `place`: its HTTP head and its body.
    ///
    /// # Errors
    /// The file is gone or damaged, or its words are not those that were stored.
    pub fn read(&self, place: &EvidencePlace) -> Result<Record> {
        let record = self.bytes(place)?;
        let path = self.folder.join(&place.file);
        let answer =
            warc::parse(&record).with_context(|| format!("evidence file {}", path.display()))?;
        if warc::digest(&answer.body) != place.digest {
            bail!("存证文件 {} 的内容与登记的摘要不符", path.display());
        }
        Ok(answer)
    }

    /// A WARC file of its own, `name`, with the record at `place` as it stands in the archive.
    ///
    /// # Errors
    /// As [`Archive::read`].
    pub fn extract(&self, place: &EvidencePlace, name: &str) -> Result<Vec<u8>> {
        self.read(place)?;
        let mut file = warc::head(name)?;
        file.extend(self.bytes(place)?);
        Ok(file)
    }

    fn bytes(&self, place: &EvidencePlace) -> Result<Vec<u8>> {
        let path = self.folder.join(&place.file);
        let name = || format!("存证文件 {}", path.display());
        let mut handle = File::open(&path).with_context(name)?;
        handle
            .seek(SeekFrom::Start(place.start))
            .with_context(name)?;
        let mut record = Vec::new();
        handle
            .take(place.length)
            .read_to_end(&mut record)
            .with_context(name)?;
        Ok(record)
    }

    /// Removes files whose records have expired.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn remove(&self, file: &str) -> Result<()> {
        let path = self.folder.join(file);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("不能删除存证文件 {}", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Where the files lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// One file, locked until dropped.
pub struct Writer {
    handle: File,
    file: String,
    end: u64,
}

impl Writer {
    /// Writes one record; on disk only after [`Writer::sync`].
    ///
    /// # Errors
    /// The disk refuses.
    pub fn append(&mut self, capture: &Capture) -> Result<EvidencePlace> {
        let record = warc::response(capture)?;
        let start = self.end;
        self.put(&record)?;
        Ok(EvidencePlace {
            file: self.file.clone(),
            start,
            length: record.len() as u64,
            digest: warc::digest(&capture.body),
        })
    }

    /// Waits until everything written is on disk.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn sync(&self) -> Result<()> {
        self.handle
            .sync_data()
            .with_context(|| format!("不能写入存证文件 {}", self.file))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.handle
            .write_all(bytes)
            .with_context(|| format!("不能写入存证文件 {}", self.file))?;
        self.end += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
