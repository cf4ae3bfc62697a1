//! `/system/users`: who may come in, with which roles. Nobody types a password for somebody else: a link lets the user set
//! one.

use crate::app::{App, LinkPurpose};
use crate::model::{AuditAction, Permission, Role, User, UserId, Visitor};
use crate::web::Shared;
use crate::web::account::{in_session, proven, refused};
use crate::web::deed::done;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::layout::minute;
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "users.html", config = "src/web/askama.toml")]
struct UsersPage {
    frame: Frame,
    users: Vec<UserRow>,
    asks_proof: bool,
}

#[derive(Template)]
#[template(path = "user.html", config = "src/web/askama.toml")]
struct UserPage {
    frame: Frame,
    user: User,
    row: UserRow,
    is_self: bool,
    session_count: usize,
    key_count: usize,
    has_password: bool,
    asks_proof: bool,
}

/// A link, shown once.
#[derive(Template)]
#[template(path = "user_link.html", config = "src/web/askama.toml")]
struct LinkPage {
    frame: Frame,
    id: i64,
    display: String,
    link: String,
}

struct UserRow {
    id: i64,
    name: String,
    display: String,
    roles: String,
    state: &'static str,
    mark: &'static str,
    /// Minutes a name still waits after wrong passwords.
    locked: Option<i64>,
    totp: &'static str,
    seen: String,
}

impl UserRow {
    fn of(app: &App, user: &User) -> anyhow::Result<UserRow> {
        let (state, mark) = match user.is_disabled {
            true => ("停用", "off"),
            false => ("在用", "ok"),
        };
        Ok(UserRow {
            id: user.id.0,
            name: user.name.clone(),
            display: user.display.clone(),
            roles: labels(&user.roles),
            state,
            mark,
            locked: app.lockout(&user.name)?.map(|lockout| lockout.minutes),
            totp: if user.has_totp { "启用" } else { "未启用" },
            seen: minute(user.last_sign_in_at),
        })
    }
}

impl UsersPage {
    fn roles(&self) -> &'static [Role] {
        Role::ALL
    }
}

impl UserPage {
    fn roles(&self) -> &'static [Role] {
        Role::ALL
    }
}

pub async fn list(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let users = app.store.users()?;
            let rows = users.iter().map(|user| UserRow::of(app, user));
            Ok(UsersPage {
                users: rows.collect::<anyhow::Result<_>>()?,
                asks_proof: app.asks_proof(&visitor)?,
                frame: Frame::of(app, &visitor, "/system")?,
            })
        })
        .await?;
    Ok(Html(page.render()?))
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let Some(known) = app.store.user(UserId(id))? else {
                return Ok(None);
            };
            let user = known.user;
            let keys = app.store.api_keys_of(user.id)?;
            Ok(Some(UserPage {
                row: UserRow::of(app, &user)?,
                is_self: user.id == visitor.user.id,
                session_count: app.store.sessions_of(user.id, app.now())?.len(),
                key_count: keys.iter().filter(|key| key.revoked_at.is_none()).count(),
                has_password: known.password.is_some(),
                asks_proof: app.asks_proof(&visitor)?,
                frame: Frame::of(app, &visitor, "/system")?,
                user,
            }))
        })
        .await?;
    let page = page.ok_or(WebError::NotFound)?;
    Ok(Html(page.render()?))
}

/// Adds a user, and shows the link for the password this once.
pub async fn add(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    proven(&app, &visitor, &fields).await?;
    let name = fields.required("name", "登录名")?.to_owned();
    let display = fields.required("display", "姓名")?.to_owned();
    let roles = roles(&fields)?;
    let who = visitor.clone();
    let added = app
        .on_cpu(move |app| {
            let user = app.add_user(&name, &display, &roles, None)?;
            let what = format!("新增，姓名{}，角色{}", user.display, labels(&user.roles));
            app.audit(&who, AuditAction::User, &subject(&user), &what)?;
            Ok(user)
        })
        .await;
    let user = added.map_err(refused)?;
    link(&app, visitor, user).await
}

/// Another link for the password; older ones are good for nothing more.
pub async fn password(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, WebError> {
    proven(&app, &visitor, &fields).await?;
    let user = known(&app, id).await?;
    if user.is_disabled {
        return Err(WebError::Conflict("该用户已停用，请先启用。".to_owned()));
    }
    link(&app, visitor, user).await
}

async fn link(app: &Arc<App>, visitor: Visitor, user: User) -> Result<Response, WebError> {
    let (id, display) = (user.id.0, user.display.clone());
    let (secret, frame) = app
        .on_cpu(move |app| {
            let secret = app.new_link(LinkPurpose::Password, Some(user.id))?;
            let what = "给出设口令的一次性链接";
            app.audit(&visitor, AuditAction::User, &subject(&user), what)?;
            Ok((secret, Frame::of(app, &visitor, "/system")?))
        })
        .await?;
    let page = LinkPage {
        frame,
        id,
        display,
        link: format!("{}/password/{secret}", app.config.settings.web.address()),
    };
    Ok(Html(page.render()?).into_response())
}

/// 姓名 and roles.
pub async fn change(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, WebError> {
    proven(&app, &visitor, &fields).await?;
    let user = known(&app, id).await?;
    let display = fields.required("display", "姓名")?.to_owned();
    let roles = roles(&fields)?;
    let said = format!("{}改为姓名{display}，角色{}。", user.name, labels(&roles));
    let is_still_ours = user.id != visitor.user.id || may_administer(&roles);
    let subject = subject(&user);
    let changed = app
        .on_cpu(move |app| app.change_user(&user, &display, &roles))
        .await;
    changed.map_err(refused)?;
    let path = format!("/system/users/{id}");
    let path = if is_still_ours { path.as_str() } else { "/" };
    done(&app, &visitor, AuditAction::User, subject, path, said).await
}

/// Off and on.
pub async fn state(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, WebError> {
    proven(&app, &visitor, &fields).await?;
    let user = known(&app, id).await?;
    let is_off = match fields.required("to", "停用或启用")? {
        "off" => true,
        "on" => false,
        _ => return Err(WebError::Wrong("请选择停用或启用".to_owned())),
    };
    if is_off && user.id == visitor.user.id {
        let said = "不能停用自己，请另一名管理员来做。";
        return Err(WebError::Conflict(said.to_owned()));
    }
    let said = match is_off {
        true => format!("用户{}已停用，其登录和接口密钥一并作废。", user.name),
        false => format!("用户{}已启用。", user.name),
    };
    let subject = subject(&user);
    let changed = app
        .on_cpu(move |app| {
            let disabled = is_off.then(|| app.now());
            app.store.set_disabled(user.id, disabled)
        })
        .await;
    changed.map_err(refused)?;
    let path = format!("/system/users/{id}");
    done(&app, &visitor, AuditAction::User, subject, &path, said).await
}

/// Wrong passwords are forgotten.
pub async fn unlock(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<i64>,
) -> Result<Response, WebError> {
    in_session(&app, &visitor).await?;
    let user = known(&app, id).await?;
    let (said, subject) = (format!("用户{}已解除锁定。", user.name), subject(&user));
    app.on_cpu(move |app| app.unlock(&user)).await?;
    let path = format!("/system/users/{id}");
    done(&app, &visitor, AuditAction::User, subject, &path, said).await
}

/// Out of every device.
pub async fn sign_out(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<i64>,
) -> Result<Response, WebError> {
    in_session(&app, &visitor).await?;
    let user = known(&app, id).await?;
    let subject = subject(&user);
    let count = app
        .on_cpu(move |app| app.store.end_sessions(user.id))
        .await?;
    let said = format!("已退出{subject}的{count}处登录。");
    let path = format!("/system/users/{id}");
    done(&app, &visitor, AuditAction::User, subject, &path, said).await
}

/// Takes 动态口令 away from somebody whose phone is gone.
pub async fn end_totp(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, WebError> {
    proven(&app, &visitor, &fields).await?;
    let user = known(&app, id).await?;
    let subject = subject(&user);
    let said = format!("用户{}的动态口令已停用。", user.name);
    app.on_cpu(move |app| app.store.set_totp(user.id, None))
        .await?;
    let path = format!("/system/users/{id}");
    done(&app, &visitor, AuditAction::User, subject, &path, said).await
}

async fn known(app: &Arc<App>, id: i64) -> Result<User, WebError> {
    let known = app.on_cpu(move |app| app.store.user(UserId(id))).await?;
    known.map(|known| known.user).ok_or(WebError::NotFound)
}

fn roles(fields: &Fields) -> Result<Vec<Role>, WebError> {
    let mut roles = Vec::new();
    for code in fields.all("role") {
        let role = code.parse::<Role>();
        let role = role.map_err(|error| WebError::Wrong(format!("角色：{error}")))?;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    Ok(roles)
}

fn may_administer(roles: &[Role]) -> bool {
    let needed = Permission::Administer;
    roles
        .iter()
        .any(|role| role.permissions().contains(&needed))
}

fn subject(user: &User) -> String {
    format!("用户{}", user.name)
}

fn labels(roles: &[Role]) -> String {
    let labels: Vec<&str> = roles.iter().map(|role| role.label()).collect();
    labels.join("、")
}
