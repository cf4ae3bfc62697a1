//! `yuqing events`: posts about one happening, together; put together and taken apart by hand.

use super::events_bursts;
use super::events_show;
use super::output::{DONE, Failure, column, print_json, print_text};
use super::refused;
use super::search::{check_days, parse_from, parse_to};
use super::{Common, person};
use crate::app::App;
use crate::model::{EventId, PostId, Timestamp};
use crate::pipeline::{merge_events, process_all, split_event};
use crate::report::EventRow;
use chrono::{NaiveDate, TimeDelta};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Events {
    #[command(subcommand)]
    deed: Option<Deed>,
    /// 只看突增：近1小时、近24小时明显多于往常的主题、属地、事件 · what is suddenly louder
    #[arg(long, conflicts_with_all = ["from", "to"])]
    bursts: bool,
    /// 起始日 · first day
    #[arg(long, value_name = "D", value_parser = parse_from)]
    from: Option<NaiveDate>,
    /// 截止日 · last day
    #[arg(long, value_name = "D", value_parser = parse_to)]
    to: Option<NaiveDate>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Deed {
    /// 查看：脉络、热度、人工处理记录 · one event with its timeline
    Show(events_show::Show),
    /// 归并：几个事件并入第一个 · merge into the first
    Merge(Merge),
    /// 拆分：几条信息从所在事件拆出，另立一个 · make an event of some posts
    Split(Split),
}

#[derive(Args)]
struct Merge {
    /// 事件编号，至少两个 · ids of events
    #[arg(required = true, num_args = 2..)]
    ids: Vec<i64>,
    /// 经办人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Split {
    /// 事件编号 · id of the event
    id: i64,
    /// 拆出的信息编号 · ids of the posts
    #[arg(required = true)]
    posts: Vec<i64>,
    /// 经办人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Events {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        match self.deed {
            Some(Deed::Show(order)) => return order.run(&app),
            Some(Deed::Merge(order)) => return order.run(&app),
            Some(Deed::Split(order)) => return order.run(&app),
            None if self.bursts => return events_bursts::print(&app, self.json),
            None => {}
        }
        check_days(self.from, self.to)?;
        let start = |day: NaiveDate| -> Timestamp {
            let local = day
                .and_time(chrono::NaiveTime::MIN)
                .and_local_timezone(app.zone());
            local
                .earliest()
                .map_or_else(|| app.now(), |moment| moment.fixed_offset())
        };
        let from = start(self.from.unwrap_or(NaiveDate::MIN.max(day(1970))));
        let to =
            start(self.to.unwrap_or(day(2200))) + TimeDelta::days(1) - TimeDelta::milliseconds(1);
        let mut rows = Vec::new();
        for event in app.store.events_of_period(from, to, usize::MAX, 0)? {
            let members = app.store.member_lines(event.id, usize::MAX)?;
            rows.push(EventRow::of(event, members));
        }
        if self.json {
            print_json(&rows)?;
        } else {
            print_text(&table(&rows))?;
        }
        Ok(DONE)
    }
}

impl Merge {
    fn run(self, app: &App) -> Result<ExitCode, Failure> {
        let ids: Vec<EventId> = self.ids.into_iter().map(EventId).collect();
        let event = merge_events(app, &ids, &self.by).map_err(refused::event)?;
        process_all(app)?;
        said(event, "已归并为事件", self.json)
    }
}

impl Split {
    fn run(self, app: &App) -> Result<ExitCode, Failure> {
        let posts: Vec<PostId> = self.posts.into_iter().map(PostId).collect();
        let event = split_event(app, EventId(self.id), &posts, &self.by).map_err(refused::event)?;
        process_all(app)?;
        said(event, "已拆出，另立事件", self.json)
    }
}

fn said(event: EventId, deed: &str, json: bool) -> Result<ExitCode, Failure> {
    if json {
        print_json(&serde_json::json!({ "event": event }))?;
    } else {
        print_text(&format!("{deed}{}\n", event.0))?;
    }
    Ok(DONE)
}

fn day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).expect("the first of January exists")
}

fn table(rows: &[EventRow]) -> String {
    if rows.is_empty() {
        return "没有事件。\n".to_owned();
    }
    let mut text = format!(
        "{}{}{}{}{}信息数\n",
        column("编号", 6),
        column("级别", 6),
        column("阶段", 6),
        column("首发", 18),
        column("标题", 60)
    );
    for row in rows {
        text += &format!(
            "{}{}{}{}{}{}\n",
            column(&row.id.0.to_string(), 6),
            column(row.level.label(), 6),
            column(row.phase.label(), 6),
            column(&row.first_at.format("%Y-%m-%d %H:%M").to_string(), 18),
            column(&row.title, 60),
            row.post_count
        );
        for reason in &row.old_news {
            text += &format!("      {reason}\n");
        }
    }
    text
}
