//! 最近检索: what the person who is signed in searched for lately. It is shown to nobody else, and forgotten on request.

use crate::app::App;
use crate::model::Visitor;
use crate::web::Shared;
use crate::web::deed::back;
use crate::web::error::WebError;
use crate::web::search::Parameters;
use crate::web::visitor::Who;
use anyhow::Result;
use axum::extract::State;
use axum::response::Response;

/// Bytes of a search that is kept: a longer one was written by a program.
const LONGEST: usize = 2000;

/// A search of before.
pub struct Recent {
    /// The way to it.
    pub address: String,
    /// In the query language.
    pub text: String,
}

/// What the visitor searched for, the latest first.
///
/// # Errors
/// The store refuses.
pub fn recent(app: &App, visitor: &Visitor) -> Result<Vec<Recent>> {
    let asked = app.store.recent_searches(visitor.user.id)?.into_iter();
    let recent = asked.map(|asked| Recent {
        text: Parameters::read(asked.as_bytes()).written(),
        address: format!("/search?{asked}"),
    });
    Ok(recent.collect())
}

/// Keeps a search that was understood; programs leave no trace.
///
/// # Errors
/// The store refuses.
pub fn keep(app: &App, visitor: &Visitor, parameters: &Parameters) -> Result<()> {
    let asked = parameters.address("", &[]);
    let asked = asked.trim_start_matches('?');
    let is_known = || -> Result<bool> {
        let known = app.store.recent_searches(visitor.user.id)?;
        Ok(known.first().is_some_and(|last| last == asked))
    };
    if visitor.session.is_empty() || asked.len() > LONGEST || is_known()? {
        return Ok(());
    }
    app.store.keep_search(visitor.user.id, asked, app.now())
}

/// 清除.
pub async fn forget(State(app): Shared, Who(visitor): Who) -> Result<Response, WebError> {
    let user = visitor.user.id;
    app.on_cpu(move |app| app.store.forget_searches(user))
        .await?;
    back(&app, &visitor, "/search", "最近检索已清除。").await
}
