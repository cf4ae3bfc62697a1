//! One text of the sample world as its TOML file holds it, with the numbers it shows at a given moment.

use crate::demo::clock::china;
use crate::demo::curve::{Counts, Curve};
use crate::model::Timestamp;
use chrono::NaiveDateTime;
use serde::{Deserialize, Deserializer, de};

/// 信息 of the sample world. Which of the optional fields a site shows is the site's business.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamplePost {
    /// Unique within its site; part of its address.
    pub id: u32,
    /// When it goes public.
    #[serde(deserialize_with = "local_minute")]
    pub at: Timestamp,
    /// Account, reporter or writer of a letter.
    #[serde(default)]
    pub author: String,
    /// Title; microblogs have none.
    #[serde(default)]
    pub title: String,
    /// 副题, in the paper.
    #[serde(default)]
    pub subtitle: String,
    /// 来源 — who published first, where the site prints it.
    #[serde(default)]
    pub outlet: String,
    /// Column of the site or page of the paper.
    #[serde(default)]
    pub section: String,
    /// Body; paragraphs are lines.
    pub text: String,
    /// How many pictures it has.
    #[serde(default)]
    pub images: u32,
    /// It holds a video.
    #[serde(default)]
    pub video: bool,
    /// 互动量 over time.
    #[serde(default)]
    pub curve: Curve,
    /// 阅读 after three days, where the site shows it.
    #[serde(default)]
    pub views: u64,
    /// 跟帖, oldest first; on the message board the answer of the office.
    #[serde(default)]
    pub replies: Vec<SampleReply>,
}

/// 跟帖 — one reply, with its own moment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleReply {
    /// When it goes public.
    #[serde(deserialize_with = "local_minute")]
    pub at: Timestamp,
    /// Account or office.
    pub author: String,
    /// Body.
    pub text: String,
}

/// After this age a post draws no new readers: three days in minutes.
const READ_FOR_MINUTES: u64 = 3 * 24 * 60;

impl SamplePost {
    /// Published by `now`.
    pub fn is_visible(&self, now: Timestamp) -> bool {
        self.at <= now
    }

    /// 互动量 shown at `now`.
    pub fn counts(&self, now: Timestamp) -> Counts {
        self.curve.at(self.age_minutes(now))
    }

    /// 阅读 shown at `now`.
    pub fn view_count(&self, now: Timestamp) -> u64 {
        self.views * self.age_minutes(now).min(READ_FOR_MINUTES) / READ_FOR_MINUTES
    }

    /// Replies published by `now`.
    pub fn visible_replies(&self, now: Timestamp) -> &[SampleReply] {
        let count = self.replies.partition_point(|reply| reply.at <= now);
        &self.replies[..count]
    }

    /// Paragraphs of the body.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    }

    /// Last moment something happened to it, as seen at `now`.
    pub fn touched_at(&self, now: Timestamp) -> Timestamp {
        self.visible_replies(now)
            .last()
            .map_or(self.at, |reply| reply.at)
    }

    fn age_minutes(&self, now: Timestamp) -> u64 {
        u64::try_from((now - self.at).num_minutes()).unwrap_or(0)
    }
}

fn local_minute<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_local_minute(&text).ok_or_else(|| de::Error::custom(format!("no such minute: {text}")))
}

/// `2017-04-14 13:58` in China's time.
pub fn parse_local_minute(text: &str) -> Option<Timestamp> {
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok()?;
    naive.and_local_timezone(china()).single()
}
