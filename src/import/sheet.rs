//! XLSX → rows, cell by cell: no sheet is ever held as a whole, so corners a million rows apart cost nothing.

use super::outcome::Unreadable;
use super::table::{Intake, TableRow, cell};
use super::{MAX_COLUMNS, Reading, Rows};
use calamine::{DataRef, ExcelDateTime, Reader, SheetVisible, Xlsx, XlsxError};
use std::io::Cursor;
use std::panic::{self, AssertUnwindSafe};

/// Reads the wanted sheet, else the first visible one.
///
/// # Errors
/// The workbook is damaged, has no such sheet or no headers that we know, or goes beyond a limit.
pub fn read_sheet(bytes: &[u8], reading: &Reading<'_>) -> Result<Rows, Unreadable> {
    // A workbook made to break its reader must not stop the daemon.
    let read = panic::catch_unwind(AssertUnwindSafe(|| read_cells(bytes, reading)));
    read.unwrap_or_else(|_panic| Err(Unreadable::Damaged("内部结构有误".to_owned())))
}

fn read_cells(bytes: &[u8], reading: &Reading<'_>) -> Result<Rows, Unreadable> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let name = sheet_name(&workbook, reading.sheet)?;
    let mut cells = workbook
        .worksheet_cells_reader(&name)
        .map_err(|error| damaged(&error))?;
    let mut intake = Intake::new(reading);
    let mut row = RowOfCells::default();
    // A string that many cells share is unpacked once, and would be copied for each of them.
    let mut left = reading.max_unpacked.as_u64();
    let bomb = || Unreadable::Bomb(reading.max_unpacked);
    while let Some(cell) = cells.next_cell().map_err(|error| damaged(&error))? {
        let words = words(cell.get_value());
        left = left.checked_sub(words.len() as u64).ok_or_else(bomb)?;
        if let Some(done) = row.add(cell.get_position(), words)? {
            intake.take(done)?;
        }
    }
    if let Some(last) = row.done() {
        intake.take(last)?;
    }
    intake.finish()
}

fn sheet_name(workbook: &Xlsx<Cursor<&[u8]>>, wanted: Option<&str>) -> Result<String, Unreadable> {
    let sheets = workbook.sheets_metadata();
    if let Some(wanted) = wanted {
        let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        return match names.iter().find(|name| name.trim() == wanted.trim()) {
            Some(name) => Ok((*name).to_owned()),
            None => Err(Unreadable::NoSuchSheet(wanted.to_owned(), names.join("、"))),
        };
    }
    let visible = sheets
        .iter()
        .find(|sheet| sheet.visible == SheetVisible::Visible);
    visible
        .or(sheets.first())
        .map(|sheet| sheet.name.clone())
        .ok_or(Unreadable::Empty)
}

/// Cells of one row, until a cell of another comes.
#[derive(Default)]
struct RowOfCells {
    row: u32,
    cells: Vec<String>,
}

impl RowOfCells {
    /// Takes a cell; gives the row before it when a new one begins.
    fn add(
        &mut self,
        (row, column): (u32, u32),
        words: String,
    ) -> Result<Option<TableRow>, Unreadable> {
        if words.is_empty() {
            return Ok(None);
        }
        let column = column as usize;
        if column >= MAX_COLUMNS {
            return Err(Unreadable::TooWide(row as usize + 1, MAX_COLUMNS));
        }
        let done = if row == self.row { None } else { self.done() };
        self.row = row;
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = words;
        Ok(done)
    }

    fn done(&mut self) -> Option<TableRow> {
        let cells = std::mem::take(&mut self.cells);
        (!cells.is_empty()).then(|| TableRow::new(self.row as usize + 1, cells))
    }
}

/// What a reader of the sheet sees: whole numbers without `.0`, dates as dates, cached values of formulas.
fn words(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::String(text) => cell(text),
        DataRef::SharedString(text) => cell(text),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(flag) => if *flag { "是" } else { "否" }.to_owned(),
        DataRef::DateTime(moment) => date(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => cell(text),
    }
}

/// Serial numbers below one are times of a day: `18:20`, or a length.
fn date(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let second = if milli >= 500 {
        (second + 1).min(59)
    } else {
        second
    };
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    if moment.is_duration() || moment.as_f64() < 1.0 {
        return clock;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if clock == "00:00:00" {
        return date;
    }
    format!("{date} {clock}")
}

fn damaged(error: &XlsxError) -> Unreadable {
    match error {
        XlsxError::Password => Unreadable::Password,
        XlsxError::FileNotFound(file) if file.contains("workbook") => {
            Unreadable::OtherKind("压缩包")
        }
        other => Unreadable::Damaged(other.to_string().chars().take(120).collect()),
    }
}
