//! Rows of a table, one after the other → posts: finds the row of headers, decides what each column means, makes a post
//! of every further row. Keeps no more than posts and refused rows.

use super::field::Field;
use super::headers::{field_of, plain};
use super::mapping::{Mapping, recognized};
use super::outcome::Unreadable;
use super::refused::{is_own_header, without_guard};
use super::row::{Author, Frame, MAX_CHARS, Row, one_line};
use super::template::EXAMPLE;
use super::{Reading, Refused, Rows};
use crate::model::Post;
use crate::text::mask::mask;
use serde_json::Value;

/// Titles, notes and blank lines that may stand above the headers.
const ROWS_ABOVE_HEADERS: usize = 20;

/// Longer cells are no headers; they are not even looked at.
const MAX_HEADER_BYTES: usize = 300;

/// Bytes of refused rows that are kept for the list; whoever hands in more has the wrong file.
const MAX_KEPT_BYTES: usize = 32 * 1024 * 1024;

/// Stands behind the reason of a refused row whose cells were too many to keep.
const WITHOUT_CELLS: &str = "（拒收内容过多，原行未列出）";

/// A cell, trimmed; of one too long for a post no more than shows that it is.
pub fn cell(written: &str) -> String {
    let trimmed = written.trim();
    let end = trimmed.char_indices().nth(MAX_CHARS + 1);
    trimmed[..end.map_or(trimmed.len(), |(at, _)| at)].to_owned()
}

/// One row as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// Row of the file, from 1.
    pub number: usize,
    /// Cells, trimmed.
    pub cells: Vec<String>,
    /// Why its cells cannot be told apart; then it has none.
    fault: Option<String>,
}

impl TableRow {
    /// A row of these cells.
    pub fn new(number: usize, cells: Vec<String>) -> Self {
        TableRow {
            number,
            cells,
            fault: None,
        }
    }

    /// A row that can only be refused. What stood there is not kept: it may hold columns that are not to be read.
    pub fn broken(number: usize, fault: String) -> Self {
        TableRow {
            number,
            cells: Vec::new(),
            fault: Some(fault),
        }
    }

    fn is_blank(&self) -> bool {
        self.fault.is_none() && self.cells.iter().all(String::is_empty)
    }
}

/// Takes a table row by row.
pub struct Intake<'a> {
    reading: &'a Reading<'a>,
    /// Rows seen before the headers were decided upon.
    waiting: Vec<TableRow>,
    plan: Option<Plan<'a>>,
    rows: Rows,
    /// Bytes that refused rows may still take.
    left: usize,
    /// Cells cannot slip: what stands beside the table is a note.
    is_workbook: bool,
    /// First row with something beside the table, and how many there are.
    beside: Option<(usize, usize)>,
}

impl<'a> Intake<'a> {
    /// Begins the table of a sheet.
    pub fn of_sheet(reading: &'a Reading<'a>) -> Self {
        Intake {
            is_workbook: true,
            ..Intake::new(reading)
        }
    }

    /// Begins a table of text.
    pub fn new(reading: &'a Reading<'a>) -> Self {
        Intake {
            reading,
            is_workbook: false,
            beside: None,
            waiting: Vec::new(),
            plan: None,
            rows: Rows::default(),
            left: MAX_KEPT_BYTES,
        }
    }

    /// Takes the next row; blank ones and the examples of templates are passed over.
    ///
    /// # Errors
    /// The table has no headers that we know, or too many rows.
    pub fn take(&mut self, row: TableRow) -> Result<(), Unreadable> {
        let is_example = row.cells.iter().any(|cell| cell == EXAMPLE);
        if is_example || row.is_blank() {
            return Ok(());
        }
        if self.plan.is_some() {
            return self.make(row);
        }
        self.waiting.push(row);
        if self.waiting.len() >= ROWS_ABOVE_HEADERS {
            self.decide()?;
        }
        Ok(())
    }

    /// What the table held.
    ///
    /// # Errors
    /// As `take`.
    pub fn finish(mut self) -> Result<Rows, Unreadable> {
        if self.plan.is_none() {
            self.decide()?;
        }
        if let Some((first, count)) = self.beside {
            self.rows.warnings.push(format!(
                "第{first}行等{count}行在表头以外还有内容，没有读取；需要的栏请写上表头"
            ));
        }
        Ok(self.rows)
    }

    /// Chooses the row of headers and makes posts of the rows below it.
    fn decide(&mut self) -> Result<(), Unreadable> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Err(Unreadable::Empty);
        }
        let score = |row: &TableRow| known_headers(&row.cells, self.reading);
        // The first of equals: headers repeated further down are data.
        let best = (0..waiting.len())
            .rev()
            .max_by_key(|&at| score(&waiting[at]));
        let at = best.expect("there is a row");
        let header = &waiting[at].cells;
        let plan = Plan::new(header, self.reading);
        if !plan.has_words() {
            let fault = waiting.iter().find_map(|row| row.fault.clone());
            return Err(match fault {
                Some(fault) => Unreadable::OpenQuote(fault),
                None => Unreadable::NoHeaders(quoted(header)),
            });
        }
        self.rows.header = plan.kept_headers();
        self.rows.mapping = plan.mapping.map(|mapping| mapping.name.clone());
        self.plan = Some(plan);
        for row in waiting.into_iter().skip(at + 1) {
            self.make(row)?;
        }
        Ok(())
    }

    fn make(&mut self, mut row: TableRow) -> Result<(), Unreadable> {
        let Some(plan) = &self.plan else {
            return Ok(());
        };
        self.rows.read += 1;
        if self.rows.read > self.reading.max_rows {
            return Err(Unreadable::TooManyRows(self.reading.max_rows));
        }
        if self.is_workbook && plan.surplus(&row.cells) > 0 {
            row.cells.truncate(plan.uses.len());
            let (first, count) = self.beside.unwrap_or((row.number, 0));
            self.beside = Some((first, count + 1));
        }
        let made = match row.fault {
            Some(fault) => Err(fault),
            None => plan.post(&row.cells, self.reading),
        };
        match made {
            Ok(post) => self.rows.posts.push((row.number, post)),
            Err(reason) => {
                let cells = plan.kept_cells(row.cells);
                self.refuse(row.number, reason, cells);
            }
        }
        Ok(())
    }

    fn refuse(&mut self, row: usize, mut reason: String, mut cells: Vec<String>) {
        let cost: usize = cells.iter().map(|cell| cell.len() + CELL_BYTES).sum();
        match self.left.checked_sub(cost) {
            Some(left) => self.left = left,
            None => {
                cells = Vec::new();
                reason += WITHOUT_CELLS;
            }
        }
        self.rows.refused.push(Refused { row, reason, cells });
    }
}

/// What a cell costs beside its words.
const CELL_BYTES: usize = size_of::<String>();

/// The beginning of a row for a message; a row taken for headers may hold somebody's number.
fn quoted(cells: &[String]) -> String {
    // More than is shown, so that no number is cut before it is masked.
    let line: String = cells.join("、").chars().take(400).collect();
    one_line(&mask(&line)).chars().take(120).collect()
}

fn known_headers(cells: &[String], reading: &Reading<'_>) -> usize {
    let by_mapping = |header: &str| {
        let mut mappings = reading.mappings().iter();
        mappings.any(|mapping| mapping.knows(header))
    };
    let short = cells.iter().filter(|cell| cell.len() <= MAX_HEADER_BYTES);
    short
        .filter(|cell| field_of(cell).is_some() || by_mapping(&plain(cell)))
        .count()
}

/// What is done with one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It may fill a field; the smaller rank wins over others of the same field.
    Field(Field, usize),
    /// It is a part of the text.
    Join(usize),
    /// It is kept under its own header.
    Extra,
    /// It is not read.
    Drop,
}

struct Plan<'a> {
    mapping: Option<&'a Mapping>,
    headers: Vec<String>,
    plain: Vec<String>,
    uses: Vec<Use>,
}

impl<'a> Plan<'a> {
    fn new(headers: &[String], reading: &'a Reading<'a>) -> Self {
        let mapping = reading
            .mapping
            .or_else(|| recognized(reading.known_mappings, headers));
        let plain: Vec<String> = headers.iter().map(|header| plain(header)).collect();
        let mut uses: Vec<Use> = plain.iter().map(|header| use_of(header, mapping)).collect();
        if is_own_header(headers) {
            let last_two = uses.len() - 2;
            uses[last_two..].fill(Use::Drop);
        }
        Plan {
            mapping,
            headers: headers.to_vec(),
            plain,
            uses,
        }
    }

    /// Without a column of words no row can be a post.
    fn has_words(&self) -> bool {
        self.uses.iter().any(|column| {
            matches!(
                column,
                Use::Join(_)
                    | Use::Field(
                        Field::Title
                            | Field::Text
                            | Field::Matter
                            | Field::Scenes
                            | Field::Screenshot,
                        _
                    )
            )
        })
    }

    fn post(&self, cells: &[String], reading: &Reading<'_>) -> Result<Post, String> {
        let surplus = self.surplus(cells);
        if surplus > 0 {
            return Err(format!(
                "这一行比表头多{surplus}格：正文里的逗号要用英文引号括起来，另加的栏要写上表头"
            ));
        }
        let frame = Frame {
            channel: reading.channel,
            date_formats: self.mapping.map_or(&[], |mapping| &mapping.date_formats),
            now: reading.now,
            author: Author::Person,
        };
        self.row(cells).into_post(&frame)
    }

    /// Cells beyond the headers, up to the last that is not blank. Which of them belongs where nobody can tell.
    fn surplus(&self, cells: &[String]) -> usize {
        let beyond = cells.get(self.uses.len()..).unwrap_or_default();
        let last = beyond.iter().rposition(|cell| !cell.is_empty());
        last.map_or(0, |last| last + 1)
    }

    fn row(&self, cells: &[String]) -> Row {
        let mut row = Row::default();
        let mut parts: Vec<(usize, String)> = Vec::new();
        let mut columns: Vec<usize> = (0..cells.len().min(self.uses.len())).collect();
        columns.sort_by_key(|&column| match self.uses[column] {
            Use::Field(_, rank) => rank,
            _ => 0,
        });
        for column in columns {
            let cell = without_guard(&cells[column]);
            if cell.is_empty() {
                continue;
            }
            let value = self.translated(column, cell);
            match self.uses[column] {
                Use::Drop => {}
                Use::Field(field, _) if !row.values.contains_key(&field) => {
                    row.values.insert(field, Value::String(value));
                }
                Use::Join(place) => parts.push((place, self.part(column, place, &value))),
                Use::Field(..) | Use::Extra => self.keep(&mut row, column, value),
            }
        }
        parts.sort();
        let parts: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
        if !parts.is_empty() {
            row.values.insert(Field::Text, parts.join("\n").into());
        }
        self.fill_fixed(&mut row);
        row
    }

    /// The first part of a text stands for itself, the others say what they are: `处理结果：……`.
    fn part(&self, column: usize, place: usize, value: &str) -> String {
        if place == 0 {
            return value.to_owned();
        }
        format!("{}：{value}", self.headers[column])
    }

    fn keep(&self, row: &mut Row, column: usize, value: String) {
        let header = match self.headers[column].as_str() {
            "" => format!("第{}栏", column + 1),
            header => header.to_owned(),
        };
        row.extra.entry(header).or_insert(value.into());
    }

    fn translated(&self, column: usize, cell: &str) -> String {
        let values = self
            .mapping
            .and_then(|mapping| mapping.values.get(&self.plain[column]));
        values
            .and_then(|values| values.get(&plain(cell)))
            .map_or_else(|| cell.to_owned(), Clone::clone)
    }

    fn fill_fixed(&self, row: &mut Row) {
        let Some(mapping) = self.mapping else {
            return;
        };
        for (field, value) in &mapping.fixed {
            row.values
                .entry(*field)
                .or_insert_with(|| value.clone().into());
        }
        if let Some(Value::String(id)) = row.values.get_mut(&Field::Id) {
            id.insert_str(0, &mapping.id_prefix);
        }
    }

    /// Headers that go into the list of refused rows: not those of personal data.
    fn kept_headers(&self) -> Vec<String> {
        self.without_dropped(self.headers.clone())
    }

    /// Cells of a refused row; blank ones at its end cost memory and say nothing. In a row with too many, any of them may
    /// have slipped out of a column that is not to be read.
    fn kept_cells(&self, mut cells: Vec<String>) -> Vec<String> {
        let surplus = self.surplus(&cells);
        if surplus > 0 && self.mapping.is_some_and(|mapping| !mapping.drop.is_empty()) {
            return Vec::new();
        }
        let beyond = cells.split_off(cells.len().min(self.uses.len()));
        let mut kept = self.without_dropped(cells);
        if surplus > 0 {
            kept.extend(beyond);
        }
        let length = kept.iter().rposition(|cell| !cell.is_empty());
        kept.truncate(length.map_or(0, |last| last + 1));
        kept.shrink_to_fit();
        kept
    }

    fn without_dropped(&self, cells: Vec<String>) -> Vec<String> {
        let kept = cells.into_iter().zip(&self.uses);
        kept.filter(|(_, column)| **column != Use::Drop)
            .map(|(cell, _)| cell)
            .collect()
    }
}

fn use_of(header: &str, mapping: Option<&Mapping>) -> Use {
    if let Some(mapping) = mapping {
        if mapping.drop.contains(header) {
            return Use::Drop;
        }
        if let Some(place) = mapping.join.iter().position(|joined| joined == header) {
            return Use::Join(place);
        }
        if let Some(field) = mapping.columns.get(header) {
            return Use::Field(*field, 0);
        }
    }
    match field_of(header) {
        // Behind whatever the mapping says.
        Some((field, rank)) => Use::Field(field, rank + 1),
        None => Use::Extra,
    }
}
