//! Redirects, names and proxies that lead where they should not; one queue for one host.

use super::{PATIENT, Rude, Then, error_of, fetch, fetcher, page, redirect, request, settings};
use crate::site::{FRIDAY, at};
use std::time::{Duration, Instant};
use yuqing::fetch::{FetchError, FetchSettings, Fetched, Request};
use yuqing::model::FetchCause;

#[tokio::test]
async fn a_redirect_loop_ends() {
    let server = Rude::start(redirect("/page"), Then::Close).await;
    let error = error_of(&server, PATIENT).await;
    assert!(
        matches!(error, FetchError::TooManyRedirects { limit: 5, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn redirects_into_the_private_net_are_refused() {
    for target in [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:9/",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://10.0.0.8/",
        "//192.168.1.1/admin",
        "http://other.localhost/",
        "http://localhost/",
    ] {
        let server = Rude::start(redirect(target), Then::Close).await;
        let error = error_of(&server, PATIENT).await;
        assert!(
            matches!(error, FetchError::PrivateAddress { .. }),
            "{target}: {error:?}"
        );
        assert!(!error.is_temporary());
    }
}

#[tokio::test]
async fn redirects_to_other_schemes_and_to_nonsense_are_refused() {
    for target in [
        "file:///etc/passwd",
        "ftp://rude.localhost/",
        "data:text/html,x",
    ] {
        let server = Rude::start(redirect(target), Then::Close).await;
        let error = error_of(&server, PATIENT).await;
        assert!(
            matches!(error, FetchError::Scheme { .. }),
            "{target}: {error:?}"
        );
    }
    let server = Rude::start(redirect("http://[not-an-address/"), Then::Close).await;
    let error = error_of(&server, PATIENT).await;
    assert!(matches!(error, FetchError::BadRedirect { .. }), "{error:?}");
}

#[tokio::test]
async fn a_redirect_of_a_hundred_thousand_characters_is_no_address() {
    let server = Rude::start(redirect(&format!("/{}", "a".repeat(100_000))), Then::Close).await;
    let error = error_of(&server, PATIENT).await;
    assert_eq!(error.cause(), FetchCause::BadRedirect);
    assert!(error.to_string().chars().count() < 300);
}

#[tokio::test]
async fn a_redirect_written_in_chinese_is_followed() {
    let server = Rude::start(redirect("/公示"), Then::Close).await;
    let error = error_of(&server, PATIENT).await;
    assert_eq!(
        error.cause(),
        FetchCause::Redirects,
        "it was followed, to itself"
    );
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_said_in_chinese() {
    let fetched = fetch("http://no-such-name.invalid/", PATIENT).await;
    let error = fetched.expect_err("the name is reserved for this");
    assert_eq!(error.cause(), FetchCause::Dns, "{error:?}");
    assert!(error.to_string().contains("域名解析不到"), "{error}");
}

#[tokio::test]
async fn a_host_that_asks_to_wait_is_left_alone_by_all_its_sources() {
    for (status, header, minutes) in [
        ("429 Too Many Requests", "Retry-After: 600", 10),
        (
            "503 Service Unavailable",
            "Retry-After: Fri, 14 Apr 2017 01:30:00 GMT",
            30,
        ),
    ] {
        let refusal = format!(
            "HTTP/1.1 {status}\r\n{header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let server = Rude::start(refusal, Then::Close).await;
        let fetcher = fetcher(settings(PATIENT));
        let refused = fetcher.fetch(&request(&server.url()), at(FRIDAY)).await;
        let asked = Some(Duration::from_secs(60 * minutes));
        assert_eq!(refused.expect_err(status).retry_after(), asked);

        let other = server.url().replace("/page", "/other");
        let error = fetcher.fetch(&request(&other), at(FRIDAY)).await;
        let error = error.expect_err("the host waits");
        assert_eq!(
            (error.cause(), error.retry_after()),
            (FetchCause::HostWaits, asked)
        );

        let later = at(FRIDAY) + chrono::TimeDelta::minutes(i64::try_from(minutes).expect("few"));
        let error = fetcher.fetch(&request(&other), later).await;
        let error = error.expect_err("it was asked again");
        assert_ne!(error.cause(), FetchCause::HostWaits);
    }
}

#[tokio::test]
async fn two_ports_of_one_host_are_one_queue() {
    const PAUSE: Duration = Duration::from_millis(150);
    let one = Rude::start(page("Content-Type: text/html\r\n", b"one"), Then::Close).await;
    let other = Rude::start(page("Content-Type: text/html\r\n", b"other"), Then::Close).await;
    let fetcher = fetcher(FetchSettings {
        delay: PAUSE,
        ..settings(PATIENT)
    });
    let begun = Instant::now();
    for server in [&one, &other, &one] {
        let fetched = fetcher.fetch(&request(&server.url()), at(FRIDAY)).await;
        fetched.expect("a page");
    }
    assert!(begun.elapsed() >= 2 * PAUSE);
}

#[tokio::test]
async fn a_proxy_is_asked_for_names_but_never_for_private_addresses() {
    let proxy = Rude::start(page("Content-Type: text/html\r\n", b"via"), Then::Close).await;
    let fetcher = fetcher(settings(PATIENT));
    let through = |url: &str, proxy: &str| Request {
        proxy: Some(proxy.parse().expect("an address")),
        ..request(url)
    };
    let address = format!("http://{}", proxy.address);
    // Nobody here knows the name: only the proxy is asked.
    let public = through("http://www.example.invalid/page", &address);
    match fetcher.fetch(&public, at(FRIDAY)).await.expect("a page") {
        Fetched::Page { page, answer, .. } => {
            assert_eq!(page.bytes, b"via");
            assert_eq!(answer.remote_ip, None);
        }
        Fetched::NotModified => panic!("nobody asked whether it was modified"),
    }
    for private in [
        "http://169.254.169.254/",
        "http://2130706433/",
        "http://[::1]/",
    ] {
        let error = fetcher.fetch(&through(private, &address), at(FRIDAY)).await;
        let error = error.expect_err("a private address");
        assert_eq!(error.cause(), FetchCause::PrivateAddress, "{private}");
    }
    let none = through(
        "http://www.example.invalid/",
        "ftp://user:secret@proxy.example/",
    );
    let error = fetcher
        .fetch(&none, at(FRIDAY))
        .await
        .expect_err("no proxy");
    assert_eq!(error.cause(), FetchCause::Proxy);
    assert!(!error.to_string().contains("secret"), "{error}");
}
