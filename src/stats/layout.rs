//! A ledger → blocks for Word and HTML: tables with their definitions, charts of what moves, the lists, the sentence.

use crate::document::{Block, Chart, ChartKind, Column, Series};
use crate::stats::{Group, Ledger, change, group_of, groups, level_name, printed, rows, value};
use crate::text::wording::{chinese_number, date, exact_moment, printable};
use chrono::Datelike;

/// 版面 of a ledger. `frozen` says who signed for it and when, of a live one it is empty.
pub fn layout(ledger: &Ledger, publisher: &str, frozen: &str) -> Vec<Block> {
    let mut blocks = vec![
        Block::Masthead("人社舆情统计".to_owned()),
        Block::Number(ledger.title.clone()),
        Block::Imprint {
            publisher: publisher.to_owned(),
            date: date(ledger.counted_at),
        },
        Block::RedRule,
        paragraph("统计范围：", &range(ledger)),
    ];
    if !frozen.is_empty() {
        blocks.push(paragraph("台账状态：", frozen));
    }
    let mut number = 0;
    for group in groups() {
        if let Some(table) = table(group, ledger, number + 1) {
            number += 1;
            blocks.push(Block::Section(format!(
                "{}、{}",
                chinese_number(number),
                group.title
            )));
            blocks.push(table);
            blocks.push(paragraph("口径：", group.definition));
        }
    }
    blocks.extend(charts(ledger));
    blocks.extend(lists(ledger));
    blocks.push(Block::Section("小结".to_owned()));
    blocks.push(paragraph("", &ledger.sentence));
    blocks
}

fn paragraph(lead: &str, text: &str) -> Block {
    Block::Paragraph {
        lead: lead.to_owned(),
        text: text.to_owned(),
    }
}

/// `2017年11月1日至11月30日`; of a period that is not over up to the day it was counted.
fn range(ledger: &Ledger) -> String {
    let last = ledger.to - chrono::TimeDelta::milliseconds(1);
    let last = last.min(ledger.counted_at);
    let so_far = if ledger.is_running() {
        "（截至统计之日）"
    } else {
        ""
    };
    format!(
        "{}至{}月{}日{so_far}，统计时间{}。",
        date(ledger.from),
        last.month(),
        last.day(),
        exact_moment(ledger.counted_at, ledger.from.year())
    )
}

fn column(heading: &str, width: u32, is_figure: bool) -> Column {
    Column {
        heading: heading.to_owned(),
        width,
        is_figure,
    }
}

/// `None`: of a family nothing happened.
fn table(group: &Group, ledger: &Ledger, number: usize) -> Option<Block> {
    let rows = rows(group, ledger);
    if rows.is_empty() {
        return None;
    }
    let has_share = group.whole.is_some();
    let mut columns = vec![column("项目", 8, false), column("本期", 3, true)];
    if has_share {
        columns.push(column("占比", 3, true));
    }
    for heading in ledger.compared_headings() {
        columns.push(column(heading, 3, true));
    }
    let cells = rows.iter().map(|(key, name)| {
        let mut row = vec![name.clone()];
        row.extend(row_cells(group, ledger, key));
        row
    });
    Some(Block::Table {
        caption: format!("表{number}　{}", group.title),
        columns,
        rows: cells.collect(),
    })
}

/// 本期、（占比）、上期、环比、上年同期、同比.
fn row_cells(group: &Group, ledger: &Ledger, key: &str) -> Vec<String> {
    let now = value(key, Some(&ledger.figures));
    let mut cells = vec![number(now)];
    if let Some(whole) = group.whole {
        let whole = ledger.figures.get(whole).filter(|whole| *whole > 0.0);
        let share = whole.map(|whole| now.unwrap_or(0.0) * 100.0 / whole);
        cells.push(share.map_or("—".to_owned(), |share| format!("{share:.1}%")));
    }
    for other in [&ledger.previous, &ledger.year_before] {
        let before = value(key, other.as_ref());
        cells.push(number(before));
        cells.push(change(key, now, before));
    }
    cells
}

fn number(value: Option<f64>) -> String {
    value.map_or("—".to_owned(), printed)
}

fn charts(ledger: &Ledger) -> Vec<Block> {
    let labels: Vec<String> = ledger.trend.iter().map(|step| step.label.clone()).collect();
    let series = |name: &str, value: fn(&crate::stats::TrendStep) -> u64| Series {
        name: name.to_owned(),
        values: (ledger.trend.iter())
            .map(|step| value(step) as f64)
            .collect(),
    };
    let mut charts = vec![
        Block::Section("走势".to_owned()),
        Block::Chart(Chart {
            title: "图1　有效监测条数走势".to_owned(),
            kind: ChartKind::Line,
            labels,
            series: vec![
                series("有效监测", |step| step.posts),
                series("负面", |step| step.negative),
                series("蓝色及以上", |step| step.flagged),
            ],
        }),
    ];
    let bars = [("by_topic.", "主题分布"), ("by_channel.", "渠道分布")];
    for (number, (key, title)) in bars.into_iter().enumerate() {
        let Some(group) = group_of(key) else { continue };
        let rows = rows(group, ledger);
        let value = |key: &str| ledger.figures.get(key).unwrap_or(0.0);
        if !rows.is_empty() {
            charts.push(Block::Chart(Chart {
                title: format!("图{}　{title}", number + 2),
                kind: ChartKind::Bars,
                labels: rows.iter().map(|(_, name)| name.clone()).collect(),
                series: vec![Series {
                    name: String::new(),
                    values: rows.iter().map(|(key, _)| value(key)).collect(),
                }],
            }));
        }
    }
    charts
}

fn lists(ledger: &Ledger) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !ledger.emergency_list.is_empty() {
        let rows = ledger.emergency_list.iter().map(|emergency| {
            let used = emergency
                .closed_at
                .map(|closed| closed - emergency.opened_at);
            vec![
                emergency.number.clone(),
                printable(&emergency.title),
                emergency.opened_at.format("%Y-%m-%d %H:%M").to_string(),
                emergency.level.label().to_owned(),
                used.map_or("—".to_owned(), |used| {
                    format!("{}小时{}分", used.num_hours(), used.num_minutes() % 60)
                }),
                printable(&emergency.outcome),
            ]
        });
        blocks.push(Block::Section("应急舆情事件清单".to_owned()));
        blocks.push(Block::Table {
            caption: String::new(),
            columns: vec![
                column("编号", 3, false),
                column("事件", 8, false),
                column("发现时间", 4, false),
                column("级别", 2, false),
                column("用时", 3, true),
                column("结果", 5, false),
            ],
            rows: rows.collect(),
        });
    }
    if !ledger.overdue_list.is_empty() {
        blocks.push(Block::Section("超期办理件清单".to_owned()));
        let lines = ledger.overdue_list.iter();
        blocks.extend(lines.map(|line| paragraph("", &printable(line))));
    }
    if !ledger.entry_list.is_empty() {
        let rows = ledger.entry_list.iter().map(|entry| {
            vec![
                format!("{}{}", entry.digest, entry.issue),
                level_name(entry.level).to_owned(),
                printable(&entry.title),
                printable(&entry.source),
            ]
        });
        blocks.push(Block::Section("条目清单".to_owned()));
        blocks.push(Block::Table {
            caption: String::new(),
            columns: vec![
                column("期", 5, false),
                column("级别", 2, false),
                column("标题", 9, false),
                column("来源", 4, false),
            ],
            rows: rows.collect(),
        });
    }
    blocks
}
