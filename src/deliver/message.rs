//! 信件 — what one recipient is to read, before it takes the form of a transport.

use crate::model::{Level, Notice, Timestamp};
use crate::text::wording::printable;
use serde_json::json;
use xxhash_rust::xxh3::xxh3_64;

/// Characters of a title: a phone shows no more, and every part of a long message repeats it.
const MAX_TITLE_CHARS: usize = 80;
/// Characters of a key that are kept as they are.
const MAX_KEY_CHARS: usize = 64;

/// 信件. Its words are masked and ready for print; nothing is added to them on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// What it tells of, the same at every attempt: `issue:12`, `alert:17:red`.
    pub key: String,
    /// One line.
    pub title: String,
    /// The text, item by item; a message that is too long for a channel is cut between them.
    pub items: Vec<String>,
    /// 级别, where it has one.
    pub level: Option<Level>,
    /// As a page, for mail.
    pub html: Option<String>,
    /// Renditions.
    pub attachments: Vec<Attachment>,
    /// Everything for programs, as JSON; for folders.
    pub json: Vec<u8>,
    /// When it is sent.
    pub at: Timestamp,
    /// When it was queued: keys begin anew with a new database, this does not.
    pub queued_at: Timestamp,
    /// Number of the attempt: an earlier one that is late may still be writing.
    pub attempt: u32,
}

/// 附件.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// `人社舆情专报2017年第168期.docx`.
    pub name: String,
    /// Media type.
    pub media_type: &'static str,
    /// Content.
    pub bytes: Vec<u8>,
}

impl Message {
    /// A short message: each paragraph of a notice is an item. It is queued as it is sent, for the first time, unless
    /// the books say otherwise.
    pub fn of_notice(key: String, notice: &Notice, at: Timestamp) -> Message {
        let lines = notice.text.lines().map(printable_line);
        let text = lines.collect::<Vec<_>>().join("\n");
        let items: Vec<String> = (text.split("\n\n"))
            .map(|item| item.trim_matches('\n').to_owned())
            .filter(|item| !item.is_empty())
            .collect();
        let told = json!({
            "key": key,
            "title": one_line(&notice.title),
            "text": items.join("\n\n"),
            "level": notice.level,
        });
        Message {
            title: one_line(&notice.title),
            items,
            level: notice.level,
            html: None,
            attachments: Vec::new(),
            json: told.to_string().into_bytes(),
            key,
            at,
            queued_at: at,
            attempt: 1,
        }
    }

    /// The text as a whole.
    pub fn text(&self) -> String {
        self.items.join("\n\n")
    }

    /// The first address in the text.
    pub fn url(&self) -> Option<&str> {
        let words = self.items.iter().flat_map(|item| item.split_whitespace());
        let is_address = |word: &&str| word.starts_with("http://") || word.starts_with("https://");
        words.into_iter().find(is_address)
    }

    /// The name under which a receiver recognises a repetition: `issue-12.office.15b69f95680`. At every attempt the same;
    /// never that of another message, also where an older database was put back or a new one begun.
    pub fn identity(&self, recipient: &str) -> String {
        let queued = self.queued_at.timestamp_millis();
        format!("{}.{recipient}.{queued:x}", self.plain_key())
    }

    /// The key in letters, figures and `-`: `issue-12`. A key that says more, or more than a header should hold, is told
    /// apart by a number.
    pub fn plain_key(&self) -> String {
        let letters = |c: char| c.is_ascii_alphanumeric() || c == ':';
        let is_plain = self.key.len() <= MAX_KEY_CHARS && self.key.chars().all(letters);
        let marks = |c: char| !c.is_ascii_alphanumeric();
        let key = self.key.replace(marks, "-");
        if is_plain {
            return key;
        }
        let key: String = key.chars().take(MAX_KEY_CHARS).collect();
        format!("{key}-{:016x}", xxh3_64(self.key.as_bytes()))
    }
}

/// A title for print, on one line, not too long for a subject.
pub fn one_line(title: &str) -> String {
    let line = printable(title);
    if line.chars().count() <= MAX_TITLE_CHARS {
        return line;
    }
    line.chars()
        .take(MAX_TITLE_CHARS - 1)
        .chain(['…'])
        .collect()
}

/// An address keeps its marks; other words are made ready for print.
fn printable_line(line: &str) -> String {
    if line.contains("://") {
        return crate::text::wording::address(line);
    }
    printable(line)
}

#[cfg(test)]
mod tests {
    use super::{Message, one_line};
    use crate::model::Notice;

    fn message(key: &str, title: &str, text: &str) -> Message {
        let notice = Notice {
            title: title.to_owned(),
            text: text.to_owned(),
            level: None,
        };
        let at = chrono::DateTime::parse_from_rfc3339("2017-11-21T09:00:00+08:00");
        Message::of_notice(key.to_owned(), &notice, at.expect("a time"))
    }

    #[test]
    fn a_hostile_title_is_one_short_line() {
        let title = format!("工资\r\nBcc: a@b.cn\u{202e}{}", "长".repeat(10_000));
        let line = one_line(&title);
        assert_eq!(line.chars().count(), 80);
        assert!(line.starts_with("工资 Bcc") && !line.contains(['\r', '\n', '\u{202e}']));
    }

    #[test]
    fn paragraphs_are_items_and_the_first_address_is_found() {
        let found = message("alert:1", "题", "甲\n乙\n\n\n丙 http://a.cn/?a=(1),b\n");
        assert_eq!(found.items, ["甲\n乙", "丙 http://a.cn/?a=(1),b"]);
        assert_eq!(found.url(), Some("http://a.cn/?a=(1),b"));
    }

    #[test]
    fn keys_that_differ_have_identities_that_differ() {
        let identity = |key: &str| message(key, "", "").identity("office");
        assert_eq!(identity("issue:12"), "issue-12.office.15fdc16c280");
        assert_ne!(identity("alert:专题甲"), identity("alert:专题乙"));
        assert_ne!(identity("alert:1-2"), identity("alert-1:2"));
        assert!(identity(&"长".repeat(10_000)).len() < 120);
        assert!(identity("alert:专题甲").is_ascii());
    }

    #[test]
    fn an_identity_holds_over_attempts_and_not_over_databases() {
        let first = message("issue:12", "", "");
        let mut again = first.clone();
        (again.at, again.attempt) = (first.at + chrono::TimeDelta::minutes(5), 2);
        assert_eq!(again.identity("office"), first.identity("office"));
        again.queued_at = again.at;
        assert_ne!(again.identity("office"), first.identity("office"));
    }
}
