//! Benchmark: what the desk's pages cost the server with many posts stored, and with many people at once.
//!
//! `cargo bench --bench desk` · `YUQING_BENCH_POSTS` (500,000 posts of the sample year), `YUQING_BENCH_FOLDER` keeps the data
//! folder for the next run (filling takes minutes). Times are of loopback requests, answers read to the end.

mod world;

use reqwest::StatusCode;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use yuqing::app::{App, Clock};
use yuqing::config::{Config, ConfigFolder};
use yuqing::model::{PostId, Role, Timestamp};
use yuqing::store::IssueFilter;
use yuqing::web::{Door, routes};

/// Requests of each page, one after the other.
const ROUNDS: usize = 60;
/// People reading and people editing at once.
const READERS: usize = 50;
const EDITORS: usize = 5;
/// Requests of each of them.
const REQUESTS: usize = 20;
/// A page is to take no more at the 95th of 100 requests, a page of search no more than the other.
const PAGE_MS: f64 = 50.0;
const SEARCH_MS: f64 = 80.0;
/// Between two requests of one person: nobody reads a page in less.
const LOOK: Duration = Duration::from_millis(700);

fn main() {
    let count = number("YUQING_BENCH_POSTS", 500_000);
    let kept = std::env::var_os("YUQING_BENCH_FOLDER");
    let temporary = tempfile::TempDir::new().expect("a temporary folder");
    let folder = kept.map_or_else(|| temporary.path().join("data"), Into::into);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    runtime.block_on(measure(&folder, count));
}

async fn measure(folder: &Path, count: u64) {
    let mut config = Config::read(&ConfigFolder::shipped(), []).expect("the shipped configuration");
    config.sources.clear();
    config.settings.web.session = Duration::from_secs(86_400 * 3650);
    config.settings.web.idle = config.settings.web.session;
    let clock = Clock::standing_at(at("2017-12-29T09:00:00+08:00"));
    let app = App::open(config, folder, clock).expect("a data folder");
    world::fill(&app, count).await;
    println!("{} posts stored", app.store.post_count().expect("a count"));

    let desk = Desk::open(&app).await;
    println!("\none person, {ROUNDS} requests a page");
    println!(
        "{:44} {:>8} {:>8} {:>8} {:>8}",
        "page", "p50 ms", "p95 ms", "worst", "KiB gz"
    );
    let mut read = Vec::new();
    for path in pages(&app) {
        let mut times = Vec::new();
        let mut size = 0;
        for _ in 0..ROUNDS {
            match desk.get(&path).await {
                (StatusCode::OK, took, bytes) => {
                    times.push(took);
                    size = bytes;
                }
                (status, ..) => {
                    println!("{path:44} {status}: not measured");
                    break;
                }
            }
        }
        if times.len() < ROUNDS {
            continue;
        }
        let (p50, p95, worst) = quantiles(&mut times);
        let over = match path.contains("/search") {
            true => p95 > SEARCH_MS,
            false => p95 > PAGE_MS,
        };
        println!(
            "{path:44} {p50:8.1} {p95:8.1} {worst:8.1} {:8.1}{}",
            size as f64 / 1024.0,
            if over { "  too slow" } else { "" }
        );
        read.push(path);
    }
    crowd(&desk, &app, read).await;
    desk.stop.cancel();
}

/// Everybody at once: readers go from page to page, editors correct posts of their own.
async fn crowd(desk: &Arc<Desk>, app: &Arc<App>, pages: Vec<String>) {
    let pages = Arc::new(pages);
    let mut people = tokio::task::JoinSet::new();
    for reader in 0..READERS {
        let (desk, pages) = (Arc::clone(desk), Arc::clone(&pages));
        people.spawn(async move {
            let mut times = Vec::new();
            for request in 0..REQUESTS {
                let path = &pages[(reader * 7 + request * 3) % pages.len()];
                let (status, took, _) = desk.get(path).await;
                assert_eq!(status, StatusCode::OK, "{path}");
                times.push(took);
                tokio::time::sleep(LOOK).await;
            }
            (times, false)
        });
    }
    for editor in 0..EDITORS {
        let desk = Arc::clone(desk);
        people.spawn(async move {
            let mut times = Vec::new();
            for request in 0..REQUESTS {
                let post = 1 + editor * REQUESTS + request;
                times.push(desk.correct(post).await);
                tokio::time::sleep(LOOK).await;
            }
            (times, true)
        });
    }
    let (mut reading, mut editing) = (Vec::new(), Vec::new());
    while let Some(person) = people.join_next().await {
        let (times, edits) = person.expect("nobody breaks off");
        if edits { &mut editing } else { &mut reading }.extend(times);
    }
    let lost = (1..=EDITORS * REQUESTS)
        .filter(|post| {
            let id = PostId(i64::try_from(*post).expect("small"));
            app.store
                .corrections_of(id)
                .expect("the store works")
                .is_empty()
        })
        .count();
    println!("\n{READERS} reading and {EDITORS} editing at once, {REQUESTS} requests each");
    let mut together = [reading.as_slice(), editing.as_slice()].concat();
    for (name, times) in [
        ("reading", &mut reading),
        ("editing", &mut editing),
        ("together", &mut together),
    ] {
        let (p50, p95, worst) = quantiles(times);
        println!("{name:10} p50 {p50:.1} ms, p95 {p95:.1} ms, worst {worst:.1} ms");
    }
    println!("edits lost: {lost} of {}", EDITORS * REQUESTS);
}

/// Every page of the table of routes that somebody reads, the heavy ones in several ways.
fn pages(app: &App) -> Vec<String> {
    let store = &app.store;
    let issue = store.issues(IssueFilter::default()).expect("issues");
    let issue = issue.first().map_or(1, |issue| issue.id.0);
    let begin = app.now() - chrono::TimeDelta::days(365);
    let events = store.events_between(begin, app.now()).expect("events");
    // The heaviest.
    let event = events.iter().max_by_key(|known| known.event.post_count);
    let event = event.map_or(1, |known| known.event.id.0);
    let user = store.credentials("bench").expect("the store works");
    let user = user.expect("added").user.id.0;
    let mut pages: Vec<String> = routes()
        .into_iter()
        .filter(|route| route.method == "GET" && matches!(route.door, Door::Needs(_)))
        .map(|route| {
            let path = (route.path)
                .replace("/posts/{id}", "/posts/1")
                .replace("/events/{id}", &format!("/events/{event}"))
                .replace("/issues/{id}", &format!("/issues/{issue}"))
                .replace("/users/{id}", &format!("/users/{user}"))
                .replace("/topics/{code}", "/topics/QX")
                .replace("/watches/{id}", "/watches/card")
                .replace("{sheet}", "transfer.docx")
                .replace("/tables/{name}", "/tables/tv.csv")
                .replace("{id}", "1");
            assert!(!path.contains('{'), "{path}: say what to put there");
            match path.as_str() {
                "/rules/edit" => "/rules/edit?file=levels.toml".to_owned(),
                "/rules/row" => "/rules/row?file=lexicon/letters.tsv".to_owned(),
                path if path.ends_with("/export") => format!("{path}?format=html"),
                _ => path,
            }
        })
        .collect();
    pages.extend(MORE.map(str::to_owned));
    pages
}

/// Heavy ways to ask.
const MORE: [&str; 14] = [
    "/search?q=%E7%A4%BE%E4%BF%9D%E5%8D%A1",
    "/search?q=%E7%A4%BE",
    "/search?q=%E6%AC%A0%E8%96%AA&sort=time&level=blue",
    "/search/facets?q=%E7%A4%BE%E4%BF%9D%E5%8D%A1",
    "/events?days=all",
    "/?since=week",
    "/?since=week&tab=events",
    "/cases?year=2017",
    "/stats?year=2017",
    "/stats?year=2017&month=11",
    "/stats/posts?year=2017&figure=collected",
    "/alerts?state=all",
    "/api/v1/search?q=%E7%A4%BE%E4%BF%9D%E5%8D%A1",
    "/api/v1/stats?year=2017",
];

struct Desk {
    client: reqwest::Client,
    address: SocketAddr,
    cookie: String,
    csrf: String,
    stop: CancellationToken,
}

impl Desk {
    async fn open(app: &Arc<App>) -> Arc<Desk> {
        let known = app.store.credentials("bench").expect("the store works");
        let user = known.map_or_else(
            || {
                app.add_user("bench", "测速", Role::ALL, None)
                    .expect("a name")
            },
            |known| known.user,
        );
        let token = app
            .begin(&user, "127.0.0.1", "bench", "测速")
            .expect("a session");
        let visitor = app
            .visitor(&token)
            .expect("the store works")
            .expect("begun");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let stop = CancellationToken::new();
        let router = yuqing::web::router(Arc::clone(app));
        tokio::spawn(yuqing::web::serve(listener, router, stop.clone()));
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build();
        Arc::new(Desk {
            client: client.expect("a client"),
            address,
            cookie: format!("yuqing={token}"),
            csrf: visitor.csrf,
            stop,
        })
    }

    /// Milliseconds and bytes as they travelled.
    async fn get(&self, path: &str) -> (StatusCode, f64, usize) {
        let begin = Instant::now();
        let request = self
            .client
            .get(format!("http://{}{path}", self.address))
            .header("cookie", &self.cookie)
            .header("accept-encoding", "gzip");
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let body = answer.bytes().await.expect("a body");
        let took = begin.elapsed().as_secs_f64() * 1000.0;
        (status, took, body.len())
    }

    /// Milliseconds of a correction.
    async fn correct(&self, post: usize) -> f64 {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("csrf", &self.csrf)
            .append_pair("level", "blue")
            .append_pair("note", "测速")
            .finish();
        let begin = Instant::now();
        let request = self
            .client
            .post(format!("http://{}/posts/{post}/label", self.address))
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let status = request.send().await.expect("an answer").status();
        let took = begin.elapsed().as_secs_f64() * 1000.0;
        assert!(
            status.is_redirection() || status.is_success(),
            "post {post}: {status}"
        );
        took
    }
}

fn quantiles(times: &mut [f64]) -> (f64, f64, f64) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    (at(0.5), at(0.95), at(1.0))
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_from_rfc3339(text).expect("a time")
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}
