//! `copies_by_hand`: what a person says is a copy of another post. Clustering and judging leave it as it is.

use super::Store;
use super::events::{count_members, delete_empty_events, judge_again, pass_on_copies};
use super::rows::{from_ms, to_ms};
use super::save::NEXT_REVISION;
use crate::model::{PostId, Timestamp};
use anyhow::Result;
use rusqlite::{OptionalExtension, Transaction, params};

/// 人工判定的转载.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyByHand {
    /// The post that was published first.
    pub of: PostId,
    /// When it was said.
    pub at: Timestamp,
    /// Who said it.
    pub by: String,
}

/// Which post is a copy of which, as it was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked {
    /// 转载.
    pub copy: PostId,
    /// 原帖.
    pub first: PostId,
}

/// Why a post was not made a copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// No such post.
    #[error("没有编号为{0}的信息")]
    Unknown(i64),
    /// A post is no copy of itself, nor of its own copies.
    #[error("第{0}号就是本条或本条的转载，请填另一条的编号")]
    Itself(i64),
    /// Nobody said that it is a copy.
    #[error("第{0}号没有人工判定的转载可撤销")]
    NotByHand(i64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

impl Store {
    /// Says that two posts are one: the second, or what it is a copy of, is the original, unless the first was certainly
    /// published before it. The copy goes to the event of the original, unless a person placed it elsewhere.
    ///
    /// # Errors
    /// [`CopyError`]; then nothing is stored.
    pub fn mark_copy(
        &self,
        post: PostId,
        of: PostId,
        by: &str,
        now: Timestamp,
    ) -> Result<Marked, CopyError> {
        self.write_durably(|transaction| {
            for id in [post, of] {
                if place_of(transaction, id)?.is_none() {
                    return Ok(Err(CopyError::Unknown(id.0)));
                }
            }
            let original = |id: PostId| -> Result<PostId> {
                let known = place_of(transaction, id)?.and_then(|(repost_of, _)| repost_of);
                Ok(known.map_or(id, PostId))
            };
            let (mut copy, mut first) = (post, original(of)?);
            if is_older(transaction, copy, first)? {
                (copy, first) = (first, original(post)?);
            }
            if first == copy {
                return Ok(Err(CopyError::Itself(of.0)));
            }
            let before = place_of(transaction, copy)?.and_then(|(_, event)| event);
            let event = place_of(transaction, first)?.and_then(|(_, event)| event);
            transaction.execute(
                "INSERT INTO copies_by_hand (post_id, copy_of, decided_at, decided_by)
                 VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (post_id) DO UPDATE SET copy_of = excluded.copy_of,
                     decided_at = excluded.decided_at, decided_by = excluded.decided_by",
                params![copy.0, first.0, to_ms(now), by],
            )?;
            transaction.execute(
                &format!(
                    "UPDATE posts SET repost_of = ?2, revision = {NEXT_REVISION},
                         event_id = CASE WHEN EXISTS (SELECT 1 FROM placed_by_hand WHERE post_id = ?1)
                             THEN event_id ELSE coalesce(?3, event_id) END
                     WHERE id = ?1"
                ),
                params![copy.0, first.0, event],
            )?;
            pass_on_copies(transaction, copy, first)?;
            judge_again(transaction, first)?;
            delete_empty_events(transaction)?;
            for event in [before, event].into_iter().flatten() {
                if is_event(transaction, event)? {
                    count_members(transaction, event)?;
                }
            }
            Ok(Ok(Marked { copy, first }))
        })?
    }

    /// Takes that back: the post stands for itself again, and is placed anew. What a person called its copy is one
    /// again; what the machine may have found to be one is compared anew.
    ///
    /// # Errors
    /// [`CopyError`]; then nothing is changed.
    pub fn unmark_copy(&self, copy: PostId) -> Result<(), CopyError> {
        self.write_durably(|transaction| {
            let removed =
                transaction.execute("DELETE FROM copies_by_hand WHERE post_id = ?1", [copy.0])?;
            if removed == 0 {
                return Ok(Err(CopyError::NotByHand(copy.0)));
            }
            let first = place_of(transaction, copy)?.and_then(|(repost_of, _)| repost_of);
            transaction.execute(
                &format!(
                    "UPDATE posts SET repost_of = NULL, revision = {NEXT_REVISION},
                         needs_clustering = coalesce(
                             (SELECT relevant FROM analyses WHERE post_id = ?1), 0)
                     WHERE id = ?1"
                ),
                [copy.0],
            )?;
            if let Some(first) = first.map(PostId) {
                take_copies_back(transaction, copy)?;
                compare_again(transaction, copy, first)?;
                judge_again(transaction, first)?;
            }
            Ok(Ok(()))
        })?
    }

    /// What a person said of the post, if it is a copy by hand.
    ///
    /// # Errors
    /// The database refuses.
    pub fn copy_by_hand(&self, post: PostId) -> Result<Option<CopyByHand>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT copy_of, decided_at, decided_by FROM copies_by_hand WHERE post_id = ?1",
        )?;
        let found = select.query_row([post.0], |row| {
            Ok(CopyByHand {
                of: PostId(row.get(0)?),
                at: from_ms(row.get(1)?, self.zone),
                by: row.get(2)?,
            })
        });
        Ok(found.optional()?)
    }
}

/// `repost_of` and `event_id`; none for an unknown post.
fn place_of(
    transaction: &Transaction<'_>,
    id: PostId,
) -> Result<Option<(Option<i64>, Option<i64>)>> {
    let mut select =
        transaction.prepare_cached("SELECT repost_of, event_id FROM posts WHERE id = ?1")?;
    let place = select.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(place.optional()?)
}

/// Whether a post was published before another one, as far as their pages tell.
fn is_older(transaction: &Transaction<'_>, id: PostId, than: PostId) -> Result<bool> {
    let mut select = transaction.prepare_cached(
        "SELECT a.published_at + CASE a.published_precision
             WHEN 'month' THEN 31 * 86400000 WHEN 'day' THEN 86400000 WHEN 'hour' THEN 3600000
             WHEN 'minute' THEN 60000 ELSE 1 END <= b.published_at
         FROM posts a, posts b WHERE a.id = ?1 AND b.id = ?2",
    )?;
    let is_older = select.query_row([id.0, than.0], |row| row.get::<_, Option<bool>>(0))?;
    Ok(is_older.unwrap_or(false))
}

/// What a person called a copy of the post, or of such a copy, is one of the post again.
fn take_copies_back(transaction: &Transaction<'_>, first: PostId) -> Result<()> {
    let copies = transaction
        .prepare_cached(
            "WITH RECURSIVE own (id) AS (
                 SELECT post_id FROM copies_by_hand WHERE copy_of = ?1
                 UNION SELECT c.post_id FROM copies_by_hand c JOIN own ON c.copy_of = own.id)
             SELECT id FROM own WHERE id <> ?1",
        )?
        .query_map([first.0], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut update = transaction.prepare_cached(&format!(
        "UPDATE posts SET repost_of = ?2, revision = {NEXT_REVISION} WHERE id = ?1"
    ))?;
    for id in copies {
        update.execute([id, first.0])?;
    }
    Ok(())
}

/// Copies that the machine found and that are not older than the post may have been its own: the next round says whose.
fn compare_again(transaction: &Transaction<'_>, post: PostId, first: PostId) -> Result<()> {
    let copies = transaction
        .prepare_cached(
            "SELECT id FROM posts WHERE repost_of = ?2
                 AND effective_at >= (SELECT effective_at FROM posts WHERE id = ?1)
                 AND NOT EXISTS (SELECT 1 FROM copies_by_hand WHERE post_id = posts.id)",
        )?
        .query_map([post.0, first.0], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut update = transaction.prepare_cached(&format!(
        "UPDATE posts SET repost_of = NULL, revision = {NEXT_REVISION},
             needs_clustering = coalesce((SELECT relevant FROM analyses WHERE post_id = ?1), 0)
         WHERE id = ?1"
    ))?;
    for id in copies {
        update.execute([id])?;
    }
    Ok(())
}

fn is_event(transaction: &Transaction<'_>, id: i64) -> Result<bool> {
    let mut select = transaction.prepare_cached("SELECT 1 FROM events WHERE id = ?1")?;
    Ok(select.exists([id])?)
}
