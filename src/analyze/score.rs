//! 参考分 — 0…100, for the order of a list only, never for a level (`spec.md` 3.2).

use crate::analyze::Spread;
use crate::model::{OutletTier, Timestamp, Topic};
use chrono::Datelike;

/// What the score is made of.
pub(super) struct Parts<'a> {
    /// −1 … 1.
    pub sentiment_score: f32,
    pub spread: &'a Spread,
    pub tier: OutletTier,
    pub is_extreme: bool,
    pub is_gathering: bool,
    pub is_org_here: bool,
    pub is_here: bool,
    pub topic: Option<Topic>,
    pub at: Timestamp,
}

/// `25 feeling + 20 log10(1+I24)/5 + 15 tier + 15 crowd or extreme + 10 same matter + 10 aimed at us + 5 season`.
pub(super) fn score(parts: &Parts) -> u8 {
    let feeling = f64::from((-parts.sentiment_score).max(0.0));
    let spread = ((1.0 + parts.spread.weight_24h.max(0.0)).log10() / 5.0).min(1.0);
    let danger = match (parts.is_extreme, parts.is_gathering) {
        (true, _) => 1.0,
        (false, true) => 0.7,
        _ => 0.0,
    };
    let same_matter = (f64::from(parts.spread.authors_7d) / 10.0).min(1.0);
    let aim = match (parts.is_org_here, parts.is_here) {
        (true, _) => 1.0,
        (false, true) => 0.5,
        _ => 0.0,
    };
    let season = if is_season(parts.topic, parts.at) {
        1.0
    } else {
        0.0
    };
    let sum = 25.0 * feeling
        + 20.0 * spread
        + 15.0 * tier_share(parts.tier)
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
