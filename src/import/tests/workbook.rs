//! Workbooks put together by hand, also such as no program would write.

use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A workbook of a sheet that has rows, and of others behind it.
pub struct Workbook {
    pub shared: String,
    pub sheet_head: String,
    pub rows: String,
    /// Names and rows.
    pub more_sheets: Vec<(&'static str, String)>,
    pub others: Vec<(&'static str, Vec<u8>)>,
}

impl Workbook {
    pub fn new() -> Self {
        Workbook {
            shared: String::new(),
            sheet_head: String::new(),
            rows: String::new(),
            more_sheets: Vec::new(),
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

    /// A further sheet; every text is one row of a single cell, or of three where it has commas.
    pub fn sheet(mut self, name: &'static str, rows: &[&str]) -> Self {
        let row = |(at, text): (usize, &&str)| {
            let cells: Vec<&str> = text.split(',').collect();
            format!(
                "<row r=\"{0}\">{1}</row>",
                at + 1,
                text_cells(at + 1, &cells)
            )
        };
        let rows = rows.iter().enumerate().map(row).collect();
        self.more_sheets.push((name, rows));
        self
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
            ("xl/workbook.xml", self.book().into_bytes()),
            ("xl/_rels/workbook.xml.rels", self.relations().into_bytes()),
            ("xl/worksheets/sheet1.xml", sheet.into_bytes()),
        ];
        if !self.shared.is_empty() {
            parts.push(("xl/sharedStrings.xml", self.shared.clone().into_bytes()));
        }
        let paths: Vec<String> = (2..).take(self.more_sheets.len()).map(part).collect();
        for (path, (_, rows)) in paths.iter().zip(&self.more_sheets) {
            let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
            parts.push((path, sheet.into_bytes()));
        }
        parts.extend(
            self.others
                .iter()
                .map(|(name, bytes)| (*name, bytes.clone())),
        );
        archive(&parts)
    }
}

impl Workbook {
    fn book(&self) -> String {
        let names = std::iter::once("Sheet1").chain(self.more_sheets.iter().map(|(name, _)| *name));
        let sheets: String = (1..)
            .zip(names)
            .map(|(at, name)| format!("<sheet name=\"{name}\" sheetId=\"{at}\" r:id=\"r{at}\"/>"))
            .collect();
        format!("<workbook xmlns:r=\"{OFFICE}\"><sheets>{sheets}</sheets></workbook>")
    }

    fn relations(&self) -> String {
        let one = |at| {
            let target = part(at);
            let target = target.trim_start_matches("xl/");
            format!("<Relationship Id=\"r{at}\" Type=\"{OFFICE}/worksheet\" Target=\"{target}\"/>")
        };
        let all: String = (1..=self.more_sheets.len() + 1).map(one).collect();
        format!("<Relationships>{all}</Relationships>")
    }
}

fn part(at: usize) -> String {
    format!("xl/worksheets/sheet{at}.xml")
}

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

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
