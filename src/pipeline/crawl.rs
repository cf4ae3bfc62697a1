//! crawl_once: due sources and waiting targets → pages → posts in the store.
//!
//! One turn of a source reads its entry page (if due) and a bounded number of targets; what is left waits as rows.

mod pages;

use crate::app::App;
use crate::config::DeclaredSource;
use crate::fetch::FetchError;
use crate::model::{CrawlOutcome, Timestamp};
use crate::source::{back_off, next_check};
use crate::store::{SaveCounts, Visit};
use anyhow::Result;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use std::sync::Arc;

/// Sources claimed in one round.
const SOURCES_PER_ROUND: usize = 64;
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

/// Visits sources, several hosts at a time, and stores what they gave. What a source does wrong, or what breaks over
/// one of its pages, is its own report; the others go on.
///
/// # Errors
/// The store refuses.
pub async fn crawl_once(app: &Arc<App>, wanted: Wanted) -> Result<Vec<CrawlReport>> {
    let turns = app.on_cpu(move |app| claim_turns(app, &wanted)).await?;
    let reports: Vec<Result<CrawlReport>> = stream::iter(turns)
        .map(|turn| take_turn(app, turn))
        .buffer_unordered(app.config.settings.crawl.parallel_sources.get())
        .collect()
        .await;
    reports.into_iter().collect()
}

/// One source's turn.
#[derive(Clone)]
struct Turn {
    declared: DeclaredSource,
    reads_entry: bool,
}

fn claim_turns(app: &App, wanted: &Wanted) -> Result<Vec<Turn>> {
    let now = app.now();
    let enabled: Vec<&str> = app
        .config
        .enabled_sources()
        .map(|declared| declared.source.id.as_str())
        .collect();
    let mut turns = Vec::new();
    let mut claim = |id: &str, reads_entry| -> Result<()> {
        if enabled.contains(&id) && app.store.claim_source(id, now)? {
            turns.extend(turn(app, id, reads_entry));
        }
        Ok(())
    };
    match wanted {
        Wanted::Named(ids) => {
            for id in ids {
                claim(id, true)?;
            }
        }
        Wanted::Waiting(ids) => {
            for id in app.store.sources_with_due_targets(now)? {
                if ids.contains(&id) {
                    claim(&id, false)?;
                }
            }
        }
        Wanted::Due => {
            let due = app
                .store
                .claim_due_sources(&enabled, now, SOURCES_PER_ROUND)?;
            for id in app.store.sources_with_due_targets(now)? {
                // A source that was just claimed reads its targets in the same turn.
                if !due.contains(&id) {
                    claim(&id, false)?;
                }
            }
            turns.extend(due.iter().filter_map(|id| turn(app, id, true)));
        }
    }
    Ok(turns)
}

fn turn(app: &App, id: &str, reads_entry: bool) -> Option<Turn> {
    let mut enabled = app.config.enabled_sources();
    let declared = enabled.find(|declared| declared.source.id == id)?.clone();
    Some(Turn {
        declared,
        reads_entry,
    })
}

/// Takes the turn in a task of its own: a page that breaks the extraction is a failed visit of its source.
async fn take_turn(app: &Arc<App>, turn: Turn) -> Result<CrawlReport> {
    let started_at = app.now();
    let reading = tokio::spawn(read(Arc::clone(app), turn.clone()));
    // Dropped with this future at shutdown.
    let reading = AbortOnDrop(reading);
    let (tally, failure) = match reading.finished().await {
        Ok(Ok((tally, failure))) => (tally, failure.map(Failure::from)),
        Ok(Err(error)) => (Tally::default(), Some(Failure::of_program(&error))),
        Err(panic) => (Tally::default(), Some(Failure::of_program(&panic.into()))),
    };
    finish_turn(app, turn, started_at, tally, failure).await
}

async fn read(app: Arc<App>, turn: Turn) -> Result<(Tally, Option<FetchError>)> {
    let mut tally = Tally::default();
    if turn.reads_entry
        && let Err(error) = pages::read_entry(&app, &turn.declared, &mut tally).await?
    {
        return Ok((tally, Some(error)));
    }
    let failure = pages::read_targets(&app, &turn.declared, &mut tally).await?;
    Ok((tally, failure))
}

/// What a turn has seen so far.
#[derive(Default)]
struct Tally {
    fetched: u64,
    saved: SaveCounts,
    is_unchanged: bool,
    found_anything: bool,
    warnings: Vec<String>,
}

impl Tally {
    fn outcome(&self) -> CrawlOutcome {
        if self.saved.new > 0 {
            CrawlOutcome::New
        } else if self.is_unchanged || self.found_anything {
            CrawlOutcome::Unchanged
        } else {
            CrawlOutcome::Empty
        }
    }
}

/// Why a turn ended early.
struct Failure {
    outcome: CrawlOutcome,
    message: String,
    retry_after: Option<std::time::Duration>,
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Failure {
            outcome: error.outcome(),
            message: error.to_string(),
            retry_after: error.retry_after(),
        }
    }
}

impl Failure {
    fn of_program(error: &anyhow::Error) -> Self {
        tracing::error!("A visit broke off: {error:#}");
        Failure {
            outcome: CrawlOutcome::Failed,
            message: "程序处理此信源的网页时出错，已记入日志，请信息员查看".to_owned(),
            retry_after: None,
        }
    }
}

async fn finish_turn(
    app: &Arc<App>,
    turn: Turn,
    started_at: Timestamp,
    mut tally: Tally,
    failure: Option<Failure>,
) -> Result<CrawlReport> {
    tally.warnings.truncate(MAX_WARNINGS);
    let outcome = failure
        .as_ref()
        .map_or_else(|| tally.outcome(), |failure| failure.outcome);
    let message = match &failure {
        Some(failure) => failure.message.clone(),
        None if outcome == CrawlOutcome::Empty => {
            "页面能打开，但没有取到任何信息或链接：网址或采集规则可能已失效".to_owned()
        }
        None => String::new(),
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
    app.on_cpu(move |app| record(app, &turn, started_at, outcome, &tally, message, failure))
        .await?;
    Ok(report)
}

fn record(
    app: &App,
    turn: &Turn,
    started_at: Timestamp,
    outcome: CrawlOutcome,
    tally: &Tally,
    message: String,
    failure: Option<Failure>,
) -> Result<()> {
    let id = &turn.declared.source.id;
    let now = app.now();
    let state = app.store.source_state(id)?;
    let failure_count = state.map_or(0, |state| state.failure_count) + 1;
    let retry_after = failure.as_ref().and_then(|failure| failure.retry_after);
    if failure.is_some() {
        // The pages behind a host that does not answer wait as long as the host itself.
        let retry_at = now + back_off(outcome, failure_count, retry_after);
        app.store.postpone_targets(id, retry_at)?;
    }
    let schedule = &turn.declared.schedule;
    let next = next_check(
        schedule,
        app.zone(),
        now,
        outcome,
        failure_count,
        retry_after,
    );
    app.store.record_visit(&Visit {
        source_id: id.clone(),
        started_at,
        finished_at: now,
        outcome,
        fetched_count: tally.fetched,
        saved: tally.saved,
        warnings: tally.warnings.clone(),
        message,
        next_check: turn.reads_entry.then_some(next),
    })
}

/// A task that ends when nobody waits for it any more.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> AbortOnDrop<T> {
    async fn finished(mut self) -> Result<T, tokio::task::JoinError> {
        (&mut self.0).await
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
