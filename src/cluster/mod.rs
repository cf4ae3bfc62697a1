//! 转载与事件 — which posts are copies, which belong to one happening, which complaints gather. Pure: posts and known
//! events in, decisions out.
//!
//! A post joins an event by what the event's first posts have in common (its essence), never by a chain of ordinary
//! neighbours.

mod alignment;
mod burst;
mod by_hand;
mod dress;
mod essence;
mod gathering;
mod likeness;
mod memory;
mod old_news;
mod pairs;
mod timeline;
mod voices;

pub use burst::{BURST_MEMORY, Burst, Span, Subject, bursts};
pub use by_hand::draw_up;
pub use memory::{Candidate, Memory};
pub use old_news::{OLD_NEWS_AGE, old_news};
pub use timeline::{Timeline, timeline};

use crate::model::{Analysis, EventId, Level, Phase, PostId, StoredPost, Timestamp, Topic};
use crate::store::{EventDraft, EventMembers};
use chrono::TimeDelta;
use essence::{Commonness, ESSENCE_POSTS, Essence, closeness};
use likeness::{Compared, Glance, Likeness, Rough, Sought};
use pairs::Pairs;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::HashMap;
use std::time::Duration;
use voices::Voices;

/// Complaints further apart than this do not gather (`spec.md` 3.2, Y3).
pub const GATHERING_WINDOW: TimeDelta = TimeDelta::days(7);

/// Cosine with an event's first post at which two posts say the same in other words.
const SAME_MATTER: f64 = 0.4;
/// Events whose essence a post covers less are not looked at again.
const GLANCE_COVERAGE: f64 = 0.12;
/// Known posts by which the commonness of words is judged.
const COUNTED_POSTS: usize = 1000;

/// `[cluster]` of `yuqing.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterSettings {
    /// Share of letters in the same order that makes a copy; 0…1.
    #[serde(deserialize_with = "share")]
    pub copy_similarity: f64,
    /// Share of an event's essence that a post of it covers; 0…1.
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
    waiting: &[Candidate],
    known: &[Candidate],
    events: &[EventMembers],
    settings: &ClusterSettings,
) -> Clusters {
    let mut state = State::new(waiting, known, events, settings);
    for post in waiting {
        state.place(post);
    }
    gathering::gather(&mut state);
    state.finish(waiting)
}

/// How common pairs of characters are in the posts to place and in those of late.
fn commonness(waiting: &[Candidate], known: &[Candidate]) -> Commonness {
    let mut commonness = Commonness::default();
    let late = known.len().saturating_sub(COUNTED_POSTS);
    for candidate in waiting.iter().chain(&known[late..]) {
        let post = &candidate.post.stored.post;
        commonness.count(candidate.likeness.pairs(post));
    }
    commonness
}

/// A post as clustering sees it.
struct Seen<'p> {
    stored: &'p StoredPost,
    likeness: &'p Likeness,
    rough: Rough,
    at: Timestamp,
    event: Option<usize>,
    is_copy: bool,
    is_placed_by_hand: bool,
}

impl Seen<'_> {
    fn at(&self) -> Timestamp {
        self.at
    }

    fn compared(&self) -> Compared<'_> {
        Compared {
            post: &self.stored.post,
            likeness: self.likeness,
        }
    }

    fn pairs(&self) -> &Pairs {
        self.likeness.pairs(&self.stored.post)
    }

    /// Whoever published earlier has the original.
    fn is_before(&self, other: &Seen<'_>) -> bool {
        (self.at, self.stored.id) < (other.at, other.stored.id)
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

/// The post that shares most with another one: share (0…1) and number. Letter by letter only it is compared: pages made
/// from one template share much with thousands.
#[derive(Default)]
struct Nearest(Option<(f64, usize)>);

impl Nearest {
    /// Who shares less is not the nearest.
    fn least(&self) -> f64 {
        self.0.map_or(0.0, |(share, _)| share)
    }

    /// Of equally near ones the first stays.
    fn offer(&mut self, share: f64, number: usize) {
        if self.0.is_none() || share > self.least() {
            self.0 = Some((share, number));
        }
    }

    fn number(&self) -> Option<usize> {
        self.0.map(|(_, number)| number)
    }
}

/// A first look at two posts; who shares less than `least` differs.
fn glance(copy: &Seen<'_>, original: &Seen<'_>, least: f64) -> Glance {
    match copy.rough.may_be_copy_of(original.rough) {
        true => copy.compared().glance_at(original.compared(), least),
        false => Glance::Differs,
    }
}

struct State<'p> {
    settings: &'p ClusterSettings,
    commonness: Commonness,
    posts: Vec<Seen<'p>>,
    by_id: HashMap<PostId, usize>,
    /// First posts of threads, by address.
    threads: HashMap<&'p str, usize>,
    events: Vec<Draft>,
    voices: Voices,
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
        waiting: &'p [Candidate],
        known: &'p [Candidate],
        events: &[EventMembers],
        settings: &'p ClusterSettings,
    ) -> Self {
        let mut state = State {
            settings,
            commonness: commonness(waiting, known),
            posts: Vec::new(),
            by_id: HashMap::new(),
            threads: HashMap::new(),
            events: Vec::new(),
            voices: Voices::default(),
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

    fn see(&mut self, candidate: &'p Candidate) -> usize {
        let number = self.posts.len();
        let stored = &candidate.post.stored;
        self.by_id.insert(stored.id, number);
        if let (Some(1), Some(url)) = (stored.post.floor, &stored.post.url) {
            self.threads.entry(thread_of(url)).or_insert(number);
        }
        self.posts.push(Seen {
            stored,
            likeness: &candidate.likeness,
            rough: candidate.likeness.rough(),
            at: stored.post.effective_at(),
            event: None,
            is_copy: false,
            is_placed_by_hand: candidate.post.placed_by_hand.is_some(),
        });
        number
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
        self.take_essence(number);
    }

    /// The first posts of an event say what it is about; gatherings count complaints instead.
    fn take_essence(&mut self, event: usize) {
        let Draft { draft, members, .. } = &self.events[event];
        if draft.is_gathering {
            return;
        }
        let originals = members
            .iter()
            .map(|member| &self.posts[*member])
            .filter(|post| !post.is_copy);
        let pairs = originals.map(|post| post.pairs());
        let essence = Essence::of(pairs, &self.commonness);
        self.voices.set(event, &essence);
    }

    /// A copy follows its original; a post joins the closest event; a flagged post without one begins its own.
    fn place(&mut self, candidate: &'p Candidate) {
        let number = self.see(candidate);
        let stored = &candidate.post.stored;
        let known_event = self.known_event(stored.event);
        let is_placed_by_hand = self.posts[number].is_placed_by_hand;
        if let Some(event) = known_event.filter(|_| is_placed_by_hand) {
            self.put(number, event);
        }
        if let Some(original) = self.original_of(number) {
            let event = self.posts[original].event;
            self.posts[number].is_copy = true;
            self.copies
                .push((stored.id, self.posts[original].stored.id));
            if let Some(event) = event {
                self.join(number, event);
            }
            return;
        }
        self.claim_copies(number);
        if is_placed_by_hand {
            return;
        }
        match known_event.or_else(|| self.closest_event(number)) {
            Some(event) => self.join(number, event),
            None if self.posts[number].level() > Level::None => self.begin(number),
            None => {}
        }
    }

    fn known_event(&self, id: Option<EventId>) -> Option<usize> {
        let id = id?;
        let mut events = self.events.iter();
        events.position(|event| event.draft.id == Some(id))
    }

    /// A paper's article may reach us after the forum's copy of it: known later copies get their original.
    fn claim_copies(&mut self, number: usize) {
        let original = &self.posts[number];
        let (mut found, mut doubtful) = (Vec::new(), Nearest::default());
        for (copy, seen) in self.posts.iter().enumerate() {
            if seen.is_copy || !original.is_before(seen) {
                continue;
            }
            match glance(seen, original, doubtful.least()) {
                Glance::Differs => {}
                Glance::IsCopy => found.push(copy),
                Glance::MayBeCopy(share) => doubtful.offer(share, copy),
            }
        }
        let sought = Sought::original(original.compared());
        let is_copy = |copy: &usize| self.is_aligned(&sought, *copy);
        found.extend(doubtful.number().filter(is_copy));
        for copy in found {
            let original = self.posts[number].stored.id;
            self.copies.push((self.posts[copy].stored.id, original));
            self.posts[copy].is_copy = true;
        }
    }

    fn original_of(&self, number: usize) -> Option<usize> {
        let post = &self.posts[number];
        let mut first: Option<usize> = None;
        let is_earlier = |other: usize, first: Option<usize>| {
            first.is_none_or(|first| self.posts[other].is_before(&self.posts[first]))
        };
        let mut doubtful = Nearest::default();
        for (other, seen) in self.posts.iter().enumerate() {
            if seen.is_copy || !seen.is_before(post) || !is_earlier(other, first) {
                continue;
            }
            match glance(post, seen, doubtful.least()) {
                Glance::Differs => {}
                Glance::IsCopy => first = Some(other),
                Glance::MayBeCopy(share) => doubtful.offer(share, other),
            }
        }
        let sought = Sought::copy(post.compared());
        let is_copied =
            |other: &usize| is_earlier(*other, first) && self.is_aligned(&sought, *other);
        doubtful.number().filter(is_copied).or(first)
    }

    fn is_aligned(&self, sought: &Sought<'_>, other: usize) -> bool {
        let similarity = self.settings.copy_similarity;
        sought.is_aligned_with(self.posts[other].compared(), similarity)
    }

    /// A reply belongs where its thread does; any other post to the event whose essence it covers most, or else to one
    /// whose first post says the same in other words.
    fn closest_event(&self, number: usize) -> Option<usize> {
        if let Some(event) = self.event_of_thread(number) {
            return Some(event);
        }
        let post = &self.posts[number];
        let mut best: Option<(usize, f64)> = None;
        for (event, covered) in self.voices.coverage(post.pairs()) {
            // Of events equally close the latest in the list counts.
            let is_better = best.is_none_or(|(before, most)| (most, before) < (covered, event));
            if is_better && self.is_close(number, event, covered) && self.is_in_time(number, event)
            {
                best = Some((event, covered));
            }
        }
        best.map(|(event, _)| event)
    }

    fn is_close(&self, number: usize, event: usize, covered: f64) -> bool {
        covered >= self.needed_coverage(number, event)
            || covered >= GLANCE_COVERAGE && self.says_the_same(number, event)
    }

    fn says_the_same(&self, number: usize, event: usize) -> bool {
        let Some(first) = self.representative(event) else {
            return false;
        };
        let (ours, theirs) = (self.posts[number].pairs(), first.pairs());
        closeness(ours, theirs, &self.commonness) >= SAME_MATTER
    }

    fn representative(&self, event: usize) -> Option<&Seen<'p>> {
        let first = self.by_id.get(&self.events[event].draft.representative)?;
        Some(&self.posts[*first])
    }

    fn event_of_thread(&self, number: usize) -> Option<usize> {
        let post = &self.posts[number].stored.post;
        post.floor.filter(|floor| *floor > 1)?;
        let thread = thread_of(post.url.as_deref()?);
        let first = &self.posts[*self.threads.get(thread)?];
        first
            .event
            .filter(|event| !self.events[*event].draft.is_gathering)
    }

    /// Events of another time are other events.
    fn is_in_time(&self, number: usize, event: usize) -> bool {
        let window = self.settings.window();
        let at = self.posts[number].at;
        let mut members = self.events[event].members.iter();
        members.any(|member| (at - self.posts[*member].at).abs() <= window)
    }

    /// While an event is hot, what is said about its topic and its place is most likely said about it.
    fn needed_coverage(&self, number: usize, event: usize) -> f64 {
        let (post, draft) = (&self.posts[number], &self.events[event].draft);
        let representative = self.representative(event);
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

    /// A post that a person placed is drawn into no event, were its own one out of sight.
    fn join(&mut self, number: usize, event: usize) {
        if !self.posts[number].is_placed_by_hand {
            self.put(number, event);
        }
    }

    fn put(&mut self, number: usize, event: usize) {
        self.events[event].is_changed = true;
        let before = self.posts[number].event.replace(event);
        if before == Some(event) {
            return;
        }
        if let Some(before) = before {
            self.events[before]
                .members
                .retain(|member| *member != number);
            self.events[before].is_changed = true;
        }
        self.events[event].members.push(number);
        if self.events[event].members.len() <= ESSENCE_POSTS {
            self.take_essence(event);
        }
    }

    fn finish(mut self, waiting: &[Candidate]) -> Clusters {
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
            settled: waiting
                .iter()
                .map(|waiting| waiting.post.stored.id)
                .collect(),
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
        let reason = worst.analysis().and_then(Analysis::level_reason);
        event.draft.level_reason = reason.unwrap_or_default().to_owned();
    }
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
    phase_of(
        event.draft.level,
        event.members.len(),
        last.map(Seen::level),
    )
}

/// The same by an event's level, the number of its posts and the level of its last one.
fn phase_of(level: Level, post_count: usize, last: Option<Level>) -> Phase {
    match (level, post_count, last) {
        (_, 3.., Some(Level::None)) => Phase::Fading,
        (Level::Red, ..) => Phase::Peak,
        (_, 0..=2, _) => Phase::Emerging,
        _ => Phase::Spreading,
    }
}

#[cfg(test)]
mod tests;
