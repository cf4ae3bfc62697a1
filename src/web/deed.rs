//! After a deed: a sentence for the next page, a line of the audit where it matters, and the way back.

use super::error::WebError;
use crate::app::App;
use crate::model::{AuditAction, Visitor};
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// To `path`, where `sentence` is shown once.
///
/// # Errors
/// The database refuses.
pub async fn back(
    app: &Arc<App>,
    visitor: &Visitor,
    path: &str,
    sentence: impl Into<String>,
) -> Result<Response, WebError> {
    let (session, sentence) = (visitor.session.clone(), sentence.into());
    if !session.is_empty() {
        app.on_cpu(move |app| app.store.leave_flash(&session, &sentence))
            .await?;
    }
    Ok(Redirect::to(path).into_response())
}

/// As [`back`], and the deed is written down.
///
/// # Errors
/// The database refuses.
pub async fn done(
    app: &Arc<App>,
    visitor: &Visitor,
    action: AuditAction,
    subject: String,
    path: &str,
    sentence: impl Into<String>,
) -> Result<Response, WebError> {
    let (sentence, visitor) = (sentence.into(), visitor.clone());
    let (detail, who) = (sentence.clone(), visitor.clone());
    app.on_cpu(move |app| app.audit(&who, action, &subject, &detail))
        .await?;
    back(app, &visitor, path, sentence).await
}
