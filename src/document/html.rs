//! HTML of an issue: one file without scripts, image files or links to styles, ready for A4; charts are drawn inside.
//! Every word is escaped.

use super::escape::escape;
use super::{Block, Chart, Column, Style, chart};
use crate::model::Level;

/// 红头文件 colours and sizes; 1 字 = 1em, two of them before each paragraph.
const STYLE: &str = include_str!("document.css");

/// What a chart is written with, on whatever machine the page is read.
const CHART_FONTS: &str = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, SimHei, PingFang SC, WenQuanYi Micro Hei, sans-serif";

/// The whole page.
pub fn page(blocks: &[Block], style: Style) -> String {
    let title = blocks.iter().find_map(|block| match block {
        Block::Masthead(title) => Some(title.as_str()),
        _ => None,
    });
    let title = escape(title.unwrap_or_default());
    let class = match style {
        Style::Official => "",
        Style::Plain => " class=\"plain\"",
    };
    let body: String = blocks.iter().map(element).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body{class}>\n<article>\n{body}</article>\n</body>\n</html>\n"
    )
}

fn element(block: &Block) -> String {
    match block {
        Block::Header { notice, serial } => sides("header", notice, serial),
        Block::Masthead(title) => format!("<h1>{}</h1>\n", escape(title)),
        Block::Number(number) => format!("<p class=\"number\">{}</p>\n", escape(number)),
        Block::Imprint { publisher, date } => sides("imprint", publisher, date),
        Block::RedRule => "<hr class=\"red\">\n".to_owned(),
        Block::Label(label) => format!("<p class=\"label\">{}</p>\n", escape(label)),
        Block::Contents { level, tag, title } => {
            format!(
                "<p class=\"contents\">▲{}{}</p>\n",
                mark(*level, tag),
                escape(title)
            )
        }
        Block::Paragraph { lead, text } => {
            format!("<p><b>{}</b>{}</p>\n", escape(lead), escape(text))
        }
        Block::Section(title) => format!("<h2>{}</h2>\n", escape(title)),
        Block::Entry {
            number,
            level,
            tag,
            title,
        } => {
            format!(
                "<h3>{}{}{}</h3>\n",
                escape(number),
                mark(*level, tag),
                escape(title)
            )
        }
        Block::Source { lead, text, url } => format!(
            "<p class=\"source\"><b>{}</b>{}{}</p>\n",
            escape(lead),
            escape(text),
            url.as_deref().map_or(String::new(), link)
        ),
        Block::Table {
            caption,
            columns,
            rows,
        } => table(caption, columns, rows),
        Block::Chart(drawn) => figure(drawn),
        Block::Colophon {
            recipients,
            hands,
            copies,
        } => colophon(recipients, hands, copies),
    }
}

/// Printed, its heading stands on every page.
fn table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> String {
    let all: u32 = columns.iter().map(|column| column.width.max(1)).sum();
    let mut html = "<table>\n".to_owned();
    if !caption.is_empty() {
        html += &format!("<caption>{}</caption>\n", escape(caption));
    }
    html += "<colgroup>";
    for column in columns {
        let share = f64::from(column.width.max(1)) * 100.0 / f64::from(all);
        html += &format!("<col style=\"width:{share:.1}%\">");
    }
    html += "</colgroup>\n<thead><tr>";
    for column in columns {
        html += &format!("<th scope=\"col\">{}</th>", escape(&column.heading));
    }
    html += "</tr></thead>\n<tbody>\n";
    for row in rows {
        html += "<tr>";
        for (cell, column) in row.iter().zip(columns) {
            let class = if column.is_figure {
                " class=\"figure\""
            } else {
                ""
            };
            html += &format!("<td{class}>{}</td>", escape(cell));
        }
        html += "</tr>\n";
    }
    html + "</tbody>\n</table>\n"
}

fn figure(drawn: &Chart) -> String {
    let svg = chart::svg(drawn, CHART_FONTS);
    let title = escape(&drawn.title);
    if title.is_empty() {
        return format!("<figure>\n{svg}</figure>\n");
    }
    format!("<figure>\n{svg}<figcaption>{title}</figcaption>\n</figure>\n")
}

fn sides(class: &str, left: &str, right: &str) -> String {
    format!(
        "<p class=\"sides {class}\"><span>{}</span><span>{}</span></p>\n",
        escape(left),
        escape(right)
    )
}

fn mark(level: Level, tag: &str) -> String {
    format!("<span class=\"level {level}\">{}</span>", escape(tag))
}

/// A link where a browser may open it; `javascript:` and the like stay text.
fn link(url: &str) -> String {
    let shown = escape(url);
    if url.starts_with("http://") || url.starts_with("https://") {
        return format!("<a href=\"{shown}\" rel=\"noreferrer noopener\">{shown}</a>");
    }
    shown
}

fn colophon(recipients: &[String], hands: &str, copies: &str) -> String {
    let lines: String = recipients
        .iter()
        .map(|line| format!("<p>{}</p>\n", escape(line)))
        .collect();
    format!(
        "<footer>\n{lines}{}</footer>\n",
        sides("hands", hands, copies)
    )
}
