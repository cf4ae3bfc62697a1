//! `yuqing watch`: saved queries; how often each is hit, and what one of them would have found in the past.

use super::output::{DONE, Failure, column, print_json, print_text};
use super::search::{check_days, parse_from, parse_to};
use super::search_text::table;
use super::watch_edit::{Add, Remove};
use super::{Common, watch_named};
use crate::app::{SNIPPET_CHARS, SearchOrder, SearchReport, WatchReport};
use crate::index::{Query, Sort};
use crate::model::{self, PostId};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::process::ExitCode;

/// Posts shown by `test` where the command does not say; a program that reads JSON gets as many as the index gives at a
/// time.
const SHOWN: usize = 20;

#[derive(Subcommand)]
pub enum Watch {
    /// 新增专题：保存检索式，追加到 watches.toml · save a query
    Add(Add),
    /// 列出专题和命中情况 · watches and their hits
    List(List),
    /// 试跑：专题在已有信息中命中哪些 · replay a watch over the past
    Test(Test),
    /// 删除专题，已有命中记录保留 · take a watch out, keep its hits
    Remove(Remove),
}

#[derive(Args)]
pub struct List {
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Test {
    /// 专题名称或代号 · name or id of a watch
    name: String,
    /// 起始日，如 2017-04-01 · published on or after
    #[arg(long, value_name = "D", value_parser = parse_from)]
    from: Option<NaiveDate>,
    /// 截止日 · published on or before
    #[arg(long, value_name = "D", value_parser = parse_to)]
    to: Option<NaiveDate>,
    /// 列出几条，默认20；JSON 默认全部 · posts listed, 20; in JSON all
    #[arg(long)]
    limit: Option<usize>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

/// What a watch would have found.
#[derive(Serialize)]
struct Replay {
    /// Name of the watch.
    watch: String,
    id: String,
    query: String,
    matched: usize,
    external_ids: Vec<String>,
    post_ids: Vec<PostId>,
}

impl Watch {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        match self {
            Watch::Add(order) => order.run(common),
            Watch::List(order) => order.run(common),
            Watch::Test(order) => order.run(common),
            Watch::Remove(order) => order.run(common),
        }
    }
}

impl List {
    fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app_to_search()?;
        let reports = app.watch_reports()?;
        if self.json {
            print_json(&reports)?;
        } else {
            print_text(&list(&reports))?;
        }
        Ok(DONE)
    }
}

impl Test {
    fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        check_days(self.from, self.to)?;
        let app = common.open_app_to_search()?;
        let declared = watch_named(&app.config, &self.name)?;
        let query = (declared.query.clone())
            .and(self.from.map_or(Query::All, Query::After))
            .and(self.to.map_or(Query::All, Query::Before));
        let default = if self.json { usize::MAX } else { SHOWN };
        let report = app.search(&SearchOrder {
            query,
            sort: Sort::Time,
            offset: 0,
            limit: self.limit.unwrap_or(default),
            with_facets: false,
            snippet_chars: SNIPPET_CHARS,
        })?;
        if self.json {
            print_json(&Replay::of(&declared.watch, &report))?;
        } else {
            print_text(&self.text(&declared.watch, &report))?;
        }
        Ok(DONE)
    }

    fn text(&self, watch: &model::Watch, report: &SearchReport) -> String {
        let period = match (self.from, self.to) {
            (None, None) => "已有信息中".to_owned(),
            (Some(from), None) => format!("{from}以来的信息中"),
            (None, Some(to)) => format!("{to}及以前的信息中"),
            (Some(from), Some(to)) => format!("{from}至{to}的信息中"),
        };
        format!(
            "专题“{}”（{}）在{period}命中{}条\n检索式：{}\n{}",
            watch.name,
            watch.id,
            report.total,
            watch.query,
            table(report, 0, false)
        )
    }
}

impl Replay {
    fn of(watch: &model::Watch, report: &SearchReport) -> Replay {
        let external = report.hits.iter().filter_map(|hit| hit.external_id.clone());
        Replay {
            watch: watch.name.clone(),
            id: watch.id.clone(),
            query: watch.query.clone(),
            matched: report.total,
            external_ids: external.collect(),
            post_ids: report.hits.iter().map(|hit| hit.id).collect(),
        }
    }
}

fn list(reports: &[WatchReport]) -> String {
    if reports.is_empty() {
        return "还没有专题；用 `yuqing watch add 名称 检索式` 新增\n".to_owned();
    }
    let mut lines = format!(
        "{}{}{}{}{}{}说明\n",
        column("代号", 18),
        column("名称", 22),
        column("预警", 10),
        column("近7天", 8),
        column("近30天", 8),
        column("最近命中", 14),
    );
    for report in reports {
        let last_hit = report
            .last_hit
            .map(|at| at.format("%m-%d %H:%M").to_string());
        lines += &format!(
            "{}{}{}{}{}{}{}\n    {}\n",
            column(&report.id, 18),
            column(&report.name, 22),
            column(report.alert_label, 10),
            column(&report.hits_7d.to_string(), 8),
            column(&report.hits_30d.to_string(), 8),
            column(&last_hit.unwrap_or_default(), 14),
            report.message,
            report.query,
        );
    }
    lines
}
