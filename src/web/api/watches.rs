//! `/api/v1/watches`: as `yuqing watch list`.

use super::{Shared, WebError};
use crate::app::{App, WatchReport};
use axum::Json;
use axum::extract::State;

/// 专题 with their hits.
#[utoipa::path(get, path = "/api/v1/watches", tag = "专题", responses((status = 200, body = Vec<WatchReport>)))]
pub async fn list(State(app): Shared) -> Result<Json<Vec<WatchReport>>, WebError> {
    Ok(Json(app.on_cpu(App::watch_reports).await?))
}
