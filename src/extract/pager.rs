//! 分页 — further pages of one article, by the addresses its pager links to, and the parts joined to one post. Never a
//! link to the next article: its address is another one.

use crate::extract::html;
use crate::extract::outline::Outline;
use crate::model::Post;
use regex::Regex;
use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;
use url::Url;

/// Articles have a few pages; a longer row of numbers belongs to a list.
const MAX_PAGES: usize = 50;

/// Shorter lines (`记者 某某`, dates) may well stand twice in a text.
const MIN_REPEATED_CHARS: usize = 12;

/// What pagers print: `下一页`, `2`, `[3]`, `第4页`, `末页`.
static PAGER_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:下一?页|后一?页|余下全文|阅读全文|末页|尾页|最后一页|(?i:next)|[>›»]{1,2}|[\[（(【]?第?\s?\d{1,2}\s?页?[\]）)】]?)[\s>›»]*$")
        .expect("the pattern is valid")
});
/// `…/a`, its page number, `.html`, and what follows.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(.*?[^/_-])(?:[_-](\d{1,2}))?(\.[a-z]{3,6})$").expect("the pattern is valid")
});

/// Pages of the article at `own` that come after it, in order.
pub(super) fn further_pages(outline: &Outline<'_>, own: &Url, base: &Url) -> Vec<Url> {
    let mut pages = BTreeMap::new();
    let (first, own_number) = first_page(outline, own, base);
    for (position, element) in outline.named("a") {
        // Numbers and words of a pager are short: most links need no closer look.
        let is_short = outline.entries[position].sums.size <= 6;
        if !is_short || !may_be_of_pager(outline, position) {
            continue;
        }
        let Some(href) = html::attribute(element, "href") else {
            continue;
        };
        if !PAGER_WORDS.is_match(&outline.line(position)) {
            continue;
        }
        let address = html::resolve(base, href);
        let number = |url: &Url| number_after(&first, url).filter(|number| *number > own_number);
        if let Some((number, url)) = address.and_then(|url| Some((number(&url)?, url))) {
            pages.entry(number).or_insert(url);
        }
    }
    pages.into_values().take(MAX_PAGES).collect()
}

/// A look at the first character spares most links the pattern.
fn may_be_of_pager(outline: &Outline<'_>, position: usize) -> bool {
    let first = outline.first_character(position);
    first.is_some_and(|first| "下后余阅末尾最nN>›»[（(【第".contains(first) || first.is_numeric())
}

/// The first page of the article at `own`, and the number of `own` among its pages: of `a_2.html` that is `a.html`, if
/// the page leads back to it. Otherwise `own` is an article by itself.
fn first_page(outline: &Outline<'_>, own: &Url, base: &Url) -> (Url, u32) {
    let alone = (own.clone(), 0);
    let Some(found) = NUMBERED.captures(own.path()) else {
        return alone;
    };
    let number = found
        .get(2)
        .and_then(|digits| digits.as_str().parse::<u32>().ok());
    let Some(number) = number.filter(|number| *number > 1) else {
        return alone;
    };
    let mut first = own.clone();
    first.set_path(&format!("{}{}", &found[1], &found[3]));
    first.set_fragment(None);
    let mut links = outline
        .elements()
        .filter_map(|(_, element)| element.attr("href"));
    let leads_back = links.any(|href| html::resolve(base, href).is_some_and(|url| url == first));
    if leads_back { (first, number) } else { alone }
}

/// Parameters that name a page.
const PAGE_KEYS: &[&str] = &["page", "p", "pn", "pageno", "pageindex", "cpage"];

/// The number of `other` among the pages of the article at `own`, if it is one of them and comes later.
fn number_after(own: &Url, other: &Url) -> Option<u32> {
    if own.host_str() != other.host_str() {
        return None;
    }
    let (one, two) = if own.path() == other.path() {
        numbers_in_queries(own, other)?
    } else if own.query() == other.query() {
        numbers_in_paths(own.path(), other.path())?
    } else {
        return None;
    };
    (one.max(1) < two && two <= 99).then_some(two)
}

fn numbers_in_paths(own: &str, other: &str) -> Option<(u32, u32)> {
    let (one, two) = (NUMBERED.captures(own)?, NUMBERED.captures(other)?);
    let number = |found: &regex::Captures<'_>| {
        found
            .get(2)
            .map_or(Some(0), |digits| digits.as_str().parse().ok())
    };
    let is_same = |stem: &str| stem == &one[1] && one[3] == two[3];
    // `a_7.html` may be the article 7, whose pages are `a_7_2.html`.
    let whole = &own[..own.len() - one[3].len()];
    if whole == &two[1] && one[3] == two[3] {
        return Some((1, number(&two)?));
    }
    // `show-12.html` and `show-13.html` are two articles, as are two days: what is numbered goes on from its first page.
    let is_first = number(&one)? <= 1;
    (is_first && is_same(&two[1])).then_some((number(&one)?, number(&two)?))
}

/// Pages of `?id=7&page=2`: everything but the page is the same. `?p=12` alone is an article of a blog.
fn numbers_in_queries(own: &Url, other: &Url) -> Option<(u32, u32)> {
    let (one, two) = (Query::of(own)?, Query::of(other)?);
    let is_blog = one.page_key.as_deref() == Some("p") && one.number > 1;
    let is_same_key = one.page_key.is_none() || one.page_key == two.page_key;
    (one.others == two.others && is_same_key && !is_blog).then_some((one.number, two.number))
}

/// Parameters of an address.
struct Query {
    page_key: Option<String>,
    /// 0 without.
    number: u32,
    others: Vec<(String, String)>,
}

impl Query {
    /// `None` where the page is no number.
    fn of(url: &Url) -> Option<Query> {
        let pairs = url.query_pairs().into_owned();
        let is_page = |(key, _): &(String, String)| PAGE_KEYS.contains(&&*key.to_ascii_lowercase());
        let (pages, mut others): (Vec<_>, Vec<_>) = pairs.partition(is_page);
        others.sort();
        let page = pages.into_iter().next();
        let number = page.as_ref().map_or(Some(0), |(_, page)| page.parse().ok());
        Some(Query {
            number: number?,
            page_key: page.map(|(key, _)| key),
            others,
        })
    }
}

/// The title of a part: the article's own, with or without a number of the page, or none.
fn is_headed_alike(part: &str, first: &str) -> bool {
    let is_mark = |c: char| c.is_ascii_digit() || " 第页（）()[]【】_-/".contains(c);
    part.is_empty()
        || part
            .strip_prefix(first)
            .is_some_and(|rest| rest.is_empty() || !first.is_empty() && rest.chars().all(is_mark))
}

/// 合页 — the parts of one article as one post: what is repeated on every page (title, lead) stands once.
pub fn join_pages(mut first: Post, further: Vec<Post>) -> Post {
    let mut seen: HashSet<String> = first.text.lines().map(str::to_owned).collect();
    let parts = further.into_iter();
    for part in parts.filter(|part| is_headed_alike(&part.title, &first.title)) {
        for line in part.text.lines() {
            let is_title = line == first.title || line == part.title;
            let is_long = line.chars().count() >= MIN_REPEATED_CHARS;
            if is_title || (is_long && !seen.insert(line.to_owned())) {
                continue;
            }
            if !first.text.is_empty() {
                first.text.push('\n');
            }
            first.text.push_str(line);
        }
        first.has_image |= part.has_image;
        first.has_video |= part.has_video;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::{join_pages, number_after};
    use crate::model::{Channel, Post};
    use url::Url;

    fn empty() -> Post {
        let read_at = chrono::DateTime::parse_from_rfc3339("2017-04-14T14:20:35+08:00");
        Post::bare(Channel::Other, "", read_at.expect("a time"))
    }

    #[test]
    fn pages_of_an_article_are_told_from_other_articles() {
        for (own, other, number) in [
            ("/2017/a_123.html", "/2017/a_123_2.html", Some(2)),
            ("/2017/123.html", "/2017/123_3.html", Some(3)),
            ("/2017/123.html", "/2017/124.html", None),
            // Page 3 of an article, or the article 3: pages are found from the first one.
            ("/2017/c_1_2.htm", "/2017/c_1_3.htm", None),
            ("/show-12.html", "/show-13.html", None),
            ("/2017-04-12.html", "/2017-04-13.html", None),
            ("/t/a_1.html", "/t/a_2.html", Some(2)),
            ("/2017/c_1_2.htm", "/2017/c_1.htm", None),
            ("/t/123.html", "/t/123-2.html", Some(2)),
            ("/show?id=7", "/show?id=7&page=2", Some(2)),
            ("/show?id=7", "/show?id=8", None),
            ("/show?id=7", "/show?id=8&page=2", None),
            ("/show?id=7&page=2", "/show?page=3&id=7", Some(3)),
            ("/?p=12", "/?p=13", None),
            ("/show?id=7&page=2", "/show?id=7&page=2", None),
        ] {
            let url = |path: &str| Url::parse(&format!("http://a.test{path}")).expect("an address");
            assert_eq!(
                number_after(&url(own), &url(other)),
                number,
                "{own} {other}"
            );
        }
    }

    #[test]
    fn joined_pages_repeat_neither_title_nor_lead() {
        let post = |text: &str| Post {
            title: "题目".to_owned(),
            text: text.to_owned(),
            ..empty()
        };
        let joined = join_pages(
            post("各页都有的一段导语，有十几个字。\n第一页。"),
            vec![
                post("题目\n各页都有的一段导语，有十几个字。\n第二页。"),
                Post {
                    has_image: true,
                    title: "题目（3）".to_owned(),
                    ..post("第三页。")
                },
                Post {
                    title: "另一篇".to_owned(),
                    ..post("不是这一篇。")
                },
            ],
        );
        assert_eq!(
            joined.text,
            "各页都有的一段导语，有十几个字。\n第一页。\n第二页。\n第三页。"
        );
        assert!(joined.has_image);
    }
}
