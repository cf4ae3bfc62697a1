//! 评论 — comments printed on an article page, each a post of its own at `address#comment-id`. By rules of the site, or by
//! the marks of schema.org and of the most common blog software; anything vaguer is not read.

use crate::extract::Visit;
use crate::extract::body;
use crate::extract::byline;
use crate::extract::dates;
use crate::extract::html::{self, selector};
use crate::extract::site_rules::{ArticleRules, Css};
use crate::model::{Post, canonical_url};
use scraper::{ElementRef, Html, Selector};
use std::sync::LazyLock;

/// Pages show a few dozen; more is a flood.
const MAX_COMMENTS: usize = 300;

/// Where the parts of a comment stand.
struct Marks<'r> {
    comment: &'r Css,
    body: Option<&'r Css>,
    author: Option<&'r Css>,
    published_at: Option<&'r Css>,
}

/// Markup that says by itself what it is.
struct Common {
    comment: Css,
    body: Css,
    author: Css,
    published_at: Css,
}

static COMMON: LazyLock<Common> = LazyLock::new(|| {
    let css = |css: &str| Css(selector(css));
    Common {
        comment: css(
            "[itemprop=comment], .commentlist > [id^=comment-], .comment-list > [id^=comment-]",
        ),
        body: css("[itemprop=text], .comment-content, .comment-body > p, .comment-text, p"),
        author: css("[itemprop=author], .comment-author .fn, .comment-author, cite"),
        published_at: css(
            "time, [itemprop=dateCreated], .comment-metadata, .comment-meta, .commentmetadata",
        ),
    }
});

/// Comments of the article `article`, in page order.
pub(super) fn read(
    visit: Visit<'_>,
    document: &Html,
    rules: &ArticleRules,
    article: &Post,
    markup: &str,
) -> Vec<Post> {
    let marks = match rules.comment.as_ref() {
        Some(comment) => Marks {
            comment,
            body: rules.comment_body.as_ref(),
            author: rules.comment_author.as_ref(),
            published_at: rules.comment_published_at.as_ref(),
        },
        // A look at the markup spares most pages the selectors.
        None if markup.contains("\"comment\"") || markup.contains("\"comment-") => Marks {
            comment: &COMMON.comment,
            body: Some(&COMMON.body),
            author: Some(&COMMON.author),
            published_at: Some(&COMMON.published_at),
        },
        None => return Vec::new(),
    };
    let found = document.select(&marks.comment.0).take(MAX_COMMENTS);
    let comments = found
        .enumerate()
        .map(|(position, element)| one(visit, element, &marks, article, position + 1));
    comments
        .filter(|comment| !comment.text.is_empty())
        .collect()
}

fn one(
    visit: Visit<'_>,
    element: ElementRef<'_>,
    marks: &Marks<'_>,
    article: &Post,
    number: usize,
) -> Post {
    let mut page_url = visit.page.url.clone();
    page_url.set_fragment(None);
    let id = id_of(element).unwrap_or_else(|| number.to_string());
    let mut post = visit.empty_post(&page_url);
    post.url = Some(format!("{}#comment-{id}", canonical_url(&page_url)));
    post.external_id = Some(id);
    post.title = format!("评论：{}", article.title);
    let is_reply = |part: &ElementRef<'_>| marks.comment.0.matches(part) || QUOTE.matches(part);
    let own = |css: Option<&Css>| own_part(element, css?, marks.comment);
    let body = match marks.body {
        Some(css) => body_of(element, css, marks.comment),
        None => body::of_element(element, is_reply).text,
    };
    post.text = body;
    post.author = own(marks.author)
        .map(|part| byline::without_label(&html::value(part)))
        .filter(|name| !name.is_empty());
    post.published_at =
        own(marks.published_at).and_then(|part| dates::of_element(part, visit.now()));
    post
}

/// Text of the elements `css` selects: of the first, or of all paragraphs.
fn body_of(element: ElementRef<'_>, css: &Css, comment: &Css) -> String {
    let Some(first) = own_part(element, css, comment) else {
        return String::new();
    };
    let is_paragraph = first.value().name() == "p";
    let parts = element
        .select(&css.0)
        .filter(|part| is_own(*part, element, comment))
        .filter(|part| part.id() == first.id() || (is_paragraph && part.value().name() == "p"));
    let texts: Vec<String> = parts
        .map(|part| body::of_element(part, |part| QUOTE.matches(part)).text)
        .collect();
    texts.join("\n").trim().to_owned()
}

/// What a reply quotes was written by somebody else.
static QUOTE: LazyLock<Selector> = LazyLock::new(|| selector(".quote, blockquote"));

fn own_part<'d>(element: ElementRef<'d>, css: &Css, comment: &Css) -> Option<ElementRef<'d>> {
    element
        .select(&css.0)
        .find(|part| is_own(*part, element, comment))
}

/// Part of this comment, not of a reply inside it.
fn is_own(part: ElementRef<'_>, element: ElementRef<'_>, comment: &Css) -> bool {
    let mut around = part.ancestors().filter_map(ElementRef::wrap);
    let nearest = around.find(|parent| comment.0.matches(parent));
    nearest.is_none_or(|nearest| nearest.id() == element.id())
}

/// Digits of the attribute that tells comments apart.
fn id_of(element: ElementRef<'_>) -> Option<String> {
    ["id", "data-id", "data-comment-id", "data-cid"]
        .iter()
        .find_map(|attribute| {
            let written = element.attr(attribute)?;
            let digits: String = written.chars().filter(char::is_ascii_digit).collect();
            (!digits.is_empty()).then_some(digits)
        })
}
