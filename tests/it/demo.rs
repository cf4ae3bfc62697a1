//! The demo: a whole bureau's week from an empty folder, also when it is killed on the way.

use crate::program::{Desk, Running, free_pair};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// Moments of the world that the killed run lives through.
const LIVED: usize = 15;

fn run(desk: &Desk, port: u16) -> Value {
    desk.expect(
        0,
        &["demo", "--once", "--json", "--port", &port.to_string()],
    )
    .json()
}

/// Addresses of all posts, without the port, which differs from run to run.
fn addresses(desk: &Desk) -> Vec<String> {
    let all = [
        "--data",
        "data/demo",
        "search",
        "",
        "--json",
        "--limit",
        "10000",
    ];
    let report = desk.expect(0, &all).json();
    let hits = report["hits"].as_array().expect("a list").iter();
    hits.filter_map(|hit| hit["url"].as_str())
        .map(|url| {
            let (host, path) = url.split_once(".localhost:").expect("a sample site");
            format!(
                "{host}/{}",
                path.split_once('/').map_or("", |(_, path)| path)
            )
        })
        .collect()
}

/// Starts the demo and kills it after some moments of its world.
fn run_and_kill(desk: &Desk, port: u16) {
    let mut command = desk.command(&["demo", "--once", "--port", &port.to_string()]);
    let mut running = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
    let out = running.child.stdout.take().expect("piped");
    let moments = BufReader::new(out)
        .lines()
        .map_while(Result::ok)
        .filter(|line| line.contains("新信息"))
        .take(LIVED)
        .count();
    assert_eq!(moments, LIVED, "killed on the way, not at the end");
    running.child.kill().expect("it runs");
    running.child.wait().expect("it was ours");
}

#[test]
fn a_killed_demo_goes_on_and_ends_like_an_undisturbed_one() {
    // The port is part of every sample address: going on means going on there.
    let port = free_pair();
    let (killed, calm) = (Desk::new(), Desk::new());
    let calm_summary = std::thread::scope(|scope| {
        let beside = scope.spawn(|| run(&calm, free_pair()));
        run_and_kill(&killed, port);
        beside.join().expect("the demo ends")
    });
    let posts = calm_summary["posts"].as_u64().expect("a count");
    assert!(posts >= 120, "{calm_summary}");
    assert!(
        calm_summary["flagged"].as_u64() >= Some(10),
        "{calm_summary}"
    );
    assert!(calm_summary["issue"].is_i64() && calm_summary["issue_number"]["number"].is_u64());

    let summary = run(&killed, port);
    assert_eq!(
        (&summary["posts"], &summary["flagged"]),
        (&calm_summary["posts"], &calm_summary["flagged"])
    );
    let found = addresses(&killed);
    let distinct: BTreeSet<&String> = found.iter().collect();
    assert_eq!(distinct.len(), found.len(), "no address twice");
    let calm_found = addresses(&calm);
    assert_eq!(distinct, calm_found.iter().collect::<BTreeSet<_>>());
}

#[test]
fn a_taken_port_is_named_with_a_way_out() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("bound").port().to_string();
    let nested = Desk::new().expect(2, &["--data", "data/demo", "demo", "--once"]);
    assert!(nested.err.contains("--data data"), "{}", nested.err);
    let done = Desk::new().expect(1, &["demo", "--once", "--port", &port]);
    assert!(
        done.err.contains(&port) && done.err.contains("--port"),
        "{}",
        done.err
    );
}
