//! 批量处理 — several posts of a list, one deed: what is done, what is refused and why, and how it is taken back.

use crate::desk::{Answered, Desk};
use crate::site::{TestApp, at, shipped};
use axum::http::StatusCode;
use chrono::TimeDelta;
use yuqing::app::App;
use yuqing::model::{AuditAction, Channel, Level, Post, PostId, Precision, PublishedAt, Role};
use yuqing::pipeline::{discovered, process_all};
use yuqing::store::{AuditFilter, IssueFilter};

/// Complaints, and what is none of our business.
const TEXTS: [&str; 4] = [
    "投诉郑州市社保局：换领社会保障卡现场没人维持秩序，插队的比排队的还多，太差了",
    "郑州社保局换社保卡，天没亮就去排队，开门没多久号就没了，黄牛倒是有号，太气人了",
    "郑州市社保局养老金认证系统又崩溃了，老人排了三小时，投诉电话打不通",
    "周末去嵩山看日出，风景很好，推荐给大家，门票八十元",
];

/// Posts 1 to 4 of the night before.
async fn night() -> TestApp {
    let test = TestApp::open(shipped());
    let posts = TEXTS.iter().enumerate().map(|(number, text)| {
        let published = at("2017-04-13T23:00:00+08:00") + TimeDelta::minutes(number as i64);
        Post {
            url: Some(format!("https://example.cn/{number}")),
            external_id: Some(number.to_string()),
            title: format!("第{number}帖"),
            text: (*text).to_owned(),
            published_at: Some(PublishedAt {
                at: published,
                precision: Precision::Minute,
                is_inferred: false,
            }),
            ..Post::bare(Channel::Forum, "示例论坛", published)
        }
    });
    let found: Vec<_> = posts.filter_map(discovered).collect();
    test.app
        .on_cpu(move |app| {
            app.store.save_posts(&found, app.now())?;
            process_all(app)
        })
        .await
        .expect("the store works");
    test.later(TimeDelta::minutes(1));
    test
}

fn level(app: &App, id: i64) -> Level {
    let judgement = app.store.judgement(PostId(id)).expect("the store works");
    judgement.expect("judged").effective().level
}

fn is_relevant(app: &App, id: i64) -> bool {
    let judgement = app.store.judgement(PostId(id)).expect("the store works");
    judgement.expect("judged").effective().relevant
}

/// Subjects, the earliest first.
fn written(app: &App, action: AuditAction) -> Vec<String> {
    let lines = app.store.audit(&AuditFilter {
        action: Some(action),
        ..AuditFilter::default()
    });
    let lines = lines.expect("the store works").into_iter().rev();
    lines.map(|line| line.subject).collect()
}

/// Where it leads back to, and the page there.
async fn went(desk: &Desk, answered: &Answered) -> String {
    assert_eq!(
        answered.status,
        StatusCode::SEE_OTHER,
        "{}",
        answered.text()
    );
    desk.get(&answered.location).await.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn ticked_posts_get_one_level_and_lose_it_again() {
    let test = night().await;
    let desk = Desk::of(&test.app);
    let before: Vec<Level> = (1..=3).map(|id| level(&test.app, id)).collect();
    let shown = desk.get("/").await.text();
    for words in [
        "<form id=\"bulk\" action=\"/triage\" method=\"post\"",
        "<input type=\"checkbox\" form=\"bulk\" name=\"post\" value=\"1\"",
        "aria-label=\"所选定为橙级\"",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let answered = desk
        .post(
            "/triage",
            &[
                ("post", "1"),
                ("post", "3"),
                ("post", "1"),
                ("post", "999"),
                ("deed", "orange"),
                ("back", "/?since=day"),
            ],
        )
        .await;
    assert_eq!(answered.location, "/?since=day&corrected=1,3");
    let shown = went(&desk, &answered).await;
    for words in [
        "已把2条信息的级别定为橙（第1、3号）。1条没有办成：第999号信息：没有找到。",
        "撤回刚才对这2条的更正",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert_eq!([1, 3].map(|id| level(&test.app, id)), [Level::Orange; 2]);
    assert_eq!(level(&test.app, 2), before[1]);
    assert_eq!(written(&test.app, AuditAction::Level), ["信息#1", "信息#3"]);

    let undone = desk
        .post(
            "/triage",
            &[
                ("post", "1"),
                ("post", "2"),
                ("post", "3"),
                ("deed", "undo"),
                ("back", "/?since=day"),
            ],
        )
        .await;
    assert_eq!(undone.location, "/?since=day");
    let shown = went(&desk, &undone).await;
    let said = "已撤回2条信息的更正（第1、3号）。1条没有办成：第2号信息没有可撤回的人工更正。";
    assert!(shown.contains(said), "{shown}");
    let after: Vec<Level> = (1..=3).map(|id| level(&test.app, id)).collect();
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn ticked_posts_go_into_the_draft_and_those_that_may_not_are_named() {
    let test = night().await;
    let desk = Desk::of(&test.app);
    let early = desk
        .post("/triage", &[("post", "1"), ("deed", "print")])
        .await;
    assert_eq!(early.status, StatusCode::BAD_REQUEST);
    assert!(early.text().contains("先起草"));
    desk.post("/today/draft", &[("digest", "daily")]).await;
    let issues = test.app.store.issues(IssueFilter {
        state: None,
        digest: None,
        limit: 1,
    });
    let issue = issues.expect("the store works")[0].clone();
    let cited = |issue: &yuqing::model::Issue| -> Vec<i64> {
        let posts = issue.content.entries().flat_map(|entry| &entry.posts);
        posts.map(|post| post.id.0).collect()
    };
    let id = issue.id.0.to_string();
    for _ in 0..issue.content.entries().count() {
        let dropped = desk
            .post(&format!("/today/issues/{id}/drop"), &[("entry", "1")])
            .await;
        assert_eq!(dropped.status, StatusCode::SEE_OTHER, "{}", dropped.text());
    }
    let answered = desk
        .post(
            "/triage",
            &[
                ("post", "1"),
                ("post", "4"),
                ("post", "3"),
                ("deed", "print"),
                ("issue", &id),
                ("back", "/search?q=%E6%8E%92%E9%98%9F"),
            ],
        )
        .await;
    assert_eq!(answered.location, "/search?q=%E6%8E%92%E9%98%9F");
    let shown = went(&desk, &answered).await;
    let said =
        format!("已把2条信息编入第{id}号稿（第1、3号）。1条没有办成：第4号信息经研判不涉我局");
    assert!(shown.contains(&said), "{shown}");
    let now = test.app.store.issue(issue.id).expect("the store works");
    let mut cited = cited(&now.expect("it is there"));
    cited.sort_unstable();
    assert!(cited.contains(&1) && cited.contains(&3) && !cited.contains(&4));
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_are_ticked_and_judged_a_false_alarm() {
    let test = night().await;
    let desk = Desk::of(&test.app);
    let address = "/search?q=%E7%A4%BE%E4%BF%9D%E5%B1%80";
    let shown = desk.get(address).await.text();
    for words in [
        "<input type=\"checkbox\" form=\"bulk\" name=\"post\" value=\"2\"",
        "id=\"p2\"",
        "/assets/triage.js",
        "误报、不相关",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let answered = desk
        .post(
            "/triage",
            &[
                ("post", "1"),
                ("post", "2"),
                ("deed", "irrelevant"),
                ("back", address),
            ],
        )
        .await;
    let shown = went(&desk, &answered).await;
    assert!(
        shown.contains("已把2条信息判为不相关（第1、2号）。")
            && shown.contains("撤回刚才对这2条的更正"),
        "{shown}"
    );
    assert_eq!(
        [1, 2, 3].map(|id| is_relevant(&test.app, id)),
        [false, false, true]
    );
    assert_eq!(written(&test.app, AuditAction::Label), ["信息#1", "信息#2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_changes_nothing() {
    let test = night().await;
    let desk = Desk::of(&test.app);
    let many: Vec<String> = (1..=101).map(|id| id.to_string()).collect();
    let mut too_many: Vec<(&str, &str)> = many.iter().map(|id| ("post", id.as_str())).collect();
    too_many.push(("deed", "red"));
    for (fields, sentence) in [
        (vec![("deed", "red")], "请先勾选信息"),
        (vec![("post", "1")], "请填写对所选信息做什么"),
        (vec![("post", "1"), ("deed", "purple")], "级别"),
        (vec![("post", "x"), ("deed", "red")], "不是信息编号"),
        (too_many, "一次最多处理100条"),
    ] {
        let answered = desk.post("/triage", &fields).await;
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{sentence}");
        assert!(answered.text().contains(sentence), "{}", answered.text());
    }
    // Nowhere else.
    let answered = desk
        .post(
            "/triage",
            &[("post", "999"), ("deed", "red"), ("back", "//example.cn/")],
        )
        .await;
    assert_eq!(answered.location, "/");
    assert!(written(&test.app, AuditAction::Level).is_empty());

    let reader = Desk::with_roles(&test.app, "王五", &[Role::Viewer]);
    let refused = reader
        .post("/triage", &[("post", "1"), ("deed", "red")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for path in ["/", "/search?q=%E7%A4%BE%E4%BF%9D%E5%B1%80"] {
        let shown = reader.get(path).await.text();
        assert!(
            !shown.contains("form=\"bulk\"") && !shown.contains("id=\"bulk\""),
            "{path}"
        );
    }
}
