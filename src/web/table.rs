//! A list to take along: CSV or Excel, with who took it and when above it, and a line of the audit before it leaves.
//! Written to a file without a name in the data folder and sent from there, so that memory does not grow with the rows.

use super::error::WebError;
use crate::app::{App, Rows, Table, TableFormat, watermark};
use crate::model::{AuditAction, Visitor};
use anyhow::{Context, Result};
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes sent at a time.
const CHUNK: usize = 64 * 1024;

/// No two exports write the same file.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// What is taken along, in the words of the audit and of the file name.
pub struct List {
    /// Begin of the file's name.
    pub name: &'static str,
    /// On what, in the audit.
    pub subject: &'static str,
    /// `条`, `件`.
    pub unit: &'static str,
    /// `检索式：社保卡`.
    pub asked: String,
}

/// How the file is to look.
pub struct Wanted {
    /// As what.
    pub format: TableFormat,
    /// Who and when.
    pub watermark: String,
}

impl Wanted {
    /// A table whose rows `fill` hands over. How many?
    ///
    /// # Errors
    /// `fill` fails; the file cannot be written.
    pub fn table(
        &self,
        columns: &[(&str, f64)],
        path: &Path,
        fill: impl FnOnce(&mut Rows<'_>) -> Result<()>,
    ) -> Result<usize> {
        let table = Table {
            columns,
            format: self.format,
            watermark: &self.watermark,
        };
        table.write(path, fill)
    }
}

/// The file that `write` makes, as the button said: `csv` or `xlsx`.
///
/// # Errors
/// Another format; the file cannot be made, or the audit not be written.
pub async fn take_along(
    app: &Arc<App>,
    visitor: Visitor,
    format: &str,
    list: List,
    write: impl FnOnce(&App, &Wanted, &Path) -> Result<usize> + Send + 'static,
) -> Result<Response, WebError> {
    let (format, extension, kind) = match format {
        "csv" => (TableFormat::Csv, "csv", "text/csv; charset=utf-8"),
        "xlsx" => (
            TableFormat::Xlsx,
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        _ => return Err(WebError::Wrong("请选择导出为 CSV 或 Excel 表格".to_owned())),
    };
    let name = format!(
        "attachment; filename=\"{}-{}.{extension}\"",
        list.name,
        app.now().format("%Y%m%d-%H%M")
    );
    let file = app
        .on_cpu(move |app| {
            let wanted = Wanted {
                format,
                watermark: watermark(visitor.by(), app.now()),
            };
            made(app, &visitor, &list, &wanted, write)
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, body(file)).into_response())
}

/// The whole table, written down in the audit before it leaves.
fn made(
    app: &App,
    visitor: &Visitor,
    list: &List,
    wanted: &Wanted,
    write: impl FnOnce(&App, &Wanted, &Path) -> Result<usize>,
) -> Result<File> {
    let folder = app.folder().join("exports");
    std::fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!("{}-{number}", std::process::id()));
    let count = write(app, wanted, &path)?;
    let file = File::open(&path).context("open what was exported")?;
    // An open file can be read to its end; nothing stays in the folder.
    std::fs::remove_file(&path).context("remove what was exported")?;
    let kind = match wanted.format {
        TableFormat::Csv => "CSV",
        TableFormat::Xlsx => "Excel",
    };
    let detail = format!("导出{count}{}为{kind}，{}", list.unit, list.asked);
    app.audit(visitor, AuditAction::Export, list.subject, &detail)?;
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
