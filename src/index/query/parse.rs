//! What people type → tree, or the position of the mistake.
//!
//! ```text
//! or    = and { ( "OR" | "|" ) and }
//! and   = not { [ "AND" ] not }
//! not   = { "-" | "NOT" } atom
//! atom  = "(" or ")" | [ field ":" ] ( '"' … '"' [ "~" number ] | word )
//! ```

use super::fields::Name;
use super::{Days, Query, QueryError, TextField};
use chrono::{Months, NaiveDate};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Longest query, in characters; longer ones are refused before any work.
const MAX_CHARS: usize = 2000;
/// Deepest nesting of parentheses.
const MAX_DEPTH: usize = 50;
/// Single characters near another string, in the whole query; each costs as much memory as it stands in posts.
const MAX_DEAR: usize = 4;
/// Largest distance of two strings, in characters.
const MAX_DISTANCE: u32 = 200;
/// Years that anybody means: chrono would take `17` for the year 17, and `+262142` for the last one it knows.
const YEARS: RangeInclusive<i32> = 1900..=2200;

impl Query {
    /// A day as people type it: `2017-04-14`.
    ///
    /// # Errors
    /// It is no day, or one of an impossible year; the message says how to write it.
    pub fn read_day(text: &str) -> Result<NaiveDate, String> {
        day(text).ok_or_else(|| {
            format!(
                "“{text}”不是日期，应写作 2017-04-14，年份限{}至{}年",
                YEARS.start(),
                YEARS.end()
            )
        })
    }

    /// The first day of a day, a month or a year as people type it: `2017-04`.
    ///
    /// # Errors
    /// It is none of them; the message says how to write it.
    pub fn read_first_day(text: &str) -> Result<NaiveDate, String> {
        period(text).map(|(first, _)| first)
    }

    /// The last day of the same.
    ///
    /// # Errors
    /// As there.
    pub fn read_last_day(text: &str) -> Result<NaiveDate, String> {
        period(text).map(|(_, last)| last)
    }
}

/// What is read of a query, and what positions of mistakes count: its characters without those that nobody sees.
pub fn visible(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|character| !is_invisible(*character))
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        let characters: Vec<char> = visible(text).take(MAX_CHARS + 1).collect();
        if characters.len() > MAX_CHARS {
            return Err(error(
                MAX_CHARS,
                format!("检索式超过{MAX_CHARS}个字符，请缩短"),
            ));
        }
        let mut parser = Parser {
            characters: &characters,
            position: 0,
            depth: 0,
        };
        parser.skip_space();
        if parser.is_at_end() {
            return Ok(Query::All);
        }
        let query = parser.alternatives()?;
        if dear(&query) > MAX_DEAR {
            let message =
                format!("用字距“~”时，只有一个字的词一共最多{MAX_DEAR}个，请改用长一些的词");
            return Err(error(0, message));
        }
        if parser.is_at_end() {
            Ok(query)
        } else {
            Err(parser.error("多了一个右括号"))
        }
    }
}

/// Single characters of `"的 了"~5`: all their places have to be gathered.
fn dear(query: &Query) -> usize {
    match query {
        Query::Near { strings, .. } => {
            let single = |string: &&String| string.chars().count() == 1;
            strings.iter().filter(single).count()
        }
        Query::And(parts) | Query::Or(parts) => parts.iter().map(dear).sum(),
        Query::Not(part) => dear(part),
        _ => 0,
    }
}

struct Parser<'q> {
    characters: &'q [char],
    position: usize,
    depth: usize,
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Result<Query, QueryError> {
        let mut parts = vec![self.conjunction()?];
        while self.take_keyword("OR") || self.take_bar() {
            parts.push(self.conjunction()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Query::Or(parts)
        })
    }

    fn conjunction(&mut self) -> Result<Query, QueryError> {
        let mut parts = Vec::new();
        let mut days = Days::default();
        loop {
            self.skip_space();
            // "AND" is what a space means already; people write it.
            if self.take_keyword("AND") {
                continue;
            }
            if self.is_at_end()
                || matches!(self.peek(), Some(')' | '）'))
                || self.sees_keyword("OR")
                || self.sees_bar()
            {
                break;
            }
            let start = self.position;
            let part = self.negation()?;
            days = days.and(part.days());
            days.check().map_err(|message| error(start, message))?;
            parts.push(part);
        }
        match parts.len() {
            0 => Err(self.error("这里缺少检索词")),
            1 => Ok(parts.remove(0)),
            _ => Ok(Query::And(parts)),
        }
    }

    fn negation(&mut self) -> Result<Query, QueryError> {
        let start = self.position;
        let mut is_negated = false;
        // What is negated twice is the thing itself.
        while self.take_not() {
            is_negated = !is_negated;
        }
        let is_operator = self.sees_keyword("AND") || self.sees_keyword("OR") || self.sees_bar();
        if self.position > start && is_operator {
            return Err(self.error("这里缺少检索词"));
        }
        let atom = self.atom()?;
        Ok(if is_negated {
            Query::Not(Box::new(atom))
        } else {
            atom
        })
    }

    /// A minus stands right before what it negates.
    fn take_not(&mut self) -> bool {
        if self.take_keyword("NOT") {
            self.skip_space();
            return true;
        }
        let is_minus = matches!(self.peek(), Some('-' | '－'))
            && self
                .characters
                .get(self.position + 1)
                .is_some_and(|next| !next.is_whitespace());
        self.position += usize::from(is_minus);
        is_minus
    }

    fn atom(&mut self) -> Result<Query, QueryError> {
        match self.peek() {
            Some('(' | '（') => self.group(),
            Some(character) if is_quote(character) => {
                let open = self.position;
                let text = self.quoted()?;
                match self.distance()? {
                    Some(within) => near(None, &text, within, open),
                    None => Ok(Query::Contains(text)),
                }
            }
            Some(')' | '）') => Err(self.error("这里缺少检索词")),
            Some(_) => self.word(),
            None => Err(self.error("这里缺少检索词")),
        }
    }

    fn group(&mut self) -> Result<Query, QueryError> {
        let open = self.position;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(error(open, format!("括号超过{MAX_DEPTH}层")));
        }
        self.position += 1;
        let query = self.alternatives()?;
        self.skip_space();
        if !matches!(self.peek(), Some(')' | '）')) {
            return Err(error(open, "这个左括号没有对应的右括号".to_owned()));
        }
        self.position += 1;
        self.depth -= 1;
        Ok(query)
    }

    fn quoted(&mut self) -> Result<String, QueryError> {
        let open = self.position;
        let rest = &self.characters[open + 1..];
        let Some(length) = rest.iter().position(|character| is_quote(*character)) else {
            return Err(error(open, "这个引号没有对应的后引号".to_owned()));
        };
        self.position = open + length + 2;
        if length == 0 {
            return Err(error(open, "引号里没有内容".to_owned()));
        }
        Ok(rest[..length].iter().collect())
    }

    /// `~5` behind a quotation: characters between the two strings in it.
    fn distance(&mut self) -> Result<Option<u32>, QueryError> {
        if !matches!(self.peek(), Some('~' | '～')) {
            return Ok(None);
        }
        let at = self.position;
        self.position += 1;
        let digits: String = self.characters[self.position..]
            .iter()
            .take_while(|character| character.is_ascii_digit())
            .collect();
        self.position += digits.len();
        match digits.parse() {
            Ok(within) if within <= MAX_DISTANCE => Ok(Some(within)),
            _ => Err(error(
                at,
                format!(
                    "“~”后面应写两个词之间最多隔几个字，0至{MAX_DISTANCE}，如 \"富士康 返费\"~10"
                ),
            )),
        }
    }

    fn word(&mut self) -> Result<Query, QueryError> {
        let start = self.position;
        while let Some(character) = self.peek() {
            if ends_word(character) {
                break;
            }
            if matches!(character, ':' | '：') && self.is_field(start) {
                let name: String = self.characters[start..self.position].iter().collect();
                self.position += 1;
                return self.field(&name, start);
            }
            self.position += 1;
        }
        Ok(Query::Contains(
            self.characters[start..self.position].iter().collect(),
        ))
    }

    /// `http://…` and `8:30` are words, `title:` and `标题：` are fields: known names, or Latin letters, before the first
    /// colon.
    fn is_field(&self, start: usize) -> bool {
        let name = &self.characters[start..self.position];
        let is_known = Name::of(&name.iter().collect::<String>()).is_some();
        let is_latin = !name.is_empty() && name.iter().all(char::is_ascii_alphabetic);
        // `http://…` is an address.
        let follow_slashes = (self.characters[self.position + 1..]).starts_with(&['/', '/']);
        is_known || (is_latin && !follow_slashes)
    }

    fn field(&mut self, written: &str, start: usize) -> Result<Query, QueryError> {
        let Some(name) = Name::of(written) else {
            return Err(error(
                start,
                format!(
                    "没有“{written}”这个字段；可用{}；按原文检索请加引号",
                    Name::all()
                ),
            ));
        };
        let value_at = self.position;
        let is_quoted = self.peek().is_some_and(is_quote);
        let (value, within) = if is_quoted {
            (self.quoted()?, self.distance()?)
        } else {
            (self.bare_value(), None)
        };
        if value.trim().is_empty() {
            return Err(error(value_at, format!("“{written}:”后面缺少内容")));
        }
        match (name, within) {
            (Name::Text(field), Some(within)) => near(Some(field), &value, within, value_at),
            (_, Some(_)) => Err(error(
                value_at,
                format!("“{written}:”不能用字距“~”，字距只用于文字"),
            )),
            // An address may hold commas of its own.
            (Name::Text(field), None) if is_quoted || field == TextField::Url => {
                Ok(Query::In(field, value))
            }
            (Name::Text(field), None) => {
                any_of(&value, value_at, |one| Ok(Query::In(field, one.to_owned())))
            }
            (Name::Synonym, None) if is_quoted => Ok(Query::Synonym(value)),
            (Name::Synonym, None) => {
                any_of(&value, value_at, |one| Ok(Query::Synonym(one.to_owned())))
            }
            (Name::Code(field), None) => any_of(&value, value_at, |one| {
                field.code(one).map(|code| Query::Is(field, code))
            }),
            (Name::After | Name::Before | Name::Date, None) => {
                let (first, last) = period(&value).map_err(|message| error(value_at, message))?;
                match name {
                    Name::After => return Ok(Query::After(first)),
                    Name::Before => return Ok(Query::Before(last)),
                    _ => {}
                }
                Ok(Query::And(vec![Query::After(first), Query::Before(last)]))
            }
        }
    }

    fn bare_value(&mut self) -> String {
        let start = self.position;
        while self.peek().is_some_and(|character| !ends_word(character)) {
            self.position += 1;
        }
        self.characters[start..self.position].iter().collect()
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        self.skip_space();
        let is_there = self.sees_keyword(keyword);
        if is_there {
            self.position += keyword.len();
        }
        is_there
    }

    fn take_bar(&mut self) -> bool {
        self.skip_space();
        let is_there = self.sees_bar();
        self.position += usize::from(is_there);
        is_there
    }

    /// A bar that stands alone means OR.
    fn sees_bar(&self) -> bool {
        matches!(self.peek(), Some('|' | '｜'))
            && (self.characters.get(self.position + 1)).is_none_or(|next| {
                next.is_whitespace() || matches!(next, '(' | '（') || is_quote(*next)
            })
    }

    /// A keyword is upper case and stands alone.
    fn sees_keyword(&self, keyword: &str) -> bool {
        let end = self.position + keyword.len();
        let letters = self.characters.get(self.position..end);
        let ends = (self.characters.get(end)).is_none_or(|next| ends_word(*next));
        ends && letters.is_some_and(|letters| letters.iter().copied().eq(keyword.chars()))
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.position += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.position).copied()
    }

    fn is_at_end(&self) -> bool {
        self.position >= self.characters.len()
    }

    fn error(&self, message: &str) -> QueryError {
        error(self.position, message.to_owned())
    }
}

/// What is pasted along unseen: control characters, but for white space, and characters without width.
fn is_invisible(character: char) -> bool {
    (character.is_control() && !character.is_whitespace())
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”')
}

/// What stands behind a word without a space: a quotation is a string of its own.
fn ends_word(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '（' | '）') || is_quote(character)
}

fn error(offset: usize, message: String) -> QueryError {
    QueryError {
        position: offset + 1,
        message,
    }
}

/// The two strings of `"富士康 返费"~10`.
fn near(field: Option<TextField>, text: &str, within: u32, at: usize) -> Result<Query, QueryError> {
    let strings: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    match <[String; 2]>::try_from(strings) {
        Ok(strings) => Ok(Query::Near {
            field,
            strings,
            within,
        }),
        Err(strings) => Err(error(
            at,
            format!(
                "字距“~”用于引号里空格分开的两个词，如 \"富士康 返费\"~10；这里有{}个",
                strings.len()
            ),
        )),
    }
}

/// `red,orange`: one or several values of a field.
pub(super) fn any_of(
    value: &str,
    at: usize,
    query: impl Fn(&str) -> Result<Query, String>,
) -> Result<Query, QueryError> {
    let values = value
        .split([',', '，', '、', '|', '｜'])
        .map(str::trim)
        .filter(|one| !one.is_empty());
    let parts: Result<Vec<Query>, String> = values.map(query).collect();
    let mut parts = parts.map_err(|message| error(at, message))?;
    match parts.len() {
        0 => Err(error(at, "这里缺少内容".to_owned())),
        1 => Ok(parts.remove(0)),
        _ => Ok(Query::Or(parts)),
    }
}

/// First and last day of a day, a month or a year.
fn period(value: &str) -> Result<(NaiveDate, NaiveDate), String> {
    let plain = value.replace(['/', '.', '年', '月'], "-").replace('日', "");
    let plain = plain.trim_end_matches('-');
    let whole = |first: NaiveDate, months| Some((first, (first + Months::new(months)).pred_opt()?));
    let digits = plain.chars().all(|character| character.is_ascii_digit());
    let found = if plain.len() == 4 && digits {
        day(&format!("{plain}-01-01")).and_then(|first| whole(first, 12))
    } else if let Some(day) = day(plain) {
        Some((day, day))
    } else {
        day(&format!("{plain}-01")).and_then(|first| whole(first, 1))
    };
    found.ok_or_else(|| {
        format!(
            "“{value}”不是日期，应写作 2017-04-14，或 2017-04、2017，年份限{}至{}年",
            YEARS.start(),
            YEARS.end()
        )
    })
}

/// `2017-04-14`, `2017-4-14` or `20170414`.
fn day(text: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = text.split('-').collect();
    let (year, month, day) = match parts[..] {
        [year, month, day] => (year, month, day),
        [whole] if whole.len() == 8 && whole.is_ascii() => (&whole[..4], &whole[4..6], &whole[6..]),
        _ => return None,
    };
    let number = |part: &str, lengths: RangeInclusive<usize>| -> Option<u32> {
        let is_number =
            lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { part.parse().ok() } else { None }
    };
    let year = i32::try_from(number(year, 4..=4)?).ok()?;
    if !YEARS.contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year, number(month, 1..=2)?, number(day, 1..=2)?)
}
