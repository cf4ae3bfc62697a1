//! `/password/{secret}`: a one-time link with which a user sets a password. Whoever opens it is asked nothing else, so it
//! is good once and for a day.

use super::Shared;
use super::error::WebError;
use super::form::Fields;
use super::frame::Frame;
use super::visitor::From;
use crate::access::check_password;
use crate::app::{App, LinkPurpose};
use crate::model::{AuditAction, NewAudit, User};
use anyhow::Result;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

#[derive(Template)]
#[template(path = "password.html", config = "src/web/askama.toml")]
struct PasswordPage {
    frame: Frame,
    secret: String,
    name: String,
    display: String,
    message: String,
}

/// Why no password was set.
enum Refused {
    /// The link is good for nothing more.
    UsedUp,
    /// What was typed does not do; the form is shown again.
    Typed(User, String),
}

pub async fn page(
    State(app): Shared,
    From(origin): From,
    Path(secret): Path<String>,
) -> Result<Response, WebError> {
    if !origin.is_private() {
        return Err(WebError::Insecure);
    }
    let known = secret.clone();
    let user = app.on_cpu(move |app| whose(app, &known)).await?;
    let user = user.ok_or_else(used_up)?;
    shown(StatusCode::OK, secret, &user, String::new())
}

pub async fn set(
    State(app): Shared,
    From(origin): From,
    Path(secret): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    if !origin.is_private() {
        return Err(WebError::Insecure);
    }
    let known = secret.clone();
    let done = app
        .on_cpu(move |app| set_with(app, &known, &fields, &origin.address))
        .await?;
    match done {
        Ok(()) => Ok(Redirect::to("/login").into_response()),
        Err(Refused::UsedUp) => Err(used_up()),
        Err(Refused::Typed(user, message)) => {
            shown(StatusCode::BAD_REQUEST, secret, &user, message)
        }
    }
}

fn set_with(
    app: &App,
    secret: &str,
    fields: &Fields,
    address: &str,
) -> Result<Result<(), Refused>> {
    let Some(user) = whose(app, secret)? else {
        return Ok(Err(Refused::UsedUp));
    };
    let password = fields.whole("password");
    if password != fields.whole("again") {
        return Ok(Err(Refused::Typed(user, "两次输入的口令不同".to_owned())));
    }
    if let Err(fault) = check_password(&user.name, password) {
        return Ok(Err(Refused::Typed(user, fault.to_string())));
    }
    // Used up first: of two who are at it at once, one sets the password.
    if !app.use_link(secret)? {
        return Ok(Err(Refused::UsedUp));
    }
    app.set_password(&user, password)?;
    let line = NewAudit {
        actor: user.actor(),
        action: AuditAction::User,
        subject: format!("用户{}", user.name),
        detail: "用一次性链接设口令，全部登录已退出".to_owned(),
        address: address.to_owned(),
    };
    app.store.add_audit(&line, app.now())?;
    Ok(Ok(()))
}

/// Whose link it is, while it is good and the user in use.
fn whose(app: &App, secret: &str) -> Result<Option<User>> {
    let Some(id) = app.link(LinkPurpose::Password, secret)?.flatten() else {
        return Ok(None);
    };
    let known = app.store.user(id)?.map(|known| known.user);
    Ok(known.filter(|user| !user.is_disabled))
}

fn shown(
    status: StatusCode,
    secret: String,
    user: &User,
    message: String,
) -> Result<Response, WebError> {
    let page = PasswordPage {
        frame: Frame::bare(),
        secret,
        name: user.name.clone(),
        display: user.display.clone(),
        message,
    };
    Ok((status, Html(page.render()?)).into_response())
}

fn used_up() -> WebError {
    WebError::Wrong("链接已用过或已过期，请管理员另给一个。".to_owned())
}
