//! Finding what a masking rule means, and replacing it: alone among its neighbours, and outside web addresses.

use regex::{Captures, Regex};
use std::cell::LazyCell;
use std::ops::Range;
use std::sync::LazyLock;

static URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:https?://|www\.)[!-~&&[^,;()<>"']]+"#).expect("the pattern is a constant")
});

/// What may not touch a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Neighbours {
    /// Digits; letters may (`tel138…`). Such matches are short: a rejected one is tried again one character later.
    NoDigits,
    /// Digits and Latin letters.
    NoWords,
}

/// A match and its surroundings.
pub(super) struct Found<'t> {
    pub whole: &'t str,
    before: &'t str,
    after: &'t str,
    captures: Captures<'t>,
}

impl<'t> Found<'t> {
    pub fn part(&self, group: usize) -> &'t str {
        self.captures.get(group).map_or("", |part| part.as_str())
    }

    /// One of the words stands before, with at most `between` characters between.
    pub fn follows(&self, words: &[&str], between: usize) -> bool {
        words
            .iter()
            .any(|word| last(self.before, between + word.chars().count()).contains(word))
    }

    /// One of the words stands directly after.
    pub fn precedes(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.after.starts_with(word))
    }

    /// One of the words stands within `reach` characters before, or in the same clause after.
    pub fn mentions(&self, words: &[&str], reach: usize) -> bool {
        let end = (self.after.char_indices().nth(reach)).map_or(self.after.len(), |(at, _)| at);
        let after = self.after[..end]
            .split(|c| "，。；！？,;!?\n".contains(c))
            .next()
            .unwrap_or_default();
        let before = last(self.before, reach);
        (words.iter()).any(|word| before.contains(word) || after.contains(word))
    }
}

/// The last `count` characters.
fn last(text: &str, count: usize) -> &str {
    let start = (text.char_indices().rev().nth(count - 1)).map_or(0, |(at, _)| at);
    &text[start..]
}

/// Replaces matches that stand alone and outside web addresses; a match for which `masked` says `None` stays as it is.
/// `None`: nothing was replaced.
pub(super) fn replace(
    text: &str,
    regex: &Regex,
    neighbours: Neighbours,
    masked: impl Fn(&Found) -> Option<String>,
) -> Option<String> {
    let addresses = LazyCell::new(|| -> Vec<Range<usize>> {
        URL.find_iter(text).map(|url| url.range()).collect()
    });
    let mut result = String::new();
    let (mut copied, mut from) = (0, 0);
    while let Some(captures) = regex.captures_at(text, from) {
        let Some(range) = captures.get(0).map(|whole| whole.range()) else {
            break;
        };
        let found = Found {
            whole: &text[range.clone()],
            before: &text[..range.start],
            after: &text[range.end..],
            captures,
        };
        let is_free = stands_alone(&found, neighbours) && !is_in_address(&addresses, range.start);
        let replacement = is_free.then(|| masked(&found)).flatten();
        from = match &replacement {
            None if neighbours == Neighbours::NoDigits => {
                range.start + found.whole.chars().next().map_or(1, char::len_utf8)
            }
            _ => range.end,
        };
        if let Some(replacement) = replacement {
            result.push_str(&text[copied..range.start]);
            result.push_str(&replacement);
            copied = range.end;
        }
    }
    if copied == 0 {
        return None;
    }
    result.push_str(&text[copied..]);
    Some(result)
}

fn is_in_address(addresses: &[Range<usize>], position: usize) -> bool {
    let next = addresses.partition_point(|address| address.end <= position);
    (addresses.get(next)).is_some_and(|address| address.contains(&position))
}

/// Nothing touches the match that would make it part of something longer; `-` and `.` join numbers (ISSN, dates).
fn stands_alone(found: &Found, neighbours: Neighbours) -> bool {
    let is_word = |character: char| {
        is_digit(character)
            || character == '*'
            || neighbours == Neighbours::NoWords && character.is_ascii_alphabetic()
    };
    let touches = |inner: Option<char>, outer: Option<char>| {
        inner.is_some_and(is_word) && outer.is_some_and(is_word)
    };
    !touches(found.whole.chars().next(), found.before.chars().next_back())
        && !touches(found.whole.chars().next_back(), found.after.chars().next())
}

pub(super) fn is_digit(character: char) -> bool {
    matches!(character, '0'..='9' | '０'..='９')
}

/// Check digit of bank cards (ISO/IEC 7812).
pub(super) fn passes_luhn(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(digit_value).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| match index % 2 {
            1 if *digit > 4 => digit * 2 - 9,
            1 => digit * 2,
            _ => *digit,
        })
        .sum();
    sum.is_multiple_of(10)
}

fn digit_value(character: char) -> Option<u32> {
    match character {
        '０'..='９' => Some(u32::from(character) - u32::from('０')),
        _ => character.to_digit(10),
    }
}

/// The number without what people write between its groups.
pub(super) fn without_separators(number: &str) -> String {
    number
        .chars()
        .filter(|character| character.is_alphanumeric())
        .collect()
}

/// Stars for everything but the first and last characters.
pub(super) fn keep_ends(text: &str, first: usize, last: usize) -> String {
    let count = text.chars().count();
    text.chars()
        .enumerate()
        .map(|(index, character)| {
            if index < first || index + last >= count {
                character
            } else {
                '*'
            }
        })
        .collect()
}

/// Stars for digits and Chinese numerals.
pub(super) fn stars_for_digits(text: &str) -> String {
    let is_numeral =
        |letter: char| is_digit(letter) || "零〇一二三四五六七八九十幺".contains(letter);
    text.chars()
        .map(|letter| if is_numeral(letter) { '*' } else { letter })
        .collect()
}
