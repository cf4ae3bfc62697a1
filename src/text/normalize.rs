//! 归一化 — one form for what a reader sees as the same: full and half width, letter case, traditional and simplified.
//!
//! Works character by character, so that a part of a text always folds to a part of the folded text: exact search
//! rests on that. What is shown is never the folded form.

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use std::collections::HashMap;
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

/// 归一化 — the folded text: NFKC, lower case, simplified characters.
pub fn fold(text: &str) -> String {
    fold_with_positions(text)
        .map(|(folded, _)| folded)
        .collect()
}

/// Folded characters, each with the position (in characters) of the original character it came from.
pub fn fold_with_positions(text: &str) -> impl Iterator<Item = (char, usize)> + '_ {
    text.chars().enumerate().flat_map(|(position, original)| {
        let simple = if original.is_ascii() {
            Folded::One(original.to_ascii_lowercase())
        } else {
            Folded::Many(
                std::iter::once(original)
                    .nfkc()
                    .flat_map(char::to_lowercase)
                    .map(|character| SIMPLIFIED.get(&character).copied().unwrap_or(character))
                    .collect(),
            )
        };
        simple.into_iter().map(move |folded| (folded, position))
    })
}

enum Folded {
    One(char),
    Many(Vec<char>),
}

impl IntoIterator for Folded {
    type Item = char;
    type IntoIter = std::vec::IntoIter<char>;

    fn into_iter(self) -> Self::IntoIter {
        match self {
            Folded::One(character) => vec![character].into_iter(),
            Folded::Many(characters) => characters.into_iter(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_with_positions};

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
}
