//! 相似信息 — posts that share the most telling words and neighbouring characters with a text (BM25 on both: words carry the
//! meaning, pairs find what the segmenter cut otherwise).

use super::schema::Fields;
use super::tokenizer::{characters, words};
use super::{Hits, Index, MAX_PAGE};
use crate::model::PostId;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

/// The rarest terms of a text that are looked for.
const MAX_TERMS: usize = 60;
/// Looked for whatever they cost.
const LEAST_TERMS: usize = 8;
/// Posts that the terms of a text may have between them: what many posts have tells little, and takes long to weigh.
const MAX_POSTINGS: u64 = 100_000;
/// A term in the title counts this much more.
const TITLE_BOOST: f32 = 2.0;
/// A pair of characters counts so much beside a word.
const PAIR_BOOST: f32 = 0.5;

impl Index {
    /// The posts most like a text, best first.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn similar(&self, text: &str, limit: usize) -> Result<Hits> {
        let (searcher, generation) = self.searcher()?;
        let fields = &generation.fields;
        let query = BooleanQuery::new(
            terms_of(text, self, fields, &searcher)?
                .into_iter()
                .map(|query| (Occur::Should, query))
                .collect(),
        );
        // The library reserves room for every hit of the page: no more than there are posts.
        let limit = limit
            .min(MAX_PAGE)
            .min(usize::try_from(searcher.num_docs())?);
        if limit == 0 {
            return Ok(Hits::default());
        }
        let top = searcher.search(&query, &TopDocs::with_limit(limit).order_by_score())?;
        let mut page = Vec::with_capacity(top.len());
        for (score, address) in top {
            let segment = searcher.segment_reader(address.segment_ord);
            let ids = segment.fast_fields().u64("id")?;
            let id = ids
                .first(address.doc_id)
                .context("every indexed post has an id")?;
            page.push((PostId(id.cast_signed()), score));
        }
        Ok(Hits {
            total: page.len(),
            page,
        })
    }
}

fn terms_of(
    text: &str,
    index: &Index,
    fields: &Fields,
    searcher: &Searcher,
) -> Result<Vec<Box<dyn Query>>> {
    let words: BTreeSet<String> = words(text, &index.segmenter).into_iter().collect();
    let letters: Vec<char> = characters(text).collect();
    let is_word = |pair: &&[char]| pair.iter().all(|character| character.is_alphanumeric());
    let pairs: BTreeSet<String> = letters
        .windows(2)
        .filter(is_word)
        .map(|pair| pair.iter().collect())
        .collect();
    let mut queries = Vec::new();
    for (terms, field, title, boost) in [
        (words, fields.text_words, fields.title_words, 1.0),
        (pairs, fields.text.pairs, fields.title.pairs, PAIR_BOOST),
    ] {
        for term in rarest(terms, field, searcher)? {
            queries.push(weighed(field, &term, boost));
            queries.push(weighed(title, &term, boost * TITLE_BOOST));
        }
    }
    Ok(queries)
}

/// The terms that fewest posts have, as long as they are not too many; those that none has are left out.
fn rarest(terms: BTreeSet<String>, field: Field, searcher: &Searcher) -> Result<Vec<String>> {
    let mut known = Vec::new();
    for term in terms {
        let count = searcher.doc_freq(&Term::from_field_text(field, &term))?;
        known.push((count, term));
    }
    known.retain(|(count, _)| *count > 0);
    known.sort();
    known.truncate(MAX_TERMS);
    let mut postings = 0;
    let mut place = 0;
    known.retain(|(count, _)| {
        (postings, place) = (postings + count, place + 1);
        place <= LEAST_TERMS || postings <= MAX_POSTINGS
    });
    Ok(known.into_iter().map(|(_, term)| term).collect())
}

fn weighed(field: Field, term: &str, boost: f32) -> Box<dyn Query> {
    let term = Term::from_field_text(field, term);
    let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
    Box::new(BoostQuery::new(Box::new(query), boost))
}
