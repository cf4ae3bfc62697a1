//! `rule_changes`: what was tried with the files of rules, what was switched on, by whom and why.

use super::Store;
use super::rows::{code, from_ms, to_ms};
use crate::model::{RuleChangeState, Timestamp};
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Row, params};

/// 规则修改 with its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChange {
    /// Who, when, how far.
    pub line: RuleChangeLine,
    /// The file before.
    pub old_text: String,
    /// The file after.
    pub new_text: String,
    /// What the trial said, as JSON.
    pub trial: String,
}

/// 规则修改 in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChangeLine {
    /// Number.
    pub id: i64,
    /// File below the configuration folder.
    pub file: String,
    /// 起草时间.
    pub begun_at: Timestamp,
    /// 起草人.
    pub begun_by: String,
    /// 改动 in one line.
    pub summary: String,
    /// 状态.
    pub state: RuleChangeState,
    /// When it was switched on or given up.
    pub decided_at: Option<Timestamp>,
    /// By whom.
    pub decided_by: Option<String>,
    /// 理由.
    pub reason: String,
}

const COLUMNS: &str =
    "id, file, begun_at, begun_by, summary, state, decided_at, decided_by, reason";

impl Store {
    /// Keeps a draft; `line.id` is given by the store.
    ///
    /// # Errors
    /// The database refuses.
    pub fn add_rule_change(&self, change: &RuleChange) -> Result<i64> {
        let line = &change.line;
        self.write_durably(|transaction| {
            transaction.execute(
                "INSERT INTO rule_changes (file, begun_at, begun_by, old_text, new_text, summary, trial, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    line.file,
                    to_ms(line.begun_at),
                    line.begun_by,
                    change.old_text,
                    change.new_text,
                    line.summary,
                    change.trial,
                    line.state.code(),
                ],
            )?;
            Ok(transaction.last_insert_rowid())
        })
    }

    /// One change.
    ///
    /// # Errors
    /// The database refuses.
    pub fn rule_change(&self, id: i64) -> Result<Option<RuleChange>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {COLUMNS}, old_text, new_text, trial FROM rule_changes WHERE id = ?1"
        ))?;
        let found = select.query_row([id], |row| {
            Ok(RuleChange {
                line: line(row, self.zone)?,
                old_text: row.get(9)?,
                new_text: row.get(10)?,
                trial: row.get(11)?,
            })
        });
        Ok(found.optional()?)
    }

    /// Changes, latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn rule_changes(&self, offset: usize, limit: usize) -> Result<Vec<RuleChangeLine>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM rule_changes ORDER BY id DESC LIMIT ?2 OFFSET ?1"
        ))?;
        let lines = select
            .query_map(params![offset, limit], |row| line(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(lines)
    }

    /// Another trial of a draft.
    ///
    /// # Errors
    /// The database refuses.
    pub fn save_trial(&self, id: i64, trial: &str) -> Result<()> {
        self.write_durably(|transaction| {
            transaction.execute(
                "UPDATE rule_changes SET trial = ?2 WHERE id = ?1 AND state = 'draft'",
                params![id, trial],
            )?;
            Ok(())
        })
    }

    /// Switches a draft on or gives it up. `false`: somebody did so before.
    ///
    /// # Errors
    /// The database refuses.
    pub fn decide_rule_change(
        &self,
        id: i64,
        state: RuleChangeState,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool> {
        self.write_durably(|transaction| {
            let changed = transaction.execute(
                "UPDATE rule_changes SET state = ?2, decided_by = ?3, reason = ?4, decided_at = ?5
                 WHERE id = ?1 AND state = 'draft'",
                params![id, state.code(), by, reason, to_ms(now)],
            )?;
            Ok(changed > 0)
        })
    }
}

fn line(row: &Row<'_>, zone: Tz) -> rusqlite::Result<RuleChangeLine> {
    let decided: Option<i64> = row.get(6)?;
    Ok(RuleChangeLine {
        id: row.get(0)?,
        file: row.get(1)?,
        begun_at: from_ms(row.get(2)?, zone),
        begun_by: row.get(3)?,
        summary: row.get(4)?,
        state: code(&row.get::<_, String>(5)?)?,
        decided_at: decided.map(|ms| from_ms(ms, zone)),
        decided_by: row.get(7)?,
        reason: row.get(8)?,
    })
}
