//! Two posts that tell of one thing, by keyboard: duplicate, merge, and back; the keys explain themselves.

use super::BrowserDesk;
use super::journeys::{audited, morning};
use yuqing::model::{AuditAction, Level, PostId, StoredPost};

/// Presses a key and reads what the current item says of it.
async fn said_of(desk: &BrowserDesk, key: &str, words: &str) -> String {
    desk.browser.keys(key).await;
    let says = format!(
        "document.querySelector('.is-current [role=status]')?.textContent.includes('{words}')"
    );
    desk.browser.wait(&says).await;
    desk.browser.text(".is-current [role=status]").await
}

/// The post that the keys are for.
async fn current(desk: &BrowserDesk) -> PostId {
    let shown = "return document.querySelector('.is-current').dataset.post";
    let shown = desk.browser.run(shown).await;
    PostId(
        shown
            .as_str()
            .unwrap_or_default()
            .parse()
            .expect("a number"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_a_duplicate_one_belongs_to_an_event_and_both_can_be_taken_back() {
    let (test, _config) = morning().await;
    let app = &test.app;
    let stored = |id: PostId| -> StoredPost {
        let stored = app.store.post(id).expect("the store works");
        stored.expect("it was shown")
    };
    let Some(desk) = BrowserDesk::signed_in(app).await else {
        return;
    };
    let browser = &desk.browser;
    desk.goto("/").await;
    browser.wait("document.querySelector('.is-current')").await;
    let first = current(&desk).await;
    browser.keys("cj").await;
    let second = current(&desk).await;
    assert_ne!(first, second);

    let said = said_of(&desk, "d", "转载").await;
    assert!(said.contains(&format!("判为第{}号", first.0)), "{said}");
    assert_eq!(stored(second).repost_of, Some(first));
    browser
        .click(".is-current button[formaction$='/distinct']")
        .await;
    browser
        .wait("document.querySelector('.is-current [role=status]').textContent.includes('不再算作转载')")
        .await;
    assert_eq!(stored(second).repost_of, None);

    browser.keys("j").await;
    let third = current(&desk).await;
    let said = said_of(&desk, "m", "已归入事件").await;
    let event = stored(first).event.expect("a complaint has one");
    assert!(said.ends_with(&event.0.to_string()), "{said}");
    assert_eq!(stored(third).event, Some(event));

    let level = |id| stored(id).analysis.expect("judged").level;
    let before = level(third);
    said_of(&desk, "1", "红").await;
    assert_eq!(level(third), Level::Red);
    said_of(&desk, "u", "已撤回").await;
    assert_eq!(level(third), before);
    assert_eq!(audited(app, AuditAction::Event), 1);
    assert_eq!(audited(app, AuditAction::Level), 2);
    assert_eq!(desk.faults().await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_takes_back_the_last_deed_of_the_page_or_says_why_not() {
    let (test, _config) = morning().await;
    let app = &test.app;
    let stored = |id: PostId| -> StoredPost {
        let stored = app.store.post(id).expect("the store works");
        stored.expect("it was shown")
    };
    let level = |id| stored(id).analysis.expect("judged").level;
    let Some(desk) = BrowserDesk::signed_in(app).await else {
        return;
    };
    let browser = &desk.browser;
    let told = |words: &'static str| {
        format!(
            "document.querySelector('.told-here:not([hidden])')?.textContent.includes('{words}')"
        )
    };
    desk.goto("/").await;
    browser.wait("document.querySelector('.is-current')").await;
    browser.keys("u").await;
    browser.wait(&told("还没有办过")).await;
    // Nothing is drafted yet: x says so.
    browser.keys("x").await;
    browser.wait(&told("还没有草稿")).await;

    let first = current(&desk).await;
    let before = level(first);
    said_of(&desk, "1", "红").await;
    browser.keys("cj").await;
    let second = current(&desk).await;
    said_of(&desk, "d", "转载").await;
    browser.keys("j").await;
    said_of(&desk, "m", "已归入事件").await;
    // The second time it is refused, which leaves nothing to take back.
    said_of(&desk, "m", "已在同一事件").await;
    browser.keys("u").await;
    browser.wait(&told("刚才没有办成")).await;
    browser.keys("u").await;
    browser.wait(&told("在事件页撤销归并")).await;
    assert_eq!(stored(second).repost_of, Some(first));
    said_of(&desk, "u", "不再算作转载").await;
    assert_eq!(current(&desk).await, second);
    assert_eq!(stored(second).repost_of, None);
    assert_eq!(level(first), Level::Red);
    said_of(&desk, "u", "已撤回").await;
    assert_eq!(current(&desk).await, first);
    assert_eq!(level(first), before);
    browser.keys("u").await;
    browser.wait(&told("还没有办过")).await;
    // Items one by one, and back.
    browser.keys("w").await;
    browser.wait("location.search.includes('view=one')").await;
    assert_eq!(desk.barriers().await, Vec::<String>::new());
    // The browser itself tells of the refusal.
    let faults = desk.faults().await;
    assert!(
        faults.iter().all(|fault| fault.contains("/merge - ")),
        "{faults:?}"
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_explain_themselves() {
    let (test, _config) = morning().await;
    let Some(desk) = BrowserDesk::signed_in(&test.app).await else {
        return;
    };
    let browser = &desk.browser;
    desk.goto("/").await;
    browser.wait("document.querySelector('.is-current')").await;
    let before = current(&desk).await;
    browser.keys("?").await;
    browser.wait("document.querySelector('dialog[open]')").await;
    let said = browser.text("dialog[open]").await;
    for words in [
        "下一条、上一条",
        "判为选定那条的转载",
        "最近办的一件",
        "逐条看",
        "只看未处理",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(desk.barriers().await, Vec::<String>::new());
    // Behind it nothing moves.
    browser.keys("j").await;
    assert_eq!(current(&desk).await, before);
    browser.keys(super::driver::ESCAPE).await;
    browser
        .wait("!document.querySelector('dialog[open]')")
        .await;
    desk.close().await;
}
