//! Search, derived from the store and rebuilt from it at any time. The only module that names tantivy.
//!
//! Characters decide **whether** a post contains a string, exactly; jieba's words decide the **order**.

mod compile;
mod matching_set;
pub mod query;
mod schema;
mod snippet;
mod tokenizer;

pub use query::{Query, QueryError};
pub use snippet::{Snippet, snippet};

use crate::model::{PostId, StoredPost};
use crate::text::segment::Segmenter;
use anyhow::{Context, Result};
use bytesize::ByteSize;
use schema::Fields;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tantivy::collector::{Count, TopDocs};
use tantivy::directory::MmapDirectory;
use tantivy::{IndexReader, IndexWriter, Order, ReloadPolicy, Score, TantivyError, Term};

/// Part of the folder's name; a change of `schema` or of the tokenizers raises it, and the index is built anew.
const VERSION: &str = "v3";

/// Hits given out at a time.
const MAX_PAGE: usize = 10_000;

/// Facets count at most this many values each.
const FACET_VALUES: u32 = 50;

/// `[index]` of `yuqing.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IndexSettings {
    /// Memory for documents that are being indexed; at least 15 MB.
    #[serde(deserialize_with = "enough_memory")]
    pub writer_memory: ByteSize,
    /// Posts taken from the store at a time.
    pub batch: NonZeroUsize,
}

fn enough_memory<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ByteSize, D::Error> {
    let memory = ByteSize::deserialize(deserializer)?;
    if memory < ByteSize::mib(16) {
        return Err(serde::de::Error::custom("建索引至少要16MiB内存"));
    }
    Ok(memory)
}

/// 索引.
pub struct Index {
    folder: PathBuf,
    settings: IndexSettings,
    inner: tantivy::Index,
    fields: Fields,
    reader: IndexReader,
    writer: Mutex<Option<IndexWriter>>,
    segmenter: Arc<Segmenter>,
}

/// How to order hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best match first.
    #[default]
    Relevance,
    /// Latest publication first.
    Time,
}

/// A page of hits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// All posts that match, also those on other pages.
    pub total: usize,
    /// Ids and scores of this page.
    pub page: Vec<(PostId, f32)>,
}

/// Facet name → value → count.
pub type Facets = BTreeMap<String, BTreeMap<String, u64>>;

impl Index {
    /// Opens the index below `folder`, or begins an empty one; other versions' folders are removed.
    ///
    /// # Errors
    /// The folder cannot be written, or the index is damaged: remove it and run `reindex`.
    pub fn open(folder: &Path, settings: IndexSettings, segmenter: Arc<Segmenter>) -> Result<Self> {
        let current = folder.join(VERSION);
        std::fs::create_dir_all(&current)
            .with_context(|| format!("create index folder {}", current.display()))?;
        remove_other_versions(folder)?;
        let (inner, fields) = open_inner(&current, &segmenter).with_context(|| {
            format!(
                "open index {}; `yuqing reindex` rebuilds it",
                current.display()
            )
        })?;
        let reader = inner
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Index {
            folder: current,
            settings,
            inner,
            fields,
            reader,
            writer: Mutex::new(None),
            segmenter,
        })
    }

    /// Removes the index below `folder`; the next `open` begins an empty one.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn remove(folder: &Path) -> Result<()> {
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("remove index folder {}", folder.display()))
            }
            _ => Ok(()),
        }
    }

    /// The store's revision up to which posts are searchable; 0 for an empty index.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn cursor(&self) -> Result<u64> {
        let payload = self.inner.load_metas()?.payload;
        Ok(payload.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// Puts posts in, replaces earlier versions of them, and moves the cursor: searchable and durable on return.
    /// `false`: another process is writing, nothing was done.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn update(&self, posts: &[StoredPost], cursor: u64) -> Result<bool> {
        let mut slot = self.lock_writer();
        if slot.is_none() {
            *slot = self.open_writer()?;
        }
        let Some(writer) = slot.as_mut() else {
            return Ok(false);
        };
        if let Err(error) = self.write(writer, posts, cursor) {
            // A writer that failed once (a full disk) stays broken; the next call begins with a new one.
            *slot = None;
            return Err(error);
        }
        drop(slot);
        self.reader.reload()?;
        Ok(true)
    }

    fn write(&self, writer: &mut IndexWriter, posts: &[StoredPost], cursor: u64) -> Result<()> {
        for post in posts {
            writer.delete_term(Term::from_field_u64(
                self.fields.id,
                post.id.0.cast_unsigned(),
            ));
            writer.add_document(self.fields.document(post))?;
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&cursor.to_string());
        commit.commit()?;
        Ok(())
    }

    /// Gives the write lock back to other processes.
    pub fn close_writer(&self) {
        *self.lock_writer() = None;
    }

    /// Posts that match, in order, from `offset`.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn search(&self, query: &Query, sort: Sort, offset: usize, limit: usize) -> Result<Hits> {
        self.reader.reload()?;
        let searcher = self.reader.searcher();
        let compiled = compile::compile(query, &self.fields, &self.segmenter);
        // The library reserves room for every hit up to the page: no more than there are posts.
        let all = usize::try_from(searcher.num_docs())?;
        let offset = offset.min(all);
        let limit = limit.min(MAX_PAGE).min(all - offset);
        if limit == 0 {
            let total = searcher.search(&compiled, &Count)?;
            return Ok(Hits {
                total,
                page: Vec::new(),
            });
        }
        let top = TopDocs::with_limit(limit).and_offset(offset);
        let (total, addresses): (usize, Vec<(Score, tantivy::DocAddress)>) = match sort {
            Sort::Relevance => searcher.search(&compiled, &(Count, top.order_by_score()))?,
            Sort::Time => {
                let newest = top.order_by_fast_field::<i64>("published_at", Order::Desc);
                let (total, found) = searcher.search(&compiled, &(Count, newest))?;
                (
                    total,
                    found
                        .into_iter()
                        .map(|(_, address)| (0.0, address))
                        .collect(),
                )
            }
        };
        let mut page = Vec::with_capacity(addresses.len());
        for (score, address) in addresses {
            let ids = searcher
                .segment_reader(address.segment_ord)
                .fast_fields()
                .u64("id")?;
            let id = ids
                .first(address.doc_id)
                .context("every indexed post has an id")?;
            page.push((PostId(id.cast_signed()), score));
        }
        Ok(Hits { total, page })
    }

    /// Counts of all matching posts by channel, topic, level, sentiment, jurisdiction and source.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn facets(&self, query: &Query) -> Result<Facets> {
        use tantivy::aggregation::agg_req::Aggregations;
        use tantivy::aggregation::{AggContextParams, AggregationCollector};
        let request: serde_json::Map<String, serde_json::Value> = schema::FACETS
            .iter()
            .map(|name| {
                let terms = serde_json::json!({"terms": {"field": name, "size": FACET_VALUES}});
                ((*name).to_owned(), terms)
            })
            .collect();
        let request: Aggregations = serde_json::from_value(request.into())?;
        self.reader.reload()?;
        let compiled = compile::compile(query, &self.fields, &self.segmenter);
        let collector = AggregationCollector::from_aggs(request, AggContextParams::default());
        let result = self.reader.searcher().search(&compiled, &collector)?;
        Ok(facets_of(&serde_json::to_value(result)?))
    }

    fn lock_writer(&self) -> MutexGuard<'_, Option<IndexWriter>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: another process holds the write lock.
    fn open_writer(&self) -> Result<Option<IndexWriter>> {
        let memory = usize::try_from(self.settings.writer_memory.as_u64())?;
        match self.inner.writer_with_num_threads(1, memory) {
            Ok(writer) => Ok(Some(writer)),
            Err(TantivyError::LockFailure(..)) => Ok(None),
            Err(error) => Err(error)
                .with_context(|| format!("open index {} for writing", self.folder.display())),
        }
    }
}

fn open_inner(folder: &Path, segmenter: &Arc<Segmenter>) -> Result<(tantivy::Index, Fields)> {
    let (schema, fields) = schema::build();
    let inner = tantivy::Index::open_or_create(MmapDirectory::open(folder)?, schema)?;
    tokenizer::register(inner.tokenizers(), segmenter);
    Ok((inner, fields))
}

fn remove_other_versions(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() != VERSION && entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())
                .with_context(|| format!("remove old index {}", entry.path().display()))?;
        }
    }
    Ok(())
}

fn facets_of(result: &serde_json::Value) -> Facets {
    let mut facets = Facets::new();
    for name in schema::FACETS {
        let buckets = result[name]["buckets"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let counts = buckets
            .iter()
            .filter_map(|bucket| {
                Some((
                    bucket["key"].as_str()?.to_owned(),
                    bucket["doc_count"].as_u64()?,
                ))
            })
            .collect();
        facets.insert((*name).to_owned(), counts);
    }
    facets
}

#[cfg(test)]
mod tests;
