//! A page → what it is, what is read from it as that, and what it says about itself. Without rules a page of links that
//! the generic reading takes for an article is recognised by its rows.

use super::{announced, document, hints, list, obstacle};
use crate::extract::{Extraction, Format, Link, Sites, extract, forum, html};
use crate::model::{Page, SourceKind};
use scraper::Html;
use url::Url;

/// A page with fewer Chinese characters in one piece is no article.
const MIN_ARTICLE_HAN: usize = 60;

/// A list has at least so many rows.
const MIN_ROWS: usize = 3;

/// 页面判断 — what a page may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An entry page: a source of this kind.
    Entry(SourceKind),
    /// One article.
    Article,
    /// One thread of a forum.
    Thread,
    /// Nothing that could be collected.
    Nothing,
}

impl What {
    /// Stable code, as in JSON.
    pub fn code(self) -> &'static str {
        match self {
            What::Entry(kind) => kind.code(),
            What::Article => "article",
            What::Thread => "thread",
            What::Nothing => "unknown",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            What::Entry(kind) => kind.label(),
            What::Article => "文章页",
            What::Thread => "帖子页",
            What::Nothing => "没有可采集的内容",
        }
    }
}

/// 探测结果 — one page, seen for the first time.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// What it is.
    pub what: What,
    /// What is read from it as that, by the rules of its site where there are some.
    pub extraction: Extraction,
    /// 名称 it gives itself.
    pub name: Option<String>,
    /// Feeds it announces.
    pub feeds: Vec<Url>,
    /// Where it sends its readers on at once.
    pub forwards_to: Option<Url>,
}

/// Finds out what a page is; `kind`, where somebody says so, is believed.
pub fn look(page: &Page, kind: Option<SourceKind>, sites: &Sites) -> Look {
    let read_as = |kind| extract(page, &hints(kind), sites);
    let first = read_as(kind);
    let document = document(page);
    let what = match kind {
        Some(kind) => What::Entry(kind),
        None => what_is(page, &first, document.as_ref()),
    };
    let mut extraction = match (what, kind) {
        (What::Entry(found), None) => read_as(Some(found)),
        _ => first,
    };
    if let (What::Entry(SourceKind::List), Some(document)) = (what, &document)
        && extraction.links.len() < MIN_ROWS
    {
        take_rows(page, document, &mut extraction);
    }
    let mut forwards_to = None;
    if let Some(document) = &document {
        forwards_to = obstacle::forwards_to(page, document);
        obstacle::complain(document, &mut extraction);
    }
    let holds_something = !(extraction.posts.is_empty() && extraction.links.is_empty());
    Look {
        what: if holds_something { what } else { What::Nothing },
        name: announced::name(page, document.as_ref()),
        feeds: document.map_or_else(Vec::new, |document| announced::feeds(page, &document)),
        extraction,
        forwards_to,
    }
}

fn what_is(page: &Page, found: &Extraction, document: Option<&Html>) -> What {
    match found.format {
        Format::Feed => What::Entry(SourceKind::Feed),
        Format::Json => What::Entry(SourceKind::Json),
        Format::Sitemap => What::Entry(SourceKind::Sitemap),
        Format::Epaper if found.posts.is_empty() => What::Entry(SourceKind::Epaper),
        Format::Epaper => What::Article,
        Format::Forum if found.posts.is_empty() => What::Entry(SourceKind::Board),
        Format::Forum => What::Thread,
        Format::List => What::Entry(list_or_board(&found.links)),
        Format::Article | Format::Unknown => {
            let rows = document.map(|document| rows_after_all(page, found, document));
            match rows {
                Some(rows) if rows.len() >= MIN_ROWS => What::Entry(list_or_board(&rows)),
                _ if found.posts.is_empty() => What::Nothing,
                _ => What::Article,
            }
        }
    }
}

/// Links to threads make a board, whatever software it runs.
fn list_or_board(links: &[Link]) -> SourceKind {
    let threads = links
        .iter()
        .filter(|link| forum::is_thread_address(&link.url));
    if 2 * threads.count() > links.len() {
        SourceKind::Board
    } else {
        SourceKind::List
    }
}

/// Little text and many rows of links; or the front page of a folder, whose longest teaser looks like an article.
fn rows_after_all(page: &Page, found: &Extraction, document: &Html) -> Vec<Link> {
    let post = found.posts.first();
    let text_han = post.map_or(0, |post| html::han_count(&post.text));
    let is_folder = page.url.path().ends_with('/') || page.url.path().contains("/index");
    let is_dated = post.is_some_and(|post| post.published_at.is_some());
    let is_doubtful = text_han < MIN_ARTICLE_HAN || (is_folder && !is_dated);
    if !is_doubtful {
        return Vec::new();
    }
    let listed = extract(page, &hints(Some(SourceKind::List)), &Sites::default());
    let rows = list::rows(page, document);
    if rows.len() > listed.links.len() {
        rows
    } else {
        listed.links
    }
}

/// Rows that the generic reading does not know for titles.
fn take_rows(page: &Page, document: &Html, extraction: &mut Extraction) {
    let rows = list::rows(page, document);
    if rows.len() > extraction.links.len() {
        extraction.links = rows;
        extraction
            .warnings
            .retain(|warning| !warning.contains("没有找到文章链接"));
    }
}
