//! 摘要文本 — what leaders read on the phone: a line and an address per entry (`spec.md` 1.1).

use crate::digest::layout::number_line;
use crate::document::tag;
use crate::model::{Entry, Issue};

/// Title line and one paragraph per entry; what leaders read on the phone (`spec.md` 1.1).
pub fn brief(issue: &Issue) -> String {
    let mut text = format!("{} {}\n", issue.content.masthead.title, number_line(issue));
    for entry in issue.content.entries() {
        text.push('\n');
        text += &brief_entry(entry);
    }
    text
}

fn brief_entry(entry: &Entry) -> String {
    let mut text = format!("△{}{}。{}\n", tag(entry.level), entry.title, entry.summary);
    if let Some(url) = entry.posts.iter().find_map(|post| post.url.as_deref()) {
        text += url;
        text.push('\n');
    }
    text
}
