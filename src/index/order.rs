//! The order of hits, and how many there are: every match is counted, the first page's worth is kept.
//!
//! What compares equal is told apart by time and id, so that a page says the same whenever it is asked for.

use super::Sort;
use crate::model::PostId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// A year of freshness weighs as much as this much of BM25: of two posts that match alike the newer comes first.
const SCORE_PER_YEAR: f64 = 0.25;
/// Each step of `OutletTier` above an ordinary netizen.
const SCORE_PER_TIER: f64 = 0.15;
/// Tier of an ordinary netizen.
const LOWEST_TIER: u64 = 5;
const MS_PER_YEAR: f64 = 365.25 * 86_400_000.0;

/// Ranks hits and keeps the first ones.
pub struct Ranked {
    pub sort: Sort,
    /// How many are kept.
    pub keep: usize,
}

/// A hit: what it is ordered by, its time, its id. Greater comes first.
type Key = (i64, i64, i64);

/// All matches counted, the first ones in order with their scores.
pub struct Ranking {
    pub total: usize,
    pub first: Vec<(PostId, f32)>,
}

impl Collector for Ranked {
    type Fruit = Ranking;
    type Child = RankedSegment;

    fn for_segment(
        &self,
        _number: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<RankedSegment> {
        let columns = reader.fast_fields();
        let by = match self.sort {
            Sort::Relevance => By::Score(columns.u64("tier")?),
            Sort::Time => By::Time,
            Sort::Level => By::Number(columns.u64("rank")?),
            Sort::Engagement => By::Number(columns.u64("engagement")?),
        };
        Ok(RankedSegment {
            by,
            id: columns.u64("id")?,
            published_at: columns.i64("published_at")?,
            keep: self.keep,
            total: 0,
            best: BinaryHeap::with_capacity(self.keep.min(1024) + 1),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.sort == Sort::Relevance
    }

    fn merge_fruits(&self, segments: Vec<(usize, Vec<Key>)>) -> tantivy::Result<Ranking> {
        let total = segments.iter().map(|(total, _)| total).sum();
        let mut first: Vec<Key> = segments.into_iter().flat_map(|(_, best)| best).collect();
        first.sort_unstable_by_key(|key| Reverse(*key));
        first.truncate(self.keep);
        let hit = |(value, _, id): Key| {
            let score = match self.sort {
                Sort::Relevance => value as f32 / SCORE_STEPS as f32,
                _ => 0.0,
            };
            (PostId(id), score)
        };
        Ok(Ranking {
            total,
            first: first.into_iter().map(hit).collect(),
        })
    }
}

/// Scores are ordered as whole numbers of so many steps.
const SCORE_STEPS: f64 = 1e6;

/// What hits are ordered by.
enum By {
    Score(Column<u64>),
    Time,
    Number(Column<u64>),
}

/// Hits of one segment.
pub struct RankedSegment {
    by: By,
    id: Column<u64>,
    published_at: Column<i64>,
    keep: usize,
    total: usize,
    best: BinaryHeap<Reverse<Key>>,
}

impl RankedSegment {
    /// Published, in milliseconds; a post always has a time.
    fn time(&self, doc: DocId) -> i64 {
        self.published_at.first(doc).unwrap_or_default()
    }

    fn value(&self, doc: DocId, score: Score) -> i64 {
        match &self.by {
            By::Time => self.time(doc),
            By::Number(column) => column.first(doc).unwrap_or_default().cast_signed(),
            By::Score(tiers) => {
                let years = self.time(doc) as f64 / MS_PER_YEAR;
                let tier = tiers.first(doc).unwrap_or(LOWEST_TIER).min(LOWEST_TIER);
                let prior = years * SCORE_PER_YEAR + (LOWEST_TIER - tier) as f64 * SCORE_PER_TIER;
                ((f64::from(score) + prior) * SCORE_STEPS) as i64
            }
        }
    }
}

impl SegmentCollector for RankedSegment {
    type Fruit = (usize, Vec<Key>);

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        let value = self.value(doc, score);
        if self.best.len() == self.keep {
            // Most hits lie behind the page: they are told by one number.
            match self.best.peek() {
                Some(Reverse(worst)) if value >= worst.0 => {}
                _ => return,
            }
        }
        let id = self.id.first(doc).unwrap_or_default().cast_signed();
        self.best.push(Reverse((value, self.time(doc), id)));
        if self.best.len() > self.keep {
            self.best.pop();
        }
    }

    fn harvest(self) -> (usize, Vec<Key>) {
        (
            self.total,
            self.best.into_iter().map(|Reverse(key)| key).collect(),
        )
    }
}
