//! `alert_state`, `alert_subjects`, `alert_sources`: what was said about what, so that no look says it twice.

use super::Store;
use super::rows::{code, from_ms, to_json, to_ms};
use crate::model::{
    AlertId, AlertMark, AlertRound, AlertState, AlertSubject, Level, NewAlert, PostId, SourceMark,
    Timestamp,
};
use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::HashMap;

/// After a day nobody asks any more when a watch told of a happening.
const WATCH_MARKS: TimeDelta = TimeDelta::days(1);

impl Store {
    /// Alerts begin: what is there before the first look is known and calls nobody. Do they begin only now?
    ///
    /// # Errors
    /// The database refuses.
    pub fn begin_alerts(&self, now: Timestamp) -> Result<bool> {
        if self.change_cursor()?.is_some() {
            return Ok(false);
        }
        self.write_durably(|transaction| {
            let change: i64 = transaction.query_row(
                "SELECT coalesce(max(id), 0) FROM level_changes",
                [],
                |row| row.get(0),
            )?;
            transaction.execute(
                "INSERT OR IGNORE INTO alert_subjects (subject, event_id, level, at, change_id)
                 SELECT 'event:' || id, id, level, ?1, ?2 FROM events WHERE level IN ('yellow', 'orange', 'red')",
                params![to_ms(now), change],
            )?;
            transaction.execute("UPDATE watch_hits SET needs_alert = 0 WHERE needs_alert = 1", [])?;
            transaction.execute(
                "INSERT OR IGNORE INTO alert_state (only_row, begun_at, change_id) VALUES (1, ?1, ?2)",
                params![to_ms(now), change],
            )?;
            Ok(true)
        })
    }

    /// Changes of levels up to here were looked at; `None` before alerts began.
    ///
    /// # Errors
    /// The database refuses.
    pub fn change_cursor(&self) -> Result<Option<i64>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached("SELECT change_id FROM alert_state")?;
        Ok(select.query_row([], |row| row.get(0)).optional()?)
    }

    /// Is it `pause` since bursts were looked for? Then they are looked for now. A clock that went back counts as long ago.
    ///
    /// # Errors
    /// The database refuses.
    pub fn claim_burst_look(&self, now: Timestamp, pause: TimeDelta) -> Result<bool> {
        self.claim_look("bursts_at", now, pause)
    }

    /// The same of sources.
    ///
    /// # Errors
    /// The database refuses.
    pub fn claim_source_look(&self, now: Timestamp, pause: TimeDelta) -> Result<bool> {
        self.claim_look("sources_at", now, pause)
    }

    fn claim_look(&self, column: &str, now: Timestamp, pause: TimeDelta) -> Result<bool> {
        let last: Option<i64> =
            self.reader()?
                .query_row(&format!("SELECT {column} FROM alert_state"), [], |row| {
                    row.get(0)
                })?;
        let is_recent = last.is_some_and(|last| {
            let age = to_ms(now) - last;
            (0..pause.num_milliseconds()).contains(&age)
        });
        if is_recent {
            return Ok(false);
        }
        self.write(|transaction| {
            transaction.execute(
                &format!("UPDATE alert_state SET {column} = ?1"),
                [to_ms(now)],
            )?;
            Ok(true)
        })
    }

    /// Sources as they were at the last look, by id.
    ///
    /// # Errors
    /// The database refuses.
    pub fn source_marks(&self) -> Result<HashMap<String, SourceMark>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT source_id, condition, since, told, told_at FROM alert_sources",
        )?;
        let marks = select
            .query_map([], |row| {
                let source: String = row.get(0)?;
                let told_at: Option<i64> = row.get(4)?;
                Ok((
                    source.clone(),
                    SourceMark {
                        source,
                        condition: code(&row.get::<_, String>(1)?)?,
                        since: from_ms(row.get(2)?, self.zone),
                        told: code(&row.get::<_, String>(3)?)?,
                        told_at: told_at.map(|ms| from_ms(ms, self.zone)),
                    },
                ))
            })?
            .collect::<rusqlite::Result<HashMap<_, _>>>()?;
        Ok(marks)
    }

    /// Keeps what one look found, as one deed. How many alerts are new?
    ///
    /// # Errors
    /// The database refuses; then nothing of it is kept.
    pub fn save_alert_round(&self, round: &AlertRound, now: Timestamp) -> Result<usize> {
        if *round == AlertRound::default() {
            return Ok(0);
        }
        self.write_durably(|transaction| {
            let mut new = 0;
            for (alert, change) in &round.alerts {
                let posts = round.posts.iter().filter(|(key, _)| *key == alert.key);
                let posts: Vec<PostId> = posts.map(|(_, post)| *post).collect();
                new += usize::from(raise(transaction, alert, &posts, *change, now)?);
            }
            for mark in &round.marks {
                save_mark(transaction, mark)?;
                if mark.event.is_some() && mark.level < Level::Yellow {
                    hush(transaction, &mark.subject)?;
                }
            }
            for (watch, post) in &round.hits {
                transaction
                    .prepare_cached(
                        "UPDATE watch_hits SET needs_alert = 0 WHERE watch_id = ?1 AND post_id = ?2",
                    )?
                    .execute(params![watch, post.0])?;
            }
            if !round.hits.is_empty() {
                transaction.execute(
                    "DELETE FROM alert_subjects WHERE subject LIKE 'watch:%/%' AND at < ?1",
                    [to_ms(now - WATCH_MARKS)],
                )?;
            }
            for source in &round.sources {
                save_source(transaction, source)?;
            }
            if let Some(cursor) = round.change_cursor {
                transaction.execute("UPDATE alert_state SET change_id = ?1", [cursor])?;
            }
            Ok(new)
        })
    }
}

/// Is it raised only now?
fn raise(
    transaction: &Transaction<'_>,
    alert: &NewAlert,
    posts: &[PostId],
    change: i64,
    now: Timestamp,
) -> Result<bool> {
    let (id, is_new) = insert(transaction, alert, now)?;
    // What was raised before is known all the same: without its mark every look would raise it again.
    let mark = AlertMark {
        subject: alert.subject.clone(),
        event: alert.event,
        level: alert.level,
        at: now,
        change,
        alert: Some(id),
    };
    save_mark(transaction, &mark)?;
    if !is_new {
        return Ok(false);
    }
    for post in posts {
        transaction.execute(
            "INSERT OR IGNORE INTO alert_posts (alert_id, post_id) VALUES (?1, ?2)",
            params![id.0, post.0],
        )?;
    }
    supersede(transaction, alert, id, now)?;
    Ok(true)
}

/// The alert of this key, and whether it is raised only now.
fn insert(
    transaction: &Transaction<'_>,
    alert: &NewAlert,
    now: Timestamp,
) -> Result<(AlertId, bool)> {
    let state = match alert.is_closed {
        true => AlertState::Handled,
        false => AlertState::Open,
    };
    let inserted = transaction
        .prepare_cached(
            "INSERT INTO alerts (natural_key, kind, subject, level, title, reason, post_id, event_id, post_count,
                 source_count, recipients, tell_at, is_closed, raised_at, state, next_notice_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?12)
             ON CONFLICT (natural_key) DO NOTHING",
        )?
        .execute(params![
            alert.key,
            alert.kind.code(),
            alert.subject.0,
            alert.level.code(),
            alert.title,
            alert.reason,
            alert.post.map(|post| post.0),
            alert.event.map(|event| event.0),
            alert.post_count,
            alert.source_count,
            to_json(&alert.recipients)?,
            to_ms(alert.tell_at),
            alert.is_closed,
            to_ms(now),
            state.code(),
        ])?;
    if inserted > 0 {
        return Ok((AlertId(transaction.last_insert_rowid()), true));
    }
    let id = transaction
        .prepare_cached("SELECT id FROM alerts WHERE natural_key = ?1")?
        .query_row([&alert.key], |row| row.get(0))?;
    Ok((AlertId(id), false))
}

fn save_mark(transaction: &Transaction<'_>, mark: &AlertMark) -> Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO alert_subjects (subject, event_id, level, at, change_id, alert_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            mark.subject.0,
            mark.event.map(|event| event.0),
            mark.level.code(),
            to_ms(mark.at),
            mark.change,
            mark.alert.map(|alert| alert.0),
        ])?;
    Ok(())
}

/// What fell before anybody was told of it is not told: it stays on the list.
fn hush(transaction: &Transaction<'_>, subject: &AlertSubject) -> Result<()> {
    transaction.execute(
        "UPDATE alerts SET next_notice_at = NULL WHERE subject = ?1 AND notice_count = 0",
        [&subject.0],
    )?;
    Ok(())
}

/// Nobody is told any more of what a newer alert on the same subject says better. What tells that something is over closes
/// what told of its beginning.
fn supersede(
    transaction: &Transaction<'_>,
    newer: &NewAlert,
    id: AlertId,
    now: Timestamp,
) -> Result<()> {
    transaction.execute(
        "UPDATE alerts SET next_notice_at = NULL WHERE subject = ?1 AND id < ?2 AND kind <> 'watch'",
        params![newer.subject.0, id.0],
    )?;
    if newer.is_closed {
        transaction.execute(
            "INSERT INTO alert_steps (alert_id, at, state, person, note)
             SELECT id, ?3, 'handled', '系统', ?4 FROM alerts
             WHERE subject = ?1 AND id < ?2 AND state IN ('open', 'acknowledged')",
            params![newer.subject.0, id.0, to_ms(now), newer.reason],
        )?;
        transaction.execute(
            "UPDATE alerts SET state = 'handled'
             WHERE subject = ?1 AND id < ?2 AND state IN ('open', 'acknowledged')",
            params![newer.subject.0, id.0],
        )?;
    }
    Ok(())
}

fn save_source(transaction: &Transaction<'_>, mark: &SourceMark) -> Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO alert_sources (source_id, condition, since, told, told_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            mark.source,
            mark.condition.code(),
            to_ms(mark.since),
            mark.told.code(),
            mark.told_at.map(to_ms),
        ])?;
    Ok(())
}
