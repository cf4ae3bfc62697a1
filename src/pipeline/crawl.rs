//! crawl_once: due sources and waiting targets → pages → posts in the store.
//!
//! One turn of a source reads its entry page (if due) and a bounded number of targets; what is left waits as rows.

mod pages;

use crate::app::App;
use crate::config::{Config, DeclaredSource};
use crate::fetch::FetchError;
use crate::model::{CrawlOutcome, FetchCause, Timestamp};
use crate::source::{LastVisit, NextCheck, Rhythm, after_pause, back_off, next_check};
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
    /// 失败原因.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<FetchCause>,
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

/// Enabled sources that nobody visits now unless a person names them: stopped, or in their nightly pause.
///
/// # Errors
/// The store refuses.
pub fn resting_sources(app: &App) -> Result<Vec<String>> {
    let now = app.now();
    let states = app.store.source_states()?;
    let is_stopped = |id: &str| {
        let state = states.iter().find(|state| state.id == id);
        state.is_some_and(|state| state.stopped_at.is_some())
    };
    let resting = app.config.enabled_sources().filter(|declared| {
        is_stopped(&declared.source.id)
            || rhythm(&app.config, declared)
                .pause
                .end(now, app.zone())
                .is_some()
    });
    Ok(resting.map(|declared| declared.source.id.clone()).collect())
}

/// One source's turn.
#[derive(Clone)]
struct Turn {
    declared: DeclaredSource,
    reads_entry: bool,
}

fn claim_turns(app: &App, wanted: &Wanted) -> Result<Vec<Turn>> {
    let now = app.now();
    // A person who names a source may visit it at any hour.
    let is_awake = |declared: &&DeclaredSource| {
        *wanted != Wanted::Due
            || rhythm(&app.config, declared)
                .pause
                .end(now, app.zone())
                .is_none()
    };
    let enabled: Vec<&str> = app
        .config
        .enabled_sources()
        .filter(is_awake)
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

/// 采集节奏 of a declared source.
pub fn rhythm<'d>(config: &Config, declared: &'d DeclaredSource) -> Rhythm<'d> {
    let settings = &config.settings.fetch;
    Rhythm {
        source_id: &declared.source.id,
        schedule: &declared.schedule,
        pause: declared.pause.unwrap_or(settings.pause),
        zone: config.settings.bureau.time_zone,
        stop_after_refusals: settings.stop_after_refusals,
    }
}

fn turn(app: &App, id: &str, reads_entry: bool) -> Option<Turn> {
    let mut enabled = app.config.enabled_sources();
    let declared = enabled.find(|declared| declared.source.id == id)?.clone();
    Some(Turn {
        declared,
        reads_entry,
    })
}

/// Blocking work runs in `on_cpu`, which turns a panic into an error: a page that breaks the extraction is a failed
/// visit of its source.
async fn take_turn(app: &Arc<App>, turn: Turn) -> Result<CrawlReport> {
    let started_at = app.now();
    let (tally, failure) = match read(app, &turn).await {
        Ok((tally, failure)) => (tally, failure.map(Failure::from)),
        Err(error) => (Tally::default(), Some(Failure::of_program(&error))),
    };
    finish_turn(app, turn, started_at, tally, failure).await
}

async fn read(app: &Arc<App>, turn: &Turn) -> Result<(Tally, Option<FetchError>)> {
    let mut tally = Tally::default();
    if turn.reads_entry
        && let Err(error) = pages::read_entry(app, &turn.declared, &mut tally).await?
    {
        return Ok((tally, Some(error)));
    }
    let failure = pages::read_targets(app, &turn.declared, &mut tally).await?;
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
    /// `None`: our own program failed.
    cause: Option<FetchCause>,
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Failure {
            outcome: error.outcome(),
            message: error.to_string(),
            retry_after: error.retry_after(),
            cause: Some(error.cause()),
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
            cause: None,
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
    let mut report = CrawlReport {
        source: turn.declared.source.id.clone(),
        outcome,
        fetched: tally.fetched,
        new: tally.saved.new,
        duplicate: tally.saved.duplicate,
        refused: tally.saved.refused,
        warnings: tally.warnings.clone(),
        error: None,
        cause: failure.as_ref().and_then(|failure| failure.cause),
    };
    let said = app
        .on_cpu(move |app| record(app, &turn, started_at, outcome, &tally, message, failure))
        .await?;
    report.error = Some(said).filter(|said| !said.is_empty());
    Ok(report)
}

/// Gives back what is to be said of the visit.
fn record(
    app: &App,
    turn: &Turn,
    started_at: Timestamp,
    outcome: CrawlOutcome,
    tally: &Tally,
    message: String,
    failure: Option<Failure>,
) -> Result<String> {
    let id = &turn.declared.source.id;
    let now = app.now();
    let rhythm = rhythm(&app.config, &turn.declared);
    let is_refusal = failure
        .as_ref()
        .is_some_and(|failure| failure.cause == Some(FetchCause::Refused));
    let state = app.store.source_state(id)?;
    let visit = LastVisit {
        at: now,
        outcome,
        failure_count: state.as_ref().map_or(0, |state| state.failure_count) + 1,
        refusal_count: state.map_or(0, |state| state.refusal_count) + u32::from(is_refusal),
        retry_after: failure.as_ref().and_then(|failure| failure.retry_after),
    };
    if failure.is_some() {
        // The pages behind a host that does not answer wait as long as the host itself.
        let retry_at = after_pause(&rhythm, now + back_off(id, &visit));
        app.store.postpone_targets(id, retry_at)?;
    }
    let next = next_check(&rhythm, &visit);
    let is_stopped = turn.reads_entry && next == NextCheck::Stopped;
    let message = match is_stopped {
        true => format!(
            "{message}；已连续{}次被拒绝，自动停采，查明原因后运行 `yuqing crawl {id}`，成功一次即恢复",
            visit.refusal_count
        ),
        false => message,
    };
    app.store.record_visit(&Visit {
        source_id: id.clone(),
        started_at,
        finished_at: now,
        outcome,
        fetched_count: tally.fetched,
        saved: tally.saved,
        warnings: tally.warnings.clone(),
        message: message.clone(),
        is_refusal,
        is_stopped,
        next_check: turn.reads_entry.then_some(match next {
            NextCheck::At(next) => next,
            // Nobody claims a stopped source; this is when it would be due if somebody resumed it by hand.
            NextCheck::Stopped => now + back_off(id, &visit),
        }),
    })?;
    Ok(message)
}
