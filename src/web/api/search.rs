//! `/api/v1/search`: as `yuqing search`.

use super::{MAX_LIMIT, Shared, WebError};
use crate::app::{SNIPPET_CHARS, SearchReport};
use crate::web::search::Parameters;
use axum::Json;
use axum::extract::{Query, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// What an address may say.
const KNOWN: &[&str] = &[
    "q",
    "from",
    "to",
    "channel",
    "topic",
    "level",
    "sentiment",
    "region",
    "source",
    "sort",
    "page",
    "offset",
    "limit",
    "facets",
];

/// 检索. A wrong query is 400 with the `position` of the mistake.
#[utoipa::path(get, path = "/api/v1/search", tag = "检索", params(
    ("q" = Option<String>, Query, description = "检索式，如：社保卡 排队 -招聘"),
    ("from" = Option<String>, Query, description = "起始日，如 2017-04-01"), ("to" = Option<String>, Query, description = "截止日"),
    ("channel" = Option<String>, Query, description = "渠道"), ("topic" = Option<String>, Query, description = "主题"),
    ("level" = Option<String>, Query, description = "级别"), ("sentiment" = Option<String>, Query, description = "情感"),
    ("region" = Option<String>, Query, description = "属地"), ("source" = Option<String>, Query, description = "信源"),
    ("sort" = Option<String>, Query, description = "relevance time level engagement"),
    ("page" = Option<usize>, Query, description = "页码，从0起"), ("offset" = Option<usize>, Query, description = "跳过几条"),
    ("limit" = Option<usize>, Query, description = "几条，最多1000"), ("facets" = Option<String>, Query, description = "1：列出分布")),
    responses((status = 200, body = SearchReport)))]
pub async fn search(
    State(app): Shared,
    RawQuery(said): RawQuery,
    Query(parameters): Query<Parameters>,
) -> Result<Response, WebError> {
    let said = said.unwrap_or_default();
    let mut names = url::form_urlencoded::parse(said.as_bytes()).map(|(name, _)| name);
    if let Some(unknown) = names.find(|name| !KNOWN.contains(&&**name)) {
        let unknown: String = unknown.chars().take(40).collect();
        return Err(WebError::Wrong(format!(
            "没有参数“{unknown}”；可用：{}",
            KNOWN.join("、")
        )));
    }
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
