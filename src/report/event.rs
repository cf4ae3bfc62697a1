//! 事件 in a list, and one with its timeline.

use crate::app::App;
use crate::cluster::{Timeline, timeline};
use crate::model::{Event, EventId, Level, Phase, PostId};
use crate::pipeline::{EventError, known_event};
use crate::store::MemberLine;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

/// One line of `yuqing events`.
#[derive(Serialize, ToSchema)]
pub struct EventRow {
    /// Row id.
    #[schema(value_type = i64)]
    pub id: EventId,
    /// 标题.
    pub title: String,
    /// 级别.
    pub level: Level,
    /// Why.
    pub level_reason: String,
    /// 阶段.
    pub phase: Phase,
    /// 首发.
    pub first_at: DateTime<FixedOffset>,
    /// The latest post.
    pub last_at: DateTime<FixedOffset>,
    /// 信息数.
    pub post_count: u64,
    /// 信源数.
    pub source_count: u64,
    /// Ids given by whoever handed the posts in.
    pub external_ids: Vec<String>,
    /// Row ids.
    #[schema(value_type = Vec<i64>)]
    pub post_ids: Vec<PostId>,
    /// 旧闻, a sentence each.
    pub old_news: Vec<String>,
}

/// `yuqing events show`.
#[derive(Serialize, ToSchema)]
pub struct EventDetail {
    /// Row id.
    #[schema(value_type = i64)]
    pub id: EventId,
    /// 标题.
    pub title: String,
    /// 级别.
    pub level: Level,
    /// Why.
    pub level_reason: String,
    /// 阶段.
    pub phase: Phase,
    /// 脉络 and figures.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub timeline: Timeline,
    /// Row ids.
    #[schema(value_type = Vec<i64>)]
    pub post_ids: Vec<PostId>,
    /// 旧闻, a sentence each.
    pub old_news: Vec<String>,
    /// What people decided, a sentence each.
    pub by_hand: Vec<String>,
}

impl EventRow {
    /// The row of an event with these posts of it.
    pub fn of(event: Event, members: Vec<MemberLine>) -> EventRow {
        let mut row = EventRow {
            id: event.id,
            title: event.title,
            level: event.level,
            level_reason: event.level_reason,
            phase: event.phase,
            first_at: event.first_at,
            last_at: event.last_at,
            post_count: event.post_count,
            source_count: event.source_count,
            external_ids: Vec::new(),
            post_ids: Vec::with_capacity(members.len()),
            old_news: Vec::new(),
        };
        for member in members {
            row.post_ids.push(member.id);
            row.external_ids.extend(member.external_id);
            row.old_news.extend(member.old_news);
        }
        row
    }
}

impl EventDetail {
    /// The event of an id.
    ///
    /// # Errors
    /// There is none, or the store refuses.
    pub fn of(app: &App, id: EventId) -> Result<EventDetail, EventError> {
        let known = known_event(app, id)?;
        let members = app.members_of_event(id)?;
        let decisions = app.store.event_decisions(id)?;
        let Event {
            title,
            level,
            level_reason,
            phase,
            ..
        } = known.event;
        Ok(EventDetail {
            id,
            title,
            level,
            level_reason,
            phase,
            timeline: timeline(&members),
            post_ids: known.members,
            old_news: (members.iter())
                .filter_map(|member| member.old_news.clone())
                .collect(),
            by_hand: decisions.iter().map(ToString::to_string).collect(),
        })
    }
}
