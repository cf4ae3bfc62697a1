//! Documents with the places where a term stands in them, in order: a list of the index, or – for a single character, whose
//! places the index does not keep – what its pairs with any neighbour say together.

use super::schema::TextFields;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED, Term};

/// See the head of the file.
pub enum Places {
    Listed(Box<SegmentPostings>),
    Gathered(Gathered),
}

/// All places of a character, by document.
pub struct Gathered {
    places: Vec<(DocId, u32)>,
    at: usize,
}

impl Places {
    /// Where a term stands. `None`: nowhere in this segment.
    pub fn of_term(reader: &SegmentReader, term: &Term) -> tantivy::Result<Option<Places>> {
        let record = IndexRecordOption::WithFreqsAndPositions;
        let terms = reader.inverted_index(term.field())?;
        let found = terms.read_postings(term, record)?;
        Ok(found.map(|postings| Places::Listed(Box::new(postings))))
    }

    /// The documents that hold a character, where the index does not keep single ones.
    pub fn documents_with(
        reader: &SegmentReader,
        fields: TextFields,
        character: char,
    ) -> tantivy::Result<Vec<DocId>> {
        let mut holds = vec![false; reader.max_doc() as usize];
        let record = IndexRecordOption::Basic;
        for_each_pair_of(reader, fields, character, record, |postings| {
            while postings.doc() != TERMINATED {
                holds[postings.doc() as usize] = true;
                postings.advance();
            }
        })?;
        let documents = (0..).zip(holds).filter(|(_, holds)| *holds);
        Ok(documents.map(|(document, _)| document).collect())
    }

    /// Where a character stands: every character begins one pair, the last of a text one with the end.
    pub fn of_character(
        reader: &SegmentReader,
        fields: TextFields,
        character: char,
    ) -> tantivy::Result<Option<Places>> {
        let mut places = Vec::new();
        let mut here = Vec::new();
        let record = IndexRecordOption::WithFreqsAndPositions;
        for_each_pair_of(reader, fields, character, record, |postings| {
            while postings.doc() != TERMINATED {
                postings.positions_with_offset(0, &mut here);
                places.extend(here.iter().map(|place| (postings.doc(), *place)));
                postings.advance();
            }
        })?;
        places.sort_unstable();
        let gathered = Gathered { places, at: 0 };
        Ok((!gathered.places.is_empty()).then_some(Places::Gathered(gathered)))
    }

    /// The document at hand.
    pub fn doc(&self) -> DocId {
        match self {
            Places::Listed(postings) => postings.doc(),
            Places::Gathered(gathered) => gathered.doc(),
        }
    }

    /// The next document.
    pub fn advance(&mut self) -> DocId {
        match self {
            Places::Listed(postings) => postings.advance(),
            Places::Gathered(gathered) => gathered.seek(gathered.doc().saturating_add(1)),
        }
    }

    /// The first document from `target` on.
    pub fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Places::Listed(postings) => postings.seek(target),
            Places::Gathered(gathered) => gathered.seek(target),
        }
    }

    /// Places in the document at hand, in order.
    pub fn places(&mut self, into: &mut Vec<u32>) {
        match self {
            Places::Listed(postings) => postings.positions_with_offset(0, into),
            Places::Gathered(gathered) => {
                let doc = gathered.doc();
                let rest = &gathered.places[gathered.at..];
                into.clear();
                into.extend(
                    rest.iter()
                        .take_while(|place| place.0 == doc)
                        .map(|place| place.1),
                );
            }
        }
    }

    /// Documents at most.
    pub fn size_hint(&self) -> u32 {
        match self {
            Places::Listed(postings) => postings.size_hint(),
            Places::Gathered(gathered) => u32::try_from(gathered.places.len()).unwrap_or(u32::MAX),
        }
    }
}

/// Calls `see` with the list of every pair that begins with a character.
fn for_each_pair_of(
    reader: &SegmentReader,
    fields: TextFields,
    character: char,
    record: IndexRecordOption,
    mut see: impl FnMut(&mut SegmentPostings),
) -> tantivy::Result<()> {
    let terms = reader.inverted_index(fields.pairs)?;
    let mut encoded = [0; 4];
    let first = character.encode_utf8(&mut encoded).as_bytes();
    let mut pairs = terms.terms().range().ge(first).into_stream()?;
    while pairs.advance() && pairs.key().starts_with(first) {
        see(&mut terms.read_postings_from_terminfo(pairs.value(), record)?);
    }
    Ok(())
}

impl Gathered {
    fn doc(&self) -> DocId {
        self.places.get(self.at).map_or(TERMINATED, |place| place.0)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.at += self.places[self.at..].partition_point(|place| place.0 < target);
        self.doc()
    }
}
