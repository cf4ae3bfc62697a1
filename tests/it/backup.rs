//! 备份、恢复、体检 — taken while the daemon works, brought back elsewhere, refused where something is wrong.

use crate::daemon;
use crate::program::{Desk, free_port};
use crate::site::{TestApp, at, shipped};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use yuqing::app::{BACKED_UP, doctor};
use yuqing::model::{AuditAction, CheckState, Checkup, NewAudit, Permission};
use yuqing::pipeline::housekeep_once;
use yuqing::store::{AuditFilter, Store};

const PAGE: &[u8] = b"one page, packed";
const PAPER: &[u8] = b"a scanned letter";

/// Posts in the store, and files beside it.
fn fill(desk: &Desk) {
    let published = (Utc::now() - TimeDelta::hours(2)).to_rfc3339();
    let post = |number: u32| {
        json!({"id": format!("p{number}"), "channel": "forum", "source_name": "示例论坛",
            "url": format!("https://bbs.example.cn/thread-{number}-1-1.html"),
            "title": format!("社保卡制卡进度第{number}次询问"),
            "text": format!("郑州市社保卡办了{number}个月还没有拿到，窗口说再等等。"), "published_at": published})
        .to_string()
    };
    let posts: Vec<String> = (1..=3).map(post).collect();
    desk.write("posts.jsonl", posts.join("\n"));
    desk.expect(0, &["import", "posts.jsonl"]);
    desk.write("data/evidence/2017-04.warc.gz", PAGE);
    desk.write("data/attachments/1/letter.pdf", PAPER);
}

fn found(desk: &Desk, data: &str) -> Value {
    desk.expect(0, &["--data", data, "search", "社保卡", "--json"])
        .json()["total"]
        .clone()
}

fn lines(checkups: &Value, name: &str) -> Value {
    let checks = checkups["checks"].as_array().expect("a list");
    let line = checks.iter().find(|line| line["name"] == name);
    line.unwrap_or_else(|| panic!("{name} in {checkups}"))
        .clone()
}

#[test]
fn a_backup_beside_the_daemon_is_brought_back_elsewhere_and_never_over_what_stands() {
    let port = free_port();
    let desk = daemon::desk(port);
    desk.write("config/yuqing.env", "YUQING__SMTP__PASSWORD=geheim\n");
    fill(&desk);
    let running = daemon::start(&desk, port);
    desk.way_in();
    let store = Store::open(&desk.path("data"), chrono_tz::Asia::Shanghai).expect("opens");
    let user = store.credentials("tester").expect("reads").expect("known");
    let (now, scopes) = (Utc::now().fixed_offset(), [Permission::Read]);
    store
        .add_api_key(user.user.id, "首页", "hash", &scopes, now)
        .expect("the store works");
    drop(store);

    let made = desk
        .expect(0, &["backup", "copy.zip", "--by", "信息员", "--json"])
        .json();
    assert_eq!(made["file"], "copy.zip");
    let taken = desk.expect(1, &["backup", "copy.zip"]);
    assert!(taken.err.contains("已存在"), "{}", taken.err);
    let kept = desk
        .expect(0, &["backup", "many/", "--keep", "1", "--json"])
        .json();
    assert_eq!(kept["removed"], json!([]));
    desk.expect(2, &["backup", "other.zip", "--keep", "1"]);
    assert!(!desk.path("other.zip").exists());

    let whole = desk.expect(0, &["restore", "copy.zip", "--check", "--json"]);
    let parts = whole.json()["parts"].to_string();
    for name in [
        "data/yuqing.db",
        "data/evidence/2017-04.warc.gz",
        "data/attachments/1/letter.pdf",
        "config/yuqing.toml",
    ] {
        assert!(parts.contains(name), "{name} in {parts}");
    }
    for name in ["yuqing.env", "index/", "yuqing.lock", "-wal"] {
        assert!(!parts.contains(name), "{name} in {parts}");
    }

    // Neither under a running daemon, nor over what stands there.
    let used = desk.expect(1, &["restore", "copy.zip", "--force"]);
    assert!(used.err.contains("使用"), "{}", used.err);
    running.terminate();
    drop(running);
    let standing = desk.expect(2, &["restore", "copy.zip"]);
    assert!(standing.err.contains("已有数据"), "{}", standing.err);

    let brought = desk.expect(
        0,
        &[
            "--data",
            "moved",
            "restore",
            "copy.zip",
            "--config-to",
            "etc",
            "--by",
            "信息员",
            "--json",
        ],
    );
    let said = brought.json();
    assert_eq!(said["replaced"], Value::Null);
    assert_eq!(
        (
            &said["ended_sessions"],
            &said["revoked_keys"],
            &said["kept_keys"]
        ),
        (&json!(1), &json!(1), &json!(0))
    );
    only_the_owner_reads(&desk.path("moved"));
    only_the_owner_reads(&desk.path("etc"));
    let read = |name: &str| std::fs::read(desk.path(name)).expect("restored");
    assert_eq!(read("moved/evidence/2017-04.warc.gz"), PAGE);
    assert_eq!(read("moved/attachments/1/letter.pdf"), PAPER);
    assert_eq!(read("etc/yuqing.toml"), read("config/yuqing.toml"));
    assert_eq!(found(&desk, "moved"), 3);
    let store = Store::open(&desk.path("moved"), chrono_tz::Asia::Shanghai).expect("opens");
    assert!(store.check_audit().expect("reads").broken.is_none());
    let last = store.audit(&AuditFilter::default()).expect("reads");
    assert_eq!(
        (last[0].actor.as_str(), last[0].subject.as_str()),
        ("信息员", "恢复")
    );
    assert_eq!(store.end_all_sessions().expect("works"), 0, "signed out");
    assert_eq!(store.api_keys_in_use().expect("reads"), 0, "revoked");
    assert!(
        last[0].detail.contains("作废1个接口密钥"),
        "{}",
        last[0].detail
    );
    assert!(store.credentials("tester").expect("reads").is_some());

    // With --force what stood there is kept.
    desk.write("data/evidence/2017-05.warc.gz", "newer");
    let forced = desk.expect(
        0,
        &["restore", "copy.zip", "--force", "--keep-keys", "--json"],
    );
    assert_eq!(forced.json()["kept_keys"], 1);
    let replaced = forced.json()["replaced"].clone();
    let replaced = Path::new(replaced.as_str().expect("a folder"));
    assert!(
        desk.path("")
            .join(replaced)
            .join("evidence/2017-05.warc.gz")
            .exists()
    );
    assert!(!desk.path("data/evidence/2017-05.warc.gz").exists());
    assert_eq!(found(&desk, "data"), 3);
    let left = std::fs::read_dir(desk.path("data")).expect("a folder");
    let left: Vec<_> = left
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().ends_with(".part")),
        "{left:?}"
    );
}

/// Every folder 0700, every file 0600.
fn only_the_owner_reads(path: &Path) {
    let about = std::fs::metadata(path).expect("it is there");
    let mode = about.permissions().mode() & 0o777;
    if about.is_dir() {
        assert_eq!(mode, 0o700, "{}", path.display());
        for entry in std::fs::read_dir(path).expect("a folder") {
            only_the_owner_reads(&entry.expect("an entry").path());
        }
    } else if path.extension().is_none_or(|end| end != "lock") {
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

#[test]
fn a_damaged_or_strange_file_is_refused_before_anything_is_touched() {
    let desk = Desk::new();
    let nothing = desk.expect(2, &["backup", "copy.zip"]);
    assert!(nothing.err.contains("没有数据库"), "{}", nothing.err);
    assert!(!desk.path("data").exists());
    fill(&desk);
    desk.expect(0, &["backup", "copy.zip"]);

    // Whole as an archive, but one part is not what the manifest says.
    let changed = repacked(&desk, |name, bytes| {
        let bytes = if name.ends_with(".warc.gz") {
            b"another page!!!!".to_vec()
        } else {
            bytes
        };
        (name.to_owned(), bytes)
    });
    desk.write("changed.zip", changed);
    // A part that would climb out of the folder.
    let climbing = repacked(&desk, |name, bytes| match name {
        "manifest.json" => {
            let text = String::from_utf8(bytes).expect("JSON");
            (
                name.to_owned(),
                text.replace("data/evidence/", "data/../../").into_bytes(),
            )
        }
        _ => (name.replace("data/evidence/", "data/../../"), bytes),
    });
    desk.write("climbing.zip", climbing);
    let newer = repacked(&desk, |name, bytes| {
        let text = String::from_utf8_lossy(&bytes).replace("\"format\": 1", "\"format\": 2");
        let bytes = if name == "manifest.json" {
            text.into_bytes()
        } else {
            bytes
        };
        (name.to_owned(), bytes)
    });
    desk.write("newer.zip", newer);
    let whole = std::fs::read(desk.path("copy.zip")).expect("made");
    desk.write("cut.zip", &whole[..whole.len() / 2]);

    for (file, why) in [
        ("changed.zip", "散列不符"),
        ("climbing.zip", "文件名"),
        ("newer.zip", "更新版本"),
        ("cut.zip", "不是备份文件"),
        ("posts.jsonl", "不是备份文件"),
        ("missing.zip", "打不开"),
    ] {
        for arguments in [
            &["restore", file, "--force"][..],
            &["--data", "moved", "restore", file],
            &["restore", file, "--check"],
        ] {
            let refused = desk.expect(1, arguments);
            assert!(refused.err.contains(why), "{file}: {}", refused.err);
        }
        assert!(!desk.path("moved/yuqing.db").exists(), "{file}");
        assert_eq!(found(&desk, "data"), 3, "{file}");
    }
}

/// `copy.zip` with other contents.
fn repacked(desk: &Desk, change: impl Fn(&str, Vec<u8>) -> (String, Vec<u8>)) -> Vec<u8> {
    let file = std::fs::File::open(desk.path("copy.zip")).expect("made");
    let mut archive = zip::ZipArchive::new(file).expect("a backup");
    let mut changed = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut bytes).expect("whole");
        let name = part.name().expect("a name").into_owned();
        let (name, bytes) = change(&name, bytes);
        let options = zip::write::SimpleFileOptions::default();
        changed.start_file(name, options).expect("a part");
        changed.write_all(&bytes).expect("written");
    }
    changed.finish().expect("whole").into_inner()
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let desk = Desk::new();
    let empty = desk.expect(1, &["doctor", "--json"]).json();
    assert_eq!(lines(&empty, "数据目录")["state"], "fail");
    assert!(!desk.path("data").exists(), "looking makes nothing");
    fill(&desk);

    let before = desk.expect(3, &["doctor", "--json"]).json();
    assert_eq!(before["state"], "warn");
    for name in [
        "数据库",
        "审计记录",
        "已签发刊物",
        "期号",
        "台账",
        "检索索引",
        "时钟",
    ] {
        assert_eq!(lines(&before, name)["state"], "ok", "{name} in {before}");
    }
    assert_eq!(lines(&before, "备份")["found"], "没有备份过");
    let sources = lines(&before, "信源");
    assert!(
        sources["found"]
            .as_str()
            .is_some_and(|said| said.contains("启用")),
        "{before}"
    );
    desk.expect(0, &["backup"]);
    let after = desk.run(&["doctor", "--json"]).json();
    assert_eq!(lines(&after, "备份")["state"], "ok");
    let said = desk.run(&["doctor"]).out;
    assert!(said.contains("正常  数据库"), "{said}");

    // Somebody changes a line of the audit behind our back.
    let database = rusqlite::Connection::open(desk.path("data/yuqing.db")).expect("opens");
    database
        .execute_batch("DROP TRIGGER audit_does_not_change; UPDATE audit SET actor = '别人'")
        .expect("changed");
    drop(database);
    let broken = desk.expect(1, &["doctor", "--json"]).json();
    assert_eq!(lines(&broken, "审计记录")["state"], "fail");

    desk.write(
        "data/yuqing.db",
        "no database at all, whatever its name may say",
    );
    let _gone = std::fs::remove_file(desk.path("data/yuqing.db-wal"));
    let damaged = desk.expect(1, &["doctor", "--json"]).json();
    assert_eq!(lines(&damaged, "数据目录")["state"], "fail");
    desk.write("config/yuqing.toml", "[web]\nlisten = 1\n");
    let wrong = desk.expect(1, &["doctor", "--json"]).json();
    assert_eq!(lines(&wrong, "配置")["state"], "fail");
}

#[test]
fn backups_grow_old_and_so_does_the_audit() {
    let test = TestApp::open(shipped());
    let app = &test.app;
    let backup = |app: &yuqing::app::App| -> Checkup {
        let mut lines = doctor(app).into_iter();
        lines.rfind(|line| line.name == "备份").expect("a line")
    };
    let write = |subject: &str| {
        let line = NewAudit {
            actor: "命令行".to_owned(),
            action: AuditAction::Backup,
            subject: subject.to_owned(),
            detail: String::new(),
            address: String::new(),
        };
        app.store
            .add_audit(&line, app.now())
            .expect("the store works");
    };
    write(BACKED_UP);
    assert_eq!(backup(app).state, CheckState::Ok);
    test.later(TimeDelta::hours(50));
    write("恢复");
    assert_eq!(
        backup(app).state,
        CheckState::Warn,
        "a restore is no backup"
    );

    let count = || {
        app.store
            .audit(&AuditFilter::default())
            .expect("reads")
            .len()
    };
    app.clock
        .set(at("2017-04-14T09:00:00+08:00") + app.config.settings.web.audit_keep());
    housekeep_once(app).expect("works");
    assert_eq!(count(), 2);
    test.later(TimeDelta::days(1));
    housekeep_once(app).expect("works");
    assert_eq!(count(), 1);
    assert!(app.store.check_audit().expect("reads").broken.is_none());
}

/// Units and images call the program with words that it knows.
#[test]
fn what_is_deployed_names_commands_that_are_there() {
    let desk = Desk::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("deploy/") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("text");
        for line in text.lines() {
            let Some(call) = line.strip_prefix("ExecStart=/usr/local/bin/yuqing ") else {
                continue;
            };
            let arguments: Vec<&str> = call.split(' ').chain(["--help"]).collect();
            desk.expect(0, &arguments);
            seen += 1;
        }
    }
    assert_eq!(seen, 2);
}
