//! 征象 — what the rules found in a post, as hashes that a classifier reads beside the runs of its characters.

use super::pieces::{START, hash_of};

/// What was found, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs(Vec<u32>);

impl Signs {
    /// Adds a sign by its words: `["group", "N3"]`.
    pub fn add(&mut self, words: &[&str]) {
        // A separator no word holds: `a.bc` is not `ab.c`.
        let characters = words.iter().flat_map(|word| word.chars().chain(['\u{0}']));
        self.0.push(hash_of(START, characters));
    }

    /// Adds a sign where it holds.
    pub fn add_if(&mut self, holds: bool, word: &str) {
        if holds {
            self.add(&[word]);
        }
    }

    /// The hashes, each once, in order.
    pub fn hashes(mut self) -> Vec<u32> {
        self.0.sort_unstable();
        self.0.dedup();
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Signs;

    #[test]
    fn a_sign_counts_once_and_words_do_not_run_together() {
        let mut signs = Signs::default();
        signs.add(&["group", "N3"]);
        signs.add(&["group", "N3"]);
        signs.add(&["groupN", "3"]);
        signs.add_if(false, "danger");
        assert_eq!(signs.hashes().len(), 2);
    }
}
