//! 摘要文本 — what leaders read on the phone: a line and an address per entry (`spec.md` 1.1).

use crate::digest::layout::number_line;
use crate::document::tag;
use crate::model::{Entry, Issue};
use crate::text::wording::{address, printable};

/// Title line and one paragraph per entry; what leaders read on the phone (`spec.md` 1.1).
pub fn brief(issue: &Issue) -> String {
    let title = printable(&issue.content.masthead.title);
    let mut text = format!("{title} {}\n", number_line(issue));
    for entry in issue.content.entries() {
        text.push('\n');
        text += &brief_entry(entry);
    }
    text
}

fn brief_entry(entry: &Entry) -> String {
    let (title, summary) = (printable(&entry.title), printable(&entry.summary));
    let mut text = format!("△{}{title}。{summary}\n", tag(entry.level));
    if let Some(url) = entry.posts.iter().find_map(|post| post.url.as_deref()) {
        text += &address(url);
        text.push('\n');
    }
    text
}
