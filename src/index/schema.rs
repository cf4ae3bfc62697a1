//! Fields of an indexed post, and how a post becomes a document. Texts are not stored: hits are read from the store.

use super::order::prior;
use super::query::CodeField;
use super::remembered::Remembered;
use super::tokenizer::{PAIRS, SINGLES, WORDS, plain};
use crate::model::{Level, StoredPost, Topic};
use std::sync::Arc;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{TantivyDocument, TantivyError};

/// Fields that facets count.
pub const FACETS: &[&str] = &["channel", "topic", "level", "sentiment", "region", "source"];

/// A text in the index: its pairs of neighbouring characters with their positions, and – where people look for single
/// characters – these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextFields {
    pub singles: Option<Field>,
    pub pairs: Field,
}

/// 字段, with what was found in them before.
pub struct Fields {
    pub remembered: Arc<Remembered>,
    pub id: Field,
    pub published_at: Field,
    /// What a post is worth before its words are compared (`order::prior`).
    pub prior: Field,
    /// `Level` as a number, red the highest.
    pub rank: Field,
    /// 互动指数.
    pub engagement: Field,
    pub title: TextFields,
    pub text: TextFields,
    pub author: TextFields,
    pub source_name: TextFields,
    pub url: TextFields,
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
pub fn build() -> Schema {
    let mut builder = Schema::builder();
    let indexed_by = |tokenizer: &str, record| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_fieldnorms(tokenizer == WORDS)
                .set_index_option(record),
        )
    };
    builder.add_u64_field("id", INDEXED | FAST);
    builder.add_i64_field("published_at", INDEXED | FAST);
    for number in ["prior", "rank", "engagement"] {
        builder.add_u64_field(number, FAST);
    }
    for text in ["title", "text"] {
        let singles = indexed_by(SINGLES, IndexRecordOption::Basic);
        builder.add_text_field(&format!("{text}_singles"), singles);
    }
    for text in ["title", "text", "author", "source_name", "url"] {
        let pairs = indexed_by(PAIRS, IndexRecordOption::WithFreqsAndPositions);
        builder.add_text_field(&format!("{text}_pairs"), pairs);
    }
    for words in ["title_words", "text_words"] {
        builder.add_text_field(words, indexed_by(WORDS, IndexRecordOption::WithFreqs));
    }
    for code in FACETS {
        builder.add_text_field(code, STRING | FAST);
    }
    builder.build()
}

impl Fields {
    /// The fields of an index.
    ///
    /// # Errors
    /// It lacks one.
    pub fn of(schema: &Schema) -> tantivy::Result<Fields> {
        let field = |name: &str| schema.get_field(name);
        let text = |name: &str| {
            Ok::<_, TantivyError>(TextFields {
                singles: field(&format!("{name}_singles")).ok(),
                pairs: field(&format!("{name}_pairs"))?,
            })
        };
        Ok(Fields {
            remembered: Arc::default(),
            id: field("id")?,
            published_at: field("published_at")?,
            prior: field("prior")?,
            rank: field("rank")?,
            engagement: field("engagement")?,
            title: text("title")?,
            text: text("text")?,
            author: text("author")?,
            source_name: text("source_name")?,
            url: text("url")?,
            title_words: field("title_words")?,
            text_words: field("text_words")?,
            channel: field("channel")?,
            topic: field("topic")?,
            level: field("level")?,
            sentiment: field("sentiment")?,
            region: field("region")?,
            source: field("source")?,
        })
    }
}

impl TextFields {
    /// `text` is folded.
    fn add(self, document: &mut TantivyDocument, text: &str) {
        if let Some(singles) = self.singles {
            document.add_text(singles, text);
        }
        document.add_text(self.pairs, text);
    }
}

impl Fields {
    /// The post as tantivy stores it.
    pub fn document(&self, stored: &StoredPost) -> TantivyDocument {
        let post = &stored.post;
        let mut document = TantivyDocument::default();
        document.add_u64(self.id, stored.id.0.cast_unsigned());
        let published = post.effective_at().timestamp_millis();
        document.add_i64(self.published_at, published);
        document.add_u64(self.prior, prior(published, post.outlet_tier));
        document.add_u64(self.engagement, post.engagement.weight() as u64);
        for (text, words, content) in [
            (self.title, self.title_words, &post.title),
            (self.text, self.text_words, &post.text),
        ] {
            if !content.is_empty() {
                let content = plain(content);
                text.add(&mut document, &content);
                document.add_text(words, content);
            }
        }
        for (text, content) in [
            (self.author, post.author.as_deref()),
            (self.source_name, Some(post.source_name.as_str())),
            (self.source_name, post.outlet.as_deref()),
            (self.url, post.url.as_deref()),
        ] {
            if let Some(content) = content {
                text.add(&mut document, &plain(content));
            }
        }
        document.add_text(self.source, &post.source_name);
        let level = stored
            .analysis
            .as_ref()
            .map_or(Level::None, |analysis| analysis.level);
        document.add_u64(self.rank, rank(level));
        for (field, code) in codes_of(stored) {
            document.add_text(self.of_code(field), code);
        }
        document
    }

    /// Where the codes of a field stand.
    pub fn of_code(&self, field: CodeField) -> Field {
        match field {
            CodeField::Channel => self.channel,
            CodeField::Topic => self.topic,
            CodeField::Level => self.level,
            CodeField::Sentiment => self.sentiment,
            CodeField::Region => self.region,
        }
    }
}

/// The codes that a post is found by. One that is not judged yet has its channel only.
pub fn codes_of(stored: &StoredPost) -> Vec<(CodeField, &str)> {
    let mut codes = vec![(CodeField::Channel, stored.post.channel.code())];
    let Some(analysis) = &stored.analysis else {
        return codes;
    };
    let topics = analysis.topics.iter();
    codes.extend(topics.map(|topic| (CodeField::Topic, Topic::code(topic.code))));
    codes.push((CodeField::Level, analysis.level.code()));
    codes.push((CodeField::Sentiment, analysis.sentiment.code()));
    let regions = regions_of(analysis).into_iter();
    codes.extend(regions.map(|region| (CodeField::Region, region)));
    codes
}

/// Red is the highest.
fn rank(level: Level) -> u64 {
    match level {
        Level::Red => 4,
        Level::Orange => 3,
        Level::Yellow => 2,
        Level::Blue => 1,
        Level::None => 0,
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
