//! `/issues`: the issues, each as it prints, and as files.

use super::Shared;
use super::error::WebError;
use super::frame::Frame;
use super::layout::minute;
use super::visitor::Who;
use crate::app::App;
use crate::digest::freeze::rendition;
use crate::digest::layout::number_line;
use crate::document::Format;
use crate::model::{Issue, IssueId, IssueState};
use crate::store::IssueFilter;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "issues.html", config = "src/web/askama.toml")]
struct IssuesPage {
    frame: Frame,
    issues: Vec<IssueLine>,
    feeds: Vec<Feed>,
}

/// 订阅 of one digest.
struct Feed {
    code: String,
    title: String,
}

struct IssueLine {
    id: i64,
    title: String,
    number: String,
    state: &'static str,
    period: String,
    entries: usize,
    /// 编者提示, until the issue has its number.
    notes: Vec<String>,
}

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

pub async fn list(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let (frame, issues) = app
        .on_cpu(move |app| {
            let frame = Frame::of(app, &visitor, "/issues")?;
            Ok((frame, app.store.issues(IssueFilter::default())?))
        })
        .await?;
    let page = IssuesPage {
        frame,
        issues: issues.iter().map(line).collect(),
        feeds: (app.config.digests.iter())
            .map(|digest| Feed {
                code: digest.code.clone(),
                title: digest.title.clone(),
            })
            .collect(),
    };
    Ok(Html(page.render()?))
}

/// The issue as it prints.
pub async fn page(state: Shared, id: Path<String>) -> Result<Response, WebError> {
    let format = Format::Html.code().to_owned();
    export(state, id, Query(Parameters { format })).await
}

pub async fn export(
    State(app): Shared,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Result<Response, WebError> {
    let id: i64 = id.parse().map_err(|_| WebError::NotFound)?;
    let format: Format = parameters.format.parse().map_err(|_| WebError::NotFound)?;
    let file = app
        .on_cpu(move |app| {
            let Some(issue) = app.store.issue(IssueId(id))? else {
                return Ok(None);
            };
            if let Some(missing) = missing_font(app, &issue, format)? {
                return Ok(Some(Err(missing)));
            }
            let file = rendition(&app.store, &issue, format, &app.press, app.now())?;
            Ok(Some(Ok(file)))
        })
        .await?
        .ok_or(WebError::NotFound)?
        .map_err(WebError::NotReady)?;
    let name = match format {
        Format::Html => "inline".to_owned(),
        Format::Brief | Format::Clips => {
            format!("attachment; filename=\"issue-{id}-{format}.txt\"")
        }
        _ => format!("attachment; filename=\"issue-{id}.{}\"", format.extension()),
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

fn line(issue: &Issue) -> IssueLine {
    let period = issue.content.period;
    IssueLine {
        id: issue.id.0,
        title: issue.content.masthead.title.clone(),
        number: match issue.number {
            Some(_) => number_line(issue),
            None => "未编号".to_owned(),
        },
        state: issue.state.label(),
        period: format!(
            "{} 至 {}",
            minute(Some(period.from)),
            minute(Some(period.to))
        ),
        entries: issue.content.entries().count(),
        notes: (issue.content.summary_notes())
            .filter(|_| issue.number.is_none())
            .map(|(title, note)| format!("{title}：{note}"))
            .collect(),
    }
}
