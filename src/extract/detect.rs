//! What a page is: by its first bytes, by the kind of its source, by what stands on it. Decides only; reads nothing.

use crate::extract::metadata::Metadata;
use crate::extract::outline::Outline;
use crate::extract::{Format, Visit, charset, dates, epaper, forum, html, listing, weigh};
use crate::model::SourceKind;
use regex::Regex;
use scraper::Html;
use std::sync::LazyLock;

/// A list has at least so many links that look like titles.
const MIN_LISTED: usize = 8;

/// Running text in one place that makes a page an article, in Chinese characters.
const MIN_PARAGRAPH: u32 = 60;

/// Beginnings of names (class, id) of which every page of known forum software has one: those its selectors ask for.
static SOFTWARE: LazyLock<Regex> = LazyLock::new(|| {
    // Literals only: these are found at the speed of memory. A new selector in `builtin/` needs its literal here; the
    // fixtures of its software fail without it.
    Regex::new("normalthread_|stickthread_|thread_|xst|postmessage_|t_f|plhin|subject_t|subject|read_t|J_read_floor|readfloor_|floor|pid|l_post|j_th_tit|s_post|a_ajax_")
        .expect("the pattern is part of the program")
});

/// True when some name in the markup may be one that forum software gives.
fn may_be_of_software(markup: &str) -> bool {
    let bytes = markup.as_bytes();
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'=' | b'>');
    SOFTWARE.find_iter(markup).any(|found| {
        let begins_name = bytes[..found.start()].last().is_some_and(ends);
        // Numbers follow.
        let is_open = matches!(found.as_str(), "pid") || found.as_str().ends_with('_');
        begins_name && (is_open || bytes.get(found.end()).is_some_and(ends))
    })
}

/// Beginnings of files that are no text, and what to call them.
const BINARY: &[(&[u8], &str)] = &[
    (b"%PDF", " PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"PK\x03\x04", "压缩包或 Office 文件"),
    (b"\xd0\xcf\x11\xe0", " Office 文件"),
    (b"\x1f\x8b", "压缩文件"),
    (b"Rar!", "压缩包"),
    (b"RIFF", "音视频文件"),
    (b"ID3", "音频文件"),
    (b"FLV", "视频文件"),
];

/// Why the bytes hold nothing to read: a Chinese sentence; `None` for text.
pub fn unreadable(bytes: &[u8]) -> Option<String> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Some("页面为空。".to_owned());
    }
    for (beginning, name) in BINARY {
        if bytes.starts_with(beginning) {
            return Some(format!("这是{name}，不是网页，没有提取内容。"));
        }
    }
    // UTF-16 has zero bytes too.
    let head = &bytes[..bytes.len().min(1024)];
    let zeros = head.iter().filter(|byte| **byte == 0).count();
    let is_wide = matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
        || charset::utf16_without_mark(bytes).is_some();
    (zeros * 20 > head.len() && !is_wide)
        .then(|| "这是二进制文件，不是网页，没有提取内容。".to_owned())
}

/// Feed, JSON or sitemap, by how the text begins; `None` for HTML.
pub fn by_first_bytes(text: &str, kind: Option<SourceKind>) -> Option<Format> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let head: String = text.chars().take(2000).collect();
    let is_json = text.starts_with(['{', '[']) || is_wrapped_json(&head);
    if is_json {
        let is_feed = head.contains("https://jsonfeed.org/") || head.contains("jsonfeed.org\\/");
        return Some(if is_feed { Format::Feed } else { Format::Json });
    }
    let is_feed = ["<rss", "<feed", "<rdf:RDF", "<RDF", "<channel", "<entry"]
        .iter()
        .any(|root| head.contains(root));
    let is_html = ["<html", "<HTML", "<!DOCTYPE html", "<!doctype html"]
        .iter()
        .any(|root| head.contains(root));
    if ["<urlset", "<sitemapindex"]
        .iter()
        .any(|root| head.contains(root))
        && !is_html
    {
        return Some(Format::Sitemap);
    }
    match kind {
        Some(SourceKind::Sitemap) => Some(Format::Sitemap),
        Some(SourceKind::Feed) => Some(Format::Feed),
        Some(SourceKind::Json) => Some(Format::Json),
        _ if is_feed && !is_html => Some(Format::Feed),
        _ => None,
    }
}

/// `callback({…})`, with at most a short name before the bracket; some libraries put `/**/` before it.
fn is_wrapped_json(head: &str) -> bool {
    let head = head.trim_start_matches("/**/").trim_start();
    let name: String = head
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'))
        .collect();
    let rest = head[name.len()..].trim_start();
    !name.is_empty() && (rest.starts_with("({") || rest.starts_with("(["))
}

/// What an HTML page is: by the kind of its source, by rules that fit it, by what stands on it.
pub(super) fn html_format(
    visit: Visit<'_>,
    document: &Html,
    markup: &str,
    outline: &Outline<'_>,
    metadata: &Metadata,
) -> Format {
    match visit.source.kind {
        Some(SourceKind::List) => return Format::List,
        Some(SourceKind::Board) => return Format::Forum,
        Some(SourceKind::Epaper) => return Format::Epaper,
        _ => {}
    }
    if forum::fits_site(visit, document) {
        return Format::Forum;
    }
    if is_epaper(visit, document) {
        return Format::Epaper;
    }
    if has_ruled_article(visit, document) {
        return Format::Article;
    }
    // Most pages are of no forum: a look at the markup spares them the selectors.
    if may_be_of_software(markup) && forum::fits_software(document) {
        return Format::Forum;
    }
    by_content(visit, document, outline, metadata)
}

fn is_epaper(visit: Visit<'_>, document: &Html) -> bool {
    let has_rules = visit.rules.is_some_and(|rules| rules.epaper.is_some());
    epaper::has_common_address(visit) || (has_rules && epaper::is_article(visit, document))
}

fn has_ruled_article(visit: Visit<'_>, document: &Html) -> bool {
    let rules = visit.rules.and_then(|rules| rules.article.as_ref());
    let body = rules.and_then(|rules| rules.body.as_ref());
    html::first(document.root_element(), body).is_some()
}

/// A page is a list when titles of others outweigh its own text.
fn by_content(
    visit: Visit<'_>,
    document: &Html,
    outline: &Outline<'_>,
    metadata: &Metadata,
) -> Format {
    let has_day = dates::day_of_url(&visit.page.url, visit.now()).is_some();
    if has_day || metadata.is_article {
        return Format::Article;
    }
    // Addresses are resolved only where the words of all links could outweigh the text.
    let sums = outline.entries[0].sums;
    if sums.prose >= sums.linked {
        return Format::Article;
    }
    if holds_text(outline) {
        return Format::Article;
    }
    let base = html::base_url(document, &visit.page.url);
    let listed = listing::titles(visit, document, &base);
    let listed_han: usize = listed.iter().map(|link| html::han_count(&link.title)).sum();
    if listed.len() >= MIN_LISTED && listed_han > sums.prose as usize {
        return Format::List;
    }
    Format::Article
}

/// True when some container holds running text and few links: not a list with a sentence below each title.
fn holds_text(outline: &Outline<'_>) -> bool {
    weigh::choose(outline).is_some_and(|choice| {
        let sums = outline.entries[choice.position].sums;
        // Where names mislead, what they call furniture is not counted as prose.
        let prose = if choice.trusts_names {
            sums.prose
        } else {
            sums.size - sums.linked
        };
        prose >= MIN_PARAGRAPH && prose >= 2 * sums.linked
    })
}
