//! Peers of the search benchmark: SQLite FTS5 with its trigram tokenizer.

use super::corpus::Corpus;

/// To be measured.
pub fn measure(_corpus: &Corpus) {}
