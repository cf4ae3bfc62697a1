//! `/api/v1/alerts`: the alerts for other programs, the latest first, `?state=open` only those to be dealt with.

use super::Shared;
use super::error::WebError;
use crate::app::AlertReport;
use crate::model::AlertState;
use crate::store::AlertFilter;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

/// Alerts at a time at most.
const MAX_LIMIT: usize = 1000;

#[derive(Deserialize)]
pub struct Parameters {
    state: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
}

pub async fn list(
    State(app): Shared,
    Query(parameters): Query<Parameters>,
) -> Result<Response, WebError> {
    let state = parameters.state.as_deref().map(str::parse::<AlertState>);
    let state = match state.transpose() {
        Ok(state) => state,
        Err(unknown) => {
            let error = json!({ "error": unknown.to_string() });
            return Ok((StatusCode::BAD_REQUEST, Json(error)).into_response());
        }
    };
    let filter = AlertFilter {
        state,
        since: None,
        limit: parameters.limit.unwrap_or(100).min(MAX_LIMIT),
        offset: parameters.offset.unwrap_or(0),
    };
    let alerts: Vec<AlertReport> = app.on_cpu(move |app| app.alert_reports(filter)).await?;
    Ok(Json(alerts).into_response())
}
