//! From a telephone call to an office: an item with its picture is entered, registered as a case, and goes on a step.

use super::BrowserDesk;
use super::journeys::{audited, morning};
use yuqing::model::{AttachedTo, AuditAction, CaseState, PostId};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\x02IDATxx\0\0\0\0\0\0\0\0IEND\xaeB`\x82";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_outlives_the_session() {
    let (test, _config) = morning().await;
    let app = &test.app;
    let Some(desk) = BrowserDesk::signed_in(app).await else {
        return;
    };
    let browser = &desk.browser;
    // Small, it opens at its head, and the menu is one line.
    browser.resize(360, 740).await;
    desk.goto("/entry").await;
    browser.wait("window.scrollY === 0").await;
    browser
        .wait("document.querySelector('header nav').clientHeight < 50")
        .await;
    let channel = "const field = document.getElementById('entry-channel');
         field.value = '微信群'; field.dispatchEvent(new Event('change')); return field.value";
    browser.run(channel).await;
    browser.fill("input[name=source_name]", "业主群").await;
    let text = "郑州经开区一处工地拖欠农民工工资五个月，工人说要去讨薪。";
    browser.fill("textarea[name=text]", text).await;
    // Signed out everywhere meanwhile, in another window.
    let page = "const page = await fetch('/account').then((it) => it.text());
         const token = new DOMParser().parseFromString(page, 'text/html').body.dataset.csrf;
         await fetch('/logout', {method: 'POST', body: new URLSearchParams({csrf: token})});";
    browser
        .run_async(&format!(
            "(async (done) => {{ {page} done(); }})(arguments[0])"
        ))
        .await;
    browser.click("form.entry button").await;
    browser.wait("document.querySelector('[data-kept]')").await;
    let said = browser.text("[data-kept]").await;
    assert!(said.contains("登录已过期"), "{said}");
    assert_eq!(
        browser
            .count("[data-kept] a[target=_blank][href='/login']")
            .await,
        1
    );
    let kept = "document.querySelector('textarea[name=text]').value.startsWith('郑州经开区')";
    browser.wait(kept).await;
    assert_eq!(audited(app, AuditAction::Entry), 0);
    // Signed in again elsewhere, the same page goes through.
    let token = crate::site::signed_in(app);
    browser.set_cookie("yuqing", &token).await;
    browser.click("form.entry button").await;
    browser
        .wait("/^\\/entry\\/\\d+$/.test(location.pathname)")
        .await;
    assert_eq!(audited(app, AuditAction::Entry), 1);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_with_a_picture_is_entered_and_becomes_a_case_that_goes_on() {
    let (test, _config) = morning().await;
    let app = &test.app;
    let Some(desk) = BrowserDesk::signed_in(app).await else {
        return;
    };
    let browser = &desk.browser;
    let picture = app.folder().join("群聊截图.png");
    std::fs::write(&picture, PNG).expect("the folder can be written");

    desk.goto("/entry").await;
    let channel = "const field = document.getElementById('entry-channel');
         field.value = '微信群'; field.dispatchEvent(new Event('change')); return field.value";
    assert_eq!(browser.run(channel).await, "微信群");
    let station = "document.querySelector('input[name=station]').closest('label').hidden";
    browser.wait(station).await;
    browser.fill("input[name=source_name]", "业主群").await;
    let text =
        "郑州经开区一处工地拖欠四十多名农民工工资五个月，工人在群里说明早去劳动监察大队门口讨薪。";
    browser.fill("textarea[name=text]", text).await;
    browser.choose_file("input[name=files]", &picture).await;
    browser.click("form.entry button").await;
    browser
        .wait("/^\\/entry\\/\\d+$/.test(location.pathname)")
        .await;
    let said = browser.text("main").await;
    assert!(
        said.contains("群聊截图.png") && said.contains("研判理由"),
        "{said}"
    );
    let path = desk.path().await;
    let id = path.rsplit('/').next().and_then(|id| id.parse().ok());
    let post = PostId(id.expect("a number"));
    let attached = app.store.attachments_of(AttachedTo::Post(post));
    assert_eq!(attached.expect("the store works").len(), 1);
    assert_eq!(audited(app, AuditAction::Entry), 1);

    desk.goto(&format!("/posts/{}", post.0)).await;
    assert!(browser.text(".attachments").await.contains("群聊截图.png"));
    browser.click("a[href^='/cases/new?post=']").await;
    browser.fill("input[name=from]", "市委网信办").await;
    browser.fill("input[name=office]", "劳动监察支队").await;
    browser.click("form[action='/cases/new'] button").await;
    browser
        .wait("/^\\/cases\\/\\d+$/.test(location.pathname)")
        .await;
    assert!(browser.text("[role=status]").await.contains("已登记第1号"));
    browser
        .fill("form[action$='/advance'] input[name=note]", "请核实人数")
        .await;
    browser.click("form[action$='/advance'] button").await;
    browser
        .wait("document.querySelector('[role=status]')?.textContent.includes('已转到“拟办”')")
        .await;
    assert!(browser.text("main").await.contains("请核实人数"));
    let cases = app.store.cases().expect("the store works");
    let [case] = &cases[..] else {
        panic!("{cases:?}");
    };
    assert_eq!(case.state, CaseState::Proposed);
    assert_eq!(case.form.from_org, "市委网信办");
    assert_eq!(audited(app, AuditAction::Case), 2);
    assert_eq!(desk.faults().await, Vec::<String>::new());
    desk.close().await;
}
