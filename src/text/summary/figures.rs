//! 数字 — figures of a text with what they count: `12000元`, `4月13日`, `三十多名`; and whether one stands in another text.

use std::ops::Range;

/// What a figure may count or measure. A figure of another unit is another figure.
const UNITS: &str =
    "个名人元块角分年月日号天周时点秒小次件条岁倍成折度%平米公里吨克届场户套辆台所项笔份页家位";

/// Figures of a folded text, as ranges of characters.
pub fn figures(text: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if !is_digit(text[at]) && !is_numeral(text[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < text.len() && goes_on(text, at) {
            at += 1;
        }
        if is_telling(&text[start..at]) {
            found.push(start..at);
        }
    }
    found
}

/// Does the figure stand in `text` as it is: not as a part of a longer one, not with another unit?
pub fn stands_in(figure: &[char], text: &[char]) -> bool {
    let places = text.windows(figure.len()).enumerate();
    places
        .filter(|(_, window)| *window == figure)
        .any(|(start, _)| is_whole(text, start, start + figure.len()))
}

fn is_whole(text: &[char], start: usize, end: usize) -> bool {
    let begins = start == 0
        || !(is_number(text[start - 1])
            || start > 1 && is_glue(text[start - 1]) && is_digit(text[start - 2]));
    let last = text[end - 1];
    let ends = match text.get(end) {
        None => true,
        Some(next) if is_number(last) => {
            let goes_on = is_glue(*next) && text.get(end + 1).copied().is_some_and(is_digit);
            !is_number(*next) && !goes_on && !matches!(next, '%' | '余')
        }
        Some(next) => !is_unit(*next),
    };
    begins && ends
}

fn goes_on(text: &[char], at: usize) -> bool {
    let character = text[at];
    let is_between_digits = || {
        let before = at
            .checked_sub(1)
            .is_some_and(|before| is_digit(text[before]));
        before && text.get(at + 1).copied().is_some_and(is_digit)
    };
    is_number(character) || is_unit(character) || is_glue(character) && is_between_digits()
}

/// `一直` and `数据` hold numerals and are no figures; `一名` and `数十` are.
fn is_telling(figure: &[char]) -> bool {
    figure.iter().copied().any(is_digit) || figure.len() > 1
}

fn is_number(character: char) -> bool {
    is_digit(character) || is_numeral(character)
}

/// Stars are masked digits.
fn is_digit(character: char) -> bool {
    character.is_ascii_digit() || character == '*'
}

fn is_numeral(character: char) -> bool {
    "零〇一二两三四五六七八九十百千万亿几数多半".contains(character)
}

fn is_unit(character: char) -> bool {
    character == '余' || UNITS.contains(character)
}

fn is_glue(character: char) -> bool {
    matches!(character, '.' | ',' | ':' | '-' | '/' | '~')
}

#[cfg(test)]
mod tests {
    use super::{figures, stands_in};

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn figures_come_with_what_they_count() {
        let text = chars("一直到4月13日8:30,三十多名工人被欠1.2万元,占45%,数据不明");
        let found: Vec<String> = figures(&text)
            .into_iter()
            .map(|range| text[range].iter().collect())
            .collect();
        assert_eq!(found, ["4月13日8:30", "三十多名", "1.2万元", "45%"]);
    }

    #[test]
    fn a_part_of_a_figure_and_another_unit_are_other_figures() {
        let text = chars("2017年4月13日,三十多名工人被欠3个月工资1.2万元,涨了45%,电话12333");
        for (figure, expected) in [
            ("4月13日", true),
            ("4月", true),
            ("2017年", true),
            ("3个月", true),
            ("12333", true),
            ("3个", false),
            ("3天", false),
            ("2万元", false),
            ("1.2", false),
            ("十多名", false),
            ("三十", false),
            ("45", false),
            ("3日", false),
            ("123", false),
        ] {
            assert_eq!(stands_in(&chars(figure), &text), expected, "{figure}");
        }
    }
}
