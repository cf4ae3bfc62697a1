//! 修订、审签 — what people did to an issue, and when.

use crate::model::Timestamp;
use crate::model::coded::coded_enum;
use serde::{Deserialize, Serialize};

coded_enum! {
    /// 审签步骤.
    pub enum IssueStep {
        Drafted = "drafted" / "起草",
        Approved = "approved" / "审核",
        Returned = "returned" / "退回",
        Signed = "signed" / "签发",
        Voided = "voided" / "作废",
        Zeroed = "zeroed" / "登记零报告",
    }
}

/// 审签记录 — one step of an issue's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTaken {
    /// When.
    pub at: Timestamp,
    /// What.
    pub step: IssueStep,
    /// Who; empty where the program drafted by its schedule.
    pub by: String,
    /// 意见、原因.
    pub note: String,
}

/// 修订 — one change of a draft, or one that was refused because somebody else had changed it meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The revision it made; `None` where it was refused.
    pub revision: Option<u32>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What, `改第2条标题`.
    pub what: String,
    /// Words before.
    pub before: String,
    /// Words after.
    pub after: String,
}

/// 零报告 — a period without anything worth an issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZeroReport {
    /// Code of the digest.
    pub digest: String,
    /// 监测时段.
    pub period: crate::model::Period,
    /// When it was registered.
    pub made_at: Timestamp,
    /// Who; empty where the program registered it by its schedule.
    pub by: String,
}
