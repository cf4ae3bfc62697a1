//! `/issues/{id}/verify`: is an issue as it was signed, and do its figures add up?

use super::path_of;
use crate::digest::layout::number_line;
use crate::model::IssueId;
use crate::pipeline::{SealState, Verification, verify_issue};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::numbered::Numbered;
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::State;
use axum::response::Html;

/// Corrected posts that the page names.
const NAMED: usize = 50;

#[derive(Template)]
#[template(path = "issue_verify.html", config = "src/web/askama.toml")]
struct VerifyPage {
    frame: Frame,
    path: String,
    title: String,
    is_right: bool,
    content: &'static str,
    seal: String,
    renditions: Vec<(String, bool)>,
    figures: usize,
    wrong: Vec<(String, String, String)>,
    not_counted: String,
    changed: Vec<(i64, String)>,
    changed_count: usize,
}

pub async fn verify(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
) -> Result<Html<String>, WebError> {
    let id = IssueId(id);
    let page = app
        .on_cpu(move |app| {
            let (Some(issue), Some(found)) = (app.store.issue(id)?, verify_issue(app, id)?) else {
                return Ok(None);
            };
            let frame = Frame::of(app, &visitor, "/issues")?;
            let title = format!("{}　{}", issue.content.masthead.title, number_line(&issue));
            Ok(Some(view(frame, id, title, found)))
        })
        .await?;
    Ok(Html(page.ok_or(WebError::NotFound)?.render()?))
}

fn view(frame: Frame, id: IssueId, title: String, found: Verification) -> VerifyPage {
    let figures = found.figures;
    VerifyPage {
        frame,
        path: path_of(id),
        title,
        is_right: found.is_right,
        content: match found.content {
            SealState::Intact => "内容与签发时一致",
            SealState::Changed => "内容与签发时的散列对不上，请信息员从备份恢复",
            SealState::Unsealed => "由旧版本签发，当时未存内容散列",
            SealState::Unsigned => "尚未签发，只核对数字",
        },
        seal: found.seal.unwrap_or_default(),
        renditions: (found.renditions.into_iter())
            .map(|rendition| (rendition.format, rendition.is_intact))
            .collect(),
        figures: figures.figures,
        wrong: (figures.wrong.into_iter())
            .map(|wrong| (wrong.figure, wrong.printed, wrong.counted))
            .collect(),
        not_counted: figures.not_counted.join("、"),
        changed_count: figures.changed.len(),
        changed: (figures.changed.into_iter().take(NAMED))
            .map(|changed| (changed.post.0, changed.change))
            .collect(),
    }
}
