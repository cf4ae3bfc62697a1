//! `/api/v1/deliveries`: as `yuqing deliveries`.

use super::asked::Asked;
use super::{Shared, WebError, bounded, work};
use crate::model::{DeliveryId, DeliveryState, IssueId};
use crate::report::{DeliveryDetail, DeliveryRow};
use crate::store::DeliveryFilter;
use crate::web::numbered::Numbered;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// waiting sending sent failed uncertain cancelled.
    state: Option<String>,
    /// 稿号.
    issue: Option<i64>,
    /// 收件人代号.
    to: Option<String>,
    /// 最多几条，默认100，至多1000.
    limit: Option<usize>,
}

/// 投递, the latest first.
#[utoipa::path(get, path = "/api/v1/deliveries", tag = "投递", params(Wanted), responses((status = 200, body = Vec<DeliveryRow>)))]
pub async fn list(
    State(app): Shared,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Vec<DeliveryRow>>, WebError> {
    let state = wanted.state.as_deref().map(str::parse::<DeliveryState>);
    let state = state
        .transpose()
        .map_err(|unknown| WebError::Wrong(unknown.to_string()))?;
    let rows = work(&app, move |app| {
        let found = app.store.deliveries(&DeliveryFilter {
            state,
            issue: wanted.issue.map(IssueId),
            recipient: wanted.to,
            limit: bounded(wanted.limit),
        })?;
        let rows = found.iter().map(|found| DeliveryRow::of(app, found));
        Ok(rows.collect())
    });
    Ok(Json(rows.await?))
}

/// 投递 of an id.
#[utoipa::path(get, path = "/api/v1/deliveries/{id}", tag = "投递", params(("id" = i64, Path, description = "投递编号")), responses((status = 200, body = DeliveryDetail)))]
pub async fn show(
    State(app): Shared,
    Numbered(id): Numbered,
) -> Result<Json<DeliveryDetail>, WebError> {
    let detail = work(&app, move |app| {
        let delivery = app.store.delivery(DeliveryId(id))?;
        let delivery = delivery.ok_or(WebError::NotFound)?;
        Ok(DeliveryDetail::of(app, &delivery)?)
    });
    Ok(Json(detail.await?))
}
