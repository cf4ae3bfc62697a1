//! `yuqing events`: posts about one happening, together.

use super::Common;
use super::output::{DONE, Failure, column, print_json, print_text};
use super::search::parse_day;
use crate::model::{EventId, Level, Phase, Timestamp};
use crate::store::EventMembers;
use chrono::{NaiveDate, TimeDelta};
use clap::Args;
use serde::Serialize;
use std::process::ExitCode;

#[derive(Args)]
pub struct Events {
    /// 起始日 · first day
    #[arg(long, value_name = "D", value_parser = parse_day)]
    from: Option<NaiveDate>,
    /// 截止日 · last day
    #[arg(long, value_name = "D", value_parser = parse_day)]
    to: Option<NaiveDate>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    id: EventId,
    title: String,
    level: Level,
    level_reason: String,
    phase: Phase,
    first_at: Timestamp,
    last_at: Timestamp,
    post_count: u64,
    source_count: u64,
    external_ids: Vec<String>,
}

impl Events {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
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
        for known in app.store.events_between(from, to)? {
            let posts = app.store.posts(&known.members)?;
            let external_ids = posts
                .into_iter()
                .filter_map(|stored| stored.post.external_id)
                .collect();
            rows.push(row(known, external_ids));
        }
        if self.json {
            print_json(&rows)?;
        } else {
            print_text(&table(&rows))?;
        }
        Ok(DONE)
    }
}

fn day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).expect("the first of January exists")
}

fn row(known: EventMembers, external_ids: Vec<String>) -> Row {
    let event = known.event;
    Row {
        id: event.id,
        title: event.title,
        level: event.level,
        level_reason: event.level_reason,
        phase: event.phase,
        first_at: event.first_at,
        last_at: event.last_at,
        post_count: event.post_count,
        source_count: event.source_count,
        external_ids,
    }
}

fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "没有事件。\n".to_owned();
    }
    let mut text = format!(
        "{}{}{}{}信息数\n",
        column("级别", 6),
        column("阶段", 6),
        column("首发", 18),
        column("标题", 60)
    );
    for row in rows {
        text += &format!(
            "{}{}{}{}{}\n",
            column(row.level.label(), 6),
            column(row.phase.label(), 6),
            column(&row.first_at.format("%Y-%m-%d %H:%M").to_string(), 18),
            column(&row.title, 60),
            row.post_count
        );
    }
    text
}
