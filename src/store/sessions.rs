//! `sessions`: who is signed in where. Beside them the two other ways in, `sign_in_links`, and `sign_in_failures`.

use super::Store;
use super::rows::{from_ms, to_ms};
use super::users::joined_user;
use crate::model::{Permission, Session, Timestamp, User, UserId, Visitor};
use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{OptionalExtension, params};

/// A session's `seen_at` is written once in this time: reading a page is no write.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Signing in again within this time begins no new shift.
const SAME_SHIFT: TimeDelta = TimeDelta::hours(4);

/// Failures are kept so long; those that count are younger.
const KEPT_FAILURES: TimeDelta = TimeDelta::days(1);

/// A session to begin.
pub struct NewSession<'a> {
    /// SHA-256 of the token.
    pub hash: &'a str,
    /// Whose.
    pub user: UserId,
    /// What forms must carry.
    pub csrf: &'a str,
    /// Until when at most.
    pub expires_at: Timestamp,
    /// From where.
    pub address: &'a str,
    /// With what browser.
    pub agent: &'a str,
}

/// Whose wrong passwords are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailuresOf<'a> {
    /// Of a name from an address.
    Pair(&'a str, &'a str),
    /// Of an address, whatever the names.
    Address(&'a str),
    /// Of a name, wherever from.
    Name(&'a str),
}

/// 一次性链接, used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedLink {
    /// Whose; none for the first administrator.
    pub user: Option<UserId>,
}

impl Store {
    /// Begins a session and remembers that the user came in; failures of the name from this address are
    /// forgotten.
    ///
    /// # Errors
    /// The database refuses.
    pub fn begin_session(&self, session: &NewSession<'_>, now: Timestamp) -> Result<()> {
        self.write_durably(|transaction| {
            transaction.execute(
                "INSERT INTO sessions (hash, user_id, csrf, created_at, seen_at, expires_at, address, agent)
                 VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7)",
                params![
                    session.hash,
                    session.user.0,
                    session.csrf,
                    to_ms(now),
                    to_ms(session.expires_at),
                    session.address,
                    session.agent,
                ],
            )?;
            transaction.execute(
                // Who lost a session and came in again still works the same shift.
                "UPDATE users SET last_sign_in_at = ?2, previous_sign_in_at = CASE
                     WHEN last_sign_in_at <= ?3 THEN last_sign_in_at ELSE previous_sign_in_at END
                 WHERE id = ?1",
                params![session.user.0, to_ms(now), to_ms(now - SAME_SHIFT)],
            )?;
            transaction.execute(
                "DELETE FROM sign_in_failures
                 WHERE name = (SELECT name FROM users WHERE id = ?1) AND address = ?2",
                params![session.user.0, session.address],
            )?;
            transaction.execute("DELETE FROM sessions WHERE expires_at <= ?1", [to_ms(now)])?;
            Ok(())
        })
    }

    /// The visitor behind a session that neither expired nor lay idle for longer than `idle`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn visitor(&self, hash: &str, idle: TimeDelta, now: Timestamp) -> Result<Option<Visitor>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT user_id, csrf, seen_at, address, proved_at FROM sessions
             WHERE hash = ?1 AND expires_at > ?2 AND seen_at > ?3",
        )?;
        let found: Option<(i64, String, i64, String, Option<i64>)> = select
            .query_row(params![hash, to_ms(now), to_ms(now - idle)], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            })
            .optional()?;
        let Some((user, csrf, seen_at, address, proved_at)) = found else {
            return Ok(None);
        };
        let user = joined_user(&reader, user, self.zone)?;
        drop(select);
        if user.is_disabled {
            return Ok(None);
        }
        if now - from_ms(seen_at, self.zone) >= SEEN_EVERY {
            self.write(|transaction| {
                let parameters = params![hash, to_ms(now)];
                transaction.execute(
                    "UPDATE sessions SET seen_at = ?2 WHERE hash = ?1",
                    parameters,
                )?;
                Ok(())
            })?;
        }
        Ok(Some(Visitor {
            permissions: permissions(&user),
            user,
            csrf,
            address,
            session: hash.to_owned(),
            proved_at: proved_at.map(|ms| from_ms(ms, self.zone)),
            key: None,
        }))
    }

    /// Sessions of a user, latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT hash, created_at, seen_at, address, agent FROM sessions
             WHERE user_id = ?1 AND expires_at > ?2 ORDER BY seen_at DESC, hash",
        )?;
        let rows = select.query_map(params![user.0, to_ms(now)], |row| {
            Ok(Session {
                hash: row.get(0)?,
                created_at: from_ms(row.get(1)?, self.zone),
                seen_at: from_ms(row.get(2)?, self.zone),
                address: row.get(3)?,
                agent: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Remembers that the password was shown again in a session.
    ///
    /// # Errors
    /// The database refuses.
    pub fn note_proof(&self, hash: &str, now: Timestamp) -> Result<()> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE sessions SET proved_at = ?2 WHERE hash = ?1",
                params![hash, to_ms(now)],
            )?;
            Ok(())
        })
    }

    /// Ends one session.
    ///
    /// # Errors
    /// The database refuses.
    pub fn end_session(&self, hash: &str) -> Result<()> {
        self.write_durably(|transaction| {
            transaction.execute("DELETE FROM sessions WHERE hash = ?1", [hash])?;
            Ok(())
        })
    }

    /// Ends all sessions of a user; how many there were.
    ///
    /// # Errors
    /// The database refuses.
    pub fn end_sessions(&self, user: UserId) -> Result<usize> {
        self.write_durably(|transaction| {
            Ok(transaction.execute("DELETE FROM sessions WHERE user_id = ?1", [user.0])?)
        })
    }

    /// Ends all sessions of a user but one; how many there were.
    ///
    /// # Errors
    /// The database refuses.
    pub fn end_other_sessions(&self, user: UserId, kept: &str) -> Result<usize> {
        self.write_durably(|transaction| {
            Ok(transaction.execute(
                "DELETE FROM sessions WHERE user_id = ?1 AND hash <> ?2",
                params![user.0, kept],
            )?)
        })
    }

    /// Leaves a sentence for the next page of a session.
    ///
    /// # Errors
    /// The database refuses.
    pub fn leave_flash(&self, hash: &str, sentence: &str) -> Result<()> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE sessions SET flash = ?2 WHERE hash = ?1",
                params![hash, sentence],
            )?;
            Ok(())
        })
    }

    /// Takes the sentence that was left; empty where none was.
    ///
    /// # Errors
    /// The database refuses.
    pub fn take_flash(&self, hash: &str) -> Result<String> {
        let left: Option<String> = self
            .reader()?
            .prepare_cached("SELECT flash FROM sessions WHERE hash = ?1")?
            .query_row([hash], |row| row.get(0))
            .optional()?;
        let left = left.unwrap_or_default();
        if !left.is_empty() {
            self.leave_flash(hash, "")?;
        }
        Ok(left)
    }

    /// Remembers a wrong password.
    ///
    /// # Errors
    /// The database refuses.
    pub fn note_failure(&self, name: &str, address: &str, now: Timestamp) -> Result<()> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO sign_in_failures (name, address, at) VALUES (?1, ?2, ?3)",
                params![name, address, to_ms(now)],
            )?;
            transaction.execute(
                "DELETE FROM sign_in_failures WHERE at <= ?1",
                [to_ms(now - KEPT_FAILURES)],
            )?;
            Ok(())
        })
    }

    /// When the `count`th of the latest failures was; none where there were fewer.
    ///
    /// # Errors
    /// The database refuses.
    pub fn failure(&self, whose: FailuresOf<'_>, count: u32) -> Result<Option<Timestamp>> {
        let (condition, one, other) = match whose {
            FailuresOf::Pair(name, address) => ("name = ?1 AND address = ?2", name, address),
            FailuresOf::Address(address) => ("address = ?1 AND ?2 = ''", address, ""),
            FailuresOf::Name(name) => ("name = ?1 AND ?2 = ''", name, ""),
        };
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT at FROM sign_in_failures WHERE {condition}
             ORDER BY at DESC LIMIT 1 OFFSET ?3"
        ))?;
        let row = params![one, other, count.saturating_sub(1)];
        let found = select.query_row(row, |row| row.get(0)).optional()?;
        Ok(found.map(|ms| from_ms(ms, self.zone)))
    }

    /// Addresses from which a name failed since `from`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn failing_addresses(&self, name: &str, from: Timestamp) -> Result<Vec<String>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT DISTINCT address FROM sign_in_failures WHERE name = ?1 AND at > ?2",
        )?;
        let rows = select.query_map(params![name, to_ms(from)], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Forgets failures of a name: an administrator unlocks.
    ///
    /// # Errors
    /// The database refuses.
    pub fn forget_failures(&self, name: &str) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM sign_in_failures WHERE name = ?1", [name])?;
            Ok(())
        })
    }

    /// Keeps a one-time link. One without a user is the only one of its kind: an older one is good for nothing more.
    ///
    /// # Errors
    /// The database refuses.
    pub fn add_link(
        &self,
        hash: &str,
        user: Option<UserId>,
        purpose: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.write_durably(|transaction| {
            transaction.execute(
                "UPDATE sign_in_links SET used_at = ?3
                 WHERE used_at IS NULL AND purpose = ?2 AND user_id IS ?1",
                params![user.map(|user| user.0), purpose, to_ms(now)],
            )?;
            transaction.execute(
                "INSERT INTO sign_in_links (hash, user_id, purpose, created_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    hash,
                    user.map(|user| user.0),
                    purpose,
                    to_ms(now),
                    to_ms(expires_at)
                ],
            )?;
            Ok(())
        })
    }

    /// Whose link it is, while it is good.
    ///
    /// # Errors
    /// The database refuses.
    pub fn link(&self, hash: &str, purpose: &str, now: Timestamp) -> Result<Option<UsedLink>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT user_id FROM sign_in_links
             WHERE hash = ?1 AND purpose = ?2 AND used_at IS NULL AND expires_at > ?3",
        )?;
        let found = select.query_row(params![hash, purpose, to_ms(now)], |row| {
            Ok(UsedLink {
                user: row.get::<_, Option<i64>>(0)?.map(UserId),
            })
        });
        Ok(found.optional()?)
    }

    /// Uses a link up; false where somebody was faster.
    ///
    /// # Errors
    /// The database refuses.
    pub fn use_link(&self, hash: &str, now: Timestamp) -> Result<bool> {
        self.write_durably(|transaction| {
            let used = transaction.execute(
                "UPDATE sign_in_links SET used_at = ?2
                 WHERE hash = ?1 AND used_at IS NULL AND expires_at > ?2",
                params![hash, to_ms(now)],
            )?;
            Ok(used == 1)
        })
    }
}

/// What a user may by the roles, in the order of the list.
pub(super) fn permissions(user: &User) -> Vec<Permission> {
    let all = Permission::ALL.iter().copied();
    all.filter(|permission| user.may(*permission)).collect()
}
