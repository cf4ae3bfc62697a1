//! 投递 of a signed issue from its page: to one more recipient, again, or known to have arrived. The daemon sends.

use super::{path_of, subject_of};
use crate::app::App;
use crate::model::{AuditAction, Delivery, DeliveryId, IssueId, IssueState, Subject, Visitor};
use crate::pipeline::{masked_text, queue_issue};
use crate::store::DeliveryError;
use crate::web::Shared;
use crate::web::deed::done;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::numbered::Numbered;
use crate::web::refused;
use crate::web::visitor::Who;
use crate::web::work::work;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

/// 发送 to a recipient who has not got it yet.
pub async fn send(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let id = IssueId(id);
    let code = fields.required("to", "收件人")?.to_owned();
    let sentence = work(&app, move |app| {
        let issue = app.store.issue(id)?.ok_or(WebError::NotFound)?;
        if issue.state != IssueState::Signed {
            let state = issue.state.label();
            return Err(WebError::Conflict(format!(
                "本期现为“{state}”，不能发送，签发后才能发送。"
            )));
        }
        let recipient = app.config.active_recipient(&code).ok_or_else(|| {
            WebError::Wrong("没有这个收件人，或已停用，请刷新后重选。".to_owned())
        })?;
        Ok(match queue_issue(app, &issue, &[code])? {
            0 => format!("{}此前已在投递之列，没有另发。", recipient.name),
            _ => format!("正在发送给{}。", recipient.described()),
        })
    })
    .await?;
    done(
        &app,
        &visitor,
        AuditAction::Send,
        subject_of(id),
        &format!("{}#deliveries", path_of(id)),
        sentence,
    )
    .await
}

/// 重发.
pub async fn resend(
    State(app): Shared,
    Who(visitor): Who,
    Path(path): Path<(String, String)>,
) -> Result<Response, WebError> {
    decide(&app, &visitor, path, |app, delivery, by| {
        app.store.resend_delivery(delivery.id, by, app.now())?;
        Ok("重发")
    })
    .await
}

/// 确认送达.
pub async fn confirm(
    State(app): Shared,
    Who(visitor): Who,
    Path(path): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, WebError> {
    let note = masked_text(fields.required("note", "怎样核实的")?);
    decide(&app, &visitor, path, move |app, delivery, by| {
        app.store
            .confirm_delivery(delivery.id, by, &note, app.now())?;
        Ok("确认送达")
    })
    .await
}

async fn decide(
    app: &Arc<App>,
    visitor: &Visitor,
    (issue, delivery): (String, String),
    deed: impl FnOnce(&App, &Delivery, &str) -> Result<&'static str, DeliveryError> + Send + 'static,
) -> Result<Response, WebError> {
    let issue = IssueId(issue.parse().map_err(|_| WebError::NotFound)?);
    let delivery = delivery.parse().map_err(|_| WebError::NotFound)?;
    let by = visitor.by().to_owned();
    let sentence = work(app, move |app| {
        // Of this issue, not of another one.
        let known = app.store.delivery(DeliveryId(delivery))?;
        let known = known.filter(|known| known.subject == Subject::Issue(issue));
        let known = known.ok_or(WebError::NotFound)?;
        let what = deed(app, &known, &by).map_err(refused::delivery)?;
        Ok(format!(
            "{what}：{}。",
            recipient_name(app, &known.recipient)
        ))
    })
    .await?;
    done(
        app,
        visitor,
        AuditAction::Send,
        subject_of(issue),
        &format!("{}#deliveries", path_of(issue)),
        sentence,
    )
    .await
}

/// How people call a recipient; the code where it is gone from the file.
pub fn recipient_name(app: &App, code: &str) -> String {
    let mut all = app.config.recipients.iter();
    let known = all.find(|known| known.id == code);
    known.map_or_else(
        || format!("{code}（配置里已没有）"),
        |known| match known.is_active {
            true => known.described(),
            false => format!("{}，已停用", known.described()),
        },
    )
}
