//! XLSX → rows, cell by cell: no sheet is ever held as a whole, so corners a million rows apart cost nothing.

use super::outcome::Unreadable;
use super::table::{Intake, TableRow, cell};
use super::{MAX_COLUMNS, Reading, Rows};
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use std::io::Cursor;
use std::panic::{self, AssertUnwindSafe};

/// Sheets that are looked at; many names may stand for one huge part.
const MAX_SHEETS: usize = 20;

/// Characters of names of sheets that a message shows.
const NAMES_SHOWN: usize = 200;

/// Reads the wanted sheet, else the first visible one; where that is no table, the one other that is.
///
/// # Errors
/// The workbook is damaged, has no such sheet or no headers that we know, or goes beyond a limit.
pub fn read_sheet(bytes: &[u8], reading: &Reading<'_>) -> Result<Rows, Unreadable> {
    // A workbook made to break its reader must not stop the daemon.
    let read = panic::catch_unwind(AssertUnwindSafe(|| read_cells(bytes, reading)));
    read.unwrap_or_else(|_panic| Err(Unreadable::Damaged("内部结构有误".to_owned())))
}

fn read_cells(bytes: &[u8], reading: &Reading<'_>) -> Result<Rows, Unreadable> {
    let workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let names = sheet_names(&workbook, reading.sheet)?;
    let mut sheets = Sheets {
        workbook,
        reading,
        left: reading.max_unpacked.as_u64(),
    };
    match sheets.read(&names[0]) {
        Err(Unreadable::NoHeaders(_) | Unreadable::Empty) if names.len() > 1 => {
            sheets.read_other(&names)
        }
        read => read,
    }
}

/// The sheets of a workbook, and what may still be read of them.
struct Sheets<'a> {
    workbook: Xlsx<Cursor<&'a [u8]>>,
    reading: &'a Reading<'a>,
    /// A string that many cells share is unpacked once, and would be copied for each of them.
    left: u64,
}

impl Sheets<'_> {
    fn read(&mut self, name: &str) -> Result<Rows, Unreadable> {
        let mut cells = self
            .workbook
            .worksheet_cells_reader(name)
            .map_err(|error| damaged(&error))?;
        let mut intake = Intake::of_sheet(self.reading);
        let mut row = RowOfCells::default();
        let bomb = || Unreadable::Bomb(self.reading.max_unpacked);
        while let Some(cell) = cells.next_cell().map_err(|error| damaged(&error))? {
            let words = words(cell.get_value());
            self.left = self.left.checked_sub(words.len() as u64).ok_or_else(bomb)?;
            if let Some(done) = row.add(cell.get_position(), words)? {
                intake.take(done)?;
            }
        }
        if let Some(last) = row.done() {
            intake.take(last)?;
        }
        intake.finish()
    }

    /// The first of `names` is a cover or a note: the one other sheet that is a table, if there is just one.
    fn read_other(&mut self, names: &[String]) -> Result<Rows, Unreadable> {
        let mut found: Option<(&String, Rows)> = None;
        let unclear = || Unreadable::NoTable(names[0].clone(), listed(&names[1..]));
        for name in &names[1..] {
            match self.read(name) {
                Ok(_) if found.is_some() => return Err(unclear()),
                Ok(rows) => found = Some((name, rows)),
                Err(Unreadable::NoHeaders(_) | Unreadable::Empty) => {}
                Err(unreadable) => return Err(unreadable),
            }
        }
        let (name, mut rows) = found.ok_or_else(unclear)?;
        rows.warnings.push(format!(
            "工作表“{}”没有认得的表头，已改读工作表“{name}”",
            names[0]
        ));
        Ok(rows)
    }
}

/// The wanted sheet, else the visible ones in their order.
fn sheet_names(
    workbook: &Xlsx<Cursor<&[u8]>>,
    wanted: Option<&str>,
) -> Result<Vec<String>, Unreadable> {
    let sheets = workbook.sheets_metadata();
    if let Some(wanted) = wanted {
        let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        return match names.iter().find(|name| name.trim() == wanted.trim()) {
            Some(name) => Ok(vec![(*name).to_owned()]),
            None => Err(Unreadable::NoSuchSheet(wanted.to_owned(), listed(&names))),
        };
    }
    let visible = sheets.iter().filter(|sheet| {
        sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet
    });
    let names = visible.map(|sheet| sheet.name.clone());
    let mut names: Vec<String> = names.take(MAX_SHEETS).collect();
    if names.is_empty() {
        names.extend(sheets.first().map(|sheet| sheet.name.clone()));
    }
    match names.is_empty() {
        true => Err(Unreadable::Empty),
        false => Ok(names),
    }
}

fn listed<N: std::borrow::Borrow<str>>(names: &[N]) -> String {
    names.join("、").chars().take(NAMES_SHOWN).collect()
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
