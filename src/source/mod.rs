//! 信源照管 — a source's history in, its next visit, pace and health out. Pure.

mod health;
mod pace;
mod reading;

pub use health::{HISTORY_DAYS, Health, HealthStatus, History, health};
pub use pace::{Bounds, Pace, paced};
pub use reading::{Interest, next_reading};

use crate::model::{CrawlOutcome, Schedule, Timestamp};
use chrono::{TimeDelta, Timelike};
use chrono_tz::Tz;
use std::time::Duration;

/// First pause after a failure; doubles with every further one.
const BACK_OFF: TimeDelta = TimeDelta::minutes(5);
/// First pause after a refusal (403, 429, robots.txt): the site wants us less often, not sooner.
const BACK_OFF_BLOCKED: TimeDelta = TimeDelta::minutes(30);
/// Longest pause.
const MAX_BACK_OFF: TimeDelta = TimeDelta::hours(24);

/// 下次采集 — the next visit of a source. `failure_count` counts failures in a row, this one included.
///
/// After a success, and after a page that was there but empty: the next moment of the schedule, so a time missed during
/// an outage is caught up once, never in a burst. After a failure: a growing pause, or the first moment of the schedule
/// behind it where that comes later; but not later than the schedule's first moment of the next day, so that a paper
/// that does not appear on Sunday is read on Monday morning.
pub fn next_check(
    schedule: &Schedule,
    zone: Tz,
    now: Timestamp,
    outcome: CrawlOutcome,
    failure_count: u32,
    retry_after: Option<Duration>,
) -> Timestamp {
    let far = now + TimeDelta::days(366);
    let scheduled_after = |moment| schedule.next_after(moment, zone).unwrap_or(far);
    let scheduled = scheduled_after(now);
    if outcome.is_success() || outcome == CrawlOutcome::Empty {
        return scheduled;
    }
    let retry_at = now + back_off(outcome, failure_count, retry_after);
    if scheduled > retry_at {
        return retry_at;
    }
    let tomorrow = scheduled_after(end_of_day(now));
    scheduled_after(retry_at - TimeDelta::seconds(1)).min(tomorrow)
}

/// 退避 — how long a source or its host is left alone after a failure.
pub fn back_off(
    outcome: CrawlOutcome,
    failure_count: u32,
    retry_after: Option<Duration>,
) -> TimeDelta {
    let base = match outcome {
        CrawlOutcome::Blocked | CrawlOutcome::RobotsDenied => BACK_OFF_BLOCKED,
        _ => BACK_OFF,
    };
    let doubled = base * 2_i32.pow(failure_count.saturating_sub(1).min(10));
    let asked = retry_after
        .and_then(|asked| TimeDelta::from_std(asked).ok())
        .unwrap_or_default();
    doubled.max(asked).min(MAX_BACK_OFF)
}

/// The last second of the local day.
fn end_of_day(now: Timestamp) -> Timestamp {
    let left = i64::from(24 * 3600 - 1 - now.num_seconds_from_midnight());
    now + TimeDelta::seconds(left)
}

#[cfg(test)]
mod tests {
    use super::next_check;
    use crate::model::{CrawlOutcome, Schedule, Timestamp};
    use chrono_tz::Asia::Shanghai;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_from_rfc3339(text).expect("test time")
    }

    fn next(line: &str, outcome: CrawlOutcome, failure_count: u32) -> Timestamp {
        let schedule: Schedule = line.parse().expect("test line");
        next_check(
            &schedule,
            Shanghai,
            at("2017-04-14T09:00:00+08:00"),
            outcome,
            failure_count,
            None,
        )
    }

    #[test]
    fn a_missed_time_is_caught_up_once() {
        // The visit at 9:00 was due at 6:30; the next one is tomorrow's, not the four missed in between.
        assert_eq!(
            next("30 6 * * *", CrawlOutcome::New, 0),
            at("2017-04-15T06:30:00+08:00")
        );
    }

    #[test]
    fn a_failed_morning_paper_is_tried_again_soon() {
        assert_eq!(
            next("30 6 * * *", CrawlOutcome::Failed, 1),
            at("2017-04-14T09:05:00+08:00")
        );
    }

    #[test]
    fn failures_in_a_row_slow_a_busy_source_down() {
        assert_eq!(
            next("*/10 * * * *", CrawlOutcome::Failed, 4),
            at("2017-04-14T09:40:00+08:00")
        );
        assert_eq!(
            next("*/10 * * * *", CrawlOutcome::Blocked, 30),
            at("2017-04-15T00:00:00+08:00")
        );
    }

    #[test]
    fn a_paper_that_does_not_appear_on_sunday_is_read_on_monday_morning() {
        let schedule: Schedule = "40 6,7,12 * * *".parse().expect("test line");
        let sunday = at("2017-04-16T12:40:00+08:00");
        let next = next_check(&schedule, Shanghai, sunday, CrawlOutcome::Failed, 9, None);
        assert_eq!(next, at("2017-04-17T06:40:00+08:00"));
    }
}
