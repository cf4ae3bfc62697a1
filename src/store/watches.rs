//! `watches`, `watch_cursor`, `watch_hits`: which posts matched a watch, and how far posts were matched.

use super::Store;
use super::rows::{from_ms, to_ms};
use crate::model::{PostId, Timestamp, WatchActivity, WatchHit};
use anyhow::Result;
use chrono::{DateTime, NaiveDate, TimeDelta};
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::{BTreeMap, HashMap};

impl Store {
    /// Takes note of all that is watched from now on, as ids and queries; what else was watched ends. Since when is each? A
    /// watch that is new, or whose query changed, begins now; the others go on. For whoever holds the data folder.
    ///
    /// # Errors
    /// The database refuses.
    pub fn register_watches(
        &self,
        watches: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<Vec<Timestamp>> {
        let (since, is_same) = self.since(watches, now)?;
        if !is_same || self.known_watches()?.len() != watches.len() {
            self.write(|transaction| {
                transaction.execute("DELETE FROM watches", [])?;
                insert_watches(transaction, watches, &since)?;
                if watches.is_empty() {
                    transaction.execute("DELETE FROM watch_cursor", [])?;
                }
                Ok(())
            })?;
        }
        Ok(since)
    }

    /// The same, but nothing ends: another command's watches may be others.
    ///
    /// # Errors
    /// The database refuses.
    pub fn add_watches(&self, watches: &[(&str, &str)], now: Timestamp) -> Result<Vec<Timestamp>> {
        let (since, is_same) = self.since(watches, now)?;
        if !is_same {
            self.write(|transaction| insert_watches(transaction, watches, &since))?;
        }
        Ok(since)
    }

    /// Since when each is watched, from `now` on where it was not; and was none new or changed?
    fn since(&self, watches: &[(&str, &str)], now: Timestamp) -> Result<(Vec<Timestamp>, bool)> {
        let known = self.known_watches()?;
        let since = |(id, query): &(&str, &str)| {
            let (before, since) = known.get(*id)?;
            (before == query).then_some(*since)
        };
        let is_same = watches.iter().all(|watch| since(watch).is_some());
        let since = (watches.iter()).map(|watch| since(watch).unwrap_or(now));
        Ok((since.collect(), is_same))
    }

    fn known_watches(&self) -> Result<HashMap<String, (String, Timestamp)>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached("SELECT id, query, since FROM watches")?;
        let known = select
            .query_map([], |row| {
                let since = from_ms(row.get(2)?, self.zone);
                Ok((row.get(0)?, (row.get(1)?, since)))
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(known)
    }

    /// Revision up to which posts were matched; `None` while nothing is watched.
    ///
    /// # Errors
    /// The database refuses.
    pub fn watch_cursor(&self) -> Result<Option<u64>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached("SELECT revision FROM watch_cursor")?;
        Ok(select.query_row([], |row| row.get(0)).optional()?)
    }

    /// Keeps hits and moves the cursor; a hit that is known stays as it is.
    ///
    /// # Errors
    /// The database refuses; then nothing is kept.
    pub fn save_watch_hits(&self, hits: &[WatchHit], cursor: u64) -> Result<()> {
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT OR IGNORE INTO watch_hits (watch_id, post_id, matched_at) VALUES (?1, ?2, ?3)",
            )?;
            for hit in hits {
                insert.execute(params![hit.watch, hit.post.0, to_ms(hit.matched_at)])?;
            }
            transaction
                .prepare_cached("UPDATE watch_cursor SET revision = max(revision, ?1)")?
                .execute([cursor])?;
            Ok(())
        })
    }

    /// How often a watch was hit before `now` since it began: a hit of another query of the same id does not count. `None`
    /// while it is not matched.
    ///
    /// # Errors
    /// The database refuses.
    pub fn watch_activity(&self, id: &str, now: Timestamp) -> Result<Option<WatchActivity>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT since, count(matched_at) FILTER (WHERE matched_at > ?2), count(matched_at),
                 (SELECT max(matched_at) FROM watch_hits WHERE watch_id = ?1 AND matched_at >= since)
             FROM watches
             LEFT JOIN watch_hits ON watch_id = id AND matched_at >= since AND matched_at > ?3
             WHERE id = ?1 GROUP BY id",
        )?;
        let days_ago = |days| to_ms(now - TimeDelta::days(days));
        let activity = select.query_row(params![id, days_ago(7), days_ago(30)], |row| {
            let last: Option<i64> = row.get(3)?;
            Ok(WatchActivity {
                since: Some(from_ms(row.get(0)?, self.zone)),
                hits_7d: row.get(1)?,
                hits_30d: row.get(2)?,
                last_hit: last.map(|ms| from_ms(ms, self.zone)),
            })
        });
        Ok(activity.optional()?)
    }

    /// Hits of one watch on each day from `from` on, since it began; days without any are left out. Days are those of
    /// `from`'s offset.
    ///
    /// # Errors
    /// The database refuses.
    pub fn watch_hits_by_day(&self, id: &str, from: Timestamp) -> Result<BTreeMap<NaiveDate, u64>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT (matched_at + ?3) / 86400000, count(*) FROM watch_hits
             JOIN watches ON id = watch_id AND matched_at >= since
             WHERE watch_id = ?1 AND matched_at >= ?2 GROUP BY 1",
        )?;
        let offset_ms = i64::from(from.offset().local_minus_utc()) * 1000;
        let mut rows = select.query(params![id, to_ms(from), offset_ms])?;
        let mut days = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let day: i64 = row.get(0)?;
            let begin = DateTime::from_timestamp_millis(day * 86_400_000).unwrap_or_default();
            days.insert(begin.date_naive(), row.get(1)?);
        }
        Ok(days)
    }

    /// Hits of one watch since it began, the latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn hits_of_watch(&self, id: &str, limit: usize, offset: usize) -> Result<Vec<WatchHit>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT watch_id, post_id, matched_at FROM watch_hits
             JOIN watches ON id = watch_id AND matched_at >= since WHERE watch_id = ?1
             ORDER BY matched_at DESC, post_id DESC LIMIT ?2 OFFSET ?3",
        )?;
        self.hits(select.query(params![id, limit, offset])?)
    }

    /// Watches that a post matched, in the order in which it did.
    ///
    /// # Errors
    /// The database refuses.
    pub fn hits_on_post(&self, post: PostId) -> Result<Vec<WatchHit>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT watch_id, post_id, matched_at FROM watch_hits
             JOIN watches ON id = watch_id AND matched_at >= since WHERE post_id = ?1
             ORDER BY matched_at, watch_id",
        )?;
        self.hits(select.query([post.0])?)
    }

    fn hits(&self, mut rows: rusqlite::Rows<'_>) -> Result<Vec<WatchHit>> {
        let mut hits = Vec::new();
        while let Some(row) = rows.next()? {
            hits.push(WatchHit {
                watch: row.get(0)?,
                post: PostId(row.get(1)?),
                matched_at: from_ms(row.get(2)?, self.zone),
            });
        }
        Ok(hits)
    }
}

/// Matching begins behind the posts that are there: `watch test` looks at those.
fn insert_watches(
    transaction: &Transaction<'_>,
    watches: &[(&str, &str)],
    since: &[Timestamp],
) -> Result<()> {
    let mut insert = transaction
        .prepare("INSERT OR REPLACE INTO watches (id, query, since) VALUES (?1, ?2, ?3)")?;
    for ((id, query), since) in watches.iter().zip(since) {
        insert.execute(params![id, query, to_ms(*since)])?;
    }
    if !watches.is_empty() {
        transaction.execute(
            "INSERT OR IGNORE INTO watch_cursor (only_row, revision)
             SELECT 1, coalesce(max(revision), 0) FROM posts",
            [],
        )?;
    }
    Ok(())
}
