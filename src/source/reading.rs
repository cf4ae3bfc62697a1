//! 复测 — when a post is read again: how often it was answered and shared, and whether it still stands. Pure.

use crate::model::Timestamp;
use chrono::TimeDelta;

/// Posts older than this are not read again.
const READ_FOR: TimeDelta = TimeDelta::hours(72);

/// Why a post is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// It is ours and shows numbers, or is a thread: how fast they grow decides its level.
    Growth,
    /// It is ours and shows no numbers: does it still stand?
    Presence,
    /// A thread about something else: replies may make it ours.
    Replies,
}

/// The next reading of a post published at `published_at`, `visit_count` visits before this one; `None`: never.
///
/// Growth is read in 10-minute steps in the first hour, then in steps of 30 minutes to the sixth hour, 60 to the end of
/// the first day, 120 to the end of the third: 14 April 2017 took four hours (`spec.md` 0.3).
pub fn next_reading(
    interest: Interest,
    published_at: Timestamp,
    visit_count: u32,
    now: Timestamp,
) -> Option<Timestamp> {
    let age = now - published_at;
    let pause = match interest {
        Interest::Growth => growth_step(age),
        Interest::Presence | Interest::Replies => slow_step(visit_count),
    };
    (age + pause <= READ_FOR).then_some(now + pause)
}

fn growth_step(age: TimeDelta) -> TimeDelta {
    let minutes = match age.num_minutes() {
        ..60 => 10,
        60..360 => 30,
        360..1440 => 60,
        _ => 120,
    };
    TimeDelta::minutes(minutes)
}

fn slow_step(visit_count: u32) -> TimeDelta {
    match visit_count {
        0 => TimeDelta::hours(1),
        1 => TimeDelta::hours(4),
        _ => TimeDelta::days(1),
    }
}

#[cfg(test)]
mod tests {
    use super::{Interest, next_reading};
    use crate::model::Timestamp;
    use chrono::TimeDelta;

    fn published() -> Timestamp {
        Timestamp::parse_from_rfc3339("2017-04-14T13:58:00+08:00").expect("test time")
    }

    #[test]
    fn growth_is_read_often_at_first_and_ends_after_three_days() {
        let (mut now, mut readings) = (published(), Vec::new());
        while let Some(next) = next_reading(Interest::Growth, published(), 0, now) {
            readings.push((next - published()).num_minutes());
            now = next;
        }
        assert_eq!(readings[..8], [10, 20, 30, 40, 50, 60, 90, 120]);
        assert_eq!((readings.len(), readings.last()), (58, Some(&4320)));
    }

    #[test]
    fn a_post_without_numbers_is_looked_at_now_and_then() {
        let now = published() + TimeDelta::minutes(5);
        let next = |visits| next_reading(Interest::Presence, published(), visits, now);
        assert_eq!(next(0), Some(now + TimeDelta::hours(1)));
        assert_eq!(next(5), Some(now + TimeDelta::days(1)));
        let old = published() + TimeDelta::hours(60);
        assert_eq!(next_reading(Interest::Presence, published(), 5, old), None);
    }
}
