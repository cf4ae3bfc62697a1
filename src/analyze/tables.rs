//! Tables of terms (`lexicon/*.tsv`) → rows with line numbers. A malformed row becomes a Problem, not a panic.

use crate::model::Problem;

/// One row of a table.
pub(super) struct Row<'f> {
    /// Line in the file, from 1.
    pub line: usize,
    /// Cells, as many as the table has columns.
    pub cells: Vec<&'f str>,
}

/// A table being read: where its problems belong.
pub(super) struct Table<'f> {
    /// File below the configuration folder.
    pub file: String,
    /// Rows that are well formed.
    pub rows: Vec<Row<'f>>,
}

/// Reads a table whose first line must name `columns`; lines that start with `#` are comments.
pub(super) fn read<'f>(
    name: &str,
    content: &'f str,
    columns: &[&str],
    problems: &mut Vec<Problem>,
) -> Table<'f> {
    let file = format!("lexicon/{name}");
    let mut lines = content
        .trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim_end()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let header = lines.next();
    if header.is_none_or(|(_, header)| !header.split('\t').eq(columns.iter().copied())) {
        problems.push(Problem {
            file: file.clone(),
            line: header.map_or(1, |(line, _)| line),
            key: "表头".to_owned(),
            message: format!("表头应为“{}”，各列以制表符分开", columns.join("、")),
        });
        return Table {
            file,
            rows: Vec::new(),
        };
    }
    let mut rows = Vec::new();
    for (line, text) in lines {
        let cells: Vec<&str> = text.split('\t').map(str::trim).collect();
        if cells.len() == columns.len() && cells.iter().all(|cell| !cell.is_empty()) {
            rows.push(Row { line, cells });
        } else {
            problems.push(Problem {
                file: file.clone(),
                line,
                key: columns.join("、"),
                message: format!(
                    "这一行应有{}列，实有{}列；不填的列写“-”",
                    columns.len(),
                    cells.iter().filter(|cell| !cell.is_empty()).count()
                ),
            });
        }
    }
    Table { file, rows }
}

impl Table<'_> {
    /// A problem with one cell of this table.
    pub fn problem(&self, line: usize, column: &str, message: impl Into<String>) -> Problem {
        Problem {
            file: self.file.clone(),
            line,
            key: column.to_owned(),
            message: message.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_row_with_a_missing_cell_is_named_by_file_and_line() {
        let mut problems = Vec::new();
        let table = read(
            "risk.tsv",
            "# 说明\ngroup\tterm\nN1\t不满\nN2\n",
            &["group", "term"],
            &mut problems,
        );
        assert_eq!(table.rows.len(), 1);
        assert_eq!(
            (problems[0].file.as_str(), problems[0].line),
            ("lexicon/risk.tsv", 4)
        );
    }

    #[test]
    fn a_wrong_header_is_refused() {
        let mut problems = Vec::new();
        read(
            "risk.tsv",
            "term\tgroup\n",
            &["group", "term"],
            &mut problems,
        );
        assert!(problems[0].message.contains("表头"));
    }
}
