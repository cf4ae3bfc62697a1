//! 声量走势 — matching posts by hour or day, each beside all posts of that time: when a source fails, all posts become fewer,
//! and what looks like calm is none.

use super::App;
use crate::index::{Interval, Query};
use crate::model::Timestamp;
use anyhow::Result;
use chrono::TimeDelta;
use serde::Serialize;
use std::collections::BTreeMap;

/// Steps shown at most.
pub const MAX_STEPS: usize = 1000;

/// JSON of `yuqing trend`: one for each query.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// What was asked for.
    pub query: String,
    /// Step after step.
    pub steps: Vec<TrendStep>,
    /// All steps together.
    pub total: u64,
    /// Posts of any content in all steps together.
    pub all: u64,
    /// The same length of time just before.
    pub before: TrendBefore,
}

/// One hour or day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrendStep {
    /// When it begins.
    pub at: Timestamp,
    /// Matching posts.
    pub count: u64,
    /// Posts of any content.
    pub all: u64,
    /// `count / all`; 0 where there is none.
    pub share: f64,
}

/// The period before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrendBefore {
    /// Matching posts.
    pub total: u64,
    /// Posts of any content.
    pub all: u64,
}

/// Matching posts as a share of all posts.
pub fn share(count: u64, all: u64) -> f64 {
    if all == 0 {
        0.0
    } else {
        count as f64 / all as f64
    }
}

impl App {
    /// Volume of each query in every step from the one that `from` lies in up to the one that `to` lies in; no step where
    /// `to` lies in an earlier one.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn trends(
        &self,
        queries: &[Query],
        interval: Interval,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Trend>> {
        let step = TimeDelta::milliseconds(interval.ms());
        let (begin, end) = bounds(interval, from, to);
        let length = end - begin;
        let all = self.index.volumes(&Query::All, interval)?;
        let mut trends = Vec::with_capacity(queries.len());
        for query in queries {
            let counts = self.index.volumes(&self.expanded(query), interval)?;
            let at =
                |volumes: &BTreeMap<Timestamp, u64>, at| volumes.get(&at).copied().unwrap_or(0);
            let sum = |volumes: &BTreeMap<Timestamp, u64>, from, to| {
                volumes.range(from..to).map(|(_, count)| count).sum()
            };
            let mut steps = Vec::new();
            let mut moment = begin;
            while moment < end && steps.len() < MAX_STEPS {
                let (count, all) = (at(&counts, moment), at(&all, moment));
                steps.push(TrendStep {
                    at: moment,
                    count,
                    all,
                    share: share(count, all),
                });
                moment += step;
            }
            trends.push(Trend {
                query: query.to_string(),
                steps,
                total: sum(&counts, begin, end),
                all: sum(&all, begin, end),
                before: TrendBefore {
                    total: sum(&counts, begin - length, begin),
                    all: sum(&all, begin - length, begin),
                },
            });
        }
        Ok(trends)
    }
}

/// Begin of the first step and end of the last one; the same moment where there is none.
fn bounds(interval: Interval, from: Timestamp, to: Timestamp) -> (Timestamp, Timestamp) {
    let begin = interval.begin_of(from);
    let end = interval.begin_of(to) + TimeDelta::milliseconds(interval.ms());
    (begin, end.max(begin))
}

#[cfg(test)]
mod tests {
    use super::{Interval, Timestamp, bounds};

    #[test]
    fn a_period_that_ends_before_it_begins_has_no_steps() {
        let at = |text: &str| Timestamp::parse_from_rfc3339(text).expect("test time");
        let noon = at("2017-04-11T12:00:00+08:00");
        for (from, hours, days) in [
            ("2017-04-11T11:30:00+08:00", 2, 1),
            ("2017-04-11T12:00:00+08:00", 1, 1),
            ("2017-04-11T13:00:00+08:00", 0, 1),
            ("2017-04-12T00:00:00+08:00", 0, 0),
            ("2199-01-01T00:00:00+08:00", 0, 0),
        ] {
            for (interval, expected) in [(Interval::Hour, hours), (Interval::Day, days)] {
                let (begin, end) = bounds(interval, at(from), noon);
                let steps = (end - begin).num_milliseconds() / interval.ms();
                assert_eq!(steps, expected, "{from} {interval:?}");
            }
        }
    }
}
