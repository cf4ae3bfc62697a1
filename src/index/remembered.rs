//! 记住的命中 — which documents hold a string whose places took long to read. A page asks for the same string several
//! times: for its hits, its facets, its days, the next page.
//!
//! A part of the index never changes (documents that were deleted are left out later), so that what was true of it stays
//! true.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::index::SegmentId;
use tantivy::schema::Field;
use tantivy::{DocId, DocSet, TERMINATED};

/// Documents remembered at most, of all strings together: 16 MB.
const MOST: usize = 4_000_000;
/// Where the places of fewer documents had to be read, nothing is saved.
const LEAST: usize = 1_000;

/// What was looked for, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    pub part: SegmentId,
    pub field: Field,
    pub strings: Vec<String>,
    pub within: Option<u32>,
}

/// See the head of the file.
#[derive(Debug, Default)]
pub struct Remembered(Mutex<Lists>);

#[derive(Debug, Default)]
struct Lists {
    of: HashMap<Wanted, Arc<[DocId]>>,
    documents: usize,
}

impl Remembered {
    /// The documents, if they were found before.
    pub fn find(&self, wanted: &Wanted) -> Option<Known> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let documents = lists.of.get(wanted)?;
        Some(Known {
            documents: Arc::clone(documents),
            at: 0,
        })
    }

    /// Keeps what was found.
    pub fn keep(&self, wanted: Wanted, documents: Vec<DocId>) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.documents + documents.len() > MOST {
            // What is asked for still is soon there again.
            *lists = Lists::default();
        }
        if documents.len() <= MOST {
            lists.documents += documents.len();
            if let Some(same) = lists.of.insert(wanted, documents.into()) {
                lists.documents -= same.len();
            }
        }
    }
}

/// Documents on their way to be remembered: all of them, one after the other, or none.
pub struct Note {
    remembered: Arc<Remembered>,
    wanted: Wanted,
    documents: Vec<DocId>,
}

impl Note {
    /// Nothing yet.
    pub fn new(remembered: &Arc<Remembered>, wanted: Wanted) -> Note {
        Note {
            remembered: Arc::clone(remembered),
            wanted,
            documents: Vec::new(),
        }
    }

    /// The next document.
    pub fn add(&mut self, document: DocId) {
        self.documents.push(document);
    }

    /// There is no more; kept if it was worth the `looks` at places.
    pub fn end(self, looks: usize) {
        if looks >= LEAST {
            self.remembered.keep(self.wanted, self.documents);
        }
    }
}

/// Documents that are known.
pub struct Known {
    documents: Arc<[DocId]>,
    at: usize,
}

impl From<Vec<DocId>> for Known {
    fn from(documents: Vec<DocId>) -> Known {
        Known {
            documents: documents.into(),
            at: 0,
        }
    }
}

impl DocSet for Known {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let rest = self.documents.get(self.at..).unwrap_or_default();
        self.at += rest.partition_point(|document| *document < target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.documents.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        self.documents.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{LEAST, MOST, Note, Remembered, Wanted};
    use std::sync::Arc;
    use tantivy::index::SegmentId;
    use tantivy::schema::Field;
    use tantivy::{DocSet, TERMINATED};

    fn wanted(string: &str) -> Wanted {
        Wanted {
            part: SegmentId::from_uuid_string("00000000000000000000000000000001").expect("an id"),
            field: Field::from_field_id(0),
            strings: vec![string.to_owned()],
            within: None,
        }
    }

    #[test]
    fn what_was_read_to_the_end_is_known_and_can_be_sought() {
        let remembered = Arc::new(Remembered::default());
        let mut note = Note::new(&remembered, wanted("社保"));
        for document in [3, 5, 9] {
            note.add(document);
        }
        assert!(remembered.find(&wanted("社保")).is_none());
        note.end(LEAST);
        let mut known = remembered.find(&wanted("社保")).expect("kept");
        assert_eq!((known.doc(), known.seek(4), known.seek(5)), (3, 5, 5));
        assert_eq!((known.advance(), known.advance()), (9, TERMINATED));
        assert_eq!((known.advance(), known.seek(100)), (TERMINATED, TERMINATED));
        assert!(remembered.find(&wanted("社会")).is_none());
    }

    #[test]
    fn what_was_cheap_is_not_kept_and_too_much_begins_anew() {
        let remembered = Arc::new(Remembered::default());
        Note::new(&remembered, wanted("a")).end(LEAST - 1);
        assert!(remembered.find(&wanted("a")).is_none());
        remembered.keep(wanted("b"), vec![0; MOST]);
        assert!(remembered.find(&wanted("b")).is_some());
        remembered.keep(wanted("c"), vec![1]);
        assert!(remembered.find(&wanted("b")).is_none());
        assert!(remembered.find(&wanted("c")).is_some());
    }
}
