//! 聚集 — many people, one matter, a few days: the cheapest early warning (`spec.md` 0.9, 3.2 Y3, 9.2 A2).

use super::{Draft, GATHERING_WINDOW, Seen, State};
use crate::model::{Intent, Level, Phase, PostId, Topic};
use crate::store::EventDraft;
use chrono::TimeDelta;
use std::collections::{BTreeMap, HashSet};

/// 同类事项 — a topic and the place that answers for it.
type Matter = (Topic, String);

/// Joins complaints of one matter into a yellow event where enough independent authors wrote within the window.
pub fn gather(state: &mut State<'_>) {
    for (matter, complaints) in complaints_by_matter(state) {
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

fn complaints_by_matter(state: &State<'_>) -> BTreeMap<Matter, Vec<usize>> {
    let copies: HashSet<PostId> = state.copies.iter().map(|(copy, _)| *copy).collect();
    let mut matters: BTreeMap<Matter, Vec<usize>> = BTreeMap::new();
    for (number, post) in state.posts.iter().enumerate() {
        if copies.contains(&post.stored.id) {
            continue;
        }
        if let Some(matter) = matter_of(post) {
            matters.entry(matter).or_default().push(number);
        }
    }
    for complaints in matters.values_mut() {
        complaints.sort_by_key(|number| state.posts[*number].at());
    }
    matters
}

fn matter_of(post: &Seen<'_>) -> Option<Matter> {
    let analysis = post.analysis()?;
    let is_complaint = matches!(
        analysis.intent,
        Intent::Complaint | Intent::Help | Intent::Report
    );
    if !is_complaint || analysis.level == Level::None {
        return None;
    }
    let place = analysis
        .regions
        .responsible
        .as_ref()
        .map(|region| region.code.clone());
    Some((analysis.primary_topic()?, place.unwrap_or_default()))
}

/// A stretch of complaints that is a gathering.
struct Gathered {
    complaints: Vec<usize>,
    reason: String,
}

/// The latest window of complaints (in order of time) that reaches a threshold.
fn gathered(state: &State<'_>, complaints: &[usize]) -> Option<Gathered> {
    let settings = state.settings;
    let day = TimeDelta::hours(24);
    let ends = (0..complaints.len()).rev();
    ends.map(|end| &complaints[..=end]).find_map(|until| {
        let week = within(state, until, GATHERING_WINDOW);
        let authors = author_count(state, week);
        if authors >= settings.gathering_authors_7d {
            let reason = format!("Y3：7日内{authors}名独立发帖人反映同类事项");
            return Some(Gathered {
                complaints: week.to_vec(),
                reason,
            });
        }
        let today = within(state, until, day);
        let authors = author_count(state, today);
        (authors >= settings.gathering_authors_24h).then(|| Gathered {
            complaints: today.to_vec(),
            reason: format!("Y3：24小时内{authors}名独立发帖人反映同类事项"),
        })
    })
}

/// The tail of `complaints` that lies within `window` before its last.
fn within<'c>(state: &State<'_>, complaints: &'c [usize], window: TimeDelta) -> &'c [usize] {
    let Some(newest) = complaints.last().map(|last| state.posts[*last].at()) else {
        return complaints;
    };
    let first = complaints.partition_point(|number| newest - state.posts[*number].at() > window);
    &complaints[first..]
}

fn author_count(state: &State<'_>, complaints: &[usize]) -> usize {
    let authors: HashSet<String> = complaints
        .iter()
        .map(|number| author_key(&state.posts[*number]))
        .collect();
    authors.len()
}

fn author_key(post: &Seen<'_>) -> String {
    let author = post.stored.post.author.as_deref();
    // A post without an author's name is its own author: two of them are not proven to be one person.
    author.map_or_else(|| post.stored.id.0.to_string(), str::to_owned)
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
