//! 期 in a list, and one as a document.

use crate::app::App;
use crate::digest::layout::{cited_number, number_line};
use crate::digest::render::render_value;
use crate::model::{DigestKind, Issue, IssueId, IssueState, Period, Series};
use anyhow::Result;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// One line of `yuqing issue list`.
#[derive(Serialize, ToSchema)]
pub struct IssueRow {
    /// 稿号.
    #[schema(value_type = i64)]
    pub id: IssueId,
    /// 刊物, its code.
    pub digest: String,
    /// 刊物种类.
    pub kind: DigestKind,
    /// Which numbers it takes.
    #[schema(value_type = String)]
    pub series: Series,
    /// 刊名.
    pub title: String,
    /// 状态.
    pub state: IssueState,
    /// Year of the number.
    pub year: Option<i32>,
    /// 期.
    pub number: Option<u32>,
    /// 总期.
    pub total_number: Option<u32>,
    /// As it is printed.
    pub number_line: String,
    /// 时段.
    #[schema(value_type = Object)]
    pub period: Period,
    /// 条数.
    pub entries: usize,
    /// 修订.
    pub revision: u32,
    /// 起草.
    pub drafted_at: DateTime<FixedOffset>,
    /// 签发.
    pub signed_at: Option<DateTime<FixedOffset>>,
    /// Row ids of signed 更正.
    #[schema(value_type = Vec<i64>)]
    pub corrected_by: Vec<IssueId>,
}

impl IssueRow {
    /// The row of an issue.
    ///
    /// # Errors
    /// The store refuses.
    pub fn of(app: &App, issue: Issue) -> Result<IssueRow> {
        let corrected_by = match issue.state {
            IssueState::Signed => app.store.corrections_of_issue(issue.id)?,
            _ => Vec::new(),
        };
        Ok(IssueRow {
            id: issue.id,
            kind: issue.content.kind,
            series: issue.content.series,
            title: issue.content.masthead.title.clone(),
            state: issue.state,
            year: issue.number.map(|number| number.year),
            number: issue.number.map(|number| number.number),
            total_number: issue.number.map(|number| number.total_number),
            number_line: number_line(&issue),
            period: issue.content.period,
            entries: issue.content.entries().count(),
            revision: issue.revision,
            drafted_at: issue.drafted_at,
            signed_at: issue.signed.map(|signature| signature.at),
            digest: issue.content.digest,
            corrected_by: corrected_by.iter().map(|issue| issue.id).collect(),
        })
    }
}

/// What is printed, what is known of the issue besides, and a hint where there is one.
///
/// # Errors
/// The store refuses.
pub fn issue_document(app: &App, issue: &Issue, hint: &str) -> Result<Value> {
    let id = issue.id;
    let corrected_by: Vec<_> = (app.store.corrections_of_issue(id)?.iter())
        .map(|issue| json!({"id": issue.id, "number": cited_number(issue)}))
        .collect();
    let mut document = render_value(issue);
    document["revision"] = json!(issue.revision);
    document["seal"] = json!(app.store.seal_of_issue(id)?.and_then(|seal| seal.stored));
    document["steps"] = json!(app.store.steps_of_issue(id)?);
    document["corrected_by"] = json!(corrected_by);
    if !hint.is_empty() {
        document["hint"] = json!(hint);
    }
    Ok(document)
}
