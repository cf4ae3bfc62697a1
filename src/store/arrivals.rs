//! When posts came, by topic, place and event: what bursts are counted from.

use super::Store;
use super::rows::{code, from_ms, json, to_ms};
use crate::model::{Analysis, EventId, Precision, Region, Timestamp, Topic};
use anyhow::Result;
use rusqlite::params;

/// 到达 — one relevant post, as far as counting goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// Publication, else the time we read it.
    pub at: Timestamp,
    /// Only the day is known.
    pub is_day_only: bool,
    /// 主题.
    pub topic: Option<Topic>,
    /// The place that answers.
    pub place: Option<Region>,
    /// 事件.
    pub event: Option<EventId>,
}

impl Store {
    /// Relevant posts published in the period, copies included: a repost makes a matter louder.
    ///
    /// # Errors
    /// The database refuses.
    pub fn arrivals(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Arrival>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT p.effective_at, p.published_precision, p.event_id, a.analysis
             FROM posts p JOIN analyses a ON a.post_id = p.id
             WHERE p.effective_at >= ?1 AND p.effective_at <= ?2 AND a.relevant = 1
             ORDER BY p.effective_at, p.id",
        )?;
        let mut rows = select.query(params![to_ms(from), to_ms(to)])?;
        let mut arrivals = Vec::new();
        while let Some(row) = rows.next()? {
            let precision: Option<String> = row.get(1)?;
            let precision: Option<Precision> = precision.as_deref().map(code).transpose()?;
            let analysis: Analysis = json(&row.get::<_, String>(3)?)?;
            arrivals.push(Arrival {
                at: from_ms(row.get(0)?, self.zone),
                is_day_only: precision == Some(Precision::Day),
                topic: analysis.primary_topic(),
                place: analysis.regions.responsible,
                event: row.get::<_, Option<i64>>(2)?.map(EventId),
            });
        }
        Ok(arrivals)
    }
}
