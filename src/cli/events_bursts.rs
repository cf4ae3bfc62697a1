//! `yuqing events --bursts`: what is suddenly louder, with the figures that say so.

use super::output::{DONE, Failure, print_json, print_text};
use crate::app::App;
use crate::cluster::{Burst, Span, Subject};
use crate::pipeline::bursts_now;
use crate::text::duration::duration;
use chrono::TimeDelta;
use serde::Serialize;
use std::process::ExitCode;

#[derive(Serialize)]
struct Row {
    name: String,
    #[serde(flatten)]
    burst: Burst,
}

pub fn print(app: &App, json: bool) -> Result<ExitCode, Failure> {
    let mut rows = Vec::new();
    for burst in bursts_now(app)? {
        let name = name_of(app, &burst.subject)?;
        rows.push(Row { name, burst });
    }
    if json {
        print_json(&rows)?;
    } else {
        let history = app.store.first_seen()?.map(|since| app.now() - since);
        let mut text: String = rows.iter().map(line).collect();
        if rows.is_empty() && is_comparable(history, Span::Hour) {
            text += "没有突增。\n";
        }
        print_text(&(text + &note_of(history)))?;
    }
    Ok(DONE)
}

fn is_comparable(history: Option<TimeDelta>, span: Span) -> bool {
    history.is_some_and(|history| history >= span.least_history())
}

/// What could not be compared, for we have not watched long enough.
fn note_of(history: Option<TimeDelta>) -> String {
    let Some(watched) = history else {
        return "还没有信息，无法比较。\n".to_owned();
    };
    let least = |span: Span| duration(span.least_history());
    if !is_comparable(history, Span::Hour) {
        let (watched, least) = (watched.num_hours(), least(Span::Hour));
        return format!("监测以来共{watched}小时，不足{least}，无法比较。\n");
    }
    if !is_comparable(history, Span::Day) {
        let (watched, least) = (duration(watched), least(Span::Day));
        return format!("监测以来共{watched}，不足{least}，近24小时未作比较。\n");
    }
    String::new()
}

fn name_of(app: &App, subject: &Subject) -> anyhow::Result<String> {
    Ok(match subject {
        Subject::Topic(topic) => format!("主题“{}”", topic.label()),
        Subject::Place { name, .. } => format!("属地“{name}”"),
        Subject::Event(id) => {
            let event = app.store.event(*id)?;
            let title = event.map(|event| event.title).unwrap_or_default();
            format!("事件{}“{title}”", id.0)
        }
    })
}

/// `主题“社会保障卡”：近1小时12条，此前12小时平均每小时0.5条，昨日同时段1条，上周同时段0条`.
fn line(row: &Row) -> String {
    let burst = &row.burst;
    let (span, before) = match burst.span {
        Span::Hour => ("近1小时", format!("此前{}小时平均每小时", burst.compared)),
        Span::Day => ("近24小时", format!("此前{}日平均每日", burst.compared)),
    };
    let mut text = format!(
        "{}：{span}{}条，{before}{:.1}条",
        row.name, burst.count, burst.mean
    );
    for (then, count) in [("昨日", burst.yesterday), ("上周", burst.last_week)] {
        if let Some(count) = count {
            text += &format!("，{then}同时段{count}条");
        }
    }
    text + "\n"
}
