//! 今日 and the page of a post: what is shown, and each deed from the form to the store and the audit.

use crate::desk::{Answered, Desk};
use crate::site::{Answer, TestApp, TestSite, at, config, shipped, source};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use std::sync::Arc;
use yuqing::app::App;
use yuqing::model::{
    AuditAction, AuditLine, Channel, Engagement, IssueId, IssueState, Level, Post, PostId,
    Precision, PublishedAt, Role, SourceKind, Timestamp,
};
use yuqing::pipeline::{alert_once, discovered, process_all};
use yuqing::store::{AlertFilter, AuditFilter, IssueFilter};

/// A call to gather: orange.
const CALL: &str = "郑州市社保局拖着养老金不发，大家4月15日上午九点到市社保局门口集合拉横幅讨说法，电话13800000000";
/// A complaint: blue.
const QUEUE: &str = "投诉郑州市社保局：换领社会保障卡现场没人维持秩序，插队的比排队的还多，太差了";
/// Another one of the same matter.
const NUMBERS: &str =
    "郑州社保局换社保卡，天没亮就去排队，开门没多久号就没了，黄牛倒是有号，太气人了";

fn post(id: &str, title: &str, text: &str, published: Timestamp) -> Post {
    Post {
        url: Some(format!("https://example.cn/{id}")),
        external_id: Some(id.to_owned()),
        title: title.to_owned(),
        text: text.to_owned(),
        author: Some(format!("网友{id}")),
        published_at: Some(PublishedAt {
            at: published,
            precision: Precision::Minute,
            is_inferred: false,
        }),
        engagement: Engagement {
            comments: Some(3),
            ..Engagement::default()
        },
        ..Post::bare(Channel::Forum, "示例论坛", published)
    }
}

/// Three posts of the night before: 1 calls to gather, 2 and 3 complain.
async fn night() -> TestApp {
    let test = TestApp::open(config(Vec::new()));
    let posts = [
        post(
            "a",
            "<script>alert(1)</script>社保局门口见",
            CALL,
            at("2017-04-13T22:10:00+08:00"),
        ),
        post("b", "换卡没人管", QUEUE, at("2017-04-13T23:00:00+08:00")),
        post("c", "号贩子有号", NUMBERS, at("2017-04-14T06:30:00+08:00")),
    ];
    take_in(&test.app, posts.into()).await;
    // A period ends before its last minute.
    test.later(TimeDelta::minutes(1));
    test
}

async fn take_in(app: &Arc<App>, posts: Vec<Post>) {
    let found: Vec<_> = posts.into_iter().filter_map(discovered).collect();
    app.on_cpu(move |app| {
        app.store.save_posts(&found, app.now())?;
        process_all(app)
    })
    .await
    .expect("the store works");
}

async fn settle(app: &Arc<App>) {
    app.on_cpu(process_all).await.expect("the steps work");
}

fn level(app: &App, id: i64) -> Level {
    let stored = app.store.post(PostId(id)).expect("the store works");
    let analysis = stored.expect("it is there").analysis;
    analysis.expect("judged").level
}

fn audit(app: &App, action: AuditAction) -> Vec<AuditLine> {
    let all = app
        .store
        .audit(&AuditFilter::default())
        .expect("the store works");
    let mut lines: Vec<_> = all
        .into_iter()
        .filter(|line| line.action == action)
        .collect();
    lines.sort_by_key(|line| line.id);
    lines
}

/// It went through, back to where it came from, and the sentence stands there.
async fn went(desk: &Desk, answered: Answered, back: &str, sentence: &str) {
    assert_eq!(
        answered.status,
        StatusCode::SEE_OTHER,
        "{}",
        answered.text()
    );
    assert_eq!(answered.location, back);
    let path = back.split('#').next().unwrap_or(back);
    let shown = desk.get(path).await.text();
    assert!(shown.contains(sentence), "{sentence}: {shown}");
}

fn refused(answered: &Answered, status: StatusCode, sentence: &str) {
    let shown = answered.text();
    assert_eq!(answered.status, status, "{shown}");
    assert!(shown.contains(sentence), "{sentence}: {shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_is_shown_the_gravest_first_with_time_source_and_reasons() {
    let test = night().await;
    let desk = Desk::of(&test.app);
    assert_eq!(level(&test.app, 1), Level::Orange);
    assert_eq!([level(&test.app, 2), level(&test.app, 3)], [Level::Blue; 2]);
    let shown = desk.get("/").await.text();
    let place = |words: &str| {
        shown
            .find(words)
            .unwrap_or_else(|| panic!("{words}: {shown}"))
    };
    assert!(place("id=\"p1\"") < place("id=\"p3\"") && place("id=\"p3\"") < place("id=\"p2\""));
    for words in [
        "发布2017-04-13 22:10",
        "监测2017-04-14 09:00",
        "论坛贴吧·示例论坛",
        "<mark>拉横幅</mark>",
        "href=\"https://example.cn/a\"",
        "138****0000",
        "&#60;script&#62;alert(1)",
        "还没有草稿",
        "信息 3",
    ] {
        place(words);
    }
    assert!(!shown.contains("<script>alert"), "{shown}");
    assert!(!shown.contains("13800000000"), "{shown}");

    let orange = desk.get("/?level=orange").await.text();
    assert!(orange.contains("id=\"p1\"") && !orange.contains("id=\"p2\""));
    let single = desk.get("/?view=one&page=1").await.text();
    assert!(single.contains("第2条，共3条") && single.contains("data-key=\"k\""));
    let events = desk.get("/?tab=events").await.text();
    assert!(events.contains("class=\"spark\""), "{events}");
    for path in [
        "/?tab=alerts",
        "/?tab=cases",
        "/?since=night",
        "/?since=week",
        "/?page=99",
        "/?tab=x",
    ] {
        assert_eq!(desk.get(path).await.status, StatusCode::OK, "{path}");
    }
    // Nobody who only reads sees a form.
    let reader = Desk::with_roles(&test.app, "王五", &[Role::Viewer]);
    let shown = reader.get("/").await.text();
    assert!(
        shown.contains("id=\"p1\"") && !shown.contains("/posts/1/label"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_before_the_last_shift_is_not_shown_again() {
    let test = night().await;
    let yesterday = Desk::of(&test.app);
    yesterday.get("/").await;
    test.later(TimeDelta::hours(23));
    take_in(
        &test.app,
        vec![post(
            "d",
            "新的一条",
            "郑州社保局换社保卡窗口开了两个，后面几百号人等着，投诉",
            at("2017-04-14T20:00:00+08:00"),
        )],
    )
    .await;
    let today = Desk::of(&test.app);
    let shown = today.get("/").await.text();
    assert!(
        shown.contains("2017-04-14 09:01至2017-04-15 08:01"),
        "{shown}"
    );
    assert!(
        shown.contains("id=\"p4\"") && !shown.contains("id=\"p1\""),
        "{shown}"
    );
    let night = today.get("/?since=night").await.text();
    assert!(
        night.contains("id=\"p4\"") && !night.contains("id=\"p1\""),
        "{night}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_is_set_and_taken_back_and_both_are_written_down() {
    let test = night().await;
    let (desk, app) = (Desk::of(&test.app), &test.app);
    let set = [
        ("level", "red"),
        ("back", "/?since=day"),
        ("note", "领导批示13800000001"),
    ];
    let answered = desk.post("/posts/2/label", &set).await;
    went(
        &desk,
        answered,
        "/?since=day#p2",
        "第2号信息：人工更正（李芳",
    )
    .await;
    assert_eq!(level(app, 2), Level::Red);
    settle(app).await;
    assert_eq!(level(app, 2), Level::Red, "later runs leave it");
    let lines = audit(app, AuditAction::Level);
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (lines[0].actor.as_str(), lines[0].subject.as_str()),
        ("李芳（李芳0）", "信息#2")
    );
    assert!(
        lines[0].detail.contains("级别红（机器判为蓝）"),
        "{}",
        lines[0].detail
    );

    let page = desk.get("/posts/2").await.text();
    for words in [
        "蓝→红，李芳（领导批示138****0001）",
        "撤回更正",
        "更正研判",
        "第2号",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let open = desk.get("/?todo=1").await.text();
    assert!(
        !open.contains("id=\"p2\"") && open.contains("id=\"p1\""),
        "{open}"
    );

    // To somebody else's site it does not lead.
    let answered = desk
        .post("/posts/2/undo", &[("back", "//example.cn/")])
        .await;
    went(&desk, answered, "/posts/2#p2", "已撤回人工更正").await;
    assert_eq!(level(app, 2), Level::Blue);
    assert_eq!(audit(app, AuditAction::Level).len(), 2);
    refused(
        &desk.post("/posts/2/undo", &[]).await,
        StatusCode::CONFLICT,
        "没有可撤回的人工更正",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_takes_each_field_and_refuses_what_does_not_fit() {
    let test = night().await;
    let (desk, app) = (Desk::of(&test.app), &test.app);
    let form = desk.get("/posts/3/label").await.text();
    assert!(
        form.contains("不改（现为蓝）") && form.contains("name=\"jurisdiction\""),
        "{form}"
    );
    let said = [
        ("intent", "consult"),
        ("topic", "KA"),
        ("topic", "FW"),
        ("topic", "KA"),
        ("sentiment", ""),
    ];
    let answered = desk.post("/posts/3/label", &said).await;
    went(&desk, answered, "/posts/3#p3", "意图咨询（机器判为").await;
    let judgement = app
        .store
        .judgement(PostId(3))
        .expect("the store works")
        .expect("judged");
    assert_eq!(judgement.label().topics.map(|topics| topics.len()), Some(2));
    assert_eq!(audit(app, AuditAction::Label).len(), 1);
    let answered = desk.post("/posts/2/label", &[("confirm", "1")]).await;
    went(&desk, answered, "/posts/2#p2", "人工确认").await;

    for (fields, sentence) in [
        (&[][..], "没有选择要更正的项"),
        (&[("level", "purple")], "级别："),
        (&[("about", "maybe")], "涉及应为是或否"),
        (&[("topic", "ZZ")], "没有“ZZ”这个主题"),
        (&[("level", "red"), ("relevant", "no")], "请把“相关”改为是"),
        (
            &[("about", "no"), ("relevant", "yes")],
            "不涉及人社业务的信息",
        ),
    ] {
        let answered = desk.post("/posts/1/label", fields).await;
        refused(&answered, StatusCode::BAD_REQUEST, sentence);
    }
    let level = [("level", "red")];
    refused(
        &desk.post("/posts/99/label", &level).await,
        StatusCode::NOT_FOUND,
        "没有这一页",
    );
    refused(
        &desk.post("/posts/x/label", &level).await,
        StatusCode::NOT_FOUND,
        "没有这一页",
    );
    let reader = Desk::with_roles(app, "王五", &[Role::Viewer]);
    refused(
        &reader.post("/posts/1/label", &level).await,
        StatusCode::FORBIDDEN,
        "编辑办理",
    );
    assert_eq!(
        app.store
            .corrections_of(PostId(1))
            .expect("the store works"),
        []
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_by_hand_stays_one_until_it_is_taken_back() {
    let test = night().await;
    let (desk, app) = (Desk::of(&test.app), &test.app);
    let of = |id: i64| {
        let stored = app.store.post(PostId(id)).expect("the store works");
        stored.expect("it is there").repost_of
    };
    let answered = desk
        .post("/posts/3/copy", &[("of", "2"), ("back", "/")])
        .await;
    went(&desk, answered, "/#p3", "第3号信息已判为第2号的转载").await;
    assert_eq!(of(3), Some(PostId(2)));
    // Neither a later round nor a judgement that says it is none of ours changes it.
    desk.post("/posts/3/label", &[("relevant", "no")]).await;
    desk.post("/posts/3/undo", &[]).await;
    settle(app).await;
    assert_eq!(of(3), Some(PostId(2)));
    let page = desk.get("/posts/2").await.text();
    assert!(
        page.contains("转载1条") && page.contains("号贩子有号"),
        "{page}"
    );
    let page = desk.get("/posts/3").await.text();
    assert!(page.contains("（李芳，2017-04-14 09:01）"), "{page}");

    refused(
        &desk.post("/posts/2/copy", &[("of", "3")]).await,
        StatusCode::BAD_REQUEST,
        "本条的转载",
    );
    refused(
        &desk.post("/posts/2/copy", &[("of", "2")]).await,
        StatusCode::BAD_REQUEST,
        "本条",
    );
    refused(
        &desk.post("/posts/2/copy", &[("of", "77")]).await,
        StatusCode::BAD_REQUEST,
        "没有编号为77",
    );
    refused(
        &desk.post("/posts/2/copy", &[]).await,
        StatusCode::BAD_REQUEST,
        "请填写另一条信息的编号",
    );
    refused(
        &desk.post("/posts/2/copy", &[("of", "二")]).await,
        StatusCode::BAD_REQUEST,
        "不是信息编号",
    );

    let answered = desk.post("/posts/3/distinct", &[]).await;
    went(&desk, answered, "/posts/3#p3", "不再算作转载").await;
    settle(app).await;
    assert_eq!(of(3), None);
    refused(
        &desk.post("/posts/3/distinct", &[]).await,
        StatusCode::CONFLICT,
        "没有人工判定的转载",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_post_published_first_stays_the_original() {
    let test = night().await;
    let (desk, app) = (Desk::of(&test.app), &test.app);
    let of = |id: i64| {
        let stored = app.store.post(PostId(id)).expect("the store works");
        stored.expect("it is there").repost_of
    };
    let answered = desk
        .post("/posts/2/copy", &[("of", "3"), ("back", "/")])
        .await;
    let said = "第3号信息已判为第2号的转载（第3号发布在后，早的作原帖）";
    went(&desk, answered, "/#p2", said).await;
    assert_eq!((of(2), of(3)), (None, Some(PostId(2))));
    assert_eq!(audit(app, AuditAction::Label)[0].subject, "信息#3");
    // Through a copy the same: the first of all is the original.
    desk.post("/posts/1/copy", &[("of", "3"), ("back", "/")])
        .await;
    assert_eq!(of(1), None);
    assert_eq!([of(2), of(3)], [Some(PostId(1)); 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_copy_after_all_has_its_own_copies_again() {
    let test = night().await;
    let (desk, app) = (Desk::of(&test.app), &test.app);
    let of = |id: i64| {
        let stored = app.store.post(PostId(id)).expect("the store works");
        stored.expect("it is there").repost_of
    };
    let late = |id, text, time| {
        let found = post(id, "", text, at(time));
        Post {
            source_name: format!("转载站{id}"),
            ..found
        }
    };
    let windows = "郑州社保局换社保卡窗口开了两个，后面几百号人等着，投诉";
    let later = vec![
        late("d", NUMBERS, "2017-04-14T07:00:00+08:00"),
        late("e", windows, "2017-04-14T07:30:00+08:00"),
    ];
    take_in(app, later).await;
    desk.post("/posts/5/copy", &[("of", "3")]).await;
    assert_eq!([of(4), of(5)], [Some(PostId(3)); 2]);

    desk.post("/posts/3/copy", &[("of", "2")]).await;
    settle(app).await;
    assert_eq!([of(3), of(4), of(5)], [Some(PostId(2)); 3]);
    desk.post("/posts/3/distinct", &[]).await;
    settle(app).await;
    assert_eq!([of(2), of(3)], [None; 2]);
    assert_eq!([of(4), of(5)], [Some(PostId(3)); 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_are_put_into_the_event_of_another() {
    let test = night().await;
    let (desk, app) = (Desk::of(&test.app), &test.app);
    let event = |id: i64| {
        let stored = app.store.post(PostId(id)).expect("the store works");
        stored.expect("it is there").event
    };
    assert_ne!(event(1), event(2));
    let answered = desk.post("/posts/2/merge", &[("of", "#1")]).await;
    went(&desk, answered, "/posts/2#p2", "第2号信息已归入事件").await;
    settle(app).await;
    assert_eq!(event(1), event(2));
    assert_eq!(audit(app, AuditAction::Event).len(), 1);
    refused(
        &desk.post("/posts/2/merge", &[("of", "1")]).await,
        StatusCode::CONFLICT,
        "已在同一事件",
    );
    refused(
        &desk.post("/posts/2/merge", &[("of", "9")]).await,
        StatusCode::BAD_REQUEST,
        "没有编号为9",
    );

    // A post that belongs to no event joins by itself, and may be named by nobody.
    desk.post("/posts/3/label", &[("relevant", "no")]).await;
    settle(app).await;
    assert_eq!(event(3), None);
    refused(
        &desk.post("/posts/1/merge", &[("of", "3")]).await,
        StatusCode::CONFLICT,
        "不在任何事件里",
    );
    let answered = desk.post("/posts/3/merge", &[("of", "1")]).await;
    assert_eq!(
        answered.status,
        StatusCode::SEE_OTHER,
        "{}",
        answered.text()
    );
    assert_eq!(event(3), event(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_draft_beside_the_list_is_begun_filled_and_thinned() {
    let test = night().await;
    let (desk, app) = (Desk::of(&test.app), &test.app);
    refused(
        &desk.post("/today/draft", &[("digest", "none")]).await,
        StatusCode::BAD_REQUEST,
        "没有刊物",
    );
    refused(
        &desk.post("/posts/1/print", &[]).await,
        StatusCode::BAD_REQUEST,
        "先起草",
    );
    let answered = desk
        .post("/today/draft", &[("digest", "daily"), ("back", "/")])
        .await;
    assert_eq!(
        answered.status,
        StatusCode::SEE_OTHER,
        "{}",
        answered.text()
    );
    let drafts = app
        .store
        .issues(IssueFilter::default())
        .expect("the store works");
    let (id, entries) = (drafts[0].id, drafts[0].content.entries().count());
    assert_eq!(drafts[0].state, IssueState::Draft);
    let shown = desk.get("/").await.text();
    assert!(
        shown.contains("已起草") && shown.contains("删去"),
        "{shown}"
    );

    let drop = format!("/today/issues/{}/drop", id.0);
    let answered = desk
        .post(&drop, &[("entry", "1"), ("revision", "0"), ("back", "/")])
        .await;
    assert_eq!(
        answered.status,
        StatusCode::SEE_OTHER,
        "{}",
        answered.text()
    );
    let count = |id: IssueId| {
        let issue = app.store.issue(id).expect("the store works");
        issue.expect("it is there").content.entries().count()
    };
    assert_eq!(count(id), entries - 1);
    let stale = desk.post(&drop, &[("entry", "1"), ("revision", "0")]).await;
    refused(&stale, StatusCode::CONFLICT, "现为第1次修订");
    refused(
        &desk.post(&drop, &[]).await,
        StatusCode::BAD_REQUEST,
        "请选择要删去的条目",
    );
    refused(
        &desk.post("/today/issues/88/drop", &[("entry", "1")]).await,
        StatusCode::NOT_FOUND,
        "没有这一页",
    );

    // The gravest stood first, and goes in again; twice it does not.
    let number = id.0.to_string();
    let printed = [("issue", number.as_str()), ("back", "/")];
    let answered = desk.post("/posts/1/print", &printed).await;
    went(&desk, answered, "/#p1", "（第2次修订）").await;
    assert_eq!(count(id), entries);
    refused(
        &desk.post("/posts/1/print", &printed).await,
        StatusCode::BAD_REQUEST,
        "已在第",
    );
    let of_draft = audit(app, AuditAction::Draft);
    assert_eq!(of_draft.len(), 3);
    assert!(
        of_draft
            .iter()
            .all(|line| line.subject == format!("刊物#{number}"))
    );
    desk.post("/posts/2/label", &[("about", "no")]).await;
    refused(
        &desk.post("/posts/2/print", &printed).await,
        StatusCode::BAD_REQUEST,
        "不能编入",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_taken_once() {
    let test = night().await;
    let (desk, app) = (Desk::of(&test.app), &test.app);
    // Alerts begin with the first look; what rises after it calls.
    app.on_cpu(|app| alert_once(app).map(drop))
        .await
        .expect("the store works");
    test.later(TimeDelta::minutes(5));
    take_in(
        app,
        vec![post(
            "e",
            "又一处",
            &CALL.replace("市社保局", "市人社局"),
            at("2017-04-14T09:03:00+08:00"),
        )],
    )
    .await;
    desk.post("/posts/3/label", &[("level", "red")]).await;
    app.on_cpu(|app| alert_once(app).map(drop))
        .await
        .expect("the store works");
    let filter = AlertFilter {
        limit: 9,
        ..AlertFilter::default()
    };
    let alerts = app.store.alerts(filter).expect("the store works");
    let id = alerts.last().expect("somebody is called").id.0;
    let shown = desk.get("/?tab=alerts").await.text();
    assert!(
        shown.contains("签收") && shown.contains(&format!("第{id}号")),
        "{shown}"
    );
    let path = format!("/today/alerts/{id}");
    refused(
        &desk.post(&path, &[]).await,
        StatusCode::BAD_REQUEST,
        "请选择签收、办结或误报",
    );
    refused(
        &desk.post(&path, &[("state", "open")]).await,
        StatusCode::BAD_REQUEST,
        "请选择签收",
    );
    refused(
        &desk.post(&path, &[("state", "false_alarm")]).await,
        StatusCode::BAD_REQUEST,
        "误报请写明原因",
    );
    let back = "/?tab=alerts";
    let answered = desk
        .post(&path, &[("state", "handled"), ("back", back)])
        .await;
    went(&desk, answered, back, &format!("第{id}号预警已办结")).await;
    assert_eq!(audit(app, AuditAction::Alert).len(), 1);
    refused(
        &desk.post(&path, &[("state", "handled")]).await,
        StatusCode::CONFLICT,
        "未作改动",
    );
    refused(
        &desk
            .post("/today/alerts/999", &[("state", "handled")])
            .await,
        StatusCode::NOT_FOUND,
        "没有",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn words_as_published_need_role_and_reason_and_leave_a_line() {
    let test = night().await;
    let (desk, app) = (Desk::of(&test.app), &test.app);
    refused(
        &desk.post("/posts/1/original", &[]).await,
        StatusCode::BAD_REQUEST,
        "请填写查看事由",
    );
    let long = "因".repeat(201);
    refused(
        &desk.post("/posts/1/original", &[("reason", &long)]).await,
        StatusCode::BAD_REQUEST,
        "最多200字",
    );
    assert_eq!(audit(app, AuditAction::Unmask).len(), 0);
    let why = [("reason", "回访13800000002核实")];
    let answered = desk.post("/posts/1/original", &why).await;
    let shown = answered.text();
    assert_eq!(answered.status, StatusCode::OK);
    assert!(
        shown.contains("13800000000") && shown.contains("&#60;script&#62;"),
        "{shown}"
    );
    let lines = audit(app, AuditAction::Unmask);
    assert_eq!((lines.len(), lines[0].subject.as_str()), (1, "信息#1"));
    assert!(
        lines[0].detail.contains("138****0002"),
        "{}",
        lines[0].detail
    );
    let page = desk.get("/posts/1").await.text();
    assert!(
        page.contains("查看原文　李芳") && !page.contains("13800000000"),
        "{page}"
    );
    refused(
        &desk.post("/posts/1/evidence/1", &why).await,
        StatusCode::NOT_FOUND,
        "没有这一页",
    );
    refused(
        &desk.post("/posts/9/original", &why).await,
        StatusCode::NOT_FOUND,
        "没有这一页",
    );
    for role in [Role::Viewer, Role::Admin] {
        let other = Desk::with_roles(app, role.label(), &[role]);
        refused(
            &other.post("/posts/1/original", &why).await,
            StatusCode::FORBIDDEN,
            "查看原文",
        );
    }

    // Where the bureau lists names, the role alone is not enough.
    let mut listed = shipped();
    listed.settings.privacy.may_see_originals = vec!["张三".to_owned()];
    let test = TestApp::open(listed);
    take_in(
        &test.app,
        vec![post("a", "", CALL, at("2017-04-13T22:10:00+08:00"))],
    )
    .await;
    let desk = Desk::of(&test.app);
    let answered = desk.post("/posts/1/original", &why).await;
    refused(&answered, StatusCode::CONFLICT, "授权名单");
    assert!(!answered.text().contains("13800000000"));
    assert_eq!(audit(&test.app, AuditAction::Refused).len(), 1);
    let looks = test.app.store.looks(None).expect("the store works");
    assert!(!looks[0].is_granted);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_script_the_post_is_answered_in_its_place() {
    let test = night().await;
    let (desk, app) = (Desk::of(&test.app), &test.app);
    let csrf = {
        let page = desk.get("/").await.text();
        let (_, rest) = page.split_once("data-csrf=\"").expect("a token");
        rest.split('"').next().expect("its end").to_owned()
    };
    let ask = |path: &str, body: &str| {
        Request::post(path)
            .header("hx-request", "true")
            .header("x-csrf-token", &csrf)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()))
            .expect("a path")
    };
    let answered = desk
        .send(ask("/posts/2/label", "level=yellow&back=/"))
        .await;
    let shown = answered.text();
    assert_eq!(answered.status, StatusCode::OK);
    assert!(
        shown.contains("data-came=\"done\" data-back-post=\"2\" data-back-by=\"undo\""),
        "{shown}"
    );
    assert!(
        shown.starts_with("<article") && shown.contains("级别黄（机器判为蓝）"),
        "{shown}"
    );
    assert!(
        !shown.contains("<html") && !shown.contains("id=\"draft\""),
        "{shown}"
    );
    assert_eq!(audit(app, AuditAction::Level).len(), 1);

    let answered = desk.send(ask("/posts/2/copy", "of=2&back=/")).await;
    let shown = answered.text();
    assert_eq!(answered.status, StatusCode::BAD_REQUEST);
    assert!(
        shown.starts_with("<article") && shown.contains("class=\"bad\""),
        "{shown}"
    );

    desk.post("/today/draft", &[("digest", "daily")]).await;
    let issue = app
        .store
        .issues(IssueFilter::default())
        .expect("the store works")[0]
        .id
        .0;
    let answered = desk
        .send(ask(
            &format!("/today/issues/{issue}/drop"),
            "entry=1&revision=0&back=/",
        ))
        .await;
    assert!(
        answered.text().starts_with("<section id=\"draft\""),
        "{}",
        answered.text()
    );
    let answered = desk
        .send(ask("/posts/1/print", &format!("issue={issue}&back=/")))
        .await;
    let shown = answered.text();
    assert!(
        shown.contains("已编入") && shown.contains("hx-swap-oob=\"true\""),
        "{shown}"
    );
    let form = Request::get("/posts/1/label")
        .header("hx-request", "true")
        .body(Body::empty());
    let shown = desk.send(form.expect("a path")).await.text();
    assert!(
        shown.starts_with("<form") && shown.contains("hx-target=\"#p1\""),
        "{shown}"
    );
    let similar = desk.get("/posts/2/similar").await.text();
    assert!(similar.contains("相似"), "{similar}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_page_is_shown_as_plain_words_to_those_who_may() {
    let site = TestSite::start().await;
    let item = "<item><title>工地拖欠工资三个月</title><link>http://127.0.0.1/1.html</link>\
        <pubDate>Fri, 14 Apr 2017 08:00:00 +0800</pubDate><description>郑州经开区一个工地拖欠我们农民工工资三个月，\
        劳动监察大队说正在登记，至今没有结果。&lt;script&gt;alert(1)&lt;/script&gt;</description></item>";
    let feed = format!(
        "<?xml version=\"1.0\" encoding=\"GB18030\"?><rss version=\"2.0\"><channel><title>论坛</title>{item}</channel></rss>"
    );
    let (bytes, _, _) = encoding_rs::GB18030.encode(&feed);
    site.put(
        "/rss.xml",
        Answer::of("application/xml", bytes.into_owned()),
    );
    let test = TestApp::open(config(vec![source(
        "luntan",
        SourceKind::Feed,
        site.url("/rss.xml"),
    )]));
    test.crawl().await;
    let (desk, why) = (Desk::of(&test.app), [("reason", "核实帖子")]);
    let page = desk.get("/posts/1").await.text();
    assert!(page.contains("查看第1份存证"), "{page}");
    let kept = desk.post("/posts/1/evidence/1", &why).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text());
    assert_eq!(kept.content_type, "text/plain; charset=utf-8");
    for words in ["工地拖欠工资三个月", "李芳", "核实帖子", "/rss.xml"] {
        assert!(kept.text().contains(words), "{words}: {}", kept.text());
    }
    let lines = audit(&test.app, AuditAction::Unmask);
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].detail.starts_with("存证网页"),
        "{}",
        lines[0].detail
    );
    refused(
        &desk.post("/posts/1/evidence/2", &why).await,
        StatusCode::NOT_FOUND,
        "没有这一页",
    );
    refused(
        &desk.post("/posts/1/evidence/1", &[]).await,
        StatusCode::BAD_REQUEST,
        "请填写查看事由",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_in_the_frame_of_the_desk() {
    let test = night().await;
    let desk = Desk::of(&test.app);
    for path in ["/nothing/here", "/posts/99", "/issues/99"] {
        let missing = desk.get(path).await;
        refused(&missing, StatusCode::NOT_FOUND, "没有这一页");
        let page = missing.text();
        for words in ["aria-label=\"主导航\"", "href=\"/search\"", "李芳"] {
            assert!(page.contains(words), "{path}: {page}");
        }
    }
    let api = desk.get("/api/v1/nothing").await.text();
    assert!(!api.contains("主导航"), "{api}");
    let nobody = Request::get("/nothing/here").body(Body::empty());
    let nobody = crate::desk::ask(&test.app, nobody.expect("a path")).await;
    refused(&nobody, StatusCode::NOT_FOUND, "没有这一页");
    assert!(!nobody.text().contains("主导航"));
}
