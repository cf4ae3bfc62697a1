//! 规则命中 — which parts of a site's rules found something on a page that they should have fitted. A part that finds
//! nothing on page after page is broken: the site was rebuilt.

use crate::extract::site_rules::{Css, SiteRules};
use crate::extract::{Extraction, Format, Visit};
use crate::model::SourceKind;
use scraper::Html;

/// 规则命中 — one part of a site's rules on one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleUse {
    /// Its place in the file: `article.body`.
    pub part: &'static str,
    /// It found something.
    pub has_matched: bool,
}

/// What the rules found on an HTML page of the format it turned out to be. Parts that pages may lack (authors, outlets,
/// pictures) are not asked.
pub(super) fn of_html(visit: Visit<'_>, document: &Html, format: Format) -> Vec<RuleUse> {
    let Some(rules) = visit.rules else {
        return Vec::new();
    };
    let asked = match format {
        Format::List => of_list(rules),
        Format::Forum => of_forum(visit, rules, document),
        Format::Epaper => of_epaper(rules, document),
        _ => of_article(rules),
    };
    let uses = asked.into_iter().filter_map(|(part, css)| {
        Some(RuleUse {
            part,
            has_matched: matches(document, css?),
        })
    });
    uses.collect()
}

/// A JSON interface by rule: did the path to its posts lead anywhere?
pub(super) fn of_json(visit: Visit<'_>, found: &Extraction) -> Vec<RuleUse> {
    let has_rule = visit
        .rules
        .and_then(|rules| rules.json.as_ref())
        .is_some_and(|rules| rules.posts.is_some());
    let posts = has_rule.then_some(RuleUse {
        part: "json.posts",
        has_matched: !found.posts.is_empty(),
    });
    posts.into_iter().collect()
}

type Asked<'r> = Vec<(&'static str, Option<&'r Css>)>;

fn of_list(rules: &SiteRules) -> Asked<'_> {
    let list = rules.list.as_ref();
    vec![("list.link", list.and_then(|list| list.link.as_ref()))]
}

fn of_article(rules: &SiteRules) -> Asked<'_> {
    let Some(article) = rules.article.as_ref() else {
        // A thread whose floors are not found any more looks like an article.
        let thread = rules.thread.as_ref();
        return vec![(
            "thread.post",
            thread.and_then(|thread| thread.post.as_ref()),
        )];
    };
    vec![
        ("article.title", article.title.as_ref()),
        ("article.body", article.body.as_ref()),
        ("article.published_at", article.published_at.as_ref()),
    ]
}

fn of_forum<'r>(visit: Visit<'_>, rules: &'r SiteRules, document: &Html) -> Asked<'r> {
    let thread = rules.thread.as_ref();
    let post = thread.and_then(|thread| thread.post.as_ref());
    let is_board = visit.source.kind == Some(SourceKind::Board);
    if is_board || !post.is_some_and(|css| matches(document, css)) {
        let board = rules.board.as_ref();
        return vec![(
            "board.thread",
            board.and_then(|board| board.thread.as_ref()),
        )];
    }
    vec![
        ("thread.post", post),
        (
            "thread.body",
            thread.and_then(|thread| thread.body.as_ref()),
        ),
    ]
}

/// A page of links or an article: which one is asked by what is there.
fn of_epaper<'r>(rules: &'r SiteRules, document: &Html) -> Asked<'r> {
    let Some(epaper) = rules.epaper.as_ref() else {
        return Vec::new();
    };
    let (body, link) = (epaper.body.as_ref(), epaper.article_link.as_ref());
    match body {
        Some(css) if matches(document, css) => vec![("epaper.body", body)],
        _ => vec![("epaper.article_link", link)],
    }
}

fn matches(document: &Html, css: &Css) -> bool {
    document.select(&css.0).next().is_some()
}

#[cfg(test)]
mod tests {
    use crate::extract::{SiteRules, Sites, SourceHints, extract};
    use crate::model::Page;

    fn uses(rules: &str, body: &str) -> Vec<(&'static str, bool)> {
        let rules: SiteRules = toml::from_str(rules).expect("test rules");
        let page = Page {
            url: "http://news.test/2017/0414/1.html"
                .parse()
                .expect("an address"),
            content_type: None,
            bytes: body.as_bytes().to_vec(),
            fetched_at: "2017-04-14T09:00:00+08:00".parse().expect("test time"),
        };
        let found = extract(&page, &SourceHints::default(), &Sites::new(vec![rules]));
        let uses = found.rule_uses.iter();
        uses.map(|each| (each.part, each.has_matched)).collect()
    }

    #[test]
    fn a_part_that_finds_nothing_is_named() {
        let rules =
            "hosts = ['news.test']\n[article]\ntitle = 'h1'\nbody = '.rebuilt'\nauthor = '.by'";
        let page = "<h1>社保大厅延时服务</h1><div class=content><p>今起，郑东新区社保大厅延时服务至晚七点。</p></div>";
        assert_eq!(
            uses(rules, page),
            [("article.title", true), ("article.body", false)]
        );
        assert_eq!(uses("hosts = ['other.test']", page), []);
    }

    #[test]
    fn a_thread_without_floors_is_named() {
        let rules = "hosts = ['news.test']\n[thread]\npost = '.floor'\nbody = '.text'";
        assert_eq!(uses(rules, "<p>请先登录</p>"), [("thread.post", false)]);
        assert_eq!(
            uses(rules, "<div class=floor><p class=text>一楼的话</p></div>"),
            [("thread.post", true), ("thread.body", true)]
        );
    }
}
