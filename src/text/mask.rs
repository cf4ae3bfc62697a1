//! 掩码 — personal data out of a text before it is stored or shown (`spec.md` 2.2). Idempotent.
//!
//! Hotlines, document numbers, years, amounts, ISSN and digits inside addresses stay; names only where a rule is sure.

mod name;

use regex::{Captures, Regex};
use std::ops::Range;
use std::sync::LazyLock;

/// Compiles a pattern that is a constant of this file; `D` stands for a digit, half or full width.
fn pattern(text: &str) -> Regex {
    Regex::new(&text.replace('D', "[0-9０-９]")).expect("the pattern is a constant")
}

static URL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(?:https?://|www\.)[!-~]+"));
static IDENTITY: LazyLock<Regex> = LazyLock::new(|| pattern(r"D{17}[0-9０-９XxＸｘ]|D{15}"));
static CARD: LazyLock<Regex> = LazyLock::new(|| pattern(r"D{16,19}|D{4}(?: D{4}){3}(?: D{1,3})?"));
static MOBILE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[1１][- 　]?[3-9３-９](?:[- 　]?D){9}|[一幺][三四五六七八九](?:[- 　]?[零〇一二三四五六七八九幺]){9}",
    )
});
static LANDLINE: LazyLock<Regex> = LazyLock::new(|| pattern(r"([0０]D{2,3})([- －—]?)(D{7,8})"));
static LOCAL_LINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(电话|座机|固话|致电)([：: ]*)([2-8]D{6,7})"));
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"([A-Za-z0-9])[A-Za-z0-9._%+-]*@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
});
static QQ: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"((?i:qq)|扣扣|企鹅号)([号群是：: ]*)([1-9]D{4,10})"));
static WECHAT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(微信号?|薇信|V信|v信|(?i:vx)|加微|加[Vv])([号是：: ]*)([A-Za-z])[A-Za-z0-9_-]{5,19}")
});
static PLATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z])([·• ]?)[A-HJ-NP-Z0-9]{5,6}",
    )
});
static ROOM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"D{1,4}(号楼|号院|栋|幢|座)(?:D{1,2}(单元))?D{1,5}(室|户|号|层)?|D{1,2}(单元)D{1,5}(室|户|号)?",
    )
});

/// Words before a long number that say it is no account: 16-digit post ids are common.
const NUMBERED_THINGS: &[&str] = &[
    "ID",
    "id",
    "Id",
    "帖子",
    "编号",
    "单号",
    "订单",
    "流水号",
    "受理号",
];
/// Words near a number that say it is a bank account.
const ACCOUNT_WORDS: &[&str] = &[
    "卡号", "银行", "账号", "帐号", "账户", "帐户", "打款", "收款", "汇款",
];
/// How far such words reach, in characters.
const WORD_REACH: usize = 10;

/// The text with personal data masked: identity cards, bank cards, mobile and private land lines, e-mail, QQ, WeChat,
/// number plates, rooms, and names of private persons beside them or after `我叫` and the like.
pub fn mask(text: &str) -> String {
    // Long numbers first, so that no shorter rule eats a part of them.
    let text = replace(text, &IDENTITY, |found| {
        (!found.follows(NUMBERED_THINGS, WORD_REACH)).then(|| keep_ends(found.whole, 6, 0))
    });
    let text = replace(&text, &CARD, mask_card);
    let text = replace(&text, &MOBILE, |found| Some(mask_mobile(found.whole)));
    let text = replace(&text, &LANDLINE, |found| {
        let number = found.part(3);
        Some(format!(
            "{}{}{}",
            found.part(1),
            found.part(2),
            keep_ends(number, 0, 4)
        ))
    });
    let text = replace(&text, &LOCAL_LINE, |found| {
        Some(format!(
            "{}{}{}",
            found.part(1),
            found.part(2),
            keep_ends(found.part(3), 0, 4)
        ))
    });
    let text = replace(&text, &EMAIL, |found| {
        Some(format!("{}***@{}", found.part(1), found.part(2)))
    });
    let text = replace(&text, &QQ, |found| {
        Some(format!(
            "{}{}{}",
            found.part(1),
            found.part(2),
            keep_ends(found.part(3), 2, 0)
        ))
    });
    let text = replace(&text, &WECHAT, |found| {
        Some(format!(
            "{}{}{}***",
            found.part(1),
            found.part(2),
            found.part(3)
        ))
    });
    let text = replace(&text, &PLATE, |found| {
        Some(format!("{}{}*****", found.part(1), found.part(2)))
    });
    let text = replace(&text, &ROOM, |found| Some(stars_for_digits(found.whole)));
    name::mask_names(&text)
}

/// An account name: what looks like an account stays, a bare personal name or a telephone number is masked.
pub fn mask_author(name: &str) -> String {
    let masked = mask(name);
    match name::bare_name(masked.trim()) {
        Some(surname) => format!("{surname}某某"),
        None => masked,
    }
}

/// A match and its surroundings.
struct Found<'t> {
    whole: &'t str,
    before: &'t str,
    after: &'t str,
    captures: Captures<'t>,
}

impl<'t> Found<'t> {
    fn part(&self, group: usize) -> &'t str {
        self.captures.get(group).map_or("", |part| part.as_str())
    }

    /// One of the words stands within `reach` characters before.
    fn follows(&self, words: &[&str], reach: usize) -> bool {
        let start = self
            .before
            .char_indices()
            .rev()
            .nth(reach - 1)
            .map_or(0, |(index, _)| index);
        words.iter().any(|word| self.before[start..].contains(word))
    }
}

/// Replaces matches that stand alone and outside web addresses; `None` leaves a match as it is.
fn replace(text: &str, regex: &Regex, masked: impl Fn(&Found) -> Option<String>) -> String {
    let addresses: Vec<Range<usize>> = URL.find_iter(text).map(|url| url.range()).collect();
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for captures in regex.captures_iter(text) {
        let Some(whole) = captures.get(0) else {
            continue;
        };
        let found = Found {
            whole: whole.as_str(),
            before: &text[..whole.start()],
            after: &text[whole.end()..],
            captures,
        };
        let next_address = addresses.partition_point(|address| address.end <= whole.start());
        let is_in_address =
            (addresses.get(next_address)).is_some_and(|address| address.contains(&whole.start()));
        if is_in_address || !stands_alone(&found) {
            continue;
        }
        if let Some(masked) = masked(&found) {
            result.push_str(&text[copied..whole.start()]);
            result.push_str(&masked);
            copied = whole.end();
        }
    }
    result.push_str(&text[copied..]);
    result
}

/// No digit or Latin letter touches the match where it begins or ends with one; `-` and `.` join numbers (ISSN, dates).
fn stands_alone(found: &Found) -> bool {
    let is_word = |character: char| {
        character.is_ascii_alphanumeric() || is_digit(character) || character == '*'
    };
    let touches = |inner: Option<char>, outer: Option<char>| {
        inner.is_some_and(is_word) && outer.is_some_and(is_word)
    };
    !touches(found.whole.chars().next(), found.before.chars().next_back())
        && !touches(found.whole.chars().next_back(), found.after.chars().next())
}

fn is_digit(character: char) -> bool {
    matches!(character, '0'..='9' | '０'..='９')
}

fn mask_card(found: &Found) -> Option<String> {
    if found.follows(NUMBERED_THINGS, WORD_REACH) {
        return None;
    }
    let is_account = found.follows(ACCOUNT_WORDS, WORD_REACH) || passes_luhn(found.whole);
    is_account.then(|| keep_ends(found.whole, 0, 4))
}

/// Check digit of bank cards (ISO/IEC 7812).
fn passes_luhn(number: &str) -> bool {
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

/// 3 + 4 digits stay, spaces and hyphens go.
fn mask_mobile(number: &str) -> String {
    let digits: String = number
        .chars()
        .filter(|character| !matches!(character, ' ' | '-' | '　'))
        .collect();
    keep_ends(&digits, 3, 4)
}

/// Stars for everything but the first and last characters.
fn keep_ends(text: &str, first: usize, last: usize) -> String {
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

fn stars_for_digits(text: &str) -> String {
    text.chars()
        .map(|character| if is_digit(character) { '*' } else { character })
        .collect()
}

#[cfg(test)]
mod tests;
