//! `[fetch]` of `yuqing.toml`.

use bytesize::ByteSize;
use serde::{Deserialize, Serialize};
use std::time::Duration;

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
    /// Longest `Crawl-delay` of a robots.txt that we follow.
    #[serde(with = "humantime_serde")]
    pub max_crawl_delay: Duration,
    /// Whole time for one request, body included.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
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
            "yuqing/{} ({}; {})",
            env!("CARGO_PKG_VERSION"),
            ascii(&self.agent),
            ascii(&self.contact)
        )
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
