//! `analyses`, `level_changes`: what the machine says of a post, which level stands, and how it came to stand.

use super::Store;
use super::ledger::save_effective;
use super::rows::{code, from_ms, json, to_json, to_ms};
use super::save::NEXT_REVISION;
use crate::model::{
    Analysis, Judgement, Level, LevelChange, PostId, Reason, Timestamp, level_reasons,
};
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Row, Transaction, params};

impl Store {
    /// Saves judgements of posts at a revision; a post that changed meanwhile keeps waiting for another. The index sees
    /// the posts again; relevant ones wait for clustering, irrelevant ones leave their event. A level rises at once; a
    /// lower one is noted as a suggestion, and what people said stays.
    ///
    /// # Errors
    /// The database refuses; then none is stored.
    pub fn save_analyses(
        &self,
        analyses: &[(PostId, u64, Analysis)],
        rules_version: &str,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|transaction| {
            for (id, revision, analysis) in analyses {
                let before = known_judgement(transaction, *id)?;
                let from = before.as_ref().map_or(Level::None, Judgement::level);
                let change = |after: &Judgement| change(before.as_ref(), after);
                let after = match before.clone() {
                    Some(before) => before.judged_again(analysis.clone()),
                    None => Judgement::first(analysis.clone()),
                };
                if let Some((from, to, is_suggestion)) = change(&after) {
                    let change = LevelChange {
                        post: *id,
                        at: now,
                        from,
                        to,
                        is_suggestion,
                        by: None,
                        reasons: reasons_of_change(analysis),
                        rules_version: rules_version.to_owned(),
                    };
                    record_change(transaction, &change)?;
                }
                note_rise(transaction, *id, from, after.level(), now)?;
                save_judgement(transaction, *id, &after, rules_version, now)?;
                settle(transaction, *id, *revision, after.effective().relevant)?;
            }
            Ok(())
        })
    }

    /// Marks every post judged by other rules than `rules_version` to be judged again. How many?
    ///
    /// # Errors
    /// The database refuses.
    pub fn mark_judged_by_other_rules(&self, rules_version: &str) -> Result<usize> {
        self.write(|transaction| {
            let marked = transaction.execute(
                "UPDATE posts SET needs_analysis = 1 WHERE needs_analysis = 0 AND cleared_at IS NULL AND id IN
                     (SELECT post_id FROM analyses WHERE rules_version <> ?1)",
                [rules_version],
            )?;
            Ok(marked)
        })
    }

    /// All that is said of one post: by the machine, by people, and which level stands.
    ///
    /// # Errors
    /// The database refuses.
    pub fn judgement(&self, id: PostId) -> Result<Option<Judgement>> {
        let reader = self.reader()?;
        let judgement = reader
            .prepare_cached("SELECT analysis, held, said FROM analyses WHERE post_id = ?1")?
            .query_row([id.0], |row| judgement(row, [0, 1, 2]))
            .optional()?;
        Ok(judgement.flatten())
    }

    /// How the level of one post changed, oldest first, with what the machine suggested.
    ///
    /// # Errors
    /// The database refuses.
    pub fn level_changes(&self, id: PostId) -> Result<Vec<LevelChange>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {CHANGE_COLUMNS} FROM level_changes WHERE post_id = ?1 ORDER BY id"
        ))?;
        let changes = select
            .query_map([id.0], |row| level_change(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(changes)
    }

    /// Suggestions of the machine that nobody has decided about and that still hold, latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn open_suggestions(&self, limit: usize) -> Result<Vec<LevelChange>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {CHANGE_COLUMNS} FROM level_changes c
             WHERE is_suggestion = 1
                 AND id = (SELECT max(id) FROM level_changes l WHERE l.post_id = c.post_id)
                 AND to_level = (SELECT a.analysis ->> '$.level' FROM analyses a WHERE a.post_id = c.post_id)
             ORDER BY id DESC LIMIT ?1"
        ))?;
        let changes = select
            .query_map([limit], |row| level_change(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(changes)
    }
}

/// From, to, and whether it is only suggested; `None` where the machine changes nothing.
fn change(before: Option<&Judgement>, after: &Judgement) -> Option<(Level, Level, bool)> {
    let from = before.map_or(Level::None, Judgement::level);
    let to = after.level();
    if to != from {
        return Some((from, to, false));
    }
    let said_before = before.map(|before| before.machine.level);
    let is_new = said_before != Some(after.machine.level);
    let suggested = after.suggestion().filter(|_| is_new)?;
    Some((to, suggested, true))
}

pub(super) fn reasons_of_change(analysis: &Analysis) -> Vec<Reason> {
    let reasons = level_reasons(analysis);
    if !reasons.is_empty() {
        return reasons;
    }
    let text = if analysis.relevant {
        "不再符合定级规则"
    } else {
        "研判为与本单位无关"
    };
    vec![Reason {
        rule: "level".to_owned(),
        text: text.to_owned(),
    }]
}

pub(super) fn record_change(transaction: &Transaction<'_>, change: &LevelChange) -> Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO level_changes (post_id, at, from_level, to_level, is_suggestion, person,
                 reasons, rules_version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            change.post.0,
            to_ms(change.at),
            change.from.code(),
            change.to.code(),
            change.is_suggestion,
            change.by,
            to_json(&change.reasons)?,
            change.rules_version,
        ])?;
    Ok(())
}

/// Remembers when a level rose: a post that was quiet yesterday and is red today belongs into today's issue.
pub(super) fn note_rise(
    transaction: &Transaction<'_>,
    id: PostId,
    from: Level,
    to: Level,
    now: Timestamp,
) -> Result<()> {
    if to > from {
        transaction
            .prepare_cached("UPDATE posts SET level_rose_at = ?2 WHERE id = ?1")?
            .execute(params![id.0, to_ms(now)])?;
    }
    Ok(())
}

pub(super) fn known_judgement(
    transaction: &Transaction<'_>,
    id: PostId,
) -> Result<Option<Judgement>> {
    let known = transaction
        .prepare_cached("SELECT analysis, held, said FROM analyses WHERE post_id = ?1")?
        .query_row([id.0], |row| judgement(row, [0, 1, 2]))
        .optional()?;
    Ok(known.flatten())
}

fn save_judgement(
    transaction: &Transaction<'_>,
    id: PostId,
    judgement: &Judgement,
    rules_version: &str,
    now: Timestamp,
) -> Result<()> {
    let effective = judgement.effective();
    transaction
        .prepare_cached(
            "INSERT INTO analyses (post_id, analyzed_at, rules_version, about, relevant, level, analysis, held)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (post_id) DO UPDATE SET analyzed_at = excluded.analyzed_at,
                 rules_version = excluded.rules_version, about = excluded.about,
                 relevant = excluded.relevant, level = excluded.level, analysis = excluded.analysis,
                 held = excluded.held",
        )?
        .execute(params![
            id.0,
            to_ms(now),
            rules_version,
            effective.about,
            effective.relevant,
            effective.level.code(),
            to_json(&judgement.machine)?,
            judgement.held.as_ref().map(to_json).transpose()?,
        ])?;
    save_effective(transaction, id, &effective)
}

fn settle(transaction: &Transaction<'_>, id: PostId, revision: u64, relevant: bool) -> Result<()> {
    transaction
        .prepare_cached(&format!(
            "UPDATE posts SET needs_analysis = (revision <> ?3), needs_clustering = ?2,
                 event_id = CASE WHEN ?2 OR EXISTS (SELECT 1 FROM placed_by_hand WHERE post_id = ?1)
                     THEN event_id END,
                 repost_of = CASE WHEN ?2 OR EXISTS (SELECT 1 FROM copies_by_hand WHERE post_id = ?1)
                     THEN repost_of END,
                 revision = {NEXT_REVISION}
             WHERE id = ?1"
        ))?
        .execute(params![id.0, relevant, revision])?;
    Ok(())
}

/// From the columns `analysis`, `held`, `said`; `None` for a post that waits for its first judgement.
pub(super) fn judgement(row: &Row<'_>, columns: [usize; 3]) -> rusqlite::Result<Option<Judgement>> {
    let column = |index: usize| row.get::<_, Option<String>>(columns[index]);
    let Some(machine) = column(0)? else {
        return Ok(None);
    };
    Ok(Some(Judgement {
        machine: json(&machine)?,
        held: column(1)?.as_deref().map(json).transpose()?,
        said: column(2)?.as_deref().map_or(Ok(Vec::new()), json)?,
    }))
}

pub(super) const CHANGE_COLUMNS: &str =
    "post_id, at, from_level, to_level, is_suggestion, person, reasons, rules_version";

pub(super) fn level_change(row: &Row<'_>, zone: Tz) -> rusqlite::Result<LevelChange> {
    Ok(LevelChange {
        post: PostId(row.get(0)?),
        at: from_ms(row.get(1)?, zone),
        from: code(&row.get::<_, String>(2)?)?,
        to: code(&row.get::<_, String>(3)?)?,
        is_suggestion: row.get(4)?,
        by: row.get(5)?,
        reasons: json(&row.get::<_, String>(6)?)?,
        rules_version: row.get(7)?,
    })
}
