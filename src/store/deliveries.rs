//! `deliveries`, `delivery_attempts`: what recipients are to get, what became of it, what people decided. Claims and their
//! results: `delivery_claims.rs`.

use super::Store;
use super::rows::{code, from_ms, json, to_json, to_ms};
use crate::model::{
    Delivery, DeliveryId, DeliveryOutcome, DeliveryState, DeliveryStep, IssueId, NewDelivery,
    Subject, Timestamp,
};
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

/// Which deliveries to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Only this state.
    pub state: Option<DeliveryState>,
    /// Only of this issue.
    pub issue: Option<IssueId>,
    /// Only for this recipient.
    pub recipient: Option<String>,
    /// At most this many, newest first; 0 means 100.
    pub limit: usize,
}

/// Why a person's word on a delivery was refused.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// No such delivery.
    #[error("没有编号为{0}的投递")]
    NotFound(i64),
    /// It does not follow from the state it is in.
    #[error("第{id}号投递现为“{}”，不能{deed}；{remedy}", state.label())]
    WrongState {
        /// Row id.
        id: i64,
        /// State it is in.
        state: DeliveryState,
        /// What was asked for.
        deed: &'static str,
        /// What would be possible.
        remedy: &'static str,
    },
    /// Nothing more is sent, or noted as received, of an issue that does not hold.
    #[error("本期已作废，不能{deed}；改正后的内容请另行起草、签发")]
    Void {
        /// Row id.
        id: i64,
        /// What was asked for.
        deed: &'static str,
    },
    /// The database refuses.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

impl Store {
    /// Queues deliveries; one that was queued before stays as it is. How many are new?
    ///
    /// # Errors
    /// The database refuses.
    pub fn queue_deliveries(&self, deliveries: &[NewDelivery], now: Timestamp) -> Result<usize> {
        self.write_durably(|transaction| queue(transaction, deliveries, now))
    }

    /// Deliveries, newest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {DELIVERY_COLUMNS} FROM deliveries
             WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR issue_id = ?2)
                 AND (?3 IS NULL OR recipient = ?3)
             ORDER BY id DESC LIMIT ?4"
        ))?;
        let limit = if filter.limit == 0 { 100 } else { filter.limit };
        let state = filter.state.map(DeliveryState::code);
        let issue = filter.issue.map(|id| id.0);
        let found = select
            .query_map(params![state, issue, filter.recipient, limit], |row| {
                delivery_of(row, self.zone)
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(found)
    }

    /// One delivery.
    ///
    /// # Errors
    /// The database refuses.
    pub fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        Ok(select_delivery(&*self.reader()?, id, self.zone)?)
    }

    /// 投递经过, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn delivery_steps(&self, id: DeliveryId) -> Result<Vec<DeliveryStep>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT attempt, at, outcome, message, by FROM delivery_attempts
             WHERE delivery_id = ?1 ORDER BY id",
        )?;
        let steps = select
            .query_map([id.0], |row| {
                Ok(DeliveryStep {
                    attempt: row.get(0)?,
                    at: from_ms(row.get(1)?, self.zone),
                    outcome: code(&row.get::<_, String>(2)?)?,
                    message: row.get(3)?,
                    by: row.get(4)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(steps)
    }

    /// 未送达 and 待核实 since then of which no notice `delivery:ID:ATTEMPT` was queued, oldest first. Such notices
    /// themselves, and what belongs to void issues, are not among them.
    ///
    /// # Errors
    /// The database refuses.
    pub fn untold_failures(&self, since: Timestamp) -> Result<Vec<Delivery>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {DELIVERY_COLUMNS} FROM deliveries d
             WHERE state IN ('failed', 'uncertain') AND last_attempt_at >= ?1
                 AND subject NOT LIKE 'delivery:%'
                 AND coalesce(issue_id, 0) NOT IN (SELECT id FROM issues WHERE state = 'void')
                 AND NOT EXISTS (SELECT 1 FROM deliveries n
                     WHERE n.subject = 'delivery:' || d.id || ':' || d.attempt_count)
             ORDER BY id"
        ))?;
        let found = select
            .query_map([to_ms(since)], |row| delivery_of(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(found)
    }

    /// Deliveries that wait for their next attempt need not wait any longer. How many waited?
    ///
    /// # Errors
    /// The database refuses.
    pub fn hasten_deliveries(&self, ids: &[DeliveryId], now: Timestamp) -> Result<usize> {
        let ids = to_json(&ids)?;
        self.write_durably(|transaction| {
            Ok(transaction.execute(
                "UPDATE deliveries SET due_at = ?2 WHERE state = 'waiting' AND due_at > ?2
                     AND id IN (SELECT value FROM json_each(?1))",
                params![ids, to_ms(now)],
            )?)
        })
    }

    /// 人工确认送达 — somebody asked the recipient, or saw it in the group.
    ///
    /// # Errors
    /// [`DeliveryError`]: no such delivery, or its fate is known.
    pub fn confirm_delivery(
        &self,
        id: DeliveryId,
        by: &str,
        note: &str,
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        self.decide(id, |transaction, delivery| {
            let remedy = match delivery.state {
                DeliveryState::Uncertain | DeliveryState::Failed => "",
                DeliveryState::Sent => "不必再确认",
                DeliveryState::Waiting | DeliveryState::Sending => "请等它发完再看结果",
                DeliveryState::Cancelled => "它没有发出过",
            };
            if !remedy.is_empty() {
                return Err(wrong_state(delivery, "确认送达", remedy));
            }
            check_not_void(transaction, delivery, "确认送达")?;
            transaction.execute(
                "UPDATE deliveries SET state = 'sent', sent_at = ?2, message = ?3 WHERE id = ?1",
                params![id.0, to_ms(now), format!("{by}确认送达")],
            )?;
            let deed = DeliveryOutcome::Confirmed;
            Ok(add_step(transaction, delivery, now, deed, note, Some(by))?)
        })
    }

    /// 人工要求重发 — goes on behind the parts that arrived, with a fresh count of attempts.
    ///
    /// # Errors
    /// [`DeliveryError`]: no such delivery, or it is under way, or arrived.
    pub fn resend_delivery(
        &self,
        id: DeliveryId,
        by: &str,
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        self.decide(id, |transaction, delivery| {
            let remedy = match delivery.state {
                DeliveryState::Uncertain | DeliveryState::Failed => "",
                DeliveryState::Sent => "同一内容不向同一收件人发两次",
                DeliveryState::Waiting => "它已在等待发送，到时自动再试",
                DeliveryState::Sending => "请等它发完再看结果",
                DeliveryState::Cancelled => match delivery.subject {
                    Subject::Issue(_) => "本期已作废，不再发送",
                    Subject::Notice(_) => "这则提醒已不适用（事项已办结或时限已改），不再发送",
                },
            };
            if !remedy.is_empty() {
                return Err(wrong_state(delivery, "重发", remedy));
            }
            check_not_void(transaction, delivery, "重发")?;
            transaction.execute(
                "UPDATE deliveries SET state = 'waiting', due_at = ?2, claimed_until = NULL,
                     attempt_base = attempt_count, message = ?3 WHERE id = ?1",
                params![id.0, to_ms(now), format!("{by}要求重发")],
            )?;
            let deed = DeliveryOutcome::Resent;
            Ok(add_step(transaction, delivery, now, deed, "", Some(by))?)
        })
    }

    fn decide(
        &self,
        id: DeliveryId,
        deed: impl FnOnce(&Transaction<'_>, &Delivery) -> Result<(), DeliveryError>,
    ) -> Result<(), DeliveryError> {
        let zone = self.zone;
        // The refusal travels beside the transaction: `write` rolls back on any error.
        let mut refusal = None;
        let done = self.write_durably(|transaction| {
            let outcome = match select_delivery(transaction, id, zone)? {
                Some(delivery) => deed(transaction, &delivery),
                None => Err(DeliveryError::NotFound(id.0)),
            };
            outcome.map_err(|error| {
                refusal = Some(error);
                anyhow::anyhow!("refused")
            })
        });
        done.map_err(|error| refusal.unwrap_or(DeliveryError::Store(error)))
    }
}

impl From<rusqlite::Error> for DeliveryError {
    fn from(error: rusqlite::Error) -> Self {
        DeliveryError::Store(error.into())
    }
}

fn wrong_state(delivery: &Delivery, deed: &'static str, remedy: &'static str) -> DeliveryError {
    DeliveryError::WrongState {
        id: delivery.id.0,
        state: delivery.state,
        deed,
        remedy,
    }
}

fn check_not_void(
    transaction: &Transaction<'_>,
    delivery: &Delivery,
    deed: &'static str,
) -> Result<(), DeliveryError> {
    let Subject::Issue(issue) = &delivery.subject else {
        return Ok(());
    };
    let is_void: bool = transaction.query_row(
        "SELECT EXISTS (SELECT 1 FROM issues WHERE id = ?1 AND state = 'void')",
        [issue.0],
        |row| row.get(0),
    )?;
    let id = delivery.id.0;
    match is_void {
        true => Err(DeliveryError::Void { id, deed }),
        false => Ok(()),
    }
}

/// Queues deliveries within the transaction of whatever they tell of.
pub(super) fn queue(
    transaction: &Transaction<'_>,
    deliveries: &[NewDelivery],
    now: Timestamp,
) -> Result<usize> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO deliveries (subject, issue_id, recipient, notice, queued_at, due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
    )?;
    let mut new = 0;
    for delivery in deliveries {
        let issue = match &delivery.subject {
            Subject::Issue(id) => Some(id.0),
            Subject::Notice(_) => None,
        };
        let notice = delivery.notice.as_ref().map(to_json).transpose()?;
        new += insert.execute(params![
            delivery.subject.key(),
            issue,
            delivery.recipient,
            notice,
            to_ms(now),
            to_ms(delivery.due_at)
        ])?;
    }
    Ok(new)
}

/// Adds a line to 投递经过.
pub(super) fn add_step(
    transaction: &Transaction<'_>,
    delivery: &Delivery,
    now: Timestamp,
    outcome: DeliveryOutcome,
    message: &str,
    by: Option<&str>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO delivery_attempts (delivery_id, attempt, at, outcome, message, by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            delivery.id.0,
            delivery.attempt_count,
            to_ms(now),
            outcome.code(),
            message,
            by
        ])?;
    Ok(())
}

pub(super) const DELIVERY_COLUMNS: &str =
    "id, issue_id, subject, recipient, notice, state, queued_at, due_at,
     attempt_count, attempt_base, parts_sent, sent_at, message";

fn select_delivery(
    connection: &Connection,
    id: DeliveryId,
    zone: Tz,
) -> rusqlite::Result<Option<Delivery>> {
    connection
        .prepare_cached(&format!(
            "SELECT {DELIVERY_COLUMNS} FROM deliveries WHERE id = ?1"
        ))?
        .query_row([id.0], |row| delivery_of(row, zone))
        .optional()
}

pub(super) fn delivery_of(row: &Row<'_>, zone: Tz) -> rusqlite::Result<Delivery> {
    let issue: Option<i64> = row.get(1)?;
    let subject = match issue {
        Some(id) => Subject::Issue(IssueId(id)),
        None => Subject::Notice(row.get(2)?),
    };
    let notice: Option<String> = row.get(4)?;
    let sent_at: Option<i64> = row.get(11)?;
    Ok(Delivery {
        id: DeliveryId(row.get(0)?),
        subject,
        recipient: row.get(3)?,
        notice: notice.map(|notice| json(&notice)).transpose()?,
        state: code(&row.get::<_, String>(5)?)?,
        queued_at: from_ms(row.get(6)?, zone),
        due_at: from_ms(row.get(7)?, zone),
        attempt_count: row.get(8)?,
        attempt_base: row.get(9)?,
        parts_sent: row.get(10)?,
        sent_at: sent_at.map(|at| from_ms(at, zone)),
        message: row.get(12)?,
    })
}
