//! What a query excludes, as a set. tantivy 0.27 asks an exclusion about documents that lie before its present one,
//! which a phrase refuses (a debug assertion in its `PhraseScorer::seek_danger`); a set answers in any order.

use tantivy::query::{
    BitSetDocSet, ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::{BitSet, DocId, DocSet, Score, SegmentReader, TERMINATED};

/// The documents of another query, found at once and kept as bits.
#[derive(Debug)]
pub struct MatchingSet(pub Box<dyn Query>);

impl Clone for MatchingSet {
    fn clone(&self) -> Self {
        MatchingSet(self.0.box_clone())
    }
}

impl Query for MatchingSet {
    fn weight(&self, enable_scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(MatchingSetWeight(self.0.weight(enable_scoring)?)))
    }
}

struct MatchingSetWeight(Box<dyn Weight>);

impl Weight for MatchingSetWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut matching = self.0.scorer(reader, boost)?;
        let mut bits = BitSet::with_max_value(reader.max_doc());
        while matching.doc() != TERMINATED {
            bits.insert(matching.doc());
            matching.advance();
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(bits), 0.0)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.0.explain(reader, doc)
    }
}
