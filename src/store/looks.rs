//! `looks`, `originals`: words as published, and who looked at them. The judgement's own reading is no look.

use super::Store;
use super::rows::{code, from_ms, to_ms};
use crate::model::{Look, OriginalWords, PostId};
use anyhow::Result;
use rusqlite::{OptionalExtension, params};

impl Store {
    /// Writes down a look before it happens; survives a power cut.
    ///
    /// # Errors
    /// The database refuses.
    pub fn record_look(&self, look: &Look) -> Result<()> {
        self.write_durably(|transaction| {
            transaction.execute(
                "INSERT INTO looks (post_id, looked, looked_at, looked_by, reason, is_granted)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    look.post.0,
                    look.looked.code(),
                    to_ms(look.at),
                    look.by,
                    look.reason,
                    look.is_granted
                ],
            )?;
            Ok(())
        })
    }

    /// Every look, of one post or of all, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn looks(&self, post: Option<PostId>) -> Result<Vec<Look>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT post_id, looked, looked_at, looked_by, reason, is_granted FROM looks
             WHERE ?1 IS NULL OR post_id = ?1 ORDER BY id",
        )?;
        let looks = select
            .query_map([post.map(|post| post.0)], |row| {
                Ok(Look {
                    post: PostId(row.get(0)?),
                    looked: code(&row.get::<_, String>(1)?)?,
                    at: from_ms(row.get(2)?, self.zone),
                    by: row.get(3)?,
                    reason: row.get(4)?,
                    is_granted: row.get(5)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(looks)
    }

    /// Words as published; `None` once they were cleared, for the post was deleted at its source.
    ///
    /// # Errors
    /// The database refuses.
    pub fn original_words(&self, post: PostId) -> Result<Option<OriginalWords>> {
        let reader = self.reader()?;
        let mut select = reader
            .prepare_cached("SELECT title, text, author FROM originals WHERE post_id = ?1")?;
        let words = select
            .query_row([post.0], |row| {
                Ok(OriginalWords {
                    title: row.get(0)?,
                    text: row.get(1)?,
                    author: row.get(2)?,
                })
            })
            .optional()?;
        Ok(words)
    }
}
