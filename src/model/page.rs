//! 网页、采集记录 — what came back from one request, and how one visit ended.

use crate::model::Timestamp;
use crate::model::coded::coded_enum;
use std::net::IpAddr;
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

/// 网页快照 — one answer of a server, complete, as evidence of what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// Final address, after redirects.
    pub url: String,
    /// When it came.
    pub fetched_at: Timestamp,
    /// HTTP status.
    pub status: u16,
    /// Headers in the order they came.
    pub headers: Vec<(String, String)>,
    /// Address of the server.
    pub ip: Option<IpAddr>,
    /// Decompressed body.
    pub body: Vec<u8>,
}

/// 存证位置 — where the archive holds a capture.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct EvidencePlace {
    /// File below the evidence folder: `2017-04.warc.gz`.
    pub file: String,
    /// First byte of the record.
    pub start: u64,
    /// Compressed length of the record in bytes.
    pub length: u64,
    /// Digest of the body: `sha256:` and 64 hexadecimal digits.
    pub digest: String,
}

/// 存证 — the page behind a flagged post, kept as it was.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Evidence {
    /// Address of the page.
    pub url: String,
    /// When it was fetched.
    pub fetched_at: Timestamp,
    /// Where it stands.
    pub place: EvidencePlace,
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
