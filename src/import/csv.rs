//! CSV → rows: comma, semicolon or tab, quoted line breaks, rows numbered as a spreadsheet numbers them.

use super::outcome::Unreadable;
use super::quotes::Quotes;
use super::table::{Intake, TableRow, cell};
use super::{MAX_COLUMNS, Reading, Rows};

/// Separators that programs write, the likeliest first.
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Bytes at the beginning that show the separator.
const HEAD: usize = 16_384;

/// Reads a table of posts.
///
/// # Errors
/// It has no headers that we know, or goes beyond a limit.
pub fn read_csv(text: &str, reading: &Reading<'_>) -> Result<Rows, Unreadable> {
    let (separator, text) = separator(text);
    refuse_endless_lines(text, separator)?;
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut intake = Intake::new(reading);
    let mut record = ::csv::StringRecord::new();
    let mut count = LineCount::default();
    let quotes = Quotes { separator };
    // Reading from memory, text that is UTF-8, rows of any length: nothing is left that could fail.
    while reader.read_record(&mut record).unwrap_or(false) {
        let start = record.position().map_or(0, |position| position.byte());
        let number = count.row_at(text, usize::try_from(start).unwrap_or(0), &record);
        if record.len() > MAX_COLUMNS {
            return Err(Unreadable::TooWide(number, MAX_COLUMNS));
        }
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let end = end.clamp(count.at, text.len());
        let row = match quotes.fault(&text[count.at..end], count.line + 1, end == text.len()) {
            Some(fault) => TableRow::broken(number, fault),
            None => TableRow::new(number, record.iter().map(cell).collect()),
        };
        intake.take(row)?;
    }
    intake.finish()
}

/// The separator, and the text without Excel's line `sep=;`.
fn separator(text: &str) -> (u8, &str) {
    if let Some(rest) = text.strip_prefix("sep=")
        && let Some(separator) = rest.bytes().next().filter(u8::is_ascii)
    {
        // The line stays blank, so that rows keep their numbers.
        return (separator, &rest[1..]);
    }
    let mut end = text.len().min(HEAD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let first = text[..end].lines().take(20);
    let line = first.max_by_key(|line| SEPARATORS.map(|s| count(line, s)).into_iter().max());
    let count_of = |separator: u8| count(line.unwrap_or_default(), separator);
    // The first of equals: `max_by_key` takes the last, so the list is turned round.
    let best = SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(|separator| count_of(*separator));
    (best.unwrap_or(b','), text)
}

fn count(line: &str, separator: u8) -> usize {
    line.bytes().filter(|byte| *byte == separator).count()
}

/// A line of nothing but separators would cost many times its own memory.
fn refuse_endless_lines(text: &str, separator: u8) -> Result<(), Unreadable> {
    // Quoted text may hold separators as ordinary characters.
    let limit = MAX_COLUMNS * 20;
    match text.lines().position(|line| count(line, separator) > limit) {
        None => Ok(()),
        Some(line) => Err(Unreadable::TooWide(line + 1, MAX_COLUMNS)),
    }
}

/// Counts rows as a spreadsheet does: blank lines count, line breaks inside quotes do not.
#[derive(Default)]
struct LineCount {
    line: usize,
    at: usize,
    inside_quotes: usize,
}

impl LineCount {
    fn row_at(&mut self, text: &str, start: usize, record: &::csv::StringRecord) -> usize {
        let bytes = text.as_bytes();
        let mut start = start.clamp(self.at, bytes.len());
        // The position of a record is before the blank lines above it.
        while bytes
            .get(start)
            .is_some_and(|byte| matches!(byte, b'\r' | b'\n'))
        {
            start += 1;
        }
        self.line += line_feeds(&bytes[self.at..start]);
        self.at = start;
        let number = self.line + 1 - self.inside_quotes;
        self.inside_quotes += record
            .iter()
            .map(|cell| line_feeds(cell.as_bytes()))
            .sum::<usize>();
        number
    }
}

/// Lines that end within `bytes`.
pub fn line_feeds(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}
