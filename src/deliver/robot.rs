//! 群机器人 — of 企业微信, 钉钉 and 飞书: the forms they take, how they are signed, what their answers mean. They answer
//! 200 to nearly everything; what happened stands in the body.

use super::http::{Answer, Http, parse_target};
use super::secret::Secret;
use super::split::{numbered, split};
use super::{Message, Recipient, SendError};
use crate::model::Transport;
use crate::text::wording::printable;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// 企业微信: `markdown.content`, in bytes of UTF-8.
const WECOM_BYTES: usize = 4096;
/// 钉钉: the whole message, in bytes.
const DINGTALK_BYTES: usize = 19_000;
/// 飞书: 20 KB for the whole request, in which a quotation mark may take two bytes.
const FEISHU_BYTES: usize = 9_000;

/// Characters of an answer that people get to see.
const MAX_SAID_CHARS: usize = 120;

/// The text in parts that the robot takes; each with the room for its title and number.
pub fn parts(transport: Transport, message: &Message) -> Vec<String> {
    let limit = match transport {
        Transport::Wecom => WECOM_BYTES,
        Transport::Dingtalk => DINGTALK_BYTES,
        _ => FEISHU_BYTES,
    };
    let items = message.items.iter().map(|item| match transport {
        Transport::Wecom => tame(item),
        // A single line break is no break in its Markdown.
        Transport::Dingtalk => tame(item).replace('\n', "  \n"),
        _ => item.clone(),
    });
    let items: Vec<String> = items.collect();
    // `**` around the title of 企业微信, `####` before that of 钉钉.
    split(&title(message), &items, limit - 16)
}

pub async fn send(
    http: &Http,
    recipient: &Recipient,
    message: &Message,
    parts: &[String],
    part: usize,
) -> Result<(), SendError> {
    let secrets = || -> Result<(Secret, Option<Secret>), String> {
        Ok((recipient.target()?, recipient.secret.read()?))
    };
    // Somebody has to put the key where it belongs; then what waits goes out.
    let (target, key) = secrets().map_err(SendError::Temporary)?;
    let title = numbered(&title(message), part, parts.len());
    let text = parts.get(part).map_or("", String::as_str);
    let second = message.at.timestamp();
    let (target, body) = match recipient.transport {
        Transport::Wecom => (target, wecom(&title, text)),
        Transport::Dingtalk => (
            signed_target(target, key.as_ref(), message.at.timestamp_millis())?,
            dingtalk(&title, text),
        ),
        _ => (target, feishu(&title, text, key.as_ref(), second)),
    };
    let answer = http
        .post(&target, &[], body.to_string().into_bytes())
        .await?;
    judge(recipient.transport, &answer, &target)
}

fn title(message: &Message) -> String {
    tame(&message.title)
}

fn wecom(title: &str, text: &str) -> Value {
    json!({"msgtype": "markdown", "markdown": {"content": format!("**{title}**\n\n{text}")}})
}

fn dingtalk(title: &str, text: &str) -> Value {
    json!({"msgtype": "markdown", "markdown": {"title": title, "text": format!("#### {title}\n\n{text}")}})
}

fn feishu(title: &str, text: &str, key: Option<&Secret>, second: i64) -> Value {
    let lines: Vec<Value> = text
        .lines()
        .map(|line| json!([line_of_feishu(line)]))
        .collect();
    let mut body = json!({
        "msg_type": "post",
        "content": {"post": {"zh_cn": {"title": title, "content": lines}}},
    });
    if let Some(key) = key {
        body["timestamp"] = json!(second.to_string());
        body["sign"] = json!(feishu_sign(second, key.reveal()));
    }
    body
}

fn line_of_feishu(line: &str) -> Value {
    if is_address(line) {
        return json!({"tag": "a", "text": line, "href": line});
    }
    json!({"tag": "text", "text": line})
}

fn is_address(word: &str) -> bool {
    (word.starts_with("http://") || word.starts_with("https://")) && !word.contains(' ')
}

/// Words of posts are words, not marks of Markdown: a link that says one thing and leads to another, a picture that
/// tells its server who looked, a call for all members. Addresses stay as they are.
fn tame(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let words = line.split(' ').map(|word| match is_address(word) {
            true => word.replace(['<', '>', '[', ']', '(', ')', '*', '`'], ""),
            false => word.chars().map(wide).collect(),
        });
        let line = words.collect::<Vec<String>>().join(" ");
        match line.strip_prefix('#') {
            Some(rest) => format!("＃{rest}"),
            None => line,
        }
    });
    lines.collect::<Vec<String>>().join("\n")
}

fn wide(mark: char) -> char {
    match mark {
        '[' => '［',
        ']' => '］',
        '<' => '＜',
        '>' => '＞',
        '*' => '＊',
        '`' => '｀',
        other => other,
    }
}

/// `timestamp` and `sign` behind the address, as 钉钉 wants them.
fn signed_target(target: Secret, key: Option<&Secret>, ms: i64) -> Result<Secret, SendError> {
    let Some(key) = key else {
        return Ok(target);
    };
    let mut url = parse_target(target.reveal()).map_err(SendError::Permanent)?;
    url.query_pairs_mut()
        .append_pair("timestamp", &ms.to_string())
        .append_pair("sign", &dingtalk_sign(ms, key.reveal()));
    Ok(Secret::from(url.to_string()))
}

fn dingtalk_sign(ms: i64, key: &str) -> String {
    signature(key.as_bytes(), format!("{ms}\n{key}").as_bytes())
}

/// 飞书 takes what others sign as the key, and signs nothing with it.
fn feishu_sign(second: i64, key: &str) -> String {
    signature(format!("{second}\n{key}").as_bytes(), b"")
}

fn signature(key: &[u8], words: &[u8]) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    hmac.update(words);
    BASE64_STANDARD.encode(hmac.finalize().into_bytes())
}

fn judge(transport: Transport, answer: &Answer, target: &Secret) -> Result<(), SendError> {
    let name = transport.label();
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let codes = ["errcode", "code", "StatusCode"];
    let code = body
        .as_ref()
        .and_then(|body| codes.iter().find_map(|key| body.get(key)?.as_i64()));
    let Some(code) = code else {
        let said = format!("{name}回应 HTTP {}，没有说明结果", answer.status);
        return Err(match answer.status {
            408 | 425 | 429 | 503 => SendError::Temporary(said),
            300..500 => SendError::Permanent(format!("{said}；请核对机器人的地址")),
            _ => SendError::Unknown(said),
        });
    };
    if code == 0 {
        return Ok(());
    }
    let said = ["errmsg", "msg", "StatusMessage"]
        .iter()
        .find_map(|key| body.as_ref()?.get(key)?.as_str())
        .unwrap_or_default();
    let said: String = printable(said).chars().take(MAX_SAID_CHARS).collect();
    let said = target.hidden_in(&said);
    let (is_temporary, hint) = meaning(transport, code);
    let message = format!("{name}未接收（{code}：{said}）{hint}");
    Err(match is_temporary {
        true => SendError::Temporary(message),
        false => SendError::Permanent(message),
    })
}

/// Is it over by itself, and what is to be done?
fn meaning(transport: Transport, code: i64) -> (bool, &'static str) {
    match (transport, code) {
        (_, -1) => (true, "，对方系统忙"),
        (Transport::Wecom, 45009 | 45033) => (true, "，发送太快"),
        (Transport::Wecom, 93000 | 93008) => (false, "，机器人地址无效或已被移出群"),
        (Transport::Wecom, 93017 | 40058) => (false, "，请报告程序维护人员"),
        (Transport::Dingtalk, 130_101 | 410_100 | 90_018 | 88) => (true, "，发送太快"),
        (Transport::Dingtalk, 310_000) => (
            false,
            "，请核对机器人的安全设置：签名密钥、关键词、允许的地址，以及本机时钟",
        ),
        (Transport::Dingtalk, 300_001 | 300_005 | 400_101 | 400_102 | 400_106) => {
            (false, "，机器人地址无效或已停用")
        }
        (Transport::Feishu, 11_232 | 11_233 | 99_991_400) => (true, "，发送太快"),
        (Transport::Feishu, 19_021) => (false, "，签名不符，请核对密钥和本机时钟"),
        (Transport::Feishu, 19_022 | 19_024) => {
            (false, "，请核对机器人的安全设置：关键词、允许的地址")
        }
        (Transport::Feishu, 19_001) => (false, "，机器人地址无效"),
        _ => (false, ""),
    }
}

#[cfg(test)]
mod tests;
