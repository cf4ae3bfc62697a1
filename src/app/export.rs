//! 导出 — all hits of a query as a table for Excel, WPS or another program: read from the store in portions, written as they
//! come, so that memory does not grow with their number. The first line says who took it and when, where somebody did.

use super::App;
use crate::index::{Query, Sort};
use crate::model::{PostId, StoredPost, Timestamp, Topic};
use anyhow::{Context, Result};
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Posts read at a time.
const PORTION: usize = 500;
/// Rows of an Excel sheet, the heading among them.
const SHEET_ROWS: u32 = 1_048_576;
/// UTF-16 units of an Excel cell: an emoji is two.
const CELL_UNITS: usize = 32_767;

/// Heading and width of each column.
const COLUMNS: &[(&str, f64)] = &[
    ("编号", 8.0),
    ("发布时间", 17.0),
    ("渠道", 10.0),
    ("信源", 16.0),
    ("媒体", 14.0),
    ("作者", 12.0),
    ("标题", 40.0),
    ("正文", 80.0),
    ("级别", 6.0),
    ("主题", 24.0),
    ("情感", 6.0),
    ("意图", 8.0),
    ("属地", 14.0),
    ("评论", 8.0),
    ("转发", 8.0),
    ("点赞", 8.0),
    ("阅读", 8.0),
    ("转载自编号", 10.0),
    ("网址", 40.0),
];

/// How the table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated, UTF-8 with a mark, as Excel reads Chinese.
    Csv,
    /// Excel workbook.
    Xlsx,
}

/// What is exported, and how.
pub struct Export<'q> {
    /// Which posts.
    pub query: &'q Query,
    /// In which order.
    pub sort: Sort,
    /// As what.
    pub format: TableFormat,
    /// 水印 above the headings; empty for none.
    pub watermark: String,
}

/// `导出：李芳　2017-04-15 09:30　内部资料`.
pub fn watermark(name: &str, now: Timestamp) -> String {
    let name = if name.is_empty() { "—" } else { name };
    format!("导出：{name}　{}　内部资料", now.format("%Y-%m-%d %H:%M"))
}

/// A cell.
enum Cell {
    Text(String),
    Number(Option<u64>),
}

impl App {
    /// Writes all hits to a file, which appears when it is whole. How many?
    ///
    /// # Errors
    /// The index or the store refuses; the file cannot be written.
    pub fn export(&self, export: &Export<'_>, path: &Path) -> Result<usize> {
        let ids = (self.index).ids(&self.expanded(export.query), export.sort)?;
        let unfinished = path.with_added_extension("part");
        let written = match export.format {
            TableFormat::Csv => self.write_csv(&ids, &export.watermark, &unfinished),
            TableFormat::Xlsx => self.write_xlsx(&ids, &export.watermark, &unfinished),
        };
        let written = written.and_then(|rows| {
            std::fs::rename(&unfinished, path)?;
            Ok(rows)
        });
        if written.is_err() {
            // Half a table would be taken for a whole one.
            let _ = std::fs::remove_file(&unfinished);
        }
        written.with_context(|| format!("写不成 {}", path.display()))
    }

    /// Posts in portions, in order.
    fn for_each_post(
        &self,
        ids: &[PostId],
        mut use_one: impl FnMut(StoredPost) -> Result<()>,
    ) -> Result<usize> {
        let mut count = 0;
        for portion in ids.chunks(PORTION) {
            for stored in self.store.posts(portion)? {
                use_one(stored)?;
                count += 1;
            }
        }
        Ok(count)
    }

    fn write_csv(&self, ids: &[PostId], watermark: &str, path: &Path) -> Result<usize> {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all("\u{feff}".as_bytes())?;
        let mut table = csv::WriterBuilder::new().flexible(true).from_writer(file);
        if !watermark.is_empty() {
            table.write_record([watermark])?;
        }
        table.write_record(COLUMNS.iter().map(|(heading, _)| heading))?;
        let rows = self.for_each_post(ids, |stored| {
            let cells = cells(&stored).into_iter().map(|cell| match cell {
                Cell::Text(text) => harmless(text),
                Cell::Number(number) => {
                    number.map_or_else(String::new, |number| number.to_string())
                }
            });
            Ok(table.write_record(cells)?)
        })?;
        table.flush()?;
        Ok(rows)
    }

    fn write_xlsx(&self, ids: &[PostId], watermark: &str, path: &Path) -> Result<usize> {
        // Before any work: where the file cannot be, the system says why.
        let file = BufWriter::new(File::create(path)?);
        let mut book = Workbook::new();
        let bold = Format::new().set_bold();
        let first = head(book.add_worksheet_with_constant_memory()?, watermark, &bold)?;
        let (mut number, mut row) = (0, first);
        let rows = self.for_each_post(ids, |stored| {
            if row == SHEET_ROWS {
                head(book.add_worksheet_with_constant_memory()?, watermark, &bold)?;
                (number, row) = (number + 1, first);
            }
            let sheet = book.worksheet_from_index(number)?;
            for (column, cell) in (0..).zip(cells(&stored)) {
                match cell {
                    Cell::Text(text) => {
                        sheet.write_string(row, column, beginning(&text))?;
                    }
                    Cell::Number(Some(number)) => {
                        sheet.write_number(row, column, number as f64)?;
                    }
                    Cell::Number(None) => {}
                }
            }
            row += 1;
            Ok(())
        })?;
        book.save_to_writer(file)?;
        Ok(rows)
    }
}

/// Writes what stands above the posts, on every sheet. The row of the first post?
fn head(sheet: &mut Worksheet, watermark: &str, bold: &Format) -> Result<u32> {
    let mut row = 0;
    if !watermark.is_empty() {
        sheet.write_string(row, 0, watermark)?;
        // `&` begins a code of Excel's.
        sheet.set_footer(format!("&L{}&R&P/&N", watermark.replace('&', "&&")));
        row += 1;
    }
    for (column, (heading, width)) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, *width)?;
        sheet.write_string_with_format(row, column, *heading, bold)?;
    }
    sheet.set_freeze_panes(row + 1, 0)?;
    Ok(row + 1)
}

/// A table program takes what begins like this for a formula.
pub(super) fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text
    }
}

/// As much as a cell holds, whole characters only.
fn beginning(text: &str) -> &str {
    let mut units = 0;
    for (at, character) in text.char_indices() {
        units += character.len_utf16();
        if units > CELL_UNITS {
            return &text[..at];
        }
    }
    text
}

/// The row of a post; one cell for each of `COLUMNS`.
fn cells(stored: &StoredPost) -> Vec<Cell> {
    let post = &stored.post;
    let analysis = stored.analysis.as_ref();
    let text = |text: &str| Cell::Text(text.to_owned());
    let optional = |value: &Option<String>| Cell::Text(value.clone().unwrap_or_default());
    let topics = analysis.map_or(&[][..], |analysis| &analysis.topics);
    let topics: Vec<&str> = topics
        .iter()
        .map(|topic| Topic::label(topic.code))
        .collect();
    let place = analysis.map_or_else(String::new, |analysis| {
        let regions = &analysis.regions;
        let act = regions
            .act
            .as_ref()
            .map_or("", |region| region.name.as_str());
        format!("{} {act}", regions.jurisdiction.label())
            .trim_end()
            .to_owned()
    });
    vec![
        Cell::Number(u64::try_from(stored.id.0).ok()),
        Cell::Text(
            post.published_at
                .map_or_else(String::new, |at| at.to_string()),
        ),
        text(post.channel.label()),
        text(&post.source_name),
        optional(&post.outlet),
        optional(&post.author),
        text(&post.title),
        text(&post.text),
        text(analysis.map_or("", |analysis| analysis.level.label())),
        Cell::Text(topics.join("、")),
        text(analysis.map_or("", |analysis| analysis.sentiment.label())),
        text(analysis.map_or("", |analysis| analysis.intent.label())),
        Cell::Text(place),
        Cell::Number(post.engagement.comments),
        Cell::Number(post.engagement.reposts),
        Cell::Number(post.engagement.likes),
        Cell::Number(post.engagement.views),
        Cell::Number(stored.repost_of.and_then(|id| u64::try_from(id.0).ok())),
        optional(&post.url),
    ]
}

#[cfg(test)]
mod tests {
    use super::{CELL_UNITS, beginning, harmless};

    #[test]
    fn a_cell_is_measured_as_excel_does() {
        let han = "社".repeat(CELL_UNITS);
        for (text, characters) in [
            (String::new(), 0),
            (han.clone(), CELL_UNITS),
            (format!("{han}保"), CELL_UNITS),
            // One unit is left, an emoji needs two.
            ("😡".repeat(CELL_UNITS), CELL_UNITS / 2),
            (format!("社{}", "😡".repeat(CELL_UNITS)), CELL_UNITS / 2 + 1),
        ] {
            let cell = beginning(&text);
            assert!(text.starts_with(cell));
            assert!(cell.encode_utf16().count() <= CELL_UNITS);
            assert_eq!(cell.chars().count(), characters);
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in [
            "=1+1", "+1", "-1", "@A1", "＝1", "＋1", "－1", "＠A1", "\t=1", "\r=1", "\n=1",
        ] {
            assert_eq!(harmless(text.to_owned()), format!("'{text}"));
        }
        for text in ["", "社保=1", " 社保"] {
            assert_eq!(harmless(text.to_owned()), text);
        }
    }
}
