//! Benchmark: what the desk's pages cost the server with many posts stored, and with many people at once.
//!
//! `cargo bench --bench desk` · `YUQING_BENCH_POSTS` (500,000 posts of the sample year), `YUQING_BENCH_FOLDER` keeps the data
//! folder for the next run (filling takes minutes). Times are of loopback requests, answers read to the end.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use yuqing::app::{App, Clock};
use yuqing::config::{Config, ConfigFolder};
use yuqing::demo::year::year;
use yuqing::model::{PostId, Role, Timestamp};
use yuqing::pipeline::{ImportOrder, digest_once, import_file, process_all, rebuild_once};

/// Posts imported at a time.
const BATCH: usize = 50_000;
/// Requests of each page, one after the other.
const ROUNDS: usize = 60;
/// People reading and people editing at once.
const READERS: usize = 50;
const EDITORS: usize = 5;
/// Requests of each of them.
const REQUESTS: usize = 20;
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
    fill(&app, count);
    digest_once(&app).await.expect("drafts");
    println!("{} posts stored", app.store.post_count().expect("a count"));

    let desk = Desk::open(&app).await;
    println!("\none person, {ROUNDS} requests a page");
    println!(
        "{:44} {:>8} {:>8} {:>8} {:>8}",
        "page", "p50 ms", "p95 ms", "worst", "KiB gz"
    );
    for path in pages(&app) {
        let mut times = Vec::new();
        let mut size = 0;
        for _ in 0..ROUNDS {
            let (took, bytes) = desk.get(&path).await;
            times.push(took);
            size = bytes;
        }
        let (p50, p95, worst) = quantiles(&mut times);
        println!(
            "{path:44} {p50:8.1} {p95:8.1} {worst:8.1} {:8.1}",
            size as f64 / 1024.0
        );
    }
    crowd(&desk, &app).await;
    desk.stop.cancel();
}

/// Everybody at once: readers go from page to page, editors correct posts of their own.
async fn crowd(desk: &Arc<Desk>, app: &Arc<App>) {
    let pages = Arc::new(pages(app));
    let mut people = tokio::task::JoinSet::new();
    for reader in 0..READERS {
        let (desk, pages) = (Arc::clone(desk), Arc::clone(&pages));
        people.spawn(async move {
            let mut times = Vec::new();
            for request in 0..REQUESTS {
                let path = &pages[(reader * 7 + request * 3) % pages.len()];
                times.push(desk.get(path).await.0);
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
    for (name, times) in [("reading", &mut reading), ("editing", &mut editing)] {
        let (p50, p95, worst) = quantiles(times);
        println!("{name:10} p50 {p50:.1} ms, p95 {p95:.1} ms, worst {worst:.1} ms");
    }
    println!("edits lost: {lost} of {}", EDITORS * REQUESTS);
}

/// Pages by address, the heavy ones of each noun.
fn pages(app: &App) -> Vec<String> {
    let mut pages: Vec<String> = [
        "/",
        "/search",
        "/search?q=%E7%A4%BE%E4%BF%9D%E5%8D%A1",
        "/search?q=%E6%AC%A0%E8%96%AA&sort=time&level=blue",
        "/events",
        "/alerts",
        "/issues",
        "/cases",
        "/entry",
        "/watches",
        "/rules",
        "/sources",
        "/stats?year=2017&month=11",
        "/system",
        "/posts/1",
    ]
    .map(str::to_owned)
    .to_vec();
    let now = app.now();
    let events = app
        .store
        .events_between(now - chrono::TimeDelta::days(365), now);
    if let Some(event) = events.expect("events").first() {
        pages.push(format!("/events/{}", event.event.id.0));
    }
    let issues = app.store.issues(yuqing::store::IssueFilter::default());
    if let Some(issue) = issues.expect("issues").first() {
        pages.push(format!("/issues/{}", issue.id.0));
    }
    pages
}

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
    async fn get(&self, path: &str) -> (f64, usize) {
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
        assert!(status.is_success(), "{path}: {status}");
        (took, body.len())
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

fn fill(app: &App, count: u64) {
    let stored = app.store.post_count().expect("a count");
    if stored >= count * 9 / 10 {
        // A folder that an earlier program filled has an index of an earlier form.
        process_all(app).expect("the steps work");
        while rebuild_once(app).expect("the index works") > 0 {}
        return;
    }
    let begin = Instant::now();
    let posts = year(2017, count);
    let file = tempfile::NamedTempFile::with_suffix(".jsonl").expect("a file");
    for batch in posts.chunks(BATCH) {
        let lines: Vec<String> = (batch.iter())
            .map(|post| serde_json::to_string(post).expect("JSON"))
            .collect();
        std::fs::write(file.path(), lines.join("\n")).expect("room");
        import_file(app, file.path(), &ImportOrder::default()).expect("stores");
        process_all(app).expect("the steps work");
        eprintln!(
            "{} posts, {:.0} s",
            app.store.post_count().expect("a count"),
            begin.elapsed().as_secs_f64()
        );
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
