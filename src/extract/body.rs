//! 正文 — which part of an article page is its text. A container that says so is believed; else the page is weighed
//! (dom_smoothie, a Readability). Does not look for titles or dates.

use crate::extract::html::{self, Step, selector};
use crate::extract::tame::Tamed;
use dom_smoothie::{Config, Readability};
use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use std::sync::LazyLock;
use url::Url;

/// Chinese notices are short: 100 characters are a text.
const CHAR_THRESHOLD: usize = 90;

/// Pages of people have a tenth; weighing takes longer than linear time.
const MAX_ELEMENTS: usize = 30_000;

/// Shorter lines are labels and buttons.
const MIN_SENTENCE_HAN: usize = 12;

/// Weighing asks every element for its parents and their text. Real pages stay under 600,000.
const MAX_EFFORT: usize = 2_000_000;

/// A container with fewer Chinese characters is not believed.
const MIN_MARKED_HAN: usize = 40;

/// 正文 with what belongs to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    pub text: String,
    pub has_image: bool,
    pub has_video: bool,
}

/// Containers by which common Chinese content systems and schema.org mark the text of an article.
static MARKED: LazyLock<Selector> = LazyLock::new(|| {
    selector(concat!(
        "[itemprop=articleBody], .TRS_Editor, #UCAP-CONTENT, founder-content, #ozoom, #zoom, #Zoom, ",
        ".article-content, .article_content, #article_content, #articleContent, .article-body, ",
        ".articleBody, .entry-content, .post-content, .news_content, .news-content, #newscontent, ",
        "#vsb_content, .v_news_content, .content_text, .detail-content, .art_content, #articlecontent"
    ))
});

/// Lines that belong to the page, not to the text.
static CHROME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:[\[【（(]?(?:责任编辑|责编|编辑|校对|审核|初审|终审)[:：]|(?:分享到|分享至|上一[篇页条]|下一[篇页条])(?:[:：\s]|$)|",
        r"(?:[\[【]?(?:打印|关闭|收藏|分享|我要纠错|返回顶部|大 中 小|大中小|大|中|小|字号|字体)(?:本页|窗口|页面)?[\]】|｜:：\s]*)+$|",
        r"[\[【]?(?:相关(?:阅读|新闻|链接|文章|报道)|推荐阅读|更多精彩)[\]】]?(?:[:：]|\s*$)|",
        r"扫一扫|扫码(?:关注|下载|阅读|查看|分享)|All Rights Reserved|Copyright|©|版权所有|返回.{0,8}首页|相关资讯请关注|",
        r"点击查看|查看更多|展开全文|阅读全文|免责声明|版权声明|特别声明|原标题[:：])"
    ))
    .expect("the pattern is part of the program")
});

/// The text of the page by what pages have in common; `None` when there is none.
pub fn of_page(document: &Html, tamed: &Tamed<'_>, url: &Url) -> Option<Body> {
    let marked = document
        .select(&MARKED)
        .map(|element| of_element(element, |_| false))
        .filter(|body| html::han_count(&body.text) >= MIN_MARKED_HAN)
        .max_by_key(|body| body.text.len());
    let weighed = weighed(tamed, url);
    let body = match (marked, weighed) {
        (Some(marked), Some(weighed)) if 3 * marked.text.len() < weighed.text.len() => weighed,
        (Some(marked), _) => marked,
        (None, Some(weighed)) => weighed,
        (None, None) => sentences(document),
    };
    let text = without_chrome(&body.text);
    (!text.is_empty()).then_some(Body { text, ..body })
}

/// Text, pictures and films of one element; `skips` leaves parts of it out.
pub fn of_element(root: ElementRef<'_>, skips: impl Fn(&ElementRef<'_>) -> bool) -> Body {
    let (mut has_image, mut has_video) = (false, false);
    html::walk(root, |step| {
        if let Step::Open(element) = step {
            if element.id() != root.id() && skips(&element) {
                return false;
            }
            has_image |= is_picture(&element);
            has_video |= is_film(&element);
        }
        true
    });
    Body {
        text: html::text(root, skips),
        has_image,
        has_video,
    }
}

fn weighed(tamed: &Tamed<'_>, url: &Url) -> Option<Body> {
    if tamed.effort > MAX_EFFORT {
        return None;
    }
    let config = Config {
        char_threshold: CHAR_THRESHOLD,
        max_elements_to_parse: MAX_ELEMENTS,
        disable_json_ld: true,
        keep_classes: true,
        ..Config::default()
    };
    let mut reader = Readability::new(&*tamed.html, Some(url.as_str()), Some(config)).ok()?;
    let article = reader.parse().ok()?;
    let content = Html::parse_fragment(&article.content);
    let root = content.root_element();
    let trimmed = of_element(root, |element| {
        is_aside(element) || is_list_of_links(element)
    });
    let whole = of_element(root, |_| false);
    // Where little is left, the names misled us.
    Some(if 4 * trimmed.text.len() < whole.text.len() {
        whole
    } else {
        trimmed
    })
}

/// Comments, recommendations and footers, by the names their blocks commonly have.
fn is_aside(element: &ElementRef<'_>) -> bool {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:^|[\s_-])(?:comments?|commentlist|reply|replies|related?|recommend\w*|footer|foot|copyright|share|bdshare\w*|hotnews|sidebar|breadcrumbs?|toolbar|pagination|pager)(?:$|[\s_-])")
            .expect("the pattern is part of the program")
    });
    let names = [element.attr("class"), element.attr("id")];
    names.iter().flatten().any(|name| NAME.is_match(name))
}

/// Where weighing failed: lines outside links that read like sentences.
fn sentences(document: &Html) -> Body {
    let text = html::text(document.root_element(), |element| {
        element.value().name() == "a"
    });
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| html::han_count(line) >= MIN_SENTENCE_HAN && line.contains(['，', '。']))
        .collect();
    Body {
        text: lines.join("\n"),
        ..Body::default()
    }
}

/// A block most of whose words are links belongs to other articles.
fn is_list_of_links(element: &ElementRef<'_>) -> bool {
    if !matches!(
        element.value().name(),
        "ul" | "ol" | "dl" | "div" | "table" | "section" | "p" | "h3"
    ) {
        return false;
    }
    let all = html::han_count(&element.text().collect::<String>());
    let linked: usize = element
        .select(&LINK)
        .map(|link| html::han_count(&link.text().collect::<String>()))
        .sum();
    // A paragraph that is one link may be a sentence of the text.
    let is_many = element.value().name() != "p" || element.select(&LINK).nth(1).is_some();
    all >= 8 && is_many && 10 * linked > 6 * all
}

static LINK: LazyLock<Selector> = LazyLock::new(|| selector("a[href]"));

/// Drops lines of the page's furniture, wherever they stand.
fn without_chrome(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.chars().count() > 40 || !CHROME.is_match(line))
        .collect();
    lines.join("\n")
}

/// A picture of the text: not a spacer, an icon or a smiley.
fn is_picture(element: &ElementRef<'_>) -> bool {
    if element.value().name() != "img" {
        return false;
    }
    let is_small = ["width", "height"].iter().any(|side| {
        let pixels = element
            .attr(side)
            .and_then(|pixels| pixels.trim_end_matches("px").parse().ok());
        pixels.is_some_and(|pixels: u32| pixels < 60)
    });
    let source = ["data-src", "data-original", "zoomfile", "file", "src"]
        .iter()
        .find_map(|attribute| element.attr(attribute))
        .unwrap_or("");
    let is_furniture = [
        "smil",
        "emot",
        "icon",
        "avatar",
        "face",
        "spacer",
        "blank",
        "logo",
        "static/image",
    ]
    .iter()
    .any(|part| source.contains(part));
    !source.is_empty() && !is_small && !is_furniture
}

fn is_film(element: &ElementRef<'_>) -> bool {
    match element.value().name() {
        "video" => true,
        "iframe" | "embed" | "object" => {
            let source = element
                .attr("src")
                .or_else(|| element.attr("data"))
                .unwrap_or("");
            let source = source.to_ascii_lowercase();
            ["video", "player", "vod", ".mp4", ".swf", ".m3u8"]
                .iter()
                .any(|part| source.contains(part))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::without_chrome;

    #[test]
    fn buttons_go_and_sentences_that_begin_like_them_stay() {
        for button in [
            "打印",
            "【关闭窗口】",
            "字号：大 中 小",
            "上一篇：关于放假",
            "相关阅读：",
        ] {
            assert_eq!(without_chrome(button), "", "{button}");
        }
        for line in [
            "关闭多年的厂子还欠着工资",
            "收藏家协会拖欠工资",
            "上一页写的都是假的",
            "相关报道引发关注",
        ] {
            assert_eq!(without_chrome(line), line);
        }
    }
}
