//! How alike two posts are: the same words (copies) or the same matter (events). Made once per text, compared often:
//! sorted hashes, and bounds that settle most comparisons in a few operations.

use super::alignment::Aligner;
use super::dress::{self, Words};
use super::pairs::{MIX, Pairs};
use crate::model::Post;
use crate::text::fingerprint::distance;
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::sync::OnceLock;

/// Texts shorter than this have too little to be recognised by.
const MIN_COPY_CHARS: usize = 20;
/// What is forwarded must have so much to be recognised by.
const MIN_FORWARDED_CHARS: usize = 8;
/// Fingerprints of copies differ in few bits; this many are looked at more closely.
const COPY_DISTANCE: u32 = 28;
/// Of two copies the shorter has at least this share of the longer one's letters.
const MIN_LENGTH_SHARE: f64 = 0.8;
/// Share of common pieces of four letters that makes a copy by itself: a paragraph may have been added in one place.
const COPY_PIECES: f64 = 0.8;
/// Where every tenth letter was changed, so few pieces of four are still common.
const MIN_COMMON_PIECES: f64 = 0.35;
/// The same as a share of the forwarded text alone.
const MIN_FORWARDED_PIECES: f64 = 0.5;
/// Characters of a title made from a text.
const HEADLINE_CHARS: usize = 28;
/// Words of 64 bits in a parity sketch.
const PARITY_WORDS: usize = 16;
/// Pieces looked at before a share is first judged by them; doubled each time.
const FIRST_SAMPLE: usize = 64;
/// Natural logarithm of the odds, one in thirty million, that such a judgement is wrong.
const LN_ODDS: f64 = 17.2;

/// What is compared.
pub struct Likeness {
    fingerprint: u64,
    letter_count: usize,
    pieces: Pieces,
    /// Text behind `//@`, when the post forwards another one.
    forwarded: Option<Pieces>,
    pairs: OnceLock<Pairs>,
}

impl Likeness {
    pub fn of(post: &Post, fingerprint: u64) -> Likeness {
        let letters = Words::of(post).joined();
        let forwarded = dress::forwarded(&post.text);
        Likeness {
            fingerprint,
            letter_count: letters.len(),
            pieces: Pieces::of(&letters),
            forwarded: forwarded.map(|letters| Pieces::of(&letters)),
            pairs: OnceLock::new(),
        }
    }

    /// 指纹 — the same for the same text.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// What rules most posts out at once.
    pub fn rough(&self) -> Rough {
        Rough {
            fingerprint: self.fingerprint,
            letter_count: u32::try_from(self.letter_count).unwrap_or(u32::MAX),
            is_forward: self.forwarded.is_some(),
        }
    }

    /// One piece in sixteen, chosen by its hash alone, so that two texts choose the same of what they share.
    pub fn search_pieces(&self) -> Vec<u32> {
        let hashes = self.pieces.hashes.iter().copied();
        hashes.filter(|hash| hash >> 28 == 0).collect()
    }

    /// Common pieces, and their share of the shorter text.
    pub fn common_with_shorter(&self, other: &Likeness) -> (usize, f64) {
        let (ours, theirs) = (&self.pieces.hashes, &other.pieces.hashes);
        let common = common_count(ours, theirs, usize::MAX, 0.0);
        let shorter = ours.len().min(theirs.len()).max(1);
        (common, common as f64 / shorter as f64)
    }

    /// Character pairs; only events ask for them, so they are made when first asked for.
    pub fn pairs(&self, post: &Post) -> &Pairs {
        self.pairs.get_or_init(|| Pairs::of(&Words::of(post)))
    }
}

/// A post with its likeness.
#[derive(Clone, Copy)]
pub struct Compared<'p> {
    pub post: &'p Post,
    pub likeness: &'p Likeness,
}

/// What a first look at two posts says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Glance {
    /// Other words.
    Differs,
    /// Nearly the same wording.
    IsCopy,
    /// So much is common (0…1) that only a comparison letter by letter can tell.
    MayBeCopy(f64),
}

impl Compared<'_> {
    /// Nearly the same wording, or a forward of it (`//@`)? The first, cheap part of the answer. Who has less in common
    /// than `least` (0…1) differs too.
    pub fn glance_at(self, original: Compared<'_>, least: f64) -> Glance {
        let (ours, theirs) = (self.likeness, original.likeness);
        if let Some(forwarded) = &ours.forwarded {
            let least = least.max(MIN_FORWARDED_PIECES);
            let contained = forwarded.contained_share(&theirs.pieces, least);
            return contained.map_or(Glance::Differs, Glance::MayBeCopy);
        }
        if ours.letter_count < MIN_COPY_CHARS || theirs.letter_count < MIN_COPY_CHARS {
            let is_same = ours.letter_count > 0 && ours.fingerprint == theirs.fingerprint;
            return if is_same {
                Glance::IsCopy
            } else {
                Glance::Differs
            };
        }
        let least = least.clamp(MIN_COMMON_PIECES, COPY_PIECES);
        match ours.pieces.common_share(&theirs.pieces, least) {
            None => Glance::Differs,
            Some(common) if common >= COPY_PIECES => Glance::IsCopy,
            Some(common) => Glance::MayBeCopy(common),
        }
    }

    fn letters(self) -> Vec<char> {
        Words::of(self.post).joined()
    }

    /// What is looked for elsewhere: the forwarded text, or all of it.
    fn copied_letters(self) -> Vec<char> {
        dress::forwarded(&self.post.text).unwrap_or_else(|| self.letters())
    }
}

/// A post whose original is sought, or its copies: ready to be compared letter by letter.
pub struct Sought<'p> {
    compared: Compared<'p>,
    is_copy: bool,
    letters: OnceCell<Aligner>,
}

impl<'p> Sought<'p> {
    /// A post that may be a copy.
    pub fn copy(compared: Compared<'p>) -> Sought<'p> {
        Sought {
            compared,
            is_copy: true,
            letters: OnceCell::new(),
        }
    }

    /// A post that may be the original of others.
    pub fn original(compared: Compared<'p>) -> Sought<'p> {
        Sought {
            is_copy: false,
            ..Sought::copy(compared)
        }
    }

    /// The second part of the answer: is so much (0…1) the same, letter by letter?
    pub fn is_aligned_with(&self, other: Compared<'_>, similarity: f64) -> bool {
        let aligner = self.letters.get_or_init(|| {
            Aligner::new(&match self.is_copy {
                true => self.compared.copied_letters(),
                false => self.compared.letters(),
            })
        });
        let (theirs, copy, copied) = match self.is_copy {
            true => (other.letters(), self.compared, aligner.length()),
            false => {
                let copied = other.copied_letters();
                let count = copied.len();
                (copied, other, count)
            }
        };
        let needed = if copy.likeness.forwarded.is_some() {
            similarity * copied as f64
        } else {
            similarity * (aligner.length() + theirs.len()) as f64 / 2.0
        };
        let is_long_enough = copy.likeness.forwarded.is_none() || copied >= MIN_FORWARDED_CHARS;
        is_long_enough && aligner.shares(&theirs, needed.ceil() as usize)
    }
}

/// The part of a likeness that is looked at first, small enough to look at thousands of them.
#[derive(Clone, Copy)]
pub struct Rough {
    fingerprint: u64,
    letter_count: u32,
    is_forward: bool,
}

impl Rough {
    /// False only where a glance says that they differ.
    pub fn may_be_copy_of(self, original: Rough) -> bool {
        self.is_forward
            || distance(self.fingerprint, original.fingerprint) <= COPY_DISTANCE
                && self.is_as_long_as(original)
    }

    fn is_as_long_as(self, other: Rough) -> bool {
        let (ours, theirs) = (self.letter_count, other.letter_count);
        f64::from(ours.min(theirs)) >= MIN_LENGTH_SHARE * f64::from(ours.max(theirs))
    }
}

/// Distinct hashes of all four neighbouring characters, in order.
struct Pieces {
    hashes: Vec<u32>,
    /// Bit `hash % 1024` for every hash, added without carry: sketches of two sets differ in at most as many bits as
    /// the sets differ in pieces (Mitzenmacher, Pagh, Pham 2014, "Efficient estimation for high similarities using odd
    /// sketches").
    parity: [u64; PARITY_WORDS],
}

impl Pieces {
    fn of(letters: &[char]) -> Pieces {
        let mut hashes: Vec<u32> = letters.windows(4).map(hash_of).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let mut parity = [0; PARITY_WORDS];
        for hash in &hashes {
            parity[*hash as usize / 64 % PARITY_WORDS] ^= 1 << (hash % 64);
        }
        Pieces { hashes, parity }
    }

    /// Jaccard's index, where it is at least `similarity`.
    fn common_share(&self, other: &Pieces, similarity: f64) -> Option<f64> {
        let sum = self.hashes.len() + other.hashes.len();
        // Where a share s of the union is common, at most (1 - s) / (1 + s) of the sum is not. One more for rounding.
        let most_differing = ((1.0 - similarity) / (1.0 + similarity) * sum as f64) as usize + 1;
        if self.hashes.len().abs_diff(other.hashes.len()) > most_differing
            || !self.differs_at_most(other, most_differing)
        {
            return None;
        }
        let common = common_count(&self.hashes, &other.hashes, most_differing, similarity);
        let all = sum - common;
        let share = common as f64 / all as f64;
        (all > 0 && share >= similarity).then_some(share)
    }

    fn differs_at_most(&self, other: &Pieces, most: usize) -> bool {
        let mut differing = 0;
        for (left, right) in self.parity.iter().zip(&other.parity) {
            differing += (left ^ right).count_ones() as usize;
            if differing > most {
                return false;
            }
        }
        true
    }

    /// The share of these pieces that stands in `whole`, where it is at least `similarity`.
    fn contained_share(&self, whole: &Pieces, similarity: f64) -> Option<f64> {
        let count = self.hashes.len();
        let most_missing = ((1.0 - similarity) * count as f64) as usize + 1;
        let mut missing = 0;
        for hash in &self.hashes {
            missing += usize::from(whole.hashes.binary_search(hash).is_err());
            if missing > most_missing {
                return None;
            }
        }
        let share = (count - missing) as f64 / count as f64;
        (count > 0 && share >= similarity).then_some(share)
    }
}

fn hash_of(piece: &[char]) -> u32 {
    let mixed = piece.iter().fold(0u64, |hash, letter| {
        (hash.rotate_left(21) ^ u64::from(*letter)).wrapping_mul(MIX)
    });
    (mixed >> 32) as u32
}

/// Elements of both; too few once more than `most_differing` stand in one only, or once those looked at make it as good
/// as impossible that a share of `least` (0…1) of all is common: hashes in order are a fair sample, and Hoeffding's
/// inequality (1963, section 6: it holds without replacement) bounds how far a sample is off.
fn common_count(left: &[u32], right: &[u32], most_differing: usize, least: f64) -> usize {
    let (mut at_left, mut at_right, mut common) = (0, 0, 0);
    let mut sample = FIRST_SAMPLE;
    while let (Some(first), Some(second)) = (left.get(at_left), right.get(at_right)) {
        let order = first.cmp(second);
        at_left += usize::from(order != Ordering::Greater);
        at_right += usize::from(order != Ordering::Less);
        common += usize::from(order == Ordering::Equal);
        let seen = at_left + at_right - common;
        if seen - common > most_differing {
            break;
        }
        if seen >= sample {
            let (share, count) = (common as f64 / seen as f64, seen as f64);
            if share + (LN_ODDS / (2.0 * count)).sqrt() < least {
                break;
            }
            sample *= 2;
        }
    }
    common
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

#[cfg(test)]
mod tests {
    use super::Pieces;
    use crate::text::normalize::letters;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn pieces(text: &str) -> Pieces {
        Pieces::of(&letters(text).collect::<Vec<_>>())
    }

    fn distinct(text: &str) -> HashSet<Vec<char>> {
        let letters: Vec<char> = letters(text).collect();
        letters.windows(4).map(<[char]>::to_vec).collect()
    }

    proptest! {
        #[test]
        fn bounds_change_no_answer(left in "[甲乙丙丁戊]{0,60}", right in "[甲乙丙丁戊]{0,60}",
            common in "[子丑寅卯辰巳午未]{0,200}", similarity in 0.0..1.0f64)
        {
            let (left, right) = (format!("{left}{common}"), format!("{right}{common}"));
            let (ours, theirs) = (distinct(&left), distinct(&right));
            let both = ours.intersection(&theirs).count();
            let all = ours.union(&theirs).count();
            let is_similar = all > 0 && both as f64 / all as f64 >= similarity;
            let share = pieces(&left).common_share(&pieces(&right), similarity);
            prop_assert_eq!(share.is_some(), is_similar);
            let is_part = !ours.is_empty() && both as f64 / ours.len() as f64 >= similarity;
            let contained = pieces(&left).contained_share(&pieces(&right), similarity);
            prop_assert_eq!(contained.is_some(), is_part);
        }
    }
}
