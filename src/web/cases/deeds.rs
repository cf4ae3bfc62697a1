//! What is done with a case on its page: next step, back, closed, words, another deadline, links, files. Each through the
//! functions that the command line uses; what was seen travels with the form, so that nobody overwrites unseen.

use super::register::{due_of, ids};
use crate::app::App;
use crate::model::{
    AuditAction, AuditSubject, CaseField, CaseFile, CaseId, CaseLinks, CaseState, EventId,
    FocusMark, PostId, Visitor,
};
use crate::pipeline::{DueSaid, attach_to_case, deadline_of, masked_text, masked_words};
use crate::store::{CaseAct, Passage};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::moments::{DayAs, moment_of};
use crate::web::numbered::Numbered;
use crate::web::refused;
use crate::web::upload::Upload;
use crate::web::visitor::Who;
use crate::web::work::work;
use crate::web::{Shared, deed};
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

/// Does it, and leaves a line of the audit and a sentence.
async fn deed_on(
    app: &Arc<App>,
    visitor: &Visitor,
    id: i64,
    what: impl FnOnce(&App, &CaseFile, &str) -> Result<String, WebError> + Send + 'static,
) -> Result<Response, WebError> {
    let by = visitor.by().to_owned();
    let said = work(app, move |app| {
        let file = app.store.case_file(CaseId(id))?;
        what(app, &file.ok_or(WebError::NotFound)?, &by)
    })
    .await?;
    let (subject, path) = (AuditSubject::Case.numbered(id), format!("/cases/{id}"));
    deed::done(app, visitor, AuditAction::Case, subject, &path, said).await
}

fn act_now(app: &App, by: &str) -> CaseAct {
    let now = app.now();
    CaseAct {
        by: by.to_owned(),
        at: now,
        now,
    }
}

/// To another step: the next one, a later one or back with the reason.
pub async fn advance(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    deed_on(&app, &visitor, id, move |app, file, by| {
        let to: Option<CaseState> = fields.parsed("to", "环节")?;
        let to = to.ok_or_else(|| WebError::Wrong("请选择要转到的环节。".to_owned()))?;
        let case = &file.case;
        // Closing asks for a result, which has a form of its own.
        if to == case.form.kind.closing() && case.note(CaseField::Result).is_empty() {
            return Err(WebError::Wrong(format!(
                "没有办理结果，不能转到“{}”；请先填写办理结果。",
                to.label()
            )));
        }
        take(app, file, to, Vec::new(), &fields, by)
    })
    .await
}

/// 归档、办结.
pub async fn close(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    deed_on(&app, &visitor, id, move |app, file, by| {
        let result = fields.required("result", "办理结果")?.to_owned();
        let words = masked_words(vec![(CaseField::Result, result)]);
        take(app, file, file.case.form.kind.closing(), words, &fields, by)
    })
    .await
}

fn take(
    app: &App,
    file: &CaseFile,
    to: CaseState,
    words: Vec<(CaseField, String)>,
    fields: &Fields,
    by: &str,
) -> Result<String, WebError> {
    let now = app.now();
    let seen: Option<CaseState> = fields.parsed("seen", "环节")?;
    let said = moment_of(app, "办理时间", fields.text("at"), DayAs::Refused)?;
    if said.is_some_and(|at| at > now) {
        return Err(WebError::Wrong("办理时间不能晚于现在。".to_owned()));
    }
    let last = file.steps.last().map(|step| step.at);
    let reason = masked_text(fields.text("reason"));
    let passage = Passage {
        seen: seen.unwrap_or(file.case.state),
        to,
        note: masked_text(fields.text("note")),
        reason: Some(reason).filter(|reason| !reason.is_empty()),
        words,
    };
    let act = CaseAct {
        by: by.to_owned(),
        // A clock that was set back must not stop the work.
        at: said.unwrap_or_else(|| last.map_or(now, |last| last.max(now))),
        now,
    };
    app.store
        .move_case(file.case.id, &passage, &act)
        .map_err(refused::case)?;
    let mut sentence = format!("第{}号办理件已转到“{}”", file.case.id.0, to.label());
    let missing = file.case.missing_feedback();
    if to == CaseState::Answered && !missing.is_empty() {
        let missing: Vec<&str> = missing.iter().map(|field| field.label()).collect();
        sentence += &format!("。反馈单还缺{}", missing.join("、"));
    }
    Ok(sentence)
}

/// Words of 办理栏 that were changed on the form; one that somebody else changed meanwhile stays.
pub async fn note(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    deed_on(&app, &visitor, id, move |app, file, by| {
        let mut words = Vec::new();
        for field in CaseField::ALL {
            let was = plain(fields.text(&format!("was_{}", field.code())));
            let Some(said) = said(&fields, *field)? else {
                continue;
            };
            let stands = plain(file.case.note(*field));
            if said == was || said == stands {
                continue;
            }
            if stands != was {
                return Err(WebError::Conflict(format!(
                    "“{}”已由他人改为“{}”，请返回、刷新后再填，以免覆盖。",
                    field.label(),
                    stands.chars().take(60).collect::<String>()
                )));
            }
            words.push((*field, said));
        }
        if words.is_empty() {
            return Err(WebError::Wrong("没有改动，不必保存。".to_owned()));
        }
        let labels: Vec<&str> = words.iter().map(|(field, _)| field.label()).collect();
        let labels = labels.join("、");
        app.store
            .note_case(file.case.id, &masked_words(words), &act_now(app, by))
            .map_err(refused::case)?;
        Ok(format!("第{}号办理件已记下{labels}", file.case.id.0))
    })
    .await
}

/// What the form says of a field; none where it does not show it.
fn said(fields: &Fields, field: CaseField) -> Result<Option<String>, WebError> {
    if !fields.has(&format!("has_{}", field.code())) {
        return Ok(None);
    }
    if field != CaseField::Focus {
        return Ok(Some(plain(fields.text(field.code()))));
    }
    let mut marks: Vec<FocusMark> = Vec::new();
    for mark in fields.all(field.code()) {
        let mark = mark.parse();
        marks.push(mark.map_err(|_| WebError::Wrong("没有这样的重点回应情形。".to_owned()))?);
    }
    if marks.len() > 1 && marks.contains(&FocusMark::None) {
        let message = "重点回应情形选了“均不属于”，就不能再选其他。";
        return Err(WebError::Wrong(message.to_owned()));
    }
    let labels: Vec<&str> = marks.iter().map(|mark| mark.label()).collect();
    Ok(Some(labels.join("、")))
}

/// A browser sends lines with `\r\n`.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// 延期.
pub async fn extend(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    deed_on(&app, &visitor, id, move |app, file, by| {
        let case = &file.case;
        let said = due_of(app, &fields)?;
        let said = said.ok_or_else(|| WebError::Wrong("请填写新的时限。".to_owned()))?;
        let reason = masked_text(fields.required("reason", "变更原因")?);
        let mut deadline = deadline_of(app, &case.form, &said).map_err(refused::case)?;
        // Only a rule says which step meets it.
        if !matches!(said, DueSaid::Rule(_)) {
            deadline.met_by = case.deadline.met_by;
        }
        if matches!(said, DueSaid::At(_)) {
            deadline.basis = format!("变更：{reason}");
        }
        app.store
            .extend_case(case.id, &deadline, &reason, &act_now(app, by))
            .map_err(refused::case)?;
        Ok(format!(
            "第{}号办理件时限由{}变更为{}：{reason}",
            case.id.0,
            case.deadline.at.format("%Y-%m-%d %H:%M"),
            deadline.at.format("%Y-%m-%d %H:%M")
        ))
    })
    .await
}

/// 关联.
pub async fn link(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    deed_on(&app, &visitor, id, move |app, file, by| {
        let posts = ids(fields.text("post"), "信息")?.into_iter().map(PostId);
        let events = ids(fields.text("event"), "事件")?.into_iter().map(EventId);
        let links = CaseLinks {
            posts: posts.collect(),
            events: events.collect(),
        };
        if links == CaseLinks::default() {
            return Err(WebError::Wrong(
                "请填写要关联的信息或事件的编号。".to_owned(),
            ));
        }
        app.store
            .link_case(file.case.id, &links, &act_now(app, by))
            .map_err(refused::case)?;
        Ok(format!(
            "第{}号办理件已关联信息{}条、事件{}个",
            file.case.id.0,
            links.posts.len(),
            links.events.len()
        ))
    })
    .await
}

/// 附件.
pub async fn attach(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    upload: Upload,
) -> Result<Response, WebError> {
    deed_on(&app, &visitor, id, move |app, file, by| {
        let count = attach_to_case(app, file.case.id, &upload.files, by);
        let count = count.map_err(refused::entry)?;
        Ok(format!("第{}号办理件已上传附件{count}个", file.case.id.0))
    })
    .await
}
