//! `hosts`: who asked to be left alone, and until when.

use super::Store;
use super::rows::{from_ms, to_ms};
use crate::model::Timestamp;
use anyhow::Result;
use rusqlite::{OptionalExtension, params};

impl Store {
    /// Notes that a host asked to be left alone; an earlier moment does not open it sooner. Forgets hosts that are open.
    ///
    /// # Errors
    /// The database refuses.
    pub fn close_host(&self, name: &str, until: Timestamp, now: Timestamp) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM hosts WHERE closed_until <= ?1", [to_ms(now)])?;
            transaction.execute(
                "INSERT INTO hosts (name, closed_until) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET closed_until = max(closed_until, excluded.closed_until)",
                params![name, to_ms(until)],
            )?;
            Ok(())
        })
    }

    /// Until when a host wants to be left alone; `None`: it is open.
    ///
    /// # Errors
    /// The database refuses.
    pub fn host_closed_until(&self, name: &str, now: Timestamp) -> Result<Option<Timestamp>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT closed_until FROM hosts WHERE name = ?1 AND closed_until > ?2",
        )?;
        let until: Option<i64> = select
            .query_row(params![name, to_ms(now)], |row| row.get(0))
            .optional()?;
        Ok(until.map(|ms| from_ms(ms, self.zone)))
    }
}
