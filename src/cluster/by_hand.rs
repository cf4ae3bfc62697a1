//! An event whose posts a person chose: title, level and phase follow from them, and from what the events were that they
//! come from.

use super::draft::phase_of;
use super::likeness;
use crate::model::{Analysis, Event, Level, StoredPost};
use crate::store::{EventDraft, EventMembers};

/// The event of these posts (in the order of their publication, at least one), which come from the `known` events: it is
/// the first of them, or a new one. The title stays while the post it was taken from is a member, and that of a gathering
/// always; else it is that of the first post. What was a gathering stays known as one, with its reason; no merge lowers a
/// level.
pub fn draw_up(known: &[EventMembers], posts: &[StoredPost]) -> EventDraft {
    let mut draft = drawn_anew(posts);
    let Some(kept) = known.first() else {
        return draft;
    };
    draft.id = Some(kept.event.id);
    let is_member = draft.members.contains(&kept.representative);
    if is_member {
        draft.representative = kept.representative;
    }
    if is_member || kept.event.is_gathering {
        draft.title.clone_from(&kept.event.title);
        draft.topic = kept.event.topic;
    }
    let events = || known.iter().map(|known| &known.event);
    for event in events().filter(|event| known.len() > 1 || event.is_gathering) {
        if event.level > draft.level {
            draft.level = event.level;
            draft.level_reason.clone_from(&event.level_reason);
        }
    }
    if let Some(gathering) = events().find(|event| event.is_gathering) {
        draft.is_gathering = true;
        draft.level_reason = with_reason_of(gathering, draft.level_reason);
    }
    let last = posts.iter().max_by_key(|post| post.post.effective_at());
    draft.phase = phase_of(draft.level, posts.len(), last.map(level));
    draft
}

/// By the posts alone.
fn drawn_anew(posts: &[StoredPost]) -> EventDraft {
    let first = posts.iter().find(|post| post.repost_of.is_none());
    let first = first.unwrap_or(&posts[0]);
    let worst = posts.iter().max_by_key(|post| level(post)).unwrap_or(first);
    let last = posts.iter().max_by_key(|post| post.post.effective_at());
    let reason = worst.analysis.as_ref().and_then(Analysis::level_reason);
    EventDraft {
        id: None,
        representative: first.id,
        title: likeness::headline(&first.post),
        level: level(worst),
        level_reason: reason.unwrap_or_default().to_owned(),
        phase: phase_of(level(worst), posts.len(), last.map(level)),
        topic: first.analysis.as_ref().and_then(Analysis::primary_topic),
        is_gathering: false,
        members: posts.iter().map(|post| post.id).collect(),
    }
}

fn with_reason_of(gathering: &Event, reason: String) -> String {
    let gathered = gathering.level_reason.as_str();
    match reason.as_str() {
        "" => gathered.to_owned(),
        known if known.contains(gathered) => reason,
        known => format!("{known}；{gathered}"),
    }
}

fn level(post: &StoredPost) -> Level {
    post.analysis
        .as_ref()
        .map_or(Level::None, |analysis| analysis.level)
}

#[cfg(test)]
mod tests {
    use super::draw_up;
    use crate::cluster::tests::{known, post};
    use crate::model::{EventId, Level, PostId, StoredPost};

    fn posts(ids: &[i64]) -> Vec<StoredPost> {
        let text = |id: &i64| post(*id, &format!("第{id}帖：社保卡换卡窗口排队")).stored;
        ids.iter().map(text).collect()
    }

    #[test]
    fn a_merge_keeps_the_highest_level_and_what_gathered() {
        let mut happening = known(1, &[1, 2]);
        happening.event.level = Level::Orange;
        happening.event.level_reason = "O3：横幅".to_owned();
        let mut gathering = known(2, &[3, 4]);
        gathering.event.is_gathering = true;
        gathering.event.level = Level::Yellow;
        gathering.event.level_reason = "Y3：10人".to_owned();
        for kept in [[&happening, &gathering], [&gathering, &happening]] {
            let draft = draw_up(&kept.map(Clone::clone), &posts(&[1, 2, 3, 4]));
            assert_eq!((draft.level, draft.is_gathering), (Level::Orange, true));
            assert_eq!(draft.level_reason, "O3：横幅；Y3：10人");
            assert_eq!(draft.title, kept[0].event.title);
        }
    }

    #[test]
    fn the_title_goes_with_the_post_it_was_taken_from() {
        let event = known(1, &[1, 2, 3]);
        let stays = draw_up(std::slice::from_ref(&event), &posts(&[1, 3]));
        assert_eq!(stays.title, event.event.title);
        let left = draw_up(&[event], &posts(&[2, 3]));
        assert_eq!(left.title, "第2帖：社保卡换卡窗口排队");
        assert_eq!(
            (left.id, left.representative),
            (Some(EventId(1)), PostId(2))
        );
    }
}
