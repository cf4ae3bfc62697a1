//! `/api/v1/posts/{id}`: one post, masked, with what is made of it.

use super::{Shared, WebError, work};
use crate::model::PostId;
use crate::report::PostReport;
use crate::web::numbered::Numbered;
use axum::Json;
use axum::extract::State;

/// 信息 of an id.
#[utoipa::path(get, path = "/api/v1/posts/{id}", tag = "信息", params(("id" = i64, Path, description = "信息编号")),
    responses((status = 200, body = PostReport)))]
pub async fn show(
    State(app): Shared,
    Numbered(id): Numbered,
) -> Result<Json<PostReport>, WebError> {
    let report = work(&app, move |app| {
        let stored = app.store.post(PostId(id))?.ok_or(WebError::NotFound)?;
        Ok(PostReport::of(app, stored)?)
    });
    Ok(Json(report.await?))
}
