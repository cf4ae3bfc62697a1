//! Query tree → tantivy query.

use super::matching_set::MatchingSet;
use super::query::{CodeField, Query, TextField};
use super::schema::Fields;
use super::tokenizer::{characters, words};
use crate::text::segment::Segmenter;
use chrono::{FixedOffset, NaiveDate, NaiveTime, TimeDelta};
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery,
    Query as TantivyQuery, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

/// A word in the title counts this much more than in the text.
const TITLE_BOOST: f32 = 3.0;

/// Days of `after:` and `before:` are China's: one zone since 1991, no summer time.
const CHINA: FixedOffset = FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset");

/// Membership from characters, order from words.
pub fn compile(query: &Query, fields: &Fields, segmenter: &Segmenter) -> Box<dyn TantivyQuery> {
    let membership = membership(query, fields);
    let mut parts = vec![(Occur::Must, membership)];
    for text in query.marked_strings() {
        for word in words(text, segmenter) {
            let term = |field| {
                let term = Term::from_field_text(field, &word);
                Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
                    as Box<dyn TantivyQuery>
            };
            parts.push((Occur::Should, term(fields.text_words)));
            parts.push((
                Occur::Should,
                Box::new(BoostQuery::new(term(fields.title_words), TITLE_BOOST)),
            ));
        }
    }
    Box::new(BooleanQuery::new(parts))
}

/// Which posts; all of them weigh the same.
fn membership(query: &Query, fields: &Fields) -> Box<dyn TantivyQuery> {
    let all = || Box::new(AllQuery) as Box<dyn TantivyQuery>;
    let weightless = |query| Box::new(ConstScoreQuery::new(query, 0.0)) as Box<dyn TantivyQuery>;
    match query {
        Query::All => weightless(all()),
        Query::Contains(text) => weightless(any(vec![
            contains(fields.title, text),
            contains(fields.text, text),
        ])),
        Query::In(field, text) => weightless(contains(text_field(*field, fields), text)),
        Query::Is(field, code) => {
            let term = Term::from_field_text(code_field(*field, fields), code);
            weightless(Box::new(TermQuery::new(term, IndexRecordOption::Basic)))
        }
        Query::After(day) => weightless(published(fields, Some(*day), None)),
        Query::Before(day) => weightless(published(fields, None, Some(*day))),
        Query::And(parts) => Box::new(BooleanQuery::new(
            parts
                .iter()
                .map(|part| (Occur::Must, membership(part, fields)))
                .collect(),
        )),
        Query::Or(parts) => any(parts.iter().map(|part| membership(part, fields)).collect()),
        Query::Not(part) => Box::new(BooleanQuery::new(vec![
            (Occur::Must, weightless(all())),
            (
                Occur::MustNot,
                Box::new(MatchingSet(membership(part, fields))),
            ),
        ])),
    }
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
fn contains(field: Field, text: &str) -> Box<dyn TantivyQuery> {
    let terms: Vec<Term> = characters(text.trim())
        .map(|character| Term::from_field_text(field, character.encode_utf8(&mut [0; 4])))
        .collect();
    match terms.as_slice() {
        [] => Box::new(EmptyQuery),
        [term] => Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic)),
        _ => Box::new(PhraseQuery::new(terms)),
    }
}

fn published(
    fields: &Fields,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Box<dyn TantivyQuery> {
    let midnight = |day: NaiveDate| {
        let local = day.and_time(NaiveTime::MIN).and_local_timezone(CHINA);
        let ms = local.single().map_or(0, |moment| moment.timestamp_millis());
        Term::from_field_i64(fields.published_at, ms)
    };
    let lower = from.map_or(Bound::Unbounded, |day| Bound::Included(midnight(day)));
    let upper = to
        .and_then(|day| day.checked_add_signed(TimeDelta::days(1)))
        .map_or(Bound::Unbounded, |next| Bound::Excluded(midnight(next)));
    Box::new(RangeQuery::new(lower, upper))
}

fn text_field(field: TextField, fields: &Fields) -> Field {
    match field {
        TextField::Title => fields.title,
        TextField::Body => fields.text,
        TextField::Author => fields.author,
        TextField::Source => fields.source_name,
        TextField::Url => fields.url,
    }
}

fn code_field(field: CodeField, fields: &Fields) -> Field {
    match field {
        CodeField::Channel => fields.channel,
        CodeField::Topic => fields.topic,
        CodeField::Level => fields.level,
        CodeField::Sentiment => fields.sentiment,
        CodeField::Region => fields.region,
    }
}
