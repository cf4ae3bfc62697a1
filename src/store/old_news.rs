//! `word_pieces` and the columns `old_news_…` of `posts`: by what a text is found again years later, and what was found.

use super::Store;
use super::posts::PostToCluster;
use super::rows::to_ms;
use super::save::NEXT_REVISION;
use crate::model::{OldNews, PostId, Timestamp};
use anyhow::Result;
use rusqlite::params;
use std::collections::HashMap;

/// Older posts looked at for one new one.
const MOST_FOUND: usize = 5;

impl Store {
    /// The posts published before `until` that hold most of these pieces, at least `min_common` of them.
    ///
    /// # Errors
    /// The database refuses.
    pub fn older_with_pieces(
        &self,
        pieces: &[u32],
        until: Timestamp,
        min_common: usize,
    ) -> Result<Vec<PostToCluster>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT w.post_id FROM word_pieces w JOIN posts p ON p.id = w.post_id
             WHERE w.piece = ?1 AND p.effective_at <= ?2",
        )?;
        let mut common: HashMap<i64, usize> = HashMap::new();
        for piece in pieces {
            let mut rows = select.query(params![piece, to_ms(until)])?;
            while let Some(row) = rows.next()? {
                *common.entry(row.get(0)?).or_default() += 1;
            }
        }
        let mut found: Vec<(usize, i64)> = common
            .into_iter()
            .filter(|(_, count)| *count >= min_common)
            .map(|(post, count)| (count, post))
            .collect();
        found.sort_by_key(|(count, post)| (std::cmp::Reverse(*count), *post));
        found.truncate(MOST_FOUND);
        let ids: Vec<PostId> = found.into_iter().map(|(_, post)| PostId(post)).collect();
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

    /// Keeps pieces of posts, and says which of the posts are old news; a post that was and is none is none again.
    ///
    /// # Errors
    /// The database refuses; then nothing is stored.
    pub fn save_old_news(&self, looked_at: &[(PostId, Vec<u32>, Option<OldNews>)]) -> Result<()> {
        self.write(|transaction| {
            for (id, pieces, old) in looked_at {
                for piece in pieces {
                    transaction
                        .prepare_cached(
                            "INSERT OR IGNORE INTO word_pieces (piece, post_id) VALUES (?1, ?2)",
                        )?
                        .execute(params![piece, id.0])?;
                }
                let (of, reason) = old
                    .as_ref()
                    .map(|old| (old.of.0, old.reason.as_str()))
                    .unzip();
                transaction
                    .prepare_cached(&format!(
                        "UPDATE posts SET old_news_of = ?2, old_news_reason = ?3,
                             revision = {NEXT_REVISION}
                         WHERE id = ?1 AND (old_news_of IS NOT ?2 OR old_news_reason IS NOT ?3)"
                    ))?
                    .execute(params![id.0, of, reason])?;
            }
            Ok(())
        })
    }
}
