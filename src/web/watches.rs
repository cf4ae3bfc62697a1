//! `/watches`, `/watches/{id}`: saved queries, how often each is hit, and by what.

use super::Shared;
use super::error::WebError;
use super::frame::Frame;
use super::layout::{PostLine, minute, page_number};
use super::visitor::Who;
use crate::app::{App, WatchReport};
use crate::model::Visitor;
use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use serde::Deserialize;

/// Hits per page.
const PAGE_SIZE: usize = 30;

#[derive(Deserialize)]
pub struct Parameters {
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

#[derive(Template)]
#[template(path = "watches.html", config = "src/web/askama.toml")]
struct WatchesPage {
    frame: Frame,
    watches: Vec<WatchLine>,
}

#[derive(Template)]
#[template(path = "watch.html", config = "src/web/askama.toml")]
struct WatchPage {
    frame: Frame,
    watch: WatchLine,
    /// Each with the moment it was found to match.
    hits: Vec<(PostLine, String)>,
    previous: Option<usize>,
    next: Option<usize>,
}

struct WatchLine {
    report: WatchReport,
    recipients: String,
    alert: String,
    last_hit: String,
    since: String,
}

pub async fn list(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let watches = app.watch_reports()?.into_iter().map(line).collect();
            Ok(WatchesPage {
                frame: Frame::of(app, &visitor, "/watches")?,
                watches,
            })
        })
        .await?;
    Ok(Html(page.render()?))
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| watch_page(app, &visitor, &id, parameters.page))
        .await?;
    Ok(Html(page.ok_or(WebError::NotFound)?.render()?))
}

fn watch_page(app: &App, visitor: &Visitor, id: &str, number: usize) -> Result<Option<WatchPage>> {
    let reports = app.watch_reports()?.into_iter();
    let Some(report) = reports.into_iter().find(|report| report.id == id) else {
        return Ok(None);
    };
    let offset = number.saturating_mul(PAGE_SIZE);
    let mut found = app.store.hits_of_watch(id, PAGE_SIZE + 1, offset)?;
    let has_more = found.len() > PAGE_SIZE;
    found.truncate(PAGE_SIZE);
    let mut hits = Vec::new();
    for hit in found {
        if let Some(stored) = app.store.post(hit.post)? {
            hits.push((PostLine::of(&stored), minute(Some(hit.matched_at))));
        }
    }
    Ok(Some(WatchPage {
        frame: Frame::of(app, visitor, "/watches")?,
        watch: line(report),
        hits,
        previous: number.checked_sub(1),
        next: has_more.then_some(number + 1),
    }))
}

fn line(report: WatchReport) -> WatchLine {
    let schedule = report.schedule.as_deref();
    WatchLine {
        recipients: report.recipients.join("、"),
        alert: schedule.map_or_else(
            || report.alert_label.to_owned(),
            |schedule| format!("{}（{schedule}）", report.alert_label),
        ),
        last_hit: minute(report.last_hit),
        since: minute(report.since),
        report,
    }
}
