//! `yuqing crawl`: visits sources now, one after the other's turn, until none of their pages waits.

use super::output::{DONE, DONE_IN_PART, Failure, column, print_json, print_text};
use super::{Common, block_on, source_id};
use crate::app::App;
use crate::daemon::wait_for_signal;
use crate::model::CrawlOutcome;
use crate::pipeline::{self, CrawlReport, Wanted};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Rounds after the first that only read waiting pages; what is left then waits for the daemon.
const MAX_ROUNDS: usize = 50;

#[derive(Args)]
pub struct Crawl {
    /// 信源代号或名称，不写则采集全部启用的信源 · ids or names of sources, all enabled ones by default
    sources: Vec<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Crawl {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        let ids = wanted(&app, &self.sources)?;
        // Alone in the folder, claims of a killed process are given back at once. Beside a daemon, claims tell who
        // visits what.
        let _lock = app.lock_folder().ok();
        let done = block_on(until_stopped(crawl(Arc::clone(&app), ids)));
        // A visit that was broken off holds its source for half an hour otherwise.
        let released = app.store.release_own_claims()?;
        let Some(reports) = done? else {
            eprintln!(
                "采集已中断，{released}个信源未采完；已取到的信息已入库，未采完的随时可以再采。"
            );
            return Ok(ExitCode::from(DONE_IN_PART));
        };
        if self.json {
            print_json(&reports)?;
        } else {
            print_text(&table(&app, &reports))?;
        }
        let all_read = reports.iter().all(|report| report.outcome.is_success());
        Ok(if all_read {
            DONE
        } else {
            ExitCode::from(DONE_IN_PART)
        })
    }
}

fn wanted(app: &App, named: &[String]) -> Result<Vec<String>, Failure> {
    let enabled: Vec<String> = app
        .config
        .enabled_sources()
        .map(|declared| declared.source.id.clone())
        .collect();
    if named.is_empty() {
        return awake(app, enabled);
    }
    let mut ids: Vec<String> = Vec::new();
    for said in named {
        let id = source_id(&app.config, said)?;
        let mut declared = app.config.sources.iter();
        if let Some(off) =
            declared.find(|declared| declared.source.id == id && !declared.is_enabled)
        {
            return Err(Failure::Usage(format!(
                "信源“{said}”已停用（{}）；要采集请在 sources.toml 中改 enabled = true",
                off.note
            )));
        }
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Sources that stopped themselves, and those in their nightly pause, are visited only by name.
fn awake(app: &App, mut ids: Vec<String>) -> Result<Vec<String>, Failure> {
    let resting = pipeline::resting_sources(app)?;
    ids.retain(|id| !resting.contains(id));
    if !resting.is_empty() {
        let resting = resting.join("、");
        eprintln!("已停采、失败后退避或在暂停时段内的信源本次不采集，写明代号才采集：{resting}");
    }
    Ok(ids)
}

/// `None`: Ctrl-C or SIGTERM came first.
async fn until_stopped<T>(
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<Option<T>> {
    tokio::select! {
        biased;
        heard = wait_for_signal() => heard.map(|()| None),
        done = work => done.map(Some),
    }
}

async fn crawl(app: Arc<App>, ids: Vec<String>) -> anyhow::Result<Vec<CrawlReport>> {
    let bar = progress_bar();
    let mut total: BTreeMap<String, CrawlReport> = BTreeMap::new();
    let mut round = pipeline::crawl_once(&app, Wanted::Named(ids.clone())).await?;
    for _ in 0..MAX_ROUNDS {
        let found: u64 = round.iter().map(|report| report.new).sum();
        let fetched: u64 = round.iter().map(|report| report.fetched).sum();
        for report in round {
            merge(&mut total, report);
        }
        let new: u64 = total.values().map(|report| report.new).sum();
        bar.set_message(format!("已取{new}条新信息"));
        if found == 0 && fetched == 0 {
            break;
        }
        round = pipeline::crawl_once(&app, Wanted::Waiting(ids.clone())).await?;
    }
    bar.set_message("研判、归并、建索引");
    app.on_cpu(pipeline::process_all).await?;
    bar.finish_and_clear();
    for id in ids {
        if !total.contains_key(&id) {
            total.insert(id.clone(), busy(&app, id)?);
        }
    }
    Ok(total.into_values().collect())
}

/// The daemon, or another command, is visiting it at this moment.
fn busy(app: &App, source: String) -> anyhow::Result<CrawlReport> {
    let until = app.store.claimed_until(&source, app.now())?;
    let until = until.map_or_else(String::new, |until| {
        format!("，最迟到{}", until.format("%H:%M"))
    });
    Ok(CrawlReport {
        source,
        outcome: CrawlOutcome::Failed,
        fetched: 0,
        new: 0,
        duplicate: 0,
        refused: 0,
        warnings: Vec::new(),
        cause: None,
        error: Some(format!("另一个进程正在采集此信源{until}，请稍后再试")),
    })
}

/// The entry page decides the outcome, unless pages behind it brought something new.
fn merge(total: &mut BTreeMap<String, CrawlReport>, report: CrawlReport) {
    let Some(sum) = total.get_mut(&report.source) else {
        total.insert(report.source.clone(), report);
        return;
    };
    sum.fetched += report.fetched;
    sum.new += report.new;
    sum.duplicate += report.duplicate;
    sum.refused += report.refused;
    sum.warnings.extend(report.warnings);
    if sum.outcome.is_success() && (report.new > 0 || !report.outcome.is_success()) {
        sum.outcome = report.outcome;
        sum.error = report.error;
        sum.cause = report.cause;
    }
}

fn progress_bar() -> ProgressBar {
    // Drawn on a terminal only: indicatif hides itself elsewhere.
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed_precise} {msg}") {
        bar.set_style(style);
    }
    bar.set_message("采集中");
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn table(app: &App, reports: &[CrawlReport]) -> String {
    let name = |id: &str| {
        let declared = app
            .config
            .sources
            .iter()
            .find(|declared| declared.source.id == id);
        declared.map_or_else(|| id.to_owned(), |declared| declared.source.name.clone())
    };
    let mut lines = format!(
        "{}{}  新  重复  页\n",
        column("信源", 26),
        column("结果", 16)
    );
    for report in reports {
        lines += &format!(
            "{}{}{:>4}{:>6}{:>4}  {}\n",
            column(&name(&report.source), 26),
            column(report.outcome.label(), 16),
            report.new,
            report.duplicate,
            report.fetched,
            report.error.as_deref().unwrap_or_default()
        );
    }
    lines
}
