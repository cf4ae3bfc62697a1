//! A person's look at a post as published: allowed by name, written down before anything is shown.

use crate::app::App;
use crate::model::{Look, Looked, PostId};
use crate::text::mask::mask;
use anyhow::Result;

/// Why nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// Nobody is entitled.
    #[error(
        "尚未授权任何人查阅原文；由单位确定人选后，在 yuqing.toml 的 [privacy] may_see_originals 写上姓名"
    )]
    NobodyMay,
    /// This name is not.
    #[error(
        "{0}没有查阅原文的授权，本次未显示，已记录；授权名单在 yuqing.toml 的 [privacy] may_see_originals"
    )]
    NotEntitled(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

/// Who looks, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Looker<'a> {
    /// Name, as signed.
    pub by: &'a str,
    /// What for.
    pub reason: &'a str,
}

/// Writes the look down; an error says that it is refused.
///
/// # Errors
/// The name is not entitled, or the store refuses.
pub fn permit_look(
    app: &App,
    post: PostId,
    looked: Looked,
    looker: Looker<'_>,
) -> Result<(), LookError> {
    let is_granted = is_entitled(app, looker.by);
    record(app, post, looked, looker, is_granted)?;
    match (
        is_granted,
        app.config.settings.privacy.may_see_originals.is_empty(),
    ) {
        (true, _) => Ok(()),
        (false, true) => Err(LookError::NobodyMay),
        (false, false) => Err(LookError::NotEntitled(looker.by.to_owned())),
    }
}

/// The same for somebody whose role was asked already (`Permission::Unmask`): where names are listed, the name must be
/// among them besides.
///
/// # Errors
/// The name is not entitled, or the store refuses.
pub fn permit_look_of_role(
    app: &App,
    post: PostId,
    looked: Looked,
    looker: Looker<'_>,
) -> Result<(), LookError> {
    let is_granted = is_entitled_by_role(app, looker.by);
    record(app, post, looked, looker, is_granted)?;
    match is_granted {
        true => Ok(()),
        false => Err(LookError::NotEntitled(looker.by.to_owned())),
    }
}

/// Whether somebody whose role may see originals is not shut out by a list of names.
pub fn is_entitled_by_role(app: &App, name: &str) -> bool {
    app.config.settings.privacy.may_see_originals.is_empty() || is_entitled(app, name)
}

fn is_entitled(app: &App, name: &str) -> bool {
    let entitled = &app.config.settings.privacy.may_see_originals;
    entitled.iter().any(|known| known.trim() == name)
}

fn record(
    app: &App,
    post: PostId,
    looked: Looked,
    looker: Looker<'_>,
    is_granted: bool,
) -> Result<()> {
    app.store.record_look(&Look {
        post,
        looked,
        at: app.now(),
        by: looker.by.to_owned(),
        reason: mask(looker.reason),
        is_granted,
    })
}
