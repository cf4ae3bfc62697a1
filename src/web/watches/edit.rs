//! `/watches/new`, `/watches/{id}/edit` and the deeds of saved queries: added, changed, paused, taken out; tried before they
//! are saved.

use crate::access::hash_secret;
use crate::app::App;
use crate::config::{EditedWatch, WatchDraft, WatchMistake, add_watch, change_watch, remove_watch};
use crate::index::Query as SearchQuery;
use crate::model::{AlertPolicy, AuditAction, AuditSubject, Visitor, Watch};
use crate::web::Shared;
use crate::web::deed::done;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::visitor::Who;
use crate::web::watches::{Preview, preview_lately};
use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

/// Characters of a name.
const MAX_NAME: usize = 40;
/// Characters of a note.
const MAX_NOTE: usize = 500;

#[derive(Template)]
#[template(path = "watch_form.html", config = "src/web/askama.toml")]
struct FormPage {
    frame: Frame,
    /// Empty for a new one.
    id: String,
    /// What stood there when editing began.
    version: String,
    draft: WatchDraft,
    alerts: Vec<AlertChoice>,
    recipients: Vec<RecipientChoice>,
    mistake: String,
    preview: Option<Preview>,
}

struct AlertChoice {
    code: &'static str,
    label: &'static str,
    hint: &'static str,
    is_chosen: bool,
}

struct RecipientChoice {
    code: String,
    label: String,
    is_chosen: bool,
}

/// What the page of a search hands over.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Proposed {
    query: String,
    name: String,
}

pub async fn blank(
    State(app): Shared,
    Who(visitor): Who,
    Query(proposed): Query<Proposed>,
) -> Result<Html<String>, WebError> {
    let draft = WatchDraft {
        name: proposed.name,
        query: proposed.query,
        ..WatchDraft::default()
    };
    let page = app.on_cpu(move |app| form_page(app, &visitor, "", String::new(), draft));
    Ok(Html(page.await?.render()?))
}

pub async fn form(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
) -> Result<Html<String>, WebError> {
    let page = app.on_cpu(move |app| {
        let watched = app.watched();
        let mut declared = watched.declared.iter();
        let Some(declared) = declared.find(|declared| declared.watch.id == id) else {
            return Ok(None);
        };
        let draft = WatchDraft::of(&declared.watch);
        let version = version(&declared.watch);
        form_page(app, &visitor, &id, version, draft).map(Some)
    });
    Ok(Html(page.await?.ok_or(WebError::NotFound)?.render()?))
}

/// The same form with what its query finds; nothing is saved.
pub async fn preview(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    shown_again(&app, visitor, fields, String::new()).await
}

pub async fn add(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let draft = match draft(&app, &fields, &[]) {
        Ok(draft) => draft,
        Err(mistake) => return shown_again(&app, visitor, fields, mistake).await,
    };
    let wanted = draft.clone();
    let edited = edit(&app, move |folder| add_watch(folder, None, &wanted)).await?;
    let edited = match edited {
        Ok(edited) => edited,
        Err(WatchMistake::Wrong(mistake)) => {
            return shown_again(&app, visitor, fields, mistake).await;
        }
        Err(mistake) => return Err(refused(mistake)),
    };
    let sentence = format!(
        "已新增专题“{}”，自此比对新到的信息。检索式：{}",
        edited.name, draft.query
    );
    finished(&app, &visitor, &edited, sentence).await
}

pub async fn change(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let stands = watch_of(&app, &id).ok_or(WebError::NotFound)?;
    let draft = match draft(&app, &fields, &stands.recipients) {
        Ok(draft) => draft,
        Err(mistake) => return shown_again(&app, visitor, fields, mistake).await,
    };
    let (known, wanted) = (fields.text("version").to_owned(), draft.clone());
    let edited = edit(&app, move |folder| {
        change_watch(folder, &id, |stands| {
            if version(stands) != known {
                return Err(WatchMistake::Changed(stands.name.clone()));
            }
            Ok(WatchDraft {
                is_paused: !stands.is_active,
                ..wanted
            })
        })
    });
    let edited = match edited.await? {
        Ok(edited) => edited,
        Err(WatchMistake::Wrong(mistake)) => {
            return shown_again(&app, visitor, fields, mistake).await;
        }
        Err(mistake) => return Err(refused(mistake)),
    };
    let mut sentence = format!("已修改专题“{}”", edited.name);
    if draft.query != stands.query {
        sentence += &format!("，检索式由“{}”改为“{}”", stands.query, draft.query);
    }
    finished(&app, &visitor, &edited, sentence).await
}

pub async fn pause(state: Shared, who: Who, id: Path<String>) -> Result<Response, WebError> {
    switch(state, who, id, true).await
}

pub async fn resume(state: Shared, who: Who, id: Path<String>) -> Result<Response, WebError> {
    switch(state, who, id, false).await
}

async fn switch(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    is_paused: bool,
) -> Result<Response, WebError> {
    let edited = edit(&app, move |folder| {
        change_watch(folder, &id, |stands| {
            Ok(WatchDraft {
                is_paused,
                ..WatchDraft::of(stands)
            })
        })
    });
    let edited = edited.await?.map_err(refused)?;
    let sentence = match is_paused {
        true => format!("已暂停专题“{}”，暂停期间不比对新到的信息", edited.name),
        false => format!("已恢复专题“{}”，自此比对新到的信息", edited.name),
    };
    finished(&app, &visitor, &edited, sentence).await
}

pub async fn remove(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let edited = edit(&app, move |folder| remove_watch(folder, &id)).await?;
    let edited = edited.map_err(refused)?;
    let sentence = format!("已删除专题“{}”，它的命中记录保留", edited.name);
    let subject = AuditSubject::Watch.named(&edited.id);
    done(
        &app,
        &visitor,
        AuditAction::Watch,
        subject,
        "/watches",
        sentence,
    )
    .await
}

async fn finished(
    app: &Arc<App>,
    visitor: &Visitor,
    edited: &EditedWatch,
    sentence: String,
) -> Result<Response, WebError> {
    let (subject, path) = (
        AuditSubject::Watch.named(&edited.id),
        format!("/watches/{}", edited.id),
    );
    done(app, visitor, AuditAction::Watch, subject, &path, sentence).await
}

/// The deed, where it may block.
async fn edit(
    app: &Arc<App>,
    deed: impl FnOnce(&std::path::Path) -> Result<EditedWatch, WatchMistake> + Send + 'static,
) -> Result<Result<EditedWatch, WatchMistake>> {
    app.on_cpu(move |app| Ok(app.edit_watches(deed))).await
}

fn refused(mistake: WatchMistake) -> WebError {
    match mistake {
        WatchMistake::Unknown(_) => WebError::NotFound,
        WatchMistake::Wrong(sentence) => WebError::Wrong(sentence),
        WatchMistake::Disk(error) => WebError::Internal(error),
        mistake @ WatchMistake::NoFolder => WebError::NotReady(mistake.to_string()),
        mistake => WebError::Conflict(mistake.to_string()),
    }
}

fn watch_of(app: &App, id: &str) -> Option<Watch> {
    let watched = app.watched();
    let mut declared = watched.declared.iter();
    let declared = declared.find(|declared| declared.watch.id == id)?;
    Some(declared.watch.clone())
}

/// Tells apart what a form began with and what stands now.
fn version(watch: &Watch) -> String {
    hash_secret(&format!("{:?}", WatchDraft::of(watch)))[..16].to_owned()
}

/// What the form says, or what it lacks. Recipients are those of the list, or were there before.
fn draft(app: &App, fields: &Fields, before: &[String]) -> Result<WatchDraft, String> {
    let draft = read(fields);
    if draft.name.is_empty() {
        return Err("请填写名称".to_owned());
    }
    if draft.name.chars().count() > MAX_NAME {
        return Err(format!("名称超过{MAX_NAME}个字，请缩短"));
    }
    if draft.note.chars().count() > MAX_NOTE {
        return Err(format!("备注超过{MAX_NOTE}个字，请缩短"));
    }
    if draft.query.is_empty() {
        return Err("请填写检索式".to_owned());
    }
    if fields.parsed::<AlertPolicy>("alert", "预警方式").is_err() {
        return Err("请选择预警方式".to_owned());
    }
    let is_known = |code: &String| {
        before.contains(code) || app.config.recipients.iter().any(|known| known.id == *code)
    };
    if let Some(unknown) = draft.recipients.iter().find(|code| !is_known(code)) {
        return Err(format!("收件人“{unknown}”不在收件人名单里"));
    }
    Ok(draft)
}

fn read(fields: &Fields) -> WatchDraft {
    let alert: Option<AlertPolicy> = fields.text("alert").parse().ok();
    WatchDraft {
        name: fields.text("name").to_owned(),
        // Lines of the field are spaces of the language.
        query: fields
            .text("query")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        note: fields.text("note").to_owned(),
        recipients: (fields.all("recipient").into_iter())
            .filter(|code| !code.is_empty())
            .map(str::to_owned)
            .collect(),
        alert,
        schedule: match alert {
            Some(AlertPolicy::Digest) => fields.text("schedule").to_owned(),
            // Left over from another choice.
            _ => String::new(),
        },
        is_paused: false,
    }
}

/// The form as it was sent, with what is wrong, or with what its query finds.
async fn shown_again(
    app: &Arc<App>,
    visitor: Visitor,
    fields: Fields,
    mistake: String,
) -> Result<Response, WebError> {
    let page = app.on_cpu(move |app| {
        let (id, version) = (fields.text("id"), fields.text("version").to_owned());
        let mut page = form_page(app, &visitor, id, version, read(&fields))?;
        page.mistake = mistake;
        if page.mistake.is_empty() {
            match page.draft.query.parse() {
                Ok(SearchQuery::All) => page.mistake = "请填写检索式".to_owned(),
                Ok(query) => page.preview = Some(preview_lately(app, &query)?),
                Err(wrong) => page.mistake = wrong.to_string(),
            }
        }
        Ok(page)
    });
    let page = page.await?;
    let status = match page.mistake.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    Ok((status, Html(page.render()?)).into_response())
}

fn form_page(
    app: &App,
    visitor: &Visitor,
    id: &str,
    version: String,
    draft: WatchDraft,
) -> Result<FormPage> {
    let chosen = draft.alert.unwrap_or(AlertPolicy::None);
    let alerts = AlertPolicy::ALL.iter().map(|policy| AlertChoice {
        code: policy.code(),
        label: policy.label(),
        hint: hint(*policy),
        is_chosen: *policy == chosen,
    });
    let mut recipients: Vec<RecipientChoice> = (app.config.recipients.iter())
        .map(|known| RecipientChoice {
            code: known.id.clone(),
            label: match known.is_active {
                true => known.described(),
                false => format!("{}，已停用", known.described()),
            },
            is_chosen: draft.recipients.contains(&known.id),
        })
        .collect();
    for code in &draft.recipients {
        if recipients.iter().all(|known| known.code != *code) {
            recipients.push(RecipientChoice {
                code: code.clone(),
                label: format!("{code}（不在收件人名单里）"),
                is_chosen: true,
            });
        }
    }
    Ok(FormPage {
        frame: Frame::of(app, visitor, "/watches")?,
        id: id.to_owned(),
        version,
        draft,
        alerts: alerts.collect(),
        recipients,
        mistake: String::new(),
        preview: None,
    })
}

fn hint(policy: AlertPolicy) -> &'static str {
    match policy {
        AlertPolicy::AtOnce => "命中即通知；静默时段只通知橙、红",
        AlertPolicy::WorkingHours => "上班时间通知",
        AlertPolicy::Digest => "按下面的时刻汇总通知",
        AlertPolicy::None => "只记录命中",
    }
}
