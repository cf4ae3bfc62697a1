//! `/api/v1/issues`: as `yuqing issue`; what is signed is frozen and goes out byte for byte.

use super::asked::{Asked, Told};
use super::{Shared, WebError, bounded, refused, work};
use crate::app::App;
use crate::digest::DigestSettings;
use crate::index::Query;
use crate::model::{
    AuditAction, AuditSubject, DigestKind, EventId, Issue, IssueId, IssueState, PostId, Visitor,
};
use crate::pipeline::{
    Drafted, MatterId, SpecialOrder, draft_express, draft_now, draft_special, draft_supplement,
    freeze_now_or_later, masked_text, process_all,
};
use crate::report::{IssueRow, issue_document};
use crate::store::{IssueFilter, SignError};
use crate::web::issues;
use crate::web::numbered::Numbered;
use crate::web::visitor::Who;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// draft approved signed void.
    state: Option<String>,
    /// 刊物代号.
    digest: Option<String>,
    /// 最多几期，默认100，至多1000.
    limit: Option<usize>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct File {
    /// html docx pdf txt md json brief clips.
    format: String,
}

/// 起草.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// 刊物代号，默认第一种.
    digest: Option<String>,
    /// 增刊.
    #[serde(default)]
    supplement: bool,
    /// 快报所述事件.
    event: Option<i64>,
    /// 快报所述信息.
    post: Option<i64>,
    /// 终报.
    #[serde(default, rename = "final")]
    is_final: bool,
    /// 专题报告所述专题的代号；专题报告写 watch、query、topic、event 之一.
    watch: Option<String>,
    /// 专题报告所用检索式.
    query: Option<String>,
    /// 专题报告所述主题的代号.
    topic: Option<String>,
    /// 专题报告起始日，如 2017-04-01；默认截止日前30天.
    from: Option<String>,
    /// 专题报告截止日（含），默认昨天.
    to: Option<String>,
    /// 专题报告的名称.
    name: Option<String>,
}

/// 原因.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// 记入审签记录.
    reason: String,
    /// 看过的是第几次修订（revision）；写了而本期已改过的，不办理，回 409.
    revision: Option<u32>,
}

/// 审签.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// 看过的是第几次修订（revision）；写了而本期已改过的，不办理，回 409.
    revision: Option<u32>,
}

/// 各期, the latest first.
#[utoipa::path(get, path = "/api/v1/issues", tag = "刊物", params(Wanted), responses((status = 200, body = Vec<IssueRow>)))]
pub async fn list(
    State(app): Shared,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Vec<IssueRow>>, WebError> {
    let state = wanted.state.as_deref().map(str::parse::<IssueState>);
    let state = state
        .transpose()
        .map_err(|unknown| WebError::Wrong(unknown.to_string()))?;
    let rows = app.on_cpu(move |app| {
        let issues = app.store.issues(IssueFilter {
            state,
            digest: wanted.digest,
            limit: bounded(wanted.limit),
        })?;
        issues
            .into_iter()
            .map(|issue| IssueRow::of(app, issue))
            .collect()
    });
    Ok(Json(rows.await?))
}

/// 一期.
#[utoipa::path(get, path = "/api/v1/issues/{id}", tag = "刊物", params(("id" = i64, Path, description = "稿号")), responses((status = 200, body = Value)))]
pub async fn show(State(app): Shared, Numbered(id): Numbered) -> Result<Json<Value>, WebError> {
    let document = work(&app, move |app| document(app, IssueId(id), ""));
    Ok(Json(document.await?))
}

/// 成品.
#[utoipa::path(get, path = "/api/v1/issues/{id}/export", tag = "刊物", params(("id" = i64, Path, description = "稿号"), File), responses((status = 200, description = "文件", content_type = "application/octet-stream", body = Vec<u8>)))]
pub async fn export(
    state: Shared,
    who: Who,
    id: Numbered,
    Asked(file): Asked<File>,
) -> Result<Response, WebError> {
    let format = issues::ExportParameters::of(file.format);
    issues::export(state, who, id, axum::extract::Query(format)).await
}

/// 起草 of 专报, 增刊 or 快报.
#[utoipa::path(post, path = "/api/v1/issues", tag = "刊物", request_body = Draft, responses((status = 200, body = Value)))]
pub async fn draft(
    State(app): Shared,
    Who(visitor): Who,
    Told(order): Told<Draft>,
) -> Result<Json<Value>, WebError> {
    let wanted = order.digest.as_deref();
    let mut digests = app.config.digests.iter();
    let digest = digests.find(|digest| wanted.is_none_or(|code| digest.code == code));
    let digest = digest.ok_or_else(|| WebError::Wrong("没有这种刊物".to_owned()))?;
    let matter = matter(digest, &order)?;
    let special = match digest.kind {
        DigestKind::Special => Some(special(&app, &order).await?),
        _ => None,
    };
    app.on_cpu(process_all).await?;
    let by = visitor.by();
    let drafted = match (matter, special) {
        (_, Some(special)) => draft_special(&app, digest, special, by).await,
        (Some(matter), None) => draft_express(&app, digest, matter, order.is_final, by).await,
        (None, None) if order.supplement => draft_supplement(&app, digest, by).await,
        (None, None) => Ok(draft_now(&app, digest, by).await?),
    };
    let drafted = drafted.map_err(refused::draft)?;
    let document = work(&app, move |app| match drafted {
        Drafted::Issue { id, is_new, .. } => {
            if is_new {
                let subject = AuditSubject::Issue.numbered(id.0);
                app.audit(&visitor, AuditAction::Draft, &subject, "起草")?;
            }
            document(
                app,
                id,
                if is_new {
                    ""
                } else {
                    "这是早先的稿件，没有另行起草"
                },
            )
        }
        Drafted::Zero { digest, period } => {
            Ok(json!({"digest": digest, "period": period, "zero_report": true}))
        }
        Drafted::Nothing { period } => Ok(json!({"period": period, "zero_report": false})),
    });
    Ok(Json(document.await?))
}

/// What a 快报 is about; nothing for what appears by a period.
fn matter(digest: &DigestSettings, order: &Draft) -> Result<Option<MatterId>, WebError> {
    let wrong = |message: &str| Err(WebError::Wrong(message.to_owned()));
    let of_special = [
        &order.watch,
        &order.query,
        &order.topic,
        &order.from,
        &order.to,
        &order.name,
    ];
    if digest.kind != DigestKind::Special && of_special.iter().any(|said| said.is_some()) {
        return wrong("watch、query、topic、from、to、name 只用于专题报告");
    }
    match (digest.kind, order.event, order.post) {
        (DigestKind::Special, _, _) if order.supplement => wrong("专题报告不设增刊"),
        (DigestKind::Special, _, None) if !order.is_final => Ok(None),
        (DigestKind::Special, _, _) => wrong("post、final 用于快报，专题报告不用"),
        (DigestKind::Express, Some(_), Some(_)) => wrong("快报只写 event 或 post 之一"),
        (DigestKind::Express, None, None) => wrong("快报要说明哪件事：event 或 post"),
        (DigestKind::Express, _, _) if order.supplement => wrong("快报不设增刊"),
        (DigestKind::Express, Some(event), None) => Ok(Some(MatterId::Event(EventId(event)))),
        (DigestKind::Express, None, Some(post)) => Ok(Some(MatterId::Post(PostId(post)))),
        (_, None, None) if !order.is_final => Ok(None),
        _ => wrong("event、post、final 只用于快报"),
    }
}

/// 专题报告 about what, of which days.
async fn special(app: &Arc<App>, order: &Draft) -> Result<SpecialOrder, WebError> {
    let day = |said: &Option<String>| {
        let said = said.as_deref().map(Query::read_day).transpose();
        said.map_err(WebError::Wrong)
    };
    let topic = order.topic.as_deref().map(str::parse).transpose();
    let asked = issues::SpecialAsked {
        event: order.event,
        topic: topic.map_err(|_| WebError::Wrong("没有这个主题".to_owned()))?,
        watch: order.watch.clone().unwrap_or_default(),
        query: order.query.clone().unwrap_or_default(),
        from: day(&order.from)?,
        to: day(&order.to)?,
        name: order.name.clone().unwrap_or_default(),
    };
    work(app, move |app| asked.order(app)).await
}

/// 审核.
#[utoipa::path(post, path = "/api/v1/issues/{id}/approve", tag = "刊物", params(("id" = i64, Path, description = "稿号")), request_body = Seen, responses((status = 200, body = Value)))]
pub async fn approve(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(said): Told<Seen>,
) -> Result<Json<Value>, WebError> {
    step(
        &app,
        visitor,
        (id, said.revision),
        AuditAction::Approve,
        "审核",
        |app, id, by| app.store.approve_issue(id, by, app.now()),
    )
    .await
}

/// 退回 to its editors.
#[utoipa::path(post, path = "/api/v1/issues/{id}/return", tag = "刊物", params(("id" = i64, Path, description = "稿号")), request_body = Reason, responses((status = 200, body = Value)))]
pub async fn send_back(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(said): Told<Reason>,
) -> Result<Json<Value>, WebError> {
    let reason = stated(&said)?;
    step(
        &app,
        visitor,
        (id, said.revision),
        AuditAction::Approve,
        "退回",
        move |app, id, by| app.store.return_issue(id, by, &reason, app.now()),
    )
    .await
}

/// 签发: takes the number, freezes what is printed, queues it for its recipients.
#[utoipa::path(post, path = "/api/v1/issues/{id}/sign", tag = "刊物", params(("id" = i64, Path, description = "稿号")), request_body = Seen, responses((status = 200, body = Value)))]
pub async fn sign(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(said): Told<Seen>,
) -> Result<Json<Value>, WebError> {
    step(
        &app,
        visitor,
        (id, said.revision),
        AuditAction::Sign,
        "签发",
        |app, id, by| {
            let issue = app.store.issue(id)?.ok_or(SignError::NotFound(id.0))?;
            let mut digests = app.config.digests.iter();
            let digest = digests.find(|digest| digest.code == issue.content.digest);
            let recipients = digest.map_or(&[] as &[String], |digest| &digest.recipients);
            app.store.sign_issue(id, by, recipients, app.now())?;
            freeze_now_or_later(app, id);
            Ok(())
        },
    )
    .await
}

/// 作废: the number stays taken.
#[utoipa::path(post, path = "/api/v1/issues/{id}/void", tag = "刊物", params(("id" = i64, Path, description = "稿号")), request_body = Reason, responses((status = 200, body = Value)))]
pub async fn void(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(said): Told<Reason>,
) -> Result<Json<Value>, WebError> {
    let reason = stated(&said)?;
    step(
        &app,
        visitor,
        (id, said.revision),
        AuditAction::Void,
        "作废",
        move |app, id, by| app.store.void_issue(id, by, &reason, app.now()),
    )
    .await
}

fn stated(said: &Reason) -> Result<String, WebError> {
    match masked_text(&said.reason) {
        reason if reason.is_empty() => Err(WebError::Wrong("请填写原因（reason）".to_owned())),
        reason => Ok(reason),
    }
}

async fn step(
    app: &Arc<App>,
    visitor: Visitor,
    (id, seen): (i64, Option<u32>),
    action: AuditAction,
    name: &'static str,
    deed: impl FnOnce(&App, IssueId, &str) -> Result<(), SignError> + Send + 'static,
) -> Result<Json<Value>, WebError> {
    let document = work(app, move |app| {
        let issue = IssueId(id);
        let known = app.store.issue(issue)?.ok_or(WebError::NotFound)?;
        if seen.is_some_and(|seen| seen != known.revision) {
            return Err(WebError::Conflict(format!(
                "本期又改过，现为第{}次修订（revision），没有{name}；请重新读过再办",
                known.revision
            )));
        }
        deed(app, issue, visitor.by()).map_err(refused::step)?;
        app.audit(&visitor, action, &AuditSubject::Issue.numbered(id), name)?;
        let hint = match app.store.issue(issue)? {
            Some(known) if is_of_one_hand(&known) => "审核与签发为同一人",
            _ => "",
        };
        document(app, issue, hint)
    });
    Ok(Json(document.await?))
}

fn is_of_one_hand(issue: &Issue) -> bool {
    let signed = issue.signed.as_ref();
    issue.state == IssueState::Signed && signed.is_some_and(|signed| signed.approver == signed.by)
}

pub(super) fn document(app: &App, id: IssueId, hint: &str) -> Result<Value, WebError> {
    let issue = app.store.issue(id)?.ok_or(WebError::NotFound)?;
    Ok(issue_document(app, &issue, hint)?)
}
