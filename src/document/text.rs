//! Plain text, without colours: to paste into 微信 or an intranet message.

use crate::document::Block;

const RULE: &str = "━━━━━━━━━━━━━━━━━━━━";

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
        Block::Table { .. } | Block::Chart(_) => String::new(),
        Block::Colophon {
            recipients,
            hands,
            copies,
        } => {
            format!("\n{RULE}\n{}\n{hands}　{copies}", recipients.join("\n"))
        }
    }
}
