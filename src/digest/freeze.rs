//! 封存 — a rendition of an issue: of a signed one the bytes that were frozen, whatever program made them; of any other
//! what would be printed now. The only file of this module that knows the store.

use crate::digest::render::print;
use crate::document::{Format, Press};
use crate::model::{Issue, IssueState, Timestamp};
use crate::store::Store;
use anyhow::{Context, Result, bail};

/// The issue in one format. The first time that a signed issue is asked for, what is made is frozen.
///
/// # Errors
/// The store refuses, a frozen rendition is damaged, or a library refuses to write.
pub fn rendition(
    store: &Store,
    issue: &Issue,
    format: Format,
    press: &Press,
    now: Timestamp,
) -> Result<Vec<u8>> {
    if issue.state != IssueState::Signed {
        return print(issue, format, press);
    }
    if let Some(frozen) = store.frozen_rendition(issue.id, format.code())? {
        if !frozen.is_intact() {
            bail!(
                "第{}号稿件封存的 {format} 成品已损坏，请从备份恢复；`yuqing issue verify {}` 查看",
                issue.id.0,
                issue.id.0
            );
        }
        return frozen.body.context("an intact rendition has a body");
    }
    let body = print(issue, format, press)?;
    store.freeze_rendition(issue.id, format.code(), &body, now)
}

/// Codes of the formats that every signed issue has, sooner or later: all but PDF, which needs a font of the machine.
pub fn awaited() -> Vec<&'static str> {
    let formats = Format::ALL.iter().filter(|format| **format != Format::Pdf);
    formats.map(|format| format.code()).collect()
}

/// Freezes every rendition of a signed issue, in one transaction. One format that cannot be made holds up none of the
/// others: the formats that failed, and why.
///
/// # Errors
/// The store refuses.
pub fn freeze(
    store: &Store,
    issue: &Issue,
    press: &Press,
    now: Timestamp,
) -> Result<Vec<(Format, anyhow::Error)>> {
    let (mut made, mut failed) = (Vec::new(), Vec::new());
    for format in Format::ALL {
        match print(issue, *format, press) {
            Ok(body) => made.push((format.code(), body)),
            Err(error) => failed.push((*format, error)),
        }
    }
    store.freeze_renditions(issue.id, &made, now)?;
    Ok(failed)
}
