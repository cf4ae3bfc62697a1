//! 初判 — what lexicon, rules and the models of letters and press make of a post, before our examples are asked.

use crate::analyze::about::{self, About};
use crate::analyze::examples::Said;
use crate::analyze::found::Found;
use crate::analyze::gather::{self, Crowd};
use crate::analyze::intent::{self, Decision};
use crate::analyze::models::Seen;
use crate::analyze::noise::{self, Noise};
use crate::analyze::place::{self, Places};
use crate::analyze::rules::Rules;
use crate::analyze::stance::{self, Stance};
use crate::analyze::topic;
use crate::model::{Channel, Intent, Jurisdiction, Post, Reason, Sentiment, TopicScore};

/// A first judgement.
pub(super) struct Draft {
    pub noise: Option<Noise>,
    pub noise_reason: Option<Reason>,
    pub places: Places,
    pub about: About,
    /// What the words said of that.
    pub was_about: bool,
    /// Something is asked, told or judged.
    pub is_told: bool,
    pub topics: Vec<TopicScore>,
    /// Why the first topic is first, where our examples put it there.
    pub topic_by_examples: Option<Said>,
    pub stance: Stance,
    /// The stance, as the intent has it.
    pub sentiment: Sentiment,
    pub intent: Decision,
    pub crowd: Crowd,
    /// An extreme act is threatened or under way.
    pub is_danger: bool,
    /// The account is an official one.
    pub is_official: bool,
}

/// Judges by what is written in the configuration.
pub(super) fn judge(post: &Post, found: &Found, seen: &Seen<'_>, rules: &Rules) -> Draft {
    let (noise, noise_reason) = noise::recognise(post, found).unzip();
    let places = place::locate(post, found, rules);
    let about = about::judge(post, found, &places, seen.about().as_ref(), &rules.letters);
    let topics = topic::topics(found);
    let names_own_office = places.name_own_office();
    let stance = stance::judge(post, found, seen, about.is_about, names_own_office);
    let primary = topics.first().map(|topic| topic.code);
    let has_addressee = found.organisations().next().is_some() || places.is_ours();
    let is_danger = is_danger(found, noise, has_addressee || primary.is_some());
    let is_official = is_official(post, rules);
    let circumstances = intent::Circumstances {
        stance: &stance,
        noise,
        primary,
        has_addressee,
        is_danger,
        is_official,
    };
    let intent = intent::decide(post, found, &circumstances);
    let sentiment = settle_sentiment(stance.sentiment, intent.intent);
    let strength = topics.first().map_or(0.0, |topic| topic.score);
    let is_diary = is_diary(found, &places, strength, intent.intent, sentiment);
    Draft {
        is_told: is_letter(post) || !is_diary,
        noise,
        noise_reason,
        places,
        was_about: about.is_about,
        about,
        topics,
        topic_by_examples: None,
        stance,
        sentiment,
        intent,
        crowd: gather::read(found),
        is_danger,
        is_official,
    }
}

/// Messages and calls are written to the city.
pub(super) fn is_letter(post: &Post) -> bool {
    matches!(post.channel, Channel::MessageBoard | Channel::Hotline)
}

/// Threats and acts, figures of speech and fiction excluded; there must be a matter or an addressee.
fn is_danger(found: &Found, noise: Option<Noise>, has_matter: bool) -> bool {
    let is_figure = found.has("hyperbole") && !found.has("scene");
    (found.has("E4") || found.has("danger_scene")) && noise.is_none() && !is_figure && has_matter
}

fn is_official(post: &Post, rules: &Rules) -> bool {
    let is_known = |name: &str| {
        (rules.accounts.iter()).any(|account| account.is_official && account.name == name)
    };
    post.is_official || is_known(&post.source_name) || post.author.as_deref().is_some_and(is_known)
}

/// Some intents imply a stance that words alone do not show.
pub(super) fn settle_sentiment(sentiment: Sentiment, intent: Intent) -> Sentiment {
    match (intent, sentiment) {
        (Intent::Rumor | Intent::Help, Sentiment::Neutral) => Sentiment::Negative,
        (Intent::Ad | Intent::Policy, _) => Sentiment::Neutral,
        // Thanks ahead for an answer.
        (Intent::Consult, Sentiment::Positive) => Sentiment::Neutral,
        _ => sentiment,
    }
}

/// A topic this strong is a matter, even where nothing is asked or judged.
const MATTER_SCORE: f32 = 4.5;

/// `今天社保到账了`: our words, but nothing is asked, told or judged.
fn is_diary(
    found: &Found,
    places: &Places,
    topic_score: f32,
    intent: Intent,
    sentiment: Sentiment,
) -> bool {
    let is_silent =
        matches!(intent, Intent::Other | Intent::Praise) && sentiment != Sentiment::Negative;
    let has_org = found.organisations().next().is_some();
    let is_unplaced = places.jurisdiction == Jurisdiction::Unknown;
    let is_small = match (has_org, intent) {
        (true, Intent::Praise) => false,
        (true, _) => is_unplaced,
        (false, _) => topic_score < MATTER_SCORE,
    };
    is_silent && is_small
}
