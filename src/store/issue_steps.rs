//! `issues`, `issue_steps`: 审核, 退回, 签发, 作废, 零报告. Each step is one transaction; the number comes with the
//! signature, in it.

use super::delivery_claims::cancel_void;
use super::issue_drafts::{insert_zero, record_step};
use super::issues::{part, select_issue};
use super::rows::{from_ms, to_ms};
use super::{Store, deliveries, issue_seals};
use crate::model::{
    Issue, IssueId, IssueNumber, IssueState, IssueStep, NewDelivery, Series, Subject, Timestamp,
};
use anyhow::Result;
use chrono::Datelike;
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Transaction, params};

/// Why a step of an issue's life was refused.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// No such issue.
    #[error("没有稿号为{0}的稿件")]
    NotFound(i64),
    /// The step does not follow from the state it is in.
    #[error("本期现为“{}”，不能{}；可能有人刚办过，请刷新后看过再办", state.label(), step.label())]
    WrongState {
        /// Row id.
        id: i64,
        /// State it is in.
        state: IssueState,
        /// What was asked for.
        step: IssueStep,
    },
    /// A correction that corrects nothing.
    #[error("更正稿的内容还与原期相同，不能审核；请先改正，不更正了就作废")]
    NothingCorrected {
        /// Row id.
        id: i64,
        /// Row id of the issue that it corrects.
        corrected: i64,
    },
    /// An issue without entries is no issue.
    #[error(
        "本期没有条目，不能签发；无重要舆情的时段请登记零报告，不占期号，快报、专题报告和增刊请作废"
    )]
    Empty(i64),
    /// A zero report says that there was nothing.
    #[error("本期有{entries}条，不能登记零报告；确无重要舆情的请先逐条删去")]
    NotEmpty {
        /// Row id.
        id: i64,
        /// Entries it has.
        entries: usize,
    },
    /// Only what appears by a period leaves one empty.
    #[error("本期不是按期编发的，没有时段可登记零报告；不用的稿件请作废")]
    NoPeriod(i64),
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
    /// 审核 — a draft becomes approved.
    ///
    /// # Errors
    /// [`SignError`]: no such issue, not a draft, or a 更正 that says what the corrected issue said.
    pub fn approve_issue(&self, id: IssueId, by: &str, now: Timestamp) -> Result<(), SignError> {
        self.step(id, |transaction, issue| {
            if issue.state != IssueState::Draft {
                return Err(wrong_state(issue, IssueStep::Approved));
            }
            if let Some(corrected) = same_as_corrected(transaction, issue, self.zone)? {
                let id = id.0;
                return Err(SignError::NothingCorrected { id, corrected });
            }
            transaction.execute(
                "UPDATE issues SET state = 'approved', approved_at = ?2, approved_by = ?3 WHERE id = ?1",
                params![id.0, to_ms(now), by],
            )?;
            record_step(transaction, id, IssueStep::Approved, by, "", now)?;
            Ok(())
        })
    }

    /// 退回 — an approved issue becomes a draft again, to be edited.
    ///
    /// # Errors
    /// [`SignError`]: no such issue, or not approved.
    pub fn return_issue(
        &self,
        id: IssueId,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), SignError> {
        self.step(id, |transaction, issue| {
            if issue.state != IssueState::Approved {
                return Err(wrong_state(issue, IssueStep::Returned));
            }
            transaction.execute(
                "UPDATE issues SET state = 'draft', approved_at = NULL, approved_by = NULL WHERE id = ?1",
                [id.0],
            )?;
            record_step(transaction, id, IssueStep::Returned, by, reason, now)?;
            Ok(())
        })
    }

    /// 签发 — takes the next number of the year and of all time, seals the content and queues it for `recipients` (their
    /// codes), in one transaction. A void issue keeps its number; a 续报 bears that of the first issue of its matter.
    ///
    /// # Errors
    /// [`SignError`]: no such issue, not approved, or without entries.
    pub fn sign_issue(
        &self,
        id: IssueId,
        by: &str,
        recipients: &[String],
        now: Timestamp,
    ) -> Result<IssueNumber, SignError> {
        self.step(id, |transaction, issue| {
            if issue.state != IssueState::Approved {
                return Err(wrong_state(issue, IssueStep::Signed));
            }
            if issue.content.is_empty() {
                return Err(SignError::Empty(id.0));
            }
            // A clock that was set back must not date a signature before the approval.
            let approved_at: Option<i64> = transaction.query_row(
                "SELECT approved_at FROM issues WHERE id = ?1",
                [id.0],
                |row| row.get(0),
            )?;
            let signed_at = approved_at.map_or(now, |at| now.max(from_ms(at, self.zone)));
            let number = match first_of_matter(transaction, issue)? {
                Some(number) => number,
                None => next_number(transaction, issue, signed_at)?,
            };
            transaction.execute(
                "UPDATE issues SET state = 'signed', signed_at = ?2, signed_by = ?3, year = ?4,
                     number = ?5, total_number = ?6 WHERE id = ?1",
                params![
                    id.0,
                    to_ms(signed_at),
                    by,
                    number.year,
                    number.number,
                    number.total_number
                ],
            )?;
            issue_seals::seal(transaction, id)?;
            record_step(transaction, id, IssueStep::Signed, by, "", signed_at)?;
            let queued: Vec<NewDelivery> = recipients
                .iter()
                .map(|recipient| NewDelivery {
                    subject: Subject::Issue(id),
                    recipient: recipient.clone(),
                    notice: None,
                    due_at: now,
                })
                .collect();
            deliveries::queue(transaction, &queued, now)?;
            Ok(number)
        })
    }

    /// 作废 — the number, if there is one, stays taken; the posts are free for another issue; what was not sent yet is
    /// not sent.
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
                return Err(wrong_state(issue, IssueStep::Voided));
            }
            void(transaction, id, by, reason, now)?;
            cancel_void(transaction, self.zone, Some(id), now)?;
            record_step(transaction, id, IssueStep::Voided, by, reason, now)?;
            Ok(())
        })
    }

    /// 登记零报告 — a draft without entries gives way to a zero report of its period; no number is spent.
    ///
    /// # Errors
    /// [`SignError`]: no such issue, signed or void, or with entries.
    pub fn zero_issue(&self, id: IssueId, by: &str, now: Timestamp) -> Result<(), SignError> {
        self.step(id, |transaction, issue| {
            if !matches!(issue.state, IssueState::Draft | IssueState::Approved) {
                return Err(wrong_state(issue, IssueStep::Zeroed));
            }
            if !issue.content.occasion.is_empty() {
                return Err(SignError::NoPeriod(id.0));
            }
            let entries = issue.content.entries().count();
            if entries > 0 {
                return Err(SignError::NotEmpty { id: id.0, entries });
            }
            let content = &issue.content;
            insert_zero(transaction, &content.digest, content.period, by, now)?;
            void(transaction, id, by, "登记零报告", now)?;
            record_step(transaction, id, IssueStep::Zeroed, by, "", now)?;
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

fn void(
    transaction: &Transaction<'_>,
    id: IssueId,
    by: &str,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE issues SET state = 'void', voided_at = ?2, voided_by = ?3, void_reason = ?4 WHERE id = ?1",
        params![id.0, to_ms(now), by, reason],
    )?;
    Ok(())
}

/// The issue that a 更正 puts right, where both still print the same.
fn same_as_corrected(
    transaction: &Transaction<'_>,
    issue: &Issue,
    zone: Tz,
) -> rusqlite::Result<Option<i64>> {
    let Some(corrects) = &issue.content.corrects else {
        return Ok(None);
    };
    let corrected = select_issue(transaction, corrects.cited.issue, zone)?;
    // What an editor may change.
    let printed = |issue: &Issue| (issue.content.sections.clone(), issue.content.note.clone());
    let same = corrected.filter(|corrected| printed(corrected) == printed(issue));
    Ok(same.map(|corrected| corrected.id.0))
}

fn wrong_state(issue: &Issue, step: IssueStep) -> SignError {
    SignError::WrongState {
        id: issue.id.0,
        state: issue.state,
        step,
    }
}

/// The number that a 续报 bears: that of the first issue of its matter, void or not.
fn first_of_matter(
    transaction: &Transaction<'_>,
    issue: &Issue,
) -> rusqlite::Result<Option<IssueNumber>> {
    let first = issue.content.express.as_ref().and_then(|it| it.first);
    let Some(first) = first.filter(|_| part(&issue.content) > 0) else {
        return Ok(None);
    };
    transaction
        .query_row(
            "SELECT year, number, total_number FROM issues WHERE id = ?1 AND number IS NOT NULL",
            [first.0],
            |row| {
                Ok(IssueNumber {
                    year: row.get(0)?,
                    number: row.get(1)?,
                    total_number: row.get(2)?,
                })
            },
        )
        .optional()
}

/// Void issues count: their numbers are not used again. A clock that was set back over New Year takes no number of a
/// year that is over.
fn next_number(
    transaction: &Transaction<'_>,
    issue: &Issue,
    now: Timestamp,
) -> rusqlite::Result<IssueNumber> {
    let (digest, series): (&str, Series) = (&issue.content.digest, issue.content.series);
    let latest_year: Option<i32> = transaction.query_row(
        "SELECT max(year) FROM issues WHERE digest = ?1 AND series = ?2",
        params![digest, series.code()],
        |row| row.get(0),
    )?;
    let year = now.year().max(latest_year.unwrap_or(i32::MIN));
    let number: u32 = transaction.query_row(
        "SELECT coalesce(max(number), 0) + 1 FROM issues WHERE digest = ?1 AND series = ?2 AND year = ?3",
        params![digest, series.code(), year],
        |row| row.get(0),
    )?;
    let total_number: u32 = transaction.query_row(
        "SELECT coalesce(max(total_number), 0) + 1 FROM issues WHERE digest = ?1 AND series = ?2",
        params![digest, series.code()],
        |row| row.get(0),
    )?;
    Ok(IssueNumber {
        year,
        number,
        total_number,
    })
}
