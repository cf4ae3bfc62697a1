//! `effective_judgements` and what else a ledger counts: every question takes a period, from inclusive, to exclusive. A
//! post belongs to the period it was published in, an issue to the one it was signed in.

use super::Store;
use super::rows::{code, from_ms, to_ms};
use crate::model::{
    Analysis, CountedPost, EventId, Facts, IssueId, IssueState, LedgerEvent, Period, PostId,
    SourceHealth, Topic, ledger_place, revision_days,
};
use anyhow::Result;
use rusqlite::{Row, Transaction, params};
use std::collections::BTreeMap;

/// Columns of `facts_of`. What an authority publishes is no public opinion; of the rest advertisements are taken out
/// first, then what is none of ours, then copies (`digest::count` removes the same).
const FACTS: &str = "p.channel,
     CASE WHEN p.is_official OR p.channel = 'government' THEN 'official'
          WHEN e.post_id IS NULL THEN 'waiting'
          WHEN (e.about OR e.relevant) AND e.intent = 'ad' THEN 'ad'
          WHEN NOT e.relevant THEN 'irrelevant'
          WHEN p.repost_of IS NOT NULL THEN 'copy'
          ELSE 'judged' END,
     coalesce(e.level, 'none'), coalesce(e.sentiment, 'neutral'), coalesce(e.intent, 'other'),
     coalesce(e.jurisdiction, 'unknown'), coalesce(e.place, ''), coalesce(e.topics, '')";

const FACT_COLUMNS: usize = 8;

const FROM_COUNTED: &str = "FROM posts p INDEXED BY posts_to_count
     LEFT JOIN effective_judgements e ON e.post_id = p.id
     WHERE p.effective_at >= ?1 AND p.effective_at < ?2";

impl Store {
    /// How often what is counted of the days was changed, by day as in `day_revisions`; days on which nothing ever was
    /// are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub fn day_revisions(&self, period: Period) -> Result<BTreeMap<i64, u64>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT day, revision FROM day_revisions WHERE day BETWEEN ?1 AND ?2",
        )?;
        let days = revision_days(period);
        let revisions = select
            .query_map([days.start(), days.end()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<rusqlite::Result<BTreeMap<_, _>>>()?;
        Ok(revisions)
    }

    /// The posts of the period as they are counted, in no order. A discovery is timed only where a source of ours
    /// brought the post and its page told the minute.
    ///
    /// # Errors
    /// The database refuses.
    pub fn counted_posts(&self, period: Period) -> Result<Vec<CountedPost>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {FACTS}, coalesce(p.outlet, p.source_name),
                 CASE WHEN p.source_id IS NOT NULL AND p.published_precision IN ('second', 'minute')
                          AND p.first_seen_at >= p.published_at
                      THEN p.first_seen_at - p.published_at END
             {FROM_COUNTED}"
        ))?;
        let posts = select
            .query_map(bounds(period), |row| {
                Ok(CountedPost {
                    facts: facts_of(row)?,
                    outlet: row.get(FACT_COLUMNS)?,
                    delay_ms: row.get(FACT_COLUMNS + 1)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(posts)
    }

    /// The facts of the posts of the period, in the order of their ids.
    ///
    /// # Errors
    /// The database refuses.
    pub fn facts_by_post(&self, period: Period) -> Result<Vec<(PostId, Facts)>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {FACTS}, p.id {FROM_COUNTED} ORDER BY p.id"
        ))?;
        let rows = select
            .query_map(bounds(period), |row| {
                Ok((PostId(row.get(FACT_COLUMNS)?), facts_of(row)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(rows)
    }

    /// Issues signed in the period, void ones among them, with their state, in the order of their signatures.
    ///
    /// # Errors
    /// The database refuses.
    pub fn signed_in(&self, period: Period) -> Result<Vec<(IssueId, IssueState)>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id, state FROM issues WHERE signed_at >= ?1 AND signed_at < ?2
             ORDER BY signed_at, id",
        )?;
        let issues = select
            .query_map(bounds(period), |row| {
                Ok((IssueId(row.get(0)?), code(&row.get::<_, String>(1)?)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(issues)
    }

    /// 零报告 whose period ended in this one, by digest.
    ///
    /// # Errors
    /// The database refuses.
    pub fn zero_reports_in(&self, period: Period) -> Result<BTreeMap<String, u64>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT digest, count(*) FROM zero_reports WHERE period_to > ?1 AND period_to <= ?2
             GROUP BY digest",
        )?;
        let counts = select
            .query_map(bounds(period), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<BTreeMap<_, _>>>()?;
        Ok(counts)
    }

    /// Events whose first post was published in the period. What an authority published before anybody spoke of the matter
    /// is no answer to it.
    ///
    /// # Errors
    /// The database refuses.
    pub fn events_begun_in(&self, period: Period) -> Result<Vec<LedgerEvent>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT begun.id, begun.level,
                 coalesce(begun.heard_seen_at, begun.seen_at, begun.first_at),
                 (SELECT min(o.effective_at) FROM posts o
                  WHERE o.event_id = begun.id AND (o.is_official OR o.channel = 'government')
                      AND o.effective_at > begun.heard_at)
             FROM (SELECT e.id, e.level, e.first_at, min(p.first_seen_at) AS seen_at,
                       min(p.first_seen_at) FILTER
                           (WHERE NOT p.is_official AND p.channel <> 'government') AS heard_seen_at,
                       min(p.effective_at) FILTER
                           (WHERE NOT p.is_official AND p.channel <> 'government') AS heard_at
                   FROM events e LEFT JOIN posts p ON p.event_id = e.id
                   WHERE e.first_at >= ?1 AND e.first_at < ?2 GROUP BY e.id) AS begun
             ORDER BY begun.id",
        )?;
        let events = select
            .query_map(bounds(period), |row| {
                let answered: Option<i64> = row.get(3)?;
                Ok(LedgerEvent {
                    id: EventId(row.get(0)?),
                    level: code(&row.get::<_, String>(1)?)?,
                    found_at: from_ms(row.get(2)?, self.zone),
                    answered_at: answered.map(|ms| from_ms(ms, self.zone)),
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(events)
    }

    /// How the visits of the period went; visits are kept for a limited time.
    ///
    /// # Errors
    /// The database refuses.
    pub fn source_health(&self, period: Period) -> Result<SourceHealth> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE is_read), count(DISTINCT source_id),
                 count(DISTINCT CASE WHEN is_read THEN source_id END)
             FROM (SELECT source_id, outcome IN ('new', 'unchanged') AS is_read FROM crawls
                   WHERE started_at >= ?1 AND started_at < ?2 AND reads_entry = 1)",
        )?;
        Ok(select.query_row(bounds(period), |row| {
            Ok(SourceHealth {
                visits: row.get(0)?,
                successes: row.get(1)?,
                visited: row.get(2)?,
                read: row.get(3)?,
            })
        })?)
    }
}

/// The columns beside the judgement of a post as it is now.
pub(super) fn save_effective(
    transaction: &Transaction<'_>,
    id: PostId,
    effective: &Analysis,
) -> Result<()> {
    let topics: Vec<&str> = (effective.topics.iter())
        .map(|topic| topic.code.code())
        .collect();
    transaction
        .prepare_cached(
            "INSERT INTO effective_judgements (post_id, about, relevant, level, sentiment, intent,
                 jurisdiction, place, topics) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (post_id) DO UPDATE SET about = excluded.about,
                 relevant = excluded.relevant, level = excluded.level,
                 sentiment = excluded.sentiment, intent = excluded.intent,
                 jurisdiction = excluded.jurisdiction, place = excluded.place,
                 topics = excluded.topics",
        )?
        .execute(params![
            id.0,
            effective.about,
            effective.relevant,
            effective.level.code(),
            effective.sentiment.code(),
            effective.intent.code(),
            effective.regions.jurisdiction.code(),
            ledger_place(effective),
            topics.join(" "),
        ])?;
    Ok(())
}

fn bounds(period: Period) -> [i64; 2] {
    [to_ms(period.from), to_ms(period.to)]
}

fn facts_of(row: &Row<'_>) -> rusqlite::Result<Facts> {
    let text = |column: usize| row.get::<_, String>(column);
    let topics = text(7)?;
    Ok(Facts {
        channel: code(&text(0)?)?,
        standing: code(&text(1)?)?,
        level: code(&text(2)?)?,
        sentiment: code(&text(3)?)?,
        intent: code(&text(4)?)?,
        jurisdiction: code(&text(5)?)?,
        place: text(6)?,
        topics: (topics.split_whitespace())
            .map(code)
            .collect::<rusqlite::Result<Vec<Topic>>>()?,
    })
}
