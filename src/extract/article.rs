//! Article page → one post, and its comments where the page shows them. Rules of the site come first, then what the page says about itself, then its lines.

use crate::extract::body::{self, Body};
use crate::extract::byline;
use crate::extract::comments;
use crate::extract::count::parse_count;
use crate::extract::engagement;
use crate::extract::html;
use crate::extract::listing;
use crate::extract::metadata::Metadata;
use crate::extract::outline::Outline;
use crate::extract::pager;
use crate::extract::publication;
use crate::extract::site_rules::{ArticleRules, Css};
use crate::extract::title;
use crate::extract::{Extraction, Format, Visit};
use crate::model::{Engagement, Post};
use scraper::{ElementRef, Html};
use serde_json::Value;

/// Under so many characters a text is likely a message of the site (“页面不存在”).
const MIN_TEXT_CHARS: usize = 20;

/// One page as its readers need it.
#[derive(Clone, Copy)]
pub(super) struct Parts<'d> {
    pub document: &'d Html,
    pub markup: &'d str,
    /// The page as it came, its programs included.
    pub page: &'d str,
    pub outline: &'d Outline<'d>,
}

/// Adds the post of the page to `found`, its comments and further pages, or a warning where the page has no text.
pub(super) fn read(visit: Visit<'_>, parts: Parts<'_>, metadata: Metadata, found: &mut Extraction) {
    let default_rules = ArticleRules::default();
    let rules = visit.rules.and_then(|rules| rules.article.as_ref());
    let rules = rules.unwrap_or(&default_rules);
    let root = parts.document.root_element();
    let is_sure = metadata.is_article || rules.title.is_some();

    let mut post = visit.empty_post(&visit.page.url);
    post.title = html::line_by(root, rules.title.as_ref())
        .or_else(|| title::of_outline(parts.outline, &metadata))
        .unwrap_or_default();
    let body = body_by_rules(root, rules, found)
        .or_else(|| body::of_page(parts.outline))
        .unwrap_or_default();
    take_body(&mut post, body);
    let page_text = parts.outline.text(0, |_| false);
    take_byline(visit, parts, &page_text, rules, metadata, &mut post);
    take_engagement(&page_text, root, rules, &mut post);
    complain(&post, found);
    // “正在加载”, “请登录”: a page with a title only is no post, unless it says that it is an article.
    let is_empty = post.text.is_empty() && !post.has_image && !post.has_video;
    if is_empty && (post.title.is_empty() || !is_sure) {
        found.format = Format::Unknown;
        return;
    }
    let comments = comments::read(visit, parts.document, rules, &post, parts.markup);
    found.posts.push(post);
    found.posts.extend(comments);
    let base = html::base_url(parts.document, &visit.page.url);
    found.next_pages = match rules.next.as_ref() {
        Some(css) => listing::next_pages(visit, parts.document, &base, Some(css)),
        None => pager::further_pages(parts.outline, &visit.page.url, &base),
    };
}

fn body_by_rules(
    root: ElementRef<'_>,
    rules: &ArticleRules,
    found: &mut Extraction,
) -> Option<Body> {
    let selector = rules.body.as_ref()?;
    let removes = |element: &ElementRef<'_>| rules.remove.iter().any(|css| css.0.matches(element));
    // A container inside a container is read once.
    let mut parts = root
        .select(&selector.0)
        .filter(|part| !html::is_inside(*part, selector));
    let mut body = parts.next().map(|first| body::of_element(first, removes));
    for part in parts {
        let more = body::of_element(part, removes);
        if let Some(body) = body.as_mut() {
            body.text.push('\n');
            body.text.push_str(&more.text);
            body.has_image |= more.has_image;
            body.has_video |= more.has_video;
        }
    }
    if let Some(body) = body.as_mut() {
        body.text = body::without_chrome(&body.text);
    }
    let body = body.filter(|body| !body.text.is_empty() || body.has_image || body.has_video);
    if body.is_none() {
        found
            .warnings
            .push("采集规则的正文选择器没有选中内容，已改用通用方法。".to_owned());
    }
    body
}

fn take_body(post: &mut Post, body: Body) {
    let repeated_title = body.text.lines().next().filter(|line| *line == post.title);
    let skipped = repeated_title.map_or(0, str::len);
    post.text = body.text[skipped..].trim_start_matches('\n').to_owned();
    post.has_image = body.has_image;
    post.has_video = body.has_video;
}

fn take_byline(
    visit: Visit<'_>,
    parts: Parts<'_>,
    page_text: &str,
    rules: &ArticleRules,
    metadata: Metadata,
    post: &mut Post,
) {
    let root = parts.document.root_element();
    let byline = byline::read(page_text, &post.title, visit.now());
    let shown = byline.published_at;
    post.published_at = publication::time(visit, parts, rules, &metadata, shown, &post.title);
    post.outlet = html::line_by(root, rules.outlet.as_ref())
        .map(|line| byline::without_label(&line))
        .or(metadata.outlet.filter(|name| byline::is_name(name)))
        .or(byline.outlet);
    post.author = html::line_by(root, rules.author.as_ref())
        .map(|line| byline::without_label(&line))
        .or(byline.author)
        .or(metadata.author.filter(|name| byline::is_name(name)));
    let section = html::line_by(root, rules.section.as_ref()).or(metadata.section);
    if let Some(section) = section {
        post.extra.insert("栏目".to_owned(), Value::String(section));
    }
}

/// Numbers by rule, else by their labels on the page.
fn take_engagement(page_text: &str, root: ElementRef<'_>, rules: &ArticleRules, post: &mut Post) {
    let shown = engagement::read(page_text, &post.title, &post.text);
    let count = |css: &Option<Css>| parse_count(&html::line_by(root, css.as_ref())?);
    post.engagement = Engagement {
        views: count(&rules.views).or(shown.views),
        comments: count(&rules.comments).or(shown.comments),
        likes: count(&rules.likes).or(shown.likes),
        reposts: count(&rules.reposts).or(shown.reposts),
    };
}

fn complain(post: &Post, found: &mut Extraction) {
    let mut warn = |sentence: &str| found.warnings.push(sentence.to_owned());
    if post.title.is_empty() {
        warn("没有找到标题。");
    }
    if post.text.is_empty() {
        warn("没有找到正文，页面可能由脚本生成或需要登录。");
    } else if post.text.chars().count() < MIN_TEXT_CHARS {
        warn("正文过短，可能没有取全。");
    }
    if post.published_at.is_none() {
        warn("没有找到发布时间。");
    }
}
