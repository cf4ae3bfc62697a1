//! crawl_once, Crawler: due sources and waiting targets → pages → posts in the store.
//!
//! One turn of a source reads its entry page (if due) and a bounded number of targets; what is left waits as rows.

mod pages;

use crate::app::App;
use crate::config::{Config, DeclaredSource};
use crate::fetch::FetchError;
use crate::model::{CrawlOutcome, FetchCause, Timestamp};
use crate::source::{
    Bounds, LastVisit, NextCheck, Pace, Rhythm, after_pause, back_off, next_check,
};
use crate::store::{SaveCounts, SourceState, Visit};
use crate::text::mask::mask;
use anyhow::{Context, Result};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{self, JoinSet};

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

/// 采集员 — keeps visiting for the daemon: a slow source holds up nobody but those on its own host.
pub struct Crawler {
    app: Arc<App>,
    running: JoinSet<Result<CrawlReport>>,
    /// Hosts whose turn is running: a second one would only wait for the first.
    busy_hosts: HashMap<task::Id, String>,
}

impl Crawler {
    /// A crawler at rest.
    pub fn new(app: Arc<App>) -> Crawler {
        Crawler {
            app,
            running: JoinSet::new(),
            busy_hosts: HashMap::new(),
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
            ended = self.running.join_next_with_id(), if !self.running.is_empty() => ended,
            () = tokio::time::sleep(pause) => None,
        };
        let mut ended = first;
        while let Some(turn) = ended {
            let id = match &turn {
                Ok((id, _)) => *id,
                Err(broken) => broken.id(),
            };
            // A turn that broke off must not keep its host for ever.
            self.busy_hosts.remove(&id);
            let (_, report) = turn.context("a visit broke off")?;
            reports.push(report?);
            ended = self.running.try_join_next_with_id();
        }
        Ok(reports)
    }

    async fn begin(&mut self) -> Result<()> {
        let room = self.app.config.settings.crawl.parallel_sources.get();
        let room = room.saturating_sub(self.running.len());
        if room == 0 {
            return Ok(());
        }
        let busy: HashSet<String> = self.busy_hosts.values().cloned().collect();
        let turns = self
            .app
            .on_cpu(move |app| claim_apart(app, busy, room))
            .await?;
        for turn in turns {
            let (app, host) = (Arc::clone(&self.app), host_of(&turn.declared));
            let task = (self.running).spawn(async move { take_turn(&app, turn).await });
            self.busy_hosts.insert(task.id(), host);
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
            .filter(|declared| is_awake(app, declared, now) && !busy.contains(&host_of(declared)))
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
        let Some(turn) = turn(app, &id, false).filter(|turn| is_awake(app, &turn.declared, now))
        else {
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

/// Not in the hours in which it is left alone.
fn is_awake(app: &App, declared: &DeclaredSource, now: Timestamp) -> bool {
    let pause = rhythm(&app.config, declared).pause;
    pause.end(now, app.zone()).is_none()
}

/// The host whose queue a source's turn waits in.
fn host_of(declared: &DeclaredSource) -> String {
    let url = &declared.source.url;
    let behind_scheme = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let authority = behind_scheme.split(['/', '?', '#']).next();
    let host = authority.and_then(|authority| authority.split(':').next());
    host.unwrap_or_default().to_ascii_lowercase()
}

/// Enabled sources that nobody visits now unless a person names them: stopped, backing off after a failure, or in their
/// nightly pause.
///
/// # Errors
/// The store refuses.
pub fn resting_sources(app: &App) -> Result<Vec<String>> {
    let now = app.now();
    let states = app.store.source_states()?;
    let is_stopped = |id: &str| {
        let state = states.iter().find(|state| state.id == id);
        state.is_some_and(|state| {
            let backs_off = state.failure_count > 0 && state.next_check > now;
            state.stopped_at.is_some() || backs_off
        })
    };
    let resting = app
        .config
        .enabled_sources()
        .filter(|declared| is_stopped(&declared.source.id) || !is_awake(app, declared, now));
    Ok(resting.map(|declared| declared.source.id.clone()).collect())
}

/// One source's turn.
#[derive(Clone)]
struct Turn {
    declared: DeclaredSource,
    reads_entry: bool,
    /// Nobody named the source: it ends when the hours begin in which it is left alone.
    obeys_pause: bool,
}

fn claim_turns(app: &App, wanted: &Wanted) -> Result<Vec<Turn>> {
    let now = app.now();
    // A person who names a source may visit it at any hour.
    let enabled: Vec<&str> = app
        .config
        .enabled_sources()
        .filter(|declared| *wanted != Wanted::Due || is_awake(app, declared, now))
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
            turns.iter_mut().for_each(|turn| turn.obeys_pause = false);
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
        bounds: Bounds {
            fastest: declared.fastest,
            slowest: declared
                .slowest
                .unwrap_or(config.settings.crawl.quiet_pause),
        },
    }
}

fn turn(app: &App, id: &str, reads_entry: bool) -> Option<Turn> {
    let mut enabled = app.config.enabled_sources();
    let declared = enabled.find(|declared| declared.source.id == id)?.clone();
    Some(Turn {
        declared,
        reads_entry,
        obeys_pause: true,
    })
}

/// Blocking work runs in `on_cpu`, which turns a panic into an error: a page that breaks the extraction is a failed
/// visit of its source.
async fn take_turn(app: &Arc<App>, turn: Turn) -> Result<CrawlReport> {
    let started_at = app.now();
    let mut tally = Tally::default();
    let failure = match read(app, &turn, &mut tally).await {
        Ok(failure) => failure.map(Failure::from),
        Err(error) => Some(Failure::of_program(&error)),
    };
    finish_turn(app, turn, started_at, tally, failure).await
}

async fn read(app: &Arc<App>, turn: &Turn, tally: &mut Tally) -> Result<Option<FetchError>> {
    if turn.reads_entry
        && let Err(error) = pages::read_entry(app, &turn.declared, tally).await?
    {
        return Ok(Some(error));
    }
    tally.found_anything |= !turn.reads_entry;
    let may_go_on = || !turn.obeys_pause || is_awake(app, &turn.declared, app.now());
    let trouble = pages::read_targets(app, &turn.declared, may_go_on, tally).await?;
    // Where some pages came, the source is there: one page that is refused is not the source's failure.
    if turn.reads_entry && tally.target_read_count > 0 {
        tally.is_cut_short = trouble.is_some();
        return Ok(None);
    }
    Ok(trouble)
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
    /// Waiting pages that were asked for, and those of them that came.
    target_count: u64,
    target_read_count: u64,
    /// The host had trouble on the way: its other pages wait.
    is_cut_short: bool,
    warnings: Vec<String>,
}

/// So many pages asked for, and none came: the list alone is no success.
const NONE_OF: u64 = 3;

impl Tally {
    fn outcome(&self) -> CrawlOutcome {
        if self.saved.new > 0 {
            CrawlOutcome::New
        } else if self.target_count >= NONE_OF && self.target_read_count == 0 {
            CrawlOutcome::Empty
        } else if self.is_unchanged || self.found_anything {
            CrawlOutcome::Unchanged
        } else {
            CrawlOutcome::Empty
        }
    }
}

impl Tally {
    /// What an empty visit is told as.
    fn complaint(&self) -> String {
        match self.target_count {
            0 => "页面能打开，但没有取到任何信息或链接：网址或采集规则可能已失效".to_owned(),
            count => format!("入口页能读，但打开的{count}个页面都没有取到内容：采集规则可能已失效"),
        }
    }
}

/// Why a turn ended early.
struct Failure {
    outcome: CrawlOutcome,
    message: String,
    retry_after: Option<Duration>,
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
    // They quote pages.
    for warning in &mut tally.warnings {
        *warning = mask(warning);
    }
    let outcome = failure
        .as_ref()
        .map_or_else(|| tally.outcome(), |failure| failure.outcome);
    let message = match &failure {
        Some(failure) => failure.message.clone(),
        None if outcome == CrawlOutcome::Empty => tally.complaint(),
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
        refusal_count: state.as_ref().map_or(0, |state| state.refusal_count)
            + u32::from(is_refusal),
        retry_after: failure.as_ref().and_then(|failure| failure.retry_after),
        pace: pace(tally, state.as_ref(), failure.is_some()),
    };
    if failure.is_some() || tally.is_cut_short {
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
        cause: failure
            .as_ref()
            .and_then(|failure| Some(failure.cause?.code().to_owned())),
        quiet_count: visit.pace.quiet_count,
        is_incomplete: tally.is_incomplete,
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

/// What this visit says about how busy the source is.
fn pace(tally: &Tally, before: Option<&SourceState>, has_failed: bool) -> Pace {
    let is_quiet = tally.entry_new_count == 0 && tally.saved.new == 0;
    let was_read = before.is_some_and(|state| state.last_success.is_some());
    Pace {
        quiet_count: match before {
            Some(state) if has_failed => state.quiet_count,
            Some(state) if is_quiet => state.quiet_count + 1,
            _ => 0,
        },
        is_overflowing: was_read
            && tally.entry_count >= OVERFLOWING_FROM
            && tally.entry_new_count == tally.entry_count,
    }
}
