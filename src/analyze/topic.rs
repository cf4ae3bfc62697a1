//! 主题 — which business topics a post is about, by weighted terms. Organisations are no topics (`spec.md` 4.1).

use crate::analyze::found::{Found, TermHit};
use crate::analyze::terms::{OrgKind, Strength};
use crate::model::{Topic, TopicScore};
use std::collections::{HashMap, HashSet};

/// Topics kept per post: one primary, two more.
const TOPICS_KEPT: usize = 3;
/// The title says what a post is about.
const HEAD_FACTOR: f32 = 2.0;
/// Long terms are more specific: `职工养老保险` against `工资`.
const LONG_TERM_BONUS: f32 = 0.5;
/// A further topic must reach this part of the first one's score.
const SECONDARY_SHARE: f32 = 0.25;

/// Service words without an organisation tell how it went, not what it was about.
const UNNAMED_SERVICE: f32 = 0.5;
/// Whatever list was published: once it gives personal data away, that is the matter.
const LEAK_POINTS: f32 = 4.0;

/// What people bring before inspectors and arbitrators: where it is told, the office they went to is not the matter.
const SUBSTANCE: [Topic; 3] = [Topic::Qx, Topic::Gs, Topic::Ld];
const ASIDE: f32 = 0.5;

fn is_told(found: &Found, topic: Topic) -> bool {
    (found.terms()).any(|term| term.topic == topic && term.strength == Strength::Strong)
}

/// Topics with their scores, the first is primary.
pub(super) fn topics(found: &Found) -> Vec<TopicScore> {
    let has_org = found.organisations().next().is_some();
    let has_evidence = has_org
        || found
            .terms()
            .any(|term| matches!(term.strength, Strength::Strong | Strength::Generic));
    if !has_evidence {
        return Vec::new();
    }
    let has_desk = has_org || found.terms().any(|term| is_service_strong(&term));
    let mut scores: HashMap<Topic, f32> = HashMap::new();
    let mut seen: HashSet<(Topic, &str)> = HashSet::new();
    for term in found.terms() {
        if !seen.insert((term.topic, found.folded_text(term.start, term.end))) {
            continue;
        }
        *scores.entry(term.topic).or_default() += points(found, &term, has_desk);
    }
    let service = scores.entry(Topic::Fw).or_default();
    if has_org {
        *service += service_points(found);
    } else {
        *service *= UNNAMED_SERVICE;
    }
    if SUBSTANCE
        .iter()
        .any(|topic| scores.contains_key(topic) && is_told(found, *topic))
    {
        scores.entry(Topic::Zc).and_modify(|score| *score *= ASIDE);
    }
    if found.has("leak") {
        *scores.entry(Topic::Jj).or_default() += LEAK_POINTS;
    }
    let mut ranked: Vec<TopicScore> = scores
        .into_iter()
        .map(|(code, score)| TopicScore { code, score })
        .filter(|topic| topic.score >= 1.0)
        .collect();
    ranked.sort_by(|left, right| {
        right
            .score
            .total_cmp(&left.score)
            .then(left.code.cmp(&right.code))
    });
    let enough = ranked
        .first()
        .map_or(0.0, |first| first.score * SECONDARY_SHARE);
    ranked.retain(|topic| topic.score >= enough);
    ranked.truncate(TOPICS_KEPT);
    ranked
}

fn is_service_strong(term: &TermHit) -> bool {
    term.topic == Topic::Fw && term.strength == Strength::Strong
}

fn points(found: &Found, term: &TermHit, has_desk: bool) -> f32 {
    let base = match term.strength {
        Strength::Strong if term.end - term.start >= 4 => 2.0 + LONG_TERM_BONUS,
        Strength::Strong => 2.0,
        Strength::Generic => 1.0,
        Strength::Weak => 0.5,
        Strength::Context if has_desk => 1.0,
        Strength::Context => 0.0,
    };
    if found.reading.is_head(term.start) {
        base * HEAD_FACTOR
    } else {
        base
    }
}

/// A hall or a hotline in the headline makes its service the likely matter; a bureau's name alone hardly does.
fn service_points(found: &Found) -> f32 {
    found
        .organisations()
        .map(|org| match (org.kind, found.reading.is_head(org.start)) {
            (OrgKind::Hall | OrgKind::Hotline, true) => 1.5,
            _ => 1.0,
        })
        .fold(0.0, f32::max)
}
