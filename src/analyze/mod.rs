//! 研判: Post → Analysis, with reasons an editor can check.
//!
//! Pure and linear: no clock, no input or output, never panics. Words and thresholds are data (`config/`); what is
//! decided here is only how they act together. A person may overrule every label; that is kept elsewhere.

mod about;
mod compile;
mod draft;
mod examples;
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
mod second;
mod signs;
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

use crate::model::{Analysis, Jurisdiction, Level, Post, Reason, Regions, Topic, TopicScore};
use crate::text::classifier::Signs;
use chrono::TimeDelta;
use draft::Draft;
use found::Found;
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
    let mut seen = rules.models.see(post);
    let mut draft = draft::judge(post, &found, &seen, rules);
    if second::is_open(post, &draft)
        && let Some(examples) = seen.by_examples(|| signs::read(post, &found, &draft, rules))
    {
        second::revise(post, &found, &mut draft, &examples);
    }
    let mut reasons = reasons(&found, &mut draft, rules);
    let primary = draft.topics.first().map(|topic| topic.code);
    let jurisdiction = jurisdiction(post, &found, &draft, primary, rules, &mut reasons);
    let is_about = draft.about.is_about && !draft.noise.is_some_and(Noise::is_other_office);
    let is_relevant = is_about && draft.is_told && is_ours(&draft.places, draft.noise);
    let situation = level::Situation {
        post,
        found: &found,
        spread,
        intent: draft.intent.intent,
        sentiment: draft.sentiment,
        topic: primary,
        jurisdiction,
        facts: facts(post, &found, &draft, jurisdiction, rules),
        crowd: draft.crowd,
    };
    let mut level = Level::None;
    if is_relevant {
        let (suggested, level_reasons) = level::decide(&situation, rules);
        level = suggested;
        reasons.extend(level_reasons);
    }
    Analysis {
        about: is_about,
        relevant: is_relevant,
        relevance: draft.about.relevance,
        sentiment: draft.sentiment,
        sentiment_score: draft.stance.score,
        intent: situation.intent,
        level,
        score: score::score(&situation, draft.stance.score),
        picture_needs_a_look: is_about && picture_may_decide(post, &found),
        keywords: keywords::keywords(&found, rules),
        regions: Regions {
            act: draft.places.act,
            responsible: draft.places.responsible,
            jurisdiction,
        },
        topics: draft.topics,
        reasons,
    }
}

/// 征象 of a post: what the rules find in it, for classifiers that are trained with our examples.
pub fn signs_of(post: &Post, rules: &Rules) -> Signs {
    let found = Found::search(post, rules);
    let draft = draft::judge(post, &found, &rules.models.see(post), rules);
    signs::read(post, &found, &draft, rules)
}

/// What led to a judgement, up to jurisdiction and level.
fn reasons(found: &Found, draft: &mut Draft, rules: &Rules) -> Vec<Reason> {
    let mut reasons = restored_reasons(found);
    reasons.extend(draft.noise_reason.take());
    reasons.append(&mut draft.about.reasons);
    reasons.append(&mut draft.places.reasons);
    for (rank, topic) in draft.topics.iter().enumerate() {
        let by_examples = draft.topic_by_examples.as_ref().filter(|_| rank == 0);
        reasons.push(match by_examples {
            Some(said) => second::topic_reason(topic.code, rules.topic_name(topic.code), said),
            None => topic_reason(found, topic, rules),
        });
    }
    reasons.append(&mut draft.stance.reasons);
    reasons.push(draft.intent.reason.clone());
    reasons
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

/// Place first, then competence at that date.
fn jurisdiction(
    post: &Post,
    found: &Found,
    draft: &Draft,
    primary: Option<Topic>,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Jurisdiction {
    let Draft { places, noise, .. } = draft;
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

fn facts(
    post: &Post,
    found: &Found,
    draft: &Draft,
    jurisdiction: Jurisdiction,
    rules: &Rules,
) -> Vec<Fact> {
    let Draft {
        places,
        crowd,
        is_danger,
        ..
    } = draft;
    let is_danger = *is_danger;
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
