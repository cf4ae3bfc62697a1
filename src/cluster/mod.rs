//! 转载与事件 — which posts are copies, which belong to one happening, which complaints gather. Pure: posts and known
//! events in, decisions out.
//!
//! A post joins an event by closeness to its representative, never by a chain of neighbours.

mod gathering;
mod likeness;

use crate::model::{Analysis, Level, Phase, PostId, StoredPost, Timestamp, Topic};
use crate::store::{EventDraft, EventMembers, PostToCluster};
use chrono::TimeDelta;
use likeness::Likeness;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::HashMap;
use std::time::Duration;

/// Complaints further apart than this do not gather (`spec.md` 3.2, Y3).
pub const GATHERING_WINDOW: TimeDelta = TimeDelta::days(7);

/// `[cluster]` of `yuqing.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterSettings {
    /// Share of common wording that makes a copy; 0…1.
    #[serde(deserialize_with = "share")]
    pub copy_similarity: f64,
    /// Closeness to an event's representative; 0…1.
    #[serde(deserialize_with = "share")]
    pub event_similarity: f64,
    /// The same while the event is orange or red, for posts of its topic and place; 0…1.
    #[serde(deserialize_with = "share")]
    pub hot_event_similarity: f64,
    /// How far apart posts of one event may lie.
    #[serde(with = "humantime_serde")]
    pub event_window: Duration,
    /// Independent authors of one matter within 24 hours.
    pub gathering_authors_24h: usize,
    /// Independent authors of one matter within 7 days.
    pub gathering_authors_7d: usize,
}

fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let share = f64::deserialize(deserializer)?;
    if !(0.0..=1.0).contains(&share) {
        return Err(serde::de::Error::custom("应为 0 到 1 之间的数，例如 0.3"));
    }
    Ok(share)
}

impl ClusterSettings {
    /// How far back posts must be known to decide about a new one.
    pub fn memory(&self) -> TimeDelta {
        self.window().max(GATHERING_WINDOW)
    }

    fn window(&self) -> TimeDelta {
        TimeDelta::from_std(self.event_window).unwrap_or(GATHERING_WINDOW)
    }
}

/// What clustering decided.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    /// Posts that need no clustering now.
    pub settled: Vec<PostId>,
    /// 转载 → 首发.
    pub copies: Vec<(PostId, PostId)>,
    /// Events that began, grew or changed their level.
    pub events: Vec<EventDraft>,
}

/// Decides about `waiting` posts, given relevant originals of the same days (`known`) and their events.
pub fn cluster(
    waiting: &[PostToCluster],
    known: &[PostToCluster],
    events: &[EventMembers],
    settings: &ClusterSettings,
) -> Clusters {
    let mut state = State::new(known, events, settings);
    for post in waiting {
        state.place(post);
    }
    gathering::gather(&mut state);
    state.finish(waiting)
}

/// A post as clustering sees it.
struct Seen<'p> {
    stored: &'p StoredPost,
    likeness: Likeness,
    event: Option<usize>,
}

impl Seen<'_> {
    fn at(&self) -> Timestamp {
        self.stored.post.effective_at()
    }

    fn analysis(&self) -> Option<&Analysis> {
        self.stored.analysis.as_ref()
    }

    fn level(&self) -> Level {
        self.analysis()
            .map_or(Level::None, |analysis| analysis.level)
    }

    fn topic(&self) -> Option<Topic> {
        self.analysis().and_then(Analysis::primary_topic)
    }

    /// Code of the place that answers for it.
    fn place(&self) -> Option<&str> {
        let region = self.analysis()?.regions.responsible.as_ref()?;
        Some(&region.code)
    }
}

struct State<'p> {
    settings: &'p ClusterSettings,
    posts: Vec<Seen<'p>>,
    by_id: HashMap<PostId, usize>,
    events: Vec<Draft>,
    copies: Vec<(PostId, PostId)>,
}

/// An event while it is being decided.
struct Draft {
    draft: EventDraft,
    members: Vec<usize>,
    is_changed: bool,
}

impl<'p> State<'p> {
    fn new(
        known: &'p [PostToCluster],
        events: &[EventMembers],
        settings: &'p ClusterSettings,
    ) -> Self {
        let mut state = State {
            settings,
            posts: Vec::new(),
            by_id: HashMap::new(),
            events: Vec::new(),
            copies: Vec::new(),
        };
        for post in known {
            state.see(post);
        }
        for event in events {
            state.know(event);
        }
        state
    }

    fn see(&mut self, post: &'p PostToCluster) -> usize {
        let stored = &post.stored;
        let likeness = Likeness::of(&stored.post, post.fingerprint);
        self.by_id.insert(stored.id, self.posts.len());
        self.posts.push(Seen {
            stored,
            likeness,
            event: None,
        });
        self.posts.len() - 1
    }

    fn know(&mut self, known: &EventMembers) {
        let number = self.events.len();
        let members: Vec<usize> = known
            .members
            .iter()
            .filter_map(|id| self.by_id.get(id).copied())
            .collect();
        for member in &members {
            self.posts[*member].event = Some(number);
        }
        self.events.push(Draft {
            draft: EventDraft {
                id: Some(known.event.id),
                representative: known.representative,
                title: known.event.title.clone(),
                level: known.event.level,
                level_reason: known.event.level_reason.clone(),
                phase: known.event.phase,
                topic: known.event.topic,
                is_gathering: known.event.is_gathering,
                members: Vec::new(),
            },
            members,
            is_changed: false,
        });
    }

    /// A copy follows its original; a post joins the closest event; a flagged post without one begins its own.
    fn place(&mut self, post: &'p PostToCluster) {
        let number = self.see(post);
        if let Some(original) = self.original_of(number) {
            let event = self.posts[original].event;
            self.copies
                .push((post.stored.id, self.posts[original].stored.id));
            if let Some(event) = event {
                self.join(number, event);
            }
            return;
        }
        self.claim_copies(number);
        let known_event = post.stored.event.and_then(|id| {
            self.events
                .iter()
                .position(|event| event.draft.id == Some(id))
        });
        match known_event.or_else(|| self.closest_event(number)) {
            Some(event) => self.join(number, event),
            None if self.posts[number].level() > Level::None => self.begin(number),
            None => {}
        }
    }

    /// A paper's article may reach us after the forum's copy of it: known later copies get their original.
    fn claim_copies(&mut self, number: usize) {
        let original = &self.posts[number];
        let copies = self.posts.iter().filter(|seen| {
            (seen.at(), seen.stored.id) > (original.at(), original.stored.id)
                && seen
                    .likeness
                    .is_copy_of(&original.likeness, self.settings.copy_similarity)
        });
        let found: Vec<_> = copies
            .map(|copy| (copy.stored.id, original.stored.id))
            .collect();
        self.copies.extend(found);
    }

    fn original_of(&self, number: usize) -> Option<usize> {
        let post = &self.posts[number];
        let candidates = self.posts.iter().enumerate().filter(|(other, seen)| {
            *other != number
                && seen.stored.id != post.stored.id
                && (seen.at(), seen.stored.id) < (post.at(), post.stored.id)
        });
        candidates
            .filter(|(_, seen)| {
                post.likeness
                    .is_copy_of(&seen.likeness, self.settings.copy_similarity)
            })
            .min_by_key(|(_, seen)| (seen.at(), seen.stored.id))
            .map(|(other, _)| other)
    }

    /// A reply belongs where its thread does; any other post to the event whose voices it is closest to.
    fn closest_event(&self, number: usize) -> Option<usize> {
        if let Some(event) = self.event_of_thread(number) {
            return Some(event);
        }
        let near = (0..self.events.len()).filter_map(|event| {
            let is_alike = self.closeness(number, event)?;
            (is_alike >= self.needed_closeness(number, event)).then_some((event, is_alike))
        });
        near.max_by(|left, right| left.1.total_cmp(&right.1))
            .map(|(event, _)| event)
    }

    fn event_of_thread(&self, number: usize) -> Option<usize> {
        let post = &self.posts[number].stored.post;
        post.floor.filter(|floor| *floor > 1)?;
        let thread = thread_of(post.url.as_deref()?);
        let first = self.posts.iter().find(|seen| {
            let other = &seen.stored.post;
            other.floor == Some(1) && other.url.as_deref().map(thread_of) == Some(thread)
        })?;
        first
            .event
            .filter(|event| !self.events[*event].draft.is_gathering)
    }

    /// Closeness to the representative or to a member that is itself yellow or above; `None` for events of another
    /// time and for gatherings, which count complaints instead.
    fn closeness(&self, number: usize, event: usize) -> Option<f64> {
        let (post, draft) = (&self.posts[number], &self.events[event]);
        if draft.draft.is_gathering {
            return None;
        }
        let members = draft.members.iter().map(|member| &self.posts[*member]);
        let is_in_time = members
            .clone()
            .any(|member| (post.at() - member.at()).abs() <= self.settings.window());
        let voices = members.filter(|member| {
            member.stored.id == draft.draft.representative || member.level() >= Level::Yellow
        });
        voices
            .filter(|_| is_in_time)
            .map(|voice| post.likeness.closeness(&voice.likeness))
            .max_by(f64::total_cmp)
    }

    /// While an event is hot, what is said about its topic and its place is most likely said about it.
    fn needed_closeness(&self, number: usize, event: usize) -> f64 {
        let (post, draft) = (&self.posts[number], &self.events[event].draft);
        let representative = self
            .by_id
            .get(&draft.representative)
            .map(|first| &self.posts[*first]);
        let is_same_matter = representative.is_some_and(|first| {
            first.topic().is_some()
                && first.topic() == post.topic()
                && first.place() == post.place()
        });
        if draft.level >= Level::Orange && is_same_matter {
            self.settings.hot_event_similarity
        } else {
            self.settings.event_similarity
        }
    }

    fn begin(&mut self, number: usize) {
        let post = &self.posts[number];
        let draft = EventDraft {
            id: None,
            representative: post.stored.id,
            title: likeness::headline(&post.stored.post),
            level: Level::None,
            level_reason: String::new(),
            phase: Phase::Emerging,
            topic: post.topic(),
            is_gathering: false,
            members: Vec::new(),
        };
        self.events.push(Draft {
            draft,
            members: Vec::new(),
            is_changed: true,
        });
        self.join(number, self.events.len() - 1);
    }

    fn join(&mut self, number: usize, event: usize) {
        if let Some(before) = self.posts[number].event.replace(event)
            && before != event
        {
            self.events[before]
                .members
                .retain(|member| *member != number);
            self.events[before].is_changed = true;
        }
        let draft = &mut self.events[event];
        if !draft.members.contains(&number) {
            draft.members.push(number);
        }
        draft.is_changed = true;
    }

    fn finish(mut self, waiting: &[PostToCluster]) -> Clusters {
        let posts = &self.posts;
        for event in &mut self.events {
            raise_level(event, posts);
            event.draft.phase = phase(event, posts);
            event.draft.members = event
                .members
                .iter()
                .map(|member| posts[*member].stored.id)
                .collect();
        }
        Clusters {
            settled: waiting.iter().map(|post| post.stored.id).collect(),
            copies: self.copies,
            events: self
                .events
                .into_iter()
                .filter(|event| {
                    event.is_changed && !(event.draft.id.is_none() && event.members.is_empty())
                })
                .map(|event| event.draft)
                .collect(),
        }
    }
}

/// An event is as urgent as its most urgent post; it never falls by itself.
fn raise_level(event: &mut Draft, posts: &[Seen<'_>]) {
    let Some(worst) = event
        .members
        .iter()
        .map(|member| &posts[*member])
        .max_by_key(|post| post.level())
    else {
        return;
    };
    if worst.level() > event.draft.level {
        event.draft.level = worst.level();
        let reason = worst.analysis().and_then(level_reason).unwrap_or_default();
        event.draft.level_reason = reason;
    }
}

/// The sentence of the rule that set the level: rules of levels are named like `O3`.
fn level_reason(analysis: &Analysis) -> Option<String> {
    let is_level_rule = |rule: &str| {
        let mut characters = rule.chars();
        characters
            .next()
            .is_some_and(|first| "ROYB".contains(first))
            && characters
                .next()
                .is_some_and(|second| second.is_ascii_digit())
    };
    analysis
        .reasons
        .iter()
        .find(|reason| is_level_rule(&reason.rule))
        .map(|reason| reason.text.clone())
}

/// The address without the part that names a reply.
fn thread_of(url: &str) -> &str {
    url.split('#').next().unwrap_or(url)
}

/// 萌芽 with few posts, 扩散 while it grows, 高峰 at red, 消退 when the last post is no complaint any more.
fn phase(event: &Draft, posts: &[Seen<'_>]) -> Phase {
    let last = event
        .members
        .iter()
        .map(|member| &posts[*member])
        .max_by_key(|post| post.at());
    match (
        event.draft.level,
        event.members.len(),
        last.map(Seen::level),
    ) {
        (_, 3.., Some(Level::None)) => Phase::Fading,
        (Level::Red, ..) => Phase::Peak,
        (_, 0..=2, _) => Phase::Emerging,
        _ => Phase::Spreading,
    }
}

#[cfg(test)]
mod tests;
