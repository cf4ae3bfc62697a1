//! `[cluster]` of `yuqing.toml`.

use super::GATHERING_WINDOW;
use chrono::TimeDelta;
use serde::{Deserialize, Deserializer, Serialize};
use std::time::Duration;

/// `[cluster]` of `yuqing.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterSettings {
    /// Share of letters in the same order that makes a copy; 0…1.
    #[serde(deserialize_with = "share")]
    pub copy_similarity: f64,
    /// Share of an event's essence that a post of it covers; 0…1.
    #[serde(deserialize_with = "share")]
    pub event_similarity: f64,
    /// The same while the event is orange or red, for posts of its topic and place; 0…1.
    #[serde(deserialize_with = "share")]
    pub hot_event_similarity: f64,
    /// How far apart posts of one event may lie.
    #[serde(with = "humantime_serde")]
    pub event_window: Duration,
    /// Independent authors of one matter within 24 hours.
    pub gathering_authors_24h: usize,
    /// Independent authors of one matter within 7 days.
    pub gathering_authors_7d: usize,
}

fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let share = f64::deserialize(deserializer)?;
    if !(0.0..=1.0).contains(&share) {
        return Err(serde::de::Error::custom("应为 0 到 1 之间的数，例如 0.3"));
    }
    Ok(share)
}

impl ClusterSettings {
    /// How far back posts must be known to decide about a new one.
    pub fn memory(&self) -> TimeDelta {
        self.window().max(GATHERING_WINDOW)
    }

    pub(super) fn window(&self) -> TimeDelta {
        TimeDelta::from_std(self.event_window).unwrap_or(GATHERING_WINDOW)
    }
}
