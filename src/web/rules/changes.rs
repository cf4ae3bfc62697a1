//! `/rules/changes`: what was tried and switched on, with the lines that differ and what the trial says of stored posts.

use crate::model::{AuditAction, Level, RuleChangeState, Topic};
use crate::pipeline::{
    Change, Trial, Verdict, apply_change, draft_change, drop_change, rule_file, try_change,
};
use crate::store::{RuleChange, RuleChangeLine};
use crate::text::lines::{ChangedLine, changed_lines};
use crate::web::Shared;
use crate::web::deed::{back, done};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::layout::{minute, page_number};
use crate::web::numbered::Numbered;
use crate::web::rules::edit::days;
use crate::web::rules::refused;
use crate::web::visitor::Who;
use crate::web::work::work;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

/// Changes on a page.
const CHANGES: usize = 50;
/// Lines that differ shown of one change.
const LINES: usize = 300;

#[derive(Template)]
#[template(path = "rule_changes.html", config = "src/web/askama.toml")]
struct ListPage {
    frame: Frame,
    tab: &'static str,
    changes: Vec<ListLine>,
    page: usize,
    has_more: bool,
}

struct ListLine {
    line: RuleChangeLine,
    begun_at: String,
    decided_at: String,
    mark: &'static str,
}

#[derive(Template)]
#[template(path = "rule_change.html", config = "src/web/askama.toml")]
struct ChangePage {
    frame: Frame,
    tab: &'static str,
    line: ListLine,
    is_draft: bool,
    /// The file in force is neither the old nor the new one.
    is_moved: bool,
    lines: Vec<ChangedLine>,
    more_lines: usize,
    trial: Option<Trial>,
    changes: Vec<PostLine>,
}

/// A post that changes.
struct PostLine {
    id: i64,
    title: String,
    at: String,
    old: Level,
    new: Level,
    /// What else differs.
    others: String,
    rules: String,
    is_labelled: bool,
}

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

fn list_line(line: RuleChangeLine) -> ListLine {
    ListLine {
        begun_at: minute(Some(line.begun_at)),
        decided_at: minute(line.decided_at),
        mark: match line.state {
            RuleChangeState::Draft => "waiting",
            RuleChangeState::Applied => "ok",
            RuleChangeState::Dropped => "off",
        },
        line,
    }
}

/// 修改记录.
pub async fn list(
    State(app): Shared,
    Who(visitor): Who,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let mut found = (app.store).rule_changes(wanted.page * CHANGES, CHANGES + 1)?;
            let has_more = found.len() > CHANGES;
            found.truncate(CHANGES);
            Ok(ListPage {
                frame: Frame::of(app, &visitor, "/rules")?,
                tab: "changes",
                changes: found.into_iter().map(list_line).collect(),
                page: wanted.page,
                has_more,
            })
        })
        .await?;
    Ok(Html(page.render()?))
}

/// One change.
pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
) -> Result<Html<String>, WebError> {
    let found = app
        .on_cpu(move |app| {
            let Some(change) = app.store.rule_change(id)? else {
                return Ok(None);
            };
            let now = rule_file(app, &change.line.file).map(|file| file.text);
            let is_moved = now.is_ok_and(|text| text != change.old_text && text != change.new_text);
            let frame = Frame::of(app, &visitor, "/rules")?;
            Ok(Some(change_page(frame, change, is_moved)))
        })
        .await?;
    Ok(Html(found.ok_or(WebError::NotFound)?.render()?))
}

fn change_page(frame: Frame, change: RuleChange, is_moved: bool) -> ChangePage {
    let mut lines = changed_lines(&change.old_text, &change.new_text);
    let more_lines = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    // Trials of another version of the program may read differently: then there is none to show.
    let trial: Option<Trial> = serde_json::from_str(&change.trial).ok();
    let changes = trial.iter().flat_map(|trial| &trial.lab.changes);
    ChangePage {
        frame,
        tab: "changes",
        is_draft: change.line.state == RuleChangeState::Draft,
        is_moved,
        line: list_line(change.line),
        lines,
        more_lines,
        changes: changes.map(post_line).collect(),
        trial,
    }
}

fn post_line(change: &Change) -> PostLine {
    let mut rules = Vec::new();
    if !change.rules_gone.is_empty() {
        rules.push(format!("不再命中{}", change.rules_gone.join("、")));
    }
    if !change.rules_new.is_empty() {
        rules.push(format!("新命中{}", change.rules_new.join("、")));
    }
    PostLine {
        id: change.id.0,
        title: change.title.clone(),
        at: minute(Some(change.at)),
        old: change.old.level,
        new: change.new.level,
        others: others(change.old, change.new),
        rules: rules.join("；"),
        is_labelled: change.is_labelled,
    }
}

fn others(old: Verdict, new: Verdict) -> String {
    let topic = |topic: Option<Topic>| topic.map_or("无主题", Topic::label);
    let relevance = |is_ours: bool| if is_ours { "相关" } else { "不相关" };
    let pairs = [
        (relevance(old.relevant), relevance(new.relevant)),
        (topic(old.topic), topic(new.topic)),
        (old.sentiment.label(), new.sentiment.label()),
        (old.jurisdiction.label(), new.jurisdiction.label()),
    ];
    let differ = pairs.into_iter().filter(|(old, new)| old != new);
    let said: Vec<String> = differ.map(|(old, new)| format!("{old}→{new}")).collect();
    said.join("，")
}

/// 再试算.
pub async fn try_again(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let days = days(&fields)?;
    work(&app, move |app| try_change(app, id, days).map_err(refused)).await?;
    let path = format!("/rules/changes/{id}");
    back(
        &app,
        &visitor,
        &path,
        format!("已按最近{days}天的信息重新试算。"),
    )
    .await
}

/// 启用.
pub async fn apply(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let reason = fields.required("reason", "修改理由")?.to_owned();
    let (by, why) = (visitor.by().to_owned(), reason.clone());
    let (line, marked) = work(&app, move |app| {
        apply_change(app, id, &by, &why).map_err(refused)
    })
    .await?;
    let sentence = format!(
        "已启用对 {} 的修改（{}）；理由：{reason}；{marked}条信息将重新研判。",
        line.file, line.summary
    );
    let path = format!("/rules/changes/{id}");
    done(
        &app,
        &visitor,
        AuditAction::Rule,
        line.file,
        &path,
        sentence,
    )
    .await
}

/// 放弃.
pub async fn give_up(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
) -> Result<Response, WebError> {
    let by = visitor.by().to_owned();
    let line = work(&app, move |app| drop_change(app, id, &by).map_err(refused)).await?;
    let sentence = format!("已放弃对 {} 的修改，现行规则不变。", line.file);
    back(&app, &visitor, "/rules/changes", sentence).await
}

/// 恢复: the file as it was before a change, as a new draft.
pub async fn restore(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let days = days(&fields)?;
    let by = visitor.by().to_owned();
    let new = work(&app, move |app| {
        let change = app.store.rule_change(id)?.ok_or(WebError::NotFound)?;
        let name = &change.line.file;
        let file = rule_file(app, name).map_err(refused)?;
        let drafted = draft_change(app, &by, (name, &file.mark), &change.old_text, days);
        drafted.map_err(refused)
    })
    .await?;
    Ok(Redirect::to(&format!("/rules/changes/{new}")).into_response())
}
