//! `posts`, `originals`, `readings`: every text once, its words, its reach, and what is held of it. How a found post gets
//! in is in `save`, how it is judged in `judgements`.

use super::Store;
use super::judgements::judgement;
use super::rows::{code, from_ms, json, to_ms};
use super::save::{natural_key, save_post};
use crate::model::{
    Author, Engagement, EventId, Judgement, Level, OldNews, Post, PostId, PublishedAt, Reading,
    StoredPost, Timestamp,
};
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Row, params};

/// A post together with what may be shown of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Discovered {
    /// As published.
    pub original: Post,
    /// Title, text and author with personal data masked.
    pub masked: NewPost,
}

/// The shown words of a new post, and its fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewPost {
    /// Masked title.
    pub title: String,
    /// Masked text.
    pub text: String,
    /// Masked author.
    pub author: Option<String>,
    /// 指纹 of title and text.
    pub fingerprint: u64,
}

/// What became of posts that were handed to the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SaveCounts {
    /// Not known before.
    pub new: u64,
    /// Known by their natural key; engagement was read again.
    pub duplicate: u64,
    /// Not stored, with a reason in the visit's warnings.
    pub refused: u64,
    /// Addresses to visit.
    #[serde(skip)]
    pub link_count: u64,
    /// Those not known before.
    #[serde(skip)]
    pub new_links: u64,
}

impl SaveCounts {
    /// Adds other counts.
    pub fn add(&mut self, other: SaveCounts) {
        self.new += other.new;
        self.duplicate += other.duplicate;
        self.refused += other.refused;
        self.link_count += other.link_count;
        self.new_links += other.new_links;
    }
}

/// A post waiting for its judgement, in its original words.
#[derive(Clone, Debug, PartialEq)]
pub struct PostToAnalyze {
    /// Row id.
    pub id: PostId,
    /// Revision that is judged; a later one waits again.
    pub revision: u64,
    /// 信源 it came from.
    pub source_id: Option<String>,
    /// As published; engagement is the latest.
    pub post: Post,
    /// Every reading, oldest first.
    pub readings: Vec<Reading>,
    /// Who published these words, and when: the post itself and its copies, earliest first.
    pub voices: Vec<(Timestamp, Author)>,
    /// What is held of it so far.
    pub judgement: Option<Judgement>,
}

/// A judged post waiting for its place among copies and events.
#[derive(Clone, Debug, PartialEq)]
pub struct PostToCluster {
    /// The post.
    pub stored: StoredPost,
    /// 指纹.
    pub fingerprint: u64,
    /// The event a person put it in; clustering leaves it there.
    pub placed_by_hand: Option<EventId>,
}

impl Store {
    /// Saves posts that did not come from a crawl (files, forms), in one transaction. Idempotent by natural key.
    ///
    /// # Errors
    /// The database refuses; then none is stored.
    pub fn save_posts(&self, posts: &[Discovered], now: Timestamp) -> Result<SaveCounts> {
        self.write_durably(|transaction| {
            let mut counts = SaveCounts::default();
            for post in posts {
                counts.add(save_post(transaction, None, post, now)?.1);
            }
            Ok(counts)
        })
    }

    /// Natural keys of `posts` that are stored already (a dry run's question).
    ///
    /// # Errors
    /// The database refuses.
    pub fn count_known(&self, posts: &[Discovered]) -> Result<u64> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached("SELECT count(*) FROM posts WHERE natural_key = ?1")?;
        let mut known = 0;
        for post in posts {
            known += select.query_row([natural_key(&post.original)], |row| row.get::<_, u64>(0))?;
        }
        Ok(known)
    }

    /// Posts whose judgement is missing or out of date, oldest first, in their original words.
    ///
    /// # Errors
    /// The database refuses.
    pub fn posts_to_analyze(&self, limit: usize) -> Result<Vec<PostToAnalyze>> {
        let reader = self.reader()?;
        let sql = select_originals("WHERE p.needs_analysis = 1 ORDER BY p.id LIMIT ?1");
        let mut select = reader.prepare_cached(&sql)?;
        self.originals(&reader, select.query([limit])?)
    }

    /// Posts published since a moment, waiting or not, in their original words, by id after `after`; those whose words
    /// were cleared are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub fn originals_since(
        &self,
        since: Timestamp,
        after: PostId,
        limit: usize,
    ) -> Result<Vec<PostToAnalyze>> {
        let reader = self.reader()?;
        let sql = select_originals(
            "WHERE p.id > ?1 AND p.effective_at >= ?2 AND p.cleared_at IS NULL ORDER BY p.id LIMIT ?3",
        );
        let mut select = reader.prepare_cached(&sql)?;
        self.originals(
            &reader,
            select.query(params![after.0, to_ms(since), limit])?,
        )
    }

    fn originals(
        &self,
        reader: &rusqlite::Connection,
        mut rows: rusqlite::Rows<'_>,
    ) -> Result<Vec<PostToAnalyze>> {
        let mut originals = Vec::new();
        while let Some(row) = rows.next()? {
            let mut stored = stored_post(row, self.zone)?;
            let voices = voices(reader, &stored, self.zone)?;
            stored.post.title = row.get(POST_COLUMN_COUNT)?;
            stored.post.text = row.get(POST_COLUMN_COUNT + 1)?;
            stored.post.author = row.get(POST_COLUMN_COUNT + 2)?;
            // Whatever was read once is known for good.
            let has_readings = !stored.post.engagement.is_unknown();
            originals.push(PostToAnalyze {
                readings: if has_readings {
                    readings(reader, stored.id, self.zone)?
                } else {
                    Vec::new()
                },
                voices,
                judgement: judgement(row, JUDGEMENT_COLUMNS)?,
                id: stored.id,
                source_id: stored.source_id,
                revision: row.get(POST_COLUMN_COUNT + 3)?,
                post: stored.post,
            });
        }
        Ok(originals)
    }

    /// Judged posts that wait for clustering, in the order of their publication.
    ///
    /// # Errors
    /// The database refuses.
    pub fn posts_to_cluster(&self, limit: usize) -> Result<Vec<PostToCluster>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {POST_COLUMNS}, p.fingerprint, h.event_id {FROM_POSTS}
             LEFT JOIN placed_by_hand h ON h.post_id = p.id
             WHERE p.id IN (SELECT id FROM posts INDEXED BY posts_to_cluster
                            WHERE needs_clustering = 1 ORDER BY effective_at, id LIMIT ?1)
             ORDER BY p.effective_at, p.id"
        ))?;
        self.clusterable(select.query([limit])?)
    }

    /// Judged, relevant posts published in the period that are no copies, each with its revision: the candidates for
    /// copies and events, in the order of their publication.
    ///
    /// # Errors
    /// The database refuses.
    pub fn cluster_candidates(&self, from: Timestamp, to: Timestamp) -> Result<Vec<(PostId, u64)>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT p.id, p.revision FROM posts p JOIN analyses a ON a.post_id = p.id
             WHERE p.effective_at >= ?1 AND p.effective_at <= ?2 AND a.relevant = 1
                 AND p.needs_clustering = 0 AND p.repost_of IS NULL
             ORDER BY p.effective_at, p.id",
        )?;
        let candidates = select
            .query_map(params![to_ms(from), to_ms(to)], |row| {
                Ok((PostId(row.get(0)?), row.get(1)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(candidates)
    }

    /// The posts with these ids as clustering reads them; unknown ids are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub fn clustered_posts(&self, ids: &[PostId]) -> Result<Vec<PostToCluster>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {POST_COLUMNS}, p.fingerprint, h.event_id {FROM_POSTS}
             LEFT JOIN placed_by_hand h ON h.post_id = p.id WHERE p.id = ?1"
        ))?;
        let mut posts = Vec::with_capacity(ids.len());
        for id in ids {
            posts.extend(self.clusterable(select.query([id.0])?)?);
        }
        Ok(posts)
    }

    fn clusterable(&self, mut rows: rusqlite::Rows<'_>) -> Result<Vec<PostToCluster>> {
        let mut posts = Vec::new();
        while let Some(row) = rows.next()? {
            let fingerprint: i64 = row.get(POST_COLUMN_COUNT)?;
            posts.push(PostToCluster {
                stored: stored_post(row, self.zone)?,
                fingerprint: fingerprint.cast_unsigned(),
                placed_by_hand: row
                    .get::<_, Option<i64>>(POST_COLUMN_COUNT + 1)?
                    .map(EventId),
            });
        }
        Ok(posts)
    }

    /// Posts changed after `revision`, in the order of their changes, each with its revision.
    ///
    /// # Errors
    /// The database refuses.
    pub fn changed_after(&self, revision: u64, limit: usize) -> Result<Vec<(u64, StoredPost)>> {
        let sql = format!(
            "SELECT {POST_COLUMNS}, p.revision {FROM_POSTS}
             WHERE p.revision > ?1 ORDER BY p.revision LIMIT ?2"
        );
        self.changed(&sql, revision, limit)
    }

    /// The same without posts that wait for a judgement: it will give them another revision.
    ///
    /// # Errors
    /// The database refuses.
    pub fn judged_after(&self, revision: u64, limit: usize) -> Result<Vec<(u64, StoredPost)>> {
        let sql = format!(
            "SELECT {POST_COLUMNS}, p.revision {FROM_POSTS}
             WHERE p.revision > ?1 AND p.needs_analysis = 0 ORDER BY p.revision LIMIT ?2"
        );
        self.changed(&sql, revision, limit)
    }

    /// The same as far as copies and events are found: who is found to be a copy gets another revision.
    ///
    /// # Errors
    /// The database refuses.
    pub fn placed_after(&self, revision: u64, limit: usize) -> Result<Vec<(u64, StoredPost)>> {
        let sql = format!(
            "SELECT {POST_COLUMNS}, p.revision {FROM_POSTS}
             WHERE p.revision > ?1 AND p.needs_analysis = 0 AND p.revision < coalesce(
                 (SELECT min(revision) FROM posts INDEXED BY posts_to_cluster WHERE needs_clustering = 1),
                 9223372036854775807)
             ORDER BY p.revision LIMIT ?2"
        );
        self.changed(&sql, revision, limit)
    }

    fn changed(&self, sql: &str, revision: u64, limit: usize) -> Result<Vec<(u64, StoredPost)>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(sql)?;
        let changed = select
            .query_map(params![revision, limit], |row| {
                Ok((row.get(POST_COLUMN_COUNT)?, stored_post(row, self.zone)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(changed)
    }

    /// Highest revision; 0 for an empty store.
    ///
    /// # Errors
    /// The database refuses.
    pub fn latest_revision(&self) -> Result<u64> {
        let reader = self.reader()?;
        Ok(
            reader.query_row("SELECT coalesce(max(revision), 0) FROM posts", [], |row| {
                row.get(0)
            })?,
        )
    }

    /// One post.
    ///
    /// # Errors
    /// The database refuses.
    pub fn post(&self, id: PostId) -> Result<Option<StoredPost>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {POST_COLUMNS} {FROM_POSTS} WHERE p.id = ?1"
        ))?;
        Ok(select
            .query_row([id.0], |row| stored_post(row, self.zone))
            .optional()?)
    }

    /// The posts with these ids, in the order of the ids; unknown ids are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub fn posts(&self, ids: &[PostId]) -> Result<Vec<StoredPost>> {
        let mut posts = Vec::with_capacity(ids.len());
        for id in ids {
            posts.extend(self.post(*id)?);
        }
        Ok(posts)
    }

    /// Posts about the bureau's matters published after `published_from` that were first seen in the period, or whose
    /// level rose in it.
    ///
    /// # Errors
    /// The database refuses.
    pub fn about_in_period(
        &self,
        from: Timestamp,
        to: Timestamp,
        published_from: Timestamp,
    ) -> Result<Vec<StoredPost>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {POST_COLUMNS} {FROM_POSTS}
             WHERE ((p.first_seen_at >= ?1 AND p.first_seen_at < ?2)
                    OR (p.level_rose_at >= ?1 AND p.level_rose_at < ?2))
                 AND p.effective_at >= ?3 AND a.about = 1
             ORDER BY p.effective_at, p.id"
        ))?;
        let posts = select
            .query_map(
                params![to_ms(from), to_ms(to), to_ms(published_from)],
                |row| stored_post(row, self.zone),
            )?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(posts)
    }

    /// Flagged posts (blue and above) that are no copies, newest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn flagged(&self, limit: usize, offset: usize) -> Result<Vec<StoredPost>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {POST_COLUMNS} {FROM_POSTS}
             WHERE a.level <> 'none' AND p.repost_of IS NULL
             ORDER BY p.effective_at DESC, p.id DESC LIMIT ?1 OFFSET ?2"
        ))?;
        let posts = select
            .query_map(params![limit, offset], |row| stored_post(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(posts)
    }

    /// Readings of one post, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn readings(&self, id: PostId) -> Result<Vec<Reading>> {
        let reader = self.reader()?;
        readings(&reader, id, self.zone)
    }

    /// Copies of one post, in the order of their publication.
    ///
    /// # Errors
    /// The database refuses.
    pub fn copies_of(&self, id: PostId) -> Result<Vec<StoredPost>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {POST_COLUMNS} {FROM_POSTS} WHERE p.repost_of = ?1 ORDER BY p.effective_at, p.id"
        ))?;
        let posts = select
            .query_map([id.0], |row| stored_post(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(posts)
    }

    /// When the first post was seen; `None` for an empty store.
    ///
    /// # Errors
    /// The database refuses.
    pub fn first_seen(&self) -> Result<Option<Timestamp>> {
        let reader = self.reader()?;
        let ms: Option<i64> =
            reader.query_row("SELECT min(first_seen_at) FROM posts", [], |row| row.get(0))?;
        Ok(ms.map(|ms| from_ms(ms, self.zone)))
    }

    /// Number of all posts.
    ///
    /// # Errors
    /// The database refuses.
    pub fn post_count(&self) -> Result<u64> {
        let reader = self.reader()?;
        Ok(reader.query_row("SELECT count(*) FROM posts", [], |row| row.get(0))?)
    }

    /// Number of flagged posts (blue and above), copies included, by level.
    ///
    /// # Errors
    /// The database refuses.
    pub fn flagged_counts(&self) -> Result<Vec<(Level, u64)>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT level, count(*) FROM analyses WHERE level <> 'none' GROUP BY level",
        )?;
        let counts = select
            .query_map([], |row| {
                Ok((code(&row.get::<_, String>(0)?)?, row.get(1)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(counts)
    }
}

/// Whoever published the post and its copies.
fn voices(
    connection: &rusqlite::Connection,
    stored: &StoredPost,
    zone: Tz,
) -> Result<Vec<(Timestamp, Author)>> {
    let mut select = connection.prepare_cached(
        "SELECT effective_at, id, channel, source_name, author FROM posts
         WHERE repost_of = ?1 ORDER BY effective_at, id",
    )?;
    let mut voices = vec![(stored.post.effective_at(), stored.author())];
    let mut copies = select.query([stored.id.0])?;
    while let Some(copy) = copies.next()? {
        let (channel, name): (String, Option<String>) = (copy.get(2)?, copy.get(4)?);
        let source: String = copy.get(3)?;
        let author = Author::of(
            PostId(copy.get(1)?),
            code(&channel)?,
            &source,
            name.as_deref(),
        );
        voices.push((from_ms(copy.get(0)?, zone), author));
    }
    voices.sort();
    Ok(voices)
}

/// Posts in their original words, as `originals` reads them.
fn select_originals(which: &str) -> String {
    format!(
        "SELECT {POST_COLUMNS}, o.title, o.text, o.author, p.revision {FROM_POSTS}
         JOIN originals o ON o.post_id = p.id {which}"
    )
}

const FROM_POSTS: &str = "FROM posts p LEFT JOIN analyses a ON a.post_id = p.id";

/// Columns of `stored_post`, in its order.
const POST_COLUMNS: &str = "p.id, p.source_id, p.url, p.external_id, p.channel, p.source_name,
     p.outlet, p.outlet_tier, p.title, p.text, p.author, p.published_at, p.published_precision,
     p.is_inferred, p.fetched_at, p.first_seen_at, p.comments, p.reposts, p.likes, p.views,
     p.has_image, p.has_video, p.floor, p.source_region, p.extra, p.repost_of, p.event_id, a.analysis, p.is_official,
     a.held, a.said, p.old_news_of, p.old_news_reason";

const POST_COLUMN_COUNT: usize = 33;

/// Those of `judgement`.
const JUDGEMENT_COLUMNS: [usize; 3] = [27, 29, 30];

fn stored_post(row: &Row<'_>, zone: Tz) -> rusqlite::Result<StoredPost> {
    let post = Post {
        url: row.get(2)?,
        external_id: row.get(3)?,
        channel: code(&row.get::<_, String>(4)?)?,
        source_name: row.get(5)?,
        outlet: row.get(6)?,
        outlet_tier: code(&row.get::<_, String>(7)?)?,
        title: row.get(8)?,
        text: row.get(9)?,
        author: row.get(10)?,
        published_at: published_at(row, zone)?,
        fetched_at: from_ms(row.get(14)?, zone),
        engagement: engagement(row, 16)?,
        has_image: row.get(20)?,
        has_video: row.get(21)?,
        floor: row.get(22)?,
        source_region: row.get(23)?,
        is_official: row.get(28)?,
        extra: json(&row.get::<_, String>(24)?)?,
    };
    let judgement = judgement(row, JUDGEMENT_COLUMNS)?;
    Ok(StoredPost {
        id: PostId(row.get(0)?),
        post,
        source_id: row.get(1)?,
        first_seen_at: from_ms(row.get(15)?, zone),
        analysis: judgement.map(Judgement::into_effective),
        repost_of: row.get::<_, Option<i64>>(25)?.map(PostId),
        event: row.get::<_, Option<i64>>(26)?.map(EventId),
        old_news: old_news(row)?,
    })
}

fn old_news(row: &Row<'_>) -> rusqlite::Result<Option<OldNews>> {
    let Some(of) = row.get::<_, Option<i64>>(31)? else {
        return Ok(None);
    };
    Ok(Some(OldNews {
        of: PostId(of),
        reason: row.get::<_, Option<String>>(32)?.unwrap_or_default(),
    }))
}

fn published_at(row: &Row<'_>, zone: Tz) -> rusqlite::Result<Option<PublishedAt>> {
    let Some(ms) = row.get::<_, Option<i64>>(11)? else {
        return Ok(None);
    };
    Ok(Some(PublishedAt {
        at: from_ms(ms, zone),
        precision: code(&row.get::<_, String>(12)?)?,
        is_inferred: row.get(13)?,
    }))
}

/// Four columns from `first`: comments, reposts, likes, views.
pub(super) fn engagement(row: &Row<'_>, first: usize) -> rusqlite::Result<Engagement> {
    Ok(Engagement {
        comments: row.get(first)?,
        reposts: row.get(first + 1)?,
        likes: row.get(first + 2)?,
        views: row.get(first + 3)?,
    })
}

fn readings(connection: &rusqlite::Connection, id: PostId, zone: Tz) -> Result<Vec<Reading>> {
    let mut select = connection.prepare_cached(
        "SELECT at, comments, reposts, likes, views FROM readings WHERE post_id = ?1 ORDER BY at",
    )?;
    let readings = select
        .query_map([id.0], |row| {
            Ok(Reading {
                at: from_ms(row.get(0)?, zone),
                engagement: engagement(row, 1)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(readings)
}
