//! `/issues/{id}/export`: an issue as a file, and as it prints for the frame on its page.

use super::subject_of;
use crate::app::App;
use crate::digest::freeze::rendition;
use crate::document::Format;
use crate::model::{AuditAction, Issue, IssueId, IssueState};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::numbered::Numbered;
use crate::web::visitor::Who;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Parameters {
    format: String,
}

impl Parameters {
    /// Of a format's code.
    pub fn of(format: String) -> Parameters {
        Parameters { format }
    }
}

pub async fn export(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Query(parameters): Query<Parameters>,
) -> Result<Response, WebError> {
    let id = IssueId(id);
    let format: Format = parameters.format.parse().map_err(|_| WebError::NotFound)?;
    let file = app
        .on_cpu(move |app| {
            let Some(issue) = app.store.issue(id)? else {
                return Ok(None);
            };
            if let Some(missing) = missing_font(app, &issue, format)? {
                return Ok(Some(Err(missing)));
            }
            let file = rendition(&app.store, &issue, format, &app.press, app.now())?;
            // The frame on the page of an issue takes nothing along.
            if format != Format::Html {
                let detail = format!("下载{format}（{}）", issue.state.label());
                app.audit(&visitor, AuditAction::Export, &subject_of(id), &detail)?;
            }
            Ok(Some(Ok(file)))
        })
        .await?
        .ok_or(WebError::NotFound)?
        .map_err(WebError::NotReady)?;
    let name = match format {
        Format::Html => "inline".to_owned(),
        Format::Brief | Format::Clips => {
            format!("attachment; filename=\"issue-{}-{format}.txt\"", id.0)
        }
        _ => format!(
            "attachment; filename=\"issue-{}.{}\"",
            id.0,
            format.extension()
        ),
    };
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    let mut response = (headers, file).into_response();
    if format == Format::Html {
        // A rendition carries its style sheet; it is shown in a frame of ours and runs nothing.
        for (name, value) in [
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups; \
                 frame-ancestors 'self'",
            ),
            (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        ] {
            let value = axum::http::HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// What to install before a PDF can be made; a frozen one is given as it is.
fn missing_font(app: &App, issue: &Issue, format: Format) -> anyhow::Result<Option<String>> {
    let is_frozen = issue.state == IssueState::Signed
        && (app.store.frozen_rendition(issue.id, format.code())?).is_some();
    if format != Format::Pdf || is_frozen {
        return Ok(None);
    }
    Ok(app.press.fonts.check().err().map(|error| error.to_string()))
}
