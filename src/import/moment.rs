//! A time as people and spreadsheets write it → a moment. The zone, where none is written, is that of `now`.

use crate::model::{Precision, PublishedAt, Timestamp};
use crate::text::normalize::fold;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// Serial numbers of spreadsheets that can be meant: 1954 to 2119.
const SERIALS: std::ops::Range<f64> = 20_000.0..80_000.0;

/// `2017-04-14`, `2017/4/14 13:58`, `2017年4月14日 下午1时58分`, `20170414135833`.
static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?P<year>\d{4})(?:\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?|(?P<m2>\d\d)(?P<d2>\d\d))(?:\s*\(?(?:星期|周)[一二三四五六日天]\)?)?(?:[t\s]*(?P<half>上午|下午|晚上|晚|凌晨|早上|中午|am|pm)?\s*(?P<hour>\d{1,2})\s*[:时点]\s*(?:(?P<minute>\d{1,2})\s*(?:[:分]\s*(?:(?P<second>\d{1,2})(?:\.\d+)?\s*秒?)?)?)?\s*(?P<after>am|pm)?|(?P<h2>\d\d)(?P<i2>\d\d)(?P<s2>\d\d)?)?$",
    )
    .expect("the pattern is part of the program")
});

/// The moment that `written` names; `formats` (as `%d/%m/%Y %H:%M`) are tried first.
pub fn moment(written: &str, formats: &[String], now: Timestamp) -> Option<PublishedAt> {
    let trimmed = written.trim();
    if let Ok(at) = Timestamp::parse_from_rfc3339(trimmed) {
        return Some(known(at, Precision::Second));
    }
    by_formats(trimmed, formats, now)
        .or_else(|| number(trimmed, now))
        .or_else(|| in_words(trimmed, now))
}

fn known(at: Timestamp, precision: Precision) -> PublishedAt {
    PublishedAt {
        at,
        precision,
        is_inferred: false,
    }
}

fn local(naive: NaiveDateTime, precision: Precision, now: Timestamp) -> Option<PublishedAt> {
    let at = now.offset().from_local_datetime(&naive).single()?;
    Some(known(at, precision))
}

fn by_formats(written: &str, formats: &[String], now: Timestamp) -> Option<PublishedAt> {
    formats.iter().find_map(|format| {
        if let Ok(naive) = NaiveDateTime::parse_from_str(written, format) {
            let precision = if format.contains("%S") || format.contains("%T") {
                Precision::Second
            } else {
                Precision::Minute
            };
            return local(naive, precision, now);
        }
        let day = NaiveDate::parse_from_str(written, format).ok()?;
        local(day.and_time(NaiveTime::MIN), Precision::Day, now)
    })
}

/// Serial numbers of spreadsheets, seconds and milliseconds since 1970.
fn number(written: &str, now: Timestamp) -> Option<PublishedAt> {
    let is_plain = written.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value: f64 = written.parse().ok().filter(|_| is_plain)?;
    if SERIALS.contains(&value) {
        return serial(value, now);
    }
    let seconds = match written.len() {
        10 => value,
        13 => value / 1000.0,
        _ => return None,
    };
    let at = DateTime::from_timestamp(seconds as i64, 0)?;
    Some(known(at.with_timezone(now.offset()), Precision::Second))
}

/// Days since 1899-12-30; spreadsheets keep seconds as fractions, so the last digits are noise.
fn serial(value: f64, now: Timestamp) -> Option<PublishedAt> {
    let first = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
    let naive = first + TimeDelta::seconds((value * 86_400.0).round() as i64);
    let precision = if value.fract() == 0.0 {
        Precision::Day
    } else {
        Precision::Second
    };
    local(naive, precision, now)
}

fn in_words(written: &str, now: Timestamp) -> Option<PublishedAt> {
    let folded = fold(written);
    let found = WRITTEN.captures(folded.trim())?;
    let date = NaiveDate::from_ymd_opt(
        digits(&found, &["year"])?.try_into().ok()?,
        digits(&found, &["month", "m2"])?,
        digits(&found, &["day", "d2"])?,
    )?;
    let Some(hour) = digits(&found, &["hour", "h2"]) else {
        return local(date.and_time(NaiveTime::MIN), Precision::Day, now);
    };
    let (minute, second) = (
        digits(&found, &["minute", "i2"]),
        digits(&found, &["second", "s2"]),
    );
    let precision = match (minute, second) {
        (None, _) => Precision::Hour,
        (_, None) => Precision::Minute,
        _ => Precision::Second,
    };
    let hour = of_the_day(hour, &found);
    let time = NaiveTime::from_hms_opt(hour, minute.unwrap_or(0), second.unwrap_or(0))?;
    local(date.and_time(time), precision, now)
}

fn digits(found: &Captures<'_>, names: &[&str]) -> Option<u32> {
    let group = names.iter().find_map(|name| found.name(name))?;
    group.as_str().parse().ok()
}

fn of_the_day(hour: u32, found: &Captures<'_>) -> u32 {
    let half = found.name("half").or(found.name("after"));
    match half.map_or("", |half| half.as_str()) {
        "下午" | "晚上" | "晚" | "pm" if hour < 12 => hour + 12,
        "中午" if hour < 3 => hour + 12,
        "凌晨" | "上午" | "am" if hour == 12 => 0,
        _ => hour,
    }
}

#[cfg(test)]
mod tests {
    use super::moment;
    use crate::model::Timestamp;

    fn read(written: &str, formats: &[&str]) -> Option<String> {
        let now = Timestamp::parse_from_rfc3339("2017-04-14T14:00:00+08:00").expect("a time");
        let formats: Vec<String> = formats.iter().map(|&format| format.to_owned()).collect();
        moment(written, &formats, now).map(|found| found.to_string())
    }

    #[test]
    fn forms_of_people_and_machines_are_understood() {
        for written in [
            "2017-04-14T13:58:00+08:00",
            "2017-04-14 13:58",
            "2017/4/14 13:58:00",
            "2017年4月14日 13时58分",
            "2017年4月14日 下午1点58分",
            "2017/4/14 星期五 下午 1:58",
            "２０１７－０４－１４　１３：５８",
            "20170414135800",
            "20170414 13:58",
            "2017-4-14 1:58 PM",
            "42839.5819444444",
            "1492149480",
            "1492149480000",
        ] {
            assert_eq!(
                read(written, &[]).as_deref(),
                Some("2017-04-14 13:58"),
                "{written}"
            );
        }
    }

    #[test]
    fn a_day_stays_a_day() {
        for written in [
            "2017-04-14",
            "2017.4.14",
            "2017年4月14日",
            "20170414",
            "42839",
        ] {
            assert_eq!(
                read(written, &[]).as_deref(),
                Some("2017-04-14"),
                "{written}"
            );
        }
        assert_eq!(
            read("2017年4月14日 13时", &[]).as_deref(),
            Some("2017-04-14 13时")
        );
    }

    #[test]
    fn a_format_of_the_mapping_comes_first() {
        assert_eq!(
            read("04/05/2017 08:00", &["%d/%m/%Y %H:%M"]).as_deref(),
            Some("2017-05-04 08:00")
        );
        assert_eq!(
            read("04/05/2017", &["%d/%m/%Y"]).as_deref(),
            Some("2017-05-04")
        );
    }

    #[test]
    fn what_is_no_time_is_none() {
        for written in [
            "",
            "昨天",
            "2017-13-01",
            "2017-02-30",
            "13:58",
            "4月14日",
            "12345",
            "99999999",
        ] {
            assert_eq!(read(written, &[]), None, "{written}");
        }
    }
}
