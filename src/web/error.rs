//! What a reader sees when a page cannot be shown.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

/// 出错.
pub enum WebError {
    /// No such page.
    NotFound,
    /// The administrator has to see to something first; the message says what.
    NotReady(String),
    /// Our fault: logged, not shown.
    Internal(anyhow::Error),
}

#[derive(Template)]
#[template(path = "error.html", config = "src/web/askama.toml")]
struct ErrorPage {
    title: &'static str,
    message: String,
}

impl<E: Into<anyhow::Error>> From<E> for WebError {
    fn from(error: E) -> Self {
        WebError::Internal(error.into())
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let (status, title, message) = match self {
            WebError::NotFound => (
                StatusCode::NOT_FOUND,
                "没有这一页",
                "网址可能写错，或内容已不在。".to_owned(),
            ),
            WebError::NotReady(message) => {
                (StatusCode::SERVICE_UNAVAILABLE, "暂时不能生成", message)
            }
            WebError::Internal(error) => {
                tracing::error!("A page could not be shown: {error:#}");
                let message = "程序出错，已记入日志，请信息员查看。".to_owned();
                (StatusCode::INTERNAL_SERVER_ERROR, "页面出错", message)
            }
        };
        let page = ErrorPage { title, message };
        (status, Html(page.render().unwrap_or_default())).into_response()
    }
}
