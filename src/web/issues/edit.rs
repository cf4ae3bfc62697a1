//! Changes of a draft from its page. Each form carries the revision that its editor saw; where the draft moved on
//! meanwhile the page comes again with what stands now, and with the editor's own words in the form.

use super::entry::{PARTS, Unsaved, name_of, words};
use super::page::show;
use super::{path_of, seen, subject_of};
use crate::app::App;
use crate::digest::edit::Part;
use crate::model::{AuditAction, EventId, Issue, IssueId, PostId, Visitor};
use crate::pipeline::{EditOrder, EditRefusal, edit_issue, process_all};
use crate::store::{Change, EditError};
use crate::web::Shared;
use crate::web::deed::{back, done};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::numbered::Numbered;
use crate::web::refused;
use crate::web::visitor::Who;
use crate::web::work::work;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// What a form asks for: orders, what is kept of it if it is refused, and the place on the page to come back to.
struct Asked {
    orders: Vec<EditOrder>,
    unsaved: Unsaved,
    anchor: String,
}

/// 改写 one entry: only the parts that differ from what the editor was shown.
pub async fn reword(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    change(&app, visitor, id, fields, |issue, fields| {
        let (post, place) = meant(issue, fields)?;
        let mut orders = Vec::new();
        let mut unsaved = Unsaved {
            post,
            ..Unsaved::default()
        };
        for (part, name, ..) in PARTS {
            let (text, shown) = (
                lines(fields.text(name)),
                fields.text(&format!("was_{name}")),
            );
            if fields.all(name).is_empty() || text == lines(shown) {
                continue;
            }
            orders.push(EditOrder::Reword(place, *part, text.clone()));
            unsaved.words.push((name, text));
        }
        Ok(Asked {
            orders,
            unsaved,
            anchor: format!("#entry-{post}"),
        })
    })
    .await
}

/// 附注 of the issue.
pub async fn note(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    change(&app, visitor, id, fields, |_, fields| {
        let (text, shown) = (lines(fields.text("note")), lines(fields.text("was_note")));
        let orders = match text == shown {
            true => Vec::new(),
            false => vec![EditOrder::Note(text.clone())],
        };
        Ok(Asked {
            orders,
            unsaved: Unsaved {
                note: Some(text),
                ..Unsaved::default()
            },
            anchor: "#note".to_owned(),
        })
    })
    .await
}

/// 调整次序, or to another section.
pub async fn order(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    change(&app, visitor, id, fields, |issue, fields| {
        let (post, place) = meant(issue, fields)?;
        let order = if fields.has("into") {
            let title = fields.required("section", "栏目")?;
            EditOrder::Section(place, title.to_owned())
        } else {
            let to = fields.parsed("to", "移到第几条")?;
            let to: usize = to.ok_or_else(|| WebError::Wrong("请填写移到第几条".to_owned()))?;
            EditOrder::Move(place, to)
        };
        let stays = matches!(order, EditOrder::Move(from, to) if from == to);
        Ok(Asked {
            orders: if stays { Vec::new() } else { vec![order] },
            unsaved: Unsaved::default(),
            anchor: format!("#entry-{post}"),
        })
    })
    .await
}

/// 删去 an entry; its words stay in the history.
pub async fn drop(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    change(&app, visitor, id, fields, |issue, fields| {
        let (_, place) = meant(issue, fields)?;
        Ok(Asked {
            orders: vec![EditOrder::Drop(place)],
            unsaved: Unsaved::default(),
            anchor: String::new(),
        })
    })
    .await
}

/// 增加 an entry: a post or an event, by its number.
pub async fn add(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    // What was just entered must be judged before it can be printed.
    app.on_cpu(process_all).await?;
    change(&app, visitor, id, fields, |_, fields| {
        let said = fields.required("number", "编号")?;
        let number: i64 = said
            .parse()
            .map_err(|_| WebError::Wrong(format!("“{said}”不是编号，请写数字")))?;
        let order = match fields.text("what") {
            "event" => EditOrder::AddEvent(EventId(number)),
            _ => EditOrder::AddPost(PostId(number)),
        };
        Ok(Asked {
            orders: vec![order],
            unsaved: Unsaved {
                add: said.to_owned(),
                ..Unsaved::default()
            },
            anchor: "#add".to_owned(),
        })
    })
    .await
}

/// The entry that a form means: by the post it begins with, wherever it stands now; where it is gone, by its old place.
fn meant(issue: &Issue, fields: &Fields) -> Result<(i64, usize), WebError> {
    let post = fields.parsed("post", "条目")?;
    let post: i64 =
        post.ok_or_else(|| WebError::Wrong("缺少条目，请返回、刷新后再试".to_owned()))?;
    let mut entries = issue.content.entries();
    let place = match entries.position(|entry| name_of(entry) == post) {
        Some(before) => before + 1,
        None => fields.parsed("place", "条目")?.unwrap_or(0),
    };
    Ok((post, place))
}

/// Browsers end lines in their own way.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// What came of it.
enum Outcome {
    Nothing(String),
    Changed(u32, Vec<Change>, String),
    Shown(StatusCode, Unsaved),
}

async fn change(
    app: &Arc<App>,
    visitor: Visitor,
    id: i64,
    fields: Fields,
    ask: impl FnOnce(&Issue, &Fields) -> Result<Asked, WebError> + Send + 'static,
) -> Result<Response, WebError> {
    let id = IssueId(id);
    let by = visitor.by().to_owned();
    let outcome = work(app, move |app| try_change(app, id, &by, &fields, ask)).await?;
    match outcome {
        Outcome::Nothing(anchor) => {
            back(
                app,
                &visitor,
                &format!("{}{anchor}", path_of(id)),
                "没有改动。",
            )
            .await
        }
        Outcome::Changed(revision, changes, anchor) => {
            let what: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
            let sentence = format!("{}（第{revision}次修订）。", what.join("，"));
            let path = format!("{}{anchor}", path_of(id));
            done(
                app,
                &visitor,
                AuditAction::Draft,
                subject_of(id),
                &path,
                sentence,
            )
            .await
        }
        Outcome::Shown(status, unsaved) => show(app, visitor, id, status, unsaved).await,
    }
}

fn try_change(
    app: &App,
    id: IssueId,
    by: &str,
    fields: &Fields,
    ask: impl FnOnce(&Issue, &Fields) -> Result<Asked, WebError>,
) -> Result<Outcome, WebError> {
    let issue = app.store.issue(id)?.ok_or(WebError::NotFound)?;
    let seen = seen(fields)?;
    let Asked {
        orders,
        mut unsaved,
        anchor,
    } = ask(&issue, fields)?;
    if orders.is_empty() {
        return Ok(Outcome::Nothing(anchor));
    }
    let refusal = match edit_issue(app, id, Some(seen), by, &orders) {
        Ok((revision, changes)) => return Ok(Outcome::Changed(revision, changes, anchor)),
        Err(refusal) => refusal,
    };
    // Words that the other editor has written the same are no conflict of words.
    if let EditRefusal::Refused(EditError::Stale { .. }) = &refusal {
        let now = app.store.issue(id)?.unwrap_or(issue);
        let mut entries = now.content.entries();
        if let Some(entry) = entries.find(|entry| name_of(entry) == unsaved.post) {
            let stands = |name: &str| {
                let part: Option<Part> = (PARTS.iter())
                    .find(|(_, known, ..)| *known == name)
                    .map(|(part, ..)| *part);
                part.map(|part| words(entry, part).to_owned())
            };
            unsaved
                .words
                .retain(|(name, text)| stands(name).as_deref() != Some(text));
        }
    }
    let (status, sentence) = match refused::edit(refusal) {
        WebError::Wrong(sentence) => (StatusCode::BAD_REQUEST, sentence),
        WebError::Conflict(sentence) => (
            StatusCode::CONFLICT,
            format!("{sentence}您写的也留在下面，请对照现稿。"),
        ),
        error => return Err(error),
    };
    unsaved.sentence = sentence;
    Ok(Outcome::Shown(status, unsaved))
}
