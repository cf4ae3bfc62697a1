//! What a person decides about a post besides its judgement: whose copy it is, which event it belongs to. Judging and
//! placing again is left to the steps that run anyway: nobody waits for them.

use super::events::{EventError, known_event, merge_events};
use super::labels::{LabelError, shown};
use super::process_all;
use crate::app::App;
use crate::cluster::draw_up;
use crate::model::{Correction, EventDeed, EventId, Label, PostId};
use crate::store::Act;
use anyhow::Result;

/// Writes down what a person says of a post, as `label_post` does; event and index follow with the next round.
///
/// # Errors
/// The label contradicts itself, there is no such post, or the store refuses.
pub fn say_label(app: &App, id: PostId, label: Label, act: Act) -> Result<Correction, LabelError> {
    label.check().map_err(LabelError::Contradiction)?;
    if app.store.judgement(id)?.is_none() {
        // The machine speaks first: what it said stands beside the person's word.
        process_all(app)?;
    }
    let corrected = app.store.correct(id, label, &shown(act))?;
    corrected.ok_or(LabelError::NotFound(id.0))
}

/// Takes back the latest correction of a post; event and index follow with the next round.
///
/// # Errors
/// There is none, or the store refuses.
pub fn unsay_label(app: &App, id: PostId, act: Act) -> Result<Correction, LabelError> {
    let withdrawn = app.store.withdraw_correction(id, &shown(act))?;
    withdrawn.ok_or(LabelError::NothingToWithdraw(id.0))
}

/// Puts a post, with the event it is in, into an event: for good.
///
/// # Errors
/// There is no such event, the post is in it already, or the store refuses.
pub fn join_event(app: &App, post: PostId, into: EventId, by: &str) -> Result<EventId, EventError> {
    let stored = app.store.post(post)?;
    if let Some(own) = stored.as_ref().and_then(|stored| stored.event) {
        return merge_events(app, &[into, own], by);
    }
    let known = known_event(app, into)?;
    let mut posts = app.store.posts(&known.members)?;
    posts.extend(stored);
    posts.sort_by_key(|post| (post.post.effective_at(), post.id));
    let event = draw_up(&[known], &posts);
    let placed = app
        .store
        .place_by_hand(EventDeed::Merge, &[event], by, app.now())?;
    Ok(placed[0])
}
