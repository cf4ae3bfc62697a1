//! 成品 — an Issue → bytes of one format. What is said comes from `layout`, how it looks from `document`. No clock:
//! the same issue gives the same bytes.

mod brief;
mod clips;
mod json;

use crate::digest::layout::{dated_at, layout};
use crate::document::{Format, Press};
use crate::model::Issue;
use anyhow::{Context, Result};

/// 成品 — the issue in one format, as `press` prints.
///
/// # Errors
/// A library refuses to write, or there is no Chinese font for a PDF; no content is refused.
pub fn print(issue: &Issue, format: Format, press: &Press) -> Result<Vec<u8>> {
    let bytes = match format {
        Format::Json => json::document(issue),
        Format::Brief => Ok(brief::brief(issue).into_bytes()),
        Format::Clips => Ok(clips::clips(issue).into_bytes()),
        format => press.render(&layout(issue), format, dated_at(issue)),
    };
    bytes.with_context(|| format!("第{}号稿件不能生成{}", issue.id.0, format.label()))
}

/// 成品 in the official style, with the fonts of the system.
///
/// # Errors
/// As [`print`].
pub fn render(issue: &Issue, format: Format) -> Result<Vec<u8>> {
    print(issue, format, Press::standard())
}

/// 摘要文本 — one `△` paragraph per entry, its address on the last line: to paste into a chat.
pub fn render_brief(issue: &Issue) -> String {
    brief::brief(issue)
}

#[cfg(test)]
mod tests;
