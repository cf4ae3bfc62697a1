//! `event_decisions`, `placed_by_hand`: what people decided about events. `save_clusters` changes none of it.

use super::Store;
use super::events::{EventDraft, count_members, delete_empty_events, save_event};
use super::rows::{code, from_ms, json, to_json, to_ms};
use super::save::NEXT_REVISION;
use crate::model::{EventDecision, EventDeed, EventId, PostId, Timestamp};
use anyhow::Result;
use rusqlite::{Transaction, params};
use std::collections::BTreeMap;

impl Store {
    /// Puts the members of each event where a person says they belong, for good. The first event is the one the deed is
    /// recorded with. Returns the events' ids, in order.
    ///
    /// # Errors
    /// The database refuses; then nothing of it is stored.
    pub fn place_by_hand(
        &self,
        deed: EventDeed,
        events: &[EventDraft],
        by: &str,
        now: Timestamp,
    ) -> Result<Vec<EventId>> {
        self.write_durably(|transaction| {
            let members = || events.iter().flat_map(|event| &event.members);
            let before = events_of(transaction, members())?;
            for member in members() {
                transaction
                    .prepare_cached("DELETE FROM placed_by_hand WHERE post_id = ?1")?
                    .execute([member.0])?;
            }
            let mut ids = Vec::with_capacity(events.len());
            for event in events {
                ids.push(save_event(transaction, event)?);
            }
            transaction
                .prepare_cached(
                    "INSERT INTO event_decisions (deed, event_id, decided_at, decided_by, before)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    deed.code(),
                    ids.first(),
                    to_ms(now),
                    by,
                    to_json(&before)?
                ])?;
            let decision = transaction.last_insert_rowid();
            for (event, id) in events.iter().zip(&ids) {
                pin(transaction, &event.members, *id, decision)?;
            }
            delete_empty_events(transaction)?;
            for id in &ids {
                count_members(transaction, *id)?;
            }
            Ok(ids.into_iter().map(EventId).collect())
        })
    }

    /// What people decided about an event, oldest first: what it was named in, what took posts out of it or put posts
    /// into it. Of an event that is gone they tell what became of it.
    ///
    /// # Errors
    /// The database refuses.
    pub fn event_decisions(&self, event: EventId) -> Result<Vec<EventDecision>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT deed, event_id, decided_at, decided_by, before FROM event_decisions d
             WHERE event_id = ?1
                 OR EXISTS (SELECT 1 FROM json_each(d.before) b WHERE b.value = ?1)
                 OR EXISTS (SELECT 1 FROM placed_by_hand h
                     WHERE h.decision_id = d.id AND h.event_id = ?1)
             ORDER BY id",
        )?;
        let decisions = select
            .query_map([event.0], |row| {
                Ok(EventDecision {
                    deed: code(&row.get::<_, String>(0)?)?,
                    event: EventId(row.get(1)?),
                    at: from_ms(row.get(2)?, self.zone),
                    by: row.get(3)?,
                    before: json(&row.get::<_, String>(4)?)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(decisions)
    }
}

/// Where the posts are now, so that the record tells what was changed.
fn events_of<'p>(
    transaction: &Transaction<'_>,
    posts: impl Iterator<Item = &'p PostId>,
) -> Result<BTreeMap<PostId, Option<EventId>>> {
    let mut select = transaction.prepare_cached("SELECT event_id FROM posts WHERE id = ?1")?;
    let mut events = BTreeMap::new();
    for post in posts {
        let event: Option<i64> = select.query_row([post.0], |row| row.get(0))?;
        events.insert(*post, event.map(EventId));
    }
    Ok(events)
}

fn pin(transaction: &Transaction<'_>, members: &[PostId], event: i64, decision: i64) -> Result<()> {
    for member in members {
        transaction
            .prepare_cached(
                "INSERT INTO placed_by_hand (post_id, event_id, decision_id) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![member.0, event, decision])?;
        // What clustering remembers of the post is out of date.
        transaction
            .prepare_cached(&format!(
                "UPDATE posts SET revision = {NEXT_REVISION} WHERE id = ?1"
            ))?
            .execute([member.0])?;
    }
    Ok(())
}
