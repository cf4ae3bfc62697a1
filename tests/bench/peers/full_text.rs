//! Peers of the search benchmark, on the same posts and strings: SQLite FTS5 with its trigram tokenizer, and jieba's words
//! alone in a bare tantivy index, which finds a string only where the segmenter cut it likewise.

use super::corpus::Corpus;
use rusqlite::Connection;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{PhraseQuery, Query, TermQuery};
use tantivy::schema::{FAST, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use tantivy::{TantivyDocument, Term};
use yuqing::text::normalize::fold;
use yuqing::text::segment::Segmenter;

/// Prints speed, latency and what is missed.
pub fn measure(corpus: &Corpus, strings: &[String]) {
    let strings: Vec<String> = strings
        .iter()
        .map(|string| fold(string.trim_matches('"')))
        .collect();
    full_text_search(corpus, &strings);
    words_alone(corpus, &strings);
}

fn full_text_search(corpus: &Corpus, strings: &[String]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Connection::open(folder.path().join("fts.db")).expect("a database");
    database
        .execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
             CREATE VIRTUAL TABLE posts USING fts5(text, tokenize = 'trigram', content = '', columnsize = 0);",
        )
        .expect("FTS5 is compiled in");
    let begin = Instant::now();
    {
        let transaction = database.unchecked_transaction().expect("a transaction");
        let mut insert = transaction
            .prepare("INSERT INTO posts (rowid, text) VALUES (?1, ?2)")
            .expect("SQL");
        for (id, text) in (1_i64..).zip(&corpus.texts) {
            insert.execute((id, fold(text))).expect("room");
        }
        drop(insert);
        transaction.commit().expect("room");
    }
    let took = begin.elapsed();
    let mut select = database
        .prepare("SELECT rowid FROM posts WHERE posts MATCH ?1 ORDER BY rowid DESC")
        .expect("SQL");
    // Three characters at least: shorter strings it cannot answer.
    let asked: Vec<&String> = strings
        .iter()
        .filter(|string| string.chars().count() >= 3)
        .collect();
    let times = asked.iter().map(|string| {
        let begin = Instant::now();
        let quoted = format!("\"{}\"", string.replace('"', "\"\""));
        let mut rows = select.query([quoted]).expect("a query");
        // The total needs them all.
        while let Ok(Some(_)) = rows.next() {}
        begin.elapsed()
    });
    report("SQLite FTS5 trigram", corpus, took, times.collect());
    println!(
        "  {} of {} strings are too short for it",
        strings.len() - asked.len(),
        strings.len()
    );
}

fn words_alone(corpus: &Corpus, strings: &[String]) {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("words")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = schema.add_text_field(
        "text",
        TextOptions::default().set_indexing_options(indexing),
    );
    let id = schema.add_u64_field("id", FAST);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let index = tantivy::Index::create_in_dir(folder.path(), schema.build()).expect("an index");
    let words = Words(Arc::new(Segmenter::new([])));
    index.tokenizers().register("words", words.clone());
    let begin = Instant::now();
    let mut writer = index
        .writer_with_num_threads(2, 100_000_000)
        .expect("a writer");
    for (number, content) in (1_u64..).zip(&corpus.texts) {
        let mut document = TantivyDocument::default();
        document.add_text(text, content);
        document.add_u64(id, number);
        writer.add_document(document).expect("room");
    }
    writer.commit().expect("room");
    let took = begin.elapsed();
    let searcher = index.reader().expect("a reader").searcher();
    let (mut found, mut expected) = (0, 0);
    let mut times = Vec::new();
    for (number, string) in strings.iter().enumerate() {
        let begin = Instant::now();
        let terms: Vec<Term> = words
            .cut(string)
            .into_iter()
            .map(|word| Term::from_field_text(text, &word))
            .collect();
        let query: Box<dyn Query> = match terms.as_slice() {
            [] => continue,
            [term] => Box::new(TermQuery::new(term.clone(), IndexRecordOption::WithFreqs)),
            _ => Box::new(PhraseQuery::new(terms)),
        };
        let top = TopDocs::with_limit(20).order_by_score();
        let (total, _) = searcher.search(&query, &(Count, top)).expect("an index");
        times.push(begin.elapsed());
        // A plain reading takes long: every tenth string.
        if number % 10 == 0 {
            found += total;
            expected += corpus
                .texts
                .iter()
                .filter(|text| fold(text).contains(string))
                .count();
        }
    }
    report("words alone in tantivy", corpus, took, times);
    println!(
        "  finds {:.1} % of what holds a string",
        found as f64 / expected.max(1) as f64 * 100.0
    );
}

fn report(name: &str, corpus: &Corpus, took: Duration, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!(
        "{name}: indexed at {:.0} posts/s; p50 {:.2} ms, p99 {:.2} ms",
        corpus.texts.len() as f64 / took.as_secs_f64(),
        at(0.5),
        at(0.99),
    );
}

#[derive(Clone)]
struct Words(Arc<Segmenter>);

impl Words {
    fn cut(&self, text: &str) -> Vec<String> {
        let folded = fold(text);
        self.0.cut(&folded).into_iter().map(str::to_owned).collect()
    }
}

impl Tokenizer for Words {
    type TokenStream<'a> = Cut;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Cut {
        Cut {
            words: self
                .cut(text)
                .into_iter()
                .enumerate()
                .collect::<Vec<_>>()
                .into_iter(),
            token: Token::default(),
        }
    }
}

struct Cut {
    words: std::vec::IntoIter<(usize, String)>,
    token: Token,
}

impl TokenStream for Cut {
    fn advance(&mut self) -> bool {
        let next = self.words.next();
        if let Some((position, text)) = next {
            self.token.position = position;
            self.token.text = text;
            return true;
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
