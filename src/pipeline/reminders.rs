//! 到期提醒: open cases → notices in the queue of deliveries.

use crate::app::App;
use crate::case::reminders;
use anyhow::Result;

/// Queues the reminders that apply now; those queued before stay as they are. How many are new?
///
/// # Errors
/// The store refuses.
pub fn remind_once(app: &App) -> Result<usize> {
    let recipients = &app.config.settings.case.recipients;
    if recipients.is_empty() {
        return Ok(0);
    }
    let now = app.now();
    let due = reminders(&app.store.open_cases()?, recipients, now);
    if due.is_empty() {
        return Ok(0);
    }
    app.store.queue_deliveries(&due, now)
}
