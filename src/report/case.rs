//! 办理件 in a list, and one with all that was written of it.

use crate::app::App;
use crate::case::CaseReview;
use crate::model::{
    Case, CaseField, CaseFile, CaseId, CaseKind, CaseLinks, CaseNote, CaseState, CaseStep,
    DeadlineSet, DueFlag, FocusMark, Timestamp, Urgency,
};
use crate::pipeline::review_case;
use anyhow::Result;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One line of `yuqing case list`; the first seven keys are the contract's.
#[derive(Serialize, ToSchema)]
pub struct CaseRow<'c> {
    /// Row id.
    #[schema(value_type = i64)]
    pub id: CaseId,
    /// 来文单位.
    pub from: &'c str,
    /// 文号.
    pub document_no: Option<&'c str>,
    /// 收文.
    pub received_at: DateTime<FixedOffset>,
    /// 时限.
    pub due_at: DateTime<FixedOffset>,
    /// 环节.
    pub state: CaseState,
    /// 超期.
    pub overdue: bool,
    /// 种类.
    pub kind: CaseKind,
    /// 环节, for people.
    pub state_label: &'static str,
    /// 缓急.
    pub urgency: Urgency,
    /// 事由.
    pub title: &'c str,
    /// How close the deadline is: `4h`, `1h`, `overdue`.
    pub due_flag: Option<DueFlag>,
    /// Id of the rule behind the deadline.
    pub due_rule: Option<&'c str>,
    /// 依据.
    pub due_basis: &'c str,
    /// What to know of the deadline.
    pub due_note: &'c str,
    /// 承办处室.
    pub office: &'c str,
    /// 承办人.
    pub handler: &'c str,
    /// 反馈.
    pub feedback_at: Option<DateTime<FixedOffset>>,
    /// 归档、办结.
    pub closed_at: Option<DateTime<FixedOffset>>,
}

/// `yuqing case show`.
#[derive(Serialize, ToSchema)]
pub struct CaseDetail<'c> {
    /// The row.
    #[serde(flatten)]
    pub row: CaseRow<'c>,
    /// 来文内容.
    pub text: &'c str,
    /// 原文链接.
    pub original_link: Option<&'c str>,
    /// 收文附件.
    pub attachment: Option<&'c str>,
    /// 发现时间.
    pub discovered_at: Option<DateTime<FixedOffset>>,
    /// 发布时间.
    pub published_at: Option<DateTime<FixedOffset>>,
    /// 登记.
    pub registered_at: DateTime<FixedOffset>,
    /// 登记人.
    pub registered_by: &'c str,
    /// 办理栏.
    #[schema(value_type = Object)]
    pub fields: &'c BTreeMap<CaseField, String>,
    /// 重点回应情形.
    pub focus: Vec<FocusMark>,
    /// 关联.
    #[schema(value_type = Object)]
    pub links: &'c CaseLinks,
    /// 环节记录.
    #[schema(value_type = Vec<Object>)]
    pub steps: &'c [CaseStep],
    /// 时限变更.
    #[schema(value_type = Vec<Object>)]
    pub deadlines: &'c [DeadlineSet],
    /// 填写记录.
    #[schema(value_type = Vec<Object>)]
    pub history: &'c [CaseNote],
    /// 复盘要素 of an emergency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub review: Option<CaseReview>,
    /// What the person at the desk should look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'c str>,
}

impl<'c> CaseRow<'c> {
    /// The row of a case at `now`.
    pub fn of(case: &'c Case, now: Timestamp) -> CaseRow<'c> {
        let (form, deadline) = (&case.form, &case.deadline);
        CaseRow {
            id: case.id,
            from: &form.from_org,
            document_no: form.document_no.as_deref(),
            received_at: form.received_at,
            due_at: deadline.at,
            state: case.state,
            overdue: case.is_overdue(now),
            kind: form.kind,
            state_label: case.state.label(),
            urgency: form.urgency,
            title: &form.title,
            due_flag: case.due_flag(now),
            due_rule: deadline.rule.as_deref(),
            due_basis: &deadline.basis,
            due_note: &deadline.note,
            office: case.note(CaseField::Office),
            handler: case.note(CaseField::Handler),
            feedback_at: case.answered_at,
            closed_at: case.closed_at,
        }
    }
}

impl<'c> CaseDetail<'c> {
    /// A case with all that was written of it.
    ///
    /// # Errors
    /// The store refuses.
    pub fn of(app: &App, file: &'c CaseFile, hint: Option<&'c str>) -> Result<CaseDetail<'c>> {
        let case = &file.case;
        Ok(CaseDetail {
            row: CaseRow::of(case, app.now()),
            text: &case.form.text,
            original_link: case.form.original_link.as_deref(),
            attachment: case.form.attachment.as_deref(),
            discovered_at: case.form.discovered_at,
            published_at: case.form.published_at,
            registered_at: case.registered_at,
            registered_by: &case.registered_by,
            fields: &case.notes,
            focus: case.focus(),
            links: &file.links,
            steps: &file.steps,
            deadlines: &file.deadlines,
            history: &file.notes,
            review: review_where_asked(app, file)?,
            hint,
        })
    }
}

/// 复盘要素 of an emergency; a transfer has none.
///
/// # Errors
/// The store refuses.
pub fn review_where_asked(app: &App, file: &CaseFile) -> Result<Option<CaseReview>> {
    Ok(match file.case.form.kind {
        CaseKind::Emergency => Some(review_case(app, file)?),
        CaseKind::Transfer => None,
    })
}
