//! `ledgers`: figures somebody signed for. Rows are only added, so that no later judgement changes what was reported.

use super::Store;
use super::rows::{from_ms, to_ms};
use crate::model::{Facts, FrozenLedger, PostId};
use anyhow::{Context, Result};
use rusqlite::{Connection, OptionalExtension, params};

/// Rows repeat a few codes thousands of times: a low level makes them a thirtieth.
const ROWS_LEVEL: i32 = 3;

impl Store {
    /// Keeps a ledger for good. `false`: the period has one, and no reason was given to freeze it again.
    ///
    /// # Errors
    /// The database refuses; then nothing is stored.
    pub fn freeze_ledger(&self, ledger: &FrozenLedger) -> Result<bool> {
        let rows = serde_json::to_vec(&ledger.rows).context("write JSON for a column")?;
        let rows = zstd::encode_all(rows.as_slice(), ROWS_LEVEL).context("compress the rows")?;
        self.write_durably(|transaction| {
            let is_frozen = latest_id(transaction, &ledger.period)?.is_some();
            if is_frozen && ledger.reason.is_empty() {
                return Ok(false);
            }
            transaction.execute(
                "INSERT INTO ledgers (period, frozen_at, frozen_by, reason, content, hash, rows)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    ledger.period,
                    to_ms(ledger.at),
                    ledger.by,
                    ledger.reason,
                    ledger.content,
                    ledger.hash,
                    rows
                ],
            )?;
            Ok(true)
        })
    }

    /// Periods that somebody signed for, oldest first, each once.
    ///
    /// # Errors
    /// The database refuses.
    pub fn frozen_periods(&self) -> Result<Vec<String>> {
        let reader = self.reader()?;
        let mut select = reader.prepare("SELECT DISTINCT period FROM ledgers ORDER BY period")?;
        let rows = select.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Content and hash of the ledger of the period that was frozen last, without its posts.
    ///
    /// # Errors
    /// The database refuses.
    pub fn frozen_content(&self, period: &str) -> Result<Option<(String, String)>> {
        let reader = self.reader()?;
        let content = reader
            .prepare_cached(
                "SELECT content, hash FROM ledgers WHERE period = ?1 ORDER BY id DESC LIMIT 1",
            )?
            .query_row([period], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(content)
    }

    /// The ledger of the period that was frozen last.
    ///
    /// # Errors
    /// The database refuses, or what it holds is damaged.
    pub fn frozen_ledger(&self, period: &str) -> Result<Option<FrozenLedger>> {
        let reader = self.reader()?;
        let Some(id) = latest_id(&reader, period)? else {
            return Ok(None);
        };
        let (mut frozen, rows) = reader.query_row(
            "SELECT period, frozen_at, frozen_by, reason, content, hash, rows FROM ledgers WHERE id = ?1",
            [id],
            |row| {
                let frozen = FrozenLedger {
                    period: row.get(0)?,
                    at: from_ms(row.get(1)?, self.zone),
                    by: row.get(2)?,
                    reason: row.get(3)?,
                    content: row.get(4)?,
                    hash: row.get(5)?,
                    rows: Vec::new(),
                };
                Ok((frozen, row.get::<_, Vec<u8>>(6)?))
            },
        )?;
        let rows = zstd::decode_all(rows.as_slice())
            .with_context(|| format!("冻结的台账{period}已损坏，请从备份恢复"))?;
        frozen.rows = serde_json::from_slice::<Vec<(PostId, Facts)>>(&rows)
            .with_context(|| format!("冻结的台账{period}已损坏，请从备份恢复"))?;
        Ok(Some(frozen))
    }
}

fn latest_id(connection: &Connection, period: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM ledgers WHERE period = ?1 ORDER BY id DESC LIMIT 1")?
        .query_row([period], |row| row.get(0))
        .optional()
}
