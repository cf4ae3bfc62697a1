//! `/cases/new`: the register's form, filled from a post or an event as far as these tell.

use crate::app::App;
use crate::case::span_in_words;
use crate::model::{
    AuditAction, AuditSubject, Case, CaseField, CaseId, CaseKind, Channel, EventId, PostId,
    Urgency, Visitor,
};
use crate::pipeline::{CaseOrder, DueSaid, masked_text, register_case};
use crate::text::heading::heading;
use crate::web::choice::{Choice, choices};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::moments::{DayAs, input, moment_of};
use crate::web::refused;
use crate::web::visitor::Who;
use crate::web::work::work;
use crate::web::{Shared, deed};
use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

/// Ids that one form may name.
const MAX_LINKS: usize = 100;

/// 办理栏 that may be known at the beginning.
const FIRST_FIELDS: &[CaseField] = &[
    CaseField::Office,
    CaseField::Handler,
    CaseField::Opinion,
    CaseField::LeaderNote,
];

#[derive(Template)]
#[template(path = "case_new.html", config = "src/web/askama.toml")]
struct NewPage {
    frame: Frame,
    mistake: String,
    /// A case about the same, and why it seems so: another one is registered where a person says so.
    known: Option<(i64, String)>,
    values: Fields,
    /// What the form is filled from.
    told: String,
    kinds: Vec<Choice>,
    urgencies: Vec<Choice>,
    rules: Vec<Choice>,
    offices: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Parameters {
    post: String,
    event: String,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = work(&app, move |app| begun(app, &visitor, &parameters)).await?;
    Ok(Html(page.render()?))
}

fn begun(app: &App, visitor: &Visitor, parameters: &Parameters) -> Result<NewPage, WebError> {
    let mut values: Vec<(String, String)> = Vec::new();
    let mut set = |name: &str, value: String| values.push((name.to_owned(), value));
    let mut told = String::new();
    let mut known = None;
    if !parameters.post.is_empty() {
        let id = PostId(parameters.post.parse().map_err(|_| WebError::NotFound)?);
        let stored = app.store.post(id)?.ok_or(WebError::NotFound)?;
        set("post", id.0.to_string());
        known = case_of_posts(app, &[id])?;
        if stored.post.channel == Channel::Transfer {
            told = format!(
                "信息#{}是转办来文：来文单位、文号、缓急、时限等留空的，由来文填写。",
                id.0
            );
        } else {
            set("received", input(app.now()));
            told = format!(
                "按信息#{}填写，留空的来文内容、发布和发现时间由它补上。",
                id.0
            );
            set("title", heading(&stored.post.title, &stored.post.text));
            set("link", stored.post.url.unwrap_or_default());
        }
    }
    if parameters.post.is_empty() {
        set("received", input(app.now()));
    }
    if !parameters.event.is_empty() {
        let id = EventId(parameters.event.parse().map_err(|_| WebError::NotFound)?);
        let known = app.store.event_members(id)?.ok_or(WebError::NotFound)?;
        told = format!("按事件{}填写，留空的发布和发现时间由它补上。", id.0);
        set("event", id.0.to_string());
        set("title", known.event.title.chars().take(200).collect());
    }
    // A letter says itself when it came.
    let mut page = new_page(app, visitor, Fields::of(values), told, String::new())?;
    page.known = known;
    Ok(page)
}

fn new_page(
    app: &App,
    visitor: &Visitor,
    values: Fields,
    told: String,
    mistake: String,
) -> Result<NewPage> {
    let rules = app.config.deadlines.rules.iter();
    let rules = rules.map(|rule| (rule.id.clone(), rule.in_words()));
    let mut offices: Vec<String> = Vec::new();
    for case in app.store.open_cases()? {
        let office = case.note(CaseField::Office).to_owned();
        if !office.is_empty() && !offices.contains(&office) {
            offices.push(office);
        }
    }
    Ok(NewPage {
        frame: Frame::of(app, visitor, "/cases")?,
        mistake,
        known: None,
        told,
        kinds: choices(
            CaseKind::ALL.iter().map(|kind| (kind.code(), kind.label())),
            values.text("kind"),
        ),
        urgencies: choices(
            Urgency::ALL
                .iter()
                .map(|known| (known.code(), known.label())),
            values.text("urgency"),
        ),
        rules: choices(rules, values.text("rule")),
        offices,
        values,
    })
}

pub async fn register(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let who = visitor.clone();
    let outcome = app
        .on_cpu(move |app| match taken(app, &fields, visitor.by()) {
            Ok(Taken::Registered(id, said)) => Ok(Ok((id, said))),
            Ok(Taken::Known(id, why)) => {
                let mut page = new_page(app, &visitor, fields, String::new(), String::new())?;
                page.known = Some((id, why));
                Ok(Err(Ok((StatusCode::CONFLICT, page))))
            }
            Err(WebError::Internal(error)) => Err(error),
            // What was typed must not be lost.
            Err(WebError::Wrong(why)) => {
                let page = new_page(app, &visitor, fields, String::new(), why)?;
                Ok(Err(Ok((StatusCode::BAD_REQUEST, page))))
            }
            Err(other) => Ok(Err(Err(other))),
        })
        .await?;
    match outcome {
        Ok((id, said)) => {
            let subject = AuditSubject::Case.numbered(id.0);
            let path = format!("/cases/{}", id.0);
            deed::done(&app, &who, AuditAction::Case, subject, &path, said).await
        }
        Err(Ok((status, page))) => Ok((status, Html(page.render()?)).into_response()),
        Err(Err(error)) => Err(error),
    }
}

/// What came of a form.
enum Taken {
    /// The case, and what is said of it.
    Registered(CaseId, String),
    /// There is a case about the same, and why it seems so; nothing was registered.
    Known(i64, String),
}

fn taken(app: &App, fields: &Fields, by: &str) -> Result<Taken, WebError> {
    let order = order(app, fields)?;
    if let Some(known) = sent_twice(app, &order, by)? {
        let said = format!("此前已登记为第{}号办理件，没有重复登记", known.0);
        return Ok(Taken::Registered(known, said));
    }
    if !fields.has("again")
        && let Some((known, why)) = known_already(app, &order)?
    {
        return Ok(Taken::Known(known, why));
    }
    let id = register_case(app, order, by).map_err(refused::case)?;
    let file = app.store.case_file(id)?.ok_or(WebError::NotFound)?;
    let case = &file.case;
    let mut said = format!(
        "已登记第{}号{}件，时限{}（{}）",
        id.0,
        case.form.kind.label(),
        case.deadline.at.format("%Y-%m-%d %H:%M"),
        case.deadline.basis
    );
    if !case.deadline.note.is_empty() {
        said += &format!("。注意：{}", case.deadline.note);
    }
    Ok(Taken::Registered(id, said))
}

fn order(app: &App, fields: &Fields) -> Result<CaseOrder, WebError> {
    let said = |name: &str| Some(fields.text(name).to_owned()).filter(|said| !said.is_empty());
    let moment = |name, label| moment_of(app, label, fields.text(name), DayAs::Begin);
    let notes = FIRST_FIELDS.iter();
    let notes = notes.filter_map(|field| Some((*field, said(field.code())?)));
    Ok(CaseOrder {
        kind: fields.parsed("kind", "种类")?,
        from_org: said("from"),
        document_no: said("document_no"),
        urgency: fields.parsed("urgency", "缓急")?,
        title: said("title"),
        text: said("text"),
        original_link: said("link"),
        attachment: said("attachment"),
        received_at: moment("received", "收文时间")?,
        discovered_at: moment("discovered", "发现时间")?,
        published_at: moment("published", "发布时间")?,
        due: due_of(app, fields)?,
        notes: notes.collect(),
        posts: ids(fields.text("post"), "关联信息")?
            .into_iter()
            .map(PostId)
            .collect(),
        events: ids(fields.text("event"), "关联事件")?
            .into_iter()
            .map(EventId)
            .collect(),
    })
}

/// 要求时限: a moment, or how long after the receipt, or the id of a rule; none where nothing was said.
pub fn due_of(app: &App, fields: &Fields) -> Result<Option<DueSaid>, WebError> {
    let (said, rule) = (fields.text("due"), fields.text("rule"));
    if !said.is_empty() && !rule.is_empty() {
        let message = "“要求时限”和“时限规则”只填一项。";
        return Err(WebError::Wrong(message.to_owned()));
    }
    if !rule.is_empty() {
        return Ok(Some(DueSaid::Rule(rule.to_owned())));
    }
    match span_in_words(said) {
        Some(span) => Ok(Some(DueSaid::Within(span))),
        None => Ok(moment_of(app, "要求时限", said, DayAs::End)?.map(DueSaid::At)),
    }
}

/// `17、18` → ids.
pub fn ids(said: &str, label: &str) -> Result<Vec<i64>, WebError> {
    let wrong = || WebError::Wrong(format!("{label}应写编号，几个之间用顿号或空格隔开"));
    let parts = said.split(|c: char| c.is_whitespace() || matches!(c, '、' | ',' | '，' | '#'));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    if parts.len() > MAX_LINKS {
        return Err(WebError::Wrong(format!("{label}一次最多{MAX_LINKS}个")));
    }
    let ids = parts.into_iter();
    ids.map(|part| part.parse().map_err(|_| wrong())).collect()
}

/// The same form sent twice makes one case: same words from the same person, received at the same minute.
fn sent_twice(app: &App, order: &CaseOrder, by: &str) -> Result<Option<CaseId>> {
    let Some(title) = &order.title else {
        return Ok(None);
    };
    let title = masked_text(title).replace('\n', " ");
    let kind = order.kind.unwrap_or(CaseKind::Transfer);
    let same = |case: &Case| {
        case.form.title == title
            && case.form.kind == kind
            && case.registered_by == by
            && order.from_org.as_ref() == Some(&case.form.from_org)
            && masked_text(order.text.as_deref().unwrap_or_default()) == case.form.text
            && Some(case.form.received_at) == order.received_at
            && case.form.document_no.as_deref().unwrap_or_default()
                == order.document_no.as_deref().unwrap_or_default()
    };
    let mut open = app.store.open_cases()?.into_iter();
    Ok(open.find(same).map(|case| case.id))
}

/// A case about a post of the order; an open one with its 文号, or with its 事由 from the same 来文单位.
fn known_already(app: &App, order: &CaseOrder) -> Result<Option<(i64, String)>> {
    if let Some(known) = case_of_posts(app, &order.posts)? {
        return Ok(Some(known));
    }
    let number = order.document_no.as_deref().map(plain).unwrap_or_default();
    let title = order.title.as_deref().unwrap_or_default();
    let title = masked_text(title).replace('\n', " ");
    let from = order.from_org.as_deref().unwrap_or_default();
    let why = |case: &Case| {
        let of_case = case.form.document_no.as_deref().map(plain);
        if !number.is_empty() && of_case.as_ref() == Some(&number) {
            return Some("文号相同的来文已登记");
        }
        let is_same = !title.is_empty() && case.form.title == title && case.form.from_org == from;
        is_same.then_some("来文单位和事由相同的已登记")
    };
    let mut open = app.store.open_cases()?.into_iter();
    Ok(open.find_map(|case| Some((case.id.0, why(&case)?.to_owned()))))
}

/// The latest case about one of the posts.
fn case_of_posts(app: &App, posts: &[PostId]) -> Result<Option<(i64, String)>> {
    for post in posts {
        if let Some(known) = app.store.case_of_post(*post)? {
            return Ok(Some((known.0, format!("信息#{}已登记", post.0))));
        }
    }
    Ok(None)
}

/// 文号 without what hands write differently.
fn plain(number: &str) -> String {
    let marks = number.chars().filter(|c| !c.is_whitespace());
    let marks = marks.map(|c| match c {
        '[' | '(' | '（' | '【' | '［' => '〔',
        ']' | ')' | '）' | '】' | '］' => '〕',
        other => other,
    });
    marks.collect()
}
