//! How alike two posts are: the same words (copies) or the same matter (events).

use crate::model::Post;
use crate::text::fingerprint::distance;
use crate::text::normalize::fold;
use std::collections::{HashMap, HashSet};

/// Texts shorter than this have too little to be recognised by.
const MIN_COPY_CHARS: usize = 20;
/// Fingerprints of copies differ in few bits; this many are looked at more closely.
const COPY_DISTANCE: u32 = 24;
/// Characters of a title made from a text.
const HEADLINE_CHARS: usize = 28;

/// What is compared.
pub struct Likeness {
    fingerprint: u64,
    letter_count: usize,
    pieces: HashSet<[char; 4]>,
    pairs: HashMap<[char; 2], f64>,
    length: f64,
    /// Text behind `//@`, when the post forwards another one.
    forwarded: Option<HashSet<[char; 4]>>,
}

impl Likeness {
    pub fn of(post: &Post, fingerprint: u64) -> Likeness {
        let letters = letters(&format!("{}{}", post.title, post.text));
        let mut pairs: HashMap<[char; 2], f64> = HashMap::new();
        for pair in letters.windows(2) {
            *pairs.entry([pair[0], pair[1]]).or_default() += 1.0;
        }
        let length = pairs
            .values()
            .map(|count| count * count)
            .sum::<f64>()
            .sqrt();
        Likeness {
            fingerprint,
            letter_count: letters.len(),
            pieces: pieces(&letters),
            pairs,
            length,
            forwarded: post
                .text
                .split_once("//@")
                .map(|(_, behind)| pieces(&self::letters(behind))),
        }
    }

    /// Nearly the same wording, or a forward of it (`//@`).
    pub fn is_copy_of(&self, original: &Likeness, similarity: f64) -> bool {
        if let Some(forwarded) = &self.forwarded {
            return !forwarded.is_empty() && contained(forwarded, &original.pieces) >= similarity;
        }
        if self.letter_count < MIN_COPY_CHARS || original.letter_count < MIN_COPY_CHARS {
            return self.letter_count > 0 && self.fingerprint == original.fingerprint;
        }
        distance(self.fingerprint, original.fingerprint) <= COPY_DISTANCE
            && common_share(&self.pieces, &original.pieces) >= similarity
    }

    /// Cosine of the character pairs; 0 … 1.
    pub fn closeness(&self, other: &Likeness) -> f64 {
        if self.length == 0.0 || other.length == 0.0 {
            return 0.0;
        }
        let common: f64 = self
            .pairs
            .iter()
            .filter_map(|(pair, count)| other.pairs.get(pair).map(|other| count * other))
            .sum();
        common / (self.length * other.length)
    }
}

/// The title, or the beginning of a text without one.
pub fn headline(post: &Post) -> String {
    let text = if post.title.is_empty() {
        &post.text
    } else {
        &post.title
    };
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= HEADLINE_CHARS {
        return line;
    }
    let start: String = line.chars().take(HEADLINE_CHARS - 1).collect();
    format!("{start}…")
}

fn letters(text: &str) -> Vec<char> {
    fold(text)
        .chars()
        .filter(|character| character.is_alphanumeric())
        .collect()
}

fn pieces(letters: &[char]) -> HashSet<[char; 4]> {
    letters
        .windows(4)
        .map(|piece| [piece[0], piece[1], piece[2], piece[3]])
        .collect()
}

/// Jaccard's index.
fn common_share(left: &HashSet<[char; 4]>, right: &HashSet<[char; 4]>) -> f64 {
    let common = left.intersection(right).count();
    let all = left.len() + right.len() - common;
    if all == 0 {
        0.0
    } else {
        common as f64 / all as f64
    }
}

/// Share of `part` that stands in `whole`.
fn contained(part: &HashSet<[char; 4]>, whole: &HashSet<[char; 4]>) -> f64 {
    part.intersection(whole).count() as f64 / part.len().max(1) as f64
}
