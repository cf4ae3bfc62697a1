//! 锁定 — how long somebody waits after wrong passwords.

use crate::model::Timestamp;
use chrono::TimeDelta;

/// Failures looked at are those of so many minutes.
const WINDOW_MINUTES: i64 = 15;
/// Failures of one name before it waits.
const PER_NAME: u64 = 5;
/// Failures of one address, whatever the names.
const PER_ADDRESS: u64 = 30;

/// Failures within the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// Of the name.
    pub of_name: u64,
    /// Of the address.
    pub of_address: u64,
    /// The latest of both.
    pub latest: Option<Timestamp>,
}

/// 锁定 until some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lockout {
    /// Minutes from now, rounded up.
    pub minutes: i64,
}

impl Tries {
    /// Since when failures count.
    pub fn window_from(now: Timestamp) -> Timestamp {
        now - TimeDelta::minutes(WINDOW_MINUTES)
    }

    /// Whether to wait. A failed try while waiting is not counted: nobody is locked out for ever by a stranger.
    pub fn lockout(self, now: Timestamp) -> Option<Lockout> {
        let is_locked = self.of_name >= PER_NAME || self.of_address >= PER_ADDRESS;
        let until = self.latest? + TimeDelta::minutes(WINDOW_MINUTES);
        let seconds = (until - now).num_seconds();
        (is_locked && seconds > 0).then_some(Lockout {
            minutes: (seconds + 59) / 60,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Lockout, Tries};
    use chrono::{DateTime, TimeDelta};

    #[test]
    fn five_failures_wait_a_quarter_of_an_hour() {
        let now = DateTime::parse_from_rfc3339("2017-04-14T07:30:00+08:00").expect("a time");
        let tries = |of_name, of_address, ago| {
            Tries {
                of_name,
                of_address,
                latest: Some(now - TimeDelta::seconds(ago)),
            }
            .lockout(now)
        };
        assert_eq!(Tries::default().lockout(now), None);
        assert_eq!(tries(4, 4, 0), None);
        assert_eq!(tries(5, 5, 0), Some(Lockout { minutes: 15 }));
        assert_eq!(tries(5, 5, 899), Some(Lockout { minutes: 1 }));
        assert_eq!(tries(5, 5, 900), None);
        assert_eq!(tries(0, 30, 60), Some(Lockout { minutes: 14 }));
    }
}
