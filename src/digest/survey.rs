//! 总体情况 — counted posts of a period and of the one before → tables, days, and sentences made of their figures only.

use crate::digest::count::judged;
use crate::model::{
    Channel, Counted, DayCount, Dimension, FigureRow, FigureTable, Jurisdiction, Level, Listed,
    Output, Period, Sentiment, Survey, Topic,
};
use crate::text::wording::percent;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Topics and places that a table names (`spec.md` 1.4: TOP5); the others are one row.
const NAMED: usize = 5;
/// A change below this many posts is no trend.
const NOTABLE: u64 = 3;

/// What a survey tells beside its figures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// 本期刊物.
    pub output: &'a [Output],
    /// 转办与回应: sentences of whoever keeps the cases.
    pub responses: &'a [String],
    /// 上期转办跟踪: sentences likewise.
    pub tracking: &'a [String],
    /// 下期提示.
    pub hints: &'a [String],
    /// 附: 本期条目清单.
    pub appendix: &'a [Listed],
}

/// 总体情况. `before` is absent where nothing was kept of the period before.
pub fn survey(
    now: &[Counted],
    before: Option<&[Counted]>,
    period: Period,
    around: Surroundings,
) -> Survey {
    let tables = tables(now, before.unwrap_or_default());
    Survey {
        judged_before: before.map(count),
        negative_before: before.map(negative),
        outlook: outlook(now, before, &tables),
        tables,
        days: days(now, period),
        output: around.output.to_vec(),
        responses: around.responses.to_vec(),
        tracking: around.tracking.to_vec(),
        hints: around.hints.to_vec(),
        appendix: around.appendix.to_vec(),
    }
}

/// Tables by level, channel, topic, sentiment and place.
pub fn tables(now: &[Counted], before: &[Counted]) -> Vec<FigureTable> {
    let listed = |dimension, labels: Vec<&'static str>, of: fn(&Counted) -> String| {
        let counts = Counts::new(now, before, of);
        FigureTable {
            dimension,
            rows: labels.into_iter().map(|label| counts.row(label)).collect(),
        }
    };
    let sentiments = [Sentiment::Negative, Sentiment::Neutral, Sentiment::Positive];
    vec![
        listed(Dimension::Level, by_urgency(), |it| {
            label_of_level(it.level).to_owned()
        }),
        ranked(Dimension::Channel, Channel::ALL.len(), now, before, |it| {
            it.channel.label().to_owned()
        }),
        ranked(Dimension::Topic, NAMED, now, before, |it| {
            it.topic.map_or(UNSORTED, Topic::label).to_owned()
        }),
        listed(
            Dimension::Sentiment,
            sentiments.iter().map(|it| it.label()).collect(),
            |it| it.sentiment.label().to_owned(),
        ),
        ranked(Dimension::Region, NAMED, now, before, |it| {
            it.region.clone()
        }),
    ]
}

const UNSORTED: &str = "未归类";
const OTHERS: &str = "其他";

fn by_urgency() -> Vec<&'static str> {
    [
        Level::Red,
        Level::Orange,
        Level::Yellow,
        Level::Blue,
        Level::None,
    ]
    .map(label_of_level)
    .to_vec()
}

fn label_of_level(level: Level) -> &'static str {
    match level {
        Level::None => "无级",
        other => other.label(),
    }
}

/// Posts by label, now and before.
struct Counts(BTreeMap<String, (u64, u64)>);

impl Counts {
    fn new(now: &[Counted], before: &[Counted], of: fn(&Counted) -> String) -> Counts {
        let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for counted in judged(now) {
            counts.entry(of(counted)).or_default().0 += 1;
        }
        for counted in judged(before) {
            counts.entry(of(counted)).or_default().1 += 1;
        }
        Counts(counts)
    }

    fn row(&self, label: &str) -> FigureRow {
        let (count, before) = self.0.get(label).copied().unwrap_or_default();
        FigureRow {
            label: label.to_owned(),
            count,
            before,
        }
    }
}

/// The largest labels first; what is beyond `named` of them is one row.
fn ranked(
    dimension: Dimension,
    named: usize,
    now: &[Counted],
    before: &[Counted],
    of: fn(&Counted) -> String,
) -> FigureTable {
    let counts = Counts::new(now, before, of);
    let mut rows: Vec<FigureRow> = counts.0.keys().map(|label| counts.row(label)).collect();
    rows.sort_by_key(|row| (Reverse(row.count), Reverse(row.before)));
    if rows.len() > named {
        let rest = rows.split_off(named);
        rows.push(FigureRow {
            label: OTHERS.to_owned(),
            count: rest.iter().map(|row| row.count).sum(),
            before: rest.iter().map(|row| row.before).sum(),
        });
    }
    FigureTable { dimension, rows }
}

/// 每日信息量, days without posts among them.
pub fn days(now: &[Counted], period: Period) -> Vec<DayCount> {
    let last = period.to - chrono::TimeDelta::milliseconds(1);
    let mut days: Vec<DayCount> = period
        .from
        .with_timezone(period.to.offset())
        .date_naive()
        .iter_days()
        .take_while(|day| *day <= last.date_naive())
        .map(|day| DayCount {
            day,
            count: 0,
            negative: 0,
        })
        .collect();
    for counted in judged(now) {
        let Some(day) = days.iter_mut().find(|count| count.day == counted.day) else {
            continue;
        };
        day.count += 1;
        day.negative += u64::from(counted.sentiment == Sentiment::Negative);
    }
    days
}

fn count(counted: &[Counted]) -> u64 {
    judged(counted).count() as u64
}

fn negative(counted: &[Counted]) -> u64 {
    let negative = judged(counted).filter(|it| it.sentiment == Sentiment::Negative);
    negative.count() as u64
}

/// 趋势研判 — what the figures show, no more.
fn outlook(now: &[Counted], before: Option<&[Counted]>, tables: &[FigureTable]) -> Vec<String> {
    let total = count(now);
    let rows = |dimension| {
        let table = tables.iter().find(|table| table.dimension == dimension);
        table.map_or(&[] as &[FigureRow], |table| &table.rows)
    };
    let named = |dimension| {
        let rows = rows(dimension).iter();
        rows.filter(|row| row.label != OTHERS && row.label != UNSORTED)
    };
    let mut said = Vec::new();
    if let Some(first) = named(Dimension::Topic).next().filter(|row| row.count > 0) {
        said.push(format!(
            "{}类信息最多，{}条，占{}%。",
            first.label,
            first.count,
            percent(first.count, total)
        ));
    }
    let Some(before) = before else {
        return said;
    };
    let risen = named(Dimension::Topic)
        .filter(|row| row.count >= row.before + NOTABLE)
        .max_by_key(|row| row.count - row.before);
    if let Some(row) = risen {
        said.push(format!(
            "{}类由上期{}条增至{}条，增加{}条，增幅最大。",
            row.label,
            row.before,
            row.count,
            row.count - row.before
        ));
    }
    let fallen = named(Dimension::Topic)
        .filter(|row| row.before >= row.count + NOTABLE)
        .max_by_key(|row| row.before - row.count);
    if let Some(row) = fallen {
        said.push(format!(
            "{}类由上期{}条减至{}条，减少{}条。",
            row.label,
            row.before,
            row.count,
            row.before - row.count
        ));
    }
    let (share, share_before) = (
        percent(negative(now), total),
        percent(negative(before), count(before)),
    );
    if total > 0 && count(before) > 0 {
        let change = match share.cmp(&share_before) {
            std::cmp::Ordering::Greater => format!("较上期上升{}个百分点", share - share_before),
            std::cmp::Ordering::Less => format!("较上期下降{}个百分点", share_before - share),
            std::cmp::Ordering::Equal => "与上期持平".to_owned(),
        };
        said.push(format!(
            "负面信息{}条，占{share}%，{change}。",
            negative(now)
        ));
    }
    let grave = |counted: &[Counted]| {
        let grave = judged(counted).filter(|it| it.level >= Level::Yellow);
        grave.count()
    };
    said.push(format!(
        "黄色及以上信息{}条，上期{}条。",
        grave(now),
        grave(before)
    ));
    let place = named(Dimension::Region)
        .filter(|row| {
            row.label != Jurisdiction::Unknown.label() && row.count >= row.before + NOTABLE
        })
        .max_by_key(|row| row.count - row.before);
    if let Some(row) = place {
        said.push(format!(
            "属地为{}的信息由上期{}条增至{}条。",
            row.label, row.before, row.count
        ));
    }
    said
}

#[cfg(test)]
mod tests;
