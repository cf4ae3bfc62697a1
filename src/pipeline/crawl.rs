//! crawl_once: due sources and waiting targets → pages → posts in the store.
//!
//! One turn of a source reads its entry page (if due) and a bounded number of targets; what is left waits as rows.

use super::discovered;
use crate::app::App;
use crate::config::DeclaredSource;
use crate::extract::{Extraction, Format, SourceHints, extract};
use crate::fetch::{FetchError, Fetched, Request};
use crate::model::{CrawlOutcome, Page, SourceKind, Timestamp, canonical_url};
use crate::source::{next_check, next_revisit};
use crate::store::{Claim, Discovered, PageResult, SaveCounts, Validators, Visit};
use anyhow::{Context, Result};
use chrono::{Datelike, TimeDelta};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use std::collections::HashSet;
use std::sync::Arc;
use url::Url;

/// Sources claimed in one round.
const SOURCES_PER_ROUND: usize = 64;
/// A target that failed for a passing reason is tried again after this.
const TARGET_RETRY: TimeDelta = TimeDelta::minutes(20);
/// Warnings kept per visit.
const MAX_WARNINGS: usize = 20;

/// Which sources to visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Those whose time has come, and those with waiting targets.
    Due,
    /// These ids, whatever their time.
    Named(Vec<String>),
    /// Waiting targets of these ids; their entry pages are left alone.
    Waiting(Vec<String>),
}

/// What became of one source in one round; JSON of `yuqing crawl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CrawlReport {
    /// Id of the source.
    pub source: String,
    /// How the visit ended.
    pub outcome: CrawlOutcome,
    /// Pages read.
    pub fetched: u64,
    /// Posts not known before.
    pub new: u64,
    /// Posts known before.
    pub duplicate: u64,
    /// Posts not stored.
    pub refused: u64,
    /// What looked odd.
    pub warnings: Vec<String>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Visits sources, several hosts at a time, and stores what they gave.
///
/// # Errors
/// The store refuses. What a source does wrong is its own report.
pub async fn crawl_once(app: &Arc<App>, wanted: Wanted) -> Result<Vec<CrawlReport>> {
    let turns = app.on_cpu(move |app| claim_turns(app, &wanted)).await?;
    let reports: Vec<Result<CrawlReport>> = stream::iter(turns)
        .map(|turn| take_turn(app, turn))
        .buffer_unordered(app.config.settings.crawl.parallel_sources.max(1))
        .collect()
        .await;
    reports.into_iter().collect()
}

/// One source's turn.
struct Turn {
    declared: DeclaredSource,
    reads_entry: bool,
}

fn claim_turns(app: &App, wanted: &Wanted) -> Result<Vec<Turn>> {
    let now = app.now();
    let mut turns = Vec::new();
    match wanted {
        Wanted::Named(ids) => {
            for id in ids {
                if app.store.claim_source(id, now)? {
                    turns.extend(turn(app, id, true));
                }
            }
        }
        Wanted::Waiting(ids) => {
            for id in app.store.sources_with_due_targets(now)? {
                if ids.contains(&id) && app.store.claim_source(&id, now)? {
                    turns.extend(turn(app, &id, false));
                }
            }
        }
        Wanted::Due => {
            let due: Vec<String> = app.store.claim_due_sources(now, SOURCES_PER_ROUND)?;
            for id in app.store.sources_with_due_targets(now)? {
                if !due.contains(&id) && app.store.claim_source(&id, now)? {
                    turns.extend(turn(app, &id, false));
                }
            }
            turns.extend(due.iter().filter_map(|id| turn(app, id, true)));
        }
    }
    Ok(turns)
}

/// A source that was taken out of the configuration, or switched off, has no turn; its claim runs out.
fn turn(app: &App, id: &str, reads_entry: bool) -> Option<Turn> {
    let declared = app
        .config
        .enabled_sources()
        .find(|declared| declared.source.id == id)?
        .clone();
    Some(Turn {
        declared,
        reads_entry,
    })
}

async fn take_turn(app: &Arc<App>, turn: Turn) -> Result<CrawlReport> {
    let started_at = app.now();
    let mut tally = Tally::default();
    let entry = if turn.reads_entry {
        read_entry(app, &turn.declared, &mut tally).await?
    } else {
        Ok(())
    };
    let mut failure = entry.err();
    if failure.as_ref().is_none_or(|error| !stops_the_turn(error)) {
        failure = read_targets(app, &turn.declared, &mut tally)
            .await?
            .or(failure);
    }
    finish_turn(app, turn, started_at, tally, failure).await
}

/// What a turn has seen so far.
#[derive(Default)]
struct Tally {
    fetched: u64,
    saved: SaveCounts,
    unchanged: bool,
    found_anything: bool,
    warnings: Vec<String>,
}

impl Tally {
    fn outcome(&self) -> CrawlOutcome {
        if self.saved.new > 0 {
            CrawlOutcome::New
        } else if self.unchanged || self.found_anything {
            CrawlOutcome::Unchanged
        } else {
            CrawlOutcome::Empty
        }
    }
}

/// Reads the entry page and the pages that continue it.
async fn read_entry(
    app: &Arc<App>,
    declared: &DeclaredSource,
    tally: &mut Tally,
) -> Result<Result<(), FetchError>> {
    let entry = entry_url(&declared.source.url, app.now())?;
    let mut seen = HashSet::new();
    let mut pages = vec![entry];
    while let Some(url) = pages.pop() {
        if seen.len() >= declared.max_pages || !seen.insert(url.clone()) {
            continue;
        }
        let fetched = match fetch(app, declared, &url).await? {
            Ok(fetched) => fetched,
            // A continuation that is missing ends the list; a missing entry is the source's failure.
            Err(error) if seen.len() > 1 => {
                tally.warnings.push(error.to_string());
                continue;
            }
            Err(error) => return Ok(Err(error)),
        };
        let Some((page, validators)) = fetched else {
            tally.unchanged = true;
            continue;
        };
        tally.fetched += 1;
        let next = save_entry(app, declared, url, page, validators, tally).await?;
        pages.extend(next.into_iter().rev());
    }
    Ok(Ok(()))
}

async fn save_entry(
    app: &Arc<App>,
    declared: &DeclaredSource,
    url: Url,
    page: Page,
    validators: Validators,
    tally: &mut Tally,
) -> Result<Vec<Url>> {
    let declared = declared.clone();
    let (extraction, saved) = app
        .on_cpu(move |app| {
            let hints = hints(&declared, Some(declared.source.kind));
            let extraction = extract(&page, &hints, &app.config.sites);
            let follows = declared.source.follows_links;
            let (posts, refused) = if follows && extraction.format != Format::Json {
                (Vec::new(), 0)
            } else {
                discover(&extraction)
            };
            let links = if follows {
                links(&extraction)
            } else {
                Vec::new()
            };
            let result = PageResult {
                source_id: declared.source.id.clone(),
                url: url.to_string(),
                validators,
                posts,
                links,
                next_due: None,
            };
            let mut saved = app.store.save_page(&result, app.now())?;
            saved.refused += refused;
            Ok((extraction, saved))
        })
        .await?;
    tally.saved.add(saved);
    tally.found_anything |= !extraction.posts.is_empty() || !extraction.links.is_empty();
    tally.warnings.extend(extraction.warnings);
    Ok(extraction.next_pages)
}

/// Reads waiting targets of the source; the error is one that ended the turn early.
async fn read_targets(
    app: &Arc<App>,
    declared: &DeclaredSource,
    tally: &mut Tally,
) -> Result<Option<FetchError>> {
    let id = declared.source.id.clone();
    let claims = app
        .on_cpu(move |app| {
            app.store
                .claim_targets(&id, app.now(), app.config.settings.crawl.pages_per_turn)
        })
        .await?;
    for claim in claims {
        tally.found_anything = true;
        if let Err(error) = read_target(app, declared, claim, tally).await? {
            tally.warnings.push(error.to_string());
            if stops_the_turn(&error) {
                return Ok(Some(error));
            }
        }
    }
    Ok(None)
}

/// The site does not want us now, or cannot be reached: asking for its other pages would be rude or useless.
fn stops_the_turn(error: &FetchError) -> bool {
    matches!(
        error,
        FetchError::Blocked { .. }
            | FetchError::RobotsUnreachable { .. }
            | FetchError::Connect { .. }
            | FetchError::Tls { .. }
    )
}

async fn read_target(
    app: &Arc<App>,
    declared: &DeclaredSource,
    claim: Claim,
    tally: &mut Tally,
) -> Result<Result<(), FetchError>> {
    let url = Url::parse(&claim.url).with_context(|| format!("stored target {}", claim.url))?;
    match fetch(app, declared, &url).await? {
        Err(error) => {
            let message = error.to_string();
            let retries = error.is_temporary();
            app.on_cpu(move |app| {
                let retry_at = retries.then(|| app.now() + TARGET_RETRY);
                app.store
                    .record_target_failure(&claim.url, &message, retry_at)
            })
            .await?;
            Ok(Err(error))
        }
        Ok(None) => {
            app.on_cpu(move |app| {
                let next_due = next_revisit(Some(app.now()), claim.visit_count, app.now());
                app.store.record_target_unchanged(&claim.url, next_due)
            })
            .await?;
            Ok(Ok(()))
        }
        Ok(Some((page, validators))) => {
            tally.fetched += 1;
            let declared = declared.clone();
            let (saved, warnings) = app
                .on_cpu(move |app| save_target(app, &declared, claim, &page, validators))
                .await?;
            tally.saved.add(saved);
            tally.warnings.extend(warnings);
            Ok(Ok(()))
        }
    }
}

fn save_target(
    app: &App,
    declared: &DeclaredSource,
    claim: Claim,
    page: &Page,
    validators: Validators,
) -> Result<(SaveCounts, Vec<String>)> {
    // A followed page is what it is: the source's kind describes its entry page only.
    let kind = match declared.source.kind {
        SourceKind::Epaper => Some(SourceKind::Epaper),
        _ => None,
    };
    let extraction = extract(page, &hints(declared, kind), &app.config.sites);
    let (posts, refused) = discover(&extraction);
    let published = extraction.posts.first().and_then(|post| post.published_at);
    let is_thread = extraction.format == Format::Forum;
    let next_due = published
        .filter(|_| is_thread)
        .and_then(|published| next_revisit(Some(published.at), claim.visit_count, app.now()));
    // An edition's page lists articles; an article lists other articles that are not ours to follow.
    let links = if extraction.format == Format::Epaper && posts.is_empty() {
        links(&extraction)
    } else {
        Vec::new()
    };
    let mut warnings = extraction.warnings;
    if posts.is_empty() && links.is_empty() {
        warnings.push(format!("{} 没有取到正文", claim.url));
    }
    let result = PageResult {
        source_id: claim.source_id,
        url: claim.url,
        // Validators of a page that is never read again would only fill the table.
        validators: if next_due.is_some() {
            validators
        } else {
            Validators::default()
        },
        posts,
        links,
        next_due,
    };
    let mut saved = app.store.save_page(&result, app.now())?;
    saved.refused += refused;
    Ok((saved, warnings))
}

async fn finish_turn(
    app: &Arc<App>,
    turn: Turn,
    started_at: Timestamp,
    mut tally: Tally,
    failure: Option<FetchError>,
) -> Result<CrawlReport> {
    tally.warnings.truncate(MAX_WARNINGS);
    let outcome = failure
        .as_ref()
        .map_or_else(|| tally.outcome(), FetchError::outcome);
    let message = match (&failure, outcome) {
        (Some(error), _) => error.to_string(),
        (None, CrawlOutcome::Empty) => {
            "页面能打开，但没有取到任何信息或链接：网址或采集规则可能已失效".to_owned()
        }
        (None, _) => String::new(),
    };
    let report = CrawlReport {
        source: turn.declared.source.id.clone(),
        outcome,
        fetched: tally.fetched,
        new: tally.saved.new,
        duplicate: tally.saved.duplicate,
        refused: tally.saved.refused,
        warnings: tally.warnings.clone(),
        error: Some(message.clone()).filter(|message| !message.is_empty()),
    };
    let retry_after = failure.as_ref().and_then(FetchError::retry_after);
    app.on_cpu(move |app| {
        let id = &turn.declared.source.id;
        let now = app.now();
        let failures = app
            .store
            .source_state(id)?
            .map_or(0, |state| state.failure_count)
            + 1;
        let next = next_check(
            &turn.declared.schedule,
            app.zone(),
            now,
            outcome,
            failures,
            retry_after,
        );
        app.store.record_visit(&Visit {
            source_id: id.clone(),
            started_at,
            finished_at: now,
            outcome,
            fetched_count: tally.fetched,
            saved: tally.saved,
            warnings: tally.warnings,
            message,
            next_check: turn.reads_entry.then_some(next),
        })
    })
    .await?;
    Ok(report)
}

/// One request with what we know of the page; `None`: not modified.
async fn fetch(
    app: &Arc<App>,
    declared: &DeclaredSource,
    url: &Url,
) -> Result<Result<Option<(Page, Validators)>, FetchError>> {
    let address = url.to_string();
    let known = app
        .on_cpu(move |app| app.store.validators(&address))
        .await?;
    let request = Request {
        url: url.clone(),
        etag: known.etag,
        last_modified: known.last_modified,
        delay: declared.min_interval,
    };
    Ok(app
        .fetcher
        .fetch(&request, app.now())
        .await
        .map(|fetched| match fetched {
            Fetched::NotModified => None,
            Fetched::Page {
                page,
                etag,
                last_modified,
            } => Some((
                page,
                Validators {
                    etag,
                    last_modified,
                },
            )),
        }))
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
fn discover(extraction: &Extraction) -> (Vec<Discovered>, u64) {
    let posts: Vec<Discovered> = extraction
        .posts
        .iter()
        .cloned()
        .filter_map(discovered)
        .collect();
    let refused = (extraction.posts.len() - posts.len()) as u64;
    (posts, refused)
}

fn links(extraction: &Extraction) -> Vec<String> {
    extraction
        .links
        .iter()
        .map(|link| canonical_url(&link.url))
        .collect()
}

/// The entry address of the local day.
fn entry_url(template: &str, now: Timestamp) -> Result<Url> {
    let address = template
        .replace("{yyyy}", &format!("{:04}", now.year()))
        .replace("{mm}", &format!("{:02}", now.month()))
        .replace("{dd}", &format!("{:02}", now.day()));
    Url::parse(&address).with_context(|| format!("entry address {address}"))
}
