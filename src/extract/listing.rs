//! List page → links to articles and the next page. Without rules, links are told apart by the length of their words
//! and the shape of their addresses.

use crate::extract::html::{self, selector};
use crate::extract::site_rules::{Css, Pattern};
use crate::extract::{Extraction, Link, Visit};
use crate::model::canonical_url;
use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use std::collections::HashMap;
use std::sync::LazyLock;
use url::Url;

/// Titles have at least so many Chinese characters; navigation has fewer.
const MIN_TITLE_HAN: usize = 8;

/// Lists have hundreds of links; more is a map of the site.
const MAX_LINKS: usize = 1000;

static ANCHORS: LazyLock<Selector> = LazyLock::new(|| selector("a[href]"));
static NEXT: LazyLock<Selector> = LazyLock::new(|| selector("a[href], link[rel=next][href]"));
static NEXT_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:下一?页|后一?页|下页|next|›|»|>|>>|下一页\s*[>›»]*)$")
        .expect("the pattern is valid")
});
/// Many lists print the day of publication inside the link, behind the title.
static DAY_AT_END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s*[\[（(]?(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}:\d\d)?[\]）)]?$")
        .expect("the pattern is valid")
});
static ARTICLE_PATH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:/(?:19|20)\d\d|\d{4,}|[/_-]\d+\.(?:s?html?|jhtml|do|php|aspx?)|(?:id|tid|aid)=\d|detail|article|content)")
        .expect("the pattern is valid")
});

/// Adds links and next pages to `found`.
pub(super) fn read(visit: Visit<'_>, document: &Html, found: &mut Extraction) {
    let rules = visit.rules.and_then(|rules| rules.list.as_ref());
    let pattern = rules.and_then(|rules| rules.link_url.as_ref());
    let base = html::base_url(document, &visit.page.url);
    found.links = match rules.and_then(|rules| rules.link.as_ref()) {
        Some(css) => links(visit, document, &base, css, |link| matches(pattern, link)),
        None if pattern.is_some() => {
            let anchors = Css(ANCHORS.clone());
            links(visit, document, &base, &anchors, |link| {
                matches(pattern, link)
            })
        }
        None => likely_articles(visit, document, &base),
    };
    if found.links.is_empty() {
        found
            .warnings
            .push("列表页上没有找到文章链接，网站可能已改版。".to_owned());
    }
    let next = rules.and_then(|rules| rules.next.as_ref());
    found.next_pages = next_pages(visit, document, &base, next);
}

/// True when the address fits the pattern, or there is none.
pub(super) fn matches(pattern: Option<&Pattern>, link: &Link) -> bool {
    pattern.is_none_or(|pattern| pattern.0.is_match(link.url.as_str()))
}

/// Links under the elements that `css` selects, in page order, each address once with its longest title.
pub(super) fn links(
    visit: Visit<'_>,
    document: &Html,
    base: &Url,
    css: &Css,
    is_wanted: impl Fn(&Link) -> bool,
) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    let own = canonical_url(&visit.page.url);
    for element in document.select(&css.0).filter_map(anchor) {
        let Some(link) = link(base, element).filter(|link| is_wanted(link)) else {
            continue;
        };
        let canonical = canonical_url(&link.url);
        if canonical == own || links.len() >= MAX_LINKS {
            continue;
        }
        match positions.get(&canonical) {
            Some(position) if links[*position].title.len() < link.title.len() => {
                links[*position].title = link.title;
            }
            Some(_) => {}
            None => {
                positions.insert(canonical, links.len());
                links.push(link);
            }
        }
    }
    links
}

/// The element itself if it links, else the first link in it: rules may name the row.
fn anchor(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    if element.attr("href").is_some() {
        return Some(element);
    }
    element.select(&ANCHORS).next()
}

fn link(base: &Url, anchor: ElementRef<'_>) -> Option<Link> {
    let href = anchor.attr("href")?;
    if href.starts_with('#') {
        return None;
    }
    let url = html::resolve(base, href)?;
    let words = html::line(anchor);
    // Lists cut long titles and keep the whole one in the attribute.
    let title = match anchor.attr("title").map(html::collapse) {
        Some(whole) if whole.len() > words.len() || words.ends_with('…') => whole,
        _ => words,
    };
    let title = DAY_AT_END.replace(&title, "").trim_end().to_owned();
    Some(Link {
        url,
        title,
        modified_at: None,
    })
}

/// Links that look like titles of articles, of this site or another: what makes a page a list.
pub(super) fn titles(visit: Visit<'_>, document: &Html, base: &Url) -> Vec<Link> {
    let anchors = Css(ANCHORS.clone());
    links(visit, document, base, &anchors, looks_like_article)
}

/// Links that look like titles of articles of this site.
pub(super) fn likely_articles(visit: Visit<'_>, document: &Html, base: &Url) -> Vec<Link> {
    let anchors = Css(ANCHORS.clone());
    links(visit, document, base, &anchors, |link| {
        is_likely_article(visit, link)
    })
}

fn is_likely_article(visit: Visit<'_>, link: &Link) -> bool {
    is_same_site(&visit.page.url, &link.url) && looks_like_article(link)
}

fn looks_like_article(link: &Link) -> bool {
    let address = &link.url[url::Position::BeforePath..];
    html::han_count(&link.title) >= MIN_TITLE_HAN && ARTICLE_PATH.is_match(address)
}

/// Same registered domain, as far as the last labels tell: `news.a.com` and `bbs.a.com` are one site.
pub(super) fn is_same_site(one: &Url, other: &Url) -> bool {
    let (Some(one), Some(other)) = (one.host_str(), other.host_str()) else {
        return false;
    };
    one == other || registered_domain(one) == registered_domain(other)
}

fn registered_domain(host: &str) -> &str {
    let labels: Vec<&str> = host.rsplitn(4, '.').collect();
    let count = match labels.as_slice() {
        [_, second, ..] if ["com", "gov", "net", "org", "edu", "ac"].contains(second) => 3,
        _ => 2,
    };
    let length: usize = labels.iter().take(count).map(|label| label.len() + 1).sum();
    &host[host.len().saturating_sub(length.saturating_sub(1))..]
}

/// The next page, by rule or by the words of its link.
pub(super) fn next_pages(
    visit: Visit<'_>,
    document: &Html,
    base: &Url,
    css: Option<&Css>,
) -> Vec<Url> {
    let own = canonical_url(&visit.page.url);
    let address = |element: ElementRef<'_>| {
        let url = html::resolve(base, anchor(element)?.attr("href")?)?;
        (canonical_url(&url) != own).then_some(url)
    };
    let next = match css {
        Some(css) => document.select(&css.0).find_map(address),
        None => document
            .select(&NEXT)
            .filter(|element| {
                element.attr("rel") == Some("next")
                    || NEXT_WORDS.is_match(html::line(*element).trim())
            })
            .find_map(address),
    };
    next.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::registered_domain;

    #[test]
    fn sites_are_compared_by_registered_domain() {
        for (host, domain) in [
            ("news.a.com", "a.com"),
            ("a.com", "a.com"),
            ("x.y.zz.gov.cn", "zz.gov.cn"),
            ("zz.gov.cn", "zz.gov.cn"),
            ("localhost", "localhost"),
            ("127.0.0.1", "0.1"),
        ] {
            assert_eq!(registered_domain(host), domain);
        }
    }
}
