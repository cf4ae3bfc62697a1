//! 检索结果 — a page of hits with what people and programs are shown of each: for the command, the page and the interface.

use super::App;
use crate::index::suggest::{Suggestion, suggestions};
use crate::index::{Facets, Hits, Query, Sort, snippet};
use crate::model::{Channel, Level, PostId, Sentiment, StoredPost, Topic};
use anyhow::Result;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use std::time::{Duration, Instant};
use utoipa::ToSchema;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct SearchOrder {
    /// Which posts.
    pub query: Query,
    /// In which order.
    pub sort: Sort,
    /// Hits to skip.
    pub offset: usize,
    /// Hits to give.
    pub limit: usize,
    /// Also the counts by channel, topic, level …
    pub with_facets: bool,
    /// Characters of a snippet.
    pub snippet_chars: usize,
}

/// JSON of `yuqing search` and of `/api/v1/search`.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchReport {
    /// All hits, also those on other pages.
    pub total: usize,
    /// Milliseconds.
    pub took_ms: f64,
    /// This page.
    pub hits: Vec<Hit>,
    /// Facet → value → count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub facets: Option<Facets>,
    /// What to ask instead, where nothing was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>, required = false)]
    pub suggestions: Vec<Suggestion>,
}

/// One hit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hit {
    /// Row id.
    #[schema(value_type = i64)]
    pub id: PostId,
    /// Id given by whoever handed the post in.
    pub external_id: Option<String>,
    /// 网址.
    pub url: Option<String>,
    /// 标题, masked.
    pub title: String,
    /// 信源.
    pub source: String,
    /// 渠道.
    pub channel: Channel,
    /// 发布时间.
    pub published_at: Option<DateTime<FixedOffset>>,
    /// 级别.
    pub level: Option<Level>,
    /// 情感.
    pub sentiment: Option<Sentiment>,
    /// 主题, the primary first.
    pub topics: Vec<Topic>,
    /// How well it matches; 0 where the order is another.
    pub score: f32,
    /// 摘录.
    pub snippet: String,
    /// Begin and end of each mark, in characters of `snippet`.
    #[schema(value_type = Vec<Vec<usize>>)]
    pub highlights: Vec<(usize, usize)>,
    /// The post itself.
    #[serde(skip)]
    pub stored: StoredPost,
}

impl App {
    /// A page of hits; where there are none, what to ask instead.
    ///
    /// # Errors
    /// The index or the store refuses.
    pub fn search(&self, order: &SearchOrder) -> Result<SearchReport> {
        let begin = Instant::now();
        let query = self.expanded(&order.query);
        let found = self
            .index
            .search(&query, order.sort, order.offset, order.limit)?;
        let mut report = self.report(found, &query.marked_strings(), order.snippet_chars)?;
        if order.with_facets {
            report.facets = Some(self.index.facets(&query)?);
        }
        if report.total == 0 {
            let rules = self.rules();
            let synonyms = rules.synonyms();
            let asked = (order.query.clone()).with_synonyms(&|word| synonyms.of(word));
            let widened = |query: &Query| self.expanded(query);
            report.suggestions = suggestions(&self.index, &asked, synonyms, widened)?;
        }
        report.took_ms = rounded_ms(begin.elapsed());
        Ok(report)
    }

    /// The query with the words that mean the same in place of `syn:`, and places with what lies in them.
    pub fn expanded(&self, query: &Query) -> Query {
        let rules = self.rules();
        let query = query.clone();
        query
            .with_synonyms(&|word| rules.synonyms().of(word))
            .with_regions(&|place| rules.codes_in(place))
    }

    /// The posts most like a text, best first; `except` is left out.
    ///
    /// # Errors
    /// The index or the store refuses.
    pub fn similar(
        &self,
        text: &str,
        except: Option<PostId>,
        limit: usize,
    ) -> Result<SearchReport> {
        let begin = Instant::now();
        let mut found = self
            .index
            .similar(text, limit + usize::from(except.is_some()))?;
        found.page.retain(|(id, _)| Some(*id) != except);
        found.page.truncate(limit);
        found.total = found.page.len();
        let mut report = self.report(found, &[], SNIPPET_CHARS)?;
        report.took_ms = rounded_ms(begin.elapsed());
        Ok(report)
    }

    fn report(&self, found: Hits, marked: &[&str], snippet_chars: usize) -> Result<SearchReport> {
        let ids: Vec<PostId> = found.page.iter().map(|(id, _)| *id).collect();
        let mut scores = found.page.iter().peekable();
        let mut hits = Vec::with_capacity(ids.len());
        for stored in self.store.posts(&ids)? {
            // A post may have gone since it was indexed.
            while scores.next_if(|(id, _)| *id != stored.id).is_some() {}
            let score = scores.next().map_or(0.0, |(_, score)| *score);
            hits.push(Hit::of(stored, score, marked, snippet_chars));
        }
        Ok(SearchReport {
            total: found.total,
            took_ms: 0.0,
            hits,
            facets: None,
            suggestions: Vec::new(),
        })
    }
}

/// Characters of a snippet where nobody asks for another length.
pub const SNIPPET_CHARS: usize = 100;

impl Hit {
    fn of(stored: StoredPost, score: f32, marked: &[&str], snippet_chars: usize) -> Hit {
        let post = &stored.post;
        let analysis = stored.analysis.as_ref();
        // The text shows why, unless only the title does.
        let in_text = snippet(&post.text, marked, snippet_chars);
        let shown = if in_text.highlights.is_empty() && !post.title.is_empty() {
            let in_title = snippet(&post.title, marked, snippet_chars);
            if in_title.highlights.is_empty() {
                in_text
            } else {
                in_title
            }
        } else {
            in_text
        };
        Hit {
            id: stored.id,
            external_id: post.external_id.clone(),
            url: post.url.clone(),
            title: post.title.clone(),
            source: post.source_name.clone(),
            channel: post.channel,
            published_at: post.published_at.map(|published| published.at),
            level: analysis.map(|analysis| analysis.level),
            sentiment: analysis.map(|analysis| analysis.sentiment),
            topics: analysis.map_or_else(Vec::new, |analysis| {
                analysis.topics.iter().map(|topic| topic.code).collect()
            }),
            score,
            snippet: shown.text,
            highlights: shown.highlights,
            stored,
        }
    }
}

/// Milliseconds, to a thousandth.
fn rounded_ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
