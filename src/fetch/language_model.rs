//! 语言模型 — a question → its answer, from the one address that `[summary]` names: an OpenAI-compatible
//! `…/chat/completions`. Without an address there is no `LanguageModel`, and nothing can be sent. What is asked, and
//! whether the answer may be used, is the caller's. No redirect is followed, no proxy used, nothing tried twice.

use super::body;
use super::client;
use reqwest::{Client, header, redirect};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// Two hundred characters, and what a model thinks aloud before them, are far less.
const MAX_ANSWER_BYTES: u64 = 256 * 1024;
/// As many tokens as a model may think and write.
const MAX_TOKENS: u32 = 4096;
/// Longer than anybody waits for one summary, or for one draft.
const LONGEST: Duration = Duration::from_secs(600);

/// `[summary]` — who writes summaries, if not the program by itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, try_from = "Written")]
pub struct SummarySettings {
    /// Address of a language model; `None`: summaries are taken from the posts, and nothing is sent.
    #[serde(serialize_with = "or_empty")]
    pub endpoint: Option<Url>,
    /// Its name there.
    pub model: String,
    /// Environment variable that holds the key; empty: none is needed.
    pub key_env: String,
    /// Time for one answer.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Time for all answers of one draft.
    #[serde(with = "humantime_serde")]
    pub draft_timeout: Duration,
}

impl SummarySettings {
    /// What an operator must know who switched the model on; empty where it is off.
    pub fn notices(&self) -> Vec<String> {
        let Some(endpoint) = &self.endpoint else {
            return Vec::new();
        };
        let mut notices = vec![format!(
            "已启用语言模型代写摘要：起草时，入选信息的标题和正文（已掩码，不含作者和链接）将离开本程序，发往 {endpoint}。\
             停用请把 yuqing.toml 的 summary.endpoint 改为 \"\""
        )];
        if !self.key_env.is_empty() && self.key().is_none() {
            notices.push(format!(
                "环境变量 {} 未设置或为空，没有密钥就不向语言模型发出请求",
                self.key_env
            ));
        }
        notices
    }

    fn key(&self) -> Option<String> {
        let key = std::env::var(&self.key_env).ok()?;
        Some(key.trim().to_owned()).filter(|key| !key.is_empty())
    }
}

/// 未得到答复的原因, for the editor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The key is not in the environment; nothing was sent.
    #[error("环境变量 {0} 里没有密钥，未发出请求")]
    NoKey(String),
    /// Nothing within the time limit.
    #[error("语言模型未在{}秒内答复（summary.timeout）", .0.as_secs_f32())]
    Timeout(Duration),
    /// Nobody listens, or the line is cut.
    #[error("语言模型连接不上或中途断开，请核对 summary.endpoint")]
    Connect,
    /// Anything but 200.
    #[error("语言模型回应 HTTP {status}{}", hint(*status))]
    Status {
        /// HTTP status.
        status: u16,
    },
    /// No answer of some hundred characters.
    #[error("语言模型的答复超过{}KB，未读取", MAX_ANSWER_BYTES / 1024)]
    TooLarge,
    /// No `choices[0].message.content`.
    #[error("语言模型的答复不是 chat/completions 的格式")]
    Format,
}

/// 语言模型, where one is configured.
pub struct LanguageModel {
    client: Client,
    endpoint: Url,
    model: String,
    key: Result<Option<String>, ModelError>,
    timeout: Duration,
}

impl LanguageModel {
    /// The model of the settings; `None` where they name none.
    ///
    /// # Errors
    /// The TLS library refuses.
    pub fn new(settings: &SummarySettings) -> anyhow::Result<Option<LanguageModel>> {
        let Some(endpoint) = settings.endpoint.clone() else {
            return Ok(None);
        };
        let timeout = settings.timeout;
        let key = match (settings.key_env.as_str(), settings.key()) {
            ("", _) => Ok(None),
            (variable, None) => Err(ModelError::NoKey(variable.to_owned())),
            (_, key) => Ok(key),
        };
        Ok(Some(LanguageModel {
            client: client::build(|| {
                Client::builder()
                    // Words that were meant for one address go to no other.
                    .redirect(redirect::Policy::none())
                    .no_proxy()
                    .timeout(timeout)
            })?,
            endpoint,
            model: settings.model.clone(),
            key,
            timeout,
        }))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.model
    }

    /// What the model says to `question` under these instructions, as it says it.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn ask(&self, instructions: &str, question: &str) -> Result<String, ModelError> {
        let asked = json!({
            "model": self.model,
            "messages": [
                {"role": "system", "content": instructions},
                {"role": "user", "content": question},
            ],
            "temperature": 0,
            "max_tokens": MAX_TOKENS,
            "stream": false,
        });
        let mut request = self
            .client
            .post(self.endpoint.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .body(asked.to_string());
        if let Some(key) = self.key.clone()? {
            request = request.bearer_auth(key);
        }
        let failed = |error: reqwest::Error| self.failure(&error);
        let response = request.send().await.map_err(failed)?;
        if !response.status().is_success() {
            let status = response.status().as_u16();
            return Err(ModelError::Status { status });
        }
        let read = body::beginning(response, MAX_ANSWER_BYTES).await;
        let read = read.map_err(failed)?;
        if read.is_cut {
            return Err(ModelError::TooLarge);
        }
        said(&read.bytes).ok_or(ModelError::Format)
    }

    fn failure(&self, error: &reqwest::Error) -> ModelError {
        if error.is_timeout() {
            return ModelError::Timeout(self.timeout);
        }
        ModelError::Connect
    }
}

fn said(bytes: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(bytes).ok()?;
    let content = answer.pointer("/choices/0/message/content")?.as_str()?;
    Some(content.to_owned())
}

fn hint(status: u16) -> &'static str {
    match status {
        401 | 403 => "，请核对 summary.key_env 所指的密钥",
        404 => "，请核对 summary.endpoint 和 summary.model",
        _ => "",
    }
}

/// `[summary]` as its keys stand in the file; which of them belong together is looked at next.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(deserialize_with = "endpoint")]
    endpoint: Option<Url>,
    model: String,
    #[serde(deserialize_with = "variable")]
    key_env: String,
    #[serde(deserialize_with = "patience")]
    timeout: Duration,
    #[serde(deserialize_with = "patience")]
    draft_timeout: Duration,
}

impl TryFrom<Written> for SummarySettings {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let model = written.model.trim().to_owned();
        if written.endpoint.is_some() && model.is_empty() {
            return Err("写了 endpoint 就要写 model，例如 model = \"qwen2.5-14b-instruct\"");
        }
        Ok(SummarySettings {
            endpoint: written.endpoint,
            model,
            key_env: written.key_env,
            timeout: written.timeout,
            draft_timeout: written.draft_timeout,
        })
    }
}

fn endpoint<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let refused = |why: &str| {
        serde::de::Error::custom(format!(
            "语言模型的地址{why}，应写作 \"http://10.1.2.3:8000/v1/chat/completions\" 的样子；不用语言模型写 \"\""
        ))
    };
    let url: Url = text.trim().parse().map_err(|_| refused("不是网址"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(refused("不是 http 或 https 网址"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(refused(
            "不能带口令和参数（密钥请放在环境变量里，由 key_env 指明）",
        ));
    }
    if !url
        .path()
        .trim_end_matches('/')
        .ends_with("/chat/completions")
    {
        return Err(refused("应以 /chat/completions 结尾"));
    }
    Ok(Some(url))
}

/// A key written where its variable's name belongs must not be printed: the message repeats nothing.
fn variable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    let is_name = |name: &str| {
        let rest = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        name.chars().all(rest) && !name.starts_with(|first: char| first.is_ascii_digit())
    };
    if is_name(&name) {
        return Ok(name);
    }
    Err(serde::de::Error::custom(
        "应填存放密钥的环境变量的名称（大写字母、数字和下划线，例如 \"SUMMARY_KEY\"），不是密钥本身；不需要密钥写 \"\"",
    ))
}

fn patience<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let patience: Duration = humantime_serde::deserialize(deserializer)?;
    if patience.is_zero() || patience > LONGEST {
        return Err(serde::de::Error::custom(
            "时限应大于0，不超过10m，例如 \"20s\"",
        ));
    }
    Ok(patience)
}

fn or_empty<S: Serializer>(endpoint: &Option<Url>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(endpoint.as_ref().map_or("", Url::as_str))
}
