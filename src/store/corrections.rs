//! `corrections`, `withdrawals`: what people said of posts. Rows are only added; what follows from those in force stands
//! beside the machine's judgement in `analyses`.

use super::Store;
use super::adoption::save_opinions;
use super::events::{count_members, delete_empty_events, lower_event};
use super::judgements::{known_judgement, note_rise, reasons_of_change, record_change};
use super::ledger::save_effective;
use super::rows::{from_ms, json, to_json, to_ms};
use super::save::NEXT_REVISION;
use crate::model::{
    Correction, Field, Judgement, Label, Level, LevelChange, PostId, Reason, Said, Timestamp,
    Withdrawal, rules_behind,
};
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::collections::BTreeMap;

/// 署名 — who does something, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Who.
    pub by: String,
    /// Why, in the person's words; may be empty.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Writes down what a person says of a judged post, and lets it hold from now on. `None`: the post is unknown or has
    /// no judgement yet.
    ///
    /// # Errors
    /// The database refuses; then nothing is stored.
    pub fn correct(&self, id: PostId, label: Label, act: &Act) -> Result<Option<Correction>> {
        self.write_durably(|transaction| {
            let Some(before) = known_judgement(transaction, id)? else {
                return Ok(None);
            };
            let label = label.with_consequences();
            let fields = label.fields();
            let machine = Label::of(&before.machine).only(&fields);
            let rules: BTreeMap<Field, Vec<String>> = (fields.iter())
                .map(|field| (*field, rules_behind(&before.machine, *field)))
                .collect();
            transaction
                .prepare_cached(
                    "INSERT INTO corrections (post_id, at, person, note, label, machine, rules, rules_version)
                     SELECT post_id, ?2, ?3, ?4, ?5, ?6, ?7, rules_version FROM analyses WHERE post_id = ?1",
                )?
                .execute(params![
                    id.0,
                    to_ms(act.at),
                    act.by,
                    act.note,
                    to_json(&label)?,
                    to_json(&machine)?,
                    to_json(&rules)?,
                ])?;
            let correction = transaction.last_insert_rowid();
            self.let_hold(transaction, id, before, label.level.is_some(), act)?;
            one_correction(transaction, correction, self.zone)
        })
    }

    /// Takes back the latest correction of a post that is in force. `None`: there is none.
    ///
    /// # Errors
    /// The database refuses; then nothing is stored.
    pub fn withdraw_correction(&self, id: PostId, act: &Act) -> Result<Option<Correction>> {
        self.write_durably(|transaction| {
            let latest: Option<i64> = transaction
                .prepare_cached(
                    "SELECT max(id) FROM corrections c WHERE post_id = ?1
                         AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.correction_id = c.id)",
                )?
                .query_row([id.0], |row| row.get(0))?;
            let (Some(latest), Some(before)) = (latest, known_judgement(transaction, id)?) else {
                return Ok(None);
            };
            transaction
                .prepare_cached(
                    "INSERT INTO withdrawals (correction_id, at, person, note) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![latest, to_ms(act.at), act.by, act.note])?;
            self.let_hold(transaction, id, before, false, act)?;
            one_correction(transaction, latest, self.zone)
        })
    }

    /// Corrections of one post, withdrawn ones included, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn corrections_of(&self, id: PostId) -> Result<Vec<Correction>> {
        corrections_of(&*self.reader()?, id, self.zone)
    }

    /// All corrections, withdrawn ones included, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn corrections(&self) -> Result<Vec<Correction>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached(&format!("SELECT {CORRECTION_COLUMNS} ORDER BY c.id"))?;
        let corrections = select
            .query_map([], |row| correction(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(corrections)
    }

    /// Were the words of the post cleared, so that nothing can be learned from them?
    ///
    /// # Errors
    /// The database refuses.
    pub fn is_cleared(&self, id: PostId) -> Result<bool> {
        let reader = self.reader()?;
        let cleared: Option<bool> = reader
            .prepare_cached("SELECT cleared_at IS NOT NULL FROM posts WHERE id = ?1")?
            .query_row([id.0], |row| row.get(0))
            .optional()?;
        Ok(cleared.unwrap_or(false))
    }

    /// What follows from the corrections in force: for the post, its level, its event, the index. The machine looks at
    /// the post once more, for its readings and copies may matter now.
    fn let_hold(
        &self,
        transaction: &Transaction<'_>,
        id: PostId,
        before: Judgement,
        decides_level: bool,
        act: &Act,
    ) -> Result<()> {
        let from = before.level();
        let was_decided = before.said_of(Field::Level).is_some();
        let after = Judgement {
            said: said(transaction, id, self.zone)?,
            ..before
        };
        let (effective, to) = (after.effective(), after.level());
        let said = (!after.said.is_empty())
            .then(|| to_json(&after.said))
            .transpose()?;
        let version: String = transaction
            .prepare_cached(
                "UPDATE analyses SET said = ?2, about = ?3, relevant = ?4, level = ?5
                 WHERE post_id = ?1 RETURNING rules_version",
            )?
            .query_row(
                params![id.0, said, effective.about, effective.relevant, to.code()],
                |row| row.get(0),
            )?;
        save_effective(transaction, id, &effective)?;
        if decides_level || from != to {
            let reason = Reason {
                rule: "correction".to_owned(),
                text: act.note.clone(),
            };
            let change = LevelChange {
                post: id,
                at: act.at,
                from,
                to,
                is_suggestion: false,
                by: Some(act.by.clone()),
                reasons: vec![reason],
                rules_version: version.clone(),
            };
            record_change(transaction, &change)?;
        }
        // Nobody decides about the level any more: what the machine suggests is open again.
        let is_open = was_decided && after.said_of(Field::Level).is_none();
        if let Some(suggested) = after.suggestion().filter(|_| is_open) {
            let change = LevelChange {
                post: id,
                at: act.at,
                from: to,
                to: suggested,
                is_suggestion: true,
                by: None,
                reasons: reasons_of_change(&after.machine),
                rules_version: version,
            };
            record_change(transaction, &change)?;
        }
        note_rise(transaction, id, from, to, act.at)?;
        save_opinions(transaction, id, self.zone)?;
        let event: Option<i64> = transaction
            .prepare_cached("SELECT event_id FROM posts WHERE id = ?1")?
            .query_row([id.0], |row| row.get(0))?;
        transaction
            .prepare_cached(&format!(
                "UPDATE posts SET needs_analysis = (cleared_at IS NULL), needs_clustering = ?2,
                     event_id = CASE WHEN ?2 THEN coalesce(event_id,
                         (SELECT event_id FROM placed_by_hand WHERE post_id = ?1)) END,
                     repost_of = CASE WHEN ?2 OR EXISTS (SELECT 1 FROM copies_by_hand WHERE post_id = ?1)
                         THEN repost_of END,
                     revision = {NEXT_REVISION}
                 WHERE id = ?1"
            ))?
            .execute(params![id.0, effective.relevant])?;
        if let Some(event) = event {
            delete_empty_events(transaction)?;
            count_members(transaction, event)?;
            if to < from {
                lower_event(transaction, event)?;
            }
        }
        Ok(())
    }
}

/// Corrections of a post in force, oldest first.
fn said(transaction: &Transaction<'_>, id: PostId, zone: Tz) -> Result<Vec<Said>> {
    let in_force = corrections_of(transaction, id, zone)?
        .into_iter()
        .filter(|correction| correction.withdrawn.is_none());
    let said = in_force.map(|correction| Said {
        by: correction.by,
        at: correction.at,
        machine_level: correction.machine.level.unwrap_or(Level::None),
        label: correction.label,
    });
    Ok(said.collect())
}

pub(super) fn corrections_of(
    connection: &Connection,
    id: PostId,
    zone: Tz,
) -> Result<Vec<Correction>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {CORRECTION_COLUMNS} WHERE c.post_id = ?1 ORDER BY c.id"
    ))?;
    let corrections = select
        .query_map([id.0], |row| correction(row, zone))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(corrections)
}

fn one_correction(transaction: &Transaction<'_>, id: i64, zone: Tz) -> Result<Option<Correction>> {
    let mut select =
        transaction.prepare_cached(&format!("SELECT {CORRECTION_COLUMNS} WHERE c.id = ?1"))?;
    Ok(select
        .query_row([id], |row| correction(row, zone))
        .optional()?)
}

const CORRECTION_COLUMNS: &str =
    "c.id, c.post_id, c.at, c.person, c.note, c.label, c.machine, c.rules,
     c.rules_version, w.at, w.person, w.note
     FROM corrections c LEFT JOIN withdrawals w ON w.correction_id = c.id";

fn correction(row: &Row<'_>, zone: Tz) -> rusqlite::Result<Correction> {
    let withdrawn_at: Option<i64> = row.get(9)?;
    let withdrawn = match withdrawn_at {
        Some(ms) => Some(Withdrawal {
            at: from_ms(ms, zone),
            by: row.get(10)?,
            note: row.get(11)?,
        }),
        None => None,
    };
    Ok(Correction {
        id: row.get(0)?,
        post: PostId(row.get(1)?),
        at: from_ms(row.get(2)?, zone),
        by: row.get(3)?,
        note: row.get(4)?,
        label: json(&row.get::<_, String>(5)?)?,
        machine: json(&row.get::<_, String>(6)?)?,
        rules: json(&row.get::<_, String>(7)?)?,
        rules_version: row.get(8)?,
        withdrawn,
    })
}
