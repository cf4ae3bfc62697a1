//! `/issues…`: drafts and what waits, the archive, one issue with its editor, review, signature and deliveries.

mod draft;
mod edit;
mod entry;
mod export;
mod history;
mod list;
mod page;
mod refusal;
mod review;
mod send;
mod verify;
mod zeros;

pub use draft::{correct, draft};
pub use edit::{add, drop, note, order, reword};
pub use export::export;
pub use list::list;
pub use page::page;
pub use review::{approve, register_zero, sign, take_back, void};
pub use send::{confirm, resend, send};
pub use verify::verify;
pub use zeros::zeros;

use super::error::WebError;
use super::form::Fields;
use crate::app::App;
use crate::digest::DigestSettings;
use crate::model::{Issue, IssueId};

/// The number of an address.
fn issue_id(said: &str) -> Result<IssueId, WebError> {
    said.parse().map(IssueId).map_err(|_| WebError::NotFound)
}

/// Where an issue is shown.
fn path_of(id: IssueId) -> String {
    format!("/issues/{}", id.0)
}

/// As the audit names it.
fn subject_of(id: IssueId) -> String {
    format!("刊物#{}", id.0)
}

/// The block of `digests.toml` behind an issue; none where it is gone.
fn digest_of<'a>(app: &'a App, issue: &Issue) -> Option<&'a DigestSettings> {
    let mut digests = app.config.digests.iter();
    digests.find(|digest| digest.code == issue.content.digest)
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
/// The revision that somebody had before their eyes.
fn seen(fields: &Fields) -> Result<u32, WebError> {
    let seen = fields.parsed("revision", "修订号")?;
    seen.ok_or_else(|| WebError::Wrong("缺少修订号，请返回、刷新后再试".to_owned()))
}
