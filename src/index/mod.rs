//! Search, derived from the store and rebuilt from it at any time. The only module that names tantivy.
//!
//! Characters decide **whether** a post contains a string, exactly; jieba's words decide the **order**.

mod between;
mod compile;
mod generation;
mod order;
mod places;
pub mod query;
mod remembered;
mod schema;
mod similar;
mod snippet;
mod standing;
pub mod suggest;
mod tokenizer;
mod volume;

pub use compile::midnight_ms;
pub use query::{Query, QueryError};
pub use schema::codes_of;
pub use snippet::{Snippet, snippet};
pub use tokenizer::characters;
pub use volume::Interval;

use crate::model::{PostId, StoredPost};
use crate::text::segment::Segmenter;
use anyhow::{Context, Result};
use bytesize::ByteSize;
use generation::{Generation, Power};
use order::Ranked;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tantivy::collector::Count;

/// Part of the folder's name, beside the dictionary's fingerprint; a change of `schema` or of the tokenizers raises it. An
/// index of another name answers as long as it has the fields, until the wanted one is built.
const VERSION: &str = "v6";

/// Ends the name of a folder whose index is not whole yet.
const BUILDING: &str = ".building";

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
    /// Name of the generation that this program and its dictionary make.
    wanted: String,
    settings: IndexSettings,
    segmenter: Arc<Segmenter>,
    answering: RwLock<Arc<Generation>>,
    /// The next one, once it was begun.
    next: Mutex<Option<Next>>,
}

/// An index that is being built.
struct Next {
    generation: Generation,
    /// The store's revision up to which posts were put in.
    cursor: u64,
    /// Posts put in that a crash would lose.
    uncommitted: usize,
}

/// How to order hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best match first.
    #[default]
    Relevance,
    /// Latest publication first.
    Time,
    /// Highest level first.
    Level,
    /// Most reactions first.
    Engagement,
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
    /// Opens the index below `folder`, or begins an empty one. One that an earlier program or dictionary made answers
    /// until [`Index::extend_next`] has built the wanted one.
    ///
    /// # Errors
    /// The folder cannot be written, or the index is damaged: remove it and run `reindex`.
    pub fn open(folder: &Path, settings: IndexSettings, segmenter: Arc<Segmenter>) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("create index folder {}", folder.display()))?;
        let wanted = format!("{VERSION}-{:016x}", segmenter.fingerprint());
        let earlier = if folder.join(&wanted).is_dir() {
            None
        } else {
            earlier(folder, &segmenter)?
        };
        let answering = match earlier {
            Some(earlier) => earlier,
            None => Generation::open(folder.join(&wanted), &segmenter)?,
        };
        Ok(Index {
            folder: folder.to_owned(),
            wanted,
            settings,
            segmenter,
            answering: RwLock::new(Arc::new(answering)),
            next: Mutex::new(None),
        })
    }

    /// Removes what no program needs any more beside the index that answers. For whoever holds the data folder: an older
    /// program may be reading it, another may be building at this moment.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn tidy(&self) -> Result<()> {
        let answering = self.answering();
        let others = generations(&self.folder)?.into_iter();
        for other in others.filter(|other| is_whole(other) && *other != answering.folder) {
            generation::remove(&other)?;
        }
        Ok(())
    }

    /// Removes the index below `folder`; the next `open` begins an empty one.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn remove(folder: &Path) -> Result<()> {
        generation::remove(folder)
    }

    /// The store's revision up to which posts are searchable; 0 for an empty index.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn cursor(&self) -> Result<u64> {
        self.answering().cursor()
    }

    /// Puts posts in, replaces earlier versions of them, and moves the cursor: searchable and durable on return.
    /// `false`: another process is writing, nothing was done.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn update(&self, posts: &[StoredPost], cursor: u64) -> Result<bool> {
        self.answering().update(posts, cursor, self.power(1)?)
    }

    /// Gives the write lock back to other processes.
    pub fn close_writer(&self) {
        self.answering().close_writer();
    }

    /// Does another program's or dictionary's index answer?
    pub fn is_outdated(&self) -> bool {
        !self.answering().folder.ends_with(&self.wanted)
    }

    /// Format and dictionary of the index that this program makes.
    pub fn version(&self) -> &str {
        &self.wanted
    }

    /// Posts that can be found.
    pub fn document_count(&self) -> u64 {
        self.answering().reader.searcher().num_docs()
    }

    /// How far the next index is built, `None` while none is: it is begun by [`Index::begin_next`].
    pub fn next_cursor(&self) -> Option<u64> {
        self.lock_next().as_ref().map(|next| next.cursor)
    }

    /// Begins the next index beside the one that answers, or goes on with one that was left half built.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin_next(&self) -> Result<()> {
        let folder = self.folder.join(format!("{}{BUILDING}", self.wanted));
        let open = || Generation::open(folder.clone(), &self.segmenter);
        let next = open().or_else(|_damaged| {
            generation::remove(&folder)?;
            open()
        })?;
        *self.lock_next() = Some(Next {
            cursor: next.cursor()?,
            generation: next,
            uncommitted: 0,
        });
        Ok(())
    }

    /// Puts posts into the next index; after a crash the last of them are put in again. `false`: another process builds it.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn extend_next(&self, posts: &[StoredPost], cursor: u64) -> Result<bool> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut power = self.power(cores.min(MAX_BUILDERS))?;
        power.memory = (power.memory * BUILDING_MEMORY).min(power.threads * MOST_MEMORY);
        let mut slot = self.lock_next();
        let Some(next) = slot.as_mut() else {
            return Ok(false);
        };
        next.uncommitted += posts.len();
        let is_put = if next.uncommitted < COMMIT_AFTER {
            next.generation.add(posts, power)?
        } else {
            next.uncommitted = 0;
            next.generation.update(posts, cursor, power)?
        };
        if is_put {
            next.cursor = cursor;
        }
        Ok(is_put)
    }

    /// The next index answers from now on; the old one and all others are removed. `false`: another process is writing the
    /// old one, nothing was done.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn adopt_next(&self) -> Result<bool> {
        let old = self.answering();
        if !old.holds_writer(self.power(1)?)? {
            return Ok(false);
        }
        let Some(next) = self.lock_next().take() else {
            return Ok(true);
        };
        next.generation.settle(next.cursor)?;
        let built = next.generation.folder.clone();
        drop(next);
        let folder = self.folder.join(&self.wanted);
        let mut answering = self
            .answering
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // The old one may be of the same name (`yuqing reindex`).
        generation::remove(&folder)?;
        std::fs::rename(&built, &folder)
            .with_context(|| format!("rename {} to {}", built.display(), folder.display()))?;
        *answering = Arc::new(Generation::open(folder, &self.segmenter)?);
        drop(answering);
        for other in generations(&self.folder)? {
            if !other.ends_with(&self.wanted) {
                generation::remove(&other)?;
            }
        }
        old.close_writer();
        Ok(true)
    }

    /// Memory of a writer with so many threads, each of which must have its least.
    fn power(&self, threads: usize) -> Result<Power> {
        let memory = usize::try_from(self.settings.writer_memory.as_u64())?;
        let threads = threads.min(memory / LEAST_MEMORY).max(1);
        Ok(Power {
            threads,
            memory: memory.min(threads * MOST_MEMORY),
        })
    }

    /// What is searched from here on, as it is at this moment.
    fn searcher(&self) -> Result<(tantivy::Searcher, Arc<Generation>)> {
        loop {
            let generation = self.answering();
            match generation.show_latest() {
                Ok(()) => return Ok((generation.reader.searcher(), generation)),
                Err(error) if Arc::ptr_eq(&generation, &self.answering()) => return Err(error),
                // At this moment another one took its place, and its files are gone.
                Err(_) => {}
            }
        }
    }

    fn answering(&self) -> Arc<Generation> {
        Arc::clone(
            &self
                .answering
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    fn lock_next(&self) -> MutexGuard<'_, Option<Next>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Posts that match, in order, from `offset`.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn search(&self, query: &Query, sort: Sort, offset: usize, limit: usize) -> Result<Hits> {
        let (searcher, generation) = self.searcher()?;
        let compiled =
            compile::for_sort(query, sort, &generation.fields, &self.segmenter, &searcher)?;
        // The library reserves room for every hit up to the page: no more than there are posts.
        let all = usize::try_from(searcher.num_docs())?;
        let offset = offset.min(all);
        let limit = limit.min(MAX_PAGE).min(all - offset);
        if limit == 0 {
            let total = searcher.search(&compiled.query, &Count)?;
            return Ok(Hits {
                total,
                page: Vec::new(),
            });
        }
        let keep = offset + limit;
        let is_scored = compiled.is_scored;
        let ranked = Ranked {
            sort,
            is_scored,
            keep,
        };
        let mut ranking = searcher.search(&compiled.query, &ranked)?;
        Ok(Hits {
            total: ranking.total,
            page: ranking.first.split_off(offset.min(ranking.first.len())),
        })
    }

    /// Ids of all posts that match, in order.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn ids(&self, query: &Query, sort: Sort) -> Result<Vec<PostId>> {
        let (searcher, generation) = self.searcher()?;
        let compiled =
            compile::for_sort(query, sort, &generation.fields, &self.segmenter, &searcher)?;
        let keep = usize::try_from(searcher.num_docs())?;
        let is_scored = compiled.is_scored;
        let ranked = Ranked {
            sort,
            is_scored,
            keep,
        };
        let ranking = searcher.search(&compiled.query, &ranked)?;
        Ok(ranking.first.into_iter().map(|(id, _)| id).collect())
    }

    /// Counts of all matching posts by channel, topic, level, sentiment, jurisdiction, source and day.
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
        let (searcher, generation) = self.searcher()?;
        let compiled = compile::membership(query, &generation.fields);
        let collector = AggregationCollector::from_aggs(request, AggContextParams::default());
        let result = searcher.search(&compiled, &collector)?;
        let mut facets = facets_of(&serde_json::to_value(result)?);
        let days = self.volumes(query, Interval::Day)?;
        let days = days
            .into_iter()
            .map(|(day, count)| (day.format("%F").to_string(), count));
        facets.insert("day".to_owned(), days.collect());
        Ok(facets)
    }
}

/// Posts put into an index that is being built before they are made durable: every time costs parts to be merged.
const COMMIT_AFTER: usize = 200_000;
/// An index that is built as a whole may use so many times the memory: fewer parts have to be merged.
const BUILDING_MEMORY: usize = 3;
/// Threads that build an index at most: more are no faster than the store.
const MAX_BUILDERS: usize = 4;
/// tantivy refuses a thread of a writer with less.
const LEAST_MEMORY: usize = 16 * 1024 * 1024;
/// Nor does it take 4 GiB for one.
const MOST_MEMORY: usize = 2 * 1024 * 1024 * 1024;

/// Folders of whole and half-built indexes.
fn generations(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// A whole index of another name that has the fields this program reads.
fn earlier(folder: &Path, segmenter: &Arc<Segmenter>) -> Result<Option<Generation>> {
    let mut earlier = generations(folder)?
        .into_iter()
        .rev()
        .filter(|path| is_whole(path));
    Ok(earlier.find_map(|path| Generation::open(path, segmenter).ok()))
}

fn is_whole(generation: &Path) -> bool {
    let is_building = generation.to_string_lossy().ends_with(BUILDING);
    !is_building && generation.join("meta.json").is_file()
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
