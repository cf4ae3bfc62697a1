//! 台账 — what a ledger counts by, and what is kept of one that was frozen.

use crate::model::coded::coded_enum;
use crate::model::{Analysis, Period, PostId, UptakeCounts};
use crate::model::{Channel, EventId, Intent, Jurisdiction, Level, Sentiment, Timestamp, Topic};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

coded_enum! {
    /// 归类 — as what a ledger counts a stored post: every post is exactly one of these.
    pub enum CountedAs {
        Judged = "judged" / "有效监测",
        Copy = "copy" / "转载",
        Ad = "ad" / "广告",
        Irrelevant = "irrelevant" / "无关",
        Official = "official" / "官方发布",
        Waiting = "waiting" / "待研判",
    }
}

/// 底数 — what a ledger counts a post by: its effective judgement, people's words included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Facts {
    /// 渠道.
    pub channel: Channel,
    /// 归类.
    pub standing: CountedAs,
    /// 级别.
    pub level: Level,
    /// 情感.
    pub sentiment: Sentiment,
    /// 意图.
    pub intent: Intent,
    /// 管辖.
    pub jurisdiction: Jurisdiction,
    /// 属地 of a district's matter: `金水区`; else empty.
    pub place: String,
    /// 主题, the primary one first.
    pub topics: Vec<Topic>,
}

/// One post as a ledger counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedPost {
    /// 底数.
    pub facts: Facts,
    /// The outlet, or the place where it has none.
    pub outlet: String,
    /// 发现时延 in milliseconds, where a source of ours brought it and its page told the minute.
    pub delay_ms: Option<i64>,
}

/// The days that a period touches, counted from the Unix epoch on in no time zone: by these the store says where what is
/// counted was changed.
pub fn revision_days(period: Period) -> RangeInclusive<i64> {
    const DAY_MS: i64 = 86_400_000;
    let last = period.to.timestamp_millis() - 1;
    period.from.timestamp_millis().div_euclid(DAY_MS)..=last.div_euclid(DAY_MS)
}

/// 属地 that a ledger counts by: the district that has to answer, else the one it happened in; empty where the matter is
/// no district's.
pub fn ledger_place(analysis: &Analysis) -> &str {
    let regions = &analysis.regions;
    if regions.jurisdiction != Jurisdiction::District {
        return "";
    }
    let region = regions.responsible.as_ref().or(regions.act.as_ref());
    region.map_or("", |region| region.name.as_str())
}

/// 事件 as a ledger counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerEvent {
    /// Row id.
    pub id: EventId,
    /// 级别.
    pub level: Level,
    /// 发现 — when the first of its posts was seen that no authority published; where there is none, the first of all.
    pub found_at: Timestamp,
    /// 首次回应 — the first official post after the first of those.
    pub answered_at: Option<Timestamp>,
}

/// 来源健康 — how the visits of a period went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceHealth {
    /// Visits.
    pub visits: u64,
    /// Visits that saw the source's content.
    pub successes: u64,
    /// Sources that were visited.
    pub visited: u64,
    /// Sources that were read at least once.
    pub read: u64,
}

/// 办理件与答复 of a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LedgerCases {
    /// 收文 — transferred cases received in the period, by sending office.
    pub transferred_by_origin: BTreeMap<String, u64>,
    /// Of all cases received in the period, by the office responsible.
    pub by_office: BTreeMap<String, u64>,
    /// 办结 in the period, emergencies included.
    pub closed: u64,
    /// Of those closed: 按时.
    pub closed_on_time: u64,
    /// Minutes from receipt to the end, of those closed.
    pub minutes_to_close: Vec<i64>,
    /// 超期 — beyond their deadline at the end of the period, or closed after it.
    pub overdue: Vec<String>,
    /// 应急舆情事件 opened in the period.
    pub emergencies: Vec<Emergency>,
    /// 答复网友, by channel.
    pub replies_by_channel: BTreeMap<String, u64>,
    /// Replies that carry a 评分.
    pub rated_replies: u64,
    /// Mean of their 评分, 1 to 5.
    pub mean_satisfaction: Option<f64>,
    /// 外报、采用、批示.
    pub uptakes: UptakeCounts,
}

/// 应急事件 — one line of the list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Emergency {
    /// 编号.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// When it was found.
    pub opened_at: Timestamp,
    /// 级别.
    pub level: Level,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// 结果, or the state it is in.
    pub outcome: String,
}

/// 冻结的台账 — figures as somebody signed for them, and the posts they were counted from.
#[derive(Clone, Debug, PartialEq)]
pub struct FrozenLedger {
    /// `2017` or `2017-11`.
    pub period: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why once more; empty for the first time.
    pub reason: String,
    /// The ledger as JSON.
    pub content: String,
    /// SHA-256 of it.
    pub hash: String,
    /// 底数 of every post of the period, by id.
    pub rows: Vec<(PostId, Facts)>,
}
