//! 总体情况 — the tables of a 周报, 月报 or 专题报告, and the facts they are counted from.

use crate::model::coded::coded_enum;
use crate::model::{Channel, Level, PostId, Sentiment, Timestamp, Topic};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// 计数依据 — what a post counted for when the issue was drafted. All figures of 监测概况 and 总体情况 follow from such
/// rows alone, so that each can be counted again whatever became of the post since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The post.
    pub post: PostId,
    /// Day on which we saw it, within the period.
    pub day: NaiveDate,
    /// 渠道.
    pub channel: Channel,
    /// 剔除: a copy, an advertisement, or not ours.
    pub is_removed: bool,
    /// 级别.
    pub level: Level,
    /// 情感.
    pub sentiment: Sentiment,
    /// 主要主题.
    pub topic: Option<Topic>,
    /// 属地 as printed: `金水区`, `市本级`, `不明`.
    pub region: String,
}

/// 计数依据 of an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Of the period.
    pub now: Vec<Counted>,
    /// Of the period before, where the issue compares.
    pub before: Vec<Counted>,
}

coded_enum! {
    /// 统计维度.
    pub enum Dimension {
        Level = "level" / "级别",
        Channel = "channel" / "渠道",
        Topic = "topic" / "主题",
        Sentiment = "sentiment" / "情感",
        Region = "region" / "属地",
    }
}

/// 统计表 — posts by one dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureTable {
    /// By what.
    pub dimension: Dimension,
    /// Rows in printing order.
    pub rows: Vec<FigureRow>,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureRow {
    /// As printed: `欠薪`.
    pub label: String,
    /// Posts of the period.
    pub count: u64,
    /// Posts of the period before.
    pub before: u64,
}

/// 每日信息量.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    /// Day.
    pub day: NaiveDate,
    /// Posts judged.
    pub count: u64,
    /// Of them negative.
    pub negative: u64,
}

/// 本期刊物 — what was signed in the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// 简报名称.
    pub title: String,
    /// 期数.
    pub issues: u64,
    /// 条数.
    pub entries: u64,
}

/// 附表 — one entry of the issues signed in the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Title.
    pub title: String,
    /// 级别.
    pub level: Level,
    /// 来源.
    pub source: String,
    /// 发布时间, else when we saw it.
    pub at: Timestamp,
    /// 刊于, `2017年第168期`.
    pub issue: String,
    /// Link, where there is one.
    pub url: Option<String>,
}

/// 总体情况.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// 纳入研判 of the period before; `None` where nothing was kept of it.
    pub judged_before: Option<u64>,
    /// 负面 of the period before.
    pub negative_before: Option<u64>,
    /// Tables, in printing order.
    pub tables: Vec<FigureTable>,
    /// 每日信息量.
    pub days: Vec<DayCount>,
    /// 本期刊物.
    pub output: Vec<Output>,
    /// 趋势研判 — sentences made of figures.
    pub outlook: Vec<String>,
    /// 转办与回应 — sentences of whoever keeps the cases; empty where none are kept.
    #[serde(default)]
    pub responses: Vec<String>,
    /// 上期转办跟踪 — where the 转办件 of the period before stand; empty where there were none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracking: Vec<String>,
    /// 下期提示 — sentences of the bureau's own, from `digests.toml`.
    #[serde(default)]
    pub hints: Vec<String>,
    /// 附: 本期条目清单.
    #[serde(default)]
    pub appendix: Vec<Listed>,
}
