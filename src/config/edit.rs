//! One value of one `[[block]]` in a file → the text of the file with another value there. Every byte outside of it stays,
//! comments and order too; whoever edits checks the whole text before it is written.

use super::append::quoted;
use super::place::tables;
use std::ops::Range;
use toml::de::DeValue;

/// Which block: `[[table]]` whose `key` is `id`.
#[derive(Clone, Copy, Debug)]
pub struct BlockName<'n> {
    /// `source`, `topic`.
    pub table: &'n str,
    /// `id`, `code`.
    pub key: &'n str,
    /// Its value.
    pub id: &'n str,
}

/// Characters of a line of words, as the shipped files have them.
const LINE_CHARS: usize = 96;

/// Where a value stands.
struct Found {
    /// Behind the key that names the block.
    anchor: usize,
    /// Begin of the key, and the value.
    value: Option<(usize, Range<usize>)>,
    /// Strings of a list.
    words: Vec<(Range<usize>, String)>,
}

fn find(text: &str, block: BlockName<'_>, key: &str) -> Option<Found> {
    let blocks = tables("", block.table, "", text).ok()?;
    for value in blocks {
        let DeValue::Table(table) = value.into_inner() else {
            continue;
        };
        let mut found = Found {
            anchor: 0,
            value: None,
            words: Vec::new(),
        };
        for (name, value) in table.iter() {
            let name_of = name.get_ref().as_ref();
            let is_id = matches!(value.get_ref(), DeValue::String(id) if id.as_ref() == block.id);
            if name_of == block.key && is_id {
                found.anchor = value.span().end;
            }
            if name_of != key {
                continue;
            }
            found.value = Some((name.span().start, value.span()));
            if let DeValue::Array(words) = value.get_ref() {
                found.words = (words.iter())
                    .filter_map(|word| match word.get_ref() {
                        DeValue::String(text) => Some((word.span(), text.to_string())),
                        _ => None,
                    })
                    .collect();
            }
        }
        if found.anchor > 0 {
            return Some(found);
        }
    }
    None
}

fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// Behind the line that holds `at`, its end included.
fn next_line(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline + 1)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The text with `key = value` in the block, `value` as TOML has it; without the key for `None`. `None` where there is no
/// such block.
pub fn with_value(
    text: &str,
    block: BlockName<'_>,
    key: &str,
    value: Option<&str>,
) -> Option<String> {
    let found = find(text, block, key)?;
    Some(match (found.value, value) {
        (Some((_, span)), Some(value)) => {
            format!("{}{value}{}", &text[..span.start], &text[span.end..])
        }
        (Some((name, span)), None) => {
            let (from, to) = (line_start(text, name), next_line(text, span.end));
            format!("{}{}", &text[..from], &text[to..])
        }
        (None, Some(value)) => {
            let at = next_line(text, found.anchor);
            let end = newline(text);
            let before = &text[..at];
            let gap = if before.ends_with('\n') { "" } else { end };
            format!("{before}{gap}{key} = {value}{end}{}", &text[at..])
        }
        (None, None) => text.to_owned(),
    })
}

/// The text with these words as the list `key` of the block: those that stay keep their places, new ones stand at its end.
pub fn with_words(text: &str, block: BlockName<'_>, key: &str, words: &[String]) -> Option<String> {
    let found = find(text, block, key)?;
    let end = newline(text);
    let Some((_, list)) = found.value else {
        if words.is_empty() {
            return Some(text.to_owned());
        }
        let list = format!("[{end}{}]", lines(words.iter(), end));
        return with_value(text, block, key, Some(&list));
    };
    let mut edited = text.to_owned();
    let added = words
        .iter()
        .filter(|word| !found.words.iter().any(|(_, known)| known == *word));
    let added = lines(added, end);
    if !added.is_empty() {
        let close = list.end - 1;
        let inside = text[list.start + 1..close].trim_end();
        let keeps = list.start + 1 + inside.len();
        // A comment at the end of the list would swallow a comma behind it.
        let last = found.words.last().map_or(keeps, |(span, _)| span.end);
        let comma = match found.words.is_empty() || text[last..close].contains(',') {
            true => "",
            false => ",",
        };
        edited = format!(
            "{}{comma}{}{end}{added}{}",
            &text[..last],
            &text[last..keeps],
            &text[close..]
        );
    }
    for (span, word) in found.words.iter().rev() {
        if !words.contains(word) {
            cut_word(&mut edited, span.clone());
        }
    }
    Some(edited)
}

/// Takes a word, its comma and the blank behind it away; its line too, where nothing else is on it.
fn cut_word(text: &mut String, word: Range<usize>) {
    let mut to = word.end;
    if text[to..].starts_with(',') {
        to += 1;
    }
    let blanks = text[to..].len() - text[to..].trim_start_matches(' ').len();
    to += blanks;
    let (start, next) = (line_start(text, word.start), next_line(text, to));
    let is_alone = text[start..word.start].trim().is_empty() && text[to..next].trim().is_empty();
    if is_alone {
        text.replace_range(start..next, "");
    } else {
        text.replace_range(word.start..to, "");
    }
}

fn lines<'w>(words: impl Iterator<Item = &'w String>, end: &str) -> String {
    let (mut text, mut line) = (String::new(), String::new());
    for word in words {
        let word = format!("{},", quoted(word));
        if !line.is_empty() && line.chars().count() + word.chars().count() > LINE_CHARS {
            text += &format!("   {line}{end}");
            line.clear();
        }
        line.push(' ');
        line += &word;
    }
    if !line.is_empty() {
        text += &format!("   {line}{end}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{BlockName, with_value, with_words};

    const TEXT: &str = "# 头\n[[topic]]\ncode = \"YL\"  # 注\nstrong = [\n    \"甲\", \"乙\",\n    \"丙\",\n]\n\n\
                        [[topic]]\ncode = \"JM\"\nstrong = [\"丁\"]\noffice = \"处\"\n";

    fn block(id: &str) -> BlockName<'_> {
        BlockName {
            table: "topic",
            key: "code",
            id,
        }
    }

    fn words(list: &str) -> Vec<String> {
        list.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn words_that_stay_keep_their_places() {
        for (id, list, from, to) in [
            ("YL", "甲 乙 丙", "", ""),
            ("YL", "甲 丙", "\"甲\", \"乙\",", "\"甲\", "),
            ("YL", "甲 乙", "    \"丙\",\n", ""),
            ("YL", "甲 乙 丙 新", "\"丙\",\n", "\"丙\",\n    \"新\",\n"),
            ("JM", "丁 新", "[\"丁\"]", "[\"丁\",\n    \"新\",\n]"),
            ("JM", "", "[\"丁\"]", "[]"),
        ] {
            let edited = with_words(TEXT, block(id), "strong", &words(list)).expect(list);
            assert_eq!(
                edited,
                TEXT.replacen(from, to, usize::from(!from.is_empty())),
                "{list}"
            );
            assert!(toml::from_str::<toml::Table>(&edited).is_ok(), "{edited}");
        }
        let new = with_words(TEXT, block("JM"), "weak", &words("新")).expect("a block");
        assert!(
            new.contains("code = \"JM\"\nweak = [\n    \"新\",\n]\n"),
            "{new}"
        );
    }

    #[test]
    fn only_the_value_changes() {
        let office = |value| with_value(TEXT, block("JM"), "office", value).expect("a block");
        assert_eq!(office(Some("\"科\"")), TEXT.replace("\"处\"", "\"科\""));
        assert_eq!(office(None), TEXT.replace("office = \"处\"\n", ""));
        let new = with_value(TEXT, block("YL"), "office", Some("\"科\"")).expect("a block");
        assert_eq!(new, TEXT.replace("# 注\n", "# 注\noffice = \"科\"\n"));
        assert_eq!(with_value(TEXT, block("XX"), "office", None), None);
        let crlf = TEXT.replace('\n', "\r\n");
        let new = with_value(&crlf, block("YL"), "office", Some("\"科\"")).expect("a block");
        assert!(!new.replace("\r\n", "").contains('\n'));
    }
}
