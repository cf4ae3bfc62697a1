//! What happened since a moment, as whoever comes on duty asks: ids and numbers only; rows are read by their owners.

use super::Store;
use super::rows::{code, from_ms, to_ms};
use crate::model::{EventId, Level, PostId, Timestamp, UserId};
use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{OptionalExtension, params};

/// A flagged post, as far as a list needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flagged {
    /// The post.
    pub post: PostId,
    /// 级别 that stands.
    pub level: Level,
    /// Somebody said something of it.
    pub is_decided: bool,
}

impl Store {
    /// Posts (no copies) that were flagged since `from` or rose since then: red first, then the latest; at most the latest
    /// `limit` of them.
    ///
    /// # Errors
    /// The database refuses.
    pub fn flagged_since(&self, from: Timestamp, limit: usize) -> Result<Vec<Flagged>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT p.id, a.level, EXISTS (SELECT 1 FROM corrections c WHERE c.post_id = p.id
                 AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.correction_id = c.id))
             FROM posts p INDEXED BY posts_by_rise JOIN analyses a ON a.post_id = p.id
             WHERE p.level_rose_at >= ?1 AND p.repost_of IS NULL AND a.level <> 'none'
             ORDER BY p.level_rose_at DESC LIMIT ?2",
        )?;
        let mut flagged = select
            .query_map(params![to_ms(from), limit], |row| {
                Ok(Flagged {
                    post: PostId(row.get(0)?),
                    level: code(&row.get::<_, String>(1)?)?,
                    is_decided: row.get(2)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        // Stable: within a level the latest stay first.
        flagged.sort_by_key(|flagged| std::cmp::Reverse(flagged.level));
        Ok(flagged)
    }

    /// Events with a post since `from`, the gravest first, then the latest.
    ///
    /// # Errors
    /// The database refuses.
    pub fn events_since(&self, from: Timestamp) -> Result<Vec<EventId>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id FROM events WHERE last_at >= ?1
             ORDER BY CASE level WHEN 'red' THEN 0 WHEN 'orange' THEN 1 WHEN 'yellow' THEN 2
                 WHEN 'blue' THEN 3 ELSE 4 END, last_at DESC, id DESC",
        )?;
        let ids = select
            .query_map([to_ms(from)], |row| Ok(EventId(row.get(0)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(ids)
    }

    /// Posts of an event in `count` steps of time up to `to`, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn event_steps(
        &self,
        event: EventId,
        to: Timestamp,
        step: TimeDelta,
        count: i32,
    ) -> Result<Vec<u64>> {
        let from = to_ms(to - step * count);
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT (effective_at - ?2 - 1) / ?4, count(*) FROM posts
             WHERE event_id = ?1 AND effective_at > ?2 AND effective_at <= ?3 GROUP BY 1",
        )?;
        let rows = select.query_map(
            params![event.0, from, to_ms(to), step.num_milliseconds()],
            |row| Ok((row.get::<_, usize>(0)?, row.get::<_, u64>(1)?)),
        )?;
        let mut steps = vec![0; usize::try_from(count).unwrap_or_default()];
        for row in rows {
            let (step, posts) = row?;
            if let Some(known) = steps.get_mut(step) {
                *known = posts;
            }
        }
        Ok(steps)
    }

    /// How many copies a post has.
    ///
    /// # Errors
    /// The database refuses.
    pub fn copy_count(&self, post: PostId) -> Result<u64> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached("SELECT count(*) FROM posts WHERE repost_of = ?1")?;
        Ok(select.query_row([post.0], |row| row.get(0))?)
    }

    /// The earliest copies of a post.
    ///
    /// # Errors
    /// The database refuses.
    pub fn first_copies(&self, post: PostId, limit: usize) -> Result<Vec<PostId>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id FROM posts WHERE repost_of = ?1 ORDER BY effective_at, id LIMIT ?2",
        )?;
        let ids = select
            .query_map(params![post.0, limit], |row| Ok(PostId(row.get(0)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(ids)
    }

    /// When the user came in for the shift before this one; none for a first shift.
    ///
    /// # Errors
    /// The database refuses.
    pub fn previous_shift(&self, user: UserId) -> Result<Option<Timestamp>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached("SELECT previous_sign_in_at FROM users WHERE id = ?1")?;
        let ms: Option<Option<i64>> = select.query_row([user.0], |row| row.get(0)).optional()?;
        Ok(ms.flatten().map(|ms| from_ms(ms, self.zone)))
    }
}
