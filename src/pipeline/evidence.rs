//! evidence_once: pages behind flagged posts → archive. housekeep_once: what may no longer be kept goes.

use crate::app::App;
use crate::evidence::Archive;
use crate::text::summary::summarize;
use anyhow::Result;
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::time::Duration;

/// Pages moved per step: each step waits for the disk twice.
pub const EVIDENCE_BATCH: usize = 100;
/// Posts cleared per step.
const CLEARED: usize = 100;
/// The ledger of visits is kept this long; logs are kept for 180 days at least (`spec.md` 2.2).
const KEEP_VISITS: TimeDelta = TimeDelta::days(400);
/// No data of ours is older.
const LONGEST: TimeDelta = TimeDelta::days(36_500);
/// Characters that remain of a text whose page was deleted.
const SUMMARY_CHARS: usize = 120;

/// Moves captures on which a post was flagged into the archive, at most a batch. How many?
///
/// # Errors
/// The store or the disk refuses; then the captures stay where they are.
pub fn evidence_once(app: &App) -> Result<usize> {
    let waiting = app.store.captures_to_keep(EVIDENCE_BATCH)?;
    let count = waiting.len();
    let mut by_file: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for waiting in waiting {
        let file = Archive::file_of(waiting.fetched_at);
        by_file.entry(file).or_default().push(waiting);
    }
    for (file, waiting) in by_file {
        let mut writer = app.archive.write(&file, || app.store.evidence_end(&file))?;
        let mut kept = Vec::with_capacity(waiting.len());
        for waiting in waiting {
            let place = writer.append(&waiting.unpack()?)?;
            kept.push((waiting, place));
        }
        writer.sync()?;
        // The writer holds the file until its places are known: nobody cuts them off.
        app.store.record_evidence(&kept)?;
    }
    Ok(count)
}

/// Forgets what is over its time: pages without a flagged post, expired evidence, the words of deleted posts.
///
/// # Errors
/// The store or the disk refuses.
pub fn housekeep_once(app: &App) -> Result<()> {
    let settings = &app.config.settings.evidence;
    let now = app.now();
    let before = |keep: Duration| {
        let keep = TimeDelta::from_std(keep).unwrap_or(LONGEST);
        now - keep.min(LONGEST)
    };
    app.store.drop_captures(before(settings.wait))?;
    app.store.drop_visits(now - KEEP_VISITS)?;
    app.store
        .prune_audit(now - app.config.settings.web.audit_keep())?;
    for file in app.store.expired_evidence(before(settings.keep))? {
        // The file first: a file that nobody knows of would stay for ever.
        app.archive.remove(&file)?;
        app.store.forget_evidence(&file)?;
        tracing::info!("Evidence file `{file}` was over its time and is removed");
    }
    for post in app
        .store
        .deleted_posts(before(settings.clear_deleted_after), CLEARED)?
    {
        let summary = summarize(&post.title, &post.text, SUMMARY_CHARS);
        app.store.clear_words(post.id, &summary, now)?;
    }
    Ok(())
}
