//! Servers that behave badly: each is a named error within the limits, none hangs or fills the memory.

mod addresses;
mod bodies;

use crate::site::{Answer as SiteAnswer, FRIDAY, TestApp, TestSite, at, config, shipped, source};
use bytesize::ByteSize;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use yuqing::fetch::{FetchError, FetchSettings, Fetched, Fetcher, Request};
use yuqing::model::{Answer, FetchCause, Page, SourceKind};
use yuqing::pipeline::Wanted;

const LIMIT: u64 = 256 * 1024;

/// What a server does after its first words.
#[derive(Clone)]
enum Then {
    Close,
    /// Keeps the line open and says nothing.
    Hold,
    /// Says this again and again until nobody listens.
    Repeat(Vec<u8>),
    /// As `Repeat`, a little at a time.
    Drip(Vec<u8>),
}

/// 无礼的服务器 — reads a request, says `first`, then goes on as told.
struct Rude {
    address: SocketAddr,
    sent: Arc<AtomicU64>,
}

impl Rude {
    async fn start(first: impl Into<Vec<u8>>, then: Then) -> Rude {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let sent = Arc::new(AtomicU64::new(0));
        let (first, counter) = (first.into(), Arc::clone(&sent));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(
                    stream,
                    first.clone(),
                    then.clone(),
                    Arc::clone(&counter),
                ));
            }
        });
        Rude { address, sent }
    }

    /// By name: the address behind it must stay forbidden under any other name.
    fn url(&self) -> String {
        format!("http://rude.localhost:{}/page", self.address.port())
    }
}

async fn talk(mut stream: TcpStream, first: Vec<u8>, then: Then, sent: Arc<AtomicU64>) {
    let mut request = [0; 4096];
    let Ok(1..) = stream.read(&mut request).await else {
        return;
    };
    if stream.write_all(&first).await.is_err() {
        return;
    }
    match then {
        Then::Close => {}
        Then::Hold => while matches!(stream.read(&mut request).await, Ok(1..)) {},
        Then::Repeat(bytes) => {
            while stream.write_all(&bytes).await.is_ok() {
                sent.fetch_add(bytes.len() as u64, Ordering::SeqCst);
            }
        }
        Then::Drip(bytes) => {
            let mut tick = tokio::time::interval(Duration::from_millis(10));
            while stream.write_all(&bytes).await.is_ok() {
                tick.tick().await;
            }
        }
    }
}

fn settings(timeout: Duration) -> FetchSettings {
    FetchSettings {
        delay: Duration::ZERO,
        timeout,
        idle_timeout: timeout,
        max_body: ByteSize(LIMIT),
        obey_robots: false,
        private_hosts: vec!["rude.localhost".to_owned()],
        ..shipped().settings.fetch
    }
}

fn fetcher(settings: FetchSettings) -> Fetcher {
    Fetcher::new(settings).expect("a client")
}

fn request(url: &str) -> Request {
    Request {
        url: url.parse().expect("an address"),
        etag: None,
        last_modified: None,
        delay: None,
        proxy: None,
    }
}

async fn fetch(url: &str, timeout: Duration) -> Result<Fetched, FetchError> {
    let fetcher = fetcher(settings(timeout));
    fetcher.fetch(&request(url), at(FRIDAY)).await
}

/// Long enough for a loaded machine; a test that needs it to pass ends much sooner.
const PATIENT: Duration = Duration::from_secs(20);
/// For servers that never end.
const HASTY: Duration = Duration::from_millis(300);

async fn error_of(server: &Rude, timeout: Duration) -> FetchError {
    let fetched = fetch(&server.url(), timeout).await;
    fetched.expect_err("a server this rude gives no page")
}

async fn page_of(server: &Rude) -> Page {
    answered_by(server).await.0
}

async fn answered_by(server: &Rude) -> (Page, Answer) {
    match fetch(&server.url(), PATIENT).await.expect("a page") {
        Fetched::Page { page, answer, .. } => (page, answer),
        Fetched::NotModified => panic!("nobody asked whether it was modified"),
    }
}

fn redirect(location: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
}

fn page(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 200 OK\r\n{headers}Connection: close\r\n\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[tokio::test]
async fn silence_and_drips_run_into_the_time_limit() {
    for (first, then) in [
        (Vec::new(), Then::Hold),
        (b"HTTP/1.1 200 OK\r\nContent-Le".to_vec(), Then::Hold),
        (page("Content-Length: 1000\r\n", b"begun"), Then::Hold),
        (page("", b"<html>"), Then::Drip(b" ".to_vec())),
        (
            b"HTTP/1.1 200 OK\r\n".to_vec(),
            Then::Drip(b"X: y\r\n".to_vec()),
        ),
    ] {
        let shown = String::from_utf8_lossy(&first).into_owned();
        let server = Rude::start(first, then).await;
        let error = error_of(&server, HASTY).await;
        assert!(
            matches!(error, FetchError::Timeout { .. }),
            "{shown}: {error:?}"
        );
        assert!(error.is_temporary());
    }
}

#[tokio::test]
async fn silence_within_an_answer_is_given_up_before_the_whole_time_is_over() {
    let server = Rude::start(page("Content-Length: 1000\r\n", b"begun"), Then::Hold).await;
    let fetcher = fetcher(FetchSettings {
        idle_timeout: HASTY,
        ..settings(Duration::from_secs(3600))
    });
    let fetched = fetcher.fetch(&request(&server.url()), at(FRIDAY)).await;
    let error = fetched.expect_err("half a page is none");
    assert_eq!(error.cause(), FetchCause::Timeout);
}

#[tokio::test]
async fn preliminary_answers_without_end_are_given_up() {
    let server = Rude::start(
        "",
        Then::Repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".to_vec()),
    )
    .await;
    let error = error_of(&server, HASTY).await;
    assert!(error.is_temporary(), "{error:?}");
}

#[tokio::test]
async fn headers_without_end_are_given_up() {
    let first = "HTTP/1.1 200 OK\r\n";
    let server = Rude::start(
        first,
        Then::Repeat(b"X-More: and more and more\r\n".repeat(100)),
    )
    .await;
    let error = error_of(&server, PATIENT).await;
    assert!(matches!(error, FetchError::Protocol { .. }), "{error:?}");
    assert!(server.sent.load(Ordering::SeqCst) < 40 * LIMIT);
}

#[tokio::test]
async fn a_line_cut_or_no_http_at_all_is_no_answer() {
    for first in [
        "",
        "SSH-2.0-OpenSSH_7.4\r\n",
        "HTTP/1.1 2",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
        "\x15\x03\x01\0\x02\x02\x28",
        "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    ] {
        let server = Rude::start(first, Then::Close).await;
        let error = error_of(&server, PATIENT).await;
        assert!(
            matches!(error, FetchError::Protocol { .. }),
            "{first}: {error:?}"
        );
        assert!(error.is_temporary());
    }
}

#[tokio::test]
async fn nobody_listening_is_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    drop(listener);
    let fetched = fetch(&format!("http://rude.localhost:{port}/"), PATIENT).await;
    let error = fetched.expect_err("nobody is there");
    assert!(matches!(error, FetchError::Connect { .. }), "{error:?}");
}

#[tokio::test]
async fn a_plain_port_has_no_secure_connection() {
    let server = Rude::start("HTTP/1.1 400 Bad Request\r\n\r\n", Then::Close).await;
    let url = server.url().replace("http:", "https:");
    let error = fetch(&url, PATIENT).await.expect_err("no handshake");
    assert_eq!(error.cause(), FetchCause::Tls, "{error:?}");
    assert!(error.to_string().contains("安全连接"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_source_is_read_whatever_the_others_do() {
    let hung = Rude::start("HTTP/1.1 200 OK\r\n", Then::Hold).await;
    let giant = Rude::start(page("", b""), Then::Repeat(vec![b'x'; 64 * 1024])).await;
    let film = Rude::start(page("Content-Type: video/mp4\r\n", b""), Then::Hold).await;
    let nobody = Rude::start("", Then::Close).await;
    let healthy = TestSite::start().await;
    healthy.put(
        "/rss.xml",
        SiteAnswer::xml(
            "<rss version=\"2.0\"><channel><title>示例</title><item><title>社保大厅今起延时服务</title>\
             <link>/n/1.html</link></item></channel></rss>",
        ),
    );
    let servers = [
        ("hung", &hung),
        ("giant", &giant),
        ("film", &film),
        ("nobody", &nobody),
    ];
    let mut sources: Vec<_> = servers
        .iter()
        .map(|(id, server)| {
            // Each a host of its own: one queue would make them wait for one another.
            let url = server.url().replace("rude.", &format!("{id}.rude."));
            source(id, SourceKind::Feed, url)
        })
        .collect();
    sources.push(source("healthy", SourceKind::Feed, healthy.url("/rss.xml")));
    let mut config = config(sources);
    config.settings.fetch = FetchSettings {
        private_hosts: vec!["rude.localhost".to_owned(), "127.0.0.1".to_owned()],
        timeout: Duration::from_secs(5),
        idle_timeout: Duration::from_secs(2),
        ..settings(PATIENT)
    };
    let app = TestApp::open(config);
    let reports = app.visit(Wanted::Due).await;
    let cause = |id: &str| {
        let report = reports.iter().find(|report| report.source == id);
        report.expect("every source is reported").cause
    };
    assert_eq!(cause("hung"), Some(FetchCause::Timeout));
    assert_eq!(cause("giant"), Some(FetchCause::TooLarge));
    assert_eq!(cause("film"), Some(FetchCause::ContentType));
    assert_eq!(cause("nobody"), Some(FetchCause::Protocol));
    assert_eq!(cause("healthy"), None);
    assert_eq!(app.post_count(), 1);
}
