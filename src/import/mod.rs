//! Files → posts. Pure: bytes in, posts and refused rows out; the caller stores them.
//!
//! JSON Lines, CSV, XLSX; exports of other systems by mappings; television, radio, clippings and transferred cases with
//! what belongs to them. OPML for lists of feeds. Nothing here reads a file or a clock.

mod charset;
mod csv;
mod field;
mod form;
mod guard;
mod headers;
mod jsonl;
mod mapping;
mod moment;
mod number;
mod opml;
mod outcome;
mod particulars;
mod quotes;
mod refused;
mod row;
mod settings;
mod sheet;
mod sniff;
mod table;
mod template;

pub use charset::{Decoded, decode, file_name};
pub use field::{DUE_AS_WRITTEN, Field, LENGTH_SECONDS, ORIGINAL_LINK};
pub use form::post_of_form;
pub use headers::channel_named;
pub use jsonl::read_jsonl;
pub use mapping::{Mapping, MappingFile, MappingMistake};
pub use moment::moment;
pub use opml::{Feed, OpmlMistake, read_opml, write_opml};
pub use outcome::Unreadable;
pub use refused::{is_own_list, refused_csv};
pub use settings::ImportSettings;
pub use sniff::FileFormat;
pub use template::{Template, template_csv};

use crate::model::{Channel, Post, Timestamp};
use bytesize::ByteSize;
use serde::Serialize;

/// Columns a table may have; exports have tens.
const MAX_COLUMNS: usize = 1000;

/// How a file is to be read.
pub struct Reading<'a> {
    /// What the file is called; decides between kinds of text.
    pub name: &'a str,
    /// What it is said to be.
    pub format: Option<FileFormat>,
    /// Sheet of a workbook; the first visible one if none is named.
    pub sheet: Option<&'a str>,
    /// 渠道 of rows that name none.
    pub channel: Option<Channel>,
    /// The mapping that was asked for.
    pub mapping: Option<&'a Mapping>,
    /// Mappings among which headers may choose.
    pub known_mappings: &'a [Mapping],
    /// Most rows.
    pub max_rows: usize,
    /// Largest file.
    pub max_file: ByteSize,
    /// Largest workbook, unpacked.
    pub max_unpacked: ByteSize,
    /// The time of reading.
    pub now: Timestamp,
}

impl<'a> Reading<'a> {
    /// A file of this name, within the limits of `settings`; everything else follows from its content.
    pub fn new(name: &'a str, settings: &ImportSettings, now: Timestamp) -> Self {
        Reading {
            name,
            format: None,
            sheet: None,
            channel: None,
            mapping: None,
            known_mappings: &[],
            max_rows: settings.max_rows.get(),
            max_file: settings.max_file,
            max_unpacked: settings.max_unpacked,
            now,
        }
    }

    /// Mappings that may tell which row holds the headers.
    fn mappings(&self) -> &'a [Mapping] {
        self.mapping
            .map_or(self.known_mappings, std::slice::from_ref)
    }
}

/// A row that was not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Row of the file, from 1.
    pub row: usize,
    /// One Chinese sentence.
    pub reason: String,
    /// The row as it stood there, without columns that are not to be read.
    #[serde(skip)]
    pub cells: Vec<String>,
}

/// What a file held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Rows that are not blank.
    pub read: usize,
    /// Posts, each with its row.
    pub posts: Vec<(usize, Post)>,
    /// Rows that are no posts.
    pub refused: Vec<Refused>,
    /// Headers of the cells of refused rows.
    pub header: Vec<String>,
    /// Name of the mapping that was used.
    pub mapping: Option<String>,
    /// The refused rows are lines of JSON: the list shows them, but cannot be imported.
    pub is_json_lines: bool,
    /// What was odd about the file as a whole.
    pub warnings: Vec<String>,
}

/// Reads a file; its content decides what it is.
///
/// # Errors
/// The file as a whole cannot be read.
pub fn read_file(bytes: &[u8], reading: &Reading<'_>) -> Result<Rows, Unreadable> {
    let size = ByteSize(bytes.len() as u64);
    if size > reading.max_file {
        return Err(Unreadable::TooLarge(size, reading.max_file));
    }
    let mut rows = match sniff::binary_format(bytes)? {
        Some(_) => read_workbook(bytes, reading)?,
        None => read_text(bytes, reading)?,
    };
    rows.posts.shrink_to_fit();
    Ok(rows)
}

fn read_workbook(bytes: &[u8], reading: &Reading<'_>) -> Result<Rows, Unreadable> {
    let contents = guard::inspect(bytes, reading.max_unpacked)?;
    if let Some(wanted) = reading.format.filter(|wanted| *wanted != FileFormat::Xlsx) {
        return Err(Unreadable::OtherFormat(
            wanted.label(),
            FileFormat::Xlsx.label(),
        ));
    }
    let mut rows = sheet::read_sheet(bytes, reading)?;
    if contents.has_macros {
        rows.warnings
            .push("工作簿带有宏，没有运行，只读取了单元格".to_owned());
    }
    if FileFormat::of_name(reading.name) != Some(FileFormat::Xlsx) {
        rows.warnings
            .push("扩展名不是 .xlsx，内容是 XLSX，已按 XLSX 读取".to_owned());
    }
    Ok(rows)
}

fn read_text(bytes: &[u8], reading: &Reading<'_>) -> Result<Rows, Unreadable> {
    let decoded = charset::decode(bytes).ok_or(Unreadable::NotText)?;
    if reading.format == Some(FileFormat::Xlsx) {
        return Err(Unreadable::OtherFormat(FileFormat::Xlsx.label(), "文本"));
    }
    let mut rows = match sniff::text_format(&decoded.text, reading.name, reading.format)? {
        FileFormat::Jsonl => read_jsonl(&decoded.text, reading.channel, reading.now),
        FileFormat::Csv | FileFormat::Xlsx => csv::read_csv(&decoded.text, reading)?,
    };
    if FileFormat::of_name(reading.name) == Some(FileFormat::Xlsx) {
        rows.warnings
            .push("扩展名是 .xlsx，内容是文本，已按文本读取".to_owned());
    }
    if let Some(sheet) = reading.sheet {
        rows.warnings.push(format!(
            "这个文件是文本，没有工作表，--sheet “{sheet}”没有用到"
        ));
    }
    rows.warnings.extend(decoded.warning);
    Ok(rows)
}

#[cfg(test)]
mod tests;
