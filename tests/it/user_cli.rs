//! `yuqing user`: from the first administrator to the last, by command.

use crate::program::{Desk, Done, finish};
use std::fs::File;
use yuqing::model::AuditAction;
use yuqing::store::{AuditFilter, Store};

/// A command whose standard input is this text.
fn told(desk: &Desk, input: &str, arguments: &[&str]) -> Done {
    let path = desk.write("input", input);
    let input = File::open(path).expect("just written");
    finish(desk.command(arguments).stdin(input))
}

#[test]
fn users_are_added_changed_and_kept_out() {
    let desk = Desk::new();
    let empty = desk.expect(0, &["user", "list"]);
    assert!(empty.out.contains("还没有用户"), "{}", empty.out);
    let add = [
        "user",
        "add",
        "admin1",
        "--display",
        "赵敏",
        "--role",
        "admin",
        "--password-stdin",
    ];
    let weak = told(&desk, "short\n", &add);
    assert_eq!(weak.code, Some(2));
    assert!(weak.err.contains("口令至少10个字符"), "{}", weak.err);
    let added = told(&desk, "早七点半开机看夜班的事\n", &add);
    assert_eq!(added.code, Some(0), "{}", added.err);
    assert!(
        added.out.contains("用户admin1（赵敏，管理员）：已新增"),
        "{}",
        added.out
    );
    assert!(!added.out.contains("/password/"));
    let taken = told(&desk, "早七点半开机看夜班的事\n", &add);
    assert_eq!(taken.code, Some(2));
    assert!(
        taken.err.contains("登录名admin1已有人使用"),
        "{}",
        taken.err
    );

    let add = [
        "user",
        "add",
        "wangfang",
        "--display",
        "王芳",
        "--role",
        "editor",
        "审核签发",
    ];
    let invited = desk.expect(0, &[&add[..], &["--by", "赵敏"]].concat());
    assert!(invited.out.contains("http://127.0.0.1:"), "{}", invited.out);
    assert!(invited.out.contains("/password/"), "{}", invited.out);
    let listed = desk.expect(0, &["user", "list", "--json"]).json();
    assert_eq!(listed[1]["name"], "wangfang");
    assert_eq!(listed[1]["roles"], serde_json::json!(["editor", "chief"]));
    assert!(!listed.to_string().contains("argon2"), "no hash leaves");

    desk.expect(0, &["user", "roles", "wangfang", "--role", "viewer"]);
    let given = desk
        .expect(0, &["user", "passwd", "wangfang", "--json"])
        .json();
    assert!(
        given["link"]
            .as_str()
            .is_some_and(|link| link.contains("/password/"))
    );
    desk.expect(0, &["user", "disable", "wangfang"]);
    desk.expect(2, &["user", "passwd", "wangfang"]);
    let text = desk.expect(0, &["user", "list"]).out;
    assert!(text.contains("停用") && text.contains("从未登录"), "{text}");
    desk.expect(0, &["user", "enable", "wangfang"]);
    for deed in ["unlock", "sign-out", "totp-off"] {
        desk.expect(0, &["user", deed, "wangfang"]);
    }
    let last = desk.expect(2, &["user", "disable", "admin1"]);
    assert!(
        last.err.contains("至少要有一名在用的管理员"),
        "{}",
        last.err
    );
    let nobody = desk.expect(2, &["user", "unlock", "nobody"]);
    assert!(
        nobody.err.contains("没有登录名为“nobody”的用户"),
        "{}",
        nobody.err
    );

    let store = Store::open(&desk.path("data"), chrono_tz::Asia::Shanghai).expect("made above");
    let filter = AuditFilter {
        action: Some(AuditAction::User),
        limit: 100,
        ..AuditFilter::default()
    };
    let lines = store.audit(&filter).expect("the store works");
    assert_eq!(lines.len(), 10, "{lines:?}");
    let by: Vec<&str> = lines.iter().map(|line| line.actor.as_str()).collect();
    assert_eq!(by.iter().filter(|by| **by == "赵敏").count(), 2);
    assert_eq!(by.iter().filter(|by| **by == "命令行").count(), 8);
    assert!(lines.iter().all(|line| !line.detail.contains("/password/")));
}
