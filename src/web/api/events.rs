//! `/api/v1/events`: as `yuqing events`.

use super::asked::{Asked, Told};
use super::{Shared, WebError, bounded, refused, work};
use crate::app::App;
use crate::index::Query;
use crate::model::{AuditAction, AuditSubject, EventId, PostId, Timestamp};
use crate::pipeline::{merge_events, split_event};
use crate::report::{EventDetail, EventRow};
use crate::web::numbered::Numbered;
use crate::web::visitor::Who;
use axum::Json;
use axum::extract::State;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Posts named with each event of a list; `post_count` counts all, and the event itself names them.
const LISTED_MEMBERS: usize = 100;
/// Days back where the address names none.
const DAYS: TimeDelta = TimeDelta::days(30);

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// 起始日，如 2017-04-01；默认30天前.
    from: Option<String>,
    /// 截止日（含）.
    to: Option<String>,
    /// 最多几个，默认100，至多1000.
    limit: Option<usize>,
    /// 跳过几个.
    offset: Option<usize>,
}

/// 归并.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// 事件编号，至少两个；并入第一个.
    events: Vec<i64>,
}

/// 拆分.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// 拆出的信息编号.
    posts: Vec<i64>,
}

/// 事件 with posts in a period; of each the first 100 posts are named.
#[utoipa::path(get, path = "/api/v1/events", tag = "事件", params(Wanted), responses((status = 200, body = Vec<EventRow>)))]
pub async fn list(
    State(app): Shared,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Vec<EventRow>>, WebError> {
    let rows = work(&app, move |app| {
        let from = day(&wanted.from)?.map_or_else(|| app.now() - DAYS, |day| start(app, day));
        let end = |day| start(app, day) + TimeDelta::days(1) - TimeDelta::milliseconds(1);
        let to = day(&wanted.to)?.map_or_else(|| app.now(), end);
        if from > to {
            return Err(WebError::Wrong("起始日晚于截止日，请对调".to_owned()));
        }
        let (limit, offset) = (bounded(wanted.limit), wanted.offset.unwrap_or(0));
        let mut rows = Vec::new();
        for event in app.store.events_of_period(from, to, limit, offset)? {
            let members = app.store.member_lines(event.id, LISTED_MEMBERS)?;
            rows.push(EventRow::of(event, members));
        }
        Ok(rows)
    });
    Ok(Json(rows.await?))
}

/// 事件 of an id.
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "事件", params(("id" = i64, Path, description = "事件编号")), responses((status = 200, body = EventDetail)))]
pub async fn show(
    State(app): Shared,
    Numbered(id): Numbered,
) -> Result<Json<EventDetail>, WebError> {
    let detail = work(&app, move |app| {
        EventDetail::of(app, EventId(id)).map_err(refused::event)
    });
    Ok(Json(detail.await?))
}

/// 归并 into the first.
#[utoipa::path(post, path = "/api/v1/events/merge", tag = "事件", request_body = Merge, responses((status = 200, body = EventDetail)))]
pub async fn merge(
    State(app): Shared,
    Who(visitor): Who,
    Told(order): Told<Merge>,
) -> Result<Json<EventDetail>, WebError> {
    let detail = work(&app, move |app| {
        let ids: Vec<EventId> = order.events.iter().copied().map(EventId).collect();
        let event = merge_events(app, &ids, visitor.by()).map_err(refused::event)?;
        let detail = format!("归并事件{}", listed(&order.events));
        let subject = AuditSubject::Event.numbered(event.0);
        app.audit(&visitor, AuditAction::Event, &subject, &detail)?;
        EventDetail::of(app, event).map_err(refused::event)
    });
    Ok(Json(detail.await?))
}

/// 拆分: the posts make an event of their own.
#[utoipa::path(post, path = "/api/v1/events/{id}/split", tag = "事件", params(("id" = i64, Path, description = "事件编号")), request_body = Split, responses((status = 200, body = EventDetail)))]
pub async fn split(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(order): Told<Split>,
) -> Result<Json<EventDetail>, WebError> {
    let detail = work(&app, move |app| {
        if order.posts.is_empty() {
            return Err(WebError::Wrong("请写明拆出哪些信息（posts）".to_owned()));
        }
        let posts: Vec<PostId> = order.posts.iter().copied().map(PostId).collect();
        let event = split_event(app, EventId(id), &posts, visitor.by()).map_err(refused::event)?;
        let detail = format!("拆出信息{}，另立事件{}", listed(&order.posts), event.0);
        let subject = AuditSubject::Event.numbered(id);
        app.audit(&visitor, AuditAction::Event, &subject, &detail)?;
        EventDetail::of(app, event).map_err(refused::event)
    });
    Ok(Json(detail.await?))
}

fn listed(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().take(20).map(i64::to_string).collect();
    ids.join("、")
}

fn day(said: &Option<String>) -> Result<Option<NaiveDate>, WebError> {
    let said = said.as_deref().filter(|said| !said.trim().is_empty());
    said.map(Query::read_day)
        .transpose()
        .map_err(WebError::Wrong)
}

fn start(app: &App, day: NaiveDate) -> Timestamp {
    let local = day.and_time(NaiveTime::MIN).and_local_timezone(app.zone());
    local
        .earliest()
        .map_or_else(|| app.now(), |moment| moment.fixed_offset())
}
