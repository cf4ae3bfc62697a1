//! How a request comes: from which address, through which proxy, how large; and what is done against those who only knock.

use crate::desk::{Answered, Desk, ask_from};
use crate::site::{TestApp, config};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use std::net::IpAddr;
use std::sync::Arc;
use url::form_urlencoded::Serializer;
use yuqing::app::{App, SignIn, SignInError};
use yuqing::model::{AuditAction, Role};
use yuqing::store::AuditFilter;

const PASSWORD: &str = "晨会前先看夜间收录-2017";

fn sign_in(app: &App, name: &str, password: &str, address: &str) -> Result<String, SignInError> {
    app.sign_in(&SignIn {
        name: name.to_owned(),
        password: password.to_owned(),
        code: String::new(),
        address: address.to_owned(),
        agent: "test".to_owned(),
    })
}

fn count(app: &App, action: AuditAction) -> usize {
    let filter = AuditFilter {
        action: Some(action),
        ..AuditFilter::default()
    };
    app.store.audit(&filter).expect("the store works").len()
}

#[test]
fn a_stranger_locks_a_name_for_the_own_address_and_not_for_its_user() {
    let test = TestApp::open(config(Vec::new()));
    let app = &test.app;
    app.add_user("lifang", "李芳", &[Role::Editor], Some(PASSWORD))
        .expect("good");
    let (stranger, office) = ("192.168.9.9", "192.168.1.7");
    for _ in 0..5 {
        let tried = sign_in(app, "lifang", "不对", stranger);
        assert!(matches!(tried, Err(SignInError::Wrong)));
    }
    let tried = sign_in(app, "LiFang", PASSWORD, stranger);
    assert!(matches!(tried, Err(SignInError::Locked(15))), "{tried:?}");
    assert!(sign_in(app, "lifang", PASSWORD, office).is_ok());
    // That somebody came in elsewhere gives the stranger no new tries.
    let tried = sign_in(app, "lifang", PASSWORD, stranger);
    assert!(matches!(tried, Err(SignInError::Locked(15))), "{tried:?}");
    let lockout = app.lockout("lifang").expect("the store works");
    assert_eq!(lockout.map(|lockout| lockout.minutes), Some(15));
    test.later(TimeDelta::minutes(15));
    assert!(sign_in(app, "lifang", PASSWORD, stranger).is_ok());

    // One address that tries many names waits whatever it tries.
    for number in 0..30 {
        let tried = sign_in(app, &format!("name{number}"), "不对", stranger);
        assert!(matches!(tried, Err(SignInError::Wrong)));
    }
    let tried = sign_in(app, "lifang", PASSWORD, stranger);
    assert!(matches!(tried, Err(SignInError::Locked(15))), "{tried:?}");
    assert!(sign_in(app, "lifang", PASSWORD, office).is_ok());
}

#[test]
fn a_name_tried_from_everywhere_is_slowed_down_for_an_hour() {
    let test = TestApp::open(config(Vec::new()));
    let app = &test.app;
    let user = app
        .add_user("lifang", "李芳", &[Role::Editor], None)
        .expect("good");
    for number in 0..100 {
        let address = format!("10.0.0.{}", number / 4);
        app.store
            .note_failure("lifang", &address, app.now())
            .expect("the store works");
    }
    let tried = sign_in(app, "lifang", PASSWORD, "192.168.1.7");
    assert!(matches!(tried, Err(SignInError::Locked(60))), "{tried:?}");
    app.unlock(&user).expect("the store works");
    let tried = sign_in(app, "lifang", PASSWORD, "192.168.1.7");
    assert!(matches!(tried, Err(SignInError::Wrong)), "{tried:?}");
}

#[test]
fn knocking_does_not_fill_the_audit() {
    let test = TestApp::open(config(Vec::new()));
    let app = &test.app;
    app.add_user("lifang", "李芳", &[Role::Editor], Some(PASSWORD))
        .expect("good");
    for address in ["192.168.9.9", "192.168.9.10"] {
        for _ in 0..5 {
            app.store
                .note_failure("lifang", address, app.now())
                .expect("the store works");
        }
    }
    let knock = |times: usize, address: &str| {
        for _ in 0..times {
            let tried = sign_in(app, "lifang", "不对", address);
            assert!(matches!(tried, Err(SignInError::Locked(_))));
        }
        count(app, AuditAction::Locked)
    };
    assert_eq!(knock(20, "192.168.9.9"), 20);
    assert_eq!(knock(50, "192.168.9.9"), 21, "one line that says so");
    let filter = AuditFilter {
        action: Some(AuditAction::Locked),
        limit: 1,
        ..AuditFilter::default()
    };
    let last = app.store.audit(&filter).expect("the store works");
    assert_eq!(last[0].actor, "李芳（lifang）");
    assert!(
        last[0].detail.contains("一小时内已有20次锁定"),
        "{}",
        last[0].detail
    );
    assert_eq!(knock(1, "192.168.9.10"), 22, "another address");
    test.later(TimeDelta::minutes(61));
    for _ in 0..5 {
        app.store
            .note_failure("lifang", "192.168.9.9", app.now())
            .expect("the store works");
    }
    assert_eq!(knock(2, "192.168.9.9"), 24, "another hour");
    assert!(app.store.check_audit().expect("works").broken.is_none());
}

async fn ask(
    app: &Arc<App>,
    peer: &str,
    request: axum::http::request::Builder,
    body: &str,
) -> Answered {
    let peer: IpAddr = peer.parse().expect("an address");
    let request = request
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()));
    ask_from(app, peer, request.expect("a request")).await
}

/// As a proxy that is set up well asks.
fn proxied(request: axum::http::request::Builder) -> axum::http::request::Builder {
    request
        .header("x-forwarded-for", "192.168.7.7")
        .header("x-forwarded-proto", "https")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_does_not_say_for_whom_it_asks_is_refused() {
    let mut settings = config(Vec::new());
    assert!(
        settings.settings.web.trusted_proxies.is_empty(),
        "none is believed unasked"
    );
    let here = "127.0.0.1";
    settings.settings.web.trusted_proxies = vec![here.parse().expect("an address")];
    let test = TestApp::open(settings);
    let app = &test.app;
    for path in [
        "/login",
        "/",
        "/feed/daily.xml?key=x",
        "/password/x",
        "/api/v1/events",
    ] {
        let got = ask(app, here, Request::get(path), "").await;
        assert_eq!(got.status, StatusCode::FORBIDDEN, "{path}");
        assert!(
            got.text().contains("没有带 X-Forwarded-For"),
            "{path}: {}",
            got.text()
        );
    }
    assert_eq!(
        ask(app, here, Request::get("/health"), "").await.status,
        StatusCode::OK
    );
    let got = ask(app, here, proxied(Request::get("/login")), "").await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text());
    let half = Request::get("/login").header("x-forwarded-for", "192.168.7.7");
    let got = ask(app, here, half, "").await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    assert!(got.text().contains("X-Forwarded-Proto"), "{}", got.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_cookie_is_bound_to_this_host() {
    let mut settings = config(Vec::new());
    let proxy = "10.1.1.1";
    settings.settings.web.trusted_proxies = vec![proxy.parse().expect("an address")];
    let test = TestApp::open(settings);
    let app = &test.app;
    app.add_user("lifang", "李芳", &[Role::Editor], Some(PASSWORD))
        .expect("good");
    let mut form = Serializer::new(String::new());
    form.append_pair("name", "lifang")
        .append_pair("password", PASSWORD);
    let form = form.finish();

    let got = ask(app, proxy, proxied(Request::post("/login")), &form).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.text());
    let (cookie, rest) = got.cookie.split_once(';').expect("attributes");
    let token = cookie.strip_prefix("__Host-yuqing=").expect("its name");
    assert_eq!(rest, " Path=/; HttpOnly; SameSite=Strict; Secure");
    let with = |cookie: String| proxied(Request::get("/account")).header(header::COOKIE, cookie);
    let got = ask(app, proxy, with(cookie.to_owned()), "").await;
    assert_eq!(got.status, StatusCode::OK);
    // Another host of the domain, or a plain wire, may set the other name: it is not looked at.
    let got = ask(app, proxy, with(format!("yuqing={token}")), "").await;
    assert_eq!(got.status, StatusCode::SEE_OTHER);
    let visitor = app.visitor(token).expect("works").expect("in");
    let out = proxied(Request::post("/logout")).header(header::COOKIE, cookie);
    let got = ask(app, proxy, out, &format!("csrf={}", visitor.csrf)).await;
    assert!(
        got.cookie.starts_with("__Host-yuqing=; Max-Age=0; Path=/;"),
        "{}",
        got.cookie
    );
    assert!(got.cookie.ends_with("; Secure"), "{}", got.cookie);

    let got = ask(app, "127.0.0.1", Request::post("/login"), &form).await;
    assert!(
        got.cookie.starts_with("yuqing=") && !got.cookie.contains("Secure"),
        "{}",
        got.cookie
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn small_forms_are_small() {
    let test = TestApp::open(config(Vec::new()));
    let app = &test.app;
    let desk = Desk::of(app);
    let large = format!("csrf={}&x={}", desk.csrf(), "a".repeat(64 << 10));
    let cookie = format!("yuqing={}", desk.token());
    for path in [
        "/login",
        "/welcome/x",
        "/password/x",
        "/logout",
        "/account/keys",
        "/system/users",
        "/system/audit/export",
    ] {
        for kind in [
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        ] {
            let request = Request::post(path)
                .header(header::COOKIE, &cookie)
                .header("x-csrf-token", desk.csrf())
                .header(header::CONTENT_TYPE, kind)
                .body(Body::from(large.clone()));
            let peer = "127.0.0.1".parse().expect("an address");
            let got = ask_from(app, peer, request.expect("a request")).await;
            assert_eq!(got.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
            assert!(
                got.text().contains("一次最多提交64KB"),
                "{path}: {}",
                got.text()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_never_leads_where_a_request_says() {
    for (public, begins) in [
        (None, "http://127.0.0.1:8017/password/"),
        (
            Some("https://yuqing.example.gov.cn"),
            "https://yuqing.example.gov.cn/password/",
        ),
    ] {
        let mut settings = config(Vec::new());
        settings.settings.web.public_url = public.map(str::to_owned);
        let test = TestApp::open(settings);
        let desk = Desk::with_roles(&test.app, "信息员", &[Role::Admin]);
        let cookie = format!("yuqing={}", desk.token());
        let post = async |path: &str, form: &str| {
            let request = Request::post(path)
                .header(header::HOST, "evil.example")
                .header(header::COOKIE, &cookie);
            let form = format!("csrf={}&{form}", desk.csrf());
            ask(&test.app, "127.0.0.1", request, &form).await.text()
        };
        let page = post("/system/users", "name=wangfang&display=王芳&role=viewer").await;
        assert!(
            page.contains(begins) && !page.contains("evil.example"),
            "{page}"
        );
        let page = post("/account/keys", "name=x&scope=read").await;
        assert!(page.contains(&begins.replace("password", "feed")), "{page}");
        assert!(!page.contains("evil.example"), "{page}");
    }
}
