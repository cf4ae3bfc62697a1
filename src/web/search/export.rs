//! `/search/export`: all hits as a table, with who took it and when above it. Written to a file without a name in the data
//! folder and sent from there, so that memory does not grow with the hits.

use crate::app::{App, Export, TableFormat, watermark};
use crate::model::{AuditAction, AuditSubject, Visitor};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::search::Parameters;
use crate::web::visitor::Who;
use anyhow::{Context, Result};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes sent at a time.
const CHUNK: usize = 64 * 1024;

/// No two exports write the same file.
static NUMBER: AtomicU64 = AtomicU64::new(0);

pub async fn export(
    State(app): Shared,
    Who(visitor): Who,
    form: Bytes,
) -> Result<Response, WebError> {
    let (format, extension, kind) = match format_of(&form).as_str() {
        "csv" => (TableFormat::Csv, "csv", "text/csv; charset=utf-8"),
        "xlsx" => (
            TableFormat::Xlsx,
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        _ => return Err(WebError::Wrong("请选择导出为 CSV 或 Excel 表格".to_owned())),
    };
    let parameters = Parameters::read(&form);
    let query = (parameters.query()).map_err(|mistake| WebError::Wrong(mistake.to_string()))?;
    let name = format!(
        "attachment; filename=\"search-{}.{extension}\"",
        app.now().format("%Y%m%d-%H%M")
    );
    let file = app
        .on_cpu(move |app| {
            let export = Export {
                query: &query,
                sort: parameters.sort(),
                format,
                watermark: watermark(visitor.by(), app.now()),
            };
            write(app, &visitor, &export, &parameters.written())
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, body(file)).into_response())
}

fn format_of(form: &[u8]) -> String {
    let mut fields = url::form_urlencoded::parse(form);
    let format = fields.find(|(name, _)| name == "format");
    format.map_or_else(String::new, |(_, value)| value.into_owned())
}

/// The whole table, written down in the audit before it leaves.
fn write(app: &App, visitor: &Visitor, export: &Export<'_>, asked: &str) -> Result<File> {
    let folder = app.folder().join("exports");
    std::fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!("{}-{number}", std::process::id()));
    let count = app.export(export, &path)?;
    let file = File::open(&path).context("open what was exported")?;
    // An open file can be read to its end; nothing stays in the folder.
    std::fs::remove_file(&path).context("remove what was exported")?;
    let kind = match export.format {
        TableFormat::Csv => "CSV",
        TableFormat::Xlsx => "Excel",
    };
    let asked = if asked.is_empty() {
        "全部信息"
    } else {
        asked
    };
    app.audit(
        visitor,
        AuditAction::Export,
        AuditSubject::Hits.label(),
        &format!("导出{count}条为{kind}，检索式：{asked}"),
    )?;
    Ok(file)
}

/// The file, piece by piece.
fn body(file: File) -> Body {
    Body::from_stream(try_unfold(file, |file| async move {
        let read = tokio::task::spawn_blocking(move || next_chunk(file)).await;
        read.unwrap_or_else(|_| Err(ErrorKind::Other.into()))
    }))
}

fn next_chunk(mut file: File) -> std::io::Result<Option<(Vec<u8>, File)>> {
    let mut chunk = vec![0; CHUNK];
    let length = file.read(&mut chunk)?;
    chunk.truncate(length);
    Ok((length > 0).then_some((chunk, file)))
}
