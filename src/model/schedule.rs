//! 时刻表 — a cron line and the moments it names. The only file that names the cron crate.

use crate::model::Timestamp;
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::str::FromStr;

/// 时刻表 — a cron line of five fields (`minute hour day month weekday`) or six (`second` first).
///
/// Weekdays count as in Unix cron: 0 and 7 are Sunday, 1 is Monday. (The cron crate counts Quartz-like, 1 = Sunday;
/// numbers are rewritten to names before it sees them.)
#[derive(Clone, Debug)]
pub struct Schedule {
    line: String,
    compiled: cron::Schedule,
}

impl Schedule {
    /// The first moment of the schedule after `now`, in the calendar of `zone`; `None` if there is none (31 February).
    pub fn next_after(&self, now: Timestamp, zone: Tz) -> Option<Timestamp> {
        let next = self.compiled.after(&now.with_timezone(&zone)).next()?;
        Some(next.fixed_offset())
    }

    /// The line as the operator wrote it.
    pub fn line(&self) -> &str {
        &self.line
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line
    }
}

impl FromStr for Schedule {
    type Err = String;

    /// # Errors
    /// A Chinese sentence that says what a line looks like.
    fn from_str(line: &str) -> Result<Self, String> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (second, rest) = match fields.len() {
            5 => ("0", fields.as_slice()),
            6 => (fields[0], &fields[1..]),
            _ => {
                return Err(format!(
                    "时刻表“{line}”应为五段（分 时 日 月 周）或六段（秒 分 时 日 月 周），\
                     例如“30 8 * * 1-5”表示周一至周五8:30"
                ));
            }
        };
        let weekdays = named_weekdays(rest[4]).ok_or_else(|| {
            format!(
                "时刻表“{line}”的周“{}”应为 0–7(0、7 为周日）或 Mon–Sun",
                rest[4]
            )
        })?;
        let quartz = format!(
            "{second} {} {} {} {} {weekdays}",
            rest[0], rest[1], rest[2], rest[3]
        );
        let compiled = cron::Schedule::from_str(&quartz).map_err(|_| {
            format!(
                "时刻表“{line}”读不懂；五段依次为分（0–59）、时（0–23）、日（1–31）、月（1–12）、周（0–7），\
                 例如“*/15 7-22 * * *”表示7至22时每15分钟"
            )
        })?;
        Ok(Schedule {
            line: line.to_owned(),
            compiled,
        })
    }
}

/// `1-5` → `Mon-Fri`, `0,6` → `Sun,Sat`, `*/2` unchanged; `None` for what is no weekday.
fn named_weekdays(field: &str) -> Option<String> {
    const NAMES: [&str; 8] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let parts: Option<Vec<String>> = field
        .split(',')
        .map(|part| {
            let (range, step) = part
                .split_once('/')
                .map_or((part, None), |(range, step)| (range, Some(step)));
            let names: Option<Vec<String>> = range
                .split('-')
                .map(|day| match day.parse::<usize>() {
                    Ok(number) => NAMES.get(number).map(|name| (*name).to_owned()),
                    Err(_) => Some(day.to_owned()),
                })
                .collect();
            let range = names?.join("-");
            Some(step.map_or(range.clone(), |step| format!("{range}/{step}")))
        })
        .collect();
    // `Mon-Sun` is Mon-Sat and Sun: the crate knows Sunday only as the first day.
    Some(parts?.join(",").replace("-Sun", "-Sat,Sun"))
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.line)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;
    use chrono::{DateTime, Datelike};
    use chrono_tz::Asia::Shanghai;

    fn next(line: &str, now: &str) -> String {
        let now = DateTime::parse_from_rfc3339(now).expect("test time");
        let schedule: Schedule = line.parse().expect("test line");
        schedule
            .next_after(now, Shanghai)
            .expect("there is a next time")
            .to_rfc3339()
    }

    #[test]
    fn five_fields_and_unix_weekdays_are_understood() {
        // 2017-04-14 is a Friday.
        assert_eq!(
            next("30 8 * * 1-5", "2017-04-14T09:00:00+08:00"),
            "2017-04-17T08:30:00+08:00"
        );
        assert_eq!(
            next("0 30 8 * * 0", "2017-04-14T09:00:00+08:00"),
            "2017-04-16T08:30:00+08:00"
        );
        assert_eq!(
            next("0 8 * * 6-7", "2017-04-15T09:00:00+08:00"),
            "2017-04-16T08:00:00+08:00"
        );
    }

    #[test]
    fn hours_are_those_of_the_zone_not_of_the_offset_of_now() {
        assert_eq!(
            next("0 8 * * *", "2017-04-14T00:00:30+00:00"),
            "2017-04-15T08:00:00+08:00"
        );
    }

    #[test]
    fn a_wrong_line_is_refused_with_an_example() {
        for line in [
            "",
            "8:30",
            "* * * *",
            "61 8 * * *",
            "0 8 * * 9",
            "0 8 L * *",
        ] {
            let refusal = line.parse::<Schedule>().expect_err(line);
            assert!(refusal.contains("时刻表"), "{refusal}");
        }
    }

    #[test]
    fn every_weekday_name_means_its_day() {
        for (number, day) in (1..=7).zip(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]) {
            let by_number = next(&format!("0 8 * * {number}"), "2017-04-14T09:00:00+08:00");
            assert_eq!(
                by_number,
                next(&format!("0 8 * * {day}"), "2017-04-14T09:00:00+08:00")
            );
            let at = DateTime::parse_from_rfc3339(&by_number).expect("a time");
            assert_eq!(at.weekday().number_from_monday(), number);
        }
    }
}
