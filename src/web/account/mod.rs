//! `/account`: what somebody sees to on the own account. Only in a session: a program's key makes no keys and sets no
//! password.

pub mod keys;
pub mod totp;

use crate::access::PasswordFault;
use crate::app::{App, ProofError};
use crate::model::{AccountRefusal, AuditAction, Permission, Visitor};
use crate::web::Shared;
use crate::web::cookie;
use crate::web::deed::back;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::layout::minute;
use crate::web::login::{agent, with_cookie};
use crate::web::visitor::{From, Who};
use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "account.html", config = "src/web/askama.toml")]
struct AccountPage {
    frame: Frame,
    name: String,
    roles: String,
    has_totp: bool,
    sessions: Vec<SessionRow>,
    keys: Vec<KeyRow>,
    permissions: Vec<Permission>,
    asks_proof: bool,
}

struct SessionRow {
    agent: String,
    address: String,
    began: String,
    seen: String,
    is_this: bool,
}

struct KeyRow {
    id: i64,
    name: String,
    scopes: String,
    made: String,
    used: String,
    revoked: String,
}

pub async fn page(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    in_session(&app, &visitor).await?;
    let page = app.on_cpu(move |app| account(app, &visitor)).await?;
    Ok(Html(page.render()?))
}

fn account(app: &App, visitor: &Visitor) -> anyhow::Result<AccountPage> {
    let (user, now) = (&visitor.user, app.now());
    let awake = now - app.config.settings.web.idle();
    let sessions = app.store.sessions_of(user.id, now)?;
    let sessions = sessions.into_iter().filter(|known| known.seen_at > awake);
    let keys = app.store.api_keys_of(user.id)?;
    let roles: Vec<&str> = user.roles.iter().map(|role| role.label()).collect();
    Ok(AccountPage {
        frame: Frame::of(app, visitor, "/account")?,
        name: user.name.clone(),
        roles: roles.join("、"),
        has_totp: user.has_totp,
        sessions: sessions
            .map(|known| SessionRow {
                is_this: known.hash == visitor.session,
                began: minute(Some(known.created_at)),
                seen: minute(Some(known.seen_at)),
                agent: known.agent,
                address: known.address,
            })
            .collect(),
        keys: keys
            .into_iter()
            .map(|key| KeyRow {
                id: key.id,
                scopes: labels(&key.scopes),
                made: minute(Some(key.created_at)),
                used: minute(key.last_used_at),
                revoked: key
                    .revoked_at
                    .map_or_else(String::new, |at| minute(Some(at))),
                name: key.name,
            })
            .collect(),
        permissions: visitor.permissions.clone(),
        asks_proof: app.asks_proof(visitor)?,
    })
}

/// Another password; this device goes on in a new session.
pub async fn password(
    State(app): Shared,
    Who(visitor): Who,
    From(origin): From,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    in_session(&app, &visitor).await?;
    let old = fields.whole("old").to_owned();
    let new = fields.whole("password").to_owned();
    fields.required("old", "现在的口令")?;
    fields.required("password", "新口令")?;
    if new != fields.whole("again") {
        return Err(WebError::Wrong("两次输入的新口令不同".to_owned()));
    }
    let agent = agent(&headers);
    prove(&app, &visitor, old).await?;
    let changed = app
        .on_cpu(move |app| app.change_own_password(&visitor, &new, &agent))
        .await;
    let token = changed.map_err(refused)?;
    let answer = Redirect::to("/account");
    Ok(with_cookie(answer, &token, origin.is_secure))
}

/// Ends the other devices' sessions.
pub async fn end_others(State(app): Shared, Who(visitor): Who) -> Result<Response, WebError> {
    in_session(&app, &visitor).await?;
    let who = visitor.clone();
    let said = app
        .on_cpu(move |app| {
            let count = app.store.end_other_sessions(who.user.id, &who.session)?;
            let said = format!("已退出其他设备上的{count}处登录");
            app.audit(&who, AuditAction::SignOut, &subject(&who), &said)?;
            Ok(said)
        })
        .await?;
    back(&app, &visitor, "/account", format!("{said}。")).await
}

/// Ends every session, this one too.
pub async fn end_all(
    State(app): Shared,
    Who(visitor): Who,
    From(origin): From,
) -> Result<Response, WebError> {
    in_session(&app, &visitor).await?;
    app.on_cpu(move |app| {
        let count = app.store.end_sessions(visitor.user.id)?;
        let said = format!("已退出全部{count}处登录");
        app.audit(&visitor, AuditAction::SignOut, &subject(&visitor), &said)
    })
    .await?;
    let mut response = Redirect::to("/login").into_response();
    cookie::take_back(&mut response, origin.is_secure);
    Ok(response)
}

/// Somebody at a browser; a program's key is refused, whatever it may else.
///
/// # Errors
/// Nobody is.
pub async fn in_session(app: &Arc<App>, visitor: &Visitor) -> Result<(), WebError> {
    if !visitor.session.is_empty() {
        return Ok(());
    }
    let who = visitor.clone();
    app.on_cpu(move |app| {
        let why = "接口密钥不能用于账户和用户管理";
        app.audit(&who, AuditAction::Refused, &subject(&who), why)
    })
    .await?;
    Err(WebError::SignedOut)
}

/// The own password, unless it was shown within the last minutes: an open session may have been left alone.
///
/// # Errors
/// Nobody is signed in, it was not typed or is not the one, or there were too many failures.
pub async fn proven(app: &Arc<App>, visitor: &Visitor, fields: &Fields) -> Result<(), WebError> {
    in_session(app, visitor).await?;
    let who = visitor.clone();
    if !app.on_cpu(move |app| app.asks_proof(&who)).await? {
        return Ok(());
    }
    fields.required("own_password", "您的口令")?;
    let password = fields.whole("own_password").to_owned();
    prove(app, visitor, password).await
}

/// The password, once more.
///
/// # Errors
/// It is not the one, or there were too many failures.
async fn prove(app: &Arc<App>, visitor: &Visitor, password: String) -> Result<(), WebError> {
    let who = visitor.clone();
    // The password's work is done among the blocking work, so that the pages go on.
    let proved = app
        .on_cpu(move |app| Ok(app.prove(&who, &password)))
        .await?;
    proved.map_err(|error| match error {
        ProofError::Internal(error) => WebError::Internal(error),
        told => WebError::Wrong(format!("{told}。")),
    })
}

/// A sentence for whoever asked for what cannot be; everything else is our fault.
pub fn refused(error: anyhow::Error) -> WebError {
    if error.is::<AccountRefusal>() || error.is::<PasswordFault>() {
        return WebError::Wrong(format!("{error}。"));
    }
    WebError::Internal(error)
}

/// `用户li`.
pub fn subject(visitor: &Visitor) -> String {
    format!("用户{}", visitor.user.name)
}

pub fn labels(scopes: &[Permission]) -> String {
    let labels: Vec<&str> = scopes.iter().map(|scope| scope.label()).collect();
    labels.join("、")
}
