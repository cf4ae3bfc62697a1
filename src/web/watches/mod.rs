//! `/watches`, `/watches/{id}`: saved queries, how often each is hit, by what, and what one would have found in the past.

pub mod edit;

use crate::app::{App, SearchOrder, WatchReport};
use crate::document::{Chart, ChartKind, Series};
use crate::index::{Interval, Query as SearchQuery, Sort};
use crate::model::{Timestamp, Visitor};
use crate::web::Shared;
use crate::web::chart::figure;
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::{PostLine, minute, page_number};
use crate::web::search::page::HitLine;
use crate::web::spark::spark;
use crate::web::visitor::Who;
use anyhow::{Context, Result};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Hits per page.
const PAGE_SIZE: usize = 30;
/// Watches per page.
const LIST_SIZE: usize = 50;
/// Days of the small picture in the list.
const SPARK_DAYS: u64 = 14;
/// Days of the chart of one watch.
const CHART_DAYS: u64 = 30;
/// Days that a test looks back where nobody says.
const TEST_DAYS: u64 = 90;
/// Days that a chart can show.
const MAX_CHART_DAYS: i64 = 120;
/// Posts that a test lists.
const TEST_SIZE: usize = 20;
/// Characters of a snippet.
const SNIPPET_CHARS: usize = 140;

#[derive(Deserialize)]
pub struct Parameters {
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

#[derive(Template)]
#[template(path = "watches.html", config = "src/web/askama.toml")]
struct WatchesPage {
    frame: Frame,
    problems: Vec<String>,
    watches: Vec<WatchLine>,
    previous: Option<usize>,
    next: Option<usize>,
}

#[derive(Template)]
#[template(path = "watch.html", config = "src/web/askama.toml")]
struct WatchPage {
    frame: Frame,
    problems: Vec<String>,
    watch: WatchLine,
    chart: String,
    /// Each with the moment it was found to match.
    hits: Vec<(PostLine, String)>,
    previous: Option<usize>,
    next: Option<usize>,
}

#[derive(Template)]
#[template(path = "watch_test.html", config = "src/web/askama.toml")]
struct TestPage {
    frame: Frame,
    id: String,
    name: String,
    from: String,
    to: String,
    mistake: String,
    preview: Option<Preview>,
}

struct WatchLine {
    report: WatchReport,
    recipients: String,
    alert: String,
    last_hit: String,
    since: String,
    /// Hits of the latest days, drawn.
    spark: String,
}

/// 试跑: what a query finds among the posts that are there.
pub struct Preview {
    /// All of them.
    pub total: usize,
    /// `2017-04-01至2017-04-30`.
    pub period: String,
    /// `<figure>` of each day; empty for a period that is too long.
    pub chart: String,
    /// The latest.
    pub hits: Vec<HitLine>,
}

pub async fn list(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let number = parameters.page;
            let offset = number.saturating_mul(LIST_SIZE);
            let count = app.watched().declared.len();
            let reports = app.watch_reports_from(offset, LIST_SIZE)?;
            let watches: Result<Vec<WatchLine>> = reports
                .into_iter()
                .map(|report| line(app, report))
                .collect();
            Ok(WatchesPage {
                frame: Frame::of(app, &visitor, "/watches")?,
                problems: problems(app),
                watches: watches?,
                previous: number.checked_sub(1),
                next: (count > offset.saturating_add(LIST_SIZE)).then_some(number + 1),
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

/// What a test looks at.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Period {
    from: String,
    to: String,
}

pub async fn test(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    Query(period): Query<Period>,
) -> Result<Html<String>, WebError> {
    let page = app.on_cpu(move |app| test_page(app, &visitor, &id, period));
    Ok(Html(page.await?.ok_or(WebError::NotFound)?.render()?))
}

fn watch_page(app: &App, visitor: &Visitor, id: &str, number: usize) -> Result<Option<WatchPage>> {
    let Some(report) = app.watch_report(id)? else {
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
    let days = hits_of_days(app, id, CHART_DAYS)?;
    Ok(Some(WatchPage {
        frame: Frame::of(app, visitor, "/watches")?,
        problems: problems(app),
        watch: line(app, report)?,
        chart: figure(&day_chart("近30天每日命中", &days))?,
        hits,
        previous: number.checked_sub(1),
        next: has_more.then_some(number + 1),
    }))
}

fn test_page(app: &App, visitor: &Visitor, id: &str, period: Period) -> Result<Option<TestPage>> {
    let watched = app.watched();
    let mut declared = watched.declared.iter();
    let Some(declared) = declared.find(|declared| declared.watch.id == id) else {
        return Ok(None);
    };
    let mut page = TestPage {
        frame: Frame::of(app, visitor, "/watches")?,
        id: id.to_owned(),
        name: declared.watch.name.clone(),
        from: period.from.trim().to_owned(),
        to: period.to.trim().to_owned(),
        mistake: String::new(),
        preview: None,
    };
    match days_of(app, &page.from, &page.to) {
        Ok((from, to)) => page.preview = Some(preview(app, &declared.query, from, to)?),
        Err(mistake) => page.mistake = mistake,
    }
    Ok(Some(page))
}

/// Days of a test; the last ninety where nothing is said.
fn days_of(app: &App, from: &str, to: &str) -> Result<(NaiveDate, NaiveDate), String> {
    let today = app.now().date_naive();
    let to = match to {
        "" => today,
        to => SearchQuery::read_last_day(to).map_err(|wrong| format!("截止日：{wrong}"))?,
    };
    let from = match from {
        "" => days_before(to, TEST_DAYS - 1),
        from => SearchQuery::read_first_day(from).map_err(|wrong| format!("起始日：{wrong}"))?,
    };
    if from > to {
        return Err(format!("起始日{from}晚于截止日{to}，没有这样的时段"));
    }
    Ok((from, to))
}

/// What a query finds among the posts of the last ninety days.
pub fn preview_lately(app: &App, query: &SearchQuery) -> Result<Preview> {
    let today = app.now().date_naive();
    preview(app, query, days_before(today, TEST_DAYS - 1), today)
}

fn preview(app: &App, query: &SearchQuery, from: NaiveDate, to: NaiveDate) -> Result<Preview> {
    let query = (query.clone())
        .and(SearchQuery::After(from))
        .and(SearchQuery::Before(to));
    let report = app.search(&SearchOrder {
        query: query.clone(),
        sort: Sort::Time,
        offset: 0,
        limit: TEST_SIZE,
        with_facets: false,
        snippet_chars: SNIPPET_CHARS,
    })?;
    let mut chart = String::new();
    if (to - from).num_days() < MAX_CHART_DAYS {
        let volumes = app.index.volumes(&app.expanded(&query), Interval::Day)?;
        let found: BTreeMap<NaiveDate, u64> = (volumes.into_iter())
            .map(|(at, count)| (at.date_naive(), count))
            .collect();
        let days = from.iter_days().take_while(|day| *day <= to);
        let counts: Vec<(NaiveDate, u64)> = days
            .map(|day| (day, found.get(&day).copied().unwrap_or(0)))
            .collect();
        chart = figure(&day_chart("每日条数（按发布时间）", &counts))?;
    }
    Ok(Preview {
        total: report.total,
        period: format!("{from}至{to}"),
        chart,
        hits: report.hits.iter().map(HitLine::of).collect(),
    })
}

/// Hits of each of the last days, today the last.
fn hits_of_days(app: &App, id: &str, count: u64) -> Result<Vec<(NaiveDate, u64)>> {
    let now = app.now();
    let today = now.date_naive();
    let first = days_before(today, count - 1);
    let midnight: Timestamp = (first.and_hms_opt(0, 0, 0).context("every day begins")?)
        .and_local_timezone(*now.offset())
        .single()
        .context("an offset has every hour once")?;
    let found = app.store.watch_hits_by_day(id, midnight)?;
    let days = first.iter_days().take_while(|day| *day <= today);
    Ok(days
        .map(|day| (day, found.get(&day).copied().unwrap_or(0)))
        .collect())
}

fn days_before(day: NaiveDate, count: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(count)).unwrap_or(day)
}

fn day_chart(title: &str, days: &[(NaiveDate, u64)]) -> Chart {
    Chart {
        title: title.to_owned(),
        kind: ChartKind::Columns,
        labels: (days.iter())
            .map(|(day, _)| day.format("%m-%d").to_string())
            .collect(),
        series: vec![Series {
            name: String::new(),
            values: days.iter().map(|(_, count)| *count as f64).collect(),
        }],
    }
}

/// What is wrong with the operator's file at this moment.
fn problems(app: &App) -> Vec<String> {
    let problems = app.watch_problems();
    problems.iter().map(ToString::to_string).collect()
}

fn line(app: &App, report: WatchReport) -> Result<WatchLine> {
    let schedule = report.schedule.as_deref();
    let named = |code: &String| {
        let mut known = app.config.recipients.iter();
        let known = known.find(|known| known.id == *code);
        known.map_or_else(|| code.clone(), |known| known.name.clone())
    };
    let recipients: Vec<String> = report.recipients.iter().map(named).collect();
    let days = hits_of_days(app, &report.id, SPARK_DAYS)?;
    let counts: Vec<u64> = days.iter().map(|(_, count)| *count).collect();
    Ok(WatchLine {
        recipients: recipients.join("、"),
        alert: schedule.map_or_else(
            || report.alert_label.to_owned(),
            |schedule| format!("{}（{schedule}）", report.alert_label),
        ),
        last_hit: minute(report.last_hit),
        since: minute(report.since),
        spark: spark(&counts, &format!("近{SPARK_DAYS}天每日命中")),
        report,
    })
}
