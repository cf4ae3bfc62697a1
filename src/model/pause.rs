//! 夜间暂停时段 — the hours of the day in which a source is left alone.

use crate::model::Timestamp;
use chrono::{Days, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::str::FromStr;

/// 暂停时段 — `none`, or from one time of the day to another, over midnight where it ends before it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pause {
    /// 不暂停.
    #[default]
    None,
    /// From the first moment on, until before the second.
    Daily {
        /// 起.
        from: NaiveTime,
        /// 止.
        to: NaiveTime,
    },
}

impl Pause {
    /// The end of the pause that `moment` lies in, by the clock of `zone`; `None` outside of it.
    pub fn end(self, moment: Timestamp, zone: Tz) -> Option<Timestamp> {
        let Pause::Daily { from, to } = self else {
            return None;
        };
        let local = moment.with_timezone(&zone).naive_local();
        let (time, today) = (local.time(), local.date());
        let is_over_midnight = to < from;
        let is_inside = match is_over_midnight {
            true => time >= from || time < to,
            false => time >= from && time < to,
        };
        if !is_inside {
            return None;
        }
        let last_day = match is_over_midnight && time >= from {
            true => today + Days::new(1),
            false => today,
        };
        // An hour that the zone leaves out in spring: the pause lasts as long as the clock says.
        let left = last_day.and_time(to) - local;
        let end = last_day.and_time(to).and_local_timezone(zone).earliest();
        Some(
            end.map_or(moment + left, |end| end.fixed_offset())
                .max(moment + TimeDelta::seconds(1)),
        )
    }
}

impl FromStr for Pause {
    type Err = String;

    /// # Errors
    /// A Chinese sentence that says what a pause looks like.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "none" {
            return Ok(Pause::None);
        }
        let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
        let times = text.split_once('-').and_then(|(from, to)| {
            let to = match to.trim() {
                "24:00" => NaiveTime::MIN,
                to => time(to)?,
            };
            Some((time(from)?, to))
        });
        match times {
            // The same time twice could mean a day or nothing.
            Some((from, to)) if from != to => Ok(Pause::Daily { from, to }),
            _ => Err(format!(
                "暂停时段“{text}”应写作 \"23:00-06:00\"（起止时刻，可跨零点），不暂停写 \"none\""
            )),
        }
    }
}

impl fmt::Display for Pause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pause::None => formatter.write_str("none"),
            Pause::Daily { from, to } => {
                write!(formatter, "{}-{}", from.format("%H:%M"), to.format("%H:%M"))
            }
        }
    }
}

impl Serialize for Pause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Pause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Pause, Timestamp};
    use chrono_tz::Asia::Shanghai;

    fn end(pause: &str, moment: &str) -> Option<String> {
        let pause: Pause = pause.parse().expect("test pause");
        let moment = Timestamp::parse_from_rfc3339(moment).expect("test time");
        pause.end(moment, Shanghai).map(|end| end.to_rfc3339())
    }

    #[test]
    fn a_pause_may_go_over_midnight() {
        let morning = |day| Some(format!("2017-04-{day}T06:00:00+08:00"));
        let night = "23:00-06:00";
        assert_eq!(end(night, "2017-04-14T22:59:59+08:00"), None);
        assert_eq!(end(night, "2017-04-14T23:00:00+08:00"), morning(15));
        assert_eq!(end(night, "2017-04-15T00:00:00+08:00"), morning(15));
        assert_eq!(end(night, "2017-04-15T05:59:59+08:00"), morning(15));
        assert_eq!(end(night, "2017-04-15T06:00:00+08:00"), None);
        assert_eq!(end("00:00-06:00", "2017-04-15T00:00:00+08:00"), morning(15));
        assert_eq!(end("00:00-06:00", "2017-04-15T23:00:00+08:00"), None);
        assert_eq!(
            end("12:00-24:00", "2017-04-14T13:00:00+08:00"),
            Some("2017-04-15T00:00:00+08:00".to_owned())
        );
        assert_eq!(end("none", "2017-04-15T03:00:00+08:00"), None);
    }

    #[test]
    fn hours_are_those_of_the_zone() {
        // 22:30 of the day before, by the clock of UTC.
        assert_eq!(
            end("00:00-06:30", "2017-04-14T22:00:00+00:00"),
            Some("2017-04-15T06:30:00+08:00".to_owned())
        );
    }

    #[test]
    fn a_wrong_pause_is_refused_with_an_example() {
        for text in [
            "",
            "night",
            "23:00",
            "23-6",
            "25:00-06:00",
            "06:00-06:00",
            "23:00-06:00-07:00",
        ] {
            let refusal = text.parse::<Pause>().expect_err(text);
            assert!(refusal.contains("23:00-06:00"), "{refusal}");
        }
        for text in ["none", "23:00-06:00"] {
            assert_eq!(text.parse::<Pause>().expect(text).to_string(), text);
        }
    }
}
