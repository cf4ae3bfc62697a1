//! Bodies that are too large, broken, packed again and again, or no pages at all.

use super::{LIMIT, PATIENT, Rude, Then, answered_by, error_of, page, page_of};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::sync::atomic::Ordering;
use yuqing::fetch::FetchError;
use yuqing::model::FetchCause;

/// 16 MiB of zeros.
const BROTLI_BOMB: &str = "cbffff3f002400e2b14072effff8ffff078004401c1680eefddf";

fn from_hex(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("written here");
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Gzip of `length` zeros.
fn bomb(length: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&vec![0; length]).expect("into memory");
    encoder.finish().expect("into memory")
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
