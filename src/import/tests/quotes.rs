//! Quotes that are not closed, rows longer than the headers: nothing is lost without a word.

use super::{read, reasons, titles};
use crate::import::{Unreadable, is_own_list, refused_csv};

const HEADER: &str = "渠道,来源,标题,正文,发布时间\n";

#[test]
fn an_open_quote_is_named_and_the_rows_before_it_stay() {
    let text = format!(
        "{HEADER}论坛,某网,甲,\"两\n行\",2018-01-20\n论坛,某网,\"没关引号,文字,2018-01-20\n论坛,某网,丙,文字,2018-01-20\n"
    );
    let rows = read("a.csv", text.as_bytes()).expect("readable");
    assert_eq!(titles(&rows), [(2, "甲")]);
    let reason = "文件第4行第3栏开头的引号没有成对，从这一行到文件末尾共2行没有导入；\
                  请改好原文件的引号后重新导入";
    assert_eq!(reasons(&rows), [(3, reason)]);
    assert_eq!(rows.read, 2);
}

#[test]
fn rows_swallowed_up_to_the_next_quote_are_refused_together() {
    let text = format!(
        "{HEADER}论坛,某网,\"开,文字,2018-01-20\n论坛,某网,\"乙\",文字,2018-01-20\n论坛,某网,丙,文字,2018-01-20\n"
    );
    let rows = read("a.csv", text.as_bytes()).expect("readable");
    assert_eq!(titles(&rows), [(3, "丙")]);
    let (row, reason) = reasons(&rows)[0];
    assert_eq!(row, 2);
    assert!(
        reason.contains("第2行第3栏") && reason.contains("2行并成了一行"),
        "{reason}"
    );
}

#[test]
fn an_open_quote_in_the_last_row_or_above_it_all() {
    let text = format!("{HEADER}论坛,某网,甲,\"文字");
    let rows = read("a.csv", text.as_bytes()).expect("readable");
    assert!(rows.posts.is_empty() && reasons(&rows)[0].1.contains("这一行没有导入"));
    let text = HEADER.replace("来源", "\"来源") + "论坛,某网,甲,文字,2018-01-20\n";
    let refused = read("a.csv", text.as_bytes()).expect_err("no headers");
    assert!(
        matches!(&refused, Unreadable::OpenQuote(says) if says.contains("第1行")),
        "{refused}"
    );
}

#[test]
fn quotes_that_are_right_stay_right() {
    for cell in [
        "\"他说“好”\"\"对\"\"\n第二行\"",
        "\"两\r\n行\" ",
        "\"\"\"两\n行\"\"\"",
        "半\"个",
        "\"甲\"乙",
        "\"\"",
    ] {
        for end in ["", "\n", "\r\n", "\n\n"] {
            let text =
                format!("{HEADER}论坛,某网,题,{cell},2018-01-20\n论坛,某网,末,x,{cell}{end}");
            let rows = read("a.csv", text.as_bytes()).expect("readable");
            assert_eq!(rows.posts[0].1.title, "题", "{cell} {end:?}");
            assert_eq!(rows.read, 2, "{cell} {end:?}: {:?}", reasons(&rows));
            assert!(
                reasons(&rows).iter().all(|(_, why)| !why.contains("成对")),
                "{cell} {end:?}: {:?}",
                reasons(&rows)
            );
        }
    }
}

#[test]
fn a_row_longer_than_its_headers_is_refused_whole() {
    let text = "渠道,来源,标题,正文\n论坛,某网,甲,乙,,\n论坛,某网,甲,乙,丙,,戊\n";
    let rows = read("a.csv", text.as_bytes()).expect("readable");
    assert_eq!(titles(&rows), [(2, "甲")]);
    let reason = "这一行比表头多3格：正文里的逗号要用英文引号括起来，另加的栏要写上表头";
    assert_eq!(reasons(&rows), [(3, reason)]);
    let list = refused_csv(&rows.header, &rows.refused);
    assert!(is_own_list(&list));
    let words = String::from_utf8(list.clone()).expect("UTF-8");
    assert!(words.ends_with("写上表头,丙,,戊\r\n"), "{words}");
    let again = read("a.csv.refused.csv", &list).expect("readable");
    assert_eq!(reasons(&again), [(2, reason)]);
}

#[test]
fn cells_that_slipped_out_of_a_personal_column_are_not_kept() {
    let mapping = super::shipped("12345");
    let settings = super::settings();
    let reading = crate::import::Reading {
        mapping: Some(&mapping),
        ..crate::import::Reading::new("a.csv", &settings, super::now())
    };
    let text = "工单编号,诉求内容,来电时间,来电号码\nA1,一,二,2018-01-20,13812345678\n";
    let rows = crate::import::read_file(text.as_bytes(), &reading).expect("readable");
    assert!(reasons(&rows)[0].1.contains("多1格") && rows.refused[0].cells.is_empty());
}
