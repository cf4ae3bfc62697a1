//! HTTP — one POST → its answer, bounded in time and size. No redirect is followed, no proxy used, nothing tried twice:
//! the books decide about that. Addresses are the operator's own, so private ones are as good as others.

use super::SendError;
use super::secret::Secret;
use anyhow::Context;
use reqwest::{Client, ClientBuilder, redirect};
use std::time::Duration;
use url::Url;

/// Robots answer in a line.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Nobody is there: known earlier than that somebody does not answer, and worth another attempt whoever it is.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// 应答.
pub struct Answer {
    pub status: u16,
    /// The beginning of the body.
    pub body: Vec<u8>,
}

pub struct Http {
    client: Client,
}

impl Http {
    /// # Errors
    /// The TLS library refuses.
    pub fn new(timeout: Duration) -> anyhow::Result<Http> {
        // A second call is no error: whoever comes first installs it.
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
        let builder = || -> ClientBuilder {
            Client::builder()
                .redirect(redirect::Policy::none())
                .no_proxy()
                // A connection that was closed while it was idle would look like a message without an answer.
                .pool_max_idle_per_host(0)
                .connect_timeout(CONNECT_TIMEOUT.min(timeout / 2))
                .timeout(timeout)
        };
        // A machine without certificates can still reach hooks of its own network.
        let client = builder()
            .build()
            .or_else(|_| builder().tls_certs_only([]).build());
        Ok(Http {
            client: client.context("build the HTTP client of deliveries")?,
        })
    }

    /// # Errors
    /// No answer came, or nobody was there to give one.
    pub async fn post(
        &self,
        target: &Secret,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Result<Answer, SendError> {
        let url = parse_target(target.reveal()).map_err(SendError::Permanent)?;
        let mut request = self
            .client
            .post(url)
            .header("Content-Type", "application/json; charset=utf-8")
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let mut response = request.send().await.map_err(|error| failure(&error))?;
        let mut answer = Answer {
            status: response.status().as_u16(),
            body: Vec::new(),
        };
        while answer.body.len() < MAX_ANSWER_BYTES
            && let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))?
        {
            let room = MAX_ANSWER_BYTES - answer.body.len();
            answer
                .body
                .extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        Ok(answer)
    }
}

/// An address one may post to.
///
/// # Errors
/// In Chinese; it is not repeated, there may be a key in it.
pub fn parse_target(written: &str) -> Result<Url, String> {
    let refused = || "地址不是 http:// 或 https:// 开头的网址".to_owned();
    let url: Url = written.trim().parse().map_err(|_| refused())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(refused());
    }
    Ok(url)
}

/// The error's own words may hold the address, and with it the key.
fn failure(error: &reqwest::Error) -> SendError {
    if error.is_builder() {
        return SendError::Permanent("请求不能成形，请核对地址".to_owned());
    }
    if error.is_connect() {
        return SendError::Temporary("连接不上，请核对地址和网络".to_owned());
    }
    if error.is_timeout() {
        return SendError::Unknown("已发出，对方在时限内没有答复".to_owned());
    }
    SendError::Unknown("已发出，连接在答复之前中断".to_owned())
}
