//! Why a file as a whole could not be read, each with a sentence that says what to do.

use bytesize::ByteSize;
use thiserror::Error;

/// 读不了的文件.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// No byte, or blanks only.
    #[error("文件是空的")]
    Empty,
    /// Larger than `[import] max_file`.
    #[error("文件有{0}，超过上限{1}；请分成几个文件，或在 yuqing.toml 调高 import.max_file")]
    TooLarge(ByteSize, ByteSize),
    /// Larger than `[import] max_unpacked` when unpacked: a bomb, or nearly.
    #[error(
        "文件解压后超过上限{0}，没有读取；请只保留需要的工作表另存，或在 yuqing.toml 调高 import.max_unpacked"
    )]
    Bomb(ByteSize),
    /// More rows than `[import] max_rows`.
    #[error("超过{0}行，没有导入；请分成几个文件，或在 yuqing.toml 调高 import.max_rows")]
    TooManyRows(usize),
    /// A row with so many columns is no table of posts.
    #[error("第{0}行有{1}栏以上，不像信息表；请检查分隔符和引号")]
    TooWide(usize, usize),
    /// A workbook that opens with a password only.
    #[error("工作簿设有打开密码；请用 Excel 或 WPS 取消密码，另存后再导入")]
    Password,
    /// `.xls`, `.xlsb`, `.ods`.
    #[error("{0}读不了；请用 Excel 或 WPS 打开，另存为 .xlsx 或 CSV UTF-8 后再导入")]
    OldSheet(&'static str),
    /// A page with a table, named `.xls`: what many systems call an export.
    #[error(
        "这是改了扩展名的网页（系统导出的“.xls”多是如此）；请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入"
    )]
    HtmlTable,
    /// JSON, but not one post per line.
    #[error(
        "这是一个 JSON 数组；请改为每行一条信息（JSON Lines，可用 `jq -c '.[]'` 转换）后再导入"
    )]
    JsonArray,
    /// Another kind of file.
    #[error("这是{gap}{0}，不是信息表；可导入 JSON Lines、CSV、XLSX", gap = gap(.0))]
    OtherKind(&'static str),
    /// Bytes that are no text in any encoding.
    #[error("内容不是文字，也不是 XLSX；文件可能损坏，请重新导出")]
    NotText,
    /// The archive or the XML in it is broken.
    #[error("工作簿已损坏（{0}）；请用 Excel 或 WPS 打开后另存，再导入")]
    Damaged(String),
    /// `--sheet` names none.
    #[error("没有名为“{0}”的工作表；有：{1}")]
    NoSuchSheet(String, String),
    /// `--format` and content disagree.
    #[error("用 --format 指定了 {0}，内容却是“{1}”")]
    OtherFormat(&'static str, &'static str),
    /// The first sheet is no table, and not just one of the others is.
    #[error(
        "工作表“{0}”里找不到表头（需要有“标题”或“正文”一栏）；其他工作表：{1}，请用 --sheet 指定，或只留下要导入的工作表另存后再导入"
    )]
    NoTable(String, String),
    /// A quote above the headers or in them that is never closed.
    #[error("{0}")]
    OpenQuote(String),
    /// No row of the first twenty has headers that we know.
    #[error(
        "找不到表头：需要有“标题”或“正文”一栏，读到的是“{0}”；请在第一行写上栏名，或由信息员写一个导入对照（config/imports）"
    )]
    NoHeaders(String),
}

/// Between Chinese and a Latin word stands a space.
fn gap(name: &str) -> &'static str {
    match name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        true => " ",
        false => "",
    }
}
