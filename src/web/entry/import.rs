//! `/entry/import`: files of posts – CSV, XLSX, JSON Lines – looked at first, then stored, with the rows that were refused;
//! empty tables to fill in.

use crate::app::App;
use crate::import::{Mapping, Template as Table, template_csv};
use crate::model::{AuditAction, Channel, Visitor};
use crate::pipeline::{ImportOrder, Imported, UploadedFile, import_upload, process_once};
use crate::store::ImportRecord;
use crate::web::Shared;
use crate::web::choice::{Choice, choices};
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::minute;
use crate::web::upload::Upload;
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

/// Refused rows shown.
const SHOWN: usize = 200;
/// Imports listed.
const LISTED: usize = 15;

/// Tables to fill in: what the address says, which it is, what people read.
const TABLES: &[(&str, Table, &str)] = &[
    ("tv", Table::Tv, "电视"),
    ("radio", Table::Radio, "电台"),
    ("wechat", Table::Wechat, "微信"),
    ("video", Table::Video, "短视频"),
    ("transfer", Table::Transfer, "转办件"),
    ("hotline", Table::Hotline, "热线"),
    ("general", Table::General, "通用"),
];

#[derive(Template)]
#[template(path = "entry_import.html", config = "src/web/askama.toml")]
struct ImportPage {
    frame: Frame,
    channels: Vec<Choice>,
    mappings: Vec<Choice>,
    tables: Vec<(&'static str, &'static str)>,
    outcome: Option<Outcome>,
    records: Vec<RecordLine>,
}

/// What came of a file.
struct Outcome {
    file: String,
    is_dry_run: bool,
    /// Why the file as a whole could not be read.
    error: String,
    read: usize,
    new: u64,
    duplicate: u64,
    refused_count: usize,
    mapping: String,
    warnings: Vec<String>,
    /// Row, reason.
    refused: Vec<(usize, String)>,
    more: usize,
}

struct RecordLine {
    at: String,
    file: String,
    way: &'static str,
    read: u64,
    new: u64,
    duplicate: u64,
    refused: u64,
    message: String,
}

pub async fn page(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| import_page(app, &visitor, "", "", None))
        .await?;
    Ok(Html(page.render()?))
}

pub async fn import(
    State(app): Shared,
    Who(visitor): Who,
    upload: Upload,
) -> Result<Html<String>, WebError> {
    let Upload { fields, mut files } = upload;
    let file = match (files.pop(), files.len()) {
        (Some(file), 0) => file,
        (None, _) => return Err(WebError::Wrong("请选择要导入的文件。".to_owned())),
        (Some(_), _) => return Err(WebError::Wrong("一次导入一个文件。".to_owned())),
    };
    let channel: Option<Channel> = fields.parsed("channel", "渠道")?;
    let mapping = match fields.text("mapping") {
        "" => None,
        code => {
            let mut known = app.config.mappings.iter();
            let known = known.find(|mapping| mapping.code == code).cloned();
            Some(known.ok_or_else(|| WebError::Wrong("没有这个导入对照。".to_owned()))?)
        }
    };
    let is_dry_run = fields.has("dry_run");
    let page = app
        .on_cpu(move |app| {
            let order = ImportOrder {
                channel,
                mapping: mapping.as_ref(),
                is_dry_run,
                ..ImportOrder::default()
            };
            let outcome = take(app, &visitor, file, &order)?;
            let channel = channel.map_or("", Channel::code);
            let mapping = mapping.as_ref().map_or("", |mapping| mapping.code.as_str());
            import_page(app, &visitor, channel, mapping, Some(outcome))
        })
        .await?;
    Ok(Html(page.render()?))
}

fn take(
    app: &App,
    visitor: &Visitor,
    file: UploadedFile,
    order: &ImportOrder<'_>,
) -> Result<Outcome> {
    let imported = import_upload(app, &file.name, file.bytes, order)?;
    if !order.is_dry_run {
        let detail = format!(
            "导入文件“{}”：读取{}条，新{}条，重复{}条，拒收{}条",
            crate::pipeline::masked_text(&file.name),
            imported.read,
            imported.new,
            imported.duplicate,
            imported.refused.len()
        );
        app.audit(visitor, AuditAction::Entry, "文件导入", &detail)?;
        // The first of them are judged before the page answers; the rest is the daemon's.
        if imported.new > 0
            && let Err(error) = process_once(app)
        {
            tracing::error!("Imported posts wait for their judgement: {error:#}");
        }
    }
    Ok(outcome(file.name, imported, order.is_dry_run))
}

fn outcome(file: String, imported: Imported, is_dry_run: bool) -> Outcome {
    let count = imported.refused.len();
    let refused = imported.refused.into_iter().take(SHOWN);
    Outcome {
        file,
        is_dry_run,
        error: imported.error.unwrap_or_default(),
        read: imported.read,
        new: imported.new,
        duplicate: imported.duplicate,
        refused_count: count,
        mapping: imported.mapping.unwrap_or_default(),
        warnings: imported.warnings,
        refused: refused
            .map(|refused| (refused.row, refused.reason))
            .collect(),
        more: count.saturating_sub(SHOWN),
    }
}

fn import_page(
    app: &App,
    visitor: &Visitor,
    channel: &str,
    mapping: &str,
    outcome: Option<Outcome>,
) -> Result<ImportPage> {
    let records = app.store.imports(LISTED)?;
    let known = app.config.mappings.iter();
    let known = known.map(|known: &Mapping| (known.code.clone(), known.name.clone()));
    Ok(ImportPage {
        frame: Frame::of(app, visitor, "/entry")?,
        channels: choices(
            Channel::ALL
                .iter()
                .map(|known| (known.code(), known.label())),
            channel,
        ),
        mappings: choices(known, mapping),
        tables: TABLES
            .iter()
            .map(|(code, _, name)| (*code, *name))
            .collect(),
        outcome,
        records: records.into_iter().map(record_line).collect(),
    })
}

fn record_line(record: ImportRecord) -> RecordLine {
    RecordLine {
        at: minute(Some(record.taken_at)),
        file: record.file_name,
        way: if record.from_inbox {
            "收件目录"
        } else {
            "手工"
        },
        read: record.read,
        new: record.new,
        duplicate: record.duplicate,
        refused: record.refused,
        message: record.message,
    }
}

/// An empty table.
pub async fn table(Path(name): Path<String>) -> Result<Response, WebError> {
    let code = name.strip_suffix(".csv").ok_or(WebError::NotFound)?;
    let mut tables = TABLES.iter();
    let (code, table, _) = tables
        .find(|(known, _, _)| *known == code)
        .ok_or(WebError::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{code}.csv\""),
        ),
    ];
    Ok((headers, template_csv(*table)).into_response())
}
