//! The order of hits, and how many there are: every match is counted, the first page's worth is kept.
//!
//! What compares equal is told apart by time and id, so that a page says the same whenever it is asked for.

use super::Sort;
use crate::model::{OutletTier, PostId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Debug;
use std::sync::Arc;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Cardinality, Column, ColumnValues};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, Score, SegmentOrdinal, SegmentReader};

/// So much later a post must be published to stand before one whose words match better by 1 of BM25: four years.
const MS_PER_SCORE: f64 = 4.0 * 365.25 * 86_400_000.0;
/// Each step of `OutletTier` above an ordinary netizen weighs as much as 0.15 of BM25.
const MS_PER_TIER: i64 = (0.15 * MS_PER_SCORE) as i64;

/// What a post is worth before its words are compared, in milliseconds: published then, raised by its outlet's tier. Of
/// two posts that match alike the newer comes first.
pub fn prior(published_ms: i64, tier: OutletTier) -> u64 {
    let above = OutletTier::T5 as i64 - tier as i64;
    (published_ms + above * MS_PER_TIER).max(0).cast_unsigned()
}

/// Ranks hits and keeps the first ones.
pub struct Ranked {
    pub sort: Sort,
    /// Do words count? Else only what a post is worth without them.
    pub is_scored: bool,
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
        let number = |name: &str| tantivy::Result::Ok(values_of(columns.u64(name)?));
        let published_at = values_of(columns.i64("published_at")?);
        let by = match self.sort {
            Sort::Relevance => By::Number(number("prior")?),
            Sort::Time => By::Time,
            Sort::Level => By::Number(number("rank")?),
            Sort::Engagement => By::Number(number("engagement")?),
        };
        Ok(RankedSegment {
            by,
            id: number("id")?,
            published_at,
            keep: self.keep,
            waiting: Vec::with_capacity(COLLECT_BLOCK_BUFFER_LEN),
            scores: Vec::with_capacity(COLLECT_BLOCK_BUFFER_LEN),
            total: 0,
            best: BinaryHeap::with_capacity(self.keep.min(1024) + 1),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.is_scored
    }

    fn merge_fruits(&self, segments: Vec<(usize, Vec<Key>)>) -> tantivy::Result<Ranking> {
        let total = segments.iter().map(|(total, _)| total).sum();
        let mut first: Vec<Key> = segments.into_iter().flat_map(|(_, best)| best).collect();
        first.sort_unstable_by_key(|key| Reverse(*key));
        first.truncate(self.keep);
        let hit = |(value, _, id): Key| {
            let score = match self.sort {
                Sort::Relevance => (value as f64 / MS_PER_SCORE) as f32,
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

/// One value for each post; the common case, where every post has its value, needs no detour.
pub fn values_of<T: PartialOrd + Copy + Default + Debug + Send + Sync + 'static>(
    column: Column<T>,
) -> Arc<dyn ColumnValues<T>> {
    match column.get_cardinality() {
        Cardinality::Full => column.values,
        _ => column.first_or_default_col(T::default()),
    }
}

/// What hits are ordered by.
enum By {
    Time,
    /// Words, where they count, are added.
    Number(Arc<dyn ColumnValues<u64>>),
}

/// Hits of one segment.
pub struct RankedSegment {
    by: By,
    id: Arc<dyn ColumnValues<u64>>,
    published_at: Arc<dyn ColumnValues<i64>>,
    keep: usize,
    /// Hits with scores that wait until a block of them is full: columns are read by the block.
    waiting: Vec<DocId>,
    scores: Vec<Score>,
    total: usize,
    best: BinaryHeap<Reverse<Key>>,
}

impl RankedSegment {
    /// What each hit is ordered by, without its words.
    fn values(&self, docs: &[DocId]) -> [i64; COLLECT_BLOCK_BUFFER_LEN] {
        let mut values = [0; COLLECT_BLOCK_BUFFER_LEN];
        match &self.by {
            By::Time => self.published_at.get_vals(docs, &mut values[..docs.len()]),
            By::Number(column) => {
                let mut numbers = [0; COLLECT_BLOCK_BUFFER_LEN];
                column.get_vals(docs, &mut numbers[..docs.len()]);
                values = numbers.map(u64::cast_signed);
            }
        }
        values
    }

    fn rank(&mut self, docs: &[DocId], scores: Option<&[Score]>) {
        self.total += docs.len();
        let mut values = self.values(docs);
        if let Some(scores) = scores {
            for (value, score) in values.iter_mut().zip(scores) {
                *value += (f64::from(*score) * MS_PER_SCORE) as i64;
            }
        }
        for (doc, value) in docs.iter().zip(values) {
            // Most hits lie behind the page: they are told by one number.
            if self.best.len() < self.keep
                || self.best.peek().is_some_and(|worst| value >= worst.0.0)
            {
                self.keep_if_first(*doc, value);
            }
        }
    }

    fn keep_if_first(&mut self, doc: DocId, value: i64) {
        let id = self.id.get_val(doc).cast_signed();
        let published_at = self.published_at.get_val(doc);
        self.best.push(Reverse((value, published_at, id)));
        if self.best.len() > self.keep {
            self.best.pop();
        }
    }

    fn rank_waiting(&mut self) {
        let docs = std::mem::take(&mut self.waiting);
        let scores = std::mem::take(&mut self.scores);
        self.rank(&docs, Some(&scores));
        (self.waiting, self.scores) = (docs, scores);
        self.waiting.clear();
        self.scores.clear();
    }
}

impl SegmentCollector for RankedSegment {
    type Fruit = (usize, Vec<Key>);

    fn collect(&mut self, doc: DocId, score: Score) {
        self.waiting.push(doc);
        self.scores.push(score);
        if self.waiting.len() == COLLECT_BLOCK_BUFFER_LEN {
            self.rank_waiting();
        }
    }

    fn collect_block(&mut self, docs: &[DocId]) {
        self.rank(docs, None);
    }

    fn harvest(mut self) -> (usize, Vec<Key>) {
        self.rank_waiting();
        (
            self.total,
            self.best.into_iter().map(|Reverse(key)| key).collect(),
        )
    }
}
