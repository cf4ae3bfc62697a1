//! `/posts/{id}/label`: the form of a person's word on a post. Fields left as they are say nothing.

use crate::app::App;
use crate::model::{Field, Intent, Jurisdiction, Label, Level, PostId, Sentiment, Topic, Visitor};
use crate::text::heading::heading;
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::numbered::Numbered;
use crate::web::triage::{is_fragment, own_path};
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

/// 更正表.
#[derive(Template)]
#[template(path = "label_form.html", config = "src/web/askama.toml")]
pub struct LabelForm {
    pub id: i64,
    pub csrf: String,
    pub back: String,
    pub issue: String,
    /// In the list, where the answer takes its place.
    pub is_inline: bool,
    pub choices: Vec<Choice>,
    /// What stands of the topics.
    pub topics_now: String,
    pub topics: Vec<(&'static str, &'static str)>,
}

/// A field with few values.
pub struct Choice {
    pub name: &'static str,
    pub label: &'static str,
    /// What stands.
    pub now: String,
    pub options: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "label.html", config = "src/web/askama.toml")]
struct LabelPage {
    frame: Frame,
    title: String,
    form: LabelForm,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Parameters {
    back: String,
    issue: String,
}

/// The form on a page of its own, or in place of the item.
pub async fn form(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let id = PostId(id);
    let is_inline = is_fragment(&headers);
    let page = app
        .on_cpu(move |app| {
            let Some(stored) = app.store.post(id)? else {
                return Ok(None);
            };
            let back = own_path(&parameters.back).unwrap_or_default();
            let mut form = LabelForm::of(app, &visitor, id, back)?;
            form.is_inline = is_inline;
            form.issue = parameters.issue;
            let frame = match is_inline {
                true => Frame::bare(),
                false => Frame::of(app, &visitor, "/")?,
            };
            let title = heading(&stored.post.title, &stored.post.text);
            Ok(Some(LabelPage { frame, title, form }))
        })
        .await?
        .ok_or(WebError::NotFound)?;
    let html = if is_inline {
        page.form.render()?
    } else {
        page.render()?
    };
    Ok(Html(html).into_response())
}

impl LabelForm {
    /// The form of one post with what stands.
    ///
    /// # Errors
    /// The store refuses.
    pub fn of(app: &App, visitor: &Visitor, id: PostId, back: &str) -> anyhow::Result<LabelForm> {
        let judgement = app.store.judgement(id)?;
        let now = judgement.map_or_else(Label::default, |known| Label::of(&known.effective()));
        let text = |field| now.text(field).unwrap_or_default();
        let yes_no = || vec![("yes", "是"), ("no", "否")];
        let choice = |field: Field, options| Choice {
            name: field.code(),
            label: field.label(),
            now: text(field),
            options,
        };
        let choices = vec![
            choice(Field::Level, options(Level::ALL, Level::code, Level::label)),
            choice(Field::About, yes_no()),
            choice(Field::Relevant, yes_no()),
            choice(
                Field::Sentiment,
                options(Sentiment::ALL, Sentiment::code, Sentiment::label),
            ),
            choice(
                Field::Intent,
                options(Intent::ALL, Intent::code, Intent::label),
            ),
            choice(
                Field::Jurisdiction,
                options(Jurisdiction::ALL, Jurisdiction::code, Jurisdiction::label),
            ),
        ];
        Ok(LabelForm {
            id: id.0,
            csrf: visitor.csrf.clone(),
            back: back.to_owned(),
            issue: String::new(),
            is_inline: false,
            choices,
            topics_now: text(Field::Topic),
            topics: options(Topic::ALL, Topic::code, Topic::label),
        })
    }
}

fn options<T: Copy>(
    all: &[T],
    code: fn(T) -> &'static str,
    label: fn(T) -> &'static str,
) -> Vec<(&'static str, &'static str)> {
    all.iter()
        .map(|value| (code(*value), label(*value)))
        .collect()
}

/// What the form says; with `confirm` all else is what the machine says.
///
/// # Errors
/// A value that is none, or nothing said.
pub fn label_of(app: &App, id: PostId, fields: &Fields) -> Result<Label, WebError> {
    let said = Label {
        about: yes_no(fields, Field::About)?,
        relevant: yes_no(fields, Field::Relevant)?,
        topics: topics(fields)?,
        sentiment: fields.parsed("sentiment", Field::Sentiment.label())?,
        intent: fields.parsed("intent", Field::Intent.label())?,
        level: fields.parsed("level", Field::Level.label())?,
        jurisdiction: fields.parsed("jurisdiction", Field::Jurisdiction.label())?,
    };
    if fields.has("confirm") {
        let judgement = app.store.judgement(id)?;
        let judgement = judgement
            .ok_or_else(|| WebError::Conflict("这条信息还没有机器研判，稍后再确认。".to_owned()))?;
        // The person's own words go before; what follows from them must not be contradicted by the machine's.
        return Ok(Label::of(&judgement.machine).with(&said.with_consequences()));
    }
    if said.is_empty() {
        return Err(WebError::Wrong(
            "没有选择要更正的项；机器判得对的，请勾选“其余各项确认机器判得对”。".to_owned(),
        ));
    }
    Ok(said)
}

fn yes_no(fields: &Fields, field: Field) -> Result<Option<bool>, WebError> {
    match fields.text(field.code()) {
        "" => Ok(None),
        "yes" | "是" => Ok(Some(true)),
        "no" | "否" => Ok(Some(false)),
        _ => Err(WebError::Wrong(format!("{}应为是或否。", field.label()))),
    }
}

fn topics(fields: &Fields) -> Result<Option<Vec<Topic>>, WebError> {
    let mut topics: Vec<Topic> = Vec::new();
    for said in fields.all("topic") {
        if said.is_empty() {
            continue;
        }
        let topic = said
            .parse()
            .map_err(|_| WebError::Wrong(format!("没有“{said}”这个主题。")))?;
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    Ok((!topics.is_empty()).then_some(topics))
}
