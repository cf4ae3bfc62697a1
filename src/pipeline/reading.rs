//! Judged posts → when their pages are read again.

use crate::app::App;
use crate::config::DeclaredSource;
use crate::extract::Sites;
use crate::model::{Analysis, Post, SourceKind, canonical_url};
use crate::source::{Interest, next_reading};
use crate::store::{DueReading, PostToAnalyze, Readable};
use url::Url;

/// Why a post is worth another reading; `None`: it is not.
pub(super) fn interest(readable: Readable) -> Option<Interest> {
    if readable.is_relevant && (readable.has_numbers || readable.is_thread) {
        return Some(Interest::Growth);
    }
    if readable.is_relevant {
        return Some(Interest::Presence);
    }
    readable.is_thread.then_some(Interest::Replies)
}

/// The next reading of a post that was just judged; `None` for what is not ours, is too old, or has no page to read.
pub(super) fn due_reading(
    app: &App,
    waiting: &PostToAnalyze,
    analysis: &Analysis,
) -> Option<DueReading> {
    let post = &waiting.post;
    if !is_ours(waiting, analysis) {
        return None;
    }
    let source_id = waiting.source_id.clone()?;
    let collecting = app.collecting();
    let source = collecting
        .enabled()
        .find(|declared| declared.source.id == source_id)?;
    let is_interface = source.source.kind == SourceKind::Json;
    let url = match is_interface {
        true => reread_address(&collecting.sites, source, post)?,
        false => post.url.clone().filter(|url| !url.contains('#'))?,
    };
    let now = app.now();
    let readable = Readable {
        published_at: post.effective_at(),
        is_relevant: true,
        has_numbers: has_numbers(post),
        is_thread: post.floor == Some(1),
    };
    let next = next_reading(interest(readable)?, readable.published_at, 0, now)?;
    // A feed tells of a page that nobody has read yet: that page is the evidence.
    let is_told_of = source.source.kind == SourceKind::Feed;
    Some(DueReading {
        source_id,
        url,
        due_at: next,
        first_due_at: match (is_told_of, is_interface) {
            (true, _) => Some(now),
            (_, true) => Some(next),
            _ => None,
        },
        shows: post.url.clone().filter(|_| is_interface),
    })
}

/// What people said counts, and a level that stands.
fn is_ours(waiting: &PostToAnalyze, analysis: &Analysis) -> bool {
    match waiting.judgement.clone() {
        Some(known) => known.judged_again(analysis.clone()).effective().relevant,
        None => analysis.relevant,
    }
}

/// Where the interface shows one post again; its page for people often asks for a login.
fn reread_address(sites: &Sites, source: &DeclaredSource, post: &Post) -> Option<String> {
    let interface = Url::parse(&source.source.url).ok()?;
    let id = post.external_id.as_deref()?;
    let address = sites.reread_address(&interface, id)?;
    Some(canonical_url(&address))
}

fn has_numbers(post: &Post) -> bool {
    !post.engagement.is_unknown()
}
