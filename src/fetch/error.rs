//! Why a page did not come, whether another try may help, and what to tell the person who looks after the source.

use super::guard::PrivateOnly;
use crate::model::CrawlOutcome;
use reqwest::{Response, StatusCode, header};
use std::error::Error;
use std::time::Duration;
use url::Url;

/// 采集错误 — one sentence each, in the words of the source's page.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FetchError {
    /// robots.txt forbids the page.
    #[error("{url} 的 robots.txt 不允许采集此页")]
    RobotsDenied {
        /// Page.
        url: Url,
    },
    /// robots.txt answers 5xx.
    #[error("{url} 回应 {status}，按规定暂缓采集该站")]
    RobotsUnreachable {
        /// Address of the robots.txt.
        url: Url,
        /// HTTP status.
        status: u16,
    },
    /// 401, 403, 429 and the 432 of some microblogs: the site does not want us, or not now.
    #[error("{url} 拒绝访问（HTTP {status}）")]
    Blocked {
        /// Page.
        url: Url,
        /// HTTP status.
        status: u16,
        /// `Retry-After`.
        retry_after: Option<Duration>,
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
    #[error("{url} 回应 HTTP {status}")]
    Status {
        /// Page.
        url: Url,
        /// HTTP status.
        status: u16,
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// Body over the limit, after decompression.
    #[error("{url} 超过 {limit} 字节的上限")]
    TooLarge {
        /// Page.
        url: Url,
        /// Limit in bytes.
        limit: u64,
    },
    /// Redirects without end.
    #[error("{url} 转向超过 {limit} 次")]
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
        /// What it said.
        location: String,
    },
    /// Private, loopback or link-local, and not named in the configuration.
    #[error("{host} 是内网或本机地址，未列入 fetch.private_hosts,不予访问")]
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
    #[error("{url} 超时无响应")]
    Timeout {
        /// Page.
        url: Url,
    },
    /// Certificate or handshake.
    #[error("{url} 的安全连接（TLS)失败：{detail}")]
    Tls {
        /// Page.
        url: Url,
        /// What the TLS library said.
        detail: String,
    },
    /// The name is unknown, nobody listens, the line is cut.
    #[error("{url} 连接不上：{detail}")]
    Connect {
        /// Page.
        url: Url,
        /// What the system said.
        detail: String,
    },
    /// The body broke off or its compression is damaged.
    #[error("{url} 的内容不完整或压缩损坏")]
    BrokenBody {
        /// Page.
        url: Url,
    },
}

impl FetchError {
    /// May the same request succeed later without anybody changing anything?
    pub fn is_temporary(&self) -> bool {
        match self {
            FetchError::RobotsUnreachable { .. }
            | FetchError::Blocked { .. }
            | FetchError::Timeout { .. }
            | FetchError::Tls { .. }
            | FetchError::Connect { .. }
            | FetchError::BrokenBody { .. } => true,
            FetchError::Status { status, .. } => *status >= 500,
            FetchError::RobotsDenied { .. }
            | FetchError::Gone { .. }
            | FetchError::TooLarge { .. }
            | FetchError::TooManyRedirects { .. }
            | FetchError::BadRedirect { .. }
            | FetchError::PrivateAddress { .. }
            | FetchError::Scheme { .. } => false,
        }
    }

    /// How the visit of a source ends that failed like this.
    pub fn outcome(&self) -> CrawlOutcome {
        match self {
            FetchError::RobotsDenied { .. } => CrawlOutcome::RobotsDenied,
            FetchError::Blocked { .. } => CrawlOutcome::Blocked,
            _ => CrawlOutcome::Failed,
        }
    }

    /// How long the server asked us to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            FetchError::Blocked { retry_after, .. } | FetchError::Status { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }

    pub(super) fn from_status(url: &Url, response: &Response) -> Self {
        let url = url.clone();
        let status = response.status().as_u16();
        let retry_after = retry_after(response);
        match response.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
                FetchError::Blocked {
                    url,
                    status,
                    retry_after,
                }
            }
            _ if status == 432 => FetchError::Blocked {
                url,
                status,
                retry_after,
            },
            StatusCode::NOT_FOUND | StatusCode::GONE => FetchError::Gone { url, status },
            _ => FetchError::Status {
                url,
                status,
                retry_after,
            },
        }
    }

    pub(super) fn from_reqwest(url: &Url, error: reqwest::Error) -> Self {
        let url = url.clone();
        if let Some(private) = find::<PrivateOnly>(&error) {
            return FetchError::PrivateAddress {
                host: private.host.clone(),
            };
        }
        if error.is_timeout() {
            return FetchError::Timeout { url };
        }
        if let Some(tls) = find_tls(&error) {
            return FetchError::Tls { url, detail: tls };
        }
        if error.is_connect() {
            return FetchError::Connect {
                url,
                detail: innermost(&error),
            };
        }
        if error.is_body() || error.is_decode() {
            return FetchError::BrokenBody { url };
        }
        FetchError::Connect {
            url,
            detail: innermost(&error),
        }
    }
}

/// Seconds only: the date form is rare, and a wrong clock would make it worse than our own back-off.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response
        .headers()
        .get(header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| {
        let error: &'e (dyn Error + 'static) = *error;
        error.source()
    })
}

fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    chain(error).find_map(|link| link.downcast_ref::<E>())
}

/// rustls reports through `io::Error`, whose payload is not in its `source` chain.
fn find_tls(error: &(dyn Error + 'static)) -> Option<String> {
    chain(error).find_map(|link| {
        let inner = link
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        let tls = link.downcast_ref::<rustls::Error>();
        tls.or_else(|| inner?.downcast_ref::<rustls::Error>())
            .map(ToString::to_string)
    })
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}
