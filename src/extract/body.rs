//! 正文 — the text of an article page, without what stands in and around it: links to others, comments, buttons. Which
//! element holds it, `weigh` says. Does not look for titles or dates.

use crate::extract::html::{self, Step};
use crate::extract::names::Hint;
use crate::extract::outline::Outline;
use crate::extract::weigh;
use regex::Regex;
use scraper::ElementRef;
use std::sync::LazyLock;

/// 正文 with what belongs to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    pub text: String,
    pub has_image: bool,
    pub has_video: bool,
}

/// Lines that belong to the page, not to the text.
static CHROME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:[\[【（(]?(?:责任编辑|责编|编辑|校对|审核|初审|终审)[:：]|(?:分享到|分享至|上一[篇页条]|下一[篇页条])(?:[:：\s]|$)|",
        r"(?:[\[【]?(?:打印|关闭|收藏|分享|我要纠错|返回顶部|大 中 小|大中小|大|中|小|字号|字体)(?:本页|窗口|页面)?[\]】|｜:：\s]*)+$|",
        r"[\[【]?(?:相关(?:阅读|新闻|链接|文章|报道)|推荐阅读|更多精彩)[\]】]?(?:[:：]|\s*$)|",
        r"扫一扫|扫码(?:关注|下载|阅读|查看|分享)|All Rights Reserved|Copyright|©|版权所有|返回.{0,8}首页|相关资讯请关注|",
        r"[\[【]?(?:广告|收起|我要反馈|举报)[\]】]?$|(?:评论|跟帖)\s*[（(]\d*[)）]|(?:关键[词字]|标签)\s*(?:[:：]|>>)|点击查看|查看更多|展开全文|阅读全文|免责声明|版权声明|特别声明|原标题[:：])"
    ))
    .expect("the pattern is part of the program")
});

/// The first line of what many sites add to every article.
static DISCLAIMER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?m)^[^\n\p{Han}]{0,6}(?:[\p{Han}A-Za-z]{0,12}(?:(?:版权|著作权)[与及和]?(?:免责)?声明|免责声明|免责条款)",
        r"|凡(?:本[网站报]|注明|标注|未注明|转载))"
    ))
    .expect("the pattern is part of the program")
});

/// The text of the page by what pages have in common; `None` when there is none.
pub fn of_page(outline: &Outline<'_>) -> Option<Body> {
    let choice = weigh::choose(outline)?;
    let trimmed = of_entry(outline, choice.position, |position| {
        (choice.trusts_names && outline.entries[position].hint == Hint::Furniture)
            || is_list_of_links(outline, position)
    });
    // Where little is left, the names misled us.
    let whole_size = outline.entries[choice.position].sums.size as usize;
    let body = if 4 * html::han_count(&trimmed.text) < whole_size {
        of_entry(outline, choice.position, |_| false)
    } else {
        trimmed
    };
    let text = without_chrome(without_byline(without_disclaimer(&body.text)));
    (!text.is_empty()).then_some(Body { text, ..body })
}

/// Text, pictures and films of one entry of the page; `skips` leaves entries out.
fn of_entry(outline: &Outline<'_>, root: usize, skips: impl Fn(usize) -> bool) -> Body {
    let (mut has_image, mut has_video) = (false, false);
    let text = outline.text(root, |position| {
        let is_skipped = skips(position);
        if let (false, Some(element)) = (is_skipped, outline.entries[position].element()) {
            has_image |= is_picture(&element);
            has_video |= is_film(&element);
        }
        is_skipped
    });
    Body {
        text,
        has_image,
        has_video,
    }
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

/// A block most of whose words are links belongs to other articles.
fn is_list_of_links(outline: &Outline<'_>, position: usize) -> bool {
    let entry = &outline.entries[position];
    let is_block = matches!(
        entry.name,
        "ul" | "ol" | "dl" | "div" | "table" | "section" | "p" | "h3"
    );
    let sums = entry.sums;
    // A paragraph that is one link may be a sentence of the text.
    let is_many = entry.name != "p" || sums.links > 1;
    is_block && sums.size >= 8 && is_many && 10 * sums.linked > 6 * sums.size
}

/// Cuts what sites say about their rights behind the text. What stands in the first half is the text itself.
fn without_disclaimer(text: &str) -> &str {
    let found = DISCLAIMER
        .find_iter(text)
        .find(|found| 2 * found.start() > text.len());
    found.map_or(text, |found| text[..found.start()].trim_end())
}

/// Cuts up to the byline where that stands between title and text in one element.
fn without_byline(text: &str) -> &str {
    let mut start = 0;
    for line in text.split_inclusive('\n').take(MAX_LINES_OF_HEAD) {
        // A sentence is text already.
        if line.chars().count() > MAX_BYLINE || line.contains('。') {
            break;
        }
        start += line.len();
        if BYLINE.is_match(line) {
            return text[start..].trim_start();
        }
    }
    text
}

/// Title, breadcrumbs and byline are the first lines, if they are part of the text's element at all.
const MAX_LINES_OF_HEAD: usize = 6;

/// Longer lines are running text.
const MAX_BYLINE: usize = 70;

/// A day and a label, or nothing but a day and an hour.
static BYLINE: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?";
    let label = r"(?:来源|稿源|作者|编辑|发布|发布时间|发表时间|时间|浏览|阅读|点击|字号)\s*[:：]";
    Regex::new(&format!(
        r"^\s*(?:{day}\s*(?:\d{{1,2}}:\d\d(?::\d\d)?)?\s*$|.*{label}.*{day}|.*{day}.*{label})"
    ))
    .expect("the pattern is part of the program")
});

/// Drops lines of the page's furniture, wherever they stand.
pub fn without_chrome(text: &str) -> String {
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
