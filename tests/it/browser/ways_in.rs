//! Ways in and what stays: a wrong password, then the right one; a search that is kept as 专题.

use super::journeys::{audited, morning};
use super::{BrowserDesk, PASSWORD, driver};
use yuqing::model::{AuditAction, Role};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_said_and_the_right_one_goes_on_to_where_one_was_going() {
    let (test, _config) = morning().await;
    let app = &test.app;
    let Some(desk) = BrowserDesk::open(app).await else {
        return;
    };
    let added = app.add_user("lifang", "李芳", &[Role::Editor], Some(PASSWORD));
    added.expect("a good name");
    let browser = &desk.browser;
    desk.goto("/cases?state=registered").await;
    browser.fill("input[name=name]", "lifang").await;
    browser.fill("input[name=password]", "不是这个口令").await;
    browser.keys(driver::ENTER).await;
    browser.wait("document.querySelector('[role=alert]')").await;
    let said = browser.text("[role=alert]").await;
    assert!(said.contains("登录名或口令不对"), "{said}");
    assert_eq!(audited(app, AuditAction::SignIn), 0);
    assert_eq!(desk.barriers().await, Vec::<String>::new());
    let kept = "return document.querySelector('input[name=name]').value";
    assert_eq!(
        browser.run(kept).await,
        "lifang",
        "the name need not be written again"
    );

    browser.fill("input[name=password]", PASSWORD).await;
    browser.keys(driver::ENTER).await;
    browser.wait("location.pathname === '/cases'").await;
    assert_eq!(desk.path().await, "/cases?state=registered");
    assert!(browser.text("header").await.contains("李芳"));
    assert_eq!(audited(app, AuditAction::SignIn), 1);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_kept_as_a_watch() {
    let (test, _config) = morning().await;
    let app = &test.app;
    let Some(desk) = BrowserDesk::signed_in(app).await else {
        return;
    };
    let browser = &desk.browser;
    desk.goto("/search").await;
    browser.fill("input[name=q]", "社保卡 补办").await;
    browser.keys(driver::ENTER).await;
    browser.click("a[href^='/watches/new']").await;
    browser.wait("location.pathname === '/watches/new'").await;
    let query = "return document.querySelector('textarea[name=query]').value";
    assert_eq!(browser.run(query).await, "社保卡 补办");
    browser.fill("input[name=name]", "社保卡补办").await;
    browser.click("form.stack button:not([formaction])").await;
    browser.wait("/^\\/watches\\/[^/]+$/.test(location.pathname) && location.pathname !== '/watches/new'").await;
    assert_eq!(browser.text("h1").await, "社保卡补办");
    assert_eq!(audited(app, AuditAction::Watch), 1);
    assert_eq!(desk.faults().await, Vec::<String>::new());
    desk.close().await;
}
