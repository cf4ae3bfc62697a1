//! Letters that two texts share in the same order (longest common subsequence), many at a time.

/// One text, ready to be aligned with others.
pub struct Aligner {
    /// Its letters, each once, in order.
    letters: Vec<char>,
    /// For each letter, one bit for each place where it stands: `words` words of 64 bits.
    places: Vec<u64>,
    words: usize,
    length: usize,
}

/// Every so many letters it is asked whether enough can still be common.
const LETTERS_BETWEEN: usize = 64;

impl Aligner {
    /// Prepares a text.
    pub fn new(text: &[char]) -> Aligner {
        let mut letters = text.to_vec();
        letters.sort_unstable();
        letters.dedup();
        let words = text.len().div_ceil(64);
        let mut places = vec![0; words * letters.len()];
        for (place, letter) in text.iter().enumerate() {
            let number = letters.binary_search(letter).unwrap_or_default();
            places[number * words + place / 64] |= 1 << (place % 64);
        }
        Aligner {
            letters,
            places,
            words,
            length: text.len(),
        }
    }

    /// Letters of the text.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Is the longest common subsequence at least so long? One word of 64 bits stands for 64 letters (Hyyrö 2004,
    /// "Bit-parallel LCS-length computation revisited").
    pub fn shares(&self, other: &[char], needed: usize) -> bool {
        let mut open = vec![u64::MAX; self.words];
        let mut rest = other.len();
        for some in other.chunks(LETTERS_BETWEEN) {
            for letter in some {
                self.follow(*letter, &mut open);
            }
            rest -= some.len();
            let common: usize = open.iter().map(|word| word.count_zeros() as usize).sum();
            if common >= needed || common + rest < needed {
                return common >= needed;
            }
        }
        needed == 0
    }

    fn follow(&self, letter: char, open: &mut [u64]) {
        let Ok(number) = self.letters.binary_search(&letter) else {
            return;
        };
        let places = &self.places[number * self.words..(number + 1) * self.words];
        let mut carry = false;
        for (open, places) in open.iter_mut().zip(places) {
            let matched = *open & places;
            let (sum, over) = open.overflowing_add(matched);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            carry = over || over_again;
            *open = sum | (*open & !matched);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Aligner;
    use proptest::prelude::*;

    fn by_definition(left: &[char], right: &[char]) -> usize {
        let mut row = vec![0; right.len() + 1];
        for letter in left {
            let mut diagonal = 0;
            for (place, other) in right.iter().enumerate() {
                let above = row[place + 1];
                row[place + 1] = if letter == other {
                    diagonal + 1
                } else {
                    above.max(row[place])
                };
                diagonal = above;
            }
        }
        row[right.len()]
    }

    proptest! {
        #[test]
        fn bits_count_like_the_definition(left in "[甲乙丙丁]{0,300}", right in "[甲乙丙丁]{0,300}") {
            let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
            let common = by_definition(&left, &right);
            let aligner = Aligner::new(&left);
            prop_assert!(aligner.shares(&right, common));
            prop_assert!(!aligner.shares(&right, common + 1));
        }
    }
}
