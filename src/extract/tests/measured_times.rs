//! Tables of times from the tests of other projects: which of their cases could stand on a page as a time of
//! publication, and how many of those we read. The tables are not part of the repository.

use super::measured::data;
use crate::extract::parse_published;
use crate::model::{Precision, Timestamp};
use chrono::{
    DateTime, Datelike, Duration, FixedOffset, Months, NaiveDate, NaiveDateTime, TimeZone,
};
use regex::Regex;

/// A case: what is written, when it is read, and between which moments the answer lies.
struct Case {
    text: String,
    now: Timestamp,
    from: Timestamp,
    to: Timestamp,
}

#[test]
fn times_of_other_projects_that_could_be_times_of_publication() {
    let Some(folder) = data("conformance/datetime_zh") else {
        return;
    };
    let table =
        |name: &str| std::fs::read_to_string(folder.join(name)).expect("the table is there");
    let dates = table("test_date_parser.py");
    let ago = table("test_freshness_date_parser.py");
    let points = table("test_time_parser.py");
    let words = ["test_languages.py", "test_search.py"].map(table).concat();
    let (mut right, mut all) = (0, 0);
    for (name, cases) in [
        ("dateparser, dates", dates_of(&dates)),
        ("dateparser, so long ago", durations_of(&ago)),
        ("dateparser, words", words_of(&words)),
        ("jionlp", points_of(&points)),
    ] {
        let seen = cases.len();
        let like: Vec<Case> = cases.into_iter().filter(could_be_published).collect();
        let wrong: Vec<&Case> = like.iter().filter(|case| !is_read(case)).collect();
        for case in &wrong {
            let found = parse_published(&case.text, case.now).map(|found| found.at.to_rfc3339());
            println!(
                "  {} -> {found:?}, wanted {}",
                case.text,
                case.from.to_rfc3339()
            );
        }
        println!(
            "{name}: {} of {} publication-like, {seen} cases",
            like.len() - wrong.len(),
            like.len()
        );
        right += like.len() - wrong.len();
        all += like.len();
    }
    println!("times: {right}/{all}");
    assert!(right * 100 >= all * 98, "{right}/{all}");
}

fn is_read(case: &Case) -> bool {
    parse_published(&case.text, case.now).is_some_and(|found| {
        let unit = match found.precision {
            Precision::Hour => Duration::hours(1),
            Precision::Minute => Duration::minutes(1),
            Precision::Second => Duration::seconds(1),
            Precision::Day => Duration::days(1),
            Precision::Month => Duration::days(31),
        };
        found.at <= case.to && found.at + unit > case.from
    })
}

/// Not in the future, not before the Web, and no season, feast, lunar date, duration or span.
fn could_be_published(case: &Case) -> bool {
    let shape = Regex::new(concat!(
        r"^(?:约|at )?(?:[0-9〇零○一二两三四五六七八九十年月日号时點点分秒钟鐘頭头小時个個半刻整周週星期礼拜禮天上本这今昨前大去以之早晨午下中晚凌夜里间深清傍:：/.，,()·T+-]",
        r"|[ \t]|(?i:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december|mon|tue|wed|thu|fri|sat|sun|[a-z]{3,6}day|am|pm|gmt|utc|z)\b)+$"
    ))
    .expect("the pattern is valid");
    // A lunar day has neither 日 nor 号; 35:37 are minutes; a year alone is no date; 15:00至 is a span.
    let no_date = Regex::new(
        r"^中午$|[0-9〇零一二三四五六七八九]{4}年前$|月[一二三四五六七八九十]+(?:[^日号一二三四五六七八九十]|$)|^[3-9]\d:|^\D*[0-9〇零一二三四五六七八九十]{2,4}年?$|^前|[天周月年]前[一两]|^[^前昨今:]*[年月周天时分秒]$|^(?:[上本这]个?)+(?:周|星期|礼拜|月)$|\d-\d{4}\.|以前$|之前$",
    )
    .expect("the pattern is valid");
    let month_only =
        Regex::new(r"年[0-9一二三四五六七八九十]{1,3}月$").expect("the pattern is valid");
    let is_date = !no_date.is_match(&case.text)
        || month_only.is_match(&case.text)
        || ["前天"].contains(&case.text.as_str());
    shape.is_match(&case.text) && is_date && case.from <= case.now && case.from.year() >= 1995
}

fn zone() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("an offset")
}

fn moment(parts: &[u32]) -> Option<Timestamp> {
    let at = |position: usize, other: u32| parts.get(position).copied().unwrap_or(other);
    let date = NaiveDate::from_ymd_opt(at(0, 0) as i32, at(1, 1), at(2, 1))?;
    let local = date.and_hms_opt(at(3, 0), at(4, 0), at(5, 0))?;
    zone().from_local_datetime(&local).single()
}

fn numbers(text: &str) -> Vec<u32> {
    let digits = text.split(|c: char| !c.is_ascii_digit());
    digits.filter_map(|part| part.parse().ok()).collect()
}

/// `param("2015年04月08日10:05", datetime(2015, 4, 8, 10, 5))`, in Chinese, or in English with the month by name.
fn dates_of(table: &str) -> Vec<Case> {
    let form =
        Regex::new(r#"param\(\s*"([^"]+)",\s*datetime\(([\d, ]+)\)\s*,?\s*\)"#).expect("valid");
    let ours = Regex::new(r"^[12]\d{3}[年/-]|(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*\d{4}")
        .expect("valid");
    let zoned = Regex::new(r"[+-]\d{4}$|(?i)(?:\b(?:gmt|utc)|z)$").expect("valid");
    let cases = form.captures_iter(table).filter_map(|case| {
        let parts = numbers(&case[2]);
        // Where a zone is written, the answer of the table is in UTC.
        let ahead = if zoned.is_match(&case[1]) { 8 } else { 0 };
        let from = moment(&parts)? + Duration::hours(ahead);
        let now = moment(&[2024, 1, 1])?;
        let to = if parts.len() > 3 {
            from
        } else {
            from + Duration::hours(23)
        };
        let text = case[1].to_owned();
        (ours.is_match(&text) && !text.contains(". ")).then_some(Case {
            text,
            now,
            from,
            to,
        })
    });
    cases.collect()
}

/// `param("2小时前", ago={"hours": 2}, …)`.
fn durations_of(table: &str) -> Vec<Case> {
    let form =
        Regex::new(r#"param\(\s*"([^"]*[\p{Han}][^"]*)",\s*ago=\{([^}]*)\}"#).expect("valid");
    let part = Regex::new(r#""(\w+)": (\d+)"#).expect("valid");
    let now = moment(&[2014, 9, 1, 10, 30]).expect("a time");
    let cases = form.captures_iter(table).filter_map(|case| {
        let (mut from, mut slack) = (now, Duration::zero());
        for part in part.captures_iter(&case[2]) {
            let count: u32 = part[2].parse().ok()?;
            from = match &part[1] {
                "minutes" => from - Duration::minutes(i64::from(count)),
                "hours" => from - Duration::hours(i64::from(count)),
                "weeks" => from - Duration::weeks(i64::from(count)),
                "months" => from - Months::new(count),
                "years" => from - Months::new(12 * count),
                _ => from - Duration::days(i64::from(count)),
            };
            slack = slack.max(match &part[1] {
                "months" | "years" => Duration::days(31),
                "weeks" | "days" => Duration::days(1),
                _ => Duration::zero(),
            });
        }
        Some(Case {
            text: case[1].to_owned(),
            now,
            from: from - slack,
            to: from,
        })
    });
    cases.collect()
}

/// `param("zh", "2015年04月08日10点05", "2015-04-08 10:05")`: translations into English.
fn words_of(table: &str) -> Vec<Case> {
    let form = Regex::new(r#"param\("(?:zh|zh-Hans|zh-Hant|yue)", "([^"]+)", "([^"]+)"\)"#)
        .expect("valid");
    // A Thursday.
    let now = moment(&[2016, 6, 30, 18, 0]).expect("a time");
    let cases = form.captures_iter(table).filter_map(|case| {
        let parts = numbers(&case[2]);
        let days = [
            "thursday",
            "wednesday",
            "tuesday",
            "monday",
            "sunday",
            "saturday",
            "friday",
        ];
        let weekday = days.iter().position(|day| case[2] == **day);
        let (from, to) = if let Some(back) = weekday {
            let from = moment(&[2016, 6, 30])? - Duration::days(back as i64);
            (from, from)
        } else if parts.len() >= 3 {
            (moment(&parts)?, moment(&parts)?)
        } else if let [hour, minute] = parts[..] {
            let hour = if case[2].ends_with("pm") {
                hour + 12
            } else {
                hour
            };
            let from = moment(&[2016, 6, 30, hour, minute])?;
            (from, from)
        } else {
            let count = i64::from(*parts.first()?);
            let unit = match case[2].split_once(' ')?.1 {
                "day ago" => Duration::days(count),
                "hour ago" => Duration::hours(count),
                "minute ago" => Duration::minutes(count),
                "month ago" => Duration::days(count * 365 / 12),
                // Without 前 it is how long, not when; with 后 it is to come.
                _ => return None,
            };
            (now - unit - Duration::hours(24), now - unit)
        };
        Some(Case {
            text: case[1].to_owned(),
            now,
            from,
            to,
        })
    });
    cases.collect()
}

/// `['昨天9点20', _ts_1, {'type': 'time_point', 'definition': 'accurate', 'time': ['2021-06-13 09:20:00', '…']}]`.
fn points_of(table: &str) -> Vec<Case> {
    let form = Regex::new(concat!(
        r"\['([^'\n]+)',\s*(_ts_1|_ts_2|\[[\d, ]+\]|\{[^}]*\}|datetime\.datetime\([\d, ]+\)|[\d.]+),(?:\s*#[^\n]*)?\s*",
        r"\{'type': '(time_point|time_span)',\s*'definition': '(accurate|blur)',\s*'time':\s*\[\s*'([^']+)',\s*'([^']+)'\]"
    ))
    .expect("valid");
    let ago = Regex::new("[天周月年时分秒钟]前$").expect("valid");
    let cases = form.captures_iter(table).filter_map(|case| {
        let is_point = &case[3] == "time_point" && &case[4] == "accurate";
        // Their spans of the past that a page would print: 三年前, 两个半月前.
        if !is_point && !ago.is_match(&case[1]) {
            return None;
        }
        let given = numbers(&case[2]);
        let is_complete = case[2].starts_with('_') || given.len() >= 3;
        if ago.is_match(&case[1]) && !is_complete {
            return None;
        }
        let now = match &case[2] {
            "_ts_1" => moment(&[2021, 6, 14, 1, 6, 40])?,
            "_ts_2" => moment(&[2021, 9, 1, 15, 15, 32])?,
            number if number.starts_with(|c: char| c.is_ascii_digit()) => {
                DateTime::from_timestamp(i64::from(*given.first()?), 0)?.with_timezone(&zone())
            }
            _ => match given[..] {
                [year] => moment(&[year, 12, 31, 23, 59])?,
                [year, month] => moment(&[year, month, 28, 23, 59])?,
                [year, month, day] => moment(&[year, month, day, 23, 59])?,
                _ => moment(&given)?,
            },
        };
        let time = |text: &str| {
            let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
            zone().from_local_datetime(&local).single()
        };
        Some(Case {
            text: case[1].to_owned(),
            now,
            from: time(&case[5])?,
            to: time(&case[6])?,
        })
    });
    cases.collect()
}
