//! 补录 at the desk: one item with its picture, judged at once; what is refused and why; files of posts.

use crate::desk::Desk;
use crate::site::{TestApp, shipped};
use axum::http::StatusCode;
use yuqing::model::{AttachedTo, AuditAction, PostId, Role};
use yuqing::store::AuditFilter;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\x02IDATxx\0\0\0\0\0\0\0\0IEND\xaeB`\x82";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n";

/// A programme of the evening before.
const PROGRAMME: [(&str, &str); 6] = [
    ("channel", "电视"),
    ("published_at", "2017-04-13T18:20"),
    ("station", "都市频道"),
    ("programme", "民生帮办"),
    ("length", "4分12秒"),
    (
        "text",
        "郑州经开区一工地三十多名农民工被拖欠工资半年，电话13812345678，劳动监察大队正在登记，工人准备集体去讨薪。<script>alert(1)</script>",
    ),
];

fn audited(test: &TestApp, action: AuditAction) -> Vec<String> {
    let filter = AuditFilter {
        action: Some(action),
        ..AuditFilter::default()
    };
    let lines = test.app.store.audit(&filter).expect("the store works");
    let lines = lines.into_iter();
    lines
        .map(|line| format!("{} {} {}", line.actor, line.subject, line.detail))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_programme_with_a_picture_is_entered_judged_and_stored_once() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let form = desk.get("/entry").await.text();
    assert!(
        form.contains("value=\"2017-04-14T09:00\""),
        "now is filled in"
    );

    let files = [
        ("files", "截图13812345678.png", "image/png", PNG),
        ("files", "..\\..\\文字稿.pdf", "text/html", PDF),
    ];
    let sent = desk.upload("/entry", &PROGRAMME, &files).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    assert_eq!(sent.location, "/entry/1");
    let page = desk.get("/entry/1").await.text();
    for words in [
        "已补录",
        "都市频道《民生帮办》",
        "研判理由",
        "再录一条",
        "/cases/new?post=1",
        "文字稿.pdf",
        "/attachments/1",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(
        !page.contains("<script>alert") && !page.contains("13812345678"),
        "{page}"
    );
    let stored = test
        .app
        .store
        .post(PostId(1))
        .expect("works")
        .expect("stored");
    assert!(stored.analysis.is_some_and(|analysis| analysis.relevant));
    assert!(stored.post.has_image);

    // The same form again, as a nervous finger sends it.
    let again = desk.upload("/entry", &PROGRAMME, &files).await;
    assert_eq!(again.location, "/entry/1");
    assert!(desk.get("/entry/1").await.text().contains("没有重复入库"));
    assert_eq!(test.post_count(), 1);
    let attached = test.app.store.attachments_of(AttachedTo::Post(PostId(1)));
    let attached = attached.expect("works");
    assert_eq!(attached.len(), 2);
    assert!(!attached[0].file.name.contains("13812345678"));
    assert_eq!(attached[1].file.name, "文字稿.pdf");
    let entries = audited(&test, AuditAction::Entry);
    assert!(
        entries
            .iter()
            .all(|line| line.starts_with("李芳（李芳0） 信息#1 ")),
        "{entries:?}"
    );
    assert_eq!(entries.len(), 2);

    // The next one begins where this one came from.
    let next = desk.get("/entry").await.text();
    assert!(
        next.contains("value=\"都市频道\"") && next.contains("我最近补录的"),
        "{next}"
    );
    let post = desk.get("/posts/1").await.text();
    assert!(post.contains("文字稿.pdf") && post.contains("/attachments/2"));
    // Reasons are named for people.
    for (name, rule) in [
        ("主题 QX", "topic.QX"),
        ("属地", "place"),
        ("情感", "sentiment"),
    ] {
        let head = |word: &str| post.contains(&format!("<th scope=\"row\">{word}</th>"));
        assert!(head(name) && !head(rule), "{name}: {post}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn channel_name_and_title_are_enough_and_the_rest_is_folded_away() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let form = desk.get("/entry").await.text();
    let place = |words: &str| {
        let found = form.find(words);
        found.unwrap_or_else(|| panic!("{words}: {form}"))
    };
    // Nothing that may stay empty stands between the words and the files.
    let folded = place("<details><summary>链接、作者、互动量");
    assert!(place("name=\"text\"") < place("name=\"files\""));
    assert!(place("name=\"files\"") < folded && folded < place("name=\"url\""));
    place("data-needed=\"电视 电台\"");
    let short = [
        ("channel", "报纸"),
        ("published_at", "2017-04-14T09:00"),
        ("source_name", "示例晚报"),
        ("title", "社保大厅窗口排长队，市民投诉"),
    ];
    let sent = desk.upload("/entry", &short, &[]).await;
    assert_eq!(sent.location, "/entry/1", "{}", sent.text());
    // What was typed below the fold stays in sight.
    let wrong = [("channel", "报纸"), ("url", "https://example.cn/a")];
    let refused = desk.upload("/entry", &wrong, &[]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let page = refused.text();
    assert!(
        page.contains("<details open><summary>链接、作者、互动量"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_names_shuts_others_out_of_attachments() {
    let mut config = shipped();
    config.settings.privacy.may_see_originals = vec!["王明".to_owned()];
    let test = TestApp::open(config);
    let desk = Desk::of(&test.app);
    let files = [("files", "截图.png", "image/png", PNG)];
    desk.upload("/entry", &PROGRAMME, &files).await;
    let refused = desk.get("/attachments/1").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    assert_eq!(audited(&test, AuditAction::Refused).len(), 1);
    assert_eq!(audited(&test, AuditAction::Unmask).len(), 0);
    let named = Desk::with_roles(&test.app, "王明", Role::ALL);
    assert_eq!(named.get("/attachments/1").await.body, PNG);
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_are_given_as_they_are_to_those_who_may_and_written_down() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let files = [
        ("files", "截图.png", "image/png", PNG),
        ("files", "文字稿.pdf", "application/pdf", PDF),
    ];
    desk.upload("/entry", &PROGRAMME, &files).await;
    let picture = desk.get("/attachments/1").await;
    assert_eq!(
        (picture.status, picture.content_type.as_str()),
        (StatusCode::OK, "image/png")
    );
    assert_eq!(picture.body, PNG);
    let pdf = desk.get("/attachments/2").await;
    assert_eq!(
        (pdf.content_type.as_str(), pdf.body.as_slice()),
        ("application/pdf", PDF)
    );
    let looks = audited(&test, AuditAction::Unmask);
    assert_eq!(looks.len(), 2);
    assert!(
        looks[0].starts_with("李芳（李芳0） 附件#2 查看信息#1的附件"),
        "{looks:?}"
    );
    for missing in [
        "/attachments/9",
        "/attachments/x",
        "/attachments/..%2f..%2fyuqing.db",
    ] {
        assert_eq!(
            desk.get(missing).await.status,
            StatusCode::NOT_FOUND,
            "{missing}"
        );
    }
    let reader = Desk::with_roles(&test.app, "王读", &[Role::Viewer]);
    assert_eq!(
        reader.get("/attachments/1").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(reader.get("/entry").await.status, StatusCode::FORBIDDEN);
    let post = reader.get("/posts/1").await.text();
    assert!(
        post.contains("截图.png") && !post.contains("href=\"/attachments/"),
        "{post}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_photograph_was_taken_is_not_stored() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let form = desk.get("/entry").await.text();
    assert!(form.contains("拍摄地点等附带信息存入时去掉，PDF和GIF原样保存"));
    let picture: &[u8] =
        b"\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0?\0xx\xff\xd9";
    let exif: &[u8] = b"\xff\xe1\0\x12Exif\0\0GPS 34.75N";
    let taken = [b"\xff\xd8", exif, picture].concat();
    let broken = [b"\xff\xd8", picture, b"\xff\xd8", exif].concat();
    let cut = &taken[..taken.len() - 1];
    let files = [
        ("files", "照片.jpg", "image/jpeg", taken.as_slice()),
        ("files", "两张.jpg", "image/jpeg", broken.as_slice()),
        ("files", "稿.pdf", "application/pdf", PDF),
    ];
    let sent = desk.upload("/entry", &PROGRAMME, &files).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let stored = [b"\xff\xd8".as_slice(), picture].concat();
    let attached = test.app.store.attachments_of(AttachedTo::Post(PostId(1)));
    let attached = attached.expect("works");
    // Without what was told beside it the second is the same picture: it lies there once.
    assert_eq!(attached.len(), 2);
    assert_eq!(attached[0].file.byte_count, stored.len() as u64);
    assert_eq!(desk.get("/attachments/1").await.body, stored);
    let pdf = format!("/attachments/{}", attached[1].id.0);
    assert_eq!(desk.get(&pdf).await.body, PDF);
    let file = [("files", "半张.jpg", "image/jpeg", cut)];
    let sent = desk.upload("/entry", &PROGRAMME, &file).await;
    assert_eq!(sent.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_and_nothing_typed_is_lost() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let with = |name: &'static str, value: &'static str| {
        let kept = PROGRAMME
            .into_iter()
            .filter(move |(known, _)| *known != name);
        kept.chain([(name, value)]).collect::<Vec<_>>()
    };
    for (fields, files, said) in [
        (with("text", ""), vec![], "请粘贴或填写正文"),
        (with("programme", ""), vec![], "请填写栏目"),
        (with("channel", "飞鸽"), vec![], "不认识"),
        (with("channel", "转办"), vec![], "请填写转来单位"),
        (with("channel", "报纸"), vec![], "请填写媒体"),
        (with("published_at", "明天"), vec![], "不是时间"),
        (with("published_at", "2199-01-01 09:00"), vec![], "晚于今天"),
        (with("length", "很久"), vec![], "时长"),
        (
            with("url", "javascript:alert(1)"),
            vec![],
            "应以 http:// 或 https:// 开头",
        ),
        (with("comments", "许多"), vec![], "不是数目"),
        (
            with("x", ""),
            vec![("files", "a.jpg", "image/jpeg", PNG)],
            "与扩展名不符",
        ),
        (
            with("x", ""),
            vec![("files", "a.png", "image/png", b"<html>".as_slice())],
            "内容不是PNG图片",
        ),
        (
            with("x", ""),
            vec![("files", "a.svg", "image/svg+xml", b"<svg>".as_slice())],
            "SVG",
        ),
        (
            with("x", ""),
            vec![
                ("files", "a.png", "image/png", PNG),
                ("files", "b.html", "image/png", b"<b>".as_slice()),
            ],
            "附件请重新选择",
        ),
    ] {
        let sent = desk.upload("/entry", &fields, &files).await;
        let page = sent.text();
        assert_eq!(sent.status, StatusCode::BAD_REQUEST, "{said}");
        assert!(page.contains(said), "{said}: {page}");
        assert!(
            page.contains("value=\"都市频道\""),
            "{said}: what was typed stays"
        );
    }
    assert_eq!(test.post_count(), 0);
    let folder = test.app.attachments.folder();
    assert!(
        !folder.exists(),
        "nothing is written before all is looked at"
    );

    let large = vec![0_u8; 21 << 20];
    let sent = desk
        .upload(
            "/entry",
            &PROGRAMME,
            &[("files", "a.png", "image/png", large.as_slice())],
        )
        .await;
    assert!(sent.text().contains("20MB"), "{}", sent.text());
    let larger = vec![0_u8; 25 << 20];
    let sent = desk
        .upload(
            "/entry",
            &PROGRAMME,
            &[("files", "a.png", "image/png", larger.as_slice())],
        )
        .await;
    assert_eq!(sent.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        desk.post("/entry", &[("text", "不是上传")]).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(desk.get("/entry/7").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_channel_that_comes_by_hand_has_its_particulars() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let text = ("text", "郑州社保大厅窗口排队两小时，没人管。");
    let forms: [&[(&str, &str)]; 4] = [
        &[
            ("channel", "报纸"),
            ("source_name", "示例晚报"),
            ("paper_page", "A06"),
            text,
        ],
        &[("channel", "微信群"), ("account", "某群友"), text],
        &[
            ("channel", "转办"),
            ("from_office", "某市互联网舆情办"),
            ("document_no", "某网舆〔2017〕12号"),
            ("due_at", "3个工作日"),
            ("published_at", "2017-04-13T16:00"),
            text,
        ],
        &[
            ("channel", "电台"),
            ("programme", "民生热线"),
            ("published_at", "2017-04-14T07:30"),
            ("scenes", "略"),
            text,
        ],
    ];
    for (number, form) in forms.into_iter().enumerate() {
        let sent = desk.upload("/entry", form, &[]).await;
        assert_eq!(
            sent.location,
            format!("/entry/{}", number + 1),
            "{}",
            sent.text()
        );
    }
    let kept = |id: i64, key: &str| {
        let stored = test
            .app
            .store
            .post(PostId(id))
            .expect("works")
            .expect("stored");
        stored.post.extra.get(key).cloned().unwrap_or_default()
    };
    assert_eq!(kept(1, "版次"), "A06");
    assert_eq!(kept(3, "文号"), "某网舆〔2017〕12号");
    assert_eq!(kept(4, "栏目"), "民生热线");
    // A letter fills in the register by itself.
    let form = desk.get("/cases/new?post=3").await.text();
    assert!(form.contains("信息#3是转办来文"), "{form}");
    let made = desk.post("/cases/new", &[("post", "3")]).await;
    assert_eq!(made.location, "/cases/1", "{}", made.text());
    let case = desk.get("/cases/1").await.text();
    assert!(
        case.contains("某网舆〔2017〕12号") && case.contains("2017-04-18 18:00"),
        "{case}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_looked_at_first_then_stored_with_its_refused_rows() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let table = "渠道,信源,标题,正文,发布时间\n论坛,示例论坛,社保卡换发排队,郑州社保大厅排队,2017-04-13 09:00\n论坛,,没有信源,正文,2017-04-13 09:00\n";
    let file = [("file", "表.csv", "text/csv", table.as_bytes())];
    let looked = desk
        .upload("/entry/import", &[("dry_run", "1")], &file)
        .await
        .text();
    assert!(
        looked.contains("没有入库") && looked.contains("新增1条"),
        "{looked}"
    );
    assert!(
        looked.contains("<td class=\"number\">3</td>"),
        "the refused row: {looked}"
    );
    assert_eq!(test.post_count(), 0);
    let stored = desk.upload("/entry/import", &[], &file).await.text();
    assert!(
        stored.contains("新增1条") && stored.contains("拒收1条"),
        "{stored}"
    );
    let again = desk.upload("/entry/import", &[], &file).await.text();
    assert!(again.contains("新增0条，重复1条"), "{again}");
    assert_eq!(test.post_count(), 1);
    assert_eq!(audited(&test, AuditAction::Entry).len(), 2);
    let no_table = [("file", "图.csv", "text/csv", PNG)];
    let refused = desk.upload("/entry/import", &[], &no_table).await.text();
    assert!(refused.contains("没有导入："), "{refused}");
    assert_eq!(
        desk.upload("/entry/import", &[], &[]).await.status,
        StatusCode::BAD_REQUEST
    );
    let empty = desk.get("/entry/tables/tv.csv").await;
    assert!(empty.text().contains("栏目"));
    assert_eq!(
        desk.get("/entry/tables/passwd.csv").await.status,
        StatusCode::NOT_FOUND
    );
    let page = desk.get("/entry/import").await.text();
    assert!(page.contains("表.csv"));
}
