//! Who comes through the gate: route by route and role by role, and every way around that we could think of.

use crate::desk::Desk;
use crate::program::get_with;
use crate::site::{FRIDAY, TestApp, at, config};
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use chrono::TimeDelta;
use scraper::{Html, Selector};
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use url::form_urlencoded::Serializer;
use yuqing::access::{new_totp_secret, totp_code};
use yuqing::app::{App, LinkPurpose};
use yuqing::model::{AuditAction, Permission, Role};
use yuqing::store::AuditFilter;
use yuqing::web::{Door, Route, routes};

const PASSWORD: &str = "舆情监测-两千零一十七";

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

async fn from(app: &Arc<App>, peer: &str, mut request: Request<Body>) -> Got {
    let peer: IpAddr = peer.parse().expect("an address");
    let peer = SocketAddr::from((peer, 40_000));
    request.extensions_mut().insert(ConnectInfo(peer));
    let router = yuqing::web::router(Arc::clone(app));
    let response = router.oneshot(request).await.expect("never fails");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 64 << 20).await.expect("a body");
    Got {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

async fn here(app: &Arc<App>, request: Request<Body>) -> Got {
    from(app, "127.0.0.1", request).await
}

/// An address for a route: nothing of these numbers is there.
fn address(route: &Route) -> String {
    let mut path = String::new();
    for part in route.path.split('/').skip(1) {
        path.push('/');
        path.push_str(if part.starts_with('{') {
            "999999"
        } else {
            part
        });
    }
    path
}

fn request(route: &Route) -> axum::http::request::Builder {
    Request::builder()
        .method(route.method.clone())
        .uri(address(route))
}

fn form(fields: &[(&str, &str)]) -> Body {
    let mut form = Serializer::new(String::new());
    for (name, value) in fields {
        form.append_pair(name, value);
    }
    Body::from(form.finish())
}

fn login(fields: &[(&str, &str)]) -> Request<Body> {
    let request = Request::post("/login")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form(fields));
    request.expect("a request")
}

fn refusals(app: &Arc<App>) -> usize {
    let filter = AuditFilter {
        action: Some(AuditAction::Refused),
        limit: 100_000,
        ..AuditFilter::default()
    };
    app.store.audit(&filter).expect("the store works").len()
}

fn cookie_of(got: &Got) -> String {
    let cookie = got.header("set-cookie");
    cookie.split(';').next().unwrap_or_default().to_owned()
}

fn with_cookie(path: &str, cookie: &str) -> Request<Body> {
    let request = Request::get(path)
        .header(header::COOKIE, cookie)
        .body(Body::empty());
    request.expect("a request")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_has_the_routes_of_its_permissions_and_no_other() {
    let test = TestApp::open(config(Vec::new()));
    for route in routes() {
        let Door::Needs(needed) = route.door else {
            continue;
        };
        let name = format!("{} {}", route.method, route.path);
        // Of one person's refusals only so many are written down in an hour.
        test.later(TimeDelta::hours(1));
        let nobody = here(&test.app, request(&route).body(Body::empty()).expect("one")).await;
        let is_page = route.method == Method::GET && !route.path.starts_with("/api/");
        if is_page {
            assert_eq!(nobody.status, StatusCode::SEE_OTHER, "{name}");
            assert!(
                nobody.header("location").starts_with("/login?next=%2F"),
                "{name}"
            );
        } else {
            assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{name}");
            // Whoever was signed out while writing is told how to go on.
            let is_told = nobody.body.contains("target=\"_blank\"");
            let is_form = route.method == Method::POST && !route.path.starts_with("/api/");
            assert_eq!(is_told, is_form, "{name}");
        }
        for role in Role::ALL {
            let desk = Desk::with_roles(&test.app, role.label(), &[*role]);
            let before = refusals(&test.app);
            let got = if route.method == Method::GET {
                desk.get(&address(&route)).await
            } else {
                desk.post(&address(&route), &[]).await
            };
            let said = got.text();
            if role.permissions().contains(&needed) {
                let is_refused =
                    [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&got.status);
                assert!(!is_refused, "{name} by {role}: {said}");
                // 503 says in a sentence what the administrator has to see to first.
                let is_broken =
                    got.status.is_server_error() && got.status != StatusCode::SERVICE_UNAVAILABLE;
                assert!(!is_broken, "{name} by {role}: {said}");
            } else {
                assert_eq!(got.status, StatusCode::FORBIDDEN, "{name} by {role}");
                assert!(said.contains(needed.label()), "{name} by {role}: {said}");
                assert_eq!(refusals(&test.app), before + 1, "{name} by {role}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_is_taken_without_its_token() {
    let test = TestApp::open(config(Vec::new()));
    for route in routes() {
        if route.method != Method::POST || !matches!(route.door, Door::Needs(_)) {
            continue;
        }
        test.later(TimeDelta::hours(1));
        let desk = Desk::of(&test.app);
        let other = Desk::with_roles(&test.app, "王强", Role::ALL);
        let before = refusals(&test.app);
        let stolen = format!("csrf={}", other.csrf());
        for (kind, body) in [
            ("application/x-www-form-urlencoded", ""),
            ("application/x-www-form-urlencoded", "csrf=wrong"),
            ("application/x-www-form-urlencoded", stolen.as_str()),
            ("application/json", "{}"),
            ("multipart/form-data; boundary=x", "--x--\r\n"),
        ] {
            let sent = request(&route)
                .header(header::CONTENT_TYPE, kind)
                .body(Body::from(body.to_owned()));
            let got = desk.send(sent.expect("a request")).await;
            assert_eq!(
                got.status,
                StatusCode::FORBIDDEN,
                "{} {kind} {body}",
                route.path
            );
        }
        assert_eq!(refusals(&test.app), before + 5, "{}", route.path);
    }
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ] {
        let mut sent = login(&[("name", "lifang"), ("password", PASSWORD)]);
        let value = value.parse().expect("a value");
        sent.headers_mut().insert(name, value);
        sent.headers_mut()
            .insert(header::HOST, "desk.example".parse().expect("a host"));
        let got = here(&test.app, sent).await;
        assert_eq!(got.status, StatusCode::FORBIDDEN, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_it_is_old_idle_ended_or_its_user_is_disabled() {
    let test = TestApp::open(config(Vec::new()));
    let web = &test.app.config.settings.web;
    let is_in = async |desk: &Desk| desk.get("/").await.status == StatusCode::OK;

    let idle = Desk::of(&test.app);
    assert!(is_in(&idle).await);
    test.later(web.idle() - TimeDelta::minutes(1));
    assert!(is_in(&idle).await, "it was used in time");
    test.later(web.idle() + TimeDelta::minutes(1));
    assert!(!is_in(&idle).await, "idle");

    let old = Desk::of(&test.app);
    let mut lived = TimeDelta::zero();
    while lived + TimeDelta::minutes(30) < web.session() {
        test.later(TimeDelta::minutes(30));
        lived += TimeDelta::minutes(30);
        assert!(is_in(&old).await, "{lived}");
    }
    test.later(TimeDelta::minutes(31));
    assert!(!is_in(&old).await, "expired");

    let (one, two) = (Desk::of(&test.app), Desk::of(&test.app));
    let user = test
        .app
        .store
        .credentials("李芳0")
        .expect("works")
        .expect("known")
        .user;
    test.app
        .store
        .end_sessions(user.id)
        .expect("the store works");
    assert!(
        !is_in(&one).await && !is_in(&two).await,
        "signed out everywhere"
    );

    Desk::with_roles(&test.app, "管理员", &[Role::Admin]);
    let disabled = Desk::of(&test.app);
    let now = Some(test.app.now());
    test.app
        .store
        .set_disabled(user.id, now)
        .expect("another administers");
    assert!(!is_in(&disabled).await, "disabled");
    let left = Desk::with_roles(&test.app, "赵敏", &[Role::Viewer]);
    assert_eq!(
        left.post("/logout", &[]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(!is_in(&left).await, "left");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_passwords_wait_and_a_code_is_good_once() {
    let test = TestApp::open(config(Vec::new()));
    let app = &test.app;
    let user = app
        .add_user("lifang", "李芳", Role::ALL, Some(PASSWORD))
        .expect("a good password");
    let right = [("name", "lifang"), ("password", PASSWORD)];
    for _ in 0..5 {
        let got = here(app, login(&[("name", "lifang"), ("password", "不对")])).await;
        assert_eq!(got.status, StatusCode::UNAUTHORIZED);
        assert!(got.body.contains("登录名或口令不对"), "{}", got.body);
    }
    let got = here(app, login(&right)).await;
    assert_eq!(got.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(got.body.contains("15分钟后再试"), "{}", got.body);
    test.later(TimeDelta::minutes(16));
    let got = here(app, login(&right)).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.body);

    let unknown = here(app, login(&[("name", "nobody"), ("password", PASSWORD)])).await;
    let wrong = here(app, login(&[("name", "lifang"), ("password", "不对")])).await;
    assert_eq!(
        unknown.body.replace("nobody", ""),
        wrong.body.replace("lifang", "")
    );

    let secret = new_totp_secret().expect("chance");
    app.store
        .set_totp(user.id, Some(&secret))
        .expect("the store works");
    let seconds = u64::try_from(app.now().timestamp()).expect("after 1970");
    let code = totp_code(&secret, seconds).expect("a secret");
    let asked = here(app, login(&right)).await;
    assert!(asked.status == StatusCode::UNAUTHORIZED && asked.body.contains("请输入动态口令"));
    let with_code = || login(&[right[0], right[1], ("code", &code)]);
    let first = here(app, with_code()).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.body);
    let again = here(app, with_code()).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "once only");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_link_is_good_once_and_the_way_back_stays_with_us() {
    let test = TestApp::open(config(Vec::new()));
    let app = &test.app;
    let older = app
        .first_link()
        .expect("works")
        .expect("nobody is there yet");
    let link = app.new_link(LinkPurpose::First, None).expect("chance");
    let names = std::cell::Cell::new(0);
    let begin = |secret: &str| {
        names.set(names.get() + 1);
        // The first that is taken is `admin2`, or `admin3` where the other was slower.
        let name = format!("admin{}", names.get());
        let fields = [
            ("name", name.as_str()),
            ("display", "周红"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        let request = Request::post(format!("/welcome/{secret}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form(&fields));
        request.expect("a request")
    };
    assert_eq!(
        here(app, begin("guessed")).await.status,
        StatusCode::BAD_REQUEST
    );
    let twice = tokio::join!(here(app, begin(&link)), here(app, begin(&link)));
    let made = [twice.0.status, twice.1.status];
    assert!(made.contains(&StatusCode::SEE_OTHER), "{}", twice.0.body);
    assert!(made.contains(&StatusCode::BAD_REQUEST), "{}", twice.1.body);
    let winner = match made[0] {
        StatusCode::SEE_OTHER => "admin2",
        _ => "admin3",
    };
    for used in [&link, &older] {
        assert_eq!(here(app, begin(used)).await.status, StatusCode::BAD_REQUEST);
        let page = here(app, with_cookie(&format!("/welcome/{used}"), "")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
    }
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
    ] {
        let got = here(
            app,
            login(&[("name", winner), ("password", PASSWORD), ("next", next)]),
        )
        .await;
        assert_eq!(got.header("location"), "/", "{next}");
    }
    let got = here(
        app,
        login(&[
            ("name", winner),
            ("password", PASSWORD),
            ("next", "/search?q=1"),
        ]),
    )
    .await;
    assert_eq!(got.header("location"), "/search?q=1");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_named_proxy_is_believed_and_plain_http_stays_on_this_machine() {
    let mut settings = config(Vec::new());
    settings.settings.web.trusted_proxies = vec!["10.1.1.1".parse().expect("an address")];
    let test = TestApp::open(settings);
    let app = &test.app;
    app.add_user("lifang", "李芳", Role::ALL, Some(PASSWORD))
        .expect("good");
    let sign_in = |peer: &'static str, forwarded: &'static [(&'static str, &'static str)]| {
        let mut sent = login(&[("name", "lifang"), ("password", PASSWORD)]);
        for (name, value) in forwarded {
            sent.headers_mut()
                .append(*name, value.parse().expect("a value"));
        }
        from(app, peer, sent)
    };
    const SECURE: &[(&str, &str)] = &[
        ("x-forwarded-for", "6.6.6.6, 192.168.7.7"),
        ("x-forwarded-proto", "https"),
    ];
    for (peer, forwarded, is_in) in [
        ("127.0.0.1", &[] as &[(&str, &str)], true),
        ("::1", &[], true),
        ("::ffff:127.0.0.1", &[], true),
        ("192.168.1.9", &[], false),
        ("192.168.1.9", SECURE, false),
        ("127.0.0.1", SECURE, false),
        ("10.1.1.1", &[("x-forwarded-for", "192.168.7.7")], false),
        (
            "10.1.1.1",
            &[
                ("x-forwarded-for", "127.0.0.1"),
                ("x-forwarded-proto", "http"),
            ],
            false,
        ),
        ("10.1.1.1", SECURE, true),
    ] {
        let got = sign_in(peer, forwarded).await;
        let expected = if is_in {
            StatusCode::SEE_OTHER
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(got.status, expected, "{peer} {forwarded:?}: {}", got.body);
        let cookie = got.header("set-cookie");
        assert_eq!(
            cookie.contains("; Secure"),
            peer == "10.1.1.1" && is_in,
            "{peer}"
        );
        if is_in {
            assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
        } else {
            assert!(cookie.is_empty(), "{cookie}");
            assert!(got.body.contains("https"), "{}", got.body);
        }
    }
    // The address in the audit is the one that the proxy added itself.
    let lines = app.store.audit(&AuditFilter {
        limit: 100,
        ..AuditFilter::default()
    });
    let lines = lines.expect("the store works");
    assert!(lines.iter().any(|line| line.address == "192.168.7.7"));
    assert!(lines.iter().all(|line| line.address != "6.6.6.6"));
    // A stolen cookie is worth nothing over a plain wire, either.
    let cookie = cookie_of(&sign_in("127.0.0.1", &[]).await);
    let got = from(app, "192.168.1.9", with_cookie("/", &cookie)).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_odd_or_elsewhere_is_refused_and_tells_nothing() {
    let test = TestApp::open(config(Vec::new()));
    let desk = Desk::of(&test.app);
    let token = format!("csrf={}&x=", desk.csrf());
    let post = |path: &str, body: Vec<u8>, kind: &str| {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body));
        request.expect("a request")
    };
    let megabytes = |count: usize| vec![b'a'; count << 20];
    let large = [token.as_bytes(), &megabytes(3)].concat();
    let (form, files) = (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    );
    for (path, body, kind, said) in [
        ("/rules/edit", large, form, "一次最多提交2MB"),
        ("/entry", megabytes(30), files, "一次最多提交20MB"),
        ("/logout", megabytes(30), files, "一次最多提交64KB"),
    ] {
        let got = desk.send(post(path, body, kind)).await;
        assert_eq!(got.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(got.text().contains(said), "{path}: {}", got.text());
    }
    let json = Request::post("/api/v1/cases")
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-csrf-token", desk.csrf())
        .body(Body::from(megabytes(3)));
    let got = desk.send(json.expect("a request")).await;
    assert_eq!(got.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(got.content_type, "application/json");
    let lines = Request::post("/api/v1/import")
        .header("x-csrf-token", desk.csrf())
        .body(Body::from(megabytes(30)));
    let got = desk.send(lines.expect("a request")).await;
    assert_eq!(got.status, StatusCode::PAYLOAD_TOO_LARGE);

    for path in [
        "/nothing",
        "/posts/abc",
        "/posts/99999999999999999999",
        "/issues/../",
        "/%2e%2e/etc/passwd",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e%2fCargo.toml",
        "/assets/../../etc/passwd",
        "/assets/.env",
        "/api/v1/nothing",
        "/api/v1/posts/..%2f1",
        "/issues/1%00/export?format=pdf",
        "/feed/..%2fx.xml",
        "//etc/passwd",
        "/posts/1/../../etc/passwd",
    ] {
        let got = desk.get(path).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}: {}", got.text());
        assert!(!got.text().contains("root:"), "{path}");
    }
    for (method, path) in [
        ("PUT", "/"),
        ("DELETE", "/issues"),
        ("TRACE", "/"),
        ("PATCH", "/api/v1/cases"),
        ("POST", "/search"),
    ] {
        let sent = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty());
        let got = desk.send(sent.expect("a request")).await;
        let is_refused = got.status.is_client_error();
        assert!(is_refused, "{method} {path}: {}", got.status);
    }
    // As long as an address may be in this library.
    let long = format!("/search?q={}", "%E8%96%AA".repeat(7_000));
    let got = desk.get(&long).await;
    assert!(!got.status.is_server_error(), "{}", got.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_carries_the_same_armour() {
    let test = TestApp::open(config(Vec::new()));
    let app = &test.app;
    let desk = Desk::of(app);
    let inline =
        Selector::parse("script:not([src]), style, [style], iframe[srcdoc], base, object, embed");
    let inline = inline.expect("a selector");
    let all = Selector::parse("*").expect("a selector");
    for route in routes().iter().filter(|route| route.method == Method::GET) {
        let cookie = format!("yuqing={}", desk.token());
        let sent = request(route)
            .header(header::COOKIE, cookie)
            .body(Body::empty());
        let got = here(app, sent.expect("a request")).await;
        let path = route.path;
        assert_eq!(got.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(got.header("referrer-policy"), "no-referrer", "{path}");
        let policy = got.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe-eval"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("script-src 'unsafe"), "{path}: {policy}");
        if !path.starts_with("/assets") {
            assert!(got.header("cache-control").contains("no-store"), "{path}");
        }
        if !got.header("content-type").starts_with("text/html") || policy.contains("sandbox") {
            continue;
        }
        assert!(
            ["DENY", "SAMEORIGIN"].contains(&got.header("x-frame-options")),
            "{path}"
        );
        let page = Html::parse_document(&got.body);
        let wrong: Vec<String> = page.select(&inline).map(|it| it.html()).collect();
        assert!(wrong.is_empty(), "{path}: {wrong:?}");
        for element in page.select(&all) {
            let mut attributes = element.value().attrs();
            let handler = attributes.find(|(name, value)| {
                name.starts_with("on")
                    || name.starts_with("hx-on")
                    || value.starts_with("javascript:")
            });
            assert_eq!(handler, None, "{path}");
        }
        for name in ["src", "href", "action"] {
            let links = Selector::parse(&format!(
                "script[{name}], link[{name}], img[{name}], form[{name}]"
            ));
            for element in page.select(&links.expect("a selector")) {
                let link = element.value().attr(name).unwrap_or_default();
                assert!(
                    link.starts_with('/') && !link.starts_with("//") || link.starts_with("data:,"),
                    "{path}: {link}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_does_what_its_scopes_and_its_user_may_and_no_more() {
    let test = TestApp::open(config(Vec::new()));
    let app = &test.app;
    let viewer = app
        .add_user("viewer1", "孙丽", &[Role::Viewer], None)
        .expect("good");
    let editor = app
        .add_user("editor1", "陈刚", &[Role::Editor], None)
        .expect("good");
    let key = |user, secret: &str, scopes: &[Permission]| {
        let hash = yuqing::access::hash_secret(secret);
        app.store
            .add_api_key(user, "程序", &hash, scopes, at(FRIDAY))
            .expect("the store works")
    };
    key(
        viewer.id,
        "of-viewer",
        &[Permission::Read, Permission::Edit],
    );
    key(editor.id, "reads-only", &[Permission::Read]);
    let revoked = key(editor.id, "edits", &[Permission::Read, Permission::Edit]);
    let ask = async |secret: &str, method: &str, path: &str| {
        let sent = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {secret}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{}"));
        here(app, sent.expect("a request")).await.status
    };
    for (secret, method, path, expected) in [
        ("wrong", "GET", "/api/v1/events", StatusCode::UNAUTHORIZED),
        ("", "GET", "/api/v1/events", StatusCode::UNAUTHORIZED),
        ("of-viewer", "GET", "/api/v1/events", StatusCode::OK),
        ("of-viewer", "POST", "/api/v1/cases", StatusCode::FORBIDDEN),
        ("reads-only", "GET", "/api/v1/events", StatusCode::OK),
        ("reads-only", "POST", "/api/v1/cases", StatusCode::FORBIDDEN),
        ("edits", "POST", "/api/v1/cases", StatusCode::BAD_REQUEST),
        (
            "edits",
            "POST",
            "/api/v1/issues/1/sign",
            StatusCode::FORBIDDEN,
        ),
    ] {
        assert_eq!(ask(secret, method, path).await, expected, "{secret} {path}");
    }
    app.store
        .revoke_api_key(editor.id, revoked, app.now())
        .expect("works");
    assert_eq!(
        ask("edits", "GET", "/api/v1/events").await,
        StatusCode::UNAUTHORIZED
    );
}

/// No browser sends it; the server must not keep it, and go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_of_ten_megabytes_is_cut_off() {
    let test = TestApp::open(config(Vec::new()));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let stop = CancellationToken::new();
    let router = yuqing::web::router(Arc::clone(&test.app));
    let server = tokio::spawn(yuqing::web::serve(listener, router, stop.clone()));
    let asked = tokio::task::spawn_blocking(move || {
        let mut wire = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        let _may_break_off = wire.write_all(
            format!(
                "GET /search?q={} HTTP/1.1\r\nHost: x\r\n\r\n",
                "a".repeat(10 << 20)
            )
            .as_bytes(),
        );
        let mut said = Vec::new();
        let _may_break_off = wire.read_to_end(&mut said);
        (
            String::from_utf8_lossy(&said).into_owned(),
            get_with(port, "/health", ""),
        )
    });
    let (said, health) = asked.await.expect("asked");
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    assert!(health.is_some(), "it goes on");
    stop.cancel();
    server.await.expect("it stops");
}
