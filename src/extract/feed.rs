//! RSS 0.9x, 1.0, 2.0, Atom and JSON Feed → posts and links. The only file that names feed-rs. Slightly broken XML is
//! repaired and tried again.

use crate::extract::body;
use crate::extract::feed_repair;
use crate::extract::html;
use crate::extract::{Extraction, Format, Link, Visit, dates};
use crate::model::{Post, PublishedAt, Timestamp, canonical_url};
use chrono::{DateTime, Utc};
use feed_rs::model::{Entry, Feed, MediaContent};
use feed_rs::parser;
use regex::Regex;
use scraper::Html;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock, Mutex};
use url::Url;

/// Adds entries as posts, and their addresses as links, for feeds that only announce.
pub(super) fn read(visit: Visit<'_>, text: &str, found: &mut Extraction) {
    found.format = Format::Feed;
    let Some((feed, times)) = parse(visit, text, found) else {
        found.format = Format::Unknown;
        found.warnings.push(trouble(text));
        return;
    };
    let mut known = HashSet::new();
    for entry in &feed.entries {
        let post = post(visit, entry, &times);
        if let Some(url) = own_url(visit, entry) {
            let link = Link {
                url,
                title: post.title.clone(),
                modified_at: post.published_at.map(|published| published.at),
            };
            if known.insert(link.url.clone()) {
                found.links.push(link);
            }
        }
        if !post.title.is_empty() || !post.text.is_empty() {
            found.posts.push(post);
        }
    }
    let next = feed
        .links
        .iter()
        .filter(|link| link.rel.as_deref() == Some("next"));
    if text.contains("<!ENTITY") {
        found
            .warnings
            .push("订阅源定义了实体，可能有意消耗内存，没有展开。".to_owned());
    }
    found.next_pages = next
        .filter_map(|link| html::resolve(&visit.page.url, &link.href))
        .collect();
    complain(&times, found);
}

/// Why there is no feed: mostly a page of HTML that says so, of the site or of a self-hosted RSSHub.
fn trouble(text: &str) -> String {
    static TITLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?is)<title[^>]*>(.*?)</title>").expect("the pattern is valid")
    });
    static MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?is)error message:?(?:\s|<[^>]*>)*([^<]+)").expect("the pattern is valid")
    });
    let head: String = text.chars().take(20_000).collect();
    if !head.to_ascii_lowercase().contains("<html") {
        return "订阅源格式有误，无法读取。".to_owned();
    }
    let said = MESSAGE.captures(&head).or_else(|| TITLE.captures(&head));
    match said.map(|said| html::collapse(&html::text_of_markup(&said[1]))) {
        Some(said) if !said.is_empty() => {
            let said: String = said.chars().take(60).collect();
            format!("返回的是网页，不是订阅源：“{said}”。")
        }
        _ => "返回的是网页，不是订阅源，可能地址有变或需要登录。".to_owned(),
    }
}

/// Times as feed-rs met them: it keeps only the moment, we also need how exactly it was stated.
#[derive(Default)]
struct Times {
    stated: HashMap<DateTime<Utc>, PublishedAt>,
    refused: dates::Doubts,
}

fn parse(visit: Visit<'_>, text: &str, found: &mut Extraction) -> Option<(Feed, Times)> {
    let text = feed_repair::modernise(&feed_repair::without_declarations(text));
    if let Some(feed) = parse_once(visit, &text) {
        return Some(feed);
    }
    let repaired = feed_repair::repair(&text);
    let feed = parse_once(visit, &repaired).or_else(|| salvage(visit, &repaired))?;
    found
        .warnings
        .push("订阅源的 XML 有错误，已修补后读取，个别条目可能缺失。".to_owned());
    Some(feed)
}

fn parse_once(visit: Visit<'_>, text: &str) -> Option<(Feed, Times)> {
    let times = Arc::new(Mutex::new(Times::default()));
    let (now, seen) = (visit.now(), Arc::clone(&times));
    let parser = parser::Builder::new()
        .base_uri(Some(visit.page.url.as_str()))
        .sanitize_content(false)
        // Ids made up by the parser would tell an editor nothing.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |stated| note_time(stated, now, &seen))
        .build();
    // Parsers of others have panicked at odd XML; one feed must not end the crawl of all.
    let feed = catch_unwind(AssertUnwindSafe(|| parser.parse(text.as_bytes())));
    let feed = feed.ok()?.ok()?;
    let times = std::mem::take(&mut *times.lock().ok()?);
    Some((feed, times))
}

fn note_time(stated: &str, now: Timestamp, seen: &Mutex<Times>) -> Option<DateTime<Utc>> {
    let mut seen = seen.lock().ok()?;
    let published_at = seen.refused.read(stated, now)?;
    let at = published_at.at.to_utc();
    seen.stated.insert(at, published_at);
    Some(at)
}

/// Entries one by one, for XML that is broken in some of them.
fn salvage(visit: Visit<'_>, text: &str) -> Option<(Feed, Times)> {
    let mut whole: Option<(Feed, Times)> = None;
    for entry in feed_repair::entries(text) {
        let Some((feed, times)) = parse_once(visit, &entry) else {
            continue;
        };
        match whole.as_mut() {
            Some((all, all_times)) => {
                all.entries.extend(feed.entries);
                all_times.stated.extend(times.stated);
                all_times.refused.merge(times.refused);
            }
            None => whole = Some((feed, times)),
        }
    }
    whole
}

fn post(visit: Visit<'_>, entry: &Entry, times: &Times) -> Post {
    let mut post = visit.empty_post(&visit.page.url);
    post.url = own_url(visit, entry).map(|url| canonical_url(&url));
    post.external_id = Some(html::collapse(&entry.id)).filter(|id| !id.is_empty());
    let title = entry
        .title
        .as_ref()
        .map(|title| html::text_of_markup(&title.content));
    post.title = title.unwrap_or_default().replace('\n', " ");
    take_text(&mut post, entry);
    post.author = entry
        .authors
        .iter()
        .filter_map(|person| person.name.as_deref().map(html::collapse))
        .find(|name| !name.is_empty());
    post.published_at = entry
        .published
        .or(entry.updated)
        .and_then(|at| times.stated.get(&at).copied());
    if let Some(category) = entry.categories.first() {
        let name = category.label.as_ref().unwrap_or(&category.term);
        post.extra
            .insert("栏目".to_owned(), Value::String(html::collapse(name)));
    }
    post
}

/// The longer of content and summary; both may hold markup.
fn take_text(post: &mut Post, entry: &Entry) {
    let content = entry
        .content
        .as_ref()
        .and_then(|content| content.body.as_deref());
    let summary = entry
        .summary
        .as_ref()
        .map(|summary| summary.content.as_str());
    for markup in [content, summary].into_iter().flatten() {
        let tamed = crate::extract::tame::tame(markup);
        let fragment = Html::parse_fragment(&tamed.html);
        let body = body::of_element(fragment.root_element(), |_| false);
        post.has_image |= body.has_image;
        post.has_video |= body.has_video;
        if body.text.len() > post.text.len() {
            post.text = body.text;
        }
    }
    post.has_image |= entry.media.iter().any(|media| !media.thumbnails.is_empty());
    for media in entry.media.iter().flat_map(|media| &media.content) {
        match kind_of(media) {
            "image" => post.has_image = true,
            "video" => post.has_video = true,
            // Podcasts: there is no picture, but the words are in the sound.
            "audio" => {
                post.extra
                    .insert("附件".to_owned(), Value::String("音频".to_owned()));
            }
            _ => {}
        }
    }
}

/// `image`, `video`, `audio`: by the type that is stated, else by the ending of the address.
fn kind_of(media: &MediaContent) -> &str {
    if let Some(stated) = media.content_type.as_ref() {
        return stated.ty().as_str();
    }
    let path = media.url.as_ref().map_or("", |url| url.path());
    match path.rsplit('.').next().unwrap_or_default() {
        "jpg" | "jpeg" | "png" | "gif" | "webp" => "image",
        "mp4" | "m3u8" | "mov" | "flv" | "webm" => "video",
        "mp3" | "m4a" | "aac" | "wav" | "ogg" => "audio",
        _ => "",
    }
}

/// The address a reader opens, else an id that is an address.
fn own_url(visit: Visit<'_>, entry: &Entry) -> Option<Url> {
    let is_page = |rel: Option<&str>| matches!(rel, None | Some("alternate"));
    let mut pages = entry
        .links
        .iter()
        .filter(|link| is_page(link.rel.as_deref()));
    let stated = pages
        .next()
        .or_else(|| entry.links.first())
        .map(|link| link.href.as_str());
    stated
        .or_else(|| Some(entry.id.as_str()).filter(|id| id.starts_with("http")))
        .filter(|address| !address.trim().is_empty())
        .and_then(|address| html::resolve(&visit.page.url, address))
}

fn complain(times: &Times, found: &mut Extraction) {
    if found.posts.is_empty() {
        found.warnings.push("订阅源里没有条目。".to_owned());
    }
    times.refused.complain(found);
}
