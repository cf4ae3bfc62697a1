//! `yuqing events show`: one event with its timeline, its figures, and what people decided about it.

use super::output::{DONE, Failure, print_json, print_text};
use super::refused;
use crate::app::App;
use crate::model::EventId;
use crate::report::EventDetail;
use crate::text::duration::duration;
use chrono::TimeDelta;
use clap::Args;
use std::process::ExitCode;

#[derive(Args)]
pub struct Show {
    /// 事件编号 · id of the event
    id: i64,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Show {
    pub fn run(self, app: &App) -> Result<ExitCode, Failure> {
        let shown = EventDetail::of(app, EventId(self.id)).map_err(refused::event)?;
        if self.json {
            print_json(&shown)?;
        } else {
            print_text(&text(&shown))?;
        }
        Ok(DONE)
    }
}

fn text(shown: &EventDetail) -> String {
    let told = &shown.timeline;
    let mut text = format!(
        "事件{}：{}\n级别：{}；阶段：{}；热度：{:.0}（信息{}条，其中转载{}条，另计评论、转发和点赞）\n",
        shown.id.0,
        shown.title,
        shown.level.label(),
        shown.phase.label(),
        told.heat,
        told.post_count,
        told.copy_count
    );
    if !shown.level_reason.is_empty() {
        text += &format!("依据：{}\n", shown.level_reason);
    }
    text += &format!(
        "信源{}个：{}\n",
        told.sources.len(),
        told.sources.join("、")
    );
    let numbers: Vec<String> = (shown.post_ids.iter())
        .map(|id| format!("#{}", id.0))
        .collect();
    text += &format!("信息{}条：{}\n", numbers.len(), numbers.join("、"));
    let after = |minutes: i64| duration(TimeDelta::minutes(minutes.max(0)));
    text += &format!("首发后{}发现", after(told.found_after_minutes));
    text += &match told.answered_after_minutes {
        Some(..0) => "，发现前已有官方回应\n".to_owned(),
        Some(minutes) => format!("，发现后{}首次回应\n", after(minutes)),
        None => "，尚无官方回应\n".to_owned(),
    };
    for node in &told.nodes {
        let at = node.at.format("%Y-%m-%d %H:%M");
        text += &format!("{at}  {}（#{}）\n", node.what, node.post.0);
    }
    for said in shown.old_news.iter().chain(&shown.by_hand) {
        text += &format!("{said}\n");
    }
    text
}
