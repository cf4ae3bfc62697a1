//! `/api/v1/cases`: as `yuqing case`; moments are RFC 3339.

use super::asked::{Asked, Told};
use super::{Shared, WebError, page, refused, work};
use crate::app::App;
use crate::case::span_in_words;
use crate::model::{
    AuditAction, AuditSubject, CaseField, CaseFile, CaseId, CaseKind, CaseMove, CaseState, EventId,
    PostId, Urgency, Visitor,
};
use crate::pipeline::{CaseOrder, DueSaid, masked_text, masked_words, register_case};
use crate::report::{CaseDetail, CaseRow};
use crate::store::{CaseAct, Passage};
use crate::web::numbered::Numbered;
use crate::web::visitor::Who;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// 环节.
    state: Option<String>,
    /// 种类: transfer emergency.
    kind: Option<String>,
    /// 只列超期的.
    overdue: Option<bool>,
    /// 只列未办结的.
    open: Option<bool>,
    /// 最多几件，默认100，至多1000.
    limit: Option<usize>,
    /// 跳过几件.
    offset: Option<usize>,
}

/// 登记.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// 种类，默认转办.
    kind: Option<CaseKind>,
    /// 来文单位.
    from: Option<String>,
    /// 文号.
    document_no: Option<String>,
    /// 缓急.
    urgency: Option<Urgency>,
    /// 事由.
    title: Option<String>,
    /// 来文内容.
    text: Option<String>,
    /// 原文链接.
    original_link: Option<String>,
    /// 收文附件名.
    attachment: Option<String>,
    /// 收文时间，默认现在.
    received_at: Option<DateTime<FixedOffset>>,
    /// 发现时间.
    discovered_at: Option<DateTime<FixedOffset>>,
    /// 发布时间.
    published_at: Option<DateTime<FixedOffset>>,
    /// 时限；与 due_within、due_rule 只写其一.
    due_at: Option<DateTime<FixedOffset>>,
    /// 时限，如 3个工作日、24小时内.
    due_within: Option<String>,
    /// 时限规则代号.
    due_rule: Option<String>,
    /// 办理栏.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: BTreeMap<CaseField, String>,
    /// 关联信息.
    #[serde(default)]
    posts: Vec<i64>,
    /// 关联事件.
    #[serde(default)]
    events: Vec<i64>,
}

/// 转到下一环节.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// 环节，默认下一环节.
    to: Option<CaseState>,
    /// 本环节意见.
    #[serde(default)]
    note: String,
    /// 略过中间环节或退回的原因.
    reason: Option<String>,
    /// 办理栏.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: BTreeMap<CaseField, String>,
    /// 实际办理时间，默认现在.
    at: Option<DateTime<FixedOffset>>,
}

/// 归档、办结.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// 略过中间环节的原因.
    reason: Option<String>,
    /// 办理栏；要有办理结果（result）.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: BTreeMap<CaseField, String>,
    /// 实际办理时间，默认现在.
    at: Option<DateTime<FixedOffset>>,
}

/// 办理件, the first due first.
#[utoipa::path(get, path = "/api/v1/cases", tag = "办理", params(Wanted), responses((status = 200, body = Vec<CaseRow>)))]
pub async fn list(
    State(app): Shared,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Value>, WebError> {
    let wrong = |unknown: crate::model::UnknownCode| WebError::Wrong(unknown.to_string());
    let state = wanted.state.as_deref().map(str::parse::<CaseState>);
    let state = state.transpose().map_err(wrong)?;
    let kind = wanted.kind.as_deref().map(str::parse::<CaseKind>);
    let kind = kind.transpose().map_err(wrong)?;
    let rows = work(&app, move |app| {
        let now = app.now();
        let mut cases = app.store.cases()?;
        cases.retain(|case| {
            state.is_none_or(|state| case.state == state)
                && kind.is_none_or(|kind| case.form.kind == kind)
                && (wanted.overdue != Some(true) || case.is_overdue(now))
                && (wanted.open != Some(true) || case.closed_at.is_none())
        });
        let cases = page(cases, wanted.limit, wanted.offset);
        let rows: Vec<CaseRow<'_>> = cases.iter().map(|case| CaseRow::of(case, now)).collect();
        Ok(serde_json::to_value(rows)?)
    });
    Ok(Json(rows.await?))
}

/// 办理件 of an id.
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "办理", params(("id" = i64, Path, description = "办理件编号")), responses((status = 200, body = CaseDetail)))]
pub async fn show(State(app): Shared, Numbered(id): Numbered) -> Result<Json<Value>, WebError> {
    let detail = work(&app, move |app| detail(app, CaseId(id)));
    Ok(Json(detail.await?))
}

/// 登记.
#[utoipa::path(post, path = "/api/v1/cases", tag = "办理", request_body = Register, responses((status = 200, body = CaseDetail)))]
pub async fn add(
    State(app): Shared,
    Who(visitor): Who,
    Told(said): Told<Register>,
) -> Result<Json<Value>, WebError> {
    let detail = work(&app, move |app| {
        let order = order(said)?;
        let id = register_case(app, order, visitor.by()).map_err(refused::case)?;
        let subject = AuditSubject::Case.numbered(id.0);
        app.audit(&visitor, AuditAction::Case, &subject, "登记")?;
        detail(app, id)
    });
    Ok(Json(detail.await?))
}

fn order(said: Register) -> Result<CaseOrder, WebError> {
    Ok(CaseOrder {
        due: due(&said)?,
        kind: said.kind,
        from_org: said.from,
        document_no: said.document_no,
        urgency: said.urgency,
        title: said.title,
        text: said.text,
        original_link: said.original_link,
        attachment: said.attachment,
        received_at: said.received_at,
        discovered_at: said.discovered_at,
        published_at: said.published_at,
        notes: said.fields.into_iter().collect(),
        posts: said.posts.into_iter().map(PostId).collect(),
        events: said.events.into_iter().map(EventId).collect(),
    })
}

fn due(said: &Register) -> Result<Option<DueSaid>, WebError> {
    match (&said.due_at, &said.due_within, &said.due_rule) {
        (None, None, None) => Ok(None),
        (Some(at), None, None) => Ok(Some(DueSaid::At(*at))),
        (None, Some(words), None) => match span_in_words(words) {
            Some(span) => Ok(Some(DueSaid::Within(span))),
            None => Err(WebError::Wrong(format!(
                "时限“{words}”看不懂，应写作 3个工作日、24小时内"
            ))),
        },
        (None, None, Some(rule)) => Ok(Some(DueSaid::Rule(rule.clone()))),
        _ => Err(WebError::Wrong(
            "due_at、due_within、due_rule 只写其一".to_owned(),
        )),
    }
}

/// 转到下一环节; over steps or back with a reason.
#[utoipa::path(post, path = "/api/v1/cases/{id}/advance", tag = "办理", params(("id" = i64, Path, description = "办理件编号")), request_body = Advance, responses((status = 200, body = CaseDetail)))]
pub async fn advance(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(said): Told<Advance>,
) -> Result<Json<Value>, WebError> {
    pass(&app, visitor, id, move |file| {
        let case = &file.case;
        let to = said.to.or(case.state.next()).ok_or_else(|| {
            let state = case.state.label();
            WebError::Wrong(format!("已在最后环节“{state}”；退回请写 to 和 reason"))
        })?;
        let reason = said.reason.as_deref().map(masked_text);
        let passage = Passage {
            seen: case.state,
            to,
            note: masked_text(&said.note),
            reason: reason.filter(|reason| !reason.is_empty()),
            words: masked_words(said.fields.into_iter().collect()),
        };
        Ok((passage, said.at))
    })
    .await
}

/// 归档、办结, with a result.
#[utoipa::path(post, path = "/api/v1/cases/{id}/close", tag = "办理", params(("id" = i64, Path, description = "办理件编号")), request_body = Close, responses((status = 200, body = CaseDetail)))]
pub async fn close(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(said): Told<Close>,
) -> Result<Json<Value>, WebError> {
    pass(&app, visitor, id, move |file| {
        let case = &file.case;
        let result = said.fields.get(&CaseField::Result);
        let is_said = result.is_some_and(|result| !result.trim().is_empty());
        if !is_said && case.note(CaseField::Result).is_empty() {
            return Err(WebError::Wrong(
                "没有办理结果，不能归档、办结；请在 fields.result 里写明".to_owned(),
            ));
        }
        let reason = said.reason.as_deref().map(masked_text);
        let passage = Passage {
            seen: case.state,
            to: case.form.kind.closing(),
            note: String::new(),
            reason: reason.filter(|reason| !reason.is_empty()),
            words: masked_words(said.fields.into_iter().collect()),
        };
        Ok((passage, said.at))
    })
    .await
}

type Moved = (Passage, Option<DateTime<FixedOffset>>);

async fn pass(
    app: &Arc<App>,
    visitor: Visitor,
    id: i64,
    asked: impl FnOnce(&CaseFile) -> Result<Moved, WebError> + Send + 'static,
) -> Result<Json<Value>, WebError> {
    let detail = work(app, move |app| {
        let id = CaseId(id);
        let file = app.store.case_file(id)?.ok_or(WebError::NotFound)?;
        let (passage, at) = asked(&file)?;
        let now = app.now();
        if at.is_some_and(|at| at > now) {
            return Err(WebError::Wrong("办理时间（at）不能晚于现在".to_owned()));
        }
        // A clock that was set back must not stop the work.
        let last = file.steps.last().map_or(now, |step| step.at.max(now));
        let deed = CaseAct {
            by: visitor.by().to_owned(),
            at: at.unwrap_or(last),
            now,
        };
        app.store
            .move_case(id, &passage, &deed)
            .map_err(refused::case)?;
        let skipped = match file.case.state.move_to(passage.to) {
            Some(CaseMove::Over(_)) => "，略过中间环节",
            _ => "",
        };
        let subject = AuditSubject::Case.numbered(id.0);
        let said = format!("转到“{}”{skipped}", passage.to.label());
        app.audit(&visitor, AuditAction::Case, &subject, &said)?;
        detail(app, id)
    });
    Ok(Json(detail.await?))
}

fn detail(app: &App, id: CaseId) -> Result<Value, WebError> {
    let file = app.store.case_file(id)?.ok_or(WebError::NotFound)?;
    Ok(serde_json::to_value(CaseDetail::of(app, &file, None)?)?)
}
