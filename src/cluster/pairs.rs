//! Pairs of neighbouring characters: what posts are compared by for events.

use super::dress::Words;
use std::cmp::Ordering;

/// A title with fewer pairs names nothing: then the text counts like one.
const MIN_TITLE_PAIRS: usize = 4;

/// The distinct pairs of a post, as mixed numbers; the lowest bit says that the pair stands in the title.
pub struct Pairs(Box<[u32]>);

impl Pairs {
    pub fn of(words: &Words) -> Pairs {
        let title = keys(&words.title);
        let text = keys(&words.text);
        let is_titled = words.title.len() > MIN_TITLE_PAIRS;
        let marked_text = text.map(|key| key | u32::from(!is_titled));
        let mut all: Vec<u32> = title.map(|key| key | 1).chain(marked_text).collect();
        // Of a pair that stands in both the one of the title comes last, and stays.
        all.sort_unstable_by_key(|key| key ^ 1);
        all.dedup_by_key(|key| *key >> 1);
        Pairs(all.into())
    }

    /// A number for a pair, its bits well mixed, the lowest one free.
    pub fn key(first: char, second: char) -> u32 {
        let both = u64::from(first) << 32 | u64::from(second);
        ((both.wrapping_mul(MIX) >> 32) as u32) & !1
    }

    /// Every pair that both hold.
    pub fn common(&self, other: &Pairs) -> impl Iterator<Item = u32> {
        let (mut left, mut right) = (self.distinct().peekable(), other.distinct().peekable());
        std::iter::from_fn(move || {
            loop {
                match left.peek()?.cmp(right.peek()?) {
                    Ordering::Less => drop(left.next()),
                    Ordering::Greater => drop(right.next()),
                    Ordering::Equal => {
                        right.next();
                        return left.next();
                    }
                }
            }
        })
    }

    /// Every pair once.
    pub fn distinct(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|key| key & !1)
    }

    /// Every pair once, and whether it stands in the title.
    pub fn with_place(&self) -> impl Iterator<Item = (u32, bool)> {
        self.0.iter().map(|key| (key & !1, key & 1 == 1))
    }
}

/// An odd number without pattern (2⁶⁴ divided by the golden ratio).
pub const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

fn keys(letters: &[char]) -> impl Iterator<Item = u32> {
    letters.windows(2).map(|pair| Pairs::key(pair[0], pair[1]))
}

#[cfg(test)]
mod tests {
    use super::Pairs;
    use crate::cluster::dress::Words;

    fn pairs(title: &str, text: &str) -> Vec<bool> {
        let words = Words {
            title: title.chars().collect(),
            text: text.chars().collect(),
        };
        Pairs::of(&words)
            .with_place()
            .map(|(_, title)| title)
            .collect()
    }

    #[test]
    fn a_pair_counts_once_and_in_the_title_where_it_stands_there() {
        let found = pairs("甲乙丙丁戊", "甲乙己己己");
        assert_eq!(
            (found.len(), found.iter().filter(|title| **title).count()),
            (6, 4)
        );
    }

    #[test]
    fn a_text_without_a_title_is_its_own() {
        assert_eq!(pairs("甲", "乙丙丁"), [true, true]);
    }
}
