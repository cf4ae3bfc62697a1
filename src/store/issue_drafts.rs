//! `issues`, `issue_counted`, `zero_reports`: what is drafted, and what its figures were counted from.

use super::Store;
use super::issues::{part, select_printed};
use super::rows::{code, from_ms, to_json, to_ms};
use crate::model::{
    Basis, Counted, EntryPost, IssueContent, IssueId, IssueStep, Period, PostId, Series, Timestamp,
    ZeroReport,
};
use anyhow::{Context, Result};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use std::collections::HashSet;

/// A draft that was saved, or the one that stood there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavedDraft {
    /// Row id.
    pub id: IssueId,
    /// False where it was there before.
    pub is_new: bool,
}

impl SavedDraft {
    fn new(id: IssueId) -> SavedDraft {
        SavedDraft { id, is_new: true }
    }

    fn known(id: IssueId) -> SavedDraft {
        SavedDraft { id, is_new: false }
    }
}

/// Codes of the two parts of a basis.
const PARTS: [&str; 2] = ["now", "before"];

impl Store {
    /// Saves a draft with what its figures were counted from. The same digest and period – or the same matter – twice
    /// is one draft: the first stays, with whatever was edited. So does a draft of an overlapping period that was
    /// saved while this one was being written.
    ///
    /// # Errors
    /// The database refuses.
    pub fn save_draft(
        &self,
        content: &IssueContent,
        basis: &Basis,
        by: &str,
        now: Timestamp,
    ) -> Result<IssueId> {
        self.write_durably(|transaction| {
            if let Some(known) = known_draft(transaction, content)? {
                return Ok(known);
            }
            insert_draft(transaction, content, basis, by, now)
        })
    }

    /// Saves what was chosen while `printed` was all that issues of the digest had printed: an entry that another issue
    /// has printed since is left out. `None` where nothing is left; `printed` is `None` where that does not matter.
    ///
    /// # Errors
    /// The database refuses.
    pub fn save_proposal(
        &self,
        content: &IssueContent,
        basis: &Basis,
        printed: Option<&HashSet<PostId>>,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<SavedDraft>> {
        self.write_durably(|transaction| {
            if let Some(known) = known_draft(transaction, content)? {
                return Ok(Some(SavedDraft::known(known)));
            }
            let mut content = content.clone();
            if let Some(printed) = printed {
                let mut since = select_printed(transaction, &content.digest)?;
                since.retain(|post| !printed.contains(post));
                leave_out(&mut content, &since);
                if content.is_empty() {
                    return Ok(None);
                }
            }
            let id = insert_draft(transaction, &content, basis, by, now)?;
            Ok(Some(SavedDraft::new(id)))
        })
    }

    /// Registers that a period had nothing worth an issue (零报告).
    ///
    /// # Errors
    /// The database refuses.
    pub fn save_zero_report(&self, digest: &str, period: Period, now: Timestamp) -> Result<()> {
        self.write_durably(|transaction| insert_zero(transaction, digest, period, "", now))
    }

    /// 零报告登记, latest first; of all digests where none is named.
    ///
    /// # Errors
    /// The database refuses.
    pub fn zero_reports(&self, digest: Option<&str>, limit: usize) -> Result<Vec<ZeroReport>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT digest, period_from, period_to, made_at, by_whom FROM zero_reports
             WHERE ?1 IS NULL OR digest = ?1 ORDER BY period_to DESC, digest LIMIT ?2",
        )?;
        let reports = select
            .query_map(params![digest, limit], |row| {
                let moment = |ms| from_ms(ms, self.zone);
                Ok(ZeroReport {
                    digest: row.get(0)?,
                    period: Period {
                        from: moment(row.get(1)?),
                        to: moment(row.get(2)?),
                    },
                    made_at: moment(row.get(3)?),
                    by: row.get(4)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(reports)
    }

    /// 计数依据 of an issue, by post.
    ///
    /// # Errors
    /// The database refuses.
    pub fn basis_of_issue(&self, id: IssueId) -> Result<Basis> {
        let reader = self.reader()?;
        let [now, before] = PARTS.map(|part| select_counted(&reader, id, part));
        Ok(Basis {
            now: now?,
            before: before?,
        })
    }
}

pub(super) fn select_counted(
    connection: &rusqlite::Connection,
    id: IssueId,
    part: &str,
) -> rusqlite::Result<Vec<Counted>> {
    connection
        .prepare_cached(
            "SELECT post_id, day, channel, is_removed, level, sentiment, topic, region
             FROM issue_counted WHERE issue_id = ?1 AND part = ?2 ORDER BY post_id",
        )?
        .query_map(params![id.0, part], counted_of)?
        .collect()
}

fn counted_of(row: &Row<'_>) -> rusqlite::Result<Counted> {
    let day: String = row.get(1)?;
    let topic: Option<String> = row.get(6)?;
    Ok(Counted {
        post: PostId(row.get(0)?),
        day: NaiveDate::parse_from_str(&day, "%F").map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(
                1,
                rusqlite::types::Type::Text,
                Box::new(error),
            )
        })?,
        channel: code(&row.get::<_, String>(2)?)?,
        is_removed: row.get(3)?,
        level: code(&row.get::<_, String>(4)?)?,
        sentiment: code(&row.get::<_, String>(5)?)?,
        topic: topic.as_deref().map(code).transpose()?,
        region: row.get(7)?,
    })
}

/// Takes out the entries that cite one of the posts.
fn leave_out(content: &mut IssueContent, posts: &HashSet<PostId>) {
    for section in &mut content.sections {
        let cites = |post: &EntryPost| posts.contains(&post.id);
        section
            .entries
            .retain(|entry| !entry.posts.iter().any(cites));
    }
    content
        .sections
        .retain(|section| !section.entries.is_empty());
}

/// The draft or issue that stands where this one would; one 增刊 waits at a time.
fn known_draft(
    transaction: &Transaction<'_>,
    content: &IssueContent,
) -> rusqlite::Result<Option<IssueId>> {
    let is_supplement = content.series == Series::Supplement && content.corrects.is_none();
    let known: Option<i64> = if content.occasion.is_empty() {
        transaction
            .query_row(
                "SELECT id FROM issues
                 WHERE digest = ?1 AND occasion = '' AND state <> 'void' AND period_from < ?3 AND period_to > ?2
                 ORDER BY id LIMIT 1",
                params![
                    content.digest,
                    to_ms(content.period.from),
                    to_ms(content.period.to)
                ],
                |row| row.get(0),
            )
            .optional()?
    } else {
        transaction
            .query_row(
                "SELECT id FROM issues
                 WHERE digest = ?1 AND (occasion = ?2 AND state <> 'void'
                     OR ?3 AND series = ?4 AND corrects IS NULL AND state IN ('draft', 'approved'))
                 ORDER BY id LIMIT 1",
                params![
                    content.digest,
                    content.occasion,
                    is_supplement,
                    Series::Supplement.code()
                ],
                |row| row.get(0),
            )
            .optional()?
    };
    Ok(known.map(IssueId))
}

fn insert_draft(
    transaction: &Transaction<'_>,
    content: &IssueContent,
    basis: &Basis,
    by: &str,
    now: Timestamp,
) -> Result<IssueId> {
    transaction.execute(
        "INSERT INTO issues (digest, period_from, period_to, state, drafted_at, content, series, occasion,
             part, corrects)
         VALUES (?1, ?2, ?3, 'draft', ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            content.digest,
            to_ms(content.period.from),
            to_ms(content.period.to),
            to_ms(now),
            to_json(content)?,
            content.series.code(),
            content.occasion,
            part(content),
            content
                .corrects
                .as_ref()
                .map(|corrects| corrects.cited.issue.0),
        ],
    )?;
    let id = IssueId(transaction.last_insert_rowid());
    cite(transaction, id, content)?;
    count(transaction, id, basis)?;
    record_step(transaction, id, IssueStep::Drafted, by, "", now)?;
    Ok(id)
}

/// Which posts the issue cites, and no others.
pub(super) fn cite(
    transaction: &Transaction<'_>,
    id: IssueId,
    content: &IssueContent,
) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM issue_posts WHERE issue_id = ?1", [id.0])?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO issue_posts (issue_id, post_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?;
    for post in content.entries().flat_map(|entry| &entry.posts) {
        insert.execute(params![id.0, post.id.0])?;
    }
    Ok(())
}

fn count(transaction: &Transaction<'_>, id: IssueId, basis: &Basis) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO issue_counted (issue_id, part, post_id, day, channel, is_removed, level, sentiment, topic,
             region)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
    )?;
    for (part, rows) in PARTS.into_iter().zip([&basis.now, &basis.before]) {
        for counted in rows {
            insert.execute(params![
                id.0,
                part,
                counted.post.0,
                counted.day.format("%F").to_string(),
                counted.channel.code(),
                counted.is_removed,
                counted.level.code(),
                counted.sentiment.code(),
                counted.topic.map(|topic| topic.code()),
                counted.region
            ])?;
        }
    }
    Ok(())
}

pub(super) fn insert_zero(
    transaction: &Transaction<'_>,
    digest: &str,
    period: Period,
    by: &str,
    now: Timestamp,
) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO zero_reports (digest, period_from, period_to, made_at, by_whom)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            params![digest, to_ms(period.from), to_ms(period.to), to_ms(now), by],
        )
        .context("register a zero report")?;
    Ok(())
}

pub(super) fn record_step(
    transaction: &Transaction<'_>,
    id: IssueId,
    step: IssueStep,
    by: &str,
    note: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO issue_steps (issue_id, at, step, by_whom, note) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![id.0, to_ms(now), step.code(), by, note],
    )?;
    Ok(())
}
