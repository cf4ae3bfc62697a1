//! 台账 — the figures of a month or a year, each with its definition. Pure: records in, a ledger out.

mod book;
mod cases;
mod change;
mod count;
mod difference;
mod figures;
mod group;
mod layout;
mod period;
mod post_count;
mod seal;
mod sentence;

pub use book::workbook;
pub use cases::{is_emergency_of, ledger_cases};
pub use change::{change, value};
pub use count::{Offices, Records, count_behind, figures, is_post_figure, keys};
pub use difference::{ChangedFigure, ChangedPost, Difference, FieldChange, difference};
pub use figures::{Figures, printed};
pub use group::{Group, Members, definitions, group_of, groups, label, level_name, rows};
pub use layout::layout;
pub use period::LedgerPeriod;
pub use post_count::PostCount;
pub use seal::hash;
pub use sentence::sentence;

use crate::model::{Emergency, Level, PostId, Timestamp};
use crate::text::wording::chinese_number;
use std::collections::BTreeMap;

/// 台账.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Ledger {
    /// `2017` or `2017-11`.
    pub period: String,
    /// `2017年11月`.
    pub title: String,
    /// Begin.
    pub from: Timestamp,
    /// End, exclusive.
    pub to: Timestamp,
    /// 统计时间.
    pub counted_at: Timestamp,
    /// 指标.
    #[serde(flatten)]
    pub figures: Figures,
    /// 上期, where anything is on record of it.
    pub previous: Option<Figures>,
    /// Those of 上期 are of a frozen ledger.
    #[serde(default)]
    pub previous_is_frozen: bool,
    /// 上年同期, where anything is on record of it; of a year it is the period before.
    pub year_before: Option<Figures>,
    /// Those of 上年同期 are of a frozen ledger.
    #[serde(default)]
    pub year_before_is_frozen: bool,
    /// 走势 — months of a year, days of a month.
    pub trend: Vec<TrendStep>,
    /// 条目清单: those of 入刊条数.
    pub entry_list: Vec<LedgerEntry>,
    /// 应急事件清单.
    pub emergency_list: Vec<Emergency>,
    /// 超期清单.
    pub overdue_list: Vec<String>,
    /// Titles of the digests, by code.
    pub digest_titles: BTreeMap<String, String>,
    /// 口径, by figure or family of figures.
    pub definitions: BTreeMap<String, String>,
    /// The sentence for the yearly report.
    pub sentence: String,
}

/// A month of a year, or a day of a month.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TrendStep {
    /// `11月`, `21日`.
    pub label: String,
    /// 有效监测.
    pub posts: u64,
    /// Of those: 负面.
    pub negative: u64,
    /// Of those: 蓝色及以上.
    pub flagged: u64,
}

/// 入刊条目 — one line of the list.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LedgerEntry {
    /// 刊物.
    pub digest: String,
    /// `2017年第168期`, `2017年增刊第3期`.
    pub issue: String,
    /// 签发时间.
    pub signed_at: Option<Timestamp>,
    /// 标题.
    pub title: String,
    /// 级别.
    pub level: Level,
    /// 来源 of the first publisher.
    pub source: String,
    /// 链接, where there is one.
    pub url: Option<String>,
    /// Posts behind the entry.
    pub posts: Vec<PostId>,
}

/// The records of a period, and of those it is compared with, as one ledger.
pub fn compile(
    period: LedgerPeriod,
    records: &Records,
    compared: Compared,
    offices: &Offices,
    counted_at: Timestamp,
) -> Ledger {
    let counted = figures(records, offices);
    let sentence = sentence(&period.title(), period.is_year(), &counted);
    let Compared {
        previous,
        year_before,
    } = compared;
    Ledger {
        period: period.to_string(),
        title: period.title(),
        from: records.period.from,
        to: records.period.to,
        counted_at,
        previous_is_frozen: previous.is_frozen,
        previous: previous.on_record(),
        year_before_is_frozen: year_before.is_frozen,
        year_before: year_before.on_record(),
        trend: trend(records),
        entry_list: entry_list(records),
        emergency_list: records.cases.emergencies.clone(),
        overdue_list: records.cases.overdue.clone(),
        digest_titles: records.digest_titles.clone(),
        definitions: definitions(),
        sentence,
        figures: counted,
    }
}

/// What a ledger is compared with.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// 环比.
    pub previous: Earlier,
    /// 同比.
    pub year_before: Earlier,
}

/// An earlier period.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    /// Its figures.
    pub figures: Figures,
    /// Somebody signed for them.
    pub is_frozen: bool,
}

impl Earlier {
    fn on_record(self) -> Option<Figures> {
        (!self.figures.is_blank()).then_some(self.figures)
    }
}

impl Ledger {
    /// The period was not over when it was counted.
    pub fn is_running(&self) -> bool {
        self.counted_at < self.to
    }

    /// Headings of what it is compared with: 上期、环比、上年同期、同比.
    pub fn compared_headings(&self) -> [&'static str; 4] {
        let previous = match self.previous_is_frozen {
            true => "上期（已冻结）",
            false => "上期",
        };
        let year_before = match self.year_before_is_frozen {
            true => "上年同期（已冻结）",
            false => "上年同期",
        };
        [previous, "环比", year_before, "同比"]
    }
}

fn trend(records: &Records) -> Vec<TrendStep> {
    let steps = records.steps.iter().map(|(label, posts)| TrendStep {
        label: label.clone(),
        posts: posts.figures.count("posts"),
        negative: posts.figures.count("by_sentiment.negative"),
        flagged: posts.figures.count("flagged"),
    });
    steps.collect()
}

fn entry_list(records: &Records) -> Vec<LedgerEntry> {
    let counted = (records.issues.iter()).filter(|issue| count::has_counted_entries(issue));
    let lines = counted.flat_map(|issue| {
        let digest = &issue.content.masthead.title;
        let number = issue.cited_number(chinese_number).unwrap_or_default();
        let signed_at = issue.signed.as_ref().map(|signature| signature.at);
        issue.content.entries().map(move |entry| LedgerEntry {
            digest: digest.clone(),
            issue: number.clone(),
            signed_at,
            title: entry.title.clone(),
            level: entry.level,
            source: (entry.posts.first()).map_or(String::new(), |post| post.source.clone()),
            url: entry.posts.iter().find_map(|post| post.url.clone()),
            posts: entry.posts.iter().map(|post| post.id).collect(),
        })
    });
    lines.collect()
}

#[cfg(test)]
mod tests;
