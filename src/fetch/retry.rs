//! `Retry-After`: how long a server asks us to stay away.

use crate::model::Timestamp;
use chrono::{DateTime, TimeDelta};
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use std::time::Duration;

/// Nobody is obeyed for longer than this: a source that waits for a year is a source that nobody looks after.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);

/// The pause asked for, at most a day. A date is compared with the server's own clock where it shows one: ours, or
/// theirs, may be wrong.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let asked = text(headers, RETRY_AFTER)?;
    let pause = match asked.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = date(asked)?;
            let at = text(headers, DATE).and_then(date).unwrap_or(now);
            // A moment that has passed: come when you like.
            (until - at).max(TimeDelta::zero()).to_std().ok()?
        }
    };
    Some(pause.min(MAX_RETRY_AFTER))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// `Fri, 14 Apr 2017 01:00:00 GMT`, whatever weekday it claims; the two older forms of HTTP are no server's any more.
fn date(text: &str) -> Option<Timestamp> {
    let without_weekday = text.split_once(',').map_or(text, |(_, date)| date.trim());
    DateTime::parse_from_rfc2822(without_weekday).ok()
}

#[cfg(test)]
mod tests {
    use super::{MAX_RETRY_AFTER, retry_after};
    use crate::model::Timestamp;
    use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};
    use std::time::Duration;

    fn pause(asked: &'static str, date: Option<&'static str>) -> Option<Duration> {
        let now = Timestamp::parse_from_rfc3339("2017-04-14T09:00:00+08:00").expect("test time");
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(asked));
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_static(date));
        }
        retry_after(&headers, now)
    }

    #[test]
    fn seconds_and_dates_are_understood_and_bounded() {
        let minutes = |minutes: u64| Some(Duration::from_secs(60 * minutes));
        assert_eq!(pause(" 120 ", None), minutes(2));
        assert_eq!(pause("Fri, 14 Apr 2017 01:30:00 GMT", None), minutes(30));
        assert_eq!(pause("Fri, 14 Apr 2017 00:30:00 GMT", None), minutes(0));
        // Their clock is an hour fast.
        let theirs = Some("Fri, 14 Apr 2017 02:00:00 GMT");
        assert_eq!(pause("Fri, 14 Apr 2017 02:10:00 GMT", theirs), minutes(10));
        assert_eq!(
            pause("Fri, 14 Apr 2027 02:10:00 GMT", None),
            Some(MAX_RETRY_AFTER)
        );
        assert_eq!(pause("18446744073709551615", None), Some(MAX_RETRY_AFTER));
        for nonsense in ["", "soon", "-5", "1.5"] {
            assert_eq!(pause(nonsense, None), None, "{nonsense}");
        }
    }
}
