//! 信息 — one published text in normal form, whatever it came from.

use crate::model::{Analysis, Channel, EventId, OutletTier, PublishedAt, Timestamp};

/// Row id of a stored post.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct PostId(pub i64);

/// 信息(帖文、报道) — one published text. The words are as published: mask before showing (`text::mask`).
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// Canonical address (`model::canonical_url`); absent for television, radio and papers.
    pub url: Option<String>,
    /// Id given by whoever handed the post in; echoed back.
    pub external_id: Option<String>,
    /// 渠道.
    pub channel: Channel,
    /// 信源 — name of the place we read.
    pub source_name: String,
    /// 媒体 — who published first, where the page says so (来源).
    pub outlet: Option<String>,
    /// 媒体级别.
    pub outlet_tier: OutletTier,
    /// Title; empty for microblogs.
    pub title: String,
    /// Body, plain text, paragraphs separated by `\n`.
    pub text: String,
    /// Account or reporter, as published.
    pub author: Option<String>,
    /// 发布时间.
    pub published_at: Option<PublishedAt>,
    /// When we read it.
    pub fetched_at: Timestamp,
    /// 互动量 at `fetched_at`, where shown.
    pub engagement: Engagement,
    /// A picture is part of the post.
    pub has_image: bool,
    /// A video is part of the post.
    pub has_video: bool,
    /// 楼层 — floor of a forum reply; the first post is 1, absent outside forums.
    pub floor: Option<u32>,
    /// 属地提示 — administrative code of the board or paper, `410100`, when the source is bound to a place.
    pub source_region: Option<String>,
    /// 官方账号 — an official position, not public opinion (`spec.md` 4.7).
    pub is_official: bool,
    /// Keys we do not know, kept as they came.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl Post {
    /// A post of which only this is known.
    pub fn bare(channel: Channel, source_name: &str, fetched_at: Timestamp) -> Post {
        Post {
            url: None,
            external_id: None,
            channel,
            source_name: source_name.to_owned(),
            outlet: None,
            outlet_tier: OutletTier::T5,
            title: String::new(),
            text: String::new(),
            author: None,
            published_at: None,
            fetched_at,
            engagement: Engagement::default(),
            has_image: false,
            has_video: false,
            floor: None,
            source_region: None,
            is_official: false,
            extra: serde_json::Map::new(),
        }
    }

    /// Moment that rules and order go by: publication where known, else the time we read it.
    pub fn effective_at(&self) -> Timestamp {
        self.published_at
            .map_or(self.fetched_at, |published| published.at)
    }
}

/// 互动量 — how many reacted; `None` where the page does not show the number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Engagement {
    /// 评论.
    pub comments: Option<u64>,
    /// 转发.
    pub reposts: Option<u64>,
    /// 点赞.
    pub likes: Option<u64>,
    /// 阅读.
    pub views: Option<u64>,
}

impl Engagement {
    /// 互动指数 I — 评论 + 转发 + 0.2 × 点赞 (`spec.md` 3.2); unknown numbers count as zero.
    pub fn weight(&self) -> f64 {
        let comments = self.comments.unwrap_or(0) as f64;
        let reposts = self.reposts.unwrap_or(0) as f64;
        let likes = self.likes.unwrap_or(0) as f64;
        comments + reposts + 0.2 * likes
    }

    /// True when the page showed none of the four numbers.
    pub fn is_unknown(&self) -> bool {
        *self == Engagement::default()
    }
}

/// 互动量读数 — engagement of one post at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When it was read.
    pub at: Timestamp,
    /// What was read.
    pub engagement: Engagement,
}

/// 入库信息 — a post as the store gives it out: words masked, judged, with its place among copies and events.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPost {
    /// Row id.
    pub id: PostId,
    /// The post; title, text and author are masked.
    pub post: Post,
    /// 信源 it came from, for posts that were crawled.
    pub source_id: Option<String>,
    /// 监测时间 — when we first saw it.
    pub first_seen_at: Timestamp,
    /// 研判, once made.
    pub analysis: Option<Analysis>,
    /// 转载 — the earliest known copy, if this is not it.
    pub repost_of: Option<PostId>,
    /// 事件 it belongs to.
    pub event: Option<EventId>,
    /// 旧闻翻炒, where an old text was found that it repeats.
    pub old_news: Option<OldNews>,
}

impl StoredPost {
    /// A post just taken in: not judged, alone.
    pub fn fresh(id: PostId, post: Post) -> StoredPost {
        StoredPost {
            id,
            first_seen_at: post.fetched_at,
            post,
            source_id: None,
            analysis: None,
            repost_of: None,
            event: None,
            old_news: None,
        }
    }
}

/// 旧闻翻炒 — the old post that a new one repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldNews {
    /// The old post.
    pub of: PostId,
    /// Why we say so, in one sentence.
    pub reason: String,
}
