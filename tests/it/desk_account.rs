//! Who somebody is, and shows to be: names that two people share, the password once more, keys that only read.

use crate::desk::{Answered, Desk, ask};
use crate::site::{TestApp, config};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use std::sync::Arc;
use yuqing::app::App;
use yuqing::model::{AuditAction, AuditLine, Permission, Role, UserId};
use yuqing::store::AuditFilter;

const PASSWORD: &str = "晨会前先看夜间收录-2017";

fn open() -> TestApp {
    TestApp::open(config(Vec::new()))
}

fn lines(app: &App, action: AuditAction) -> Vec<AuditLine> {
    let filter = AuditFilter {
        action: Some(action),
        ..AuditFilter::default()
    };
    app.store.audit(&filter).expect("the store works")
}

/// Asserts a refusal with its sentence.
fn refused(got: &Answered, status: StatusCode, sentence: &str) {
    assert_eq!(got.status, status, "{}", got.text());
    assert!(got.text().contains(sentence), "{sentence}: {}", got.text());
}

fn id_of(app: &App, name: &str) -> UserId {
    let known = app.store.credentials(name).expect("the store works");
    known.expect("a user of that name").user.id
}

/// Somebody with a password, in a session that has not shown it.
fn with_password(app: &Arc<App>, display: &str, roles: &[Role]) -> Desk {
    let added = app.add_user(&format!("{display}0"), display, roles, Some(PASSWORD));
    added.expect("a good name");
    Desk::with_roles(app, display, roles)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_tells_people_and_their_programs_apart() {
    let test = open();
    let app = &test.app;
    let desk = Desk::with_roles(app, "周红", &[Role::Admin]);
    desk.post("/account/keys", &[("name", "台账"), ("scope", "read")])
        .await;
    let key = [("name", "台账"), ("scope", "read"), ("scope", "configure")];
    let shown = desk.post("/account/keys", &key).await.text();
    let (_, key) = shown.split_once("<dt>密钥</dt><dd><code>").expect("a key");
    let request = Request::post("/api/v1/cases")
        .header(header::AUTHORIZATION, format!("Bearer {}", &key[..64]))
        .body(Body::empty());
    let got = ask(app, request.expect("a request")).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    assert_eq!(lines(app, AuditAction::User)[0].actor, "周红（周红0）");
    let refusal = &lines(app, AuditAction::Refused)[0];
    assert_eq!(refusal.actor, "周红（周红0，密钥“台账”）");
    assert!(app.store.check_audit().expect("it works").broken.is_none());

    // Whoever looks for somebody writes either name, or the whole.
    let found = |actor: &str| {
        let filter = AuditFilter {
            actor: Some(actor.to_owned()),
            ..AuditFilter::default()
        };
        app.store.audit(&filter).expect("the store works").len()
    };
    let all = app.store.audit(&AuditFilter::default());
    let all = all.expect("the store works").len();
    assert_eq!((found("周红"), found("周红0")), (all, all));
    assert_eq!(found("周红（周红0）"), all - 1);
    assert_eq!((found("周"), found("红0"), found("台账")), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_two_users_in_use_are_called_the_same() {
    let test = open();
    let app = &test.app;
    let admin = Desk::with_roles(app, "信息员", &[Role::Admin]);
    let add = |name: &'static str, display: &'static str| {
        [("name", name), ("display", display), ("role", "editor")]
    };
    let got = admin.post("/system/users", &add("zhouhong", "周红")).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text());
    for same in ["周红", "周 红", "　周红"] {
        let got = admin.post("/system/users", &add("zhouhong2", same)).await;
        let said = "姓名“周红”已由在用的用户zhouhong使用";
        refused(&got, StatusCode::BAD_REQUEST, said);
    }
    let got = admin
        .post("/system/users", &add("zhouhong2", "周红（二科）"))
        .await;
    refused(&got, StatusCode::BAD_REQUEST, "不用括号和引号");
    admin
        .post("/system/users", &add("zhouhong2", "周红二科"))
        .await;
    let second = id_of(app, "zhouhong2");
    let path = format!("/system/users/{}", second.0);
    let rename = [("display", "周红"), ("role", "editor")];
    let got = admin.post(&path, &rename).await;
    refused(&got, StatusCode::BAD_REQUEST, "已由在用的用户zhouhong使用");
    // Once the other left the name is free, and whoever comes back finds it taken.
    let first = format!("/system/users/{}/state", id_of(app, "zhouhong").0);
    admin.post(&first, &[("to", "off")]).await;
    assert_eq!(admin.post(&path, &rename).await.location, path);
    let got = admin.post(&first, &[("to", "on")]).await;
    refused(&got, StatusCode::BAD_REQUEST, "已由在用的用户zhouhong2使用");
    // Roles may be changed all the same.
    let roles = [("display", "周红"), ("role", "viewer")];
    assert_eq!(admin.post(&path, &roles).await.location, path);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_matters_most_asks_for_the_password_again() {
    let test = open();
    let app = &test.app;
    let admin = with_password(app, "信息员", &[Role::Admin]);
    let user = app.add_user("wangfang", "王芳", &[Role::Editor], None);
    let path = |deed: &str| format!("/system/users/{}{deed}", id_of(app, "wangfang").0);
    user.expect("a good name");
    let deeds: [(String, &[(&str, &str)]); 7] = [
        (
            "/account/keys".into(),
            &[("name", "程序"), ("scope", "read")],
        ),
        ("/account/totp".into(), &[("secret", "A"), ("code", "1")]),
        (
            "/system/users".into(),
            &[("name", "zhaomin"), ("display", "赵敏"), ("role", "viewer")],
        ),
        (path(""), &[("display", "王芳芳"), ("role", "viewer")]),
        (path("/state"), &[("to", "off")]),
        (path("/password"), &[]),
        (path("/totp/end"), &[]),
    ];
    for page in ["/account", "/account/totp", "/system/users", &path("")] {
        let page = admin.get(page).await.text();
        assert!(page.contains("您的口令") && page.contains("name=\"own_password\""));
    }
    let before = app.store.users().expect("the store works");
    for (deed, fields) in &deeds {
        let got = admin.post(deed, fields).await;
        refused(&got, StatusCode::BAD_REQUEST, "请填写您的口令");
    }
    for (deed, fields) in &deeds[3..] {
        let wrong = [fields, &[("own_password", "不对")][..]].concat();
        let got = admin.post(deed, &wrong).await;
        refused(&got, StatusCode::BAD_REQUEST, "您的口令不对");
    }
    assert_eq!(app.store.users().expect("the store works"), before);
    let failed = lines(app, AuditAction::SignInFailed);
    assert_eq!(failed.len(), 4);
    assert_eq!(failed[0].actor, "信息员（信息员0）");
    assert!(failed[0].detail.contains("已登录时再次输入的口令不对"));

    // Once shown it is not asked for within ten minutes, on this device.
    let fields = [("display", "王芳芳"), ("role", "viewer")];
    let proof = [&fields[..], &[("own_password", PASSWORD)]].concat();
    assert_eq!(admin.post(&path(""), &proof).await.location, path(""));
    test.later(TimeDelta::minutes(9));
    let page = admin.get(&path("")).await.text();
    assert!(!page.contains("own_password"), "{page}");
    assert_eq!(admin.post(&path(""), &fields).await.location, path(""));
    let other = Desk::with_roles(app, "信息员", &[]);
    let got = other.post(&path(""), &fields).await;
    refused(&got, StatusCode::BAD_REQUEST, "请填写您的口令");
    test.later(TimeDelta::minutes(2));
    let got = admin.post(&path(""), &fields).await;
    refused(&got, StatusCode::BAD_REQUEST, "请填写您的口令");

    // Guessing locks, as it does at the door.
    test.later(TimeDelta::minutes(5));
    let wrong = [("own_password", "不对"), ("to", "off")];
    for _ in 0..5 {
        let got = admin.post(&path("/state"), &wrong).await;
        refused(&got, StatusCode::BAD_REQUEST, "您的口令不对");
    }
    let got = admin.post(&path(""), &proof).await;
    refused(
        &got,
        StatusCode::BAD_REQUEST,
        "失败次数过多，请在15分钟后再试",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_takes_a_key_that_only_reads() {
    let test = open();
    let app = &test.app;
    let desk = Desk::with_roles(app, "王读", &[Role::Editor]);
    let page = desk.get("/account").await.text();
    assert!(page.contains("新增只供订阅的密钥"), "{page}");
    let shown = desk
        .post("/account/keys", &[("name", "手机"), ("scope", "read")])
        .await
        .text();
    let (_, rest) = shown.split_once("/feed/").expect("an address of a feed");
    let address: String = rest.chars().take_while(|c| *c != '<').collect();
    let get = async |path: &str| {
        let request = Request::get(path).body(Body::empty());
        ask(app, request.expect("a request")).await
    };
    assert_eq!(
        get(&format!("/feed/{address}")).await.status,
        StatusCode::OK
    );

    let visitor = app.visitor(desk.token()).expect("works").expect("in");
    for scopes in [
        &[Permission::Read, Permission::Export][..],
        &[Permission::Export],
    ] {
        let key = app
            .new_api_key(&visitor, "程序", scopes)
            .expect("within the role");
        let digest = &app.config.digests[0].code;
        let got = get(&format!("/feed/{digest}.xml?key={key}")).await;
        refused(&got, StatusCode::FORBIDDEN, "只供订阅");
        assert!(!got.text().contains(&key));
        let line = &lines(app, AuditAction::Refused)[0];
        assert_eq!(line.actor, "王读（王读0，密钥“程序”）");
        assert_eq!(line.subject, format!("GET /feed/{digest}.xml"));
    }
    assert_eq!(lines(app, AuditAction::Refused).len(), 2);
    let digest = &app.config.digests[0].code;
    let got = get(&format!("/feed/{digest}.xml?key=guessed")).await;
    assert_eq!(got.status, StatusCode::UNAUTHORIZED);
    assert_eq!(lines(app, AuditAction::Refused).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_take_the_audit_along_leaves_a_line() {
    let test = open();
    let app = &test.app;
    let desk = Desk::with_roles(app, "信息员", &[Role::Admin]);
    let visitor = app.visitor(desk.token()).expect("works").expect("in");
    let key = app
        .new_api_key(&visitor, "体检", &[Permission::Administer])
        .expect("within the role");
    let request = Request::post("/system/audit/export")
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .body(Body::empty());
    let got = ask(app, request.expect("a request")).await;
    refused(&got, StatusCode::FORBIDDEN, "没有“导出”权限");
    let line = &lines(app, AuditAction::Refused)[0];
    assert_eq!(
        (line.subject.as_str(), line.actor.as_str()),
        ("审计", "信息员（信息员0，密钥“体检”）")
    );
    // A role that may not is refused at the gate, with a line as well.
    let editor = Desk::with_roles(app, "王芳", &[Role::Editor]);
    let got = editor.post("/system/audit/export", &[]).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    assert_eq!(lines(app, AuditAction::Refused).len(), 2);
    assert!(lines(app, AuditAction::Export).is_empty());
}
