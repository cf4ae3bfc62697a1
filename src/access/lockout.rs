//! 锁定 — how long somebody waits after wrong passwords. Who guesses waits; whoever else has the name does not: a name is
//! locked for the address that failed, and for all only where it is tried from everywhere.

use crate::model::Timestamp;
use chrono::TimeDelta;

/// So many failures within so many minutes, and the next try waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Failures that are let pass.
    pub failures: u32,
    /// Minutes for which a failure counts.
    pub minutes: i64,
}

/// A name from one address.
pub const OF_PAIR: Patience = Patience {
    failures: 5,
    minutes: 15,
};
/// One address, whatever the names.
pub const OF_ADDRESS: Patience = Patience {
    failures: 30,
    minutes: 15,
};
/// A name from everywhere: guessing goes slowly, however many addresses somebody has.
pub const OF_NAME: Patience = Patience {
    failures: 100,
    minutes: 60,
};

/// 锁定 until some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lockout {
    /// Minutes from now, rounded up.
    pub minutes: i64,
}

impl Patience {
    /// Whether to wait, from when the last failure but [`Patience::failures`] was. A failed try while waiting is not
    /// counted: nobody is locked out for ever by a stranger.
    pub fn lockout(self, earliest: Option<Timestamp>, now: Timestamp) -> Option<Lockout> {
        let until = earliest? + TimeDelta::minutes(self.minutes);
        let seconds = (until - now).num_seconds();
        (seconds > 0).then_some(Lockout {
            minutes: (seconds + 59) / 60,
        })
    }

    /// Since when failures count.
    pub fn from(self, now: Timestamp) -> Timestamp {
        now - TimeDelta::minutes(self.minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Lockout, OF_NAME, OF_PAIR};
    use chrono::{DateTime, TimeDelta};

    #[test]
    fn five_failures_wait_a_quarter_of_an_hour() {
        let now = DateTime::parse_from_rfc3339("2017-04-14T07:30:00+08:00").expect("a time");
        let ago = |seconds| Some(now - TimeDelta::seconds(seconds));
        assert_eq!(OF_PAIR.lockout(None, now), None);
        assert_eq!(OF_PAIR.lockout(ago(0), now), Some(Lockout { minutes: 15 }));
        assert_eq!(OF_PAIR.lockout(ago(899), now), Some(Lockout { minutes: 1 }));
        assert_eq!(OF_PAIR.lockout(ago(900), now), None);
        assert_eq!(OF_NAME.lockout(ago(60), now), Some(Lockout { minutes: 59 }));
    }
}
