//! HTML of an issue: one file without scripts, images or links to styles, ready for A4. Every word is escaped.

use crate::document::Block;
use crate::model::Level;

/// 红头文件 colours and sizes; 1 字 = 1em, two of them before each paragraph.
const STYLE: &str = include_str!("document.css");

/// The whole page.
pub fn page(blocks: &[Block]) -> String {
    let title = blocks.iter().find_map(|block| match block {
        Block::Masthead(title) => Some(title.as_str()),
        _ => None,
    });
    let title = escape(title.unwrap_or_default());
    let body: String = blocks.iter().map(element).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<article>\n{body}</article>\n</body>\n</html>\n"
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
        Block::Table { .. } | Block::Chart(_) => String::new(),
        Block::Colophon {
            recipients,
            hands,
            copies,
        } => colophon(recipients, hands, copies),
    }
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

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            other => escaped.push(other),
        }
    }
    escaped
}
