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

/// 回应 — how the server answered: with the [`Page`], what an evidence archive keeps of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    /// `HTTP/1.1`.
    pub http_version: String,
    /// HTTP status.
    pub status: u16,
    /// Its usual words: `OK`.
    pub reason: String,
    /// Headers as received, in order, `Content-Encoding` included, though the page's bytes are decompressed. Bytes
    /// that are no UTF-8 are read as Latin-1.
    pub headers: Vec<(String, String)>,
    /// The address we were connected to; `None` behind a proxy.
    pub remote_ip: Option<IpAddr>,
}

/// 网页快照 — one answer of a server, complete, as evidence of what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// Final address, after redirects.
    pub url: String,
    /// When it came.
    pub fetched_at: Timestamp,
    /// How the server answered.
    pub answer: Answer,
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
    /// 失败原因 — why a page did not come; finer than [`CrawlOutcome`].
    pub enum FetchCause {
        Timeout = "timeout" / "超时",
        Dns = "dns" / "域名解析失败",
        Connect = "connect" / "连接失败",
        Tls = "tls" / "安全连接失败",
        Protocol = "protocol" / "回应不合协议",
        TooLarge = "too_large" / "页面过大",
        Redirects = "redirects" / "转向过多",
        BadRedirect = "bad_redirect" / "转向地址无效",
        PrivateAddress = "private_address" / "内网地址",
        Scheme = "scheme" / "不是网页地址",
        ContentType = "content_type" / "不是网页内容",
        HttpStatus = "http_status" / "服务器出错",
        Robots = "robots" / "robots 不允许",
        RobotsUnreachable = "robots_unreachable" / "robots 读不到",
        Refused = "refused" / "被拒绝",
        HostWaits = "host_waits" / "网站要求稍候",
        Gone = "gone" / "页面不存在",
        BrokenBody = "broken_body" / "内容不完整",
        Proxy = "proxy" / "代理不可用",
    }
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

    /// The site wants us less often, or not at all.
    pub fn is_refusal(self) -> bool {
        matches!(self, CrawlOutcome::Blocked | CrawlOutcome::RobotsDenied)
    }
}
