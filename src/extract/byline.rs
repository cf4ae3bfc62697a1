//! 署名行 — time, outlet (来源) and author from the lines around the title, as `2017-04-14 13:58 来源：郑州晚报`.

use crate::extract::dates;
use crate::model::{Precision, PublishedAt, Timestamp};
use regex::Regex;
use std::sync::LazyLock;

/// Longer lines are running text.
const MAX_CHARS: usize = 120;

/// Pages have their byline at the top; what comes later is other articles.
const MAX_LINES: usize = 800;

/// What the lines of a page say about who published when.
#[derive(Default)]
pub struct Byline {
    pub published_at: Option<PublishedAt>,
    pub outlet: Option<String>,
    pub author: Option<String>,
}

static OUTLET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:来源|稿源|出处)\s*[:：]\s*([^\s|｜,，;；()（）\[\]【】:：]{2,24})")
        .expect("the pattern is valid")
});
static AUTHOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:(?:作者|撰稿|撰文)\s*[:：/]|文/)\s*([^\s|｜,，;；()（）\[\]【】:：/]{2,12})|记者\s?[:：]?\s?([\p{Han}·]{2,4})(?:[\s、)）/]|$)")
        .expect("the pattern is valid")
});
/// A new label that stands without a blank behind a name.
static NEXT_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:作者|责任编辑|责编|编辑|发布|发表|时间|日期|浏览|点击|阅读|字号|字体|分享|打印|评论|\d{4}[-年/])")
        .expect("the pattern is valid")
});

/// Reads the byline from the lines of a page (`text`), given the title the page has.
pub fn read(text: &str, title: &str, now: Timestamp) -> Byline {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    let title_line = lines
        .iter()
        .position(|line| !title.is_empty() && line.len() < 2 * title.len() && line.contains(title));
    let short = || {
        let numbered = lines.iter().enumerate();
        numbered.filter(|(_, line)| line.chars().count() <= MAX_CHARS)
    };
    let mut best: Option<(i32, PublishedAt)> = None;
    for (position, line) in short() {
        // Reading a time costs far more than a look at where the line stands: lines that cannot win are not read.
        if !may_hold_time(line) {
            continue;
        }
        let standing = standing(line, position, title_line);
        let best_score = best.map_or(0, |(score, _)| score);
        if standing + BONUS_OF_HOUR <= best_score {
            continue;
        }
        let Some(published_at) = dates::parse_published(line, now) else {
            continue;
        };
        let score = standing + sharpness(published_at);
        // The first of equals wins: the byline stands above the comments.
        if score > 0 && best.is_none_or(|(best_score, _)| score > best_score) {
            best = Some((score, published_at));
        }
    }
    let after_title = || short().skip_while(|(position, _)| Some(*position) < title_line);
    Byline {
        published_at: best.map(|(_, published_at)| published_at),
        outlet: after_title().find_map(|(_, line)| outlet(line)),
        author: after_title()
            .take(40)
            .find_map(|(_, line)| label(&AUTHOR, line)),
    }
}

fn may_hold_time(line: &str) -> bool {
    let has_digit = line.contains(|c: char| c.is_ascii_digit() || matches!(c, '０'..='９' | '〇'));
    let has_form = || line.contains(['-', '/', '.', '年', '月', ':', '前']) || line.contains("20");
    has_digit && has_form()
}

/// What the hour adds to a line with a time.
const BONUS_OF_HOUR: i32 = 2;

fn sharpness(at: PublishedAt) -> i32 {
    let hour = if at.precision < Precision::Hour {
        BONUS_OF_HOUR
    } else {
        0
    };
    let guess = if at.is_inferred { 3 } else { 0 };
    hour - guess
}

static LABELS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("发布|时间|日期|来源|发表|作者|编辑").expect("the pattern is valid")
});
/// Clocks in the head of a page, copyright lines at its foot, deadlines in its text.
static OTHER_TIMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("今天是|版权|opyright|©|备案|ICP|截至|截止|有效期").expect("the pattern is valid")
});

/// How likely a line is to be the byline, by its labels and its distance from the title.
fn standing(line: &str, position: usize, title_line: Option<usize>) -> i32 {
    let mut score = 0;
    if LABELS.is_match(line) {
        score += 3;
    }
    if line.chars().count() <= 40 {
        score += 1;
    }
    if let Some(title_line) = title_line {
        score += match position.checked_sub(title_line) {
            Some(0..=8) => 4,
            Some(_) => 0,
            None if title_line - position <= 3 => 1,
            None => -2,
        };
    }
    if OTHER_TIMES.is_match(line) {
        score -= 8;
    }
    score
}

fn outlet(line: &str) -> Option<String> {
    if !["来源", "稿源", "出处"]
        .iter()
        .any(|label| line.contains(label))
    {
        return None;
    }
    // `郑州晚报记者某某`: the reporter is not part of the paper's name.
    let start = OUTLET.find(line)?.start();
    let is_of_other = |word: &str| line[..start].trim_end().ends_with(word);
    if OTHER_ORIGINS.iter().any(|word| is_of_other(word)) {
        return None;
    }
    let name = label(&OUTLET, line)?;
    let end = name.find("记者").filter(|end| *end > 0);
    Some(end.map_or(name.as_str(), |end| &name[..end]).to_owned())
}

/// What else has an origin (`图片来源`, `资金来源`) than the text.
const OTHER_ORIGINS: &[&str] = &[
    "图片", "图", "照片", "视频", "资金", "数据", "收入", "经费", "经济", "素材", "配图", "生源",
    "客源", "货源",
];

fn label(pattern: &Regex, line: &str) -> Option<String> {
    let found = pattern.captures(line)?;
    let name = found.get(1).or_else(|| found.get(2))?.as_str();
    let end = NEXT_LABEL
        .find(name)
        .map_or(name.len(), |next| next.start());
    let name =
        name[..end].trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '》' | '《'));
    let is_name = name.chars().count() >= 2 && !NO_NAMES.contains(&name);
    is_name.then(|| name.to_owned())
}

/// Words that stand where a name is expected.
const NO_NAMES: &[&str] = &[
    "未知",
    "佚名",
    "发现",
    "获悉",
    "了解",
    "报道",
    "介绍",
    "注意到",
    "从",
    "采访",
    "最新文章",
    "梳理发现",
    "见习",
    "实习",
];

/// Names of people and accounts, not addresses and not file names.
pub fn is_name(text: &str) -> bool {
    let count = text.chars().count();
    (2..=20).contains(&count) && !text.contains(['@', '<', '{', '"']) && !NO_NAMES.contains(&text)
}

/// `来源：郑州晚报` → `郑州晚报`, `来信人：网友` → `网友`, for elements that a rule points at.
pub fn without_label(line: &str) -> String {
    static LABEL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\s*\p{Han}{1,6}\s*[:：]\s*").expect("the pattern is valid"));
    LABEL.replace(line, "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_origin_of_a_picture_or_of_money_is_no_outlet() {
        for line in ["图片来源：网络", "资金来源：财政拨款"] {
            assert_eq!(super::outlet(line), None, "{line}");
        }
        assert_eq!(
            super::outlet("文章来源：郑州晚报").as_deref(),
            Some("郑州晚报")
        );
    }

    #[test]
    fn the_line_under_the_title_wins_over_clocks_and_copyright() {
        let now = chrono::DateTime::parse_from_rfc3339("2017-04-14T14:20:35+08:00").expect("time");
        let page = "今天是2017年4月14日 星期五\n首页\n工地欠薪的事有着落了\n\
            2017-04-13 09:40 来源：郑州晚报作者：本报记者 字号：大 中 小\n2016年5月1日，他来到工地。\n\
            Copyright 2008-01-01 版权所有";
        let byline = read(page, "工地欠薪的事有着落了", now);
        let day = byline
            .published_at
            .map(|published| published.at.to_rfc3339());
        assert_eq!(day.as_deref(), Some("2017-04-13T09:40:00+08:00"));
        assert_eq!(byline.outlet.as_deref(), Some("郑州晚报"));
    }
}
