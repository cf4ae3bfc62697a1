//! Word file of an issue, after GB/T 9704: A4, red masthead and rule, body 仿宋 三号 at 28 pt. The only file that
//! names docx-rs. Paragraphs and tab stops only: tables without a fixed grid look different in WPS.

use crate::document::Block;
use crate::model::{Level, Timestamp};
use anyhow::Result;
use docx_rs::{
    AlignmentType, BorderType, Docx, Footer, LineSpacing, LineSpacingType, PageMargin, PageNum,
    Paragraph, ParagraphBorder, ParagraphBorderPosition, ParagraphBorders, Run, RunFonts, Shading,
    ShdType, SpecialIndentType, Tab, TabValueType,
};
use std::io::Cursor;

/// A4 in twentieths of a point.
const PAGE: (u32, u32) = (11_906, 16_838);
/// Margins of an official document: top 37 mm, bottom 35 mm, left 28 mm, right 26 mm.
const MARGIN: (i32, i32, i32, i32) = (2_098, 1_984, 1_588, 1_474);
/// Right edge of the text, where a right tab stop stands.
const TEXT_WIDTH: usize = 8_844;
/// 28 pt between lines, so that 22 of them fill a page.
const LINE: i32 = 560;
/// Two characters of 三号 before a paragraph. In twips: the crate drops indents counted in characters.
const INDENT: i32 = 640;
/// 三号, in half points, as all sizes here.
const BODY: usize = 32;
/// 四号.
const SMALL: usize = 28;
/// Large red title; 小标宋 一号 and above.
const TITLE: usize = 72;
/// Red of the masthead and its rule.
const RED: &str = "C00000";

/// Word fonts by name; a machine without them substitutes its 宋体 and says so.
const SONG_TITLE: &str = "方正小标宋简体";
const FANG_SONG: &str = "仿宋_GB2312";
const KAI: &str = "楷体_GB2312";
const HEI: &str = "黑体";
const SONG: &str = "宋体";

/// The whole file. `dated_at` goes into its properties, where Word would write the time of saving.
pub fn document(blocks: &[Block], dated_at: Timestamp) -> Result<Vec<u8>> {
    let (top, bottom, left, right) = MARGIN;
    let margin = PageMargin::new()
        .top(top)
        .bottom(bottom)
        .left(left)
        .right(right)
        .header(851)
        .footer(1_417)
        .gutter(0);
    let moment = dated_at.to_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut docx = Docx::new()
        .page_size(PAGE.0, PAGE.1)
        .page_margin(margin)
        .default_fonts(fonts(FANG_SONG))
        .default_size(BODY)
        .created_at(&moment)
        .updated_at(&moment)
        .footer(footer());
    for block in blocks {
        for paragraph in paragraphs(block) {
            docx = docx.add_paragraph(paragraph);
        }
    }
    let mut file = Cursor::new(Vec::new());
    docx.pack(&mut file)?;
    Ok(file.into_inner())
}

fn paragraphs(block: &Block) -> Vec<Paragraph> {
    match block {
        Block::Header { notice, serial } => vec![sides(notice, serial, HEI, BODY)],
        Block::Masthead(title) => vec![masthead(title)],
        Block::Number(number) => vec![
            flat()
                .align(AlignmentType::Center)
                .add_run(run(number, FANG_SONG, BODY)),
        ],
        Block::Imprint { publisher, date } => vec![sides(publisher, date, FANG_SONG, BODY)],
        Block::RedRule => vec![red_rule()],
        Block::Label(label) => vec![flat().keep_next(true).add_run(run(label, HEI, BODY))],
        Block::Contents { level, tag, title } => vec![
            flat()
                .add_run(run("▲", FANG_SONG, BODY))
                .add_run(mark(*level, tag, FANG_SONG))
                .add_run(run(title, FANG_SONG, BODY)),
        ],
        Block::Paragraph { lead, text } => vec![
            indented()
                .align(AlignmentType::Both)
                .add_run(run(lead, HEI, BODY))
                .add_run(run(text, FANG_SONG, BODY)),
        ],
        Block::Section(title) => vec![
            indented()
                .keep_next(true)
                .outline_lvl(0)
                .add_run(run(title, HEI, BODY)),
        ],
        Block::Entry {
            number,
            level,
            tag,
            title,
        } => vec![
            indented()
                .keep_next(true)
                .outline_lvl(1)
                .add_run(run(number, KAI, BODY).bold())
                .add_run(mark(*level, tag, KAI).bold())
                .add_run(run(title, KAI, BODY).bold()),
        ],
        // Left-aligned: a justified line before a long address has wide gaps.
        Block::Source { lead, text, url } => vec![
            indented()
                .align(AlignmentType::Left)
                .add_run(run(lead, HEI, BODY))
                .add_run(run(text, FANG_SONG, BODY))
                .add_run(run(url.as_deref().unwrap_or_default(), FANG_SONG, BODY)),
        ],
        Block::Table { .. } | Block::Chart(_) => Vec::new(),
        Block::Colophon {
            recipients,
            hands,
            copies,
        } => colophon(recipients, hands, copies),
    }
}

/// A paragraph without indent, 28 pt a line.
fn flat() -> Paragraph {
    Paragraph::new().line_spacing(exact(LINE))
}

/// A paragraph that begins two characters in.
fn indented() -> Paragraph {
    flat().indent(
        Some(0),
        Some(SpecialIndentType::FirstLine(INDENT)),
        None,
        None,
    )
}

fn exact(line: i32) -> LineSpacing {
    LineSpacing::new()
        .line_rule(LineSpacingType::Exact)
        .line(line)
        .before(0)
        .after(0)
}

/// Both the Latin and the Chinese font, or Word falls back to its theme's for one of them.
fn fonts(name: &str) -> RunFonts {
    RunFonts::new()
        .ascii(name)
        .hi_ansi(name)
        .east_asia(name)
        .cs(name)
        .hint("eastAsia")
}

fn run(text: &str, font: &str, size: usize) -> Run {
    Run::new().add_text(text).fonts(fonts(font)).size(size)
}

/// `【黄】` on its colour.
fn mark(level: Level, tag: &str, font: &str) -> Run {
    let (fill, ink) = match level {
        Level::Red => ("C00000", "FFFFFF"),
        Level::Orange => ("E36C09", "FFFFFF"),
        Level::Yellow => ("FFD400", "000000"),
        Level::Blue => ("1F5FA8", "FFFFFF"),
        Level::None => ("E6E6E6", "000000"),
    };
    let shading = Shading::new()
        .shd_type(ShdType::Clear)
        .color("auto")
        .fill(fill);
    run(tag, font, BODY).color(ink).shading(shading)
}

/// Left text and right text on one line.
fn sides(left: &str, right: &str, font: &str, size: usize) -> Paragraph {
    flat()
        .add_tab(Tab::new().val(TabValueType::Right).pos(TEXT_WIDTH))
        .add_run(run(left, font, size).add_tab())
        .add_run(run(right, font, size))
}

fn masthead(title: &str) -> Paragraph {
    Paragraph::new()
        .align(AlignmentType::Center)
        .line_spacing(exact(1_000).before(400).after(200))
        .add_run(
            run(title, SONG_TITLE, TITLE)
                .color(RED)
                .character_spacing(120),
        )
}

fn red_rule() -> Paragraph {
    let line = ParagraphBorder::new(ParagraphBorderPosition::Top)
        .val(BorderType::Single)
        .size(20)
        .space(1)
        .color(RED);
    Paragraph::new()
        .line_spacing(exact(240).before(60))
        .set_borders(ParagraphBorders::with_empty().set(line))
}

/// 版记: a rule above and below, kept on one page.
fn colophon(recipients: &[String], hands: &str, copies: &str) -> Vec<Paragraph> {
    let mut paragraphs = vec![flat().keep_next(true)];
    for (position, line) in recipients.iter().enumerate() {
        let hanging = flat()
            .keep_next(true)
            .indent(Some(560), Some(SpecialIndentType::Hanging(560)), None, None)
            .add_run(run(line, FANG_SONG, SMALL));
        paragraphs.push(if position == 0 {
            ruled(hanging, &[ParagraphBorderPosition::Top])
        } else {
            hanging
        });
    }
    let last = sides(hands, copies, FANG_SONG, SMALL);
    paragraphs.push(ruled(
        last,
        &[
            ParagraphBorderPosition::Top,
            ParagraphBorderPosition::Bottom,
        ],
    ));
    paragraphs
}

fn ruled(paragraph: Paragraph, positions: &[ParagraphBorderPosition]) -> Paragraph {
    let mut borders = ParagraphBorders::with_empty();
    for position in positions {
        let line = ParagraphBorder::new(position.clone())
            .val(BorderType::Single)
            .size(8)
            .space(1)
            .color("000000");
        borders = borders.set(line);
    }
    paragraph.set_borders(borders)
}

/// `— 1 —`, centred.
fn footer() -> Footer {
    let dash = |text: &str| run(text, SONG, SMALL);
    let number = Paragraph::new()
        .align(AlignmentType::Center)
        .fonts(fonts(SONG))
        .size(SMALL)
        .add_run(dash("— "))
        .add_page_num(PageNum::new())
        .add_run(dash(" —"));
    Footer::new().add_paragraph(number)
}
