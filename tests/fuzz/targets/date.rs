//! The first line may be the time of reading (RFC 3339), the rest is what a page states as its time.

#![no_main]

use chrono::{Datelike, Timelike};
use libfuzzer_sys::fuzz_target;
use yuqing::extract::parse_published;
use yuqing::model::{Precision, PublishedAt, Timestamp};
use yuqing_fuzz::{check_published, friday};

/// Clocks of machines that run this program.
const YEARS: std::ops::Range<i32> = 1996..2200;

fuzz_target!(|text: &str| {
    let head = text.split_once('\n');
    let now = head.and_then(|(now, _)| Timestamp::parse_from_rfc3339(now).ok());
    let now = now.filter(|now| YEARS.contains(&now.year()));
    let (now, stated) = match (now, head) {
        (Some(now), Some((_, stated))) => (now, stated),
        _ => (friday(), text),
    };
    let Some(published_at) = parse_published(stated, now) else {
        return;
    };
    check_published(published_at, now);
    if now.offset().local_minus_utc() % 3600 == 0 {
        check_precision(published_at);
    }
    let written = published_at.to_string();
    // What we print we read again; only the last day before the limit may be rounded beyond it.
    let again = parse_published(&written, now).unwrap_or_else(|| panic!("{written} is read again"));
    assert_eq!(again.to_string(), written, "{stated:?} at {now}");
});

/// Units finer than the stated one are zero.
fn check_precision(published_at: PublishedAt) {
    let PublishedAt { at, precision, .. } = published_at;
    assert!(at.nanosecond() < 1_000_000_000 || precision == Precision::Second);
    if precision > Precision::Second {
        assert_eq!((at.second(), at.nanosecond()), (0, 0), "{published_at:?}");
    }
    if precision > Precision::Hour {
        assert_eq!((at.hour(), at.minute()), (0, 0), "{published_at:?}");
    }
    if precision > Precision::Day {
        assert_eq!(at.day(), 1, "{published_at:?}");
    }
}
