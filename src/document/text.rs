//! Plain text, without colours: to paste into 微信 or an intranet message.

use super::{Block, Chart, Column, chart};
use unicode_width::UnicodeWidthStr;

const RULE: &str = "━━━━━━━━━━━━━━━━━━━━";

/// A table wider than this, in half-width columns, would break its lines on a narrow screen.
const WIDEST_TABLE: usize = 76;

/// The whole issue, one paragraph a line.
pub fn full(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        text += &lines(block);
        text.push('\n');
    }
    text
}

fn lines(block: &Block) -> String {
    match block {
        Block::Header { notice, serial } => format!("{notice}　　{serial}").trim_end().to_owned(),
        Block::Masthead(title) | Block::Number(title) => title.clone(),
        Block::Imprint { publisher, date } => format!("{publisher}　　{date}"),
        Block::RedRule => RULE.to_owned(),
        Block::Label(label) => label.clone(),
        Block::Contents { tag, title, .. } => format!("▲{tag}{title}"),
        Block::Paragraph { lead, text } => format!("{lead}{text}"),
        Block::Section(title) => format!("\n{title}"),
        Block::Entry {
            number, tag, title, ..
        } => format!("{number}{tag}{title}"),
        Block::Source { lead, text, url } => {
            format!("{lead}{text}{}", url.as_deref().unwrap_or_default())
        }
        Block::Table {
            caption,
            columns,
            rows,
        } => table(caption, columns, rows),
        Block::Chart(drawn) => figures(drawn),
        Block::Colophon {
            recipients,
            hands,
            copies,
        } => {
            format!("\n{RULE}\n{}\n{hands}　{copies}", recipients.join("\n"))
        }
    }
}

/// Columns under each other; where they would not fit, `标题：值` for each cell.
fn table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> String {
    let mut lines: Vec<String> = Vec::new();
    if !caption.is_empty() {
        lines.push(caption.to_owned());
    }
    let widths: Vec<usize> = (0..columns.len())
        .map(|position| {
            let cells = rows.iter().filter_map(|row| row.get(position));
            let widest = cells.map(|cell| cell.width()).max().unwrap_or(0);
            widest.max(columns[position].heading.width())
        })
        .collect();
    if widths.iter().map(|width| width + 2).sum::<usize>() > WIDEST_TABLE {
        lines.extend(rows.iter().map(|row| named(row, columns)));
        return lines.join("\n");
    }
    let headings: Vec<String> = columns
        .iter()
        .map(|column| column.heading.clone())
        .collect();
    for row in std::iter::once(&headings).chain(rows) {
        let cells = row.iter().zip(columns).zip(&widths);
        let line: Vec<String> = cells
            .map(|((cell, column), width)| padded(cell, *width, column.is_figure))
            .collect();
        lines.push(line.join("  ").trim_end().to_owned());
    }
    lines.join("\n")
}

fn padded(cell: &str, width: usize, is_figure: bool) -> String {
    let padding = " ".repeat(width.saturating_sub(cell.width()));
    if is_figure {
        return padding + cell;
    }
    cell.to_owned() + &padding
}

fn named(row: &[String], columns: &[Column]) -> String {
    let cells = row.iter().zip(columns).filter(|(cell, _)| !cell.is_empty());
    let named: Vec<String> = cells
        .map(|(cell, column)| format!("{}：{cell}", column.heading))
        .collect();
    named.join("；")
}

/// A chart as what it is drawn from.
fn figures(drawn: &Chart) -> String {
    let values = chart::values_in_words(drawn);
    if drawn.title.is_empty() {
        return values;
    }
    format!("{}：{values}", drawn.title)
}
