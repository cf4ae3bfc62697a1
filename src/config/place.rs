//! A TOML file → a type, or the line and key of the mistake.

use crate::model::Problem;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Mistakes in the writing of a file that are told at once: one unclosed quote makes many.
const MAX_MISTAKES: usize = 5;

/// Reads one file.
///
/// # Errors
/// The first mistake.
pub fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Problem> {
    toml::from_str(text).map_err(|error| problem(file, text, &error))
}

/// The mistake that `error` reports in `text`.
pub fn problem(file: &str, text: &str, error: &toml::de::Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    Problem {
        file: file.to_owned(),
        line: line_of(text, span.start),
        key: key_at(text, &span),
        message: in_chinese(error.message()),
    }
}

/// The `[[name]]` tables of a file that holds nothing else; `noun` is what one of them describes.
pub fn tables<'t>(
    file: &str,
    name: &str,
    noun: &str,
    text: &'t str,
) -> Result<Vec<Spanned<DeValue<'t>>>, Vec<Problem>> {
    let (whole, mistakes) = DeTable::parse_recoverable(text);
    let mut problems: Vec<Problem> = mistakes
        .iter()
        .take(MAX_MISTAKES)
        .map(|mistake| problem(file, text, mistake))
        .collect();
    let mut tables = Vec::new();
    for (key, value) in whole.into_inner() {
        match (key.get_ref().as_ref(), value.into_inner()) {
            (found, DeValue::Array(array)) if found == name => tables = array.into_iter().collect(),
            (other, _) => problems.push(Problem {
                file: file.to_owned(),
                line: line_of(text, key.span().start),
                key: other.to_owned(),
                message: format!("这里只能写 [[{name}]] 开头的{noun}，各{noun}的键写在它的下面"),
            }),
        }
    }
    if problems.is_empty() {
        Ok(tables)
    } else {
        Err(problems)
    }
}

/// An id is plain and stands once in its file.
pub fn check_id(
    file: &str,
    key: &str,
    id: &Spanned<String>,
    seen: &mut HashSet<String>,
    text: &str,
) -> Result<(), Problem> {
    let name = id.get_ref();
    let is_plain = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let message = if !is_plain {
        "代号只能用字母、数字和 - _ .".to_owned()
    } else if !seen.insert(name.clone()) {
        format!("代号“{name}”写了两次，请换一个")
    } else {
        return Ok(());
    };
    Err(refuse(file, key, id, text, message))
}

/// The mistake of a value.
pub fn refuse<T>(file: &str, key: &str, at: &Spanned<T>, text: &str, message: String) -> Problem {
    Problem {
        file: file.to_owned(),
        line: line_of(text, at.span().start),
        key: key.to_owned(),
        message,
    }
}

/// Line of an offset, from 1.
pub fn line_of(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
}

/// `table.key` of the line that holds the span; for a mistake about a table as a whole, its name.
fn key_at(text: &str, span: &Range<usize>) -> String {
    let before = &text[..floor_char_boundary(text, span.start)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default().trim();
    let table = text[..line_start]
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| line.starts_with('['))
        .map(table_name)
        .unwrap_or_default();
    if line.starts_with('[') {
        return table_name(line);
    }
    let key = line.split('=').next().unwrap_or_default().trim();
    match (table.is_empty(), key.is_empty()) {
        (true, _) => key.to_owned(),
        (false, true) => table,
        (false, false) => format!("{table}.{key}"),
    }
}

fn table_name(line: &str) -> String {
    line.trim_start_matches('[')
        .split(']')
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// What stands behind `expected` in a message about a value.
fn wanted(message: &str) -> Option<&'static str> {
    let (_, expected) = message.split_once("expected ")?;
    let forms = [
        ("a duration", "时长，写作 \"10s\"、\"15m\"、\"24h\""),
        ("parsable string", "大小，写作 \"500KiB\"、\"8MiB\""),
        ("a boolean", "true 或 false，不加引号"),
        ("a string", "英文引号括起来的文字"),
        ("a sequence", "方括号括起来的列表，例如 [\"a\", \"b\"]"),
        ("a nonzero", "大于0的整数，不带引号"),
        ("u16", "不带引号的整数"),
        ("u32", "不带引号的整数"),
        ("u64", "不带引号的整数"),
        ("usize", "不带引号的整数"),
        ("i64", "不带引号的整数"),
    ];
    let is_value = message.starts_with("invalid ") || expected.starts_with("a duration");
    let found = forms
        .iter()
        .find(|(start, _)| expected.starts_with(start))?;
    is_value.then_some(found.1)
}

/// The sentences of serde and toml that operators meet, in their language.
fn in_chinese(message: &str) -> String {
    let quoted = || message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("unknown field") {
        let known = message
            .split_once("expected")
            .map_or("", |(_, known)| known);
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        return format!("不认识的键“{}”，可用的键：{}", quoted(), known.join("、"));
    }
    if message.starts_with("missing field") {
        return format!("缺少必填的键“{}”", quoted());
    }
    if message.starts_with("unknown variant") {
        let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        return format!("不认识的值“{}”，可用：{}", quoted(), known.join("、"));
    }
    if message.starts_with("invalid value: integer") {
        return "数值超出范围，应为不太大的非负整数".to_owned();
    }
    if let Some(wanted) = wanted(message) {
        return format!("应为{wanted}");
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        return format!("值的类型或内容不对（{message}）");
    }
    if message.contains("must be quoted") {
        return "文字要用英文引号括起来，例如 \"daily\"；中文引号“”不行，值也不能空着".to_owned();
    }
    if message.starts_with("duplicate key") {
        return "同一个键写了两次".to_owned();
    }
    if message.is_ascii() {
        return format!("写法有误（{message}）");
    }
    message.to_owned()
}
