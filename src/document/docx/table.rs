//! Tables of the Word file: a fixed grid, because WPS takes the widths of columns from nowhere else.

use super::{HEI, Look, Part, SONG, TEXT_WIDTH, flat_auto, run};
use crate::document::Column;
use docx_rs::{
    AlignmentType, LineSpacing, Paragraph, Shading, ShdType, Table, TableAlignmentType, TableCell,
    TableCellMargins, TableLayoutType, TableRow, VAlignType, WidthType,
};

/// 小四 in half points: what a ledger needs to fit.
const SIZE: usize = 24;

impl Look {
    /// Caption and table. The first row is the heading; `finish` has it repeated on each page.
    pub(super) fn table(
        &self,
        caption: &str,
        columns: &[Column],
        rows: &[Vec<String>],
    ) -> Vec<Part> {
        let grid = grid(columns);
        let heading = (columns.iter().zip(&grid)).map(|(column, width)| {
            let shading = Shading::new().shd_type(ShdType::Clear).fill("F2F2F2");
            let words = tight()
                .align(AlignmentType::Center)
                .keep_next(true)
                .add_run(run(&column.heading, HEI, SIZE));
            cell(words, *width).shading(shading)
        });
        let mut all = vec![TableRow::new(heading.collect()).cant_split()];
        for row in rows {
            let cells = (row.iter().zip(columns))
                .zip(&grid)
                .map(|((text, column), width)| {
                    let side = if column.is_figure {
                        AlignmentType::Right
                    } else {
                        AlignmentType::Left
                    };
                    cell(tight().align(side).add_run(run(text, SONG, SIZE)), *width)
                });
            all.push(TableRow::new(cells.collect()).cant_split());
        }
        let margins = TableCellMargins::new().margin(40, 80, 40, 80);
        let table = Table::new(all)
            .set_grid(grid.clone())
            .width(grid.iter().sum(), WidthType::Dxa)
            .layout(TableLayoutType::Fixed)
            .align(TableAlignmentType::Center)
            .margins(margins);
        let mut parts = Vec::new();
        if !caption.is_empty() {
            let caption = flat_auto()
                .align(AlignmentType::Center)
                .keep_next(true)
                .add_run(run(caption, HEI, self.small));
            parts.push(Part::Paragraph(Box::new(caption)));
        }
        parts.push(Part::Table(Box::new(table)));
        // Word joins two tables that touch.
        parts.push(Part::Paragraph(Box::new(tight())));
        parts
    }
}

/// Widths that fill the text exactly.
fn grid(columns: &[Column]) -> Vec<usize> {
    let shares: Vec<usize> = columns
        .iter()
        .map(|column| column.width.max(1) as usize)
        .collect();
    let all: usize = shares.iter().sum();
    let mut grid: Vec<usize> = shares
        .iter()
        .map(|share| TEXT_WIDTH * share / all.max(1))
        .collect();
    let used: usize = grid.iter().sum();
    if let Some(last) = grid.last_mut() {
        *last += TEXT_WIDTH - used;
    }
    grid
}

fn cell(words: Paragraph, width: usize) -> TableCell {
    TableCell::new()
        .add_paragraph(words)
        .width(width, WidthType::Dxa)
        .vertical_align(VAlignType::Center)
}

fn tight() -> Paragraph {
    Paragraph::new().line_spacing(LineSpacing::new().line(240).before(30).after(30))
}
