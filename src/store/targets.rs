//! `targets`, `validators`: the frontier, and what each page gave.

use super::evidence::{PackedCapture, lacks_evidence, save_capture, unmark_deleted};
use super::rows::{from_ms, to_ms};
use super::save::save_post;
use super::{Discovered, SaveCounts, Store};
use crate::model::{PostId, Timestamp};
use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{OptionalExtension, Transaction, params};

/// How long a claimed target belongs to its claimer; after that a crash is assumed.
const CLAIM: TimeDelta = TimeDelta::minutes(10);

/// A target is given up after this many failures in a row.
const MAX_FAILURES: u32 = 4;

/// 抓取目标 — a claimed address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Address to visit.
    pub url: String,
    /// Source on whose page it was found.
    pub source_id: String,
    /// When it was found.
    pub found_at: Timestamp,
    /// Visits before this one.
    pub visit_count: u32,
    /// Failures in a row before this visit.
    pub failure_count: u32,
    /// Natural key of the post that its page shows, where that is another address.
    pub shows: Option<String>,
    /// For a conditional request.
    pub validators: Validators,
}

impl Claim {
    /// Natural key of the post that the page shows.
    pub fn post_key(&self) -> &str {
        self.shows.as_deref().unwrap_or(&self.url)
    }
}

/// What a server told us to send with the next request for the same page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}

/// Everything one page gave; saved in one transaction.
#[derive(Clone, Debug, Default)]
pub struct PageResult {
    /// Source the page belongs to.
    pub source_id: String,
    /// Address the page was asked for.
    pub url: String,
    /// For the next conditional request; empty ones are not stored.
    pub validators: Validators,
    /// Posts on the page.
    pub posts: Vec<Discovered>,
    /// Addresses to visit.
    pub links: Vec<String>,
    /// When to read this target again; `None`: never.
    pub next_due: Option<Timestamp>,
    /// Natural key of the post that the page shows, where that is another address.
    pub shows: Option<String>,
    /// The page as it came; kept where its posts are new, or flagged without evidence.
    pub capture: Option<PackedCapture>,
}

/// 复测 — what decides when a post is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readable {
    /// 发布时间, else when we read it.
    pub published_at: Timestamp,
    /// It is ours.
    pub is_relevant: bool,
    /// Its page shows how many reacted.
    pub has_numbers: bool,
    /// It is the first post of a thread.
    pub is_thread: bool,
}

/// 待复测 — an address to be read at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueReading {
    /// Source whose turn reads it.
    pub source_id: String,
    /// Address that shows the post.
    pub url: String,
    /// When.
    pub due_at: Timestamp,
    /// When it is read where it was never read; `None`: only known addresses are read again.
    pub first_due_at: Option<Timestamp>,
    /// Natural key of the post, where that is another address.
    pub shows: Option<String>,
}

impl Store {
    /// Claims targets of `source_id` that are due, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn claim_targets(
        &self,
        source_id: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claim>> {
        self.write(|transaction| {
            let mut claim = transaction.prepare_cached(
                "UPDATE targets SET claimed_until = ?3 WHERE url IN (
                     SELECT url FROM targets
                     WHERE source_id = ?1 AND due_at <= ?2 AND coalesce(claimed_until, 0) <= ?2
                     ORDER BY failure_count, due_at, url LIMIT ?4)
                 RETURNING url, source_id, visit_count, found_at, failure_count, shows, due_at,
                     (SELECT etag FROM validators v WHERE v.url = targets.url),
                     (SELECT last_modified FROM validators v WHERE v.url = targets.url)",
            )?;
            let mut claims = claim
                .query_map(
                    params![source_id, to_ms(now), to_ms(now + CLAIM), limit],
                    |row| {
                        let claim = Claim {
                            url: row.get(0)?,
                            source_id: row.get(1)?,
                            visit_count: row.get(2)?,
                            found_at: from_ms(row.get(3)?, self.zone),
                            failure_count: row.get(4)?,
                            shows: row.get(5)?,
                            validators: Validators {
                                etag: row.get(7)?,
                                last_modified: row.get(8)?,
                            },
                        };
                        Ok((row.get::<_, i64>(6)?, claim))
                    },
                )?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            // The rows come back in any order: a page that fails again and again must not stand before the others.
            claims.sort_by(|(due, one), (other_due, other)| {
                let rank = one.failure_count.cmp(&other.failure_count);
                rank.then(due.cmp(other_due)).then(one.url.cmp(&other.url))
            });
            Ok(claims.into_iter().map(|(_, claim)| claim).collect())
        })
    }

    /// Sources that have a target due, most overdue first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn sources_with_due_targets(&self, now: Timestamp) -> Result<Vec<String>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT source_id FROM targets
             WHERE due_at <= ?1 AND coalesce(claimed_until, 0) <= ?1
                 AND source_id NOT IN (SELECT id FROM sources WHERE stopped_at IS NOT NULL)
             GROUP BY source_id ORDER BY min(due_at), source_id",
        )?;
        let ids = select
            .query_map([to_ms(now)], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(ids)
    }

    /// Saves what a page gave: posts, new targets, validators, the target's next time. All or nothing.
    ///
    /// # Errors
    /// The database refuses; then nothing of the page is stored.
    pub fn save_page(&self, page: &PageResult, now: Timestamp) -> Result<SaveCounts> {
        self.write(|transaction| {
            let mut counts = SaveCounts::default();
            let mut ids = Vec::with_capacity(page.posts.len());
            for post in &page.posts {
                let (id, saved) = save_post(transaction, Some(&page.source_id), post, now)?;
                counts.add(saved);
                ids.push(id);
            }
            if let Some(capture) = &page.capture
                && (counts.new > 0 || any_lacks_evidence(transaction, &ids, page, capture)?)
            {
                save_capture(transaction, capture, &ids)?;
            }
            counts.link_count = page.links.len() as u64;
            counts.new_links = save_links(transaction, page, now)?;
            save_validators(transaction, page)?;
            transaction
                .prepare_cached(
                    "UPDATE targets SET due_at = ?2, claimed_until = NULL, failure_count = 0, gone_since = NULL,
                         visit_count = visit_count + 1, last_message = '', shows = coalesce(?3, shows)
                     WHERE url = ?1",
                )?
                .execute(params![page.url, page.next_due.map(to_ms), page.shows])?;
            unmark_deleted(transaction, page.shows.as_deref().unwrap_or(&page.url))?;
            Ok(counts)
        })
    }

    /// Records that a target was looked at and is as before.
    ///
    /// # Errors
    /// The database refuses.
    pub fn record_target_unchanged(&self, url: &str, next_due: Option<Timestamp>) -> Result<()> {
        self.write(|transaction| {
            let shows: Option<Option<String>> = transaction
                .prepare_cached(
                    "UPDATE targets SET due_at = ?2, claimed_until = NULL, failure_count = 0, gone_since = NULL,
                         visit_count = visit_count + 1, last_message = '' WHERE url = ?1 RETURNING shows",
                )?
                .query_row(params![url, next_due.map(to_ms)], |row| row.get(0))
                .optional()?;
            unmark_deleted(transaction, shows.flatten().as_deref().unwrap_or(url))
        })
    }

    /// Notes that a page was found gone. Since when is it?
    ///
    /// # Errors
    /// The database refuses.
    pub fn record_gone(&self, url: &str, now: Timestamp) -> Result<Timestamp> {
        self.write(|transaction| {
            let since: Option<i64> = transaction
                .prepare_cached(
                    "UPDATE targets SET gone_since = coalesce(gone_since, ?2) WHERE url = ?1
                     RETURNING gone_since",
                )?
                .query_row(params![url, to_ms(now)], |row| row.get(0))
                .optional()?;
            Ok(since.map_or(now, |ms| from_ms(ms, self.zone)))
        })
    }

    /// Puts a target behind the others of its source without counting a failure: its host had trouble.
    ///
    /// # Errors
    /// The database refuses.
    pub fn put_back(&self, url: &str, retry_at: Timestamp) -> Result<()> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE targets SET claimed_until = NULL, due_at = ?2 WHERE url = ?1",
                params![url, to_ms(retry_at)],
            )?;
            Ok(())
        })
    }

    /// Records that a page could not be used; it is tried again at `retry_at`, at most four times in a row, and once a
    /// day more while a list still names it.
    ///
    /// # Errors
    /// The database refuses.
    pub fn record_target_failure(
        &self,
        url: &str,
        message: &str,
        retry_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE targets SET claimed_until = NULL, visit_count = visit_count + 1,
                     failure_count = failure_count + 1, last_message = ?2,
                     due_at = CASE WHEN failure_count + 1 >= ?4 THEN NULL ELSE ?3 END,
                     given_up_at = CASE WHEN failure_count + 1 >= ?4 OR ?3 IS NULL THEN ?5 END
                 WHERE url = ?1",
                params![url, message, retry_at.map(to_ms), MAX_FAILURES, to_ms(now)],
            )?;
            Ok(())
        })
    }

    /// The host of a source does not answer, or refuses: none of its targets is asked before `retry_at`. That is no
    /// failure of a single page and is not counted as one.
    ///
    /// # Errors
    /// The database refuses.
    pub fn postpone_targets(&self, source_id: &str, retry_at: Timestamp) -> Result<()> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE targets SET claimed_until = NULL, due_at = max(due_at, ?2)
                 WHERE source_id = ?1 AND due_at IS NOT NULL",
                params![source_id, to_ms(retry_at)],
            )?;
            Ok(())
        })
    }

    /// The post that a page at `url` shows, as far as reading it again is concerned.
    ///
    /// # Errors
    /// The database refuses.
    pub fn readable(&self, url: &str) -> Result<Option<Readable>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT p.effective_at, coalesce(a.relevant, 0), p.floor,
                 coalesce(p.comments, p.reposts, p.likes, p.views) IS NOT NULL
             FROM posts p LEFT JOIN analyses a ON a.post_id = p.id WHERE p.natural_key = ?1",
        )?;
        let found = select
            .query_row([url], |row| {
                Ok(Readable {
                    published_at: from_ms(row.get(0)?, self.zone),
                    is_relevant: row.get(1)?,
                    is_thread: row.get::<_, Option<u32>>(2)? == Some(1),
                    has_numbers: row.get(3)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    /// Reads these addresses again at their times, or sooner where they wait already.
    ///
    /// # Errors
    /// The database refuses.
    pub fn schedule_readings(&self, due: &[DueReading], now: Timestamp) -> Result<()> {
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO targets (url, source_id, found_at, due_at, shows) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (url) DO NOTHING",
            )?;
            let mut update = transaction.prepare_cached(
                "UPDATE targets SET due_at = min(coalesce(due_at, ?2), ?2)
                 WHERE url = ?1 AND failure_count = 0",
            )?;
            for reading in due {
                // Only an address that was never read is read at once: judged again, a post waits for its next step.
                let is_inserted = match reading.first_due_at {
                    Some(first) => {
                        let (found_at, first) = (to_ms(now), to_ms(first));
                        let (url, source, shows) = (&reading.url, &reading.source_id, &reading.shows);
                        insert.execute(params![url, source, found_at, first, shows])? > 0
                    }
                    None => false,
                };
                if !is_inserted {
                    update.execute(params![reading.url, to_ms(reading.due_at)])?;
                }
            }
            Ok(())
        })
    }

    /// What to send with a conditional request for `url`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn validators(&self, url: &str) -> Result<Validators> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached("SELECT etag, last_modified FROM validators WHERE url = ?1")?;
        let found = select
            .query_row([url], |row| {
                Ok(Validators {
                    etag: row.get(0)?,
                    last_modified: row.get(1)?,
                })
            })
            .optional()?;
        Ok(found.unwrap_or_default())
    }
}

fn any_lacks_evidence(
    transaction: &Transaction<'_>,
    ids: &[PostId],
    page: &PageResult,
    capture: &PackedCapture,
) -> Result<bool> {
    for id in ids {
        if lacks_evidence(transaction, *id, &page.url, &capture.url)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many of the page's links were not known?
fn save_links(transaction: &Transaction<'_>, page: &PageResult, now: Timestamp) -> Result<u64> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO targets (url, source_id, found_at, due_at) VALUES (?1, ?2, ?3, ?3)
         ON CONFLICT (url) DO NOTHING",
    )?;
    // One more try a day for what was given up and is still named.
    let mut reopen = transaction.prepare_cached(
        "UPDATE targets SET due_at = ?2, failure_count = ?3, given_up_at = NULL
         WHERE url = ?1 AND due_at IS NULL AND given_up_at <= ?4",
    )?;
    let a_day_ago = to_ms(now - TimeDelta::days(1));
    let mut new_count = 0;
    for link in &page.links {
        let is_new = insert.execute(params![link, page.source_id, to_ms(now)])? > 0;
        new_count += u64::from(is_new);
        if !is_new {
            reopen.execute(params![link, to_ms(now), MAX_FAILURES - 1, a_day_ago])?;
        }
    }
    Ok(new_count)
}

fn save_validators(transaction: &Transaction<'_>, page: &PageResult) -> Result<()> {
    if page.validators == Validators::default() {
        transaction.execute("DELETE FROM validators WHERE url = ?1", [&page.url])?;
        return Ok(());
    }
    transaction.execute(
        "INSERT INTO validators (url, etag, last_modified) VALUES (?1, ?2, ?3)
         ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified",
        params![page.url, page.validators.etag, page.validators.last_modified],
    )?;
    Ok(())
}
