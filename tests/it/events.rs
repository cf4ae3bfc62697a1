//! Events on the command line: put together and taken apart by hand, for good; old news; what is suddenly louder.

use crate::program::Desk;
use crate::site::{TestApp, shipped};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::fmt::Write;
use yuqing::app::App;
use yuqing::cluster::{Span, Subject};
use yuqing::import::read_jsonl;
use yuqing::pipeline::{bursts_now, discovered, process_all};
use yuqing::store::Discovered;

const CARDS: &str = "郑州市社保卡大厅排队三小时换不了社保卡，投诉窗口不作为，谁来管管";
const WAGES: &str = "郑州经开区工地拖欠三十名农民工工资半年，投诉劳动监察不受理，血汗钱谁来要";

fn import(desk: &Desk, posts: &[(&str, &str, &str)]) {
    let mut table = "标题,正文,来源,渠道,发布时间,网名,评论数\n".to_owned();
    for (number, (title, text, published)) in posts.iter().enumerate() {
        writeln!(
            table,
            "{title},{text},大河论坛,论坛,{published},网友{number}{title},3"
        )
        .expect("memory");
    }
    desk.write("posts.csv", table);
    desk.expect(0, &["import", "posts.csv"]);
}

fn events(desk: &Desk) -> Vec<Value> {
    let events = desk.expect(0, &["events", "--json"]).json();
    events.as_array().expect("a list").clone()
}

fn ids(event: &Value, key: &str) -> Vec<i64> {
    let ids = event[key].as_array().expect("a list").iter();
    ids.map(|id| id.as_i64().expect("a number")).collect()
}

fn with_post(events: &[Value], post: i64) -> &Value {
    let mut events = events.iter();
    let found = events.find(|event| ids(event, "post_ids").contains(&post));
    found.expect("the post belongs to an event")
}

fn two_events() -> Desk {
    let desk = Desk::new();
    import(
        &desk,
        &[
            ("社保卡大厅排队换卡", CARDS, "2017-04-12 09:00"),
            ("经开区工地拖欠农民工工资", WAGES, "2017-04-12 10:00"),
        ],
    );
    assert_eq!(events(&desk).len(), 2);
    desk
}

/// The same posts again with other figures: they are judged and placed again.
fn judge_again(desk: &Desk) {
    let table = std::fs::read_to_string(desk.path("posts.csv")).expect("written before");
    desk.write("again.csv", table.replace(",3\n", ",40\n"));
    desk.expect(0, &["import", "again.csv"]);
}

#[test]
fn what_was_merged_by_hand_stays_together() {
    let desk = two_events();
    let (first, second) = (
        events(&desk)[0]["id"].to_string(),
        events(&desk)[1]["id"].to_string(),
    );
    let merged = desk.expect(
        0,
        &["events", "merge", &first, &second, "--by", "李四", "--json"],
    );
    assert_eq!(merged.json()["event"].to_string(), first);
    judge_again(&desk);
    let more = format!("{WAGES}，今天又去了一趟");
    import(
        &desk,
        &[("经开区工地拖欠农民工工资后续", &more, "2017-04-12 18:00")],
    );
    let events = events(&desk);
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(ids(&events[0], "post_ids"), [1, 2, 3]);
}

#[test]
fn what_was_split_by_hand_stays_apart() {
    let desk = Desk::new();
    let told = |part: &str| format!("{CARDS}，{part}");
    let (second, third) = (
        told("今天第二次去还是这样，叫号机也坏了"),
        told("下午人更多了，保安说明天请早，凳子都没有"),
    );
    import(
        &desk,
        &[
            ("社保卡大厅排队换卡", CARDS, "2017-04-12 09:00"),
            ("社保卡大厅排队换卡又一天", &second, "2017-04-12 10:00"),
            ("社保卡大厅排队换卡第三趟", &third, "2017-04-12 11:00"),
        ],
    );
    let before = events(&desk);
    assert_eq!(before.len(), 1, "{before:?}");
    let event = before[0]["id"].to_string();
    desk.expect(0, &["events", "split", &event, "2", "--by", "李四"]);
    judge_again(&desk);
    let after = events(&desk);
    assert_eq!(ids(with_post(&after, 2), "post_ids"), [2]);
    assert_eq!(ids(with_post(&after, 1), "post_ids"), [1, 3]);
    // Together again, by a later decision.
    let (one, other) = (
        with_post(&after, 1)["id"].to_string(),
        with_post(&after, 2)["id"].to_string(),
    );
    desk.expect(0, &["events", "merge", &one, &other, "--by", "王五"]);
    assert_eq!(events(&desk).len(), 1);
}

#[test]
fn what_does_not_fit_is_refused_in_a_sentence() {
    let desk = two_events();
    for (order, said) in [
        (vec!["merge", "1", "99"], "没有编号为99的事件"),
        (vec!["merge", "1", "1"], "两个不同的事件"),
        (vec!["split", "1", "2"], "不在事件1中"),
        (vec!["split", "1", "1"], "至少留一条"),
    ] {
        let arguments = [&["events"], &order[..], &["--by", "李四"]].concat();
        let done = desk.expect(2, &arguments);
        assert!(done.err.contains(said), "{}", done.err);
    }
    assert_eq!(events(&desk).len(), 2);
}

/// A report, and the same in new clothes four years later.
fn old_and_new() -> [(&'static str, String, &'static str); 2] {
    let report = "8月5日，郑州市社会保险办事大厅里，市民有椅子不敢坐，站着排起了长队，怕一坐下就过了号，投诉多次无人理睬。";
    let again = format!("{report}大家说说该不该管，实在太气人了。");
    [
        ("郑州社保大厅排队难", report.to_owned(), "2013-08-07 08:00"),
        ("郑州社保局办成跑断腿", again, "2017-11-22 09:00"),
    ]
}

#[test]
fn an_old_report_in_new_clothes_is_called_old_news_whenever_it_comes() {
    let [old, new] = old_and_new();
    for files in [
        vec![vec![&old], vec![&new]],
        vec![vec![&old, &new]],
        vec![vec![&new], vec![&old]],
    ] {
        let desk = Desk::new();
        for file in &files {
            let posts: Vec<_> = (file.iter())
                .map(|(title, text, at)| (*title, text.as_str(), *at))
                .collect();
            import(&desk, &posts);
        }
        let events = events(&desk);
        let said = |title: &str| {
            let mut events = events.iter();
            let event = events.find(|event| event["title"] == title);
            event.expect("both are flagged")["old_news"].clone()
        };
        let reason = said(new.0)[0].as_str().expect("a reason").to_owned();
        assert!(
            reason.starts_with("旧闻翻炒：与大河论坛2013年8月7日所发“郑州社保大厅排队难”")
                && reason.contains("已隔4年"),
            "{reason}"
        );
        assert_eq!(said(old.0), serde_json::json!([]));
    }
}

#[test]
fn an_event_is_shown_with_its_timeline() {
    let desk = two_events();
    desk.expect(0, &["events", "merge", "1", "2", "--by", "李四"]);
    let shown = desk.expect(0, &["events", "show", "1", "--json"]).json();
    assert_eq!(
        (&shown["post_count"], &shown["heat"]),
        (&2.into(), &8.0.into())
    );
    assert_eq!(shown["nodes"][0]["what"], "首发");
    let text = desk.expect(0, &["events", "show", "1"]).out;
    assert!(
        text.contains("由李四归并") && text.contains("尚无官方回应"),
        "{text}"
    );
    assert!(text.contains("信息2条：#1、#2\n"), "{text}");
    let gone = desk.expect(2, &["events", "show", "2"]).err;
    assert!(
        gone.contains("事件2已不存在") && gone.contains("由李四归并，见事件1"),
        "{gone}"
    );
    desk.expect(2, &["events", "show", "9"]);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let desk = two_events();
    let said = desk.expect(0, &["events", "--bursts"]).out;
    assert_eq!(said, "监测以来共0小时，不足7小时，无法比较。\n");
    let period = ["--from", "2017-04-02", "--to", "2017-04-01"];
    for command in [&["events"][..], &["search", "社保卡"]] {
        let refused = desk.expect(2, &[command, &period].concat()).err;
        assert!(
            refused.contains("起始日2017-04-02晚于截止日2017-04-01"),
            "{refused}"
        );
    }
    let found = desk.expect(0, &["search", "社保卡"]).out;
    assert!(found.contains("社保卡大厅排队换卡　#1"), "{found}");
}

fn said_now(app: &App, number: usize) -> Discovered {
    let mut posts = Vec::new();
    let line = json!({
        "title": format!("社保卡换卡难{number}"), "text": CARDS, "source_name": "大河论坛", "channel": "forum",
        "published_at": app.now().to_rfc3339(), "author": format!("网友{number}"),
    });
    posts.extend(read_jsonl(&line.to_string(), None, app.now()).posts);
    discovered(posts.remove(0).1).expect("it has words")
}

#[test]
fn a_sudden_hour_is_found_with_its_figures() {
    let desk = TestApp::open(shipped());
    let app = &desk.app;
    let say = |numbers: std::ops::Range<usize>| {
        let posts: Vec<Discovered> = numbers.map(|number| said_now(app, number)).collect();
        app.store.save_posts(&posts, app.now()).expect("saves");
        process_all(app).expect("places");
    };
    say(0..1);
    desk.later(TimeDelta::hours(30));
    assert_eq!(bursts_now(app).expect("counts"), []);
    say(1..9);
    let found = bursts_now(app).expect("counts");
    let topic = found
        .iter()
        .find(|burst| matches!(burst.subject, Subject::Topic(_)));
    let burst = topic.expect("a topic is louder");
    assert_eq!((burst.span, burst.count, burst.mean), (Span::Hour, 8, 0.0));
    assert_eq!((burst.yesterday, burst.last_week), (Some(0), None));
}
