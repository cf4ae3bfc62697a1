//! `/feed/{digest}.xml`: the signed issues of one digest as Atom, for whoever reads with a feed reader. Drafts and void
//! issues are not in it; the words are those of the issue, masked as it is.

use super::Shared;
use super::error::WebError;
use super::visitor::{From, Who};
use crate::app::App;
use crate::digest::layout::number_line;
use crate::document::tag;
use crate::model::{AuditAction, Entry, Issue, KeyShown, Permission, Timestamp, Visitor};
use crate::text::wording::printable;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

/// Issues in a feed.
const NEWEST: usize = 20;

#[derive(Template)]
#[template(path = "feed.xml", escape = "html", config = "src/web/askama.toml")]
struct AtomFeed {
    /// Stable for ever, on whatever address the pages are served.
    id: String,
    address: String,
    title: String,
    author: String,
    updated: String,
    entries: Vec<AtomEntry>,
}

#[derive(Template)]
#[template(path = "feed_entry.html", config = "src/web/askama.toml")]
struct Content {
    lines: Vec<String>,
}

struct AtomEntry {
    id: String,
    address: String,
    title: String,
    updated: String,
    /// HTML, yet to be escaped for XML.
    content: String,
}

/// The secret of the address: a key of a user who may read, and made for nothing else. Addresses are passed on, and lie in
/// readers and logs.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Parameters {
    key: String,
}

pub async fn atom(
    State(app): Shared,
    who: Option<Who>,
    From(origin): From,
    Path(file): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Result<Response, WebError> {
    let visitor = match who {
        Some(Who(visitor)) => Some(visitor),
        None => by_address(&app, parameters.key, origin.address, &file).await?,
    };
    if !visitor.is_some_and(|visitor| visitor.may(Permission::Read)) {
        return Err(WebError::SignedOut);
    }
    let code = file.strip_suffix(".xml").ok_or(WebError::NotFound)?;
    let digests = &app.config.digests;
    let digest = digests.iter().find(|digest| digest.code == code);
    let digest = digest.ok_or(WebError::NotFound)?.clone();
    let wanted = digest.code.clone();
    let issues = app
        .on_cpu(move |app| app.store.signed_issues(&wanted, NEWEST))
        .await?;
    let city = &app.config.settings.bureau.city_code;
    let entries: Vec<AtomEntry> = issues
        .iter()
        .map(|issue| entry(issue, city))
        .collect::<Result<_, askama::Error>>()?;
    let feed = AtomFeed {
        id: format!("urn:yuqing:{city}:feed:{code}"),
        address: format!("/feed/{code}.xml"),
        title: printable(&digest.title),
        author: printable(&digest.publisher),
        // A feed must say when it changed; one without issues never has.
        updated: (entries.first()).map_or_else(
            || rfc3339(Timestamp::default()),
            |entry| entry.updated.clone(),
        ),
        entries,
    };
    let kind = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    Ok((kind, feed.render()?).into_response())
}

/// Who the key of the address stands for.
async fn by_address(
    app: &Arc<App>,
    key: String,
    address: String,
    file: &str,
) -> Result<Option<Visitor>, WebError> {
    let subject: String = format!("GET /feed/{file}").chars().take(200).collect();
    let found = app.on_cpu(move |app| {
        let visitor = app.visitor_by_key(&key, &address)?;
        let is_too_much = |visitor: &&Visitor| {
            let key = visitor.key.as_ref();
            !key.is_some_and(KeyShown::only_reads)
        };
        if let Some(visitor) = visitor.as_ref().filter(is_too_much) {
            let why = "订阅地址里的密钥不是只供订阅的";
            app.audit(visitor, AuditAction::Refused, &subject, why)?;
            return Ok(Err(WebError::FeedKey));
        }
        Ok(Ok(visitor))
    });
    found.await?
}

fn entry(issue: &Issue, city: &str) -> Result<AtomEntry, askama::Error> {
    let signed_at = (issue.signed.as_ref()).map_or(issue.drafted_at, |signature| signature.at);
    let content = Content {
        lines: issue.content.entries().map(line).collect(),
    };
    Ok(AtomEntry {
        id: format!("urn:yuqing:{city}:issue:{}", issue.id.0),
        address: format!("/issues/{}", issue.id.0),
        title: format!(
            "{} {}",
            printable(&issue.content.masthead.title),
            number_line(issue)
        ),
        updated: rfc3339(signed_at),
        content: content.render()?,
    })
}

fn line(entry: &Entry) -> String {
    let (title, summary) = (printable(&entry.title), printable(&entry.summary));
    format!("{}{title}。{summary}", tag(entry.level))
}

fn rfc3339(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
