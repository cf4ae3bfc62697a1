//! 信息 as it is stored, masked, with what is made of it.

use super::JudgedPost;
use crate::app::App;
use crate::model::{Channel, Engagement, EventId, OutletTier, PostId, StoredPost};
use anyhow::Result;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

/// One stored post.
#[derive(Serialize, ToSchema)]
pub struct PostReport {
    /// Row id.
    #[schema(value_type = i64)]
    pub id: PostId,
    /// Id given by whoever handed the post in.
    pub external_id: Option<String>,
    /// 网址.
    pub url: Option<String>,
    /// 标题, masked.
    pub title: String,
    /// 正文, masked.
    pub masked_text: String,
    /// 作者, masked.
    pub author: Option<String>,
    /// 信源.
    pub source: String,
    /// 渠道.
    pub channel: Channel,
    /// 媒体级别.
    pub outlet_tier: OutletTier,
    /// 发布时间.
    pub published_at: Option<DateTime<FixedOffset>>,
    /// 发现时间.
    pub first_seen_at: DateTime<FixedOffset>,
    /// 互动量.
    #[schema(value_type = Object)]
    pub engagement: Engagement,
    /// The earliest known copy.
    #[schema(value_type = Option<i64>)]
    pub repost_of: Option<PostId>,
    /// 事件.
    #[schema(value_type = Option<i64>)]
    pub event: Option<EventId>,
    /// When the page was found gone.
    pub deleted_at: Option<DateTime<FixedOffset>>,
    /// 研判, people's words included; none until it is judged.
    pub analysis: Option<JudgedPost>,
}

impl PostReport {
    /// The report of a post.
    ///
    /// # Errors
    /// The store refuses.
    pub fn of(app: &App, stored: StoredPost) -> Result<PostReport> {
        let post = stored.post;
        let analysis = stored.analysis;
        Ok(PostReport {
            id: stored.id,
            deleted_at: app.store.deleted_at(stored.id)?,
            first_seen_at: stored.first_seen_at,
            repost_of: stored.repost_of,
            event: stored.event,
            analysis: analysis.map(|analysis| JudgedPost::of(&post, analysis)),
            external_id: post.external_id,
            url: post.url,
            title: post.title,
            masked_text: post.text,
            author: post.author,
            source: post.source_name,
            channel: post.channel,
            outlet_tier: post.outlet_tier,
            published_at: post.published_at.map(|published| published.at),
            engagement: post.engagement,
        })
    }
}
