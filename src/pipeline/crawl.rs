//! crawl_once, Crawler: due sources and waiting targets → pages → posts in the store.
//!
//! One turn of a source reads its entry page (if due) and a bounded number of targets; what is left waits as rows.

mod pages;

use crate::app::App;
use crate::config::DeclaredSource;
use crate::fetch::FetchError;
use crate::model::{CrawlOutcome, Timestamp};
use crate::source::{Bounds, Pace, back_off, next_check, paced};
use crate::store::{SaveCounts, SourceState, Visit};
use anyhow::{Context, Result};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Sources claimed in one round.
const SOURCES_PER_ROUND: usize = 64;
/// Fewer entries than this, all new, are no flood.
const OVERFLOWING_FROM: u64 = 5;
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

/// 采集员 — keeps visiting for the daemon: a slow source holds up nobody but those on its own host.
pub struct Crawler {
    app: Arc<App>,
    running: JoinSet<(String, Result<CrawlReport>)>,
    /// Hosts whose turn is running: a second one would only wait for the first.
    busy_hosts: HashSet<String>,
}

impl Crawler {
    /// A crawler at rest.
    pub fn new(app: Arc<App>) -> Crawler {
        Crawler {
            app,
            running: JoinSet::new(),
            busy_hosts: HashSet::new(),
        }
    }

    /// Begins the turns that are due, as far as there is room, one per host; gives the reports of those that ended
    /// meanwhile, waiting at most `pause` for the first. Dropping the crawler ends its turns: their claims expire.
    ///
    /// # Errors
    /// The store refuses.
    pub async fn step(&mut self, pause: Duration) -> Result<Vec<CrawlReport>> {
        self.begin().await?;
        let mut reports = Vec::new();
        let first = tokio::select! {
            ended = self.running.join_next(), if !self.running.is_empty() => ended,
            () = tokio::time::sleep(pause) => None,
        };
        let mut ended = first;
        while let Some(turn) = ended {
            let (host, report) = turn.context("a visit broke off")?;
            self.busy_hosts.remove(&host);
            reports.push(report?);
            ended = self.running.try_join_next();
        }
        Ok(reports)
    }

    async fn begin(&mut self) -> Result<()> {
        let room = self.app.config.settings.crawl.parallel_sources.get();
        let room = room.saturating_sub(self.running.len());
        if room == 0 {
            return Ok(());
        }
        let busy = self.busy_hosts.clone();
        let turns = self
            .app
            .on_cpu(move |app| claim_apart(app, busy, room))
            .await?;
        for turn in turns {
            let (app, host) = (Arc::clone(&self.app), host_of(&turn.declared));
            self.busy_hosts.insert(host.clone());
            self.running
                .spawn(async move { (host, take_turn(&app, turn).await) });
        }
        Ok(())
    }
}

/// Claims up to `room` due sources on hosts that are not busy, each host once: those with a due entry page first.
fn claim_apart(app: &App, mut busy: HashSet<String>, room: usize) -> Result<Vec<Turn>> {
    let now = app.now();
    let mut turns = Vec::new();
    while turns.len() < room {
        let free: Vec<&str> = app
            .config
            .enabled_sources()
            .filter(|declared| !busy.contains(&host_of(declared)))
            .map(|declared| declared.source.id.as_str())
            .collect();
        let Some(id) = app.store.claim_due_sources(&free, now, 1)?.pop() else {
            break;
        };
        let Some(turn) = turn(app, &id, true) else {
            break;
        };
        busy.insert(host_of(&turn.declared));
        turns.push(turn);
    }
    for id in app.store.sources_with_due_targets(now)? {
        if turns.len() >= room {
            break;
        }
        let Some(turn) = turn(app, &id, false) else {
            continue;
        };
        let host = host_of(&turn.declared);
        if !busy.contains(&host) && app.store.claim_source(&id, now)? {
            busy.insert(host);
            turns.push(turn);
        }
    }
    Ok(turns)
}

/// The host whose queue a source's turn waits in.
fn host_of(declared: &DeclaredSource) -> String {
    let url = &declared.source.url;
    let behind_scheme = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let authority = behind_scheme.split(['/', '?', '#']).next();
    authority.unwrap_or_default().to_ascii_lowercase()
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
    /// The entry's pages could not all be read.
    is_incomplete: bool,
    /// Posts and links on the entry's pages, and those of them not known before.
    entry_count: u64,
    entry_new_count: u64,
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
    retry_after: Option<Duration>,
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
    let failure_count = state.as_ref().map_or(0, |state| state.failure_count) + 1;
    let retry_after = failure.as_ref().and_then(|failure| failure.retry_after);
    if failure.is_some() {
        // The pages behind a host that does not answer wait as long as the host itself.
        let retry_at = now + back_off(outcome, failure_count, retry_after);
        app.store.postpone_targets(id, retry_at)?;
    }
    let pace = pace(tally, state.as_ref());
    let next = next_visit(app, turn, outcome, pace, failure_count, retry_after);
    app.store.record_visit(&Visit {
        source_id: id.clone(),
        started_at,
        finished_at: now,
        outcome,
        fetched_count: tally.fetched,
        saved: tally.saved,
        warnings: tally.warnings.clone(),
        message,
        cause: None,
        quiet_count: pace.quiet_count,
        is_incomplete: tally.is_incomplete,
        next_check: turn.reads_entry.then_some(next),
    })
}

/// What this visit says about how busy the source is.
fn pace(tally: &Tally, before: Option<&SourceState>) -> Pace {
    let is_quiet = tally.entry_new_count == 0 && tally.saved.new == 0;
    let was_read = before.is_some_and(|state| state.last_success.is_some());
    Pace {
        quiet_count: match before {
            Some(state) if is_quiet => state.quiet_count + 1,
            _ => 0,
        },
        is_overflowing: was_read
            && tally.entry_count >= OVERFLOWING_FROM
            && tally.entry_new_count == tally.entry_count,
    }
}

fn next_visit(
    app: &App,
    turn: &Turn,
    outcome: CrawlOutcome,
    pace: Pace,
    failure_count: u32,
    retry_after: Option<Duration>,
) -> Timestamp {
    let (schedule, zone, now) = (&turn.declared.schedule, app.zone(), app.now());
    let bounds = Bounds {
        fastest: turn.declared.fastest,
        slowest: turn
            .declared
            .slowest
            .unwrap_or(app.config.settings.crawl.quiet_pause),
    };
    let paced = if outcome.is_success() {
        paced(schedule, zone, now, pace, bounds)
    } else {
        None
    };
    paced.unwrap_or_else(|| next_check(schedule, zone, now, outcome, failure_count, retry_after))
}
