//! `config/digests.toml` — what the bureau decided about each of its digests.

use crate::model::{DigestKind, Level, Masthead, Schedule};
use chrono::NaiveTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
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
    /// 种类; a block of an older file is a 专报.
    #[serde(default)]
    pub kind: DigestKind,
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
    /// 投递: codes of `recipients.toml` that get each signed issue.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// When a draft is made; absent for what appears on request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// No draft on a day off.
    #[serde(default)]
    pub working_days_only: bool,
    /// Of the moments of the schedule only that on the so manieth working day of its month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth_working_day: Option<u32>,
    /// Time of day at which a period of so many hours ends.
    #[serde(default = "morning", with = "time_of_day")]
    pub cutoff: NaiveTime,
    /// Length of a period; by its kind where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Span>,
    /// 建议答复时限 for yellow and above, from the moment we saw the post.
    #[serde(default = "two_days", with = "humantime_serde")]
    pub answer_within: Duration,
    /// Entries of one issue at most.
    #[serde(default = "eight")]
    pub max_entries: usize,
    /// 下期提示 of 周报 and 月报: sentences of the bureau's own.
    #[serde(default)]
    pub hints: Vec<String>,
    /// 栏目, in printing order.
    #[serde(default)]
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

/// 时段长度.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// So long, up to the cut-off.
    Length(Duration),
    /// Monday to Sunday.
    Week,
    /// The calendar month.
    Month,
}

impl DigestSettings {
    /// 时段长度, said or by its kind.
    pub fn span(&self) -> Span {
        self.period.unwrap_or(match self.kind {
            DigestKind::Weekly => Span::Week,
            DigestKind::Monthly => Span::Month,
            DigestKind::Daily | DigestKind::Express | DigestKind::Special => Span::Length(A_DAY),
        })
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

    /// The first mistake that the types do not show: key and what to do.
    pub fn mistake(&self) -> Option<(&'static str, String)> {
        let kind = self.kind.label();
        let is_plain = !self.code.is_empty()
            && !self
                .code
                .contains(|c: char| c.is_whitespace() || c.is_control() || c == '/');
        if !is_plain {
            let message = "代号不能为空，不能有空格和“/”，例如 daily".to_owned();
            return Some(("digest.code", message));
        }
        let on_request = matches!(self.kind, DigestKind::Express | DigestKind::Special);
        match (&self.schedule, on_request) {
            (None, false) => {
                let message = format!("{kind}按期编发，要写 schedule，例如 \"30 8 * * 1-5\"");
                return Some(("digest.schedule", message));
            }
            (Some(_), true) => {
                let message = format!("{kind}随时编发，不用 schedule，请删去此行");
                return Some(("digest.schedule", message));
            }
            _ => {}
        }
        if self
            .nth_working_day
            .is_some_and(|nth| !(1..=20).contains(&nth))
        {
            let message = "每月第几个工作日，应为 1 至 20".to_owned();
            return Some(("digest.nth_working_day", message));
        }
        if self
            .period
            .is_some_and(|span| span == Span::Length(Duration::ZERO))
        {
            let message = "时段不能为零，例如 \"24h\"".to_owned();
            return Some(("digest.period", message));
        }
        if self.max_entries == 0 {
            return Some(("digest.max_entries", "至少刊 1 条".to_owned()));
        }
        if self
            .sections
            .iter()
            .all(|section| section.levels.is_empty())
            && self.kind != DigestKind::Express
        {
            let message = "至少要有一个写明 levels 的栏目 [[digest.sections]]".to_owned();
            return Some(("digest.sections", message));
        }
        None
    }
}

const A_DAY: Duration = Duration::from_secs(24 * 3600);

fn morning() -> NaiveTime {
    NaiveTime::from_hms_opt(8, 0, 0).expect("a time of day")
}

fn two_days() -> Duration {
    2 * A_DAY
}

fn eight() -> usize {
    8
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Span::Length(length) => humantime_serde::serialize(length, serializer),
            Span::Week => serializer.serialize_str("week"),
            Span::Month => serializer.serialize_str("month"),
        }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let length = serde::de::value::StrDeserializer::<D::Error>::new(&text);
        match text.as_str() {
            "week" => Ok(Span::Week),
            "month" => Ok(Span::Month),
            _ => humantime_serde::deserialize(length)
                .map(Span::Length)
                .map_err(|_| {
                    serde::de::Error::custom(format!(
                        "时段“{text}”应写成“24h”这样的长度，或“week”（周一至周日）、“month”（自然月）"
                    ))
                }),
        }
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
