//! The pages of one turn: fetch, extract, save. A page is one transaction.

use super::Tally;
use crate::app::App;
use crate::config::DeclaredSource;
use crate::extract::{Extraction, Format, SourceHints, extract, join_pages};
use crate::fetch::{FetchError, Fetched, Request};
use crate::model::{Answer, Capture, Page, SourceKind, Timestamp, canonical_url};
use crate::pipeline::discovered;
use crate::pipeline::reading::interest;
use crate::source::next_reading;
use crate::store::{Claim, Discovered, PageResult, Readable, SaveCounts, Validators};
use anyhow::{Context, Result};
use chrono::{Datelike, TimeDelta};
use std::collections::HashSet;
use std::sync::Arc;
use url::Url;

/// A sitemap lists all that a site ever had; what changed longer ago is history.
const SITEMAP_AGE: TimeDelta = TimeDelta::days(30);

/// Pages of one article that are joined: serials of a hundred pages are books.
const MAX_ARTICLE_PAGES: usize = 12;

/// A target that could not be used is tried again after this.
const TARGET_RETRY: TimeDelta = TimeDelta::minutes(20);

/// Reads the entry page and the pages that continue it.
///
/// A list is read on until a page holds nothing new: what stands behind it was read before. Not so after a visit that
/// broke off in the middle, and not for the pages of a paper, which are all of one day.
pub async fn read_entry(
    app: &Arc<App>,
    declared: &DeclaredSource,
    tally: &mut Tally,
) -> Result<Result<(), FetchError>> {
    let entry = entry_url(&declared.source.url, app.now())?;
    let may_stop =
        declared.source.kind != SourceKind::Epaper && !was_incomplete(app, declared).await?;
    // An unchanged first page would hide the pages behind it: only single pages are asked for conditionally.
    let is_conditional = declared.max_pages == 1;
    let mut seen = HashSet::new();
    let mut pages = vec![entry];
    while let Some(url) = pages.pop() {
        if seen.len() >= declared.max_pages || !seen.insert(url.clone()) {
            continue;
        }
        let fetched = match fetch(app, declared, &url, is_conditional).await? {
            Ok(fetched) => fetched,
            // A continuation that is missing ends the list; a missing entry is the source's failure.
            Err(error) if seen.len() > 1 => {
                tally.is_incomplete |= error.is_temporary();
                tally.warnings.push(error.to_string());
                continue;
            }
            Err(error) => return Ok(Err(error)),
        };
        let Some(brought) = fetched else {
            tally.is_unchanged = true;
            continue;
        };
        tally.fetched += 1;
        let page = save_entry(app, declared, url, brought, tally).await?;
        if may_stop && page.entry_count > 0 && page.new_count == 0 {
            break;
        }
        pages.extend(page.next_pages.into_iter().rev());
    }
    Ok(Ok(()))
}

async fn was_incomplete(app: &Arc<App>, declared: &DeclaredSource) -> Result<bool> {
    let id = declared.source.id.clone();
    let state = app.on_cpu(move |app| app.store.source_state(&id)).await?;
    Ok(state.is_some_and(|state| state.is_incomplete))
}

/// What an entry page held.
struct EntryPage {
    next_pages: Vec<Url>,
    /// Posts and links on it.
    entry_count: u64,
    /// Those not known before.
    new_count: u64,
}

async fn save_entry(
    app: &Arc<App>,
    declared: &DeclaredSource,
    url: Url,
    brought: Brought,
    tally: &mut Tally,
) -> Result<EntryPage> {
    let declared = declared.clone();
    let (extraction, saved) = app
        .on_cpu(move |app| {
            let extraction = extract(
                &brought.page,
                &hints(&declared, Some(declared.source.kind)),
                &app.config.sites,
            );
            note_rule_uses(app, &brought.page, &extraction)?;
            let saved = save_entry_page(app, &declared, &url, &extraction, brought)?;
            Ok((extraction, saved))
        })
        .await?;
    let page = EntryPage {
        next_pages: extraction.next_pages,
        entry_count: (extraction.posts.len() + extraction.links.len()) as u64,
        new_count: saved.new + saved.new_links,
    };
    tally.saved.add(saved);
    tally.entry_count += page.entry_count;
    tally.entry_new_count += page.new_count;
    tally.found_anything |= page.entry_count > 0;
    tally.warnings.extend(extraction.warnings);
    Ok(page)
}

fn save_entry_page(
    app: &App,
    declared: &DeclaredSource,
    url: &Url,
    extraction: &Extraction,
    brought: Brought,
) -> Result<SaveCounts> {
    let follows = declared.source.follows_links;
    let (posts, refused) = if follows && extraction.format != Format::Json {
        (Vec::new(), 0)
    } else {
        discover(declared, extraction)
    };
    let links = if follows {
        links(app, declared, extraction)
    } else {
        Vec::new()
    };
    // A page that gave nothing must be read again, not answered by "not modified": its rules may be mended meanwhile.
    let gave_something = !posts.is_empty() || !links.is_empty();
    let capture = (!posts.is_empty()).then(|| capture(brought.page, brought.answer));
    let result = PageResult {
        source_id: declared.source.id.clone(),
        url: url.to_string(),
        validators: if gave_something {
            brought.validators
        } else {
            Validators::default()
        },
        posts,
        links,
        next_due: None,
        capture,
    };
    let mut saved = app.store.save_page(&result, app.now())?;
    saved.refused += refused;
    Ok(saved)
}

/// Reads waiting targets of the source; the error is one that ended the turn early.
pub async fn read_targets(
    app: &Arc<App>,
    declared: &DeclaredSource,
    tally: &mut Tally,
) -> Result<Option<FetchError>> {
    let id = declared.source.id.clone();
    let claims = app
        .on_cpu(move |app| {
            let limit = app.config.settings.crawl.pages_per_turn.get();
            app.store.claim_targets(&id, app.now(), limit)
        })
        .await?;
    for claim in claims {
        tally.found_anything = true;
        if let Err(error) = read_target(app, declared, claim, tally).await? {
            tally.warnings.push(error.to_string());
            if error.is_about_the_host() {
                return Ok(Some(error));
            }
        }
    }
    Ok(None)
}

async fn read_target(
    app: &Arc<App>,
    declared: &DeclaredSource,
    claim: Claim,
    tally: &mut Tally,
) -> Result<Result<(), FetchError>> {
    let url = Url::parse(&claim.url).with_context(|| format!("stored target {}", claim.url))?;
    match fetch(app, declared, &url, true).await? {
        Err(error) => {
            // Trouble of the host is not held against the page: the turn ends and the host's targets are postponed.
            if !error.is_about_the_host() {
                let gone = matches!(error, FetchError::Gone { .. });
                let message = error.to_string();
                let retries = error.is_temporary() || gone;
                app.on_cpu(move |app| {
                    // Gone once may be an accident of the site.
                    if gone && claim.failure_count > 0 {
                        app.store.mark_deleted(&claim.url, app.now())?;
                    }
                    record_failure(app, &claim.url, &message, retries)
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
            Ok(Ok(()))
        }
        Ok(Some(brought)) => {
            tally.fetched += 1;
            let (brought, mut extraction) = read_page(app, declared, brought).await?;
            join_further_pages(app, declared, &mut extraction, tally).await?;
            let declared = declared.clone();
            let (saved, warnings) = app
                .on_cpu(move |app| save_target(app, &declared, claim, brought, extraction))
                .await?;
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
    app.on_cpu(move |app| {
        let extraction = extract(&brought.page, &hints, &app.config.sites);
        note_rule_uses(app, &brought.page, &extraction)?;
        Ok((brought, extraction))
    })
    .await
}

/// Reads the pages on which an article goes on, and makes one post of all. What cannot be read is left out and said.
async fn join_further_pages(
    app: &Arc<App>,
    declared: &DeclaredSource,
    extraction: &mut Extraction,
    tally: &mut Tally,
) -> Result<()> {
    let is_article = extraction.format == Format::Article && !extraction.posts.is_empty();
    let mut waiting = std::mem::take(&mut extraction.next_pages);
    if !is_article {
        extraction.next_pages = waiting;
        return Ok(());
    }
    let (mut seen, mut parts) = (HashSet::new(), Vec::new());
    while let Some(url) = take_first(&mut waiting) {
        if seen.len() + 1 >= MAX_ARTICLE_PAGES || !seen.insert(url.clone()) {
            continue;
        }
        match fetch(app, declared, &url, false).await? {
            Ok(Some(brought)) => {
                tally.fetched += 1;
                let (_, further) = read_page(app, declared, brought).await?;
                parts.extend(further.posts.into_iter().next());
                waiting.extend(further.next_pages);
            }
            Ok(None) => {}
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
    Ok(())
}

fn take_first(waiting: &mut Vec<Url>) -> Option<Url> {
    (!waiting.is_empty()).then(|| waiting.remove(0))
}

/// A part of a site's rules that finds nothing on page after page is the administrator's business, never the readers'.
fn note_rule_uses(app: &App, page: &Page, extraction: &Extraction) -> Result<()> {
    if extraction.rule_uses.is_empty() {
        return Ok(());
    }
    let host = page.url.host_str().unwrap_or_default();
    let limit = app.config.settings.crawl.rule_misses.get();
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let uses = extraction.rule_uses.iter();
    let uses = uses.map(|each| (each.part, each.has_matched));
    let broken =
        (app.store).record_rule_uses(host, page.url.as_str(), uses, limit, page.fetched_at)?;
    for part in broken {
        tracing::warn!(
            host,
            part,
            "Rule `{part}` of `{host}` found nothing on {limit} pages in a row"
        );
    }
    Ok(())
}

fn record_failure(app: &App, url: &str, message: &str, retries: bool) -> Result<()> {
    let retry_at = retries.then(|| app.now() + TARGET_RETRY);
    app.store.record_target_failure(url, message, retry_at)
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
        record_failure(app, &claim.url, &message, true)?;
        warnings.push(message);
        let counts = SaveCounts {
            refused,
            ..SaveCounts::default()
        };
        return Ok((counts, warnings));
    }
    let next_due = revisit(app, &claim, Some(&extraction))?;
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
        capture: Some(capture(brought.page, brought.answer)),
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
    let known = app.store.readable(address.unwrap_or(&claim.url))?;
    let is_thread = extraction.is_some_and(|extraction| extraction.format == Format::Forum);
    let readable = match (known, first) {
        (Some(known), _) => known,
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

/// A page with what to send next time.
struct Brought {
    page: Page,
    answer: Answer,
    validators: Validators,
}

/// The page as evidence.
fn capture(page: Page, answer: Answer) -> Capture {
    Capture {
        url: page.url.to_string(),
        fetched_at: page.fetched_at,
        answer,
        body: page.bytes,
    }
}

/// One request with what we know of the page; `None`: not modified.
async fn fetch(
    app: &Arc<App>,
    declared: &DeclaredSource,
    url: &Url,
    is_conditional: bool,
) -> Result<Result<Option<Brought>, FetchError>> {
    let mut known = Validators::default();
    if is_conditional {
        let address = url.to_string();
        known = app
            .on_cpu(move |app| app.store.validators(&address))
            .await?;
    }
    let request = Request {
        url: url.clone(),
        etag: known.etag,
        last_modified: known.last_modified,
        // The source's pause is for its own host: others it links to have not been asked.
        delay: declared.min_interval.filter(|_| is_at_home(declared, url)),
        proxy: declared.proxy.clone(),
    };
    let fetched = app.fetcher.fetch(&request, app.now()).await;
    Ok(fetched.map(|fetched| match fetched {
        Fetched::NotModified => None,
        Fetched::Page {
            page,
            etag,
            last_modified,
            answer,
        } => Some(Brought {
            answer,
            page,
            validators: Validators {
                etag,
                last_modified,
            },
        }),
    }))
}

/// Is `url` on the host of the source's entry page?
fn is_at_home(declared: &DeclaredSource, url: &Url) -> bool {
    let entry = Url::parse(&declared.source.url);
    entry.is_ok_and(|entry| entry.host_str() == url.host_str())
}

fn hints(declared: &DeclaredSource, kind: Option<SourceKind>) -> SourceHints {
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
fn discover(declared: &DeclaredSource, extraction: &Extraction) -> (Vec<Discovered>, u64) {
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
fn links(app: &App, declared: &DeclaredSource, extraction: &Extraction) -> Vec<String> {
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
fn allowed<'u>(
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

/// The entry address of the local day.
fn entry_url(template: &str, now: Timestamp) -> Result<Url> {
    let address = template
        .replace("{yyyy}", &format!("{:04}", now.year()))
        .replace("{mm}", &format!("{:02}", now.month()))
        .replace("{dd}", &format!("{:02}", now.day()));
    Url::parse(&address).with_context(|| format!("entry address {address}"))
}
