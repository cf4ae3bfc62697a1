//! `/cases/{id}`: one case – where it stands, how much time there is, what is allowed next, all that was written of it – and
//! its sheets as Word files.

use super::left;
use crate::app::App;
use crate::case::{Sheet, SheetOf, feedback_sheet, transfer_sheet};
use crate::document::Format;
use crate::model::{
    AttachedTo, AuditAction, AuditSubject, Case, CaseField, CaseFile, CaseId, CaseKind, CaseLinks,
    CaseState, FocusMark, Timestamp, Urgency, Visitor,
};
use crate::pipeline::review_case;
use crate::text::duration::duration;
use crate::web::Shared;
use crate::web::attachments::{AttachmentLine, lines};
use crate::web::choice::{Choice, choices};
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::{PostLine, minute};
use crate::web::numbered::Numbered;
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use chrono::TimeDelta;

/// Linked posts shown with their first words.
const LINKED: usize = 50;

#[derive(Template)]
#[template(path = "case.html", config = "src/web/askama.toml")]
struct CasePage {
    frame: Frame,
    id: i64,
    kind: &'static str,
    title: String,
    /// Code of the step, for the forms.
    seen: &'static str,
    is_closed: bool,
    due: String,
    left: String,
    is_late: bool,
    basis: String,
    deadline_note: String,
    facts: Vec<(&'static str, String)>,
    /// Only what a browser may follow safely.
    link: String,
    paragraphs: Vec<String>,
    path: Vec<PathStep>,
    /// Code, label of the next step; none at the end, or where closing comes next.
    next: Option<(&'static str, &'static str)>,
    closing: &'static str,
    is_closing_next: bool,
    result: String,
    later: Vec<Choice>,
    earlier: Vec<Choice>,
    groups: Vec<Group>,
    marks: Vec<Choice>,
    focus: String,
    has_focus: bool,
    rules: Vec<Choice>,
    posts: Vec<PostLine>,
    more_posts: usize,
    events: Vec<(i64, String)>,
    attachments: Vec<AttachmentLine>,
    history: Vec<HistoryLine>,
    words: Vec<HistoryLine>,
    review: Vec<(String, String)>,
    missing: String,
}

/// A step on the way.
struct PathStep {
    label: &'static str,
    note: &'static str,
}

/// 办理栏 that are filled in together.
struct Group {
    name: &'static str,
    is_open: bool,
    fields: Vec<Word>,
}

struct Word {
    code: &'static str,
    label: &'static str,
    text: String,
    is_line: bool,
}

struct HistoryLine {
    at: String,
    by: String,
    what: String,
    note: String,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let file = app.store.case_file(CaseId(id))?;
            file.map(|file| case_page(app, &visitor, &file)).transpose()
        })
        .await?;
    Ok(Html(page.ok_or(WebError::NotFound)?.render()?))
}

fn case_page(app: &App, visitor: &Visitor, file: &CaseFile) -> Result<CasePage> {
    let (case, now) = (&file.case, app.now());
    let form = &case.form;
    let closing = form.kind.closing();
    let next = case.state.next();
    let others = |is_wanted: &dyn Fn(CaseState) -> bool| {
        let path = form.kind.path().iter().copied();
        let wanted = path.filter(|state| *state != case.state && is_wanted(*state));
        choices(wanted.map(|state| (state.code(), state.label())), "")
    };
    let links = &file.links;
    let shown: Vec<_> = links.posts.iter().copied().take(LINKED).collect();
    let posts = app.store.posts(&shown)?;
    let missing = case.missing_feedback();
    let missing: Vec<&str> = missing.iter().map(|field| field.label()).collect();
    let rules = app.config.deadlines.rules.iter();
    let is_safe = |link: &&String| link.starts_with("http://") || link.starts_with("https://");
    Ok(CasePage {
        frame: Frame::of(app, visitor, "/cases")?,
        id: case.id.0,
        kind: form.kind.label(),
        title: form.title.clone(),
        seen: case.state.code(),
        is_closed: case.closed_at.is_some(),
        due: minute(Some(case.deadline.at)),
        left: left(case, now),
        is_late: case.is_overdue(now),
        basis: case.deadline.basis.clone(),
        deadline_note: case.deadline.note.clone(),
        facts: facts(file),
        link: (form.original_link.as_ref().filter(is_safe)).map_or(String::new(), Clone::clone),
        paragraphs: form.text.lines().map(str::to_owned).collect(),
        path: path(file),
        next: (next.filter(|next| *next != closing)).map(|next| (next.code(), next.label())),
        closing: closing.label(),
        is_closing_next: next == Some(closing),
        result: case.note(CaseField::Result).to_owned(),
        later: others(&|state| {
            state.is_at_or_after(case.state) && Some(state) != next && state != closing
        }),
        earlier: others(&|state| case.state.is_at_or_after(state)),
        groups: groups(file),
        marks: marks(case),
        focus: case.note(CaseField::Focus).to_owned(),
        has_focus: form.kind == CaseKind::Emergency,
        rules: choices(rules.map(|rule| (rule.id.clone(), rule.in_words())), ""),
        posts: posts.iter().map(PostLine::of).collect(),
        more_posts: links.posts.len().saturating_sub(LINKED),
        events: linked_events(app, links)?,
        attachments: lines(app, AttachedTo::Case(case.id))?,
        history: history(file),
        words: words(file),
        review: match form.kind {
            CaseKind::Emergency => reviewed(app, file)?,
            CaseKind::Transfer => Vec::new(),
        },
        missing: missing.join("、"),
    })
}

/// 重点回应情形: several may be ticked.
fn marks(case: &Case) -> Vec<Choice> {
    let all = FocusMark::ALL.iter();
    let mut marks = choices(all.map(|mark| (mark.code(), mark.label())), "");
    let ticked = case.focus();
    for (mark, choice) in FocusMark::ALL.iter().zip(&mut marks) {
        choice.is_chosen = ticked.contains(mark);
    }
    marks
}

/// Number and title.
fn linked_events(app: &App, links: &CaseLinks) -> Result<Vec<(i64, String)>> {
    let mut events = Vec::new();
    for id in links.events.iter().take(LINKED) {
        let known = app.store.event_members(*id)?;
        events.push((id.0, known.map_or(String::new(), |known| known.event.title)));
    }
    Ok(events)
}

fn facts(file: &CaseFile) -> Vec<(&'static str, String)> {
    let case = &file.case;
    let form = &case.form;
    let at = |moment: Option<Timestamp>| moment.map_or(String::new(), |at| minute(Some(at)));
    let urgency = match form.urgency {
        Urgency::Normal => "平件",
        urgency => urgency.label(),
    };
    let is_transfer = form.kind == CaseKind::Transfer;
    let mut facts = vec![
        (
            if is_transfer {
                "来文单位"
            } else {
                "来源"
            },
            form.from_org.clone(),
        ),
        ("文号", form.document_no.clone().unwrap_or_default()),
        ("缓急", urgency.to_owned()),
        ("收文", at(Some(form.received_at).filter(|_| is_transfer))),
        ("发布", at(form.published_at)),
        ("发现", at(form.discovered_at)),
        ("收文附件", form.attachment.clone().unwrap_or_default()),
        (
            "登记",
            format!(
                "{}　{}",
                minute(Some(case.registered_at)),
                case.registered_by
            ),
        ),
        ("反馈", at(case.answered_at)),
        ("办结", at(case.closed_at)),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn path(file: &CaseFile) -> Vec<PathStep> {
    let case = &file.case;
    let step = |state: &CaseState| {
        let taken = file.steps.iter().rev().find(|step| step.state == *state);
        let is_past = case.state.is_at_or_after(*state) && *state != case.state;
        let note = match (is_past, *state == case.state) {
            (_, true) => "现处",
            (true, _) if taken.is_some_and(|step| step.is_skipped) => "略过",
            (true, _) => "已办",
            _ => "",
        };
        PathStep {
            label: state.label(),
            note,
        }
    };
    case.form.kind.path().iter().map(step).collect()
}

fn groups(file: &CaseFile) -> Vec<Group> {
    let case = &file.case;
    let word = |field: &CaseField| Word {
        code: field.code(),
        label: field.label(),
        text: case.note(*field).to_owned(),
        is_line: field.names_officials() || *field == CaseField::Enclosure,
    };
    let group = |name, is_open, fields: &[CaseField]| Group {
        name,
        is_open,
        fields: fields.iter().map(word).collect(),
    };
    let mut handling = vec![
        CaseField::Office,
        CaseField::Handler,
        CaseField::Opinion,
        CaseField::LeaderNote,
    ];
    let is_emergency = case.form.kind == CaseKind::Emergency;
    if is_emergency {
        handling.push(CaseField::LeadBody);
    }
    let answered = case.state.is_at_or_after(match is_emergency {
        true => CaseState::Handled,
        false => CaseState::Undertaken,
    });
    let result = [
        CaseField::Result,
        CaseField::ReplyLine,
        CaseField::Enclosure,
    ];
    let mut groups = vec![
        group("拟办与承办", true, &handling),
        group("结果与口径", answered, &result),
        group("反馈单", answered, &CaseField::FEEDBACK),
    ];
    if is_emergency {
        let review = [CaseField::LineEffect, CaseField::Lessons];
        groups.push(group("复盘", case.closed_at.is_some(), &review));
    }
    groups
}

fn history(file: &CaseFile) -> Vec<HistoryLine> {
    let mut lines = Vec::new();
    for step in &file.steps {
        let is_back = (step.from).is_some_and(|from| from.is_at_or_after(step.state));
        let deed = match (step.is_skipped, is_back) {
            (true, _) => "略过",
            (false, true) => "退回",
            (false, false) => "",
        };
        lines.push((
            step.at,
            HistoryLine {
                at: minute(Some(step.at)),
                by: step.by.clone(),
                what: format!("{deed}{}", step.state.label()),
                note: step.note.clone(),
            },
        ));
    }
    for change in file.deadlines.iter().skip(1) {
        lines.push((
            change.at,
            HistoryLine {
                at: minute(Some(change.at)),
                by: change.by.clone(),
                what: format!("时限变更为{}", minute(Some(change.due_at))),
                note: change.reason.clone(),
            },
        ));
    }
    // What happened at the same moment stays in the order in which it was written down.
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn words(file: &CaseFile) -> Vec<HistoryLine> {
    let line = |note: &crate::model::CaseNote| HistoryLine {
        at: minute(Some(note.at)),
        by: note.by.clone(),
        what: note.field.label().to_owned(),
        note: note.text.clone(),
    };
    file.notes.iter().rev().map(line).collect()
}

/// 复盘要素.
fn reviewed(app: &App, file: &CaseFile) -> Result<Vec<(String, String)>> {
    let review = review_case(app, file)?;
    let after = |what: &str, minutes: Option<i64>| {
        minutes.map_or(String::new(), |minutes| {
            format!("（{what}{}）", duration(TimeDelta::minutes(minutes.max(0))))
        })
    };
    let at = |moment: Option<Timestamp>| match moment {
        None => "尚无".to_owned(),
        moment => minute(moment),
    };
    let mut lines = vec![
        ("首发时间".to_owned(), at(review.first_published_at)),
        (
            "首次发现".to_owned(),
            at(review.first_seen_at) + &after("时延", review.found_after_minutes),
        ),
    ];
    for rise in &review.rises {
        lines.push((
            "升级节点".to_owned(),
            format!(
                "{}　{}，信息#{}",
                at(Some(rise.at)),
                rise.to.label(),
                rise.post.0
            ),
        ));
    }
    lines.push((
        "首次回应".to_owned(),
        at(review.answered_at)
            + &after("发现后", review.answered_after_minutes)
            + &after("首发后", review.exposed_minutes),
    ));
    Ok(lines)
}

/// 转办单、反馈单 as Word files.
pub async fn sheet(
    State(app): Shared,
    Who(visitor): Who,
    Path((id, sheet)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let id: i64 = id.parse().map_err(|_| WebError::NotFound)?;
    let sheet = sheet.strip_suffix(".docx").ok_or(WebError::NotFound)?;
    let sheet: Sheet = sheet.parse().map_err(|_| WebError::NotFound)?;
    let file = app
        .on_cpu(move |app| {
            let Some(file) = app.store.case_file(CaseId(id))? else {
                return Ok(None);
            };
            let of = SheetOf {
                bureau: &app.config.settings.bureau.name,
                now: app.now(),
            };
            let (blocks, dated_at) = match sheet {
                Sheet::Transfer => (transfer_sheet(&file, of), file.case.registered_at),
                Sheet::Feedback => (
                    feedback_sheet(&file, of),
                    file.case.answered_at.unwrap_or(of.now),
                ),
            };
            let bytes = app.press.render(&blocks, Format::Docx, dated_at)?;
            let detail = format!("导出第{id}号办理件的{}", sheet.label());
            app.audit(
                &visitor,
                AuditAction::Export,
                &AuditSubject::Case.numbered(id),
                &detail,
            )?;
            Ok(Some(bytes))
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, Format::Docx.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"case-{id}-{sheet}.docx\""),
        ),
    ];
    Ok((headers, file.ok_or(WebError::NotFound)?).into_response())
}
