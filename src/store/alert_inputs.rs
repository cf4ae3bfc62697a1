//! What alerts are raised from: events that rose, posts that rose again, hits of watches that nobody was told of.

use super::Store;
use super::rows::{code, from_ms};
use crate::model::{
    AlertId, AlertMark, AlertState, AlertSubject, Event, EventId, Level, PostId, Timestamp,
};
use anyhow::Result;
use rusqlite::{OptionalExtension, Row, params};

/// An event whose level is another than was said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RisenEvent {
    /// The event.
    pub event: Event,
    /// The post that makes it so urgent: the gravest, of several the one that rose last.
    pub post: Option<PostId>,
    /// What was said of it.
    pub known: Option<AlertMark>,
    /// An alert that said as much of a post that belongs to it now: events are put together and taken apart.
    pub covered_by: Option<(AlertId, Timestamp)>,
    /// The alert that said what is known has not been told to anybody yet.
    pub is_untold: bool,
}

/// A post whose level rose.
#[derive(Clone, Debug, PartialEq)]
pub struct RisenPost {
    /// Row of the change.
    pub change: i64,
    /// The post.
    pub post: PostId,
    /// The level it rose to.
    pub to: Level,
    /// The level it has now.
    pub level: Level,
    /// It is yet to be judged or placed.
    pub is_waiting: bool,
    /// 事件.
    pub event: Option<EventId>,
    /// What was said of its event, else of the post itself.
    pub known: Option<AlertMark>,
    /// State of the alert that said it.
    pub state: Option<AlertState>,
    /// That alert has not been told to anybody yet.
    pub is_untold: bool,
}

/// A hit that nobody was told of.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingHit {
    /// 代号 of the watch.
    pub watch: String,
    /// The post.
    pub post: PostId,
    /// When it matched.
    pub matched_at: Timestamp,
    /// 级别 of the post.
    pub level: Level,
    /// 事件.
    pub event: Option<EventId>,
    /// Publication, else the time we read it.
    pub effective_at: Timestamp,
    /// 监测时间.
    pub first_seen_at: Timestamp,
    /// Where it stood.
    pub source_name: String,
    /// When its event, or the post, last called somebody by its level.
    pub alerted_at: Option<Timestamp>,
    /// When this watch last told of its event.
    pub told_at: Option<Timestamp>,
}

/// Ranks the levels in `$column`.
macro_rules! rank {
    ($column:literal) => {
        concat!(
            "CASE ",
            $column,
            " WHEN 'red' THEN 4 WHEN 'orange' THEN 3 WHEN 'yellow' THEN 2 WHEN 'blue' THEN 1 ELSE 0 END"
        )
    };
}

impl Store {
    /// The latest change of a level; 0 where there was none.
    ///
    /// # Errors
    /// The database refuses.
    pub fn latest_level_change(&self) -> Result<i64> {
        let reader = self.reader()?;
        let latest =
            reader.query_row("SELECT coalesce(max(id), 0) FROM level_changes", [], |r| {
                r.get(0)
            })?;
        Ok(latest)
    }

    /// Events at yellow or above of which another level is known, and those that fell below, in the order of their ids.
    ///
    /// # Errors
    /// The database refuses.
    pub fn risen_events(&self, limit: usize) -> Result<Vec<RisenEvent>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT e.id, s.level, s.at, s.change_id, s.alert_id, l.notice_count = 0 AND l.next_notice_at IS NOT NULL
             FROM events e LEFT JOIN alert_subjects s ON s.subject = 'event:' || e.id
             LEFT JOIN alerts l ON l.id = s.alert_id
             WHERE e.level IN ('yellow', 'orange', 'red') AND s.level IS NOT e.level
             UNION ALL
             SELECT e.id, s.level, s.at, s.change_id, s.alert_id, l.notice_count = 0 AND l.next_notice_at IS NOT NULL
             FROM alert_subjects s JOIN events e ON e.id = s.event_id LEFT JOIN alerts l ON l.id = s.alert_id
             WHERE s.event_id IS NOT NULL AND e.level IN ('none', 'blue') AND s.level <> e.level
             ORDER BY 1 LIMIT ?1",
        )?;
        let found = select
            .query_map([limit], |row| {
                let id = EventId(row.get(0)?);
                let known = self.mark(row, AlertSubject::event(id), Some(id), 1)?;
                let is_untold = row.get::<_, Option<bool>>(5)?.unwrap_or(false);
                Ok((id, known, is_untold))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        drop(select);
        drop(reader);
        let mut risen = Vec::with_capacity(found.len());
        for (id, known, is_untold) in found {
            let Some(event) = self.event(id)? else {
                continue;
            };
            let covered_by = match &known {
                Some(_) => None,
                None => self.covering_alert(&event)?,
            };
            risen.push(RisenEvent {
                post: self.gravest_post(id)?,
                event,
                known,
                covered_by,
                is_untold,
            });
        }
        Ok(risen)
    }

    fn gravest_post(&self, event: EventId) -> Result<Option<PostId>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(concat!(
            "SELECT p.id FROM posts p JOIN analyses a ON a.post_id = p.id WHERE p.event_id = ?1
             ORDER BY ",
            rank!("a.level"),
            " DESC, p.repost_of IS NOT NULL, coalesce(p.level_rose_at, 0) DESC, p.effective_at DESC, p.id DESC
             LIMIT 1"
        ))?;
        let post = select.query_row([event.0], |row| row.get(0)).optional()?;
        Ok(post.map(PostId))
    }

    /// A gathering of posts that called somebody one by one is news nevertheless.
    fn covering_alert(&self, event: &Event) -> Result<Option<(AlertId, Timestamp)>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(concat!(
            "SELECT a.id, a.raised_at FROM posts p JOIN alerts a ON a.post_id = p.id
             WHERE p.event_id = ?1 AND a.kind IN ('level', 'gathering') AND ",
            rank!("a.level"),
            " >= ",
            rank!("?2"),
            " AND (NOT ?3 OR a.kind = 'gathering' OR a.level <> ?2)
             ORDER BY a.id DESC LIMIT 1"
        ))?;
        let parameters = params![event.id.0, event.level.code(), event.is_gathering];
        let found = select
            .query_row(parameters, |row| {
                Ok((AlertId(row.get(0)?), from_ms(row.get(1)?, self.zone)))
            })
            .optional()?;
        Ok(found)
    }

    /// Posts whose level rose to yellow or above behind a row of changes, in the order of the rows.
    ///
    /// # Errors
    /// The database refuses.
    pub fn risen_posts(&self, after: i64, limit: usize) -> Result<Vec<RisenPost>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(concat!(
            "SELECT c.id, c.post_id, c.to_level, a.level, p.needs_analysis OR p.needs_clustering, p.event_id,
                 s.level, s.at, s.change_id, s.alert_id, l.state, l.notice_count = 0 AND l.next_notice_at IS NOT NULL
             FROM level_changes c JOIN posts p ON p.id = c.post_id JOIN analyses a ON a.post_id = p.id
             LEFT JOIN alert_subjects s
                 ON s.subject = coalesce('event:' || p.event_id, 'post:' || p.id)
             LEFT JOIN alerts l ON l.id = s.alert_id
             WHERE c.id > ?1 AND c.is_suggestion = 0
                 AND c.to_level IN ('yellow', 'orange', 'red') AND ",
            rank!("c.to_level"),
            " > ",
            rank!("c.from_level"),
            " ORDER BY c.id LIMIT ?2"
        ))?;
        let risen = select
            .query_map(params![after, limit], |row| {
                let post = PostId(row.get(1)?);
                let event = row.get::<_, Option<i64>>(5)?.map(EventId);
                let state: Option<String> = row.get(10)?;
                Ok(RisenPost {
                    change: row.get(0)?,
                    post,
                    to: code(&row.get::<_, String>(2)?)?,
                    level: code(&row.get::<_, String>(3)?)?,
                    is_waiting: row.get(4)?,
                    event,
                    known: self.mark(row, AlertSubject::of(event, post), event, 6)?,
                    state: state.as_deref().map(code).transpose()?,
                    is_untold: row.get::<_, Option<bool>>(11)?.unwrap_or(false),
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(risen)
    }

    /// Watches with hits that nobody was told of.
    ///
    /// # Errors
    /// The database refuses.
    pub fn watches_with_waiting_hits(&self) -> Result<Vec<String>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT DISTINCT watch_id FROM watch_hits INDEXED BY watch_hits_to_alert WHERE needs_alert = 1",
        )?;
        let ids = select
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(ids)
    }

    /// Hits of a watch that nobody was told of, of posts that are judged and placed, in the order of the posts.
    ///
    /// # Errors
    /// The database refuses.
    pub fn waiting_hits(&self, watch: &str, limit: usize) -> Result<Vec<WaitingHit>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT h.watch_id, h.post_id, h.matched_at, coalesce(a.level, 'none'), p.event_id, p.effective_at,
                 p.first_seen_at, p.source_name, s.at, w.at
             FROM watch_hits h INDEXED BY watch_hits_to_alert
             JOIN posts p ON p.id = h.post_id LEFT JOIN analyses a ON a.post_id = p.id
             LEFT JOIN alert_subjects s
                 ON s.subject = coalesce('event:' || p.event_id, 'post:' || p.id) AND s.alert_id IS NOT NULL
             LEFT JOIN alert_subjects w ON w.subject =
                 'watch:' || h.watch_id || '/' || coalesce('event:' || p.event_id, 'post:' || p.id)
             WHERE h.needs_alert = 1 AND h.watch_id = ?1 AND p.needs_analysis = 0 AND p.needs_clustering = 0
             ORDER BY h.post_id LIMIT ?2",
        )?;
        let moment = |row: &Row<'_>, column: usize| -> rusqlite::Result<Option<Timestamp>> {
            let ms: Option<i64> = row.get(column)?;
            Ok(ms.map(|ms| from_ms(ms, self.zone)))
        };
        let hits = select
            .query_map(params![watch, limit], |row| {
                Ok(WaitingHit {
                    watch: row.get(0)?,
                    post: PostId(row.get(1)?),
                    matched_at: from_ms(row.get(2)?, self.zone),
                    level: code(&row.get::<_, String>(3)?)?,
                    event: row.get::<_, Option<i64>>(4)?.map(EventId),
                    effective_at: from_ms(row.get(5)?, self.zone),
                    first_seen_at: from_ms(row.get(6)?, self.zone),
                    source_name: row.get(7)?,
                    alerted_at: moment(row, 8)?,
                    told_at: moment(row, 9)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(hits)
    }

    /// What was last said about a subject.
    ///
    /// # Errors
    /// The database refuses.
    pub fn alert_mark(&self, subject: &AlertSubject) -> Result<Option<AlertMark>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT level, at, change_id, alert_id, event_id FROM alert_subjects WHERE subject = ?1",
        )?;
        let mark = select
            .query_row([&subject.0], |row| {
                let event = row.get::<_, Option<i64>>(4)?.map(EventId);
                self.mark(row, subject.clone(), event, 0)
            })
            .optional()?;
        Ok(mark.flatten())
    }

    /// From the columns `level`, `at`, `change_id`, `alert_id`, the first of which is the `first`th.
    fn mark(
        &self,
        row: &Row<'_>,
        subject: AlertSubject,
        event: Option<EventId>,
        first: usize,
    ) -> rusqlite::Result<Option<AlertMark>> {
        let Some(level) = row.get::<_, Option<String>>(first)? else {
            return Ok(None);
        };
        Ok(Some(AlertMark {
            subject,
            event,
            level: code(&level)?,
            at: from_ms(row.get(first + 1)?, self.zone),
            change: row.get(first + 2)?,
            alert: row.get::<_, Option<i64>>(first + 3)?.map(AlertId),
        }))
    }
}
