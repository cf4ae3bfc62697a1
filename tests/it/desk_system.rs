//! 备份 on the pages of the system: made and checked there, and said where they are old.

use crate::desk::Desk;
use crate::site::{TestApp, config};
use axum::http::StatusCode;
use chrono::TimeDelta;
use yuqing::app::{App, BACKED_UP};
use yuqing::model::{AuditAction, NewAudit, Role};
use yuqing::store::AuditFilter;

/// Subject and detail, the earliest first.
fn written(app: &App) -> Vec<(String, String)> {
    let lines = app.store.audit(&AuditFilter {
        action: Some(AuditAction::Backup),
        ..AuditFilter::default()
    });
    let lines = lines.expect("the store works").into_iter().rev();
    lines.map(|line| (line.subject, line.detail)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_and_read_again_at_the_desk() {
    let test = TestApp::open(config(Vec::new()));
    let admin = Desk::with_roles(&test.app, "信息员", &[Role::Admin]);
    let empty = admin.get("/system/backups").await.text();
    for words in [
        "备份：没有备份过",
        "备份目录里还没有备份",
        "立即备份",
        "restore --force",
    ] {
        assert!(empty.contains(words), "{words}: {empty}");
    }
    let made = admin.post("/system/backups", &[]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    assert_eq!(made.location, "/system/backups");
    let name = "yuqing-20170414-090000.zip";
    let shown = admin.get("/system/backups").await.text();
    for words in [
        "已备份到yuqing-20170414-090000.zip",
        "最近一次备份在2017-04-14 09:00",
        "<span class=\"ok\">通过</span>",
        "（信息员（信息员0），2017-04-14 09:00）",
        // Nobody at the command line made one.
        "命令行最近一次备份：—",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains(&format!("href=\"/system/backups/{name}")));
    let lines = written(&test.app);
    assert_eq!(lines[0].0, BACKED_UP);
    assert!(lines[0].1.contains(name), "{lines:?}");
    assert_eq!(lines[1].0, format!("备份核对完好：{name}"));

    // The same second again: what stands is not written over.
    let twice = admin.post("/system/backups", &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(twice.text().contains("备份没有做成") && twice.text().contains("已存在"));

    // The disk loses a piece: the next check says so.
    let file = test.app.backup_folder().join(name);
    let whole = std::fs::read(&file).expect("reads");
    std::fs::write(&file, &whole[..whole.len() / 2]).expect("writes");
    let checked = admin
        .post(&format!("/system/backups/{name}/check"), &[])
        .await;
    assert_eq!(checked.location, "/system/backups");
    let shown = admin.get("/system/backups").await.text();
    assert!(
        shown.contains("<span class=\"bad\">未通过</span>") && shown.contains("不能用于恢复"),
        "{shown}"
    );
    std::fs::write(&file, &whole).expect("writes");
    admin
        .post(&format!("/system/backups/{name}/check"), &[])
        .await;
    let shown = admin.get("/system/backups").await.text();
    assert!(shown.contains("<span class=\"ok\">通过</span>"), "{shown}");
    assert_eq!(written(&test.app).len(), 4);

    // No other file can be named.
    std::fs::write(test.app.backup_folder().join("notes.txt"), "x").expect("writes");
    for other in ["notes.txt", "..%2Fyuqing.db", "yuqing-20170101-000000.zip"] {
        let got = admin
            .post(&format!("/system/backups/{other}/check"), &[])
            .await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{other}");
    }
    assert_eq!(written(&test.app).len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_backups_are_said_to_those_who_make_them() {
    let test = TestApp::open(config(Vec::new()));
    let admin = Desk::with_roles(&test.app, "信息员", &[Role::Admin]);
    let editor = Desk::with_roles(&test.app, "王芳", &[Role::Editor]);
    assert!(admin.get("/").await.text().contains("备份：没有备份过"));
    // As the timer does.
    let line = NewAudit {
        actor: "命令行".to_owned(),
        action: AuditAction::Backup,
        subject: BACKED_UP.to_owned(),
        detail: String::new(),
        address: String::new(),
    };
    test.app
        .store
        .add_audit(&line, test.app.now())
        .expect("the store works");
    let shown = admin.get("/system/backups").await.text();
    assert!(
        shown.contains("命令行最近一次备份：2017-04-14 09:00"),
        "{shown}"
    );
    for path in ["/", "/system"] {
        let shown = admin.get(path).await.text();
        assert!(!shown.contains("备份：最近一次"), "{path}: {shown}");
    }
    test.later(TimeDelta::hours(50));
    let admin = Desk::with_roles(&test.app, "信息员", &[Role::Admin]);
    let editor_again = Desk::with_roles(&test.app, "王芳", &[Role::Editor]);
    for path in ["/", "/system", "/system/backups"] {
        let shown = admin.get(path).await.text();
        let said = "备份：最近一次在2017-04-14 09:00，已过2天";
        assert!(shown.contains(said), "{path}: {shown}");
        assert!(shown.contains("/system/backups"), "{path}");
    }
    for desk in [editor, editor_again] {
        assert!(!desk.get("/").await.text().contains("备份：最近一次"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_have_the_backups() {
    let test = TestApp::open(config(Vec::new()));
    let admin = Desk::with_roles(&test.app, "信息员", &[Role::Admin]);
    for path in [
        "/system",
        "/system/users",
        "/system/audit",
        "/system/backups",
    ] {
        let shown = admin.get(path).await.text();
        let here = format!("<a href=\"{path}\" aria-current=\"page\">");
        assert!(
            shown.contains(&here) && shown.contains("href=\"/system/backups\""),
            "{path}: {shown}"
        );
    }
    for role in [Role::Viewer, Role::Editor, Role::Chief] {
        let desk = Desk::with_roles(&test.app, role.label(), &[role]);
        assert_eq!(
            desk.get("/system/backups").await.status,
            StatusCode::FORBIDDEN
        );
        let made = desk.post("/system/backups", &[]).await;
        assert_eq!(made.status, StatusCode::FORBIDDEN);
    }
    assert!(written(&test.app).is_empty());
}
