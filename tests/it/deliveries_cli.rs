//! Deliveries from the command line and by the daemon: exit codes, JSON, and what people are told to do.

use crate::daemon::start;
use crate::program::{Desk, Running, free_port, wait_for};
use crate::receiver::{Receiver, Reply};
use chrono::{TimeDelta, Utc};
use chrono_tz::Asia::Shanghai;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;
use yuqing::app::{App, Clock};
use yuqing::config::Config;
use yuqing::model::{DeliveryState, NewDelivery, Notice, Subject};
use yuqing::pipeline::deliver_once;
use yuqing::store::{DeliveryFilter, Store};

/// A folder that takes issues, a robot whose address is nowhere to be found, and somebody who was switched off.
fn desk() -> Desk {
    let desk = Desk::new();
    let folder = desk.path("drop");
    let recipients = format!(
        "[[recipient]]\nid = \"archive\"\nname = \"归档\"\ntransport = \"folder\"\naddress = \"{}\"\n\
         [[recipient]]\nid = \"leaders\"\nname = \"局领导群\"\ntransport = \"wecom\"\nurl_env = \"NO_SUCH_URL\"\n\
         [[recipient]]\nid = \"gone\"\nname = \"旧群\"\ntransport = \"feishu\"\nurl_file = \"/no/url\"\nis_active = false\n",
        folder.display()
    );
    desk.write("config/recipients.toml", recipients);
    desk
}

/// An issue that was drafted, and signed where `is_signed`.
fn issue(desk: &Desk, is_signed: bool) -> String {
    let published = (Utc::now() - TimeDelta::hours(2)).to_rfc3339();
    let post = json!({"id": "101", "url": "https://bbs.example.cn/thread-101-1-1.html", "channel": "forum",
        "source_name": "示例论坛", "title": "郑州经开区一工地拖欠农民工工资", "published_at": published,
        "text": "我们三十多人在郑州经开区干了半年，工资一分没发，老板电话不接，劳动监察大队说正在登记，明天准备集体去讨薪。"});
    desk.write("posts.jsonl", post.to_string());
    desk.expect(0, &["import", "posts.jsonl"]);
    let drafted = desk.expect(0, &["issue", "draft", "daily", "--json"]);
    let id = drafted.json()["id"].to_string();
    if is_signed {
        desk.expect(0, &["issue", "approve", &id, "--by", "审核员"]);
        desk.expect(0, &["issue", "sign", &id, "--by", "签发人"]);
    }
    id
}

fn states(report: &Value) -> Vec<(&str, &str)> {
    let deliveries = report["deliveries"].as_array().expect("a list");
    deliveries
        .iter()
        .map(|row| {
            let of = |key: &str| row[key].as_str().unwrap_or_default();
            (of("recipient"), of("state"))
        })
        .collect()
}

#[test]
fn an_issue_is_sent_and_what_failed_is_told() {
    let desk = desk();
    let id = issue(&desk, false);
    let refused = desk.expect(2, &["issue", "send", &id, "--to", "archive"]);
    assert!(refused.err.contains("签发后才能发送"), "{}", refused.err);
    desk.expect(0, &["issue", "approve", &id, "--by", "审核员"]);
    desk.expect(0, &["issue", "sign", &id, "--by", "签发人"]);
    let refused = desk.expect(2, &["issue", "send", &id]);
    assert!(refused.err.contains("recipients"), "{}", refused.err);
    for (unknown, said) in [
        ("boss", "现有：归档（archive，文件夹）"),
        ("gone", "已停用"),
    ] {
        let refused = desk.expect(2, &["issue", "send", &id, "--to", unknown]);
        assert!(refused.err.contains(said), "{}", refused.err);
    }
    desk.expect(2, &["issue", "send", "404", "--to", "archive"]);

    let both = ["issue", "send", &id, "--to", "archive", "leaders", "--json"];
    let report = desk.expect(3, &both).json();
    assert_eq!(
        states(&report),
        [("archive", "waiting"), ("leaders", "waiting")]
    );
    let said = report["deliveries"][0]["message"].as_str().expect("text");
    assert!(said.contains("没有目录"), "{said}");
    std::fs::create_dir(desk.path("drop")).expect("writes");
    let report = desk.expect(3, &both).json();
    assert_eq!(states(&report)[0].1, "waiting", "not before its time");
    let at_once = [&both[..], &["--now"]].concat();
    let report = desk.expect(3, &at_once).json();
    assert_eq!(
        states(&report),
        [("archive", "sent"), ("leaders", "waiting")]
    );
    assert_eq!(report["deliveries"][0]["attempts"], 2);
    let said = report["deliveries"][1]["message"].as_str().expect("text");
    assert!(said.contains("环境变量 NO_SUCH_URL 未设置"), "{said}");
    let text = desk
        .expect(0, &["issue", "send", &id, "--to", "archive"])
        .out;
    assert!(
        text.contains("此前已送达") && text.contains("归档（archive）"),
        "{text}"
    );
    assert!(
        text.contains(&format!("第{id}号稿件")) && !text.contains("issue:"),
        "{text}"
    );
    let files = std::fs::read_dir(desk.path("drop")).expect("there").count();
    assert_eq!(files, 2, "Word and JSON, once");

    let list = desk.expect(0, &["deliveries", "list", "--state", "waiting", "--json"]);
    let waiting = list.json()[0]["id"].to_string();
    let shown = desk
        .expect(0, &["deliveries", "show", &waiting, "--json"])
        .json();
    assert_eq!(shown["steps"].as_array().map(Vec::len), Some(2));
    assert_eq!(shown["steps"][0]["outcome"], "retry");
    let refused = desk.expect(2, &["deliveries", "resend", &waiting, "--by", "值班员"]);
    assert!(refused.err.contains("到时自动再试"), "{}", refused.err);
    desk.expect(2, &["deliveries", "confirm", "404", "--by", "值班员"]);
    desk.expect(2, &["deliveries", "confirm", &waiting]);
}

#[test]
fn digests_name_their_recipients_and_mistakes_are_found() {
    let desk = desk();
    std::fs::create_dir(desk.path("drop")).expect("writes");
    let shipped =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/digests.toml"));
    let shipped = shipped.expect("shipped");
    let with = |codes: &str| {
        let named = format!("recipients = [{codes}]");
        desk.write(
            "config/digests.toml",
            shipped.replacen("recipients = []", &named, 1),
        );
    };
    with("\"archive\",\n  \"bosses\"");
    let report = desk.expect(2, &["check", "--json"]).json();
    let problem = &report["problems"][0];
    assert_eq!(
        (&problem["file"], &problem["key"]),
        (&"digests.toml".into(), &"digest.recipients".into())
    );
    let line = shipped
        .lines()
        .position(|line| line == "recipients = []")
        .expect("there")
        + 2;
    assert_eq!(problem["line"], line);
    with("\"archive\"");
    let checked = desk.expect(0, &["check"]).out;
    assert!(
        checked.contains("归档（archive，文件夹）、局领导群（leaders，企业微信）"),
        "{checked}"
    );
    assert!(checked.contains("环境变量 NO_SUCH_URL 未设置"), "{checked}");
    let id = issue(&desk, true);
    let report = desk.expect(0, &["issue", "send", &id, "--json"]).json();
    assert_eq!(states(&report), [("archive", "sent")]);
}

#[test]
fn a_test_message_says_that_it_is_one() {
    let desk = desk();
    let failed = desk.expect(1, &["deliveries", "test", "archive"]);
    assert!(failed.err.contains("没有目录"), "{}", failed.err);
    std::fs::create_dir(desk.path("drop")).expect("writes");
    let done = desk
        .expect(0, &["deliveries", "test", "archive", "--json"])
        .json();
    assert_eq!(done["ok"], true);
    let texts: Vec<String> = std::fs::read_dir(desk.path("drop"))
        .expect("there")
        .flatten()
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "txt")
        })
        .map(|entry| std::fs::read_to_string(entry.path()).expect("text"))
        .collect();
    assert!(texts[0].starts_with("【测试】"), "{texts:?}");
    desk.expect(2, &["deliveries", "test", "nobody"]);
    assert_eq!(
        desk.expect(0, &["deliveries", "list", "--json"]).json(),
        json!([])
    );
}

#[test]
fn the_address_of_a_robot_is_shown_nowhere() {
    let desk = Desk::new();
    let address = desk.write("robot.url", "http://127.0.0.1:1/send?key=very-secret\n");
    let recipients = format!(
        "[[recipient]]\nid = \"leaders\"\nname = \"群\"\ntransport = \"wecom\"\nurl_file = \"{}\"\n",
        address.display()
    );
    desk.write("config/recipients.toml", recipients);
    let id = issue(&desk, true);
    let mut told = String::new();
    for (code, command) in [
        (0, vec!["check"]),
        (3, vec!["issue", "send", &id, "--to", "leaders"]),
        (0, vec!["deliveries", "list", "--json"]),
        (0, vec!["deliveries", "show", "1"]),
        (1, vec!["deliveries", "test", "leaders"]),
    ] {
        let done = desk.expect(code, &[&command[..], &["--log", "trace"]].concat());
        told += &(done.out + &done.err);
    }
    assert!(told.contains("连接不上"), "{told}");
    assert!(!told.contains("very-secret"), "{told}");
}

/// A program that is killed while it sends leaves a row, not a doubt that nobody sees: nothing is sent beside it, and
/// afterwards the hook gets the same under the same name, the robot nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_killed_while_it_sends_sends_nothing_twice() {
    let hooks = Receiver::start(&[Reply::silence(), Reply::silence()]).await;
    let desk = Desk::new();
    let robot = desk.write("robot.url", hooks.url("/robot"));
    let recipients = format!(
        "[[recipient]]\nid = \"oa\"\nname = \"系统\"\ntransport = \"webhook\"\naddress = \"{}\"\n\
         [[recipient]]\nid = \"leaders\"\nname = \"群\"\ntransport = \"wecom\"\nurl_file = \"{}\"\n",
        hooks.url("/in"),
        robot.display()
    );
    desk.write("config/recipients.toml", recipients);
    let id = issue(&desk, true);
    let send = ["issue", "send", &id, "--to", "oa", "leaders", "--json"];
    let mut sending = Running::start(desk.command(&send).stdout(Stdio::null()));
    wait_for("both", || (hooks.heard().len() == 2).then_some(()));
    sending.child.kill().expect("it runs");
    sending.child.wait().expect("it is gone");
    let report = desk.expect(3, &send).json();
    assert_eq!(states(&report), [("oa", "sending"), ("leaders", "sending")]);
    assert_eq!(hooks.heard().len(), 2, "another process may be sending it");

    let config = Config::load(Some(&desk.path("config"))).expect("in order");
    let later = Utc::now().with_timezone(&Shanghai).fixed_offset() + TimeDelta::minutes(5);
    let app = App::open(config, &desk.path("data"), Clock::standing_at(later)).expect("opens");
    deliver_once(&app, || false).await.expect("the store works");
    let heard = hooks.heard();
    let at_path = |path: &str| heard.iter().filter(|heard| heard.path == path).count();
    assert_eq!((at_path("/in"), at_path("/robot")), (2, 1));
    let identities = heard.iter().filter(|heard| heard.path == "/in");
    let identities: Vec<String> = identities
        .map(|heard| heard.header("idempotency-key"))
        .collect();
    assert_eq!(identities[0], identities[1]);
    let list = desk.expect(0, &["deliveries", "list", "--json"]).json();
    let found: Vec<&str> = (list.as_array().into_iter().flatten())
        .map(|row| row["state"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(found, ["uncertain", "sent"]);
    let doubtful = list[0]["id"].to_string();
    let resent = desk.expect(
        0,
        &[
            "deliveries",
            "resend",
            &doubtful,
            "--by",
            "值班员",
            "--json",
        ],
    );
    let steps = &resent.json()["steps"];
    let outcomes: Vec<&Value> = (0..3).map(|at| &steps[at]["outcome"]).collect();
    assert_eq!(outcomes, ["uncertain", "resent", "sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_notes_is_masked() {
    let hooks = Receiver::start(&[Reply::json(400, "")]).await;
    let desk = Desk::new();
    let recipient = format!(
        "[[recipient]]\nid = \"oa\"\nname = \"系统\"\ntransport = \"webhook\"\naddress = \"{}\"\n",
        hooks.url("/in")
    );
    desk.write("config/recipients.toml", recipient);
    let id = issue(&desk, true);
    desk.expect(3, &["issue", "send", &id, "--to", "oa"]);
    let note = ["--note", "打过13812345678核实"];
    let confirm = ["deliveries", "confirm", "1", "--by", "值班员", "--json"];
    let shown = desk.expect(0, &[&confirm[..], &note].concat()).out;
    assert!(
        shown.contains("核实") && !shown.contains("13812345678"),
        "{shown}"
    );
}

#[test]
fn the_daemon_sends_what_waits() {
    let port = free_port();
    let desk = desk();
    std::fs::create_dir(desk.path("drop")).expect("writes");
    desk.write("config/sources.toml", "# 没有信源\n");
    desk.write(
        "config/yuqing.toml",
        format!("[web]\nlisten = \"127.0.0.1:{port}\"\n[daemon]\ndeliver_every = \"100ms\"\n"),
    );
    let _running = start(&desk, port);
    let store = Store::open(&desk.path("data"), Shanghai).expect("opens");
    let now = Utc::now().with_timezone(&Shanghai).fixed_offset();
    let new = NewDelivery {
        subject: Subject::Notice("case:5:4h".to_owned()),
        recipient: "archive".to_owned(),
        notice: Some(Notice {
            title: "办理件还有4小时到期".to_owned(),
            text: "转办〔2017〕5号，今日17时到期。".to_owned(),
            level: None,
        }),
        due_at: now,
    };
    store.queue_deliveries(&[new], now).expect("queued");
    let name = "drop/case-5-4h_办理件还有4小时到期.json";
    wait_for("the notice", || std::fs::read(desk.path(name)).ok());
}

/// What was under way when the daemon was told to stop is brought to its end, or left claimed, and then taken up by the
/// next one under the same name; what had not begun is not begun, and not lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_is_stopped_while_it_sends_loses_and_doubles_nothing() {
    let hooks = Receiver::start(&[Reply::silence()]).await;
    let port = free_port();
    let desk = Desk::new();
    let recipient = format!(
        "[[recipient]]\nid = \"oa\"\nname = \"系统\"\ntransport = \"webhook\"\naddress = \"{}\"\n",
        hooks.url("/in")
    );
    desk.write("config/recipients.toml", recipient);
    desk.write("config/sources.toml", "# 没有信源\n");
    desk.write(
        "config/yuqing.toml",
        format!("[web]\nlisten = \"127.0.0.1:{port}\"\n[daemon]\ndeliver_every = \"100ms\"\n[deliver]\ntimeout = \"5s\"\n"),
    );
    let now = Utc::now().with_timezone(&Shanghai).fixed_offset();
    let mut daemon = start(&desk, port);
    let store = Store::open(&desk.path("data"), Shanghai).expect("opens");
    let new = ["alert:1:red", "alert:2:red"].map(|key| NewDelivery {
        subject: Subject::Notice(key.to_owned()),
        recipient: "oa".to_owned(),
        notice: Some(Notice {
            title: "办理件还有4小时到期".to_owned(),
            text: "今日17时到期。".to_owned(),
            level: None,
        }),
        due_at: now,
    });
    store.queue_deliveries(&new, now).expect("queued");
    wait_for("the first notice", || {
        (hooks.heard().len() == 1).then_some(())
    });
    daemon.terminate();
    daemon
        .ended_within(Duration::from_secs(60))
        .expect("a message under way does not hold it for ever");
    let all = || {
        let found = store.deliveries(&DeliveryFilter::default());
        found.expect("the store works")
    };
    assert_eq!(hooks.heard().len(), 1, "nothing else was begun");
    assert!(
        all()
            .iter()
            .all(|left| matches!(left.state, DeliveryState::Waiting | DeliveryState::Sending)),
        "{:?}",
        all()
    );

    let config = Config::load(Some(&desk.path("config"))).expect("in order");
    let later = now + TimeDelta::minutes(30);
    let app = App::open(config, &desk.path("data"), Clock::standing_at(later)).expect("opens");
    deliver_once(&app, || false).await.expect("the store works");
    let left = all();
    assert!(
        left.iter().all(|left| left.state == DeliveryState::Sent),
        "{left:?}"
    );
    let heard = hooks.heard();
    let mut names: Vec<String> = (heard.iter())
        .map(|heard| heard.header("idempotency-key"))
        .collect();
    assert_eq!(names.len(), 3, "the one without an answer came again");
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 2, "under its own name");
}
