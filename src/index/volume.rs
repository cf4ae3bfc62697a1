//! 声量 — how many matching posts were published in each hour or on each day.

use super::compile::{self, CHINA};
use super::{Index, Query};
use crate::model::Timestamp;
use anyhow::Result;
use chrono::{TimeZone, Utc};
use std::collections::{BTreeMap, HashMap};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// Length of a step of time; days begin at midnight in China.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// 小时.
    Hour,
    /// 日.
    Day,
}

impl Interval {
    /// Milliseconds.
    pub fn ms(self) -> i64 {
        match self {
            Interval::Hour => 3_600_000,
            Interval::Day => 86_400_000,
        }
    }

    /// Number of the step that a moment lies in.
    fn number(self, ms: i64) -> i64 {
        (ms + i64::from(CHINA.local_minus_utc()) * 1000).div_euclid(self.ms())
    }

    /// The moment a step begins.
    fn begin(self, number: i64) -> Timestamp {
        let ms = number * self.ms() - i64::from(CHINA.local_minus_utc()) * 1000;
        let begin = Utc.timestamp_millis_opt(ms).single().unwrap_or_default();
        begin.with_timezone(&CHINA)
    }

    /// The moment the step begins that `at` lies in.
    pub fn begin_of(self, at: Timestamp) -> Timestamp {
        self.begin(self.number(at.timestamp_millis()))
    }
}

impl Index {
    /// How many matching posts were published in each step of time that has any.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn volumes(&self, query: &Query, interval: Interval) -> Result<BTreeMap<Timestamp, u64>> {
        let (searcher, generation) = self.searcher()?;
        let compiled = compile::membership(query, &generation.fields);
        let counts = searcher.search(&compiled, &Volumes(interval))?;
        Ok((counts.into_iter())
            .map(|(number, count)| (interval.begin(number), count))
            .collect())
    }
}

struct Volumes(Interval);

struct SegmentVolumes {
    interval: Interval,
    published_at: Column<i64>,
    counts: HashMap<i64, u64>,
}

impl Collector for Volumes {
    type Fruit = HashMap<i64, u64>;
    type Child = SegmentVolumes;

    fn for_segment(
        &self,
        _number: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentVolumes> {
        Ok(SegmentVolumes {
            interval: self.0,
            published_at: reader.fast_fields().i64("published_at")?,
            counts: HashMap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<HashMap<i64, u64>>) -> tantivy::Result<HashMap<i64, u64>> {
        let mut counts = HashMap::new();
        for (number, count) in segments.into_iter().flatten() {
            *counts.entry(number).or_default() += count;
        }
        Ok(counts)
    }
}

impl SegmentCollector for SegmentVolumes {
    type Fruit = HashMap<i64, u64>;

    fn collect(&mut self, doc: DocId, _score: Score) {
        let ms = self.published_at.first(doc).unwrap_or_default();
        *self.counts.entry(self.interval.number(ms)).or_default() += 1;
    }

    fn harvest(self) -> HashMap<i64, u64> {
        self.counts
    }
}
