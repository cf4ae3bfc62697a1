//! 表格 — rows for Excel, WPS or another program, written to a file as they come, so that memory does not grow with their
//! number. The first line says who took it and when, where somebody did; no cell is a formula.

use crate::model::Timestamp;
use anyhow::{Context, Result};
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Rows of an Excel sheet, the heading among them.
const SHEET_ROWS: u32 = 1_048_576;
/// UTF-16 units of an Excel cell: an emoji is two.
const CELL_UNITS: usize = 32_767;

/// How the table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated, UTF-8 with a mark, as Excel reads Chinese.
    Csv,
    /// Excel workbook.
    Xlsx,
}

/// What stands above the rows, and how all of it is written.
pub struct Table<'t> {
    /// Heading and width of each column.
    pub columns: &'t [(&'t str, f64)],
    /// As what.
    pub format: TableFormat,
    /// 水印 above the headings; empty for none.
    pub watermark: &'t str,
}

/// A cell.
pub enum Cell {
    /// Words.
    Text(String),
    /// A number; empty where none is known.
    Number(Option<u64>),
}

/// Takes one row after the other.
pub type Rows<'r> = dyn FnMut(Vec<Cell>) -> Result<()> + 'r;

/// `导出：李芳　2017-04-15 09:30　内部资料`.
pub fn watermark(name: &str, now: Timestamp) -> String {
    let name = if name.is_empty() { "—" } else { name };
    format!("导出：{name}　{}　内部资料", now.format("%Y-%m-%d %H:%M"))
}

impl Table<'_> {
    /// Writes what `fill` hands over to a file, which appears when it is whole. How many rows?
    ///
    /// # Errors
    /// `fill` fails; the file cannot be written.
    pub fn write(
        &self,
        path: &Path,
        fill: impl FnOnce(&mut Rows<'_>) -> Result<()>,
    ) -> Result<usize> {
        let unfinished = path.with_added_extension("part");
        let written = match self.format {
            TableFormat::Csv => self.write_csv(&unfinished, fill),
            TableFormat::Xlsx => self.write_xlsx(&unfinished, fill),
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

    fn write_csv(
        &self,
        path: &Path,
        fill: impl FnOnce(&mut Rows<'_>) -> Result<()>,
    ) -> Result<usize> {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all("\u{feff}".as_bytes())?;
        let mut table = csv::WriterBuilder::new().flexible(true).from_writer(file);
        if !self.watermark.is_empty() {
            table.write_record([self.watermark])?;
        }
        table.write_record(self.columns.iter().map(|(heading, _)| heading))?;
        let mut rows = 0;
        fill(&mut |cells| {
            rows += 1;
            let cells = cells.into_iter().map(|cell| match cell {
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

    fn write_xlsx(
        &self,
        path: &Path,
        fill: impl FnOnce(&mut Rows<'_>) -> Result<()>,
    ) -> Result<usize> {
        // Before any work: where the file cannot be, the system says why.
        let file = BufWriter::new(File::create(path)?);
        let mut book = Workbook::new();
        let bold = Format::new().set_bold();
        let first = self.head(book.add_worksheet_with_constant_memory()?, &bold)?;
        let (mut number, mut row, mut rows) = (0, first, 0);
        fill(&mut |cells| {
            if row == SHEET_ROWS {
                self.head(book.add_worksheet_with_constant_memory()?, &bold)?;
                (number, row) = (number + 1, first);
            }
            let sheet = book.worksheet_from_index(number)?;
            for (column, cell) in (0..).zip(cells) {
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
            (row, rows) = (row + 1, rows + 1);
            Ok(())
        })?;
        book.save_to_writer(file)?;
        Ok(rows)
    }

    /// Writes what stands above the rows, on every sheet. The number of the first row?
    fn head(&self, sheet: &mut Worksheet, bold: &Format) -> Result<u32> {
        let mut row = 0;
        if !self.watermark.is_empty() {
            sheet.write_string(row, 0, self.watermark)?;
            // `&` begins a code of Excel's.
            sheet.set_footer(format!("&L{}&R&P/&N", self.watermark.replace('&', "&&")));
            row += 1;
        }
        for (column, (heading, width)) in (0..).zip(self.columns) {
            sheet.set_column_width(column, *width)?;
            sheet.write_string_with_format(row, column, *heading, bold)?;
        }
        sheet.set_freeze_panes(row + 1, 0)?;
        Ok(row + 1)
    }
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
