//! `/events`: posts about one happening, together.

use super::Shared;
use super::error::WebError;
use super::frame::Frame;
use super::layout::{PostLine, minute};
use super::visitor::Who;
use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::TimeDelta;

/// Events whose last post is older are history; the search finds them.
const SHOWN: TimeDelta = TimeDelta::days(30);
/// Posts shown per event.
const POSTS_PER_EVENT: usize = 8;

#[derive(Template)]
#[template(path = "events.html", config = "src/web/askama.toml")]
struct EventsPage {
    frame: Frame,
    events: Vec<EventBlock>,
}

struct EventBlock {
    title: String,
    level: &'static str,
    level_label: &'static str,
    reason: String,
    phase: &'static str,
    first: String,
    last: String,
    post_count: u64,
    source_count: u64,
    posts: Vec<PostLine>,
}

pub async fn page(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let now = app.now();
            let mut events = Vec::new();
            for known in app.store.events_between(now - SHOWN, now)? {
                let shown = known.members.len().min(POSTS_PER_EVENT);
                let posts = app.store.posts(&known.members[..shown])?;
                let event = known.event;
                events.push(EventBlock {
                    title: event.title,
                    level: event.level.code(),
                    level_label: event.level.label(),
                    reason: event.level_reason,
                    phase: event.phase.label(),
                    first: minute(Some(event.first_at)),
                    last: minute(Some(event.last_at)),
                    post_count: event.post_count,
                    source_count: event.source_count,
                    posts: posts.iter().map(PostLine::of).collect(),
                });
            }
            Ok(EventsPage {
                frame: Frame::of(app, &visitor, "/events")?,
                events,
            })
        })
        .await?;
    Ok(Html(page.render()?))
}
