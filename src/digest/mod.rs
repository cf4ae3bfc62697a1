//! 刊物 — posts of a period → an Issue → its renditions. This file holds what `config/digests.toml` says of each
//! digest, and which period an issue covers. Nothing here reads the database or a clock, or sends anything.

pub mod layout;
pub mod render;
pub mod select;

mod advice;
mod entry;
mod group;
mod overview;
mod spread;
mod title;

pub use entry::lead_of;

use crate::model::{Level, Masthead, Period, Schedule, Timestamp};
use chrono::{Days, NaiveTime, TimeZone};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// `config/digests.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigestsFile {
    /// Every digest the bureau publishes.
    #[serde(default)]
    pub digest: Vec<DigestSettings>,
}

/// 刊物 — what the bureau decided about one digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigestSettings {
    /// Short stable name: `daily`.
    pub code: String,
    /// 简报名称.
    pub title: String,
    /// 编发单位.
    pub publisher: String,
    /// `内部资料　注意保存`.
    pub notice: String,
    /// 报.
    pub report_to: String,
    /// 送.
    pub copy_to: String,
    /// 发.
    pub issue_to: String,
    /// 印数.
    pub copies: u32,
    /// When a draft is made.
    pub schedule: Schedule,
    /// Time of day at which a period ends.
    #[serde(with = "time_of_day")]
    pub cutoff: NaiveTime,
    /// Length of a period.
    #[serde(with = "humantime_serde")]
    pub period: Duration,
    /// 建议答复时限 for yellow and above, from the moment we saw the post.
    #[serde(with = "humantime_serde")]
    pub answer_within: Duration,
    /// Entries of one issue at most.
    pub max_entries: usize,
    /// Codes of the recipients in `recipients.toml` who get every signed issue.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// 栏目, in printing order.
    pub sections: Vec<SectionSettings>,
}

/// 栏目 of a digest, and the levels it takes in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionSettings {
    /// Title without number: `重点舆情`.
    pub title: String,
    /// Levels; `none` stands for reports of the media.
    pub levels: Vec<Level>,
}

impl DigestSettings {
    /// The latest complete period at `now`, in the calendar of `now`: 前一日8:00–当日8:00.
    pub fn period_ending(&self, now: Timestamp) -> Period {
        let to = self.latest_cutoff(now);
        Period {
            from: to - self.period,
            to,
        }
    }

    /// The period from the end of the previous issue to the latest cut-off, however long that is: weekends and
    /// outages leave no gap. `None` where the previous issue reaches that cut-off already.
    pub fn period_since(&self, since: Option<Timestamp>, now: Timestamp) -> Option<Period> {
        let Some(from) = since else {
            return Some(self.period_ending(now));
        };
        let to = self.latest_cutoff(now);
        (from < to).then_some(Period { from, to })
    }

    /// 报头、版记 as an issue freezes them.
    pub fn masthead(&self) -> Masthead {
        Masthead {
            title: self.title.clone(),
            publisher: self.publisher.clone(),
            notice: self.notice.clone(),
            report_to: self.report_to.clone(),
            copy_to: self.copy_to.clone(),
            issue_to: self.issue_to.clone(),
            copies: self.copies,
        }
    }

    fn latest_cutoff(&self, now: Timestamp) -> Timestamp {
        let today = now.date_naive();
        let day = if now.time() < self.cutoff {
            today - Days::new(1)
        } else {
            today
        };
        now.offset()
            .from_local_datetime(&day.and_time(self.cutoff))
            .single()
            .expect("a fixed offset has each local time once")
    }
}

/// `"08:00"`, as people write it.
mod time_of_day {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(time: &NaiveTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&time.format("%H:%M"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_| {
            serde::de::Error::custom(format!("时刻“{text}”应写成“时:分”，例如“08:00”"))
        })
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
