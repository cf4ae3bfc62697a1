//! Files made to break a reader, and files that are simply something else: each ends with a sentence that says what to do.

use super::workbook::{Workbook, archive, text_cells};
use super::{fixture, read, settings, titles};
use crate::import::{Unreadable, read_jsonl, read_opml};
use bytesize::ByteSize;
use proptest::prelude::*;

fn refused(name: &str, bytes: &[u8]) -> Unreadable {
    read(name, bytes).expect_err("it cannot be read")
}

#[test]
fn nothing_is_empty() {
    for bytes in [
        &b""[..],
        b"  \r\n\t",
        b"\xef\xbb\xbf",
        "\u{feff}\n \n".as_bytes(),
        b"\xff\xfe",
    ] {
        for name in ["a.csv", "a.jsonl", "a.xlsx"] {
            assert_eq!(refused(name, bytes), Unreadable::Empty, "{name} {bytes:?}");
        }
    }
    assert_eq!(
        refused("a.xlsx", &Workbook::new().bytes()),
        Unreadable::Empty
    );
}

#[test]
fn pages_and_old_workbooks_are_named() {
    let html = "\u{feff}<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table><tr><td>标题</td></tr></table>";
    assert_eq!(refused("工单.xls", html.as_bytes()), Unreadable::HtmlTable);
    let xml =
        b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">";
    assert!(matches!(refused("a.xls", xml), Unreadable::OldSheet(_)));
    let compound = |stream: &str| {
        let wide = stream.encode_utf16().flat_map(u16::to_le_bytes);
        [
            &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..],
            &[0; 600],
            &wide.collect::<Vec<u8>>(),
        ]
        .concat()
    };
    assert!(matches!(
        refused("a.xls", &compound("Workbook")),
        Unreadable::OldSheet(_)
    ));
    assert_eq!(
        refused("a.xlsx", &compound("EncryptedPackage")),
        Unreadable::Password
    );
    assert_eq!(
        refused("a.xls", &compound("WordDocument")),
        Unreadable::OtherKind("Word 文档")
    );
}

#[test]
fn other_kinds_are_named() {
    assert_eq!(
        refused("a.csv", b"%PDF-1.7 ..."),
        Unreadable::OtherKind("PDF 文件")
    );
    let zipped = |name: &str| archive(&[(name, b"x".to_vec()), ("mimetype", b"x".to_vec())]);
    assert_eq!(
        refused("a.xlsx", &zipped("word/document.xml")),
        Unreadable::OtherKind("Word 文档")
    );
    assert!(matches!(
        refused("a.ods", &zipped("content.xml")),
        Unreadable::OldSheet(_)
    ));
    assert!(matches!(
        refused("a.xlsb", &zipped("xl/workbook.bin")),
        Unreadable::OldSheet(_)
    ));
    assert_eq!(
        refused("a.zip", &zipped("工单.csv")),
        Unreadable::OtherKind("压缩包，请先解压")
    );
    assert_eq!(
        refused("a.json", b" [\n {\"title\": \"x\"}]"),
        Unreadable::JsonArray
    );
    let noise: Vec<u8> = (0..5000u32).map(|at| (at * 31 % 251) as u8).collect();
    assert_eq!(refused("a.csv", &noise), Unreadable::NotText);
}

#[test]
fn a_table_without_known_headers_says_what_it_read() {
    let Unreadable::NoHeaders(read) = refused("a.csv", "日期,金额\n2017-04-01,3\n".as_bytes())
    else {
        panic!("no headers");
    };
    assert_eq!(read, "日期、金额");
}

#[test]
fn refused_rows_do_not_fill_the_memory() {
    let wide = ",".repeat(900);
    let long = "长".repeat(60_000);
    let mut text = format!("标题,来源,渠道{wide}\n");
    for _ in 0..300 {
        text += &format!("{long},某网,烟囱{wide}\n");
    }
    let settings = crate::import::ImportSettings {
        max_file: ByteSize::mib(100),
        ..settings()
    };
    let reading = crate::import::Reading::new("a.csv", &settings, super::now());
    let rows = crate::import::read_file(text.as_bytes(), &reading).expect("readable");
    assert_eq!((rows.read, rows.refused.len()), (300, 300));
    assert_eq!(rows.refused[0].cells.len(), 3);
    let last = &rows.refused[299];
    assert!(last.cells.is_empty() && last.reason.ends_with("（拒收内容过多，原行未列出）"));
}

#[test]
fn a_string_shared_by_many_cells_is_a_bomb() {
    let long = "长".repeat(100_000);
    let mut book = Workbook::new().shared(&["标题", "来源", "渠道", &long]).row(
        1,
        "<c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c>",
    );
    for row in 2..60 {
        book = book.row(row, &format!("<c r=\"A{row}\" t=\"s\"><v>3</v></c>"));
    }
    assert!(matches!(
        refused("a.xlsx", &book.bytes()),
        Unreadable::Bomb(_)
    ));
}

#[test]
fn broken_workbooks_are_damaged() {
    let whole = fixture("hotline_12345.xlsx");
    for cut in [30, 1000, whole.len() / 2, whole.len() - 30] {
        assert!(
            matches!(refused("a.xlsx", &whole[..cut]), Unreadable::Damaged(_)),
            "{cut}"
        );
    }
    let mut book = Workbook::new().header();
    book.rows += "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>99999999</v></c>";
    assert!(matches!(
        refused("a.xlsx", &book.bytes()),
        Unreadable::Damaged(_)
    ));
}

#[test]
fn bombs_do_not_go_off() {
    let zeros = Workbook::new()
        .header()
        .with("xl/media/image1.png", vec![0; 9 << 20]);
    let limit = ByteSize::mib(8);
    assert_eq!(refused("a.xlsx", &zeros.bytes()), Unreadable::Bomb(limit));
    let mut many = Workbook::new().header();
    many.shared = "<sst uniqueCount=\"99999999999999\"></sst>".to_owned();
    assert_eq!(refused("a.xlsx", &many.bytes()), Unreadable::Bomb(limit));
    let wide: Vec<u8> = "<sst uniqueCount=\"99999999999999\"></sst>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let hidden = Workbook::new().header().with("xl/sharedStrings.xml", wide);
    assert!(matches!(
        refused("a.xlsx", &hidden.bytes()),
        Unreadable::Damaged(_)
    ));
}

#[test]
fn a_huge_sheet_of_few_cells_costs_few_cells() {
    let mut book = Workbook::new().header();
    book.sheet_head = "<dimension ref=\"A1:XFD1048576\"/>".to_owned();
    let book = book.row(1_048_576, &text_cells(1_048_576, &["末行", "某网", "论坛"]));
    let rows = read("a.xlsx", &book.bytes()).expect("readable");
    assert_eq!(titles(&rows), [(1_048_576, "末行")]);
    let wide = Workbook::new()
        .header()
        .row(2, "<c r=\"XFD2\" t=\"str\"><v>x</v></c>");
    assert!(matches!(
        refused("a.xlsx", &wide.bytes()),
        Unreadable::TooWide(2, _)
    ));
}

#[test]
fn deep_xml_is_no_depth() {
    let mut book = Workbook::new().header();
    book.sheet_head = "<a>".repeat(200_000);
    // Read or refused, as long as it ends.
    let _any_outcome = read("a.xlsx", &book.bytes());
}

#[test]
fn macros_are_left_alone_and_mentioned() {
    let book = Workbook::new()
        .header()
        .row(2, &text_cells(2, &["甲", "某网", "论坛"]))
        .with("xl/vbaProject.bin", b"macro".to_vec());
    let rows = read("a.xlsm", &book.bytes()).expect("readable");
    assert_eq!(rows.posts.len(), 1);
    assert!(rows.warnings[0].contains("宏"), "{:?}", rows.warnings);
}

#[test]
fn limits_are_named() {
    let large = vec![b'a'; 5 << 20];
    assert!(matches!(refused("a.csv", &large), Unreadable::TooLarge(..)));
    let rows = format!("标题,来源,渠道\n{}", "甲,某网,论坛\n".repeat(1001));
    assert_eq!(
        refused("a.csv", rows.as_bytes()),
        Unreadable::TooManyRows(1000)
    );
    let wide = format!("标题{}\n", ",".repeat(1001));
    assert!(matches!(
        refused("a.csv", wide.as_bytes()),
        Unreadable::TooWide(1, _)
    ));
    let commas = format!("标题,来源\n{}", ",".repeat(1 << 20));
    assert!(matches!(
        refused("a.csv", commas.as_bytes()),
        Unreadable::TooWide(2, _)
    ));
    let long = format!(
        "标题,正文,来源,渠道\n甲,{},某网,论坛\n",
        "字".repeat(200_001)
    );
    let rows = read("a.csv", long.as_bytes()).expect("readable");
    assert!(
        rows.refused[0].reason.contains("超过200000字"),
        "{:?}",
        rows.refused[0].reason
    );
    assert_eq!(
        settings().max_rows.get(),
        1000,
        "the limit these rows go beyond"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_end_in_rows_or_a_sentence(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        for name in ["a.csv", "a.jsonl", "a.xlsx", "a"] {
            if let Err(unreadable) = read(name, &bytes) {
                prop_assert!(!unreadable.to_string().is_empty());
            }
        }
        let _any_outcome = read_opml(&bytes);
    }

    #[test]
    fn any_table_is_taken_or_refused_row_by_row(text in "(标题|正文|来源|渠道|时间|评论数|时长|转来单位|转办|电视|论坛|[\",;\t\n0-9年月日:甲乙'={}-]){0,300}") {
        for name in ["a.csv", "a.jsonl"] {
            if let Ok(rows) = read(name, text.as_bytes()) {
                prop_assert_eq!(rows.read, rows.posts.len() + rows.refused.len());
            }
        }
    }

    #[test]
    fn any_json_line_is_taken_or_refused(line in "(\\{|\\}|\"|:|,|null|true|[0-9]|channel|tv|title|渠道|时长|\\[|\\]){0,60}") {
        let now = super::now();
        let rows = read_jsonl(&line, None, now);
        prop_assert_eq!(rows.read, rows.posts.len() + rows.refused.len());
    }

    #[test]
    fn a_damaged_workbook_does_no_harm(at in 0usize..6500, byte in any::<u8>(), length in 1usize..40) {
        let mut bytes = fixture("hotline_12345.xlsx");
        let end = (at + length).min(bytes.len());
        bytes[at..end].fill(byte);
        let _any_outcome = read("a.xlsx", &bytes);
    }
}
