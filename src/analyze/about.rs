//! 相关性 — does a post concern human resources and social security, wherever it happened (`spec.md` 4.2).

use crate::analyze::found::Found;
use crate::analyze::terms::Strength;
use crate::model::Reason;
use std::collections::HashSet;

/// From here on a post is about our work; measured on labelled messages of citizens (`tests/fixtures/eval/scores.toml`).
const ABOUT_FROM: f32 = 3.5;
/// Longer texts name more things in passing.
const REFERENCE_CHARS: f32 = 300.0;
/// A sign of another trade weighs against, up to a bound: teachers and nurses have pensions too.
const TRADE_WEIGHT: f32 = 1.0;
const TRADE_BOUND: f32 = 4.0;
/// A short text has no room for a second word: one strong word is its subject.
const SHORT_CHARS: usize = 140;
const SHORT_BONUS: f32 = 1.5;

/// Relevance with its reasons.
pub(super) struct About {
    pub is_about: bool,
    /// 0…1.
    pub relevance: f32,
    pub reasons: Vec<Reason>,
}

/// Weighs organisations and terms.
pub(super) fn judge(found: &Found) -> About {
    let score = score(found);
    let mut reasons = Vec::new();
    let organisations: Vec<(usize, usize)> = found
        .organisations()
        .map(|org| (org.start, org.end))
        .take(20)
        .collect();
    for word in found.words_at(&organisations).iter().take(3) {
        reasons.push(Reason {
            rule: "org".to_owned(),
            text: format!("命中机构词“{word}”"),
        });
    }
    About {
        is_about: score >= ABOUT_FROM,
        relevance: 1.0 / (1.0 + (ABOUT_FROM - score).exp()),
        reasons,
    }
}

fn score(found: &Found) -> f32 {
    let mut seen: HashSet<&str> = HashSet::new();
    let (mut strong, mut weak, mut head) = (0.0, 0.0, 0.0);
    for term in found.terms() {
        if !seen.insert(found.folded_text(term.start, term.end)) {
            continue;
        }
        let value = match term.strength {
            Strength::Strong => 2.0,
            Strength::Generic => 1.5,
            Strength::Weak => 0.5,
            Strength::Context => 0.0,
        };
        match term.strength {
            Strength::Strong | Strength::Generic => {
                strong += value;
                if found.reading.is_head(term.start) {
                    head += value;
                }
            }
            _ => weak += value,
        }
    }
    for org in found.organisations() {
        if seen.insert(found.folded_text(org.start, org.end)) {
            strong += 2.0;
            if found.reading.is_head(org.start) {
                head += 2.0;
            }
        }
    }
    if strong == 0.0 {
        return 0.0;
    }
    let length = (found.reading.len() as f32 / REFERENCE_CHARS).max(1.0);
    let is_short = found.reading.len() <= SHORT_CHARS;
    let short_bonus = if is_short { SHORT_BONUS } else { 0.0 };
    let trade = (found.filter_count("trade") as f32 * TRADE_WEIGHT).min(TRADE_BOUND);
    (strong + weak - trade) / length.sqrt() + head + short_bonus
}
