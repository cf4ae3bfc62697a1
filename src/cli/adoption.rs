//! `yuqing adoption`: what of a signed issue was reported to others, was taken up there, was written on by a leader.

use super::output::{DONE, Failure, column, print_json, print_text};
use super::refused;
use super::search::{check_days, parse_day};
use super::{Common, person};
use crate::app::App;
use crate::model::{
    IssueId, NewUptake, Timestamp, Uptake, UptakeCounts, UptakeId, UptakeKind, UptakeVoid,
};
use crate::pipeline::masked_text;
use chrono::{Datelike, NaiveDate};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Adoption {
    /// 登记：外报、被采用、领导批示 · register
    Add(Add),
    /// 列出登记，日期晚的在前，并合计 · list and count
    List(List),
    /// 作废误登的一条，须写明理由 · void
    Void(Void),
}

#[derive(Args)]
pub struct Add {
    /// 种类：外报 reported，采用 adopted，批示 instructed · kind
    #[arg(long)]
    kind: UptakeKind,
    /// 稿号，须已签发 · id of a signed issue
    #[arg(long, value_name = "稿号")]
    issue: i64,
    /// 第几条；不写为整期 · entry, counted from 1
    #[arg(long, value_name = "第几条")]
    entry: Option<u32>,
    /// 报送单位、采用单位，批示的写领导职务 · to or by whom
    #[arg(long, value_name = "单位")]
    unit: String,
    /// 日期，如 2017-11-21；默认今天 · day
    #[arg(long, value_name = "日期", value_parser = parse_day)]
    date: Option<NaiveDate>,
    /// 批示内容，或说明 · words
    #[arg(long, default_value = "")]
    text: String,
    /// 登记人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct List {
    /// 起始日，默认本年1月1日 · first day
    #[arg(long, value_name = "日期", value_parser = parse_day)]
    from: Option<NaiveDate>,
    /// 截止日，默认今天 · last day
    #[arg(long, value_name = "日期", value_parser = parse_day)]
    to: Option<NaiveDate>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Void {
    /// 登记编号（`adoption list` 的第一列） · id
    id: i64,
    /// 作废的理由 · why
    #[arg(long)]
    reason: String,
    /// 经办人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

/// One row of the register.
#[derive(Serialize)]
struct Shown<'u> {
    id: UptakeId,
    kind: UptakeKind,
    kind_label: &'static str,
    issue: IssueId,
    entry: Option<u32>,
    unit: &'u str,
    date: NaiveDate,
    count: u32,
    text: &'u str,
    by: &'u str,
    recorded_at: Timestamp,
    void: Option<&'u UptakeVoid>,
}

#[derive(Serialize)]
struct Listed<'u> {
    counts: UptakeCounts,
    rows: Vec<Shown<'u>>,
}

impl Adoption {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        match self {
            Adoption::Add(order) => order.run(&app)?,
            Adoption::List(order) => order.run(&app)?,
            Adoption::Void(order) => order.run(&app)?,
        }
        Ok(DONE)
    }
}

impl Add {
    fn run(self, app: &App) -> Result<(), Failure> {
        let now = app.now();
        let day = self.date.unwrap_or(now.date_naive());
        if day > now.date_naive() {
            return Err(Failure::Usage("日期还没有到，请检查 --date".to_owned()));
        }
        let unit = self.unit.trim().to_owned();
        if unit.is_empty() {
            return Err(Failure::Usage("单位（--unit）不能为空".to_owned()));
        }
        let uptake = NewUptake {
            kind: self.kind,
            issue: IssueId(self.issue),
            entry: self.entry,
            unit,
            day,
            text: masked_text(&self.text),
            by: self.by,
        };
        let registered = app.store.register_uptake(&uptake, now);
        let (row, is_new) = registered.map_err(refused::uptake)?;
        if self.json {
            print_json(&Shown::of(&row))?;
            return Ok(());
        }
        let said = if is_new {
            "已登记"
        } else {
            "此前已登记"
        };
        print_text(&format!("{said}：{}", line(&row)))?;
        Ok(())
    }
}

impl List {
    fn run(self, app: &App) -> Result<(), Failure> {
        let today = app.now().date_naive();
        let new_year = today.with_ordinal(1).unwrap_or(today);
        let (from, to) = (self.from.unwrap_or(new_year), self.to.unwrap_or(today));
        check_days(Some(from), Some(to))?;
        let uptakes = app.store.uptakes(from, to)?;
        let counts = counts_of(&uptakes);
        if self.json {
            let rows = uptakes.iter().map(Shown::of).collect();
            print_json(&Listed { counts, rows })?;
            return Ok(());
        }
        let text: String = uptakes.iter().map(line).collect();
        let UptakeCounts {
            reported,
            adopted,
            instructed,
        } = counts;
        print_text(&format!(
            "{text}{from}至{to}：上报{reported}条，被采用{adopted}条，领导批示{instructed}件\n"
        ))?;
        Ok(())
    }
}

impl Void {
    fn run(self, app: &App) -> Result<(), Failure> {
        let reason = masked_text(self.reason.trim());
        if reason.is_empty() {
            return Err(Failure::Usage("作废的理由（--reason）不能为空".to_owned()));
        }
        let void = UptakeVoid {
            reason,
            by: self.by,
            at: app.now(),
        };
        let row = app.store.void_uptake(UptakeId(self.id), &void);
        let row = row.map_err(refused::uptake)?;
        if self.json {
            print_json(&Shown::of(&row))?;
        } else {
            print_text(&format!("已作废：{}", line(&row)))?;
        }
        Ok(())
    }
}

impl<'u> Shown<'u> {
    fn of(row: &'u Uptake) -> Shown<'u> {
        let said = &row.uptake;
        Shown {
            id: row.id,
            kind: said.kind,
            kind_label: said.kind.label(),
            issue: said.issue,
            entry: said.entry,
            unit: &said.unit,
            date: said.day,
            count: row.count,
            text: &said.text,
            by: &said.by,
            recorded_at: row.recorded_at,
            void: row.void.as_ref(),
        }
    }
}

fn counts_of(uptakes: &[Uptake]) -> UptakeCounts {
    let mut counts = UptakeCounts::default();
    for row in uptakes.iter().filter(|row| row.void.is_none()) {
        let count = u64::from(row.count);
        match row.uptake.kind {
            UptakeKind::Reported => counts.reported += count,
            UptakeKind::Adopted => counts.adopted += count,
            UptakeKind::Instructed => counts.instructed += count,
        }
    }
    counts
}

/// `    3  2017-11-21  外报  省人社厅  稿号7第2条`.
fn line(row: &Uptake) -> String {
    let said = &row.uptake;
    let entry = match (said.entry, said.kind) {
        (Some(entry), _) => format!("第{entry}条"),
        (None, UptakeKind::Instructed) => String::new(),
        (None, _) => format!("整期{}条", row.count),
    };
    let text = match said.text.as_str() {
        "" => String::new(),
        text => format!("　{}", text.replace('\n', " ")),
    };
    let void = (row.void.as_ref()).map_or(String::new(), |void| {
        format!("　【已作废：{}，{}】", void.reason, void.by)
    });
    format!(
        "{:>5}  {}  {}{}稿号{}{entry}{text}{void}\n",
        row.id.0,
        said.day,
        column(said.kind.label(), 6),
        column(&said.unit, 20),
        said.issue.0
    )
}
