//! Bytes as the answer of an interface: without rules, and by those of a site that states every path.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use yuqing::extract::{SiteRules, Sites};
use yuqing::model::SourceKind;
use yuqing_fuzz::{page, read};

static RULED: LazyLock<Sites> = LazyLock::new(|| {
    let rules: SiteRules = toml::from_str(include_str!("json.toml")).expect("the rules are valid");
    Sites::new(vec![rules])
});

fuzz_target!(|bytes: &[u8]| {
    let page = page("www.example.com/api/posts?page=1&since_id=5", bytes);
    read(&page, Some(SourceKind::Json), &Sites::default());
    read(&page, Some(SourceKind::Json), &RULED);
});
