//! Claims on `deliveries`: who sends what at this moment, among all processes of one data folder, and what came of it.
//!
//! A claim and its result survive a power cut: what a robot was told cannot be taken back, so it must not be forgotten.

use super::Store;
use super::deliveries::{DELIVERY_COLUMNS, add_step, delivery_of};
use super::rows::{to_json, to_ms};
use crate::model::{Delivery, DeliveryId, DeliveryOutcome, DeliveryState, IssueId, Timestamp};
use anyhow::Result;
use chrono::TimeDelta;
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Transaction, params};

/// What may be claimed.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryClaim<'a> {
    /// Recipients whose side recognises a repetition: an attempt that broke off is made again.
    pub repeatable: &'a [&'a str],
    /// Only these; `None`: whatever is due.
    pub only: Option<&'a [DeliveryId]>,
    /// How long it belongs to its claimer; after that a crash is assumed.
    pub lasts: TimeDelta,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptEnd {
    /// It arrived.
    Sent,
    /// It did not; once more at this time.
    Retry(Timestamp),
    /// It did not, and will not.
    Failed,
    /// Nobody knows, and a repetition would be read twice.
    Uncertain,
}

/// Waiting and due. A clock that jumped back does not hold up what was due before it did; an attempt made since then has
/// its pause by the clock as it is now. `?1` is now.
const IS_DUE: &str = "state = 'waiting' AND (due_at <= ?1
         OR coalesce(last_attempt_at, queued_at) > ?1
             AND (due_at <= queued_at OR attempt_count > 0))";

/// An attempt whose process is gone: its claim ran out. `?1` is now.
const IS_BROKEN: &str = "state = 'sending' AND claimed_until <= ?1";

impl Store {
    /// Claims the next delivery that is due, if there is one: fresh notices, then fresh issues, then what is tried again,
    /// of each the one that is due longest. A recipient gets one thing at a time: a slow one holds up itself only. On the way, deliveries of void issues are cancelled; attempts that broke off are made again
    /// where the other side recognises a repetition, else left to a person.
    ///
    /// # Errors
    /// The database refuses.
    pub fn claim_due_delivery(
        &self,
        claim: &DeliveryClaim<'_>,
        now: Timestamp,
    ) -> Result<Option<Delivery>> {
        if !self.has_due_deliveries(now)? {
            return Ok(None);
        }
        let only = claim.only.map(|ids| to_json(&ids)).transpose()?;
        self.write_durably(|transaction| {
            self.settle_broken(transaction, claim.repeatable, now)?;
            cancel_void(transaction, self.zone, None, now)?;
            let claimed = transaction
                .prepare_cached(&format!(
                    "UPDATE deliveries SET state = 'sending', claimed_until = ?2, last_attempt_at = ?1,
                         attempt_count = attempt_count + 1
                     WHERE id = (
                         SELECT id FROM deliveries d WHERE {IS_DUE}
                             AND (?3 IS NULL OR id IN (SELECT value FROM json_each(?3)))
                             AND NOT EXISTS (
                                 SELECT 1 FROM deliveries o WHERE o.recipient = d.recipient
                                     AND o.state = 'sending' AND o.claimed_until > ?1)
                         ORDER BY attempt_count > attempt_base, issue_id IS NOT NULL, due_at, id LIMIT 1)
                     RETURNING {DELIVERY_COLUMNS}"
                ))?
                .query_row(params![to_ms(now), to_ms(now + claim.lasts), only], |row| {
                    delivery_of(row, self.zone)
                })
                .optional()?;
            Ok(claimed)
        })
    }

    /// A look before writing: the loop asks often, and mostly nothing waits.
    fn has_due_deliveries(&self, now: Timestamp) -> Result<bool> {
        let reader = self.reader()?;
        let is_due: bool = reader
            .prepare_cached(&format!(
                "SELECT EXISTS (SELECT 1 FROM deliveries WHERE {IS_DUE})
                     OR EXISTS (SELECT 1 FROM deliveries WHERE {IS_BROKEN})"
            ))?
            .query_row([to_ms(now)], |row| row.get(0))?;
        Ok(is_due)
    }

    fn settle_broken(
        &self,
        transaction: &Transaction<'_>,
        repeatable: &[&str],
        now: Timestamp,
    ) -> Result<()> {
        let repeatable = to_json(&repeatable)?;
        let is_repeated = "(recipient IN (SELECT value FROM json_each(?2))
             AND coalesce(issue_id, 0) NOT IN (SELECT id FROM issues WHERE state = 'void'))";
        let again = "发送中途程序中断，以同一标识再发一次";
        let doubt = "发送中途程序中断，不知是否送达，请向收件人核实";
        for (is, state, outcome, message) in [
            ("", DeliveryState::Waiting, DeliveryOutcome::Retry, again),
            (
                "NOT",
                DeliveryState::Uncertain,
                DeliveryOutcome::Uncertain,
                doubt,
            ),
        ] {
            let broken = transaction
                .prepare_cached(&format!(
                    "UPDATE deliveries SET state = ?3, claimed_until = NULL, due_at = ?1, message = ?4
                     WHERE {IS_BROKEN} AND {is} {is_repeated}
                     RETURNING {DELIVERY_COLUMNS}"
                ))?
                .query_map(params![to_ms(now), repeatable, state.code(), message], |row| {
                    delivery_of(row, self.zone)
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            for delivery in &broken {
                add_step(transaction, delivery, now, outcome, message, None)?;
            }
        }
        Ok(())
    }

    /// A part of a long message arrived; the claim goes on until `until`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn record_part(
        &self,
        delivery: &Delivery,
        parts_sent: usize,
        until: Timestamp,
    ) -> Result<()> {
        self.write_durably(|transaction| {
            transaction.execute(
                "UPDATE deliveries SET parts_sent = max(parts_sent, ?2),
                     claimed_until = iif(attempt_count = ?3 AND state = 'sending', ?4, claimed_until)
                 WHERE id = ?1",
                params![delivery.id.0, parts_sent, delivery.attempt_count, to_ms(until)],
            )?;
            Ok(())
        })
    }

    /// An attempt ended. That something arrived is true whoever says so; any other end counts only while the attempt is
    /// the latest.
    ///
    /// # Errors
    /// The database refuses.
    pub fn end_attempt(
        &self,
        delivery: &Delivery,
        end: &AttemptEnd,
        message: &str,
        now: Timestamp,
    ) -> Result<()> {
        let (state, outcome) = match end {
            AttemptEnd::Sent => (DeliveryState::Sent, DeliveryOutcome::Sent),
            AttemptEnd::Retry(_) => (DeliveryState::Waiting, DeliveryOutcome::Retry),
            AttemptEnd::Failed => (DeliveryState::Failed, DeliveryOutcome::Failed),
            AttemptEnd::Uncertain => (DeliveryState::Uncertain, DeliveryOutcome::Uncertain),
        };
        let sent_at = (*end == AttemptEnd::Sent).then(|| to_ms(now));
        let retry_at = match end {
            AttemptEnd::Retry(at) => Some(to_ms(*at)),
            _ => None,
        };
        self.write_durably(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE deliveries SET state = ?3, claimed_until = NULL, message = ?4,
                         sent_at = coalesce(?5, sent_at), due_at = coalesce(?6, due_at)
                     WHERE id = ?1 AND state <> 'sent'
                         AND (?5 IS NOT NULL OR attempt_count = ?2 AND state = 'sending')",
                )?
                .execute(params![
                    delivery.id.0,
                    delivery.attempt_count,
                    state.code(),
                    message,
                    sent_at,
                    retry_at
                ])?;
            add_step(transaction, delivery, now, outcome, message, None)?;
            Ok(())
        })
    }
}

/// What waits of a void issue is not sent: of this one, or of any.
pub(super) fn cancel_void(
    transaction: &Transaction<'_>,
    zone: Tz,
    issue: Option<IssueId>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let message = "本期已作废，不再发送";
    let cancelled = transaction
        .prepare_cached(&format!(
            "UPDATE deliveries SET state = 'cancelled', message = ?1
             WHERE state = 'waiting' AND issue_id IN (SELECT id FROM issues WHERE state = 'void')
                 AND (?2 IS NULL OR issue_id = ?2)
             RETURNING {DELIVERY_COLUMNS}"
        ))?
        .query_map(params![message, issue.map(|id| id.0)], |row| {
            delivery_of(row, zone)
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for delivery in &cancelled {
        let outcome = DeliveryOutcome::Cancelled;
        add_step(transaction, delivery, now, outcome, message, None)?;
    }
    Ok(())
}
