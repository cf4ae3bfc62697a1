//! `searches`: what a person searched for lately. Nobody else is shown it.

use super::Store;
use super::rows::to_ms;
use crate::model::{Timestamp, UserId};
use anyhow::Result;
use rusqlite::params;

/// Searches kept of one person.
const KEPT: usize = 10;

impl Store {
    /// What somebody searched for, the latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn recent_searches(&self, user: UserId) -> Result<Vec<String>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT asked FROM searches WHERE user_id = ?1 ORDER BY searched_at DESC, asked",
        )?;
        let asked = select.query_map([user.0], |row| row.get(0))?;
        Ok(asked.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps what somebody searches for; of one person only the latest ones stay.
    ///
    /// # Errors
    /// The database refuses.
    pub fn keep_search(&self, user: UserId, asked: &str, now: Timestamp) -> Result<()> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO searches (user_id, asked, searched_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (user_id, asked) DO UPDATE SET searched_at = excluded.searched_at",
                )?
                .execute(params![user.0, asked, to_ms(now)])?;
            transaction
                .prepare_cached(
                    "DELETE FROM searches WHERE user_id = ?1 AND asked NOT IN
                         (SELECT asked FROM searches WHERE user_id = ?1
                          ORDER BY searched_at DESC, asked LIMIT ?2)",
                )?
                .execute(params![user.0, KEPT])?;
            Ok(())
        })
    }

    /// Forgets what somebody searched for.
    ///
    /// # Errors
    /// The database refuses.
    pub fn forget_searches(&self, user: UserId) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM searches WHERE user_id = ?1", [user.0])?;
            Ok(())
        })
    }
}
