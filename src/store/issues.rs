//! `issues`, `zero_reports`, `issue_posts`: drafts, signatures, numbers.

use super::Store;
use super::rows::{code, from_ms, json, to_json, to_ms};
use crate::model::{
    Issue, IssueContent, IssueId, IssueNumber, IssueState, Period, PostId, Signature, Timestamp,
};
use anyhow::Result;
use chrono::Datelike;
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use std::collections::HashSet;

/// Which issues to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IssueFilter {
    /// Only this state.
    pub state: Option<IssueState>,
    /// At most this many, newest first; 0 means 100.
    pub limit: usize,
}

/// Why a step of an issue's life was refused.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// No such issue.
    #[error("没有编号为{0}的期刊草稿，用 `yuqing issue list` 查看")]
    NotFound(i64),
    /// The step does not follow from the state it is in.
    #[error("第{id}号稿件现为“{}”，不能{step}；{remedy}", state.label())]
    WrongState {
        /// Row id.
        id: i64,
        /// State it is in.
        state: IssueState,
        /// What was asked for.
        step: &'static str,
        /// What would be possible.
        remedy: &'static str,
    },
    /// An issue without entries is no issue.
    #[error("第{0}号稿件没有条目，不能签发；无重要舆情的时段登记零报告，不占期号")]
    Empty(i64),
    /// The database refuses.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

impl From<rusqlite::Error> for SignError {
    fn from(error: rusqlite::Error) -> Self {
        SignError::Store(error.into())
    }
}

impl Store {
    /// Saves a draft. The same digest and period twice is one draft: the first stays, with whatever was edited.
    ///
    /// # Errors
    /// The database refuses.
    pub fn save_draft(&self, content: &IssueContent, now: Timestamp) -> Result<IssueId> {
        self.write_durably(|transaction| {
            let known: Option<i64> = transaction
                .query_row(
                    "SELECT id FROM issues
                     WHERE digest = ?1 AND period_from = ?2 AND period_to = ?3 AND state <> 'void'",
                    params![
                        content.digest,
                        to_ms(content.period.from),
                        to_ms(content.period.to)
                    ],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(id) = known {
                return Ok(IssueId(id));
            }
            insert_draft(transaction, content, now)
        })
    }

    /// Registers that a period had nothing worth an issue (零报告).
    ///
    /// # Errors
    /// The database refuses.
    pub fn save_zero_report(&self, digest: &str, period: Period, now: Timestamp) -> Result<()> {
        self.write_durably(|transaction| {
            transaction.execute(
                "INSERT INTO zero_reports (digest, period_from, period_to, made_at)
                 VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                params![digest, to_ms(period.from), to_ms(period.to), to_ms(now)],
            )?;
            Ok(())
        })
    }

    /// End of the latest period of a digest that an issue or a zero report covers.
    ///
    /// # Errors
    /// The database refuses.
    pub fn covered_until(&self, digest: &str) -> Result<Option<Timestamp>> {
        let reader = self.reader()?;
        let until: Option<i64> = reader.query_row(
            "SELECT max(period_to) FROM (
                 SELECT period_to FROM issues WHERE digest = ?1 AND state <> 'void'
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
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT post_id FROM issue_posts
             JOIN issues ON issues.id = issue_id JOIN posts ON posts.id = post_id
             WHERE digest = ?1 AND state <> 'void'
             GROUP BY post_id HAVING max(drafted_at) >= max(coalesce(level_rose_at, 0))",
        )?;
        let ids = select
            .query_map([digest], |row| Ok(PostId(row.get(0)?)))?
            .collect::<rusqlite::Result<HashSet<_>>>()?;
        Ok(ids)
    }

    /// Issues, newest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn issues(&self, filter: IssueFilter) -> Result<Vec<Issue>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {ISSUE_COLUMNS} FROM issues WHERE ?1 IS NULL OR state = ?1
             ORDER BY period_to DESC, id DESC LIMIT ?2"
        ))?;
        let limit = if filter.limit == 0 { 100 } else { filter.limit };
        let issues = select
            .query_map(params![filter.state.map(IssueState::code), limit], |row| {
                issue_of(row, self.zone)
            })?
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

    /// 审核 — a draft becomes approved.
    ///
    /// # Errors
    /// [`SignError`]: no such issue, or not a draft.
    pub fn approve_issue(&self, id: IssueId, by: &str, now: Timestamp) -> Result<(), SignError> {
        self.step(id, |transaction, issue| {
            if issue.state != IssueState::Draft {
                return Err(wrong_state(issue, "审核", "只有草稿可以审核"));
            }
            transaction.execute(
                "UPDATE issues SET state = 'approved', approved_at = ?2, approved_by = ?3 WHERE id = ?1",
                params![id.0, to_ms(now), by],
            )?;
            Ok(())
        })
    }

    /// 签发 — takes the next number of the year and of all time, in one transaction. A void issue keeps its number.
    ///
    /// # Errors
    /// [`SignError`]: no such issue, not approved, or without entries.
    pub fn sign_issue(
        &self,
        id: IssueId,
        by: &str,
        now: Timestamp,
    ) -> Result<IssueNumber, SignError> {
        self.step(id, |transaction, issue| {
            if issue.state != IssueState::Approved {
                let remedy = match issue.state {
                    IssueState::Signed => "不必再签，用 `yuqing issue export` 导出",
                    IssueState::Void => "用 `yuqing issue draft` 另行起草",
                    IssueState::Draft | IssueState::Approved => "先用 `yuqing issue approve` 审核",
                };
                return Err(wrong_state(issue, "签发", remedy));
            }
            if issue.content.entries().next().is_none() {
                return Err(SignError::Empty(id.0));
            }
            let number = next_number(transaction, &issue.content.digest, now)?;
            transaction.execute(
                "UPDATE issues SET state = 'signed', signed_at = ?2, signed_by = ?3, year = ?4,
                     number = ?5, total_number = ?6 WHERE id = ?1",
                params![
                    id.0,
                    to_ms(now),
                    by,
                    number.year,
                    number.number,
                    number.total_number
                ],
            )?;
            Ok(number)
        })
    }

    /// 作废 — the number, if there is one, stays taken; the posts are free for another issue.
    ///
    /// # Errors
    /// [`SignError`]: no such issue, or void already.
    pub fn void_issue(
        &self,
        id: IssueId,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), SignError> {
        self.step(id, |transaction, issue| {
            if issue.state == IssueState::Void {
                return Err(wrong_state(issue, "再次作废", "已登记作废，期号不再使用"));
            }
            transaction.execute(
                "UPDATE issues SET state = 'void', voided_at = ?2, voided_by = ?3, void_reason = ?4
                 WHERE id = ?1",
                params![id.0, to_ms(now), by, reason],
            )?;
            Ok(())
        })
    }

    fn step<T>(
        &self,
        id: IssueId,
        deed: impl FnOnce(&Transaction<'_>, &Issue) -> Result<T, SignError>,
    ) -> Result<T, SignError> {
        let zone = self.zone;
        // The refusal travels beside the transaction: `write` rolls back on any error.
        let mut refusal = None;
        let done = self.write_durably(|transaction| {
            let outcome = match select_issue(transaction, id, zone)? {
                Some(issue) => deed(transaction, &issue),
                None => Err(SignError::NotFound(id.0)),
            };
            outcome.map_err(|error| {
                refusal = Some(error);
                anyhow::anyhow!("refused")
            })
        });
        done.map_err(|error| refusal.unwrap_or(SignError::Store(error)))
    }
}

fn wrong_state(issue: &Issue, step: &'static str, remedy: &'static str) -> SignError {
    SignError::WrongState {
        id: issue.id.0,
        state: issue.state,
        step,
        remedy,
    }
}

/// Void issues count: their numbers are not used again.
fn next_number(
    transaction: &Transaction<'_>,
    digest: &str,
    now: Timestamp,
) -> rusqlite::Result<IssueNumber> {
    let year = now.year();
    let number: u32 = transaction.query_row(
        "SELECT coalesce(max(number), 0) + 1 FROM issues WHERE digest = ?1 AND year = ?2",
        params![digest, year],
        |row| row.get(0),
    )?;
    let total_number: u32 = transaction.query_row(
        "SELECT coalesce(max(total_number), 0) + 1 FROM issues WHERE digest = ?1",
        [digest],
        |row| row.get(0),
    )?;
    Ok(IssueNumber {
        year,
        number,
        total_number,
    })
}

fn insert_draft(
    transaction: &Transaction<'_>,
    content: &IssueContent,
    now: Timestamp,
) -> Result<IssueId> {
    transaction.execute(
        "INSERT INTO issues (digest, period_from, period_to, state, drafted_at, content)
         VALUES (?1, ?2, ?3, 'draft', ?4, ?5)",
        params![
            content.digest,
            to_ms(content.period.from),
            to_ms(content.period.to),
            to_ms(now),
            to_json(content)?
        ],
    )?;
    let id = transaction.last_insert_rowid();
    let mut cite = transaction.prepare_cached(
        "INSERT INTO issue_posts (issue_id, post_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?;
    for post in content.entries().flat_map(|entry| &entry.posts) {
        cite.execute(params![id, post.id.0])?;
    }
    Ok(IssueId(id))
}

const ISSUE_COLUMNS: &str =
    "id, state, year, number, total_number, drafted_at, signed_at, signed_by, content";

fn select_issue(
    connection: &rusqlite::Connection,
    id: IssueId,
    zone: Tz,
) -> rusqlite::Result<Option<Issue>> {
    connection
        .prepare_cached(&format!("SELECT {ISSUE_COLUMNS} FROM issues WHERE id = ?1"))?
        .query_row([id.0], |row| issue_of(row, zone))
        .optional()
}

fn issue_of(row: &Row<'_>, zone: Tz) -> rusqlite::Result<Issue> {
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
        }),
        None => None,
    };
    Ok(Issue {
        id: IssueId(row.get(0)?),
        number,
        state: code(&row.get::<_, String>(1)?)?,
        drafted_at: from_ms(row.get(5)?, zone),
        signed,
        content: json(&row.get::<_, String>(8)?)?,
    })
}
