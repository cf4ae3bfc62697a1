//! WARC/1.1 (ISO 28500:2017): one `response` record per capture, each a gzip member of its own, so that any reader can
//! jump to it. Bodies stand decompressed: headers that spoke of another form are kept under `X-Archive-Orig-`.

use crate::model::Capture;
use anyhow::{Context, Result, anyhow};
use chrono::{SecondsFormat, Utc};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{Read, Write};
use xxhash_rust::xxh3::xxh3_128;

/// An HTTP answer as the archive holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Status line and headers, without the empty line behind them.
    pub head: String,
    /// Body.
    pub body: Vec<u8>,
}

/// The first record of a file: what made it.
pub fn head(file: &str) -> Result<Vec<u8>> {
    let fields = format!(
        "software: yuqing/{}\r\nformat: WARC File Format 1.1\r\n\
         conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n",
        env!("CARGO_PKG_VERSION")
    );
    let headers = format!(
        "WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Date: {}\r\nWARC-Filename: {file}\r\n\
         WARC-Record-ID: {}\r\nContent-Type: application/warc-fields\r\nContent-Length: {}\r\n\r\n",
        Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
        record_id(file.as_bytes()),
        fields.len()
    );
    member(headers.as_bytes(), fields.as_bytes())
}

/// The record of one capture.
pub fn response(capture: &Capture) -> Result<Vec<u8>> {
    let date = capture
        .fetched_at
        .to_utc()
        .to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut block = http_head(capture).into_bytes();
    block.extend_from_slice(&capture.body);
    let mut headers = format!(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {}\r\nWARC-Date: {date}\r\n\
         WARC-Record-ID: {}\r\nWARC-Payload-Digest: {}\r\nWARC-Block-Digest: {}\r\n",
        capture.url,
        record_id(format!("{}\n{date}", capture.url).as_bytes()),
        digest(&capture.body),
        digest(&block),
    );
    if let Some(ip) = capture.answer.remote_ip {
        headers += &format!("WARC-IP-Address: {ip}\r\n");
    }
    headers += &format!(
        "Content-Type: application/http;msgtype=response\r\nContent-Length: {}\r\n\r\n",
        block.len()
    );
    member(headers.as_bytes(), &block)
}

/// `sha256:` and the digits.
pub fn digest(bytes: &[u8]) -> String {
    let mut digest = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        let _infallible = write!(digest, "{byte:02x}");
    }
    digest
}

/// The HTTP answer of a `response` record.
pub fn parse(member: &[u8]) -> Result<Record> {
    let mut record = Vec::new();
    GzDecoder::new(member).read_to_end(&mut record)?;
    let (_, block) = split(&record).context("no WARC record")?;
    let block = block
        .strip_suffix(b"\r\n\r\n")
        .ok_or_else(|| anyhow!("the WARC record has no end"))?;
    let (head, body) = split(block).context("no HTTP answer")?;
    Ok(Record {
        head: String::from_utf8_lossy(head).into_owned(),
        body: body.to_vec(),
    })
}

/// What stands before and behind the first empty line.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((&bytes[..end], &bytes[end + 4..]))
}

fn http_head(capture: &Capture) -> String {
    let answer = &capture.answer;
    // HTTP/2 has no lines of its own; readers of WARC files expect the form of HTTP/1.1.
    let mut head = format!("HTTP/1.1 {} {}\r\n", answer.status, answer.reason);
    for (name, value) in &answer.headers {
        let describes_another_form = ["content-encoding", "transfer-encoding", "content-length"]
            .iter()
            .any(|other| name.eq_ignore_ascii_case(other));
        let prefix = if describes_another_form {
            "X-Archive-Orig-"
        } else {
            ""
        };
        // A header that breaks the line would break the record.
        let value = value.replace(['\r', '\n'], " ");
        let _infallible = write!(head, "{prefix}{name}: {value}\r\n");
    }
    let _infallible = write!(head, "Content-Length: {}\r\n\r\n", capture.body.len());
    head
}

/// A record id that stays the same when the same capture is written again after a crash.
fn record_id(bytes: &[u8]) -> String {
    let hash = xxh3_128(bytes);
    let digits = format!("{hash:032x}");
    // The marks of a UUID made by the vendor's own rule (RFC 9562, version 8).
    format!(
        "<urn:uuid:{}-{}-8{}-8{}-{}>",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..]
    )
}

fn member(headers: &[u8], block: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(headers)?;
    encoder.write_all(block)?;
    encoder.write_all(b"\r\n\r\n")?;
    Ok(encoder.finish()?)
}
