//! 外报与采用 on the command line: registered once, void with a reason, counted in the ledger.

use crate::program::Desk;
use chrono::{Datelike, TimeDelta, Utc};
use chrono_tz::Asia::Shanghai;
use serde_json::json;

/// A draft with one entry.
fn draft(desk: &Desk) -> String {
    let published = (Utc::now() - TimeDelta::hours(2)).to_rfc3339();
    let post = json!({"id": "101", "url": "https://bbs.example.cn/thread-101-1-1.html", "channel": "forum",
        "source_name": "示例论坛", "title": "郑州经开区一工地拖欠农民工工资", "published_at": published,
        "text": "我们三十多人在郑州经开区干了半年，工资一分没发，老板电话不接，劳动监察大队说正在登记，明天准备集体去讨薪。"});
    desk.write("posts.jsonl", post.to_string());
    desk.expect(0, &["import", "posts.jsonl"]);
    let drafted = desk.expect(0, &["issue", "draft", "daily", "--json"]);
    drafted.json()["id"].to_string()
}

#[test]
fn what_others_took_up_is_registered_once_and_counted() {
    let desk = Desk::new();
    let id = draft(&desk);
    let add = |kind: &str, more: &[&str]| {
        let order = ["adoption", "add", "--kind", kind, "--issue", id.as_str()];
        let rest = ["--unit", "省人社厅", "--by", "张三"];
        desk.run(&[&order[..], &rest[..], more].concat())
    };
    let early = add("外报", &[]);
    assert_eq!(early.code, Some(2), "{}", early.err);
    assert!(early.err.contains("尚未签发"), "{}", early.err);
    desk.expect(0, &["issue", "approve", &id, "--by", "审核员"]);
    desk.expect(0, &["issue", "sign", &id, "--by", "签发人"]);

    let reported = add("外报", &[]);
    assert_eq!(reported.code, Some(0), "{}", reported.err);
    assert!(reported.out.starts_with("已登记："), "{}", reported.out);
    let again = add("外报", &[]).out;
    assert!(again.starts_with("此前已登记："), "{again}");
    assert_eq!(add("采用", &["--entry", "1"]).code, Some(0));
    let note = ["--text", "请核实，电话13812345678"];
    let instructed = add("批示", &note).out;
    assert!(!instructed.contains("13812345678"), "{instructed}");
    assert!(add("采用", &["--entry", "9"]).err.contains("没有第9条"));
    assert!(
        add("采用", &["--date", "2199-01-01"])
            .err
            .contains("还没有到")
    );

    let listed = desk.expect(0, &["adoption", "list"]).out;
    assert!(
        listed.contains("上报1条，被采用1条，领导批示1件"),
        "{listed}"
    );
    let void = [
        "adoption",
        "void",
        "2",
        "--reason",
        "登记有误",
        "--by",
        "李四",
    ];
    desk.expect(0, &void);
    let refused = desk.expect(2, &void).err;
    assert!(refused.contains("已由李四作废"), "{refused}");
    let listed = desk.expect(0, &["adoption", "list", "--json"]).json();
    assert_eq!(
        listed["counts"],
        json!({"reported": 1, "adopted": 0, "instructed": 1})
    );
    assert_eq!(listed["rows"].as_array().map(Vec::len), Some(3));
    // What is void may be registered anew.
    assert!(add("采用", &["--entry", "1"]).out.starts_with("已登记："));

    let year = Utc::now().with_timezone(&Shanghai).year().to_string();
    let ledger = desk.expect(0, &["stats", "year", &year, "--json"]).json();
    assert_eq!(
        ledger["uptakes"],
        json!({"reported": 1, "adopted": 1, "instructed": 1})
    );
    let sentence = ledger["sentence"].as_str().expect("a sentence");
    assert!(
        sentence.contains("上报1条，被采用1条，领导批示1件"),
        "{sentence}"
    );
}
