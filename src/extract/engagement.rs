//! 互动量 — numbers of readers, comments, likes and reposts that an article page prints beside its byline or below its
//! text. Counts without a label, and numbers inside the text, are not read.

use crate::extract::count::parse_count;
use crate::model::Engagement;
use regex::Regex;
use std::sync::LazyLock;

/// Longer lines are running text.
const MAX_CHARS: usize = 80;

/// The byline stands close to the title.
const LINES_BELOW_TITLE: usize = 12;

/// The bar below a text is short; what follows are comments, with numbers of their own.
const LINES_BELOW_TEXT: usize = 8;

/// One kind of number: with the label before it, or behind it and a unit.
struct Counter {
    before: Regex,
    behind: Regex,
}

impl Counter {
    fn of(labels: &str) -> Self {
        const NUMBER: &str = r"(\d[\d,]*(?:\.\d+)?\s?[万亿wWkK]?)";
        let before = format!(
            r"(?:{labels})(?:数|量|次数|人数|人次)?(?:\s*[:：(（\[【]\s*|\s+|){NUMBER}(?:[^\d:年月/-]|$)"
        );
        let behind = format!(
            r"(?:^|[^\d:：/.,年月-]){NUMBER}\+?\s?(?:[次人条个位]|万)(?:网友|已)?(?:{labels})"
        );
        let compile = |form: &str| Regex::new(form).expect("the patterns are part of the program");
        Counter {
            before: compile(&before),
            behind: compile(&behind),
        }
    }

    fn read(&self, line: &str) -> Option<u64> {
        let found = self
            .behind
            .captures(line)
            .or_else(|| self.before.captures(line))?;
        let mut written = found[1].to_owned();
        // `1.2万阅读`: the unit of the pattern is part of the number.
        if found[0].contains('万') && !written.contains('万') {
            written.push('万');
        }
        // Nothing, until a script has asked for the number.
        parse_count(&written).filter(|count| *count > 0)
    }
}

/// Some label of some counter.
static LABELS: LazyLock<Regex> = LazyLock::new(|| {
    let labels = [VIEWED, COMMENTED, LIKED, REPOSTED].join("|");
    Regex::new(&labels).expect("the pattern is part of the program")
});
const VIEWED: &str = "阅读|浏览|点击|查看|访问|人气|被阅读|围观";
const COMMENTED: &str = "评论|跟帖|跟贴|留言|回复";
const LIKED: &str = "点赞|喜欢|推荐数";
const REPOSTED: &str = "转发";

static VIEWS: LazyLock<Counter> = LazyLock::new(|| Counter::of(VIEWED));
static COMMENTS: LazyLock<Counter> = LazyLock::new(|| Counter::of(COMMENTED));
static LIKES: LazyLock<Counter> = LazyLock::new(|| Counter::of(LIKED));
static REPOSTS: LazyLock<Counter> = LazyLock::new(|| Counter::of(REPOSTED));

/// Reads the lines below the title and below the text of a page.
pub fn read(page_text: &str, title: &str, text: &str) -> Engagement {
    let mut engagement = Engagement::default();
    let lines: Vec<&str> = page_text.lines().collect();
    let position = |wanted: &str| {
        let found = lines
            .iter()
            .position(|line| !wanted.is_empty() && line.contains(wanted));
        found.map(|found| found + 1)
    };
    let below_title = position(title).unwrap_or(0);
    let first = text.lines().next().and_then(&position);
    let end_of_head = first
        .unwrap_or(usize::MAX)
        .min(below_title + LINES_BELOW_TITLE);
    let below_text = text.lines().last().and_then(&position);
    let head = lines
        .iter()
        .take(end_of_head)
        .skip(below_title.saturating_sub(1));
    let foot = lines
        .iter()
        .skip(below_text.unwrap_or(lines.len()))
        .take(LINES_BELOW_TEXT);
    for line in head.chain(foot) {
        let may_count = || line.contains(|c: char| c.is_ascii_digit()) && LABELS.is_match(line);
        if line.chars().count() <= MAX_CHARS && may_count() {
            take(line, &mut engagement);
        }
    }
    engagement
}

/// The first number of each kind counts.
fn take(line: &str, engagement: &mut Engagement) {
    engagement.views = engagement.views.or_else(|| VIEWS.read(line));
    engagement.comments = engagement.comments.or_else(|| COMMENTS.read(line));
    engagement.likes = engagement.likes.or_else(|| LIKES.read(line));
    engagement.reposts = engagement.reposts.or_else(|| REPOSTS.read(line));
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn labelled_numbers_beside_byline_and_below_text_count() {
        let page = "工地欠薪有了着落\n2017-04-14 13:58 阅读 1.2万 评论(12)\n他等了3次评论的机会。\n共38人点赞 转发：5";
        let engagement = read(page, "工地欠薪有了着落", "他等了3次评论的机会。");
        assert_eq!(engagement.views, Some(12_000));
        assert_eq!(engagement.comments, Some(12));
        assert_eq!(engagement.likes, Some(38));
        assert_eq!(engagement.reposts, Some(5));
    }

    #[test]
    fn dates_and_clocks_are_no_counts() {
        let page = "题目在这里\n2017-04-14 13:58 阅读 2017-04-14\n评论 13:58\n正文。";
        assert!(read(page, "题目在这里", "正文。").is_unknown());
    }

    #[test]
    fn units_stand_between_number_and_label() {
        let page = "题目在这里\n2017-04-14 13:58 345次浏览 1.5万阅读 6条评论\n正文。";
        let engagement = read(page, "题目在这里", "正文。");
        assert_eq!(
            (engagement.views, engagement.comments),
            (Some(345), Some(6))
        );
    }
}
