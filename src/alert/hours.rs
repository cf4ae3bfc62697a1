//! When may somebody be called? Orange and red at any hour; all else waits until the office is open, or for the end of the
//! quiet hours (`spec.md` 3.5: 夜间、节假日值班手机只接橙以上).

use crate::alert::DutySettings;
use crate::model::{Level, StoredPost, Timestamp, WorkCalendar};
use chrono::TimeDelta;
use chrono_tz::Tz;

/// Nothing is said twice of one event within this time, unless its level rises (`spec.md` 3.3).
pub const SILENCE: TimeDelta = TimeDelta::minutes(60);
/// What was published so long before we saw it calls nobody at night: whoever could still act has the day for it.
pub const OLD: TimeDelta = TimeDelta::hours(72);
/// What was published so long before we saw it comes from an archive, and calls nobody at all.
pub const AGE_LIMIT: TimeDelta = TimeDelta::days(30);

/// 时间 — what the hour allows.
#[derive(Clone, Copy)]
pub struct Hours<'a> {
    /// Now.
    pub now: Timestamp,
    /// Zone of the clock on the wall.
    pub zone: Tz,
    /// Working days and office hours.
    pub calendar: &'a WorkCalendar,
    /// Roster and quiet hours.
    pub duty: &'a DutySettings,
}

impl Hours<'_> {
    /// When may a matter of this level be told? `is_old`: it was published long before we saw it.
    pub fn tell_at(&self, level: Level, is_old: bool) -> Timestamp {
        match level >= Level::Orange && !is_old {
            true => self.now,
            false => self.calendar.next_office_time(self.now),
        }
    }

    /// When do the quiet hours allow a call?
    pub fn awake_at(&self) -> Timestamp {
        (self.duty.quiet.end(self.now, self.zone)).unwrap_or(self.now)
    }

    /// Was this said less than an hour ago? A moment that is yet to come is one of a clock that went back: not lately.
    pub fn is_silent(&self, said_at: Timestamp) -> bool {
        let age = self.now - said_at;
        TimeDelta::zero() <= age && age < SILENCE
    }
}

/// How old the post was when we saw it.
pub fn age_when_seen(post: &StoredPost) -> TimeDelta {
    post.first_seen_at - post.post.effective_at()
}

#[cfg(test)]
mod tests {
    use crate::alert::fixture::{at, calendar, duty, hours};
    use crate::model::{Level, Timestamp};

    /// Now → when an orange, a yellow and a watch's matter may be told.
    #[test]
    fn nights_and_holidays_hold_everything_below_orange() {
        let (duty, calendar) = (duty(), calendar());
        let same = "same";
        for (now, yellow, awake) in [
            // Friday, in the office.
            ("2017-04-14T08:00:00+08:00", same, same),
            ("2017-04-14T17:59:59+08:00", same, same),
            // After hours until Monday; awake until ten at night.
            (
                "2017-04-14T18:00:00+08:00",
                "2017-04-17T08:00:00+08:00",
                same,
            ),
            (
                "2017-04-14T22:00:00+08:00",
                "2017-04-17T08:00:00+08:00",
                "2017-04-15T07:00:00+08:00",
            ),
            (
                "2017-04-15T10:00:00+08:00",
                "2017-04-17T08:00:00+08:00",
                same,
            ),
            (
                "2017-04-14T03:00:00+08:00",
                "2017-04-14T08:00:00+08:00",
                "2017-04-14T07:00:00+08:00",
            ),
            // 清明: Saturday 1 April is worked, 2 to 4 April are free.
            ("2017-04-01T09:00:00+08:00", same, same),
            (
                "2017-04-01T19:00:00+08:00",
                "2017-04-05T08:00:00+08:00",
                same,
            ),
            (
                "2017-04-03T12:00:00+08:00",
                "2017-04-05T08:00:00+08:00",
                same,
            ),
            // 国庆 and 中秋: until Monday the 9th.
            (
                "2017-09-30T18:30:00+08:00",
                "2017-10-09T08:00:00+08:00",
                same,
            ),
            (
                "2017-10-08T23:59:00+08:00",
                "2017-10-09T08:00:00+08:00",
                "2017-10-09T07:00:00+08:00",
            ),
            // Over the year.
            (
                "2017-12-31T20:00:00+08:00",
                "2018-01-02T08:00:00+08:00",
                same,
            ),
        ] {
            let hours = hours(&duty, &calendar, now);
            let moment = |text: &str| -> Timestamp {
                match text {
                    "same" => at(now),
                    text => at(text),
                }
            };
            assert_eq!(hours.tell_at(Level::Red, false), at(now), "{now}");
            assert_eq!(hours.tell_at(Level::Orange, false), at(now), "{now}");
            assert_eq!(hours.tell_at(Level::Yellow, false), moment(yellow), "{now}");
            assert_eq!(
                hours.tell_at(Level::Red, true),
                moment(yellow),
                "old, {now}"
            );
            assert_eq!(hours.awake_at(), moment(awake), "{now}");
        }
    }

    #[test]
    fn an_hour_is_silent_and_a_clock_that_went_back_is_not() {
        let (duty, calendar) = (duty(), calendar());
        let hours = hours(&duty, &calendar, "2017-04-14T14:00:00+08:00");
        for (said, is_silent) in [
            ("2017-04-14T14:00:00+08:00", true),
            ("2017-04-14T13:00:01+08:00", true),
            ("2017-04-14T13:00:00+08:00", false),
            ("2017-04-14T14:00:01+08:00", false),
        ] {
            assert_eq!(hours.is_silent(at(said)), is_silent, "{said}");
        }
    }
}
