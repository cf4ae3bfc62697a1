//! 成品 — an Issue → bytes of one format. What is said comes from `layout`; how it looks is here. No clock: the same
//! issue gives the same bytes.

mod docx;
mod html;
mod json;
mod markdown;
mod text;

use crate::digest::layout::{dated_at, layout};
use crate::model::Issue;
use crate::model::coded::coded_enum;
use anyhow::{Context, Result};

coded_enum! {
    /// 成品格式.
    pub enum Format {
        Html = "html" / "网页",
        Docx = "docx" / "Word",
        Text = "txt" / "纯文本",
        Markdown = "md" / "Markdown",
        Json = "json" / "JSON",
    }
}

impl Format {
    /// Media type for downloads and mail.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Html => "text/html; charset=utf-8",
            Format::Docx => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
            Format::Text => "text/plain; charset=utf-8",
            Format::Markdown => "text/markdown; charset=utf-8",
            Format::Json => "application/json",
        }
    }
}

/// 成品 — the issue in one format.
///
/// # Errors
/// Only where a library refuses to write; no content is refused.
pub fn render(issue: &Issue, format: Format) -> Result<Vec<u8>> {
    let blocks = layout(issue);
    let bytes = match format {
        Format::Html => Ok(html::page(&blocks).into_bytes()),
        Format::Docx => docx::document(&blocks, dated_at(issue)),
        Format::Text => Ok(text::full(&blocks).into_bytes()),
        Format::Markdown => Ok(markdown::document(&blocks).into_bytes()),
        Format::Json => json::document(issue),
    };
    bytes.with_context(|| format!("render issue {} as {format}", issue.id.0))
}

/// 摘要文本 — one `△` paragraph per entry, its address on the last line: to paste into a chat.
pub fn render_brief(issue: &Issue) -> String {
    text::brief(issue)
}

#[cfg(test)]
mod tests;
