//! Why a page gives nothing: it is built by scripts, asks for a login, or sends its readers elsewhere. Says so; goes
//! round none of it.

use crate::extract::Extraction;
use crate::extract::html::{self, selector};
use crate::model::Page;
use regex::Regex;
use scraper::{Html, Selector};
use std::sync::LazyLock;
use url::Url;

/// A page with more words than this shows something of its own.
const MAX_EMPTY_CHARS: usize = 200;

/// A page that only sends on is small.
const MAX_FORWARD_BYTES: usize = 8 * 1024;

/// Said to an editor who wants to collect a page that a script builds.
pub const SCRIPTED: &str = "页面由脚本生成，需改用接口或人工补录。";

/// Said where a login stands before the page.
pub const LOGIN: &str = "页面要求登录；只采集不登录可见的公开页面，请改为人工补录或导入。";

static SCRIPTS: LazyLock<Selector> = LazyLock::new(|| selector("script"));
static PASSWORDS: LazyLock<Selector> = LazyLock::new(|| selector("input[type=password]"));
static REFRESHES: LazyLock<Selector> =
    LazyLock::new(|| selector("meta[http-equiv=refresh i][content]"));

/// Adds what stands in the way to the warnings of a page that gave little.
pub fn complain(document: &Html, found: &mut Extraction) {
    let text_chars: usize = found
        .posts
        .iter()
        .map(|post| post.text.chars().count())
        .sum();
    if !found.links.is_empty() || text_chars >= MAX_EMPTY_CHARS {
        return;
    }
    let words = html::text(document.root_element(), |_| false);
    let asks_for_login = document.select(&PASSWORDS).next().is_some() || says_login(&words);
    let is_scripted = document.select(&SCRIPTS).next().is_some()
        && words.chars().count() < MAX_EMPTY_CHARS
        && found.posts.is_empty();
    if asks_for_login && found.posts.is_empty() {
        found.warnings.push(LOGIN.to_owned());
    } else if is_scripted {
        found.warnings.push(SCRIPTED.to_owned());
    }
}

fn says_login(words: &str) -> bool {
    let is_short = words.chars().count() < MAX_EMPTY_CHARS;
    is_short
        && ["请登录", "请先登录", "登录后", "需要登录", "扫码登录"]
            .iter()
            .any(|word| words.contains(word))
}

/// Where a page that holds nothing else sends its readers.
pub fn forwards_to(page: &Page, document: &Html) -> Option<Url> {
    static REFRESH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)^\s*\d{1,2}\s*[;,]\s*url\s*=\s*['"]?([^'"]+)"#)
            .expect("the pattern is valid")
    });
    static SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"location(?:\.href)?\s*(?:=|\.replace\()\s*["']([^"']{1,500})["']"#)
            .expect("the pattern is valid")
    });
    let is_small = page.bytes.len() <= MAX_FORWARD_BYTES
        && html::text(document.root_element(), |_| false)
            .chars()
            .count()
            < MAX_EMPTY_CHARS;
    if !is_small {
        return None;
    }
    let refreshes = document
        .select(&REFRESHES)
        .filter_map(|meta| meta.attr("content"));
    let by_meta = refreshes.filter_map(|content| Some(REFRESH.captures(content)?[1].to_owned()));
    // The parsed page has no programs any more.
    let markup = String::from_utf8_lossy(&page.bytes);
    let by_script = SCRIPT.captures(&markup).map(|found| found[1].to_owned());
    let address = by_meta.chain(by_script).next()?;
    let url = html::resolve(&html::base_url(document, &page.url), &address)?;
    (url != page.url).then_some(url)
}
