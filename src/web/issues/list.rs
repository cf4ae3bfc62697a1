//! `/issues`: what waits, the archive by digest, year and number, and what can be drafted.

use crate::app::App;
use crate::digest::layout::number_line;
use crate::model::{DeliveryState, DigestKind, Issue, IssueId, IssueState, Topic, Visitor};
use crate::store::{ArchiveFilter, IssueFilter};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::{minute, page_number};
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;
use std::collections::HashMap;
use url::form_urlencoded::Serializer;

/// Issues of the archive on a page.
const PAGE_SIZE: usize = 30;
/// Drafts that are listed; more wait than anybody signs in a month.
const WAITING: usize = 60;

#[derive(Template)]
#[template(path = "issues.html", config = "src/web/askama.toml")]
struct IssuesPage {
    frame: Frame,
    waiting: Vec<IssueLine>,
    archive: Vec<IssueLine>,
    digests: Vec<DigestView>,
    years: Vec<i32>,
    wanted: Wanted,
    watches: Vec<(String, String)>,
    topics: Vec<(&'static str, &'static str)>,
    previous: String,
    next: String,
}

/// A digest that can be drafted and read by subscription.
struct DigestView {
    code: String,
    title: String,
    kind: DigestKind,
}

struct IssueLine {
    id: i64,
    title: String,
    number: String,
    state: &'static str,
    state_code: &'static str,
    period: String,
    entries: usize,
    /// When it was drafted, or signed and by whom.
    at: String,
    sent: String,
    has_trouble: bool,
    /// 编者提示, until the issue has its number.
    notes: Vec<String>,
}

/// What the address asks for; what is no number asks for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    digest: String,
    #[serde(default)]
    year: String,
    #[serde(default)]
    number: String,
    /// A 快报 of this event is about to be drafted.
    #[serde(default)]
    event: String,
    /// Or of this post.
    #[serde(default)]
    post: String,
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

impl Wanted {
    /// The same at another page.
    fn address(&self, page: usize) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in [
            ("digest", &self.digest),
            ("year", &self.year),
            ("number", &self.number),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("page", &page.to_string());
        format!("/issues?{}#archive", query.finish())
    }

    fn filter(&self) -> ArchiveFilter {
        ArchiveFilter {
            digest: Some(self.digest.clone()).filter(|code| !code.is_empty()),
            year: self.year.trim().parse().ok(),
            number: self.number.trim().parse().ok(),
            skip: self.page.saturating_mul(PAGE_SIZE),
            limit: PAGE_SIZE + 1,
        }
    }

    /// Whether the archive is asked for something.
    fn is_narrow(&self) -> bool {
        !(self.digest.is_empty() && self.year.is_empty() && self.number.is_empty())
    }

    fn is_express(&self) -> bool {
        !(self.event.is_empty() && self.post.is_empty())
    }
}

pub async fn list(
    State(app): Shared,
    Who(visitor): Who,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, WebError> {
    let page = app.on_cpu(move |app| view(app, &visitor, wanted)).await?;
    Ok(Html(page.render()?))
}

fn view(app: &App, visitor: &Visitor, wanted: Wanted) -> Result<IssuesPage> {
    let in_state = |state| {
        app.store.issues(IssueFilter {
            state: Some(state),
            limit: WAITING,
            ..IssueFilter::default()
        })
    };
    let mut waiting = in_state(IssueState::Approved)?;
    waiting.extend(in_state(IssueState::Draft)?);
    let mut archive = app.store.archived_issues(&wanted.filter())?;
    let has_more = archive.len() > PAGE_SIZE;
    archive.truncate(PAGE_SIZE);
    let ids: Vec<IssueId> = archive.iter().map(|issue| issue.id).collect();
    let sent = app.store.delivery_counts(&ids)?;
    let watched = app.watched();
    Ok(IssuesPage {
        frame: Frame::of(app, visitor, "/issues")?,
        waiting: waiting.iter().map(|issue| line(issue, &sent)).collect(),
        archive: archive.iter().map(|issue| line(issue, &sent)).collect(),
        digests: (app.config.digests.iter())
            .map(|digest| DigestView {
                code: digest.code.clone(),
                title: digest.title.clone(),
                kind: digest.kind,
            })
            .collect(),
        years: app.store.issue_years()?,
        watches: (watched.declared.iter())
            .map(|declared| (declared.watch.id.clone(), declared.watch.name.clone()))
            .collect(),
        topics: (Topic::ALL.iter())
            .map(|topic| (topic.code(), topic.label()))
            .collect(),
        previous: match wanted.page {
            0 => String::new(),
            page => wanted.address(page - 1),
        },
        next: match has_more {
            true => wanted.address(wanted.page + 1),
            false => String::new(),
        },
        wanted,
    })
}

fn line(issue: &Issue, sent: &HashMap<IssueId, Vec<(DeliveryState, u64)>>) -> IssueLine {
    let period = issue.content.period;
    let counts = sent.get(&issue.id).map_or(&[][..], Vec::as_slice);
    let told: Vec<String> = counts
        .iter()
        .map(|(state, count)| format!("{}{count}", state.label()))
        .collect();
    let is_trouble =
        |state: DeliveryState| matches!(state, DeliveryState::Failed | DeliveryState::Uncertain);
    IssueLine {
        id: issue.id.0,
        title: issue.content.masthead.title.clone(),
        number: number_line(issue),
        state: issue.state.label(),
        state_code: issue.state.code(),
        period: format!(
            "{} 至 {}",
            minute(Some(period.from)),
            minute(Some(period.to))
        ),
        entries: issue.content.entries().count(),
        at: match &issue.signed {
            Some(signed) => format!("{}　{}", minute(Some(signed.at)), signed.by),
            None => minute(Some(issue.drafted_at)),
        },
        sent: told.join("，"),
        has_trouble: counts.iter().any(|(state, _)| is_trouble(*state)),
        notes: (issue.content.summary_notes())
            .filter(|_| issue.number.is_none())
            .map(|(title, note)| format!("{title}：{note}"))
            .collect(),
    }
}
