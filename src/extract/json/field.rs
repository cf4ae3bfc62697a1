//! One field of a JSON entry: where paths lead, and what stands there as text, time or yes and no.

use crate::extract::html;
use crate::extract::site_rules::JsonPath;
use regex::Regex;
use serde_json::Value;
use std::sync::LazyLock;

/// Longer answers are cut in a warning.
const MAX_QUOTED: usize = 60;

/// Everything the paths lead to, in their order.
pub fn values<'e>(entry: &'e Value, path: Option<&JsonPath>) -> Vec<&'e Value> {
    let paths = path.iter().flat_map(|path| &path.0);
    paths.flat_map(|path| path.query(entry).all()).collect()
}

/// The first text or number the paths lead to.
pub fn line(entry: &Value, path: Option<&JsonPath>) -> Option<String> {
    values(entry, path).into_iter().find_map(scalar)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        // Some languages write every number as a fraction: 1492149480.0.
        Value::Number(number) => Some(match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 => format!("{float:.0}"),
            _ => number.to_string(),
        }),
        _ => None,
    }
}

/// The paths lead to something that is not empty.
pub fn is_there(entry: &Value, path: Option<&JsonPath>) -> bool {
    values(entry, path).into_iter().any(|value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Bool(true) => true,
    })
}

/// Words of a string that may hold markup, or markup that was escaped once more.
pub fn words(markup: &str) -> String {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)</?(?:p|br|div|span|a|img|em|b|strong)(?:\s[^<>]*)?/?>")
            .expect("the pattern is valid")
    });
    let text = html::text_of_markup(markup);
    if markup.contains("&lt;") && TAG.is_match(&text) {
        return html::text_of_markup(&text);
    }
    text
}

/// The number in `/Date(1492149480000+0800)/`; other times as they are.
pub fn time(stated: &str) -> &str {
    static DATE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^/?Date\((\d{9,13})").expect("the pattern is valid"));
    let found = DATE.captures(stated);
    found
        .and_then(|found| found.get(1))
        .map_or(stated, |number| number.as_str())
}

/// What the interface says instead of an answer: `请先登录`.
pub fn complaint(answer: &Value) -> Option<String> {
    let roofs = [Some(answer), answer.get("error"), answer.get("data")];
    let keys = [
        "message",
        "msg",
        "errmsg",
        "error_description",
        "error",
        "errors",
    ];
    let said = roofs.into_iter().flatten().find_map(|roof| {
        let mut said = keys.iter().filter_map(|key| roof.get(key));
        said.find_map(|value| scalar(value).filter(|_| value.is_string()))
    })?;
    Some(
        html::collapse(&words(&said))
            .chars()
            .take(MAX_QUOTED)
            .collect(),
    )
}
