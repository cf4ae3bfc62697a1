//! 统计时段 — a calendar month or year, and those it is compared with.

use crate::model::{Period, Timestamp};
use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;
use std::fmt;

/// Years a ledger can be asked for; a date outside is a slip of the keyboard.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2199;

/// 统计时段.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerPeriod {
    first_day: NaiveDate,
    is_year: bool,
}

impl LedgerPeriod {
    /// `2017`.
    pub fn year(text: &str) -> Option<LedgerPeriod> {
        let year = digits(text.trim().trim_end_matches('年'))?;
        LedgerPeriod::beginning(year, 1, true)
    }

    /// `2017-11`, `2017年11月`.
    pub fn month(text: &str) -> Option<LedgerPeriod> {
        let (year, month) = text.trim().split_once(['-', '/', '年'])?;
        let month = digits(month.trim_end_matches('月'))?;
        LedgerPeriod::beginning(digits(year)?, u32::try_from(month).ok()?, false)
    }

    fn beginning(year: i32, month: u32, is_year: bool) -> Option<LedgerPeriod> {
        let first_day = NaiveDate::from_ymd_opt(year, month, 1)?;
        YEARS
            .contains(&year)
            .then_some(LedgerPeriod { first_day, is_year })
    }

    /// A year, not a month.
    pub fn is_year(self) -> bool {
        self.is_year
    }

    /// `2017年`, `2017年11月`.
    pub fn title(self) -> String {
        match self.is_year {
            true => format!("{}年", self.first_day.year()),
            false => format!("{}年{}月", self.first_day.year(), self.first_day.month()),
        }
    }

    /// From its first midnight to the one after its last day.
    pub fn bounds(self, zone: Tz) -> Period {
        between(self.first_day, self.after(), zone)
    }

    /// 上期.
    pub fn previous(self) -> LedgerPeriod {
        self.months_earlier(if self.is_year { 12 } else { 1 })
    }

    /// 上年同期.
    pub fn year_before(self) -> LedgerPeriod {
        self.months_earlier(12)
    }

    /// Months of a year, days of a month, each with its name.
    pub fn steps(self, zone: Tz) -> Vec<(String, Period)> {
        let mut steps = Vec::new();
        let mut day = self.first_day;
        while day < self.after() {
            let (label, next) = match self.is_year {
                true => (format!("{}月", day.month()), day + Months::new(1)),
                false => (format!("{}日", day.day()), day + Days::new(1)),
            };
            steps.push((label, between(day, next, zone)));
            day = next;
        }
        steps
    }

    /// The month that a step of a year is; `None` for a day of a month.
    pub fn month_of(self, step: Period) -> Option<LedgerPeriod> {
        let first_day = step.from.date_naive();
        self.is_year.then_some(LedgerPeriod {
            first_day,
            is_year: false,
        })
    }

    fn after(self) -> NaiveDate {
        self.first_day + Months::new(if self.is_year { 12 } else { 1 })
    }

    fn months_earlier(self, count: u32) -> LedgerPeriod {
        LedgerPeriod {
            first_day: self.first_day - Months::new(count),
            ..self
        }
    }
}

impl fmt::Display for LedgerPeriod {
    /// `2017`, `2017-11`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}", self.first_day.year())?;
        if !self.is_year {
            write!(formatter, "-{:02}", self.first_day.month())?;
        }
        Ok(())
    }
}

fn digits(text: &str) -> Option<i32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn between(from: NaiveDate, to: NaiveDate, zone: Tz) -> Period {
    Period {
        from: midnight(from, zone),
        to: midnight(to, zone),
    }
}

/// A day whose midnight is skipped by the clock begins an hour later.
fn midnight(day: NaiveDate, zone: Tz) -> Timestamp {
    let local = day.and_time(NaiveTime::MIN);
    let moment = (zone.from_local_datetime(&local).earliest())
        .unwrap_or_else(|| zone.from_utc_datetime(&local));
    moment.fixed_offset()
}

#[cfg(test)]
mod tests {
    use super::LedgerPeriod;
    use chrono_tz::Asia::Shanghai;

    #[test]
    fn a_period_is_a_calendar_month_or_year() {
        let months = [
            ("2017-11", "2017-11"),
            ("2017-1", "2017-01"),
            ("2017年2月", "2017-02"),
        ];
        for (given, shown) in months {
            let period = LedgerPeriod::month(given).expect("a month");
            assert_eq!(period.to_string(), shown);
        }
        for wrong in ["2017", "2017-13", "2017-00", "17-1", "2017-+1", "", "-1"] {
            assert_eq!(LedgerPeriod::month(wrong), None, "{wrong}");
        }
        for wrong in ["2017-11", "17", "+2017", "二〇一七", ""] {
            assert_eq!(LedgerPeriod::year(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn steps_fill_the_period_without_a_gap() {
        let leap = LedgerPeriod::month("2020-02").expect("a month");
        let year = LedgerPeriod::year("2017").expect("a year");
        for (period, count) in [(leap, 29), (year, 12)] {
            let (steps, bounds) = (period.steps(Shanghai), period.bounds(Shanghai));
            assert_eq!(steps.len(), count);
            assert_eq!(steps[0].1.from, bounds.from);
            assert_eq!(steps[count - 1].1.to, bounds.to);
            assert!(steps.windows(2).all(|pair| pair[0].1.to == pair[1].1.from));
        }
        assert_eq!(
            year.bounds(Shanghai).from.to_rfc3339(),
            "2017-01-01T00:00:00+08:00"
        );
    }

    #[test]
    fn january_is_compared_with_december_and_the_january_before() {
        let january = LedgerPeriod::month("2018-01").expect("a month");
        assert_eq!(january.previous().to_string(), "2017-12");
        assert_eq!(january.year_before().to_string(), "2017-01");
        assert_eq!(january.title(), "2018年1月");
    }
}
