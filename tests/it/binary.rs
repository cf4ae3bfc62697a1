//! Commands, exit codes and JSON names that other programs rely on.

use crate::program::{Desk, fixture};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Posts that gather round one matter, published two hours ago.
fn posts() -> Vec<Value> {
    let published = (Utc::now() - TimeDelta::hours(2)).to_rfc3339();
    let post = |id: &str, title: &str, text: &str| {
        json!({"id": id, "url": format!("https://bbs.example.cn/thread-{id}-1-1.html"), "channel": "forum",
            "source_name": "示例论坛", "title": title, "text": text, "published_at": published})
    };
    vec![
        post(
            "101",
            "郑州经开区一工地拖欠农民工工资",
            "我们三十多人在郑州经开区干了半年，工资一分没发，老板电话不接，劳动监察大队说正在登记，明天准备集体去讨薪。",
        ),
        post(
            "102",
            "社保大厅窗口态度太差",
            "今天去郑州市社保大厅办退休手续，工作人员态度恶劣，一句话把人打发走，投诉电话一直占线。",
        ),
        post(
            "103",
            "周末公园荷花开了",
            "人民公园的荷花开得正好，带孩子去看看。",
        ),
    ]
}

fn write_posts(desk: &Desk, posts: &[Value]) -> PathBuf {
    let lines: Vec<String> = posts.iter().map(Value::to_string).collect();
    desk.write("posts.jsonl", lines.join("\n"))
}

fn desk_with_posts() -> Desk {
    let desk = Desk::new();
    write_posts(&desk, &posts());
    desk.expect(0, &["import", "posts.jsonl"]);
    desk
}

#[test]
fn the_shipped_configuration_is_in_order() {
    let desk = Desk::new();
    let report = desk.expect(0, &["check", "--json"]).json();
    assert_eq!(
        (&report["ok"], &report["problems"]),
        (&true.into(), &json!([]))
    );
    let schedule = report["schedule"].as_array().expect("a list");
    assert!(
        schedule
            .iter()
            .any(|due| due["kind"] == "digest" && due["next"].is_string())
    );
    let text = desk.expect(0, &["check"]).out;
    assert!(text.contains("time_zone = \"Asia/Shanghai\""), "{text}");
}

#[test]
fn the_same_file_twice_adds_nothing() {
    let desk = Desk::new();
    write_posts(&desk, &posts());
    let dry = desk
        .expect(0, &["import", "posts.jsonl", "--dry-run", "--json"])
        .json();
    assert_eq!((&dry["new"], &dry["duplicate"]), (&3.into(), &0.into()));
    let first = desk.expect(0, &["import", "posts.jsonl", "--json"]).json();
    assert_eq!(
        first,
        json!({"read": 3, "new": 3, "duplicate": 0, "refused": []})
    );
    let second = desk.expect(0, &["import", "posts.jsonl", "--json"]).json();
    assert_eq!(
        second,
        json!({"read": 3, "new": 0, "duplicate": 3, "refused": []})
    );
}

#[test]
fn a_wrong_row_is_refused_and_the_rest_stored() {
    let desk = Desk::new();
    let good = posts().remove(0);
    let lines = format!("{good}\nnot json\n{{\"channel\":\"forum\",\"source_name\":\"x\"}}\n");
    desk.write("posts.jsonl", lines);
    let report = desk.expect(3, &["import", "posts.jsonl", "--json"]).json();
    assert_eq!((&report["read"], &report["new"]), (&3.into(), &1.into()));
    let rows: Vec<&Value> = report["refused"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|refused| &refused["row"])
        .collect();
    assert_eq!(rows, [&json!(2), &json!(3)]);
}

#[test]
fn search_finds_marks_and_counts() {
    let desk = desk_with_posts();
    let report = desk
        .expect(0, &["search", "拖欠 工资 -荷花", "--json", "--facets"])
        .json();
    assert_eq!(report["total"], 1);
    let hit = &report["hits"][0];
    assert_eq!(
        (&hit["external_id"], &hit["channel"]),
        (&"101".into(), &"forum".into())
    );
    assert_eq!(hit["url"], "https://bbs.example.cn/thread-101-1-1.html");
    let snippet: Vec<char> = hit["snippet"].as_str().expect("text").chars().collect();
    let [from, to] =
        [0, 1].map(|end| hit["highlights"][0][end].as_u64().expect("a place") as usize);
    let marked: String = snippet[from..to].iter().collect();
    assert!(marked == "拖欠" || marked == "工资", "{marked}");
    assert_eq!(report["facets"]["channel"]["forum"], 1);

    assert_eq!(desk.expect(0, &["search", "", "--count"]).out, "3\n");
    let later = desk
        .expect(0, &["search", "荷花", "--json", "--from", "2099-01-01"])
        .json();
    assert_eq!(later["total"], 0);
}

#[test]
fn a_wrong_query_is_refused_with_its_position() {
    let desk = Desk::new();
    for (query, position) in [
        ("社保 (欠薪", "第4个字符"),
        ("社保 \"欠薪", "第4个字符"),
        ("level:crimson", "第7个字符"),
    ] {
        let done = desk.expect(2, &["search", query, "--json"]);
        assert!(done.err.contains(position), "{query}: {}", done.err);
    }
    desk.expect(2, &["search", "社保", "--from", "昨天"]);
    desk.expect(2, &["search", "社保", "--topic", "XX"]);
}

#[test]
fn analyze_judges_line_by_line_and_stores_nothing() {
    let desk = Desk::new();
    let mut posts = posts();
    posts[1]["text"] = json!("今天去郑州市社保大厅，工作人员态度恶劣，有事请打13812345678找我。");
    write_posts(&desk, &posts);
    let done = desk.expect(0, &["analyze", "posts.jsonl"]);
    let lines: Vec<Value> = done
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON Lines"))
        .collect();
    let ids: Vec<&Value> = lines.iter().map(|line| &line["external_id"]).collect();
    assert_eq!(ids, [&json!("101"), &json!("102"), &json!("103")]);
    assert_eq!(
        (&lines[0]["about"], &lines[2]["about"]),
        (&true.into(), &false.into())
    );
    assert_eq!(lines[0]["topics"][0]["code"], "QX");
    assert!(
        lines[0]["level"] != "none" && !lines[0]["reasons"].as_array().expect("a list").is_empty()
    );
    assert!(
        !lines[1]["masked_text"]
            .as_str()
            .expect("text")
            .contains("13812345678")
    );
    for name in [
        "relevant",
        "relevance",
        "sentiment",
        "sentiment_score",
        "intent",
        "regions",
        "keywords",
    ] {
        assert!(!lines[0][name].is_null(), "{name}");
    }
    assert!(!desk.path("data").exists());
}

#[test]
fn extract_reads_a_saved_page() {
    let desk = Desk::new();
    let page = fixture("extract/discuz_thread/page.html");
    let page = page.to_str().expect("a plain path");
    let report = desk
        .expect(
            0,
            &[
                "extract",
                "--url",
                "http://bbs.example.com/thread-88123-1-1.html",
                "--fetched-at",
                "2017-04-14T14:20:00+08:00",
                "--content-type",
                "text/html; charset=gbk",
                page,
            ],
        )
        .json();
    assert_eq!(
        (&report["format"], &report["charset"]),
        (&"forum".into(), &"GB18030".into())
    );
    let first = &report["posts"][0];
    assert_eq!(
        (&first["author"], &first["engagement"]["views"]),
        (&"郑东小站台".into(), &12000.into())
    );
    assert_eq!(first["published_at"], "2017-04-14T09:12:05+08:00");
    desk.expect(
        1,
        &[
            "extract",
            "--url",
            "http://bbs.example.com/",
            "missing.html",
        ],
    );
    desk.expect(2, &["extract", "--url", "no address", page]);
}

/// What was imported a moment ago is in the draft, although its period is not over.
fn draft(desk: &Desk) -> Value {
    desk.expect(0, &["issue", "draft", "daily", "--json"])
        .json()
}

#[test]
fn an_issue_goes_from_draft_to_number_and_keeps_it_when_void() {
    let desk = desk_with_posts();
    let issue = draft(&desk);
    assert_eq!(
        (&issue["state"], &issue["number"]),
        (&"draft".into(), &Value::Null)
    );
    let id = issue["id"].to_string();
    let step = |step: &str| desk.run(&["issue", step, &id, "--by", "值班员", "--json"]);

    assert_eq!(step("sign").code, Some(2), "not approved yet");
    assert_eq!(step("approve").json()["state"], "approved");
    assert_eq!(step("approve").code, Some(2), "only once");
    let signed = step("sign").json();
    assert_eq!(
        (&signed["state"], &signed["number"], &signed["total_number"]),
        (&"signed".into(), &1.into(), &1.into())
    );
    let again = step("sign");
    assert_eq!(again.code, Some(2), "only once");
    assert!(again.err.contains("不必再签"), "{}", again.err);

    for (format, begins_with) in [
        ("html", "<!DOCTYPE html>"),
        ("txt", ""),
        ("md", "内部资料"),
        ("json", "{"),
        ("docx", "PK"),
    ] {
        let file = format!("issue.{format}");
        desk.expect(
            0,
            &["issue", "export", &id, "--format", format, "-o", &file],
        );
        let bytes = std::fs::read(desk.path(&file)).expect("exported");
        assert!(bytes.len() > 200, "{format} has content");
        let start = String::from_utf8_lossy(&bytes[..60]).to_lowercase();
        assert!(
            start.starts_with(&begins_with.to_lowercase()),
            "{format}: {start}"
        );
    }
    desk.expect(2, &["issue", "export", &id, "--format", "pages", "-o", "x"]);

    let void = |reason: &[&str]| {
        desk.run(&[&["issue", "void", &id, "--by", "值班员", "--json"], reason].concat())
    };
    assert_eq!(void(&[]).code, Some(2), "a reason is needed");
    let voided = void(&["--reason", "标题有误"]).json();
    assert_eq!(
        (&voided["state"], &voided["number"]),
        (&"void".into(), &1.into())
    );
    assert_eq!(void(&["--reason", "再来一次"]).code, Some(2));
    let listed = desk
        .expect(0, &["issue", "list", "--state", "void", "--json"])
        .json();
    assert_eq!(listed[0]["number"], 1);
}

#[test]
fn what_is_not_there_is_wrong_usage() {
    let desk = Desk::new();
    for arguments in [
        &["issue", "show", "404", "--json"][..],
        &["issue", "approve", "404"],
        &["issue", "draft", "gazette"],
        &["issue", "draft", "express"],
        &["issue", "draft", "special"],
        &["issue", "draft", "express", "--event", "404"],
        &["issue", "verify", "404"],
        &["issue", "edit", "404", "--by", "甲", "--drop", "1"],
        &["crawl", "no-such-source"],
        &["import"],
        &["--config", "nowhere", "check"],
        &["no-such-command"],
    ] {
        let done = desk.expect(2, arguments);
        assert!(!done.err.is_empty(), "{arguments:?} says why");
    }
}

#[test]
fn the_index_is_rebuilt_from_the_database() {
    let desk = desk_with_posts();
    std::fs::remove_dir_all(desk.path("data/index")).expect("there is an index");
    assert_eq!(desk.expect(0, &["reindex", "--json"]).json()["indexed"], 3);
    assert_eq!(desk.expect(0, &["search", "荷花", "--count"]).out, "1\n");
    // A search alone brings it up to the store as well.
    std::fs::remove_dir_all(desk.path("data/index")).expect("there is an index");
    assert_eq!(desk.expect(0, &["search", "荷花", "--count"]).out, "1\n");
}
