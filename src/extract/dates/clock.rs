//! The hour in a line: `13:58:33`, `下午3点20分`, `9时许`, `3:30 pm +0800`.

use crate::model::Precision;
use chrono::{FixedOffset, NaiveTime};
use regex::Captures;

/// May stand between a date and its hour: blanks, the day of the week, `T`, words like `于`.
pub const GAP: &str = r"(?:[\s,，|/·_]|t|at\b|于|\(?(?:周|星期|礼拜)[一二三四五六日天]\)?|\([一二三四五六日天月火水木金土]\))*-?\s*";

/// An hour with everything that may belong to it; the groups are named.
pub const CLOCK: &str = concat!(
    r"(?P<part>凌晨|清晨|早晨|早上|早|上午|正午|中午|下午|傍晚|晚上|晚间|晚|夜里|夜间|深夜|夜|am|pm)?\s*",
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d+)?)?",
    r"|[时点]钟?(?:(?P<half>半)|(?P<quarter>[123])刻|(?P<minute2>\d{1,2})分?(?:(?P<second2>\d{1,2})秒)?)?)",
    r"\s*(?P<part2>am\b|pm\b)?(?P<zone>z\b|\s?(?:utc|gmt|ut|cst|bjt|hkt)\b|\s?[+-]\d{4}\b|[+-]\d{2}:\d{2}\b)?",
);

/// An hour of a day, as exactly as it was written.
#[derive(Clone, Copy)]
pub struct Clock {
    pub time: NaiveTime,
    pub precision: Precision,
    pub zone: Option<FixedOffset>,
}

/// Reads the groups of `CLOCK`; `None` when there is no hour or no such hour (24:00, 8:75).
pub fn of(found: &Captures<'_>) -> Option<Clock> {
    let number = |name: &str| {
        found
            .name(name)
            .and_then(|group| group.as_str().parse().ok())
    };
    let hour: u32 = number("hour")?;
    let half = found.name("half").map(|_| 30);
    let quarter = number("quarter").map(|quarters: u32| 15 * quarters);
    let minute: Option<u32> = number("minute")
        .or_else(|| number("minute2"))
        .or(half)
        .or(quarter);
    let second: Option<u32> = number("second").or_else(|| number("second2"));
    let part = found.name("part").or_else(|| found.name("part2"));
    let hour = hour_of_day(hour, part.map_or("", |part| part.as_str()))?;
    let precision = match (minute, second) {
        (_, Some(_)) => Precision::Second,
        (Some(_), None) => Precision::Minute,
        _ => Precision::Hour,
    };
    // `13:58-14:30` is a span of time, not a zone west of America.
    let zone = found.name("zone").map(|zone| zone.as_str().trim());
    let zone =
        zone.filter(|zone| second.is_some() || !(zone.starts_with('-') && zone.contains(':')));
    Some(Clock {
        time: NaiveTime::from_hms_opt(hour, minute.unwrap_or(0), second.unwrap_or(0))?,
        precision,
        zone: zone.and_then(offset),
    })
}

fn hour_of_day(hour: u32, part: &str) -> Option<u32> {
    match part {
        "下午" | "傍晚" | "pm" if hour < 12 => Some(hour + 12),
        "晚上" | "晚间" | "晚" | "夜里" | "夜间" | "深夜" | "夜" => match hour {
            0..5 => Some(hour),
            5..12 => Some(hour + 12),
            // Midnight: of this day or the next, nobody knows.
            12 => None,
            _ => Some(hour),
        },
        "中午" | "正午" if hour < 4 => Some(hour + 12),
        "凌晨" | "am" if hour == 12 => Some(0),
        _ => Some(hour),
    }
}

/// `z`, `gmt`, `+0800`, `+08:00`. `cst` is China's time here, not Chicago's.
pub fn offset(zone: &str) -> Option<FixedOffset> {
    const HOUR: i32 = 3600;
    match zone {
        "z" | "utc" | "gmt" | "ut" => return FixedOffset::east_opt(0),
        "cst" | "bjt" | "hkt" => return FixedOffset::east_opt(8 * HOUR),
        "est" => return FixedOffset::east_opt(-5 * HOUR),
        "edt" => return FixedOffset::east_opt(-4 * HOUR),
        "pst" => return FixedOffset::east_opt(-8 * HOUR),
        "pdt" => return FixedOffset::east_opt(-7 * HOUR),
        _ => {}
    }
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..4)?.parse().ok()?;
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    FixedOffset::east_opt(sign * (hours * HOUR + minutes * 60))
}
