//! 成品 — an Issue → bytes of one format. What is said comes from `layout`, how it looks from `document`. No clock:
//! the same issue gives the same bytes.

mod brief;
mod json;

use crate::digest::layout::{dated_at, layout};
use crate::document::{self, Format};
use crate::model::Issue;
use anyhow::{Context, Result};

/// 成品 — the issue in one format.
///
/// # Errors
/// Only where a library refuses to write; no content is refused.
pub fn render(issue: &Issue, format: Format) -> Result<Vec<u8>> {
    let bytes = match format {
        Format::Json => json::document(issue),
        format => document::render(&layout(issue), format, dated_at(issue)),
    };
    bytes.with_context(|| format!("render issue {} as {format}", issue.id.0))
}

/// The issue as JSON, for whoever has more to say of it.
pub fn render_value(issue: &Issue) -> serde_json::Value {
    json::value(issue)
}

/// 摘要文本 — one `△` paragraph per entry, its address on the last line: to paste into a chat.
pub fn render_brief(issue: &Issue) -> String {
    brief::brief(issue)
}

#[cfg(test)]
mod tests;
