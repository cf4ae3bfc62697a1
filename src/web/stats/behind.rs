//! `/stats/posts`: the posts behind a figure, of a frozen ledger those it was counted from.

use super::{Parameters, address, asked, mark, report};
use crate::stats::{group_of, is_post_figure, label};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::{PostLine, page_number};
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

/// Posts on a page.
const PAGE_SIZE: usize = 50;

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(flatten)]
    parameters: Parameters,
    #[serde(default)]
    figure: String,
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

#[derive(Template)]
#[template(path = "stats_posts.html", config = "src/web/askama.toml")]
struct BehindPage {
    frame: Frame,
    title: String,
    label: String,
    definition: &'static str,
    /// Who signed for the ledger; empty for a live one.
    frozen: String,
    ledger_address: String,
    count: usize,
    /// Posts of the page that are no longer stored.
    gone: usize,
    posts: Vec<PostLine>,
    previous: Option<String>,
    next: Option<String>,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, WebError> {
    let parameters = wanted.parameters;
    let figure = wanted.figure;
    let group = group_of(&figure).filter(|_| is_post_figure(&figure));
    let (Some(group), Some(period)) = (group, parameters.period(app.now())) else {
        return Err(WebError::NotFound);
    };
    let page = app.on_cpu(move |app| {
        let is_live = parameters.is_live();
        let report = report(app, period, is_live)?;
        let first = wanted.page * PAGE_SIZE;
        let (count, shown) = app.page_behind(period, &report, &figure, first..first + PAGE_SIZE)?;
        let stored = app.store.posts(&shown)?;
        let turned = |page: usize| {
            let asked = asked(period, is_live);
            format!("/stats/posts?{asked}&figure={figure}&page={page}")
        };
        let has_more = first + PAGE_SIZE < count;
        Ok(BehindPage {
            frame: Frame::of(app, &visitor, "/stats")?,
            title: period.title(),
            label: label(&figure, &report.ledger.digest_titles),
            definition: group.definition,
            frozen: report.frozen.as_ref().map_or(String::new(), mark),
            ledger_address: address(period, is_live),
            count,
            gone: shown.len() - stored.len(),
            posts: stored.iter().map(PostLine::of).collect(),
            previous: wanted.page.checked_sub(1).map(turned),
            next: has_more.then(|| turned(wanted.page + 1)),
        })
    });
    Ok(Html(page.await?.render()?))
}
