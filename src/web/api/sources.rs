//! `/api/v1/sources`: as `yuqing sources`.

use super::{Shared, WebError};
use crate::app::{App, SourceReport};
use axum::Json;
use axum::extract::State;

/// 信源 with their health.
#[utoipa::path(get, path = "/api/v1/sources", tag = "信源", responses((status = 200, body = Vec<SourceReport>)))]
pub async fn list(State(app): Shared) -> Result<Json<Vec<SourceReport>>, WebError> {
    Ok(Json(app.on_cpu(App::source_reports).await?))
}
