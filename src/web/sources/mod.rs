//! `/sources`, `/sources/{id}`: is every source being read? "Nothing new" and "nothing fetched" look different here.

pub mod edit;

use crate::app::{App, SourceReport};
use crate::config::DeclaredSource;
use crate::model::{OutletTier, Timestamp, Visitor};
use crate::pipeline::sources_mark;
use crate::source::HealthStatus;
use crate::store::PastVisit;
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::minute;
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;
use chrono::Datelike;

/// Visits shown of one source.
const VISITS: usize = 60;
/// Height of the tallest bar of a week's picture, in units of its drawing.
const BAR_HEIGHT: u64 = 20;

#[derive(Template)]
#[template(path = "sources.html", config = "src/web/askama.toml")]
struct SourcesPage {
    frame: Frame,
    /// 12个正常，1个静默.
    summary: String,
    sources: Vec<SourceLine>,
}

#[derive(Template)]
#[template(path = "source.html", config = "src/web/askama.toml")]
struct SourcePage {
    frame: Frame,
    source: SourceLine,
    visits: Vec<VisitLine>,
    declared: DeclaredSource,
    is_stopped: bool,
    /// Of `sources.toml`; empty where it cannot be edited here.
    mark: String,
}

impl SourcePage {
    fn tiers(&self) -> &'static [OutletTier] {
        OutletTier::ALL
    }
}

struct SourceLine {
    id: String,
    name: String,
    url: String,
    /// Where its link leads.
    entry: String,
    channel: &'static str,
    kind: &'static str,
    /// `ok`, `bad`, `off` or `waiting`, for the colour.
    mark: &'static str,
    status: &'static str,
    message: String,
    last_visit: String,
    last_success: String,
    last_new: String,
    next_check: String,
    failure_count: u32,
    today: u64,
    band: String,
    /// Heights of the days, oldest first.
    bars: Vec<Bar>,
}

/// One day of the picture.
struct Bar {
    x: usize,
    y: u64,
    height: u64,
}

struct VisitLine {
    started_at: String,
    seconds: i64,
    what: &'static str,
    mark: &'static str,
    outcome: &'static str,
    fetched: u64,
    new: u64,
    duplicate: u64,
    refused: u64,
    message: String,
}

pub async fn page(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let mut reports = app.source_reports()?;
            reports.sort_by_key(SourceReport::rank);
            let now = app.now();
            Ok(SourcesPage {
                frame: Frame::of(app, &visitor, "/sources")?,
                summary: summary(&reports),
                sources: reports
                    .into_iter()
                    .map(|report| line(report, now))
                    .collect(),
            })
        })
        .await?;
    Ok(Html(page.render()?))
}

/// One source with its ledger of visits.
pub async fn one(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
) -> Result<Html<String>, WebError> {
    let found = app.on_cpu(move |app| find(app, &visitor, &id)).await?;
    let page = found.ok_or(WebError::NotFound)?;
    Ok(Html(page.render()?))
}

fn find(app: &App, visitor: &Visitor, id: &str) -> anyhow::Result<Option<SourcePage>> {
    let mut reports = app.source_reports()?.into_iter();
    let Some(report) = reports.find(|report| report.id == id) else {
        return Ok(None);
    };
    let collecting = app.collecting();
    let mut sources = collecting.sources.iter();
    let Some(declared) = sources.find(|known| known.source.id == id) else {
        return Ok(None);
    };
    let visits = app.store.visits(id, VISITS)?;
    Ok(Some(SourcePage {
        declared: declared.clone(),
        is_stopped: report.status == HealthStatus::Stopped,
        mark: sources_mark(app).unwrap_or_default(),
        frame: Frame::of(app, visitor, "/sources")?,
        source: line(report, app.now()),
        visits: visits.into_iter().map(visit_line).collect(),
    }))
}

/// How many sources are in which state, trouble first.
fn summary(reports: &[SourceReport]) -> String {
    let mut parts = Vec::new();
    for status in [
        HealthStatus::Broken,
        HealthStatus::Stopped,
        HealthStatus::Silent,
        HealthStatus::Low,
        HealthStatus::Normal,
        HealthStatus::Observing,
        HealthStatus::Waiting,
        HealthStatus::Disabled,
    ] {
        let count = reports
            .iter()
            .filter(|report| report.status == status && !report.is_unread())
            .count();
        if count > 0 {
            parts.push(format!("{}{count}个", status.label()));
        }
    }
    let unread = reports.iter().filter(|report| report.is_unread()).count();
    if unread > 0 {
        parts.push(format!("未采通{unread}个"));
    }
    parts.join("，")
}

fn line(report: SourceReport, now: Timestamp) -> SourceLine {
    let short = |at| short_minute(at, now);
    SourceLine {
        mark: if report.is_unread() {
            "bad"
        } else {
            mark(report.status)
        },
        status: report.status_label,
        channel: report.channel.label(),
        kind: report.kind.label(),
        last_visit: short(report.last_visit),
        last_success: short(report.last_success),
        last_new: short(report.last_new),
        next_check: short(report.next_check),
        failure_count: report.failure_count,
        today: report.today,
        band: report.band.map_or_else(String::new, |(low, high)| {
            if low == high {
                format!("平常{low}")
            } else {
                format!("平常{low}～{high}")
            }
        }),
        bars: bars(&report.per_day),
        entry: entry(&report.url, now),
        id: report.id,
        name: report.name,
        url: report.url,
        // Words of earlier versions quote commands as a terminal does.
        message: report.message.replace('`', ""),
    }
}

/// Without the year where it is this one: seven columns have to stand side by side.
fn short_minute(at: Option<Timestamp>, now: Timestamp) -> String {
    match at {
        Some(at) if at.year() == now.year() => at.format("%m-%d %H:%M").to_string(),
        at => minute(at),
    }
}

/// The entry address of today.
fn entry(template: &str, now: Timestamp) -> String {
    template
        .replace("{yyyy}", &format!("{:04}", now.year()))
        .replace("{mm}", &format!("{:02}", now.month()))
        .replace("{dd}", &format!("{:02}", now.day()))
}

fn mark(status: HealthStatus) -> &'static str {
    match status {
        HealthStatus::Normal => "ok",
        HealthStatus::Observing | HealthStatus::Waiting => "waiting",
        HealthStatus::Disabled => "off",
        HealthStatus::Low | HealthStatus::Silent | HealthStatus::Broken | HealthStatus::Stopped => {
            "bad"
        }
    }
}

fn bars(per_day: &[u64]) -> Vec<Bar> {
    let most = per_day.iter().copied().max().unwrap_or(0).max(1);
    let oldest_first = per_day.iter().rev().enumerate();
    oldest_first
        .filter(|(_, count)| **count > 0)
        .map(|(day, count)| {
            let height = (count * BAR_HEIGHT / most).max(1);
            Bar {
                x: 4 * day,
                y: BAR_HEIGHT - height,
                height,
            }
        })
        .collect()
}

fn visit_line(visit: PastVisit) -> VisitLine {
    let mut message = visit.message;
    if message.is_empty() {
        message = visit.warnings.join("；");
    }
    VisitLine {
        started_at: minute(Some(visit.started_at)),
        seconds: (visit.finished_at - visit.started_at).num_seconds(),
        what: if visit.reads_entry {
            "入口页"
        } else {
            "待读页面"
        },
        mark: if visit.outcome.is_success() {
            "ok"
        } else {
            "bad"
        },
        outcome: visit.outcome.label(),
        fetched: visit.fetched,
        new: visit.new,
        duplicate: visit.duplicate,
        refused: visit.refused,
        message: message.replace('`', ""),
    }
}
