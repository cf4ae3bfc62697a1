//! Posts published in a time: a look at each candidate's own value. tantivy's `RangeQuery` reads the values of all posts
//! first, also where a word leaves a few.

use super::order::values_of;
use std::sync::Arc;
use tantivy::columnar::ColumnValues;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SeekDangerResult, SegmentReader, TERMINATED, TantivyError};

/// From `from` up to, without it, `to`, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    pub from: i64,
    pub to: i64,
}

impl Between {
    /// Whenever.
    pub const EVER: Between = Between {
        from: i64::MIN,
        to: i64::MAX,
    };
}

struct Published {
    between: Between,
    values: Arc<dyn ColumnValues<i64>>,
    doc: DocId,
    end: DocId,
}

impl Query for Between {
    fn weight(&self, _enable_scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(*self))
    }
}

impl Weight for Between {
    fn scorer(&self, reader: &SegmentReader, _boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut published = Published {
            between: *self,
            values: values_of(reader.fast_fields().i64("published_at")?),
            doc: 0,
            end: reader.max_doc(),
        };
        published.settle();
        Ok(Box::new(published))
    }

    fn explain(&self, _reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument(format!(
            "nothing to explain of document {doc}"
        )))
    }
}

impl Published {
    fn is_in(&self, doc: DocId) -> bool {
        (self.between.from..self.between.to).contains(&self.values.get_val(doc))
    }

    /// Goes on to the next document in the time, if this one is not.
    fn settle(&mut self) -> DocId {
        while self.doc < self.end && !self.is_in(self.doc) {
            self.doc += 1;
        }
        if self.doc >= self.end {
            self.doc = TERMINATED;
        }
        self.doc
    }
}

impl DocSet for Published {
    fn advance(&mut self) -> DocId {
        self.seek(self.doc.saturating_add(1))
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.doc = self.doc.max(target);
        self.settle()
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target >= self.end {
            self.doc = TERMINATED;
            return SeekDangerResult::SeekLowerBound(TERMINATED);
        }
        self.doc = target;
        match self.is_in(target) {
            true => SeekDangerResult::Found,
            false if target + 1 < self.end => SeekDangerResult::SeekLowerBound(target + 1),
            false => SeekDangerResult::SeekLowerBound(TERMINATED),
        }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.end
    }
}

impl Scorer for Published {
    fn score(&mut self) -> Score {
        0.0
    }
}
