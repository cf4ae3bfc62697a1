//! `api_keys`: programs that ask in a user's name.

use super::Store;
use super::rows::{from_ms, to_ms};
use super::sessions::permissions;
use super::users::{joined_user, scopes_of};
use crate::model::{ApiKey, KeyShown, Permission, Timestamp, UserId, Visitor};
use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{OptionalExtension, params};

/// `last_used_at` is written once in this time.
const USED_EVERY: TimeDelta = TimeDelta::minutes(1);

impl Store {
    /// Adds a key; only the hash of its secret is kept.
    ///
    /// # Errors
    /// The database refuses.
    pub fn add_api_key(
        &self,
        user: UserId,
        name: &str,
        hash: &str,
        scopes: &[Permission],
        now: Timestamp,
    ) -> Result<i64> {
        let codes: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
        self.write_durably(|transaction| {
            transaction.execute(
                "INSERT INTO api_keys (user_id, name, hash, scopes, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![user.0, name, hash, codes.join(" "), to_ms(now)],
            )?;
            Ok(transaction.last_insert_rowid())
        })
    }

    /// Keys of a user, those taken back too, latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn api_keys_of(&self, user: UserId) -> Result<Vec<ApiKey>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id, name, scopes, created_at, last_used_at, revoked_at FROM api_keys
             WHERE user_id = ?1 ORDER BY id DESC",
        )?;
        let zone = self.zone;
        let time = |ms: Option<i64>| ms.map(|ms| from_ms(ms, zone));
        let rows = select.query_map([user.0], |row| {
            Ok(ApiKey {
                id: row.get(0)?,
                user,
                name: row.get(1)?,
                scopes: scopes_of(&row.get::<_, String>(2)?),
                created_at: from_ms(row.get(3)?, zone),
                last_used_at: time(row.get(4)?),
                revoked_at: time(row.get(5)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Takes a key of a user back; false where the user has none of that id in use.
    ///
    /// # Errors
    /// The database refuses.
    pub fn revoke_api_key(&self, user: UserId, id: i64, now: Timestamp) -> Result<bool> {
        self.write_durably(|transaction| {
            let revoked = transaction.execute(
                "UPDATE api_keys SET revoked_at = ?3
                 WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL",
                params![id, user.0, to_ms(now)],
            )?;
            Ok(revoked == 1)
        })
    }

    /// The visitor behind a key in use of a user in use: what both may.
    ///
    /// # Errors
    /// The database refuses.
    pub fn visitor_by_key(
        &self,
        hash: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<Option<Visitor>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id, user_id, scopes, coalesce(last_used_at, 0), name FROM api_keys
             WHERE hash = ?1 AND revoked_at IS NULL",
        )?;
        let found: Option<(i64, i64, String, i64, String)> = select
            .query_row([hash], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            })
            .optional()?;
        let Some((id, user, scopes, last_used, name)) = found else {
            return Ok(None);
        };
        let user = joined_user(&reader, user, self.zone)?;
        drop(select);
        if user.is_disabled {
            return Ok(None);
        }
        if now - from_ms(last_used, self.zone) >= USED_EVERY {
            self.write(|transaction| {
                let parameters = params![id, to_ms(now)];
                transaction.execute(
                    "UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1",
                    parameters,
                )?;
                Ok(())
            })?;
        }
        let scopes = scopes_of(&scopes);
        let mut may = permissions(&user);
        may.retain(|permission| scopes.contains(permission));
        Ok(Some(Visitor {
            user,
            permissions: may,
            csrf: String::new(),
            address: address.to_owned(),
            session: String::new(),
            proved_at: None,
            key: Some(KeyShown { name, scopes }),
        }))
    }
}
