//! 归一化 — one form for what a reader sees as the same: full and half width, letter case, traditional and simplified.
//!
//! Works character by character, so that a part of a text always folds to a part of the folded text: exact search
//! rests on that. What is shown is never the folded form.

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use std::collections::HashMap;
use std::iter::Enumerate;
use std::str::Chars;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Traditional → simplified for single characters, as OpenCC's `t2s` converts them.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let opencc = OpenCC::from_config(BuiltinConfig::T2s)
        .expect("OpenCC's dictionaries are part of the program");
    let cjk = ('\u{3400}'..='\u{9fff}').chain('\u{f900}'..='\u{faff}');
    cjk.filter_map(|traditional| {
        let converted = opencc.convert(traditional.encode_utf8(&mut [0; 4]));
        let mut characters = converted.chars();
        let simplified = characters.next()?;
        (characters.next().is_none() && simplified != traditional)
            .then_some((traditional, simplified))
    })
    .collect()
});

/// Folded form of every character below U+10000 that folds to one such character; 0 for all others.
static SINGLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let folded_one = |code: u16| {
        let mut folded = fold_character(char::from_u32(u32::from(code))?);
        let first = folded.next()?;
        let is_single = folded.next().is_none();
        is_single.then(|| u16::try_from(u32::from(first)).ok())?
    };
    (0..=u16::MAX)
        .map(|code| folded_one(code).unwrap_or(0))
        .collect()
});

/// 归一化 — the folded text: NFKC, lower case, simplified characters.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    folded.extend(fold_with_positions(text).map(|(character, _)| character));
    folded
}

/// Folded letters and digits: what is left of a text when punctuation, white space and layout differ.
pub fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    fold_with_positions(text)
        .map(|(character, _)| character)
        // The range is a short cut: every unified ideograph is a letter.
        .filter(|letter| matches!(letter, '\u{4e00}'..='\u{9fff}') || letter.is_alphanumeric())
}

/// Folded characters, each with the position (in characters) of the original character it came from.
pub fn fold_with_positions(text: &str) -> impl Iterator<Item = (char, usize)> + '_ {
    Folded {
        single: &SINGLE,
        originals: text.chars().enumerate(),
        position: 0,
        rest: Vec::new().into_iter(),
    }
}

struct Folded<'t> {
    single: &'static [u16],
    originals: Enumerate<Chars<'t>>,
    position: usize,
    /// What is left of a character that folds to several.
    rest: std::vec::IntoIter<char>,
}

impl Iterator for Folded<'_> {
    type Item = (char, usize);

    #[inline]
    fn next(&mut self) -> Option<(char, usize)> {
        loop {
            if let Some(folded) = self.rest.next() {
                return Some((folded, self.position));
            }
            let (position, original) = self.originals.next()?;
            let single = self.single.get(original as usize).copied().unwrap_or(0);
            if let Some(folded) = char::from_u32(u32::from(single)).filter(|_| single != 0) {
                return Some((folded, position));
            }
            self.position = position;
            self.rest = fold_character(original).collect::<Vec<_>>().into_iter();
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.originals.size_hint()
    }
}

fn fold_character(original: char) -> impl Iterator<Item = char> {
    std::iter::once(original)
        .nfkc()
        .flat_map(char::to_lowercase)
        .map(|character| SIMPLIFIED.get(&character).copied().unwrap_or(character))
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_character, fold_with_positions, letters};

    #[test]
    fn width_case_and_script_fold_to_one() {
        assert_eq!(fold("ＡＢＣ　社會保險 N＋１"), fold("abc 社会保险 n+1"));
    }

    #[test]
    fn positions_point_at_the_original_characters() {
        let positions: Vec<usize> = fold_with_positions("㈠养")
            .map(|(_, position)| position)
            .collect();
        assert_eq!(positions, [0, 0, 0, 1]);
    }

    #[test]
    fn the_table_folds_every_character_as_the_rules_do() {
        for character in '\0'..=char::MAX {
            let by_rules: String = fold_character(character).collect();
            assert_eq!(fold(character.encode_utf8(&mut [0; 4])), by_rules);
        }
    }

    #[test]
    fn letters_leave_out_punctuation_and_white_space() {
        let letters: String = letters("社保（Ｎ＋１），㈠ 到账！").collect();
        assert_eq!(letters, "社保n1一到账");
    }

    #[test]
    fn every_unified_ideograph_is_a_letter() {
        assert!(('\u{4e00}'..='\u{9fff}').all(char::is_alphanumeric));
    }
}
