//! `word_pieces` and the columns `old_news_…` of `posts`: by what a text is found again years later, and what was found.

use super::Store;
use super::posts::PostToCluster;
use super::rows::to_ms;
use super::save::NEXT_REVISION;
use crate::model::{OldNews, PostId, Timestamp};
use anyhow::Result;
use rusqlite::{Transaction, params};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Posts found for one post.
const MOST_FOUND: usize = 5;
/// A piece that more posts hold tells nothing: an office's name, a phrase of its forms.
const MOST_HOLDERS: usize = 32;
/// Of the pieces that tell something, a post that is found holds at least one in so many.
const ONE_PIECE_IN: usize = 4;

/// A post that was looked at, its pieces to keep, and what it repeats.
pub type LookedAt = (PostId, Vec<u32>, Option<OldNews>);

impl Store {
    /// The posts published before `until` that hold most of these pieces.
    ///
    /// # Errors
    /// The database refuses.
    pub fn older_with_pieces(
        &self,
        pieces: &[u32],
        until: Timestamp,
    ) -> Result<Vec<PostToCluster>> {
        self.with_pieces(pieces, i64::MIN, to_ms(until))
    }

    /// The posts published after `since` that hold most of these pieces.
    ///
    /// # Errors
    /// The database refuses.
    pub fn newer_with_pieces(
        &self,
        pieces: &[u32],
        since: Timestamp,
    ) -> Result<Vec<PostToCluster>> {
        self.with_pieces(pieces, to_ms(since), i64::MAX)
    }

    fn with_pieces(&self, pieces: &[u32], from: i64, to: i64) -> Result<Vec<PostToCluster>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT post_id FROM word_pieces
             WHERE piece = ?1 AND effective_at BETWEEN ?2 AND ?3 LIMIT ?4",
        )?;
        let (mut common, mut telling): (HashMap<i64, usize>, usize) = (HashMap::new(), 0);
        for piece in pieces {
            let holders = select
                .query_map(params![piece, from, to, MOST_HOLDERS + 1], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()?;
            if holders.len() > MOST_HOLDERS {
                continue;
            }
            telling += 1;
            for holder in holders {
                *common.entry(holder).or_default() += 1;
            }
        }
        let least = (telling / ONE_PIECE_IN).max(1);
        let mut found: Vec<_> = (common.into_iter())
            .filter(|(_, count)| *count >= least)
            .collect();
        found.sort_by_key(|(post, count)| (Reverse(*count), *post));
        let ids: Vec<PostId> = (found.iter().take(MOST_FOUND))
            .map(|(post, _)| PostId(*post))
            .collect();
        drop(select);
        self.clustered_posts(&ids)
    }

    /// Whether pieces of a post are kept: then it was looked at before.
    ///
    /// # Errors
    /// The database refuses.
    pub fn has_pieces(&self, id: PostId) -> Result<bool> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached("SELECT 1 FROM word_pieces WHERE post_id = ?1")?;
        Ok(select.exists([id.0])?)
    }

    /// Keeps pieces of posts, and says which of the posts are old news. What was found first stays.
    ///
    /// # Errors
    /// The database refuses; then nothing is stored.
    pub fn save_old_news(&self, looked_at: &[LookedAt]) -> Result<()> {
        self.write(|transaction| {
            for (id, pieces, old) in looked_at {
                keep_pieces(transaction, *id, pieces)?;
                if let Some(old) = old {
                    transaction
                        .prepare_cached(&format!(
                            "UPDATE posts SET old_news_of = ?2, old_news_reason = ?3,
                                 revision = {NEXT_REVISION}
                             WHERE id = ?1 AND old_news_of IS NULL"
                        ))?
                        .execute(params![id.0, old.of.0, old.reason])?;
                }
            }
            Ok(())
        })
    }
}

fn keep_pieces(transaction: &Transaction<'_>, id: PostId, pieces: &[u32]) -> Result<()> {
    let at: i64 = transaction
        .prepare_cached("SELECT effective_at FROM posts WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))?;
    let mut insert = transaction.prepare_cached(
        "INSERT OR IGNORE INTO word_pieces (piece, effective_at, post_id) VALUES (?1, ?2, ?3)",
    )?;
    for piece in pieces {
        insert.execute(params![piece, at, id.0])?;
    }
    Ok(())
}
