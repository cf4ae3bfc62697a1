//! 电子报: a page of an edition → its other pages and articles as links; an article → one post with its page (版次).
//! Papers have no hours: the day comes from the address, else from the date line of the page.

use crate::extract::body;
use crate::extract::dates;
use crate::extract::html::{self, selector};
use crate::extract::listing;
use crate::extract::site_rules::{Css, EpaperRules, SiteRules};
use crate::extract::title;
use crate::extract::{Extraction, Visit};
use crate::model::{Post, PublishedAt, Timestamp};
use regex::Regex;
use scraper::{ElementRef, Html};
use serde_json::Value;
use std::sync::LazyLock;

/// Rules of the layout that most Chinese papers use.
static FOUNDER: LazyLock<SiteRules> = LazyLock::new(|| {
    toml::from_str(include_str!("builtin/founder.toml")).expect("rules of the program are valid")
});

static PAGE_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"第\s?([A-Z]?\d{1,3})\s?版\s?[:：]?\s?([\p{Han}·]{2,10})?|\b([A-Z]\d{1,2})\s?版?\s?[:：]\s?([\p{Han}·]{2,10})")
        .expect("the pattern is valid")
});

/// Rules of the site over those of the common layout.
fn rules(visit: Visit<'_>) -> Rules<'_> {
    let of_site = visit.rules.and_then(|rules| rules.epaper.as_ref());
    let common = FOUNDER
        .epaper
        .as_ref()
        .expect("the program's rules have this table");
    Rules { of_site, common }
}

#[derive(Clone, Copy)]
struct Rules<'r> {
    of_site: Option<&'r EpaperRules>,
    common: &'r EpaperRules,
}

impl<'r> Rules<'r> {
    fn pick(self, field: impl Fn(&'r EpaperRules) -> Option<&'r Css>) -> Option<&'r Css> {
        self.of_site.and_then(&field).or_else(|| field(self.common))
    }
}

/// True for an article of a paper, as opposed to a page that lists articles.
pub(super) fn is_article(visit: Visit<'_>, document: &Html) -> bool {
    let body = rules(visit).pick(|rules| rules.body.as_ref());
    html::first(document.root_element(), body).is_some_and(|body| !html::line(body).is_empty())
}

/// True when the address is that of the common layout: `node_2.htm`, `content_123.htm`.
pub(super) fn has_common_address(visit: Visit<'_>) -> bool {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"/(?:19|20)\d\d-?\d\d/\d\d/(?:.*/)?(?:(?:node|content)_[\d_]+|(?:nbs|nw)\.[\w.-]+)\.s?html?$")
            .expect("the pattern is valid")
    });
    NAME.is_match(visit.page.url.path())
}

/// Reads a page of an edition or an article of it.
pub(super) fn read(visit: Visit<'_>, document: &Html, found: &mut Extraction) {
    let rules = rules(visit);
    if is_article(visit, document) {
        found.posts.push(read_article(visit, document, rules));
        return;
    }
    let base = html::base_url(document, &visit.page.url);
    let mut follow = |css: Option<&Css>| {
        let links = css.map(|css| listing::links(visit, document, &base, css, |_| true));
        found.links.extend(links.iter().flatten().cloned());
        links.unwrap_or_default()
    };
    follow(rules.pick(|rules| rules.article_link.as_ref()));
    let pages = follow(rules.pick(|rules| rules.page_link.as_ref()));
    // Pages are links as well as next pages: they hold more links, no posts.
    found.next_pages = pages.into_iter().map(|page| page.url).collect();
    if found.links.is_empty() {
        found
            .warnings
            .push("电子报版面上没有找到文章链接，可能当日休刊或网站已改版。".to_owned());
    }
}

fn read_article(visit: Visit<'_>, document: &Html, rules: Rules<'_>) -> Post {
    let root = document.root_element();
    let mut post = visit.empty_post(&visit.page.url);
    let line = |css| html::line_by(root, css);
    let title = line(rules.pick(|rules| rules.title.as_ref()))
        .or_else(|| title::of_page(document, &Default::default()))
        .unwrap_or_default();
    let headings = headings(document, rules);
    let mut keep = |key: &str, words: &str| {
        if !words.is_empty() {
            post.extra
                .insert(key.to_owned(), Value::String(words.to_owned()));
        }
    };
    keep("引题", &headings.lead);
    keep("副题", &headings.subtitle);
    post.title = match headings.subtitle.as_str() {
        "" => title,
        subtitle => format!("{title}　{subtitle}"),
    };
    if let Some(element) = html::first(root, rules.pick(|rules| rules.body.as_ref())) {
        let body = body::of_element(element, |_| false);
        post.text = body.text;
        post.has_image = body.has_image || has_picture_beside(document);
        post.has_video = body.has_video;
    }
    post.published_at =
        dates::day_of_url(&visit.page.url, visit.now()).or_else(|| printed_day(root, visit.now()));
    let page_name = line(rules.pick(|rules| rules.page_name.as_ref()));
    if let Some(printed) = page_name.or_else(|| printed_page_name(root)) {
        let printed = page_name_of(&printed);
        let name = printed.split([':', '：']).nth(1).unwrap_or_default();
        let name = Value::String(name.trim().to_owned());
        post.extra.insert("版次".to_owned(), Value::String(printed));
        if name != "" {
            post.extra.insert("版名".to_owned(), name);
        }
    }
    post
}

/// 引题 and 副题, without the title between them.
#[derive(Default)]
struct Headings {
    lead: String,
    subtitle: String,
}

/// The layout gives both the same class; what stands above the title leads to it.
fn headings(document: &Html, rules: Rules<'_>) -> Headings {
    let mut headings = Headings::default();
    let root = document.root_element();
    let title = html::first(root, rules.pick(|rules| rules.title.as_ref()));
    let (Some(title), Some(css)) = (title, rules.pick(|rules| rules.subtitle.as_ref())) else {
        return headings;
    };
    let words = html::line(title);
    let mut is_above = true;
    for element in root.descendants().filter_map(ElementRef::wrap) {
        if element.id() == title.id() {
            is_above = false;
        }
        if !css.0.matches(&element) || html::is_inside(element, css) {
            continue;
        }
        let line = html::line(element);
        let place = if is_above {
            &mut headings.lead
        } else {
            &mut headings.subtitle
        };
        // Some papers print the title once more in the small class.
        if !line.is_empty() && line != words && !place.contains(&line) {
            if !place.is_empty() {
                place.push(' ');
            }
            place.push_str(&line);
        }
    }
    headings
}

/// The date line of a paper: `2017年04月13日 星期四`.
fn printed_day(root: ElementRef<'_>, now: Timestamp) -> Option<PublishedAt> {
    let text = html::text(root, |_| false);
    let mut lines = text.lines().filter(|line| line.chars().count() <= 60);
    lines.find_map(|line| {
        dates::parse_published(line, now).filter(|published| !published.is_inferred)
    })
}

/// Pictures of an article stand in a table above its text, from a folder of resources.
fn has_picture_beside(document: &Html) -> bool {
    let pictures = selector("img[src*='/res/'], img[src*='res/'], img[src*='resfile']");
    document.select(&pictures).next().is_some()
}

/// `第A02版：民生` out of what surrounds it.
fn page_name_of(line: &str) -> String {
    PAGE_NAME.find(line).map_or_else(
        || line.trim().to_owned(),
        |name| name.as_str().trim().to_owned(),
    )
}

fn printed_page_name(root: ElementRef<'_>) -> Option<String> {
    let text = html::text(root, |_| false);
    let mut lines = text.lines().filter(|line| line.chars().count() <= 60);
    lines.find_map(|line| Some(PAGE_NAME.find(line)?.as_str().to_owned()))
}
