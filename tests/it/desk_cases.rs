//! 办理 at the desk: a case from its register to the archive, what is refused on the way, replies, and what became of issues.

use crate::desk::Desk;
use crate::site::{TestApp, shipped};
use axum::http::StatusCode;
use chrono::TimeDelta;
use yuqing::model::{AttachedTo, AuditAction, CaseField, CaseId, Channel, Post, Role};
use yuqing::pipeline::{discovered, draft_now};
use yuqing::store::AuditFilter;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\x02IDATxx\0\0\0\0\0\0\0\0IEND\xaeB`\x82";

const LETTER: [(&str, &str); 7] = [
    ("from", "某市互联网舆情办公室"),
    ("document_no", "某网舆〔2017〕12号"),
    ("title", "关于社保卡补办的转办<img src=x onerror=alert(1)>"),
    ("text", "请核查，联系人电话13812345678"),
    ("received", "2017-04-13T16:00"),
    ("due", "2017-04-14 18:00"),
    ("office", "社保卡中心"),
];

fn audit_count(test: &TestApp, action: AuditAction) -> usize {
    let filter = AuditFilter {
        action: Some(action),
        ..AuditFilter::default()
    };
    test.app.store.audit(&filter).expect("works").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_seems_registered_is_registered_again_only_where_a_person_says_so() {
    let test = TestApp::open(shipped());
    let now = test.app.now();
    let seen = Post {
        title: "社保卡补办等了两个月".to_owned(),
        text: "郑州市社保卡补办交了材料两个月没有消息，窗口说在制卡".to_owned(),
        ..Post::bare(Channel::Forum, "示例论坛", now)
    };
    let found: Vec<_> = discovered(seen).into_iter().collect();
    test.app.store.save_posts(&found, now).expect("works");
    let desk = Desk::of(&test.app);
    let cases = || test.app.store.open_cases().expect("works").len();
    desk.post("/cases/new", &LETTER).await;
    // Another day, written otherwise: the number or sender and subject are the same.
    let by_number = [
        ("from", "市网信办"),
        ("document_no", "某网舆[2017] 12号"),
        ("title", "社保卡"),
    ];
    let by_title = [LETTER[0], LETTER[2]];
    let of_post = [("post", "1"), ("from", "省厅"), ("title", "社保卡补办")];
    for (fields, known, why) in [
        (&by_number[..], 1, "文号相同的来文已登记"),
        (&by_title[..], 1, "来文单位和事由相同的已登记"),
        (&of_post[..], 4, "信息#1已登记"),
    ] {
        if known == 4 {
            let clean = desk.get("/cases/new?post=1").await.text();
            assert!(!clean.contains("name=\"again\""), "{clean}");
            let mut first = fields.to_vec();
            first.push(("received", "2017-04-14T07:00"));
            let first = desk.post("/cases/new", &first).await;
            assert_eq!(first.location, "/cases/4", "{}", first.text());
            let warned = desk.get("/cases/new?post=1").await.text();
            assert!(warned.contains("href=\"/cases/4\""), "{warned}");
        }
        let before = cases();
        let mut fields = fields.to_vec();
        fields.push(("received", "2017-04-14T08:00"));
        let warned = desk.post("/cases/new", &fields).await;
        let shown = warned.text();
        assert_eq!(warned.status, StatusCode::CONFLICT, "{shown}");
        assert!(
            shown.contains(why) && shown.contains(&format!("href=\"/cases/{known}\"")),
            "{shown}"
        );
        // What was typed stands there.
        assert!(shown.contains("2017-04-14T08:00"), "{shown}");
        assert_eq!(cases(), before);
        fields.push(("again", "1"));
        let made = desk.post("/cases/new", &fields).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
        assert_eq!(cases(), before + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_goes_from_register_to_archive() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let made = desk.post("/cases/new", &LETTER).await;
    assert_eq!(made.location, "/cases/1", "{}", made.text());
    let again = desk.post("/cases/new", &LETTER).await;
    assert_eq!(again.location, "/cases/1");
    let page = desk.get("/cases/1").await.text();
    for words in [
        "没有重复登记",
        "剩9小时",
        "转到“拟办”",
        "某网舆〔2017〕12号",
        "社保卡中心",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(
        !page.contains("<img src=x") && !page.contains("13812345678"),
        "{page}"
    );

    let step =
        |to: &'static str, seen: &'static str| [("to", to), ("seen", seen), ("note", "同意")];
    let done = desk
        .post("/cases/1/advance", &step("proposed", "registered"))
        .await;
    assert_eq!(done.location, "/cases/1", "{}", done.text());
    // A second window still shows the step before.
    let late = desk
        .post("/cases/1/advance", &step("approved", "registered"))
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(
        late.text().contains("已由李芳转到“拟办”"),
        "{}",
        late.text()
    );
    let skipped = desk
        .post("/cases/1/advance", &step("answered", "proposed"))
        .await;
    assert_eq!(skipped.status, StatusCode::BAD_REQUEST);
    assert!(
        skipped.text().contains("请填写“原因”"),
        "{}",
        skipped.text()
    );
    let back = [
        ("to", "registered"),
        ("seen", "proposed"),
        ("reason", "文号有误"),
    ];
    assert_eq!(
        desk.post("/cases/1/advance", &back).await.status,
        StatusCode::SEE_OTHER
    );
    let over = [
        ("to", "undertaken"),
        ("seen", "registered"),
        ("reason", "局领导电话批示"),
    ];
    assert_eq!(
        desk.post("/cases/1/advance", &over).await.status,
        StatusCode::SEE_OTHER
    );
    let early = [
        ("to", "answered"),
        ("seen", "undertaken"),
        ("at", "2017-04-01T09:00"),
    ];
    let early = desk.post("/cases/1/advance", &early).await;
    assert!(
        early.text().contains("请检查“办理时间”"),
        "{}",
        early.text()
    );
    let open = [
        ("to", "archived"),
        ("seen", "undertaken"),
        ("reason", "不必反馈"),
    ];
    assert!(
        desk.post("/cases/1/advance", &open)
            .await
            .text()
            .contains("没有办理结果")
    );

    let extended = [("due", "5个工作日"), ("reason", "来文单位同意延期")];
    assert_eq!(
        desk.post("/cases/1/extend", &extended).await.status,
        StatusCode::SEE_OTHER
    );
    let both = [("due", "5个工作日"), ("rule", "T-XF-XIN"), ("reason", "甲")];
    assert!(
        desk.post("/cases/1/extend", &both)
            .await
            .text()
            .contains("只填一项")
    );
    assert!(
        desk.post("/cases/1/extend", &[("due", "5个工作日")])
            .await
            .text()
            .contains("请填写变更原因")
    );

    assert_eq!(
        desk.post("/cases/1/advance", &step("answered", "undertaken"))
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    let empty = desk.post("/cases/1/close", &[("seen", "answered")]).await;
    assert!(empty.text().contains("请填写办理结果"));
    let close = [("seen", "answered"), ("result", "已补发社保卡")];
    assert_eq!(
        desk.post("/cases/1/close", &close).await.status,
        StatusCode::SEE_OTHER
    );
    let page = desk.get("/cases/1").await.text();
    for words in [
        "已按时反馈",
        "略过签批",
        "退回收文登记",
        "时限变更为",
        "已补发社保卡",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(
        desk.post("/cases/1/extend", &extended)
            .await
            .text()
            .contains("已办结")
    );
    assert!(desk.get("/cases").await.text().contains("没有这样的办理件"));
    assert!(
        desk.get("/cases?year=2017")
            .await
            .text()
            .contains("/cases/1")
    );
    for sheet in ["transfer", "feedback"] {
        let sheet = desk.get(&format!("/cases/1/sheet/{sheet}.docx")).await;
        assert!(sheet.body.starts_with(b"PK"), "a Word file");
    }
    assert_eq!(audit_count(&test, AuditAction::Export), 2);
    // Registered twice over the form, six deeds, one deadline.
    assert_eq!(audit_count(&test, AuditAction::Case), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn late_cases_are_said_to_be_late_and_lists_are_narrowed() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    desk.post("/cases/new", &LETTER).await;
    let emergency = [
        ("kind", "emergency"),
        ("title", "工地讨薪聚集"),
        ("received", "2017-04-14T08:00"),
    ];
    assert_eq!(
        desk.post("/cases/new", &emergency).await.location,
        "/cases/2"
    );
    test.later(TimeDelta::hours(12));
    // The session of the morning has run out by now.
    let desk = Desk::of(&test.app);
    let all = desk.get("/cases").await.text();
    assert!(
        all.contains("<span class=\"bad\">超期3小时</span>"),
        "{all}"
    );
    assert!(all.contains("超期1件"), "{all}");
    let first = all.find("/cases/1\"").expect("listed");
    assert!(
        first < all.find("/cases/2\"").expect("listed"),
        "by deadline"
    );
    for (query, is_first, is_second) in [
        ("state=late", true, false),
        ("kind=emergency", false, true),
        ("responsible=%E7%A4%BE%E4%BF%9D%E5%8D%A1", true, false),
        ("from=%E6%9C%AC%E5%B1%80", false, true),
        ("state=discovered", false, true),
    ] {
        let page = desk.get(&format!("/cases?{query}")).await.text();
        assert_eq!(
            (page.contains("/cases/1\""), page.contains("/cases/2\"")),
            (is_first, is_second),
            "{query}"
        );
    }
    for wrong in [
        "/cases?state=x",
        "/cases?kind=x",
        "/cases?year=x",
        "/cases?year=99999",
    ] {
        assert_eq!(
            desk.get(wrong).await.status,
            StatusCode::BAD_REQUEST,
            "{wrong}"
        );
    }
    for missing in [
        "/cases/9",
        "/cases/x",
        "/cases/9/sheet/transfer.docx",
        "/cases/1/sheet/x.docx",
    ] {
        assert_eq!(
            desk.get(missing).await.status,
            StatusCode::NOT_FOUND,
            "{missing}"
        );
    }
    let emergency = desk.get("/cases/2").await.text();
    assert!(
        emergency.contains("复盘要素") && emergency.contains("重点回应情形"),
        "{emergency}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_write_at_once_lose_nothing() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let other = Desk::with_roles(&test.app, "赵明", &[Role::Editor]);
    desk.post("/cases/new", &LETTER).await;
    let form = |office: &'static str, opinion: &'static str| {
        [
            ("has_office", "1"),
            ("was_office", "社保卡中心"),
            ("office", office),
            ("has_opinion", "1"),
            ("was_opinion", ""),
            ("opinion", opinion),
        ]
    };
    let first = desk
        .post("/cases/1/note", &form("社保卡中心", "请核查\r\n并答复"))
        .await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text());
    // Another field: what the first one wrote stays.
    let second = other.post("/cases/1/note", &form("信息中心", "")).await;
    assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.text());
    let third = other
        .post("/cases/1/note", &form("信息中心", "不必核查"))
        .await;
    assert_eq!(third.status, StatusCode::CONFLICT, "{}", third.text());
    let file = test
        .app
        .store
        .case_file(CaseId(1))
        .expect("works")
        .expect("there");
    assert_eq!(file.case.note(CaseField::Opinion), "请核查\n并答复");
    assert_eq!(file.case.note(CaseField::Office), "信息中心");
    assert_eq!(file.notes.last().map(|note| note.by.as_str()), Some("赵明"));
    let same = other
        .post(
            "/cases/1/note",
            &[
                ("has_office", "1"),
                ("was_office", "信息中心"),
                ("office", "信息中心"),
            ],
        )
        .await;
    assert!(same.text().contains("没有改动"));

    let attached = desk
        .upload(
            "/cases/1/attach",
            &[],
            &[("files", "批示.png", "image/png", PNG)],
        )
        .await;
    assert_eq!(
        attached.status,
        StatusCode::SEE_OTHER,
        "{}",
        attached.text()
    );
    assert_eq!(
        test.app
            .store
            .attachments_of(AttachedTo::Case(CaseId(1)))
            .expect("works")
            .len(),
        1
    );
    assert!(desk.get("/cases/1").await.text().contains("批示.png"));
    let wrong = desk
        .upload(
            "/cases/1/attach",
            &[],
            &[("files", "批示.png", "image/png", b"<html>")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let linked = desk.post("/cases/1/link", &[("post", "17")]).await;
    assert!(
        linked.text().contains("没有编号为17的信息，不能关联"),
        "{}",
        linked.text()
    );
    assert!(!linked.text().contains("yuqing search"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_reads_changes_nothing_and_a_wrong_form_keeps_its_words() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    desk.post("/cases/new", &LETTER).await;
    let reader = Desk::with_roles(&test.app, "王读", &[Role::Viewer]);
    let page = reader.get("/cases/1").await.text();
    assert!(
        !page.contains("/cases/1/advance") && page.contains("社保卡中心"),
        "{page}"
    );
    for path in [
        "/cases/new",
        "/cases/1/advance",
        "/cases/1/close",
        "/cases/1/note",
        "/cases/1/extend",
        "/cases/1/link",
        "/cases/1/attach",
        "/cases/replies",
        "/cases/uptakes",
        "/cases/uptakes/1/void",
    ] {
        assert_eq!(
            reader.post(path, &LETTER).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    assert_eq!(
        reader.get("/cases/1/sheet/transfer.docx").await.status,
        StatusCode::FORBIDDEN
    );
    for (name, value, said) in [
        ("from", "", "请填写“来文单位”"),
        ("title", "", "请填写“事由”"),
        ("received", "2199-01-01 09:00", "请检查“收文时间”"),
        ("due", "2017-04-01 09:00", "请检查“要求时限”"),
        ("due", "尽快", "不是时间"),
        ("urgency", "x", "缓急"),
        ("post", "甲", "应写编号"),
        ("post", "99", "没有编号为99的信息"),
    ] {
        let kept = LETTER.into_iter().filter(|(known, _)| *known != name);
        let other = kept.filter(|(known, _)| *known != "text");
        let own = [("text", "另一件"), ("again", "1"), (name, value)];
        let form: Vec<_> = other.chain(own).collect();
        let sent = desk.post("/cases/new", &form).await;
        assert_eq!(sent.status, StatusCode::BAD_REQUEST, "{said}");
        let page = sent.text();
        assert!(page.contains(said), "{said}: {page}");
        assert!(page.contains("某网舆〔2017〕12号"), "what was typed stays");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_are_registered_corrected_and_counted() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let day = |count: &'static str| {
        [
            ("way", "many"),
            ("channel", "hotline"),
            ("date", "2017-04-13"),
            ("count", count),
        ]
    };
    let done = desk.post("/cases/replies", &day("26")).await;
    assert_eq!(done.location, "/cases/replies", "{}", done.text());
    let again = desk.post("/cases/replies", &day("27")).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text().contains("请勾选“更正”"), "{}", again.text());
    let corrected = [&day("27")[..], &[("correct", "1")]].concat();
    assert_eq!(
        desk.post("/cases/replies", &corrected).await.status,
        StatusCode::SEE_OTHER
    );
    let one = [
        ("way", "one"),
        ("channel", "message_board"),
        ("text", "已答复，电话13812345678"),
        ("asked", "2017-04-13T09:00"),
        ("at", "2017-04-14T08:00"),
        ("satisfaction", "5"),
    ];
    assert_eq!(
        desk.post("/cases/replies", &one).await.status,
        StatusCode::SEE_OTHER
    );
    let page = desk.get("/cases/replies").await.text();
    for words in ["<strong>28</strong>", "平均5.0分", "中位数23.0小时"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("13812345678"));
    for (form, said) in [
        (
            vec![("way", "many"), ("channel", "hotline"), ("count", "x")],
            "件数应是数字",
        ),
        (
            vec![
                ("way", "many"),
                ("channel", "hotline"),
                ("count", "3"),
                ("date", "2199-01-01"),
            ],
            "还没有到",
        ),
        (
            vec![("way", "one"), ("channel", "hotline")],
            "请填写答复内容",
        ),
        (vec![("way", "one"), ("post", "9")], "没有这个编号的信息"),
        (
            vec![("way", "one"), ("text", "甲"), ("satisfaction", "6")],
            "评分为1至5",
        ),
    ] {
        let sent = desk.post("/cases/replies", &form).await;
        assert_eq!(sent.status, StatusCode::BAD_REQUEST, "{said}");
        assert!(sent.text().contains(said), "{said}: {}", sent.text());
    }
    assert_eq!(audit_count(&test, AuditAction::Ledger), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_goes_into_a_draft_and_what_became_of_the_issue_is_registered() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let complaint = |text: &'static str, at: &'static str| {
        [
            ("channel", "论坛贴吧"),
            ("source_name", "示例论坛"),
            ("text", text),
            ("published_at", at),
        ]
    };
    let first = "我们三十多人在郑州经开区干了半年，工资一分没发，老板电话不接，劳动监察大队说正在登记，明天准备集体去讨薪。";
    desk.upload("/entry", &complaint(first, "2017-04-14T08:00"), &[])
        .await;
    test.later(TimeDelta::minutes(5));
    let daily = test.app.config.digests[0].clone();
    draft_now(&test.app, &daily, "").await.expect("drafts");
    let second = "郑州市社保大厅换社保卡排队三小时，窗口工作人员态度恶劣，投诉也没人管。";
    desk.upload("/entry", &complaint(second, "2017-04-14T08:30"), &[])
        .await;
    let page = desk.get("/entry/2").await.text();
    assert!(page.contains("编入刊物"), "{page}");
    let into = desk.post("/entry/2/issue", &[("issue", "1")]).await;
    assert_eq!(into.status, StatusCode::SEE_OTHER, "{}", into.text());
    assert_eq!(audit_count(&test, AuditAction::Draft), 1);
    let missing = desk.post("/entry/2/issue", &[("issue", "9")]).await;
    assert_eq!(missing.status, StatusCode::CONFLICT);
    assert!(
        !missing.text().contains("yuqing issue"),
        "{}",
        missing.text()
    );

    let reported = [
        ("kind", "reported"),
        ("issue", "1"),
        ("entry", "1"),
        ("unit", "省人社厅"),
    ];
    let early = desk.post("/cases/uptakes", &reported).await;
    assert!(early.text().contains("尚未签发"), "{}", early.text());
    let (store, now, id) = (&test.app.store, test.app.now(), yuqing::model::IssueId(1));
    store.approve_issue(id, "审核人", now).expect("a draft");
    store.sign_issue(id, "签发人", &[], now).expect("approved");
    assert_eq!(
        desk.post("/cases/uptakes", &reported).await.location,
        "/cases/uptakes"
    );
    assert!(
        desk.get("/cases/uptakes")
            .await
            .text()
            .contains("上报<strong>1</strong>条")
    );
    desk.post("/cases/uptakes", &reported).await;
    assert!(
        desk.get("/cases/uptakes")
            .await
            .text()
            .contains("此前已登记")
    );
    assert!(
        desk.post("/cases/uptakes/1/void", &[])
            .await
            .text()
            .contains("请填写作废的理由")
    );
    let void = [("reason", "误登")];
    assert_eq!(
        desk.post("/cases/uptakes/1/void", &void).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        desk.post("/cases/uptakes/1/void", &void).await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        desk.post("/cases/uptakes/9/void", &void).await.status,
        StatusCode::NOT_FOUND
    );
    let page = desk.get("/cases/uptakes").await.text();
    assert!(
        page.contains("已作废：误登（李芳）") && page.contains("上报<strong>0</strong>条"),
        "{page}"
    );
}
