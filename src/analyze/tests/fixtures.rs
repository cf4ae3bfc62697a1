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
    has_video: bool,
    relevant: Option<bool>,
    topic: Option<crate::model::Topic>,
    sentiment: Option<Sentiment>,
    intent: Option<Intent>,
    jurisdiction: Option<Jurisdiction>,
    level: Option<Level>,
}

fn post_of(case: &Case) -> Post {
    let mut judged = post(case.channel, &case.text);
    judged.title = case.title.clone().unwrap_or_default();
    judged.source_name = case.source.clone().unwrap_or_else(|| "新浪微博".to_owned());
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
    judged
}

fn differences(case: &Case, analysis: &Analysis) -> Vec<String> {
    let mut found = Vec::new();
    // A case that names no relevance is one of ours, unless it lies elsewhere.
    let relevant = case.relevant.unwrap_or(true);
    if analysis.relevant != relevant {
        found.push(format!(
            "relevant {} (about {})",
            analysis.relevant, analysis.about
        ));
    }
    let topic = analysis.primary_topic();
    if case.topic.is_some() && topic != case.topic {
        found.push(format!("topic {topic:?}"));
    }
    if case
        .sentiment
        .is_some_and(|wanted| wanted != analysis.sentiment)
    {
        found.push(format!("sentiment {}", analysis.sentiment));
    }
    if case.intent.is_some_and(|wanted| wanted != analysis.intent) {
        found.push(format!("intent {}", analysis.intent));
    }
    if (case.jurisdiction).is_some_and(|wanted| wanted != analysis.regions.jurisdiction) {
        found.push(format!("jurisdiction {}", analysis.regions.jurisdiction));
    }
    if case.level.is_some_and(|wanted| wanted != analysis.level) {
        found.push(format!("level {}", analysis.level));
    }
    found
}

fn check(file: &str) {
    let cases: File =
        toml::from_str(&read(&format!("tests/fixtures/analyze/{file}"))).expect("a file of cases");
    let mut failures = Vec::new();
    for case in &cases.case {
        let analysis = judge(&post_of(case));
        let found = differences(case, &analysis);
        if !found.is_empty() {
            let reasons: Vec<&str> = analysis
                .reasons
                .iter()
                .map(|reason| reason.text.as_str())
                .collect();
            failures.push(format!(
                "{}: {}\n    {}",
                case.name,
                found.join(", "),
                reasons.join("\n    ")
            ));
        }
    }
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
