//! 到期提醒: open cases → notices in the queue of deliveries.

use crate::app::App;
use crate::case::reminders;
use anyhow::Result;

/// Queues the reminders that apply now, and withdraws those that wait and apply no more. How many are new?
///
/// # Errors
/// The store refuses.
pub fn remind_once(app: &App) -> Result<usize> {
    let recipients = &app.config.settings.case.recipients;
    let now = app.now();
    let applying = reminders(&app.store.open_cases()?, recipients, now);
    app.store.queue_reminders(&applying, now)
}
