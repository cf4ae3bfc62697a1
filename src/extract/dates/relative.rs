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
        .or_else(|| named_month(line, now))
        .or_else(|| day_word(line, now))
        .or_else(|| weekday(line, now))
        .or_else(|| bare_clock(line, now))
}

fn ago(line: &str, now: Timestamp) -> Option<PublishedAt> {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"刚刚|刚才|just now|(?:(\d{1,5})(\.5)?\s*(个)?\s*(秒|分|小时|钟头|刻|天|日|周|星期|礼拜|月)(半)?钟?\s*(?:之前|以前|前)|(\d{1,5}) ?(second|sec|minute|min|hour|day|week|month|year)s? ago)")
            .expect("the pattern is part of the program")
    });
    if let Some(published) = compound_ago(line, now) {
        return Some(published);
    }
    let found = FORM.captures(line)?;
    let Some(amount) = found.get(1).or_else(|| found.get(6)) else {
        return truncated(now, Precision::Minute, now);
    };
    let amount: i64 = amount.as_str().parse().ok()?;
    let unit = found.get(4).or_else(|| found.get(7))?.as_str();
    // `5月前` is before May, `5个月前` five months ago.
    if unit == "月" && found.get(3).or_else(|| found.get(2)).is_none() {
        return None;
    }
    let has_half = found.get(2).or_else(|| found.get(5)).is_some();
    before(now, &[(amount, unit)], has_half)
}

/// `1天2小时前`, `1年2个月前`; with years only as all there is on the line, because running texts are full of them.
fn compound_ago(line: &str, now: Timestamp) -> Option<PublishedAt> {
    const PART: &str =
        r"(\d{1,5})(\.5)?\s*个?\s*(年|月|周|星期|礼拜|天|日|小时|钟头|分|秒)(半)?钟?[,，、\s]*";
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        let form = format!(r"^(?:\p{{Han}}{{0,4}}[::于]?\s*|约|大约)(?:{PART})+(?:之前|以前|前)$");
        Regex::new(&form).expect("the pattern is part of the program")
    });
    static PARTS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(PART).expect("the pattern is part of the program"));
    if !FORM.is_match(line) {
        return None;
    }
    let mut parts = Vec::new();
    let mut has_half = false;
    for part in PARTS.captures_iter(line) {
        parts.push((part[1].parse().ok()?, part.get(3)?.as_str()));
        has_half |= part.get(2).or_else(|| part.get(4)).is_some();
    }
    let has_years = parts
        .iter()
        .any(|(amount, unit)| *unit == "年" && *amount < 100);
    if parts.len() < 2 && !has_years {
        return None;
    }
    before(now, &parts, has_half)
}

/// So many units before `now`, as exactly as the last unit says; the half belongs to it.
fn before(now: Timestamp, parts: &[(i64, &str)], has_half: bool) -> Option<PublishedAt> {
    let (mut at, mut precision) = (now, Precision::Month);
    for (amount, unit) in parts {
        precision = match *unit {
            "秒" | "second" | "sec" => Precision::Second,
            "分" | "刻" | "minute" | "min" => Precision::Minute,
            "小时" | "钟头" | "hour" => Precision::Hour,
            "年" | "year" | "月" | "month" => Precision::Month,
            _ => Precision::Day,
        };
        at = match *unit {
            "年" | "year" => months_before(at, 12 * amount),
            "月" | "month" => months_before(at, *amount),
            _ => at.checked_sub_signed(duration(*amount, unit)),
        }?;
    }
    if has_half {
        let (_, unit) = parts.last()?;
        at = at.checked_sub_signed(duration(1, unit) / 2)?;
        precision = match precision {
            Precision::Hour => Precision::Minute,
            Precision::Minute => Precision::Second,
            same => same,
        };
    }
    truncated(at, precision, now)
}

fn duration(amount: i64, unit: &str) -> Duration {
    match unit {
        "秒" | "second" | "sec" => Duration::seconds(amount),
        "分" | "minute" | "min" => Duration::minutes(amount),
        "刻" => Duration::minutes(15 * amount),
        "小时" | "钟头" | "hour" => Duration::hours(amount),
        "周" | "星期" | "礼拜" | "week" => Duration::weeks(amount),
        "月" | "month" => Duration::days(30 * amount),
        "年" | "year" => Duration::days(365 * amount),
        _ => Duration::days(amount),
    }
}

fn months_before(at: Timestamp, months: i64) -> Option<Timestamp> {
    at.checked_sub_months(Months::new(u32::try_from(months).ok()?))
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
            r"(?P<word>今天|今日|本日|昨天|昨日|大前天|前天|前日|今|昨|yesterday|today)(?:{GAP}{CLOCK})?(?P<rest>.*)$"
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

/// `上个月15号 12:37`, `去年3月3日`: the month or the year is said in words.
fn named_month(line: &str, now: Timestamp) -> Option<PublishedAt> {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        let form = format!(
            r"(?:(?P<past>上个?|本|这个?|当)月|(?P<year>今|去|前)年\s?(?P<month>\d{{1,2}})月)\s?(?P<day>\d{{1,2}})[日号](?:{GAP}{CLOCK})?"
        );
        Regex::new(&form).expect("the pattern is part of the program")
    });
    let found = FORM.captures(line)?;
    let today = now.date_naive();
    let first = match found.name("past").map(|past| past.as_str()) {
        Some(past) if past.starts_with('上') => today.checked_sub_months(Months::new(1))?,
        Some(_) => today,
        None => {
            let years = ["今", "去", "前"]
                .iter()
                .position(|word| *word == &found["year"]);
            let year = now.year() - i32::try_from(years?).ok()?;
            NaiveDate::from_ymd_opt(year, found["month"].parse().ok()?, 1)?
        }
    };
    let day = first.with_day(found["day"].parse().ok()?)?;
    on(day, clock::of(&found), now)
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
