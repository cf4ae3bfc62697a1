//! `/api/v1/alerts`: as `yuqing alert`.

use super::asked::{Asked, Told};
use super::{Shared, WebError, bounded, refused, work};
use crate::app::{AlertReport, App};
use crate::model::{AlertId, AlertState, AlertStep, AuditAction, AuditSubject, Visitor};
use crate::pipeline::masked_text;
use crate::store::AlertFilter;
use crate::web::numbered::Numbered;
use crate::web::visitor::Who;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// open acknowledged handled false_alarm.
    state: Option<String>,
    /// 最多几起，默认100，至多1000.
    limit: Option<usize>,
    /// 跳过几起.
    offset: Option<usize>,
}

/// What is said with a deed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// 说明，如已电话报告谁.
    #[serde(default)]
    note: String,
}

/// 预警, the latest first.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "预警", params(Wanted), responses((status = 200, body = Vec<AlertReport>)))]
pub async fn list(
    State(app): Shared,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Vec<AlertReport>>, WebError> {
    let state = wanted.state.as_deref().map(str::parse::<AlertState>);
    let state = state
        .transpose()
        .map_err(|unknown| WebError::Wrong(unknown.to_string()))?;
    let filter = AlertFilter {
        state,
        since: None,
        limit: bounded(wanted.limit),
        offset: wanted.offset.unwrap_or(0),
    };
    Ok(Json(
        app.on_cpu(move |app| app.alert_reports(filter)).await?,
    ))
}

/// 预警 of an id.
#[utoipa::path(get, path = "/api/v1/alerts/{id}", tag = "预警", params(("id" = i64, Path, description = "预警编号")), responses((status = 200, body = AlertReport)))]
pub async fn show(
    State(app): Shared,
    Numbered(id): Numbered,
) -> Result<Json<AlertReport>, WebError> {
    let report = app.on_cpu(move |app| app.alert_report(AlertId(id))).await?;
    report.map(Json).ok_or(WebError::NotFound)
}

/// 签收.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/ack", tag = "预警", params(("id" = i64, Path, description = "预警编号")), request_body = Remark, responses((status = 200, body = AlertReport)))]
pub async fn acknowledge(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(remark): Told<Remark>,
) -> Result<Json<AlertReport>, WebError> {
    act(&app, visitor, id, remark, AlertState::Acknowledged).await
}

/// 办结.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/handled", tag = "预警", params(("id" = i64, Path, description = "预警编号")), request_body = Remark, responses((status = 200, body = AlertReport)))]
pub async fn handled(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(remark): Told<Remark>,
) -> Result<Json<AlertReport>, WebError> {
    act(&app, visitor, id, remark, AlertState::Handled).await
}

/// 误报.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/false-alarm", tag = "预警", params(("id" = i64, Path, description = "预警编号")), request_body = Remark, responses((status = 200, body = AlertReport)))]
pub async fn false_alarm(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(remark): Told<Remark>,
) -> Result<Json<AlertReport>, WebError> {
    act(&app, visitor, id, remark, AlertState::FalseAlarm).await
}

async fn act(
    app: &Arc<App>,
    visitor: Visitor,
    id: i64,
    remark: Remark,
    state: AlertState,
) -> Result<Json<AlertReport>, WebError> {
    let report = work(app, move |app| {
        let step = AlertStep {
            at: app.now(),
            state,
            by: visitor.by().to_owned(),
            note: masked_text(&remark.note),
        };
        app.store
            .act_on_alert(AlertId(id), &step)
            .map_err(refused::alert)?;
        let subject = AuditSubject::Alert.numbered(id);
        app.audit(&visitor, AuditAction::Alert, &subject, state.label())?;
        app.alert_report(AlertId(id))?.ok_or(WebError::NotFound)
    });
    Ok(Json(report.await?))
}
