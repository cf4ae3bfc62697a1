//! 剪报文本 — three lines per entry, `媒体：标题`, `URL：…`, `摘要：…` (`spec.md` 1.1): to paste into a message or a sheet.

use crate::digest::layout::number_line;
use crate::model::{Entry, Issue};
use crate::text::wording::{address, printable};

/// Title line, then the entries with an empty line before each.
pub fn clips(issue: &Issue) -> String {
    let title = printable(&issue.content.masthead.title);
    let mut text = format!("{title} {}\n", number_line(issue));
    for entry in issue.content.entries() {
        text.push('\n');
        text += &clip(entry);
    }
    text
}

/// The address is left out where the first publisher has none: television, paper.
fn clip(entry: &Entry) -> String {
    let title = printable(&entry.title);
    let mut text = match entry.posts.first() {
        Some(post) => format!("{}：{title}\n", printable(&post.source)),
        None => format!("{title}\n"),
    };
    if let Some(url) = entry.posts.iter().find_map(|post| post.url.as_deref()) {
        text += &format!("URL：{}\n", address(url));
    }
    text += &format!("摘要：{}\n", printable(&entry.summary));
    text
}
