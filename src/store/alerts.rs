//! `alerts`, `alert_steps`, `alert_notices`: what was raised, who was told, what people did.

use super::Store;
use super::deliveries::queue;
use super::rows::{code, from_ms, json, to_json, to_ms};
use crate::model::{
    Alert, AlertId, AlertNotice, AlertState, AlertStep, AlertSubject, AlertTelling, EventId,
    NewAlert, PostId, Timestamp,
};
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::fmt;

/// Which alerts to list; the default lists the latest.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlertFilter {
    /// Only in this state.
    pub state: Option<AlertState>,
    /// Only raised from then on.
    pub since: Option<Timestamp>,
    /// At most so many.
    pub limit: usize,
    /// Passed over.
    pub offset: usize,
}

/// Why a deed was refused.
#[derive(Debug)]
pub enum AlertActError {
    /// There is no such alert.
    Unknown(AlertId),
    /// Somebody was there before.
    Closed(AlertId, AlertState, Option<AlertStep>),
    /// The store failed.
    Store(anyhow::Error),
}

impl fmt::Display for AlertActError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AlertActError::Unknown(id) => {
                write!(f, "没有第{}号预警", id.0)
            }
            AlertActError::Closed(id, state, step) => {
                write!(f, "第{}号预警{}", id.0, state.label())?;
                if let Some(step) = step {
                    write!(f, "（{}，{}）", step.by, step.at.format("%Y-%m-%d %H:%M"))?;
                }
                f.write_str("，未作改动")
            }
            AlertActError::Store(error) => write!(f, "{error}"),
        }
    }
}

impl From<anyhow::Error> for AlertActError {
    fn from(error: anyhow::Error) -> Self {
        AlertActError::Store(error)
    }
}

const COLUMNS: &str =
    "id, natural_key, kind, subject, level, title, reason, post_id, event_id, post_count,
     source_count, recipients, tell_at, is_closed, raised_at, state, notice_count, next_notice_at";

impl Store {
    /// Alerts, the latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn alerts(&self, filter: AlertFilter) -> Result<Vec<Alert>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM alerts
             WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR raised_at >= ?2)
             ORDER BY id DESC LIMIT ?3 OFFSET ?4"
        ))?;
        let mut alerts = select
            .query_map(
                params![
                    filter.state.map(AlertState::code),
                    filter.since.map(to_ms),
                    filter.limit,
                    filter.offset
                ],
                |row| alert(row, self.zone),
            )?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for alert in &mut alerts {
            add_history(&reader, alert, self.zone)?;
        }
        Ok(alerts)
    }

    /// One alert.
    ///
    /// # Errors
    /// The database refuses.
    pub fn alert(&self, id: AlertId) -> Result<Option<Alert>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached(&format!("SELECT {COLUMNS} FROM alerts WHERE id = ?1"))?;
        let Some(mut found) = select
            .query_row([id.0], |row| alert(row, self.zone))
            .optional()?
        else {
            return Ok(None);
        };
        add_history(&reader, &mut found, self.zone)?;
        Ok(Some(found))
    }

    /// Posts that an alert lists.
    ///
    /// # Errors
    /// The database refuses.
    pub fn posts_of_alert(&self, id: AlertId) -> Result<Vec<PostId>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT post_id FROM alert_posts WHERE alert_id = ?1 ORDER BY post_id DESC",
        )?;
        let posts = select
            .query_map([id.0], |row| Ok(PostId(row.get(0)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(posts)
    }

    /// Alerts of which somebody is to be told now, the oldest first. No notice waits longer than `latest`, and none but the
    /// first longer than `longest`: one that does was made by a clock that went back, and is due.
    ///
    /// # Errors
    /// The database refuses.
    pub fn alerts_to_tell(
        &self,
        now: Timestamp,
        longest: Timestamp,
        latest: Timestamp,
        limit: usize,
    ) -> Result<Vec<Alert>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM alerts WHERE next_notice_at IS NOT NULL
                 AND (next_notice_at <= ?1 OR next_notice_at > ?3 OR notice_count > 0 AND next_notice_at > ?2)
             ORDER BY id LIMIT ?4"
        ))?;
        let mut due = select
            .query_map(
                params![to_ms(now), to_ms(longest), to_ms(latest), limit],
                |row| alert(row, self.zone),
            )?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for alert in &mut due {
            add_history(&reader, alert, self.zone)?;
        }
        Ok(due)
    }

    /// Nobody is told of the alert, unless somebody was told already.
    ///
    /// # Errors
    /// The database refuses.
    pub fn hush_alert(&self, id: AlertId) -> Result<()> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE alerts SET next_notice_at = NULL WHERE id = ?1 AND notice_count = 0",
                [id.0],
            )?;
            Ok(())
        })
    }

    /// Queues notices and remembers who was told, as one deed. An alert that somebody took or told of meanwhile makes it
    /// void: the next look finds it as it is. Was it done?
    ///
    /// # Errors
    /// The database refuses; then nothing of it is kept.
    pub fn tell_alerts(&self, telling: &AlertTelling, now: Timestamp) -> Result<bool> {
        let told = self.write_durably(|transaction| {
            for (id, notice, next) in &telling.told {
                if !tell(transaction, *id, notice, *next)? {
                    return Err(Overtaken.into());
                }
            }
            queue(transaction, &telling.deliveries, now)?;
            Ok(())
        });
        match told {
            Ok(()) => Ok(true),
            Err(error) if error.is::<Overtaken>() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// 签收、办结、误报 — what a person did about an alert. Earlier open alerts on the same subject go with it: who takes the
    /// orange one has taken the yellow one before it.
    ///
    /// # Errors
    /// There is no such alert, it is closed already, or the store refuses.
    pub fn act_on_alert(&self, id: AlertId, step: &AlertStep) -> Result<(), AlertActError> {
        let refusal = self.write_durably(|transaction| {
            let found = transaction
                .query_row(
                    "SELECT state, subject FROM alerts WHERE id = ?1",
                    [id.0],
                    |row| {
                        Ok((
                            code::<AlertState>(&row.get::<_, String>(0)?)?,
                            AlertSubject(row.get(1)?),
                        ))
                    },
                )
                .optional()?;
            let Some((state, subject)) = found else {
                return Ok(Some(AlertActError::Unknown(id)));
            };
            if !state.may_become(step.state) {
                let last = steps(transaction, id, self.zone)?.pop();
                return Ok(Some(AlertActError::Closed(id, state, last)));
            }
            take(transaction, id, step)?;
            let mut select = transaction.prepare_cached(
                "SELECT id FROM alerts WHERE subject = ?1 AND id < ?2 AND state = 'open' AND kind <> 'watch'",
            )?;
            let earlier = select
                .query_map(params![subject.0, id.0], |row| Ok(AlertId(row.get(0)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            for earlier in earlier {
                let with = AlertStep {
                    note: format!("随第{}号预警一并{}", id.0, verb(step.state)),
                    ..step.clone()
                };
                take(transaction, earlier, &with)?;
            }
            Ok(None)
        })?;
        refusal.map_or(Ok(()), Err)
    }
}

fn verb(state: AlertState) -> &'static str {
    match state {
        AlertState::Open => "登记",
        AlertState::Acknowledged => "签收",
        AlertState::Handled => "办结",
        AlertState::FalseAlarm => "判为误报",
    }
}

fn take(transaction: &Transaction<'_>, id: AlertId, step: &AlertStep) -> Result<()> {
    transaction.execute(
        "INSERT INTO alert_steps (alert_id, at, state, person, note) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![id.0, to_ms(step.at), step.state.code(), step.by, step.note],
    )?;
    transaction.execute(
        "UPDATE alerts SET state = ?2, next_notice_at = NULL WHERE id = ?1",
        params![id.0, step.state.code()],
    )?;
    Ok(())
}

/// Somebody took the alert, or told of it, since it was read.
#[derive(Debug, thiserror::Error)]
#[error("overtaken by another deed")]
struct Overtaken;

/// Was it still to be told?
fn tell(
    transaction: &Transaction<'_>,
    id: AlertId,
    notice: &AlertNotice,
    next: Option<Timestamp>,
) -> Result<bool> {
    let changed = transaction
        .prepare_cached(
            "UPDATE alerts SET next_notice_at = ?2, notice_count = ?3
             WHERE id = ?1 AND notice_count = ?3 - 1 AND next_notice_at IS NOT NULL",
        )?
        .execute(params![id.0, next.map(to_ms), notice.number])?;
    if changed > 0 {
        transaction
            .prepare_cached(
                "INSERT INTO alert_notices (alert_id, number, at, recipients) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                id.0,
                notice.number,
                to_ms(notice.at),
                to_json(&notice.recipients)?
            ])?;
    }
    Ok(changed > 0)
}

fn alert(row: &Row<'_>, zone: Tz) -> rusqlite::Result<Alert> {
    let moment = |column: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row
            .get::<_, Option<i64>>(column)?
            .map(|ms| from_ms(ms, zone)))
    };
    Ok(Alert {
        id: AlertId(row.get(0)?),
        what: NewAlert {
            key: row.get(1)?,
            kind: code(&row.get::<_, String>(2)?)?,
            subject: AlertSubject(row.get(3)?),
            level: code(&row.get::<_, String>(4)?)?,
            title: row.get(5)?,
            reason: row.get(6)?,
            post: row.get::<_, Option<i64>>(7)?.map(PostId),
            event: row.get::<_, Option<i64>>(8)?.map(EventId),
            post_count: row.get(9)?,
            source_count: row.get(10)?,
            recipients: json(&row.get::<_, String>(11)?)?,
            tell_at: from_ms(row.get(12)?, zone),
            is_closed: row.get(13)?,
        },
        raised_at: from_ms(row.get(14)?, zone),
        state: code(&row.get::<_, String>(15)?)?,
        notice_count: row.get(16)?,
        next_notice_at: moment(17)?,
        steps: Vec::new(),
        notices: Vec::new(),
    })
}

fn add_history(connection: &Connection, alert: &mut Alert, zone: Tz) -> Result<()> {
    alert.steps = steps(connection, alert.id, zone)?;
    let mut select = connection.prepare_cached(
        "SELECT number, at, recipients FROM alert_notices WHERE alert_id = ?1 ORDER BY number",
    )?;
    alert.notices = select
        .query_map([alert.id.0], |row| {
            Ok(AlertNotice {
                number: row.get(0)?,
                at: from_ms(row.get(1)?, zone),
                recipients: json(&row.get::<_, String>(2)?)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(())
}

fn steps(connection: &Connection, id: AlertId, zone: Tz) -> Result<Vec<AlertStep>> {
    let mut select = connection.prepare_cached(
        "SELECT at, state, person, note FROM alert_steps WHERE alert_id = ?1 ORDER BY id",
    )?;
    let steps = select
        .query_map([id.0], |row| {
            Ok(AlertStep {
                at: from_ms(row.get(0)?, zone),
                state: code(&row.get::<_, String>(1)?)?,
                by: row.get(2)?,
                note: row.get(3)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(steps)
}
