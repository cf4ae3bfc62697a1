//! Any address: one form, and that form is its own.

#![no_main]

use libfuzzer_sys::fuzz_target;
use url::Url;
use yuqing::model::canonical_url;

fuzz_target!(|written: &str| {
    let Ok(url) = Url::parse(written) else {
        return;
    };
    let canonical = canonical_url(&url);
    let read = Url::parse(&canonical).expect("a canonical address is one");
    assert_eq!(canonical_url(&read), canonical, "of {url}");
    if !matches!(url.scheme(), "http" | "https") {
        return;
    }
    assert_eq!(read.scheme(), url.scheme());
    assert_eq!(read.port(), url.port());
    let host = |url: &Url| {
        url.host_str()
            .map(|host| host.trim_end_matches('.').to_owned())
    };
    assert_eq!(host(&read), host(&url), "an address keeps its host");
    // Whoever shares a link writes it with other names and marks: it stays the same post.
    let mut shared = url.clone();
    shared.set_query(Some(&match url.query() {
        Some(query) => format!("utm_source=weixin&{query}"),
        None => "utm_source=weixin".to_owned(),
    }));
    assert_eq!(canonical_url(&shared), canonical, "of {shared}");
});
