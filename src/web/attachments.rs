//! `/attachments/{id}`: pictures and PDF handed in. Nothing can be masked in them: who looks needs what the words before
//! masking need, and a line of the audit is left.

use super::Shared;
use super::error::WebError;
use super::layout::minute;
use super::visitor::Who;
use crate::app::App;
use crate::model::{AttachedTo, AttachmentId, AuditAction, Permission};
use crate::pipeline::{is_entitled_by_role, read_attachment};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use url::form_urlencoded::byte_serialize;

/// A line of `attachments.html`.
pub struct AttachmentLine {
    /// Row id.
    pub id: i64,
    /// What the file was called.
    pub name: String,
    /// `PNG图片，120KB`.
    pub what: String,
    /// `李芳　2017-04-14 09:30`.
    pub by: String,
}

/// Attachments of a post or a case, as a page lists them.
///
/// # Errors
/// The database refuses.
pub fn lines(app: &App, to: AttachedTo) -> anyhow::Result<Vec<AttachmentLine>> {
    let attachments = app.store.attachments_of(to)?.into_iter();
    let line = attachments.map(|attachment| {
        let file = attachment.file;
        AttachmentLine {
            id: attachment.id.0,
            name: file.name,
            what: format!(
                "{}，{}KB",
                file.kind.label(),
                file.byte_count.div_ceil(1024)
            ),
            by: format!("{}　{}", file.by, minute(Some(attachment.added_at))),
        }
    });
    Ok(line.collect())
}

pub async fn file(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id: i64 = id.parse().map_err(|_| WebError::NotFound)?;
    let found = app
        .on_cpu(move |app| {
            if !is_entitled_by_role(app, visitor.by()) {
                let detail = "不在可查看原文的名单（privacy.may_see_originals）中";
                app.audit(
                    &visitor,
                    AuditAction::Refused,
                    &format!("附件#{id}"),
                    detail,
                )?;
                return Ok(Err(WebError::Forbidden(Permission::Unmask)));
            }
            let found = read_attachment(app, AttachmentId(id))?;
            if let Some((attachment, _)) = &found {
                let of = match attachment.to {
                    AttachedTo::Post(post) => format!("信息#{}", post.0),
                    AttachedTo::Case(case) => format!("办理件#{}", case.0),
                };
                let detail = format!("查看{of}的附件“{}”", attachment.file.name);
                app.audit(
                    &visitor,
                    AuditAction::Unmask,
                    &format!("附件#{id}"),
                    &detail,
                )?;
            }
            Ok(Ok(found))
        })
        .await??;
    let (attachment, bytes) = found.ok_or(WebError::NotFound)?;
    let kind = attachment.file.kind;
    let way = if kind.is_picture() {
        "inline"
    } else {
        "attachment"
    };
    // Form encoding writes a blank as `+`, which an extended name would show.
    let name: String = byte_serialize(attachment.file.name.as_bytes()).collect();
    let name = name.replace('+', "%20").replace('*', "%2A");
    let headers = [
        (header::CONTENT_TYPE, kind.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("{way}; filename=\"attachment-{id}.{kind}\"; filename*=UTF-8''{name}"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox; frame-ancestors 'none'".to_owned(),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
