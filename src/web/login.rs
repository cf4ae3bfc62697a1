//! `/login`, `/logout`, and the two links of a start: `/welcome/{secret}` makes the first administrator, `/enter/{secret}`
//! lets a visitor of the demo in.

use super::Shared;
use super::cookie;
use super::error::WebError;
use super::frame::Frame;
use super::visitor::{From, Who};
use crate::app::{LinkPurpose, SignIn, SignInError};
use crate::model::{AuditAction, Role};
use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "login.html", config = "src/web/askama.toml")]
struct LoginPage {
    frame: Frame,
    bureau: String,
    next: String,
    name: String,
    message: String,
    asks_code: bool,
    has_no_users: bool,
}

#[derive(Template)]
#[template(path = "welcome.html", config = "src/web/askama.toml")]
struct WelcomePage {
    frame: Frame,
    bureau: String,
    secret: String,
    name: String,
    display: String,
    message: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct LoginForm {
    name: String,
    password: String,
    code: String,
    next: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct WelcomeForm {
    name: String,
    display: String,
    password: String,
    again: String,
    also_edits: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Parameters {
    next: String,
}

pub async fn page(
    State(app): Shared,
    who: Option<Who>,
    Query(parameters): Query<Parameters>,
) -> Result<Response, WebError> {
    if who.is_some() {
        return Ok(Redirect::to(&own_address(&parameters.next)).into_response());
    }
    let has_no_users = app.on_cpu(|app| Ok(app.store.user_count()? == 0)).await?;
    let page = LoginPage {
        frame: Frame::bare(),
        bureau: app.config.settings.bureau.name.clone(),
        next: own_address(&parameters.next),
        name: String::new(),
        message: String::new(),
        asks_code: false,
        has_no_users,
    };
    Ok(Html(page.render()?).into_response())
}

pub async fn sign_in(
    State(app): Shared,
    From(origin): From,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Result<Response, WebError> {
    let next = own_address(&form.next);
    let typed = SignIn {
        name: form.name.clone(),
        password: form.password,
        code: form.code,
        address: origin.address.clone(),
        agent: agent(&headers),
    };
    // The password's work is done among the blocking work, so that the pages go on.
    let tried = app.on_cpu(move |app| Ok(app.sign_in(&typed))).await?;
    let (status, message, asks_code) = match tried {
        Ok(token) => return Ok(with_cookie(Redirect::to(&next), &token, origin.is_secure)),
        Err(SignInError::Internal(error)) => return Err(WebError::Internal(error)),
        Err(error @ SignInError::Locked(_)) => {
            (StatusCode::TOO_MANY_REQUESTS, error.to_string(), false)
        }
        Err(error @ (SignInError::Code | SignInError::WrongCode)) => {
            (StatusCode::UNAUTHORIZED, error.to_string(), true)
        }
        Err(error @ SignInError::Wrong) => (StatusCode::UNAUTHORIZED, error.to_string(), false),
    };
    let page = LoginPage {
        frame: Frame::bare(),
        bureau: app.config.settings.bureau.name.clone(),
        next,
        name: form.name,
        message,
        asks_code,
        has_no_users: false,
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub async fn sign_out(
    State(app): Shared,
    Who(visitor): Who,
    From(origin): From,
) -> Result<Response, WebError> {
    app.on_cpu(move |app| {
        app.store.end_session(&visitor.session)?;
        app.audit(&visitor, AuditAction::SignOut, "", "退出")
    })
    .await?;
    let mut response = Redirect::to("/login").into_response();
    cookie::take_back(&mut response, origin.is_secure);
    Ok(response)
}

pub async fn welcome(
    State(app): Shared,
    From(origin): From,
    Path(secret): Path<String>,
) -> Result<Html<String>, WebError> {
    if !origin.is_private() {
        return Err(WebError::Insecure);
    }
    let known = secret.clone();
    let link = app
        .on_cpu(move |app| app.link(LinkPurpose::First, &known))
        .await?;
    link.ok_or_else(used_up)?;
    let page = WelcomePage {
        frame: Frame::bare(),
        bureau: app.config.settings.bureau.name.clone(),
        secret,
        name: String::new(),
        display: String::new(),
        message: String::new(),
    };
    Ok(Html(page.render()?))
}

/// Makes the first administrator, who is signed in at once.
pub async fn begin(
    State(app): Shared,
    From(origin): From,
    headers: HeaderMap,
    Path(secret): Path<String>,
    Form(form): Form<WelcomeForm>,
) -> Result<Response, WebError> {
    if !origin.is_private() {
        return Err(WebError::Insecure);
    }
    let (known, agent) = (secret.clone(), agent(&headers));
    let address = origin.address.clone();
    let typed = (form.name.clone(), form.display.clone());
    let made = app
        .on_cpu(move |app| {
            if app.link(LinkPurpose::First, &known)?.is_none() {
                return Ok(Err(used_up()));
            }
            if form.password != form.again {
                return Ok(Err(WebError::Wrong("两次输入的口令不同".to_owned())));
            }
            let roles: &[Role] = match form.also_edits.is_empty() {
                true => &[Role::Admin],
                false => &[Role::Admin, Role::Editor, Role::Chief],
            };
            let added = app.add_user(&form.name, &form.display, roles, Some(&form.password));
            let user = match added {
                Ok(user) => user,
                Err(error) => return Ok(Err(WebError::Wrong(error.to_string()))),
            };
            if !app.use_link(&known)? {
                // Somebody used it in the same moment: there is one first administrator.
                app.store.set_disabled(user.id, Some(app.now()))?;
                return Ok(Err(used_up()));
            }
            let how = "用一次性链接建立首位管理员";
            Ok(Ok(app.begin(&user, &address, &agent, how)?))
        })
        .await?;
    match made {
        Ok(token) => Ok(with_cookie(Redirect::to("/"), &token, origin.is_secure)),
        Err(WebError::Wrong(message)) => {
            let page = WelcomePage {
                frame: Frame::bare(),
                bureau: app.config.settings.bureau.name.clone(),
                secret,
                name: typed.0,
                display: typed.1,
                message,
            };
            Ok((StatusCode::BAD_REQUEST, Html(page.render()?)).into_response())
        }
        Err(other) => Err(other),
    }
}

/// Lets a visitor of the demo in; the link stays good while the demo's data are there.
pub async fn enter(
    State(app): Shared,
    From(origin): From,
    headers: HeaderMap,
    Path(secret): Path<String>,
) -> Result<Response, WebError> {
    if !origin.is_private() {
        return Err(WebError::Insecure);
    }
    let (address, agent) = (origin.address.clone(), agent(&headers));
    let token = app
        .on_cpu(move |app| {
            let link = app.link(LinkPurpose::Demo, &secret)?.flatten();
            let Some(known) = link.map(|user| app.store.user(user)).transpose()?.flatten() else {
                return Ok(None);
            };
            app.begin(&known.user, &address, &agent, "演示链接")
                .map(Some)
        })
        .await?
        .ok_or_else(used_up)?;
    Ok(with_cookie(Redirect::to("/"), &token, origin.is_secure))
}

fn used_up() -> WebError {
    WebError::Wrong(
        "链接已用过或已过期。尚无用户时重新启动程序会给出新链接；已有用户的请找管理员。".to_owned(),
    )
}

/// An answer that hands out a session's cookie.
pub fn with_cookie(answer: impl IntoResponse, token: &str, is_secure: bool) -> Response {
    let mut response = answer.into_response();
    cookie::hand_out(&mut response, token, is_secure);
    response
}

/// The browser's name.
pub fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    agent.unwrap_or_default().to_owned()
}

/// An address of ours; the first page for any other.
fn own_address(next: &str) -> String {
    let is_ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t'])
        && next.is_ascii()
        && !next.starts_with("/login");
    if is_ours {
        next.to_owned()
    } else {
        "/".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::own_address;

    #[test]
    fn the_way_back_stays_with_us() {
        for (next, expected) in [
            ("", "/"),
            ("/search?q=1", "/search?q=1"),
            ("//evil.example/", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example/", "/"),
            ("javascript:alert(1)", "/"),
            ("/login?next=/login", "/"),
            ("/a\r\nSet-Cookie: x=1", "/"),
        ] {
            assert_eq!(own_address(next), expected, "{next}");
        }
    }
}
