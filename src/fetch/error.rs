//! Why a page did not come, whether another try may help, and what to tell the person who looks after the source.

use crate::model::{CrawlOutcome, FetchCause, Timestamp};
use bytesize::ByteSize;
use chrono::TimeDelta;
use reqwest::{Response, StatusCode};
use std::time::Duration;
use url::Url;

/// 采集错误 — one sentence each, in the words of the source's page, with what somebody can do about it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FetchError {
    /// robots.txt forbids the page.
    #[error("{url} 的 robots.txt 不允许采集此页，请改用该站允许的栏目，或停用此信源")]
    RobotsDenied {
        /// Page.
        url: Url,
    },
    /// robots.txt answers 5xx.
    #[error("{url} 回应 HTTP {status}，读不到采集规则，按规定暂缓采集该站，稍后自动重试")]
    RobotsUnreachable {
        /// Address of the robots.txt.
        url: Url,
        /// HTTP status.
        status: u16,
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// 401, 403, 429 and the 432 of some microblogs: the site does not want us, or not now.
    #[error("{url} 拒绝访问（HTTP {status}）{}{}", refusal_hint(*status), asked(*until, *retry_after))]
    Blocked {
        /// Page.
        url: Url,
        /// HTTP status.
        status: u16,
        /// `Retry-After`.
        retry_after: Option<Duration>,
        /// The moment that it means.
        until: Option<Timestamp>,
    },
    /// The host said `Retry-After`, to us or to another source of the same host; nothing was sent.
    #[error("{host} 要求 {} 以后再来，未发出请求", clock(*until, *wait))]
    HostWaits {
        /// Host.
        host: String,
        /// When it may be asked again.
        until: Timestamp,
        /// Time left.
        wait: Duration,
    },
    /// 404, 410: the page is gone or has moved.
    #[error("{url} 不存在（HTTP {status}），网址可能已变更")]
    Gone {
        /// Page.
        url: Url,
        /// HTTP status.
        status: u16,
    },
    /// Any other status.
    #[error("{url} 回应 HTTP {status}{}", if *status >= 500 { "，对方服务器出错，稍后自动重试" } else { "，请核对网址" })]
    Status {
        /// Page.
        url: Url,
        /// HTTP status.
        status: u16,
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// Body over the limit, on the line or after decompression.
    #[error("{url} 超过 {} 的上限（fetch.max_body），未读取", ByteSize(*limit))]
    TooLarge {
        /// Page.
        url: Url,
        /// Limit in bytes.
        limit: u64,
    },
    /// Neither text nor HTML, XML or JSON.
    #[error("{url} 的内容类型是 {content_type}，不是网页，未读取；请改填文章或列表页的网址")]
    ContentType {
        /// Page.
        url: Url,
        /// As the server wrote it.
        content_type: String,
    },
    /// Redirects without end.
    #[error("{url} 转向超过{limit}次，可能需要登录或网址已失效")]
    TooManyRedirects {
        /// First page.
        url: Url,
        /// Limit.
        limit: usize,
    },
    /// A redirect that is no address.
    #[error("{url} 转向无法识别的地址“{location}”")]
    BadRedirect {
        /// Page.
        url: Url,
        /// What it said, cut where it is long.
        location: String,
    },
    /// Private, loopback or link-local, and not named in the configuration.
    #[error("{host} 是内网或本机地址，未列入 fetch.private_hosts，不予访问")]
    PrivateAddress {
        /// Host or address.
        host: String,
    },
    /// Neither http nor https.
    #[error("{url} 不是 http 或 https 网址")]
    Scheme {
        /// Address.
        url: Url,
    },
    /// Nothing within the time limit.
    #[error("{url} 超时无响应，稍后自动重试")]
    Timeout {
        /// Page.
        url: Url,
    },
    /// Nobody knows the name.
    #[error("{host} 的域名解析不到地址，请核对网址；若所有信源都如此，请检查本机的网络和 DNS")]
    Dns {
        /// Host.
        host: String,
    },
    /// Certificate or handshake.
    #[error("{url} 的安全连接（TLS）失败：{reason}")]
    Tls {
        /// Page.
        url: Url,
        /// What is wrong.
        reason: String,
    },
    /// Nobody listens, or the line is cut.
    #[error("{url} 连接不上：{reason}，稍后自动重试")]
    Connect {
        /// Page.
        url: Url,
        /// What is wrong.
        reason: String,
    },
    /// What came back is no HTTP.
    #[error("{url} 的回应不是完整的 HTTP，端口或协议可能写错")]
    Protocol {
        /// Page.
        url: Url,
    },
    /// The body broke off or its compression is damaged.
    #[error("{url} 的内容不完整或压缩损坏，稍后自动重试")]
    BrokenBody {
        /// Page.
        url: Url,
    },
    /// The proxy of the source is none, or does not answer as one.
    #[error("信源的代理 {proxy} 不可用，请核对 proxy 一项")]
    Proxy {
        /// Scheme, host and port; never what stands before an `@`.
        proxy: String,
    },
}

impl FetchError {
    /// 失败原因.
    pub fn cause(&self) -> FetchCause {
        match self {
            FetchError::RobotsDenied { .. } => FetchCause::Robots,
            FetchError::RobotsUnreachable { .. } => FetchCause::RobotsUnreachable,
            FetchError::Blocked { .. } => FetchCause::Refused,
            FetchError::HostWaits { .. } => FetchCause::HostWaits,
            FetchError::Gone { .. } => FetchCause::Gone,
            FetchError::Status { .. } => FetchCause::HttpStatus,
            FetchError::TooLarge { .. } => FetchCause::TooLarge,
            FetchError::ContentType { .. } => FetchCause::ContentType,
            FetchError::TooManyRedirects { .. } => FetchCause::Redirects,
            FetchError::BadRedirect { .. } => FetchCause::BadRedirect,
            FetchError::PrivateAddress { .. } => FetchCause::PrivateAddress,
            FetchError::Scheme { .. } => FetchCause::Scheme,
            FetchError::Timeout { .. } => FetchCause::Timeout,
            FetchError::Dns { .. } => FetchCause::Dns,
            FetchError::Tls { .. } => FetchCause::Tls,
            FetchError::Connect { .. } => FetchCause::Connect,
            FetchError::Protocol { .. } => FetchCause::Protocol,
            FetchError::BrokenBody { .. } => FetchCause::BrokenBody,
            FetchError::Proxy { .. } => FetchCause::Proxy,
        }
    }

    /// May the same request succeed later without anybody changing anything?
    pub fn is_temporary(&self) -> bool {
        match self.cause() {
            FetchCause::BrokenBody => true,
            FetchCause::Proxy => false,
            _ => self.is_about_the_host(),
        }
    }

    /// The whole site does not want us now, or cannot be reached: asking for its other pages would be rude or useless.
    pub fn is_about_the_host(&self) -> bool {
        match self.cause() {
            FetchCause::RobotsUnreachable
            | FetchCause::Refused
            | FetchCause::HostWaits
            | FetchCause::Timeout
            | FetchCause::Dns
            | FetchCause::Tls
            | FetchCause::Connect
            | FetchCause::Protocol
            | FetchCause::Proxy => true,
            FetchCause::HttpStatus => {
                matches!(self, FetchError::Status { status, .. } if *status >= 500)
            }
            _ => false,
        }
    }

    /// How the visit of a source ends that failed like this.
    pub fn outcome(&self) -> CrawlOutcome {
        match self.cause() {
            FetchCause::Robots => CrawlOutcome::RobotsDenied,
            FetchCause::Refused | FetchCause::HostWaits => CrawlOutcome::Blocked,
            _ => CrawlOutcome::Failed,
        }
    }

    /// How long the server asked us to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            FetchError::Blocked { retry_after, .. }
            | FetchError::Status { retry_after, .. }
            | FetchError::RobotsUnreachable { retry_after, .. } => *retry_after,
            FetchError::HostWaits { wait, .. } => Some(*wait),
            _ => None,
        }
    }

    /// The host that asked to be left alone, and for how long; `None` where nobody asked, or we asked nobody.
    pub fn closes(&self) -> Option<(String, Duration)> {
        let (FetchError::Blocked { url, .. }
        | FetchError::Status { url, .. }
        | FetchError::RobotsUnreachable { url, .. }) = self
        else {
            return None;
        };
        let wait = self.retry_after().filter(|wait| !wait.is_zero())?;
        Some((super::host::name(url), wait))
    }

    pub(super) fn private(url: &Url) -> Self {
        FetchError::PrivateAddress {
            host: url.host_str().unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn from_status(url: &Url, response: &Response, now: Timestamp) -> Self {
        let url = url.clone();
        let status = response.status().as_u16();
        let retry_after = super::retry::retry_after(response.headers(), now);
        let until = retry_after.and_then(|wait| Some(now + TimeDelta::from_std(wait).ok()?));
        match response.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
                FetchError::Blocked {
                    url,
                    status,
                    retry_after,
                    until,
                }
            }
            _ if status == 432 => FetchError::Blocked {
                url,
                status,
                retry_after,
                until,
            },
            StatusCode::NOT_FOUND | StatusCode::GONE => FetchError::Gone { url, status },
            _ => FetchError::Status {
                url,
                status,
                retry_after,
            },
        }
    }
}

fn refusal_hint(status: u16) -> &'static str {
    match status {
        401 => "，该页需要登录，请改为补录或导入",
        429 => "，请求过于频繁，应加大 min_interval",
        _ => "，请勿反复重试，可改为补录或与对方联系",
    }
}

fn asked(until: Option<Timestamp>, wait: Option<Duration>) -> String {
    match (until, wait) {
        (Some(until), Some(wait)) if !wait.is_zero() => {
            format!("，对方要求 {} 以后再来", clock(until, wait))
        }
        _ => String::new(),
    }
}

/// `12:00`, rounded up; with the day where it is not today, seen from `wait` before.
fn clock(until: Timestamp, wait: Duration) -> String {
    let now = until - TimeDelta::from_std(wait).unwrap_or_default();
    let full = until + TimeDelta::seconds(59);
    match full.date_naive() == now.date_naive() {
        true => full.format("%H:%M").to_string(),
        false => full.format("%m-%d %H:%M").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{FetchError, clock};
    use crate::model::{CrawlOutcome, Timestamp};
    use std::time::Duration;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_from_rfc3339(text).expect("test time")
    }

    #[test]
    fn a_moment_is_said_with_its_day_where_it_is_not_today() {
        let until = at("2017-04-15T09:00:01+08:00");
        assert_eq!(clock(until, Duration::from_secs(60)), "09:01");
        assert_eq!(clock(until, Duration::from_secs(86_400)), "04-15 09:01");
    }

    #[test]
    fn a_host_that_asked_to_wait_is_no_failure_of_ours() {
        let error = FetchError::HostWaits {
            host: "a.cn".to_owned(),
            until: at("2017-04-14T12:00:00+08:00"),
            wait: Duration::from_secs(90),
        };
        assert!(error.is_temporary() && error.is_about_the_host());
        assert_eq!(error.outcome(), CrawlOutcome::Blocked);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(90)));
        assert_eq!(error.to_string(), "a.cn 要求 12:00 以后再来，未发出请求");
    }
}
