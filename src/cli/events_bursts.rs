//! `yuqing events --bursts`: what is suddenly louder, with the figures that say so.

use super::output::{DONE, Failure, print_json, print_text};
use crate::alert::burst_figures;
use crate::app::App;
use crate::cluster::{Burst, Span};
use crate::pipeline::{burst_name, bursts_now};
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
        let name = burst_name(app, &burst.subject)?;
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

fn line(row: &Row) -> String {
    format!("{}：{}\n", row.name, burst_figures(&row.burst))
}
