//! 采集节奏 — busy sources sooner, quiet ones later, between the bounds that their schedule sets. Pure.

use crate::model::{Schedule, Timestamp};
use chrono::TimeDelta;
use chrono_tz::Tz;
use std::time::Duration;

/// Visits in a row without anything new before a source counts as quiet: an hour at ten-minute steps.
const QUIET_AFTER: u32 = 6;

/// What the last visits brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Visits in a row without anything new, the last one included.
    pub quiet_count: u32,
    /// Everything that the entry page showed was new: more may have passed unseen.
    pub is_overflowing: bool,
}

/// How far a source's visits may leave its schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Shortest pause while it overflows; `None`: the schedule's.
    pub fastest: Option<Duration>,
    /// Longest pause while it is quiet; schedules with longer pauses of their own are left alone.
    pub slowest: Duration,
}

/// The next visit after a success. Quiet: moments of the schedule are skipped, twice as many after every further visit
/// without anything new. Overflowing: sooner than the schedule.
pub fn paced(
    schedule: &Schedule,
    zone: Tz,
    now: Timestamp,
    pace: Pace,
    bounds: Bounds,
) -> Option<Timestamp> {
    let scheduled = schedule.next_after(now, zone)?;
    if pace.is_overflowing {
        let soonest = bounds.fastest.map(|pause| now + delta(pause));
        return Some(soonest.map_or(scheduled, |soonest| soonest.min(scheduled)));
    }
    let step = schedule.next_after(scheduled, zone)? - scheduled;
    let doublings = pace.quiet_count.saturating_sub(QUIET_AFTER).min(16);
    let patience = step * ((1 << doublings) - 1);
    let latest = now + delta(bounds.slowest);
    // The last moment of the schedule that neither patience nor the bound forbids.
    let wanted = (scheduled + patience).min(latest) - TimeDelta::seconds(1);
    let later = schedule.next_after(wanted.max(now), zone)?;
    Some(if later <= latest { later } else { scheduled })
}

fn delta(pause: Duration) -> TimeDelta {
    TimeDelta::from_std(pause).unwrap_or(TimeDelta::days(1))
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Pace, paced};
    use chrono_tz::Asia::Shanghai;
    use std::time::Duration;

    fn next(line: &str, quiet_count: u32, is_overflowing: bool) -> String {
        let bounds = Bounds {
            fastest: Some(Duration::from_secs(180)),
            slowest: Duration::from_secs(3600),
        };
        let pace = Pace {
            quiet_count,
            is_overflowing,
        };
        let now = "2017-04-14T09:00:00+08:00".parse().expect("test time");
        let schedule = line.parse().expect("test line");
        let next = paced(&schedule, Shanghai, now, pace, bounds);
        next.expect("a time").format("%H:%M").to_string()
    }

    #[test]
    fn a_quiet_source_is_left_alone_longer_and_longer_up_to_its_bound() {
        for (quiet_count, expected) in [
            (0, "09:10"),
            (6, "09:10"),
            (7, "09:20"),
            (8, "09:40"),
            (9, "10:00"),
            (40, "10:00"),
        ] {
            assert_eq!(next("*/10 * * * *", quiet_count, false), expected);
        }
    }

    #[test]
    fn a_daily_paper_keeps_its_hours() {
        assert_eq!(next("30 6,7,12 * * *", 40, false), "12:30");
    }

    #[test]
    fn an_overflowing_source_is_read_sooner() {
        assert_eq!(next("*/10 * * * *", 0, true), "09:03");
    }
}
