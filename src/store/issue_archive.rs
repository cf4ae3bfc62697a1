//! `issues`: the archive – signed and void issues by digest, year and number, a page at a time.

use super::Store;
use super::issues::{ISSUE_COLUMNS, issue_of};
use super::rows::{code, to_json};
use crate::model::{DeliveryState, Issue, IssueId};
use anyhow::Result;
use rusqlite::params;
use std::collections::HashMap;

/// Which issues of the archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArchiveFilter {
    /// Only this digest, by its code.
    pub digest: Option<String>,
    /// Only numbers of this year.
    pub year: Option<i32>,
    /// 期号, within the year or running.
    pub number: Option<u32>,
    /// Issues to skip.
    pub skip: usize,
    /// At most this many.
    pub limit: usize,
}

impl Store {
    /// 已签发、作废各期, the newest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn archived_issues(&self, filter: &ArchiveFilter) -> Result<Vec<Issue>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {ISSUE_COLUMNS} FROM issues
             WHERE state IN ('signed', 'void') AND (?1 IS NULL OR digest = ?1)
                 AND (?2 IS NULL OR year = ?2) AND (?3 IS NULL OR number = ?3 OR total_number = ?3)
             ORDER BY coalesce(signed_at, drafted_at) DESC, id DESC LIMIT ?4 OFFSET ?5"
        ))?;
        let issues = select
            .query_map(
                params![
                    filter.digest,
                    filter.year,
                    filter.number,
                    filter.limit,
                    filter.skip
                ],
                |row| issue_of(row, self.zone),
            )?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(issues)
    }

    /// Years in which an issue was numbered, the latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn issue_years(&self) -> Result<Vec<i32>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT DISTINCT year FROM issues WHERE year IS NOT NULL ORDER BY year DESC",
        )?;
        let years = select
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(years)
    }

    /// 投递情况 of some issues: how many deliveries of each are in which state. Issues without any are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub fn delivery_counts(
        &self,
        issues: &[IssueId],
    ) -> Result<HashMap<IssueId, Vec<(DeliveryState, u64)>>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT issue_id, state, count(*) FROM deliveries
             WHERE issue_id IN (SELECT value FROM json_each(?1)) GROUP BY issue_id, state ORDER BY state",
        )?;
        let rows = select
            .query_map([to_json(&issues)?], |row| {
                let state = code(&row.get::<_, String>(1)?)?;
                Ok((IssueId(row.get(0)?), state, row.get(2)?))
            })?
            .collect::<rusqlite::Result<Vec<(IssueId, DeliveryState, u64)>>>()?;
        let mut counts: HashMap<IssueId, Vec<(DeliveryState, u64)>> = HashMap::new();
        for (issue, state, count) in rows {
            counts.entry(issue).or_default().push((state, count));
        }
        Ok(counts)
    }
}
