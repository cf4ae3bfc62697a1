//! Events and alerts at the desk: what is shown of them, each deed through its form, each refusal with its sentence.

use crate::desk::Desk;
use crate::site::{TestApp, at, config};
use axum::http::StatusCode;
use chrono::TimeDelta;
use std::collections::BTreeSet;
use std::sync::Arc;
use yuqing::app::App;
use yuqing::config::parse_duty;
use yuqing::model::{
    AlertId, AlertState, AuditAction, AuditLine, Channel, Engagement, EventId, Post, PostId,
    Precision, PublishedAt, Role, Timestamp,
};
use yuqing::pipeline::{alert_once, discovered, process_all};
use yuqing::store::{AuditFilter, EventFilter};

const QUEUE: &str = "郑州市社保局换卡大厅中午不放号，排了三个小时没有人解释一句，态度太差了，投诉";
const INJURY: &str = "工伤认定材料交到郑州市人社局两个月没有下文，打电话互相推诿，太让人失望了";

fn minute(text: &str) -> Timestamp {
    at(&format!("{}:00+08:00", text.replace(' ', "T")))
}

/// A post of somebody else each time, published when it is read.
fn post(id: &str, time: &str, title: &str, text: &str) -> Post {
    let at = minute(time);
    Post {
        url: Some(format!("https://example.cn/{id}")),
        external_id: Some(id.to_owned()),
        author: Some(format!("网友{id}")),
        title: title.to_owned(),
        text: text.to_owned(),
        published_at: Some(PublishedAt {
            at,
            precision: Precision::Minute,
            is_inferred: false,
        }),
        engagement: Engagement {
            comments: Some(210),
            ..Engagement::default()
        },
        ..Post::bare(Channel::Forum, "示例论坛", at)
    }
}

fn take(app: &Arc<App>, posts: Vec<Post>) {
    for post in posts {
        app.clock.set(post.fetched_at);
        let found = discovered(post).expect("it has words");
        app.store
            .save_posts(&[found], app.now())
            .expect("the store works");
        process_all(app).expect("the steps work");
    }
}

/// Two matters of one morning, the first with a copy, and a like one of the spring before.
fn morning() -> TestApp {
    let mut config = config(Vec::new());
    config.duty = parse_duty("default = [\"zhangsan\"]").expect("a roster");
    let test = TestApp::open(config);
    test.app.clock.set(minute("2016-04-01 08:00"));
    alert_once(&test.app).expect("alerts begin");
    let old = format!("{QUEUE}。去年就是这样");
    let copy = Post {
        outlet: Some("示例晚报".to_owned()),
        ..post("c", "2017-04-13 10:20", "换卡大厅排队", QUEUE)
    };
    take(
        &test.app,
        vec![
            post("o", "2016-04-20 09:00", "大厅换卡又停号", &old),
            post(
                "a",
                "2017-04-13 09:00",
                "换卡大厅排队<script>alert(1)</script>",
                QUEUE,
            ),
            copy,
            post("b", "2017-04-13 11:00", "工伤认定没有下文", INJURY),
        ],
    );
    let copies = [(PostId(3), PostId(2))];
    let saved = test.app.store.save_clusters(&[], &copies, &[]);
    saved.expect("the store works");
    alert_once(&test.app).expect("the store works");
    test
}

fn event_of(app: &App, post: i64) -> i64 {
    let stored = app.store.post(PostId(post)).expect("the store works");
    stored
        .and_then(|stored| stored.event)
        .expect("in an event")
        .0
}

fn audit(app: &App, action: AuditAction) -> Vec<AuditLine> {
    let filter = AuditFilter {
        action: Some(action),
        ..AuditFilter::default()
    };
    app.store.audit(&filter).expect("the store works")
}

#[tokio::test]
async fn the_list_is_asked_by_level_phase_topic_place_words_and_days() {
    let test = morning();
    let desk = Desk::of(&test.app);
    let all = desk.get("/events?days=all").await;
    assert_eq!(all.status, StatusCode::OK);
    let all = all.text();
    assert!(
        all.contains("大厅换卡又停号") && all.contains("工伤认定没有下文"),
        "{all}"
    );
    assert!(all.contains("14天每日信息数：0、"), "{all}");
    assert!(!all.contains("<script>alert"), "{all}");
    let recent = desk.get("/events").await.text();
    assert!(!recent.contains("大厅换卡又停号"), "a year ago");
    for (question, shown) in [
        ("level=yellow", true),
        ("level=red", false),
        ("topic=GS", true),
        ("topic=KA", false),
        ("words=工伤", true),
        ("words=公交", false),
        ("place=市本级", true),
        ("place=二七区", false),
        ("days=1", true),
        ("page=7", false),
    ] {
        let (name, value) = question.split_once('=').expect("a pair");
        let asked = url::form_urlencoded::Serializer::new(String::new())
            .append_pair(name, value)
            .finish();
        let page = desk.get(&format!("/events?{asked}")).await;
        assert_eq!(page.status, StatusCode::OK, "{question}");
        assert_eq!(
            page.text().contains("工伤认定没有下文</a>"),
            shown,
            "{question}"
        );
    }
    for wrong in ["level=pink", "phase=x", "topic=x", "days=0", "days=later"] {
        let page = desk.get(&format!("/events?{wrong}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    // Whoever only reads is shown no forms.
    let reader = Desk::with_roles(&test.app, "王敏", &[Role::Viewer]);
    assert!(!reader.get("/events").await.text().contains("归并所选"));
}

#[tokio::test]
async fn the_page_tells_the_course_the_sources_and_who_copied() {
    let test = morning();
    let desk = Desk::of(&test.app);
    let id = event_of(&test.app, 2);
    assert_eq!(event_of(&test.app, 3), id, "a copy goes with its post");
    let page = desk.get(&format!("/events/{id}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for said in [
        "首发",
        "尚无官方回应",
        "每小时信息量",
        "每小时情感",
        "示例晚报",
        "1小时20分钟后转载",
        "拆出所选信息",
        "起草快报",
        &format!("/cases/new?event={id}"),
        "级别变化",
        "号级别预警",
        "定级依据",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("<script>alert"), "{text}");
    let history = desk.get(&format!("/events/{id}/history")).await.text();
    let rows = history.split("此前说法相近").nth(1).expect("a heading");
    assert!(rows.contains("大厅换卡又停号"), "{history}");
    for gone in ["/events/99", "/events/x", "/events/99/history"] {
        assert_eq!(desk.get(gone).await.status, StatusCode::NOT_FOUND, "{gone}");
    }
    let reader = Desk::with_roles(&test.app, "王敏", &[Role::Viewer]);
    let text = reader.get(&format!("/events/{id}")).await.text();
    assert!(!text.contains("起草快报") && !text.contains("name=\"post\""));
}

#[tokio::test]
async fn events_are_merged_and_taken_apart_again_by_forms() {
    let test = morning();
    let (app, desk) = (&test.app, Desk::of(&test.app));
    let (queue, injury) = (event_of(app, 2), event_of(app, 4));
    let (one, other) = (queue.to_string(), injury.to_string());
    // The one that began first stays, whatever was ticked first.
    for chosen in [&[][..], &[("event", one.as_str())]] {
        let few = desk.post("/events/merge", chosen).await;
        assert_eq!(few.status, StatusCode::BAD_REQUEST);
        assert!(few.text().contains("勾选两起以上的事件"), "{}", few.text());
    }
    let merged = desk
        .post("/events/merge", &[("event", &other), ("event", &one)])
        .await;
    assert_eq!(merged.status, StatusCode::SEE_OTHER, "{}", merged.text());
    assert_eq!(merged.location, format!("/events/{queue}"));
    assert_eq!(event_of(app, 4), queue);
    let page = desk.get(&merged.location).await.text();
    assert!(
        page.contains(&format!("已把事件{injury}并入事件{queue}")),
        "{page}"
    );
    assert!(
        page.contains(&format!("撤销归并：原事件{injury}的1条重新拆出")),
        "{page}"
    );
    let lines = audit(app, AuditAction::Event);
    assert_eq!(lines[0].subject, format!("事件#{queue}"));
    // The old address leads on.
    let old = desk.get(&format!("/events/{injury}")).await;
    assert_eq!(old.location, format!("/events/{queue}"));
    // Back again, as the page offers.
    let split = desk
        .post(&format!("/events/{queue}/split"), &[("post", "4")])
        .await;
    let new = event_of(app, 4);
    assert_ne!(new, queue);
    assert_eq!(split.location, format!("/events/{new}"));
    let page = desk.get(&split.location).await.text();
    assert!(
        page.contains(&format!("撤销拆分：事件{new}并回事件{queue}")),
        "{page}"
    );
    assert_eq!(audit(app, AuditAction::Event).len(), 2);
    let (into, with) = (format!("/events/{queue}/merge"), new.to_string());
    assert_eq!(
        desk.post(&into, &[("with", &with)]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(event_of(app, 4), queue);
}

#[tokio::test]
async fn a_merge_of_several_events_is_taken_back_at_once() {
    let test = morning();
    let (app, desk) = (&test.app, Desk::of(&test.app));
    let events = [1, 2, 4].map(|post| event_of(app, post));
    assert_eq!(events.iter().collect::<BTreeSet<_>>().len(), 3);
    let [spring, queue, injury] = events;
    let ticked = events.map(|event| event.to_string());
    let ticked: Vec<(&str, &str)> = ticked.iter().map(|id| ("event", id.as_str())).collect();
    let merged = desk.post("/events/merge", &ticked).await;
    assert_eq!(merged.location, format!("/events/{spring}"));
    let page = desk.get(&merged.location).await.text();
    let offer = format!("撤销归并：原事件{queue}的2条、原事件{injury}的1条重新拆出");
    let (offered, told) = (page.find(&offer), page.find("<h2>脉络"));
    assert!(offered.is_some() && offered < told, "{page}");

    let back = format!("/events/{spring}/unmerge");
    let reader = Desk::with_roles(app, "王敏", &[Role::Viewer]);
    assert_eq!(reader.post(&back, &[]).await.status, StatusCode::FORBIDDEN);
    assert!(
        !reader
            .get(&merged.location)
            .await
            .text()
            .contains("撤销归并")
    );

    let undone = desk.post(&back, &[]).await;
    assert_eq!(undone.location, merged.location, "{}", undone.text());
    let apart = [1, 2, 3, 4].map(|post| event_of(app, post));
    assert_eq!(apart[0], spring);
    // The copy stays with what it copies.
    assert_eq!(apart[1], apart[2]);
    assert_eq!(apart.iter().collect::<BTreeSet<_>>().len(), 3);
    let page = desk.get(&undone.location).await.text();
    let said = format!("已撤销归并，另立事件{}、{}。", apart[1], apart[3]);
    assert!(page.contains(&said), "{page}");
    let lines = audit(app, AuditAction::Event);
    assert_eq!((lines.len(), lines[0].detail.as_str()), (2, said.as_str()));
    // Once only.
    let twice = desk.post(&back, &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(twice.text().contains("没有可撤销的归并"));
    assert_eq!(
        desk.post("/events/99/unmerge", &[]).await.status,
        StatusCode::BAD_REQUEST
    );

    // And together again, from the page of any of them.
    for event in [spring, apart[1], apart[3]] {
        let page = desk.get(&format!("/events/{event}")).await.text();
        let offer = format!("撤销拆分：事件{}、{}并回事件{spring}", apart[1], apart[3]);
        assert!(page.contains(&offer), "{page}");
    }
    let with = [apart[1].to_string(), apart[3].to_string()];
    let merged = desk
        .post(
            &format!("/events/{spring}/merge"),
            &[("with", &with[0]), ("with", &with[1])],
        )
        .await;
    assert_eq!(merged.status, StatusCode::SEE_OTHER);
    assert_eq!([1, 2, 3, 4].map(|post| event_of(app, post)), [spring; 4]);
    // An hour later it stands aside.
    test.later(TimeDelta::hours(1));
    let desk = Desk::of(app);
    let page = desk.get(&format!("/events/{spring}")).await.text();
    assert!(page.find("撤销归并") > page.find("<h2>脉络"), "{page}");
}

#[tokio::test]
async fn what_does_not_fit_an_event_is_refused_in_a_sentence() {
    let test = morning();
    let (app, desk) = (&test.app, Desk::of(&test.app));
    let (queue, injury) = (event_of(app, 2), event_of(app, 4));
    let into = format!("/events/{queue}/merge");
    let apart = format!("/events/{queue}/split");
    let same = queue.to_string();
    for (path, field, value, status, said) in [
        (&into, "with", "", 400, "请填写要并入的事件编号"),
        (&into, "with", "九", 400, "应是数字"),
        (&into, "with", "99", 400, "没有编号为99的事件"),
        (&into, "with", same.as_str(), 400, "至少要两起"),
        (&apart, "post", "", 400, "请先勾选"),
        (&apart, "post", "4", 409, "不在事件"),
        (&apart, "post", "2", 400, "至少留一条"),
    ] {
        let refused = desk.post(path, &[(field, value)]).await;
        let text = refused.text();
        assert_eq!(refused.status.as_u16(), status, "{value}: {text}");
        assert!(
            text.contains(said) && !text.contains("yuqing "),
            "{said}: {text}"
        );
    }
    assert_eq!((event_of(app, 2), event_of(app, 4)), (queue, injury));
    let reader = Desk::with_roles(app, "王敏", &[Role::Viewer]);
    for path in [&into, &apart, &format!("/events/{queue}/draft")] {
        let refused = reader.post(path, &[("with", "1"), ("post", "2")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(audit(app, AuditAction::Event), []);
}

#[tokio::test]
async fn a_brief_is_drafted_from_the_event() {
    let test = morning();
    let (app, desk) = (&test.app, Desk::of(&test.app));
    let id = event_of(app, 2);
    let path = format!("/events/{id}/draft");
    let early = desk.post(&path, &[("final", "1")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.text());
    assert!(
        early.text().contains("还没有签发过快报"),
        "{}",
        early.text()
    );
    let drafted = desk.post(&path, &[]).await;
    assert_eq!(drafted.status, StatusCode::SEE_OTHER, "{}", drafted.text());
    assert_eq!(drafted.location, "/issues/1");
    assert_eq!(audit(app, AuditAction::Draft)[0].subject, "刊物#1");
    let page = desk.get(&format!("/events/{id}")).await.text();
    assert!(page.contains("href=\"/issues/1\""), "{page}");
    assert!(page.contains(&format!("已为事件{id}起草第1号稿件")) || page.contains("第1号稿件"));
    assert_eq!(
        desk.post("/events/99/draft", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn alerts_are_taken_done_and_called_false_with_a_note() {
    let test = morning();
    let (app, desk) = (&test.app, Desk::of(&test.app));
    let state = |id: i64| {
        let alert = app.store.alert(AlertId(id)).expect("the store works");
        alert.expect("raised").state
    };
    let listed = desk.get("/alerts").await;
    assert_eq!(listed.status, StatusCode::OK);
    let text = listed.text();
    assert!(text.contains("待处置（") && text.contains("签收"), "{text}");
    assert!(text.contains("次通知：zhangsan"), "who was told: {text}");
    let reasonless = desk.post("/alerts/1", &[("deed", "false_alarm")]).await;
    assert_eq!(reasonless.status, StatusCode::BAD_REQUEST);
    assert!(reasonless.text().contains("请写明原因"));
    for (deed, status) in [("", 400), ("open", 400), ("gone", 400)] {
        let refused = desk.post("/alerts/1", &[("deed", deed)]).await;
        assert_eq!(refused.status.as_u16(), status, "{deed}");
    }
    assert_eq!(state(1), AlertState::Open);
    let taken = [
        ("deed", "acknowledged"),
        ("note", "已电话报告张主任13812345678"),
        ("shown", "open"),
    ];
    let done = desk.post("/alerts/1", &taken).await;
    assert_eq!(done.location, "/alerts?state=open", "{}", done.text());
    assert_eq!(state(1), AlertState::Acknowledged);
    let page = desk.get("/alerts/1").await.text();
    assert!(page.contains("已签收：李芳。已电话报告"), "{page}");
    assert!(!page.contains("13812345678"), "a note is masked");
    let line = &audit(app, AuditAction::Alert)[0];
    assert_eq!(line.subject, "预警#1");
    assert!(!line.detail.contains("13812345678"), "{}", line.detail);
    let again = desk.post("/alerts/1", &[("deed", "acknowledged")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text().contains("未作改动"));
    desk.post("/alerts/1", &[("deed", "handled")]).await;
    assert_eq!(state(1), AlertState::Handled);
    let closed = desk.get("/alerts?state=handled").await.text();
    assert!(
        closed.contains("第1号") && !closed.contains("name=\"deed\""),
        "{closed}"
    );
    assert_eq!(desk.get("/alerts/99").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        desk.post("/alerts/99", &[("deed", "handled")]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        desk.get("/alerts?state=x").await.status,
        StatusCode::BAD_REQUEST
    );
    let reader = Desk::with_roles(app, "王敏", &[Role::Viewer]);
    assert!(
        !reader
            .get("/alerts?state=all")
            .await
            .text()
            .contains("name=\"deed\"")
    );
    let refused = reader.post("/alerts/1", &[("deed", "handled")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn cases_and_watches_of_an_event_stand_beside_it() {
    let test = morning();
    let app = &test.app;
    let id = event_of(app, 2);
    let listed = app
        .store
        .listed_events(&EventFilter {
            limit: 10,
            ..EventFilter::default()
        })
        .expect("the store works");
    assert_eq!(listed.len(), 3);
    let members = app
        .store
        .members_of_event(EventId(id))
        .expect("the store works");
    let posts = [PostId(2), PostId(3)];
    let posts = app.store.posts(&posts).expect("the store works");
    let expected: Vec<_> = posts.iter().map(yuqing::model::Member::of).collect();
    assert_eq!(members, expected, "the same as from the posts themselves");
    let ties = app.store.watches_of_event(EventId(id));
    assert_eq!(ties.expect("the store works"), []);
    let cases = app.store.cases_of_event(EventId(id), 5);
    assert_eq!(cases.expect("the store works"), []);
}
