//! Waiting targets of a source → posts. A page is one transaction.

use super::findings::{allowed, discover, hints, links, note_rule_uses};
use super::ledger::Tally;
use super::request::{Brought, capture, fetch, is_at_home};
use crate::app::App;
use crate::config::DeclaredSource;
use crate::extract::{Extraction, Format, extract, join_pages};
use crate::fetch::FetchError;
use crate::model::{SourceKind, Timestamp, canonical_url};
use crate::pipeline::reading::interest;
use crate::source::next_reading;
use crate::store::{Claim, PageResult, Readable, SaveCounts, Validators};
use anyhow::{Context, Result};
use chrono::TimeDelta;
use std::collections::HashSet;
use std::sync::Arc;
use url::Url;

/// Pages of one article that are joined: serials of a hundred pages are books.
const MAX_ARTICLE_PAGES: usize = 12;

/// A target that could not be used is tried again after this, twice as long after every further failure.
const TARGET_RETRY: TimeDelta = TimeDelta::minutes(20);

/// A page that is gone for so long is not under maintenance.
const GONE_FOR_GOOD: TimeDelta = TimeDelta::hours(2);

/// A target whose host had trouble goes so far behind the others.
const BEHIND_OTHERS: TimeDelta = TimeDelta::minutes(30);

/// Reads waiting targets of the source; the error is one of its own host that ended the turn early. Trouble of another
/// host, or of one page, is that page's: the others go on.
pub async fn read_targets(
    app: &Arc<App>,
    declared: &DeclaredSource,
    may_go_on: impl Fn() -> bool,
    tally: &mut Tally,
) -> Result<Option<FetchError>> {
    let id = declared.source.id.clone();
    let claims = app
        .on_cpu(move |app| {
            let limit = app.config.settings.crawl.pages_per_turn.get();
            app.store.claim_targets(&id, app.now(), limit)
        })
        .await?;
    let mut hosts_in_trouble = HashSet::new();
    for claim in claims {
        if !may_go_on() {
            break;
        }
        let url = Url::parse(&claim.url).with_context(|| format!("stored target {}", claim.url))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if hosts_in_trouble.contains(&host) {
            put_back(app, claim).await?;
            continue;
        }
        tally.target_count += 1;
        let address = claim.url.clone();
        match read_target(app, declared, claim.clone(), tally).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tally.warnings.push(error.to_string());
                if error.is_about_the_host() {
                    blame(app, claim, &error).await?;
                    if is_at_home(declared, &url) {
                        return Ok(Some(error));
                    }
                    hosts_in_trouble.insert(host);
                }
            }
            // One page that breaks the program must not keep the others from being read.
            Err(error) => {
                tracing::error!("Page {address} broke off: {error:#}");
                let message = "程序处理此网页时出错，已记入日志，请信息员查看".to_owned();
                tally.warnings.push(format!("{address}：{message}"));
                app.on_cpu(move |app| record_failure(app, &claim, &message, true))
                    .await?;
            }
        }
    }
    Ok(None)
}

/// Trouble of a host is no failure of the page, but the page goes behind the others. A refusal or an error that the
/// server answers with may well be the page's own: a thread for members only, a script that breaks.
async fn blame(app: &Arc<App>, claim: Claim, error: &FetchError) -> Result<()> {
    let is_answer = matches!(
        error,
        FetchError::Blocked { .. } | FetchError::Status { .. }
    );
    if !is_answer {
        return put_back(app, claim).await;
    }
    let message = error.to_string();
    app.on_cpu(move |app| record_failure(app, &claim, &message, true))
        .await
}

async fn put_back(app: &Arc<App>, claim: Claim) -> Result<()> {
    app.on_cpu(move |app| app.store.put_back(&claim.url, app.now() + BEHIND_OTHERS))
        .await
}

async fn read_target(
    app: &Arc<App>,
    declared: &DeclaredSource,
    claim: Claim,
    tally: &mut Tally,
) -> Result<Result<(), FetchError>> {
    let url = Url::parse(&claim.url).with_context(|| format!("stored target {}", claim.url))?;
    match fetch(app, declared, &url, claim.validators.clone()).await? {
        Err(error) => {
            // Trouble of the host is not held against the page: the turn ends and the host's targets are postponed.
            if !error.is_about_the_host() {
                let gone = matches!(error, FetchError::Gone { .. });
                let message = error.to_string();
                let retries = error.is_temporary() || gone;
                app.on_cpu(move |app| {
                    if gone {
                        note_gone(app, &claim)?;
                    }
                    record_failure(app, &claim, &message, retries)
                })
                .await?;
            }
            Ok(Err(error))
        }
        Ok(None) => {
            app.on_cpu(move |app| {
                let next_due = revisit(app, &claim, None)?;
                app.store.record_target_unchanged(&claim.url, next_due)
            })
            .await?;
            tally.target_read_count += 1;
            Ok(Ok(()))
        }
        Ok(Some(brought)) => {
            tally.fetched += 1;
            let (brought, mut extraction) = read_page(app, declared, brought).await?;
            let joined = join_further_pages(app, declared, &mut extraction, tally).await?;
            if let Err(error) = joined {
                // Half an article would stay half for ever: what is known is not read anew.
                if !error.is_about_the_host() {
                    let message = format!("文章没有取全：{error}");
                    app.on_cpu(move |app| record_failure(app, &claim, &message, true))
                        .await?;
                }
                return Ok(Err(error));
            }
            let declared = declared.clone();
            let (saved, warnings) = app
                .on_cpu(move |app| save_target(app, &declared, claim, brought, extraction))
                .await?;
            let gave_something = saved.new + saved.duplicate + saved.link_count > 0;
            tally.target_read_count += u64::from(gave_something);
            tally.saved.add(saved);
            tally.warnings.extend(warnings);
            Ok(Ok(()))
        }
    }
}

/// A page that a link led to, and what it says.
async fn read_page(
    app: &Arc<App>,
    declared: &DeclaredSource,
    brought: Brought,
) -> Result<(Brought, Extraction)> {
    // A followed page is what it is: the source's kind describes its entry page only.
    let kind = match declared.source.kind {
        SourceKind::Epaper => Some(SourceKind::Epaper),
        _ => None,
    };
    let hints = hints(declared, kind);
    let id = declared.source.id.clone();
    app.on_cpu(move |app| {
        let extraction = extract(&brought.page, &hints, &app.collecting().sites);
        note_rule_uses(app, &id, &brought.page, &extraction)?;
        Ok((brought, extraction))
    })
    .await
}

/// Reads the pages on which an article goes on, and makes one post of all. A page that is not there is left out and
/// said; the error is one that another try may mend.
async fn join_further_pages(
    app: &Arc<App>,
    declared: &DeclaredSource,
    extraction: &mut Extraction,
    tally: &mut Tally,
) -> Result<Result<(), FetchError>> {
    let is_article = extraction.format == Format::Article && !extraction.posts.is_empty();
    let mut waiting = std::mem::take(&mut extraction.next_pages);
    if !is_article {
        extraction.next_pages = waiting;
        return Ok(Ok(()));
    }
    let (mut seen, mut parts) = (HashSet::new(), Vec::new());
    while let Some(url) = take_first(&mut waiting) {
        if seen.len() + 1 >= MAX_ARTICLE_PAGES || !seen.insert(url.clone()) {
            continue;
        }
        match fetch(app, declared, &url, Validators::default()).await? {
            Ok(Some(brought)) => {
                tally.fetched += 1;
                let (_, further) = read_page(app, declared, brought).await?;
                parts.extend(further.posts.into_iter().next());
                waiting.extend(further.next_pages);
            }
            Ok(None) => {}
            Err(error) if error.is_temporary() => return Ok(Err(error)),
            Err(error) => {
                tally.warnings.push(format!("文章没有取全：{error}"));
                break;
            }
        }
    }
    if !parts.is_empty() {
        let first = extraction.posts.remove(0);
        extraction.posts.insert(0, join_pages(first, parts));
    }
    Ok(Ok(()))
}

fn take_first(waiting: &mut Vec<Url>) -> Option<Url> {
    (!waiting.is_empty()).then(|| waiting.remove(0))
}

fn record_failure(app: &App, claim: &Claim, message: &str, retries: bool) -> Result<()> {
    let now = app.now();
    let pause = TARGET_RETRY * 2_i32.pow(claim.failure_count.min(6));
    let retry_at = retries.then_some(now + pause);
    (app.store).record_target_failure(&claim.url, message, retry_at, now)
}

/// Gone once may be an accident of the site; gone for hours, the post is deleted.
fn note_gone(app: &App, claim: &Claim) -> Result<()> {
    let now = app.now();
    let since = app.store.record_gone(&claim.url, now)?;
    if now - since >= GONE_FOR_GOOD {
        app.store.mark_deleted(claim.post_key(), now)?;
    }
    Ok(())
}

fn save_target(
    app: &App,
    declared: &DeclaredSource,
    claim: Claim,
    brought: Brought,
    extraction: Extraction,
) -> Result<(SaveCounts, Vec<String>)> {
    let (posts, refused) = discover(declared, &extraction);
    let links = continuations(app, declared, &extraction, posts.is_empty());
    let mut warnings = extraction.warnings.clone();
    if posts.is_empty() && links.is_empty() {
        // A script, a challenge, an empty shell: the text may be there another time.
        let message = format!("{} 没有取到正文", claim.url);
        record_failure(app, &claim, &message, true)?;
        warnings.push(message);
        let counts = SaveCounts {
            refused,
            ..SaveCounts::default()
        };
        return Ok((counts, warnings));
    }
    let next_due = revisit(app, &claim, Some(&extraction))?;
    // An address that redirects, or an interface, shows a post that is known by another.
    let first = extraction.posts.first().and_then(|post| post.url.clone());
    let shows = first.filter(|url| *url != claim.url && extraction.format != Format::Forum);
    let result = PageResult {
        source_id: claim.source_id,
        url: claim.url,
        // Validators of a page that is never read again would only fill the table.
        validators: if next_due.is_some() {
            brought.validators
        } else {
            Validators::default()
        },
        posts,
        links,
        next_due,
        shows,
        capture: Some(capture(brought.page, brought.answer)?),
    };
    let mut saved = app.store.save_page(&result, app.now())?;
    saved.refused += refused;
    Ok((saved, warnings))
}

/// When the page is read again: ours while they may grow or vanish, threads while they are young. A post is judged
/// after its first visit; `pipeline::analyze_once` brings the readings of those that are ours forward.
fn revisit(app: &App, claim: &Claim, extraction: Option<&Extraction>) -> Result<Option<Timestamp>> {
    let now = app.now();
    let first = extraction.and_then(|extraction| extraction.posts.first());
    let address = first.and_then(|post| post.url.as_deref());
    let known = app.store.readable(address.unwrap_or(claim.post_key()))?;
    let is_thread = extraction.is_some_and(|extraction| extraction.format == Format::Forum);
    let readable = match (known, first) {
        // A later page of a thread begins with another floor than the first.
        (Some(known), _) => Readable {
            is_thread: known.is_thread || is_thread,
            ..known
        },
        (None, Some(post)) => Readable {
            published_at: post.effective_at(),
            is_relevant: false,
            has_numbers: !post.engagement.is_unknown(),
            is_thread,
        },
        (None, None) => return Ok(None),
    };
    Ok(interest(readable)
        .and_then(|interest| next_reading(interest, readable.published_at, claim.visit_count, now)))
}

/// An edition's page lists articles, a thread goes on over pages; an article lists other articles that are not ours to
/// follow.
fn continuations(
    app: &App,
    declared: &DeclaredSource,
    extraction: &Extraction,
    has_no_posts: bool,
) -> Vec<String> {
    match extraction.format {
        Format::Epaper if has_no_posts => links(app, declared, extraction),
        Format::Forum => allowed(app, declared, &extraction.next_pages)
            .map(canonical_url)
            .collect(),
        _ => Vec::new(),
    }
}
