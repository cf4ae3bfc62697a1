//! `users`: who may come in.

use super::Store;
use super::rows::{from_ms, to_ms};
use crate::model::{AccountRefusal, Permission, Role, Timestamp, User, UserId};
use anyhow::{Context, Result};
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Row, params};

/// What signing in compares with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user.
    pub user: User,
    /// PHC string; none until the first password is set.
    pub password: Option<String>,
    /// Base 32; none without 动态口令.
    pub totp_secret: Option<String>,
}

const COLUMNS: &str =
    "id, name, display, roles, disabled_at, totp_secret, created_at, last_sign_in_at, password";

impl Store {
    /// Adds a user without a password.
    ///
    /// # Errors
    /// The name or 姓名 is taken (the message says so), or the database refuses.
    pub fn add_user(
        &self,
        name: &str,
        display: &str,
        roles: &[Role],
        now: Timestamp,
    ) -> Result<UserId> {
        self.write_durably(|transaction| {
            let known: Option<i64> = transaction
                .query_row("SELECT id FROM users WHERE name = ?1", [name], |row| {
                    row.get(0)
                })
                .optional()?;
            let taken = || AccountRefusal(format!("登录名{name}已有人使用，请换一个"));
            anyhow::ensure!(known.is_none(), taken());
            ensure_distinct(transaction, display, UserId(0))?;
            transaction.execute(
                "INSERT INTO users (name, display, roles, created_at) VALUES (?1, ?2, ?3, ?4)",
                params![name, display, codes(roles), to_ms(now)],
            )?;
            Ok(UserId(transaction.last_insert_rowid()))
        })
    }

    /// Every user, by name.
    ///
    /// # Errors
    /// The database refuses.
    pub fn users(&self) -> Result<Vec<User>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached(&format!("SELECT {COLUMNS} FROM users ORDER BY name"))?;
        let rows = select.query_map([], |row| credentials(row, self.zone))?;
        rows.map(|row| Ok(row?.user)).collect()
    }

    /// How many users there are, disabled ones too.
    ///
    /// # Errors
    /// The database refuses.
    pub fn user_count(&self) -> Result<u64> {
        let reader = self.reader()?;
        Ok(reader.query_row("SELECT count(*) FROM users", [], |row| row.get(0))?)
    }

    /// One user by name, whatever the case of its letters.
    ///
    /// # Errors
    /// The database refuses.
    pub fn credentials(&self, name: &str) -> Result<Option<Credentials>> {
        self.one_user("name = ?1", &name)
    }

    /// One user by id.
    ///
    /// # Errors
    /// The database refuses.
    pub fn user(&self, id: UserId) -> Result<Option<Credentials>> {
        self.one_user("id = ?1", &id.0)
    }

    fn one_user(
        &self,
        condition: &str,
        value: &dyn rusqlite::ToSql,
    ) -> Result<Option<Credentials>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE {condition}"))?;
        let row = select.query_row([value], |row| credentials(row, self.zone));
        Ok(row.optional()?)
    }

    /// Sets the password and ends all sessions of the user.
    ///
    /// # Errors
    /// The database refuses.
    pub fn set_password(&self, id: UserId, password: &str) -> Result<()> {
        self.write_durably(|transaction| {
            transaction.execute(
                "UPDATE users SET password = ?2 WHERE id = ?1",
                params![id.0, password],
            )?;
            transaction.execute("DELETE FROM sessions WHERE user_id = ?1", [id.0])?;
            end_links(transaction, id)
        })
    }

    /// Sets or takes away the secret of 动态口令.
    ///
    /// # Errors
    /// The database refuses.
    pub fn set_totp(&self, id: UserId, secret: Option<&str>) -> Result<()> {
        self.change_user(
            "UPDATE users SET totp_secret = ?2, totp_step = 0 WHERE id = ?1",
            id,
            &secret,
        )
    }

    /// Takes a step of 动态口令; false where a code of it or a later one was taken before.
    ///
    /// # Errors
    /// The database refuses.
    pub fn take_totp_step(&self, id: UserId, step: u64) -> Result<bool> {
        self.write_durably(|transaction| {
            let changed = transaction.execute(
                "UPDATE users SET totp_step = ?2 WHERE id = ?1 AND totp_step < ?2",
                params![id.0, step],
            )?;
            Ok(changed == 1)
        })
    }

    /// Changes name and roles; sessions go on and may what the new roles may.
    ///
    /// # Errors
    /// Nobody would be left to administer or 姓名 is another's (the message says so), or the database refuses.
    pub fn change_roles(&self, id: UserId, display: &str, roles: &[Role]) -> Result<()> {
        self.write_durably(|transaction| {
            if known_display(transaction, id)? != display {
                ensure_distinct(transaction, display, id)?;
            }
            transaction.execute(
                "UPDATE users SET display = ?2, roles = ?3 WHERE id = ?1",
                params![id.0, display, codes(roles)],
            )?;
            ensure_administered(transaction)
        })
    }

    /// Disables a user, ends the sessions and keys and forgets the searches, or enables one again.
    ///
    /// # Errors
    /// Nobody would be left to administer or 姓名 is another's by now (the message says so), or the database refuses.
    pub fn set_disabled(&self, id: UserId, disabled: Option<Timestamp>) -> Result<()> {
        self.write_durably(|transaction| {
            if disabled.is_none() {
                ensure_distinct(transaction, &known_display(transaction, id)?, id)?;
            }
            transaction.execute(
                "UPDATE users SET disabled_at = ?2 WHERE id = ?1",
                params![id.0, disabled.map(to_ms)],
            )?;
            if let Some(at) = disabled {
                transaction.execute("DELETE FROM sessions WHERE user_id = ?1", [id.0])?;
                transaction.execute("DELETE FROM searches WHERE user_id = ?1", [id.0])?;
                end_links(transaction, id)?;
                transaction.execute(
                    "UPDATE api_keys SET revoked_at = ?2 WHERE user_id = ?1 AND revoked_at IS NULL",
                    params![id.0, to_ms(at)],
                )?;
            }
            ensure_administered(transaction)
        })
    }

    fn change_user(&self, sql: &str, id: UserId, value: &dyn rusqlite::ToSql) -> Result<()> {
        self.write_durably(|transaction| {
            transaction.execute(sql, params![id.0, value])?;
            Ok(())
        })
    }
}

/// Links that would set another password are good for nothing more.
fn end_links(transaction: &rusqlite::Transaction<'_>, id: UserId) -> Result<()> {
    transaction.execute(
        "UPDATE sign_in_links SET used_at = created_at
         WHERE user_id = ?1 AND purpose = 'password' AND used_at IS NULL",
        [id.0],
    )?;
    Ok(())
}

fn known_display(transaction: &rusqlite::Transaction<'_>, id: UserId) -> Result<String> {
    let mut select = transaction.prepare_cached("SELECT display FROM users WHERE id = ?1")?;
    let found = select.query_row([id.0], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or_default())
}

/// Issues and records name people by 姓名 alone: no two in use have the same, blanks aside.
fn ensure_distinct(
    transaction: &rusqlite::Transaction<'_>,
    display: &str,
    id: UserId,
) -> Result<()> {
    let bare = |display: &str| display.split_whitespace().collect::<String>();
    let mut select = transaction.prepare_cached(
        "SELECT name, display FROM users WHERE disabled_at IS NULL AND id <> ?1 ORDER BY name",
    )?;
    let rows = select.query_map([id.0], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    for row in rows {
        let (name, known) = row?;
        let refusal = || {
            AccountRefusal(format!(
                "姓名“{known}”已由在用的用户{name}使用，记录和刊物上分不清是谁；请加以区分，例如写明科室"
            ))
        };
        anyhow::ensure!(bare(&known) != bare(display), refusal());
    }
    Ok(())
}

fn ensure_administered(transaction: &rusqlite::Transaction<'_>) -> Result<()> {
    let left: u64 = transaction.query_row(
        "SELECT count(*) FROM users
         WHERE disabled_at IS NULL AND ' ' || roles || ' ' LIKE '% admin %'",
        [],
        |row| row.get(0),
    )?;
    let refusal = || AccountRefusal("至少要有一名在用的管理员，请先指定另一名管理员".to_owned());
    anyhow::ensure!(left > 0, refusal());
    Ok(())
}

fn codes(roles: &[Role]) -> String {
    roles
        .iter()
        .map(|role| role.code())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Permissions as they are stored.
pub(super) fn scopes_of(text: &str) -> Vec<Permission> {
    text.split_whitespace()
        .filter_map(|code| code.parse().ok())
        .collect()
}

fn credentials(row: &Row<'_>, zone: Tz) -> rusqlite::Result<Credentials> {
    let roles: String = row.get(3)?;
    let disabled_at: Option<i64> = row.get(4)?;
    let totp_secret: Option<String> = row.get(5)?;
    Ok(Credentials {
        user: User {
            id: UserId(row.get(0)?),
            name: row.get(1)?,
            display: row.get(2)?,
            roles: roles
                .split_whitespace()
                .filter_map(|code| code.parse().ok())
                .collect(),
            is_disabled: disabled_at.is_some(),
            has_totp: totp_secret.is_some(),
            created_at: from_ms(row.get(6)?, zone),
            last_sign_in_at: row.get::<_, Option<i64>>(7)?.map(|ms| from_ms(ms, zone)),
        },
        password: row.get(8)?,
        totp_secret,
    })
}

/// A row of a table that names its user.
pub(super) fn joined_user(connection: &rusqlite::Connection, id: i64, zone: Tz) -> Result<User> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE id = ?1"))?;
    let found = select.query_row([id], |row| credentials(row, zone));
    Ok(found.context("a session without its user")?.user)
}
