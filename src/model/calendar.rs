//! 工作日历 — which days the bureau works, which hours, and when a number of working days is over.

use crate::model::Timestamp;
use chrono::{Datelike, Days, FixedOffset, NaiveDate, NaiveTime, TimeDelta, TimeZone, Weekday};
use std::collections::{BTreeMap, BTreeSet};

/// 节假日或调休 — what the State Council's notice says of a day that is not as its weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftedDay {
    /// 放假.
    Holiday,
    /// 调休上班: a Saturday or Sunday that is worked.
    WorkingDay,
}

/// 上班时间 — from inclusive, to exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfficeHours {
    /// 上班.
    pub from: NaiveTime,
    /// 下班.
    pub to: NaiveTime,
}

/// 工作日历. A day that no notice names is worked from Monday to Friday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkCalendar {
    /// Years whose notice is known.
    pub years: BTreeSet<i32>,
    /// Days that are not as their weekday.
    pub shifted: BTreeMap<NaiveDate, ShiftedDay>,
    /// The same on every working day.
    pub hours: OfficeHours,
}

impl WorkCalendar {
    /// Is the day worked?
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        match self.shifted.get(&day) {
            Some(shifted) => *shifted == ShiftedDay::WorkingDay,
            None => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// Is the office open, in the calendar of `at`'s offset?
    pub fn is_office_time(&self, at: Timestamp) -> bool {
        let time = at.time();
        self.is_working_day(at.date_naive()) && self.hours.from <= time && time < self.hours.to
    }

    /// Is the notice of the year known? Where not, only weekends are days off.
    pub fn covers(&self, year: i32) -> bool {
        self.years.contains(&year)
    }

    /// 下班 of the `count`th working day after the day of `from`: that day itself does not count, at whatever hour it
    /// was (民法典第二百零一条).
    pub fn after_working_days(&self, from: Timestamp, count: u32) -> Timestamp {
        let mut day = from.date_naive();
        let mut left = count;
        while left > 0 {
            day = day + Days::new(1);
            if self.is_working_day(day) {
                left -= 1;
            }
        }
        moment(day, self.hours.to, *from.offset())
    }

    /// How long the office was open between two moments.
    pub fn office_time_between(&self, from: Timestamp, to: Timestamp) -> TimeDelta {
        let mut open = TimeDelta::zero();
        let mut day = from.date_naive();
        while day <= to.date_naive() {
            if self.is_working_day(day) {
                let begin = from.max(moment(day, self.hours.from, *from.offset()));
                let end = to.min(moment(day, self.hours.to, *from.offset()));
                open += (end - begin).max(TimeDelta::zero());
            }
            day = day + Days::new(1);
        }
        open
    }

    /// The first moment from `at` on at which the office is open.
    pub fn next_office_time(&self, at: Timestamp) -> Timestamp {
        let mut day = at.date_naive();
        if self.is_working_day(day) && at.time() < self.hours.to {
            return at.max(moment(day, self.hours.from, *at.offset()));
        }
        loop {
            day = day + Days::new(1);
            if self.is_working_day(day) {
                return moment(day, self.hours.from, *at.offset());
            }
        }
    }
}

fn moment(day: NaiveDate, time: NaiveTime, offset: FixedOffset) -> Timestamp {
    offset
        .from_local_datetime(&day.and_time(time))
        .single()
        .expect("a fixed offset has each local time once")
}
