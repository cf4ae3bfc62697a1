//! `captures`, `evidence`: pages as they came, first while it is open whether a post on them is flagged, then as places
//! in the archive; and the posts whose pages are gone.

use super::Store;
use super::rows::{from_ms, json, to_json, to_ms};
use super::save::NEXT_REVISION;
use crate::model::{Capture, Evidence, EvidencePlace, PostId, Timestamp};
use anyhow::{Context, Result};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use std::cell::RefCell;
use zstd::bulk::Compressor;

/// Level of compression: pages wait for days only, and crawling must not wait for them.
const ZSTD_LEVEL: i32 = 1;

/// Compressed bytes that are read at once.
const MAX_WAITING_BYTES: usize = 8 * 1024 * 1024;

thread_local! {
    /// Its tables cost more to set up than a page costs to compress.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// A capture as it is stored: compressed before anybody waits for the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedCapture {
    pub(super) url: String,
    fetched_at: Timestamp,
    answer: String,
    body: Vec<u8>,
}

impl PackedCapture {
    /// Compresses the page.
    ///
    /// # Errors
    /// No memory.
    pub fn of(capture: &Capture) -> Result<PackedCapture> {
        let body = COMPRESSOR.with_borrow_mut(|slot| -> std::io::Result<Vec<u8>> {
            let compressor = match slot {
                Some(compressor) => compressor,
                None => slot.insert(Compressor::new(ZSTD_LEVEL)?),
            };
            compressor.compress(&capture.body)
        })?;
        Ok(PackedCapture {
            url: capture.url.clone(),
            fetched_at: capture.fetched_at,
            answer: to_json(&capture.answer)?,
            body,
        })
    }
}

/// 待存证网页 — a capture on which a post was flagged, still compressed: a hundred of them unpacked may be large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingCapture {
    /// Row id.
    pub id: i64,
    /// When it was read.
    pub fetched_at: Timestamp,
    url: String,
    answer: String,
    body: Vec<u8>,
}

impl WaitingCapture {
    /// The page.
    ///
    /// # Errors
    /// The row is damaged.
    pub fn unpack(&self) -> Result<Capture> {
        Ok(Capture {
            url: self.url.clone(),
            fetched_at: self.fetched_at,
            answer: json(&self.answer)?,
            body: zstd::decode_all(self.body.as_slice()).context("a stored capture is damaged")?,
        })
    }
}

/// A post whose page is gone, and whose words are to be cleared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedPost {
    /// Row id.
    pub id: PostId,
    /// Masked title.
    pub title: String,
    /// Masked text.
    pub text: String,
}

impl Store {
    /// Captures that hold a flagged post (blue and above), oldest first; fewer than `limit` where they are large.
    ///
    /// # Errors
    /// The database refuses.
    pub fn captures_to_keep(&self, limit: usize) -> Result<Vec<WaitingCapture>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id, url, fetched_at, answer, body FROM captures WHERE id IN (
                 SELECT c.capture_id FROM analyses a JOIN capture_posts c ON c.post_id = a.post_id
                 WHERE a.level <> 'none')
             ORDER BY id LIMIT ?1",
        )?;
        let mut rows = select.query([limit])?;
        let mut waiting = Vec::new();
        let mut size = 0;
        while size < MAX_WAITING_BYTES
            && let Some(row) = rows.next()?
        {
            let capture = self.waiting_capture(row)?;
            size += capture.body.len();
            waiting.push(capture);
        }
        Ok(waiting)
    }

    fn waiting_capture(&self, row: &Row<'_>) -> rusqlite::Result<WaitingCapture> {
        Ok(WaitingCapture {
            id: row.get(0)?,
            url: row.get(1)?,
            fetched_at: from_ms(row.get(2)?, self.zone),
            answer: row.get(3)?,
            body: row.get(4)?,
        })
    }

    /// First byte of `file` behind every record that is known; 0 for a new file.
    ///
    /// # Errors
    /// The database refuses.
    pub fn evidence_end(&self, file: &str) -> Result<u64> {
        let reader = self.reader()?;
        Ok(reader.query_row(
            "SELECT coalesce(max(start + length), 0) FROM evidence WHERE file = ?1",
            [file],
            |row| row.get(0),
        )?)
    }

    /// Captures now stand in the archive: their posts get the place, the captures go.
    ///
    /// # Errors
    /// The database refuses; then all stay captures.
    pub fn record_evidence(&self, kept: &[(WaitingCapture, EvidencePlace)]) -> Result<()> {
        self.write_durably(|transaction| {
            for (waiting, place) in kept {
                transaction
                    .prepare_cached(
                        "INSERT INTO evidence (url, fetched_at, file, start, length, digest)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    )?
                    .execute(params![
                        waiting.url,
                        to_ms(waiting.fetched_at),
                        place.file,
                        place.start,
                        place.length,
                        place.digest
                    ])?;
                let evidence = transaction.last_insert_rowid();
                transaction.execute(
                    "INSERT INTO evidence_posts (post_id, evidence_id)
                     SELECT post_id, ?2 FROM capture_posts WHERE capture_id = ?1",
                    params![waiting.id, evidence],
                )?;
                transaction.execute("DELETE FROM captures WHERE id = ?1", [waiting.id])?;
            }
            Ok(())
        })
    }

    /// Where the pages behind a post stand, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn evidence_of(&self, post: PostId) -> Result<Vec<Evidence>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT url, fetched_at, file, start, length, digest FROM evidence e
             JOIN evidence_posts p ON p.evidence_id = e.id WHERE p.post_id = ?1 ORDER BY fetched_at",
        )?;
        let found = select
            .query_map([post.0], |row| {
                Ok(Evidence {
                    url: row.get(0)?,
                    fetched_at: from_ms(row.get(1)?, self.zone),
                    place: EvidencePlace {
                        file: row.get(2)?,
                        start: row.get(3)?,
                        length: row.get(4)?,
                        digest: row.get(5)?,
                    },
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(found)
    }

    /// Forgets captures that came before `before` and hold no flagged post. How many?
    ///
    /// # Errors
    /// The database refuses.
    pub fn drop_captures(&self, before: Timestamp) -> Result<usize> {
        self.write(|transaction| {
            Ok(transaction.execute(
                "DELETE FROM captures WHERE fetched_at < ?1 AND NOT EXISTS (
                     SELECT 1 FROM capture_posts c JOIN analyses a ON a.post_id = c.post_id
                     WHERE c.capture_id = captures.id AND a.level <> 'none')",
                [to_ms(before)],
            )?)
        })
    }

    /// Number of captures that wait.
    ///
    /// # Errors
    /// The database refuses.
    pub fn capture_count(&self) -> Result<u64> {
        let reader = self.reader()?;
        Ok(reader.query_row("SELECT count(*) FROM captures", [], |row| row.get(0))?)
    }

    /// Files whose every record was fetched before `before`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn expired_evidence(&self, before: Timestamp) -> Result<Vec<String>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT file FROM evidence GROUP BY file HAVING max(fetched_at) < ?1 ORDER BY file",
        )?;
        let files = select
            .query_map([to_ms(before)], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<String>>>()?;
        Ok(files)
    }

    /// Forgets the records of a file that was removed.
    ///
    /// # Errors
    /// The database refuses.
    pub fn forget_evidence(&self, file: &str) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM evidence WHERE file = ?1", [file])?;
            Ok(())
        })
    }

    /// The page of `url` is gone: its posts are marked 原帖已删, once. How many?
    ///
    /// # Errors
    /// The database refuses.
    pub fn mark_deleted(&self, url: &str, now: Timestamp) -> Result<usize> {
        self.write(|transaction| {
            let marked = transaction.execute(
                &format!(
                    "UPDATE posts SET deleted_at = ?2, revision = {NEXT_REVISION}
                     WHERE natural_key = ?1 AND deleted_at IS NULL"
                ),
                params![url, to_ms(now)],
            )?;
            Ok(marked)
        })
    }

    /// Posts whose pages were found gone before `before` and whose words still stand.
    ///
    /// # Errors
    /// The database refuses.
    pub fn deleted_posts(&self, before: Timestamp, limit: usize) -> Result<Vec<DeletedPost>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id, title, text FROM posts
             WHERE deleted_at < ?1 AND cleared_at IS NULL ORDER BY id LIMIT ?2",
        )?;
        let found = select
            .query_map(params![to_ms(before), limit], |row| {
                Ok(DeletedPost {
                    id: PostId(row.get(0)?),
                    title: row.get(1)?,
                    text: row.get(2)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(found)
    }

    /// Clears the words of a deleted post: the summary takes the place of the text, the original goes. Judgement, event
    /// and what was printed stay.
    ///
    /// # Errors
    /// The database refuses.
    pub fn clear_words(&self, id: PostId, summary: &str, now: Timestamp) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM originals WHERE post_id = ?1", [id.0])?;
            transaction.execute("DELETE FROM word_pieces WHERE post_id = ?1", [id.0])?;
            transaction.execute(
                &format!(
                    "UPDATE posts SET text = ?2, author = NULL, cleared_at = ?3, needs_analysis = 0,
                         revision = {NEXT_REVISION} WHERE id = ?1"
                ),
                params![id.0, summary, to_ms(now)],
            )?;
            Ok(())
        })
    }

    /// When the page of a post was found gone.
    ///
    /// # Errors
    /// The database refuses.
    pub fn deleted_at(&self, id: PostId) -> Result<Option<Timestamp>> {
        let reader = self.reader()?;
        let ms: Option<Option<i64>> = reader
            .prepare_cached("SELECT deleted_at FROM posts WHERE id = ?1")?
            .query_row([id.0], |row| row.get(0))
            .optional()?;
        Ok(ms.flatten().map(|ms| from_ms(ms, self.zone)))
    }
}

/// Keeps the page while it is open whether one of its posts is flagged.
pub(super) fn save_capture(
    transaction: &Transaction<'_>,
    capture: &PackedCapture,
    posts: &[PostId],
) -> Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO captures (url, fetched_at, answer, body) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            capture.url,
            to_ms(capture.fetched_at),
            capture.answer,
            capture.body
        ])?;
    let id = transaction.last_insert_rowid();
    let mut insert = transaction.prepare_cached(
        "INSERT OR IGNORE INTO capture_posts (post_id, capture_id) VALUES (?1, ?2)",
    )?;
    for post in posts {
        insert.execute(params![post.0, id])?;
    }
    Ok(())
}

/// Is the post flagged, and no page kept that shows it, or not yet the page at its own address, which this is?
pub(super) fn lacks_evidence(
    transaction: &Transaction<'_>,
    id: PostId,
    asked: &str,
    came_from: &str,
) -> Result<bool> {
    let lacks = transaction
        .prepare_cached(
            "SELECT 1 FROM posts p JOIN analyses a ON a.post_id = p.id
             WHERE p.id = ?1 AND a.level <> 'none'
                 AND NOT EXISTS (SELECT 1 FROM evidence_posts l JOIN evidence e ON e.id = l.evidence_id
                                 WHERE l.post_id = p.id AND (e.url = ?3 OR p.url <> ?2))
                 AND NOT EXISTS (SELECT 1 FROM capture_posts l JOIN captures c ON c.id = l.capture_id
                                 WHERE l.post_id = p.id AND (c.url = ?3 OR p.url <> ?2))",
        )?
        .exists(params![id.0, asked, came_from])?;
    Ok(lacks)
}

/// The page answers again: its post stands, as far as its words were not cleared.
pub(super) fn unmark_deleted(transaction: &Transaction<'_>, key: &str) -> Result<()> {
    transaction
        .prepare_cached(&format!(
            "UPDATE posts SET deleted_at = NULL, revision = {NEXT_REVISION}
             WHERE natural_key = ?1 AND deleted_at IS NOT NULL AND cleared_at IS NULL"
        ))?
        .execute([key])?;
    Ok(())
}
