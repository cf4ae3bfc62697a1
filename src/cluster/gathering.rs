//! 聚集 — many people, one matter, a few days: the cheapest early warning (`spec.md` 0.9, 3.2 Y3, 9.2 A2).

use super::draft::Draft;
use super::seen::Seen;
use super::{GATHERING_WINDOW, State};
use crate::model::{Author, Intent, Level, Phase, PostId, Timestamp, Topic};
use crate::store::EventDraft;
use chrono::TimeDelta;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

/// 同类事项 — a topic and the place that answers for it.
type Matter = (Topic, String);

/// A further topic of a complaint counts when it scores this part of the first one's: ten people queue for a card, and
/// some tell more of the queue than of the card.
const TOLD_AS_MUCH: f32 = 0.4;

/// Joins complaints of one matter into a yellow event where enough independent authors wrote within the window. The
/// matter of most complaints comes first; a complaint that joined it is not counted again elsewhere.
pub fn gather(state: &mut State<'_>) {
    let mut matters: Vec<(Matter, Vec<usize>)> = complaints_by_matter(state).into_iter().collect();
    matters.sort_by_key(|(_, complaints)| Reverse(complaints.len()));
    for (matter, mut complaints) in matters {
        complaints.retain(|number| !is_of_another(state, *number, matter.0));
        let Some(Gathered { complaints, reason }) = gathered(state, &complaints) else {
            continue;
        };
        let event = existing_gathering(state, &complaints).unwrap_or_else(|| {
            state
                .events
                .push(new_gathering(state, &matter, complaints[0]));
            state.events.len() - 1
        });
        for complaint in complaints {
            if state.posts[complaint].level() < Level::Yellow {
                state.join(complaint, event);
            }
        }
        let draft = &mut state.events[event].draft;
        if draft.level <= Level::Yellow {
            draft.level = Level::Yellow;
            draft.level_reason = reason;
        }
    }
}

/// Complaints of each matter by time; one on two topics stands under both.
fn complaints_by_matter(state: &State<'_>) -> BTreeMap<Matter, Vec<usize>> {
    let copies: HashSet<PostId> = state.copies.iter().map(|(copy, _)| *copy).collect();
    let mut matters: BTreeMap<Matter, Vec<usize>> = BTreeMap::new();
    for (number, post) in state.posts.iter().enumerate() {
        if copies.contains(&post.stored.id) {
            continue;
        }
        for matter in matters_of(post) {
            matters.entry(matter).or_default().push(number);
        }
    }
    for complaints in matters.values_mut() {
        complaints.sort_by_key(|number| state.posts[*number].at());
    }
    matters
}

fn matters_of(post: &Seen<'_>) -> Vec<Matter> {
    let Some(analysis) = post.analysis() else {
        return Vec::new();
    };
    let is_complaint = matches!(
        analysis.intent,
        Intent::Complaint | Intent::Help | Intent::Report
    );
    if !is_complaint || analysis.level == Level::None {
        return Vec::new();
    }
    let place = analysis
        .regions
        .responsible
        .as_ref()
        .map_or_else(String::new, |region| region.code.clone());
    let enough = (analysis.topics.first()).map_or(0.0, |topic| topic.score * TOLD_AS_MUCH);
    (analysis.topics.iter())
        .filter(|topic| topic.score >= enough)
        .map(|topic| (topic.code, place.clone()))
        .collect()
}

/// In a gathering on another of its topics?
fn is_of_another(state: &State<'_>, complaint: usize, topic: Topic) -> bool {
    let post = &state.posts[complaint];
    let gathering = post
        .event
        .map(|event| &state.events[event].draft)
        .filter(|draft| draft.is_gathering && draft.topic != Some(topic));
    let Some(other) = gathering.and_then(|draft| draft.topic) else {
        return false;
    };
    let topics = post.analysis().map(|analysis| analysis.topics.as_slice());
    topics.is_some_and(|topics| topics.iter().any(|told| told.code == other))
}

/// A stretch of complaints that is a gathering.
struct Gathered {
    complaints: Vec<usize>,
    reason: String,
}

/// The latest window of complaints (in order of time) that reaches a threshold.
fn gathered(state: &State<'_>, complaints: &[usize]) -> Option<Gathered> {
    let settings = state.settings;
    let authors = authors_of(state, complaints);
    let mut week = Window::ending(complaints.len(), GATHERING_WINDOW, &authors);
    let mut today = Window::ending(complaints.len(), TimeDelta::hours(24), &authors);
    for end in (1..=complaints.len()).rev() {
        let times = |complaint: usize| state.posts[complaints[complaint]].at();
        let count = week.move_to(end, times);
        if count >= settings.gathering_authors_7d {
            return Some(Gathered {
                complaints: complaints[week.first..end].to_vec(),
                reason: format!("Y3：7日内{count}名独立发帖人反映同类事项"),
            });
        }
        let count = today.move_to(end, times);
        if count >= settings.gathering_authors_24h {
            return Some(Gathered {
                complaints: complaints[today.first..end].to_vec(),
                reason: format!("Y3：24小时内{count}名独立发帖人反映同类事项"),
            });
        }
    }
    None
}

/// A number for each author, in the order of the complaints.
fn authors_of(state: &State<'_>, complaints: &[usize]) -> Vec<usize> {
    let mut numbers: HashMap<Author, usize> = HashMap::new();
    complaints
        .iter()
        .map(|complaint| {
            let next = numbers.len();
            let author = state.posts[*complaint].stored.author();
            *numbers.entry(author).or_insert(next)
        })
        .collect()
}

/// A stretch of complaints that moves back in time, with the number of authors in it.
struct Window<'a> {
    length: TimeDelta,
    authors: &'a [usize],
    first: usize,
    end: usize,
    posts_by_author: Vec<u32>,
    author_count: usize,
}

impl<'a> Window<'a> {
    /// Nothing yet, before the end `end`.
    fn ending(end: usize, length: TimeDelta, authors: &'a [usize]) -> Self {
        Window {
            length,
            authors,
            first: end,
            end,
            posts_by_author: vec![0; authors.len()],
            author_count: 0,
        }
    }

    /// Ends before `end`, which is no later than before, and begins within its length before the last. How many
    /// authors?
    fn move_to(&mut self, end: usize, at: impl Fn(usize) -> Timestamp) -> usize {
        let newest = at(end - 1);
        while self.first > 0 && newest - at(self.first - 1) <= self.length {
            self.first -= 1;
            let posts = &mut self.posts_by_author[self.authors[self.first]];
            self.author_count += usize::from(*posts == 0);
            *posts += 1;
        }
        while self.end > end {
            self.end -= 1;
            let posts = &mut self.posts_by_author[self.authors[self.end]];
            *posts -= 1;
            self.author_count -= usize::from(*posts == 0);
        }
        self.author_count
    }
}

fn existing_gathering(state: &State<'_>, complaints: &[usize]) -> Option<usize> {
    complaints
        .iter()
        .filter_map(|number| state.posts[*number].event)
        .find(|event| state.events[*event].draft.is_gathering)
}

fn new_gathering(state: &State<'_>, matter: &Matter, first: usize) -> Draft {
    let place = state.posts[first]
        .analysis()
        .and_then(|analysis| analysis.regions.responsible.as_ref())
        .map(|region| region.name.clone())
        .unwrap_or_default();
    Draft {
        draft: EventDraft {
            id: None,
            representative: state.posts[first].stored.id,
            title: format!("{place}{}类反映聚集", matter.0.label()),
            level: Level::Yellow,
            level_reason: String::new(),
            phase: Phase::Spreading,
            topic: Some(matter.0),
            is_gathering: true,
            members: Vec::new(),
        },
        members: Vec::new(),
        is_changed: true,
    }
}
