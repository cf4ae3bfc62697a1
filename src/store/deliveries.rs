//! `deliveries`: what recipients are to get.

use super::Store;
use super::rows::{to_json, to_ms};
use crate::model::{NewDelivery, Subject, Timestamp};
use anyhow::Result;
use rusqlite::{Transaction, params};

impl Store {
    /// Queues deliveries; one that was queued before stays as it is. How many are new?
    ///
    /// # Errors
    /// The database refuses.
    pub fn queue_deliveries(&self, deliveries: &[NewDelivery], now: Timestamp) -> Result<usize> {
        self.write_durably(|transaction| queue(transaction, deliveries, now))
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
        let (subject, issue) = match &delivery.subject {
            Subject::Issue(id) => (format!("issue:{}", id.0), Some(id.0)),
            Subject::Notice(key) => (key.clone(), None),
        };
        let notice = delivery.notice.as_ref().map(to_json).transpose()?;
        new += insert.execute(params![
            subject,
            issue,
            delivery.recipient,
            notice,
            to_ms(now),
            to_ms(delivery.due_at)
        ])?;
    }
    Ok(new)
}
