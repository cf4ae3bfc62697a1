//! What somebody sees when a page cannot be shown: a status, a sentence, nothing of the inside. Programs get the same as
//! JSON (`mod.rs` turns it).

use super::frame::Frame;
use crate::app::App;
use crate::model::{Permission, Visitor};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

/// 出错.
#[derive(Debug)]
pub enum WebError {
    /// No such page, or nothing of that number.
    NotFound,
    /// What was sent does not fit; the sentence says what and what to do.
    Wrong(String),
    /// Somebody else was faster, or it is too late: the sentence says what stands now.
    Conflict(String),
    /// Nobody is signed in.
    SignedOut,
    /// Nobody is signed in any more, and a form was sent.
    Expired,
    /// The role may not.
    Forbidden(Permission),
    /// A feed's address with a key that may more than read.
    FeedKey,
    /// The form's token is missing or old.
    Forged,
    /// Plain HTTP over a wire.
    Insecure,
    /// A trusted proxy does not say for whom it asks.
    SilentProxy,
    /// More than so many bytes.
    TooLarge(usize),
    /// The administrator has to see to something first; the message says what.
    NotReady(String),
    /// Our fault: logged, not shown.
    Internal(anyhow::Error),
}

/// What went wrong, for `/api`: in the extensions of the response.
#[derive(Clone, Debug)]
pub struct Told {
    /// The sentence.
    pub message: String,
    title: &'static str,
}

impl Told {
    /// The page in the frame of whoever is signed in.
    ///
    /// # Errors
    /// The database refuses.
    pub fn framed(&self, app: &App, visitor: &Visitor) -> anyhow::Result<String> {
        let page = ErrorPage {
            frame: Frame::of(app, visitor, "")?,
            title: self.title,
            message: self.message.clone(),
            is_expired: false,
        };
        Ok(page.render()?)
    }
}

#[derive(Template)]
#[template(path = "error.html", config = "src/web/askama.toml")]
struct ErrorPage {
    frame: Frame,
    title: &'static str,
    message: String,
    /// What was typed is one page back.
    is_expired: bool,
}

impl<E: Into<anyhow::Error>> From<E> for WebError {
    fn from(error: E) -> Self {
        WebError::Internal(error.into())
    }
}

impl WebError {
    fn told(self) -> (StatusCode, &'static str, String) {
        match self {
            WebError::NotFound => (
                StatusCode::NOT_FOUND,
                "没有这一页",
                "网址可能写错，或内容已不在。".to_owned(),
            ),
            WebError::Wrong(message) => (StatusCode::BAD_REQUEST, "填写有误", message),
            WebError::Conflict(message) => (StatusCode::CONFLICT, "没有保存", message),
            WebError::SignedOut => (
                StatusCode::UNAUTHORIZED,
                "需要登录",
                "没有登录，或登录已过期，请重新登录。".to_owned(),
            ),
            WebError::Expired => (
                StatusCode::UNAUTHORIZED,
                "登录已过期",
                "登录已过期，没有保存：请在新标签页登录后，回到本页，按浏览器的“后退”，重新提交。"
                    .to_owned(),
            ),
            WebError::Forbidden(permission) => (
                StatusCode::FORBIDDEN,
                "没有权限",
                format!(
                    "您的角色没有“{}”权限，如确需使用，请联系管理员。",
                    permission.label()
                ),
            ),
            WebError::FeedKey => (
                StatusCode::FORBIDDEN,
                "订阅地址不能用",
                "订阅地址里的密钥须是只供订阅的（权限只有“阅读检索”）。请在“我的账户”另加一个只供订阅的密钥，换用它的地址，并作废这一个。"
                    .to_owned(),
            ),
            WebError::Forged => (
                StatusCode::FORBIDDEN,
                "没有保存",
                "页面已过期或不是本系统的页面，请返回、刷新后再试。".to_owned(),
            ),
            WebError::Insecure => (
                StatusCode::FORBIDDEN,
                "连接不安全",
                "不能用未加密的地址（http）登录和使用，请改用 https 开头的地址。已用 https 的，请信息员把反向代理的地址写入 yuqing.toml 的 web.trusted_proxies，并让它带上 X-Forwarded-For 和 X-Forwarded-Proto。"
                    .to_owned(),
            ),
            WebError::SilentProxy => (
                StatusCode::FORBIDDEN,
                "反向代理没有配好",
                "请求来自可信反向代理（web.trusted_proxies），却没有带 X-Forwarded-For，分不清是谁。请信息员照 deploy/nginx.conf 让反向代理带上 X-Forwarded-For 和 X-Forwarded-Proto；在本机直接打开的，请改用对外的 https 地址。"
                    .to_owned(),
            ),
            WebError::TooLarge(limit) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "内容太大",
                format!("一次最多提交{}，请减少内容或分次提交。", size(limit)),
            ),
            WebError::NotReady(message) => {
                (StatusCode::SERVICE_UNAVAILABLE, "暂时不能办理", message)
            }
            WebError::Internal(error) => {
                tracing::error!("A page could not be shown: {error:#}");
                let message = "程序出错，已记入日志，请信息员查看。".to_owned();
                (StatusCode::INTERNAL_SERVER_ERROR, "页面出错", message)
            }
        }
    }
}

fn size(bytes: usize) -> String {
    match bytes >> 20 {
        0 => format!("{}KB", bytes >> 10),
        megabytes => format!("{megabytes}MB"),
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let is_expired = matches!(self, WebError::Expired);
        let (status, title, message) = self.told();
        let told = Told {
            message: message.clone(),
            title,
        };
        let page = ErrorPage {
            frame: Frame::bare(),
            title,
            message,
            is_expired,
        };
        let mut response = (status, Html(page.render().unwrap_or_default())).into_response();
        response.extensions_mut().insert(told);
        response
    }
}
