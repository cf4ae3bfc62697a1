//! What the reading of a page found → what is kept of it: posts, addresses to visit, rules that no longer match.

use super::request::entry_url;
use crate::app::App;
use crate::config::DeclaredSource;
use crate::extract::{Extraction, Format, SourceHints};
use crate::model::{Page, SourceKind, Timestamp, canonical_url};
use crate::pipeline::discovered;
use crate::store::Discovered;
use anyhow::Result;
use chrono::TimeDelta;
use std::collections::HashSet;
use url::Url;

/// A sitemap lists all that a site ever had; what changed longer ago is history.
const SITEMAP_AGE: TimeDelta = TimeDelta::days(30);

/// A part of a site's rules that finds nothing on page after page is the administrator's business, never the readers'.
pub fn note_rule_uses(
    app: &App,
    source_id: &str,
    page: &Page,
    extraction: &Extraction,
) -> Result<()> {
    if extraction.rule_uses.is_empty() {
        return Ok(());
    }
    let host = page.url.host_str().unwrap_or_default();
    let limit = app.config.settings.crawl.rule_misses.get();
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let uses = extraction.rule_uses.iter();
    let uses = uses.map(|each| (each.part, each.has_matched));
    let (url, now) = (page.url.as_str(), page.fetched_at);
    let broken = (app.store).record_rule_uses(source_id, host, url, uses, limit, now)?;
    for part in broken {
        tracing::warn!(
            host,
            part,
            "Rule `{part}` of `{host}` found nothing on {limit} pages in a row"
        );
    }
    Ok(())
}

pub fn hints(declared: &DeclaredSource, kind: Option<SourceKind>) -> SourceHints {
    let source = &declared.source;
    SourceHints {
        kind,
        channel: source.channel,
        source_name: source.name.clone(),
        tier: source.tier,
        region: source.region.clone(),
    }
}

/// Posts worth storing, and the number of those that are not.
pub fn discover(declared: &DeclaredSource, extraction: &Extraction) -> (Vec<Discovered>, u64) {
    let mut posts = Vec::with_capacity(extraction.posts.len());
    let mut refused = 0;
    for post in &extraction.posts {
        let mut post = post.clone();
        post.is_official = declared.source.is_official;
        match discovered(post) {
            Some(post) => posts.push(post),
            None => refused += 1,
        }
    }
    (posts, refused)
}

/// Addresses to visit; pages that this visit reads as continuations are not waited for a second time.
pub fn links(app: &App, declared: &DeclaredSource, extraction: &Extraction) -> Vec<String> {
    let next: HashSet<String> = extraction.next_pages.iter().map(canonical_url).collect();
    let oldest = app.now() - SITEMAP_AGE;
    let is_wanted = |at: Option<Timestamp>| at.is_none_or(|at| at >= oldest);
    let found = extraction
        .links
        .iter()
        .filter(|link| extraction.format != Format::Sitemap || is_wanted(link.modified_at))
        .map(|link| &link.url);
    allowed(app, declared, found)
        .map(canonical_url)
        .filter(|link| !next.contains(link))
        .collect()
}

/// Those addresses that a page of this source may lead to.
pub fn allowed<'u>(
    app: &App,
    declared: &DeclaredSource,
    urls: impl IntoIterator<Item = &'u Url>,
) -> impl Iterator<Item = &'u Url> {
    let settings = &app.config.settings.fetch;
    let source = entry_url(&declared.source.url, app.now()).ok();
    urls.into_iter().filter(move |url| {
        source
            .as_ref()
            .is_some_and(|source| settings.may_lead(source, url))
    })
}
