//! Markdown, for chat robots and wikis. Words of posts are escaped: they cannot make links, headings or HTML.

use super::{Block, Chart, Column, chart};

/// The issue as a Markdown document.
pub fn document(blocks: &[Block]) -> String {
    let paragraphs: Vec<String> = blocks.iter().map(paragraph).collect();
    // Lines of one list stay together; everything else is separated by an empty line.
    let document = paragraphs.join("\n\n").replace("\n\n- ▲", "\n- ▲");
    document + "\n"
}

fn paragraph(block: &Block) -> String {
    match block {
        Block::Header { notice, serial } => format!("{}　{}", escape(notice), escape(serial))
            .trim_end()
            .to_owned(),
        Block::Masthead(title) => format!("# {}", escape(title)),
        Block::Number(number) => escape(number),
        Block::Imprint { publisher, date } => format!("{}　{}", escape(publisher), escape(date)),
        Block::RedRule => "---".to_owned(),
        Block::Label(label) => bold(label),
        Block::Contents { tag, title, .. } => format!("- ▲{}{}", escape(tag), escape(title)),
        Block::Paragraph { lead, text } => format!("{}{}", bold(lead), escape(text)),
        Block::Section(title) => format!("## {}", escape(title)),
        Block::Entry {
            number, tag, title, ..
        } => {
            format!("### {}{}{}", escape(number), escape(tag), escape(title))
        }
        Block::Source { lead, text, url } => {
            format!(
                "{}{}{}",
                bold(lead),
                escape(text),
                url.as_deref().map_or(String::new(), link)
            )
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
            let recipients: Vec<String> = recipients.iter().map(|line| escape(line)).collect();
            format!(
                "---\n\n{}\n\n{}　{}",
                recipients.join("  \n"),
                escape(hands),
                escape(copies)
            )
        }
    }
}

/// Pipes inside cells are escaped with all other marks.
fn table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let rule = |column: &Column| (if column.is_figure { "---:" } else { "---" }).to_owned();
    let mut lines = Vec::new();
    if !caption.is_empty() {
        lines.extend([bold(caption), String::new()]);
    }
    lines.push(line(
        columns
            .iter()
            .map(|column| escape(&column.heading))
            .collect(),
    ));
    lines.push(line(columns.iter().map(rule).collect()));
    lines.extend(
        rows.iter()
            .map(|row| line(row.iter().map(|cell| escape(cell)).collect())),
    );
    lines.join("\n")
}

/// A chart as what it is drawn from.
fn figures(drawn: &Chart) -> String {
    format!(
        "{}　{}",
        bold(&drawn.title),
        escape(&chart::values_in_words(drawn))
    )
    .trim_start()
    .to_owned()
}

/// Bold, the marks at both ends left outside: CommonMark takes `**来源：**大河` for plain stars.
fn bold(text: &str) -> String {
    let inner = text.trim_matches(|character: char| !character.is_alphanumeric());
    let Some(start) = text.find(inner).filter(|_| !inner.is_empty()) else {
        return escape(text);
    };
    let (before, after) = (&text[..start], &text[start + inner.len()..]);
    format!("{}**{}**{}", escape(before), escape(inner), escape(after))
}

/// An address as a link, where it is one that a browser opens.
fn link(url: &str) -> String {
    let is_web = url.starts_with("http://") || url.starts_with("https://");
    if is_web && !url.contains(['<', '>', ' ']) {
        return format!("<{url}>");
    }
    escape(url)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~' | '&'
        ) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
