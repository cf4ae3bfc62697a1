//! 用户、账户: an administrator lets somebody in and out, a link sets a password, and what everybody sees to alone.

use crate::desk::{Answered, Desk, ask};
use crate::site::{TestApp, config};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tower::ServiceExt;
use yuqing::access::{new_totp_secret, totp_code};
use yuqing::app::{App, LinkPurpose, SignIn, SignInError};
use yuqing::model::{AuditAction, Permission, Role, User};
use yuqing::store::AuditFilter;

const PASSWORD: &str = "晨会前先看夜间收录";
const PASSWORD_2: &str = "夜班以后先看早间收录";

fn long(password: &str) -> String {
    format!("{password}-2017")
}

fn open() -> TestApp {
    TestApp::open(config(Vec::new()))
}

/// Details of the audit's lines of an action, latest first.
fn written(app: &App, action: AuditAction) -> Vec<String> {
    let filter = AuditFilter {
        action: Some(action),
        limit: 1000,
        ..AuditFilter::default()
    };
    let lines = app.store.audit(&filter).expect("the store works");
    lines
        .into_iter()
        .map(|line| format!("{} {} {}", line.actor, line.subject, line.detail))
        .collect()
}

fn user(app: &App, name: &str) -> User {
    let known = app.store.credentials(name).expect("the store works");
    known.expect("a user of that name").user
}

fn sign_in(app: &App, name: &str, password: &str, code: &str) -> Result<String, SignInError> {
    app.sign_in(&SignIn {
        name: name.to_owned(),
        password: password.to_owned(),
        code: code.to_owned(),
        address: "127.0.0.1".to_owned(),
        agent: "test".to_owned(),
    })
}

async fn by_nobody(app: &Arc<App>, path: &str, form: Option<&str>) -> Answered {
    let request = match form {
        None => Request::get(path).body(Body::empty()),
        Some(form) => Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned())),
    };
    ask(app, request.expect("a request")).await
}

/// The link's path in a page that shows it.
fn link(page: &Answered) -> String {
    let text = page.text();
    let (_, rest) = text.split_once("/password/").expect("a link");
    let secret: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    format!("/password/{secret}")
}

/// Asserts a refusal with its sentence.
fn refused(got: &Answered, status: StatusCode, sentence: &str) {
    assert_eq!(got.status, status, "{}", got.text());
    assert!(got.text().contains(sentence), "{sentence}: {}", got.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_adds_somebody_who_sets_a_password_and_comes_in() {
    let test = open();
    let app = &test.app;
    let admin = Desk::with_roles(app, "信息员", &[Role::Admin]);
    let got = admin
        .post(
            "/system/users",
            &[("name", "wangfang"), ("display", "王芳")],
        )
        .await;
    refused(&got, StatusCode::BAD_REQUEST, "请至少选择一个角色");
    let wrong = [("name", "a b"), ("display", "王芳"), ("role", "editor")];
    let got = admin.post("/system/users", &wrong).await;
    refused(&got, StatusCode::BAD_REQUEST, "登录名为2至32个字");
    let wrong = [("name", "wangfang"), ("display", "王芳"), ("role", "root")];
    let got = admin.post("/system/users", &wrong).await;
    refused(&got, StatusCode::BAD_REQUEST, "角色：“root”不是可用的值");

    let hostile = "<script>x</script>";
    let right = [
        ("name", "wangfang"),
        ("display", hostile),
        ("role", "editor"),
    ];
    let shown = admin.post("/system/users", &right).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert!(shown.text().contains("链接只显示这一次"));
    assert!(!shown.text().contains("<script>x"), "escaped");
    let again = admin.post("/system/users", &right).await;
    refused(&again, StatusCode::BAD_REQUEST, "已有人使用");
    let listed = admin.get("/system/users").await.text();
    assert!(listed.contains("wangfang") && !listed.contains("<script>x"));

    let path = link(&shown);
    let form = by_nobody(app, &path, None).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.text().contains("wangfang"));
    let password = long(PASSWORD);
    let encoded: String = url::form_urlencoded::byte_serialize(password.as_bytes()).collect();
    let typed = |again: &str| format!("password={encoded}&again={again}");
    let got = by_nobody(app, &path, Some(&typed("other"))).await;
    refused(&got, StatusCode::BAD_REQUEST, "两次输入的口令不同");
    let got = by_nobody(app, &path, Some("password=short&again=short")).await;
    refused(&got, StatusCode::BAD_REQUEST, "口令至少10个字符");
    let got = by_nobody(app, &path, Some(&typed(&encoded))).await;
    assert_eq!(
        (got.status, got.location.as_str()),
        (StatusCode::SEE_OTHER, "/login")
    );
    for form in [None, Some(typed(&encoded))] {
        let got = by_nobody(app, &path, form.as_deref()).await;
        refused(&got, StatusCode::BAD_REQUEST, "链接已用过或已过期");
    }
    assert!(sign_in(app, "WangFang", &password, "").is_ok());
    let lines = written(app, AuditAction::User);
    assert!(
        lines[0].contains("用户wangfang 用一次性链接设口令"),
        "{lines:?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("信息员（信息员0） 用户wangfang 新增，"))
    );
    let secret = path.rsplit('/').next().expect("a secret");
    assert!(!lines.concat().contains(secret), "no secret in the audit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_over_a_private_wire_for_a_day_and_until_the_next() {
    let test = open();
    let app = &test.app;
    let admin = Desk::with_roles(app, "信息员", &[Role::Admin]);
    let editor = app.add_user("wangfang", "王芳", &[Role::Editor], None);
    let id = editor.expect("a good name").id;
    let path = format!("/system/users/{}/password", id.0);
    let first = link(&admin.post(&path, &[]).await);
    let second = link(&admin.post(&path, &[]).await);
    let got = by_nobody(app, &first, None).await;
    refused(&got, StatusCode::BAD_REQUEST, "链接已用过或已过期");
    for method in ["GET", "POST"] {
        let far = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 7), 40_000));
        let request = Request::builder().method(method).uri(&second);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut request = request.body(Body::empty()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(far));
        let router = yuqing::web::router(Arc::clone(app));
        let got = router.oneshot(request).await.expect("never fails");
        assert_eq!(got.status(), StatusCode::FORBIDDEN, "{method}");
    }
    test.later(TimeDelta::hours(23));
    assert_eq!(by_nobody(app, &second, None).await.status, StatusCode::OK);
    test.later(TimeDelta::hours(2));
    let got = by_nobody(app, &second, None).await;
    refused(&got, StatusCode::BAD_REQUEST, "链接已用过或已过期");
    // A link of another purpose, and one of somebody disabled, set no password.
    let demo = app
        .new_link(LinkPurpose::Demo, Some(id))
        .expect("randomness");
    let late = app
        .new_link(LinkPurpose::Password, Some(id))
        .expect("randomness");
    app.store
        .set_disabled(id, Some(app.now()))
        .expect("an administrator is left");
    for secret in [demo, late, "guessed".to_owned()] {
        let got = by_nobody(app, &format!("/password/{secret}"), None).await;
        refused(&got, StatusCode::BAD_REQUEST, "链接已用过或已过期");
    }
    let admin = Desk::with_roles(app, "信息员", &[Role::Admin]);
    let got = admin.post(&path, &[]).await;
    refused(&got, StatusCode::CONFLICT, "该用户已停用");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_changes_locks_out_and_lets_in() {
    let test = open();
    let app = &test.app;
    let admin = Desk::with_roles(app, "信息员", &[Role::Admin]);
    let editor = Desk::with_roles(app, "王芳", &[Role::Editor]);
    let wang = user(app, "王芳0");
    let path = |deed: &str| format!("/system/users/{}{deed}", wang.id.0);

    let changed = [("display", "王芳芳"), ("role", "editor"), ("role", "chief")];
    let got = admin.post(&path(""), &changed).await;
    assert_eq!(got.location, path(""));
    let page = admin.get(&path("")).await.text();
    assert!(
        page.contains("王芳0改为姓名王芳芳，角色编辑、审核签发。"),
        "{page}"
    );
    assert_eq!(user(app, "王芳0").roles, [Role::Editor, Role::Chief]);
    assert_eq!(editor.get("/account").await.status, StatusCode::OK);

    // Five wrong passwords lock the name; the administrator sees and ends it.
    app.set_password(&wang, PASSWORD_2).expect("a good one");
    for _ in 0..5 {
        assert!(sign_in(app, "王芳0", "wrong", "").is_err());
    }
    let locked = sign_in(app, "王芳0", PASSWORD_2, "");
    assert!(matches!(locked, Err(SignInError::Locked(15))), "{locked:?}");
    assert!(
        admin
            .get("/system/users")
            .await
            .text()
            .contains("锁定，还有15分钟")
    );
    admin.post(&path("/unlock"), &[]).await;
    assert!(sign_in(app, "王芳0", PASSWORD_2, "").is_ok());
    let got = admin.post(&path("/sign-out"), &[]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER);
    assert!(
        admin
            .get(&path(""))
            .await
            .text()
            .contains("已退出用户王芳0的1处登录。")
    );
    let secret = new_totp_secret().expect("randomness");
    app.store
        .set_totp(wang.id, Some(&secret))
        .expect("the store works");
    assert!(admin.get(&path("")).await.text().contains("停用动态口令"));
    admin.post(&path("/totp/end"), &[]).await;
    assert!(!user(app, "王芳0").has_totp);

    let got = admin.post(&path("/state"), &[("to", "gone")]).await;
    refused(&got, StatusCode::BAD_REQUEST, "请选择停用或启用");
    admin.post(&path("/state"), &[("to", "off")]).await;
    assert!(matches!(
        sign_in(app, "王芳0", PASSWORD_2, ""),
        Err(SignInError::Wrong)
    ));
    admin.post(&path("/state"), &[("to", "on")]).await;
    assert!(sign_in(app, "王芳0", PASSWORD_2, "").is_ok());
    let lines = written(app, AuditAction::User);
    for what in [
        "改为姓名",
        "已解除锁定",
        "已退出",
        "动态口令已停用",
        "已停用，其登录",
        "已启用",
    ] {
        assert!(
            lines.iter().any(|line| line.contains(what)),
            "{what}: {lines:?}"
        );
    }

    // The last administrator stays one.
    let own = user(app, "信息员0").id.0;
    let own = |deed: &str| format!("/system/users/{own}{deed}");
    let got = admin.post(&own("/state"), &[("to", "off")]).await;
    refused(&got, StatusCode::CONFLICT, "不能停用自己");
    let got = admin
        .post(&own(""), &[("display", "信息员"), ("role", "viewer")])
        .await;
    refused(&got, StatusCode::BAD_REQUEST, "至少要有一名在用的管理员");
    let got = admin.post("/system/users/999999/unlock", &[]).await;
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    let got = editor.get("/system/users").await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "signed out above");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_changes_the_own_password_and_ends_sessions() {
    let test = open();
    let app = &test.app;
    let before = Desk::with_roles(app, "王芳", &[Role::Viewer]);
    let (wang, old) = (user(app, "王芳0"), long(PASSWORD));
    app.set_password(&wang, &old).expect("a good one");
    let got = before.get("/account").await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "ended");
    let desk = Desk::with_roles(app, "王芳", &[]);
    let other = Desk::with_roles(app, "王芳", &[]);
    let form = |old: &'static str, again: &'static str| {
        [("old", old), ("password", PASSWORD_2), ("again", again)]
    };
    let got = desk
        .post("/account/password", &form("wrong", PASSWORD_2))
        .await;
    refused(&got, StatusCode::BAD_REQUEST, "您的口令不对");
    let got = desk
        .post("/account/password", &form("wrong", "other"))
        .await;
    refused(&got, StatusCode::BAD_REQUEST, "两次输入的新口令不同");
    let weak = [
        ("old", old.as_str()),
        ("password", "short"),
        ("again", "short"),
    ];
    let got = desk.post("/account/password", &weak).await;
    refused(&got, StatusCode::BAD_REQUEST, "口令至少10个字符");
    let right = [
        ("old", old.as_str()),
        ("password", PASSWORD_2),
        ("again", PASSWORD_2),
    ];
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.append_pair("csrf", desk.csrf()).extend_pairs(right);
    let mut request = Request::post("/account/password")
        .header(header::COOKIE, format!("yuqing={}", desk.token()))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.finish()))
        .expect("a request");
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000));
    request.extensions_mut().insert(ConnectInfo(here));
    let router = yuqing::web::router(Arc::clone(app));
    let got = router.oneshot(request).await.expect("never fails");
    assert_eq!(got.status(), StatusCode::SEE_OTHER);
    let cookie = got.headers()[header::SET_COOKIE].to_str().expect("letters");
    let token = cookie["yuqing=".len()..]
        .split(';')
        .next()
        .expect("a token");
    assert!(app.visitor(token).expect("the store works").is_some());
    for ended in [&desk, &other] {
        assert_eq!(ended.get("/account").await.status, StatusCode::SEE_OTHER);
    }
    assert!(sign_in(app, "王芳0", &old, "").is_err());
    let lines = written(app, AuditAction::User);
    assert!(lines[0].contains("修改自己的口令"), "{lines:?}");

    // Sessions: the others, then all.
    let (desk, other) = (
        Desk::with_roles(app, "王芳", &[]),
        Desk::with_roles(app, "王芳", &[]),
    );
    let page = desk.get("/account").await.text();
    assert!(
        page.contains("本机") && page.contains("127.0.0.1"),
        "{page}"
    );
    desk.post("/account/sessions/others", &[]).await;
    assert_eq!(other.get("/account").await.status, StatusCode::SEE_OTHER);
    let page = desk.get("/account").await.text();
    assert!(page.contains("已退出其他设备上的2处登录。"), "{page}");
    let got = desk.post("/account/sessions/all", &[]).await;
    assert_eq!(got.location, "/login");
    assert_eq!(desk.get("/account").await.status, StatusCode::SEE_OTHER);
    assert!(written(app, AuditAction::SignOut)[0].contains("已退出全部1处登录"));

    // Guessing in a session that was left alone locks as guessing at the door does.
    let desk = Desk::with_roles(app, "王芳", &[]);
    for _ in 0..5 {
        desk.post("/account/password", &form("wrong", PASSWORD_2))
            .await;
    }
    let got = desk.post("/account/password", &right).await;
    refused(
        &got,
        StatusCode::BAD_REQUEST,
        "失败次数过多，请在15分钟后再试",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_time_codes_are_switched_on_with_a_code_and_off_with_the_password() {
    let test = open();
    let app = &test.app;
    let wang = app.add_user("王芳0", "王芳", &[Role::Editor], Some(PASSWORD_2));
    wang.expect("a good name");
    let desk = Desk::with_roles(app, "王芳", &[]);
    let page = desk.get("/account/totp").await.text();
    assert!(
        page.contains("otpauth://totp/") && page.contains("<svg class=\"qr\""),
        "{page}"
    );
    let (_, rest) = page
        .split_once("name=\"secret\" value=\"")
        .expect("a field");
    let secret: String = rest.chars().take_while(|c| *c != '"').collect();
    let seconds = |app: &App| u64::try_from(app.now().timestamp()).expect("after 1970");
    let code = totp_code(&secret, seconds(app)).expect("a secret");
    let wrong = if code == "000000" { "000001" } else { "000000" };

    let got = desk
        .post("/account/totp", &[("secret", &secret), ("code", &code)])
        .await;
    refused(&got, StatusCode::BAD_REQUEST, "请填写您的口令");
    let own = ("own_password", PASSWORD_2);
    let got = desk
        .post(
            "/account/totp",
            &[own, ("secret", &secret), ("code", wrong)],
        )
        .await;
    refused(&got, StatusCode::BAD_REQUEST, "动态口令不对");
    assert!(got.text().contains(&secret), "the same picture again");
    let got = desk
        .post("/account/totp", &[("secret", "AAAA"), ("code", "123456")])
        .await;
    refused(&got, StatusCode::BAD_REQUEST, "密钥不完整");
    assert!(!user(app, "王芳0").has_totp);
    let got = desk
        .post("/account/totp", &[("secret", &secret), ("code", &code)])
        .await;
    assert_eq!(got.location, "/account", "{}", got.text());
    assert!(user(app, "王芳0").has_totp);
    let page = desk.get("/account").await.text();
    assert!(page.contains("下次登录时") && !page.contains(&secret));
    let got = desk
        .post("/account/totp", &[("secret", &secret), ("code", &code)])
        .await;
    refused(&got, StatusCode::BAD_REQUEST, "动态口令已启用");
    assert_eq!(desk.get("/account/totp").await.location, "/account");

    assert!(matches!(
        sign_in(app, "王芳0", PASSWORD_2, ""),
        Err(SignInError::Code)
    ));
    assert!(
        matches!(
            sign_in(app, "王芳0", PASSWORD_2, &code),
            Err(SignInError::WrongCode)
        ),
        "shown once already"
    );
    test.later(TimeDelta::minutes(11));
    let code = totp_code(&secret, seconds(app)).expect("a secret");
    assert!(sign_in(app, "王芳0", PASSWORD_2, &code).is_ok());

    let got = desk.post("/account/totp/end", &[]).await;
    refused(&got, StatusCode::BAD_REQUEST, "请填写您的口令");
    let got = desk
        .post("/account/totp/end", &[("own_password", "wrong")])
        .await;
    refused(&got, StatusCode::BAD_REQUEST, "您的口令不对");
    let got = desk
        .post("/account/totp/end", &[("own_password", PASSWORD_2)])
        .await;
    assert_eq!(got.location, "/account");
    assert!(!user(app, "王芳0").has_totp);
    let lines = written(app, AuditAction::User);
    assert!(lines[0].contains("动态口令已停用") && lines[1].contains("启用动态口令"));
}

/// The key in a page that shows it.
fn key_in(page: &str) -> String {
    let (_, rest) = page.split_once("<dt>密钥</dt><dd><code>").expect("a key");
    let key: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    assert_eq!(key.len(), 64);
    key
}

async fn with_key(app: &Arc<App>, key: &str, method: &str, path: &str) -> Answered {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::empty());
    ask(app, request.expect("a request")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_does_what_it_may_and_never_manages_accounts() {
    let test = open();
    let app = &test.app;
    let desk = Desk::with_roles(app, "信息员", &[Role::Admin]);
    for (fields, sentence) in [
        (&[("scope", "read")][..], "请填写用途"),
        (&[("name", "首页")], "请至少选择一项权限"),
        (
            &[("name", "首页"), ("scope", "sign")],
            "不能超出您自己的权限",
        ),
        (
            &[("name", "首页"), ("scope", "all")],
            "权限：“all”不是可用的值",
        ),
    ] {
        let got = desk.post("/account/keys", fields).await;
        refused(&got, StatusCode::BAD_REQUEST, sentence);
    }
    let every = Role::Admin
        .permissions()
        .iter()
        .map(|one| ("scope", one.code()));
    let fields: Vec<_> = [("name", "门户<b>首页")].into_iter().chain(every).collect();
    let shown = desk.post("/account/keys", &fields).await;
    let text = shown.text();
    assert_eq!(shown.status, StatusCode::OK, "{text}");
    assert!(!text.contains("门户<b>首页"), "escaped");
    assert!(!text.contains(".xml?key="), "it may more than a feed needs");
    let key = key_in(&text);
    let page = desk.get("/account").await.text();
    assert!(page.contains("首页") && !page.contains(&key));
    assert!(!written(app, AuditAction::User).concat().contains(&key));

    let digest = &app.config.digests[0].code;
    let feed = format!("/feed/{digest}.xml?key={key}");
    let got = by_nobody(app, &feed, None).await;
    refused(&got, StatusCode::FORBIDDEN, "须是只供订阅的");
    assert_eq!(
        with_key(app, &key, "GET", "/api/v1/events").await.status,
        StatusCode::OK
    );
    let own = format!("/system/users/{}/password", user(app, "信息员0").id.0);
    for (method, path) in [
        ("GET", "/account"),
        ("POST", "/account/keys"),
        ("POST", "/account/password"),
        ("POST", "/account/totp"),
        ("POST", "/account/sessions/all"),
        ("POST", "/system/users"),
        ("POST", &own),
    ] {
        let got = with_key(app, &key, method, path).await;
        assert_eq!(got.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(written(app, AuditAction::Refused).len(), 8);

    let other = Desk::with_roles(app, "王芳", &[Role::Viewer]);
    let keys = app
        .store
        .api_keys_of(user(app, "信息员0").id)
        .expect("the store works");
    let revoke = format!("/account/keys/{}/revoke", keys[0].id);
    assert_eq!(
        other.post(&revoke, &[]).await.status,
        StatusCode::NOT_FOUND,
        "another's"
    );
    assert_eq!(desk.post(&revoke, &[]).await.location, "/account");
    assert_eq!(
        desk.post(&revoke, &[]).await.status,
        StatusCode::NOT_FOUND,
        "gone"
    );
    assert_eq!(
        by_nobody(app, &feed, None).await.status,
        StatusCode::UNAUTHORIZED
    );

    for number in 0..yuqing::app::MAX_KEYS {
        let name = number.to_string();
        let visitor = app
            .visitor(desk.token())
            .expect("the store works")
            .expect("in");
        app.new_api_key(&visitor, &name, &[Permission::Read])
            .expect("room");
    }
    let got = desk
        .post("/account/keys", &[("name", "多"), ("scope", "read")])
        .await;
    refused(&got, StatusCode::BAD_REQUEST, "密钥太多");
}
