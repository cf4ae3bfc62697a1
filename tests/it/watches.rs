//! 专题: saved from the command line, hit by what comes later, replayed over the past; with a moving clock what a watch
//! must and must not answer for.

use crate::daemon::{desk as serving_desk, start};
use crate::program::{Desk, free_port, get_with, wait_for};
use crate::site::{FRIDAY, TestApp, at, config, page};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;
use yuqing::app::{App, Clock, WatchReport};
use yuqing::config::{Config, parse_watches};
use yuqing::model::{Channel, Label, Level, Post, PostId};
use yuqing::pipeline::{discovered, label_post, process_all};
use yuqing::store::Act;

fn row(id: &str, text: &str) -> String {
    let row = json!({
        "id": id, "channel": "forum", "source_name": "示例论坛", "author": format!("网友{id}"),
        "published_at": format!("2017-04-1{id}T09:00:00+08:00"), "text": text,
    });
    row.to_string() + "\n"
}

/// A folder of configuration with a file of watches that holds none, and one post of the past.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("config/watches.toml", "# 本局专题\n");
    desk.write("past.jsonl", row("1", "去年办的社保卡到现在没有下来"));
    desk.expect(0, &["import", "past.jsonl"]);
    desk
}

fn list(desk: &Desk) -> Vec<Value> {
    let listed = desk.expect(0, &["watch", "list", "--json"]).json();
    listed.as_array().expect("a list").clone()
}

#[test]
fn a_saved_query_is_hit_by_what_comes_later_and_replayed_over_the_past() {
    let desk = desk();
    let query = "社保卡 (没下来 OR \"没有 下来\"~2) -广告";
    let added = desk.expect(
        0,
        &[
            "watch",
            "add",
            "制卡",
            query,
            "--recipient",
            "社保卡科",
            "--alert",
            "即时",
            "--json",
        ],
    );
    assert_eq!(added.json()["id"], "watch");
    let file = std::fs::read_to_string(desk.path("config/watches.toml")).expect("written");
    assert!(file.starts_with("# 本局专题\n\n[[watch]]\n"), "{file}");
    desk.expect(0, &["check"]);

    let rows = [
        row("2", "三月份交的材料，社保卡还是没有下来"),
        row("3", "广告：社保卡没有下来？找我们代办"),
        row("4", "公园的荷花开了"),
    ];
    desk.write("new.jsonl", rows.concat());
    desk.expect(0, &["import", "new.jsonl"]);
    let watch = &list(&desk)[0];
    assert_eq!(
        (
            &watch["name"],
            &watch["alert"],
            &watch["hits_7d"],
            &watch["hits_30d"]
        ),
        (&json!("制卡"), &json!("at_once"), &json!(1), &json!(1)),
        "the past is not hit by itself"
    );
    assert_eq!(watch["recipients"], json!(["社保卡科"]));
    assert_eq!(watch["message"], "");

    let replayed = desk.expect(0, &["watch", "test", "制卡", "--json"]).json();
    assert_eq!(
        (
            &replayed["watch"],
            &replayed["matched"],
            &replayed["external_ids"]
        ),
        (&json!("制卡"), &json!(2), &json!(["2", "1"]))
    );
    let found = desk.expect(0, &["search", query, "--json"]).json();
    assert_eq!(found["total"], replayed["matched"]);
    let period = [
        "watch",
        "test",
        "watch",
        "--from",
        "2017-04-12",
        "--to",
        "2017-04-12",
    ];
    let text = desk.expect(0, &period).out;
    assert!(
        text.contains("2017-04-12至2017-04-12的信息中命中1条"),
        "{text}"
    );

    let removed = desk.expect(0, &["watch", "remove", "制卡"]).out;
    assert!(removed.contains("命中记录保留"), "{removed}");
    let file = std::fs::read_to_string(desk.path("config/watches.toml")).expect("written");
    assert_eq!(file, "# 本局专题\n");
    assert!(list(&desk).is_empty());
    let empty = desk.expect(0, &["watch", "list"]).out;
    assert!(empty.contains("还没有专题"), "{empty}");
}

#[test]
fn a_running_daemon_takes_up_a_new_watch_and_bears_a_wrong_file() {
    let port = free_port();
    let desk = serving_desk(port);
    desk.write("config/watches.toml", "# 本局专题\n");
    let settings =
        format!("[web]\nlisten = \"127.0.0.1:{port}\"\n[daemon]\ninbox_every = \"1s\"\n");
    desk.write("config/yuqing.toml", settings);
    let _running = start(&desk, port);
    let way_in = desk.way_in();
    let watches = || {
        let (_, body) = get_with(port, "/api/v1/watches", &way_in)?;
        serde_json::from_str::<Vec<Value>>(&body).ok()
    };
    desk.expect(0, &["watch", "add", "制卡", "社保卡"]);
    wait_for("the watch", || watches().filter(|found| found.len() == 1));
    let file = std::fs::read_to_string(desk.path("config/watches.toml")).expect("written");
    desk.write("config/watches.toml", file + "[[watch]]\nname = ");
    let waiting = desk.path("data/inbox/posts.jsonl.part");
    std::fs::create_dir_all(desk.path("data/inbox")).expect("room");
    let today = chrono::Utc::now().to_rfc3339();
    let row = json!({"id": "1", "channel": "forum", "source_name": "示例论坛", "published_at": today,
        "text": "社保卡丢了，去哪里补"});
    std::fs::write(&waiting, row.to_string() + "\n").expect("room");
    std::fs::rename(&waiting, desk.path("data/inbox/posts.jsonl")).expect("the same folder");
    let found = wait_for("its first hit", || {
        watches().filter(|found| found[0]["hits_7d"] == 1)
    });
    assert_eq!(found[0]["name"], "制卡");
}

#[test]
fn a_wrong_watch_is_refused_and_nothing_is_written() {
    let desk = desk();
    desk.expect(0, &["watch", "add", "甲", "欠薪", "--id", "a"]);
    let before = std::fs::read_to_string(desk.path("config/watches.toml")).expect("written");
    for (arguments, said) in [
        (&["乙", "社保 (卡"][..], "检索式第4个字符处："),
        (&["乙", " "], "检索式不能为空"),
        (&["乙", "工伤", "--id", "a"], "代号“a”已用于专题“甲”"),
        (&["甲", "工伤"], "已有专题“甲”（a）"),
        (&["乙", "工伤", "--id", "乙"], "代号只能用字母"),
        (&["乙", "工伤", "--alert", "digest"], "还要写 schedule"),
        (
            &["乙", "工伤", "--alert", "digest", "--schedule", "每天"],
            "时刻表",
        ),
        (&["乙", "工伤", "--alert", "马上"], "可用：即时 at_once"),
        (&["乙", "工伤", "--recipient", ""], "收件人不能为空"),
    ] {
        let done = desk.expect(2, &[&["watch", "add"], arguments].concat());
        assert!(done.err.contains(said), "{arguments:?}: {}", done.err);
    }
    for command in ["test", "remove"] {
        let done = desk.expect(2, &["watch", command, "丙"]);
        assert!(
            done.err.contains("“丙”的专题；现有：甲（a）"),
            "{}",
            done.err
        );
    }
    let after = std::fs::read_to_string(desk.path("config/watches.toml")).expect("there");
    assert_eq!(before, after);
}

#[test]
fn the_shipped_watches_can_be_tried_and_are_taken_out_in_a_folder_only() {
    let desk = Desk::new();
    assert!(list(&desk).len() >= 3);
    desk.expect(0, &["watch", "test", "card"]);
    let refused = desk.expect(2, &["watch", "remove", "card"]);
    assert!(
        refused.err.contains("请先建立 ./config 目录"),
        "{}",
        refused.err
    );
    let refused = desk.expect(2, &["watch", "add", "甲", "欠薪"]);
    assert!(refused.err.contains("没有配置目录"), "{}", refused.err);
    std::fs::create_dir(desk.path("config")).expect("the desk can be written to");
    let count = list(&desk).len();
    desk.expect(0, &["watch", "remove", "card"]);
    assert_eq!(list(&desk).len(), count - 1, "the others were copied");
}

/// `id = query`, one a line.
fn watching(queries: &[(&str, &str)]) -> Config {
    let block = |(id, query): &(&str, &str)| {
        format!("[[watch]]\nid = \"{id}\"\nname = \"专题{id}\"\nquery = '''{query}'''\n")
    };
    let text: String = queries.iter().map(block).collect();
    Config {
        watches: parse_watches(&text).expect("watches"),
        ..config(Vec::new())
    }
}

/// The pipeline so many days after the first morning.
fn open_after(folder: &TempDir, queries: &[(&str, &str)], days: i64) -> Arc<App> {
    let clock = Clock::standing_at(at(FRIDAY) + TimeDelta::days(days));
    App::open(watching(queries), folder.path(), clock).expect("the folder is sound")
}

fn see(app: &App, id: &str, text: &str) {
    let post = Post {
        external_id: Some(id.to_owned()),
        text: text.to_owned(),
        ..Post::bare(Channel::Forum, "示例论坛", app.now())
    };
    let found = discovered(post).expect("it has words");
    app.store
        .save_posts(&[found], app.now())
        .expect("the store works");
    process_all(app).expect("the steps work");
}

/// External ids of the posts that hit a watch, the latest hit first.
fn hits(app: &App, watch: &str) -> Vec<String> {
    let hits = app
        .store
        .hits_of_watch(watch, 100, 0)
        .expect("the store works");
    let ids: Vec<PostId> = hits.iter().map(|hit| hit.post).collect();
    let posts = app.store.posts(&ids).expect("the store works").into_iter();
    posts.filter_map(|stored| stored.post.external_id).collect()
}

fn report(app: &App, watch: &str) -> WatchReport {
    let reports = app.watch_reports().expect("store and index work");
    let mut reports = reports.into_iter().filter(|report| report.id == watch);
    reports.next().expect("declared")
}

fn judge(app: &App, post: i64, level: Level) {
    let label = Label {
        level: Some(level),
        ..Label::default()
    };
    let act = Act {
        by: "张三".to_owned(),
        note: String::new(),
        at: app.now(),
    };
    label_post(app, PostId(post), label, act).expect("a label like any");
}

#[test]
fn a_watch_means_what_the_search_means() {
    let test = TestApp::open(watching(&[("syn", "syn:养老金")]));
    see(&test.app, "1", "退休金什么时候到账");
    assert_eq!(hits(&test.app, "syn"), ["1"]);
}

#[test]
fn a_post_that_changes_is_matched_again_and_keeps_its_hit() {
    let test = TestApp::open(watching(&[("red", "level:red 社保"), ("all", "社保")]));
    let app = &test.app;
    see(app, "1", "社保大厅的椅子换新了");
    assert_eq!((hits(app, "red").len(), hits(app, "all").len()), (0, 1));
    test.later(TimeDelta::hours(1));
    judge(app, 1, Level::Red);
    assert_eq!(hits(app, "red"), ["1"]);
    judge(app, 1, Level::None);
    assert_eq!(hits(app, "red"), ["1"], "it did match");
    let since = report(app, "all").last_hit;
    assert_eq!(since, Some(at(FRIDAY)), "the first hit is the hit");
}

#[test]
fn a_new_watch_answers_for_what_comes_only() {
    let folder = TempDir::new().expect("a temporary folder");
    let app = open_after(&folder, &[("a", "社保")], 0);
    see(&app, "1", "社保大厅排队");
    app.index.close_writer();
    drop(app);
    let app = open_after(&folder, &[("a", "社保"), ("c", "大厅 OR 窗口")], 1);
    judge(&app, 1, Level::Yellow);
    assert_eq!(hits(&app, "c"), [] as [String; 0], "a change is no arrival");
    see(&app, "2", "社保窗口没有人");
    assert_eq!(hits(&app, "c"), ["2"]);
    assert_eq!(hits(&app, "a"), ["2", "1"]);
}

#[test]
fn a_watch_that_nothing_hits_for_a_month_is_pointed_out() {
    let folder = TempDir::new().expect("a temporary folder");
    let app = open_after(&folder, &[("a", "社保"), ("b", "陨石")], 0);
    see(&app, "1", "社保大厅排队");
    app.clock.set(at(FRIDAY) + TimeDelta::days(20));
    see(&app, "2", "社保窗口没有人，找不到工伤科");
    assert_eq!(report(&app, "b").message, "");
    app.clock.set(at(FRIDAY) + TimeDelta::days(40));
    assert_eq!(report(&app, "a").message, "");
    assert_eq!(report(&app, "b").message, "30天无命中，请检查检索式");
    app.index.close_writer();
    drop(app);

    // Of a watch that is new, the posts of the last month tell.
    let queries = [("used", "工伤科"), ("idle", "陨石"), ("old", "排队")];
    let app = open_after(&folder, &queries, 40);
    let messages = ["used", "idle", "old"].map(|id| report(&app, id).message);
    assert_eq!(messages.map(str::is_empty), [true, false, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_name_watches_and_hits() {
    let test = TestApp::open(watching(&[("card", "社保卡 <b>"), ("x", "社保卡")]));
    let app: &Arc<App> = &test.app;
    let seen = app.on_cpu(|app| {
        see(app, "1", "社保卡<b>没有下来");
        Ok(())
    });
    seen.await.expect("the steps work");
    for (path, words) in [
        ("/watches", "<a href=\"/watches/card\">专题card</a>"),
        ("/watches/card", "社保卡&#60;b&#62;没有下来"),
        ("/watches/card", "近7天1条，近30天1条"),
        ("/posts/1", "<a href=\"/watches/x\">专题x</a>"),
        ("/watches/none", "没有这一页"),
        ("/", "<a href=\"/watches\">专题</a>"),
    ] {
        let shown = page(app, path).await;
        assert!(shown.contains(words), "{path}: {shown}");
    }
}
