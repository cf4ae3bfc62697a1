//! `/account/totp`: 动态口令 on, with a picture for the authenticator and a code that shows it works, and off.

use crate::access::{Picture, new_totp_secret, qr_code, totp_address};
use crate::app::App;
use crate::model::{AccountRefusal, AuditAction, Visitor};
use crate::web::Shared;
use crate::web::account::{in_session, proven, subject};
use crate::web::deed::{back, done};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

#[derive(Template)]
#[template(path = "account_totp.html", config = "src/web/askama.toml")]
struct TotpPage {
    frame: Frame,
    secret: String,
    /// In groups of four, to type.
    spelled: String,
    address: String,
    picture: Picture,
    asks_proof: bool,
    message: String,
}

/// A new secret each time; nothing is kept until a code was right.
pub async fn form(State(app): Shared, Who(visitor): Who) -> Result<Response, WebError> {
    in_session(&app, &visitor).await?;
    if visitor.user.has_totp {
        let said = "动态口令已启用，如需更换请先停用。";
        return back(&app, &visitor, "/account", said).await;
    }
    let page = app
        .on_cpu(move |app| shown(app, &visitor, new_totp_secret()?, String::new()))
        .await?;
    Ok(Html(page.render()?).into_response())
}

pub async fn begin(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    proven(&app, &visitor, &fields).await?;
    let secret = fields.required("secret", "密钥")?.to_owned();
    let code = fields.required("code", "动态口令")?.to_owned();
    let (known, who) = (secret.clone(), visitor.clone());
    let begun = app
        .on_cpu(move |app| app.begin_totp(&who, &known, &code))
        .await;
    let message = match begun {
        Ok(()) => {
            let said = "动态口令已启用，下次登录时除口令外还要输入手机上的六位数字。";
            return back(&app, &visitor, "/account", said).await;
        }
        Err(error) if error.is::<AccountRefusal>() => error.to_string(),
        Err(error) => return Err(WebError::Internal(error)),
    };
    // A secret that is none cannot be shown again.
    let (said, known) = (message.clone(), secret);
    let page = app
        .on_cpu(move |app| Ok(shown(app, &visitor, known, said).ok()))
        .await?;
    let page = page.ok_or(WebError::Wrong(message))?;
    // It was shown a moment ago.
    let page = TotpPage {
        asks_proof: false,
        ..page
    };
    Ok((StatusCode::BAD_REQUEST, Html(page.render()?)).into_response())
}

pub async fn end(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    proven(&app, &visitor, &fields).await?;
    let user = visitor.user.id;
    app.on_cpu(move |app| app.store.set_totp(user, None))
        .await?;
    let (action, subject) = (AuditAction::User, subject(&visitor));
    done(
        &app,
        &visitor,
        action,
        subject,
        "/account",
        "动态口令已停用。",
    )
    .await
}

fn shown(
    app: &App,
    visitor: &Visitor,
    secret: String,
    message: String,
) -> anyhow::Result<TotpPage> {
    let address = totp_address(&secret, &visitor.user.name)?;
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(String::from_iter).collect();
    Ok(TotpPage {
        frame: Frame::of(app, visitor, "/account")?,
        spelled: groups.join(" "),
        picture: qr_code(&address)?,
        asks_proof: app.asks_proof(visitor)?,
        secret,
        address,
        message,
    })
}
