//! A quote that is not closed makes one cell of all lines below it. CSV cannot say so; what stands behind a closing quote
//! can: rows that were swallowed show there, or the end of the file does.

use super::csv::line_feeds;

/// Looks at the quotes of rows.
pub struct Quotes {
    /// Between cells.
    pub separator: u8,
}

/// Where a quote opens, and whether it is closed at last.
struct Open {
    at: usize,
    /// From 1.
    column: usize,
    is_closed: bool,
}

impl Quotes {
    /// What is wrong with the quotes of a row that begins on `line` of its file.
    pub fn fault(&self, row: &str, line: usize, is_last: bool) -> Option<String> {
        let row = row.trim_end();
        // Only a row of several lines can have swallowed others; only in the last one a quote can stay open.
        if !is_last && !row.contains('\n') {
            return None;
        }
        let open = self.first_open(row.as_bytes())?;
        let line = line + line_feeds(&row.as_bytes()[..open.at]);
        let lines = 1 + line_feeds(&row.as_bytes()[open.at..]);
        let lost = match (open.is_closed, lines) {
            (_, 1) => "这一行没有导入".to_owned(),
            (true, _) => format!("从这一行起的{lines}行并成了一行，没有导入"),
            (false, _) => format!("从这一行到文件末尾共{lines}行没有导入"),
        };
        // The words themselves may stand in a column that is not to be read.
        let column = open.column;
        Some(format!(
            "文件第{line}行第{column}栏开头的引号没有成对，{lost}；请改好原文件的引号后重新导入"
        ))
    }

    /// The first quote of a row that is closed nowhere, or not before a separator or the end of a line although lines
    /// lie between.
    fn first_open(&self, row: &[u8]) -> Option<Open> {
        let mut at = 0;
        for column in 1.. {
            if at >= row.len() {
                break;
            }
            if row[at] == b'"' {
                let open = Open {
                    at,
                    column,
                    is_closed: false,
                };
                let Some(close) = closing(row, at + 1) else {
                    return Some(open);
                };
                let end = self.end_of_cell(row, close + 1);
                let is_broken = row[at..close].contains(&b'\n');
                if is_broken && !row[close + 1..end].iter().all(u8::is_ascii_whitespace) {
                    return Some(Open {
                        is_closed: true,
                        ..open
                    });
                }
                at = end + 1;
            } else {
                at = self.end_of_cell(row, at) + 1;
            }
        }
        None
    }

    fn end_of_cell(&self, row: &[u8], from: usize) -> usize {
        let is_end = |byte: &u8| *byte == self.separator || matches!(byte, b'\r' | b'\n');
        let length = row[from..].iter().position(is_end);
        length.map_or(row.len(), |length| from + length)
    }
}

/// The quote that ends a cell; two in a row are one that belongs to its words.
fn closing(row: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += row[at..].iter().position(|byte| *byte == b'"')?;
        if row.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}
