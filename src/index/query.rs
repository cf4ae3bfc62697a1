//! 检索式 — what is asked for, as a tree; `parse` reads it from what people type.

mod days;
mod fields;
mod parse;
mod write;

pub use days::Days;
pub use fields::{CodeField, TextField};
pub use parse::visible;

use chrono::NaiveDate;

/// 查询 — a parsed query.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// Every post.
    All,
    /// Contains this string in the title or the text.
    Contains(String),
    /// Contains this string in one field.
    In(TextField, String),
    /// Contains both strings, in either order, at most `within` characters apart, in the title or in the text, or in the
    /// field that is named.
    Near {
        /// `None`: title or text.
        field: Option<TextField>,
        /// What stands near each other.
        strings: [String; 2],
        /// Characters between the two at most.
        within: u32,
    },
    /// Contains this word, or one that means the same (`Query::with_synonyms` says which).
    Synonym(String),
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

/// What is wrong with a query, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("检索式第{position}个字符处：{message}")]
pub struct QueryError {
    /// Character, from 1.
    pub position: usize,
    /// What is wrong and what to write instead.
    pub message: String,
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
            Query::Near {
                field: None | Some(TextField::Title | TextField::Body),
                strings,
                ..
            } => strings.iter().map(String::as_str).collect(),
            Query::Synonym(word) => vec![word],
            Query::And(parts) | Query::Or(parts) => {
                parts.iter().flat_map(Query::marked_strings).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A filter for one field of codes, of which one or several may be named (`red,橙`); checks them.
    ///
    /// # Errors
    /// A code is not one of the field's.
    pub fn is(field: CodeField, value: &str) -> Result<Query, QueryError> {
        parse::any_of(value, 0, |one| {
            field.code(one).map(|code| Query::Is(field, code))
        })
    }

    /// A filter for one field of text, of which one or several may be named (`大河网,映象网`).
    ///
    /// # Errors
    /// There are commas only.
    pub fn within(field: TextField, value: &str) -> Result<Query, QueryError> {
        parse::any_of(value, 0, |one| Ok(Query::In(field, one.to_owned())))
    }

    /// The same with every [`Query::Synonym`] replaced by the words that mean the same, the word itself the first.
    pub fn with_synonyms(self, synonyms: &impl Fn(&str) -> Vec<String>) -> Query {
        let all = |parts: Vec<Query>| -> Vec<Query> {
            (parts.into_iter())
                .map(|part| part.with_synonyms(synonyms))
                .collect()
        };
        match self {
            Query::Synonym(word) => {
                let others = synonyms(&word).into_iter().map(Query::Contains);
                Query::Or(
                    std::iter::once(Query::Contains(word))
                        .chain(others)
                        .collect(),
                )
            }
            Query::And(parts) => Query::And(all(parts)),
            Query::Or(parts) => Query::Or(all(parts)),
            Query::Not(part) => Query::Not(Box::new(part.with_synonyms(synonyms))),
            other => other,
        }
    }

    /// The same with every place widened by the codes of what lies in it.
    pub fn with_regions(self, codes: &impl Fn(&str) -> Vec<String>) -> Query {
        let all = |parts: Vec<Query>| -> Vec<Query> {
            (parts.into_iter())
                .map(|part| part.with_regions(codes))
                .collect()
        };
        match self {
            Query::Is(CodeField::Region, said) => {
                let mut names = codes(&said);
                names.retain(|code| *code != said);
                names.insert(0, said);
                let is = |name| Query::Is(CodeField::Region, name);
                let mut any: Vec<Query> = names.into_iter().map(is).collect();
                match any.len() {
                    1 => any.remove(0),
                    _ => Query::Or(any),
                }
            }
            Query::And(parts) => Query::And(all(parts)),
            Query::Or(parts) => Query::Or(all(parts)),
            Query::Not(part) => Query::Not(Box::new(part.with_regions(codes))),
            other => other,
        }
    }
}
