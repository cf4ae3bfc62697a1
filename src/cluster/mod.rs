//! 转载与事件 — which posts are copies, which belong to one happening, which complaints gather. Pure: posts and known
//! events in, decisions out.
//!
//! A post joins an event by what the event's first posts have in common (its essence), never by a chain of ordinary
//! neighbours.

mod alignment;
mod burst;
mod by_hand;
mod closest;
mod draft;
mod dress;
mod essence;
mod gathering;
mod hot;
mod likeness;
mod memory;
mod old_news;
mod pairs;
mod seen;
mod settings;
mod timeline;
mod voices;

pub use burst::{BURST_MEMORY, Burst, Span, Subject, bursts};
pub use by_hand::draw_up;
pub use memory::{Candidate, Memory};
pub use old_news::{OLD_NEWS_AGE, old_news};
pub use settings::ClusterSettings;
pub use timeline::{Timeline, timeline};

use crate::model::{EventId, Level, PostId};
use crate::store::{EventDraft, EventMembers};
use chrono::TimeDelta;
use draft::Draft;
use essence::{Commonness, ESSENCE_POSTS, Essence};
use likeness::{Glance, Sought};
use seen::Seen;
use std::collections::HashMap;
use voices::Voices;

/// Complaints further apart than this do not gather (`spec.md` 3.2, Y3).
pub const GATHERING_WINDOW: TimeDelta = TimeDelta::days(7);

/// Known posts by which the commonness of words is judged.
const COUNTED_POSTS: usize = 1000;

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
    state.draw_together();
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
        self.events.push(Draft::of(known, members));
        self.take_essence(number);
    }

    /// The first posts of an event say what it is about; gatherings count complaints instead.
    fn take_essence(&mut self, event: usize) {
        if !self.is_happening(event) {
            return;
        }
        let members = self.events[event].members.iter();
        let originals = members
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
            None if self.posts[number].level() > Level::None => {
                self.events.push(Draft::begun_by(&self.posts[number]));
                self.join(number, self.events.len() - 1);
            }
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

    fn finish(self, waiting: &[Candidate]) -> Clusters {
        let posts = &self.posts;
        let events = self.events.into_iter().filter(Draft::is_worth_saving);
        Clusters {
            settled: waiting
                .iter()
                .map(|waiting| waiting.post.stored.id)
                .collect(),
            copies: self.copies,
            events: events.map(|event| event.finish(posts)).collect(),
        }
    }
}

/// The address without the part that names a reply.
fn thread_of(url: &str) -> &str {
    url.split('#').next().unwrap_or(url)
}

#[cfg(test)]
mod tests;
