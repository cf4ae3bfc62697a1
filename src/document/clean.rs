//! Take from blocks what no page may hold: control and direction marks, line breaks inside a line, cells without a
//! column. Whoever made the blocks has put marks and figures in order; this is the last door.

use super::{Block, Chart, Series};
use crate::text::wording::address;

/// The blocks, fit for every format.
pub fn cleaned(blocks: &[Block]) -> Vec<Block> {
    blocks.iter().map(block).collect()
}

fn block(block: &Block) -> Block {
    match block {
        Block::Header { notice, serial } => Block::Header {
            notice: clean(notice),
            serial: clean(serial),
        },
        Block::Masthead(title) => Block::Masthead(clean(title)),
        Block::Number(number) => Block::Number(clean(number)),
        Block::Imprint { publisher, date } => Block::Imprint {
            publisher: clean(publisher),
            date: clean(date),
        },
        Block::RedRule => Block::RedRule,
        Block::Label(label) => Block::Label(clean(label)),
        Block::Contents { level, tag, title } => Block::Contents {
            level: *level,
            tag: clean(tag),
            title: clean(title),
        },
        Block::Paragraph { lead, text } => Block::Paragraph {
            lead: clean(lead),
            text: clean(text),
        },
        Block::Section(title) => Block::Section(clean(title)),
        Block::Entry {
            number,
            level,
            tag,
            title,
        } => Block::Entry {
            number: clean(number),
            level: *level,
            tag: clean(tag),
            title: clean(title),
        },
        Block::Source { lead, text, url } => Block::Source {
            lead: clean(lead),
            text: clean(text),
            url: url.as_deref().map(clean),
        },
        Block::Table {
            caption,
            columns,
            rows,
        } => table(caption, columns, rows),
        Block::Chart(drawn) => Block::Chart(chart(drawn)),
        Block::Colophon {
            recipients,
            hands,
            copies,
        } => Block::Colophon {
            recipients: all(recipients),
            hands: clean(hands),
            copies: clean(copies),
        },
    }
}

fn table(caption: &str, columns: &[super::Column], rows: &[Vec<String>]) -> Block {
    let mut columns = columns.to_vec();
    for column in &mut columns {
        column.heading = clean(&column.heading);
    }
    let fitted = rows.iter().map(|row| {
        let mut row = all(row);
        row.resize(columns.len(), String::new());
        row
    });
    Block::Table {
        caption: clean(caption),
        rows: fitted.collect(),
        columns,
    }
}

fn chart(drawn: &Chart) -> Chart {
    let series = |series: &Series| Series {
        name: clean(&series.name),
        values: series.values.clone(),
    };
    Chart {
        title: clean(&drawn.title),
        kind: drawn.kind,
        labels: all(&drawn.labels),
        series: drawn.series.iter().map(series).collect(),
    }
}

fn all(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| clean(line)).collect()
}

fn clean(text: &str) -> String {
    let is_break =
        |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    address(text).replace(is_break, " ")
}
