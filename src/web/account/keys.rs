//! `/account/keys`: keys of programs and feed readers, each shown once.

use crate::model::{AuditAction, Permission};
use crate::web::Shared;
use crate::web::account::{in_session, labels, proven, refused, subject};
use crate::web::deed::done;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};

#[derive(Template)]
#[template(path = "account_key.html", config = "src/web/askama.toml")]
struct KeyPage {
    frame: Frame,
    name: String,
    scopes: String,
    key: String,
    /// 刊物 and the secret address of its feed; none where the key may more than read.
    feeds: Vec<(String, String)>,
}

/// Makes a key, and shows it this once: a redirect would have to keep it.
pub async fn add(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    proven(&app, &visitor, &fields).await?;
    let name = fields.required("name", "用途")?.to_owned();
    let scopes: Result<Vec<Permission>, _> =
        fields.all("scope").into_iter().map(str::parse).collect();
    let scopes = scopes.map_err(|error| WebError::Wrong(format!("权限：{error}")))?;
    let base = app.config.settings.web.address();
    let (typed, wanted) = (name.clone(), scopes.clone());
    let made = app
        .on_cpu(move |app| {
            let key = app.new_api_key(&visitor, &typed, &wanted)?;
            Ok((key, Frame::of(app, &visitor, "/account")?))
        })
        .await;
    let (key, frame) = made.map_err(refused)?;
    let digests = app.config.digests.iter();
    let digests = digests.filter(|_| scopes == [Permission::Read]);
    let page = KeyPage {
        frame,
        name,
        scopes: labels(&scopes),
        feeds: digests
            .map(|digest| {
                let address = format!("{base}/feed/{}.xml?key={key}", digest.code);
                (digest.title.clone(), address)
            })
            .collect(),
        key,
    };
    Ok(Html(page.render()?).into_response())
}

/// Takes a key of the own back.
pub async fn revoke(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<i64>,
) -> Result<Response, WebError> {
    in_session(&app, &visitor).await?;
    let user = visitor.user.id;
    let is_revoked = app
        .on_cpu(move |app| app.store.revoke_api_key(user, id, app.now()))
        .await?;
    if !is_revoked {
        return Err(WebError::NotFound);
    }
    let said = format!("接口密钥{id}已作废，用它的程序和订阅从现在起不能再读取。");
    let (action, subject) = (AuditAction::User, subject(&visitor));
    done(&app, &visitor, action, subject, "/account", said).await
}
