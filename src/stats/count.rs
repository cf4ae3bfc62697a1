//! Records → figures. What a post counts for is decided in `keys` alone, so that a figure and the list behind it agree.

use crate::model::{
    Adoption, Channel, CountedAs, Facts, Issue, IssueState, LedgerCases, LedgerEvent, Level,
    Period, Sentiment, SourceHealth, Topic,
};
use crate::stats::Figures;
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};

/// 承办处室 by topic.
pub type Offices = BTreeMap<Topic, String>;

/// Digests that sum up others: their entries stood in an issue before.
const SUMMARIES: &[&str] = &["weekly", "monthly"];

/// 国办发〔2016〕61号: other matters are answered within 48 hours.
const ANSWER: TimeDelta = TimeDelta::hours(48);
/// 国办发〔2016〕80号: on grave and major emergencies an authority speaks within 5 hours.
const AUTHORITY: TimeDelta = TimeDelta::hours(5);

/// What is on record of a period.
#[derive(Clone, Debug)]
pub struct Records {
    /// The period.
    pub period: Period,
    /// Its parts in order, each with its name and how many posts have which facts.
    pub steps: Vec<(String, Vec<(Facts, u64)>)>,
    /// 传播家数.
    pub outlets: u64,
    /// 发现时延 in milliseconds, ascending.
    pub delays_ms: Vec<i64>,
    /// Issues signed in it, void ones among them.
    pub issues: Vec<Issue>,
    /// 零报告 by digest.
    pub zero_reports: BTreeMap<String, u64>,
    /// Events that began in it.
    pub events: Vec<LedgerEvent>,
    /// How often people agreed with the machine.
    pub adoption: Adoption,
    /// 来源健康.
    pub sources: SourceHealth,
    /// 办理件与答复.
    pub cases: LedgerCases,
    /// Titles of the digests, by code.
    pub digest_titles: BTreeMap<String, String>,
}

/// The figures a post counts for, each once.
pub fn keys(facts: &Facts, offices: &Offices) -> Vec<String> {
    let mut keys = vec!["collected".to_owned()];
    match facts.standing {
        CountedAs::Official => keys.push("official".to_owned()),
        CountedAs::Waiting => keys.push("waiting".to_owned()),
        CountedAs::Ad | CountedAs::Irrelevant | CountedAs::Copy => {
            keys.push("removed".to_owned());
            keys.push(format!("removed_by.{}", facts.standing));
        }
        CountedAs::Judged => judged_keys(facts, offices, &mut keys),
    }
    if matches!(facts.standing, CountedAs::Judged | CountedAs::Copy) {
        keys.push("spread".to_owned());
    }
    keys
}

fn judged_keys(facts: &Facts, offices: &Offices, keys: &mut Vec<String>) {
    let primary = facts.topics.first();
    let topic = primary.map_or("none", |topic| topic.code());
    let office = primary.and_then(|topic| offices.get(topic));
    keys.push("posts".to_owned());
    keys.push(format!("by_channel.{}", facts.channel));
    keys.push(format!("by_topic.{topic}"));
    keys.push(format!("by_sentiment.{}", facts.sentiment));
    keys.push(format!("by_level.{}", facts.level));
    keys.push(format!("by_intent.{}", facts.intent));
    keys.push(format!("by_jurisdiction.{}", facts.jurisdiction));
    if !facts.place.is_empty() {
        keys.push(format!("by_place.{}", facts.place));
    }
    keys.push(format!(
        "by_office.{}",
        office.map_or("未定", String::as_str)
    ));
    if facts.topics.is_empty() {
        keys.push("by_matter.none".to_owned());
    }
    let topics: BTreeSet<Topic> = facts.topics.iter().copied().collect();
    keys.extend(topics.iter().map(|topic| format!("by_matter.{topic}")));
    if facts.level > Level::None {
        keys.push("flagged".to_owned());
    }
    if facts.level >= Level::Yellow {
        keys.push("flagged_yellow".to_owned());
    }
}

/// Does the figure count posts, so that there is a list of posts behind it?
pub fn is_post_figure(key: &str) -> bool {
    let family = key.split_once('.').map_or(key, |(family, _)| family);
    matches!(
        family,
        "collected"
            | "official"
            | "waiting"
            | "removed"
            | "removed_by"
            | "spread"
            | "posts"
            | "by_channel"
            | "by_topic"
            | "by_matter"
            | "by_sentiment"
            | "by_level"
            | "by_intent"
            | "by_jurisdiction"
            | "by_place"
            | "by_office"
            | "flagged"
            | "flagged_yellow"
    )
}

/// All figures of a period.
pub fn figures(records: &Records, offices: &Offices) -> Figures {
    let mut counted = Figures::default();
    blank(&mut counted);
    for (facts, count) in records.steps.iter().flat_map(|(_, cells)| cells) {
        for key in keys(facts, offices) {
            counted.add(key, *count);
        }
    }
    let matters = counted.family("by_matter").map(|(_, count)| count).sum();
    counted.set("sub_matters", matters);
    counted.add("outlets", records.outlets);
    share(
        &mut counted,
        "negative_share",
        "by_sentiment.negative",
        "posts",
    );
    spread_times(&mut counted, "found_after", &records.delays_ms);
    count_issues(records, &mut counted);
    count_events(&records.events, &mut counted);
    count_cases(&records.cases, &mut counted);
    counted.add("suggestions.agreed", records.adoption.agreed);
    counted.add("suggestions.disagreed", records.adoption.disagreed);
    if let Some(rate) = records.adoption.rate() {
        counted.set("suggestions.rate", tenths(rate * 100.0));
    }
    let sources = &records.sources;
    counted.add("sources.visits", sources.visits);
    counted.add("sources.successes", sources.successes);
    counted.add("sources.visited", sources.visited);
    counted.add("sources.read", sources.read);
    share(
        &mut counted,
        "sources.rate",
        "sources.successes",
        "sources.visits",
    );
    counted
}

/// What every ledger names, whether there was any or not.
fn blank(counted: &mut Figures) {
    let plain = [
        "issues",
        "entries",
        "summary_issues",
        "zero_reports",
        "void_issues",
        "collected",
        "posts",
        "removed",
        "removed_by.copy",
        "removed_by.ad",
        "removed_by.irrelevant",
        "official",
        "waiting",
        "spread",
        "flagged",
        "flagged_yellow",
        "events",
        "cases",
        "cases_closed",
        "cases_overdue",
        "emergencies",
        "replies",
    ];
    for key in plain {
        counted.add(key, 0);
    }
    for channel in Channel::ALL {
        counted.add(format!("by_channel.{channel}"), 0);
    }
    for topic in Topic::ALL {
        counted.add(format!("by_topic.{topic}"), 0);
    }
    for sentiment in Sentiment::ALL {
        counted.add(format!("by_sentiment.{sentiment}"), 0);
    }
    for level in Level::ALL {
        counted.add(format!("by_level.{level}"), 0);
        counted.add(format!("events_by_level.{level}"), 0);
    }
}

fn count_issues(records: &Records, counted: &mut Figures) {
    for (digest, count) in &records.zero_reports {
        counted.add("zero_reports", *count);
        counted.add(format!("zero_by_digest.{digest}"), *count);
    }
    let mut reported_ms = Vec::new();
    for issue in &records.issues {
        let content = &issue.content;
        if issue.state == IssueState::Void {
            counted.add("void_issues", 1);
            continue;
        }
        let entries = content.entries().count() as u64;
        counted.add(format!("issues_by_digest.{}", content.digest), 1);
        counted.add(format!("entries_by_digest.{}", content.digest), entries);
        if SUMMARIES.contains(&content.digest.as_str()) {
            counted.add("summary_issues", 1);
            continue;
        }
        counted.add("issues", 1);
        counted.add("entries", entries);
        let mut channels = BTreeSet::new();
        for entry in content.entries() {
            let first = entry.posts.first();
            let channel = first.map_or(Channel::Other, |post| post.channel);
            channels.insert(channel);
            counted.add(format!("entries_by_channel.{channel}"), 1);
            counted.add(format!("entries_by_level.{}", entry.level), 1);
            let found = entry.posts.iter().map(|post| post.first_seen_at).min();
            if let (Some(found), Some(signed)) = (found, &issue.signed) {
                reported_ms.push((signed.at - found).num_milliseconds().max(0));
            }
        }
        for channel in channels {
            counted.add(format!("issues_by_channel.{channel}"), 1);
        }
    }
    reported_ms.sort_unstable();
    spread_times(counted, "reported_after", &reported_ms);
}

fn count_events(events: &[LedgerEvent], counted: &mut Figures) {
    for event in events {
        counted.add("events", 1);
        counted.add(format!("events_by_level.{}", event.level), 1);
    }
    answers(counted, "answered", events, Level::Yellow, ANSWER);
    answers(counted, "authority", events, Level::Orange, AUTHORITY);
}

/// How soon an official post followed on events of a level and above.
fn answers(
    counted: &mut Figures,
    family: &str,
    events: &[LedgerEvent],
    level: Level,
    limit: TimeDelta,
) {
    let serious = || events.iter().filter(|event| event.level >= level);
    let mut waits: Vec<i64> = serious()
        .filter_map(|event| {
            Some(
                (event.answered_at? - event.found_at)
                    .num_milliseconds()
                    .max(0),
            )
        })
        .collect();
    waits.sort_unstable();
    let in_time = waits
        .iter()
        .filter(|wait| **wait <= limit.num_milliseconds());
    counted.add(format!("{family}.events"), serious().count() as u64);
    counted.add(format!("{family}.in_time"), in_time.count() as u64);
    spread_times(counted, family, &waits);
    share(
        counted,
        &format!("{family}.rate"),
        &format!("{family}.in_time"),
        &format!("{family}.events"),
    );
}

fn count_cases(cases: &LedgerCases, counted: &mut Figures) {
    for (origin, count) in &cases.transferred_by_origin {
        counted.add("cases", *count);
        counted.add(format!("cases_by_origin.{origin}"), *count);
    }
    for (office, count) in &cases.by_office {
        counted.add(format!("cases_by_office.{office}"), *count);
    }
    counted.add("cases_closed", cases.closed);
    counted.add("cases_on_time", cases.closed_on_time);
    share(counted, "cases_rate", "cases_on_time", "cases_closed");
    counted.add("cases_overdue", cases.overdue.len() as u64);
    let mut minutes = cases.minutes_to_close.clone();
    minutes.sort_unstable();
    let closing_ms: Vec<i64> = minutes.iter().map(|minutes| minutes * 60_000).collect();
    spread_times(counted, "closed_after", &closing_ms);
    counted.add("emergencies", cases.emergencies.len() as u64);
    for (channel, count) in &cases.replies_by_channel {
        counted.add("replies", *count);
        counted.add(format!("replies_by_channel.{channel}"), *count);
    }
}

/// Number, median and 90th percentile in minutes, of what was measured.
fn spread_times(counted: &mut Figures, family: &str, ascending_ms: &[i64]) {
    counted.add(format!("{family}.count"), ascending_ms.len() as u64);
    for (name, percent) in [("median_minutes", 50), ("p90_minutes", 90)] {
        let place = (ascending_ms.len() * percent).div_ceil(100).max(1) - 1;
        if let Some(ms) = ascending_ms.get(place) {
            counted.set(format!("{family}.{name}"), tenths(*ms as f64 / 60_000.0));
        }
    }
}

/// Percent with one decimal; nothing where there is no whole.
fn share(counted: &mut Figures, key: &str, part: &str, whole: &str) {
    let (part, whole) = (counted.count(part), counted.count(whole));
    if whole > 0 {
        counted.set(key, tenths(part as f64 * 100.0 / whole as f64));
    }
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
