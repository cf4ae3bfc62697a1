//! `yuqing search`, `yuqing trend`: what people and programs get.

use crate::program::Desk;
use calamine::Reader;
use serde_json::{Value, json};

/// Four posts of April 2017.
fn posts() -> Vec<Value> {
    let post = |id: &str, day: &str, channel: &str, title: &str, text: &str| {
        json!({"id": id, "channel": channel, "source_name": "示例论坛", "title": title, "text": text,
            "published_at": format!("{day}T10:00:00+08:00"), "comments": id.len()})
    };
    vec![
        post(
            "1",
            "2017-04-10",
            "forum",
            "社保卡补办",
            "郑州社保大厅排队三小时，电话13800001234没人接",
        ),
        post(
            "22",
            "2017-04-11",
            "weibo",
            "",
            "富士康说好的返费到现在没有给，退休金也没影",
        ),
        post(
            "333",
            "2017-04-11",
            "forum",
            "=社保",
            "富士康招人，只字不提以前那笔钱，说好的六千块返费拖了半年",
        ),
        post(
            "4444",
            "2017-04-12",
            "news",
            "荷花开了",
            "公园里荷花开得正好",
        ),
    ]
}

fn desk() -> Desk {
    let desk = Desk::new();
    let lines: Vec<String> = posts().iter().map(Value::to_string).collect();
    desk.write("posts.jsonl", lines.join("\n"));
    desk.expect(0, &["import", "posts.jsonl"]);
    desk
}

fn found(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let report = desk
        .expect(0, &[&["search", "--json"], arguments].concat())
        .json();
    let hits = report["hits"].as_array().expect("a list").iter();
    hits.map(|hit| hit["external_id"].as_str().expect("an id").to_owned())
        .collect()
}

#[test]
fn the_language_of_the_readme_finds_what_it_says() {
    let desk = desk();
    assert_eq!(
        found(&desk, &["富士康 返费 渠道:论坛贴吧 日期:2017-04"]),
        ["333"]
    );
    assert_eq!(found(&desk, &["\"富士康 返费\"~5"]), ["22"]);
    assert_eq!(found(&desk, &["syn:养老金"]), ["22"]);
    assert_eq!(found(&desk, &["社保", "--sort", "时间"]), ["333", "1"]);
    assert_eq!(
        found(&desk, &["", "--sort", "engagement", "--limit", "2"]),
        ["4444", "333"]
    );
    // What is masked is masked for searches, too.
    assert!(found(&desk, &["13800001234"]).is_empty());
    assert_eq!(found(&desk, &["138****1234"]), ["1"]);
    let syntax = desk.expect(0, &["search", "--syntax"]).out;
    assert!(syntax.contains("\"富士康 返费\"~10"), "{syntax}");
}

#[test]
fn a_search_without_hits_proposes_what_has_some() {
    let desk = desk();
    let report = desk.expect(0, &["search", "射保 大厅", "--json"]).json();
    assert_eq!(report["total"], 0);
    assert_eq!(report["suggestions"][0]["query"], "社保 大厅");
    assert_eq!(report["suggestions"][0]["total"], 1);
    let text = desk.expect(0, &["search", "射保 大厅"]).out;
    assert!(
        text.starts_with("没有找到") && text.contains("同音：“射保”改为“社保”"),
        "{text}"
    );
}

#[test]
fn posts_like_a_text_or_like_a_post_are_listed() {
    let desk = desk();
    assert_eq!(
        found(&desk, &["--like", "富士康的返费没给"])[..2],
        ["22", "333"]
    );
    assert_eq!(found(&desk, &["--like", "#2", "--limit", "1"]), ["333"]);
    let wrong = desk.expect(2, &["search", "--like", "#99"]);
    assert!(wrong.err.contains("没有编号为99的信息"), "{}", wrong.err);
    desk.expect(2, &["search", "社保", "--like", "社保"]);
    desk.expect(2, &["search"]);
}

#[test]
fn a_table_is_drawn_with_marks_and_numbers() {
    let text = desk().expect(0, &["search", "社保", "--facets"]).out;
    assert!(text.starts_with("共2条，第1至2条，"), "{text}");
    assert!(text.contains("郑州〔社保〕大厅排队三小时"), "{text}");
    assert!(
        text.contains("日期：2017-04-10：1条，2017-04-11：1条"),
        "{text}"
    );
}

#[test]
fn all_hits_are_exported_and_no_formula_with_them() {
    let desk = desk();
    let done = desk.expect(
        0,
        &[
            "search",
            "社保 OR 返费",
            "--csv",
            "hits.csv",
            "--sort",
            "time",
        ],
    );
    assert_eq!(done.out, "已导出3条到 hits.csv\n");
    let written = std::fs::read_to_string(desk.path("hits.csv")).expect("a file");
    assert!(written.starts_with('\u{feff}'));
    let mut table = csv::Reader::from_reader(written.trim_start_matches('\u{feff}').as_bytes());
    let headings = table.headers().expect("a heading").clone();
    let column = |name: &str| {
        headings
            .iter()
            .position(|heading| heading == name)
            .expect(name)
    };
    let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
    let titles: Vec<&str> = rows.iter().map(|row| &row[column("标题")]).collect();
    assert_eq!(titles, ["'=社保", "", "社保卡补办"]);
    assert!(rows[2][column("正文")].contains("138****1234"));
    assert_eq!(&rows[0][column("评论")], "3");

    desk.expect(
        0,
        &["search", "社保 OR 返费", "--xlsx", "hits.xlsx", "--json"],
    );
    let mut book = calamine::open_workbook_auto(desk.path("hits.xlsx")).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("cells");
    assert_eq!(sheet.height(), 4);
    assert_eq!(
        sheet.get((0, 7)).map(ToString::to_string).as_deref(),
        Some("正文")
    );

    let failed = desk.expect(1, &["search", "社保", "--csv", "missing/hits.csv"]);
    assert!(failed.err.contains("没有导出"), "{}", failed.err);
    desk.expect(2, &["search", "社保", "--xlsx", "."]);
    desk.expect(2, &["search", "社保", "--csv", "a.csv", "--limit", "3"]);
}

#[test]
fn a_trend_stands_beside_all_posts_and_the_time_before() {
    let desk = desk();
    let period = ["--from", "2017-04-11", "--to", "2017-04-12"];
    let trends = desk
        .expect(
            0,
            &[&["trend", "社保", "返费", "--json"][..], &period].concat(),
        )
        .json();
    assert_eq!(trends[0]["total"], 1);
    assert_eq!(trends[0]["before"], json!({"total": 1, "all": 1}));
    assert_eq!(trends[1]["steps"][0]["count"], 2);
    assert_eq!(trends[1]["steps"][0]["share"], 1.0);
    assert_eq!(
        trends[1]["steps"][1],
        json!({"at": "2017-04-12T00:00:00+08:00", "count": 0, "all": 1, "share": 0.0})
    );
    let text = desk
        .expect(0, &[&["trend", "社保"][..], &period].concat())
        .out;
    assert!(
        text.starts_with("“社保”共1条，占全部信息的33.3%；上一同等时段1条，占100.0%，持平"),
        "{text}"
    );
    let hours = desk
        .expect(
            0,
            &[
                "trend",
                "社保",
                "--by",
                "hour",
                "--from",
                "2017-04-10",
                "--to",
                "2017-04-10",
                "--json",
            ],
        )
        .json();
    assert_eq!(hours[0]["steps"].as_array().map(Vec::len), Some(24));
    assert_eq!(hours[0]["steps"][10]["count"], 1);

    let wrong = desk.expect(2, &["trend", "(社保"]);
    assert!(wrong.err.contains("第1个字符"), "{}", wrong.err);
    let long = desk.expect(
        2,
        &["trend", "社保", "--by", "hour", "--from", "2010-01-01"],
    );
    assert!(long.err.contains("最多1000格"), "{}", long.err);
}

#[test]
fn a_period_that_cannot_be_shown_is_refused() {
    let desk = desk();
    for (period, said) in [
        (&["--from", "2199-01-01"][..], "起始日2199-01-01在截止日"),
        (&["--to", "+262142-12-31"], "“+262142-12-31”不是日期"),
        (&["--from", "17-04-10"], "“17-04-10”不是日期"),
        (
            &["--from", "2015-01-01", "--to", "2017-09-27"],
            "这段时间有1001格，最多1000格",
        ),
    ] {
        let refused = desk.expect(2, &[&["trend", "社保"][..], period].concat());
        assert!(refused.err.contains(said), "{}", refused.err);
    }
    let longest = ["--from", "2015-01-01", "--to", "2017-09-26", "--json"];
    let trends = desk
        .expect(0, &[&["trend", "社保"][..], &longest].concat())
        .json();
    assert_eq!(trends[0]["steps"].as_array().map(Vec::len), Some(1000));
    assert_eq!(trends[0]["total"], 2);
}

#[test]
fn a_changed_dictionary_changes_nothing_about_what_is_found() {
    let desk = desk();
    assert_eq!(found(&desk, &["保大"]), ["1"]);
    let topics = include_str!("../../config/topics.toml");
    let topics = topics.replacen("strong = [", "strong = [\"社保大厅排队\", ", 1);
    desk.write("config/topics.toml", topics);
    // Whoever only imports leaves the index alone that a daemon may be writing.
    let folders = || {
        let entries = std::fs::read_dir(desk.path("data/index")).expect("an index");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        names.sort();
        names
    };
    let before = folders();
    desk.expect(0, &["import", "posts.jsonl"]);
    assert_eq!(folders(), before);
    assert_eq!(found(&desk, &["保大"]), ["1"]);
    assert_eq!(desk.expect(0, &["reindex", "--json"]).json()["indexed"], 4);
    assert_eq!(found(&desk, &["保大"]), ["1"]);
}
