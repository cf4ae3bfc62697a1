//! `/stats`: the ledger of a month or a year; one that somebody signed for, unless the live one is asked for.

use super::Shared;
use super::error::WebError;
use super::frame::Frame;
use super::layout::minute;
use super::visitor::Who;
use crate::app::{App, LedgerReport};
use crate::stats::{LedgerPeriod, change, groups, printed, rows, value};
use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use chrono::Datelike;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Parameters {
    #[serde(default)]
    year: String,
    #[serde(default)]
    month: String,
    #[serde(default)]
    live: String,
}

#[derive(Template)]
#[template(path = "stats.html", config = "src/web/askama.toml")]
struct StatsPage {
    frame: Frame,
    title: String,
    year: String,
    month: String,
    counted_at: String,
    /// Who signed for it and when; empty for a live one.
    frozen: String,
    /// The period is not over.
    is_running: bool,
    /// 上期、环比、上年同期、同比, of frozen ledgers marked so.
    headings: [&'static str; 4],
    tables: Vec<Table>,
    sentence: String,
}

struct Table {
    title: &'static str,
    definition: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    /// 本期、上期、环比、上年同期、同比.
    cells: [String; 5],
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = app.on_cpu(move |app| {
        let Some(report) = report(app, &parameters)? else {
            return Ok(None);
        };
        Ok(Some(stats_page(
            Frame::of(app, &visitor, "/stats")?,
            report,
        )))
    });
    Ok(Html(page.await?.ok_or(WebError::NotFound)?.render()?))
}

/// `None`: there is no such month. Without a year it is the current one.
fn report(app: &App, parameters: &Parameters) -> Result<Option<LedgerReport>> {
    let year = match parameters.year.trim() {
        "" => app.now().year().to_string(),
        year => year.to_owned(),
    };
    let period = match parameters.month.trim() {
        "" => LedgerPeriod::year(&year),
        month => LedgerPeriod::month(&format!("{year}-{month}")),
    };
    let Some(period) = period else {
        return Ok(None);
    };
    let frozen = match parameters.live.is_empty() {
        true => app.frozen_ledger(period)?,
        false => None,
    };
    match frozen {
        Some(frozen) => Ok(Some(frozen)),
        None => Ok(Some(app.live_ledger(period)?)),
    }
}

fn stats_page(frame: Frame, report: LedgerReport) -> StatsPage {
    let ledger = report.ledger;
    let number = |value: Option<f64>| value.map_or("—".to_owned(), printed);
    let row = |(key, name): (String, String)| {
        let now = value(&key, Some(&ledger.figures));
        let previous = value(&key, ledger.previous.as_ref());
        let year_before = value(&key, ledger.year_before.as_ref());
        Row {
            name,
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
    let (year, month) = ledger
        .period
        .split_once('-')
        .unwrap_or((&ledger.period, ""));
    StatsPage {
        frame,
        title: ledger.title.clone(),
        year: year.to_owned(),
        month: month.to_owned(),
        counted_at: minute(Some(ledger.counted_at)),
        is_running: ledger.is_running(),
        headings: ledger.compared_headings(),
        frozen: report.frozen.map_or(String::new(), |frozen| {
            format!("由{}于{}冻结", frozen.by, minute(Some(frozen.at)))
        }),
        tables: tables.filter(|table| !table.rows.is_empty()).collect(),
        sentence: ledger.sentence.clone(),
    }
}
