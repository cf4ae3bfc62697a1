//! 撤销归并 — the posts of a merge go apart again, however many events they came from: each of those becomes an event anew.

use super::events::{EventError, in_order, known_event};
use crate::app::App;
use crate::cluster::draw_up;
use crate::model::{EventDecision, EventDeed, EventId, PostId};
use anyhow::Result;
use std::collections::BTreeMap;

/// The posts that the last decision about an event brought into it and that are still there, by the events they came
/// from; empty where that decision was no merge into it.
pub fn merged_from(
    id: EventId,
    last: &EventDecision,
    members: &[PostId],
) -> BTreeMap<EventId, Vec<PostId>> {
    let mut groups: BTreeMap<EventId, Vec<PostId>> = BTreeMap::new();
    if last.deed != EventDeed::Merge || last.event != id {
        return groups;
    }
    for (post, event) in &last.before {
        let Some(event) = event.filter(|event| *event != id) else {
            continue;
        };
        if members.contains(post) {
            groups.entry(event).or_default().push(*post);
        }
    }
    groups
}

/// Takes the last merge into an event back. The new events; `None` where there is nothing to take back.
///
/// # Errors
/// There is no such event, nothing would be left of it, or the store refuses.
pub fn unmerge_event(app: &App, id: EventId, by: &str) -> Result<Option<Vec<EventId>>, EventError> {
    let from = known_event(app, id)?;
    let Some(last) = app.store.event_decisions(id)?.pop() else {
        return Ok(None);
    };
    let mut groups = merged_from(id, &last, &from.members);
    if groups.is_empty() {
        return Ok(None);
    }
    // Copies that came since go with what they copy.
    for posts in groups.values_mut() {
        for post in posts.clone() {
            let copies = app.store.copies_of(post)?.into_iter().map(|copy| copy.id);
            posts.extend(
                copies
                    .filter(|copy| from.members.contains(copy) && !last.before.contains_key(copy)),
            );
        }
        posts.sort_unstable();
        posts.dedup();
    }
    let taken: Vec<PostId> = groups.values().flatten().copied().collect();
    let left = from.members.iter().copied();
    let left = in_order(app, left.filter(|member| !taken.contains(member)))?;
    if left.is_empty() {
        return Err(EventError::NothingLeft(id));
    }
    let mut events = Vec::with_capacity(groups.len() + 1);
    for posts in groups.into_values() {
        events.push(draw_up(&[], &in_order(app, posts)?));
    }
    events.push(draw_up(&[from], &left));
    let mut placed = app
        .store
        .place_by_hand(EventDeed::Split, &events, by, app.now())?;
    placed.pop();
    Ok(Some(placed))
}
