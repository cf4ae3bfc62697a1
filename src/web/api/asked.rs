//! Extractors of the interface: addresses and bodies, strictly read.

use crate::pipeline::MAX_UPLOAD_BYTES;
use crate::web::error::WebError;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// Bytes of a deed's JSON.
const MAX_JSON_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of posts handed in.
pub const MAX_LINES_BYTES: usize = MAX_UPLOAD_BYTES;
/// Characters of a mistake that are repeated.
const MISTAKE_CHARS: usize = 300;

/// What an address asks for; the type refuses unknown names.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WebError> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Asked(asked)),
            Err(mistake) => Err(wrong("网址里的参数", &mistake.body_text())),
        }
    }
}

/// What a deed says; the type refuses unknown names.
pub struct Told<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Told<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, _: &S) -> Result<Self, WebError> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let bytes = bytes(request, MAX_JSON_BYTES).await?;
        if bytes.is_empty() {
            // A deed without particulars.
            return serde_json::from_slice(b"{}")
                .map(Told)
                .map_err(|mistake| wrong("请求内容", &mistake.to_string()));
        }
        if !is_json {
            return Err(WebError::Wrong(
                "请求内容应为 JSON，请求头写 Content-Type: application/json".to_owned(),
            ));
        }
        serde_json::from_slice(&bytes)
            .map(Told)
            .map_err(|mistake| wrong("请求内容", &mistake.to_string()))
    }
}

/// Posts as JSON Lines.
pub struct Lines(pub String);

impl<S: Send + Sync> FromRequest<S> for Lines {
    type Rejection = WebError;

    async fn from_request(request: Request, _: &S) -> Result<Self, WebError> {
        let bytes = bytes(request, MAX_LINES_BYTES).await?;
        let text = String::from_utf8(bytes.to_vec());
        let text = text.map_err(|_| WebError::Wrong("请求内容应为 UTF-8 编码".to_owned()))?;
        if text.trim().is_empty() {
            return Err(WebError::Wrong(
                "没有信息：请求内容应为 JSON Lines，每行一条".to_owned(),
            ));
        }
        Ok(Lines(text))
    }
}

async fn bytes(request: Request, limit: usize) -> Result<Bytes, WebError> {
    let bytes = to_bytes(request.into_body(), limit).await;
    bytes.map_err(|_| WebError::TooLarge(limit))
}

fn wrong(what: &str, mistake: &str) -> WebError {
    let mistake: String = mistake.chars().take(MISTAKE_CHARS).collect();
    WebError::Wrong(format!("{what}有误（{mistake}），写法见 /api/openapi.json"))
}
