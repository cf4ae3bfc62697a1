//! Benchmark: pages of a loopback site → fetch → extract → analyze → store → index, as the daemon does it. Prints pages
//! per second of wall and of CPU time, and the share of each stage measured alone. Politeness is off for these hosts.
//!
//! `cargo bench --bench crawl` · `YUQING_BENCH_PAGES=8000` sets the number of pages.
//!
//! A hand-rolled Rust pipeline without a database crawls the same site in the same run; where a Python with Scrapy,
//! trafilatura and jieba is at hand (`$YUQING_PEER_PYTHON`, see `peers/scrapy_crawl.py`), it does so too, as one process and
//! as one per core, each with its share of the hosts.

#[path = "peers/hand_rolled.rs"]
mod hand_rolled;
#[path = "pages.rs"]
mod pages;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use yuqing::analyze::{Spread, analyze};
use yuqing::app::{App, Clock};
use yuqing::config::{Config, ConfigFolder, DeclaredSource};
use yuqing::daemon::start_loops;
use yuqing::extract::{Sites, SourceHints, extract};
use yuqing::index::Sort;
use yuqing::model::{Channel, OutletTier, Page, Post, Source, SourceKind};
use yuqing::pipeline::discovered;

/// Hosts the pages are spread over: one queue each.
const HOSTS: usize = 8;
/// Pages whose stages are measured alone.
const SAMPLE: usize = 400;
/// Pages that the peer crawls: it takes a while.
const PEER_PAGES: usize = 400;

fn main() {
    let page_count = std::env::var("YUQING_BENCH_PAGES")
        .ok()
        .and_then(|written| written.parse().ok())
        .unwrap_or(4000);
    let site = pages::Site::start(HOSTS, page_count / HOSTS);
    let config = config(&site);
    stages(&config, &site);
    let ours = whole(config, &site);
    let rust = hand_rolled::pages_per_second(site.port(), HOSTS);
    println!(
        "hand-rolled Rust without a database: {rust:.0} pages/s of wall time; yuqing / peer: {:.2}",
        ours / rust
    );
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for processes in [1, cores.min(HOSTS)] {
        match scrapy(processes) {
            Some(peer) => println!(
                "Scrapy, trafilatura, jieba, FTS5, processes: {processes}: {peer:.1} pages/s of wall time; yuqing (all cores) / peer: {:.1}",
                ours / peer
            ),
            None => println!("Scrapy: not installed (see the head of tests/bench/crawl.rs)"),
        }
    }
}

/// Pages per second of wall time of so many Scrapy processes over a smaller site, each with a share of its hosts; `None`
/// where it is not installed.
fn scrapy(processes: usize) -> Option<f64> {
    let python = std::env::var_os("YUQING_PEER_PYTHON")?;
    let site = pages::Site::start(HOSTS, PEER_PAGES * processes / HOSTS);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/peers/scrapy_crawl.py");
    let mut running = Vec::new();
    for process in 0..processes {
        let (from, to) = (
            HOSTS * process / processes,
            HOSTS * (process + 1) / processes,
        );
        let started = Command::new(&python)
            .arg(&script)
            .args([site.port(), from as u16, to as u16].map(|number| number.to_string()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        running.push(started.ok()?);
    }
    let (mut pages, mut seconds) = (0, 0.0_f64);
    for process in running {
        let done = process.wait_with_output().ok()?;
        let printed: serde_json::Value = serde_json::from_slice(&done.stdout).ok()?;
        pages += printed["pages"].as_u64()?;
        seconds = seconds.max(printed["seconds"].as_f64()?);
    }
    Some(pages as f64 / seconds)
}

fn config(site: &pages::Site) -> Config {
    let mut config =
        Config::read(&ConfigFolder::shipped(), []).expect("the shipped configuration is valid");
    config.settings.fetch.private_hosts = vec!["localhost".to_owned()];
    config.settings.fetch.delay = Duration::ZERO;
    config.settings.fetch.obey_robots = false;
    config.settings.crawl.pages_per_turn = 200.try_into().expect("not zero");
    config.sites = Arc::new(Sites::default());
    config.sources = (0..HOSTS).map(|host| source(site, host)).collect();
    config
}

fn source(site: &pages::Site, host: usize) -> DeclaredSource {
    DeclaredSource {
        source: Source {
            id: format!("bench{host}"),
            name: format!("示例新闻{host}"),
            kind: SourceKind::List,
            url: site.list_url(host),
            channel: Channel::News,
            tier: OutletTier::T3,
            region: Some("410100".to_owned()),
            is_official: false,
            follows_links: true,
        },
        schedule: "*/10 * * * *".parse().expect("a schedule"),
        is_enabled: true,
        min_interval: Some(Duration::ZERO),
        fastest: None,
        slowest: None,
        pause: None,
        proxy: None,
        max_pages: 1,
        note: String::new(),
    }
}

/// Each stage alone, on one thread.
fn stages(config: &Config, site: &pages::Site) {
    let pages: Vec<Page> = (0..SAMPLE).map(|number| site.page(0, number)).collect();
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    println!("{SAMPLE} pages, {} bytes each on average", bytes / SAMPLE);
    let hints = SourceHints::default();
    let posts: Vec<Post> = timed("extract", || {
        let of_page = |page: &Page| extract(page, &hints, &config.sites).posts;
        pages.iter().flat_map(of_page).collect()
    });
    assert_eq!(posts.len(), SAMPLE, "every page holds one post");
    timed("mask, fingerprint", || {
        posts
            .iter()
            .filter_map(|post| discovered(post.clone()))
            .count()
    });
    timed("analyze", || {
        for post in &posts {
            black_box(analyze(
                post,
                &Spread::of_readings(post, &[]),
                &config.rules,
            ));
        }
    });
}

fn timed<T>(name: &str, work: impl Fn() -> T) -> T {
    work();
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let result = work();
    let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    println!(
        "{name:>18}: {:>7.0} pages/s, {:.3} ms of CPU per page",
        SAMPLE as f64 / wall,
        1000.0 * cpu / SAMPLE as f64
    );
    result
}

/// Fetch to index with the steps of the daemon, until every page is searchable.
fn whole(config: Config, site: &pages::Site) -> f64 {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let app = App::open(config, folder.path(), Clock::System).expect("an empty folder");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let wanted = site.page_count() as u64;
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    runtime.block_on(async {
        let shutdown = CancellationToken::new();
        let mut loops = start_loops(&app, &shutdown);
        while searchable(&app) < wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        println!("all searchable after {:.2} s", wall.elapsed().as_secs_f64());
        shutdown.cancel();
        while loops.join_next().await.is_some() {}
    });
    let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    println!("peak memory of site and pipeline: {}", peak_memory());
    let found = searchable(&app);
    println!(
        "whole: {found} of {wanted} posts searchable in {wall:.2} s: {:.0} pages/s of wall time, {:.0} pages/s of CPU time (server and client)",
        wanted as f64 / wall,
        wanted as f64 / cpu
    );
    wanted as f64 / wall
}

/// Posts in the index.
fn searchable(app: &App) -> u64 {
    let everything = "channel:news".parse().expect("a query");
    let found = app.index.search(&everything, Sort::Time, 0, 0);
    found.expect("the index works").total as u64
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let peak = line.and_then(|line| line.split_once(':'));
    peak.map_or_else(String::new, |(_, peak)| peak.trim().to_owned())
}

/// User and system time of this process.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let after_name = stat.rsplit(')').next().expect("a name in brackets");
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum();
    // USER_HZ is 100 on every Linux that Rust runs on.
    ticks as f64 / 100.0
}
