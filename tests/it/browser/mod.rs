//! The desk in a real Chromium; without one the tests say so and pass. Pictures of every page at both sizes, //! `cargo test --test it -- --ignored browser::pictures`, in `target/pictures`.

mod driver;
mod entry;
mod journeys;
mod pictures;
mod triage;
mod ways_in;

use crate::hostile::{self, Played};
use axum::http::Method;
use driver::Browser;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use yuqing::app::App;
use yuqing::model::Role;
use yuqing::web::{Door, routes};

const AXE: &str = include_str!("../../fixtures/browser/axe.min.js");

/// The bureau's machines, and a telephone.
const SIZES: [(u32, u32); 2] = [(1366, 768), (360, 640)];

/// First paint needs no more than this, document, style and scripts together.
const MAX_WEIGHT: u64 = 120 * 1024;

const PASSWORD: &str = "舆情监测-两千零一十七";

/// The desk behind a real port, before a real browser.
pub struct BrowserDesk {
    pub browser: Browser,
    address: String,
    stop: CancellationToken,
    server: JoinHandle<()>,
}

impl BrowserDesk {
    /// None where there is no Chromium.
    pub async fn open(app: &Arc<App>) -> Option<BrowserDesk> {
        let browser = Browser::start().await?;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let stop = CancellationToken::new();
        let router = yuqing::web::router(Arc::clone(app));
        let server = tokio::spawn(yuqing::web::serve(listener, router, stop.clone()));
        let (width, height) = SIZES[0];
        browser.resize(width, height).await;
        Some(BrowserDesk {
            browser,
            address,
            stop,
            server,
        })
    }

    /// As [`BrowserDesk::open`], with somebody of every role signed in.
    pub async fn signed_in(app: &Arc<App>) -> Option<BrowserDesk> {
        let desk = BrowserDesk::open(app).await?;
        desk.goto("/login").await;
        let token = crate::site::signed_in(app);
        desk.browser.set_cookie("yuqing", &token).await;
        Some(desk)
    }

    pub async fn goto(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.address)).await;
    }

    /// Where it is, without the host.
    pub async fn path(&self) -> String {
        let url = self.browser.url().await;
        url.strip_prefix(&self.address).unwrap_or(&url).to_owned()
    }

    /// What is wrong with the page shown: dialogs, complaints, requests to others, a line that is too wide.
    pub async fn faults(&self) -> Vec<String> {
        if let Some(said) = self.browser.dialog().await {
            return vec![format!("a dialog: {said}")];
        }
        let mut faults = self.browser.complaints().await;
        // What hostile posts of the table set.
        if self.browser.run("return 'pwned' in window").await == json!(true) {
            faults.push("a script of a post ran".to_owned());
        }
        let requests = self.browser.requests().await;
        let is_ours = |url: &String| url.starts_with(&self.address) || url.starts_with("data:");
        faults.extend(
            requests
                .into_iter()
                .filter(|url| !is_ours(url) && !url.starts_with("about:")),
        );
        let wide = self.browser.run(
            "const most = document.documentElement.clientWidth;
             if (document.documentElement.scrollWidth <= most) return [];
             const wide = [...document.querySelectorAll('main *, header *, footer *')].filter(it =>
                 (it.getBoundingClientRect().right > most + 1 || it.scrollWidth > it.clientWidth && it.clientWidth > 0)
                 && !it.closest('.scroll, pre, nav'));
             return wide.slice(0, 3).map(it => `too wide: ${it.outerHTML.slice(0, 160)}`).concat(['too wide']);",
        );
        faults.extend(
            wide.await
                .as_array()
                .into_iter()
                .flatten()
                .map(Value::to_string),
        );
        faults
    }

    /// What axe calls serious or critical.
    pub async fn barriers(&self) -> Vec<String> {
        self.browser.run(AXE).await;
        let found = self.browser.run_async(
            "const done = arguments[arguments.length - 1];
             axe.run(document, {resultTypes: ['violations'], iframes: false}).then(
                 found => done(found.violations
                     .filter(it => ['serious', 'critical'].includes(it.impact))
                     .map(it => `${it.id}: ${it.help}: ${it.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`)),
                 error => done(['axe: ' + error]));",
        );
        let found = found.await;
        found
            .as_array()
            .into_iter()
            .flatten()
            .map(Value::to_string)
            .collect()
    }

    /// Bytes that the page shown needed, compressed as they came, whether the browser had them already or not.
    pub async fn weight(&self) -> u64 {
        let weight = self.browser.run(
            "const parts = ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind));
             return parts.reduce((sum, part) => sum + part.encodedBodySize, 0);",
        );
        weight.await.as_u64().expect("a number")
    }

    /// Ends the server; the browser ends with the value.
    pub async fn close(self) {
        self.stop.cancel();
        // A browser keeps its connections.
        drop(self.browser);
        self.server.await.expect("it stops");
    }
}

/// Pages of the table that need no number.
fn pages() -> Vec<&'static str> {
    let pages = routes().into_iter().filter(|route| {
        let is_page = !route.path.starts_with("/api/")
            && !route.path.contains('{')
            && route.path != "/health";
        let is_file = [
            "export",
            "download",
            ".csv",
            ".xlsx",
            ".json",
            "/facets",
            "/stats/posts",
            "/stats/difference",
        ]
        .iter()
        .any(|end| route.path.ends_with(end));
        route.method == Method::GET && is_page && !is_file && matches!(route.door, Door::Needs(_))
    });
    pages
        .map(|route| match route.path {
            "/rules/edit" => "/rules/edit?file=levels.toml",
            "/rules/row" => "/rules/row?file=lexicon/risk.tsv",
            path => path,
        })
        .collect()
}

/// All of them, and one of each that has a number.
fn clean_pages(played: &Played) -> Vec<String> {
    let issue = played.issue.id.0;
    let mut pages: Vec<String> = pages().into_iter().map(str::to_owned).collect();
    pages.extend(["/search?q=%E5%B7%A5%E8%B5%84", "/posts/1", "/posts/1/label"].map(str::to_owned));
    pages.extend(
        [
            "/?tab=events",
            "/?tab=alerts",
            "/?tab=cases",
            "/events/1",
            "/cases/1",
        ]
        .map(str::to_owned),
    );
    pages.extend([
        format!("/issues/{issue}"),
        format!("/issues/{issue}/verify"),
    ]);
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_come_in_by_the_form_and_every_page_is_clean_at_both_sizes() {
    let played = hostile::played().await;
    let app = &played.test.app;
    let Some(desk) = BrowserDesk::open(app).await else {
        return;
    };
    let added = app.add_user("lifang", "李芳", Role::ALL, Some(PASSWORD));
    added.expect("a good name");
    let browser = &desk.browser;
    desk.goto("/search").await;
    assert!(desk.path().await.starts_with("/login?next=%2Fsearch"));
    assert_eq!(desk.barriers().await, Vec::<String>::new(), "/login");
    browser.fill("input[name=name]", "lifang").await;
    browser.fill("input[name=password]", PASSWORD).await;
    browser.keys(driver::ENTER).await;
    browser.wait("location.pathname === '/search'").await;
    assert!(browser.text("header").await.contains("李芳"));

    let mut wrong = Vec::new();
    let mut heaviest = (0, String::new());
    for (width, height) in SIZES {
        browser.resize(width, height).await;
        for page in clean_pages(&played) {
            desk.goto(&page).await;
            let weight = desk.weight().await;
            if weight > MAX_WEIGHT {
                wrong.push(format!("{page}: {weight} bytes"));
            }
            heaviest = heaviest.max((weight, page.clone()));
            let faults = desk.faults().await.into_iter().chain(desk.barriers().await);
            wrong.extend(faults.map(|fault| format!("{page} at {width}: {fault}")));
            browser.darken(true).await;
            let barriers = desk.barriers().await.into_iter();
            wrong.extend(barriers.map(|fault| format!("{page} at {width}, by night: {fault}")));
            browser.darken(false).await;
        }
    }
    println!("heaviest: {} with {} bytes", heaviest.1, heaviest.0);
    assert!(heaviest.0 > 10_000, "something was measured");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    browser.click("form[action='/logout'] button").await;
    browser.wait("location.pathname === '/login'").await;
    desk.goto("/issues").await;
    assert!(desk.path().await.starts_with("/login"), "signed out");
    desk.close().await;
}

/// Of every post the page itself, of every payload one search; programs and files have tests of their own.
fn is_watched(address: &str) -> bool {
    // Facets are a piece of a page.
    let others = ["/api/", "/login", "/assets/", "/health", "/search/facets"];
    let is_of_post = |rest: &str| !rest.contains('/') || rest.starts_with("1/");
    !others.iter().any(|other| address.starts_with(other))
        && !address.contains("/export")
        && !address.contains("&source=")
        && address.strip_prefix("/posts/").is_none_or(is_of_post)
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_posts_do_nothing_in_a_browser() {
    let played = hostile::played().await;
    let Some(desk) = BrowserDesk::signed_in(&played.test.app).await else {
        return;
    };
    let app = &played.test.app;
    let asker = crate::desk::Desk::of(app);
    let mut addresses = Vec::new();
    for address in hostile::addresses(&played)
        .into_iter()
        .filter(|it| is_watched(it))
    {
        let got = asker.get(&address).await;
        let is_page = got.content_type.starts_with("text/html");
        // A query that is none is answered 400 on purpose.
        if is_page && (got.status.is_success() || address.starts_with("/search?")) {
            addresses.push(address);
        }
    }
    let issue = played.issue.id.0;
    addresses.push(format!("/issues/{issue}/export?format=html"));
    addresses.push("/?since=week&view=one".to_owned());
    assert!(addresses.len() > 180, "{}", addresses.len());
    let (width, height) = SIZES[1];
    desk.browser.resize(width, height).await;
    let mut wrong = Vec::new();
    for address in addresses {
        desk.goto(&address).await;
        // Chromium complains of the status.
        let is_wrong_query = |fault: &String| {
            address.starts_with("/search?") && fault.contains("status of 400 (Bad Request)")
        };
        let faults = desk.faults().await.into_iter();
        let faults = faults.filter(|fault| !is_wrong_query(fault));
        wrong.extend(faults.map(|fault| format!("{address}: {fault}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    desk.close().await;
}
