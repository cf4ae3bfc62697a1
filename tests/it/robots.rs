//! robots.txt over the wire: when it is asked for, what its absence means, what a broken one means.

use crate::site::{Answer, FRIDAY, TestSite, at, shipped};
use std::time::Duration;
use yuqing::fetch::{FetchError, FetchSettings, Fetched, Fetcher, Request};
use yuqing::model::FetchCause;

fn fetcher(private_hosts: &[&str]) -> Fetcher {
    Fetcher::new(FetchSettings {
        delay: Duration::ZERO,
        timeout: Duration::from_secs(20),
        private_hosts: private_hosts
            .iter()
            .map(|host| (*host).to_owned())
            .collect(),
        ..shipped().settings.fetch
    })
    .expect("a client")
}

async fn fetch(fetcher: &Fetcher, url: String) -> Result<Fetched, FetchError> {
    let request = Request {
        url: url.parse().expect("an address"),
        etag: None,
        last_modified: None,
        delay: None,
        proxy: None,
    };
    fetcher.fetch(&request, at(FRIDAY)).await
}

/// A site with one page and this robots.txt.
async fn site(robots: Answer) -> TestSite {
    let site = TestSite::start().await;
    site.put("/page", Answer::html("<p>页面</p>"));
    site.put("/robots.txt", robots);
    site
}

fn forbidding() -> Answer {
    Answer::of("text/plain", b"User-agent: *\nDisallow: /\n".to_vec())
}

/// How asking for `/page` ends.
async fn cause(site: &TestSite) -> Option<FetchCause> {
    let fetched = fetch(&fetcher(&["127.0.0.1"]), site.url("/page")).await;
    fetched.err().map(|error| error.cause())
}

#[tokio::test]
async fn it_is_asked_for_once_and_obeyed() {
    let robots = "User-agent: Yuqing/1.0\nDisallow: /secret\n\nUser-agent: *\nDisallow: /\n";
    let site = site(Answer::of("text/plain", robots.into())).await;
    site.put("/other", Answer::html("<p>另一页</p>"));
    let fetcher = fetcher(&["127.0.0.1"]);
    for path in ["/page", "/other"] {
        fetch(&fetcher, site.url(path)).await.expect("a page");
    }
    let denied = fetch(&fetcher, site.url("/secret/1")).await;
    assert_eq!(denied.expect_err("forbidden").cause(), FetchCause::Robots);
    assert_eq!(site.answered("/robots.txt"), [200]);
    assert!(site.answered("/secret/1").is_empty());
}

#[tokio::test]
async fn none_forbids_nothing() {
    for status in [400, 401, 403, 404, 410] {
        let site = site(Answer::status(status)).await;
        assert_eq!(cause(&site).await, None, "{status}");
    }
    let page_instead = site(Answer::html("<html>您访问的页面不存在</html>")).await;
    assert_eq!(cause(&page_instead).await, None);
}

#[tokio::test]
async fn one_that_cannot_be_read_forbids_everything_for_now() {
    for status in [500, 502, 503] {
        let site = site(Answer::status(status)).await;
        assert_eq!(cause(&site).await, Some(FetchCause::RobotsUnreachable));
        assert!(site.answered("/page").is_empty());
    }
    let busy = site(Answer::status(429)).await;
    assert_eq!(cause(&busy).await, Some(FetchCause::Refused));
}

#[tokio::test]
async fn one_that_says_retry_after_closes_the_host() {
    let site = site(Answer::status(503).with_header("retry-after", "300")).await;
    let fetcher = fetcher(&["127.0.0.1"]);
    let error = fetch(&fetcher, site.url("/page")).await.expect_err("a 503");
    assert!(error.is_temporary());
    let error = fetch(&fetcher, site.url("/page")).await.expect_err("waits");
    assert_eq!(error.cause(), FetchCause::HostWaits);
    assert_eq!(site.answered("/robots.txt").len(), 1);
}

#[tokio::test]
async fn it_may_stand_elsewhere_but_not_behind_a_long_chain() {
    let moved = site(Answer::status(301).with_header("location", "/1")).await;
    for hop in 1..5 {
        let next = format!("/{}", hop + 1);
        moved.put(
            &format!("/{hop}"),
            Answer::status(301).with_header("location", next),
        );
    }
    moved.put("/5", forbidding());
    assert_eq!(cause(&moved).await, Some(FetchCause::Robots));

    let endless = site(Answer::status(302).with_header("location", "/robots.txt")).await;
    assert_eq!(cause(&endless).await, None);
    assert_eq!(endless.answered("/robots.txt").len(), 6);
}

#[tokio::test]
async fn it_leads_to_no_private_host() {
    let inside = TestSite::start().await;
    inside.put("/robots.txt", forbidding());
    let to = inside.url("/robots.txt");
    for target in [
        to.replace("127.0.0.1", "inside.localhost"),
        to.replace("127.0.0.1", "[::1]"),
    ] {
        let site = site(Answer::status(302).with_header("location", target)).await;
        assert_eq!(cause(&site).await, Some(FetchCause::PrivateAddress));
    }
    assert!(inside.answered("/robots.txt").is_empty());
}

#[tokio::test]
async fn a_giant_is_read_as_far_as_the_limit() {
    let filler = "# filler\n".repeat(100_000);
    let early = format!("User-agent: *\nDisallow: /\n{filler}");
    let early = site(Answer::of("text/plain", early.into_bytes())).await;
    assert_eq!(cause(&early).await, Some(FetchCause::Robots));
    let late = format!("{filler}User-agent: *\nDisallow: /\n");
    let late = site(Answer::of("text/plain", late.into_bytes())).await;
    assert_eq!(cause(&late).await, None);
}

#[tokio::test]
async fn a_compressed_one_is_obeyed() {
    let text = zstd::encode_all(b"User-agent: *\nDisallow: /\n".as_slice(), 1);
    let robots = Answer::of("text/plain", text.expect("into memory"));
    let site = site(robots.with_header("content-encoding", "zstd")).await;
    assert_eq!(cause(&site).await, Some(FetchCause::Robots));
}

#[tokio::test]
async fn each_origin_of_a_host_has_its_own() {
    let (open, closed) = (site(Answer::status(404)).await, site(forbidding()).await);
    let fetcher = fetcher(&["127.0.0.1"]);
    fetch(&fetcher, open.url("/page")).await.expect("a page");
    let denied = fetch(&fetcher, closed.url("/page")).await;
    assert_eq!(denied.expect_err("forbidden").cause(), FetchCause::Robots);
    fetch(&fetcher, open.url("/page")).await.expect("a page");
}
