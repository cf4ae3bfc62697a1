//! 外报与采用 — what became of an issue outside: reported upwards, taken up there, written on by a leader. The ledger counts it.

use crate::model::coded::coded_enum;
use crate::model::{IssueId, Timestamp};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Row id of an uptake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UptakeId(pub i64);

coded_enum! {
    /// What happened to it.
    pub enum UptakeKind {
        Reported = "reported" / "外报" | "上报" | "报送",
        Adopted = "adopted" / "采用",
        Instructed = "instructed" / "批示" | "领导批示",
    }
}

/// An uptake to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUptake {
    /// What happened.
    pub kind: UptakeKind,
    /// To which issue.
    pub issue: IssueId,
    /// To which of its entries, counted from 1; `None`: to the whole issue.
    pub entry: Option<u32>,
    /// 报送单位、采用单位; of a 批示 who wrote it.
    pub unit: String,
    /// On which day.
    pub day: NaiveDate,
    /// 批示内容, or a note; masked.
    pub text: String,
    /// Who registered it.
    pub by: String,
}

/// 外报、采用、批示 — one row of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uptake {
    /// Row id.
    pub id: UptakeId,
    /// What was registered.
    pub uptake: NewUptake,
    /// 条数: one entry, or all of the issue; of a 批示 one.
    pub count: u32,
    /// When it was registered.
    pub recorded_at: Timestamp,
    /// 作废 — why, by whom and when.
    pub void: Option<UptakeVoid>,
}

/// 作废 of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UptakeVoid {
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// 外报、采用、批示 of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UptakeCounts {
    /// 上报条数.
    pub reported: u64,
    /// 被采用条数.
    pub adopted: u64,
    /// 领导批示件数.
    pub instructed: u64,
}
