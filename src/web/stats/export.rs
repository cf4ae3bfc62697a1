//! `/stats/export`: the ledger as a workbook or as a Word file, with who took it and when outside the figures.

use super::{Parameters, mark, report};
use crate::app::watermark;
use crate::document::{Block, Format};
use crate::model::{AuditAction, AuditSubject};
use crate::stats::{layout, workbook};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::visitor::Who;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub async fn export(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let (kind, extension, is_word) = match fields.text("format") {
        "xlsx" => (XLSX, "xlsx", false),
        "docx" => (Format::Docx.media_type(), "docx", true),
        _ => return Err(WebError::Wrong("请选择导出为 Excel 或 Word".to_owned())),
    };
    let parameters = Parameters::of(&fields);
    let period = parameters.period(app.now()).ok_or(WebError::NotFound)?;
    let file = app
        .on_cpu(move |app| {
            let report = report(app, period, parameters.is_live())?;
            let frozen = report.frozen.as_ref().map_or(String::new(), mark);
            let mark = watermark(visitor.by(), app.now());
            let file = if is_word {
                let publisher = app.config.digests.first();
                let publisher = publisher.map_or("", |digest| digest.publisher.as_str());
                let mut blocks = layout(&report.ledger, publisher, &frozen);
                blocks.push(Block::Paragraph {
                    lead: String::new(),
                    text: mark,
                });
                app.press
                    .render(&blocks, Format::Docx, report.ledger.counted_at)?
            } else {
                workbook(&report.ledger, &frozen, &mark)?
            };
            let detail = format!(
                "导出{}的台账为{}（{}）",
                period.title(),
                if is_word { "Word" } else { "Excel" },
                if frozen.is_empty() {
                    "未冻结"
                } else {
                    &frozen
                }
            );
            app.audit(
                &visitor,
                AuditAction::Export,
                &AuditSubject::Ledger.named(period),
                &detail,
            )?;
            Ok(file)
        })
        .await?;
    let name = format!("attachment; filename=\"stats-{period}.{extension}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, file).into_response())
}
