//! Claims on `sources`: who visits what at this moment, among all processes of one data folder.

use super::Store;
use super::rows::{from_ms, to_json, to_ms};
use crate::model::Timestamp;
use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::params;
use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

/// How long a claimed source belongs to its claimer; after that a crash is assumed.
const CLAIM: TimeDelta = TimeDelta::minutes(30);

/// Claimed sources of this process, with the end of each claim: another process has claimed what ends at another moment.
pub type OwnClaims = HashMap<String, i64>;

impl Store {
    /// Claims those of the `enabled` sources whose time has come, most overdue first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn claim_due_sources(
        &self,
        enabled: &[&str],
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<String>> {
        let enabled = to_json(&enabled)?;
        let until = to_ms(now + CLAIM);
        let ids = self.write(|transaction| {
            let mut claim = transaction.prepare_cached(
                "UPDATE sources SET claimed_until = ?2 WHERE id IN (
                     SELECT id FROM sources
                     WHERE next_check <= ?1 AND coalesce(claimed_until, 0) <= ?1
                         AND stopped_at IS NULL AND id IN (SELECT value FROM json_each(?4))
                     ORDER BY next_check, id LIMIT ?3)
                 RETURNING id",
            )?;
            let ids = claim
                .query_map(params![to_ms(now), until, limit, enabled], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()?;
            Ok(ids)
        })?;
        self.lock_claims()
            .extend(ids.iter().map(|id| (id.clone(), until)));
        Ok(ids)
    }

    /// Claims one source whatever its time. `false`: somebody else is visiting it.
    ///
    /// # Errors
    /// The database refuses.
    pub fn claim_source(&self, id: &str, now: Timestamp) -> Result<bool> {
        let until = to_ms(now + CLAIM);
        let changed = self.write(|transaction| {
            let changed = transaction.execute(
                "UPDATE sources SET claimed_until = ?3
                 WHERE id = ?1 AND coalesce(claimed_until, 0) <= ?2",
                params![id, to_ms(now), until],
            )?;
            Ok(changed == 1)
        })?;
        if changed {
            self.lock_claims().insert(id.to_owned(), until);
        }
        Ok(changed)
    }

    /// Until when somebody holds a source at the latest; `None` if nobody does.
    ///
    /// # Errors
    /// The database refuses.
    pub fn claimed_until(&self, id: &str, now: Timestamp) -> Result<Option<Timestamp>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT claimed_until FROM sources WHERE id = ?1 AND claimed_until > ?2",
        )?;
        let mut rows = select.query(params![id, to_ms(now)])?;
        let until = rows.next()?.map(|row| row.get(0)).transpose()?;
        Ok(until.map(|ms| from_ms(ms, self.zone)))
    }

    /// Gives back claims of a process that is gone; call it while holding the data folder's lock.
    ///
    /// # Errors
    /// The database refuses.
    pub fn release_claims(&self) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("UPDATE sources SET claimed_until = NULL", [])?;
            transaction.execute("UPDATE targets SET claimed_until = NULL", [])?;
            Ok(())
        })
    }

    /// Gives back what this process holds and will not finish; what others hold stays theirs. How many sources?
    ///
    /// # Errors
    /// The database refuses.
    pub fn release_own_claims(&self) -> Result<usize> {
        let own = std::mem::take(&mut *self.lock_claims());
        self.write(|transaction| {
            let mut released = 0;
            for (id, until) in &own {
                let is_ours = transaction.execute(
                    "UPDATE sources SET claimed_until = NULL WHERE id = ?1 AND claimed_until = ?2",
                    params![id, until],
                )?;
                if is_ours == 1 {
                    // Whoever holds a source holds the pages of its turn.
                    transaction.execute(
                        "UPDATE targets SET claimed_until = NULL WHERE source_id = ?1",
                        [id],
                    )?;
                }
                released += is_ours;
            }
            Ok(released)
        })
    }

    /// The visit of a source has ended.
    pub(super) fn forget_claim(&self, id: &str) {
        self.lock_claims().remove(id);
    }

    fn lock_claims(&self) -> MutexGuard<'_, OwnClaims> {
        (self.own_claims.lock()).unwrap_or_else(PoisonError::into_inner)
    }
}
