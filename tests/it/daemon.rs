//! The daemon: it answers, owns its folder, and stops when it is told.

use crate::program::{Desk, Running, free_port, get, get_with, wait_for};
use chrono::Utc;
use chrono_tz::Asia::Shanghai;
use serde_json::Value;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::time::Duration;
use yuqing::store::Store;

/// systemd would wait longer; an operator should not.
const STOPS_WITHIN: Duration = Duration::from_secs(5);

pub fn desk(port: u16) -> Desk {
    let desk = Desk::new();
    desk.write(
        "config/yuqing.toml",
        format!("[web]\nlisten = \"127.0.0.1:{port}\"\n"),
    );
    desk.write("config/sources.toml", "# 没有信源\n");
    desk
}

pub fn start(desk: &Desk, port: u16) -> Running {
    let running = Running::start(
        desk.command(&["run"])
            .stderr(Stdio::null())
            .stdout(Stdio::null()),
    );
    let (status, body) = wait_for("/health", || get(port, "/health"));
    let health: Value = serde_json::from_str(&body).expect("health is JSON");
    assert_eq!((status, &health["ok"]), (200, &true.into()), "{body}");
    running
}

#[test]
fn it_serves_owns_its_folder_and_stops_when_told() {
    let port = free_port();
    let desk = desk(port);
    let mut running = start(&desk, port);
    let way_in = desk.way_in();
    let status = |page: &str| get_with(port, page, &way_in).map(|(status, _)| status);
    for page in ["/", "/search?q=x", "/events", "/issues", "/sources"] {
        assert_eq!(status(page), Some(200), "{page}");
        assert_eq!(
            get(port, page).map(|(status, _)| status),
            Some(303),
            "{page} for a stranger"
        );
    }
    assert_eq!(status("/posts/1"), Some(404));

    let second = desk.expect(1, &["run"]);
    let holder = running.child.id().to_string();
    assert!(
        second.err.contains(&format!("进程{holder}使用")),
        "{}",
        second.err
    );
    assert_eq!(
        get(port, "/health").map(|(status, _)| status),
        Some(200),
        "the first goes on"
    );

    running.terminate();
    let ended = running.ended_within(STOPS_WITHIN).expect("stops in time");
    assert_eq!(ended.code(), Some(0));
}

#[test]
fn posts_imported_beside_it_are_served_and_a_killed_one_leaves_the_folder_free() {
    let port = free_port();
    let desk = desk(port);
    let mut running = start(&desk, port);
    desk.write(
        "posts.jsonl",
        "{\"channel\":\"forum\",\"source_name\":\"示例论坛\",\"title\":\"郑州社保大厅排队三小时\",\"text\":\"窗口只开一个\"}\n",
    );
    desk.expect(0, &["import", "posts.jsonl"]);
    let way_in = desk.way_in();
    let found = wait_for("the post in the search", || {
        let (_, page) = get_with(port, "/search?q=%E6%8E%92%E9%98%9F", &way_in)?;
        page.contains("郑州社保大厅").then_some(page)
    });
    assert!(found.contains("/posts/1"));

    running.child.kill().expect("it runs");
    running.child.wait().expect("it was ours");
    let again = start(&desk, port);
    let (_, health) = get(port, "/health").expect("it answers");
    assert!(health.contains("\"posts\":1"), "{health}");
    drop(again);
}

#[test]
fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("bound").port();
    let done = desk(port).expect(1, &["run"]);
    assert!(
        done.err.contains(&port.to_string()) && done.err.contains("web.listen"),
        "{}",
        done.err
    );
}

#[test]
fn a_crawl_that_is_stopped_gives_its_sources_back() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let site = silent.local_addr().expect("bound");
    let desk = Desk::new();
    desk.write(
        "config/yuqing.toml",
        "[fetch]\nprivate_hosts = [\"127.0.0.1\"]\n",
    );
    desk.write(
        "config/sources.toml",
        format!("[[source]]\nid = \"slow\"\nname = \"示例论坛\"\nkind = \"list\"\nurl = \"http://{site}/\"\nchannel = \"forum\"\ntier = \"T5\"\nschedule = \"0 * * * *\"\n"),
    );
    let mut crawl = Running::start(
        desk.command(&["crawl", "slow"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null()),
    );
    silent.set_nonblocking(true).expect("a socket of ours");
    let (_line, _) = wait_for("a request for robots.txt", || silent.accept().ok());
    let until = |desk: &Desk| {
        let store = Store::open(&desk.path("data"), Shanghai).expect("opens");
        let now = Utc::now().with_timezone(&Shanghai).fixed_offset();
        store.claimed_until("slow", now).expect("reads")
    };
    assert!(until(&desk).is_some());
    crawl.terminate();
    let ended = crawl.ended_within(STOPS_WITHIN).expect("stops in time");
    assert_eq!(ended.code(), Some(3));
    assert_eq!(until(&desk), None);
}
