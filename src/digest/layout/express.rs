//! 快报 — one matter on one page (`spec.md` 1.5); a 续报 begins with what changed.

use crate::digest::express::until;
use crate::digest::layout::entry::{paragraphs, source};
use crate::document::{Block, tag};
use crate::model::{Express, Issue};
use crate::text::wording::printable;

/// What an editor fills in by hand, on paper or with `issue edit --note`.
const BY_HAND: &str = "　　　　　　　　联系人：　　　　（值班）";

/// The blocks between the red line and the colophon.
pub fn page(issue: &Issue, express: &Express) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(earlier) = &express.earlier {
        blocks.push(Block::Paragraph {
            lead: "上一报：".to_owned(),
            text: printable(&format!("{}。", earlier.number)),
        });
    }
    if !express.changes.is_empty() {
        blocks.push(Block::Paragraph {
            lead: "情况变化：".to_owned(),
            text: printable(&express.changes.concat()),
        });
    }
    for entry in issue.content.entries() {
        blocks.push(Block::Entry {
            number: String::new(),
            level: entry.level,
            tag: tag(entry.level),
            title: printable(&entry.title),
        });
        if !entry.posts.is_empty() {
            blocks.push(source(&entry.posts, issue.content.period.to));
        }
        blocks.extend(paragraphs(&[
            ("事由：", &entry.summary),
            ("传播：", &entry.spread),
            ("风险：", &entry.judgement),
            ("建议：", &entry.advice),
            ("附注：", &entry.note),
        ]));
    }
    blocks.push(Block::Paragraph {
        lead: "截至：".to_owned(),
        text: until(express.standing.at, issue.content.period.to),
    });
    blocks.push(Block::Paragraph {
        lead: "已电话报告：".to_owned(),
        text: BY_HAND.to_owned(),
    });
    blocks
}
