//! Records → figures. What a post counts for is decided in `keys` alone, so that a figure and the list behind it agree.

use crate::model::{
    Adoption, Channel, CountedAs, DigestKind, Facts, Issue, IssueState, LedgerCases, LedgerEvent,
    Level, Period, Sentiment, SourceHealth, Topic,
};
use crate::stats::{Figures, PostCount};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// 承办处室 by topic.
pub type Offices = BTreeMap<Topic, String>;

/// 国办发〔2016〕61号: other matters are answered within 48 hours.
const ANSWER: TimeDelta = TimeDelta::hours(48);
/// 国办发〔2016〕80号: on grave and major emergencies an authority speaks within 5 hours.
const AUTHORITY: TimeDelta = TimeDelta::hours(5);

/// What is on record of a period.
#[derive(Clone, Debug)]
pub struct Records {
    /// The period.
    pub period: Period,
    /// Its posts.
    pub posts: Arc<PostCount>,
    /// Its parts in order, each with its name and its posts.
    pub steps: Vec<(String, Arc<PostCount>)>,
    /// Issues signed in it, void ones among them.
    pub issues: Vec<Arc<Issue>>,
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
    let mut keys = keys_without_office(facts);
    if facts.standing == CountedAs::Judged {
        keys.push(office_of(&topic_key(facts), offices));
    }
    keys
}

/// `by_topic.…` of the primary topic.
fn topic_key(facts: &Facts) -> String {
    let topic = facts.topics.first().map_or("none", |topic| topic.code());
    format!("by_topic.{topic}")
}

/// `by_office.…` of a `by_topic.…`.
fn office_of(topic_key: &str, offices: &Offices) -> String {
    let (_, topic) = topic_key.split_once('.').unwrap_or_default();
    let topic: Option<Topic> = topic.parse().ok();
    let office = topic.and_then(|topic| offices.get(&topic));
    format!("by_office.{}", office.map_or("未定", String::as_str))
}

/// How many of the posts count for a figure that [`is_post_figure`].
pub fn count_behind(posts: &PostCount, figure: &str, offices: &Offices) -> usize {
    let by_topic = posts.figures.family("by_topic");
    let count: f64 = match figure.starts_with("by_office.") {
        true => by_topic
            .filter(|(key, _)| office_of(key, offices) == figure)
            .map(|(_, count)| count)
            .sum(),
        false => posts.figures.get(figure).unwrap_or_default(),
    };
    count as usize
}

/// Which office answers may change with a date; all else follows from the facts alone.
pub(super) fn keys_without_office(facts: &Facts) -> Vec<String> {
    let mut keys = vec!["collected".to_owned()];
    match facts.standing {
        CountedAs::Official => keys.push("official".to_owned()),
        CountedAs::Waiting => keys.push("waiting".to_owned()),
        CountedAs::Ad | CountedAs::Irrelevant | CountedAs::Copy => {
            keys.push("removed".to_owned());
            keys.push(format!("removed_by.{}", facts.standing));
        }
        CountedAs::Judged => judged_keys(facts, &mut keys),
    }
    if matches!(facts.standing, CountedAs::Judged | CountedAs::Copy) {
        keys.push("spread".to_owned());
    }
    keys
}

fn judged_keys(facts: &Facts, keys: &mut Vec<String>) {
    keys.push("posts".to_owned());
    keys.push(format!("by_channel.{}", facts.channel));
    keys.push(topic_key(facts));
    keys.push(format!("by_sentiment.{}", facts.sentiment));
    keys.push(format!("by_level.{}", facts.level));
    keys.push(format!("by_intent.{}", facts.intent));
    keys.push(format!("by_jurisdiction.{}", facts.jurisdiction));
    if !facts.place.is_empty() {
        keys.push(format!("by_place.{}", facts.place));
    }
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
    let posts = &records.posts;
    counted.take(&posts.figures);
    for (topic, count) in posts.figures.family("by_topic") {
        counted.raise(office_of(topic, offices), count);
    }
    let matters = counted.family("by_matter").map(|(_, count)| count).sum();
    counted.set("sub_matters", matters);
    counted.add("outlets", posts.outlets.len() as u64);
    share(
        &mut counted,
        "negative_share",
        "by_sentiment.negative",
        "posts",
    );
    spread_times(&mut counted, "found_after", &posts.delays_ms);
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
        "corrections",
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

/// As what an issue is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// 作废.
    Void,
    /// 更正: what it says stands in the issue that it puts right.
    Correction,
    /// 周报、月报: they sum up others.
    Summary,
    /// 专题报告: an issue of its own, with entries of others.
    Special,
    /// 专报、快报: an issue with entries of its own.
    News,
}

fn role(issue: &Issue) -> Role {
    if issue.state == IssueState::Void {
        return Role::Void;
    }
    if issue.content.corrects.is_some() {
        return Role::Correction;
    }
    match issue.content.kind {
        DigestKind::Weekly | DigestKind::Monthly => Role::Summary,
        DigestKind::Special => Role::Special,
        DigestKind::Daily | DigestKind::Express => Role::News,
    }
}

/// Are its entries counted as 入刊条数?
pub(super) fn has_counted_entries(issue: &Issue) -> bool {
    role(issue) == Role::News
}

fn count_issues(records: &Records, counted: &mut Figures) {
    for (digest, count) in &records.zero_reports {
        counted.add("zero_reports", *count);
        counted.add(format!("zero_by_digest.{digest}"), *count);
    }
    for issue in &records.issues {
        match role(issue) {
            Role::Void => counted.add("void_issues", 1),
            Role::Correction => counted.add("corrections", 1),
            Role::Summary => {
                counted.add("summary_issues", 1);
                count_by_digest(issue, counted);
            }
            Role::Special | Role::News => {
                counted.add("issues", 1);
                count_by_digest(issue, counted);
                for channel in channels(issue).collect::<BTreeSet<_>>() {
                    counted.add(format!("issues_by_channel.{channel}"), 1);
                }
            }
        }
    }
    let with_entries = || (records.issues.iter()).filter(|issue| has_counted_entries(issue));
    with_entries().for_each(|issue| count_entries(issue, counted));
    let mut reported_ms: Vec<i64> = with_entries()
        .flat_map(|issue| reported_after(issue))
        .collect();
    reported_ms.sort_unstable();
    spread_times(counted, "reported_after", &reported_ms);
}

fn count_by_digest(issue: &Issue, counted: &mut Figures) {
    let content = &issue.content;
    let entries = content.entries().count() as u64;
    counted.add(format!("issues_by_digest.{}", content.digest), 1);
    counted.add(format!("entries_by_digest.{}", content.digest), entries);
}

fn count_entries(issue: &Issue, counted: &mut Figures) {
    for (entry, channel) in issue.content.entries().zip(channels(issue)) {
        counted.add("entries", 1);
        counted.add(format!("entries_by_channel.{channel}"), 1);
        counted.add(format!("entries_by_level.{}", entry.level), 1);
    }
}

/// Channel of the first publisher, entry by entry.
fn channels(issue: &Issue) -> impl Iterator<Item = Channel> {
    let first = issue.content.entries().map(|entry| entry.posts.first());
    first.map(|post| post.map_or(Channel::Other, |post| post.channel))
}

/// 发现至报告 in milliseconds, entry by entry.
fn reported_after(issue: &Issue) -> impl Iterator<Item = i64> {
    issue.content.entries().filter_map(|entry| {
        let found = entry.posts.iter().map(|post| post.first_seen_at).min()?;
        let signed = issue.signed.as_ref()?;
        Some((signed.at - found).num_milliseconds().max(0))
    })
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
    counted.add("satisfaction.rated", cases.rated_replies);
    if let Some(mean) = cases.mean_satisfaction {
        counted.set("satisfaction.mean", tenths(mean));
    }
    counted.add("uptakes.reported", cases.uptakes.reported);
    counted.add("uptakes.adopted", cases.uptakes.adopted);
    counted.add("uptakes.instructed", cases.uptakes.instructed);
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
