//! What the ledger shows as pictures: its course, and what it is made of.

use crate::document::{Chart, ChartKind, Series};
use crate::stats::{Ledger, TrendStep, group_of, rows};
use crate::web::chart::figure;
use anyhow::Result;
use chrono::Datelike;

/// Families shown as bars, with the names of their pictures.
const BARS: &[(&str, &str)] = &[
    ("by_topic.", "主题分布"),
    ("by_channel.", "渠道分布"),
    ("by_level.", "级别分布"),
    ("by_sentiment.", "情感分布"),
];

/// The pictures, each with its table; nothing where nothing is on record.
pub fn figures(ledger: &Ledger) -> Result<Vec<String>> {
    let mut charts = Vec::new();
    if ledger.trend.iter().any(|step| step.posts > 0) {
        charts.push(course(ledger));
    }
    charts.extend(
        BARS.iter()
            .filter_map(|(key, title)| bars(ledger, key, title)),
    );
    charts.iter().map(|chart| Ok(figure(chart)?)).collect()
}

/// By month or day; the lines end where the period has got to.
fn course(ledger: &Ledger) -> Chart {
    let begun = begun_steps(ledger);
    let series = |name: &str, value: fn(&TrendStep) -> u64| Series {
        name: name.to_owned(),
        values: (ledger.trend.iter())
            .take(begun)
            .map(|step| value(step) as f64)
            .collect(),
    };
    Chart {
        title: "有效监测条数走势".to_owned(),
        kind: ChartKind::Line,
        labels: ledger.trend.iter().map(|step| step.label.clone()).collect(),
        series: vec![
            series("有效监测", |step| step.posts),
            series("负面", |step| step.negative),
            series("蓝色及以上", |step| step.flagged),
        ],
    }
}

/// Months or days that had begun when the ledger was counted.
fn begun_steps(ledger: &Ledger) -> usize {
    let count = ledger.trend.len();
    let local = ledger.from.offset();
    let counted_on = ledger.counted_at.with_timezone(local).date_naive();
    if ledger.counted_at >= ledger.to {
        return count;
    }
    let is_year = !ledger.period.contains('-');
    let begun = if is_year {
        counted_on.month()
    } else {
        counted_on.day()
    };
    count.min(begun as usize)
}

fn bars(ledger: &Ledger, key: &str, title: &str) -> Option<Chart> {
    let rows = rows(group_of(key)?, ledger);
    let value = |key: &str| ledger.figures.get(key).unwrap_or(0.0);
    (!rows.is_empty()).then(|| Chart {
        title: title.to_owned(),
        kind: ChartKind::Bars,
        labels: rows.iter().map(|(_, name)| name.clone()).collect(),
        series: vec![Series {
            name: String::new(),
            values: rows.iter().map(|(key, _)| value(key)).collect(),
        }],
    })
}
