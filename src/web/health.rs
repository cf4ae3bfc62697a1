//! `/health`: 200 while the store answers and the index follows it, else 503. For systemd, proxies, monitors.

use super::Shared;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// The index may lag behind the store by this many changes before we call it ill.
pub const MAX_LAG: u64 = 50_000;

pub async fn health(State(app): Shared) -> (StatusCode, Json<Value>) {
    let checked = app
        .on_cpu(|app| {
            let (revision, cursor) = (app.store.latest_revision()?, app.index.cursor()?);
            let failing = app
                .store
                .source_states()?
                .iter()
                .filter(|state| {
                    state
                        .last_outcome
                        .is_some_and(|outcome| !outcome.is_success())
                })
                .count();
            Ok((
                app.store.post_count()?,
                revision.saturating_sub(cursor),
                failing,
            ))
        })
        .await;
    match checked {
        Ok((posts, lag, failing)) => {
            let ok = lag <= MAX_LAG;
            let status = if ok {
                StatusCode::OK
            } else {
                StatusCode::SERVICE_UNAVAILABLE
            };
            let body = json!({
                "ok": ok,
                "version": env!("CARGO_PKG_VERSION"),
                "posts": posts,
                "index_lag": lag,
                "failing_sources": failing,
            });
            (status, Json(body))
        }
        Err(error) => {
            tracing::error!("Health check failed: {error:#}");
            let body = json!({"ok": false, "version": env!("CARGO_PKG_VERSION")});
            (StatusCode::SERVICE_UNAVAILABLE, Json(body))
        }
    }
}
