//! `audit`: lines that are only added, each with a hash over the one before. Who changes, removes or inserts a line in
//! the middle breaks the chain; who cuts off the end is found by a last hash that was written down elsewhere.

use super::Store;
use super::rows::{code, from_ms, to_ms};
use crate::model::{AuditAction, AuditCheck, AuditLine, NewAudit, Timestamp};
use anyhow::Result;
use chrono::TimeDelta;
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Which lines to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// From.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// By whom: 姓名 or 登录名, or the whole as it stands in a line.
    pub actor: Option<String>,
    /// What.
    pub action: Option<AuditAction>,
    /// Lines to skip.
    pub offset: usize,
    /// Lines at most; 0 for all.
    pub limit: usize,
}

const COLUMNS: &str = "id, at, actor, action, subject, detail, address, hash";

impl Store {
    /// Writes a line down; of what a stranger may cause without end so many in an hour, and one that says so.
    ///
    /// # Errors
    /// The database refuses.
    pub fn add_audit(&self, line: &NewAudit, now: Timestamp) -> Result<()> {
        self.write_durably(|transaction| {
            let Some(most) = line.action.most_in_an_hour() else {
                return append(transaction, line, now);
            };
            match lines_of_the_hour(transaction, line, now)? {
                count if count < most => append(transaction, line, now),
                count if count == most => append(transaction, &summary(line, most), now),
                _ => Ok(()),
            }
        })
    }

    /// Lines, latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditLine>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM audit
             WHERE at >= ?1 AND at < ?2 AND (?3 IS NULL OR actor = ?3 OR substr(actor, 1, length(?3) + 1) = ?3 || '（'
                 OR instr(actor, '（' || ?3 || '）') > 0 OR instr(actor, '（' || ?3 || '，') > 0) AND (?4 IS NULL OR action = ?4)
             ORDER BY id DESC LIMIT ?5 OFFSET ?6",
        ))?;
        let limit = i64::try_from(filter.limit).ok().filter(|limit| *limit > 0);
        let rows = select.query_map(
            params![
                filter.from.map_or(i64::MIN, to_ms),
                filter.to.map_or(i64::MAX, to_ms),
                filter.actor,
                filter.action.map(AuditAction::code),
                limit.unwrap_or(-1),
                filter.offset,
            ],
            |row| line(row, self.zone),
        )?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The latest line of one kind about one thing.
    ///
    /// # Errors
    /// The database refuses.
    pub fn last_audit(&self, action: AuditAction, subject: &str) -> Result<Option<AuditLine>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM audit WHERE action = ?1 AND subject = ?2
             ORDER BY id DESC LIMIT 1",
        ))?;
        let found = select
            .query_row(params![action.code(), subject], |row| line(row, self.zone))
            .optional()?;
        Ok(found)
    }

    /// Reckons the whole chain again.
    ///
    /// # Errors
    /// The database refuses.
    pub fn check_audit(&self) -> Result<AuditCheck> {
        let reader = self.reader()?;
        let (mut id, mut before) = anchor(&reader)?;
        let mut check = AuditCheck {
            lines: 0,
            last_hash: before.clone(),
            broken: None,
        };
        let mut select = reader.prepare(&format!(
            "SELECT {COLUMNS} FROM audit WHERE id > ?1 ORDER BY id"
        ))?;
        let mut rows = select.query([id])?;
        while let Some(row) = rows.next()? {
            let stands = line(row, self.zone)?;
            let ms: i64 = row.get(1)?;
            let new = NewAudit {
                actor: stands.actor,
                action: stands.action,
                subject: stands.subject,
                detail: stands.detail,
                address: stands.address,
            };
            if stands.id != id + 1 {
                check.broken = Some((id + 1, format!("第{}条缺失", id + 1)));
                break;
            }
            if chained(&before, stands.id, ms, &new) != stands.hash {
                check.broken = Some((stands.id, format!("第{}条与记录时不同", stands.id)));
                break;
            }
            id = stands.id;
            before = stands.hash;
            check.lines += 1;
            check.last_hash.clone_from(&before);
        }
        Ok(check)
    }

    /// Removes lines older than `before` from the old end; the chain goes on from the last of them.
    ///
    /// # Errors
    /// The database refuses.
    pub fn prune_audit(&self, before: Timestamp) -> Result<usize> {
        self.write_durably(|transaction| {
            // Up to the first line that stays: a clock that jumped must not tear a hole.
            let last: Option<(i64, String)> = transaction
                .query_row(
                    "SELECT id, hash FROM audit
                     WHERE id < coalesce((SELECT min(id) FROM audit WHERE at >= ?1), 9e18)
                     ORDER BY id DESC LIMIT 1",
                    [to_ms(before)],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            let Some((id, hash)) = last else {
                return Ok(0);
            };
            transaction.execute(
                "UPDATE audit_anchor SET id = ?1, hash = ?2",
                params![id, hash],
            )?;
            Ok(transaction.execute("DELETE FROM audit WHERE id <= ?1", [id])?)
        })
    }
}

fn append(transaction: &Transaction<'_>, line: &NewAudit, now: Timestamp) -> Result<()> {
    let (last, before) = last_line(transaction)?;
    let id = last + 1;
    transaction.execute(
        "INSERT INTO audit (id, at, actor, action, subject, detail, address, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            id,
            to_ms(now),
            line.actor,
            line.action.code(),
            line.subject,
            line.detail,
            line.address,
            chained(&before, id, to_ms(now), line),
        ],
    )?;
    Ok(())
}

/// How often the same was written down of the same within an hour?
fn lines_of_the_hour(connection: &Connection, line: &NewAudit, now: Timestamp) -> Result<u32> {
    let mut select = connection.prepare_cached(
        "SELECT count(*) FROM audit
         WHERE at > ?1 AND action = ?2 AND actor = ?3 AND address = ?4",
    )?;
    let from = to_ms(now - TimeDelta::hours(1));
    let row = params![from, line.action.code(), line.actor, line.address];
    Ok(select.query_row(row, |row| row.get(0))?)
}

/// The last line of an hour.
fn summary(line: &NewAudit, most: u32) -> NewAudit {
    NewAudit {
        subject: String::new(),
        detail: format!(
            "一小时内已有{most}次{}，以后的不再逐次记录",
            line.action.label()
        ),
        ..line.clone()
    }
}

fn anchor(connection: &Connection) -> Result<(i64, String)> {
    let row = connection.query_row("SELECT id, hash FROM audit_anchor", [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(row)
}

fn last_line(connection: &Connection) -> Result<(i64, String)> {
    let last = connection
        .prepare_cached("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    last.map_or_else(|| anchor(connection), Ok)
}

/// Every field with its length before it, so that no two lines read the same.
fn chained(before: &str, id: i64, ms: i64, line: &NewAudit) -> String {
    let mut hasher = Sha256::new();
    let (id, ms) = (id.to_string(), ms.to_string());
    for field in [
        before,
        &id,
        &ms,
        &line.actor,
        line.action.code(),
        &line.subject,
        &line.detail,
        &line.address,
    ] {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hasher
        .finalize()
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

fn line(row: &Row<'_>, zone: Tz) -> rusqlite::Result<AuditLine> {
    Ok(AuditLine {
        id: row.get(0)?,
        at: from_ms(row.get(1)?, zone),
        actor: row.get(2)?,
        action: code(&row.get::<_, String>(3)?)?,
        subject: row.get(4)?,
        detail: row.get(5)?,
        address: row.get(6)?,
        hash: row.get(7)?,
    })
}
