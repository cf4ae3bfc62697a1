//! What is done with one post of the list.

use super::item::{Item, Maker, WayBack};
use super::{is_fragment, own_path};
use crate::app::App;
use crate::model::{AuditAction, AuditSubject, Field, IssueId, Label, PostId, Visitor};
use crate::pipeline::{EditOrder, EventError, edit_issue, join_event, say_label, unsay_label};
use crate::store::{Act, Marked};
use crate::web::Shared;
use crate::web::deed;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::posts::labels::label_of;
use crate::web::refused;
use crate::web::today::drafting::{Draft, cited};
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

/// The post as it stands after a deed; beside it the draft, where it changed.
#[derive(Template)]
#[template(path = "triage_answer.html", config = "src/web/askama.toml")]
struct Answer {
    item: Item,
    /// The other post, where the deed changed that one.
    other: Option<Item>,
    draft: Option<Draft>,
}

/// What was done.
pub(super) struct Done {
    pub action: AuditAction,
    pub subject: String,
    pub sentence: String,
    /// How the key for it takes it back.
    pub way_back: WayBack,
    /// Another post than the one asked about, which it changed.
    pub other: Option<PostId>,
}

impl Done {
    fn post(action: AuditAction, id: PostId, sentence: String, way_back: WayBack) -> Done {
        let subject = AuditSubject::Post.numbered(id.0);
        Done {
            action,
            subject,
            sentence,
            way_back,
            other: None,
        }
    }
}

/// Who does something to which post, and how the answer is to look.
struct Deed {
    app: Arc<App>,
    visitor: Visitor,
    id: PostId,
    fields: Fields,
    wants_fragment: bool,
}

impl Deed {
    fn of(
        app: Arc<App>,
        visitor: Visitor,
        id: &str,
        headers: &HeaderMap,
        fields: Fields,
    ) -> Result<Deed, WebError> {
        let id = id.parse().map_err(|_| WebError::NotFound)?;
        Ok(Deed {
            app,
            visitor,
            id: PostId(id),
            fields,
            wants_fragment: is_fragment(headers),
        })
    }

    fn back(&self) -> String {
        let own = format!("/posts/{}", self.id.0);
        own_path(self.fields.text("back")).map_or(own, str::to_owned)
    }

    /// Does it, writes it down, answers.
    async fn run(
        self,
        act: impl FnOnce(&App, &Visitor, PostId, &Fields) -> Result<Done, WebError> + Send + 'static,
    ) -> Result<Response, WebError> {
        let (visitor, fields, id) = (self.visitor.clone(), self.fields.clone(), self.id);
        let done = self
            .app
            .on_cpu(move |app| {
                let done = match app.store.post(id)? {
                    Some(_) => act(app, &visitor, id, &fields),
                    None => Err(WebError::NotFound),
                };
                Ok(done)
            })
            .await?;
        if self.wants_fragment {
            return self.answer(done).await;
        }
        let (done, back) = (done?, self.back());
        let anchored = format!("{back}#p{}", self.id.0);
        let Done {
            action,
            subject,
            sentence,
            ..
        } = done;
        deed::done(
            &self.app,
            &self.visitor,
            action,
            subject,
            &anchored,
            sentence,
        )
        .await
    }

    /// The item as it stands; of a refusal with its sentence and status.
    async fn answer(self, done: Result<Done, WebError>) -> Result<Response, WebError> {
        let (status, said) = match &done {
            Ok(done) => (StatusCode::OK, done.sentence.clone()),
            Err(WebError::Wrong(said)) => (StatusCode::BAD_REQUEST, said.clone()),
            Err(WebError::Conflict(said)) => (StatusCode::CONFLICT, said.clone()),
            Err(_) => (StatusCode::OK, String::new()),
        };
        if said.is_empty() {
            done?;
            return Err(WebError::NotFound);
        }
        let is_refused = done.is_err();
        let back = self.back();
        let Deed {
            app,
            visitor,
            id,
            fields,
            ..
        } = self;
        let answer = app
            .on_cpu(move |app| {
                if let Ok(done) = &done {
                    app.audit(&visitor, done.action, &done.subject, &done.sentence)?;
                }
                let is_draft = matches!(&done, Ok(done) if done.action == AuditAction::Draft);
                let way_back = match &done {
                    Ok(done) => done.way_back.clone(),
                    Err(_) => WayBack::Refused,
                };
                let other = done.ok().and_then(|done| done.other);
                let issue = fields.text("issue").parse().ok().map(IssueId);
                let Some(stored) = app.store.post(id)? else {
                    return Ok(None);
                };
                let draft = cited(app, issue)?;
                let maker = Maker {
                    app,
                    visitor: &visitor,
                    draft,
                    back: back.clone(),
                    is_open: fields.has("open"),
                };
                let mut item = maker.item(&stored)?;
                item.said = said;
                item.is_refused = is_refused;
                item.way_back = way_back;
                let other = match other {
                    Some(other) => app.store.post(other)?,
                    None => None,
                };
                let other = other.map(|stored| maker.item(&stored)).transpose()?;
                let other = other.map(Item::beside);
                let draft = match is_draft {
                    true => Some(Draft::beside(app, &visitor, issue, &back)?.swapped()),
                    false => None,
                };
                Ok(Some(Answer { item, other, draft }))
            })
            .await?;
        let answer = answer.ok_or(WebError::NotFound)?;
        Ok((status, Html(answer.render()?)).into_response())
    }
}

/// Another post, named by its number.
fn other(fields: &Fields) -> Result<PostId, WebError> {
    let said = fields.required("of", "另一条信息的编号")?;
    let number = said.trim_start_matches('#').parse().map_err(|_| {
        WebError::Wrong(format!(
            "“{said}”不是信息编号，编号是网址 /posts/ 后的数字。"
        ))
    })?;
    Ok(PostId(number))
}

fn act(app: &App, visitor: &Visitor, note: &str) -> Act {
    Act {
        by: visitor.by().to_owned(),
        note: note.to_owned(),
        at: app.now(),
    }
}

/// A level is one thing in the audit, all else another.
fn action_of(label: &Label) -> AuditAction {
    match label.fields().contains(&Field::Level) {
        true => AuditAction::Level,
        false => AuditAction::Label,
    }
}

/// 更正.
pub async fn label(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    let deed = Deed::of(app, visitor, &id, &headers, fields)?;
    deed.run(|app, visitor, id, fields| {
        let label = label_of(app, id, fields)?;
        say(app, visitor, id, label, fields.text("note"))
    })
    .await
}

/// 更正 of one post.
pub(super) fn say(
    app: &App,
    visitor: &Visitor,
    id: PostId,
    label: Label,
    note: &str,
) -> Result<Done, WebError> {
    let said = say_label(app, id, label.clone(), act(app, visitor, note));
    let correction = said.map_err(refused::label)?;
    let sentence = format!("第{}号信息：{correction}", id.0);
    let way_back = WayBack::By(id, "undo");
    Ok(Done::post(action_of(&label), id, sentence, way_back))
}

/// 撤回.
pub async fn undo(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    let deed = Deed::of(app, visitor, &id, &headers, fields)?;
    deed.run(|app, visitor, id, fields| unsay(app, visitor, id, fields.text("note")))
        .await
}

/// 撤回 of the latest correction of one post.
pub(super) fn unsay(
    app: &App,
    visitor: &Visitor,
    id: PostId,
    note: &str,
) -> Result<Done, WebError> {
    let taken = unsay_label(app, id, act(app, visitor, note));
    let taken = taken.map_err(refused::label)?;
    let sentence = format!("第{}号信息：已撤回{taken}", id.0);
    let action = action_of(&taken.label);
    Ok(Done::post(action, id, sentence, WayBack::Taken))
}

/// 重复.
pub async fn copy(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    let deed = Deed::of(app, visitor, &id, &headers, fields)?;
    deed.run(|app, visitor, id, fields| {
        let marked = app
            .store
            .mark_copy(id, other(fields)?, visitor.by(), app.now());
        let Marked { copy, first } = marked.map_err(refused::copy)?;
        let mut sentence = format!("第{}号信息已判为第{}号的转载", copy.0, first.0);
        if copy != id {
            sentence += &format!("（第{}号发布在后，早的作原帖）", copy.0);
        }
        let way_back = WayBack::By(copy, "distinct");
        let mut done = Done::post(AuditAction::Label, copy, sentence, way_back);
        done.other = (copy != id).then_some(copy);
        Ok(done)
    })
    .await
}

/// 不重复.
pub async fn distinct(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    let deed = Deed::of(app, visitor, &id, &headers, fields)?;
    deed.run(|app, _, id, _| {
        app.store.unmark_copy(id).map_err(refused::copy)?;
        let sentence = format!("第{}号信息不再算作转载", id.0);
        Ok(Done::post(AuditAction::Label, id, sentence, WayBack::Taken))
    })
    .await
}

/// 归并.
pub async fn merge(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    let deed = Deed::of(app, visitor, &id, &headers, fields)?;
    deed.run(|app, visitor, id, fields| {
        let other = other(fields)?;
        let Some(stored) = app.store.post(other)? else {
            return Err(WebError::Wrong(format!("没有编号为{}的信息。", other.0)));
        };
        let Some(event) = stored.event else {
            let said = format!("第{}号信息不在任何事件里，不能归入。", other.0);
            return Err(WebError::Conflict(said));
        };
        let joined = join_event(app, id, event, visitor.by()).map_err(not_joined)?;
        let sentence = format!("第{}号信息已归入事件{}", id.0, joined.0);
        let way_back =
            WayBack::Elsewhere("归并不能用 u 撤回，请点这一条的“事件”，在事件页撤销归并");
        Ok(Done::post(AuditAction::Event, id, sentence, way_back))
    })
    .await
}

fn not_joined(refusal: EventError) -> WebError {
    match refusal {
        EventError::OneEvent => WebError::Conflict("两条信息已在同一事件里。".to_owned()),
        refusal => refused::named_event(refusal),
    }
}

/// 编入刊物.
pub async fn print(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    let deed = Deed::of(app, visitor, &id, &headers, fields)?;
    deed.run(|app, visitor, id, fields| {
        let said = fields.required("issue", "编入哪一期（先起草）")?;
        let issue = IssueId(said.parse().map_err(|_| WebError::NotFound)?);
        print_into(app, visitor, id, issue)
    })
    .await
}

/// 编入 of one post.
pub(super) fn print_into(
    app: &App,
    visitor: &Visitor,
    id: PostId,
    issue: IssueId,
) -> Result<Done, WebError> {
    let order = [EditOrder::AddPost(id)];
    let edited = edit_issue(app, issue, None, visitor.by(), &order);
    let (revision, changes) = edited.map_err(refused::edit)?;
    let what: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
    Ok(Done {
        action: AuditAction::Draft,
        subject: AuditSubject::Issue.numbered(issue.0),
        sentence: format!("{}（第{revision}次修订）", what.join("；")),
        way_back: WayBack::Elsewhere("编入不能用 u 撤回，请在“本期草稿”里删去这一条"),
        other: None,
    })
}
