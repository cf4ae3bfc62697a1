//! 周报、月报、专题报告 — 总体情况 with tables and charts, the entries, and what follows from the figures (`spec.md` 1.4).

use crate::digest::layout::{overview, sections};
use crate::document::{Block, Chart, ChartKind, Column, Series};
use crate::model::{DigestKind, Dimension, FigureTable, Issue, Survey};
use crate::text::wording::{address, chinese_number, day, exact_moment, percent, printable};
use chrono::Datelike;

/// Days above which a chart of days names every second one only would be unreadable; months have 31.
const SHOWN_DAYS: usize = 92;

/// `第46周（11月13日—11月19日）`, `10月`, of a 专题报告 its days; nothing for other kinds.
pub fn span_line(issue: &Issue) -> Option<String> {
    let period = issue.content.period;
    let last = period.to - chrono::TimeDelta::milliseconds(1);
    let from = period.from.with_timezone(period.to.offset());
    let days = format!("{}—{}", day(from, last.year()), day(last, last.year()));
    match issue.content.kind {
        DigestKind::Weekly => {
            let week = from.iso_week();
            Some(format!("{}年第{}周（{days}）", week.year(), week.week()))
        }
        DigestKind::Monthly => Some(format!("{}年{}月（{days}）", from.year(), from.month())),
        DigestKind::Special => Some(format!("{}年（{days}）", last.year())),
        DigestKind::Daily | DigestKind::Express => None,
    }
}

/// The blocks between the red line and the colophon.
pub fn pages(issue: &Issue, survey: &Survey) -> Vec<Block> {
    let mut blocks = vec![
        Block::Section("一、总体情况".to_owned()),
        Block::Paragraph {
            lead: String::new(),
            text: general(issue, survey),
        },
    ];
    let has_before = survey.judged_before.is_some();
    for (number, table) in survey.tables.iter().enumerate() {
        blocks.push(figure_table(number + 1, table, has_before));
    }
    blocks.extend(charts(survey));
    blocks.extend(sections(issue, 1));
    let mut number = 1 + issue.content.sections.len();
    let outlook: Vec<String> = (survey.outlook.iter().enumerate())
        .map(|(position, sentence)| format!("{}．{sentence}", position + 1))
        .collect();
    let parts = [
        ("趋势研判", outlook),
        ("转办与回应", survey.responses.clone()),
        ("上期转办跟踪", survey.tracking.clone()),
        ("下期提示", survey.hints.clone()),
    ];
    for (title, sentences) in parts {
        if sentences.is_empty() {
            continue;
        }
        number += 1;
        blocks.push(Block::Section(format!(
            "{}、{title}",
            chinese_number(number)
        )));
        blocks.extend(sentences.iter().map(|sentence| Block::Paragraph {
            lead: String::new(),
            text: printable(sentence),
        }));
    }
    blocks.extend(appendix(issue, survey));
    blocks
}

/// The figures of the period in words, beside those of the period before.
fn general(issue: &Issue, survey: &Survey) -> String {
    let judged = issue.content.overview.judged;
    let mut text = overview::overview(issue);
    if let Some(before) = survey.judged_before {
        text += &format!("上期纳入研判{before}条，{}。", compared(judged, before));
    }
    if !survey.output.is_empty() {
        let output: Vec<String> = survey
            .output
            .iter()
            .map(|output| format!("{}{}期{}条", output.title, output.issues, output.entries))
            .collect();
        text += &printable(&format!("本期内编发{}。", output.join("，")));
    }
    text
}

/// `环比增加15条（+12%）`.
fn compared(now: u64, before: u64) -> String {
    match (now.cmp(&before), before) {
        (std::cmp::Ordering::Equal, _) => "环比持平".to_owned(),
        (std::cmp::Ordering::Greater, 0) => format!("环比增加{now}条"),
        (std::cmp::Ordering::Greater, _) => format!(
            "环比增加{}条（+{}%）",
            now - before,
            percent(now - before, before)
        ),
        (std::cmp::Ordering::Less, _) => format!(
            "环比减少{}条（-{}%）",
            before - now,
            percent(before - now, before)
        ),
    }
}

fn figure_table(number: usize, table: &FigureTable, has_before: bool) -> Block {
    let total: u64 = table.rows.iter().map(|row| row.count).sum();
    let mut columns = vec![
        column(table.dimension.label(), 4, false),
        column("本期（条）", 2, true),
        column("占比", 2, true),
    ];
    if has_before {
        columns.extend([column("上期（条）", 2, true), column("增减", 2, true)]);
    }
    let rows = table
        .rows
        .iter()
        .map(|row| {
            let mut cells = vec![
                printable(&row.label),
                row.count.to_string(),
                format!("{}%", percent(row.count, total)),
            ];
            if has_before {
                cells.extend([row.before.to_string(), change(row.count, row.before)]);
            }
            cells
        })
        .collect();
    let title = match table.dimension {
        Dimension::Level => "级别分布",
        Dimension::Channel => "渠道分布",
        Dimension::Topic => "主题前五位",
        Dimension::Sentiment => "情感分布",
        Dimension::Region => "属地分布",
    };
    Block::Table {
        caption: format!("表{number}　{title}"),
        columns,
        rows,
    }
}

/// `+14`, `-5`, `0`.
fn change(now: u64, before: u64) -> String {
    match now.checked_sub(before) {
        Some(0) => "0".to_owned(),
        Some(more) => format!("+{more}"),
        None => format!("-{}", before - now),
    }
}

fn column(heading: &str, width: u32, is_figure: bool) -> Column {
    Column {
        heading: heading.to_owned(),
        width,
        is_figure,
    }
}

fn charts(survey: &Survey) -> Vec<Block> {
    let mut charts = Vec::new();
    if (2..=SHOWN_DAYS).contains(&survey.days.len()) {
        let values = |of: fn(&crate::model::DayCount) -> u64| {
            survey.days.iter().map(|day| of(day) as f64).collect()
        };
        charts.push(Chart {
            title: "每日信息量（条）".to_owned(),
            kind: ChartKind::Line,
            labels: (survey.days.iter())
                .map(|count| format!("{}.{}", count.day.month(), count.day.day()))
                .collect(),
            series: vec![
                Series {
                    name: "全部".to_owned(),
                    values: values(|day| day.count),
                },
                Series {
                    name: "负面".to_owned(),
                    values: values(|day| day.negative),
                },
            ],
        });
    }
    let of_tables = [
        (Dimension::Topic, "主题分布（条）", ChartKind::Bars),
        (Dimension::Channel, "渠道分布（条）", ChartKind::Bars),
        (Dimension::Sentiment, "情感分布（条）", ChartKind::Columns),
        (Dimension::Level, "级别分布（条）", ChartKind::Columns),
    ];
    for (dimension, title, kind) in of_tables {
        let table = survey.tables.iter().find(|it| it.dimension == dimension);
        let Some(table) = table.filter(|table| !table.rows.is_empty()) else {
            continue;
        };
        charts.push(Chart {
            title: title.to_owned(),
            kind,
            labels: table.rows.iter().map(|row| printable(&row.label)).collect(),
            series: vec![Series {
                name: "本期".to_owned(),
                values: table.rows.iter().map(|row| row.count as f64).collect(),
            }],
        });
    }
    let numbered = charts.into_iter().enumerate();
    numbered
        .map(|(position, chart)| {
            let title = format!("图{}　{}", position + 1, chart.title);
            Block::Chart(Chart { title, ..chart })
        })
        .collect()
}

/// 附: 本期条目清单.
fn appendix(issue: &Issue, survey: &Survey) -> Option<Block> {
    if survey.appendix.is_empty() {
        return None;
    }
    let local = issue.content.period.to;
    let columns = [
        ("序号", 1),
        ("标题", 6),
        ("来源", 3),
        ("时间", 3),
        ("级别", 1),
        ("刊于", 3),
        ("链接", 5),
    ];
    let rows = survey
        .appendix
        .iter()
        .enumerate()
        .map(|(position, listed)| {
            let at = listed.at.with_timezone(local.offset());
            let level = match listed.level {
                crate::model::Level::None => "动态",
                other => other.label(),
            };
            vec![
                (position + 1).to_string(),
                printable(&listed.title),
                printable(&listed.source),
                exact_moment(at, local.year()),
                level.to_owned(),
                printable(&listed.issue),
                listed.url.as_deref().map(address).unwrap_or_default(),
            ]
        })
        .collect();
    Some(Block::Table {
        caption: "附　本期条目清单".to_owned(),
        columns: columns
            .iter()
            .map(|(heading, width)| column(heading, *width, false))
            .collect(),
        rows,
    })
}
