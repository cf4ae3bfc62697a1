//! Workbooks put together by hand, also such as no program would write.

use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A workbook of one sheet.
pub struct Workbook {
    pub shared: String,
    pub sheet_head: String,
    pub rows: String,
    pub others: Vec<(&'static str, Vec<u8>)>,
}

impl Workbook {
    pub fn new() -> Self {
        Workbook {
            shared: String::new(),
            sheet_head: String::new(),
            rows: String::new(),
            others: Vec::new(),
        }
    }

    pub fn shared(mut self, strings: &[&str]) -> Self {
        let items: String = strings
            .iter()
            .map(|text| format!("<si><t>{text}</t></si>"))
            .collect();
        self.shared = format!("<sst uniqueCount=\"{}\">{items}</sst>", strings.len());
        self
    }

    pub fn row(mut self, number: usize, cells: &str) -> Self {
        self.rows += &format!("<row r=\"{number}\">{cells}</row>");
        self
    }

    pub fn header(self) -> Self {
        self.row(1, &text_cells(1, &["标题", "来源", "渠道"]))
    }

    pub fn with(mut self, name: &'static str, bytes: Vec<u8>) -> Self {
        self.others.push((name, bytes));
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let sheet = format!(
            "<worksheet>{}<sheetData>{}</sheetData></worksheet>",
            self.sheet_head, self.rows
        );
        let mut parts: Vec<(&str, Vec<u8>)> = vec![
            ("[Content_Types].xml", b"<Types/>".to_vec()),
            ("_rels/.rels", RELATIONS.into()),
            ("xl/workbook.xml", BOOK.into()),
            ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS.into()),
            ("xl/worksheets/sheet1.xml", sheet.into_bytes()),
        ];
        if !self.shared.is_empty() {
            parts.push(("xl/sharedStrings.xml", self.shared.clone().into_bytes()));
        }
        parts.extend(
            self.others
                .iter()
                .map(|(name, bytes)| (*name, bytes.clone())),
        );
        archive(&parts)
    }
}

pub fn text_cells(row: usize, texts: &[&str]) -> String {
    let columns = ('A'..='Z').zip(texts);
    columns
        .map(|(column, text)| format!("<c r=\"{column}{row}\" t=\"str\"><v>{text}</v></c>"))
        .collect()
}

pub fn archive(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .expect("a new part");
        writer.write_all(bytes).expect("memory can be written");
    }
    writer.finish().expect("memory can be written").into_inner()
}

const RELATIONS: &str = "<Relationships><Relationship Id=\"r1\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
    Target=\"xl/workbook.xml\"/></Relationships>";

const BOOK: &str = "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
    <sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";

const BOOK_RELATIONS: &str = "<Relationships><Relationship Id=\"r1\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
    Target=\"worksheets/sheet1.xml\"/></Relationships>";
