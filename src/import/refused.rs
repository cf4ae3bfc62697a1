//! 拒收清单 — refused rows with their reasons as a CSV that Excel opens, can be mended and imported again.

use super::Refused;

/// The last two headers; a table that ends with them is a list of ours.
const OWN_HEADERS: [&str; 2] = ["行号", "拒收原因"];

/// Excel takes a CSV without it for GB18030.
const MARK: &str = "\u{feff}";

/// The list as a file.
pub fn refused_csv(headers: &[String], rows: &[Refused]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(MARK.as_bytes().to_vec());
    let header = headers.iter().map(String::as_str).chain(OWN_HEADERS);
    // A vector takes every byte.
    writer.write_record(header).expect("memory can be written");
    for refused in rows {
        let mut cells: Vec<String> = refused.cells.iter().map(|cell| guarded(cell)).collect();
        // Cells beyond the headers stand behind ours: read again, they are still too many.
        let beyond = cells.split_off(cells.len().min(headers.len()));
        cells.resize(headers.len(), String::new());
        cells.push(refused.row.to_string());
        cells.push(refused.reason.clone());
        cells.extend(beyond);
        writer.write_record(&cells).expect("memory can be written");
    }
    writer.into_inner().expect("memory can be written")
}

/// Did we write this file?
pub fn is_own_list(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(MARK.as_bytes()) else {
        return false;
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(rest);
    let first = reader.records().next().and_then(Result::ok);
    first.is_some_and(|record| {
        let headers: Vec<String> = record.iter().map(str::to_owned).collect();
        is_own_header(&headers)
    })
}

/// Are these the headers of a list of ours?
pub fn is_own_header(headers: &[String]) -> bool {
    headers.len() > OWN_HEADERS.len() && headers[headers.len() - OWN_HEADERS.len()..] == OWN_HEADERS
}

/// A cell that Excel would run as a formula gets an apostrophe before it.
fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return format!("'{cell}");
    }
    cell.to_owned()
}

/// A cell without the apostrophe that [`guarded`] or Excel itself put before it.
pub fn without_guard(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r']))
        .unwrap_or(cell)
}
