//! Bytes as a page that was reached by a link: read by what such pages have in common, then by the rules of a shipped
//! site, which the last byte chooses.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yuqing::extract::{Sites, join_pages};
use yuqing::model::SourceKind;
use yuqing_fuzz::{HOSTS, SHIPPED, check_text, page, read, warm_up};

/// How pages with rules are read: as entry pages of each kind of HTML, and as followed ones.
const KINDS: [Option<SourceKind>; 6] = [
    None,
    Some(SourceKind::List),
    None,
    Some(SourceKind::Board),
    None,
    Some(SourceKind::Epaper),
];

fuzz_target!(init: warm_up(), |bytes: &[u8]| {
    let plain = page("www.example.com/2017/0414/1001.html", bytes);
    let found = read(&plain, None, &Sites::default());

    let choice = usize::from(bytes.last().copied().unwrap_or_default());
    let host = &HOSTS[choice % HOSTS.len()];
    let kind = KINDS[choice / HOSTS.len() % KINDS.len()];
    let ruled = read(&page(host, bytes), kind, &SHIPPED.sites);

    // Further pages of an article are joined to its first.
    let mut parts = found.posts.into_iter().chain(ruled.posts);
    if let Some(first) = parts.next() {
        check_text("joined text", &join_pages(first, parts.collect()).text);
    }
});
