//! `/posts/{id}/original`, `/posts/{id}/evidence/{n}`: words and pages as published, for those whose role may; written
//! down before anything is shown.

use crate::app::App;
use crate::extract::page_text;
use crate::model::{AuditAction, AuditSubject, Looked, OriginalWords, PostId, Visitor};
use crate::pipeline::{LookError, Looker, masked_text, permit_look_of_role};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::layout::minute;
use crate::web::numbered::Numbered;
use crate::web::visitor::Who;
use crate::web::work::work;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

/// Shorter reasons say nothing.
const MIN_REASON_CHARS: usize = 2;
/// Longer ones are no reasons.
const MAX_REASON_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "original.html", config = "src/web/askama.toml")]
struct OriginalPage {
    frame: Frame,
    id: i64,
    reason: String,
    looked_at: String,
    title: String,
    author: String,
    paragraphs: Vec<String>,
}

/// 查看原文.
pub async fn original(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let id = PostId(id);
    let reason = reason(&fields)?;
    let shown = work(&app, move |app| words(app, &visitor, id, &reason)).await?;
    Ok(Html(shown.render()?).into_response())
}

fn words(app: &App, visitor: &Visitor, id: PostId, reason: &str) -> Result<OriginalPage, WebError> {
    if app.store.post(id)?.is_none() {
        return Err(WebError::NotFound);
    }
    look(app, visitor, id, Looked::Words, reason)?;
    let words: OriginalWords = app.store.original_words(id)?.ok_or_else(|| {
        WebError::Conflict("此信息已被来源删除，原文按期清除；网页存证仍可查看。".to_owned())
    })?;
    Ok(OriginalPage {
        frame: Frame::of(app, visitor, "/")?,
        id: id.0,
        reason: reason.to_owned(),
        looked_at: minute(Some(app.now())),
        author: words.author.unwrap_or_else(|| "未注明".to_owned()),
        title: words.title,
        paragraphs: words.text.lines().map(str::to_owned).collect(),
    })
}

/// 查看存证: the kept page as plain text. It was written by strangers: nothing of it runs or is fetched.
pub async fn evidence(
    State(app): Shared,
    Who(visitor): Who,
    Path((id, number)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, WebError> {
    let id = PostId(id.parse().map_err(|_| WebError::NotFound)?);
    let number: usize = number.parse().map_err(|_| WebError::NotFound)?;
    let reason = reason(&fields)?;
    let page = work(&app, move |app| {
        kept_page(app, &visitor, id, number, &reason)
    })
    .await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox; frame-ancestors 'none'",
        ),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    Ok((headers, page).into_response())
}

fn kept_page(
    app: &App,
    visitor: &Visitor,
    id: PostId,
    number: usize,
    reason: &str,
) -> Result<String, WebError> {
    let kept = app.store.evidence_of(id)?;
    let place = number.checked_sub(1).and_then(|before| kept.get(before));
    let page = place.ok_or(WebError::NotFound)?;
    look(app, visitor, id, Looked::Page, reason)?;
    let record = app.archive.read(&page.place)?;
    let bytes = record.body.len();
    let body = page_text(&record.body, content_type(&record.head));
    Ok(format!(
        "网址：{}\n采集：{}\n字节：{bytes}\n校验：{}\n查看：{}，{}（{reason}）\n\n{}\n\n{body}",
        page.url,
        minute(Some(page.fetched_at)),
        page.place.digest,
        visitor.by(),
        minute(Some(app.now())),
        record.head,
    ))
}

/// Of the headers as they came.
fn content_type(head: &str) -> Option<&str> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-type")
            .then_some(value.trim())
    })
}

/// Written down twice: among the looks at the post, and in the audit.
fn look(
    app: &App,
    visitor: &Visitor,
    id: PostId,
    looked: Looked,
    reason: &str,
) -> Result<(), WebError> {
    let looker = Looker {
        by: visitor.by(),
        reason,
    };
    let subject = AuditSubject::Post.numbered(id.0);
    let permitted = permit_look_of_role(app, id, looked, looker);
    let (action, detail) = match &permitted {
        Ok(()) => (
            AuditAction::Unmask,
            format!("{}：{}", looked.label(), masked_text(reason)),
        ),
        Err(_) => (
            AuditAction::Refused,
            format!("{}：不在授权名单内", looked.label()),
        ),
    };
    app.audit(visitor, action, &subject, &detail)?;
    permitted.map_err(|refusal| match refusal {
        LookError::Store(error) => WebError::Internal(error),
        LookError::NobodyMay | LookError::NotEntitled(_) => WebError::Conflict(
            "单位另有查阅原文的授权名单，您不在其中，本次未显示，已记录。".to_owned(),
        ),
    })
}

fn reason(fields: &Fields) -> Result<String, WebError> {
    let reason = fields.required("reason", "查看事由")?;
    let chars = reason.chars().count();
    if chars < MIN_REASON_CHARS {
        return Err(WebError::Wrong("请写明查看事由。".to_owned()));
    }
    if chars > MAX_REASON_CHARS {
        return Err(WebError::Wrong(format!(
            "查看事由最多{MAX_REASON_CHARS}字，请缩短。"
        )));
    }
    Ok(reason.to_owned())
}
