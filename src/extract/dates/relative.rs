//! Times that count from the moment of reading: `刚刚`, `3分钟前`, `昨天 09:12`, `周五`, a bare `13:58`. All are 推定.

use super::clock::{self, CLOCK, Clock, GAP};
use super::{Moment, is_plausible};
use crate::model::{Precision, PublishedAt, Timestamp};
use chrono::{Datelike, Duration, Months, NaiveDate, Timelike};
use regex::Regex;
use std::sync::LazyLock;

/// The first relative time of the line.
pub fn parse(line: &str, now: Timestamp) -> Option<PublishedAt> {
    ago(line, now)
        .or_else(|| day_word(line, now))
        .or_else(|| weekday(line, now))
        .or_else(|| bare_clock(line, now))
}

fn ago(line: &str, now: Timestamp) -> Option<PublishedAt> {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"刚刚|刚才|just now|(?:(\d{1,5})(\.5)?\s*(个)?\s*(秒|分|小时|刻|天|日|周|星期|礼拜|月)钟?\s*(?:之前|以前|前)|(\d{1,5}) ?(second|sec|minute|min|hour|day|week)s? ago)")
            .expect("the pattern is part of the program")
    });
    let found = FORM.captures(line)?;
    let Some(amount) = found.get(1).or_else(|| found.get(5)) else {
        return truncated(now, Precision::Minute, now);
    };
    let amount: i64 = amount.as_str().parse().ok()?;
    let unit = found.get(4).or_else(|| found.get(6))?.as_str();
    let (duration, precision) = match unit {
        "秒" | "second" | "sec" => (Duration::seconds(amount), Precision::Second),
        "分" | "minute" | "min" => (Duration::minutes(amount), Precision::Minute),
        "刻" => (Duration::minutes(15 * amount), Precision::Minute),
        "小时" if found.get(2).is_some() => {
            (Duration::minutes(60 * amount + 30), Precision::Minute)
        }
        "小时" | "hour" => (Duration::hours(amount), Precision::Hour),
        "天" | "日" | "day" => (Duration::days(amount), Precision::Day),
        "周" | "星期" | "礼拜" | "week" => (Duration::weeks(amount), Precision::Day),
        // `5月前` is before May, `5个月前` five months ago.
        _ if found.get(3).is_some() => return months_ago(amount, now),
        _ => return None,
    };
    truncated(now.checked_sub_signed(duration)?, precision, now)
}

fn months_ago(amount: i64, now: Timestamp) -> Option<PublishedAt> {
    let at = now.checked_sub_months(Months::new(u32::try_from(amount).ok()?))?;
    truncated(at, Precision::Month, now)
}

/// A moment with everything finer than `precision` set to zero.
fn truncated(at: Timestamp, precision: Precision, now: Timestamp) -> Option<PublishedAt> {
    let at = at.with_nanosecond(0)?;
    let at = match precision {
        Precision::Second => at,
        Precision::Minute => at.with_second(0)?,
        Precision::Hour => at.with_second(0)?.with_minute(0)?,
        Precision::Day => {
            super::local(at.date_naive().and_time(Default::default()), *now.offset())?
        }
        Precision::Month => super::local(
            at.date_naive().with_day(1)?.and_time(Default::default()),
            *now.offset(),
        )?,
    };
    is_plausible(at, now).then_some(PublishedAt {
        at,
        precision,
        is_inferred: true,
    })
}

fn day_word(line: &str, now: Timestamp) -> Option<PublishedAt> {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        let form = format!(
            r"(?P<word>今天|今日|昨天|昨日|大前天|前天|前日|今|昨|yesterday|today)(?:{GAP}{CLOCK})?(?P<rest>.*)$"
        );
        Regex::new(&form).expect("the pattern is part of the program")
    });
    let found = FORM.captures(line)?;
    let clock = clock::of(&found);
    let is_whole = found.get(0).is_some_and(|all| all.start() == 0) && found["rest"].is_empty();
    // In a running text “今天” without an hour is only a word.
    if clock.is_none() && !(is_whole && found["word"].len() > "今".len()) {
        return None;
    }
    let days = match &found["word"] {
        "昨天" | "昨日" | "昨" | "yesterday" => 1,
        "前天" | "前日" => 2,
        "大前天" => 3,
        _ => 0,
    };
    on(now.date_naive() - Duration::days(days), clock, now)
}

fn weekday(line: &str, now: Timestamp) -> Option<PublishedAt> {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        let form = format!(
            r"^(?P<week>上个?|本|这)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])(?:{GAP}{CLOCK})?$"
        );
        Regex::new(&form).expect("the pattern is part of the program")
    });
    let found = FORM.captures(line)?;
    let wanted = match &found["day"] {
        "一" => 0,
        "二" => 1,
        "三" => 2,
        "四" => 3,
        "五" => 4,
        "六" => 5,
        _ => 6,
    };
    let today = i64::from(now.weekday().num_days_from_monday());
    let is_last_week = found
        .name("week")
        .is_some_and(|week| week.as_str().starts_with('上'));
    let days = if is_last_week {
        today + 7 - wanted
    } else {
        (today - wanted).rem_euclid(7)
    };
    on(
        now.date_naive() - Duration::days(days),
        clock::of(&found),
        now,
    )
}

/// `13:58` alone: lists print it for posts of the day.
fn bare_clock(line: &str, now: Timestamp) -> Option<PublishedAt> {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!("^{CLOCK}$")).expect("the pattern is part of the program")
    });
    let clock = clock::of(&FORM.captures(line)?)?;
    let is_later_today = clock.time > now.time();
    let day = now.date_naive() - Duration::days(i64::from(is_later_today));
    on(day, Some(clock), now)
}

fn on(date: NaiveDate, clock: Option<Clock>, now: Timestamp) -> Option<PublishedAt> {
    Moment {
        date,
        clock,
        is_inferred: true,
    }
    .published(now)
}
