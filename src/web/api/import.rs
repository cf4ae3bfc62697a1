//! `/api/v1/import`: posts in, as `yuqing import` of a JSON Lines file. The steps of the running program judge and index
//! them within the minute.

use super::analyze::RefusedLine;
use super::asked::{Asked, Lines};
use super::{Shared, WebError, work};
use crate::access::new_secret;
use crate::app::App;
use crate::import::FileFormat;
use crate::model::{AuditAction, Channel};
use crate::pipeline::{ImportOrder, Imported, import_file};
use crate::web::visitor::Who;
use anyhow::Context;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Name of the file in the ledger of imports.
const FILE: &str = "接口导入.jsonl";

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Order {
    /// 未注明渠道的信息按此渠道.
    channel: Option<String>,
    /// 1：只检查，不入库.
    dry_run: Option<String>,
}

/// 导入.
#[derive(Serialize, ToSchema)]
pub struct ImportReport {
    /// Lines that are not blank.
    pub read: usize,
    /// Posts not known before.
    pub new: u64,
    /// Posts known before.
    pub duplicate: u64,
    /// 拒收.
    pub refused: Vec<RefusedLine>,
    /// What looked odd.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub warnings: Vec<String>,
}

/// 导入 posts as JSON Lines.
#[utoipa::path(post, path = "/api/v1/import", tag = "信息", params(Order), request_body(content = String, content_type = "application/x-ndjson"), responses((status = 200, body = ImportReport)))]
pub async fn add(
    State(app): Shared,
    Who(visitor): Who,
    Asked(asked): Asked<Order>,
    Lines(text): Lines,
) -> Result<Json<ImportReport>, WebError> {
    let channel = asked.channel.as_deref().map(str::parse::<Channel>);
    let channel = channel
        .transpose()
        .map_err(|unknown| WebError::Wrong(unknown.to_string()))?;
    let order = ImportOrder {
        format: Some(FileFormat::Jsonl),
        channel,
        is_dry_run: matches!(asked.dry_run.as_deref(), Some("1" | "true")),
        ..ImportOrder::default()
    };
    let report = work(&app, move |app| {
        let imported = import(app, &text, &order)?;
        if let Some(error) = imported.error {
            return Err(WebError::Wrong(error));
        }
        if !order.is_dry_run {
            let (new, read) = (imported.new, imported.read);
            let detail = format!("接口导入：读{read}条，新增{new}条");
            app.audit(&visitor, AuditAction::Entry, FILE, &detail)?;
        }
        Ok(ImportReport {
            read: imported.read,
            new: imported.new,
            duplicate: imported.duplicate,
            refused: (imported.refused.into_iter())
                .map(|refused| RefusedLine {
                    row: refused.row,
                    reason: refused.reason,
                })
                .collect(),
            warnings: imported.warnings,
        })
    });
    Ok(Json(report.await?))
}

/// Through a file of its own, as every import.
fn import(app: &App, text: &str, order: &ImportOrder<'_>) -> anyhow::Result<Imported> {
    let folder = app.folder().join("received").join(new_secret()?);
    std::fs::create_dir_all(&folder).context("the data folder can be written")?;
    let path = folder.join(FILE);
    let imported = std::fs::write(&path, text)
        .context("the data folder can be written")
        .and_then(|()| import_file(app, &path, order));
    if let Err(error) = std::fs::remove_dir_all(&folder) {
        tracing::warn!("A received file could not be removed: {error}");
    }
    imported
}
