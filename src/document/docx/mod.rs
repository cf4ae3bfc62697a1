//! Word file of an issue, after GB/T 9704: A4, red masthead and rule, body 仿宋 三号 at 28 pt. The only file that
//! names docx-rs. Beside paragraphs and tab stops there are tables with a fixed grid (WPS knows no other) and pictures.

mod finish;
mod table;

use crate::document::fonts::Fonts;
use crate::document::picture::picture;
use crate::document::style::Style;
use crate::document::{Block, Chart, chart};
use crate::model::{Level, Timestamp};
use anyhow::Result;
use docx_rs::{
    AlignmentType, BorderType, Docx, Footer, LineSpacing, LineSpacingType, PageMargin, PageNum,
    Paragraph, ParagraphBorder, ParagraphBorderPosition, ParagraphBorders, Pic, Run, RunFonts,
    Shading, ShdType, SpecialIndentType, Tab, TabValueType, Table,
};
use std::io::Cursor;

/// A4 in twentieths of a point.
const PAGE: (u32, u32) = (11_906, 16_838);
/// Margins of an official document: top 37 mm, bottom 35 mm, left 28 mm, right 26 mm.
const MARGIN: (i32, i32, i32, i32) = (2_098, 1_984, 1_588, 1_474);
/// Right edge of the text, where a right tab stop stands.
const TEXT_WIDTH: usize = 8_844;
/// The same for pictures: English Metric Units, 635 to a twentieth of a point.
const PICTURE_WIDTH: u32 = TEXT_WIDTH as u32 * 635;
/// Red of the masthead and its rule.
const RED: &str = "C00000";

/// Word fonts by name; a machine without them substitutes its 宋体 and says so.
const SONG_TITLE: &str = "方正小标宋简体";
const FANG_SONG: &str = "仿宋_GB2312";
const KAI: &str = "楷体_GB2312";
const HEI: &str = "黑体";
const SONG: &str = "宋体";

/// What the two styles differ in. Sizes in half points.
#[derive(Clone, Copy)]
struct Look {
    font: &'static str,
    body: usize,
    /// Of the 版记 and of captions.
    small: usize,
    /// Twentieths of a point between lines.
    line: i32,
    title_font: &'static str,
    title: usize,
    /// Between the characters of the title.
    title_spacing: i32,
}

impl Look {
    fn of(style: Style) -> Look {
        match style {
            // 三号 at 28 pt, so that 22 lines fill a page; the title 小标宋, larger than 一号.
            Style::Official => Look {
                font: FANG_SONG,
                body: 32,
                small: 28,
                line: 560,
                title_font: SONG_TITLE,
                title: 72,
                title_spacing: 120,
            },
            // 标题三号黑体、正文四号宋体.
            Style::Plain => Look {
                font: SONG,
                body: 28,
                small: 24,
                line: 520,
                title_font: HEI,
                title: 32,
                title_spacing: 0,
            },
        }
    }

    /// Two characters before a paragraph. In twips: the crate drops indents counted in characters.
    fn indent(&self) -> i32 {
        self.body as i32 * 20
    }
}

/// The whole file. `dated_at` goes into its properties, where Word would write the time of saving.
pub fn document(
    blocks: &[Block],
    dated_at: Timestamp,
    style: Style,
    office_fonts: &Fonts,
) -> Result<Vec<u8>> {
    let look = Look::of(style);
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
        .default_fonts(fonts(look.font))
        .default_size(look.body)
        .created_at(&moment)
        .updated_at(&moment)
        .footer(footer());
    let mut alternatives = Vec::new();
    for block in blocks {
        for part in look.parts(block, office_fonts, &mut alternatives) {
            docx = match part {
                Part::Paragraph(paragraph) => docx.add_paragraph(*paragraph),
                Part::Table(table) => docx.add_table(*table),
            };
        }
    }
    let mut xml = docx.build();
    xml.document = finish::finish(&xml.document, &alternatives);
    let mut file = Cursor::new(Vec::new());
    xml.pack(&mut file)?;
    Ok(file.into_inner())
}

/// What a page is made of.
enum Part {
    Paragraph(Box<Paragraph>),
    Table(Box<Table>),
}

impl Look {
    /// A block as Word has it; what its pictures show goes to `alternatives`.
    fn parts(&self, block: &Block, fonts: &Fonts, alternatives: &mut Vec<String>) -> Vec<Part> {
        let paragraphs = match block {
            Block::Table {
                caption,
                columns,
                rows,
            } => return self.table(caption, columns, rows),
            Block::Chart(drawn) => self.chart(drawn, fonts, alternatives),
            words => self.paragraphs(words),
        };
        (paragraphs.into_iter())
            .map(|paragraph| Part::Paragraph(Box::new(paragraph)))
            .collect()
    }

    /// A picture and its title below; the figures in words where no font is there to draw with.
    fn chart(
        &self,
        drawn: &Chart,
        fonts: &Fonts,
        alternatives: &mut Vec<String>,
    ) -> Vec<Paragraph> {
        let title =
            flat_auto()
                .align(AlignmentType::Center)
                .add_run(run(&drawn.title, HEI, self.small));
        let Ok(shown) = picture(drawn, fonts) else {
            let words = run(&chart::values_in_words(drawn), self.font, self.body);
            return vec![title, self.indented().add_run(words)];
        };
        alternatives.push(chart::alternative(drawn));
        let height =
            u64::from(PICTURE_WIDTH) * u64::from(shown.height) / u64::from(shown.width.max(1));
        // Numbered within the file: the crate counts within the process.
        let picture = Pic::new_with_dimensions(shown.png, shown.width, shown.height)
            .id(format!("rIdImage{}", alternatives.len()))
            .size(
                PICTURE_WIDTH,
                u32::try_from(height).unwrap_or(PICTURE_WIDTH),
            );
        let picture = flat_auto()
            .align(AlignmentType::Center)
            .keep_next(true)
            .add_run(Run::new().add_image(picture));
        vec![picture, title]
    }

    fn paragraphs(&self, block: &Block) -> Vec<Paragraph> {
        match block {
            Block::Header { notice, serial } => vec![self.sides(notice, serial, HEI, self.body)],
            Block::Masthead(title) => vec![self.masthead(title)],
            Block::Number(number) => vec![
                self.flat()
                    .align(AlignmentType::Center)
                    .add_run(run(number, self.font, self.body)),
            ],
            Block::Imprint { publisher, date } => {
                vec![self.sides(publisher, date, self.font, self.body)]
            }
            Block::RedRule => vec![red_rule()],
            Block::Label(label) => vec![
                self.flat()
                    .keep_next(true)
                    .add_run(run(label, HEI, self.body)),
            ],
            Block::Contents { level, tag, title } => vec![
                self.flat()
                    .add_run(run("▲", self.font, self.body))
                    .add_run(self.mark(*level, tag, self.font))
                    .add_run(run(title, self.font, self.body)),
            ],
            Block::Paragraph { lead, text } => vec![
                self.indented()
                    .align(AlignmentType::Both)
                    .add_run(run(lead, HEI, self.body))
                    .add_run(run(text, self.font, self.body)),
            ],
            Block::Section(title) => vec![
                self.indented()
                    .keep_next(true)
                    .outline_lvl(0)
                    .add_run(run(title, HEI, self.body)),
            ],
            Block::Entry {
                number,
                level,
                tag,
                title,
            } => vec![
                self.indented()
                    .keep_next(true)
                    .outline_lvl(1)
                    .add_run(run(number, KAI, self.body).bold())
                    .add_run(self.mark(*level, tag, KAI).bold())
                    .add_run(run(title, KAI, self.body).bold()),
            ],
            // Left-aligned: a justified line before a long address has wide gaps.
            Block::Source { lead, text, url } => vec![
                self.indented()
                    .align(AlignmentType::Left)
                    .add_run(run(lead, HEI, self.body))
                    .add_run(run(text, self.font, self.body))
                    .add_run(run(
                        url.as_deref().unwrap_or_default(),
                        self.font,
                        self.body,
                    )),
            ],
            Block::Table { .. } | Block::Chart(_) => Vec::new(),
            Block::Colophon {
                recipients,
                hands,
                copies,
            } => self.colophon(recipients, hands, copies),
        }
    }

    /// A paragraph without indent.
    fn flat(&self) -> Paragraph {
        Paragraph::new().line_spacing(exact(self.line))
    }

    /// A paragraph that begins two characters in.
    fn indented(&self) -> Paragraph {
        self.flat().indent(
            Some(0),
            Some(SpecialIndentType::FirstLine(self.indent())),
            None,
            None,
        )
    }

    /// `【黄】` on its colour.
    fn mark(&self, level: Level, tag: &str, font: &str) -> Run {
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
        run(tag, font, self.body).color(ink).shading(shading)
    }

    /// Left text and right text on one line.
    fn sides(&self, left: &str, right: &str, font: &str, size: usize) -> Paragraph {
        self.flat()
            .add_tab(Tab::new().val(TabValueType::Right).pos(TEXT_WIDTH))
            .add_run(run(left, font, size).add_tab())
            .add_run(run(right, font, size))
    }

    fn masthead(&self, title: &str) -> Paragraph {
        Paragraph::new()
            .align(AlignmentType::Center)
            .line_spacing(exact(self.title as i32 * 14).before(400).after(200))
            .add_run(
                run(title, self.title_font, self.title)
                    .color(RED)
                    .character_spacing(self.title_spacing),
            )
    }

    /// 版记: a rule above and below, kept on one page.
    fn colophon(&self, recipients: &[String], hands: &str, copies: &str) -> Vec<Paragraph> {
        let mut paragraphs = vec![self.flat().keep_next(true)];
        for (position, line) in recipients.iter().enumerate() {
            let hanging = self
                .flat()
                .keep_next(true)
                .indent(Some(560), Some(SpecialIndentType::Hanging(560)), None, None)
                .add_run(run(line, self.font, self.small));
            paragraphs.push(if position == 0 {
                ruled(hanging, &[ParagraphBorderPosition::Top])
            } else {
                hanging
            });
        }
        let last = self.sides(hands, copies, self.font, self.small);
        paragraphs.push(ruled(
            last,
            &[
                ParagraphBorderPosition::Top,
                ParagraphBorderPosition::Bottom,
            ],
        ));
        paragraphs
    }
}

/// A paragraph as high as what it holds.
fn flat_auto() -> Paragraph {
    let spacing = LineSpacing::new()
        .line_rule(LineSpacingType::Auto)
        .line(240)
        .before(80)
        .after(40);
    Paragraph::new().line_spacing(spacing)
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
    let dash = |text: &str| run(text, SONG, 28);
    let number = Paragraph::new()
        .align(AlignmentType::Center)
        .fonts(fonts(SONG))
        .size(28)
        .add_run(dash("— "))
        .add_page_num(PageNum::new())
        .add_run(dash(" —"));
    Footer::new().add_paragraph(number)
}
