//! Bytes and a file name → what kind of file this is. The content decides: names lie.

use super::outcome::Unreadable;

/// 文件格式.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// One JSON object per line.
    Jsonl,
    /// Comma, semicolon or tab separated text.
    Csv,
    /// A workbook of Excel 2007 or later.
    Xlsx,
}

impl FileFormat {
    /// Name for people.
    pub fn label(self) -> &'static str {
        match self {
            FileFormat::Jsonl => "jsonl",
            FileFormat::Csv => "csv",
            FileFormat::Xlsx => "xlsx",
        }
    }

    /// What the name of a file promises.
    pub fn of_name(name: &str) -> Option<FileFormat> {
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" | "json" => Some(FileFormat::Jsonl),
            "csv" | "tsv" | "txt" => Some(FileFormat::Csv),
            "xlsx" | "xlsm" => Some(FileFormat::Xlsx),
            _ => None,
        }
    }
}

/// What the bytes are; `None` for text, which may be JSON Lines or CSV.
///
/// # Errors
/// They are of a kind that cannot be read.
pub fn binary_format(bytes: &[u8]) -> Result<Option<FileFormat>, Unreadable> {
    if bytes.iter().all(u8::is_ascii_whitespace) || bytes == b"\xef\xbb\xbf" {
        return Err(Unreadable::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Some(FileFormat::Xlsx));
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(compound(bytes));
    }
    let kinds: [(&[u8], &str); 5] = [
        (b"%PDF", "PDF 文件"),
        (b"\x89PNG", "图片"),
        (b"\xff\xd8\xff", "图片"),
        (b"Rar!", "压缩包，请先解压"),
        (b"7z\xbc\xaf\x27\x1c", "压缩包，请先解压"),
    ];
    match kinds.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        Some((_, kind)) => Err(Unreadable::OtherKind(kind)),
        None => Ok(None),
    }
}

/// A compound file of older Office programs: names of its streams stand in it as UTF-16.
fn compound(bytes: &[u8]) -> Unreadable {
    let holds = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|window| window == wide)
    };
    if holds("EncryptedPackage") {
        Unreadable::Password
    } else if holds("WordDocument") {
        Unreadable::OtherKind("Word 文档")
    } else {
        Unreadable::OldSheet("旧版 Excel 工作簿（.xls）")
    }
}

/// JSON Lines or CSV? A name or an option decides, else the first character.
///
/// # Errors
/// It is a page or a sheet in XML.
pub fn text_format(
    text: &str,
    name: &str,
    wanted: Option<FileFormat>,
) -> Result<FileFormat, Unreadable> {
    let begin = text.trim_start();
    if begin.is_empty() {
        return Err(Unreadable::Empty);
    }
    if begin.starts_with('<') {
        return Err(markup(begin));
    }
    let is_json = wanted.or_else(|| FileFormat::of_name(name)) == Some(FileFormat::Jsonl);
    if begin.starts_with('[') && is_json {
        return Err(Unreadable::JsonArray);
    }
    if let Some(wanted) = wanted {
        return Ok(wanted);
    }
    if begin.starts_with('{') {
        return Ok(FileFormat::Jsonl);
    }
    match FileFormat::of_name(name) {
        Some(FileFormat::Jsonl) => Ok(FileFormat::Jsonl),
        _ => Ok(FileFormat::Csv),
    }
}

fn markup(text: &str) -> Unreadable {
    let head: String = text.chars().take(2000).collect::<String>().to_lowercase();
    if head.contains("urn:schemas-microsoft-com:office:spreadsheet") && !head.contains("<html") {
        return Unreadable::OldSheet("XML 表格（Excel 2003）");
    }
    if head.contains("<opml") || head.contains("<rss") {
        return Unreadable::OtherKind(
            "订阅源或订阅清单（OPML 清单不在这里导入，请交信息员加为信源）",
        );
    }
    Unreadable::HtmlTable
}
