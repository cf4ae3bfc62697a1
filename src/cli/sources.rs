//! `yuqing sources`: is every source as it usually is; what its last visits brought; lists of feeds in and out.

use super::output::{DONE, Failure, column, print_json, print_text};
use super::sources_opml::{Export, Import};
use super::{Common, source_id};
use crate::app::{App, SourceReport};
use crate::model::Timestamp;
use crate::store::PastVisit;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::process::ExitCode;

/// Visits shown of one source.
const VISITS: usize = 30;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Sources {
    /// 信源代号或名称：列出它最近的采集台账 · id or name of a source: its last visits
    source: Option<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// 导出订阅源清单（OPML） · the feeds as OPML
    OpmlExport(Export),
    /// 导入订阅源清单（OPML），追加到 sources.toml · append the feeds of an OPML file
    OpmlImport(Import),
}

/// JSON of `yuqing sources ID`.
#[derive(Serialize)]
struct Ledger<'r> {
    #[serde(flatten)]
    report: &'r SourceReport,
    visits: &'r [PastVisit],
}

impl Sources {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        match self.command {
            Some(Command::OpmlExport(command)) => return command.run(common),
            Some(Command::OpmlImport(command)) => return command.run(common),
            None => {}
        }
        let app = common.open_app()?;
        match &self.source {
            Some(id) => self.one(&app, id),
            None => self.all(&app),
        }
    }

    fn all(&self, app: &App) -> Result<ExitCode, Failure> {
        let reports = app.source_reports()?;
        if self.json {
            print_json(&reports)?;
        } else {
            print_text(&table(&reports))?;
        }
        Ok(DONE)
    }

    fn one(&self, app: &App, said: &str) -> Result<ExitCode, Failure> {
        let id = &source_id(&app.config, said)?;
        let reports = app.source_reports()?;
        let Some(report) = reports.iter().find(|report| report.id == *id) else {
            return Err(Failure::Usage(format!(
                "没有代号为“{id}”的信源；`yuqing sources` 列出全部代号"
            )));
        };
        let visits = app.store.visits(id, VISITS)?;
        if self.json {
            let visits = &visits;
            print_json(&Ledger { report, visits })?;
        } else {
            print_text(&table(std::slice::from_ref(report)))?;
            print_text(&ledger(&visits))?;
        }
        Ok(DONE)
    }
}

fn table(reports: &[SourceReport]) -> String {
    let mut lines = format!(
        "{}{}{}{}{}{}说明\n",
        column("代号", 18),
        column("名称", 22),
        column("状态", 10),
        column("近24小时（平常）", 20),
        column("上次有新信息", 14),
        column("下次采集", 14),
    );
    let mut ordered: Vec<&SourceReport> = reports.iter().collect();
    ordered.sort_by_key(|report| report.rank());
    for report in ordered {
        let usual = match report.band {
            Some((low, high)) => format!("{}（{low}～{high}）", report.today),
            None => report.today.to_string(),
        };
        lines += &format!(
            "{}{}{}{}{}{}{}\n",
            column(&report.id, 18),
            column(&report.name, 22),
            column(report.status_label, 10),
            column(&usual, 20),
            column(&minute(report.last_new), 14),
            column(&minute(report.next_check), 14),
            report.message
        );
    }
    lines
}

fn ledger(visits: &[PastVisit]) -> String {
    if visits.is_empty() {
        return "还没有采集过\n".to_owned();
    }
    let mut lines = format!(
        "\n{}{}{}  页   新  重复  未收  说明\n",
        column("采集时间", 14),
        column("读取", 10),
        column("结果", 12)
    );
    for visit in visits {
        let what = if visit.reads_entry {
            "入口页"
        } else {
            "待读页面"
        };
        let message = if visit.message.is_empty() {
            visit.warnings.join("；")
        } else {
            visit.message.clone()
        };
        lines += &format!(
            "{}{}{}{:>4}{:>5}{:>6}{:>6}  {message}\n",
            column(&minute(Some(visit.started_at)), 14),
            column(what, 10),
            column(visit.outcome.label(), 12),
            visit.fetched,
            visit.new,
            visit.duplicate,
            visit.refused,
        );
    }
    lines
}

fn minute(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.format("%m-%d %H:%M").to_string())
}
