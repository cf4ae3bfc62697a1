//! 审核、退回、签发、作废、零报告 from the page of an issue. A reviewer decides on the revision that was shown.

use super::{digest_of, path_of, seen, subject_of};
use crate::app::App;
use crate::digest::layout::number_line;
use crate::model::{AuditAction, Issue, IssueId, Visitor};
use crate::pipeline::{freeze_now_or_later, masked_text};
use crate::store::SignError;
use crate::web::Shared;
use crate::web::deed::done;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::numbered::Numbered;
use crate::web::refused;
use crate::web::visitor::Who;
use crate::web::work::work;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

/// 审核.
pub async fn approve(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let action = AuditAction::Approve;
    step(&app, &visitor, id, &fields, action, |app, issue, by| {
        app.store.approve_issue(issue.id, by, app.now())?;
        Ok("已审核通过，可以签发。".to_owned())
    })
    .await
}

/// 退回.
pub async fn take_back(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let reason = masked_text(fields.required("reason", "退回原因")?);
    let action = AuditAction::Approve;
    step(
        &app,
        &visitor,
        id,
        &fields,
        action,
        move |app, issue, by| {
            app.store.return_issue(issue.id, by, &reason, app.now())?;
            Ok(format!("已退回修改：{reason}。"))
        },
    )
    .await
}

/// 签发: the number comes first, in a transaction of its own; a rendition that is not made now is made by the daemon or
/// when it is asked for.
pub async fn sign(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let action = AuditAction::Sign;
    step(&app, &visitor, id, &fields, action, |app, issue, by| {
        let recipients = digest_of(app, issue).map_or(&[][..], |digest| &digest.recipients);
        app.store.sign_issue(issue.id, by, recipients, app.now())?;
        freeze_now_or_later(app, issue.id);
        let signed = app.store.issue(issue.id)?;
        let number = signed.as_ref().map(number_line).unwrap_or_default();
        let hands = match signed.and_then(|issue| issue.signed) {
            Some(signed) if signed.approver == signed.by => "审核与签发为同一人。",
            _ => "",
        };
        Ok(match recipients.len() {
            0 => format!("已签发：{number}。{hands}本刊没有设收件人，没有发送。"),
            count => format!("已签发：{number}。{hands}正在发送给{count}个收件人。"),
        })
    })
    .await
}

/// 作废.
pub async fn void(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let reason = masked_text(fields.required("reason", "作废原因")?);
    let action = AuditAction::Void;
    step(
        &app,
        &visitor,
        id,
        &fields,
        action,
        move |app, issue, by| {
            app.store.void_issue(issue.id, by, &reason, app.now())?;
            Ok(format!("已作废：{reason}。"))
        },
    )
    .await
}

/// 登记零报告.
pub async fn register_zero(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let action = AuditAction::Draft;
    step(&app, &visitor, id, &fields, action, |app, issue, by| {
        app.store.zero_issue(issue.id, by, app.now())?;
        Ok("已登记零报告，不占期号。".to_owned())
    })
    .await
}

async fn step(
    app: &Arc<App>,
    visitor: &Visitor,
    id: i64,
    fields: &Fields,
    action: AuditAction,
    take: impl FnOnce(&App, &Issue, &str) -> Result<String, SignError> + Send + 'static,
) -> Result<Response, WebError> {
    let id = IssueId(id);
    let seen = seen(fields)?;
    let by = visitor.by().to_owned();
    let sentence = work(app, move |app| {
        let issue = app.store.issue(id)?.ok_or(WebError::NotFound)?;
        if issue.revision != seen {
            return Err(WebError::Conflict(format!(
                "在您打开之后，本期又改过（现为第{}次修订），没有办理；请返回、刷新，看过再办。",
                issue.revision
            )));
        }
        take(app, &issue, &by).map_err(refused::step)
    })
    .await?;
    done(app, visitor, action, subject_of(id), &path_of(id), sentence).await
}
