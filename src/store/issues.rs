//! `issues`, `issue_posts`, `issue_steps`: questions about issues.

use super::Store;
use super::rows::{code, from_ms, json, to_ms};
use crate::model::{
    DigestKind, Issue, IssueId, IssueNumber, IssueState, PostId, Signature, StepTaken, Timestamp,
};
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Row, params};
use std::collections::HashSet;

/// Which issues to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssueFilter {
    /// Only this state.
    pub state: Option<IssueState>,
    /// Only this digest, by its code.
    pub digest: Option<String>,
    /// At most this many, newest first; 0 means 100.
    pub limit: usize,
}

impl Store {
    /// End of the latest period of a digest that an issue or a zero report covers. What appears beside the schedule –
    /// 增刊, 更正, 快报 – covers nothing.
    ///
    /// # Errors
    /// The database refuses.
    pub fn covered_until(&self, digest: &str) -> Result<Option<Timestamp>> {
        let reader = self.reader()?;
        let until: Option<i64> = reader.query_row(
            "SELECT max(period_to) FROM (
                 SELECT period_to FROM issues WHERE digest = ?1 AND state <> 'void' AND occasion = ''
                 UNION ALL SELECT period_to FROM zero_reports WHERE digest = ?1)",
            [digest],
            |row| row.get(0),
        )?;
        Ok(until.map(|ms| from_ms(ms, self.zone)))
    }

    /// Posts that an issue of this digest already cites; void issues do not count, nor posts whose level rose since.
    ///
    /// # Errors
    /// The database refuses.
    pub fn printed_posts(&self, digest: &str) -> Result<HashSet<PostId>> {
        Ok(select_printed(&*self.reader()?, digest)?)
    }

    /// Posts that void issues of this digest cite and no other issue of it does, as far as they were published since
    /// `published_from` and seen before `seen_before`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn freed_posts(
        &self,
        digest: &str,
        published_from: Timestamp,
        seen_before: Timestamp,
    ) -> Result<Vec<PostId>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT DISTINCT cited.post_id FROM issue_posts AS cited
             JOIN issues ON issues.id = cited.issue_id JOIN posts ON posts.id = cited.post_id
             WHERE issues.digest = ?1 AND issues.state = 'void'
                 AND posts.effective_at >= ?2 AND posts.first_seen_at < ?3
                 AND NOT EXISTS (
                     SELECT 1 FROM issue_posts AS other JOIN issues AS standing ON standing.id = other.issue_id
                     WHERE other.post_id = cited.post_id AND standing.digest = ?1 AND standing.state <> 'void')
             ORDER BY cited.post_id",
        )?;
        let ids = select
            .query_map(
                params![digest, to_ms(published_from), to_ms(seen_before)],
                |row| Ok(PostId(row.get(0)?)),
            )?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(ids)
    }

    /// Issues, newest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn issues(&self, filter: IssueFilter) -> Result<Vec<Issue>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {ISSUE_COLUMNS} FROM issues
             WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR digest = ?2)
             ORDER BY period_to DESC, id DESC LIMIT ?3"
        ))?;
        let limit = if filter.limit == 0 { 100 } else { filter.limit };
        let issues = select
            .query_map(
                params![filter.state.map(IssueState::code), filter.digest, limit],
                |row| issue_of(row, self.zone),
            )?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(issues)
    }

    /// 已签发各期 of one digest, the latest signature first; void ones are not among them.
    ///
    /// # Errors
    /// The database refuses.
    pub fn signed_issues(&self, digest: &str, limit: usize) -> Result<Vec<Issue>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {ISSUE_COLUMNS} FROM issues WHERE digest = ?1 AND state = 'signed'
             ORDER BY signed_at DESC, id DESC LIMIT ?2"
        ))?;
        let issues = select
            .query_map(params![digest, limit], |row| issue_of(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(issues)
    }

    /// One issue.
    ///
    /// # Errors
    /// The database refuses.
    pub fn issue(&self, id: IssueId) -> Result<Option<Issue>> {
        let reader = self.reader()?;
        Ok(select_issue(&reader, id, self.zone)?)
    }

    /// Signed issues of the period, oldest first; void ones do not count.
    ///
    /// # Errors
    /// The database refuses.
    pub fn signed_between(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Issue>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {ISSUE_COLUMNS} FROM issues
             WHERE state = 'signed' AND signed_at >= ?1 AND signed_at < ?2 ORDER BY signed_at, id"
        ))?;
        let issues = select
            .query_map(params![to_ms(from), to_ms(to)], |row| {
                issue_of(row, self.zone)
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(issues)
    }

    /// Issues of a digest about one matter, oldest first: those in force, and void ones that hold a number.
    ///
    /// # Errors
    /// The database refuses.
    pub fn issues_of_matter(&self, digest: &str, matter: &str) -> Result<Vec<Issue>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {ISSUE_COLUMNS} FROM issues
             WHERE digest = ?1 AND (state <> 'void' OR number IS NOT NULL)
                 AND (occasion = ?2 OR substr(occasion, 1, length(?2) + 1) = ?2 || '/')
             ORDER BY part, id"
        ))?;
        let issues = select
            .query_map(params![digest, matter], |row| issue_of(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(issues)
    }

    /// 更正 of an issue in force, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn corrections_of_issue(&self, id: IssueId) -> Result<Vec<Issue>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {ISSUE_COLUMNS} FROM issues WHERE corrects = ?1 AND state = 'signed' ORDER BY id"
        ))?;
        let issues = select
            .query_map([id.0], |row| issue_of(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(issues)
    }

    /// 审签记录, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn steps_of_issue(&self, id: IssueId) -> Result<Vec<StepTaken>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT at, step, by_whom, note FROM issue_steps WHERE issue_id = ?1 ORDER BY id",
        )?;
        let steps = select
            .query_map([id.0], |row| {
                Ok(StepTaken {
                    at: from_ms(row.get(0)?, self.zone),
                    step: code(&row.get::<_, String>(1)?)?,
                    by: row.get(2)?,
                    note: row.get(3)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(steps)
    }
}

pub(super) fn select_printed(
    connection: &rusqlite::Connection,
    digest: &str,
) -> rusqlite::Result<HashSet<PostId>> {
    connection
        .prepare_cached(
            "SELECT post_id FROM issue_posts
             JOIN issues ON issues.id = issue_id JOIN posts ON posts.id = post_id
             WHERE digest = ?1 AND state <> 'void'
             GROUP BY post_id HAVING max(drafted_at) >= max(coalesce(level_rose_at, 0))",
        )?
        .query_map([digest], |row| Ok(PostId(row.get(0)?)))?
        .collect()
}

/// The ordinal that tells 续报 of one matter apart; all bear the number of the first.
pub(super) fn part(issue: &crate::model::IssueContent) -> u32 {
    match (issue.kind, &issue.express) {
        (DigestKind::Express, Some(express)) => express.ordinal,
        _ => 0,
    }
}

/// The last two are the hands that the colophon names: who approved, and who edited last, else who drafted.
pub(super) const ISSUE_COLUMNS: &str =
    "id, state, year, number, total_number, drafted_at, signed_at, signed_by, content, revision, approved_by,
     coalesce(
         (SELECT by_whom FROM issue_revisions
          WHERE issue_id = issues.id AND revision IS NOT NULL ORDER BY revision DESC LIMIT 1),
         (SELECT by_whom FROM issue_steps
          WHERE issue_id = issues.id AND step = 'drafted' ORDER BY issue_steps.id LIMIT 1), '')";

pub(super) fn select_issue(
    connection: &rusqlite::Connection,
    id: IssueId,
    zone: Tz,
) -> rusqlite::Result<Option<Issue>> {
    connection
        .prepare_cached(&format!("SELECT {ISSUE_COLUMNS} FROM issues WHERE id = ?1"))?
        .query_row([id.0], |row| issue_of(row, zone))
        .optional()
}

pub(super) fn issue_of(row: &Row<'_>, zone: Tz) -> rusqlite::Result<Issue> {
    let number: Option<u32> = row.get(3)?;
    let number = match number {
        Some(number) => Some(IssueNumber {
            year: row.get(2)?,
            number,
            total_number: row.get(4)?,
        }),
        None => None,
    };
    let signed_at: Option<i64> = row.get(6)?;
    let signed = match signed_at {
        Some(at) => Some(Signature {
            by: row.get(7)?,
            at: from_ms(at, zone),
            approver: row.get::<_, Option<String>>(10)?.unwrap_or_default(),
            editor: row.get(11)?,
        }),
        None => None,
    };
    Ok(Issue {
        id: IssueId(row.get(0)?),
        number,
        state: code(&row.get::<_, String>(1)?)?,
        drafted_at: from_ms(row.get(5)?, zone),
        signed,
        revision: row.get(9)?,
        content: json(&row.get::<_, String>(8)?)?,
    })
}
