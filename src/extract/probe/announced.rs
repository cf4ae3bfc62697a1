//! What a site says about itself: feeds in the head of a page, sitemaps in its robots.txt, the name in its title.

use crate::extract::html::{self, selector};
use crate::model::Page;
use regex::Regex;
use scraper::{Html, Selector};
use std::sync::LazyLock;
use url::Url;

/// More feeds than this are of every column, not of this page.
const MAX_FEEDS: usize = 10;

/// More sitemaps than this nobody reads through.
const MAX_SITEMAPS: usize = 10;

/// A name that is printed on an issue is short.
const MAX_NAME_CHARS: usize = 24;

static FEEDS: LazyLock<Selector> = LazyLock::new(|| {
    selector(
        "link[rel~=alternate i][type*=rss i][href], link[rel~=alternate i][type*=atom i][href], \
         link[rel~=alternate i][type*='feed+json' i][href]",
    )
});
static TITLE: LazyLock<Selector> = LazyLock::new(|| selector("title"));

/// Feeds that the page links in its head.
pub fn feeds(page: &Page, document: &Html) -> Vec<Url> {
    let base = html::base_url(document, &page.url);
    let mut feeds = Vec::new();
    for link in document.select(&FEEDS).take(MAX_FEEDS) {
        let url = link
            .attr("href")
            .and_then(|href| html::resolve(&base, href));
        if let Some(url) = url.filter(|url| !feeds.contains(url)) {
            feeds.push(url);
        }
    }
    feeds
}

/// `Sitemap:` lines of the robots.txt that `page` is.
pub fn sitemaps_of_robots(page: &Page) -> Vec<Url> {
    let text = String::from_utf8_lossy(&page.bytes);
    let addresses = text.lines().filter_map(|line| {
        let (key, address) = line.trim().split_once(':')?;
        key.trim()
            .eq_ignore_ascii_case("sitemap")
            .then(|| address.trim())
    });
    let urls = addresses.filter_map(|address| html::resolve(&page.url, address));
    urls.take(MAX_SITEMAPS).collect()
}

/// What the page calls itself: `某某网·社会新闻` for `社会新闻_某某网`.
pub fn name(page: &Page, document: Option<&Html>) -> Option<String> {
    let title = match document {
        Some(document) => html::line(document.select(&TITLE).next()?),
        None => title_of_feed(page)?,
    };
    let title = match title.is_empty() {
        true => document?.select(&TITLE).next()?.text().collect(),
        false => title,
    };
    let parts: Vec<&str> = title
        .split(['_', '|', '-', '—', '–', '｜'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let name = match parts.as_slice() {
        [] => return None,
        [name] => (*name).to_owned(),
        [column, .., site] => format!("{site}·{column}"),
    };
    Some(
        name.chars()
            .filter(|c| !c.is_control())
            .take(MAX_NAME_CHARS)
            .collect(),
    )
}

/// The first title of a feed is its own.
fn title_of_feed(page: &Page) -> Option<String> {
    static TITLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)<title[^>]{0,60}>\s*(?:<!\[CDATA\[)?(.{1,200}?)(?:\]\]>)?\s*</title>")
            .expect("the pattern is valid")
    });
    let decoded = crate::extract::charset::decode(&page.bytes, page.content_type.as_deref(), None);
    let title = TITLE.captures(&decoded.text)?[1].to_owned();
    Some(html::collapse(&html::text_of_markup(&title)))
}
