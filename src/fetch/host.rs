//! 主机 — one queue per host: whoever holds the host's lock may send; the others wait for their turn.

use super::robots::Rules;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// A robots.txt is asked for again after a day (RFC 9309, 2.4).
const ROBOTS_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Hosts remembered at a time.
const MAX_HOSTS: usize = 2000;

/// Hosts we talk to. Links lead to many more than the configuration names: idle ones are forgotten.
#[derive(Default)]
pub struct Hosts {
    by_name: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Host>>>>,
}

impl Hosts {
    /// The host of `url`; scheme and port belong to its name, as they do for robots.txt.
    pub fn of(&self, url: &Url) -> Arc<tokio::sync::Mutex<Host>> {
        let name = url.origin().ascii_serialization();
        let mut hosts = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MAX_HOSTS {
            // A host that nobody holds can be met again; its pause and its robots.txt are then asked for anew.
            hosts.retain(|_, host| Arc::strong_count(host) > 1);
        }
        Arc::clone(hosts.entry(name).or_default())
    }
}

/// What we remember of a host between two requests.
#[derive(Default)]
pub struct Host {
    last_request: Option<Instant>,
    robots: Option<(Instant, Rules)>,
}

impl Host {
    /// Waits until `delay` has passed since the last request to this host.
    pub async fn wait(&self, delay: Duration) {
        if let Some(last) = self.last_request {
            tokio::time::sleep_until(last + delay).await;
        }
    }

    /// A request to this host has ended just now.
    pub fn done(&mut self) {
        self.last_request = Some(Instant::now());
    }

    pub fn robots_are_fresh(&self) -> bool {
        self.robots
            .as_ref()
            .is_some_and(|(loaded, _)| loaded.elapsed() < ROBOTS_LIFE)
    }

    pub fn remember_robots(&mut self, rules: Rules) {
        self.robots = Some((Instant::now(), rules));
    }

    /// May we read `url`? Without a robots.txt: yes.
    pub fn allows(&self, url: &Url) -> bool {
        self.robots
            .as_ref()
            .is_none_or(|(_, rules)| rules.allows(url))
    }

    /// `Crawl-delay` of its robots.txt.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.robots.as_ref()?.1.crawl_delay()
    }
}
