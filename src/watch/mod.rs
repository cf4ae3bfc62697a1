//! 专题 — thousands of saved queries against one post at a time: a search the other way round.
//!
//! One automaton finds the strings of all queries in one pass over the post; only queries of which something needful was
//! found are read. The answer is the one that the index gives (`tests` compares them).

mod compile;
mod reader;

pub use reader::Reader;

use crate::index::Query;
use compile::{Terms, Test, anchor};
use daachorse::CharwiseDoubleArrayAhoCorasick;

/// Many queries, ready to be matched.
pub struct Matcher {
    terms: Terms,
    /// `None`: no query asks for a string.
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    /// One for each query, in the order they were given.
    tests: Vec<Test>,
    /// Queries to be read once a term was found, by term.
    anchored: Vec<Vec<usize>>,
    /// Queries to be read with every post: `-广告`, `after:2017-04-01`.
    unanchored: Vec<usize>,
}

impl Matcher {
    /// Compiles queries; they are known by their places from then on.
    pub fn new<'q>(queries: impl IntoIterator<Item = &'q Query>) -> Matcher {
        let mut terms = Terms::default();
        let queries = queries.into_iter();
        let tests: Vec<Test> = queries.map(|query| terms.compile(query)).collect();
        let mut anchored = vec![Vec::new(); terms.count()];
        let mut unanchored = Vec::new();
        for (number, test) in tests.iter().enumerate() {
            match anchor(test, &terms) {
                Some(anchors) => {
                    for term in anchors {
                        anchored[term as usize].push(number);
                    }
                }
                None => unanchored.push(number),
            }
        }
        let automaton = (!terms.strings.is_empty()).then(|| {
            let strings = terms.strings.iter().map(|(string, term)| (string, *term));
            CharwiseDoubleArrayAhoCorasick::with_values(strings)
                .expect("strings are different, none is empty, there are less than 2^31 of them")
        });
        Matcher {
            terms,
            automaton,
            tests,
            anchored,
            unanchored,
        }
    }

    /// Reads posts, one after the other.
    pub fn reader(&self) -> Reader<'_> {
        Reader::of(self)
    }
}

#[cfg(test)]
mod tests;
