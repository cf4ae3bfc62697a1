//! A ledger on a terminal: its tables with their definitions, the posts behind a figure, what would change.

use super::output::column;
use super::stats::{Behind, NamedChange, NamedDifference, PostRow};
use crate::app::{FrozenMark, LedgerReport};
use crate::stats::{Ledger, change, groups, printed, rows, value};
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// Columns of a name.
const NAME_WIDTH: usize = 34;
/// Columns of a figure.
const FIGURE_WIDTH: usize = 12;
/// Columns of a definition.
const LINE_WIDTH: usize = 96;

/// `由张三于2018-01-10 09:00冻结`.
pub fn mark(frozen: &FrozenMark) -> String {
    let again = match frozen.reason.as_str() {
        "" => String::new(),
        reason => format!("（重新冻结：{reason}）"),
    };
    format!(
        "由{}于{}冻结{again}",
        frozen.by,
        frozen.at.format("%Y-%m-%d %H:%M")
    )
}

/// The whole ledger.
pub fn ledger_text(report: &LedgerReport) -> String {
    let ledger = &report.ledger;
    let mut text = match &report.frozen {
        Some(frozen) => format!(
            "{}人社舆情统计，{}；现在的数用 --live，差异用 --difference\n",
            ledger.title,
            mark(frozen)
        ),
        None => format!(
            "{}人社舆情统计{}，按{}的记录\n",
            ledger.title,
            if ledger.is_running() {
                "（截至今日）"
            } else {
                ""
            },
            ledger.counted_at.format("%Y-%m-%d %H:%M")
        ),
    };
    text += &compared_mark(ledger);
    for group in groups() {
        let rows = rows(group, ledger);
        if rows.is_empty() {
            continue;
        }
        let heading = ["本期", "上期", "环比", "上年同期", "同比"];
        let heading: String = heading.iter().map(|word| right(word)).collect();
        text += &format!("\n{}{heading}\n", column(group.title, NAME_WIDTH));
        for (key, name) in rows {
            text += &line(ledger, &key, &name);
        }
        text += &folded(group.definition);
    }
    text + "\n" + &ledger.sentence + "\n"
}

/// `上期取自冻结的台账`; nothing where both are counted just now.
fn compared_mark(ledger: &Ledger) -> String {
    let words = match (ledger.previous_is_frozen, ledger.year_before_is_frozen) {
        (false, false) => return String::new(),
        (true, true) => "上期、上年同期",
        (true, false) => "上期",
        (false, true) => "上年同期",
    };
    format!("{words}取自冻结的台账\n")
}

fn line(ledger: &Ledger, key: &str, name: &str) -> String {
    let now = value(key, Some(&ledger.figures));
    let mut line = column(name, NAME_WIDTH) + &right(&number(now));
    for other in [&ledger.previous, &ledger.year_before] {
        let before = value(key, other.as_ref());
        line += &right(&number(before));
        line += &right(&change(key, now, before));
    }
    line.trim_end().to_owned() + "\n"
}

fn number(value: Option<f64>) -> String {
    value.map_or("—".to_owned(), printed)
}

fn right(words: &str) -> String {
    " ".repeat(FIGURE_WIDTH.saturating_sub(words.width())) + words
}

/// 口径 in lines that fit a terminal.
fn folded(definition: &str) -> String {
    let mut text = String::from("  口径：");
    let mut width = text.width();
    for character in definition.chars() {
        let mut buffer = [0; 4];
        let columns = character.encode_utf8(&mut buffer).width();
        if width + columns > LINE_WIDTH && !"，。；、：）".contains(character) {
            text += "\n  ";
            width = 2;
        }
        text.push(character);
        width += columns;
    }
    text + "\n"
}

/// The posts behind a figure.
pub fn posts_text(behind: &Behind, lists_posts: bool) -> String {
    let mut text = format!(
        "{} {}（{}）：{}\n{}",
        behind.period,
        behind.label,
        behind.figure,
        behind.value,
        folded(behind.definition)
    );
    if !lists_posts {
        text += "信息清单用 --posts\n";
        return text;
    }
    for post in &behind.posts {
        text += &format!("{}\n", post_line(post));
    }
    text
}

fn post_line(post: &PostRow) -> String {
    let published = post.published_at.map_or("时间不明".to_owned(), |at| {
        at.format("%Y-%m-%d %H:%M").to_string()
    });
    let url = post.url.as_deref().unwrap_or_default();
    format!(
        "{:>7}  {published}  {}  {}  {url}",
        post.id.0,
        column(&post.source, 16),
        post.title
    )
    .trim_end()
    .to_owned()
}

/// What would change in a frozen ledger.
pub fn difference_text(
    title: &str,
    mark: &str,
    difference: &NamedDifference,
    shown: usize,
) -> String {
    if difference.figures.is_empty() && difference.posts.is_empty() {
        return format!("{title}的台账{mark}，与现在的记录一致\n");
    }
    let mut text = format!("{title}的台账{mark}，数字不变；按现在的记录有以下不同\n");
    for figure in &difference.figures {
        text += &format!(
            "  {}（{}）：{} → {}\n",
            figure.label,
            figure.figure,
            number(figure.frozen),
            number(figure.live)
        );
    }
    let count = difference.posts.len();
    text += &format!("涉及信息{count}条\n");
    for changed in difference.posts.iter().take(shown) {
        text += &format!("{}\n         {}\n", post_line(&changed.post), why(changed));
    }
    if count > shown {
        text += &format!("……其余{}条见 --json\n", count - shown);
    }
    text
}

fn why(changed: &NamedChange) -> String {
    if changed.is_added {
        return "冻结后入库".to_owned();
    }
    if changed.is_gone {
        return "冻结后已删除，或发布时间改到了别的时段".to_owned();
    }
    let mut text = String::new();
    for field in &changed.changes {
        let mark = if text.is_empty() { "" } else { "；" };
        write!(
            text,
            "{mark}{}：{} → {}",
            field.field, field.frozen, field.live
        )
        .expect("a string takes what it is given");
    }
    text
}
