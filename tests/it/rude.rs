//! Servers that behave badly: each is a named error within the limits, none hangs or fills the memory.

use crate::site::{Answer as SiteAnswer, FRIDAY, TestApp, TestSite, at, config, shipped, source};
use bytesize::ByteSize;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
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
async fn an_announced_giant_is_refused_unread() {
    let server = Rude::start(page("Content-Length: 52428800\r\n", b""), Then::Hold).await;
    let error = error_of(&server, PATIENT).await;
    assert!(
        matches!(error, FetchError::TooLarge { limit: LIMIT, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_unannounced_giant_is_cut_at_the_limit() {
    let server = Rude::start(page("", b""), Then::Repeat(vec![b'x'; 64 * 1024])).await;
    let error = error_of(&server, PATIENT).await;
    assert!(matches!(error, FetchError::TooLarge { .. }), "{error:?}");
    // What lay in the buffers of the system may have been sent; the fifty megabytes were not.
    let sent = server.sent.load(Ordering::SeqCst);
    assert!(sent < 40 * LIMIT, "{sent} bytes were taken");
}

#[tokio::test]
async fn a_redirect_loop_ends() {
    let server = Rude::start(redirect("/page"), Then::Close).await;
    let error = error_of(&server, PATIENT).await;
    assert!(
        matches!(error, FetchError::TooManyRedirects { limit: 5, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn redirects_into_the_private_net_are_refused() {
    for target in [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:9/",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://10.0.0.8/",
        "//192.168.1.1/admin",
        "http://other.localhost/",
        "http://localhost/",
    ] {
        let server = Rude::start(redirect(target), Then::Close).await;
        let error = error_of(&server, PATIENT).await;
        assert!(
            matches!(error, FetchError::PrivateAddress { .. }),
            "{target}: {error:?}"
        );
        assert!(!error.is_temporary());
    }
}

#[tokio::test]
async fn redirects_to_other_schemes_and_to_nonsense_are_refused() {
    for target in [
        "file:///etc/passwd",
        "ftp://rude.localhost/",
        "data:text/html,x",
    ] {
        let server = Rude::start(redirect(target), Then::Close).await;
        let error = error_of(&server, PATIENT).await;
        assert!(
            matches!(error, FetchError::Scheme { .. }),
            "{target}: {error:?}"
        );
    }
    let server = Rude::start(redirect("http://[not-an-address/"), Then::Close).await;
    let error = error_of(&server, PATIENT).await;
    assert!(matches!(error, FetchError::BadRedirect { .. }), "{error:?}");
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
async fn damaged_compression_is_a_broken_body() {
    let cut = &bomb(100_000)[..40];
    for body in [b"this is no gzip".as_slice(), cut] {
        let server = Rude::start(page("Content-Encoding: gzip\r\n", body), Then::Close).await;
        let error = error_of(&server, PATIENT).await;
        assert!(matches!(error, FetchError::BrokenBody { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_compression_bomb_is_cut_at_the_limit() {
    let body = bomb(8 * 1024 * 1024);
    assert!((body.len() as u64) < 3 * LIMIT, "small on the line");
    let server = Rude::start(page("Content-Encoding: gzip\r\n", &body), Then::Close).await;
    let error = error_of(&server, PATIENT).await;
    assert!(matches!(error, FetchError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_broken() {
    let server = Rude::start(page("Content-Length: 1000\r\n", b"ten bytes."), Then::Close).await;
    let error = error_of(&server, PATIENT).await;
    assert!(matches!(error, FetchError::BrokenBody { .. }), "{error:?}");
}

#[tokio::test]
async fn a_body_longer_than_announced_ends_where_it_should() {
    let server = Rude::start(page("Content-Length: 4\r\n", b"four and more"), Then::Close).await;
    assert_eq!(page_of(&server).await.bytes, b"four");
}

#[tokio::test]
async fn bytes_that_are_no_text_come_through_as_they_are() {
    let body = b"\xff\xfe\x80<p>\xc3\x28</p>\x00";
    let server = Rude::start(
        page("Content-Type: text/html; charset=?\r\n", body),
        Then::Close,
    )
    .await;
    let page = page_of(&server).await;
    assert_eq!(page.bytes, body);
}

/// 16 MiB of zeros.
const BROTLI_BOMB: &str = "cbffff3f002400e2b14072effff8ffff078004401c1680eefddf";

fn from_hex(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("written here");
    (0..hex.len()).step_by(2).map(byte).collect()
}

#[tokio::test]
async fn bombs_of_every_kind_are_cut_at_the_limit() {
    let zeros = vec![0; 8 * 1024 * 1024];
    let zstd = zstd::encode_all(zeros.as_slice(), 1).expect("into memory");
    let zstd_of_gzip = zstd::encode_all(bomb(zeros.len()).as_slice(), 1).expect("into memory");
    for (encoding, body) in [
        ("zstd", zstd),
        ("br", from_hex(BROTLI_BOMB)),
        ("gzip, zstd", zstd_of_gzip),
    ] {
        assert!(
            (body.len() as u64) < LIMIT,
            "{encoding} is small on the line"
        );
        let headers = format!("Content-Encoding: {encoding}\r\n");
        let server = Rude::start(page(&headers, &body), Then::Close).await;
        let error = error_of(&server, PATIENT).await;
        assert_eq!(error.cause(), FetchCause::TooLarge, "{encoding}");
    }
}

#[tokio::test]
async fn encodings_without_end_are_a_broken_body() {
    let headers = format!("Content-Encoding: {}gzip\r\n", "gzip, ".repeat(500));
    let server = Rude::start(page(&headers, &bomb(1000)), Then::Close).await;
    let error = error_of(&server, PATIENT).await;
    assert_eq!(error.cause(), FetchCause::BrokenBody);
}

#[tokio::test]
async fn what_is_no_page_is_refused_unread() {
    for kind in [
        "image/png",
        "image/svg+xml",
        "video/mp4",
        "audio/mpeg",
        "application/pdf",
        "application/zip",
        "Application/Octet-Stream",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ] {
        let headers = format!("Content-Type: {kind}; x=y\r\nContent-Length: 1000\r\n");
        let server = Rude::start(page(&headers, b""), Then::Hold).await;
        let error = error_of(&server, PATIENT).await;
        assert_eq!(error.cause(), FetchCause::ContentType, "{kind}");
        assert!(!error.is_temporary());
    }
    for kind in [
        "text/html;charset=gbk",
        "text/plain",
        "application/xhtml+xml",
        "application/rss+xml",
        "application/json",
        "application/javascript",
        "unknown",
    ] {
        let server = Rude::start(
            page(&format!("Content-Type: {kind}\r\n"), b"text"),
            Then::Close,
        )
        .await;
        assert_eq!(page_of(&server).await.bytes, b"text", "{kind}");
    }
}

#[tokio::test]
async fn the_archive_gets_the_answer_as_it_came() {
    let mut first =
        b"HTTP/1.1 200 Fine\r\nX-Name: \xd6\xd0\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n".to_vec();
    first.extend(b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n");
    first.extend(bomb(259));
    let server = Rude::start(first, Then::Close).await;
    let (page, answer) = answered_by(&server).await;
    assert_eq!(page.bytes, [0; 259]);
    assert_eq!(
        (answer.http_version.as_str(), answer.status),
        ("HTTP/1.1", 200)
    );
    assert_eq!(answer.remote_ip, Some(server.address.ip()));
    let header = |name: &str| -> Vec<&str> {
        let here = answer.headers.iter().filter(|(key, _)| key == name);
        here.map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(header("content-encoding"), ["gzip"]);
    assert_eq!(header("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(header("x-name"), ["\u{d6}\u{d0}"]);
}

#[tokio::test]
async fn a_redirect_of_a_hundred_thousand_characters_is_no_address() {
    let server = Rude::start(redirect(&format!("/{}", "a".repeat(100_000))), Then::Close).await;
    let error = error_of(&server, PATIENT).await;
    assert_eq!(error.cause(), FetchCause::BadRedirect);
    assert!(error.to_string().chars().count() < 300);
}

#[tokio::test]
async fn a_redirect_written_in_chinese_is_followed() {
    let server = Rude::start(redirect("/公示"), Then::Close).await;
    let error = error_of(&server, PATIENT).await;
    assert_eq!(
        error.cause(),
        FetchCause::Redirects,
        "it was followed, to itself"
    );
}

#[tokio::test]
async fn a_plain_port_has_no_secure_connection() {
    let server = Rude::start("HTTP/1.1 400 Bad Request\r\n\r\n", Then::Close).await;
    let url = server.url().replace("http:", "https:");
    let error = fetch(&url, PATIENT).await.expect_err("no handshake");
    assert_eq!(error.cause(), FetchCause::Tls, "{error:?}");
    assert!(error.to_string().contains("安全连接"));
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_said_in_chinese() {
    let fetched = fetch("http://no-such-name.invalid/", PATIENT).await;
    let error = fetched.expect_err("the name is reserved for this");
    assert_eq!(error.cause(), FetchCause::Dns, "{error:?}");
    assert!(error.to_string().contains("域名解析不到"), "{error}");
}

#[tokio::test]
async fn a_host_that_asks_to_wait_is_left_alone_by_all_its_sources() {
    for (status, header, minutes) in [
        ("429 Too Many Requests", "Retry-After: 600", 10),
        (
            "503 Service Unavailable",
            "Retry-After: Fri, 14 Apr 2017 01:30:00 GMT",
            30,
        ),
    ] {
        let refusal = format!(
            "HTTP/1.1 {status}\r\n{header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let server = Rude::start(refusal, Then::Close).await;
        let fetcher = fetcher(settings(PATIENT));
        let refused = fetcher.fetch(&request(&server.url()), at(FRIDAY)).await;
        let asked = Some(Duration::from_secs(60 * minutes));
        assert_eq!(refused.expect_err(status).retry_after(), asked);

        let other = server.url().replace("/page", "/other");
        let error = fetcher.fetch(&request(&other), at(FRIDAY)).await;
        let error = error.expect_err("the host waits");
        assert_eq!(
            (error.cause(), error.retry_after()),
            (FetchCause::HostWaits, asked)
        );

        let later = at(FRIDAY) + chrono::TimeDelta::minutes(i64::try_from(minutes).expect("few"));
        let error = fetcher.fetch(&request(&other), later).await;
        let error = error.expect_err("it was asked again");
        assert_ne!(error.cause(), FetchCause::HostWaits);
    }
}

#[tokio::test]
async fn two_ports_of_one_host_are_one_queue() {
    const PAUSE: Duration = Duration::from_millis(150);
    let one = Rude::start(page("Content-Type: text/html\r\n", b"one"), Then::Close).await;
    let other = Rude::start(page("Content-Type: text/html\r\n", b"other"), Then::Close).await;
    let fetcher = fetcher(FetchSettings {
        delay: PAUSE,
        ..settings(PATIENT)
    });
    let begun = Instant::now();
    for server in [&one, &other, &one] {
        let fetched = fetcher.fetch(&request(&server.url()), at(FRIDAY)).await;
        fetched.expect("a page");
    }
    assert!(begun.elapsed() >= 2 * PAUSE);
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

#[tokio::test]
async fn a_proxy_is_asked_for_names_but_never_for_private_addresses() {
    let proxy = Rude::start(page("Content-Type: text/html\r\n", b"via"), Then::Close).await;
    let fetcher = fetcher(settings(PATIENT));
    let through = |url: &str, proxy: &str| Request {
        proxy: Some(proxy.parse().expect("an address")),
        ..request(url)
    };
    let address = format!("http://{}", proxy.address);
    // Nobody here knows the name: only the proxy is asked.
    let public = through("http://www.example.invalid/page", &address);
    match fetcher.fetch(&public, at(FRIDAY)).await.expect("a page") {
        Fetched::Page { page, answer, .. } => {
            assert_eq!(page.bytes, b"via");
            assert_eq!(answer.remote_ip, None);
        }
        Fetched::NotModified => panic!("nobody asked whether it was modified"),
    }
    for private in [
        "http://169.254.169.254/",
        "http://2130706433/",
        "http://[::1]/",
    ] {
        let error = fetcher.fetch(&through(private, &address), at(FRIDAY)).await;
        let error = error.expect_err("a private address");
        assert_eq!(error.cause(), FetchCause::PrivateAddress, "{private}");
    }
    let none = through(
        "http://www.example.invalid/",
        "ftp://user:secret@proxy.example/",
    );
    let error = fetcher
        .fetch(&none, at(FRIDAY))
        .await
        .expect_err("no proxy");
    assert_eq!(error.cause(), FetchCause::Proxy);
    assert!(!error.to_string().contains("secret"), "{error}");
}

/// Gzip of `length` zeros.
fn bomb(length: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&vec![0; length]).expect("into memory");
    encoder.finish().expect("into memory")
}
