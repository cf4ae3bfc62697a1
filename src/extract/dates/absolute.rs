//! Times that name their day: with the year, or with month and day only (the year then follows from `now`).

use super::clock::{self, CLOCK, GAP};
use super::{Moment, is_plausible};
use crate::model::{Precision, PublishedAt, Timestamp};
use chrono::{DateTime, Datelike, NaiveDate};
use regex::{Captures, Regex};
use std::sync::LazyLock;

const MONTH_NAME: &str = "(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?";

static MONTH_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec").expect("the pattern is valid")
});

/// One way to write a date.
struct Form {
    pattern: Regex,
    names_month: bool,
}

/// Forms of a date with its year, in the order they are tried.
static WITH_YEAR: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let clock = format!("(?:{GAP}{CLOCK})?");
    [
        // 2017-04-14T13:58:33+08:00, 2017年4月14日 下午1点, 2017/4/14, 2017.4.14
        format!(r"(?:^|[^\d])(?P<year>\d{{4}})\s?[-/.年]\s?(?P<month>\d{{1,2}})\s?[-/.月]\s?(?P<day>\d{{1,2}})[日号]?{clock}"),
        // 20170414135833, 20170414 13:58
        format!(r"^(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d)(?:\s?(?P<hh>\d\d)(?P<mm>\d\d)(?P<ss>\d\d)?|{GAP}{CLOCK})?$"),
        // Fri, 14 Apr 2017 13:58:33 +0800
        format!(r"(?:^|[^\d])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]{MONTH_NAME},?[\s-](?P<year>\d{{4}}){clock}"),
        // Fri, 14 Apr 17 13:58:33 +0800
        format!(r"(?:^|[^\d])(?P<day>\d{{1,2}})[\s-]{MONTH_NAME}[\s-](?P<short>\d\d)\s{CLOCK}"),
        // April 14, 2017 1:58 pm
        format!(r"\b{MONTH_NAME}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})(?:[^\d:]|$)(?:{GAP}{CLOCK})?"),
        // Fri Apr 14 13:58:33 +0800 2017
        format!(r"\b{MONTH_NAME}\s+(?P<day>\d{{1,2}})\s{CLOCK}\s(?P<year>\d{{4}})"),
        // 17年4月14日, 17-04-14 13:58
        format!(r"(?:^|[^\d])(?P<short>\d\d)年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})[日号]{clock}"),
        format!(r"^(?P<short>\d\d)[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})\s{CLOCK}$"),
    ]
    .iter()
    .map(|form| Form {
        pattern: Regex::new(form).expect("the patterns are part of the program"),
        names_month: form.contains(MONTH_NAME),
    })
    .collect()
});

/// The first plausible date with a year; also seconds or milliseconds since 1970.
pub fn with_year(line: &str, now: Timestamp) -> Option<PublishedAt> {
    if let Some(published) = epoch(line, now) {
        return Some(published);
    }
    // Half of the forms are English: a look spares Chinese lines them.
    let names_month = MONTH_NAMES.is_match(line);
    let mut forms = WITH_YEAR
        .iter()
        .filter(|form| names_month || !form.names_month);
    forms.find_map(|form| {
        let mut found = form.pattern.captures_iter(line);
        found.find_map(|found| full_date(&found, now)?.published(now))
    })
}

fn full_date(found: &Captures<'_>, now: Timestamp) -> Option<Moment> {
    let number = |name: &str| found.name(name)?.as_str().parse::<u32>().ok();
    let year = match (found.name("year"), number("short")) {
        (Some(year), _) => year.as_str().parse().ok()?,
        (None, short) => full_year(short?, now),
    };
    let month = match found.name("month")?.as_str() {
        digits if digits.starts_with(|c: char| c.is_ascii_digit()) => digits.parse().ok()?,
        name => month_number(name)?,
    };
    let date = NaiveDate::from_ymd_opt(year, month, number("day")?)?;
    Some(Moment {
        clock: clock::of(found).or_else(|| compact_clock(found)),
        ..Moment::on(date)
    })
}

/// The hour of `20170414135833`; only one of the forms has these groups.
fn compact_clock(found: &Captures<'_>) -> Option<clock::Clock> {
    let number = |name: &str| found.name(name)?.as_str().parse::<u32>().ok();
    let second = number("ss");
    let precision = if second.is_some() {
        Precision::Second
    } else {
        Precision::Minute
    };
    Some(clock::Clock {
        time: chrono::NaiveTime::from_hms_opt(number("hh")?, number("mm")?, second.unwrap_or(0))?,
        precision,
        zone: None,
    })
}

fn full_year(short: u32, now: Timestamp) -> i32 {
    let year = 2000 + short as i32;
    if year > now.year() { year - 100 } else { year }
}

fn month_number(name: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let position = NAMES.iter().position(|known| *known == name)?;
    u32::try_from(position + 1).ok()
}

fn epoch(line: &str, now: Timestamp) -> Option<PublishedAt> {
    if !line.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = line.parse().ok()?;
    let seconds = match line.len() {
        9 | 10 => number,
        13 => number / 1000,
        _ => return None,
    };
    let at = DateTime::from_timestamp(seconds, 0)?.with_timezone(now.offset());
    is_plausible(at, now).then_some(PublishedAt {
        at,
        precision: Precision::Second,
        is_inferred: false,
    })
}

/// Month and day: the latest such day that is not in the future.
pub fn without_year(line: &str, now: Timestamp) -> Option<PublishedAt> {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        let form = format!(
            r"(?:^|[^\d.:/年-]|(?P<label>(?:时间|日期|发布|发表)于?\s?:\s?))(?P<month>\d{{1,2}})(?P<between>[-/.月])(?P<day>\d{{1,2}})(?P<unit>[日号])?(?:{GAP}{CLOCK})?(?P<after>[^\d]|$)"
        );
        Regex::new(&form).expect("the pattern is part of the program")
    });
    FORM.captures_iter(line).find_map(|found| {
        let clock = clock::of(&found);
        let is_whole = found.get(0).is_some_and(|all| all.len() == line.len());
        let is_date = match &found["between"] {
            "月" => true,
            "-" => is_whole || clock.is_some() || found.name("label").is_some(),
            _ => clock.is_some(),
        };
        if !is_date || matches!(&found["after"], "-" | "/" | "." | "年") {
            return None;
        }
        let month = found["month"].parse().ok()?;
        let day = found["day"].parse().ok()?;
        // Nine years back there is a 29 February even around 2100.
        (0..9).find_map(|years| {
            let date = NaiveDate::from_ymd_opt(now.year() + 1 - years, month, day)?;
            Moment {
                date,
                clock,
                is_inferred: true,
            }
            .published(now)
        })
    })
}

/// `2017年4月`, `2017-04`: nothing but year and month.
pub fn month(line: &str, now: Timestamp) -> Option<PublishedAt> {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(\d{4})\s?[-/.年]\s?(\d{1,2})\s?月?$").expect("the pattern is valid")
    });
    let found = FORM.captures(line)?;
    let date = NaiveDate::from_ymd_opt(found[1].parse().ok()?, found[2].parse().ok()?, 1)?;
    let published = Moment::on(date).published(now)?;
    Some(PublishedAt {
        precision: Precision::Month,
        ..published
    })
}
