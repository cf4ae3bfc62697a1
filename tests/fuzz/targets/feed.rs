//! Bytes as the answer of a feed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yuqing::extract::Sites;
use yuqing::model::SourceKind;
use yuqing_fuzz::{page, read};

fuzz_target!(|bytes: &[u8]| {
    let page = page("www.example.com/news/rss.xml", bytes);
    let once = read(&page, Some(SourceKind::Feed), &Sites::default());
    if bytes.len() < 2000 {
        let again = read(&page, Some(SourceKind::Feed), &Sites::default());
        assert_eq!(once, again, "the same bytes say the same");
    }
});
