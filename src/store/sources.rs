//! `sources`, `crawls`: the state of each source, the ledger of visits.

use super::rows::{code, from_ms, json, to_json, to_ms};
use super::{SaveCounts, Store};
use crate::model::{CrawlOutcome, Timestamp};
use anyhow::Result;
use chrono::TimeDelta;
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;
use std::collections::HashMap;

/// 信源状态 — what we know of a source beside its declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceState {
    /// Id of the declaration.
    pub id: String,
    /// 下次采集.
    pub next_check: Timestamp,
    /// 上次采集.
    pub last_visit: Option<Timestamp>,
    /// 上次采集成功.
    pub last_success: Option<Timestamp>,
    /// 上次有新信息.
    pub last_new: Option<Timestamp>,
    /// 上次结果.
    pub last_outcome: Option<CrawlOutcome>,
    /// 上次结果 in a sentence.
    pub last_message: String,
    /// 连续失败次数.
    pub failure_count: u32,
    /// 原因 of the last failure, as a code.
    pub last_cause: Option<String>,
    /// Visits in a row without anything new.
    pub quiet_count: u32,
    /// The last visit did not get through all pages it should have read.
    pub is_incomplete: bool,
    /// 连续被拒绝次数.
    pub refusal_count: u32,
    /// 停采 since then: it stopped itself after too many refusals; a successful visit by hand resumes it.
    pub stopped_at: Option<Timestamp>,
}

/// 采集记录 — one finished visit.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Source visited.
    pub source_id: String,
    /// Begin.
    pub started_at: Timestamp,
    /// End.
    pub finished_at: Timestamp,
    /// How it ended.
    pub outcome: CrawlOutcome,
    /// Pages read.
    pub fetched_count: u64,
    /// What became of the posts on them.
    pub saved: SaveCounts,
    /// Sentences about what looked odd.
    pub warnings: Vec<String>,
    /// What went wrong, empty if nothing.
    pub message: String,
    /// 原因 as a code; `None` if nothing went wrong.
    pub cause: Option<String>,
    /// Visits in a row without anything new, this one included.
    pub quiet_count: u32,
    /// It did not get through all pages it should have read.
    pub is_incomplete: bool,
    /// The site refused us (403, 429).
    pub is_refusal: bool,
    /// It was the last one: the source stops itself.
    pub is_stopped: bool,
    /// When to look again; `None`: the visit read waiting targets only, the schedule stands.
    pub next_check: Option<Timestamp>,
}

/// 采集台账 — one visit as it was recorded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PastVisit {
    /// Begin.
    pub started_at: Timestamp,
    /// End.
    pub finished_at: Timestamp,
    /// It read the entry page, not only waiting pages.
    pub reads_entry: bool,
    /// How it ended.
    pub outcome: CrawlOutcome,
    /// 原因 as a code.
    pub cause: Option<String>,
    /// Pages read.
    pub fetched: u64,
    /// Posts not known before.
    pub new: u64,
    /// Posts known before.
    pub duplicate: u64,
    /// Posts not stored.
    pub refused: u64,
    /// What looked odd.
    pub warnings: Vec<String>,
    /// What went wrong.
    pub message: String,
}

impl Store {
    /// Makes a row for every declared source that has none; `first_check` gives its first time.
    ///
    /// # Errors
    /// The database refuses.
    pub fn register_sources<'s>(
        &self,
        sources: impl IntoIterator<Item = (&'s str, Timestamp)>,
    ) -> Result<()> {
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO sources (id, next_check) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
            )?;
            for (id, first_check) in sources {
                insert.execute(params![id, to_ms(first_check)])?;
            }
            Ok(())
        })
    }

    /// Brings a healthy source's next visit forward where its schedule now names an earlier time.
    ///
    /// # Errors
    /// The database refuses.
    pub fn bring_forward<'s>(
        &self,
        next_checks: impl IntoIterator<Item = (&'s str, Timestamp)>,
    ) -> Result<()> {
        self.write(|transaction| {
            let mut update = transaction.prepare_cached(
                "UPDATE sources SET next_check = min(next_check, ?2)
                 WHERE id = ?1 AND failure_count = 0",
            )?;
            for (id, next_check) in next_checks {
                update.execute(params![id, to_ms(next_check)])?;
            }
            Ok(())
        })
    }

    /// Visits a source as soon as somebody comes round, also one that had stopped itself.
    ///
    /// # Errors
    /// The database refuses.
    pub fn visit_soon(&self, id: &str, now: Timestamp) -> Result<()> {
        self.write_durably(|transaction| {
            transaction.execute(
                "UPDATE sources SET next_check = min(next_check, ?2), stopped_at = NULL,
                     refusal_count = CASE WHEN stopped_at IS NULL THEN refusal_count ELSE 0 END
                 WHERE id = ?1",
                params![id, to_ms(now)],
            )?;
            Ok(())
        })
    }

    /// Records a finished visit: a row in the ledger, the state on the source, the claim given back.
    ///
    /// # Errors
    /// The database refuses.
    pub fn record_visit(&self, visit: &Visit) -> Result<()> {
        self.forget_claim(&visit.source_id);
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO crawls (source_id, started_at, finished_at, outcome, fetched_count,
                     new_count, duplicate_count, refused_count, warnings, message, reads_entry, cause)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    visit.source_id,
                    to_ms(visit.started_at),
                    to_ms(visit.finished_at),
                    visit.outcome.code(),
                    visit.fetched_count,
                    visit.saved.new,
                    visit.saved.duplicate,
                    visit.saved.refused,
                    to_json(&visit.warnings)?,
                    visit.message,
                    visit.next_check.is_some(),
                    visit.cause,
                ],
            )?;
            if visit.next_check.is_none() {
                // Pages behind the entry say nothing about the source itself: its trouble and its back-off stand.
                transaction.execute(
                    "UPDATE sources SET claimed_until = NULL,
                         last_new = CASE WHEN ?2 THEN ?3 ELSE last_new END WHERE id = ?1",
                    params![visit.source_id, visit.saved.new > 0, to_ms(visit.finished_at)],
                )?;
                return Ok(());
            }
            let success = visit.outcome.is_success();
            transaction.execute(
                "UPDATE sources SET claimed_until = NULL, next_check = coalesce(?2, next_check), last_visit = ?3,
                     last_outcome = ?4, last_message = ?5,
                     last_success = CASE WHEN ?6 THEN ?3 ELSE last_success END,
                     last_new = CASE WHEN ?7 THEN ?3 ELSE last_new END,
                     failure_count = CASE WHEN ?6 THEN 0 ELSE failure_count + 1 END,
                     last_cause = ?8, quiet_count = ?9,
                     is_incomplete = CASE WHEN ?6 OR ?4 = 'empty' THEN ?10 ELSE is_incomplete END,
                     refusal_count = CASE WHEN ?11 THEN refusal_count + 1
                         WHEN ?6 OR ?4 = 'empty' THEN 0 ELSE refusal_count END,
                     stopped_at = CASE WHEN ?6 THEN NULL
                         WHEN ?12 THEN coalesce(stopped_at, ?3) ELSE stopped_at END
                 WHERE id = ?1",
                params![
                    visit.source_id,
                    visit.next_check.map(to_ms),
                    to_ms(visit.finished_at),
                    visit.outcome.code(),
                    visit.message,
                    success,
                    visit.saved.new > 0,
                    visit.cause,
                    visit.quiet_count,
                    visit.is_incomplete,
                    visit.is_refusal,
                    visit.is_stopped,
                ],
            )?;
            Ok(())
        })
    }

    /// State of one source; `None` if it has never been registered.
    ///
    /// # Errors
    /// The database refuses.
    pub fn source_state(&self, id: &str) -> Result<Option<SourceState>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!("{SELECT_STATE} WHERE id = ?1"))?;
        let state = select
            .query_row([id], |row| state_of(row, self.zone))
            .optional()?;
        Ok(state)
    }

    /// State of every source that was ever registered, by id.
    ///
    /// # Errors
    /// The database refuses.
    pub fn source_states(&self) -> Result<Vec<SourceState>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!("{SELECT_STATE} ORDER BY id"))?;
        let states = select
            .query_map([], |row| state_of(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(states)
    }

    /// Notes that a visit goes on behind the first page: until it ends well, older pages may be unread.
    ///
    /// # Errors
    /// The database refuses.
    pub fn mark_incomplete(&self, id: &str) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("UPDATE sources SET is_incomplete = 1 WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    /// New posts of each source per 24 hours before `now`, the last 24 hours first, over `days` days.
    ///
    /// # Errors
    /// The database refuses.
    pub fn posts_per_day(&self, now: Timestamp, days: usize) -> Result<HashMap<String, Vec<u64>>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT source_id, (?1 - first_seen_at) / 86400000 AS age, count(*) FROM posts
             WHERE first_seen_at > ?2 AND first_seen_at <= ?1 AND source_id IS NOT NULL
             GROUP BY source_id, age",
        )?;
        let from = now - TimeDelta::days(i64::try_from(days).unwrap_or(i64::from(u16::MAX)));
        let mut rows = select.query(params![to_ms(now), to_ms(from)])?;
        let mut counts: HashMap<String, Vec<u64>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let of_source = counts.entry(row.get(0)?).or_insert_with(|| vec![0; days]);
            if let Some(count) = of_source.get_mut(row.get::<_, usize>(1)?) {
                *count = row.get(2)?;
            }
        }
        Ok(counts)
    }

    /// When each source was visited first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn first_visits(&self) -> Result<HashMap<String, Timestamp>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id, (SELECT min(started_at) FROM crawls WHERE source_id = sources.id) FROM sources",
        )?;
        let rows = select.query_map([], |row| {
            let ms: Option<i64> = row.get(1)?;
            Ok((row.get(0)?, ms.map(|ms| from_ms(ms, self.zone))))
        })?;
        let mut first = HashMap::new();
        for row in rows {
            if let (id, Some(at)) = row? {
                first.insert(id, at);
            }
        }
        Ok(first)
    }

    /// The last visits of a source, latest first: the run ledger.
    ///
    /// # Errors
    /// The database refuses.
    pub fn visits(&self, source_id: &str, limit: usize) -> Result<Vec<PastVisit>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT started_at, finished_at, reads_entry, outcome, cause, fetched_count, new_count,
                 duplicate_count, refused_count, warnings, message
             FROM crawls WHERE source_id = ?1 ORDER BY started_at DESC, id DESC LIMIT ?2",
        )?;
        let visits = select
            .query_map(params![source_id, limit], |row| {
                Ok(PastVisit {
                    started_at: from_ms(row.get(0)?, self.zone),
                    finished_at: from_ms(row.get(1)?, self.zone),
                    reads_entry: row.get(2)?,
                    outcome: code(&row.get::<_, String>(3)?)?,
                    cause: row.get(4)?,
                    fetched: row.get(5)?,
                    new: row.get(6)?,
                    duplicate: row.get(7)?,
                    refused: row.get(8)?,
                    warnings: json(&row.get::<_, String>(9)?)?,
                    message: row.get(10)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(visits)
    }

    /// Forgets visits that began before `before`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn drop_visits(&self, before: Timestamp) -> Result<usize> {
        self.write(|transaction| {
            Ok(transaction.execute("DELETE FROM crawls WHERE started_at < ?1", [to_ms(before)])?)
        })
    }

    /// Sources that were read in the period at least once.
    ///
    /// # Errors
    /// The database refuses.
    pub fn sources_read_between(&self, from: Timestamp, to: Timestamp) -> Result<Vec<String>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT source_id FROM crawls WHERE started_at >= ?1 AND started_at < ?2 AND reads_entry = 1
             AND outcome IN ('new', 'unchanged') GROUP BY source_id ORDER BY source_id",
        )?;
        let ids = select
            .query_map(params![to_ms(from), to_ms(to)], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(ids)
    }
}

const SELECT_STATE: &str = "SELECT id, next_check, last_visit, last_success, last_new,
     last_outcome, last_message, failure_count, last_cause, quiet_count, is_incomplete, refusal_count,
     stopped_at FROM sources";

fn state_of(row: &Row<'_>, zone: Tz) -> rusqlite::Result<SourceState> {
    let moment = |ms: Option<i64>| ms.map(|ms| from_ms(ms, zone));
    let outcome: Option<String> = row.get(5)?;
    Ok(SourceState {
        id: row.get(0)?,
        next_check: from_ms(row.get(1)?, zone),
        last_visit: moment(row.get(2)?),
        last_success: moment(row.get(3)?),
        last_new: moment(row.get(4)?),
        last_outcome: outcome.as_deref().map(code).transpose()?,
        last_message: row.get(6)?,
        failure_count: row.get(7)?,
        last_cause: row.get(8)?,
        quiet_count: row.get(9)?,
        is_incomplete: row.get(10)?,
        refusal_count: row.get(11)?,
        stopped_at: moment(row.get(12)?),
    })
}
