//! `/events/{id}/history`: 历史同类 – what was like an event before, in the same season of earlier years, and what of late may
//! be the same. A page of its own, and a part that the event's page fetches.

use crate::app::App;
use crate::model::{EventId, PostId, Visitor};
use crate::store::ListedEvent;
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::events::EventLine;
use crate::web::frame::Frame;
use crate::web::numbered::Numbered;
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Html;
use chrono::TimeDelta;
use std::collections::HashSet;

/// Posts asked for by their words.
const LIKE_POSTS: usize = 60;
/// Characters of the post that stands for an event that are looked for: its beginning tells what it is about.
const LIKE_CHARS: usize = 200;
/// A post less like it than this share of the best one is about something else.
const LEAST_LIKENESS: f32 = 0.3;
/// Events of each table.
const SHOWN: usize = 8;
/// Around the same day of earlier years.
const SEASON_DAYS: i64 = 30;
/// Of one year.
const PER_YEAR: usize = 4;
/// What began within this time of an event may be the same happening.
const OF_LATE: TimeDelta = TimeDelta::days(14);

#[derive(Template)]
#[template(path = "event_history.html", config = "src/web/askama.toml")]
struct HistoryPage {
    frame: Frame,
    id: i64,
    title: String,
    groups: Vec<Group>,
}

/// The tables alone.
#[derive(Template)]
#[template(path = "event_history_part.html", config = "src/web/askama.toml")]
struct HistoryPart {
    frame: Frame,
    id: i64,
    groups: Vec<Group>,
}

struct Group {
    title: &'static str,
    none: &'static str,
    events: Vec<EventLine>,
    /// May be the same: an editor may put it into this one.
    may_be_same: bool,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    headers: HeaderMap,
) -> Result<Html<String>, WebError> {
    let id = EventId(id);
    let is_part = headers.contains_key("hx-request");
    let page = app
        .on_cpu(move |app| history(app, &visitor, id))
        .await?
        .ok_or(WebError::NotFound)?;
    if !is_part {
        return Ok(Html(page.render()?));
    }
    let HistoryPage {
        frame, id, groups, ..
    } = page;
    Ok(Html(HistoryPart { frame, id, groups }.render()?))
}

fn history(app: &App, visitor: &Visitor, id: EventId) -> Result<Option<HistoryPage>> {
    let Some(asked) = app.store.listed_event(id)? else {
        return Ok(None);
    };
    let event = &asked.event;
    let mut shown = HashSet::from([id]);
    let (mut late, mut older) = (Vec::new(), Vec::new());
    for alike in alike(app, &asked)? {
        let apart =
            alike.event.first_at.max(event.first_at) - alike.event.last_at.min(event.last_at);
        if apart <= OF_LATE {
            late.push(alike);
        } else if alike.event.first_at < event.first_at {
            older.push(alike);
        }
    }
    late.truncate(SHOWN);
    older.truncate(SHOWN);
    let (mut season, mut same) = (Vec::new(), Vec::new());
    if let Some(topic) = event.topic {
        season = (app.store).events_of_season(topic, event.first_at, SEASON_DAYS, PER_YEAR)?;
        let before = event.first_at;
        same = (app.store).older_events(topic, &asked.place, before, SHOWN + late.len())?;
    }
    let mut lines = |events: Vec<ListedEvent>| {
        let new = events
            .into_iter()
            .filter(|listed| shown.insert(listed.event.id));
        let new = new.take(SHOWN * 2);
        new.map(|listed| EventLine::of(app, listed))
            .collect::<Result<Vec<_>>>()
    };
    let groups = vec![
        Group {
            title: "近期相近的事件",
            none: "前后14天没有相近的事件。",
            events: lines(late)?,
            may_be_same: true,
        },
        Group {
            title: "此前说法相近的事件",
            none: "没有说法相近的往事。",
            events: lines(older)?,
            may_be_same: false,
        },
        Group {
            title: "往年同期同主题的事件",
            none: "往年同期（前后30天）没有同主题的其他事件。",
            events: lines(season)?,
            may_be_same: false,
        },
        Group {
            title: "此前同主题、同属地的事件",
            none: "没有同主题、同属地的其他往事。",
            events: lines(same)?,
            may_be_same: false,
        },
    ];
    Ok(Some(HistoryPage {
        frame: Frame::of(app, visitor, "/events")?,
        id: id.0,
        title: asked.event.title,
        groups,
    }))
}

/// Events whose words are like its own, the most alike first.
fn alike(app: &App, asked: &ListedEvent) -> Result<Vec<ListedEvent>> {
    let text: String = match app.store.post(asked.representative)? {
        Some(stored) => {
            let begin: String = stored.post.text.chars().take(LIKE_CHARS).collect();
            format!("{} {begin}", asked.event.title)
        }
        None => asked.event.title.clone(),
    };
    let found = app.index.similar(&text, LIKE_POSTS)?.page;
    let best = found.first().map_or(0.0, |(_, score)| *score);
    let posts: Vec<PostId> = found
        .into_iter()
        .take_while(|(_, score)| *score >= best * LEAST_LIKENESS)
        .map(|(post, _)| post)
        .collect();
    let mut events = Vec::new();
    let mut seen = HashSet::from([asked.event.id]);
    for (_, event) in app.store.events_of_posts(&posts)? {
        if seen.insert(event) {
            events.extend(app.store.listed_event(event)?);
        }
    }
    Ok(events)
}
