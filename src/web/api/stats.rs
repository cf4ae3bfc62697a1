//! `/api/v1/stats`: as `yuqing stats`; a ledger that somebody signed for, unless the live one is asked for.

use super::asked::Asked;
use super::{Shared, WebError, work};
use crate::app::LedgerReport;
use crate::stats::LedgerPeriod;
use axum::Json;
use axum::extract::State;
use chrono::Datelike;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Period {
    /// 年，默认今年.
    year: Option<String>,
    /// 月，如 04；不写为全年.
    month: Option<String>,
    /// 1：不看冻结的台账，按现在的记录统计.
    live: Option<String>,
}

/// 台账.
#[utoipa::path(get, path = "/api/v1/stats", tag = "统计", params(Period), responses((status = 200, body = LedgerReport)))]
pub async fn ledger(
    State(app): Shared,
    Asked(asked): Asked<Period>,
) -> Result<Json<LedgerReport>, WebError> {
    let given = |said: Option<String>| said.filter(|said| !said.trim().is_empty());
    let year = given(asked.year).unwrap_or_else(|| app.now().year().to_string());
    let period = match given(asked.month) {
        None => LedgerPeriod::year(year.trim()),
        Some(month) => LedgerPeriod::month(&format!("{}-{}", year.trim(), month.trim())),
    };
    let period = period.ok_or(WebError::NotFound)?;
    let is_live = given(asked.live).is_some();
    let report = work(&app, move |app| {
        let frozen = match is_live {
            true => None,
            false => app.frozen_ledger(period)?,
        };
        Ok(match frozen {
            Some(frozen) => frozen,
            None => app.live_ledger(period)?,
        })
    });
    Ok(Json(report.await?))
}
