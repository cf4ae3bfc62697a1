//! `imports`, `inbox_files`: the ledger of files handed in, and what was last seen in the inbox.

use super::Store;
use super::rows::{from_ms, to_ms};
use crate::model::Timestamp;
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{Row, params};
use std::collections::HashMap;

/// 导入记录 — one file that was handed in, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ImportRecord {
    /// Name of the file, without its folder.
    pub file_name: String,
    /// When it was read.
    pub taken_at: Timestamp,
    /// Dropped into the inbox, not named on a command line.
    pub from_inbox: bool,
    /// Rows that are not blank.
    pub read: u64,
    /// Posts not known before.
    pub new: u64,
    /// Posts known before.
    pub duplicate: u64,
    /// Rows refused.
    pub refused: u64,
    /// What went wrong or looked odd; empty if nothing.
    pub message: String,
}

/// 收件 — a file as it looked. Equal looks mean that nobody writes to it any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxLook {
    /// Name in the inbox.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// Time of the last change, milliseconds since 1970.
    pub modified_at_ms: i64,
}

impl Store {
    /// Notes what came of a file. A file of the inbox that cannot be moved away comes again and again: that nothing
    /// new came of it is noted once, with the latest time.
    ///
    /// # Errors
    /// The database refuses.
    pub fn record_import(&self, record: &ImportRecord) -> Result<()> {
        self.write(|transaction| {
            let again = transaction.execute(
                "UPDATE imports SET taken_at = ?2
                 WHERE id = (SELECT id FROM imports WHERE file_name = ?1 ORDER BY id DESC LIMIT 1)
                     AND from_inbox AND ?3 AND read_count = ?4 AND new_count = ?5 AND ?5 = 0
                     AND duplicate_count = ?6 AND refused_count = ?7 AND message = ?8",
                values(record),
            )?;
            if again > 0 {
                return Ok(());
            }
            transaction.execute(
                "INSERT INTO imports (file_name, taken_at, from_inbox, read_count, new_count,
                     duplicate_count, refused_count, message)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                values(record),
            )?;
            Ok(())
        })
    }

    /// The latest `limit` files, the last one first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn imports(&self, limit: usize) -> Result<Vec<ImportRecord>> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT file_name, taken_at, from_inbox, read_count, new_count, duplicate_count,
                 refused_count, message
             FROM imports ORDER BY id DESC LIMIT ?1",
        )?;
        let rows = statement.query_map([limit], |row| record(row, self.zone))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Notes how the inbox looks now; gives the names of files that looked just so the time before.
    ///
    /// # Errors
    /// The database refuses.
    pub fn note_inbox(&self, looks: &[InboxLook], now: Timestamp) -> Result<Vec<String>> {
        self.write(|transaction| {
            let before: HashMap<String, (u64, i64)> = transaction
                .prepare("SELECT name, size, modified_at FROM inbox_files")?
                .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?
                .collect::<rusqlite::Result<_>>()?;
            transaction.execute("DELETE FROM inbox_files", [])?;
            let mut insert = transaction.prepare(
                "INSERT INTO inbox_files (name, size, modified_at, seen_at) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for look in looks {
                insert.execute(params![look.name, look.size, look.modified_at_ms, to_ms(now)])?;
            }
            let is_settled = |look: &&InboxLook| {
                before.get(&look.name) == Some(&(look.size, look.modified_at_ms))
            };
            let settled = looks.iter().filter(is_settled);
            Ok(settled.map(|look| look.name.clone()).collect())
        })
    }
}

fn values(record: &ImportRecord) -> impl rusqlite::Params {
    (
        record.file_name.clone(),
        to_ms(record.taken_at),
        record.from_inbox,
        record.read,
        record.new,
        record.duplicate,
        record.refused,
        record.message.clone(),
    )
}

fn record(row: &Row<'_>, zone: Tz) -> rusqlite::Result<ImportRecord> {
    Ok(ImportRecord {
        file_name: row.get(0)?,
        taken_at: from_ms(row.get(1)?, zone),
        from_inbox: row.get(2)?,
        read: row.get(3)?,
        new: row.get(4)?,
        duplicate: row.get(5)?,
        refused: row.get(6)?,
        message: row.get(7)?,
    })
}
