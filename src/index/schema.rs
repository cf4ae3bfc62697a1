//! Fields of an indexed post, and how a post becomes a document. Texts are not stored: hits are read from the store.

use super::tokenizer::{CHARACTERS, WORDS};
use crate::model::{StoredPost, Topic};
use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions,
};

/// Fields that facets count.
pub const FACETS: &[&str] = &["channel", "topic", "level", "sentiment", "region", "source"];

/// 字段.
pub struct Fields {
    pub id: Field,
    pub published_at: Field,
    pub title: Field,
    pub text: Field,
    pub author: Field,
    pub source_name: Field,
    pub url: Field,
    pub title_words: Field,
    pub text_words: Field,
    pub channel: Field,
    pub topic: Field,
    pub level: Field,
    pub sentiment: Field,
    pub region: Field,
    pub source: Field,
}

/// The schema; a change raises `index::VERSION`.
pub fn build() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexed_by = |tokenizer: &str, record| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_index_option(record),
        )
    };
    let characters = indexed_by(CHARACTERS, IndexRecordOption::WithFreqsAndPositions);
    let words = indexed_by(WORDS, IndexRecordOption::WithFreqs);
    let fields = Fields {
        id: builder.add_u64_field("id", INDEXED | FAST),
        published_at: builder.add_i64_field("published_at", INDEXED | FAST),
        title: builder.add_text_field("title", characters.clone()),
        text: builder.add_text_field("text", characters.clone()),
        author: builder.add_text_field("author", characters.clone()),
        source_name: builder.add_text_field("source_name", characters.clone()),
        url: builder.add_text_field("url", characters),
        title_words: builder.add_text_field("title_words", words.clone()),
        text_words: builder.add_text_field("text_words", words),
        channel: builder.add_text_field("channel", STRING | FAST),
        topic: builder.add_text_field("topic", STRING | FAST),
        level: builder.add_text_field("level", STRING | FAST),
        sentiment: builder.add_text_field("sentiment", STRING | FAST),
        region: builder.add_text_field("region", STRING | FAST),
        source: builder.add_text_field("source", STRING | FAST),
    };
    (builder.build(), fields)
}

impl Fields {
    /// The post as tantivy stores it.
    pub fn document(&self, stored: &StoredPost) -> TantivyDocument {
        let post = &stored.post;
        let mut document = TantivyDocument::default();
        document.add_u64(self.id, stored.id.0.cast_unsigned());
        document.add_i64(self.published_at, post.effective_at().timestamp_millis());
        for (characters, words, text) in [
            (self.title, self.title_words, &post.title),
            (self.text, self.text_words, &post.text),
        ] {
            document.add_text(characters, text);
            document.add_text(words, text);
        }
        document.add_text(self.author, post.author.as_deref().unwrap_or_default());
        document.add_text(self.source_name, &post.source_name);
        if let Some(outlet) = &post.outlet {
            document.add_text(self.source_name, outlet);
        }
        document.add_text(self.url, post.url.as_deref().unwrap_or_default());
        document.add_text(self.channel, post.channel.code());
        document.add_text(self.source, &post.source_name);
        if let Some(analysis) = &stored.analysis {
            for topic in &analysis.topics {
                document.add_text(self.topic, Topic::code(topic.code));
            }
            document.add_text(self.level, analysis.level.code());
            document.add_text(self.sentiment, analysis.sentiment.code());
            for region in regions_of(analysis) {
                document.add_text(self.region, region);
            }
        }
        document
    }
}

/// Jurisdiction, codes and names: `region:district`, `region:410103` and `region:二七区` all find the post.
fn regions_of(analysis: &crate::model::Analysis) -> Vec<&str> {
    let regions = &analysis.regions;
    let mut values = vec![regions.jurisdiction.code(), regions.jurisdiction.label()];
    for region in [&regions.act, &regions.responsible].into_iter().flatten() {
        values.push(&region.code);
        values.push(&region.name);
    }
    values.retain(|value| !value.is_empty());
    values.sort_unstable();
    values.dedup();
    values
}
