//! `/issues…`: drafts and what waits, the archive, one issue with its editor, review, signature and deliveries.

mod draft;
mod edit;
mod entry;
mod export;
mod history;
mod list;
mod page;
mod review;
mod send;
mod verify;
mod zeros;

pub use draft::{SpecialAsked, correct, draft};
pub use edit::{add, drop, note, order, reword};
pub use export::{Parameters as ExportParameters, export};
pub use list::list;
pub use page::page;
pub use review::{approve, register_zero, sign, take_back, void};
pub use send::{confirm, resend, send};
pub use verify::verify;
pub use zeros::zeros;

use crate::app::App;
use crate::digest::DigestSettings;
use crate::model::{AuditSubject, Issue, IssueId};
use crate::web::error::WebError;
use crate::web::form::Fields;

/// Where an issue is shown.
fn path_of(id: IssueId) -> String {
    format!("/issues/{}", id.0)
}

/// As the audit names it.
fn subject_of(id: IssueId) -> String {
    AuditSubject::Issue.numbered(id.0)
}

/// The block of `digests.toml` behind an issue; none where it is gone.
fn digest_of<'a>(app: &'a App, issue: &Issue) -> Option<&'a DigestSettings> {
    let mut digests = app.config.digests.iter();
    digests.find(|digest| digest.code == issue.content.digest)
}

/// The revision that somebody had before their eyes.
fn seen(fields: &Fields) -> Result<u32, WebError> {
    let seen = fields.parsed("revision", "修订号")?;
    seen.ok_or_else(|| WebError::Wrong("缺少修订号，请返回、刷新后再试".to_owned()))
}
