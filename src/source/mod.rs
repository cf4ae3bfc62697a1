//! 信源照管 — a source's history in, its next visit, pace and health out. Pure.

mod health;
mod pace;
mod reading;

pub use health::{HISTORY_DAYS, Health, HealthStatus, History, health};
use pace::paced;
pub use pace::{Bounds, Pace};
pub use reading::{Interest, next_reading};

use crate::model::{CrawlOutcome, Pause, Schedule, Timestamp};
use chrono::{TimeDelta, Timelike};
use chrono_tz::Tz;
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// First pause after a failure; doubles with every further one.
const BACK_OFF: TimeDelta = TimeDelta::minutes(5);
/// First pause after a refusal (403, 429, robots.txt): the site wants us less often, not sooner.
const BACK_OFF_BLOCKED: TimeDelta = TimeDelta::minutes(30);
/// Longest pause after a failure: a site that was down all night is read again in the morning.
const MAX_BACK_OFF: TimeDelta = TimeDelta::hours(2);
/// Longest pause of a source that has failed for more than a day.
const MAX_BACK_OFF_LONG: TimeDelta = TimeDelta::hours(6);
/// About a day of failures.
const LONG_FAILING: u32 = 16;
/// Longest pause after a refusal, and the longest that a site may ask for.
const MAX_BACK_OFF_BLOCKED: TimeDelta = TimeDelta::hours(24);
/// Sources that were left alone together do not come back in the same second.
const JITTER_AFTER_PAUSE: TimeDelta = TimeDelta::minutes(10);

/// 采集节奏 — when the operator wants a source to be visited.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm<'s> {
    /// Source.
    pub source_id: &'s str,
    /// When it is due.
    pub schedule: &'s Schedule,
    /// Hours in which it is left alone.
    pub pause: Pause,
    /// Zone of schedule and pause.
    pub zone: Tz,
    /// Refusals in a row after which it stops; 0: never.
    pub stop_after_refusals: u32,
    /// How far its visits may leave the schedule.
    pub bounds: Bounds,
}

/// 最近一次采集 — how it ended, and how many before it ended alike.
#[derive(Clone, Copy, Debug)]
pub struct LastVisit {
    /// When it ended.
    pub at: Timestamp,
    /// How.
    pub outcome: CrawlOutcome,
    /// Failures in a row, this one included.
    pub failure_count: u32,
    /// Refusals (403, 429) in a row, this one included.
    pub refusal_count: u32,
    /// What the server asked for.
    pub retry_after: Option<Duration>,
    /// How busy it was.
    pub pace: Pace,
}

/// 下次采集.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextCheck {
    /// Then.
    At(Timestamp),
    /// 停采 — not before a person has looked: the site does not want us.
    Stopped,
}

/// 下次采集 — the next visit of a source.
///
/// After a success: by the schedule and the [`Pace`]. After a page that was there but empty: the next moment of the
/// schedule, so a time missed during an outage is caught up once, never in a burst. After a failure: a growing pause, or the
/// first moment of the schedule behind it where that comes later; but not later than the schedule's first moment of a day,
/// so that a paper that does not appear on Sunday is read on Monday morning. Never within the hours in which it is left
/// alone.
pub fn next_check(rhythm: &Rhythm<'_>, visit: &LastVisit) -> NextCheck {
    if is_stopped(rhythm, visit) {
        return NextCheck::Stopped;
    }
    NextCheck::At(after_pause(rhythm, unpaused_check(rhythm, visit)))
}

fn is_stopped(rhythm: &Rhythm<'_>, visit: &LastVisit) -> bool {
    rhythm.stop_after_refusals > 0
        && visit.outcome == CrawlOutcome::Blocked
        && visit.refusal_count >= rhythm.stop_after_refusals
}

fn unpaused_check(rhythm: &Rhythm<'_>, visit: &LastVisit) -> Timestamp {
    let now = visit.at;
    let far = now + TimeDelta::days(366);
    let scheduled_after = |moment| (rhythm.schedule.next_after(moment, rhythm.zone)).unwrap_or(far);
    let scheduled = scheduled_after(now);
    if visit.outcome.is_success() {
        let paced = paced(rhythm.schedule, rhythm.zone, now, visit.pace, rhythm.bounds);
        return paced.unwrap_or(scheduled);
    }
    if visit.outcome == CrawlOutcome::Empty {
        return scheduled;
    }
    let retry_at = now + back_off(rhythm.source_id, visit);
    if scheduled > retry_at {
        return retry_at;
    }
    let first_today = scheduled_after(end_of_day(now) - TimeDelta::days(1));
    let is_refused = visit.outcome.is_refusal();
    let first_of_day = match first_today > now && !is_refused {
        true => first_today,
        false => scheduled_after(end_of_day(now)),
    };
    let asked_until = now + asked(visit);
    let next = scheduled_after(retry_at - TimeDelta::seconds(1)).min(first_of_day);
    next.max(asked_until)
}

/// `moment`, or a little after the end of the pause that it lies in: each source has its own place in the first minutes.
pub fn after_pause(rhythm: &Rhythm<'_>, moment: Timestamp) -> Timestamp {
    match rhythm.pause.end(moment, rhythm.zone) {
        Some(end) => end + jitter(rhythm.source_id, 0, JITTER_AFTER_PAUSE),
        None => moment,
    }
}

/// 退避 — how long a source or its host is left alone after a failure.
pub fn back_off(source_id: &str, visit: &LastVisit) -> TimeDelta {
    let (base, longest) = match visit.outcome {
        outcome if outcome.is_refusal() => (BACK_OFF_BLOCKED, MAX_BACK_OFF_BLOCKED),
        _ if visit.failure_count > LONG_FAILING => (BACK_OFF, MAX_BACK_OFF_LONG),
        _ => (BACK_OFF, MAX_BACK_OFF),
    };
    let failures = visit.failure_count;
    let doubled = (base * 2_i32.pow(failures.saturating_sub(1).min(10))).min(longest);
    // Sources of one host that failed together would come back together.
    let spread = doubled + jitter(source_id, failures, doubled / 5);
    spread.max(asked(visit)).min(MAX_BACK_OFF_BLOCKED)
}

/// `Retry-After`, within reason.
fn asked(visit: &LastVisit) -> TimeDelta {
    visit
        .retry_after
        .and_then(|asked| TimeDelta::from_std(asked).ok())
        .unwrap_or_default()
        .min(MAX_BACK_OFF_BLOCKED)
}

/// Less than `width`, and always the same for the same source and count: a time that can be explained afterwards.
fn jitter(source_id: &str, count: u32, width: TimeDelta) -> TimeDelta {
    let hash = xxh3_64_with_seed(source_id.as_bytes(), u64::from(count));
    let thousandths = i32::try_from(hash % 1000).expect("less than a thousand");
    TimeDelta::seconds((width * thousandths / 1000).num_seconds())
}

/// The last second of the local day.
fn end_of_day(now: Timestamp) -> Timestamp {
    let left = i64::from(24 * 3600 - 1 - now.num_seconds_from_midnight());
    now + TimeDelta::seconds(left)
}

#[cfg(test)]
mod tests;
