//! What a page says of its character set: in its header, in a `<meta>`, in the prolog of XML. Believes nothing.

use super::Charset;
use encoding_rs::{REPLACEMENT, UTF_16BE, UTF_16LE, WINDOWS_1252};
use regex::bytes::Regex;
use std::sync::LazyLock;

/// Claims stand at the top of a page; WHATWG looks at 1,024 bytes, old pages put styles before them.
const CLAIM_BYTES: usize = 8192;

static CLAIM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i-u)(?:charset|encoding)\s*=\s*["']?\s*([\w-]{3,20})"#)
        .expect("the pattern is part of the program")
});

/// All claims that are worth looking at, the header's first.
pub fn all(bytes: &[u8], content_type: Option<&str>) -> Vec<Charset> {
    let header = content_type
        .map(str::to_ascii_lowercase)
        .and_then(|value| Some(value.split_once("charset=")?.1.to_owned()))
        .map(|label| label.trim_matches(['"', '\'', ' ', ';']).to_owned());
    let head = &bytes[..bytes.len().min(CLAIM_BYTES)];
    let written = CLAIM
        .captures_iter(head)
        .filter(|claim| {
            claim
                .get(0)
                .is_some_and(|all| is_in_claiming_tag(&head[..all.start()]))
        })
        .map(|claim| String::from_utf8_lossy(&claim[1]).into_owned());
    let labels = header.into_iter().chain(written);
    let charsets = labels.filter_map(|label| Charset::for_label(&label));
    // Latin-1 is what servers say when nobody configured them, UTF-16 cannot stand in ASCII.
    let says_nothing = [WINDOWS_1252, UTF_16LE, UTF_16BE, REPLACEMENT].map(Charset::Web);
    charsets
        .filter(|charset| !says_nothing.contains(charset))
        .collect()
}

/// The tag that is open behind `before` is a `<meta>` or the prolog of XML: scripts have charsets of their own.
fn is_in_claiming_tag(before: &[u8]) -> bool {
    let near = &before[before.len().saturating_sub(200)..];
    let Some(start) = near.iter().rposition(|byte| matches!(byte, b'<' | b'>')) else {
        return false;
    };
    let tag = near[start..].to_ascii_lowercase();
    tag.starts_with(b"<meta") || tag.starts_with(b"<?xml")
}
