//! What an editor does with events: put together, take apart, draft a 快报.

use crate::app::App;
use crate::model::{AuditAction, AuditSubject, DigestKind, EventId, PostId, Visitor};
use crate::pipeline::{
    Drafted, MatterId, RequestError, draft_express, merge_events, split_event, unmerge_event,
};
use crate::web::Shared;
use crate::web::deed::done;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::refused;
use crate::web::visitor::Who;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

/// Events put together at a time.
const MOST_EVENTS: usize = 50;

/// 归并 of events that were ticked in the list, into the one that began first.
pub async fn merge_chosen(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let mut ids = numbers(&fields.all("event"))?;
    if ids.len() < 2 {
        let sentence = "没有归并：请先在“选”一栏勾选两起以上的事件。";
        return Err(WebError::Wrong(sentence.to_owned()));
    }
    let chosen = ids.clone();
    let begun = app
        .on_cpu(move |app| {
            let mut begun = Vec::new();
            for id in chosen {
                begun.extend(
                    app.store
                        .event(EventId(id))?
                        .map(|event| (event.first_at, id)),
                );
            }
            Ok(begun)
        })
        .await?;
    if let Some((_, first)) = begun.into_iter().min() {
        ids.sort_by_key(|id| *id != first);
    }
    merge(&app, &visitor, ids).await
}

/// 归并 of events into this one.
pub async fn merge_into(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let id: i64 = id.parse().map_err(|_| WebError::NotFound)?;
    fields.required("with", "要并入的事件编号")?;
    let mut ids = vec![id];
    ids.extend(numbers(&fields.all("with"))?);
    merge(&app, &visitor, ids).await
}

async fn merge(app: &Arc<App>, visitor: &Visitor, ids: Vec<i64>) -> Result<Response, WebError> {
    if ids.len() > MOST_EVENTS {
        let sentence = format!("一次最多归并{MOST_EVENTS}起事件，请分几次归并");
        return Err(WebError::Wrong(sentence));
    }
    let (events, by) = (ids.clone(), visitor.by().to_owned());
    let merged = app
        .on_cpu(move |app| {
            let events: Vec<EventId> = events.into_iter().map(EventId).collect();
            Ok(merge_events(app, &events, &by))
        })
        .await?;
    let kept = merged.map_err(refused::named_event)?.0;
    let others: Vec<String> = (ids.iter())
        .filter(|id| **id != kept)
        .map(ToString::to_string)
        .collect();
    done(
        app,
        visitor,
        AuditAction::Event,
        AuditSubject::Event.numbered(kept),
        &format!("/events/{kept}"),
        format!("已把事件{}并入事件{kept}。", others.join("、")),
    )
    .await
}

/// 撤销归并 of however many events.
pub async fn unmerge(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id: i64 = id.parse().map_err(|_| WebError::NotFound)?;
    let by = visitor.by().to_owned();
    let apart = app
        .on_cpu(move |app| Ok(unmerge_event(app, EventId(id), &by)))
        .await?;
    let Some(new) = apart.map_err(refused::named_event)? else {
        let sentence = format!("事件{id}没有可撤销的归并，可能已经撤销，或后来又有调整。");
        return Err(WebError::Conflict(sentence));
    };
    let new: Vec<String> = new.iter().map(|event| event.0.to_string()).collect();
    done(
        &app,
        &visitor,
        AuditAction::Event,
        AuditSubject::Event.numbered(id),
        &format!("/events/{id}"),
        format!("已撤销归并，另立事件{}。", new.join("、")),
    )
    .await
}

/// 拆分 of the posts that were ticked.
pub async fn split(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let id: i64 = id.parse().map_err(|_| WebError::NotFound)?;
    let posts = numbers(&fields.all("post"))?;
    if posts.is_empty() {
        return Err(WebError::Wrong("请先勾选要拆出的信息".to_owned()));
    }
    let (taken, by) = (posts.clone(), visitor.by().to_owned());
    let split = app
        .on_cpu(move |app| {
            let posts: Vec<PostId> = taken.into_iter().map(PostId).collect();
            Ok(split_event(app, EventId(id), &posts, &by))
        })
        .await?;
    let new = split.map_err(refused::named_event)?.0;
    let posts: Vec<String> = posts.iter().map(ToString::to_string).collect();
    done(
        &app,
        &visitor,
        AuditAction::Event,
        AuditSubject::Event.numbered(id),
        &format!("/events/{new}"),
        format!(
            "已从事件{id}拆出信息{}，另立事件{new}，转载随原帖一并拆出。",
            posts.join("、")
        ),
    )
    .await
}

/// 快报, or the 续报 that follows it.
pub async fn draft(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let id: i64 = id.parse().map_err(|_| WebError::NotFound)?;
    let mut digests = app.config.digests.iter();
    let digest = digests.find(|digest| digest.kind == DigestKind::Express);
    let digest = digest
        .cloned()
        .ok_or_else(|| WebError::NotReady("没有设置快报，请信息员在刊物设置里加上".to_owned()))?;
    let matter = MatterId::Event(EventId(id));
    let is_final = fields.has("final");
    let drafted = draft_express(&app, &digest, matter, is_final, visitor.by()).await;
    let Drafted::Issue {
        id: issue, is_new, ..
    } = drafted.map_err(|refusal| match refusal {
        RequestError::NoEvent(_) => WebError::NotFound,
        refusal => refused::draft(refusal),
    })?
    else {
        return Err(WebError::Conflict("没有可以起草的内容".to_owned()));
    };
    let sentence = if is_new {
        format!("已为事件{id}起草第{}号稿件。", issue.0)
    } else {
        format!("事件{id}早先已有第{}号稿件，没有另行起草。", issue.0)
    };
    done(
        &app,
        &visitor,
        AuditAction::Draft,
        AuditSubject::Issue.numbered(issue.0),
        &format!("/issues/{}", issue.0),
        sentence,
    )
    .await
}

/// Ids, alone or several in one field with anything but digits between them.
fn numbers(values: &[&str]) -> Result<Vec<i64>, WebError> {
    let mut ids: Vec<i64> = Vec::new();
    for word in values
        .iter()
        .flat_map(|value| {
            value.split(|letter: char| letter.is_whitespace() || "、，,;；".contains(letter))
        })
        .filter(|word| !word.is_empty())
    {
        let id = word
            .parse()
            .map_err(|_| WebError::Wrong(format!("编号“{word}”应是数字")))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn numbers_stand_alone_or_together() {
        let read = |values: &[&str]| numbers(values).ok();
        assert_eq!(read(&["3", "5、7，5"]), Some(vec![3, 5, 7]));
        assert_eq!(read(&["", " "]), Some(vec![]));
        assert_eq!(read(&["3", "四"]), None);
    }
}
