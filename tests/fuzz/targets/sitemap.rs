//! Bytes as a sitemap, packed or not.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::collections::HashSet;
use yuqing::extract::Sites;
use yuqing::model::SourceKind;
use yuqing_fuzz::{page, read};

fuzz_target!(|bytes: &[u8]| {
    let page = page("www.example.com/sitemap.xml.gz", bytes);
    let found = read(&page, Some(SourceKind::Sitemap), &Sites::default());
    assert!(found.posts.is_empty(), "a sitemap has no posts");
    let addresses: HashSet<&str> = found.links.iter().map(|link| link.url.as_str()).collect();
    assert_eq!(addresses.len(), found.links.len(), "each address once");
    let times: Vec<_> = found.links.iter().map(|link| link.modified_at).collect();
    assert!(times.is_sorted_by(|one, next| one >= next), "newest first");
});
