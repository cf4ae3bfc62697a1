//! 事件 — posts about one happening.

use crate::model::coded::coded_enum;
use crate::model::{
    Analysis, Channel, Engagement, Level, OutletTier, PostId, Sentiment, StoredPost, Timestamp,
    Topic,
};
use std::collections::BTreeMap;

/// Row id of an event.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct EventId(pub i64);

coded_enum! {
    /// 阶段 — where an event stands in its life.
    pub enum Phase {
        Emerging = "emerging" / "萌芽",
        Spreading = "spreading" / "扩散",
        Peak = "peak" / "高峰",
        Fading = "fading" / "消退",
    }
}

coded_enum! {
    /// What a person does to events.
    pub enum EventDeed {
        Merge = "merge" / "归并",
        Split = "split" / "拆分",
    }
}

/// 人工归并、拆分 — what a person decided about an event; no later run changes it.
#[derive(Clone, Debug, PartialEq)]
pub struct EventDecision {
    /// What was done.
    pub deed: EventDeed,
    /// The event that came of it: the one that was kept, or the new one.
    pub event: EventId,
    /// When.
    pub at: Timestamp,
    /// Who, by name.
    pub by: String,
    /// The events of the posts before.
    pub before: BTreeMap<PostId, Option<EventId>>,
}

impl std::fmt::Display for EventDecision {
    /// `2017-04-14 09:30由李四拆分`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = self.at.format("%Y-%m-%d %H:%M");
        write!(formatter, "{at}由{}{}", self.by, self.deed.label())
    }
}

/// 事件 — posts about one happening at one place and time.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Row id.
    pub id: EventId,
    /// Title, from its first post.
    pub title: String,
    /// 级别 — the highest of its posts, or of a rule on the event itself (聚集).
    pub level: Level,
    /// Why this level, in one sentence.
    pub level_reason: String,
    /// 阶段.
    pub phase: Phase,
    /// 聚集 — formed by many similar complaints, not by one happening.
    pub is_gathering: bool,
    /// 主题 its posts share.
    pub topic: Option<Topic>,
    /// First post.
    pub first_at: Timestamp,
    /// Latest post.
    pub last_at: Timestamp,
    /// Posts, reposts included.
    pub post_count: u64,
    /// Independent sources.
    pub source_count: u64,
}

/// 成员 — a post as the course of its event is counted from: when and where, without its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The post.
    pub id: PostId,
    /// Publication where known, else the time we read it.
    pub at: Timestamp,
    /// 监测时间.
    pub first_seen_at: Timestamp,
    /// 渠道.
    pub channel: Channel,
    /// 媒体 where named, else 信源.
    pub source: String,
    /// 媒体级别.
    pub tier: OutletTier,
    /// 官方账号.
    pub is_official: bool,
    /// 转载 of which post.
    pub repost_of: Option<PostId>,
    /// 级别.
    pub level: Level,
    /// 情感, once judged.
    pub sentiment: Option<Sentiment>,
    /// 互动量.
    pub engagement: Engagement,
    /// 旧闻, as a sentence.
    pub old_news: Option<String>,
}

impl Member {
    /// An authority published it: 官方账号, or 政府网站.
    pub fn is_of_authority(&self) -> bool {
        self.is_official || self.channel == Channel::Government
    }

    /// What of a post counts.
    pub fn of(stored: &StoredPost) -> Member {
        let (post, analysis) = (&stored.post, stored.analysis.as_ref());
        Member {
            id: stored.id,
            at: post.effective_at(),
            first_seen_at: stored.first_seen_at,
            channel: post.channel,
            source: post.outlet.as_ref().unwrap_or(&post.source_name).clone(),
            tier: post.outlet_tier,
            is_official: post.is_official,
            repost_of: stored.repost_of,
            level: analysis.map_or(Level::None, |analysis: &Analysis| analysis.level),
            sentiment: analysis.map(|analysis| analysis.sentiment),
            engagement: post.engagement,
            old_news: stored.old_news.as_ref().map(|old| old.reason.clone()),
        }
    }
}
