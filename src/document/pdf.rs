//! PDF of an issue: the look of the Word file, its fonts inside. Words go in as JSON, charts as vectors.

use super::Block;
use super::chart;
use super::fonts::Fonts;
use super::style::Style;
use super::typeset;
use crate::model::Timestamp;
use anyhow::{Context, Result};
use chrono::{Datelike, Timelike};
use serde_json::{Value, json};
use typst::foundations::{Datetime, Smart};
use typst_pdf::{PdfOptions, Timestamp as PdfTimestamp};

const TEMPLATE: &str = include_str!("pdf.typ");

/// A run of Latin letters longer than this may be broken anywhere: no line has room for it.
const UNBREAKABLE: usize = 40;

/// The whole file. Its date is `dated_at`, its fonts are those found: the same on one machine, byte for byte.
pub fn document(
    blocks: &[Block],
    dated_at: Timestamp,
    style: Style,
    fonts: &Fonts,
) -> Result<Vec<u8>> {
    let families = fonts.families()?;
    let hei = families.hei.join(", ");
    let data = json!({
        "fonts": families,
        "plain": style == Style::Plain,
        "blocks": blocks.iter().map(|block| element(block, &hei)).collect::<Vec<_>>(),
    });
    let data = serde_json::to_vec(&data).context("describe a page")?;
    let pages = typeset::pages(TEMPLATE, vec![("data.json", data)], fonts)?;
    let options = PdfOptions {
        creator: Smart::Custom(Some("yuqing".to_owned())),
        timestamp: moment(dated_at),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&pages, &options).map_err(|errors| typeset::refusal(&errors))
}

fn moment(at: Timestamp) -> Option<PdfTimestamp> {
    let (year, month, day) = (at.year(), at.month() as u8, at.day() as u8);
    let (hour, minute, second) = (at.hour() as u8, at.minute() as u8, at.second() as u8);
    let datetime = Datetime::from_ymd_hms(year, month, day, hour, minute, second)?;
    PdfTimestamp::new_local(datetime, at.offset().local_minus_utc() / 60)
}

fn element(block: &Block, family: &str) -> Value {
    match block {
        Block::Header { notice, serial } => {
            json!({"is": "header", "left": words(notice), "right": words(serial)})
        }
        Block::Masthead(title) => json!({"is": "masthead", "text": words(title)}),
        Block::Number(number) => json!({"is": "number", "text": words(number)}),
        Block::Imprint { publisher, date } => {
            json!({"is": "imprint", "left": words(publisher), "right": words(date)})
        }
        Block::RedRule => json!({"is": "red_rule"}),
        Block::Label(label) => json!({"is": "label", "text": words(label)}),
        Block::Contents { level, tag, title } => {
            json!({"is": "contents", "level": level, "tag": words(tag), "text": words(title)})
        }
        Block::Paragraph { lead, text } => {
            json!({"is": "paragraph", "lead": words(lead), "text": words(text)})
        }
        Block::Section(title) => json!({"is": "section", "text": words(title)}),
        Block::Entry {
            number,
            level,
            tag,
            title,
        } => {
            json!({"is": "entry", "number": words(number), "level": level, "tag": words(tag), "text": words(title)})
        }
        Block::Source { lead, text, url } => json!({
            "is": "source",
            "lead": words(lead),
            "text": words(text),
            "url": url.as_deref().map(shown),
            "link": url.as_deref().filter(|url| is_web(url)),
        }),
        Block::Table {
            caption,
            columns,
            rows,
        } => json!({
            "is": "table",
            "caption": words(caption),
            "widths": columns.iter().map(|column| column.width.max(1)).collect::<Vec<_>>(),
            "figures": columns.iter().map(|column| column.is_figure).collect::<Vec<_>>(),
            "headings": columns.iter().map(|column| words(&column.heading)).collect::<Vec<_>>(),
            "cells": rows.iter().flatten().map(|cell| words(cell)).collect::<Vec<_>>(),
        }),
        Block::Chart(drawn) => json!({
            "is": "chart",
            "title": words(&drawn.title),
            "alt": chart::alternative(drawn),
            "svg": chart::svg(drawn, family),
        }),
        Block::Colophon {
            recipients,
            hands,
            copies,
        } => json!({
            "is": "colophon",
            "recipients": recipients.iter().map(|line| words(line)).collect::<Vec<_>>(),
            "hands": words(hands),
            "copies": words(copies),
        }),
    }
}

/// A link where a browser may open it; `javascript:` and the like stay text.
fn is_web(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

/// An address already breaks at its marks: only what no line could hold is broken besides, so that whoever copies an
/// ordinary one gets it whole.
fn shown(url: &str) -> String {
    if is_web(url) {
        return breakable(url, |character| character.is_ascii_alphanumeric());
    }
    words(url)
}

fn words(text: &str) -> String {
    breakable(text, |character| character.is_ascii() && character != ' ')
}

/// The text with invisible places to break inside runs of what lines are not broken in.
fn breakable(text: &str, keeps_together: fn(char) -> bool) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut run = 0;
    for character in text.chars() {
        run = if keeps_together(character) {
            run + 1
        } else {
            0
        };
        broken.push(character);
        if run > UNBREAKABLE {
            broken.push('\u{200b}');
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn an_ordinary_address_is_copied_whole() {
        let url = "http://epaper.example.cn/html/2017-04/09/content_3003.htm?from=index&page=1";
        assert_eq!(shown(url), url);
        assert!(shown(&format!("{url}{}", "a".repeat(60))).contains('\u{200b}'));
    }
}
