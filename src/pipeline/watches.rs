//! New and changed posts, matched against the watches.

use super::Fresh;
use crate::app::App;
use crate::model::WatchHit;
use crate::store::Store;
use anyhow::Result;

/// Posts matched per transaction, where the index did not read them just now.
pub const WATCH_BATCH: usize = 1000;

/// Matches posts that came or changed since the last time, at most a batch. How many? What was just read for the index is
/// not read again; the store is asked where matching is behind or ahead of the index.
///
/// # Errors
/// The store refuses.
pub(super) fn watch_once(app: &App, fresh: &Fresh) -> Result<usize> {
    let watched = app.watched();
    let Some(mut watch_reader) = watched.reader(app) else {
        return Ok(0);
    };
    let Some(cursor) = app.store.watch_cursor()? else {
        return Ok(0);
    };
    let is_fresh = |fresh: &Fresh| {
        fresh.after <= cursor && fresh.revisions.last().is_some_and(|last| *last > cursor)
    };
    let own;
    let batch = if is_fresh(fresh) {
        fresh
    } else {
        own = Fresh::read(app, Store::judged_after, cursor, WATCH_BATCH)?;
        &own
    };
    let Some(last) = batch.revisions.last() else {
        return Ok(0);
    };
    let now = app.now();
    let known = batch
        .revisions
        .partition_point(|revision| *revision <= cursor);
    let posts = &batch.posts[known..];
    let mut hits = Vec::new();
    for stored in posts {
        let watches = watch_reader.matching(stored);
        hits.extend(watches.map(|watch| WatchHit {
            watch: watch.id.clone(),
            post: stored.id,
            matched_at: now,
        }));
    }
    app.store.save_watch_hits(&hits, *last)?;
    Ok(posts.len())
}
