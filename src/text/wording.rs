//! Times, figures and marks as an issue prints them. Chinese in print: full-width marks, hours without a leading zero.

use crate::model::Timestamp;
use chrono::{Datelike, Timelike};

/// `2017年11月21日`.
pub fn date(at: Timestamp) -> String {
    format!("{}年{}月{}日", at.year(), at.month(), at.day())
}

/// `11月21日9:40`; with the year where it is not the reader's; without the time where it is midnight sharp: then the
/// page told the day only (`model::PublishedAt`).
pub fn moment(at: Timestamp, readers_year: i32) -> String {
    if is_day_only(at) {
        return day(at, readers_year);
    }
    format!("{}{}", day(at, readers_year), clock(at))
}

/// `11月21日`; with the year where it is not the reader's.
pub fn day(at: Timestamp, readers_year: i32) -> String {
    if at.year() == readers_year {
        return format!("{}月{}日", at.month(), at.day());
    }
    date(at)
}

/// `11月21日8:00`, also at midnight.
pub fn exact_moment(at: Timestamp, readers_year: i32) -> String {
    format!("{}{}", day(at, readers_year), clock(at))
}

/// `9:40`.
pub fn clock(at: Timestamp) -> String {
    format!("{}:{:02}", at.hour(), at.minute())
}

/// Midnight sharp stands for "some time that day".
pub fn is_day_only(at: Timestamp) -> bool {
    at.num_seconds_from_midnight() == 0
}

/// Whole percent of `part` in `whole`; 0 of nothing.
pub fn percent(part: u64, whole: u64) -> u64 {
    (100 * part + whole / 2).checked_div(whole).unwrap_or(0)
}

/// `（一）`'s number: 一 … 九十九.
pub fn chinese_number(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match (number / 10, number % 10) {
        (0, ones) => DIGITS[ones].to_owned(),
        (1, ones) => format!("十{}", DIGITS[ones]),
        (tens, ones) if tens < 10 => format!("{}十{}", DIGITS[tens], DIGITS[ones]),
        _ => number.to_string(),
    }
}

/// Text for print: no control or direction marks (a hostile title could turn the line around), one space for a run of
/// white space, and full-width marks in Chinese text.
pub fn printable(text: &str) -> String {
    let mut visible: Vec<char> = address(text).chars().collect();
    pair_quotes(&mut visible);
    let mut printed: Vec<char> = Vec::with_capacity(visible.len());
    for (position, &character) in visible.iter().enumerate() {
        let before = printed.last().copied();
        if character != '\u{3000}' && character.is_whitespace() {
            if before.is_some_and(|before| !before.is_whitespace() && !is_wide_mark(before)) {
                printed.push(' ');
            }
            continue;
        }
        let mut rest = visible[position + 1..].iter().copied();
        let after = rest.find(|next| !next.is_whitespace());
        printed.push(full_width(character, before, after));
    }
    pair_brackets(&mut printed);
    let printed: String = printed.into_iter().collect();
    printed.trim_end_matches(' ').to_owned()
}

/// An address for print: without what would hide or turn it around, its marks as they are.
pub fn address(text: &str) -> String {
    text.chars()
        .filter(|character| !is_invisible(*character))
        .collect()
}

fn is_invisible(character: char) -> bool {
    (character.is_control() && !character.is_whitespace())
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{ffff}' | '\u{61c}' | '\u{ad}')
}

/// The mark as Chinese text has it; a mark between Latin letters or figures stays: `8:30`, `a,b`.
fn full_width(mark: char, before: Option<char>, after: Option<char>) -> char {
    let follows_chinese = before.is_some_and(is_chinese);
    let precedes_chinese = after.is_some_and(is_chinese);
    // `打12333,没人接`: figures and Latin words stand in Chinese text as well.
    let is_between = follows_chinese
        || precedes_chinese && before.is_some_and(|before| before.is_ascii_alphanumeric());
    match mark {
        '(' if follows_chinese || precedes_chinese => '（',
        // Only where no figure or file name can be meant: `第3.5条`, `简历.doc`.
        '.' if follows_chinese && after.is_none_or(is_chinese) => '。',
        ',' if is_between => '，',
        ';' if is_between => '；',
        ':' if is_between => '：',
        '?' if is_between => '？',
        '!' if is_between => '！',
        ')' if follows_chinese || precedes_chinese => '）',
        other => other,
    }
}

/// Both brackets of a pair become full-width where one did.
fn pair_brackets(text: &mut [char]) {
    let mut open = Vec::new();
    for position in 0..text.len() {
        match text[position] {
            '(' | '（' => open.push(position),
            ')' | '）' => {
                let Some(start) = open.pop() else { continue };
                if text[start] == '（' || text[position] == '）' {
                    (text[start], text[position]) = ('（', '）');
                }
            }
            _ => {}
        }
    }
}

/// Straight quotes that stand in pairs around or beside Chinese become curved ones.
fn pair_quotes(text: &mut [char]) {
    let quotes: Vec<usize> = (0..text.len())
        .filter(|position| text[*position] == '"')
        .collect();
    if quotes.len() % 2 == 1 {
        return;
    }
    for pair in quotes.chunks_exact(2) {
        let around = pair[0].saturating_sub(1)..(pair[1] + 2).min(text.len());
        if text[around].iter().copied().any(is_chinese) {
            (text[pair[0]], text[pair[1]]) = ('“', '”');
        }
    }
}

/// A mark with its own white space behind it.
fn is_wide_mark(character: char) -> bool {
    matches!(character, '，' | '。' | '；' | '：' | '！' | '？')
}

fn is_chinese(character: char) -> bool {
    matches!(
        character,
        '\u{3400}'..='\u{9fff}' | '“' | '”' | '》' | '）' | '！' | '？'
    )
}

/// Why a number or an address does not read, in Chinese: the standard library says so in English, our own readers in
/// Chinese already.
pub fn standard_words(reason: &str) -> String {
    if let Some((_, range)) = reason.split_once(" is not in ") {
        let (least, most) = range.split_once("..").unwrap_or((range, ""));
        return match most.trim_start_matches('=') {
            "" => format!("应不小于{least}"),
            most => format!("应在{least}至{most}之间"),
        };
    }
    let known = [
        ("invalid digit", "应为整数"),
        ("invalid float", "应为数"),
        ("cannot parse integer from empty", "应为数，不能空着"),
        ("too large", "数太大"),
        ("too small", "数太小"),
        ("would be zero", "应大于0"),
        ("a value is required", "不能空着"),
        (
            "relative URL without a base",
            "不是完整的网址，应以 http:// 或 https:// 开头",
        ),
    ];
    let found = known.iter().find(|(part, _)| reason.contains(part));
    match found {
        Some((_, meaning)) => (*meaning).to_owned(),
        None if reason.is_ascii() => "写法不对".to_owned(),
        None => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{chinese_number, percent, printable};

    #[test]
    fn numbers_of_entries_are_chinese() {
        let numbers: Vec<String> = [1, 10, 12, 20, 25].map(chinese_number).to_vec();
        assert_eq!(numbers, ["一", "十", "十二", "二十", "二十五"]);
    }

    #[test]
    fn percent_of_nothing_is_nothing() {
        assert_eq!((percent(9, 23), percent(0, 0)), (39, 0));
    }

    #[test]
    fn what_would_turn_or_hide_a_line_is_not_printed() {
        assert_eq!(
            printable("工资\u{202e}拖欠\u{0}\u{200b}\r\n三个月, 急!(郑州) a,b\t"),
            "工资拖欠 三个月，急！（郑州） a,b"
        );
    }

    #[test]
    fn marks_behind_figures_and_latin_words_are_chinese_in_chinese_text() {
        let said = |text| printable(text);
        assert_eq!(said("打12333,没人接"), "打12333，没人接");
        assert_eq!(said("欠我5000, 老板跑了"), "欠我5000，老板跑了");
        assert_eq!(said("下载APP!闪退"), "下载APP！闪退");
        assert_eq!(said("(12333)没人接"), "（12333）没人接");
        assert_eq!(
            said("8:30开门,第3.5条,1.2万个"),
            "8:30开门，第3.5条，1.2万个"
        );
    }

    #[test]
    fn straight_quotes_are_paired() {
        assert_eq!(
            printable("一直是\"制卡中\",\"催\"也没用"),
            "一直是“制卡中”，“催”也没用"
        );
        assert_eq!(printable("5\"屏幕"), "5\"屏幕");
        assert_eq!(printable("say \"no\""), "say \"no\"");
    }

    #[test]
    fn an_address_keeps_its_marks() {
        let url = "http://a.example/?q=a,社保卡&x=(1)";
        assert_eq!(super::address(url), url);
    }
}
