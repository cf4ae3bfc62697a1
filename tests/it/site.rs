//! A site on loopback whose pages a test writes, and a pipeline whose sources point at it.

use crate::program::get_with;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use chrono::TimeDelta;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use yuqing::app::{App, Clock};
use yuqing::config::{Config, ConfigFolder, DeclaredSource};
use yuqing::extract::Sites;
use yuqing::index::{Query, Sort};
use yuqing::model::{Channel, OutletTier, Role, Source, SourceKind, StoredPost, Timestamp};
use yuqing::pipeline::{self, CrawlReport, Wanted};
use yuqing::store::SourceState;

/// A Friday morning of the sample week.
pub const FRIDAY: &str = "2017-04-14T09:00:00+08:00";

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse_from_rfc3339(text).expect("test time")
}

/// What a page answers.
#[derive(Clone)]
pub struct Answer {
    status: u16,
    content_type: &'static str,
    etag: Option<&'static str>,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    pub fn html(body: impl Into<String>) -> Answer {
        Answer::of("text/html; charset=utf-8", body.into().into_bytes())
    }

    pub fn xml(body: impl Into<String>) -> Answer {
        Answer::of("application/xml", body.into().into_bytes())
    }

    pub fn json(body: &serde_json::Value) -> Answer {
        Answer::of("application/json", body.to_string().into_bytes())
    }

    pub fn status(status: u16) -> Answer {
        Answer {
            status,
            ..Answer::html("")
        }
    }

    /// Any bytes.
    pub fn of(content_type: &'static str, body: Vec<u8>) -> Answer {
        Answer {
            status: 200,
            content_type,
            etag: None,
            headers: Vec::new(),
            body,
        }
    }

    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }

    pub fn with_etag(self, etag: &'static str) -> Answer {
        Answer {
            etag: Some(etag),
            ..self
        }
    }
}

#[derive(Default)]
struct Pages {
    by_path: HashMap<String, Answer>,
    /// Path and status of every answer given, robots.txt included.
    log: Vec<(String, u16)>,
}

/// 网站 — pages by path (and query); whatever is not written is 404.
pub struct TestSite {
    address: SocketAddr,
    pages: Arc<Mutex<Pages>>,
    server: JoinHandle<()>,
}

impl TestSite {
    pub async fn start() -> TestSite {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let pages = Arc::new(Mutex::new(Pages::default()));
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&pages));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("serves");
        });
        TestSite {
            address,
            pages,
            server,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn put(&self, path: &str, answer: Answer) -> &TestSite {
        let mut pages = self.pages.lock().expect("no test panics holding it");
        pages.by_path.insert(path.to_owned(), answer);
        self
    }

    /// Statuses answered at `path`, in order.
    pub fn answered(&self, path: &str) -> Vec<u16> {
        let pages = self.pages.lock().expect("no test panics holding it");
        let here = pages.log.iter().filter(|(asked, _)| asked == path);
        here.map(|(_, status)| *status).collect()
    }
}

impl Drop for TestSite {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(
    State(pages): State<Arc<Mutex<Pages>>>,
    address: Uri,
    headers: HeaderMap,
) -> Response {
    let path = address
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let mut pages = pages.lock().expect("no test panics holding it");
    let page = pages.by_path.get(&path).cloned();
    let mut page = page.unwrap_or_else(|| Answer::status(404));
    let known = headers.get(header::IF_NONE_MATCH);
    if page.etag.is_some() && known.and_then(|known| known.to_str().ok()) == page.etag {
        page.status = 304;
        page.body.clear();
    }
    pages.log.push((path, page.status));
    let mut response = Response::builder()
        .status(StatusCode::from_u16(page.status).expect("a status"))
        .header(header::CONTENT_TYPE, page.content_type);
    for (name, value) in page.headers {
        response = response.header(name, value);
    }
    if let Some(etag) = page.etag {
        response = response.header(header::ETAG, etag);
    }
    response.body(Body::from(page.body)).expect("valid answer")
}

/// A source of `kind` at `url`, visited every ten minutes.
pub fn source(id: &str, kind: SourceKind, url: String) -> DeclaredSource {
    let channel = match kind {
        SourceKind::Board => Channel::Forum,
        SourceKind::Epaper => Channel::Newspaper,
        SourceKind::Json => Channel::Weibo,
        SourceKind::Feed | SourceKind::List | SourceKind::Sitemap => Channel::News,
    };
    DeclaredSource {
        source: Source {
            id: id.to_owned(),
            name: format!("信源{id}"),
            kind,
            url,
            channel,
            tier: OutletTier::T3,
            region: Some("410100".to_owned()),
            is_official: false,
            follows_links: matches!(
                kind,
                SourceKind::List | SourceKind::Board | SourceKind::Epaper | SourceKind::Sitemap
            ),
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

/// The shipped configuration; its tables are compiled once for all tests.
pub fn shipped() -> Config {
    static SHIPPED: LazyLock<Config> =
        LazyLock::new(|| Config::read(&ConfigFolder::shipped(), []).expect("the shipped files"));
    SHIPPED.clone()
}

/// The shipped configuration with these sources, allowed to read loopback without pauses.
pub fn config(sources: Vec<DeclaredSource>) -> Config {
    let mut config = shipped();
    config.settings.fetch.private_hosts = vec!["127.0.0.1".to_owned()];
    config.settings.fetch.delay = Duration::ZERO;
    config.settings.fetch.timeout = Duration::from_secs(20);
    config.sites = Arc::new(Sites::default());
    config.sources = sources;
    config
}

/// 流水线 in a folder of its own, at a standing hour.
pub struct TestApp {
    pub app: Arc<App>,
    _folder: TempDir,
}

impl TestApp {
    pub fn open(config: Config) -> TestApp {
        let folder = TempDir::new().expect("a temporary folder");
        TestApp {
            app: open_in(folder.path(), config),
            _folder: folder,
        }
    }

    pub fn later(&self, pause: TimeDelta) {
        self.app.clock.set(self.app.now() + pause);
    }

    /// Visits every source and what it leads to, until nothing waits; then judges, places and indexes.
    pub async fn crawl(&self) -> Vec<CrawlReport> {
        let ids: Vec<String> = self
            .app
            .config
            .enabled_sources()
            .map(|declared| declared.source.id.clone())
            .collect();
        let mut reports = self.visit(Wanted::Named(ids.clone())).await;
        loop {
            let waiting = self.visit(Wanted::Waiting(ids.clone())).await;
            if waiting.is_empty() {
                break;
            }
            reports.extend(waiting);
        }
        self.process().await;
        reports
    }

    pub async fn visit(&self, wanted: Wanted) -> Vec<CrawlReport> {
        pipeline::crawl_once(&self.app, wanted)
            .await
            .expect("the store works")
    }

    pub async fn process(&self) -> pipeline::Progress {
        let processed = self.app.on_cpu(pipeline::process_once).await;
        processed.expect("store and index work")
    }

    pub fn state(&self, source: &str) -> SourceState {
        let state = self
            .app
            .store
            .source_state(source)
            .expect("the store works");
        state.expect("registered when the app was opened")
    }

    /// Posts that contain `words`.
    pub fn search(&self, words: &str) -> Vec<StoredPost> {
        let query: Query = words.parse().expect("a query");
        let found = self
            .app
            .index
            .search(&query, Sort::Time, 0, 100)
            .expect("the index works");
        let ids: Vec<_> = found.page.iter().map(|(id, _)| *id).collect();
        self.app.store.posts(&ids).expect("the store works")
    }

    pub fn post_count(&self) -> u64 {
        self.app.store.post_count().expect("the store works")
    }
}

pub fn open_in(folder: &Path, config: Config) -> Arc<App> {
    App::open(config, folder, Clock::standing_at(at(FRIDAY))).expect("an empty folder is enough")
}

/// A page of the program, as a browser gets it.
pub async fn page(app: &Arc<App>, path: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let stop = CancellationToken::new();
    let router = yuqing::web::router(Arc::clone(app));
    let server = tokio::spawn(yuqing::web::serve(listener, router, stop.clone()));
    let path = path.to_owned();
    let cookie = format!("Cookie: yuqing={}\r\n", signed_in(app));
    let asked = tokio::task::spawn_blocking(move || get_with(port, &path, &cookie)).await;
    stop.cancel();
    server.await.expect("it stops");
    asked.expect("asked").expect("an answer").1
}

/// The token of a session of somebody who may read, edit, sign and administer.
pub fn signed_in(app: &App) -> String {
    let known = app.store.credentials("tester").expect("the store works");
    let user = known.map_or_else(
        || {
            let added = app.add_user("tester", "试用人", Role::ALL, None);
            added.expect("a good name")
        },
        |known| known.user,
    );
    app.begin(&user, "127.0.0.1", "test", "测试")
        .expect("the store works")
}
