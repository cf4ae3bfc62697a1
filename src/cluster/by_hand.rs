//! An event whose posts a person chose: title, level and phase follow from them.

use super::{level_reason, likeness, phase_of};
use crate::model::{Analysis, Level, StoredPost};
use crate::store::{EventDraft, EventMembers};

/// The event of these posts (in the order of their publication, at least one): of a known event its title stays, and
/// its first post where it is among them.
pub fn draw_up(known: Option<&EventMembers>, posts: &[StoredPost]) -> EventDraft {
    let first = posts.iter().find(|post| post.repost_of.is_none());
    let first = first.unwrap_or(&posts[0]);
    let worst = posts.iter().max_by_key(|post| level(post)).unwrap_or(first);
    let last = posts.iter().max_by_key(|post| post.post.effective_at());
    let mut draft = EventDraft {
        id: None,
        representative: first.id,
        title: likeness::headline(&first.post),
        level: level(worst),
        level_reason: worst
            .analysis
            .as_ref()
            .and_then(level_reason)
            .unwrap_or_default(),
        phase: phase_of(level(worst), posts.len(), last.map(level)),
        topic: first.analysis.as_ref().and_then(Analysis::primary_topic),
        is_gathering: false,
        members: posts.iter().map(|post| post.id).collect(),
    };
    let Some(known) = known else { return draft };
    draft.id = Some(known.event.id);
    draft.is_gathering = known.event.is_gathering;
    if draft.members.contains(&known.representative) {
        draft.representative = known.representative;
        draft.title.clone_from(&known.event.title);
        draft.topic = known.event.topic;
    }
    if known.event.is_gathering && known.event.level > draft.level {
        draft.level = known.event.level;
        draft.level_reason.clone_from(&known.event.level_reason);
    }
    draft
}

fn level(post: &StoredPost) -> Level {
    post.analysis
        .as_ref()
        .map_or(Level::None, |analysis| analysis.level)
}
