//! 转载的装束 — what copying adds to a text (转：, 转自…, 责任编辑…, `//@某人：`) and what is left without it.

use crate::model::Post;
use crate::text::normalize::letters;

/// Words before a title or a text that was taken over.
const HEADS: [&str; 11] = [
    "转：",
    "转:",
    "转载：",
    "转载:",
    "转发：",
    "转发:",
    "转帖：",
    "转帖:",
    "【转】",
    "[转]",
    "（转）",
];
/// Words that begin the note on where a text comes from.
const TAILS: [&str; 10] = [
    "转自",
    "转载自",
    "转载于",
    "摘自",
    "来源：",
    "来源:",
    "责任编辑",
    "原标题",
    "编辑：",
    "（记者",
];
/// Such a note is short and stands at the end.
const TAIL_CHARS: usize = 40;
/// A text must be so much longer than the note.
const MIN_KEPT_CHARS: usize = 20;
/// Names of accounts are not longer.
const NAME_CHARS: usize = 30;

/// A beginning that stands for a title is no shorter and no longer.
const MIN_HEADLINE_CHARS: usize = 8;
const HEADLINE_CHARS: usize = 40;

/// Folded letters of a post without what copying adds.
pub struct Words {
    pub title: Vec<char>,
    pub text: Vec<char>,
}

impl Words {
    pub fn of(post: &Post) -> Words {
        let title = without_head(&post.title);
        let text = without_tail(without_head(&post.text));
        let (title, text) = match headline_of(text) {
            Some(parts) if title.is_empty() => parts,
            _ => (title, text),
        };
        Words {
            title: letters(title).collect(),
            text: letters(text).collect(),
        }
    }

    /// Title and text in one.
    pub fn joined(mut self) -> Vec<char> {
        self.title.append(&mut self.text);
        self.title
    }
}

fn without_head(text: &str) -> &str {
    let text = text.trim_start();
    let head = HEADS.iter().find_map(|head| text.strip_prefix(head));
    head.unwrap_or(text)
}

/// `【headline】text`, as microblogs write it; else the beginning of a text, up to a mark, stands for its title.
fn headline_of(text: &str) -> Option<(&str, &str)> {
    if let Some(parts) = text
        .strip_prefix('【')
        .and_then(|text| text.split_once('】'))
    {
        return Some(parts);
    }
    let marks =
        |letter: char| matches!(letter, '。' | '！' | '？' | '；' | '，' | '!' | '?' | '\n');
    let start = text.char_indices().take(HEADLINE_CHARS);
    let ends = start
        .skip(MIN_HEADLINE_CHARS)
        .filter(|(_, letter)| marks(*letter));
    let (end, _) = ends.last()?;
    Some(text.split_at(end))
}

fn without_tail(text: &str) -> &str {
    let text = text.trim_end();
    let Some((start, _)) = text.char_indices().rev().take(TAIL_CHARS).last() else {
        return text;
    };
    let found = TAILS
        .iter()
        .filter_map(|tail| text[start..].find(tail))
        .min();
    let Some(found) = found else { return text };
    let kept = text[..start + found].trim_end_matches(['（', '(', '【', '[', '—', '-', ' ']);
    if kept.chars().count() < MIN_KEPT_CHARS {
        return text;
    }
    kept
}

/// The letters behind `//@某人：`, where the post forwards another one: the longest part, as the last may be cut off.
pub fn forwarded(text: &str) -> Option<Vec<char>> {
    let mut parts = text.split("//@");
    parts.next()?;
    parts
        .map(|part| letters(without_tail(without_name(part))).collect())
        .max_by_key(Vec::len)
}

fn without_name(part: &str) -> &str {
    let end = part
        .char_indices()
        .take(NAME_CHARS)
        .find(|(_, letter)| matches!(letter, '：' | ':'));
    end.map_or(part, |(end, colon)| &part[end + colon.len_utf8()..])
}

#[cfg(test)]
mod tests {
    use super::{forwarded, without_head, without_tail};

    const TEXT: &str = "第一趟说缺参保凭证，第二趟说要原单位盖章，第三趟系统升级让明天再来。";

    #[test]
    fn what_copying_adds_is_left_out() {
        for tail in [
            "转自大河论坛",
            "（转自：某论坛）",
            " 【责任编辑：某某 来源：某报】",
        ] {
            assert_eq!(without_tail(&format!("{TEXT}{tail}")), TEXT);
        }
        for head in ["转：", "【转】", "转载："] {
            assert_eq!(without_head(&format!("{head}{TEXT}")), TEXT);
        }
        assert_eq!(without_tail("这是转自别处的"), "这是转自别处的");
    }

    #[test]
    fn the_forwarded_text_is_the_longest_part_without_its_name() {
        let text = "转给大家//@甲:说得对//@某论坛：甲乙丙丁戊己";
        let found: Option<String> = forwarded(text).map(|letters| letters.iter().collect());
        assert_eq!(found.as_deref(), Some("甲乙丙丁戊己"));
        assert_eq!(forwarded("没有转发"), None);
    }
}
