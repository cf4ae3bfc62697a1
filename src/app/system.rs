//! 系统状况 — versions, sizes, and whether everything keeps up.

use super::{App, disk_space, index_folder};
use anyhow::Result;
use chrono::Datelike;
use std::path::Path;

/// Files counted of a folder: a page must not wait for a million of them.
const FILES: usize = 20_000;
/// Years a calendar may be about.
const YEARS: std::ops::Range<i32> = 2000..2200;

/// 系统状况.
#[derive(Clone, Debug)]
pub struct SystemReport {
    /// Of the program.
    pub program: &'static str,
    /// Of the database.
    pub schema: u32,
    /// Of the index.
    pub index: String,
    /// An earlier program's index still answers, the next one is being built.
    pub index_is_outdated: bool,
    /// Of the rules in force.
    pub rules: String,
    /// Years whose working days are known.
    pub calendar_years: Vec<i32>,
    /// This year is not among them.
    pub lacks_this_year: bool,
    /// Posts stored.
    pub posts: u64,
    /// Posts that can be found.
    pub documents: u64,
    /// Changes that the index does not show yet.
    pub lag: u64,
    /// Sources whose last visit failed.
    pub failing_sources: usize,
    /// Sources there are.
    pub sources: usize,
    /// Bytes.
    pub sizes: Sizes,
}

/// Bytes on the disk.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// 数据库.
    pub database: u64,
    /// 检索索引.
    pub index: u64,
    /// 存证.
    pub evidence: u64,
    /// Left for us on the disk of the data folder; `None` where the system does not say.
    pub free: Option<u64>,
}

impl App {
    /// How things stand.
    ///
    /// # Errors
    /// The store or the index refuses.
    pub fn system_report(&self) -> Result<SystemReport> {
        let calendar = &self.config.calendar;
        let states = self.store.source_states()?;
        let failed = states.iter().filter(|state| {
            let outcome = state.last_outcome;
            outcome.is_some_and(|outcome| !outcome.is_success())
        });
        let lag = (self.store.latest_revision()?).saturating_sub(self.index.cursor()?);
        let beside = |name: &str| file_size(&self.folder.join(name));
        Ok(SystemReport {
            program: env!("CARGO_PKG_VERSION"),
            schema: self.store.schema_version()?,
            index: self.index.version().to_owned(),
            index_is_outdated: self.index.is_outdated(),
            rules: self.rules().version().to_owned(),
            calendar_years: YEARS.filter(|year| calendar.covers(*year)).collect(),
            lacks_this_year: !calendar.covers(self.now().year()),
            posts: self.store.post_count()?,
            documents: self.index.document_count(),
            lag,
            failing_sources: failed.count(),
            sources: states.len(),
            sizes: Sizes {
                database: beside("yuqing.db") + beside("yuqing.db-wal"),
                index: folder_size(&index_folder(&self.folder)),
                evidence: folder_size(&self.folder.join("evidence")),
                free: free_space(&self.folder),
            },
        })
    }
}

fn file_size(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}

/// Files come and go while we look: what cannot be read counts nothing.
fn folder_size(folder: &Path) -> u64 {
    let mut open = vec![folder.to_owned()];
    let (mut bytes, mut files) = (0, 0);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            files += 1;
            if files > FILES {
                return bytes;
            }
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => open.push(entry.path()),
                Ok(metadata) => bytes += metadata.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}

fn free_space(folder: &Path) -> Option<u64> {
    Some(disk_space(folder).ok()?.free_bytes)
}
