//! 研判: Post → Analysis, with reasons an editor can check.
//!
//! Pure and linear: no clock, no input or output, never panics. Words and thresholds are data (`config/`); what is
//! decided here is only how they act together. A person may overrule every label; that is kept elsewhere.

mod about;
mod compile;
mod files;
mod found;
mod gather;
mod intent;
mod irony;
mod keywords;
mod letters;
mod level;
mod models;
mod noise;
mod pairs;
mod place;
mod reading;
mod rules;
mod score;
mod spread;
mod stance;
mod tables;
mod terms;
mod topic;
mod variants;

pub use files::{
    Fact, Gate, HandedOver, Home, LevelRule, LevelsFile, RuleFiles, TopicBlock, TopicsFile,
};
pub use models::check_model;
pub use rules::Rules;

use crate::model::{
    Analysis, Channel, Intent, Jurisdiction, Level, Post, Reason, Regions, Sentiment, Topic,
    TopicScore,
};
use chrono::TimeDelta;
use found::Found;
use gather::Crowd;
use noise::Noise;
use place::Places;
use terms::{Meaning, Strength};

/// 传播 — how far the matter of a post has spread, as far as the caller knows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// I24 — engagement within 24 hours (`spec.md` 3.2).
    pub weight_24h: f64,
    /// I1h — engagement within one hour.
    pub weight_1h: f64,
    /// 独立发帖人 on the same matter within 24 hours.
    pub authors_24h: u32,
    /// 独立发帖人 on the same matter within 7 days.
    pub authors_7d: u32,
}

impl Spread {
    /// What one reading tells: its engagement as I24, shared evenly over the time since publication where that is
    /// longer; as I1h too if it was read within an hour of publication.
    pub fn of_snapshot(post: &Post) -> Spread {
        let weight = post.engagement.weight();
        let published = post.published_at.map(|published| published.at);
        let share = published.map_or(1.0, |at| spread::share_of_day(at, post.fetched_at));
        let is_first_hour = post.published_at.is_some_and(|published| {
            let age = post.fetched_at - published.at;
            age >= TimeDelta::zero() && age <= TimeDelta::hours(1)
        });
        Spread {
            weight_24h: weight * share,
            weight_1h: if is_first_hour { weight } else { 0.0 },
            authors_24h: 1,
            authors_7d: 1,
        }
    }
}

/// 研判 — judges one post. The order of the steps is the order of the reasons.
pub fn analyze(post: &Post, spread: &Spread, rules: &Rules) -> Analysis {
    let found = Found::search(post, rules);
    let noise = noise::recognise(post, &found);
    let seen = rules.models.see(post);
    let places = place::locate(post, &found, rules);
    let about = about::judge(post, &found, &places, seen.about().as_ref(), &rules.letters);
    let topics = topic::topics(&found);
    let names_own_office = places.name_own_office();
    let stance = stance::judge(post, &found, &seen, about.is_about, names_own_office);
    let crowd = gather::read(&found);
    let mut reasons = restored_reasons(&found);
    let noise = noise.map(|(noise, reason)| {
        reasons.push(reason);
        noise
    });
    reasons.extend(about.reasons);
    reasons.extend(places.reasons.iter().cloned());
    reasons.extend(
        topics
            .iter()
            .map(|topic| topic_reason(&found, topic, rules)),
    );
    reasons.extend(stance.reasons.iter().cloned());
    let primary = topics.first().map(|topic| topic.code);
    let has_addressee = found.organisations().next().is_some() || places.is_ours();
    let is_danger = is_danger(&found, noise, has_addressee || primary.is_some());
    let circumstances = intent::Circumstances {
        stance: &stance,
        noise,
        primary,
        has_addressee,
        is_danger,
        is_official: is_official(post, rules),
    };
    let (intent, intent_reason) = intent::decide(post, &found, &circumstances);
    reasons.push(intent_reason);
    let sentiment = settle_sentiment(stance.sentiment, intent);
    let jurisdiction = jurisdiction(post, &found, &places, primary, noise, rules, &mut reasons);
    let is_about = about.is_about && !noise.is_some_and(Noise::is_other_office);
    let strength = topics.first().map_or(0.0, |topic| topic.score);
    let is_letter = matches!(post.channel, Channel::MessageBoard | Channel::Hotline);
    let is_told = is_letter || !is_diary(&found, &places, strength, intent, sentiment);
    let situation = level::Situation {
        post,
        found: &found,
        spread,
        intent,
        sentiment,
        topic: primary,
        jurisdiction,
        facts: facts(
            post,
            &found,
            &places,
            &crowd,
            jurisdiction,
            is_danger,
            rules,
        ),
        crowd,
    };
    let is_relevant = is_about && is_told && is_ours(&places, noise);
    let mut level = Level::None;
    if is_relevant {
        let (suggested, level_reasons) = level::decide(&situation, rules);
        level = suggested;
        reasons.extend(level_reasons);
    }
    Analysis {
        about: is_about,
        relevant: is_relevant,
        relevance: about.relevance,
        sentiment,
        sentiment_score: stance.score,
        intent,
        level,
        score: score::score(&situation, stance.score),
        picture_needs_a_look: is_about && picture_may_decide(post, &found),
        keywords: keywords::keywords(&found, rules),
        regions: Regions {
            act: places.act,
            responsible: places.responsible,
            jurisdiction,
        },
        topics,
        reasons,
    }
}

fn picture_may_decide(post: &Post, found: &Found) -> bool {
    let has_picture = post.has_image || post.has_video || found.has("image_mark");
    has_picture && found.reading.len() <= PICTURE_TEXT_CHARS
}

/// Below this length the picture may carry what the text does not say.
const PICTURE_TEXT_CHARS: usize = 200;

fn restored_reasons(found: &Found) -> Vec<Reason> {
    found
        .restored
        .iter()
        .take(6)
        .map(|(written, stands_for)| Reason {
            rule: "variant".to_owned(),
            text: format!("“{written}”还原为“{stands_for}”"),
        })
        .collect()
}

fn topic_reason(found: &Found, topic: &TopicScore, rules: &Rules) -> Reason {
    let words = |is_weak: bool| -> Vec<String> {
        let spans: Vec<(usize, usize)> = found
            .terms()
            .filter(|term| term.topic == topic.code && (term.strength == Strength::Weak) == is_weak)
            .map(|term| (term.start, term.end))
            .take(20)
            .collect();
        found.words_at(&spans).into_iter().take(4).collect()
    };
    let name = rules.topic_name(topic.code);
    let text = match (&words(false)[..], &words(true)[..]) {
        ([], []) => format!("只有机构名，主题暂记“{name}”，待人工归类"),
        ([], weak) => format!("主题“{name}”：只有泛指的“{}”，待人工核对", weak.join("”“")),
        (words, _) => format!("主题“{name}”：命中“{}”", words.join("”“")),
    };
    Reason {
        rule: format!("topic.{}", topic.code),
        text,
    }
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
fn settle_sentiment(sentiment: Sentiment, intent: Intent) -> Sentiment {
    match (intent, sentiment) {
        (Intent::Rumor | Intent::Help, Sentiment::Neutral) => Sentiment::Negative,
        (Intent::Ad | Intent::Policy, _) => Sentiment::Neutral,
        // Thanks ahead for an answer.
        (Intent::Consult, Sentiment::Positive) => Sentiment::Neutral,
        _ => sentiment,
    }
}

/// Place first, then competence at that date.
fn jurisdiction(
    post: &Post,
    found: &Found,
    places: &Places,
    primary: Option<Topic>,
    noise: Option<Noise>,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Jurisdiction {
    if noise.is_some_and(Noise::is_other_office) && places.jurisdiction != Jurisdiction::Elsewhere {
        return Jurisdiction::OtherOffice;
    }
    let is_ours = matches!(
        places.jurisdiction,
        Jurisdiction::City | Jurisdiction::District | Jurisdiction::Province
    );
    let Some(topic) = primary.filter(|_| is_ours) else {
        return places.jurisdiction;
    };
    let terms: Vec<String> = found
        .terms()
        .filter(|term| term.topic == topic)
        .map(|term| found.folded_text(term.start, term.end).to_owned())
        .take(50)
        .collect();
    match rules.handed_over(topic, &terms, post.effective_at()) {
        Some(handover) => {
            reasons.push(Reason {
                rule: "competence".to_owned(),
                text: format!(
                    "{}起该事项由{}承办，属职能外",
                    handover.until.format("%Y年%-m月%-d日"),
                    handover.successor
                ),
            });
            Jurisdiction::OtherOffice
        }
        None => places.jurisdiction,
    }
}

/// Ours by place, and no advertisement or fiction.
fn is_ours(places: &Places, noise: Option<Noise>) -> bool {
    let is_nobodys = matches!(
        noise,
        Some(Noise::AgentAd | Noise::HiringAd | Noise::Fiction | Noise::FigureOfSpeech)
    );
    let acts_here = (places.act.as_ref()).is_some_and(|region| !region.code.is_empty());
    !is_nobodys && (places.jurisdiction != Jurisdiction::Elsewhere || acts_here)
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

fn facts(
    post: &Post,
    found: &Found,
    places: &Places,
    crowd: &Crowd,
    jurisdiction: Jurisdiction,
    is_danger: bool,
    rules: &Rules,
) -> Vec<Fact> {
    let acts_here = (places.act.as_ref()).is_some_and(|region| rules.home.holds(&region.code));
    let is_here = acts_here || matches!(jurisdiction, Jurisdiction::City | Jurisdiction::District);
    let has_evidence =
        post.has_image || post.has_video || found.has("image_mark") || found.has("evidence");
    let is_idle = !crowd.is_gathering && !found.has("group") && !is_told_by_the_many(found);
    [
        (is_here, Fact::Here),
        (
            places.jurisdiction == Jurisdiction::Elsewhere,
            Fact::Elsewhere,
        ),
        (places.is_org_here, Fact::OrgHere),
        (has_evidence, Fact::Evidence),
        (crowd.is_gathering, Fact::Gathering),
        (crowd.is_planned, Fact::GatheringPlanned),
        (is_danger, Fact::Danger),
        (is_danger && is_fatal(found), Fact::Casualty),
        (gather::speaks_of_arrears(found), Fact::Arrears),
        (is_idle, Fact::CrowdIsIdle),
    ]
    .into_iter()
    .filter_map(|(holds, fact)| holds.then_some(fact))
    .collect()
}

/// A death that belongs to the act: told in its sentence, or with the scene around it.
fn is_fatal(found: &Found) -> bool {
    let acts: Vec<u32> = (found.group("E4"))
        .map(|(hit, _)| found.reading.sentence(hit.start))
        .collect();
    let mut deaths = found.group("E5");
    deaths.any(|(hit, _)| found.has("scene") || acts.contains(&found.reading.sentence(hit.start)))
}

/// `我们二十多个工人`: the people counted speak for themselves.
fn is_told_by_the_many(found: &Found) -> bool {
    let has_wages = found.hits.iter().any(|hit| {
        matches!(
            hit.meaning,
            Meaning::Term(Topic::Qx | Topic::Ld, Strength::Strong)
        )
    });
    has_wages || found.reading.text().contains("我们")
}

#[cfg(test)]
mod tests;
