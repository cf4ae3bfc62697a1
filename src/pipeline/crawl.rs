//! crawl_once, Crawler: due sources and waiting targets → pages → posts in the store.
//!
//! One turn of a source reads its entry page (if due) and a bounded number of targets; what is left waits as rows.

mod claim;
mod entry;
mod findings;
mod ledger;
mod request;
mod targets;

use crate::app::App;
use crate::config::{Config, DeclaredSource};
use crate::fetch::FetchError;
use crate::model::{CrawlOutcome, FetchCause};
use crate::source::{Bounds, Rhythm};
use anyhow::{Context, Result};
use claim::{claim_apart, claim_turns, host_of, is_awake};
use futures_util::{StreamExt, stream};
use ledger::{Failure, Tally, finish_turn};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{self, JoinSet};

pub use claim::resting_sources;

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

/// One source's turn.
#[derive(Clone)]
struct Turn {
    declared: DeclaredSource,
    reads_entry: bool,
    /// Nobody named the source: it ends when the hours begin in which it is left alone.
    obeys_pause: bool,
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
        && let Err(error) = entry::read_entry(app, &turn.declared, tally).await?
    {
        return Ok(Some(error));
    }
    tally.found_anything |= !turn.reads_entry;
    let may_go_on = || !turn.obeys_pause || is_awake(app, &turn.declared, app.now());
    let trouble = targets::read_targets(app, &turn.declared, may_go_on, tally).await?;
    // Where some pages came, the source is there: one page that is refused is not the source's failure.
    if turn.reads_entry && tally.target_read_count > 0 {
        tally.trouble = trouble.map(Failure::from);
        return Ok(None);
    }
    Ok(trouble)
}
