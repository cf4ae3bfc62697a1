//! Servers that behave badly: each is a named error within the limits, none hangs or fills the memory.

use crate::site::{FRIDAY, at, shipped};
use bytesize::ByteSize;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use yuqing::fetch::{FetchError, FetchSettings, Fetched, Fetcher, Request};
use yuqing::model::Page;

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
        max_body: ByteSize(LIMIT),
        obey_robots: false,
        private_hosts: vec!["rude.localhost".to_owned()],
        ..shipped().settings.fetch
    }
}

async fn fetch(url: &str, timeout: Duration) -> Result<Fetched, FetchError> {
    let fetcher = Fetcher::new(settings(timeout)).expect("a client");
    let request = Request {
        url: url.parse().expect("an address"),
        etag: None,
        last_modified: None,
        delay: None,
        proxy: None,
    };
    fetcher.fetch(&request, at(FRIDAY)).await
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
    match fetch(&server.url(), PATIENT).await.expect("a page") {
        Fetched::Page { page, .. } => page,
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
async fn headers_without_end_are_given_up() {
    let first = "HTTP/1.1 200 OK\r\n";
    let server = Rude::start(
        first,
        Then::Repeat(b"X-More: and more and more\r\n".repeat(100)),
    )
    .await;
    let error = error_of(&server, PATIENT).await;
    assert!(matches!(error, FetchError::Connect { .. }), "{error:?}");
    assert!(server.sent.load(Ordering::SeqCst) < 40 * LIMIT);
}

#[tokio::test]
async fn a_line_cut_or_no_http_at_all_is_no_connection() {
    for first in ["", "SSH-2.0-OpenSSH_7.4\r\n", "HTTP/1.1 2"] {
        let server = Rude::start(first, Then::Close).await;
        let error = error_of(&server, PATIENT).await;
        assert!(
            matches!(error, FetchError::Connect { .. }),
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
    let body = bomb(64 * 1024 * 1024);
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

/// Gzip of `length` zeros, written by hand: after the first, each code repeats 258 of them.
fn bomb(length: usize) -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let mut bits = Bits::default();
    bits.put("110"); // last block, fixed codes (least significant bit first)
    bits.put("00110000"); // the byte 0
    for _ in 0..length / 258 {
        bits.put("11000101"); // repeat 258
        bits.put("00000"); // from one byte back
    }
    bits.put("0000000"); // end of block
    bytes.extend(bits.bytes);
    bytes
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn put(&mut self, bits: &str) {
        for bit in bits.bytes() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().expect("just pushed");
            *last |= (bit - b'0') << (self.used % 8);
            self.used += 1;
        }
    }
}
