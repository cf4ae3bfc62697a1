//! 专题(监测方案) — a saved query that is matched against every new post.

use crate::model::coded::coded_enum;
use crate::model::{PostId, Schedule, Timestamp};

coded_enum! {
    /// 预警方式 — when those who asked for a watch are to hear of its hits.
    pub enum AlertPolicy {
        AtOnce = "at_once" / "即时",
        WorkingHours = "working_hours" / "工作时间",
        Digest = "digest" / "汇总",
        None = "none" / "不预警",
    }
}

/// 专题 — what an operator declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// 代号: its hits are kept under it.
    pub id: String,
    /// 名称.
    pub name: String,
    /// 检索式 as written.
    pub query: String,
    /// 备注.
    pub note: String,
    /// 收件人.
    pub recipients: Vec<String>,
    /// 预警方式.
    pub alert: AlertPolicy,
    /// When its hits are sent together; for `AlertPolicy::Digest`.
    pub schedule: Option<Schedule>,
    /// Is it matched at all?
    pub is_active: bool,
}

/// 命中 — a post that matched a watch when it came or when it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchHit {
    /// 代号 of the watch.
    pub watch: String,
    /// The post.
    pub post: PostId,
    /// When it was found to match.
    pub matched_at: Timestamp,
}

/// 命中情况 — how often a watch was hit lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WatchActivity {
    /// Hits in the last 7 days.
    pub hits_7d: u64,
    /// Hits in the last 30 days.
    pub hits_30d: u64,
    /// The latest hit.
    pub last_hit: Option<Timestamp>,
    /// Since when posts are matched against this query; `None` while they are not.
    pub since: Option<Timestamp>,
}
