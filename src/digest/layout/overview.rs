//! 监测概况 — the paragraph of figures.

use crate::digest::layout::{names, zone};
use crate::model::{Issue, Level, Overview};
use crate::text::wording::{clock, date, exact_moment, percent, printable};
use chrono::Datelike;

/// 监测概况 — the period, what was found, what of it is printed, what could not be read.
pub fn overview(issue: &Issue) -> String {
    let overview = &issue.content.overview;
    let mut text = format!("监测时段：{}。", period(issue));
    text += &found(overview);
    text += &printed(issue);
    if overview.left_out > 0 {
        text += &format!("另有{}条因篇幅所限未刊。", overview.left_out);
    }
    if !overview.failed_sources.is_empty() {
        text += &format!(
            "{}本时段未采集成功。",
            printable(&names(&overview.failed_sources))
        );
    }
    text
}

/// `11月20日8:00至11月21日8:00`; both with the year around New Year.
fn period(issue: &Issue) -> String {
    let period = issue.content.period;
    let from = period.from.with_timezone(&zone(issue));
    let end_year = period.to.year();
    let to_year = if from.year() == end_year {
        end_year
    } else {
        from.year()
    };
    let said_from = if from.year() == end_year {
        exact_moment(from, end_year)
    } else {
        format!("{}{}", date(from), clock(from))
    };
    format!("{said_from}至{}", exact_moment(period.to, to_year))
}

fn found(overview: &Overview) -> String {
    let channels: Vec<String> = overview
        .by_channel
        .iter()
        .map(|(channel, count)| format!("{}{count}", channel.label()))
        .collect();
    let channels = if channels.is_empty() {
        String::new()
    } else {
        format!("（{}）", channels.join("、"))
    };
    format!(
        "共监测涉我局信息{}条{channels}，剔除重复、广告{}条，纳入研判{}条；其中负面{}条（{}%）、中性{}条、正面{}条。",
        overview.found,
        overview.removed,
        overview.judged,
        overview.negative,
        percent(overview.negative, overview.judged),
        overview.neutral,
        overview.positive,
    )
}

/// `报送4条：红0、橙0、黄1、蓝2、动态1。`: what is absent is said as well.
fn printed(issue: &Issue) -> String {
    let count = |level| {
        let entries = issue.content.entries();
        entries.filter(|entry| entry.level == level).count()
    };
    let levels = [Level::Red, Level::Orange, Level::Yellow, Level::Blue];
    let mut counts: Vec<String> = (levels.iter())
        .map(|level| format!("{}{}", level.label(), count(*level)))
        .collect();
    if count(Level::None) > 0 {
        counts.push(format!("动态{}", count(Level::None)));
    }
    let entries = issue.content.entries().count();
    format!("报送{entries}条：{}。", counts.join("、"))
}
