//! `events`: posts about one happening, and which posts are copies.

use super::Store;
use super::judgements::judgement;
use super::rows::{code, from_ms, to_ms};
use super::save::NEXT_REVISION;
use crate::model::{Event, EventId, Judgement, Level, Phase, PostId, Timestamp, Topic};
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Row, Transaction, params};

/// What clustering decides about one event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventDraft {
    /// The event to extend; `None` makes a new one.
    pub id: Option<EventId>,
    /// Post that stands for the event; others are compared with it only.
    pub representative: PostId,
    /// Title as printed.
    pub title: String,
    /// 级别.
    pub level: Level,
    /// Why, in one sentence.
    pub level_reason: String,
    /// 阶段.
    pub phase: Phase,
    /// 主题.
    pub topic: Option<Topic>,
    /// 聚集 — formed by many similar complaints, not by one happening.
    pub is_gathering: bool,
    /// Posts that join.
    pub members: Vec<PostId>,
}

/// An event with the posts that clustering compares with.
#[derive(Clone, Debug, PartialEq)]
pub struct EventMembers {
    /// The event.
    pub event: Event,
    /// Post that stands for it.
    pub representative: PostId,
    /// Members, in the order of their publication.
    pub members: Vec<PostId>,
}

impl Store {
    /// Saves what clustering decided: copies, events, and that these posts need no clustering now.
    ///
    /// # Errors
    /// The database refuses; then nothing of it is stored.
    pub fn save_clusters(
        &self,
        settled: &[PostId],
        copies: &[(PostId, PostId)],
        events: &[EventDraft],
    ) -> Result<()> {
        self.write(|transaction| {
            for (copy, first) in copies {
                let changed = transaction
                    .prepare_cached(&format!(
                        "UPDATE posts SET repost_of = ?2, revision = {NEXT_REVISION}
                         WHERE id = ?1 AND repost_of IS NOT ?2
                             AND NOT EXISTS (SELECT 1 FROM copies_by_hand WHERE post_id = ?1)"
                    ))?
                    .execute(params![copy.0, first.0])?;
                if changed > 0 {
                    pass_on_copies(transaction, *copy, *first)?;
                    judge_again(transaction, *first)?;
                }
            }
            let mut ids = Vec::with_capacity(events.len());
            for event in events {
                ids.push(save_event(transaction, event)?);
            }
            delete_empty_events(transaction)?;
            for id in ids {
                count_members(transaction, id)?;
            }
            for id in settled {
                transaction
                    .prepare_cached("UPDATE posts SET needs_clustering = 0 WHERE id = ?1")?
                    .execute([id.0])?;
            }
            Ok(())
        })
    }

    /// Events with a post in the period, latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn events_between(&self, from: Timestamp, to: Timestamp) -> Result<Vec<EventMembers>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {EVENT_COLUMNS} FROM events
             WHERE last_at >= ?1 AND first_at <= ?2 ORDER BY last_at DESC, id DESC"
        ))?;
        let mut members = reader
            .prepare_cached("SELECT id FROM posts WHERE event_id = ?1 ORDER BY effective_at, id")?;
        let mut events = Vec::new();
        let mut rows = select.query(params![to_ms(from), to_ms(to)])?;
        while let Some(row) = rows.next()? {
            let event = event_of(row, self.zone)?;
            let ids = members
                .query_map([event.id.0], |row| Ok(PostId(row.get(0)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            events.push(EventMembers {
                event,
                representative: PostId(row.get(10)?),
                members: ids,
            });
        }
        Ok(events)
    }

    /// One event.
    ///
    /// # Errors
    /// The database refuses.
    pub fn event(&self, id: EventId) -> Result<Option<Event>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached(&format!("SELECT {EVENT_COLUMNS} FROM events WHERE id = ?1"))?;
        Ok(select
            .query_row([id.0], |row| event_of(row, self.zone))
            .optional()?)
    }

    /// One event with its members.
    ///
    /// # Errors
    /// The database refuses.
    pub fn event_members(&self, id: EventId) -> Result<Option<EventMembers>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached(&format!("SELECT {EVENT_COLUMNS} FROM events WHERE id = ?1"))?;
        let found = select
            .query_row([id.0], |row| Ok((event_of(row, self.zone)?, row.get(10)?)))
            .optional()?;
        let Some((event, representative)) = found else {
            return Ok(None);
        };
        let mut members = reader
            .prepare_cached("SELECT id FROM posts WHERE event_id = ?1 ORDER BY effective_at, id")?;
        let members = members
            .query_map([id.0], |row| Ok(PostId(row.get(0)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(Some(EventMembers {
            event,
            representative: PostId(representative),
            members,
        }))
    }

    /// Number of events.
    ///
    /// # Errors
    /// The database refuses.
    pub fn event_count(&self) -> Result<u64> {
        let reader = self.reader()?;
        Ok(reader.query_row("SELECT count(*) FROM events", [], |row| row.get(0))?)
    }
}

/// What was known as a copy of a copy is one of the first post.
pub(super) fn pass_on_copies(
    transaction: &Transaction<'_>,
    copy: PostId,
    first: PostId,
) -> Result<()> {
    let copies = transaction
        .prepare_cached("SELECT id FROM posts WHERE repost_of = ?1")?
        .query_map([copy.0], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    // One by one: no two changes share a revision.
    let mut update = transaction.prepare_cached(&format!(
        "UPDATE posts SET repost_of = ?2, revision = {NEXT_REVISION} WHERE id = ?1"
    ))?;
    for id in copies {
        update.execute([id, first.0])?;
    }
    Ok(())
}

/// Another voice says the same: the level of the first post may have to rise.
pub(super) fn judge_again(transaction: &Transaction<'_>, first: PostId) -> Result<()> {
    transaction
        // A judgement that is under way does not know of the copy: by its revision it is seen to be late.
        .prepare_cached(&format!(
            "UPDATE posts SET needs_analysis = (cleared_at IS NULL), revision = {NEXT_REVISION}
             WHERE id = ?1"
        ))?
        .execute([first.0])?;
    Ok(())
}

/// A person lowered a post: its event is no graver than what is left. A gathering stays yellow, whatever its posts are.
pub(super) fn lower_event(transaction: &Transaction<'_>, id: i64) -> Result<()> {
    let mut select = transaction.prepare_cached(
        "SELECT a.analysis, a.held, a.said FROM posts p JOIN analyses a ON a.post_id = p.id
         WHERE p.event_id = ?1 ORDER BY p.effective_at, p.id",
    )?;
    let judged = select
        .query_map([id], |row| judgement(row, [0, 1, 2]))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let worst = judged
        .into_iter()
        .flatten()
        .map(Judgement::into_effective)
        .reduce(|worst, next| {
            if next.level > worst.level {
                next
            } else {
                worst
            }
        });
    let Some(worst) = worst else {
        return Ok(());
    };
    if worst.level == Level::None && disband(transaction, id)? {
        return Ok(());
    }
    let is_gathering: bool = transaction
        .prepare_cached("SELECT is_gathering FROM events WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    let (level, reason) = if is_gathering && worst.level <= Level::Yellow {
        (Level::Yellow, GATHERED)
    } else {
        (worst.level, worst.level_reason().unwrap_or_default())
    };
    transaction
        .prepare_cached(
            "UPDATE events SET level = ?2, level_reason = ?3 WHERE id = ?1 AND level <> ?2",
        )?
        .execute(params![id, level.code(), reason])?;
    Ok(())
}

/// Until clustering counts the authors again.
const GATHERED: &str = "Y3：多名独立发帖人反映同类事项";

/// Posts that call for nothing are no event, unless they gathered or a person put them together. Was it disbanded?
fn disband(transaction: &Transaction<'_>, id: i64) -> Result<bool> {
    let released = transaction
        .prepare_cached(
            "UPDATE posts SET event_id = NULL
             WHERE event_id = ?1 AND NOT (SELECT is_gathering FROM events WHERE id = ?1)
                 AND NOT EXISTS (SELECT 1 FROM placed_by_hand WHERE event_id = ?1)",
        )?
        .execute([id])?;
    delete_empty_events(transaction)?;
    Ok(released > 0)
}

pub(super) const EVENT_COLUMNS: &str =
    "id, title, level, phase, topic, first_at, last_at, post_count,
     source_count, level_reason, representative, is_gathering";

pub(super) fn event_of(row: &Row<'_>, zone: Tz) -> rusqlite::Result<Event> {
    let topic: Option<String> = row.get(4)?;
    Ok(Event {
        id: EventId(row.get(0)?),
        title: row.get(1)?,
        level: code(&row.get::<_, String>(2)?)?,
        phase: code(&row.get::<_, String>(3)?)?,
        topic: topic.as_deref().map(code).transpose()?,
        first_at: from_ms(row.get(5)?, zone),
        last_at: from_ms(row.get(6)?, zone),
        post_count: row.get(7)?,
        source_count: row.get(8)?,
        level_reason: row.get(9)?,
        is_gathering: row.get(11)?,
    })
}

/// Saves an event and what joins it; a post that a person placed stays where it is.
pub(super) fn save_event(transaction: &Transaction<'_>, event: &EventDraft) -> Result<i64> {
    let id = match event.id {
        Some(id) => id.0,
        None => insert_event(transaction, event)?,
    };
    for member in &event.members {
        transaction
            .prepare_cached(&format!(
                "UPDATE posts SET event_id = ?2, revision = {NEXT_REVISION}
                 WHERE id = ?1 AND event_id IS NOT ?2
                     AND NOT EXISTS (SELECT 1 FROM placed_by_hand WHERE post_id = ?1)"
            ))?
            .execute(params![member.0, id])?;
    }
    transaction
        .prepare_cached(
            "UPDATE events SET title = ?2, level = ?3, level_reason = ?4, phase = ?5, topic = ?6,
                 representative = ?7, is_gathering = ?8 WHERE id = ?1",
        )?
        .execute(params![
            id,
            event.title,
            event.level.code(),
            event.level_reason,
            event.phase.code(),
            event.topic.map(Topic::code),
            event.representative.0,
            event.is_gathering,
        ])?;
    Ok(id)
}

/// An event that lost its last member to another one is no event.
pub(super) fn delete_empty_events(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute(
        "DELETE FROM events WHERE NOT EXISTS
             (SELECT 1 FROM posts WHERE posts.event_id = events.id)",
        [],
    )?;
    // What a person decided stays on record; posts that come back later are placed like any other.
    transaction.execute(
        "DELETE FROM placed_by_hand WHERE NOT EXISTS
             (SELECT 1 FROM events WHERE events.id = placed_by_hand.event_id)",
        [],
    )?;
    Ok(())
}

/// Figures are counted from the members, copies included, never carried along.
pub(super) fn count_members(transaction: &Transaction<'_>, id: i64) -> Result<()> {
    transaction
        .prepare_cached(
            "UPDATE events SET (first_at, last_at, post_count, source_count) =
                 (SELECT min(effective_at), max(effective_at), count(*),
                      count(DISTINCT coalesce(author, '') || '@' || source_name)
                  FROM posts WHERE event_id = ?1)
             WHERE id = ?1",
        )?
        .execute([id])?;
    Ok(())
}

fn insert_event(transaction: &Transaction<'_>, event: &EventDraft) -> Result<i64> {
    transaction.execute(
        "INSERT INTO events (representative, title, level, level_reason, phase, topic, is_gathering,
             first_at, last_at, post_count, source_count)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, 0, 0)",
        params![
            event.representative.0,
            event.title,
            event.level.code(),
            event.level_reason,
            event.phase.code(),
            event.topic.map(Topic::code),
            event.is_gathering
        ],
    )?;
    Ok(transaction.last_insert_rowid())
}
