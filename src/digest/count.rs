//! 计数 — the posts of a period → what each counts for, and the figures that follow from that alone. They add up: found =
//! removed + judged, and judged = negative + neutral + positive.

use crate::model::{
    Analysis, Channel, Counted, Intent, Jurisdiction, Overview, Period, PostId, Sentiment,
    StoredPost,
};
use std::cmp::Reverse;
use std::collections::HashSet;

/// 计数依据: the posts that concern the bureau, as far as others wrote them, by post.
pub fn counted(posts: &[StoredPost], period: Period) -> Vec<Counted> {
    let mut rows: Vec<Counted> = found(posts)
        .into_iter()
        .map(|(stored, analysis)| row(stored, analysis, period))
        .collect();
    rows.sort_by_key(|counted| counted.post);
    rows.dedup_by_key(|counted| counted.post);
    rows
}

fn row(stored: &StoredPost, analysis: &Analysis, period: Period) -> Counted {
    let last = period.to - chrono::TimeDelta::milliseconds(1);
    let seen_at = stored.first_seen_at.max(period.from).min(last);
    Counted {
        post: stored.id,
        day: seen_at.with_timezone(period.to.offset()).date_naive(),
        channel: stored.post.channel,
        is_removed: !analysis.relevant || is_removed(stored, analysis),
        level: analysis.level,
        sentiment: analysis.sentiment,
        topic: analysis.primary_topic(),
        region: region(analysis),
    }
}

/// 属地 as the table prints it.
fn region(analysis: &Analysis) -> String {
    match (&analysis.regions.responsible, analysis.regions.jurisdiction) {
        (Some(region), Jurisdiction::District) => region.name.clone(),
        (_, jurisdiction) => jurisdiction.label().to_owned(),
    }
}

/// 监测概况 of the counted posts. `left_out` is the selection's to fill in.
pub fn overview(counted: &[Counted], failed_sources: &[String]) -> Overview {
    let judged: Vec<&Counted> = judged(counted).collect();
    let of = |wanted| {
        let found = judged.iter().filter(|counted| counted.sentiment == wanted);
        found.count() as u64
    };
    Overview {
        found: counted.len() as u64,
        by_channel: by_channel(counted),
        removed: (counted.len() - judged.len()) as u64,
        judged: judged.len() as u64,
        negative: of(Sentiment::Negative),
        neutral: of(Sentiment::Neutral),
        positive: of(Sentiment::Positive),
        failed_sources: failed_sources.to_vec(),
        left_out: 0,
    }
}

/// 纳入研判.
pub fn judged(counted: &[Counted]) -> impl Iterator<Item = &Counted> {
    counted.iter().filter(|counted| !counted.is_removed)
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
fn by_channel(counted: &[Counted]) -> Vec<(Channel, u64)> {
    let mut counts: Vec<(Channel, u64)> = Channel::ALL
        .iter()
        .map(|channel| {
            let of_channel = counted.iter().filter(|counted| counted.channel == *channel);
            (*channel, of_channel.count() as u64)
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
}
