//! Posts → groups that make one entry each: a post with its copies, and all posts of one event. Decides by what the
//! store knows (`repost_of`, `event`); compares no texts.

use crate::model::{EventId, PostId, Precision, StoredPost, Timestamp};
use chrono::{Months, TimeDelta};
use std::collections::HashMap;

/// Posts of one happening, earliest first.
pub type Group<'p> = Vec<&'p StoredPost>;

#[derive(PartialEq, Eq, Hash)]
enum Tie {
    Copy(PostId),
    Event(EventId),
}

/// Groups in the order of their earliest post.
pub fn group<'p>(posts: impl IntoIterator<Item = &'p StoredPost>) -> Vec<Group<'p>> {
    let mut posts: Vec<&StoredPost> = posts.into_iter().collect();
    posts.sort_by_key(|stored| (latest_at(stored), stored.id));
    let heads = heads(&posts);
    let mut groups: Vec<Group> = vec![Vec::new(); posts.len()];
    for (position, stored) in posts.into_iter().enumerate() {
        groups[heads[position]].push(stored);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// The latest moment at which a post may have been published: one of which only the day is known stands at the end of
/// that day, but never after we saw it.
fn latest_at(stored: &StoredPost) -> Timestamp {
    let Some(published) = stored.post.published_at else {
        return stored.post.fetched_at;
    };
    let unit_end = match published.precision {
        Precision::Second | Precision::Minute => return published.at,
        Precision::Hour => published.at + TimeDelta::hours(1),
        Precision::Day => published.at + TimeDelta::days(1),
        Precision::Month => published.at + Months::new(1),
    };
    unit_end.min(stored.first_seen_at).max(published.at)
}

/// True where the page told no more than the day, or nothing.
pub fn is_day_only(stored: &StoredPost) -> bool {
    stored
        .post
        .published_at
        .is_none_or(|published| matches!(published.precision, Precision::Day | Precision::Month))
}

/// For each post the position of the earliest post it is tied to, over any number of ties.
fn heads(posts: &[&StoredPost]) -> Vec<usize> {
    let mut heads: Vec<usize> = (0..posts.len()).collect();
    let mut first_with: HashMap<Tie, usize> = HashMap::new();
    for (position, stored) in posts.iter().enumerate() {
        for tie in ties(stored) {
            let other = *first_with.entry(tie).or_insert(position);
            let (left, right) = (head(&heads, other), head(&heads, position));
            heads[left.max(right)] = left.min(right);
        }
    }
    (0..posts.len())
        .map(|position| head(&heads, position))
        .collect()
}

fn head(heads: &[usize], mut position: usize) -> usize {
    while heads[position] != position {
        position = heads[position];
    }
    position
}

fn ties(stored: &StoredPost) -> impl Iterator<Item = Tie> {
    let itself = Some(Tie::Copy(stored.id));
    let original = stored.repost_of.map(Tie::Copy);
    let event = stored.event.map(Tie::Event);
    [itself, original, event].into_iter().flatten()
}
