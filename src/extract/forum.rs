//! Forum pages: a board → links to threads; a thread → its first post and each reply as posts of their own, told apart
//! by floor and by `#pidN` behind the thread's address. Sites without rules are read as Discuz, phpwind or Tieba.

mod address;

use crate::extract::body;
use crate::extract::byline;
use crate::extract::count::parse_count;
use crate::extract::dates::{self, Doubts};
use crate::extract::html::{self, selector};
use crate::extract::listing;
use crate::extract::site_rules::{Css, SiteRules, ThreadRules};
use crate::extract::title;
use crate::extract::{Extraction, Visit};
use crate::model::{Post, SourceKind, canonical_url};
use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use std::borrow::Cow;
use std::sync::LazyLock;
use url::Url;

/// Rules of forum software, for sites nobody wrote rules for.
static SOFTWARE: LazyLock<Vec<SiteRules>> = LazyLock::new(|| {
    [
        include_str!("builtin/discuz.toml"),
        include_str!("builtin/phpwind.toml"),
        include_str!("builtin/tieba.toml"),
    ]
    .iter()
    .map(|rules| toml::from_str(rules).expect("rules of the program are valid"))
    .collect()
});

static QUOTE: LazyLock<Selector> = LazyLock::new(|| {
    selector(".quote, blockquote, .quote2, .blockquote, .blockquote3, .replyquote, .content_quote")
});
static FLOOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\D{0,4}(\d{1,6})\s*(?:#|楼|层|F)?\s*$").expect("the pattern is valid")
});
static THREAD_PATH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:thread-\d+|viewthread|[?&]tid=\d+|read\.php\?tid|read-htm-tid-\d+|/thread/\d+|/topic/\d+|/t/\d+|/p/\d+|post-\d+)")
        .expect("the pattern is valid")
});

/// True when the rules of the site say that `document` is a thread or a board.
pub(super) fn fits_site(visit: Visit<'_>, document: &Html) -> bool {
    visit.rules.is_some_and(|rules| fits(rules, document))
}

/// True when `document` is a thread or a board of known software.
pub(super) fn fits_software(document: &Html) -> bool {
    SOFTWARE.iter().any(|rules| fits(rules, document))
}

fn fits(rules: &SiteRules, document: &Html) -> bool {
    is_thread(rules, document) || is_board(rules, document)
}

fn is_thread(rules: &SiteRules, document: &Html) -> bool {
    has_any(
        document,
        rules.thread.as_ref().and_then(|rules| rules.post.as_ref()),
    )
}

fn is_board(rules: &SiteRules, document: &Html) -> bool {
    has_any(
        document,
        rules.board.as_ref().and_then(|rules| rules.thread.as_ref()),
    )
}

fn has_any(document: &Html, css: Option<&Css>) -> bool {
    css.is_some_and(|css| document.select(&css.0).next().is_some())
}

/// Rules of the site, then those of known software.
fn candidates<'r>(visit: Visit<'r>) -> impl Iterator<Item = &'r SiteRules> {
    visit.rules.into_iter().chain(SOFTWARE.iter())
}

/// True for the address of a thread, as forums write them.
pub(super) fn is_thread_address(url: &Url) -> bool {
    THREAD_PATH.is_match(url.as_str())
}

/// Tieba sends parts of a page as comments, which its script puts in place.
pub(super) fn with_hidden_parts(text: &str) -> Cow<'_, str> {
    static PART: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?s)<code class="pagelet_html"[^>]{0,200}>\s*<!--(.*?)-->\s*</code>"#)
            .expect("the pattern is valid")
    });
    if text.contains("pagelet_html") {
        return PART.replace_all(text, "<div>$1</div>");
    }
    Cow::Borrowed(text)
}

/// Reads a board or a thread.
pub(super) fn read(visit: Visit<'_>, document: &Html, found: &mut Extraction) {
    let is_entry = visit.source.kind == Some(SourceKind::Board);
    let mut of_threads = candidates(visit).filter(|rules| is_thread(rules, document));
    match of_threads.next().and_then(|rules| rules.thread.as_ref()) {
        Some(rules) if !is_entry => read_thread(visit, document, rules, found),
        _ => read_board(visit, document, found),
    }
}

fn read_board(visit: Visit<'_>, document: &Html, found: &mut Extraction) {
    let base = html::base_url(document, &visit.page.url);
    let fitting = candidates(visit).find(|rules| is_board(rules, document));
    let rules = fitting
        .or(visit.rules)
        .and_then(|rules| rules.board.as_ref());
    let pattern = rules.and_then(|rules| rules.thread_url.as_ref());
    found.links = match rules.and_then(|rules| rules.thread.as_ref()) {
        Some(css) => listing::links(visit, document, &base, css, |link| {
            listing::matches(pattern, link) && !link.title.is_empty()
        }),
        None => {
            let anchors = Css(selector("a[href]"));
            listing::links(visit, document, &base, &anchors, |link| {
                let is_thread = match pattern {
                    Some(pattern) => pattern.0.is_match(link.url.as_str()),
                    None => THREAD_PATH.is_match(link.url.as_str()),
                };
                is_thread && html::han_count(&link.title) >= 4
            })
        }
    };
    if found.links.is_empty() {
        found
            .warnings
            .push("版块页上没有找到帖子链接，网站可能已改版或需要登录。".to_owned());
    }
    let next = rules.and_then(|rules| rules.next.as_ref());
    found.next_pages = listing::next_pages(visit, document, &base, next);
}

fn read_thread(visit: Visit<'_>, document: &Html, rules: &ThreadRules, found: &mut Extraction) {
    let Some(css) = rules.post.as_ref() else {
        return;
    };
    let root = document.root_element();
    let title = html::line_by(root, rules.title.as_ref())
        .or_else(|| title::of_page(document, &Default::default()))
        .unwrap_or_default();
    let thread_url = address::thread_address(&visit.page.url);
    let is_first_page = !address::is_later_page(&visit.page.url);
    let floors = document
        .select(&css.0)
        .filter(|floor| !html::is_inside(*floor, css));
    let mut comments = Vec::new();
    let mut doubts = Doubts::default();
    for (position, floor) in floors.enumerate() {
        let is_first = is_first_page && position == 0;
        let mut post = read_floor(visit, floor, rules, &thread_url, is_first);
        post.title = if is_first {
            title.clone()
        } else {
            format!("回复：{title}")
        };
        if is_first {
            let count = |css: &Option<Css>| parse_count(&html::line_by(root, css.as_ref())?);
            post.engagement.comments = count(&rules.comments);
            post.engagement.views = count(&rules.views);
        }
        if post.published_at.is_none()
            && let Some(stated) = stated_time(floor, rules)
        {
            doubts.note(&stated);
        }
        if says_something(&post) {
            found.posts.push(post);
        }
        let rules = rules.comment.as_deref();
        let below = rules.map(|rules| read_comments(visit, floor, rules, &thread_url, &title));
        comments.push((found.posts.len(), below.unwrap_or_default()));
    }
    doubts.complain(found);
    number_floors(&mut found.posts, is_first_page);
    // From the end, so that the places before stay right.
    for (place, below) in comments.into_iter().rev() {
        found.posts.splice(place..place, below);
    }
    if found.posts.is_empty() {
        found
            .warnings
            .push("帖子页上没有找到楼层内容，网站可能已改版或需要登录。".to_owned());
    }
    let base = html::base_url(document, &visit.page.url);
    found.next_pages = listing::next_pages(visit, document, &base, rules.next.as_ref());
}

/// What stands where the time should be, when it could not be used.
fn stated_time(floor: ElementRef<'_>, rules: &ThreadRules) -> Option<String> {
    let css = rules.published_at.as_ref()?;
    let mut lines = floor.select(&css.0).map(html::line);
    // Neither `举报` nor `3楼`, which stand in the same row.
    lines.find(|line| line.chars().count() >= 6 && line.contains(|c: char| c.is_ascii_digit()))
}

fn says_something(post: &Post) -> bool {
    !post.text.is_empty() || post.has_image || post.has_video
}

/// Comments below one floor; they have ids, and no floors of their own.
fn read_comments(
    visit: Visit<'_>,
    floor: ElementRef<'_>,
    rules: &ThreadRules,
    thread_url: &Url,
    title: &str,
) -> Vec<Post> {
    let Some(css) = rules.post.as_ref() else {
        return Vec::new();
    };
    let comments = floor.select(&css.0).map(|comment| {
        let mut post = read_floor(visit, comment, rules, thread_url, false);
        post.title = format!("回复：{title}");
        post
    });
    comments
        .filter(|post| says_something(post) && post.external_id.is_some())
        .collect()
}

fn read_floor(
    visit: Visit<'_>,
    floor: ElementRef<'_>,
    rules: &ThreadRules,
    thread_url: &Url,
    is_first: bool,
) -> Post {
    let mut post = visit.empty_post(thread_url);
    let body = html::first(floor, rules.body.as_ref()).unwrap_or(floor);
    // What a reply quotes was written by somebody else.
    let body = body::of_element(body, |part| !is_first && QUOTE.matches(part));
    post.text = body.text;
    post.has_image = body.has_image;
    post.has_video = body.has_video;
    post.author =
        html::line_by(floor, rules.author.as_ref()).map(|line| byline::without_label(&line));
    post.published_at = rules.published_at.as_ref().and_then(|css| {
        let mut stated = floor.select(&css.0);
        stated.find_map(|element| dates::of_element(element, visit.now()))
    });
    // Several things stand in one row, of which one is the floor: 来自Android客户端、3楼、2017-04-13 21:05.
    post.floor = rules.floor.as_ref().and_then(|css| {
        let mut lines = floor.select(&css.0).map(html::line);
        lines.find_map(|line| floor_number(&line))
    });
    if !is_first && let Some(id) = reply_id(floor, rules) {
        let mut url = thread_url.clone();
        url.set_fragment(Some(&format!("pid{id}")));
        post.url = Some(canonical_url(&url));
        post.external_id = Some(id);
    }
    post
}

/// What tells replies apart: the digits of an attribute, or what a pattern finds in it.
fn reply_id(floor: ElementRef<'_>, rules: &ThreadRules) -> Option<String> {
    let attribute = rules.id_attr.as_deref().unwrap_or("id");
    let written = floor.attr(attribute)?;
    if let Some(pattern) = &rules.id_pattern {
        let found = pattern.0.captures(written)?;
        return Some(found.get(1)?.as_str().to_owned());
    }
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

/// `楼主` 1, `沙发` 2, `12#`, `第12楼`.
pub(super) fn floor_number(line: &str) -> Option<u32> {
    for (word, number) in [("楼主", 1), ("沙发", 2), ("板凳", 3), ("地板", 4)] {
        if line.contains(word) {
            return Some(number);
        }
    }
    FLOOR.captures(line)?[1].parse().ok()
}

/// Floors that the page does not print follow from those it does; on a first page they count from 1. A reply without
/// an id of its own is told apart by its floor.
fn number_floors(posts: &mut [Post], is_first_page: bool) {
    let mut last = is_first_page.then_some(0);
    for post in posts {
        // phpwind counts the first post as nought: its `1#` is our second floor.
        let printed = post.floor.filter(|floor| Some(*floor) != last);
        post.floor = printed.or(last.map(|floor| floor + 1));
        last = post.floor.or(last);
        let has_own_url = post.external_id.is_some() || post.floor == Some(1);
        if let (false, Some(floor), Some(url)) = (has_own_url, post.floor, post.url.as_mut()) {
            url.push_str(&format!("#floor{floor}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::floor_number;

    #[test]
    fn floors_have_names_and_numbers() {
        for (line, floor) in [
            ("楼主", Some(1)),
            ("沙发", Some(2)),
            ("12#", Some(12)),
            ("第7楼", Some(7)),
            ("电梯直达", None),
            ("发表于 3 楼", Some(3)),
            ("2017-04-13 21:05", None),
            ("来自iPhone 7客户端", None),
        ] {
            assert_eq!(floor_number(line), floor, "{line}");
        }
    }
}
