//! 标题 — which words of a page are its title, without the names of site and channel that `<title>` carries.

use crate::extract::html;
use crate::extract::metadata::Metadata;
use crate::extract::outline::Outline;
use scraper::Html;

/// A title has at least so many characters; shorter headings are names of channels.
const MIN_CHARS: usize = 4;

/// Longer lines are no titles.
const MAX_CHARS: u32 = 120;

/// Names of sites and channels are short.
const MAX_SITE_NAME_CHARS: usize = 18;

/// Words that names of sites and channels end in or contain.
const SITE_WORDS: &[&str] = &[
    "网",
    "频道",
    "新闻",
    "报",
    "门户",
    "首页",
    "论坛",
    "在线",
    "资讯",
    "政府",
    "中心",
    "博客",
    "社区",
    "贴吧",
    "局",
    "厅",
    "委员会",
    "电视台",
    "客户端",
    "正文",
    "要闻",
    "专题",
    "公告",
    "动态",
    ".com",
    ".cn",
    ".net",
];

/// The title by what pages have in common: a heading that `<title>` repeats, else metadata, else `<title>` cut.
pub fn of_page(document: &Html, metadata: &Metadata) -> Option<String> {
    of_outline(&Outline::of(document), metadata)
}

/// The same for a page whose outline is there.
pub fn of_outline(outline: &Outline<'_>, metadata: &Metadata) -> Option<String> {
    let page_title = outline
        .named("title")
        .map(|(_, title)| html::collapse(&title.text().collect::<String>()))
        .find(|title| !title.is_empty());
    let headings = headings(outline);
    let repeated = page_title.as_deref().and_then(|whole| {
        let squeezed = squeeze(whole);
        let repeated = headings.iter().rev().filter(|heading| {
            let heading = squeeze(heading);
            squeezed.starts_with(&heading) || (heading == squeezed)
        });
        // The longest: pages also show a shortened title. The first of equals.
        repeated
            .max_by_key(|heading| squeeze(heading).len())
            .cloned()
    });
    repeated
        .or_else(|| metadata.title.as_deref().map(without_site_name))
        .or_else(|| page_title.as_deref().map(without_site_name))
        .or_else(|| headings.into_iter().next())
}

fn headings(outline: &Outline<'_>) -> Vec<String> {
    let titled = outline.entries.iter().enumerate().filter(|(_, entry)| {
        // Around a title stands more than a title can hold.
        let is_short = entry.sums.size <= 2 * MAX_CHARS;
        is_short && (entry.is_titled || matches!(entry.name, "h1" | "h2"))
    });
    titled
        .take(200)
        .map(|(position, _)| outline.line(position))
        .filter(|line| (MIN_CHARS..=MAX_CHARS as usize).contains(&line.chars().count()))
        .collect()
}

fn squeeze(text: &str) -> String {
    text.chars()
        .filter(|character| character.is_alphanumeric())
        .collect()
}

/// `标题_频道_站名` → `标题`. A part is cut only while what stays is longer than a heading's minimum.
pub fn without_site_name(title: &str) -> String {
    // Blogs write `站名 » 标题`.
    let mut title = title.rsplit(" » ").next().unwrap_or(title).trim();
    while let Some(cut) = shorter(title) {
        title = cut;
    }
    title.to_owned()
}

fn shorter(title: &str) -> Option<&str> {
    let separators: &[(&str, bool)] = &[
        // The last of equals decides: ` - ` is more than its blank.
        (" ", false),
        ("_", true),
        (" - ", true),
        (" | ", true),
        (" — ", true),
        ("--", true),
        ("｜", false),
        ("|", false),
        ("-", false),
        ("—", false),
        ("–", false),
    ];
    let (separator, head, tail, is_sure) = separators
        .iter()
        .filter_map(|(separator, is_sure)| {
            let (head, tail) = title.rsplit_once(separator)?;
            Some((
                *separator,
                head.trim_end_matches(['_', '-', ' ', '|', '—']),
                tail.trim(),
                *is_sure,
            ))
        })
        .max_by_key(|(_, head, _, _)| head.len())?;
    // A blank also stands inside a title: `… 市人社局回应`.
    let is_weak = |word: &str| separator == " " && matches!(word, "局" | "厅" | "中心" | "公告");
    let is_name = tail.chars().count() <= MAX_SITE_NAME_CHARS
        && (is_sure
            || SITE_WORDS
                .iter()
                .any(|word| tail.contains(word) && !is_weak(word)));
    let is_enough = head.chars().count() >= MIN_CHARS.max(tail.chars().count() / 2);
    (is_name && is_enough && head.len() < title.len()).then_some(head)
}

#[cfg(test)]
mod tests {
    use super::without_site_name;

    #[test]
    fn names_of_site_and_channel_go() {
        for (whole, title) in [
            ("郑州一工地拖欠工资_河南频道_某某网", "郑州一工地拖欠工资"),
            ("社保卡办理指南 - 某市人社局", "社保卡办理指南"),
            ("窗口排队三小时-社会新闻-某某网", "窗口排队三小时"),
            ("图说|工伤保险怎么参保", "图说|工伤保险怎么参保"),
            ("2016-2017年度考试安排", "2016-2017年度考试安排"),
            ("某某博客 » 求职季来了", "求职季来了"),
            ("某某网", "某某网"),
            (
                "工地欠薪半年没人管 市人社局回应",
                "工地欠薪半年没人管 市人社局回应",
            ),
        ] {
            assert_eq!(without_site_name(whole), title);
        }
    }
}
