//! 参考分 — 0…100, for the order of a list only, never for a level (`spec.md` 3.2).

use crate::analyze::files::Fact;
use crate::analyze::level::Situation;
use crate::model::{OutletTier, Timestamp, Topic};
use chrono::Datelike;

/// `25 feeling + 20 log10(1+I24)/5 + 15 tier + 15 crowd or extreme + 10 same matter + 10 aimed at us + 5 season`.
pub(super) fn score(situation: &Situation, sentiment_score: f32) -> u8 {
    let holds = |fact: Fact| situation.facts.contains(&fact);
    let feeling = f64::from((-sentiment_score).max(0.0));
    let spread = ((1.0 + situation.spread.weight_24h.max(0.0)).log10() / 5.0).min(1.0);
    let danger = match (holds(Fact::Danger), holds(Fact::Gathering)) {
        (true, _) => 1.0,
        (false, true) => 0.7,
        _ => 0.0,
    };
    let same_matter = (f64::from(situation.spread.authors_7d) / 10.0).min(1.0);
    let aim = match (holds(Fact::OrgHere), holds(Fact::Here)) {
        (true, _) => 1.0,
        (false, true) => 0.5,
        _ => 0.0,
    };
    let season = f64::from(is_season(situation.topic, situation.post.effective_at()));
    let sum = 25.0 * feeling
        + 20.0 * spread
        + 15.0 * tier_share(situation.post.outlet_tier)
        + 15.0 * danger
        + 10.0 * same_matter
        + 10.0 * aim
        + 5.0 * season;
    sum.round().clamp(0.0, 100.0) as u8
}

fn tier_share(tier: OutletTier) -> f64 {
    match tier {
        OutletTier::T0 => 1.0,
        OutletTier::T1 => 0.9,
        OutletTier::T2 => 0.7,
        OutletTier::T3 => 0.5,
        OutletTier::T4 => 0.4,
        OutletTier::T5 => 0.1,
    }
}

/// Wages before the Spring Festival, graduates in June and July, pensions when they are adjusted.
fn is_season(topic: Option<Topic>, at: Timestamp) -> bool {
    match topic {
        Some(Topic::Qx) => matches!(at.month(), 1 | 2 | 12),
        Some(Topic::By) => matches!(at.month(), 6 | 7),
        Some(Topic::Tx) => matches!(at.month(), 6..=8),
        _ => false,
    }
}
