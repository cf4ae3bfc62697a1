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
    Regex::new(r"^(?:下一?页|后一?页|余下全文|阅读全文|末页|尾页|最后一页|next|[>›»]{1,2}|[\[（(【]?第?\s?\d{1,2}\s?页?[\]）)】]?)[\s>›»]*$")
        .expect("the pattern is valid")
});
/// `…/a`, its page number, `.html`, and what follows.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(.*?[^/_-])(?:[_-](\d{1,2}))?(\.[a-z]{3,6})$").expect("the pattern is valid")
});

/// Pages of the article at `own` that come after it, in order.
pub(super) fn further_pages(outline: &Outline<'_>, own: &Url, base: &Url) -> Vec<Url> {
    let mut pages = BTreeMap::new();
    for (position, element) in outline.elements() {
        // Numbers and words of a pager are short: most links need no closer look.
        let is_link = element.value().name() == "a" && outline.entries[position].sums.size <= 6;
        let Some(href) = element.attr("href").filter(|_| is_link) else {
            continue;
        };
        if !PAGER_WORDS.is_match(outline.line(position).to_lowercase().trim()) {
            continue;
        }
        let address = html::resolve(base, href);
        if let Some((number, url)) = address.and_then(|url| Some((number_after(own, &url)?, url))) {
            pages.entry(number).or_insert(url);
        }
    }
    pages.into_values().take(MAX_PAGES).collect()
}

/// The number of `other` among the pages of the article at `own`, if it is one of them and comes later.
fn number_after(own: &Url, other: &Url) -> Option<u32> {
    if own.host_str() != other.host_str() {
        return None;
    }
    let (one, two) = if own.path() == other.path() {
        (number_in_query(own)?, number_in_query(other)?)
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
    is_same(&two[1]).then_some((number(&one)?, number(&two)?))
}

/// The page that `?page=2` names, 0 without; `None` where anything else differs from a plain address.
fn number_in_query(url: &Url) -> Option<u32> {
    let named = url.query_pairs().find(|(key, _)| {
        matches!(
            &*key.to_ascii_lowercase(),
            "page" | "p" | "pn" | "pageno" | "pageindex" | "cpage"
        )
    });
    named.map_or(Some(0), |(_, number)| number.parse().ok())
}

/// 合页 — the parts of one article as one post: what is repeated on every page (title, lead) stands once.
pub fn join_pages(mut first: Post, further: Vec<Post>) -> Post {
    let mut seen: HashSet<String> = first.text.lines().map(str::to_owned).collect();
    for part in further {
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
    use crate::model::{Channel, Engagement, OutletTier, Post};
    use url::Url;

    fn empty() -> Post {
        Post {
            url: None,
            external_id: None,
            channel: Channel::Other,
            source_name: String::new(),
            outlet: None,
            outlet_tier: OutletTier::T5,
            title: String::new(),
            text: String::new(),
            author: None,
            published_at: None,
            fetched_at: chrono::DateTime::parse_from_rfc3339("2017-04-14T14:20:35+08:00")
                .expect("a time"),
            engagement: Engagement::default(),
            has_image: false,
            has_video: false,
            floor: None,
            source_region: None,
            is_official: false,
            extra: serde_json::Map::new(),
        }
    }

    #[test]
    fn pages_of_an_article_are_told_from_other_articles() {
        for (own, other, number) in [
            ("/2017/a_123.html", "/2017/a_123_2.html", Some(2)),
            ("/2017/123.html", "/2017/123_3.html", Some(3)),
            ("/2017/123.html", "/2017/124.html", None),
            ("/2017/c_1_2.htm", "/2017/c_1_3.htm", Some(3)),
            ("/2017/c_1_2.htm", "/2017/c_1.htm", None),
            ("/t/123.html", "/t/123-2.html", Some(2)),
            ("/show?id=7", "/show?id=7&page=2", Some(2)),
            ("/show?id=7", "/show?id=8", None),
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
                    ..post("第三页。")
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
