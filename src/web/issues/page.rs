//! `/issues/{id}`: one issue – where it stands, its editor beside the page as it prints, review and signature, deliveries,
//! history.

use super::digest_of;
use super::entry::{FieldView, SectionView, Unsaved, sections};
use super::history::{History, person};
use super::send::recipient_name;
use crate::app::App;
use crate::digest::edit::{MAX_TEXT_CHARS, section_titles};
use crate::digest::layout::{cited_number, number_line};
use crate::model::{
    Delivery, DeliveryState, Issue, IssueId, IssueState, IssueStep, Masthead, Visitor,
};
use crate::store::DeliveryFilter;
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::minute;
use crate::web::numbered::Numbered;
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

/// Deliveries that the page shows.
const DELIVERIES: usize = 200;

#[derive(Template)]
#[template(path = "issue.html", config = "src/web/askama.toml")]
struct IssuePage {
    frame: Frame,
    id: i64,
    title: String,
    number: String,
    period: String,
    revision: u32,
    state: IssueState,
    steps: Vec<StepView>,
    /// What was refused, where it stands in no form below.
    sentence: String,
    /// The same beside the form that it is about.
    note_sentence: String,
    add_sentence: String,
    /// Words that were not saved and have no form of their own any more.
    kept: Vec<(&'static str, String)>,
    is_editor: bool,
    sections: Vec<SectionView>,
    section_titles: Vec<String>,
    note: FieldView,
    add: String,
    entries: usize,
    is_empty: bool,
    /// It appeared by its schedule: without entries it may become a zero report.
    is_periodic: bool,
    corrects: Option<(i64, String, String)>,
    corrected_by: Vec<(i64, String)>,
    void_reason: String,
    hints: Vec<String>,
    recipients: Vec<String>,
    /// 报、送、发, 印数.
    masthead: Vec<(&'static str, String)>,
    deliveries: Vec<DeliveryView>,
    /// Who has not got it yet: code, name.
    others: Vec<(String, String)>,
    history: History,
}

/// 草稿, 审核, 签发: one step of the line.
struct StepView {
    name: &'static str,
    is_done: bool,
    is_here: bool,
    who: String,
}

struct DeliveryView {
    id: i64,
    recipient: String,
    state: &'static str,
    mark: &'static str,
    said: String,
    /// A person may say what became of it.
    is_open: bool,
}

/// The page.
pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
) -> Result<Response, WebError> {
    let id = IssueId(id);
    show(&app, visitor, id, StatusCode::OK, Unsaved::default()).await
}

/// The page after a form was refused, with what was not saved.
pub async fn show(
    app: &Arc<App>,
    visitor: Visitor,
    id: IssueId,
    status: StatusCode,
    unsaved: Unsaved,
) -> Result<Response, WebError> {
    let page = app
        .on_cpu(move |app| view(app, &visitor, id, unsaved))
        .await?;
    let page = page.ok_or(WebError::NotFound)?.render()?;
    Ok((status, Html(page)).into_response())
}

fn view(app: &App, visitor: &Visitor, id: IssueId, unsaved: Unsaved) -> Result<Option<IssuePage>> {
    let Some(issue) = app.store.issue(id)? else {
        return Ok(None);
    };
    let frame = Frame::of(app, visitor, "/issues")?;
    let digest = digest_of(app, &issue);
    let content = &issue.content;
    let history = History::of(app, id)?;
    let is_editor = issue.state == IssueState::Draft && frame.may_edit();
    let mut sections = sections(&issue, &unsaved);
    let (sentence, note_sentence, add_sentence) = placed(&mut sections, is_editor, &unsaved);
    let recipients: &[String] = digest.map_or(&[], |digest| &digest.recipients);
    let deliveries = app.store.deliveries(&DeliveryFilter {
        issue: Some(id),
        limit: DELIVERIES,
        ..DeliveryFilter::default()
    })?;
    let corrected_by = app.store.corrections_of_issue(id)?;
    let period = content.period;
    let masthead = &content.masthead;
    Ok(Some(IssuePage {
        id: id.0,
        title: masthead.title.clone(),
        number: number_line(&issue),
        period: format!(
            "{} 至 {}",
            minute(Some(period.from)),
            minute(Some(period.to))
        ),
        revision: issue.revision,
        state: issue.state,
        steps: steps(&issue, &history),
        kept: kept(&sections, is_editor, &unsaved),
        note: FieldView::new(
            ("note", "全期附注", false, MAX_TEXT_CHARS),
            &content.note,
            unsaved.note.as_deref(),
        ),
        add: unsaved.add,
        sentence,
        note_sentence,
        add_sentence,
        is_editor,
        section_titles: section_titles(content, digest),
        sections,
        entries: content.entries().count(),
        is_empty: content.is_empty(),
        is_periodic: content.occasion.is_empty(),
        corrects: content.corrects.as_ref().map(|corrects| {
            let cited = &corrects.cited;
            (cited.issue.0, cited.number.clone(), corrects.reason.clone())
        }),
        corrected_by: (corrected_by.iter())
            .map(|issue| (issue.id.0, cited_number(issue).unwrap_or_default()))
            .collect(),
        void_reason: (history.latest(IssueStep::Voided))
            .filter(|_| issue.state == IssueState::Void)
            .map(|taken| taken.note.clone())
            .unwrap_or_default(),
        hints: hints(&issue, &history, visitor, recipients, &frame),
        recipients: recipients
            .iter()
            .map(|code| recipient_name(app, code))
            .collect(),
        masthead: distribution(masthead),
        others: others(app, &deliveries),
        deliveries: deliveries
            .iter()
            .rev()
            .map(|delivery| delivery_view(app, &issue, delivery))
            .collect(),
        history,
        frame,
    }))
}

/// 报, 送, 发, 印数, as far as the digest says.
fn distribution(masthead: &Masthead) -> Vec<(&'static str, String)> {
    [
        ("报", masthead.report_to.clone()),
        ("送", masthead.copy_to.clone()),
        ("发", masthead.issue_to.clone()),
        ("印数", format!("{}份", masthead.copies)),
    ]
    .into_iter()
    .filter(|(_, value)| !value.trim().is_empty())
    .collect()
}

/// Recipients to whom nothing was sent yet: code and description.
fn others(app: &App, deliveries: &[Delivery]) -> Vec<(String, String)> {
    let active = app.config.recipients.iter().filter(|known| known.is_active);
    active
        .filter(|known| deliveries.iter().all(|sent| sent.recipient != known.id))
        .map(|known| (known.id.clone(), known.described()))
        .collect()
}

/// Where the issue stands on its way.
fn steps(issue: &Issue, history: &History) -> Vec<StepView> {
    let who = |step| {
        let taken = history.latest(step);
        taken.map(|taken| format!("{} {}", person(&taken.by), taken.at.format("%m-%d %H:%M")))
    };
    let reached = match issue.state {
        IssueState::Draft => 1,
        IssueState::Approved => 2,
        IssueState::Signed => 3,
        IssueState::Void => 0,
    };
    let taken = history.steps.iter().rev().map(|taken| taken.step);
    let last = { taken }.find(|step| *step != IssueStep::Voided);
    let line = [
        ("草稿", IssueStep::Drafted),
        ("审核", IssueStep::Approved),
        ("签发", IssueStep::Signed),
    ];
    let mut steps: Vec<StepView> = (line.into_iter().enumerate())
        .map(|(place, (name, step))| {
            let is_done = match issue.state {
                // As far as it came.
                IssueState::Void => match last {
                    Some(IssueStep::Signed) => true,
                    Some(IssueStep::Approved) => place < 2,
                    _ => place == 0,
                },
                _ => place < reached,
            };
            StepView {
                name,
                is_done,
                is_here: place + 1 == reached,
                who: who(step).filter(|_| is_done).unwrap_or_default(),
            }
        })
        .collect();
    if issue.state == IssueState::Void {
        steps.push(StepView {
            name: "作废",
            is_done: true,
            is_here: true,
            who: who(IssueStep::Voided).unwrap_or_default(),
        });
    }
    steps
}

/// Where the sentence of a refusal stands: beside the form it is about – of an entry, of the note, of what is added –,
/// else above all.
fn placed(
    sections: &mut [SectionView],
    is_editor: bool,
    unsaved: &Unsaved,
) -> (String, String, String) {
    let sentence = unsaved.sentence.clone();
    let mut entries = sections.iter_mut().flat_map(|section| &mut section.entries);
    let own = entries.find(|entry| is_editor && entry.is_open && entry.post == unsaved.post);
    match own {
        Some(entry) => {
            entry.sentence = sentence;
            Default::default()
        }
        None if is_editor && unsaved.note.is_some() => (String::new(), sentence, String::new()),
        None if is_editor && !unsaved.add.is_empty() => (String::new(), String::new(), sentence),
        None => (sentence, String::new(), String::new()),
    }
}

/// Words that were not saved, of an entry that is gone or a draft that is none any more.
fn kept(
    sections: &[SectionView],
    is_editor: bool,
    unsaved: &Unsaved,
) -> Vec<(&'static str, String)> {
    let mut entries = sections.iter().flat_map(|section| &section.entries);
    let has_form = is_editor && entries.any(|entry| entry.post == unsaved.post);
    let mut kept = Vec::new();
    if !has_form {
        for (name, text) in &unsaved.words {
            let label = super::entry::PARTS
                .iter()
                .find(|(_, known, ..)| known == name);
            kept.push((label.map_or(*name, |(_, _, label, _)| *label), text.clone()));
        }
    }
    if let Some(note) = unsaved.note.as_ref().filter(|_| !is_editor) {
        kept.push(("附注", note.clone()));
    }
    kept
}

/// What whoever decides should know.
fn hints(
    issue: &Issue,
    history: &History,
    visitor: &Visitor,
    recipients: &[String],
    frame: &Frame,
) -> Vec<String> {
    let mut hints = Vec::new();
    let may_sign = frame.may_sign();
    match issue.state {
        IssueState::Approved if may_sign => {
            let approver = history.latest(IssueStep::Approved);
            if approver.is_some_and(|taken| taken.by == visitor.by()) {
                hints.push("审核人也是您：签发后审核与签发为同一人，记入审签记录。".to_owned());
            }
            if recipients.is_empty() {
                hints.push(
                    "本刊没有设收件人，签发后不会自动发送；可签发后逐个发送，或请信息员设置。"
                        .to_owned(),
                );
            }
        }
        IssueState::Signed => {
            let one_hand = (issue.signed.as_ref()).filter(|signed| signed.approver == signed.by);
            if let Some(signed) = one_hand {
                hints.push(format!("审核与签发为同一人（{}）。", signed.by));
            }
        }
        _ => {}
    }
    let written = issue.content.summary_notes().count();
    if written > 0 && matches!(issue.state, IssueState::Draft | IssueState::Approved) {
        hints.push(format!("{written}条的摘要有编者提示，请逐条看过。"));
    }
    hints
}

fn delivery_view(app: &App, issue: &Issue, delivery: &Delivery) -> DeliveryView {
    let said = match delivery.state {
        DeliveryState::Sent => match delivery.message.as_str() {
            "" => minute(delivery.sent_at),
            message => format!("{}　{message}", minute(delivery.sent_at)),
        },
        DeliveryState::Waiting if delivery.attempt_count > 0 => {
            format!(
                "{}；{}再试",
                delivery.message,
                minute(Some(delivery.due_at))
            )
        }
        DeliveryState::Waiting => format!("{}起", minute(Some(delivery.due_at))),
        _ => delivery.message.clone(),
    };
    let is_unknown = matches!(
        delivery.state,
        DeliveryState::Failed | DeliveryState::Uncertain
    );
    DeliveryView {
        id: delivery.id.0,
        recipient: recipient_name(app, &delivery.recipient),
        state: delivery.state.label(),
        mark: match delivery.state {
            DeliveryState::Sent => "ok",
            DeliveryState::Failed | DeliveryState::Uncertain => "bad",
            _ => "waiting",
        },
        said,
        is_open: is_unknown && issue.state == IssueState::Signed,
    }
}
