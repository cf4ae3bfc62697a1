//! `yuqing demo`: the sample world on loopback, read by the ordinary pipeline, day by day, up to a numbered issue.

use super::output::{DONE, Failure, print_json, print_text};
use super::{Common, block_on};
use crate::app::{App, Clock, LinkPurpose};
use crate::config::{Config, ConfigFolder, DeclaredSource};
use crate::daemon::{stop, wait_for_signal};
use crate::demo::clock::WorldClock;
use crate::demo::sites;
use crate::demo::sources::{DemoSource, site_rules, sources};
use crate::demo::world::World;
use crate::digest::layout::number_line;
use crate::digest::render::render;
use crate::document::Format;
use crate::extract::Sites;
use crate::model::{
    DigestKind, Issue, IssueId, IssueState, Level, Role, Schedule, Source, StoredPost, Timestamp,
};
use crate::pipeline::{self, Drafted, Wanted};
use crate::store::{AlertFilter, IssueFilter, SignError};
use crate::web;
use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Pages here, sample sites one port higher.
const DEFAULT_PORT: u16 = 8017;
/// Pause between two moments of the world, so that a reader can follow; none with `--once`.
const PACE: Duration = Duration::from_millis(2500);
/// Rounds of crawling per moment: entry pages, then what they led to.
const MAX_ROUNDS: usize = 12;

#[derive(Args)]
pub struct Demo {
    /// 网页端口；示例网站用下一个端口 · port of the pages; the sample sites take the next one
    #[arg(long, default_value_t = DEFAULT_PORT, value_parser = clap::value_parser!(u16).range(1..=65534))]
    port: u16,
    /// 打印结果后即停止 · stop after printing what was found
    #[arg(long)]
    once: bool,
    /// 清除上次演示的数据，从头开始 · begin anew
    #[arg(long)]
    fresh: bool,
    /// 以 JSON 输出（与 --once 同用） · JSON, with --once
    #[arg(long, requires = "once")]
    json: bool,
    /// 不演示，只写出示例年的信息（JSON Lines，可用 import 导入），如 2017 · write a year of sample posts instead
    #[arg(long, value_name = "YEAR", requires = "output", conflicts_with_all = ["once", "fresh", "port"],
        value_parser = clap::value_parser!(i32).range(1990..=2199))]
    year: Option<i32>,
    /// 示例年的条数 · how many posts
    #[arg(long, value_name = "条数", default_value_t = 25_000, requires = "year", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    posts: u64,
    /// 示例年的文件，- 为标准输出 · file of the sample year
    #[arg(short = 'o', long, value_name = "FILE", requires = "year")]
    output: Option<PathBuf>,
}

/// What the demo found.
#[derive(Serialize)]
struct Summary {
    posts: u64,
    flagged: u64,
    events: u64,
    issue: Option<IssueId>,
    issue_number: Option<crate::model::IssueNumber>,
    url: String,
    /// Opens the desk, signed in.
    enter: String,
}

impl Demo {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        if let (Some(year), Some(path)) = (self.year, &self.output) {
            write_year(year, self.posts, path)?;
            return Ok(DONE);
        }
        // The demo's posts stay apart from the bureau's.
        let folder = common.data.join("demo");
        if common.data.ends_with("demo") {
            return Err(Failure::Usage(format!(
                "演示数据总放在数据目录的 demo 子目录里；要用 {}，请写 --data {}",
                common.data.display(),
                common
                    .data
                    .parent()
                    .filter(|above| !above.as_os_str().is_empty())
                    .unwrap_or(Path::new("."))
                    .display()
            )));
        }
        if self.fresh && folder.exists() {
            std::fs::remove_dir_all(&folder)
                .with_context(|| format!("清不掉演示数据 {}", folder.display()))?;
        }
        let config = demo_config(self.port)?;
        let world = Arc::new(World::load());
        let app = App::open(config, &folder, Clock::standing_at(world.begin()))?;
        let _lock = app.lock_folder()?;
        block_on(self.play(app, world))?;
        Ok(DONE)
    }

    async fn play(&self, app: Arc<App>, world: Arc<World>) -> Result<()> {
        let clock = Arc::new(WorldClock::new(world.begin()));
        let shutdown = CancellationToken::new();
        let mut servers = JoinSet::new();
        let pages = bind(self.port).await?;
        let samples = bind(self.port + 1).await?;
        let sites = sites::router(Arc::clone(&world), Arc::clone(&clock), self.port + 1);
        servers.spawn(web::serve(samples, sites, shutdown.clone()));
        servers.spawn(web::serve(
            pages,
            web::router(Arc::clone(&app)),
            shutdown.clone(),
        ));

        let url = format!("http://127.0.0.1:{}", self.port);
        let enter = format!("{url}/enter/{}", way_in(&app)?);
        let interrupted = tokio::select! {
            played = self.replay(&app, &world, &clock, &enter) => { played?; false }
            signal = wait_for_signal() => { signal?; true }
        };
        if !interrupted {
            self.conclude(&app, &url, &enter).await?;
        }
        shutdown.cancel();
        stop(servers).await;
        Ok(())
    }

    /// Lives through the world's moments; those before the last stored visit were lived through by an earlier run.
    async fn replay(
        &self,
        app: &Arc<App>,
        world: &World,
        clock: &WorldClock,
        enter: &str,
    ) -> Result<()> {
        let lived_until = last_visit(app)?;
        let mut told = HashSet::new();
        self.say(&format!(
            "示例世界：2017年4月，郑州。示例网站 http://news.localhost:{}/ 等。\n用浏览器打开工作台（已登录）：{enter}\n",
            self.port + 1
        ))?;
        for issue in unsigned(app)? {
            self.sign(app, issue)?;
        }
        app.on_cpu(pipeline::alert_once).await?;
        for moment in world.instants() {
            if lived_until.is_some_and(|lived| moment < lived) {
                continue;
            }
            clock.set(moment);
            app.clock.set(moment);
            let new = live_through(app).await?;
            self.tell(app, moment, new, &mut told)?;
            self.call(app).await?;
            for drafted in pipeline::digest_once(app).await? {
                match drafted {
                    Drafted::Issue { id, .. } => self.sign(app, id)?,
                    Drafted::Zero { .. } => self.say("    无重要舆情，登记零报告\n")?,
                    Drafted::Nothing { .. } => {}
                }
            }
            if !self.once {
                tokio::time::sleep(PACE).await;
            }
        }
        Ok(())
    }

    /// One line per moment, one per newly flagged post with its reason.
    fn tell(
        &self,
        app: &App,
        moment: Timestamp,
        new: u64,
        told: &mut HashSet<(i64, Level)>,
    ) -> Result<()> {
        self.say(&format!(
            "{}  新信息{new}条\n",
            moment.format("%m-%d %H:%M")
        ))?;
        for stored in app.store.flagged(500, 0)?.iter().rev() {
            let Some(analysis) = &stored.analysis else {
                continue;
            };
            if analysis.level >= Level::Yellow && told.insert((stored.id.0, analysis.level)) {
                self.say(&flag_line(stored))?;
            }
        }
        for known in app
            .store
            .events_between(moment - chrono::TimeDelta::days(8), moment)?
        {
            let key = (-known.event.id.0, known.event.level);
            if known.event.is_gathering && told.insert(key) {
                self.say(&format!(
                    "    【{}】{}：{}\n",
                    known.event.level.label(),
                    known.event.title,
                    known.event.level_reason
                ))?;
            }
        }
        Ok(())
    }

    /// One line per alert: nobody is on duty in the sample world, so that none is sent.
    async fn call(&self, app: &Arc<App>) -> Result<()> {
        let alerted = app.on_cpu(pipeline::alert_once).await?;
        let filter = AlertFilter {
            limit: alerted.raised,
            ..AlertFilter::default()
        };
        for alert in app.store.alerts(filter)?.iter().rev() {
            self.say(&format!(
                "    第{}号{}预警：{}\n",
                alert.id.0,
                alert.what.kind.label(),
                alert.what.title
            ))?;
        }
        Ok(())
    }

    /// In the sample world the program plays the section chief too, so that numbers can be seen.
    fn sign(&self, app: &App, id: IssueId) -> Result<()> {
        // A run that was killed in between may have approved it already.
        match app.store.approve_issue(id, "演示审核", app.now()) {
            Ok(()) | Err(SignError::WrongState { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        app.store.sign_issue(id, "演示签发", &[], app.now())?;
        pipeline::freeze_issue(app, id)?;
        let Some(issue) = app.store.issue(id)? else {
            return Ok(());
        };
        let title = &issue.content.masthead.title;
        self.say(&format!("    签发{title}{}\n", number_line(&issue)))
    }

    async fn conclude(&self, app: &Arc<App>, url: &str, enter: &str) -> Result<()> {
        let issue = shown_issue(app)?;
        let summary = Summary {
            posts: app.store.post_count()?,
            flagged: app
                .store
                .flagged_counts()?
                .iter()
                .map(|(_, count)| count)
                .sum(),
            events: app.store.event_count()?,
            issue: issue.as_ref().map(|issue| issue.id),
            issue_number: issue.as_ref().and_then(|issue| issue.number),
            url: url.to_owned(),
            enter: enter.to_owned(),
        };
        if self.json {
            return print_json(&summary);
        }
        if let Some(issue) = &issue {
            print_text("\n")?;
            print_text(&String::from_utf8_lossy(&render(issue, Format::Text)?))?;
        }
        print_text(&format!(
            "\n共收录{}条，定级{}条，事件{}件。\n",
            summary.posts, summary.flagged, summary.events
        ))?;
        if self.once {
            return Ok(());
        }
        print_text(&format!("打开工作台：{enter}\n按 Ctrl-C 停止\n"))?;
        wait_for_signal().await
    }

    /// Progress is for people; with `--json` standard output holds one document.
    fn say(&self, line: &str) -> Result<()> {
        if self.json { Ok(()) } else { print_text(line) }
    }
}

/// The secret of a link that lets whoever started the demo in, as somebody who may everything.
fn way_in(app: &App) -> Result<String> {
    let known = app.store.credentials("demo")?;
    let user = match known {
        Some(known) => known.user,
        None => app.add_user("demo", "演示用户", Role::ALL, None)?,
    };
    app.new_link(LinkPurpose::Demo, Some(user.id))
}

fn flag_line(stored: &StoredPost) -> String {
    let Some(analysis) = &stored.analysis else {
        return String::new();
    };
    let post = &stored.post;
    let words = if post.title.is_empty() {
        &post.text
    } else {
        &post.title
    };
    let start: String = words.chars().filter(|c| !c.is_control()).take(34).collect();
    let reason = analysis
        .reasons
        .iter()
        .find(|reason| reason.rule.starts_with(['R', 'O', 'Y']))
        .map(|reason| reason.text.as_str())
        .unwrap_or_default();
    format!(
        "    【{}】{}《{start}》 {reason}\n",
        analysis.level.label(),
        post.source_name
    )
}

/// Visits what is due and what that led to, then judges, places and indexes it. New posts?
async fn live_through(app: &Arc<App>) -> Result<u64> {
    let mut new = 0;
    let mut round = pipeline::crawl_once(app, Wanted::Due).await?;
    for _ in 0..MAX_ROUNDS {
        new += round.iter().map(|report| report.new).sum::<u64>();
        if round.iter().all(|report| report.fetched == 0) {
            break;
        }
        round = pipeline::crawl_once(app, Wanted::Due).await?;
    }
    app.on_cpu(pipeline::process_all).await?;
    Ok(new)
}

fn last_visit(app: &App) -> Result<Option<Timestamp>> {
    Ok(app
        .store
        .source_states()?
        .into_iter()
        .filter_map(|state| state.last_visit)
        .max())
}

/// Drafts that an earlier run was killed over, oldest first.
fn unsigned(app: &App) -> Result<Vec<IssueId>> {
    let issues = app.store.issues(IssueFilter::default())?;
    let waiting = issues
        .iter()
        .rev()
        .filter(|issue| matches!(issue.state, IssueState::Draft | IssueState::Approved));
    Ok(waiting.map(|issue| issue.id).collect())
}

/// The 专报 with the most urgent entry; of several, the latest.
fn shown_issue(app: &App) -> Result<Option<Issue>> {
    let issues = app.store.issues(IssueFilter::default())?;
    let urgency = |issue: &Issue| issue.content.entries().map(|entry| entry.level).max();
    let daily = (issues.into_iter()).filter(|issue| issue.content.kind == DigestKind::Daily);
    Ok(daily.rev().max_by_key(urgency))
}

/// A year of sample posts as JSON Lines.
fn write_year(year: i32, count: u64, path: &Path) -> Result<()> {
    let mut lines = String::new();
    for post in crate::demo::year::year(year, count) {
        lines += &serde_json::to_string(&post)?;
        lines.push('\n');
    }
    if path.as_os_str() == "-" {
        return print_text(&lines);
    }
    std::fs::write(path, lines).with_context(|| format!("写不进文件 {}", path.display()))?;
    eprintln!("已写入 {}", path.display());
    Ok(())
}

async fn bind(port: u16) -> Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address)
        .await
        .with_context(|| format!("端口 {port} 已被占用；请用 --port 指定另一个，例如 --port 9017"))
}

/// The shipped configuration with the sample world's sources instead of the real ones.
fn demo_config(port: u16) -> Result<Config, Failure> {
    let mut config = Config::read(&ConfigFolder::shipped(), []).map_err(Failure::Config)?;
    // The world's weeks pass in a minute; whoever looks on stays signed in.
    config.settings.web.session = Duration::from_secs(3650 * 86_400);
    config.settings.web.idle = config.settings.web.session;
    // Links that the pages write down lead here.
    config.settings.web.listen.set_port(port);
    config.settings.fetch.private_hosts = vec!["localhost".to_owned()];
    config.settings.fetch.delay = Duration::ZERO;
    config.settings.fetch.contact = "demo on loopback".to_owned();
    config.settings.crawl.pages_per_turn = NonZeroUsize::new(200).expect("two hundred pages");
    config.sources = sources(port + 1)
        .into_iter()
        .map(declared)
        .collect::<Result<_>>()?;
    let rules: Result<Vec<_>, _> = site_rules()
        .iter()
        .map(|(file, text)| crate::config::parse_site_rules(file, text))
        .collect();
    config.sites = Arc::new(Sites::new(
        rules.map_err(|problem| Failure::Config(vec![problem]))?,
    ));
    Ok(config)
}

fn declared(source: DemoSource) -> Result<DeclaredSource> {
    Ok(DeclaredSource {
        schedule: source
            .schedule
            .parse::<Schedule>()
            .map_err(anyhow::Error::msg)?,
        source: Source {
            id: source.id.to_owned(),
            name: source.name.to_owned(),
            kind: source.kind,
            url: source.url,
            channel: source.channel,
            tier: source.tier,
            region: source.region.map(str::to_owned),
            is_official: source.official,
            follows_links: source.follows_links,
        },
        is_enabled: true,
        min_interval: Some(Duration::ZERO),
        fastest: None,
        slowest: None,
        pause: None,
        proxy: None,
        max_pages: 10,
        note: String::new(),
    })
}
