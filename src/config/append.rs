//! A new source or watch → its block behind the last line of its file. Nothing that stands in the file is changed; whoever
//! appends checks the whole text (`parse_sources`, `parse_watches`) before it is written.

use anyhow::Context;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// 信源 or 专题 as it is going to be written.
#[derive(Clone, Debug)]
pub struct Block {
    /// Name of its table: `source`, `watch`.
    pub table: &'static str,
    /// 代号.
    pub id: String,
    /// 名称.
    pub name: String,
    /// Keys and values behind those two, in order; a value is written as [`quoted`] or plain, as TOML has it.
    pub keys: Vec<(&'static str, String)>,
}

impl Block {
    /// The block as TOML.
    pub fn text(&self) -> String {
        let mut text = format!(
            "[[{}]]\nid = {}\nname = {}\n",
            self.table,
            quoted(&self.id),
            quoted(&self.name)
        );
        for (key, value) in &self.keys {
            text += &format!("{key} = {value}\n");
        }
        text
    }
}

/// The text of the file with these blocks at its end.
pub fn with_blocks(before: &str, blocks: &[Block]) -> String {
    let mut text = before.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for block in blocks {
        text.push('\n');
        text += &block.text();
    }
    text
}

/// `www.example.gov.cn` → `example-gov-cn`, then `example-gov-cn-2`.
pub fn free_id(host: &str, taken: &mut HashSet<String>) -> String {
    let host = host.trim_start_matches("www.");
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let base: String = host.chars().map(plain).collect();
    let base = base.trim_matches('-');
    let id = (1..)
        .map(|number| match number {
            1 => base.to_owned(),
            _ => format!("{base}-{number}"),
        })
        .find(|id| !taken.contains(id))
        .expect("some number is free");
    taken.insert(id.clone());
    id
}

/// A string of JSON is one of TOML, once control characters are gone: a line break parts words, as a space does.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.chars().map(plain).collect();
    serde_json::Value::from(text.trim()).to_string()
}

/// The file is the old one or the new one, never half of it; its rights stay, and a link stays a link.
///
/// # Errors
/// The folder cannot be written to.
pub fn replace_file(path: &Path, text: &str) -> anyhow::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let part = target.with_extension("toml.part");
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&part)?;
        file.write_all(text.as_bytes())?;
        // A name that points to bytes not yet written would be an empty file after a power cut.
        file.sync_all()?;
        if let Ok(metadata) = fs::metadata(&target) {
            fs::set_permissions(&part, metadata.permissions())?;
        }
        fs::rename(&part, &target)
    };
    write().with_context(|| format!("写不出 {}", target.display()))
}

#[cfg(test)]
mod tests {
    use super::{Block, free_id, quoted, with_blocks};
    use crate::config::parse_sources;
    use std::collections::HashSet;

    #[test]
    fn a_block_stands_behind_what_was_there() {
        let block = Block {
            table: "source",
            id: "a".to_owned(),
            name: "某“报”\"\n".to_owned(),
            keys: vec![
                ("kind", quoted("feed")),
                ("url", quoted("https://a.test/rss")),
                ("channel", quoted("news")),
                ("tier", quoted("T5")),
                ("schedule", quoted("*/30 * * * *")),
            ],
        };
        let text = with_blocks("# 注释，末尾没有换行", &[block]);
        assert!(text.starts_with("# 注释，末尾没有换行\n\n[[source]]\n"));
        let read = parse_sources(&text).expect("it is TOML");
        assert_eq!(read[0].source.name, "某“报”\"");
    }

    #[test]
    fn words_on_several_lines_stay_apart() {
        for (text, expected) in [
            ("社保\n欠薪", "\"社保 欠薪\""),
            ("社保\t欠薪", "\"社保 欠薪\""),
            ("社保 OR\r\n欠薪\n", "\"社保 OR  欠薪\""),
            ("“社保”\u{7f}", "\"“社保”\""),
        ] {
            assert_eq!(quoted(text), expected, "{text:?}");
        }
    }

    #[test]
    fn ids_are_free() {
        let mut taken = HashSet::new();
        let mut next = || free_id("www.a.gov.cn", &mut taken);
        assert_eq!([next(), next()], ["a-gov-cn", "a-gov-cn-2"]);
    }
}
