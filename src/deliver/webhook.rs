//! 网络接口 — a message → the JSON that somebody's program wants. Says by `Idempotency-Key` what it is, so that the
//! program can pass over a repetition; signed where a key is configured.

use super::http::Http;
use super::secret::Secret;
use super::{Message, Recipient, SendError};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// What may stand in braces in the strings of a template.
const PLACES: [&str; 8] = [
    "title",
    "text",
    "url",
    "level",
    "level_label",
    "key",
    "recipient",
    "sent_at",
];

/// 模板 of a web hook: JSON whose strings may hold `{title}`, `{text}` and the like.
#[derive(Clone, Debug, PartialEq)]
pub struct Template(Value);

/// 模板写法有误.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// Line within the template, from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl std::str::FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let value: Value = serde_json::from_str(text).map_err(|error| TemplateError {
            line: error.line().max(1),
            message: "模板不是正确的 JSON：检查引号、逗号和括号是否成对".to_owned(),
        })?;
        if let Some(wrong) = unknown_place(&value) {
            let mark = format!("{{{wrong}}}");
            let line = text.lines().position(|line| line.contains(&mark));
            return Err(TemplateError {
                line: line.map_or(1, |line| line + 1),
                message: format!(
                    "模板里没有“{mark}”这个占位，可用：{{{}}}",
                    PLACES.join("}、{")
                ),
            });
        }
        Ok(Template(value))
    }
}

fn unknown_place(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => names(text)
            .find(|name| !PLACES.contains(name))
            .map(str::to_owned),
        Value::Array(values) => values.iter().find_map(unknown_place),
        Value::Object(map) => map.values().find_map(unknown_place),
        _ => None,
    }
}

/// Names in braces: letters and `_` only, so that other braces are what they are.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        is_name.then_some(name)
    })
}

impl Template {
    fn filled(&self, values: &Value) -> Value {
        fill(&self.0, values)
    }
}

fn fill(template: &Value, values: &Value) -> Value {
    match template {
        Value::String(text) => Value::String(fill_text(text, values)),
        Value::Array(items) => items.iter().map(|item| fill(item, values)).collect(),
        Value::Object(map) => {
            let filled = map
                .iter()
                .map(|(key, item)| (key.clone(), fill(item, values)));
            Value::Object(filled.collect())
        }
        other => other.clone(),
    }
}

/// In one pass: what was filled in is not looked at again, a post may say `{title}`.
fn fill_text(text: &str, values: &Value) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        filled += before;
        let known = behind
            .split_once('}')
            .and_then(|(name, behind)| Some((values.get(name)?.as_str()?, behind)));
        match known {
            Some((value, behind)) => {
                filled += value;
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = behind;
            }
        }
    }
    filled + rest
}

pub async fn send(http: &Http, recipient: &Recipient, message: &Message) -> Result<(), SendError> {
    let target = recipient.target().map_err(SendError::Temporary)?;
    let key = recipient.secret.read().map_err(SendError::Temporary)?;
    let body = body(recipient, message).to_string().into_bytes();
    let mut headers = vec![("Idempotency-Key", message.identity(&recipient.id))];
    if let Some(key) = &key {
        headers.push(("X-Yuqing-Signature", signature(key, &body)));
    }
    let answer = http.post(&target, &headers, body).await?;
    let said = format!("对方回应 HTTP {}", answer.status);
    match answer.status {
        200..300 => Ok(()),
        300..400 => Err(SendError::Permanent(format!(
            "{said}，要求转到别处；未跟随，请改写地址"
        ))),
        408 | 425 | 429 | 500.. => Err(SendError::Temporary(said)),
        _ => Err(SendError::Permanent(format!(
            "{said}，请核对地址、密钥和模板"
        ))),
    }
}

fn body(recipient: &Recipient, message: &Message) -> Value {
    let values = json!({
        "title": message.title,
        "text": message.text(),
        "url": message.url().unwrap_or_default(),
        "level": message.level.map_or("", |level| level.code()),
        "level_label": message.level.map_or("", |level| level.label()),
        "key": message.key,
        "recipient": recipient.id,
        "sent_at": message.at.to_rfc3339(),
    });
    match &recipient.template {
        Some(template) => template.filled(&values),
        None => values,
    }
}

/// `sha256=…` of the body, in hexadecimal.
fn signature(key: &Secret, body: &[u8]) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes())
        .expect("HMAC takes keys of any length");
    hmac.update(body);
    let bytes = hmac.finalize().into_bytes();
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

#[cfg(test)]
mod tests {
    use super::{Template, fill_text, signature};
    use crate::deliver::Secret;
    use serde_json::json;

    #[test]
    fn a_wrong_template_is_named_with_its_line() {
        let wrong = |text: &str| text.parse::<Template>().expect_err(text);
        assert_eq!(wrong("{\n  \"a\": 1,\n}").line, 3);
        let unknown = wrong("{\n  \"a\": \"{title}\",\n  \"b\": [\"{tilte}\"]\n}");
        assert_eq!(unknown.line, 3);
        assert!(unknown.message.contains("“{tilte}”"), "{unknown}");
    }

    #[test]
    fn values_are_strings_whatever_they_hold() {
        let template: Template = r#"{"msg": {"t": "【{level}】{title}", "n": 1}, "x": "{ a }{"}"#
            .parse()
            .expect("a template");
        let values = json!({"title": "\"}, {level} \\", "level": "red"});
        let filled = template.filled(&values);
        assert_eq!(
            filled,
            json!({"msg": {"t": "【red】\"}, {level} \\", "n": 1}, "x": "{ a }{"})
        );
        assert_eq!(fill_text("{title", &values), "{title");
    }

    #[test]
    fn a_body_is_signed_as_others_compute_it() {
        // python3 -c "import hmac;print(hmac.new(b'key',b'{\"a\":1}','sha256').hexdigest())"
        let signed = signature(&Secret::from("key".to_owned()), b"{\"a\":1}");
        assert_eq!(
            signed,
            "sha256=88a67f24bbcdaed0e6c997404bb79a743baf44c6bab2f4c27328e3009d22e342"
        );
    }
}
