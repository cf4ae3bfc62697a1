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
    /// Says that a post is a copy of another one, or of what that one is a copy of. It goes to the event of the first
    /// post, unless a person placed it elsewhere. Returns the first post.
    ///
    /// # Errors
    /// [`CopyError`]; then nothing is stored.
    pub fn mark_copy(
        &self,
        copy: PostId,
        of: PostId,
        by: &str,
        now: Timestamp,
    ) -> Result<PostId, CopyError> {
        self.write_durably(|transaction| {
            for id in [copy, of] {
                if place_of(transaction, id)?.is_none() {
                    return Ok(Err(CopyError::Unknown(id.0)));
                }
            }
            let known = place_of(transaction, of)?.and_then(|(repost_of, _)| repost_of);
            let first = known.map_or(of, PostId);
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
            Ok(Ok(first))
        })?
    }

    /// Takes that back: the post stands for itself again, and is placed anew.
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
            if let Some(first) = first {
                judge_again(transaction, PostId(first))?;
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

fn is_event(transaction: &Transaction<'_>, id: i64) -> Result<bool> {
    let mut select = transaction.prepare_cached("SELECT 1 FROM events WHERE id = ?1")?;
    Ok(select.exists([id])?)
}
