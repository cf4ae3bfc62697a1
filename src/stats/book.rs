//! A ledger → an Excel workbook: the figures, one sheet for each view of them, the list of entries, the definitions.
//! Words are written as words, never as formulas.

use crate::stats::{Group, Ledger, change, group_of, groups, level_name, rows, value};
use anyhow::Result;
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet};

/// UTF-16 units of an Excel cell are limited; entries' titles are far shorter, but a title may be a stranger's.
const CELL_CHARS: usize = 16_000;

const HEADINGS: &[(&str, f64)] = &[
    ("项目", 34.0),
    ("指标", 26.0),
    ("本期", 11.0),
    ("占比（%）", 11.0),
];

/// Widths of 上期、环比、上年同期、同比.
const COMPARED_WIDTHS: [f64; 4] = [15.0, 14.0, 19.0, 14.0];

/// Sheets of their own, with the families on them.
const VIEWS: &[(&str, &[&str])] = &[
    (
        "按渠道",
        &["by_channel.", "entries_by_channel.", "issues_by_channel."],
    ),
    ("按主题", &["by_topic.", "by_matter."]),
    (
        "按级别",
        &["by_level.", "entries_by_level.", "events_by_level."],
    ),
    ("按属地", &["by_jurisdiction.", "by_place."]),
    ("按处室", &["by_office.", "cases_by_office."]),
];

/// The workbook as bytes. `frozen` says who signed for it and when, of a live one it is empty; `watermark` stands below the
/// figures and in the footer of every sheet, unless it is empty.
///
/// # Errors
/// The library refuses.
pub fn workbook(ledger: &Ledger, frozen: &str, watermark: &str) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet().set_name("汇总")?;
    let title = match frozen {
        "" => format!("{}人社舆情统计", ledger.title),
        frozen => format!("{}人社舆情统计（{frozen}）", ledger.title),
    };
    let all: Vec<&Group> = groups().iter().collect();
    let end = figures_sheet(sheet, ledger, &title, &all, &bold)?;
    sheet.write_string(end + 1, 0, &ledger.sentence)?;
    if !watermark.is_empty() {
        sheet.write_string(end + 3, 0, watermark)?;
    }
    for (name, families) in VIEWS {
        let sheet = book.add_worksheet().set_name(*name)?;
        let groups: Vec<&Group> = families.iter().filter_map(|key| group_of(key)).collect();
        figures_sheet(
            sheet,
            ledger,
            &format!("{}　{name}", ledger.title),
            &groups,
            &bold,
        )?;
    }
    entries_sheet(book.add_worksheet().set_name("条目清单")?, ledger, &bold)?;
    definitions_sheet(book.add_worksheet().set_name("定义")?, &bold)?;
    if !watermark.is_empty() {
        // `&` begins a code of Excel's.
        let footer = format!("&L{}&R&P/&N", watermark.replace('&', "&&"));
        for sheet in book.worksheets_mut() {
            sheet.set_footer(&footer);
        }
    }
    Ok(book.save_to_buffer()?)
}

/// Title in the first row, headings in the second, both in view however far one scrolls. The row below the last one?
fn figures_sheet(
    sheet: &mut Worksheet,
    ledger: &Ledger,
    title: &str,
    groups: &[&Group],
    bold: &Format,
) -> Result<u32> {
    sheet.write_string_with_format(0, 0, title, bold)?;
    let compared = ledger.compared_headings().into_iter().zip(COMPARED_WIDTHS);
    let headings = HEADINGS.iter().copied().chain(compared);
    for (column, (heading, width)) in (0..).zip(headings) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(1, column, heading, bold)?;
    }
    sheet.set_freeze_panes(2, 0)?;
    let right = Format::new().set_align(FormatAlign::Right);
    let mut row = 2;
    for group in groups {
        for (key, name) in rows(group, ledger) {
            sheet.write_string(row, 0, format!("{}：{name}", group.title))?;
            sheet.write_string(row, 1, &key)?;
            let now = value(&key, Some(&ledger.figures));
            number(sheet, row, 2, now)?;
            let whole = group.whole.and_then(|whole| ledger.figures.get(whole));
            let share = whole.filter(|whole| *whole > 0.0);
            let share = share.map(|whole| (now.unwrap_or(0.0) * 1000.0 / whole).round() / 10.0);
            number(sheet, row, 3, share)?;
            let others = [&ledger.previous, &ledger.year_before];
            for (column, other) in [4, 6].into_iter().zip(others) {
                let before = value(&key, other.as_ref());
                number(sheet, row, column, before)?;
                let words = change(&key, now, before);
                sheet.write_string_with_format(row, column + 1, words, &right)?;
            }
            row += 1;
        }
    }
    Ok(row)
}

fn number(sheet: &mut Worksheet, row: u32, column: u16, value: Option<f64>) -> Result<()> {
    if let Some(value) = value {
        sheet.write_number(row, column, value)?;
    }
    Ok(())
}

fn entries_sheet(sheet: &mut Worksheet, ledger: &Ledger, bold: &Format) -> Result<()> {
    let headings = [
        ("序号", 7.0),
        ("刊物", 16.0),
        ("期", 16.0),
        ("签发时间", 18.0),
        ("级别", 7.0),
        ("标题", 48.0),
        ("来源", 20.0),
        ("链接", 44.0),
        ("信息编号", 18.0),
    ];
    for (column, (heading, width)) in (0..).zip(headings) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, heading, bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, entry) in (1..).zip(&ledger.entry_list) {
        let signed = (entry.signed_at).map(|at| at.format("%Y-%m-%d %H:%M").to_string());
        let ids: Vec<String> = entry.posts.iter().map(|post| post.0.to_string()).collect();
        sheet.write_number(row, 0, f64::from(row))?;
        let words = [
            entry.digest.as_str(),
            &entry.issue,
            signed.as_deref().unwrap_or_default(),
            level_name(entry.level),
            &entry.title,
            &entry.source,
            entry.url.as_deref().unwrap_or_default(),
            &ids.join(" "),
        ];
        for (column, words) in (1..).zip(words) {
            let words: String = words.chars().take(CELL_CHARS).collect();
            sheet.write_string(row, column, words)?;
        }
    }
    Ok(())
}

fn definitions_sheet(sheet: &mut Worksheet, bold: &Format) -> Result<()> {
    let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (column, (heading, width)) in (0..).zip([("项目", 24.0), ("口径", 110.0)]) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, heading, bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, group) in (1..).zip(groups()) {
        sheet.write_string_with_format(row, 0, group.title, &wrap)?;
        sheet.write_string_with_format(row, 1, group.definition, &wrap)?;
    }
    Ok(())
}
