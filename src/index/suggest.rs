//! 建议 — what to ask instead when nothing is found: without one of the words, with a word that means or sounds the same.
//! Proposed with the number of hits, never asked on one's own account.

use super::{Index, Query, Sort};
use crate::text::synonyms::Synonyms;
use anyhow::Result;
use serde::Serialize;
use std::collections::HashSet;

/// Another query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// To be typed.
    pub query: String,
    /// What is different.
    pub reason: String,
    /// Its hits.
    pub total: usize,
}

/// Suggestions at most.
const MAX_SUGGESTIONS: usize = 8;
/// Queries tried at most.
const MAX_TRIES: usize = 40;
/// Words and conditions of a query at most: a longer one is a list, and no one of its words is the mistake.
const MAX_PARTS: usize = 10;

/// Queries like this one that find something: those that change least first. `widened` is what is looked for in their
/// place.
///
/// # Errors
/// The index is damaged.
pub fn suggestions(
    index: &Index,
    query: &Query,
    synonyms: &Synonyms,
    widened: impl Fn(&Query) -> Query,
) -> Result<Vec<Suggestion>> {
    // The query itself found nothing.
    let mut known = HashSet::from([query.to_string()]);
    let new = candidates(query, synonyms).filter_map(|(query, reason)| {
        let written = query.to_string();
        known
            .insert(written.clone())
            .then_some((query, written, reason))
    });
    let mut suggestions: Vec<Suggestion> = Vec::new();
    for (query, written, reason) in new.take(MAX_TRIES) {
        let total = index.search(&widened(&query), Sort::Time, 0, 0)?.total;
        if total > 0 {
            suggestions.push(Suggestion {
                query: written,
                reason,
                total,
            });
        }
        if suggestions.len() == MAX_SUGGESTIONS {
            break;
        }
    }
    Ok(suggestions)
}

/// What may be asked instead and why, each made when it is its turn.
fn candidates(query: &Query, synonyms: &Synonyms) -> impl Iterator<Item = (Query, String)> {
    let mut words: Vec<&str> = Vec::new();
    for word in query.words() {
        if !words.contains(&word) {
            words.push(word);
        }
        if words.len() > MAX_PARTS {
            break;
        }
    }
    let is_short = words.len() <= MAX_PARTS && query.parts().len() <= MAX_PARTS;
    if !is_short {
        words.clear();
    }
    let alike = words.clone().into_iter().flat_map(move |word| {
        let others = synonyms.sounding_like(word).into_iter();
        others.map(move |other| {
            let reason = format!("同音：“{word}”改为“{other}”");
            (query.replaced(word, &other), reason)
        })
    });
    let same = words.into_iter().flat_map(move |word| {
        let others = synonyms.of(word).into_iter();
        others.map(move |other| {
            let reason = format!("同义：“{word}”改为“{other}”");
            (query.replaced(word, &other), reason)
        })
    });
    let shortened = is_short.then_some(query).into_iter();
    alike
        .chain(same)
        .chain(shortened.flat_map(Query::shortened))
}

impl Query {
    /// The conditions that all hold; none where there is one only.
    fn parts(&self) -> &[Query] {
        match self {
            Query::And(parts) => parts,
            _ => &[],
        }
    }

    /// Words that must or may occur.
    fn words(&self) -> Vec<&str> {
        match self {
            Query::Contains(word) | Query::In(_, word) => vec![word],
            Query::And(parts) | Query::Or(parts) => parts.iter().flat_map(Query::words).collect(),
            _ => Vec::new(),
        }
    }

    /// With `other` in place of `word`.
    fn replaced(&self, word: &str, other: &str) -> Query {
        let all = |parts: &[Query]| {
            parts
                .iter()
                .map(|part| part.replaced(word, other))
                .collect()
        };
        match self {
            Query::Contains(text) if text == word => Query::Contains(other.to_owned()),
            Query::In(field, text) if text == word => Query::In(*field, other.to_owned()),
            Query::And(parts) => Query::And(all(parts)),
            Query::Or(parts) => Query::Or(all(parts)),
            same => same.clone(),
        }
    }

    /// Without one of its conditions, each in turn; the two days of a period are one.
    fn shortened(&self) -> Vec<(Query, String)> {
        let parts = self.parts();
        let is_day = |part: &Query| matches!(part, Query::After(_) | Query::Before(_));
        let mut dropped: Vec<(Query, String)> = Vec::new();
        let days = parts.iter().filter(|part| is_day(part)).count();
        if days > 0 && days < parts.len() {
            let rest = parts.iter().filter(|part| !is_day(part)).cloned().collect();
            dropped.push((together(rest), "不限日期".to_owned()));
        }
        for (number, part) in parts.iter().enumerate() {
            if is_day(part) || parts.len() - days < 2 {
                continue;
            }
            let mut rest = parts.to_vec();
            rest.remove(number);
            dropped.push((together(rest), format!("去掉“{part}”")));
        }
        dropped
    }
}

fn together(mut parts: Vec<Query>) -> Query {
    match parts.len() {
        1 => parts.remove(0),
        _ => Query::And(parts),
    }
}
