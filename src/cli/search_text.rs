//! Hits as people read them in a terminal: a table with marked words.

use crate::app::{Hit, SearchReport};
use crate::model::{Channel, Level, Sentiment, Topic};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of a hit's number.
const NUMBER_WIDTH: usize = 6;
/// Columns of a level.
const LEVEL_WIDTH: usize = 6;
/// Columns of a source's name.
const SOURCE_WIDTH: usize = 16;
/// Columns of a title.
const TITLE_WIDTH: usize = 56;
/// Values of a facet shown, the commonest.
const FACET_VALUES: usize = 20;
/// Columns of a time.
const TIME_WIDTH: usize = 16;
/// Columns before the title: a snippet and an address begin below it.
const INDENT: usize = NUMBER_WIDTH + LEVEL_WIDTH + TIME_WIDTH + 2 + SOURCE_WIDTH + 2;

/// The report as a table; `is_similar`: nobody asked for words, the best are shown.
pub fn table(report: &SearchReport, offset: usize, is_similar: bool) -> String {
    let colours = std::io::stdout().is_terminal();
    let mut text = head(report, offset, is_similar);
    if !report.hits.is_empty() {
        text += &format!(
            "\n{}{}{}  {}  标题、摘录\n",
            left("序号", NUMBER_WIDTH),
            left("级别", LEVEL_WIDTH),
            left("发布时间", TIME_WIDTH),
            left("信源", SOURCE_WIDTH),
        );
    }
    for (number, hit) in (offset + 1..).zip(&report.hits) {
        text += &row(number, hit, colours);
    }
    for suggestion in &report.suggestions {
        text += &format!(
            "  {}：{}　有{}条\n",
            suggestion.reason, suggestion.query, suggestion.total
        );
    }
    // Of nothing there is nothing to count.
    for (name, counts) in (report.facets.iter().flatten()).filter(|_| report.total > 0) {
        text += &facet(name, counts);
    }
    text
}

fn head(report: &SearchReport, offset: usize, is_similar: bool) -> String {
    let time = format!("{:.1}毫秒", report.took_ms);
    match (report.total, report.hits.len()) {
        (0, _) if !report.suggestions.is_empty() => format!("没有找到，{time}。可以改为：\n"),
        (0, _) => format!("没有找到，{time}\n"),
        (_, _) if is_similar => format!("最相似的{}条，{time}\n", report.hits.len()),
        (total, 0) if offset >= total => {
            format!("共{total}条，第{}条起没有了，{time}\n", offset + 1)
        }
        (total, 0) => format!("共{total}条，{time}\n"),
        (total, shown) => format!(
            "共{total}条，第{}至{}条，{time}\n",
            offset + 1,
            offset + shown
        ),
    }
}

fn row(number: usize, hit: &Hit, colours: bool) -> String {
    let post = &hit.stored.post;
    let level = hit.level.filter(|level| *level != Level::None);
    let published = post
        .published_at
        .map_or_else(|| "时间不详".to_owned(), |at| at.to_string());
    let indent = " ".repeat(INDENT);
    let mut lines = wrapped(&hit.snippet, &hit.highlights, TITLE_WIDTH, colours).into_iter();
    // A post without a title shows its words at once.
    let title = match post.title.trim() {
        "" => lines.next().unwrap_or_default(),
        title => cut(title, TITLE_WIDTH),
    };
    let mut row = format!(
        "{}{}{}  {}  {title}　#{}\n",
        left(&number.to_string(), NUMBER_WIDTH),
        left(level.map_or("", Level::label), LEVEL_WIDTH),
        left(&published, TIME_WIDTH),
        left(&post.source_name, SOURCE_WIDTH),
        hit.id.0,
    );
    for line in lines {
        row += &format!("{indent}{line}\n");
    }
    if let Some(url) = &post.url {
        row += &format!("{indent}{url}\n");
    }
    row
}

/// Lines of at most so many columns, marks in red on a terminal, in brackets elsewhere.
fn wrapped(text: &str, highlights: &[(usize, usize)], width: usize, colours: bool) -> Vec<String> {
    let (open, close) = if colours {
        ("\x1b[1;31m", "\x1b[0m")
    } else {
        ("〔", "〕")
    };
    let mut lines = Vec::new();
    let (mut line, mut used, mut is_marked) = (String::new(), 0, false);
    for (position, character) in text.chars().enumerate() {
        let columns = character.width().unwrap_or(0);
        if used + columns > width {
            // A mark that goes on begins anew in the next line.
            if is_marked {
                line += close;
            }
            lines.push(std::mem::take(&mut line));
            used = 0;
            if is_marked {
                line += open;
            }
        }
        if highlights.iter().any(|(from, _)| *from == position) {
            line += open;
            is_marked = true;
        }
        line.push(character);
        used += columns;
        if highlights.iter().any(|(_, to)| *to == position + 1) {
            line += close;
            is_marked = false;
        }
    }
    if !line.trim().is_empty() {
        lines.push(line);
    }
    lines
}

/// Filled with blanks, or cut, to so many columns.
fn left(text: &str, width: usize) -> String {
    let cut = cut(text, width);
    let rest = width.saturating_sub(cut.width());
    cut + &" ".repeat(rest)
}

/// At most so many columns; `…` where something was left out.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > width {
            break;
        }
        kept.push(character);
    }
    kept + "…"
}

fn facet(name: &str, counts: &BTreeMap<String, u64>) -> String {
    let mut counts: Vec<_> = counts.iter().collect();
    if name != "day" {
        counts.sort_by(|left, right| right.1.cmp(left.1).then(left.0.cmp(right.0)));
        counts.truncate(FACET_VALUES);
    }
    let counts: Vec<String> = counts
        .iter()
        .filter_map(|(value, count)| {
            let gap = if name == "day" { "：" } else { "" };
            Some(format!("{}{gap}{count}条", facet_value(name, value)?))
        })
        .collect();
    format!("\n{}：{}\n", facet_name(name), counts.join("，"))
}

/// 分布 of what, for people.
pub fn facet_name(name: &str) -> &str {
    match name {
        "channel" => "渠道",
        "topic" => "主题",
        "level" => "级别",
        "sentiment" => "情感",
        "region" => "属地",
        "source" => "信源",
        "day" => "日期",
        other => other,
    }
}

/// A value as people read it; places are counted by name, by code and by jurisdiction: only the names are shown.
pub fn facet_value<'v>(name: &str, value: &'v str) -> Option<&'v str> {
    let label = match name {
        "channel" => value.parse().ok().map(Channel::label),
        "topic" => value.parse().ok().map(Topic::label),
        "level" => value.parse().ok().map(Level::label),
        "sentiment" => value.parse().ok().map(Sentiment::label),
        "region" if value.is_ascii() => return None,
        _ => None,
    };
    Some(label.unwrap_or(value))
}
