//! `[fetch]` of `yuqing.toml`.

use super::robots::TOKEN;
use crate::model::Pause;
use bytesize::ByteSize;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;

/// How politely and how cautiously we read.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FetchSettings {
    /// Who we are, in the user agent: the bureau's name in Latin letters.
    pub agent: String,
    /// Where a site's operator reaches a person: an address or a telephone number.
    pub contact: String,
    /// Pause between two requests to one host.
    #[serde(with = "humantime_serde")]
    pub delay: Duration,
    /// 夜间暂停时段: hours in which nothing is fetched, for sources that name none of their own.
    pub pause: Pause,
    /// A source stops by itself after this many refusals (403, 429) in a row; 0: never.
    pub stop_after_refusals: u32,
    /// Longest `Crawl-delay` of a robots.txt that we follow.
    #[serde(with = "humantime_serde")]
    pub max_crawl_delay: Duration,
    /// Whole time for one request, body included.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Longest silence within an answer.
    #[serde(with = "humantime_serde")]
    pub idle_timeout: Duration,
    /// Time for the connection.
    #[serde(with = "humantime_serde")]
    pub connect_timeout: Duration,
    /// Largest body, decompressed.
    pub max_body: ByteSize,
    /// Redirects followed.
    pub max_redirects: usize,
    /// Obey robots.txt (RFC 9309).
    pub obey_robots: bool,
    /// Hosts that may have private, loopback or link-local addresses; a name covers its subdomains.
    pub private_hosts: Vec<String>,
}

impl FetchSettings {
    /// `yuqing/0.1 (agent; contact)`. Header values are ASCII: anything else would be refused by servers.
    pub fn user_agent(&self) -> String {
        let ascii = |text: &str| -> String {
            text.chars()
                .filter(|c| c.is_ascii() && !c.is_ascii_control())
                .collect()
        };
        format!(
            "{TOKEN}/{} ({}; {})",
            env!("CARGO_PKG_VERSION"),
            ascii(&self.agent),
            ascii(&self.contact)
        )
    }

    /// May a page of `from` send us to `to`, by link or redirect? A public page may not lead to a private host, even to
    /// one that is a source of its own.
    pub fn may_lead(&self, from: &Url, to: &Url) -> bool {
        let is_private = |url: &Url| self.is_private_host(url.host_str().unwrap_or_default());
        is_private(from) || !is_private(to)
    }

    /// May this host have a private address?
    pub fn is_private_host(&self, host: &str) -> bool {
        self.private_hosts.iter().any(|allowed| {
            let allowed = allowed.to_ascii_lowercase();
            host == allowed
                || host
                    .strip_suffix(allowed.as_str())
                    .is_some_and(|rest| rest.ends_with('.'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{FetchSettings, Pause};
    use bytesize::ByteSize;
    use std::time::Duration;
    use url::Url;

    #[test]
    fn a_public_page_leads_to_no_private_host() {
        let settings = FetchSettings {
            agent: String::new(),
            contact: String::new(),
            delay: Duration::ZERO,
            pause: Pause::None,
            stop_after_refusals: 0,
            max_crawl_delay: Duration::ZERO,
            timeout: Duration::ZERO,
            idle_timeout: Duration::ZERO,
            connect_timeout: Duration::ZERO,
            max_body: ByteSize::mib(1),
            max_redirects: 0,
            obey_robots: true,
            private_hosts: vec!["rsshub.Intranet".to_owned()],
        };
        let url = |text: &str| Url::parse(text).expect("test address");
        let public = url("https://news.example.cn/");
        let private = url("http://rsshub.intranet:1200/x");
        assert!(!settings.may_lead(&public, &private));
        assert!(settings.may_lead(&private, &private));
        assert!(settings.may_lead(&private, &public));
        assert!(settings.may_lead(&public, &url("https://other.example.cn/")));
    }
}
