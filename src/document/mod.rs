//! 版面 — blocks → bytes of one format. What is said comes from whoever made the blocks (an issue, a ledger, a 转办单);
//! how it looks is here. Pure: no clock, no files; the same blocks give the same bytes.

pub mod chart;
mod clean;
mod docx;
mod escape;
mod fonts;
mod html;
mod markdown;
mod pdf;
mod picture;
mod style;
mod text;
mod typeset;

pub use fonts::Fonts;
pub use style::{DocumentSettings, Style};

use crate::model::coded::coded_enum;
use crate::model::{Level, Timestamp};
use anyhow::{Result, bail};
use std::path::Path;
use std::sync::LazyLock;

coded_enum! {
    /// 成品格式.
    pub enum Format {
        Html = "html" / "网页",
        Docx = "docx" / "Word",
        Pdf = "pdf" / "PDF",
        Text = "txt" / "纯文本",
        Markdown = "md" / "Markdown",
        Json = "json" / "JSON",
        Brief = "brief" / "摘要文本",
        Clips = "clips" / "剪报文本",
    }
}

impl Format {
    /// Ending of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Brief | Format::Clips => Format::Text.code(),
            other => other.code(),
        }
    }

    /// Media type for downloads and mail.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Html => "text/html; charset=utf-8",
            Format::Docx => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
            Format::Pdf => "application/pdf",
            Format::Text | Format::Brief | Format::Clips => "text/plain; charset=utf-8",
            Format::Markdown => "text/markdown; charset=utf-8",
            Format::Json => "application/json",
        }
    }
}

/// 版式块 — one piece of a page; its text is ready for print.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// 报头: notice on the left, serial number on the right (empty before the signature).
    Header {
        /// `内部资料　注意保存`.
        notice: String,
        /// `编号：0168`.
        serial: String,
    },
    /// 简报名称, large, red, centred.
    Masthead(String),
    /// 期号, centred.
    Number(String),
    /// Publisher on the left, date on the right.
    Imprint {
        /// 编发单位.
        publisher: String,
        /// 签发日期, of a draft the day it was made.
        date: String,
    },
    /// 红线.
    RedRule,
    /// A heading without number: `【本期要目】`.
    Label(String),
    /// One line of the contents.
    Contents {
        /// Colour of the mark.
        level: Level,
        /// `【黄】`.
        tag: String,
        /// Title of the entry.
        title: String,
    },
    /// A paragraph with a bold lead-in, which may be empty.
    Paragraph {
        /// `主要内容：`.
        lead: String,
        /// The rest.
        text: String,
    },
    /// Title of a section: `一、重点舆情`.
    Section(String),
    /// Title of an entry.
    Entry {
        /// `（一）`.
        number: String,
        /// Colour of the mark.
        level: Level,
        /// `【黄】`.
        tag: String,
        /// Title.
        title: String,
    },
    /// Where and when it was published, with its link.
    Source {
        /// `来源：`.
        lead: String,
        /// `大河论坛　发布：11月20日9:40（监测9:48，时延8分钟）`.
        text: String,
        /// Address, if any; not checked.
        url: Option<String>,
    },
    /// 表格: what a ledger or a sheet prints. Every row has as many cells as there are columns.
    Table {
        /// `表1　级别分布`; may be empty.
        caption: String,
        /// Columns.
        columns: Vec<Column>,
        /// Cells, row by row.
        rows: Vec<Vec<String>>,
    },
    /// 图: figures as a picture; the table behind it is a block of its own, where one is wanted.
    Chart(Chart),
    /// 版记: to whom it goes, who made it, how many copies.
    Colophon {
        /// Lines such as `报：局党组书记、局长`.
        recipients: Vec<String>,
        /// `签发：`.
        hands: String,
        /// `（共印12份）`.
        copies: String,
    },
}

/// 列 of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Heading.
    pub heading: String,
    /// Share of the width of the table; shares are relative to each other.
    pub width: u32,
    /// Figures stand on the right.
    pub is_figure: bool,
}

/// 图 — series over the same labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// `图1　每日信息量`.
    pub title: String,
    /// How it is drawn.
    pub kind: ChartKind,
    /// Along the axis: days, topics, channels.
    pub labels: Vec<String>,
    /// What is drawn; each with as many values as there are labels.
    pub series: Vec<Series>,
}

coded_enum! {
    /// 图的种类.
    pub enum ChartKind {
        Line = "line" / "折线图",
        Columns = "columns" / "柱形图",
        Bars = "bars" / "条形图",
        Stacked = "stacked" / "堆积柱形图",
    }
}

/// 系列 of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Name in the legend; may be empty where there is one series only.
    pub name: String,
    /// Values.
    pub values: Vec<f64>,
}

/// 要目、条目 mark of a level: `【黄】`, `【动态】`.
pub fn tag(level: Level) -> String {
    match level {
        Level::None => "【动态】".to_owned(),
        other => format!("【{}】", other.label()),
    }
}

/// 印制 — how this office prints: in which style, with which fonts.
pub struct Press {
    /// Style of pages.
    pub style: Style,
    /// Files for PDF and pictures.
    pub fonts: Fonts,
}

impl Press {
    /// As the operator decided. Nothing is read yet.
    pub fn new(settings: &DocumentSettings) -> Press {
        let folder = settings.font_folder.trim();
        Press {
            style: settings.style,
            fonts: Fonts::with_folder((!folder.is_empty()).then(|| Path::new(folder))),
        }
    }

    /// Official style, fonts of the system. What is installed is a fact about the machine: one reading serves the
    /// whole process.
    pub fn standard() -> &'static Press {
        static STANDARD: LazyLock<Press> =
            LazyLock::new(|| Press::new(&DocumentSettings::default()));
        &STANDARD
    }

    /// 成品 — the blocks in one format. `dated_at` goes into the properties of files that have such.
    ///
    /// # Errors
    /// A library refuses to write, no Chinese font is there for a PDF, or the format has no pages (JSON and the
    /// texts for a chat are made from records).
    pub fn render(&self, blocks: &[Block], format: Format, dated_at: Timestamp) -> Result<Vec<u8>> {
        let blocks = clean::cleaned(blocks);
        match format {
            Format::Html => Ok(html::page(&blocks, self.style).into_bytes()),
            Format::Docx => docx::document(&blocks, dated_at, self.style, &self.fonts),
            Format::Pdf => pdf::document(&blocks, dated_at, self.style, &self.fonts),
            Format::Text => Ok(text::full(&blocks).into_bytes()),
            Format::Markdown => Ok(markdown::document(&blocks).into_bytes()),
            Format::Json | Format::Brief | Format::Clips => {
                bail!("{format} is made from records, not from a layout")
            }
        }
    }
}

/// 成品 in the official style, with the fonts of the system.
#[cfg(test)]
pub(crate) fn render(blocks: &[Block], format: Format, dated_at: Timestamp) -> Result<Vec<u8>> {
    Press::standard().render(blocks, format, dated_at)
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
