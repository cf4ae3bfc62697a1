//! `/cases/uptakes`: 外报、采用、批示 of signed issues – registered, listed, made void with a reason.

use crate::app::App;
use crate::digest::layout::number_line;
use crate::model::{
    AuditAction, AuditSubject, IssueId, IssueState, NewUptake, Uptake, UptakeId, UptakeKind,
    UptakeVoid, Visitor,
};
use crate::pipeline::masked_text;
use crate::store::IssueFilter;
use crate::web::Shared;
use crate::web::choice::{Choice, choices};
use crate::web::deed;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::moments::{begin_of, day_of};
use crate::web::numbered::Numbered;
use crate::web::refused;
use crate::web::visitor::Who;
use crate::web::work::work;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, Response};
use chrono::{Datelike, Days};
use serde::Deserialize;

/// Signed issues offered.
const OFFERED: usize = 30;
/// Rows shown; all are counted.
const LISTED: usize = 200;

#[derive(Template)]
#[template(path = "uptakes.html", config = "src/web/askama.toml")]
struct UptakesPage {
    frame: Frame,
    from: String,
    to: String,
    today: String,
    kinds: Vec<Choice>,
    issues: Vec<Choice>,
    reported: u64,
    adopted: u64,
    instructed: u64,
    lines: Vec<UptakeLine>,
}

struct UptakeLine {
    id: i64,
    day: String,
    kind: &'static str,
    unit: String,
    issue: i64,
    what: String,
    text: String,
    by: String,
    void: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Parameters {
    from: String,
    to: String,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = work(&app, move |app| uptakes_page(app, &visitor, &parameters)).await?;
    Ok(Html(page.render()?))
}

fn uptakes_page(
    app: &App,
    visitor: &Visitor,
    parameters: &Parameters,
) -> Result<UptakesPage, WebError> {
    let today = app.now().date_naive();
    let from = day_of(
        "起始日",
        &parameters.from,
        today.with_ordinal(1).unwrap_or(today),
    )?;
    let to = day_of("截止日", &parameters.to, today)?;
    if from > to {
        return Err(WebError::Wrong("起始日晚于截止日。".to_owned()));
    }
    let after = to.checked_add_days(Days::new(1)).unwrap_or(to);
    let counts = app
        .store
        .uptake_counts(begin_of(app, from), begin_of(app, after))?;
    let issues = app.store.issues(IssueFilter {
        state: Some(IssueState::Signed),
        limit: OFFERED,
        ..IssueFilter::default()
    })?;
    let issues = issues.iter().map(|issue| {
        let title = &issue.content.masthead.title;
        (
            issue.id.0.to_string(),
            format!("{title}　{}", number_line(issue)),
        )
    });
    let rows = app.store.uptakes(from, to)?;
    Ok(UptakesPage {
        frame: Frame::of(app, visitor, "/cases")?,
        from: from.to_string(),
        to: to.to_string(),
        today: today.to_string(),
        kinds: choices(
            UptakeKind::ALL
                .iter()
                .map(|kind| (kind.code(), kind.label())),
            "",
        ),
        issues: choices(issues, ""),
        reported: counts.reported,
        adopted: counts.adopted,
        instructed: counts.instructed,
        lines: rows.iter().take(LISTED).map(line).collect(),
    })
}

fn line(row: &Uptake) -> UptakeLine {
    let said = &row.uptake;
    UptakeLine {
        id: row.id.0,
        day: said.day.to_string(),
        kind: said.kind.label(),
        unit: said.unit.clone(),
        issue: said.issue.0,
        what: match (said.entry, said.kind) {
            (Some(entry), _) => format!("第{entry}条"),
            (None, UptakeKind::Instructed) => String::new(),
            (None, _) => format!("整期{}条", row.count),
        },
        text: said.text.clone(),
        by: said.by.clone(),
        void: (row.void.as_ref()).map_or(String::new(), |void| {
            format!("{}（{}）", void.reason, void.by)
        }),
    }
}

pub async fn register(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let by = visitor.by().to_owned();
    let said = work(&app, move |app| taken(app, &fields, by)).await?;
    let subject = AuditSubject::Uptake.label().to_owned();
    let path = "/cases/uptakes";
    deed::done(&app, &visitor, AuditAction::Ledger, subject, path, said).await
}

fn taken(app: &App, fields: &Fields, by: String) -> Result<String, WebError> {
    let now = app.now();
    let kind: Option<UptakeKind> = fields.parsed("kind", "种类")?;
    let issue = fields.required("issue", "刊物")?.parse();
    let day = day_of("日期", fields.text("date"), now.date_naive())?;
    if day > now.date_naive() {
        return Err(WebError::Wrong("日期还没有到。".to_owned()));
    }
    let uptake = NewUptake {
        kind: kind.ok_or_else(|| WebError::Wrong("请选择种类。".to_owned()))?,
        issue: IssueId(issue.map_err(|_| WebError::Wrong("请选择刊物。".to_owned()))?),
        entry: fields.parsed("entry", "第几条")?,
        unit: fields.required("unit", "单位")?.to_owned(),
        day,
        text: masked_text(fields.text("text")),
        by,
    };
    let (row, is_new) = app
        .store
        .register_uptake(&uptake, now)
        .map_err(refused::uptake)?;
    let begin = if is_new {
        "已登记"
    } else {
        "此前已登记，没有重复"
    };
    let shown = line(&row);
    Ok(format!(
        "{begin}：{}　{}　稿号{}{}",
        shown.kind, shown.unit, shown.issue, shown.what
    ))
}

pub async fn void(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let reason = masked_text(fields.required("reason", "作废的理由")?);
    let by = visitor.by().to_owned();
    let said = format!("第{id}号登记已作废：{reason}");
    work(&app, move |app| {
        let at = app.now();
        let void = UptakeVoid { reason, by, at };
        let done = app.store.void_uptake(UptakeId(id), &void);
        done.map_err(refused::uptake)
    })
    .await?;
    let subject = AuditSubject::Uptake.numbered(id);
    let path = "/cases/uptakes";
    deed::done(&app, &visitor, AuditAction::Ledger, subject, path, said).await
}
