//! Where strings stand: the posts whose field holds a string in one piece, or two strings near each other – exactly.
//!
//! A string of two characters is one term of the index; a longer one stands where its pairs of neighbours do, each at its
//! own distance from the first. tantivy's `PhraseQuery` finds the same, and cannot tell how far apart two phrases are; nor
//! may it stand behind a `NOT` (tantivy 0.27, `PhraseScorer::seek_danger`).

use super::places::Places;
use super::remembered::{Known, Note, Remembered, Wanted};
use super::schema::TextFields;
use std::sync::Arc;
use tantivy::query::{ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// Strings of folded characters in one field, in one piece each.
#[derive(Clone, Debug)]
pub struct Standing {
    written: Arc<Vec<String>>,
    strings: Arc<Vec<Vec<Part>>>,
    fields: TextFields,
    remembered: Arc<Remembered>,
    /// At most so many characters between two strings; `None` for one string.
    within: Option<u32>,
}

/// A piece of a string, so many characters after its first.
#[derive(Clone, Debug)]
struct Part {
    offset: u32,
    piece: Piece,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    /// The whole string is one character.
    Character(char),
    /// Two neighbours: a term of the index.
    Pair(Term),
}

impl Standing {
    /// One string.
    pub fn of(fields: TextFields, string: &[char], remembered: &Arc<Remembered>) -> Self {
        Standing::new(fields, &[string], None, remembered)
    }

    /// Two strings, in either order, that do not overlap.
    pub fn near(
        fields: TextFields,
        strings: [&[char]; 2],
        within: u32,
        remembered: &Arc<Remembered>,
    ) -> Self {
        Standing::new(fields, &strings, Some(within), remembered)
    }

    fn new(
        fields: TextFields,
        strings: &[&[char]],
        within: Option<u32>,
        remembered: &Arc<Remembered>,
    ) -> Self {
        let written = strings.iter().map(|string| string.iter().collect());
        let parts = strings.iter().map(|string| parts(fields, string));
        Standing {
            written: Arc::new(written.collect()),
            strings: Arc::new(parts.collect()),
            fields,
            remembered: Arc::clone(remembered),
            within,
        }
    }

    /// The one term that says it all without a look at positions.
    fn single_term(&self) -> Option<Term> {
        let [string] = self.strings.as_slice() else {
            return None;
        };
        let [part] = string.as_slice() else {
            return None;
        };
        match (&part.piece, self.fields.singles) {
            (Piece::Pair(term), _) => Some(term.clone()),
            (Piece::Character(character), Some(singles)) => {
                Some(Term::from_field_text(singles, &character.to_string()))
            }
            (Piece::Character(_), None) => None,
        }
    }
}

/// Characters of a string.
fn length_of(string: &[Part]) -> u32 {
    let last = string.last().expect("a string has a part");
    match last.piece {
        Piece::Character(_) => 1,
        Piece::Pair(_) => last.offset + 2,
    }
}

/// The terms that hold a string together: every second pair of neighbours, and the last.
fn parts(fields: TextFields, string: &[char]) -> Vec<Part> {
    if let [single] = string {
        let piece = Piece::Character(*single);
        return vec![Part { offset: 0, piece }];
    }
    let last = string.len().saturating_sub(2);
    let begins = (0..last).step_by(2).chain([last]);
    begins
        .map(|begin| Part {
            offset: begin as u32,
            piece: Piece::Pair(Term::from_field_text(
                fields.pairs,
                &string[begin..begin + 2].iter().collect::<String>(),
            )),
        })
        .collect()
}

impl Query for Standing {
    fn weight(&self, _enable_scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Standing {
    fn scorer(&self, reader: &SegmentReader, _boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        if let Some(term) = self.single_term() {
            let terms = reader.inverted_index(term.field())?;
            let found = terms.read_postings(&term, IndexRecordOption::Basic)?;
            return Ok(match found {
                Some(postings) => Box::new(ConstScorer::new(postings, 0.0)),
                None => Box::new(EmptyScorer),
            });
        }
        let wanted = Wanted {
            part: reader.segment_id(),
            field: self.fields.pairs,
            strings: self.written.to_vec(),
            within: self.within,
        };
        if let Some(known) = self.remembered.find(&wanted) {
            return Ok(Box::new(ConstScorer::new(known, 0.0)));
        }
        if let [string] = self.strings.as_slice()
            && let [part] = string.as_slice()
            && let Piece::Character(character) = part.piece
        {
            let documents = Places::documents_with(reader, self.fields, character)?;
            self.remembered.keep(wanted, documents.clone());
            return Ok(Box::new(ConstScorer::new(Known::from(documents), 0.0)));
        }
        let mut pieces: Vec<&Piece> = Vec::new();
        let mut strings = Vec::with_capacity(self.strings.len());
        for string in self.strings.iter() {
            let mut numbers = Vec::with_capacity(string.len());
            for part in string {
                let known = pieces.iter().position(|piece| **piece == part.piece);
                numbers.push((known.unwrap_or(pieces.len()), part.offset));
                if known.is_none() {
                    pieces.push(&part.piece);
                }
            }
            strings.push(Stood {
                length: length_of(string),
                parts: numbers,
                places: Vec::new(),
            });
        }
        let mut lists = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let places = match piece {
                Piece::Character(character) => {
                    Places::of_character(reader, self.fields, *character)?
                }
                Piece::Pair(term) => Places::of_term(reader, term)?,
            };
            let Some(places) = places else {
                return Ok(Box::new(EmptyScorer));
            };
            lists.push(places);
        }
        let mut order: Vec<usize> = (0..lists.len()).collect();
        order.sort_by_key(|number| lists[*number].size_hint());
        let mut found = StandingScorer {
            lists,
            order,
            strings,
            within: self.within,
            other: Vec::new(),
            looks: 0,
            note: Some(Note::new(&self.remembered, wanted)),
        };
        let first = found.lists[found.order[0]].doc();
        found.settle_on_next(first);
        Ok(Box::new(found))
    }

    fn explain(&self, _reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument(format!(
            "nothing to explain of document {doc}"
        )))
    }
}

/// One string in the document at hand.
struct Stood {
    /// Numbers of its terms' lists, each with its offset.
    parts: Vec<(usize, u32)>,
    /// Characters.
    length: u32,
    /// Positions of its first character.
    places: Vec<u32>,
}

struct StandingScorer {
    lists: Vec<Places>,
    /// Numbers of the lists, the shortest first.
    order: Vec<usize>,
    strings: Vec<Stood>,
    within: Option<u32>,
    other: Vec<u32>,
    /// Documents whose places were read.
    looks: usize,
    /// What is found, as long as no document is skipped.
    note: Option<Note>,
}

impl StandingScorer {
    /// The first document from `doc` on that matches; `doc` is where the shortest list stands.
    fn settle(&mut self, mut doc: DocId) -> DocId {
        'next: while doc != TERMINATED {
            for &number in &self.order[1..] {
                let other = self.lists[number].doc();
                let found = if other < doc {
                    self.lists[number].seek(doc)
                } else {
                    other
                };
                if found != doc {
                    doc = self.lists[self.order[0]].seek(found);
                    continue 'next;
                }
            }
            self.looks += 1;
            if self.stands() {
                return doc;
            }
            doc = self.lists[self.order[0]].advance();
        }
        TERMINATED
    }

    /// The same, where none before `doc` was skipped.
    fn settle_on_next(&mut self, doc: DocId) -> DocId {
        let found = self.settle(doc);
        if found == TERMINATED {
            if let Some(note) = self.note.take() {
                note.end(self.looks);
            }
        } else if let Some(note) = &mut self.note {
            note.add(found);
        }
        found
    }

    /// Do the strings stand in the document that all lists have reached?
    fn stands(&mut self) -> bool {
        for string in &mut self.strings {
            if !string.look(&mut self.lists, &mut self.other) {
                return false;
            }
        }
        match (self.within, self.strings.as_slice()) {
            (Some(within), [one, other]) => are_near(one, other, within),
            _ => true,
        }
    }
}

impl Stood {
    /// Finds the string's places; false when there is none.
    fn look(&mut self, lists: &mut [Places], other: &mut Vec<u32>) -> bool {
        let mut read = None;
        for (at, (number, offset)) in self.parts.iter().enumerate() {
            // `？？？？` is the same pair twice.
            if read != Some(*number) {
                lists[*number].places(other);
                read = Some(*number);
            }
            if at == 0 {
                self.places.clone_from(other);
            } else {
                keep_followed(&mut self.places, other, *offset);
            }
            if self.places.is_empty() {
                return false;
            }
        }
        true
    }
}

/// Keeps the places that have one of `others` so far behind them; both are in order.
fn keep_followed(places: &mut Vec<u32>, others: &[u32], offset: u32) {
    let mut others = others.iter().copied().peekable();
    places.retain(|place| {
        let wanted = place + offset;
        while others.next_if(|other| *other < wanted).is_some() {}
        others.peek() == Some(&wanted)
    });
}

/// Is there a place of each with at most `within` characters between them?
fn are_near(one: &Stood, other: &Stood, within: u32) -> bool {
    let behind = |first: &Stood, second: &Stood| {
        let mut begins = second.places.iter().copied().peekable();
        first.places.iter().any(|place| {
            let end = place + first.length;
            while begins.next_if(|begin| *begin < end).is_some() {}
            begins.peek().is_some_and(|begin| begin - end <= within)
        })
    };
    behind(one, other) || behind(other, one)
}

impl DocSet for StandingScorer {
    fn advance(&mut self) -> DocId {
        let next = self.lists[self.order[0]].advance();
        self.settle_on_next(next)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let doc = self.doc();
        if doc >= target {
            return doc;
        }
        self.note = None;
        let next = self.lists[self.order[0]].seek(target);
        self.settle(next)
    }

    fn doc(&self) -> DocId {
        self.lists[self.order[0]].doc()
    }

    fn size_hint(&self) -> u32 {
        self.lists[self.order[0]].size_hint() / 2
    }

    fn cost(&self) -> u64 {
        u64::from(self.lists[self.order[0]].size_hint()) * 10
    }
}

impl Scorer for StandingScorer {
    fn score(&mut self) -> Score {
        0.0
    }
}
