//! `/system/backups`: the backups of our own folder, made and checked at the desk. They hold what is masked everywhere
//! else: nobody downloads them here.

use crate::app::{KeptBackup, dated_name};
use crate::web::Shared;
use crate::web::deed::back;
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::minute;
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use bytesize::ByteSize;
use chrono::NaiveDateTime;

const HERE: &str = "/system/backups";

#[derive(Template)]
#[template(path = "backups.html", config = "src/web/askama.toml")]
struct BackupsPage {
    frame: Frame,
    /// What is wrong with how often backups are made; empty where all is well.
    trouble: String,
    last: String,
    timed: String,
    folder: String,
    data: String,
    backups: Vec<BackupRow>,
}

struct BackupRow {
    name: String,
    made: String,
    size: String,
    /// `通过`, `未通过`, `未核对`.
    state: &'static str,
    mark: &'static str,
    /// What the check came to, by whom, when.
    found: String,
}

pub async fn page(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let page = app.on_cpu(move |app| {
        Ok(BackupsPage {
            frame: Frame::of(app, &visitor, "/system")?,
            trouble: app.backup_trouble()?.unwrap_or_default(),
            last: minute(app.last_backup()?),
            timed: minute(app.last_timed_backup()?),
            folder: app.backup_folder().display().to_string(),
            data: app.folder().display().to_string(),
            backups: app.kept_backups()?.into_iter().map(row).collect(),
        })
    });
    Ok(Html(page.await?.render()?))
}

fn row(kept: KeptBackup) -> BackupRow {
    let (state, mark) = match &kept.check {
        None => ("未核对", "off"),
        Some(check) if check.is_whole => ("通过", "ok"),
        Some(_) => ("未通过", "bad"),
    };
    BackupRow {
        made: made_at(&kept.file.name),
        size: ByteSize(kept.file.bytes).to_string(),
        state,
        mark,
        found: kept.check.map_or_else(String::new, |check| {
            format!(
                "{}（{}，{}）",
                check.found,
                check.by,
                minute(Some(check.at))
            )
        }),
        name: kept.file.name,
    }
}

/// The moment that the name of a backup bears.
fn made_at(name: &str) -> String {
    let read = NaiveDateTime::parse_from_str(name, "yuqing-%Y%m%d-%H%M%S.zip");
    read.map_or_else(
        |_| "—".to_owned(),
        |at| at.format("%Y-%m-%d %H:%M").to_string(),
    )
}

/// 立即备份. It goes on, and is written down, also where the browser no longer waits for it.
pub async fn make(State(app): Shared, Who(visitor): Who) -> Result<Response, WebError> {
    let who = visitor.clone();
    let made = app.on_cpu(move |app| Ok(app.keep_backup(&who))).await?;
    let (made, check) =
        made.map_err(|error| WebError::Conflict(format!("备份没有做成：{error:#}。")))?;
    let sentence = format!(
        "已备份到{}（{}，用时{}秒），核对：{}。",
        made.file.file_name().map_or_else(
            || dated_name(made.made_at),
            |name| name.to_string_lossy().into_owned()
        ),
        ByteSize(made.bytes),
        made.took_ms / 1000,
        check.found
    );
    back(&app, &visitor, HERE, sentence).await
}

/// 核对 of a backup that lies in our folder.
pub async fn check(
    State(app): Shared,
    Who(visitor): Who,
    Path(name): Path<String>,
) -> Result<Response, WebError> {
    let who = visitor.clone();
    let checked = app
        .on_cpu(move |app| {
            let kept = app.kept_backups()?;
            if kept.iter().all(|kept| kept.file.name != name) {
                return Ok(None);
            }
            Ok(Some((app.check_kept(&who, &name)?, name)))
        })
        .await?;
    let (check, name) = checked.ok_or(WebError::NotFound)?;
    back(
        &app,
        &visitor,
        HERE,
        format!("{name}核对：{}。", check.found),
    )
    .await
}
