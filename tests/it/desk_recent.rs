//! 最近检索 — the own last searches, on the search page of whoever made them, until they are cleared or the user goes.

use crate::desk::Desk;
use crate::site::{TestApp, config};
use axum::http::StatusCode;
use chrono::TimeDelta;
use url::form_urlencoded::Serializer;
use yuqing::model::Role;

fn path(pairs: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs);
    format!("/search?{}", query.finish())
}

/// Texts of the links in the list, in their order.
fn recent(page: &str) -> Vec<String> {
    let Some((_, list)) = page.split_once("<summary>最近检索</summary>") else {
        return Vec::new();
    };
    let (list, _) = list.split_once("</ul>").expect("a list");
    let links = list.split("<li>").skip(1);
    links
        .map(|link| {
            let (_, text) = link.split_once("\">").expect("a link");
            text.split("</a>").next().unwrap_or_default().to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_searches_are_offered_to_whoever_made_them() {
    let test = TestApp::open(config(Vec::new()));
    let desk = Desk::with_roles(&test.app, "王芳", &[Role::Viewer]);
    assert!(!desk.get("/search").await.text().contains("最近检索"));
    for number in 1..=11 {
        let asked = format!("排队{number}");
        desk.get(&path(&[("q", &asked), ("channel", "forum")]))
            .await;
        test.later(TimeDelta::seconds(1));
    }
    // Once more, another page of it, and what is no search.
    desk.get(&path(&[
        ("q", "排队3"),
        ("channel", "forum"),
        ("page", "1"),
    ]))
    .await;
    let wrong = desk.get(&path(&[("q", "(排队")])).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let long = "长".repeat(700);
    desk.get(&path(&[("q", &long)])).await;

    let page = desk.get("/search").await.text();
    let shown = recent(&page);
    assert_eq!(shown.len(), 10, "{shown:?}");
    assert_eq!(shown[..2], ["排队3 渠道:论坛贴吧", "排队11 渠道:论坛贴吧"]);
    assert!(!shown.iter().any(|text| text.starts_with("排队1 ")));
    assert!(page.contains("只有本人看得到"));
    let back = "/search?q=%E6%8E%92%E9%98%9F3&#38;channel=forum";
    assert!(page.contains(&format!("href=\"{back}\"")), "{page}");

    let other = Desk::with_roles(&test.app, "信息员", &[Role::Admin]);
    assert!(!other.get("/search").await.text().contains("排队3"));
    other.get(&path(&[("q", "社保")])).await;

    let cleared = desk.post("/search/recent/clear", &[]).await;
    assert_eq!(cleared.location, "/search");
    let page = desk.get("/search").await.text();
    assert!(
        page.contains("最近检索已清除") && recent(&page).is_empty(),
        "{page}"
    );
    let page = other.get("/search").await.text();
    assert_eq!(recent(&page), ["社保"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_go_with_the_user() {
    let test = TestApp::open(config(Vec::new()));
    let desk = Desk::with_roles(&test.app, "王芳", &[Role::Viewer]);
    desk.get(&path(&[("q", "排队")])).await;
    let user = test.app.store.credentials("王芳0").expect("works");
    let id = user.expect("she is there").user.id;
    let kept = || test.app.store.recent_searches(id).expect("works");
    assert_eq!(kept(), ["q=%E6%8E%92%E9%98%9F"]);
    let admin = Desk::with_roles(&test.app, "信息员", &[Role::Admin]);
    let disabled = admin
        .post(&format!("/system/users/{}/state", id.0), &[("to", "off")])
        .await;
    assert_eq!(
        disabled.status,
        StatusCode::SEE_OTHER,
        "{}",
        disabled.text()
    );
    assert!(kept().is_empty());
}
