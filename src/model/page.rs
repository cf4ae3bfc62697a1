//! 网页、采集记录 — what came back from one request, and how one visit ended.

use crate::model::Timestamp;
use crate::model::coded::coded_enum;
use url::Url;

/// 网页 — the bytes of one answer, before anybody looked inside.
#[derive(Clone, Debug)]
pub struct Page {
    /// Final address, after redirects.
    pub url: Url,
    /// `Content-Type` header, if any.
    pub content_type: Option<String>,
    /// Decompressed body.
    pub bytes: Vec<u8>,
    /// When it came.
    pub fetched_at: Timestamp,
}

coded_enum! {
    /// 采集结果 — how one visit of a source ended.
    pub enum CrawlOutcome {
        New = "new" / "有新信息",
        Unchanged = "unchanged" / "无更新",
        Empty = "empty" / "页面为空",
        Blocked = "blocked" / "被拒绝",
        Failed = "failed" / "采集失败",
        RobotsDenied = "robots_denied" / "robots 不允许",
    }
}

impl CrawlOutcome {
    /// We saw the source's content: "nothing new" is then a fact, not a failure.
    pub fn is_success(self) -> bool {
        matches!(self, CrawlOutcome::New | CrawlOutcome::Unchanged)
    }
}
