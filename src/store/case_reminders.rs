//! `deliveries` of reminders: those that apply are queued, those that wait and apply no more are withdrawn.

use super::Store;
use super::deliveries::{DELIVERY_COLUMNS, add_step, delivery_of, queue};
use super::rows::{to_json, to_ms};
use crate::model::{DeliveryOutcome, NewDelivery, Timestamp};
use anyhow::Result;
use rusqlite::{Transaction, params};

/// It applies now. `?1` is the keys that do.
const APPLIES: &str = "subject IN (SELECT value FROM json_each(?1))";

/// It reminds of a case: `case:5:4h`.
const IS_REMINDER: &str = "issue_id IS NULL AND subject GLOB 'case:*'";

impl Store {
    /// Queues the reminders that apply now, each once. What waits of others is withdrawn: its moment is over, or its case
    /// is answered, closed, or has another deadline. One that was withdrawn and applies again (an answer was sent back)
    /// waits again. How many are new or wait again?
    ///
    /// # Errors
    /// The database refuses.
    pub fn queue_reminders(&self, applying: &[NewDelivery], now: Timestamp) -> Result<usize> {
        if applying.is_empty() && !self.has_waiting_reminders()? {
            return Ok(0);
        }
        let keys: Vec<String> = applying.iter().map(|one| one.subject.key()).collect();
        let keys = to_json(&keys)?;
        self.write_durably(|transaction| {
            self.withdraw(transaction, &keys, now)?;
            let again = transaction.execute(
                &format!(
                    "UPDATE deliveries SET state = 'waiting', due_at = ?2,
                         attempt_base = attempt_count, message = ''
                     WHERE state = 'cancelled' AND {IS_REMINDER} AND {APPLIES}"
                ),
                params![keys, to_ms(now)],
            )?;
            Ok(again + queue(transaction, applying, now)?)
        })
    }

    /// A look before writing: the loop asks every minute, and mostly nothing waits.
    fn has_waiting_reminders(&self) -> Result<bool> {
        let reader = self.reader()?;
        let has_waiting = reader
            .prepare_cached(&format!(
                "SELECT 1 FROM deliveries WHERE state = 'waiting' AND {IS_REMINDER} LIMIT 1"
            ))?
            .exists([])?;
        Ok(has_waiting)
    }

    fn withdraw(&self, transaction: &Transaction<'_>, keys: &str, now: Timestamp) -> Result<()> {
        let message = "提醒已不适用，不再发送";
        let withdrawn = transaction
            .prepare_cached(&format!(
                "UPDATE deliveries SET state = 'cancelled', message = ?2
                 WHERE state = 'waiting' AND {IS_REMINDER} AND NOT {APPLIES}
                 RETURNING {DELIVERY_COLUMNS}"
            ))?
            .query_map(params![keys, message], |row| delivery_of(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for delivery in &withdrawn {
            let outcome = DeliveryOutcome::Cancelled;
            add_step(transaction, delivery, now, outcome, message, None)?;
        }
        Ok(())
    }
}
