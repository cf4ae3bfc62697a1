//! 主机 — one queue per host: whoever holds the host's lock may send; the others wait for their turn.

use super::robots::Rules;
use crate::model::Timestamp;
use chrono::TimeDelta;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// A robots.txt is asked for again after a day (RFC 9309, 2.4).
const ROBOTS_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Hosts remembered at a time.
const MAX_HOSTS: usize = 2000;

/// Origins of one host whose robots.txt is remembered: http and https, rarely another port.
const MAX_ORIGINS: usize = 8;

/// Hosts we talk to. Links lead to many more than the configuration names: idle ones are forgotten.
#[derive(Default)]
pub struct Hosts {
    by_name: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Host>>>>,
}

impl Hosts {
    /// The host of `url` by its name alone: http and https, and every port, are one machine to be polite to.
    pub fn of(&self, url: &Url, now: Timestamp) -> Arc<tokio::sync::Mutex<Host>> {
        let name = name(url);
        let mut hosts = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MAX_HOSTS {
            // A host that nobody holds can be met again; its pause and its robots.txt are then asked for anew. One that
            // asked to be left alone is remembered until then.
            hosts.retain(|_, host| {
                let is_closed = |host: &Host| host.closed_for(now).is_some();
                Arc::strong_count(host) > 1 || host.try_lock().is_ok_and(|host| is_closed(&host))
            });
        }
        Arc::clone(hosts.entry(name).or_default())
    }
}

/// What we remember of a host between two requests.
#[derive(Default)]
pub struct Host {
    last_request: Option<Instant>,
    /// The longest pause that a source of this host asks for.
    asked_delay: Duration,
    /// It said `Retry-After`.
    closed_until: Option<Timestamp>,
    /// By origin: each has a robots.txt of its own.
    robots: HashMap<String, (Instant, Rules)>,
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

    /// The pause before a request whose source asks for `asked`, or leaves it to the `default`. A shorter one never
    /// undercuts what another source of the same host asked for.
    pub fn delay(&mut self, asked: Option<Duration>, default: Duration) -> Duration {
        self.asked_delay = self.asked_delay.max(asked.unwrap_or_default());
        self.asked_delay.max(asked.unwrap_or(default))
    }

    /// The host asked to be left alone for `pause`.
    pub fn close(&mut self, now: Timestamp, pause: Duration) {
        let until = now + TimeDelta::from_std(pause).unwrap_or_default();
        self.closed_until = self.closed_until.max(Some(until));
    }

    /// How long the host still wants to be left alone.
    pub fn closed_for(&self, now: Timestamp) -> Option<Duration> {
        let left = self.closed_until? - now;
        left.to_std().ok().filter(|left| !left.is_zero())
    }

    /// Rules of the origin of `url`, while they are fresh.
    pub fn robots(&self, url: &Url) -> Option<&Rules> {
        let (loaded, rules) = self.robots.get(&origin(url))?;
        (loaded.elapsed() < ROBOTS_LIFE).then_some(rules)
    }

    pub fn remember_robots(&mut self, url: &Url, rules: Rules) {
        if self.robots.len() >= MAX_ORIGINS {
            self.robots.clear();
        }
        self.robots.insert(origin(url), (Instant::now(), rules));
    }
}

/// What a host is known by: scheme, port and a last dot do not count.
pub fn name(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    name.trim_end_matches('.').to_owned()
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::{Host, Hosts, Timestamp};
    use std::sync::Arc;
    use std::time::Duration;
    use url::Url;

    #[test]
    fn scheme_port_and_a_last_dot_make_no_other_host() {
        let hosts = Hosts::default();
        let now = Timestamp::parse_from_rfc3339("2017-04-14T09:00:00+08:00").expect("test time");
        let of = |text: &str| hosts.of(&Url::parse(text).expect("test address"), now);
        let host = of("http://bbs.example.cn/a");
        for same in [
            "https://bbs.example.cn/",
            "http://BBS.example.cn:8080/",
            "http://bbs.example.cn./",
        ] {
            assert!(Arc::ptr_eq(&host, &of(same)), "{same}");
        }
        assert!(!Arc::ptr_eq(&host, &of("http://www.example.cn/")));
    }

    #[test]
    fn the_most_patient_source_of_a_host_decides() {
        let mut host = Host::default();
        let seconds = Duration::from_secs;
        let default = seconds(10);
        // A host whose only source may ask every two seconds; links without a wish keep the default.
        assert_eq!(host.delay(Some(seconds(2)), default), seconds(2));
        assert_eq!(host.delay(None, default), seconds(10));
        assert_eq!(host.delay(Some(seconds(2)), default), seconds(2));
        assert_eq!(host.delay(Some(seconds(30)), default), seconds(30));
        assert_eq!(host.delay(Some(seconds(2)), default), seconds(30));
        assert_eq!(host.delay(None, default), seconds(30));
    }

    #[test]
    fn a_closed_host_opens_by_itself() {
        let at = |text: &str| Timestamp::parse_from_rfc3339(text).expect("test time");
        let mut host = Host::default();
        let now = at("2017-04-14T09:00:00+08:00");
        assert_eq!(host.closed_for(now), None);
        host.close(now, Duration::from_secs(600));
        // A shorter wish does not open it sooner.
        host.close(now, Duration::from_secs(1));
        let later = at("2017-04-14T09:04:00+08:00");
        assert_eq!(host.closed_for(later), Some(Duration::from_secs(360)));
        assert_eq!(host.closed_for(at("2017-04-14T09:10:00+08:00")), None);
    }
}
