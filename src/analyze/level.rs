//! 级别 — the rules of `levels.toml` applied to what was found. Generic: no threshold is written here.

use crate::analyze::Spread;
use crate::analyze::files::{Fact, LevelRule};
use crate::analyze::found::Found;
use crate::analyze::gather::Crowd;
use crate::analyze::rules::Rules;
use crate::model::{Intent, Jurisdiction, Level, Post, Reason, Sentiment, Topic};

/// Everything a rule may ask about.
pub(super) struct Situation<'a> {
    pub post: &'a Post,
    pub found: &'a Found<'a>,
    pub spread: &'a Spread,
    pub intent: Intent,
    pub sentiment: Sentiment,
    pub topic: Option<Topic>,
    pub jurisdiction: Jurisdiction,
    pub crowd: Crowd,
    pub facts: Vec<Fact>,
}

/// The highest level whose rule fires, and every rule that fired at that level.
pub(super) fn decide(situation: &Situation, rules: &Rules) -> (Level, Vec<Reason>) {
    let gate = &rules.levels.gate;
    let is_gated = gate.not_intents.contains(&situation.intent)
        || gate.not_sentiments.contains(&situation.sentiment)
        || gate.not_jurisdictions.contains(&situation.jurisdiction);
    if is_gated {
        return (Level::None, Vec::new());
    }
    let fired: Vec<&LevelRule> = (rules.levels.rule.iter())
        .filter(|rule| fires(rule, situation))
        .collect();
    let level = fired
        .iter()
        .map(|rule| rule.level)
        .max()
        .unwrap_or(Level::None);
    let reasons = fired
        .iter()
        .filter(|rule| rule.level == level)
        .map(|rule| Reason {
            rule: rule.id.clone(),
            text: format!("{}：{}", rule.id, sentence(rule, situation)),
        })
        .collect();
    (level, reasons)
}

fn fires(rule: &LevelRule, situation: &Situation) -> bool {
    let spread = situation.spread;
    let comments = situation.post.engagement.comments;
    at_least(rule.weight_24h_min, spread.weight_24h)
        && at_least(rule.weight_1h_min, spread.weight_1h)
        && at_least(rule.authors_24h_min, spread.authors_24h)
        && at_least(rule.authors_7d_min, spread.authors_7d)
        && at_least(rule.comments_min, comments.unwrap_or(0))
        && at_least(rule.crowd_min, crowd(rule, situation))
        && at_most(rule.crowd_max, crowd(rule, situation))
        && one_of(&rule.tiers, situation.post.outlet_tier)
        && one_of(&rule.channels, situation.post.channel)
        && (rule.topics.is_empty()
            || situation
                .topic
                .is_some_and(|topic| rule.topics.contains(&topic)))
        && one_of(&rule.intents, situation.intent)
        && one_of(&rule.sentiments, situation.sentiment)
        && one_of(&rule.jurisdictions, situation.jurisdiction)
        && words_allow(rule, situation.found)
        && rule
            .facts_all
            .iter()
            .all(|fact| situation.facts.contains(fact))
        && !rule
            .facts_none
            .iter()
            .any(|fact| situation.facts.contains(fact))
}

/// A rule on gatherings counts those who gather, others all who are spoken of.
fn crowd(rule: &LevelRule, situation: &Situation) -> u32 {
    let crowd = &situation.crowd;
    let is_gathering = rule.facts_all.contains(&Fact::Gathering);
    (if is_gathering {
        crowd.gathered
    } else {
        crowd.size
    })
    .unwrap_or(0)
}

fn words_allow(rule: &LevelRule, found: &Found) -> bool {
    rule.groups_all.iter().all(|group| found.has(group))
        && (rule.groups_any.is_empty() || rule.groups_any.iter().any(|group| found.has(group)))
        && !rule.groups_none.iter().any(|group| found.has(group))
}

fn at_least<T: PartialOrd>(minimum: Option<T>, value: T) -> bool {
    minimum.is_none_or(|minimum| value >= minimum)
}

fn at_most<T: PartialOrd>(maximum: Option<T>, value: T) -> bool {
    maximum.is_none_or(|maximum| value <= maximum)
}

fn one_of<T: PartialEq>(allowed: &[T], value: T) -> bool {
    allowed.is_empty() || allowed.contains(&value)
}

/// The rule's sentence with its figures and words filled in.
fn sentence(rule: &LevelRule, situation: &Situation) -> String {
    let spread = situation.spread;
    let mut words: Vec<String> = Vec::new();
    for group in rule.groups_all.iter().chain(&rule.groups_any) {
        words.extend(situation.found.words_of(group));
    }
    if words.is_empty() && rule.facts_all.contains(&Fact::GatheringPlanned) {
        words = situation.crowd.words.clone();
    }
    words.truncate(5);
    let comments = situation.post.engagement.comments.unwrap_or(0);
    rule.text_with_thresholds()
        .replace("{weight_24h}", &format!("{:.0}", spread.weight_24h))
        .replace("{weight_1h}", &format!("{:.0}", spread.weight_1h))
        .replace("{authors_24h}", &spread.authors_24h.to_string())
        .replace("{authors_7d}", &spread.authors_7d.to_string())
        .replace("{comments}", &comments.to_string())
        .replace("{crowd}", &crowd(rule, situation).to_string())
        .replace("{words}", &words.join("、"))
}
