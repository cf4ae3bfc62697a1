//! 监测概况 — the figures of a period, counted from its posts. They add up: found = removed + judged, and judged =
//! negative + neutral + positive.

use crate::model::{Analysis, Channel, Intent, Overview, PostId, Sentiment, StoredPost};
use std::cmp::Reverse;
use std::collections::HashSet;

/// Counts the posts that concern the bureau, as far as others wrote them. `left_out` is the selection's to fill in.
pub fn overview(posts: &[StoredPost], failed_sources: &[String]) -> Overview {
    let found = found(posts);
    let judged: Vec<Sentiment> = found
        .iter()
        .filter(|(stored, analysis)| analysis.relevant && !is_removed(stored, analysis))
        .map(|(_, analysis)| analysis.sentiment)
        .collect();
    Overview {
        found: count(&found),
        by_channel: by_channel(&found),
        removed: count(&found) - count(&judged),
        judged: count(&judged),
        negative: count_of(&judged, Sentiment::Negative),
        neutral: count_of(&judged, Sentiment::Neutral),
        positive: count_of(&judged, Sentiment::Positive),
        failed_sources: failed_sources.to_vec(),
        left_out: 0,
    }
}

/// Relevant posts, and the advertisements about our business and the copies of relevant posts that are removed from
/// them. What an authority published is no public opinion.
fn found(posts: &[StoredPost]) -> Vec<(&StoredPost, &Analysis)> {
    let heard: Vec<(&StoredPost, &Analysis)> = posts
        .iter()
        .filter(|stored| !is_by_an_authority(stored))
        .filter_map(|stored| Some((stored, stored.analysis.as_ref()?)))
        .collect();
    let relevant: HashSet<PostId> = heard
        .iter()
        .filter(|(_, analysis)| analysis.relevant)
        .map(|(stored, _)| stored.id)
        .collect();
    let is_copy = |stored: &StoredPost| stored.repost_of.is_some_and(|id| relevant.contains(&id));
    let concerns_us = |stored: &StoredPost, analysis: &Analysis| {
        relevant.contains(&stored.id)
            || analysis.about && analysis.intent == Intent::Ad
            || is_copy(stored)
    };
    heard
        .into_iter()
        .filter(|(stored, analysis)| concerns_us(stored, analysis))
        .collect()
}

/// True for what an authority publishes about itself: a position, not public opinion.
pub fn is_by_an_authority(stored: &StoredPost) -> bool {
    stored.post.is_official || stored.post.channel == Channel::Government
}

/// 剔除: advertisements and copies.
fn is_removed(stored: &StoredPost, analysis: &Analysis) -> bool {
    stored.repost_of.is_some() || analysis.intent == Intent::Ad
}

/// Largest first; equal ones in the order of the glossary.
fn by_channel(found: &[(&StoredPost, &Analysis)]) -> Vec<(Channel, u64)> {
    let mut counts: Vec<(Channel, u64)> = Channel::ALL
        .iter()
        .map(|channel| {
            let of_channel = found
                .iter()
                .filter(|(stored, _)| stored.post.channel == *channel);
            (*channel, of_channel.count() as u64)
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
}

fn count<T>(list: &[T]) -> u64 {
    list.len() as u64
}

fn count_of(judged: &[Sentiment], wanted: Sentiment) -> u64 {
    judged
        .iter()
        .filter(|sentiment| **sentiment == wanted)
        .count() as u64
}
