//! 监测时段 — which moment of a schedule is due, and which period the issue then covers. Weekends, holidays and outages
//! leave no gap.

use crate::digest::settings::{DigestSettings, Span};
use crate::model::{Period, Timestamp, WorkCalendar};
use chrono::{Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

impl DigestSettings {
    /// The latest moment after `since` and not after `now` at which a draft is due: an outage over several is one
    /// draft.
    pub fn latest_due(
        &self,
        since: Timestamp,
        now: Timestamp,
        zone: Tz,
        calendar: &WorkCalendar,
    ) -> Option<Timestamp> {
        let schedule = self.schedule.as_ref()?;
        let next = |moment: &Timestamp| schedule.next_after(*moment, zone);
        std::iter::successors(schedule.next_after(since, zone), next)
            .take_while(|moment| *moment <= now)
            .filter_map(|moment| self.due_of(moment, zone, calendar))
            .filter(|due| *due <= now)
            .last()
    }

    /// The next moment after `now` at which a draft is due.
    pub fn next_due(&self, now: Timestamp, zone: Tz, calendar: &WorkCalendar) -> Option<Timestamp> {
        let schedule = self.schedule.as_ref()?;
        let next = |moment: &Timestamp| schedule.next_after(*moment, zone);
        // A year of moments: a schedule that never falls on such a day names none.
        std::iter::successors(schedule.next_after(now, zone), next)
            .take_while(|moment| *moment - now < TimeDelta::days(366))
            .find_map(|moment| self.due_of(moment, zone, calendar))
    }

    /// When the draft of a scheduled moment is due. On a day off, what counts hours waits for the next moment and
    /// covers both; a week or a month is due at the same hour of the next working day.
    fn due_of(&self, moment: Timestamp, zone: Tz, calendar: &WorkCalendar) -> Option<Timestamp> {
        let day = moment.date_naive();
        if let Some(nth) = self.nth_working_day {
            return is_nth_working_day(day, nth, calendar).then_some(moment);
        }
        if !self.working_days_only || calendar.is_working_day(day) {
            return Some(moment);
        }
        if matches!(self.span(), Span::Length(_)) {
            return None;
        }
        let mut day = day;
        while !calendar.is_working_day(day) {
            day = day + Days::new(1);
        }
        zone.from_local_datetime(&day.and_time(moment.time()))
            .earliest()
            .map(|due| due.fixed_offset())
    }

    /// The latest complete period at `now`, in the calendar of `now`: 前一日8:00–当日8:00, 上周, 上月.
    pub fn period_ending(&self, now: Timestamp) -> Period {
        let to = self.latest_end(now);
        let from = match self.span() {
            Span::Length(length) => to - length,
            Span::Week => to - Days::new(7),
            Span::Month => to - Months::new(1),
        };
        Period { from, to }
    }

    /// The period that follows the previous issue. What counts hours reaches to the latest cut-off, however long that
    /// is; weeks and months come one by one. `None` where the previous issue reaches the latest end already.
    pub fn period_since(&self, since: Option<Timestamp>, now: Timestamp) -> Option<Period> {
        let Some(from) = since else {
            return Some(self.period_ending(now));
        };
        let latest = self.latest_end(now);
        let to = match self.span() {
            Span::Length(_) => latest,
            Span::Week | Span::Month => self.end_after(from),
        };
        (from < to && to <= latest).then_some(Period { from, to })
    }

    /// Does it appear by weeks or months?
    pub fn counts_calendar(&self) -> bool {
        matches!(self.span(), Span::Week | Span::Month)
    }

    /// The period of the same length before `period`.
    pub fn period_before(&self, period: Period) -> Period {
        let from = match self.span() {
            Span::Length(_) => period.from - (period.to - period.from),
            Span::Week => period.from - Days::new(7),
            Span::Month => period.from - Months::new(1),
        };
        Period {
            from,
            to: period.from,
        }
    }

    fn latest_end(&self, now: Timestamp) -> Timestamp {
        let today = now.date_naive();
        match self.span() {
            Span::Length(_) if now.time() < self.cutoff => {
                moment(today - Days::new(1), self.cutoff, now.offset())
            }
            Span::Length(_) => moment(today, self.cutoff, now.offset()),
            Span::Week => moment(monday(today), NaiveTime::MIN, now.offset()),
            Span::Month => moment(first_of_month(today), NaiveTime::MIN, now.offset()),
        }
    }

    /// The first end of a week or month after `from`.
    fn end_after(&self, from: Timestamp) -> Timestamp {
        let day = from.date_naive();
        let next = match self.span() {
            Span::Month => first_of_month(day) + Months::new(1),
            _ => monday(day) + Days::new(7),
        };
        moment(next, NaiveTime::MIN, from.offset())
    }
}

fn monday(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.day0()))
}

fn is_nth_working_day(day: NaiveDate, nth: u32, calendar: &WorkCalendar) -> bool {
    let days = first_of_month(day).iter_days();
    let before = days
        .take_while(|earlier| *earlier < day)
        .filter(|earlier| calendar.is_working_day(*earlier))
        .count();
    calendar.is_working_day(day) && before + 1 == nth as usize
}

fn moment(day: NaiveDate, time: NaiveTime, offset: &FixedOffset) -> Timestamp {
    offset
        .from_local_datetime(&day.and_time(time))
        .single()
        .expect("a fixed offset has each local time once")
}
