//! The query language (README, *Searching*): text → tree, or the position of the mistake.
//!
//! ```text
//! or    = and { "OR" and }
//! and   = not { not }
//! not   = [ "-" | "NOT" ] atom
//! atom  = "(" or ")" | [ field ":" ] ( '"' … '"' | word )
//! ```

use crate::model::{Channel, Level, Sentiment, Topic};
use chrono::NaiveDate;
use std::str::FromStr;

/// Longest query, in characters; longer ones are refused before any work.
const MAX_CHARS: usize = 2000;
/// Deepest nesting of parentheses.
const MAX_DEPTH: usize = 50;

/// 查询 — a parsed query.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// Every post.
    All,
    /// Contains this string in the title or the text.
    Contains(String),
    /// Contains this string in one field.
    In(TextField, String),
    /// Has this code in a field of codes.
    Is(CodeField, String),
    /// Published on or after this day.
    After(NaiveDate),
    /// Published on or before this day.
    Before(NaiveDate),
    /// All of them.
    And(Vec<Query>),
    /// Any of them.
    Or(Vec<Query>),
    /// Not this.
    Not(Box<Query>),
}

/// Fields whose text is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextField {
    /// `title:`
    Title,
    /// `body:`
    Body,
    /// `author:`
    Author,
    /// `source:`
    Source,
    /// `url:`
    Url,
}

/// Fields that hold codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeField {
    /// `channel:`
    Channel,
    /// `topic:`
    Topic,
    /// `level:`
    Level,
    /// `sentiment:`
    Sentiment,
    /// `region:` – a jurisdiction, an administrative code or a name.
    Region,
}

/// What is wrong with a query, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("检索式第{position}个字符处：{message}")]
pub struct QueryError {
    /// Character, from 1.
    pub position: usize,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        let characters: Vec<char> = text.chars().take(MAX_CHARS + 1).collect();
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
        if parser.is_at_end() {
            Ok(query)
        } else {
            Err(parser.error("多了一个右括号"))
        }
    }
}

impl Query {
    /// Both queries.
    pub fn and(self, other: Query) -> Query {
        match (self, other) {
            (Query::All, query) | (query, Query::All) => query,
            (Query::And(mut parts), other) => {
                parts.push(other);
                Query::And(parts)
            }
            (query, other) => Query::And(vec![query, other]),
        }
    }

    /// Strings that a reader expects to see marked: those that must or may occur.
    pub fn marked_strings(&self) -> Vec<&str> {
        match self {
            Query::Contains(text) | Query::In(TextField::Title | TextField::Body, text) => {
                vec![text]
            }
            Query::And(parts) | Query::Or(parts) => {
                parts.iter().flat_map(Query::marked_strings).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A filter for one field of codes; checks the code.
    ///
    /// # Errors
    /// The code is not one of the field's.
    pub fn is(field: CodeField, value: &str) -> Result<Query, QueryError> {
        field_code(field, value)
            .map(|code| Query::Is(field, code))
            .map_err(|message| error(0, message))
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
        while self.take_keyword("OR") {
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
        loop {
            self.skip_space();
            // "AND" is what a space means already; people write it.
            if self.take_keyword("AND") {
                continue;
            }
            if self.is_at_end()
                || matches!(self.peek(), Some(')' | '）'))
                || self.sees_keyword("OR")
            {
                break;
            }
            parts.push(self.negation()?);
        }
        match parts.len() {
            0 => Err(self.error("这里缺少检索词")),
            1 => Ok(parts.remove(0)),
            _ => Ok(Query::And(parts)),
        }
    }

    fn negation(&mut self) -> Result<Query, QueryError> {
        let is_minus = self.peek() == Some('-')
            && self
                .characters
                .get(self.position + 1)
                .is_some_and(|next| !next.is_whitespace());
        if is_minus {
            self.position += 1;
        }
        if is_minus || self.take_keyword("NOT") {
            self.skip_space();
            return Ok(Query::Not(Box::new(self.atom()?)));
        }
        self.atom()
    }

    fn atom(&mut self) -> Result<Query, QueryError> {
        match self.peek() {
            Some('(' | '（') => self.group(),
            Some('"' | '“' | '”') => Ok(Query::Contains(self.quoted()?)),
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
        let is_quote = |character: &char| matches!(character, '"' | '“' | '”');
        let rest = &self.characters[open + 1..];
        let Some(length) = rest.iter().position(is_quote) else {
            return Err(error(open, "这个引号没有对应的后引号".to_owned()));
        };
        self.position = open + length + 2;
        if length == 0 {
            return Err(error(open, "引号里没有内容".to_owned()));
        }
        if self.peek() == Some('~') {
            return Err(self.error("暂不支持字距“~”，请改用空格分开的两个词"));
        }
        Ok(rest[..length].iter().collect())
    }

    fn word(&mut self) -> Result<Query, QueryError> {
        let start = self.position;
        while let Some(character) = self.peek() {
            if character.is_whitespace() || matches!(character, '(' | ')' | '（' | '）' | '"' | '“')
            {
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

    /// `http://…` and `8:30` are words, `title:` is a field: fields are Latin letters before the first colon.
    fn is_field(&self, start: usize) -> bool {
        let name = &self.characters[start..self.position];
        let follows_slash = self.characters.get(self.position + 1) == Some(&'/');
        !name.is_empty() && !follows_slash && name.iter().all(char::is_ascii_alphabetic)
    }

    fn field(&mut self, name: &str, start: usize) -> Result<Query, QueryError> {
        let value_at = self.position;
        let value = match self.peek() {
            Some('"' | '“' | '”') => self.quoted()?,
            _ => self.bare_value(),
        };
        if value.is_empty() {
            return Err(error(value_at, format!("“{name}:”后面缺少内容")));
        }
        let text = |field| Ok(Query::In(field, value.clone()));
        let code = |field| match field_code(field, &value) {
            Ok(code) => Ok(Query::Is(field, code)),
            Err(message) => Err(error(value_at, message)),
        };
        match name.to_ascii_lowercase().as_str() {
            "title" => text(TextField::Title),
            "body" => text(TextField::Body),
            "author" => text(TextField::Author),
            "source" => text(TextField::Source),
            "url" => text(TextField::Url),
            "channel" => code(CodeField::Channel),
            "topic" => code(CodeField::Topic),
            "level" => code(CodeField::Level),
            "sentiment" => code(CodeField::Sentiment),
            "region" => code(CodeField::Region),
            "after" => Ok(Query::After(day(&value, value_at)?)),
            "before" => Ok(Query::Before(day(&value, value_at)?)),
            _ => Err(error(
                start,
                format!(
                    "没有“{name}”这个字段；可用 title body author source url channel topic level \
                     sentiment region after before，按原文检索请加引号"
                ),
            )),
        }
    }

    fn bare_value(&mut self) -> String {
        let start = self.position;
        while self
            .peek()
            .is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '（' | '）'))
        {
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

    /// A keyword is upper case and stands alone.
    fn sees_keyword(&self, keyword: &str) -> bool {
        let end = self.position + keyword.len();
        let letters = self.characters.get(self.position..end);
        let ends = self.characters.get(end).is_none_or(|next| {
            next.is_whitespace() || matches!(next, '(' | ')' | '（' | '）' | '"')
        });
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

fn error(offset: usize, message: String) -> QueryError {
    QueryError {
        position: offset + 1,
        message,
    }
}

fn field_code(field: CodeField, value: &str) -> Result<String, String> {
    let code = |known: Result<&'static str, crate::model::UnknownCode>| {
        known
            .map(str::to_owned)
            .map_err(|unknown| unknown.to_string())
    };
    match field {
        CodeField::Channel => code(value.parse::<Channel>().map(Channel::code)),
        CodeField::Topic => code(value.to_ascii_uppercase().parse::<Topic>().map(Topic::code)),
        CodeField::Level => code(value.parse::<Level>().map(Level::code)),
        CodeField::Sentiment => code(value.parse::<Sentiment>().map(Sentiment::code)),
        CodeField::Region => Ok(value.to_owned()),
    }
}

fn day(value: &str, at: usize) -> Result<NaiveDate, QueryError> {
    ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(value, format).ok())
        .ok_or_else(|| error(at, format!("“{value}”不是日期，应写作 2017-04-14")))
}
