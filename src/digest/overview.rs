//! 监测概况 — the figures of a period, counted from its posts.

use crate::model::{Analysis, Channel, Intent, Overview, Sentiment, StoredPost};
use std::cmp::Reverse;

/// Counts the posts about the bureau's business. `left_out` is the selection's to fill in.
pub fn overview(posts: &[StoredPost], failed_sources: &[String]) -> Overview {
    let about: Vec<(&StoredPost, &Analysis)> = posts
        .iter()
        .filter_map(|stored| Some((stored, stored.analysis.as_ref()?)))
        .filter(|(_, analysis)| analysis.about)
        .collect();
    let judged: Vec<Sentiment> = about
        .iter()
        .filter(|(stored, analysis)| stored.repost_of.is_none() && analysis.intent != Intent::Ad)
        .map(|(_, analysis)| analysis.sentiment)
        .collect();
    Overview {
        found: count(&about),
        by_channel: by_channel(&about),
        removed: count(&about) - count(&judged),
        judged: count(&judged),
        negative: count_of(&judged, Sentiment::Negative),
        neutral: count_of(&judged, Sentiment::Neutral),
        positive: count_of(&judged, Sentiment::Positive),
        failed_sources: failed_sources.to_vec(),
        left_out: 0,
    }
}

/// Largest first; equal ones in the order of the glossary.
fn by_channel(about: &[(&StoredPost, &Analysis)]) -> Vec<(Channel, u64)> {
    let mut counts: Vec<(Channel, u64)> = Channel::ALL
        .iter()
        .map(|channel| {
            let of_channel = about
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
