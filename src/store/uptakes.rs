//! `adoptions`: what of an issue was reported to others, was taken up by them, was written on by a leader.

use super::Store;
use super::issues::{ISSUE_COLUMNS, issue_of};
use super::rows::{code, from_ms, to_ms};
use crate::model::{
    IssueId, IssueState, NewUptake, Timestamp, Uptake, UptakeCounts, UptakeId, UptakeKind,
    UptakeVoid,
};
use anyhow::{Result, anyhow};
use chrono::NaiveDate;
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

const COLUMNS: &str = "id, kind, issue_id, entry, unit, day, count, text, by, recorded_at,
     void_reason, void_by, void_at";

/// Why an uptake was not registered, or not made void.
#[derive(Debug, thiserror::Error)]
pub enum UptakeError {
    /// No such issue.
    #[error("没有稿号为{0}的刊物")]
    NoIssue(i64),
    /// Nothing was reported of what is not signed.
    #[error("稿号{0}尚未签发或已作废，不能登记外报、采用")]
    NotSigned(i64),
    /// The issue has fewer entries.
    #[error("稿号{issue}只有{count}条，没有第{entry}条")]
    NoEntry {
        /// The issue.
        issue: i64,
        /// What was asked for.
        entry: u32,
        /// What it has.
        count: usize,
    },
    /// No such row.
    #[error("没有编号为{0}的登记")]
    NotFound(i64),
    /// Somebody was there before.
    #[error("第{0}号登记已由{1}作废，未作改动")]
    Void(i64, String),
    /// The database refuses.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

impl From<rusqlite::Error> for UptakeError {
    fn from(error: rusqlite::Error) -> Self {
        UptakeError::Store(error.into())
    }
}

impl Store {
    /// Registers an uptake; the row, and whether it is new. The same kind, entry, unit and day is registered once.
    ///
    /// # Errors
    /// [`UptakeError`]: the issue is not there or not signed, or has no such entry.
    pub fn register_uptake(
        &self,
        uptake: &NewUptake,
        now: Timestamp,
    ) -> Result<(Uptake, bool), UptakeError> {
        let zone = self.zone;
        self.uptake_deed(|transaction| insert(transaction, uptake, now, zone))
    }

    /// Makes a row void; it stays on the list and is counted no more.
    ///
    /// # Errors
    /// [`UptakeError`]: no such row, or it is void already.
    pub fn void_uptake(&self, id: UptakeId, void: &UptakeVoid) -> Result<Uptake, UptakeError> {
        let zone = self.zone;
        self.uptake_deed(|transaction| {
            let known = select(transaction, id, zone)?.ok_or(UptakeError::NotFound(id.0))?;
            if let Some(before) = known.void {
                return Err(UptakeError::Void(id.0, before.by));
            }
            transaction.execute(
                "UPDATE adoptions SET void_reason = ?2, void_by = ?3, void_at = ?4 WHERE id = ?1",
                params![id.0, void.reason, void.by, to_ms(void.at)],
            )?;
            Ok(Uptake {
                void: Some(void.clone()),
                ..known
            })
        })
    }

    /// Rows of the days from `from` to `to`, both included, latest day first, void ones among them.
    ///
    /// # Errors
    /// The database refuses.
    pub fn uptakes(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<Uptake>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM adoptions WHERE day >= ?1 AND day <= ?2 ORDER BY day DESC, id DESC"
        ))?;
        let uptakes = select
            .query_map([from.to_string(), to.to_string()], |row| {
                uptake_of(row, self.zone)
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(uptakes)
    }

    /// 外报、采用、批示 on the days from that of `from` to before that of `to`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn uptake_counts(&self, from: Timestamp, to: Timestamp) -> Result<UptakeCounts> {
        let day = |at: Timestamp| at.date_naive().to_string();
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT kind, sum(count) FROM adoptions
             WHERE void_at IS NULL AND day >= ?1 AND day < ?2 GROUP BY kind",
        )?;
        let mut rows = select.query([day(from), day(to)])?;
        let mut counts = UptakeCounts::default();
        while let Some(row) = rows.next()? {
            let count: u64 = row.get(1)?;
            match code::<UptakeKind>(&row.get::<_, String>(0)?)? {
                UptakeKind::Reported => counts.reported = count,
                UptakeKind::Adopted => counts.adopted = count,
                UptakeKind::Instructed => counts.instructed = count,
            }
        }
        Ok(counts)
    }

    fn uptake_deed<T>(
        &self,
        deed: impl FnOnce(&Transaction<'_>) -> Result<T, UptakeError>,
    ) -> Result<T, UptakeError> {
        // The refusal travels beside the transaction: `write` rolls back on any error.
        let mut refusal = None;
        let done = self.write_durably(|transaction| {
            deed(transaction).map_err(|error| {
                refusal = Some(error);
                anyhow!("refused")
            })
        });
        done.map_err(|error| refusal.unwrap_or(UptakeError::Store(error)))
    }
}

fn insert(
    transaction: &Transaction<'_>,
    uptake: &NewUptake,
    now: Timestamp,
    zone: Tz,
) -> Result<(Uptake, bool), UptakeError> {
    let count = counted(transaction, uptake, zone)?;
    let inserted = transaction.execute(
        "INSERT INTO adoptions (kind, issue_id, entry, unit, day, count, text, by, recorded_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (kind, issue_id, entry, unit, day) WHERE void_at IS NULL DO NOTHING",
        params![
            uptake.kind.code(),
            uptake.issue.0,
            uptake.entry.unwrap_or(0),
            uptake.unit,
            uptake.day.to_string(),
            count,
            uptake.text,
            uptake.by,
            to_ms(now)
        ],
    )?;
    let id: i64 = transaction.query_row(
        "SELECT id FROM adoptions WHERE kind = ?1 AND issue_id = ?2 AND entry = ?3 AND unit = ?4
             AND day = ?5 AND void_at IS NULL",
        params![
            uptake.kind.code(),
            uptake.issue.0,
            uptake.entry.unwrap_or(0),
            uptake.unit,
            uptake.day.to_string()
        ],
        |row| row.get(0),
    )?;
    let row = select(transaction, UptakeId(id), zone)?.ok_or(UptakeError::NotFound(id))?;
    Ok((row, inserted > 0))
}

/// How many entries it is about.
fn counted(
    transaction: &Transaction<'_>,
    uptake: &NewUptake,
    zone: Tz,
) -> Result<u32, UptakeError> {
    let id = uptake.issue.0;
    let issue = transaction
        .prepare_cached(&format!("SELECT {ISSUE_COLUMNS} FROM issues WHERE id = ?1"))?
        .query_row([id], |row| issue_of(row, zone))
        .optional()?
        .ok_or(UptakeError::NoIssue(id))?;
    if issue.state != IssueState::Signed {
        return Err(UptakeError::NotSigned(id));
    }
    let count = issue.content.entries().count();
    match (uptake.entry, uptake.kind) {
        (Some(entry), _) if entry == 0 || entry as usize > count => Err(UptakeError::NoEntry {
            issue: id,
            entry,
            count,
        }),
        (Some(_), _) | (None, UptakeKind::Instructed) => Ok(1),
        (None, _) => Ok(u32::try_from(count.max(1)).unwrap_or(1)),
    }
}

fn select(connection: &Connection, id: UptakeId, zone: Tz) -> Result<Option<Uptake>> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM adoptions WHERE id = ?1"))?;
    Ok(select
        .query_row([id.0], |row| uptake_of(row, zone))
        .optional()?)
}

fn uptake_of(row: &Row<'_>, zone: Tz) -> rusqlite::Result<Uptake> {
    let entry: u32 = row.get(3)?;
    let void_at: Option<i64> = row.get(12)?;
    let void = void_at.map(|at| -> rusqlite::Result<UptakeVoid> {
        Ok(UptakeVoid {
            reason: row.get(10)?,
            by: row.get(11)?,
            at: from_ms(at, zone),
        })
    });
    Ok(Uptake {
        id: UptakeId(row.get(0)?),
        uptake: NewUptake {
            kind: code(&row.get::<_, String>(1)?)?,
            issue: IssueId(row.get(2)?),
            entry: (entry > 0).then_some(entry),
            unit: row.get(4)?,
            day: code(&row.get::<_, String>(5)?)?,
            text: row.get(7)?,
            by: row.get(8)?,
        },
        count: row.get(6)?,
        recorded_at: from_ms(row.get(9)?, zone),
        void: void.transpose()?,
    })
}
