//! Own cases, one file per kind. A label that a case leaves out is not checked.

use super::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    channel: Channel,
    source: Option<String>,
    tier: Option<OutletTier>,
    time: Option<String>,
    title: Option<String>,
    text: String,
    comments: Option<u64>,
    reposts: Option<u64>,
    likes: Option<u64>,
    #[serde(default)]
    has_image: bool,
    #[serde(default)]
    has_video: bool,
    /// Minutes between publication and reading; a day if not said.
    minutes: Option<i64>,
    authors_24h: Option<u32>,
    authors_7d: Option<u32>,
    relevant: Option<bool>,
    topic: Option<crate::model::Topic>,
    sentiment: Option<Sentiment>,
    intent: Option<Intent>,
    jurisdiction: Option<Jurisdiction>,
    level: Option<Level>,
    /// A level rule that must be among the reasons.
    rule: Option<String>,
    /// The text with personal data masked.
    masked: Option<String>,
}

fn post_of(case: &Case) -> Post {
    let mut judged = post(case.channel, &case.text);
    judged.title = case.title.clone().unwrap_or_default();
    judged.source_name = case.source.clone().unwrap_or_else(|| "新浪微博".to_owned());
    judged.has_image = case.has_image;
    judged.has_video = case.has_video;
    judged.outlet_tier = case.tier.unwrap_or(OutletTier::T5);
    judged.engagement = Engagement {
        comments: case.comments,
        reposts: case.reposts,
        likes: case.likes,
        views: None,
    };
    if let (Some(time), Some(published)) = (&case.time, &mut judged.published_at) {
        published.at = at(time);
        judged.fetched_at = at(time) + chrono::TimeDelta::days(1);
    }
    if let (Some(minutes), Some(published)) = (case.minutes, &judged.published_at) {
        judged.fetched_at = published.at + chrono::TimeDelta::minutes(minutes);
    }
    judged
}

fn spread_of(case: &Case, post: &Post) -> Spread {
    let snapshot = Spread::of_snapshot(post);
    Spread {
        authors_24h: case.authors_24h.unwrap_or(snapshot.authors_24h),
        authors_7d: case.authors_7d.unwrap_or(snapshot.authors_7d),
        ..snapshot
    }
}

/// A label of a case against the one it got, if the case names it.
struct Label {
    name: &'static str,
    is_right: bool,
    got: String,
}

fn labels(case: &Case, analysis: &Analysis) -> Vec<Label> {
    let mut labels = Vec::new();
    let mut check = |name, is_right: Option<bool>, got: String| {
        labels.extend(is_right.map(|is_right| Label {
            name,
            is_right,
            got,
        }));
    };
    // A case that names no relevance is one of ours, unless it lies elsewhere.
    let relevant = case.relevant.unwrap_or(true);
    check(
        "relevant",
        Some(analysis.relevant == relevant),
        format!("{} (about {})", analysis.relevant, analysis.about),
    );
    let topic = analysis.primary_topic();
    check(
        "topic",
        case.topic.map(|wanted| topic == Some(wanted)),
        format!("{topic:?}"),
    );
    check(
        "sentiment",
        case.sentiment.map(|wanted| analysis.sentiment == wanted),
        analysis.sentiment.to_string(),
    );
    check(
        "intent",
        case.intent.map(|wanted| analysis.intent == wanted),
        analysis.intent.to_string(),
    );
    let jurisdiction = analysis.regions.jurisdiction;
    check(
        "jurisdiction",
        case.jurisdiction.map(|wanted| jurisdiction == wanted),
        jurisdiction.to_string(),
    );
    check(
        "level",
        case.level.map(|wanted| analysis.level == wanted),
        analysis.level.to_string(),
    );
    let has_rule = |wanted: &String| analysis.reasons.iter().any(|reason| reason.rule == *wanted);
    check("rule", case.rule.as_ref().map(has_rule), "none".to_owned());
    let masked = crate::text::mask::mask(&case.text);
    check(
        "masked",
        case.masked.as_ref().map(|wanted| masked == *wanted),
        masked,
    );
    labels
}

fn check(file: &str) {
    let cases: File =
        toml::from_str(&read(&format!("tests/fixtures/analyze/{file}"))).expect("a file of cases");
    let mut failures = Vec::new();
    let mut tallies: std::collections::BTreeMap<&str, (usize, usize)> = Default::default();
    for case in &cases.case {
        let post = post_of(case);
        let analysis = analyze(&post, &spread_of(case, &post), &RULES);
        let labels = labels(case, &analysis);
        for label in &labels {
            let (right, total) = tallies.entry(label.name).or_default();
            *right += usize::from(label.is_right);
            *total += 1;
        }
        let wrong: Vec<String> = (labels.iter().filter(|label| !label.is_right))
            .map(|label| format!("{} {}", label.name, label.got))
            .collect();
        if !wrong.is_empty() {
            let reasons: Vec<&str> = analysis
                .reasons
                .iter()
                .map(|reason| reason.text.as_str())
                .collect();
            failures.push(format!(
                "{}: {}\n    {}",
                case.name,
                wrong.join(", "),
                reasons.join("\n    ")
            ));
        }
    }
    println!(
        "{file}: {} cases, right per label {tallies:?}",
        cases.case.len()
    );
    assert!(
        failures.is_empty(),
        "{} of {}\n{}",
        failures.len(),
        cases.case.len(),
        failures.join("\n")
    );
}

#[test]
fn complaints_and_questions_are_told_apart() {
    check("complaints.toml");
}

#[test]
fn danger_is_raised_and_figures_of_speech_are_not() {
    check("danger.toml");
}

#[test]
fn what_a_review_found_is_judged_right() {
    check("reviewed.toml");
}

#[test]
fn traps_are_avoided() {
    check("traps.toml");
}

#[test]
fn the_same_in_other_words_is_judged_the_same() {
    check("more.toml");
}

#[test]
fn every_topic_is_known_in_its_ways_of_speaking() {
    check("topics.toml");
}

#[test]
fn every_intent_is_told_from_its_neighbours() {
    check("intents.toml");
}

#[test]
fn every_level_rule_fires_at_its_line_and_not_before() {
    check("levels.toml");
}

#[test]
fn places_are_told_from_words_that_look_like_them() {
    check("regions.toml");
}

#[test]
fn false_friends_are_not_taken_in() {
    check("friends.toml");
}

#[test]
fn posts_that_a_trial_found_misjudged() {
    check("tried.toml");
}

#[test]
fn negation_turn_irony_and_disguise_are_read() {
    check("wording.toml");
}

#[test]
fn other_words_for_the_same_kinds_are_judged_alike() {
    check("again.toml");
}

#[test]
fn letters_that_name_our_city_are_judged_by_their_words() {
    check("letters.toml");
}
