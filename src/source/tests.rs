use super::{Bounds, LastVisit, NextCheck, Pace, Rhythm, back_off, next_check};
use crate::model::{CrawlOutcome, Pause, Schedule, Timestamp};
use chrono::TimeDelta;
use chrono_tz::Asia::Shanghai;
use std::time::Duration;

const BOUNDS: Bounds = Bounds {
    fastest: None,
    slowest: Duration::from_secs(1800),
};

const NINE: &str = "2017-04-14T09:00:00+08:00";

fn at(text: &str) -> Timestamp {
    Timestamp::parse_from_rfc3339(text).expect("test time")
}

fn visit(now: &str, outcome: CrawlOutcome, failure_count: u32) -> LastVisit {
    LastVisit {
        at: at(now),
        outcome,
        failure_count,
        refusal_count: failure_count,
        retry_after: None,
        pace: Pace::default(),
    }
}

fn check(line: &str, pause: &str, visit: &LastVisit) -> NextCheck {
    let schedule: Schedule = line.parse().expect("test line");
    let rhythm = Rhythm {
        source_id: "hnrb",
        schedule: &schedule,
        pause: pause.parse().expect("test pause"),
        zone: Shanghai,
        stop_after_refusals: 5,
        bounds: BOUNDS,
    };
    next_check(&rhythm, visit)
}

fn next(line: &str, visit: &LastVisit) -> Timestamp {
    match check(line, "none", visit) {
        NextCheck::At(next) => next,
        NextCheck::Stopped => panic!("nobody stopped it"),
    }
}

#[track_caller]
fn assert_between(moment: Timestamp, from: &str, to: &str) {
    assert!(moment >= at(from) && moment <= at(to), "{moment}");
}

#[test]
fn a_missed_time_is_caught_up_once() {
    // The visit at 9:00 was due at 6:30; the next one is tomorrow's, not the four missed in between.
    let visit = visit(NINE, CrawlOutcome::New, 0);
    assert_eq!(next("30 6 * * *", &visit), at("2017-04-15T06:30:00+08:00"));
}

#[test]
fn a_failed_morning_paper_is_tried_again_soon() {
    let visit = visit(NINE, CrawlOutcome::Failed, 1);
    assert_between(
        next("30 6 * * *", &visit),
        "2017-04-14T09:05:00+08:00",
        "2017-04-14T09:06:00+08:00",
    );
}

#[test]
fn failures_in_a_row_slow_a_busy_source_down() {
    let failed = visit(NINE, CrawlOutcome::Failed, 4);
    assert_between(
        next("*/10 * * * *", &failed),
        "2017-04-14T09:40:00+08:00",
        "2017-04-14T09:50:00+08:00",
    );
    let denied = visit(NINE, CrawlOutcome::RobotsDenied, 30);
    assert_eq!(
        next("*/10 * * * *", &denied),
        at("2017-04-15T00:00:00+08:00")
    );
}

#[test]
fn the_pause_after_a_failure_grows_and_differs_between_sources() {
    let pause = |id: &str, count| back_off(id, &visit(NINE, CrawlOutcome::Failed, count));
    for count in 1..6 {
        let plain = TimeDelta::minutes(5) * 2_i32.pow(count - 1);
        let pauses: Vec<TimeDelta> = (0..50).map(|n| pause(&format!("s{n}"), count)).collect();
        assert!(
            pauses
                .iter()
                .all(|pause| *pause >= plain && *pause < plain * 6 / 5)
        );
        let mut different = pauses.clone();
        different.sort();
        different.dedup();
        assert!(different.len() > 25, "{count}: {} of 50", different.len());
        assert_eq!(pause("s1", count), pauses[1], "the same every time");
    }
    assert!(pause("s1", 16) >= TimeDelta::hours(2) && pause("s1", 16) < TimeDelta::hours(3));
    assert!(pause("s1", 40) >= TimeDelta::hours(6) && pause("s1", 40) < TimeDelta::hours(8));
    assert_ne!(pause("s1", 40), pause("s2", 40));
    let refused = back_off("s1", &visit(NINE, CrawlOutcome::Blocked, 40));
    assert_eq!(refused, TimeDelta::hours(24));
}

#[test]
fn a_server_that_names_a_time_is_left_alone_until_then() {
    let mut visit = visit(NINE, CrawlOutcome::Failed, 1);
    visit.retry_after = Some(Duration::from_secs(3 * 3600));
    assert_eq!(
        next("*/10 * * * *", &visit),
        at("2017-04-14T12:00:00+08:00")
    );
    // Also where tomorrow's first visit would come sooner.
    visit.at = at("2017-04-14T23:00:00+08:00");
    assert_eq!(
        next("*/10 * * * *", &visit),
        at("2017-04-15T02:00:00+08:00")
    );
    visit.retry_after = Some(Duration::from_secs(30 * 24 * 3600));
    assert_eq!(
        next("*/10 * * * *", &visit),
        at("2017-04-15T23:00:00+08:00")
    );
}

#[test]
fn a_paper_that_does_not_appear_on_sunday_is_read_on_monday_morning() {
    let monday = at("2017-04-17T06:40:00+08:00");
    let mut visit = visit("2017-04-16T12:00:00+08:00", CrawlOutcome::Failed, 9);
    while visit.at < monday {
        visit.at = next("40 6,7,12 * * *", &visit);
        visit.failure_count += 1;
    }
    assert_eq!(visit.at, monday);
    // A site that does not want us is not asked a minute later because the schedule says so.
    let mut refused = self::visit("2017-04-17T06:39:00+08:00", CrawlOutcome::Blocked, 1);
    refused.refusal_count = 1;
    assert!(next("40 6,7,12 * * *", &refused) >= refused.at + TimeDelta::minutes(30));
}

#[test]
fn a_source_that_is_refused_again_and_again_stops_itself() {
    let line = "*/10 * * * *";
    let stopped = |visit: &LastVisit| check(line, "none", visit) == NextCheck::Stopped;
    assert!(!stopped(&visit(NINE, CrawlOutcome::Blocked, 4)));
    assert!(stopped(&visit(NINE, CrawlOutcome::Blocked, 5)));
    assert!(stopped(&visit(NINE, CrawlOutcome::Blocked, 9)));
    // Failures that are no refusals, and a host that only asked to wait.
    assert!(!stopped(&visit(NINE, CrawlOutcome::Failed, 9)));
    assert!(!stopped(&visit(NINE, CrawlOutcome::New, 9)));
    let mut waits = visit(NINE, CrawlOutcome::Blocked, 9);
    waits.refusal_count = 2;
    assert!(!stopped(&waits));
}

#[test]
fn nothing_is_planned_within_the_night() {
    let night = "23:00-06:00";
    let evening = visit("2017-04-14T22:55:00+08:00", CrawlOutcome::New, 0);
    let NextCheck::At(next) = check("*/10 * * * *", night, &evening) else {
        panic!("nobody stopped it");
    };
    assert_between(
        next,
        "2017-04-15T06:00:00+08:00",
        "2017-04-15T06:10:00+08:00",
    );
    let day = visit(NINE, CrawlOutcome::New, 0);
    assert_eq!(
        check("*/10 * * * *", night, &day),
        NextCheck::At(at("2017-04-14T09:10:00+08:00"))
    );
}

#[test]
fn sources_come_back_from_the_night_one_after_the_other() {
    let schedule: Schedule = "*/10 * * * *".parse().expect("test line");
    let pause: Pause = "00:00-06:00".parse().expect("test pause");
    let evening = visit("2017-04-14T23:55:00+08:00", CrawlOutcome::New, 0);
    let mut times: Vec<NextCheck> = Vec::new();
    for number in 0..50 {
        let id = format!("s{number}");
        let rhythm = Rhythm {
            source_id: &id,
            schedule: &schedule,
            pause,
            zone: Shanghai,
            stop_after_refusals: 0,
            bounds: BOUNDS,
        };
        let next = next_check(&rhythm, &evening);
        if !times.contains(&next) {
            times.push(next);
        }
    }
    assert!(times.len() > 35, "{} of 50", times.len());
}
