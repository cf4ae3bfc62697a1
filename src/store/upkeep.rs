//! The database as a file: a copy of it while others work, whether it is sound, what stands in it that must not have gaps.

use super::rows::to_ms;
use super::{MIGRATIONS_KNOWN, Store};
use crate::model::{IssueId, Timestamp};
use anyhow::{Context, Result};
use rusqlite::params;
use std::path::Path;

/// Faults named of a damaged database; one is enough to restore a backup.
const FAULTS: usize = 5;

/// A numbering of issues with a hole or a double.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberGap {
    /// 刊物代号.
    pub digest: String,
    /// Code of the series.
    pub series: String,
    /// 年度; none for the running number of all years.
    pub year: Option<i32>,
    /// How many numbers there are.
    pub count: u32,
    /// The last of them.
    pub last: u32,
}

impl Store {
    /// Writes a copy of the database as it is at this moment to `path`, an empty file or none. Readers and writers go on.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        let name = path.to_str().context("备份的路径里有无法识别的字符")?;
        self.reader()?
            .execute("VACUUM INTO ?1", params![name])
            .with_context(|| format!("写不成数据库副本 {}", path.display()))?;
        Ok(())
    }

    /// What is wrong inside the database: pages, indexes, references. Empty for a sound one.
    ///
    /// # Errors
    /// The database cannot even be asked.
    pub fn faults(&self) -> Result<Vec<String>> {
        let reader = self.reader()?;
        let mut select = reader.prepare(&format!("PRAGMA integrity_check({FAULTS})"))?;
        let found = select.query_map([], |row| row.get::<_, String>(0))?;
        let mut faults = found.collect::<rusqlite::Result<Vec<_>>>()?;
        faults.retain(|fault| fault != "ok");
        let mut select = reader.prepare("PRAGMA foreign_key_check")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            if faults.len() >= FAULTS {
                break;
            }
            let (table, other): (String, String) = (row.get(0)?, row.get(2)?);
            faults.push(format!("{table} 中有一行所指的 {other} 不存在"));
        }
        Ok(faults)
    }

    /// The version of the tables, as far as this program has brought them.
    pub fn known_schema() -> usize {
        MIGRATIONS_KNOWN
    }

    /// Issues that ever took a number, void ones too, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn numbered_issues(&self) -> Result<Vec<IssueId>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare("SELECT id FROM issues WHERE number IS NOT NULL ORDER BY id")?;
        let rows = select.query_map([], |row| Ok(IssueId(row.get(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Numberings, of a year and of all years, that do not run from 1 without a hole.
    ///
    /// # Errors
    /// The database refuses.
    pub fn number_gaps(&self) -> Result<Vec<NumberGap>> {
        let reader = self.reader()?;
        let mut select = reader.prepare(
            "SELECT digest, series, year, count(DISTINCT number) AS numbers, max(number) AS latest
             FROM issues WHERE number IS NOT NULL GROUP BY digest, series, year HAVING numbers <> latest
             UNION ALL
             SELECT digest, series, NULL, count(DISTINCT total_number) AS numbers, max(total_number) AS latest
             FROM issues WHERE number IS NOT NULL GROUP BY digest, series HAVING numbers <> latest",
        )?;
        let rows = select.query_map([], |row| {
            Ok(NumberGap {
                digest: row.get(0)?,
                series: row.get(1)?,
                year: row.get(2)?,
                count: row.get(3)?,
                last: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Ends every session of everybody, and makes links that were not used good for nothing: a copy that is brought back
    /// lets nobody in who was shown out since.
    ///
    /// # Errors
    /// The database refuses.
    pub fn end_all_sessions(&self) -> Result<usize> {
        self.write_durably(|transaction| {
            transaction.execute("DELETE FROM sign_in_links WHERE used_at IS NULL", [])?;
            Ok(transaction.execute("DELETE FROM sessions", [])?)
        })
    }

    /// Revokes every key of every program; how many were in use.
    ///
    /// # Errors
    /// The database refuses.
    pub fn revoke_all_api_keys(&self, now: Timestamp) -> Result<usize> {
        self.write_durably(|transaction| {
            let sql = "UPDATE api_keys SET revoked_at = ?1 WHERE revoked_at IS NULL";
            Ok(transaction.execute(sql, [to_ms(now)])?)
        })
    }

    /// Keys of programs that are good.
    ///
    /// # Errors
    /// The database refuses.
    pub fn api_keys_in_use(&self) -> Result<usize> {
        let reader = self.reader()?;
        let sql = "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL";
        Ok(reader.query_row(sql, [], |row| row.get(0))?)
    }

    /// Messages that would be sent as soon as the daemon runs.
    ///
    /// # Errors
    /// The database refuses.
    pub fn waiting_deliveries(&self) -> Result<u64> {
        let reader = self.reader()?;
        let sql = "SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'sending')";
        Ok(reader.query_row(sql, [], |row| row.get(0))?)
    }
}
