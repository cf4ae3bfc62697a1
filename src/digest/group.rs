//! Posts → groups that make one entry each: a post with its copies, and all posts of one event. Decides by what the
//! store knows (`repost_of`, `event`); compares no texts.

use crate::model::{EventId, PostId, StoredPost};
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
    posts.sort_by_key(|stored| (stored.post.effective_at(), stored.id));
    let heads = heads(&posts);
    let mut groups: Vec<Group> = vec![Vec::new(); posts.len()];
    for (position, stored) in posts.into_iter().enumerate() {
        groups[heads[position]].push(stored);
    }
    groups.retain(|group| !group.is_empty());
    groups
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
