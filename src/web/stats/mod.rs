//! `/stats`: the ledger of a month or a year with its charts, the posts behind each figure, freezing, files to take along.
//! One that somebody signed for, unless the live one is asked for.

mod behind;
mod charts;
mod export;
mod freeze;

pub use behind::page as posts;
pub use export::export;
pub use freeze::{difference, freeze};

use crate::app::{App, FrozenMark, LedgerReport};
use crate::model::Timestamp;
use crate::stats::{LedgerPeriod, change, groups, is_post_figure, printed, rows, value};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::layout::minute;
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use chrono::{Datelike, TimeDelta};
use serde::Deserialize;

/// Which ledger is meant.
#[derive(Clone, Default, Deserialize)]
pub struct Parameters {
    #[serde(default)]
    year: String,
    #[serde(default)]
    month: String,
    #[serde(default)]
    live: String,
}

impl Parameters {
    fn of(fields: &Fields) -> Parameters {
        let field = |name| fields.text(name).to_owned();
        Parameters {
            year: field("year"),
            month: field("month"),
            live: field("live"),
        }
    }

    fn is_live(&self) -> bool {
        !self.live.is_empty()
    }

    /// `None`: there is no such month. Without a year it is the current one.
    fn period(&self, now: Timestamp) -> Option<LedgerPeriod> {
        let year = match self.year.trim() {
            "" => now.year().to_string(),
            year => year.to_owned(),
        };
        match self.month.trim() {
            "" => LedgerPeriod::year(&year),
            month => LedgerPeriod::month(&format!("{year}-{month}")),
        }
    }
}

impl Parameters {
    /// The sentence for a year or month of which no figures can be.
    fn no_such_period(&self) -> WebError {
        let (year, month) = (self.year.trim(), self.month.trim());
        let month = match month {
            "" => String::new(),
            month => format!("{month}月"),
        };
        WebError::Wrong(format!(
            "没有“{year}年{month}”的统计，请填1990年至2199年之间的年份和1至12月"
        ))
    }
}

#[derive(Template)]
#[template(path = "stats.html", config = "src/web/askama.toml")]
struct StatsPage {
    frame: Frame,
    title: String,
    year: String,
    month: String,
    is_live: bool,
    previous: Link,
    next: Option<Link>,
    /// The whole year of a month.
    whole_year: Option<Link>,
    counted_at: String,
    /// Who signed for it and when; empty for a live one.
    frozen: String,
    /// Why it was frozen once more.
    reason: String,
    /// Somebody signed for it, also where the live one is shown.
    has_frozen: bool,
    /// The period is over.
    has_ended: bool,
    /// The period is not over.
    is_running: bool,
    /// 上期、环比、上年同期、同比, of frozen ledgers marked so.
    headings: [&'static str; 4],
    charts: Vec<String>,
    tables: Vec<Table>,
    sentence: String,
}

struct Link {
    name: String,
    address: String,
}

struct Table {
    title: &'static str,
    definition: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    /// The posts behind it; empty where it does not count posts.
    address: String,
    /// 本期、上期、环比、上年同期、同比.
    cells: [String; 5],
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = app.on_cpu(move |app| {
        let Some(period) = parameters.period(app.now()) else {
            return Ok(Err(parameters.no_such_period()));
        };
        let report = report(app, period, parameters.is_live())?;
        let frame = Frame::of(app, &visitor, "/stats")?;
        stats_page(app, frame, period, report, parameters.is_live()).map(Ok)
    });
    Ok(Html(page.await??.render()?))
}

/// The frozen ledger, unless there is none or the live one is wanted.
fn report(app: &App, period: LedgerPeriod, is_live: bool) -> Result<LedgerReport> {
    let frozen = match is_live {
        true => None,
        false => app.frozen_ledger(period)?,
    };
    match frozen {
        Some(frozen) => Ok(frozen),
        None => app.live_ledger(period),
    }
}

/// `由张三于2017-12-01 09:00冻结`.
fn mark(frozen: &FrozenMark) -> String {
    format!("由{}于{}冻结", frozen.by, minute(Some(frozen.at)))
}

/// `year=2017&month=11`, escaped by whoever shows it.
fn asked(period: LedgerPeriod, is_live: bool) -> String {
    let written = period.to_string();
    let asked = match written.split_once('-') {
        Some((year, month)) => format!("year={year}&month={month}"),
        None => format!("year={written}"),
    };
    match is_live {
        true => asked + "&live=1",
        false => asked,
    }
}

fn address(period: LedgerPeriod, is_live: bool) -> String {
    format!("/stats?{}", asked(period, is_live))
}

fn link(period: LedgerPeriod) -> Link {
    Link {
        name: period.title(),
        address: address(period, false),
    }
}

/// The period after this one; `None` where it has not begun.
fn following(app: &App, period: LedgerPeriod) -> Option<LedgerPeriod> {
    let after = period.bounds(app.zone()).to;
    // Noon of its first day: an hour more or less does not matter.
    let day = (after + TimeDelta::hours(12)).date_naive();
    let next = match period.is_year() {
        true => LedgerPeriod::year(&day.year().to_string()),
        false => LedgerPeriod::month(&format!("{}-{}", day.year(), day.month())),
    };
    next.filter(|_| after <= app.now())
}

fn stats_page(
    app: &App,
    frame: Frame,
    period: LedgerPeriod,
    report: LedgerReport,
    is_live: bool,
) -> Result<StatsPage> {
    let has_frozen = report.frozen.is_some() || app.frozen_ledger(period)?.is_some();
    let ledger = report.ledger;
    let number = |value: Option<f64>| value.map_or("—".to_owned(), printed);
    let behind = |key: &str, now: Option<f64>| match is_post_figure(key) && now > Some(0.0) {
        true => format!("/stats/posts?{}&figure={key}", asked(period, is_live)),
        false => String::new(),
    };
    let row = |(key, name): (String, String)| {
        let now = value(&key, Some(&ledger.figures));
        let previous = value(&key, ledger.previous.as_ref());
        let year_before = value(&key, ledger.year_before.as_ref());
        Row {
            name,
            address: behind(&key, now),
            cells: [
                number(now),
                number(previous),
                change(&key, now, previous),
                number(year_before),
                change(&key, now, year_before),
            ],
        }
    };
    let tables = groups().iter().map(|group| Table {
        title: group.title,
        definition: group.definition,
        rows: rows(group, &ledger).into_iter().map(row).collect(),
    });
    let tables = tables.filter(|table| !table.rows.is_empty()).collect();
    let (year, month) = ledger
        .period
        .split_once('-')
        .unwrap_or((&ledger.period, ""));
    let frozen = report.frozen.as_ref();
    Ok(StatsPage {
        frame,
        title: ledger.title.clone(),
        year: year.to_owned(),
        month: month.to_owned(),
        is_live,
        previous: link(period.previous()),
        next: following(app, period).map(link),
        whole_year: LedgerPeriod::year(year)
            .filter(|_| !period.is_year())
            .map(link),
        counted_at: minute(Some(ledger.counted_at)),
        has_ended: ledger.to <= app.now(),
        is_running: ledger.is_running(),
        headings: ledger.compared_headings(),
        frozen: frozen.map_or(String::new(), mark),
        reason: frozen.map_or(String::new(), |frozen| frozen.reason.clone()),
        has_frozen,
        charts: charts::figures(&ledger)?,
        tables,
        sentence: ledger.sentence.clone(),
    })
}
