//! `/api/v1/…`: the commands' results for other programs, the same JSON. Mistakes are 400 with `{"error": …}`.

use super::Shared;
use super::error::WebError;
use super::search::Parameters;
use crate::app::{App, SNIPPET_CHARS, WatchReport};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Hits at a time at most.
const MAX_LIMIT: usize = 1000;

pub async fn search(
    State(app): Shared,
    Query(parameters): Query<Parameters>,
) -> Result<Response, WebError> {
    let order = match parameters.order(MAX_LIMIT, SNIPPET_CHARS) {
        Ok(order) => order,
        Err(mistake) => {
            let error = json!({ "error": mistake.message(), "position": mistake.position() });
            return Ok((StatusCode::BAD_REQUEST, Json(error)).into_response());
        }
    };
    let report = app.on_cpu(move |app| app.search(&order)).await?;
    Ok(Json(report).into_response())
}

pub async fn watches(State(app): Shared) -> Result<Json<Vec<WatchReport>>, WebError> {
    Ok(Json(app.on_cpu(App::watch_reports).await?))
}
