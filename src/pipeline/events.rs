//! What people ask of events: put together, take apart, and what is suddenly louder.

use crate::app::App;
use crate::cluster::{self, BURST_MEMORY, Burst, Candidate, Memory, OLD_NEWS_AGE, draw_up};
use crate::model::{EventDecision, EventDeed, EventId, PostId, StoredPost, Timestamp};
use crate::store::{EventMembers, LookedAt};
use anyhow::Result;
use std::collections::BTreeSet;
use std::fmt;

/// Why events could not be put together or taken apart.
#[derive(Debug)]
pub enum EventError {
    /// There is no such event.
    Unknown(EventId),
    /// There was one; a person's decision left nothing of it.
    Gone(EventId, Box<EventDecision>),
    /// Fewer than two different events.
    OneEvent,
    /// The post belongs to another event, or to none.
    Elsewhere(PostId, EventId),
    /// Every post would go.
    NothingLeft(EventId),
    /// The store failed.
    Store(anyhow::Error),
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EventError::Unknown(id) => {
                write!(f, "没有编号为{}的事件", id.0)
            }
            EventError::Gone(id, decision) => {
                let (gone, now) = (id.0, decision.event.0);
                write!(
                    f,
                    "事件{gone}已不存在，最近一次人工处理为{decision}，见事件{now}"
                )
            }
            EventError::OneEvent => write!(f, "归并至少要两个不同的事件编号"),
            EventError::Elsewhere(post, event) => {
                write!(f, "信息{}不在事件{}中，未作拆分", post.0, event.0)
            }
            EventError::NothingLeft(event) => {
                write!(f, "事件{}的信息不能全部拆出，至少留一条", event.0)
            }
            EventError::Store(error) => write!(f, "{error}"),
        }
    }
}

impl From<anyhow::Error> for EventError {
    fn from(error: anyhow::Error) -> Self {
        EventError::Store(error)
    }
}

/// 归并 — puts the posts of several events into the first of them, for good.
///
/// # Errors
/// Fewer than two events, an unknown one, or the store refuses.
pub fn merge_events(app: &App, ids: &[EventId], by: &str) -> Result<EventId, EventError> {
    let distinct: BTreeSet<EventId> = ids.iter().copied().collect();
    if distinct.len() < 2 {
        return Err(EventError::OneEvent);
    }
    let mut known = Vec::with_capacity(distinct.len());
    for id in distinct {
        known.push(known_event(app, id)?);
    }
    known.sort_by_key(|known| known.event.id != ids[0]);
    let members = known.iter().flat_map(|known| &known.members).copied();
    let posts = in_order(app, members)?;
    let event = draw_up(&known, &posts);
    let placed = app
        .store
        .place_by_hand(EventDeed::Merge, &[event], by, app.now())?;
    Ok(placed[0])
}

/// 拆分 — makes an event of its own of some posts of an event, their copies with them, for good. Returns the new event.
///
/// # Errors
/// The posts are not of that event, nothing would be left, or the store refuses.
pub fn split_event(
    app: &App,
    id: EventId,
    posts: &[PostId],
    by: &str,
) -> Result<EventId, EventError> {
    let from = known_event(app, id)?;
    let mut taken = BTreeSet::new();
    for post in posts {
        if !from.members.contains(post) {
            return Err(EventError::Elsewhere(*post, id));
        }
        taken.insert(*post);
        let copies = app.store.copies_of(*post)?.into_iter().map(|copy| copy.id);
        taken.extend(copies.filter(|copy| from.members.contains(copy)));
    }
    let left = from
        .members
        .iter()
        .copied()
        .filter(|member| !taken.contains(member));
    let left = in_order(app, left)?;
    if taken.is_empty() || left.is_empty() {
        return Err(EventError::NothingLeft(id));
    }
    let new = draw_up(&[], &in_order(app, taken)?);
    let rest = draw_up(&[from], &left);
    let placed = app
        .store
        .place_by_hand(EventDeed::Split, &[new, rest], by, app.now())?;
    Ok(placed[0])
}

/// 突增 — topics, places and events that are suddenly louder now.
///
/// # Errors
/// The store refuses.
pub fn bursts_now(app: &App) -> Result<Vec<Burst>> {
    let now = app.now();
    let Some(since) = app.store.first_seen()? else {
        return Ok(Vec::new());
    };
    let arrivals = app.store.arrivals(now - BURST_MEMORY, now)?;
    Ok(cluster::bursts(&arrivals, now, since))
}

/// Looks for what the posts (in the order of time) repeat of long ago, once for each post.
pub(super) fn look_for_old_news(
    app: &App,
    memory: &Memory,
    originals: &[&Candidate],
) -> Result<()> {
    let mut waiting = originals;
    while let Some(first) = waiting.first() {
        // Of posts that lie further apart one may repeat the other: the later ones see the earlier ones stored.
        let end = published(first) + OLD_NEWS_AGE;
        let (stretch, later) =
            waiting.split_at(waiting.partition_point(|next| published(next) < end));
        let mut looked_at = Vec::new();
        for new in stretch {
            looked_at.extend(look_at(app, memory, new)?);
        }
        app.store.save_old_news(&looked_at)?;
        waiting = later;
    }
    Ok(())
}

/// What a post repeats. Where an old post comes late, newer ones that repeat it, too.
fn look_at(app: &App, memory: &Memory, new: &Candidate) -> Result<Vec<LookedAt>> {
    let (id, pieces) = (new.post.stored.id, new.search_pieces());
    if pieces.is_empty() || app.store.has_pieces(id)? {
        return Ok(Vec::new());
    }
    let older = app
        .store
        .older_with_pieces(&pieces, published(new) - OLD_NEWS_AGE)?;
    let older: Vec<Candidate> = (older.into_iter())
        .map(|post| memory.candidate(post))
        .collect();
    let mut looked_at = Vec::new();
    let repeated_since = published(new) + OLD_NEWS_AGE;
    if repeated_since <= app.now() {
        for newer in app.store.newer_with_pieces(&pieces, repeated_since)? {
            let newer = memory.candidate(newer);
            let old = cluster::old_news(&newer, std::slice::from_ref(new));
            looked_at.push((newer.post.stored.id, Vec::new(), old));
        }
    }
    looked_at.push((id, pieces, cluster::old_news(new, &older)));
    Ok(looked_at)
}

fn published(candidate: &Candidate) -> Timestamp {
    candidate.post.stored.post.effective_at()
}

/// An event with its members; of one that is gone, what became of it.
///
/// # Errors
/// There is no such event (any more), or the store refuses.
pub fn known_event(app: &App, id: EventId) -> Result<EventMembers, EventError> {
    if let Some(event) = app.store.event_members(id)? {
        return Ok(event);
    }
    let last = app.store.event_decisions(id)?.pop();
    // Of decisions from before ids were for good the event is not known (0).
    let moved = last.filter(|decision| decision.event != id && decision.event.0 > 0);
    Err(moved.map_or(EventError::Unknown(id), |decision| {
        EventError::Gone(id, Box::new(decision))
    }))
}

pub(super) fn in_order(
    app: &App,
    ids: impl IntoIterator<Item = PostId>,
) -> Result<Vec<StoredPost>> {
    let ids: Vec<PostId> = ids.into_iter().collect();
    let mut posts = app.store.posts(&ids)?;
    posts.sort_by_key(|post| (post.post.effective_at(), post.id));
    Ok(posts)
}
