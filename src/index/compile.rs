//! Query tree → tantivy query.

use super::Sort;
use super::between::Between;
use super::query::{Query, TextField};
use super::schema::{Fields, TextFields};
use super::standing::Standing;
use super::tokenizer::{characters, words};
use crate::text::segment::Segmenter;
use chrono::{FixedOffset, NaiveDate, NaiveTime};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, Query as TantivyQuery,
    TermQuery,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{Result, Searcher, Term};

/// A word in the title counts this much more than in the text.
const TITLE_BOOST: f32 = 3.0;

/// Days are China's: one zone since 1991, no summer time.
pub const CHINA: FixedOffset = FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset");

/// A query for tantivy.
pub struct Compiled {
    pub query: Box<dyn TantivyQuery>,
    /// Do words tell hits apart?
    pub is_scored: bool,
}

/// What an order needs: only relevance needs scores, and only where a word is rare enough to say something.
pub fn for_sort(
    query: &Query,
    sort: Sort,
    fields: &Fields,
    segmenter: &Segmenter,
    searcher: &Searcher,
) -> Result<Compiled> {
    let mut parts = vec![(Occur::Must, membership(query, fields))];
    if sort == Sort::Relevance {
        parts.extend(words_of(query, fields, segmenter, searcher)?);
    }
    let is_scored = parts.len() > 1;
    let query: Box<dyn TantivyQuery> = match is_scored {
        true => Box::new(BooleanQuery::new(parts)),
        false => parts.remove(0).1,
    };
    Ok(Compiled { query, is_scored })
}

/// Membership from characters; nothing is scored.
pub fn membership(query: &Query, fields: &Fields) -> Box<dyn TantivyQuery> {
    Box::new(ConstScoreQuery::new(matching(query, fields), 0.0))
}

/// The words of a query that its hits are ordered by.
fn words_of(
    query: &Query,
    fields: &Fields,
    segmenter: &Segmenter,
    searcher: &Searcher,
) -> Result<Vec<(Occur, Box<dyn TantivyQuery>)>> {
    let mut parts: Vec<(Occur, Box<dyn TantivyQuery>)> = Vec::new();
    let common = searcher.num_docs() / COMMON;
    for text in query.marked_strings() {
        for word in words(text, segmenter) {
            for (field, boost) in [(fields.text_words, 1.0), (fields.title_words, TITLE_BOOST)] {
                let term = Term::from_field_text(field, &word);
                if searcher.doc_freq(&term)? > common.max(LEAST_COMMON) {
                    continue;
                }
                let word = TermQuery::new(term, IndexRecordOption::WithFreqs);
                parts.push((
                    Occur::Should,
                    Box::new(BoostQuery::new(Box::new(word), boost)),
                ));
            }
        }
    }
    Ok(parts)
}

/// A word that one in so many posts has says next to nothing about a post, and costs the most.
const COMMON: u64 = 8;
/// In a small index no word is common.
const LEAST_COMMON: u64 = 10_000;

/// Which posts.
fn matching(query: &Query, fields: &Fields) -> Box<dyn TantivyQuery> {
    match query {
        Query::All => Box::new(AllQuery),
        Query::Contains(text) => any(vec![
            contains(fields, fields.title, text),
            contains(fields, fields.text, text),
        ]),
        Query::In(field, text) => contains(fields, text_field(*field, fields), text),
        Query::Near {
            field,
            strings,
            within,
        } => match field {
            None => any(vec![
                near(fields, fields.title, strings, *within),
                near(fields, fields.text, strings, *within),
            ]),
            Some(field) => near(fields, text_field(*field, fields), strings, *within),
        },
        Query::Synonym(word) => matching(&Query::Contains(word.clone()), fields),
        Query::Is(field, code) => {
            let term = Term::from_field_text(fields.of_code(*field), code);
            Box::new(TermQuery::new(term, IndexRecordOption::Basic))
        }
        Query::After(_) | Query::Before(_) => all(&[query], fields),
        Query::And(parts) => all(&distinct(parts), fields),
        Query::Or(parts) => any(distinct(parts)
            .into_iter()
            .map(|part| matching(part, fields))
            .collect()),
        Query::Not(_) => all(&[query], fields),
    }
}

/// Each once: what is asked for twice is not looked for twice.
fn distinct(parts: &[Query]) -> Vec<&Query> {
    let mut distinct: Vec<&Query> = Vec::with_capacity(parts.len());
    for part in parts {
        if !distinct.contains(&part) {
            distinct.push(part);
        }
    }
    distinct
}

/// What all parts match; what they deny is taken away from that, not from all posts.
fn all(parts: &[&Query], fields: &Fields) -> Box<dyn TantivyQuery> {
    let mut clauses: Vec<(Occur, Box<dyn TantivyQuery>)> = Vec::with_capacity(parts.len());
    let mut time = Between::EVER;
    for part in parts {
        match part {
            Query::After(day) => time.from = time.from.max(midnight_ms(*day)),
            Query::Before(day) => {
                let end = day.succ_opt().map_or(i64::MAX, midnight_ms);
                time.to = time.to.min(end);
            }
            Query::Not(denied) => clauses.push((Occur::MustNot, matching(denied, fields))),
            part => clauses.push((Occur::Must, matching(part, fields))),
        }
    }
    if time != Between::EVER {
        clauses.push((Occur::Must, Box::new(time)));
    }
    if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    }
    Box::new(BooleanQuery::new(clauses))
}

fn any(parts: Vec<Box<dyn TantivyQuery>>) -> Box<dyn TantivyQuery> {
    Box::new(BooleanQuery::new(
        parts
            .into_iter()
            .map(|part| (Occur::Should, part))
            .collect(),
    ))
}

/// The string stands in the field in one piece.
fn contains(fields: &Fields, field: TextFields, text: &str) -> Box<dyn TantivyQuery> {
    let characters: Vec<char> = characters(text.trim()).collect();
    if characters.is_empty() {
        return Box::new(EmptyQuery);
    }
    Box::new(Standing::of(field, &characters, &fields.remembered))
}

/// Both strings, at most so many characters apart.
fn near(
    fields: &Fields,
    field: TextFields,
    strings: &[String; 2],
    within: u32,
) -> Box<dyn TantivyQuery> {
    let [one, other] = strings
        .each_ref()
        .map(|string| characters(string).collect::<Vec<_>>());
    if one.is_empty() || other.is_empty() {
        return Box::new(EmptyQuery);
    }
    Box::new(Standing::near(
        field,
        [&one, &other],
        within,
        &fields.remembered,
    ))
}

/// The first moment of a day.
pub fn midnight_ms(day: NaiveDate) -> i64 {
    let local = day.and_time(NaiveTime::MIN).and_local_timezone(CHINA);
    local.single().map_or(0, |moment| moment.timestamp_millis())
}

fn text_field(field: TextField, fields: &Fields) -> TextFields {
    match field {
        TextField::Title => fields.title,
        TextField::Body => fields.text,
        TextField::Author => fields.author,
        TextField::Source => fields.source_name,
        TextField::Url => fields.url,
    }
}
