//! `/`: what is flagged, newest first.

use super::Shared;
use super::error::WebError;
use super::frame::Frame;
use super::layout::{PostLine, minute, page_number};
use super::visitor::Who;
use crate::model::{CrawlOutcome, Level};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

/// Posts per page.
const PAGE_SIZE: usize = 30;

#[derive(Deserialize)]
pub struct Parameters {
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

#[derive(Template)]
#[template(path = "home.html", config = "src/web/askama.toml")]
struct HomePage {
    frame: Frame,
    bureau: String,
    now: String,
    post_count: u64,
    counts: Vec<(&'static str, &'static str, u64)>,
    troubled: Vec<String>,
    posts: Vec<PostLine>,
    previous: Option<usize>,
    next: Option<usize>,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let offset = parameters.page.saturating_mul(PAGE_SIZE);
            let mut posts = app.store.flagged(PAGE_SIZE + 1, offset)?;
            let has_more = posts.len() > PAGE_SIZE;
            posts.truncate(PAGE_SIZE);
            Ok(HomePage {
                frame: Frame::of(app, &visitor, "/")?,
                bureau: app.config.settings.bureau.name.clone(),
                now: minute(Some(app.now())),
                post_count: app.store.post_count()?,
                counts: counts(&app.store.flagged_counts()?),
                troubled: troubled(app)?,
                posts: posts.iter().map(PostLine::of).collect(),
                previous: parameters.page.checked_sub(1),
                next: has_more.then_some(parameters.page + 1),
            })
        })
        .await?;
    Ok(Html(page.render()?))
}

fn counts(flagged: &[(Level, u64)]) -> Vec<(&'static str, &'static str, u64)> {
    let count = |level| {
        flagged
            .iter()
            .find(|(known, _)| *known == level)
            .map_or(0, |(_, count)| *count)
    };
    [Level::Red, Level::Orange, Level::Yellow, Level::Blue]
        .map(|level| (level.code(), level.label(), count(level)))
        .to_vec()
}

/// Sources whose last visit failed: "nothing new" must never look like "nothing fetched".
fn troubled(app: &crate::app::App) -> anyhow::Result<Vec<String>> {
    let states = app.store.source_states()?;
    let failed = |id: &str| {
        let state = states.iter().find(|state| state.id == id);
        state
            .and_then(|state| state.last_outcome)
            .is_some_and(|outcome: CrawlOutcome| !outcome.is_success())
    };
    let collecting = app.collecting();
    let sources = collecting
        .enabled()
        .filter(|declared| failed(&declared.source.id));
    Ok(sources
        .map(|declared| declared.source.name.clone())
        .collect())
}
