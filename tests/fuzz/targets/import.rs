//! Bytes as a file that somebody drops into the inbox: as they are, as the sheet and as the words of a workbook, as OPML.

#![no_main]

use bytesize::ByteSize;
use libfuzzer_sys::fuzz_target;
use std::io::{Cursor, Write};
use yuqing::import::{Reading, Rows, is_own_list, read_file, read_opml, refused_csv, write_opml};
use yuqing_fuzz::{SHIPPED, check_line, check_post, friday, warm_up};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fuzz_target!(
    // The reader of workbooks may panic: that is caught where it is called, and is a damaged file. Without this line it
    // would end the run; panics that nobody catches still do.
    init: {
        drop(std::panic::take_hook());
        warm_up();
    },
    |bytes: &[u8]| {
        read("rows.csv", bytes);
        read("rows.jsonl", bytes);
        if bytes.starts_with(b"<") {
            read("rows.xlsx", &workbook(bytes, include_bytes!("workbook/words.xml")));
            read("rows.xlsx", &workbook(include_bytes!("workbook/sheet.xml"), bytes));
            opml(bytes);
        }
    }
);

fn read(name: &str, bytes: &[u8]) {
    let reading = Reading {
        known_mappings: &SHIPPED.mappings,
        max_unpacked: ByteSize::mib(20),
        ..Reading::new(name, &SHIPPED.settings.import, friday())
    };
    let rows = match read_file(bytes, &reading) {
        Ok(rows) => rows,
        Err(unreadable) => return check_line("reason", &unreadable.to_string()),
    };
    check(&rows);
    // What was refused comes back as a file that we know as ours and can read.
    let list = refused_csv(&rows.header, &rows.refused);
    assert!(is_own_list(&list));
    if let Ok(again) = read_file(
        &list,
        &Reading::new("list.csv", &SHIPPED.settings.import, friday()),
    ) {
        check(&again);
    }
}

fn check(rows: &Rows) {
    assert!(rows.posts.len() + rows.refused.len() <= rows.read);
    for (_, post) in &rows.posts {
        check_post(post);
        // A table may tell of any time that can be written, and read again.
        assert!(!post.effective_at().to_rfc3339().is_empty());
    }
    for refused in &rows.refused {
        check_line("reason", &refused.reason);
    }
    for warning in &rows.warnings {
        check_line("warning", warning);
    }
}

/// A small workbook with this sheet and these shared words.
fn workbook(sheet: &[u8], words: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let parts: [(&str, &[u8]); 5] = [
        ("[Content_Types].xml", include_bytes!("workbook/types.xml")),
        (
            "xl/_rels/workbook.xml.rels",
            include_bytes!("workbook/relations.xml"),
        ),
        ("xl/workbook.xml", include_bytes!("workbook/workbook.xml")),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", words),
    ];
    for (name, bytes) in parts {
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name, stored).expect("memory can be written");
        zip.write_all(bytes).expect("memory can be written");
    }
    zip.finish().expect("memory can be written").into_inner()
}

/// What we read of a list of feeds we can write, and read again.
fn opml(bytes: &[u8]) {
    let Ok(feeds) = read_opml(bytes) else {
        return;
    };
    let written = write_opml("信源", &feeds);
    let again = read_opml(written.as_bytes());
    assert_eq!(
        again.map(|feeds| feeds.len()).ok(),
        Some(feeds.len()),
        "{written}"
    );
}
