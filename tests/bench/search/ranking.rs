//! Is the right provision among the first ten? 100 everyday questions to 500 provisions of labour and social-security law,
//! beside a bare tantivy index of jieba's words and one of pairs of characters, each with BM25 on any of the terms.

use std::collections::BTreeSet;
use std::sync::Arc;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{TantivyDocument, Term};
use yuqing::index::Index;
use yuqing::model::{Channel, Post, PostId, StoredPost, Timestamp};
use yuqing::text::normalize::fold;
use yuqing::text::segment::Segmenter;

const STATUTES: &str = include_str!("../../fixtures/search/statutes.jsonl");
const QUESTIONS: &str = include_str!("../../fixtures/search/questions.jsonl");
/// Provisions looked at.
const FIRST: usize = 10;

struct Provision {
    id: String,
    title: String,
    text: String,
}

struct Question {
    text: String,
    right: Vec<String>,
}

/// Prints recall at ten of all three.
pub fn measure(index: &Index, segmenter: &Arc<Segmenter>) {
    let provisions: Vec<Provision> = rows(STATUTES, |row| Provision {
        id: string(&row["id"]),
        title: string(&row["title"]),
        text: string(&row["text"]),
    });
    let questions: Vec<Question> = rows(QUESTIONS, |row| Question {
        text: string(&row["question"]),
        right: row["right"]
            .as_array()
            .into_iter()
            .flatten()
            .map(string)
            .collect(),
    });
    let posts: Vec<StoredPost> = (1..)
        .zip(&provisions)
        .map(|(id, one)| stored(id, one))
        .collect();
    index.update(&posts, 1).expect("room");
    let ours = recall(&provisions, &questions, |question| {
        let hits = index.similar(question, FIRST).expect("a sound index");
        hits.page
            .iter()
            .map(|(id, _)| usize::try_from(id.0 - 1).expect("an id"))
            .collect()
    });
    let words = |text: &str| -> Vec<String> {
        let folded = fold(text);
        segmenter
            .cut_for_search(&folded)
            .iter()
            .map(|token| token.word.to_owned())
            .collect()
    };
    let pairs = |text: &str| -> Vec<String> {
        let letters: Vec<char> = fold(text).chars().collect();
        letters
            .windows(2)
            .map(|pair| pair.iter().collect())
            .collect()
    };
    let words = Peer::of(&provisions, words).recall(&provisions, &questions);
    let pairs = Peer::of(&provisions, pairs).recall(&provisions, &questions);
    println!(
        "\nthe right provision of {} among the first {FIRST}: {ours:.3}; words alone {words:.3}; pairs alone {pairs:.3}",
        provisions.len()
    );
}

fn rows<T>(text: &str, read: impl Fn(serde_json::Value) -> T) -> Vec<T> {
    text.lines()
        .map(|line| read(serde_json::from_str(line).expect("JSON")))
        .collect()
}

fn string(value: &serde_json::Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn stored(id: i64, provision: &Provision) -> StoredPost {
    let at = Timestamp::parse_from_rfc3339("2017-04-14T10:00:00+08:00").expect("a moment");
    let post = Post {
        title: provision.title.clone(),
        text: provision.text.clone(),
        ..Post::bare(Channel::Government, "法规", at)
    };
    StoredPost::fresh(PostId(id), post)
}

/// Mean share of a question's right provisions that are among the first.
fn recall(
    provisions: &[Provision],
    questions: &[Question],
    ask: impl Fn(&str) -> Vec<usize>,
) -> f64 {
    let found = |question: &Question| {
        let first = ask(&question.text);
        let ids: BTreeSet<&str> = first.iter().map(|at| provisions[*at].id.as_str()).collect();
        let right = question.right.iter().filter(|id| ids.contains(id.as_str()));
        right.count() as f64 / question.right.len() as f64
    };
    questions.iter().map(found).sum::<f64>() / questions.len() as f64
}

/// A bare index of one kind of terms.
struct Peer<C> {
    cut: C,
    index: tantivy::Index,
    text: tantivy::schema::Field,
}

impl<C: Fn(&str) -> Vec<String>> Peer<C> {
    fn of(provisions: &[Provision], cut: C) -> Self {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
        let options = TextOptions::default().set_indexing_options(indexing);
        let text = schema.add_text_field("text", options);
        let number = schema.add_u64_field("number", FAST);
        let index = tantivy::Index::create_in_ram(schema.build());
        let mut writer = index
            .writer_with_num_threads(1, 50_000_000)
            .expect("a writer");
        for (at, provision) in (0_u64..).zip(provisions) {
            let content = format!("{} {}", provision.title, provision.text);
            let tokens = (0..).zip(cut(&content)).map(|(position, text)| Token {
                position,
                text,
                ..Token::default()
            });
            let tokens = PreTokenizedString {
                tokens: tokens.collect(),
                text: content,
            };
            let mut document = TantivyDocument::default();
            document.add_pre_tokenized_text(text, tokens);
            document.add_u64(number, at);
            writer.add_document(document).expect("room");
        }
        writer.commit().expect("room");
        Peer { cut, index, text }
    }

    fn recall(&self, provisions: &[Provision], questions: &[Question]) -> f64 {
        let searcher = self.index.reader().expect("a reader").searcher();
        recall(provisions, questions, |question| {
            let terms: BTreeSet<String> = (self.cut)(question).into_iter().collect();
            let clause = |term: &String| {
                let term = Term::from_field_text(self.text, term);
                let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
                (Occur::Should, Box::new(query) as Box<dyn Query>)
            };
            let query = BooleanQuery::new(terms.iter().map(clause).collect());
            let top = TopDocs::with_limit(FIRST).order_by_score();
            let hits = searcher.search(&query, &top).expect("an index");
            let number = |(_, address): &(f32, tantivy::DocAddress)| {
                let segment = searcher.segment_reader(address.segment_ord);
                let numbers = segment.fast_fields().u64("number").expect("a column");
                numbers.first(address.doc_id).expect("a number") as usize
            };
            hits.iter().map(number).collect()
        })
    }
}
