//! An event while it is being decided: its posts, and the level and phase that follow from them.

use super::likeness;
use super::seen::Seen;
use crate::model::{Analysis, Level, Phase};
use crate::store::{EventDraft, EventMembers};

/// One event.
pub struct Draft {
    /// What is known of it so far, without its members.
    pub draft: EventDraft,
    /// Numbers of its posts among those in sight.
    pub members: Vec<usize>,
    /// It began, grew or lost a post.
    pub is_changed: bool,
}

impl Draft {
    /// A known event.
    pub fn of(known: &EventMembers, members: Vec<usize>) -> Draft {
        let event = &known.event;
        Draft {
            draft: EventDraft {
                id: Some(event.id),
                representative: known.representative,
                title: event.title.clone(),
                level: event.level,
                level_reason: event.level_reason.clone(),
                phase: event.phase,
                topic: event.topic,
                is_gathering: event.is_gathering,
                members: Vec::new(),
            },
            members,
            is_changed: false,
        }
    }

    /// A new event of which this will be the first post.
    pub fn begun_by(post: &Seen<'_>) -> Draft {
        Draft {
            draft: EventDraft {
                id: None,
                representative: post.stored.id,
                title: likeness::headline(&post.stored.post),
                level: Level::None,
                level_reason: String::new(),
                phase: Phase::Emerging,
                topic: post.topic(),
                is_gathering: false,
                members: Vec::new(),
            },
            members: Vec::new(),
            is_changed: true,
        }
    }

    /// Is there anything to save?
    pub fn is_worth_saving(&self) -> bool {
        self.is_changed && (self.draft.id.is_some() || !self.members.is_empty())
    }

    /// With level, phase and members as its posts say.
    pub fn finish(mut self, posts: &[Seen<'_>]) -> EventDraft {
        let members: Vec<&Seen<'_>> = self.members.iter().map(|number| &posts[*number]).collect();
        raise_level(&mut self.draft, &members);
        let last = members.iter().max_by_key(|post| post.at());
        let last = last.map(|last| last.level());
        self.draft.phase = phase_of(self.draft.level, members.len(), last);
        self.draft.members = members.iter().map(|post| post.stored.id).collect();
        self.draft
    }
}

/// An event is as urgent as its most urgent post; it never falls by itself.
fn raise_level(draft: &mut EventDraft, members: &[&Seen<'_>]) {
    let worst = members.iter().max_by_key(|post| post.level());
    let Some(worst) = worst.filter(|worst| worst.level() > draft.level) else {
        return;
    };
    draft.level = worst.level();
    let reason = worst.analysis().and_then(Analysis::level_reason);
    draft.level_reason = reason.unwrap_or_default().to_owned();
}

/// 萌芽 with few posts, 扩散 while it grows, 高峰 at red, 消退 when the `last` post is no complaint any more.
pub fn phase_of(level: Level, post_count: usize, last: Option<Level>) -> Phase {
    match (level, post_count, last) {
        (_, 3.., Some(Level::None)) => Phase::Fading,
        (Level::Red, ..) => Phase::Peak,
        (_, 0..=2, _) => Phase::Emerging,
        _ => Phase::Spreading,
    }
}
