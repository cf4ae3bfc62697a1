//! What the targets share: pages made of any bytes, and what must hold of whatever is read from them.

use chrono::{Datelike, Duration};
use std::sync::LazyLock;
use url::Url;
use yuqing::config::{Config, ConfigFolder};
use yuqing::extract::{Extraction, SiteRules, Sites, SourceHints, extract};
use yuqing::model::{Page, Post, PublishedAt, SourceKind, Timestamp, canonical_url};

/// The configuration as shipped.
pub static SHIPPED: LazyLock<Config> = LazyLock::new(|| {
    Config::read(&ConfigFolder::shipped(), []).expect("the shipped configuration is valid")
});

/// Hosts that have rules of their own as shipped.
pub static HOSTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let files = ConfigFolder::shipped().files_below("sites", "toml");
    let files = files.expect("the shipped configuration is readable");
    let rules = files
        .iter()
        .map(|(_, text)| toml::from_str::<SiteRules>(text).expect("shipped rules are valid"));
    rules.flat_map(|rules| rules.hosts).collect()
});

/// Reads the configuration before the first input, which would be taken for a slow one.
pub fn warm_up() {
    LazyLock::force(&SHIPPED);
    LazyLock::force(&HOSTS);
}

/// 2017-04-14 14:20:35, a Friday in Zhengzhou.
pub fn friday() -> Timestamp {
    Timestamp::parse_from_rfc3339("2017-04-14T14:20:35+08:00").expect("a time")
}

/// A page of `host`; a host with a path gives the path, too.
pub fn page(host: &str, bytes: &[u8]) -> Page {
    let address = if host.contains('/') {
        format!("http://{host}")
    } else {
        format!("http://{host}/x")
    };
    Page {
        url: Url::parse(&address).expect("an address"),
        content_type: None,
        bytes: bytes.to_vec(),
        fetched_at: friday(),
    }
}

/// Reads the page as one of this kind, with these rules, and checks the answer.
pub fn read(page: &Page, kind: Option<SourceKind>, sites: &Sites) -> Extraction {
    let hints = SourceHints {
        kind,
        ..SourceHints::default()
    };
    let found = extract(page, &hints, sites);
    check(page, &found);
    found
}

/// Holds for every extraction of every page.
pub fn check(page: &Page, found: &Extraction) {
    for post in &found.posts {
        check_post(post);
        if let Some(published_at) = post.published_at {
            check_published(published_at, page.fetched_at);
        }
        assert_eq!(post.fetched_at, page.fetched_at);
        for (key, value) in &post.extra {
            check_line("key", key);
            if let Some(words) = value.as_str() {
                check_text(key, words);
            }
        }
        assert!(
            !post.title.is_empty() || !post.text.is_empty() || post.has_image || post.has_video,
            "an empty post"
        );
    }
    for link in &found.links {
        check_address(&link.url);
        check_line("title of a link", &link.title);
        if let Some(modified_at) = link.modified_at {
            check_time(modified_at, page.fetched_at);
        }
    }
    found.next_pages.iter().for_each(check_address);
    for warning in &found.warnings {
        check_line("warning", warning);
    }
    check_size(page, found);
}

/// A post that may be stored, searched and printed.
pub fn check_post(post: &Post) {
    if let Some(address) = &post.url {
        let url = Url::parse(address).expect("a post's address is one");
        check_address(&url);
        assert_eq!(&canonical_url(&url), address, "a canonical address stays");
    }
    check_line("title", &post.title);
    check_text("text", &post.text);
    assert_eq!(post.text.trim(), post.text, "text without blank ends");
    for (name, words) in [
        ("author", &post.author),
        ("outlet", &post.outlet),
        ("external id", &post.external_id),
    ] {
        if let Some(words) = words {
            check_line(name, words);
            assert!(!words.is_empty(), "{name} is empty");
        }
    }
}

/// Not more than a day in the future, not before the Web, in the zone of `now`.
pub fn check_published(published_at: PublishedAt, now: Timestamp) {
    check_time(published_at.at, now);
    assert!(!published_at.to_string().is_empty());
}

fn check_time(at: Timestamp, now: Timestamp) {
    assert!(
        at - now <= Duration::days(1),
        "{at} is in the future of {now}"
    );
    assert!(at.year() >= 1995, "{at} is before the Web");
    assert_eq!(at.offset(), now.offset(), "{at} is in another zone");
}

/// Only web addresses, and each reads as itself.
fn check_address(url: &Url) {
    assert!(matches!(url.scheme(), "http" | "https"), "{url}");
    assert_eq!(Url::parse(url.as_str()).as_ref(), Ok(url));
}

/// Words on one line.
pub fn check_line(name: &str, line: &str) {
    check_text(name, line);
    assert!(!line.contains('\n'), "{name} has two lines: {line:?}");
}

/// Words without what would steer a terminal, break a table or upset a word processor.
pub fn check_text(name: &str, text: &str) {
    let odd = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(odd, None, "{name} has a control character: {text:?}");
}

/// A page says no more than a few times what it is long: nothing is repeated without end.
fn check_size(page: &Page, found: &Extraction) {
    let posts = found.posts.iter();
    let words: usize = posts.map(|post| post.text.len() + post.title.len()).sum();
    // A packed sitemap gives links, not posts; a character of one byte may become one of three.
    let most = 64 * 1024 + 40 * page.bytes.len();
    assert!(words <= most, "{words} bytes of words, at most {most}");
}
