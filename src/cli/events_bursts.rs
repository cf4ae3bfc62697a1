//! `yuqing events --bursts`: what is suddenly louder, with the figures that say so.

use super::output::{DONE, Failure, print_json, print_text};
use crate::app::App;
use crate::cluster::{Burst, Span, Subject};
use crate::pipeline::bursts_now;
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
    } else if rows.is_empty() {
        print_text("没有突增。\n")?;
    } else {
        let lines: Vec<String> = rows.iter().map(line).collect();
        print_text(&lines.concat())?;
    }
    Ok(DONE)
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
