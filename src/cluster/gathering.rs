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
        let Some(reason) = threshold_reached(state, &complaints) else {
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

/// The sentence that says why, if the newest complaint completes a gathering.
fn threshold_reached(state: &State<'_>, complaints: &[usize]) -> Option<String> {
    let newest = state.posts[*complaints.last()?].at();
    let authors_within = |window: TimeDelta| {
        let recent = complaints.iter().map(|number| &state.posts[*number]);
        let authors: HashSet<String> = recent
            .filter(|post| newest - post.at() <= window)
            .map(|post| author_key(post))
            .collect();
        authors.len()
    };
    let (day, week) = (
        authors_within(TimeDelta::hours(24)),
        authors_within(GATHERING_WINDOW),
    );
    if week >= state.settings.gathering_authors_7d {
        return Some(format!("Y3：7 日内 {week} 名独立发帖人反映同类事项"));
    }
    (day >= state.settings.gathering_authors_24h)
        .then(|| format!("Y3：24 小时内 {day} 名独立发帖人反映同类事项"))
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
