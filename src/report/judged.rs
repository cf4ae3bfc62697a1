//! 研判 of a post that was handed in, masked.

use crate::model::{Analysis, Intent, Level, Post, Reason, Regions, Sentiment, TopicScore};
use crate::text::mask::mask;
use serde::Serialize;
use utoipa::ToSchema;

/// One line of `yuqing analyze`.
#[derive(Serialize, ToSchema)]
pub struct JudgedPost {
    /// Id given by whoever handed the post in.
    pub external_id: Option<String>,
    /// 涉人社业务, wherever it happened.
    pub about: bool,
    /// 涉我局.
    pub relevant: bool,
    /// How sure.
    pub relevance: f32,
    /// 主题, the primary first.
    #[schema(value_type = Vec<Object>)]
    pub topics: Vec<TopicScore>,
    /// 情感.
    pub sentiment: Sentiment,
    /// From -1 to 1.
    pub sentiment_score: f32,
    /// 意图.
    pub intent: Intent,
    /// 属地、管辖.
    #[schema(value_type = Object)]
    pub regions: Regions,
    /// 级别.
    pub level: Level,
    /// 评分.
    pub score: u8,
    /// The words lie in a picture.
    pub picture_needs_a_look: bool,
    /// 理由.
    #[schema(value_type = Vec<Object>)]
    pub reasons: Vec<Reason>,
    /// 标题, masked.
    pub masked_title: String,
    /// 正文, masked.
    pub masked_text: String,
    /// 关键词.
    pub keywords: Vec<String>,
}

impl JudgedPost {
    /// The line of a post.
    pub fn of(post: &Post, analysis: Analysis) -> JudgedPost {
        JudgedPost {
            external_id: post.external_id.clone(),
            about: analysis.about,
            relevant: analysis.relevant,
            relevance: analysis.relevance,
            topics: analysis.topics,
            sentiment: analysis.sentiment,
            sentiment_score: analysis.sentiment_score,
            intent: analysis.intent,
            regions: analysis.regions,
            level: analysis.level,
            score: analysis.score,
            picture_needs_a_look: analysis.picture_needs_a_look,
            reasons: analysis.reasons,
            masked_title: mask(&post.title),
            masked_text: mask(&post.text),
            keywords: analysis.keywords,
        }
    }
}
