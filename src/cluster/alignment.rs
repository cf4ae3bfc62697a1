//! Letters that two texts share in the same order (longest common subsequence), many at a time.

use std::collections::HashMap;

/// Length of the longest common subsequence: one word of 64 bits stands for 64 letters of `left` (Hyyrö 2004,
/// "Bit-parallel LCS-length computation revisited").
pub fn common_letters(left: &[char], right: &[char]) -> usize {
    let words = left.len().div_ceil(64);
    let mut places: HashMap<char, Vec<u64>> = HashMap::new();
    for (place, letter) in left.iter().enumerate() {
        let bits = places.entry(*letter).or_insert_with(|| vec![0; words]);
        bits[place / 64] |= 1 << (place % 64);
    }
    let mut open = vec![u64::MAX; words];
    for letter in right {
        let Some(places) = places.get(letter) else {
            continue;
        };
        let mut carry = false;
        for (open, places) in open.iter_mut().zip(places) {
            let matched = *open & places;
            let (sum, over) = open.overflowing_add(matched);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            carry = over || over_again;
            *open = sum | (*open & !matched);
        }
    }
    let closed = open.iter().map(|word| word.count_zeros() as usize);
    closed.sum()
}

#[cfg(test)]
mod tests {
    use super::common_letters;
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
        fn bits_count_like_the_definition(left in "[甲乙丙丁]{0,200}", right in "[甲乙丙丁]{0,200}") {
            let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
            prop_assert_eq!(common_letters(&left, &right), by_definition(&left, &right));
        }
    }
}
