//! 检索 and 专题 at the desk: what is found and how it is said, tables that are taken along, queries that are kept.

use crate::desk::{Answered, Desk};
use crate::site::{FRIDAY, TestApp, at, config};
use axum::http::StatusCode;
use calamine::Reader;
use chrono::TimeDelta;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use yuqing::app::{App, Clock};
use yuqing::config::{Config, parse_recipients, parse_watches};
use yuqing::model::{AuditAction, Channel, Post, Precision, PublishedAt, Role, Timestamp};
use yuqing::pipeline::{discovered, process_all};
use yuqing::store::AuditFilter;

/// Posts of four days, one of them hostile.
fn fill(app: &App) {
    let posts = [
        (
            "1",
            "2017-04-10",
            Channel::Forum,
            "社保卡补办",
            "郑州二七区社保大厅排队三小时，电话13800001234没人接",
        ),
        (
            "2",
            "2017-04-11",
            Channel::Weibo,
            "",
            "富士康说好的返费到现在没有给，郑州航空港区劳动监察也不管",
        ),
        (
            "3",
            "2017-04-12",
            Channel::Forum,
            "=cmd|' /C calc'!A0",
            "社保局窗口态度差<script>alert(1)</script>，郑州金水区",
        ),
        (
            "4",
            "2017-04-13",
            Channel::News,
            "郑人社〔2017〕12号文件",
            "社保缴费基数公布",
        ),
    ];
    let found = posts.map(|(id, day, channel, title, text)| {
        let published = at(&format!("{day}T10:00:00+08:00"));
        let source = if channel == Channel::Weibo {
            "微博"
        } else {
            "示例论坛"
        };
        let post = Post {
            external_id: Some(id.to_owned()),
            title: title.to_owned(),
            text: text.to_owned(),
            published_at: Some(PublishedAt {
                at: published,
                precision: Precision::Minute,
                is_inferred: false,
            }),
            ..Post::bare(channel, source, published)
        };
        discovered(post).expect("it has words")
    });
    app.store.save_posts(&found, app.now()).expect("room");
    process_all(app).expect("the steps work");
}

async fn opened() -> TestApp {
    let test = TestApp::open(Config {
        watches: Vec::new(),
        ..config(Vec::new())
    });
    let filled = test.app.on_cpu(|app| {
        fill(app);
        Ok(())
    });
    filled.await.expect("the steps work");
    test
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish()
}

async fn search(desk: &Desk, pairs: &[(&str, &str)]) -> Answered {
    desk.get(&format!("/search?{}", encoded(pairs))).await
}

fn audited(app: &App) -> Vec<(AuditAction, String, String)> {
    let lines = app.store.audit(&AuditFilter::default()).expect("reads");
    let lines = lines
        .into_iter()
        .map(|line| (line.action, line.subject, line.detail));
    lines
        .filter(|(action, _, _)| *action != AuditAction::SignIn)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_is_found_and_shown() {
    let test = opened().await;
    let desk = Desk::of(&test.app);
    let empty = desk.get("/search").await.text();
    assert!(
        empty.contains("检索式的写法") && !empty.contains("共"),
        "{empty}"
    );
    for (asked, count, shown) in [
        (
            &[("q", "社保")][..],
            "共3条",
            "郑州二七区<mark>社保</mark>大厅排队",
        ),
        (
            &[("q", "社保 -窗口"), ("channel", "forum")],
            "共1条",
            "渠道：论坛贴吧　<a href=\"/search?q=",
        ),
        (
            &[("channel", "论坛"), ("channel", "微博")],
            "共3条",
            "渠道：论坛贴吧、微博",
        ),
        (
            &[("from", "2017-04"), ("to", "2017-04-11")],
            "共2条",
            "起始日：2017-04",
        ),
        (
            &[("source", "示例论坛,微博")],
            "共4条",
            "信源：示例论坛、微博",
        ),
        (&[("q", "信源:示例论坛、微博")], "共4条", ""),
        (&[("q", "渠道:论坛 属地:郑州")], "共2条", ""),
        (&[("region", "郑州市")], "共3条", "属地：郑州市"),
        (&[("region", "二七区")], "共1条", "社保卡补办"),
        (
            &[("q", "郑人社[2017]12号")],
            "共1条",
            "郑人社〔2017〕12号文件",
        ),
        (&[("q", "态度差")], "共1条", "&#60;script&#62;alert(1)"),
        (&[("q", "13800001234")], "没有找到", ""),
        (&[("q", "社保"), ("facets", "1")], "共3条", "<h2>分布</h2>"),
        // The builder makes a query that can be edited.
        (
            &[
                ("any", "排队 窗口"),
                ("place", "郑州"),
                ("without", "招聘"),
                ("in_channel", "forum"),
            ],
            "共2条",
            "value=\"(排队 OR 窗口) (郑州 OR 属地:郑州) 渠道:论坛贴吧 -招聘\"",
        ),
    ] {
        let answered = search(&desk, asked).await;
        assert_eq!(answered.status, StatusCode::OK, "{asked:?}");
        let text = answered.text();
        assert!(
            text.contains(count) && text.contains(shown),
            "{asked:?}: {text}"
        );
        assert!(!text.contains("<script>alert"), "{asked:?}");
    }
    let facets = desk
        .get(&format!("/search/facets?{}", encoded(&[("q", "社保")])))
        .await;
    let facets = facets.text().replace("&#38;", "&");
    assert!(
        facets.contains("channel=forum\">论坛贴吧</a> 2"),
        "{facets}"
    );
    assert!(!facets.contains("<html"), "a piece of a page");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_search_says_where_and_a_foreign_role_may_not_export() {
    let test = opened().await;
    let desk = Desk::of(&test.app);
    for (asked, said) in [
        (&[("q", "社保 (卡")][..], "社保 <mark>(</mark>卡"),
        (&[("q", "社保 OR")], "<mark>（末尾）</mark>"),
        (&[("q", "级别:紫")], "检索式第4个字符处：“紫”不是可用的值"),
        (
            &[("q", "起始:2018 截止:2017")],
            "起始日2018-01-01晚于截止日2017-12-31",
        ),
        (
            &[("from", "2017-05"), ("to", "2017-04")],
            "时间：起始日2017-05-01晚于截止日2017-04-30",
        ),
        (&[("from", "昨天")], "起始日：“昨天”不是日期"),
        (
            &[("channel", "x\"><b>")],
            "渠道：“x&#34;&#62;&#60;b&#62;”不是可用的值",
        ),
    ] {
        let answered = search(&desk, asked).await;
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{asked:?}");
        assert!(
            answered.text().contains(said),
            "{asked:?}: {}",
            answered.text()
        );
    }
    let long = "社".repeat(2001);
    let answered = search(&desk, &[("q", &long)]).await;
    assert!(answered.text().contains("检索式超过2000个字符"));

    let reader = Desk::with_roles(&test.app, "读者", &[Role::Viewer]);
    let shown = search(&reader, &[("q", "社保")]).await.text();
    assert!(!shown.contains("存为专题"), "{shown}");
    let refused = reader
        .post("/watches", &[("name", "x"), ("query", "y")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let wrong = desk.post("/search/export", &[("q", "社保")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let wrong = desk
        .post("/search/export", &[("q", "(社保"), ("format", "csv")])
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(
        wrong.text().contains("检索式第1个字符处"),
        "{}",
        wrong.text()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_stands_right_below_the_query() {
    let test = opened().await;
    let wrong = Desk::of(&test.app)
        .get("/search?q=%28%E7%A4%BE%E4%BF%9D")
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let page = wrong.text();
    let mistake = page.find("id=\"mistake\"").expect("it is said");
    assert!(page.find("name=\"q\"") < Some(mistake), "{page}");
    assert!(page.find("class=\"filters\"") > Some(mistake), "{page}");
    assert!(page.find("检索式的写法") > Some(mistake), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_json() {
    let test = opened().await;
    let desk = Desk::of(&test.app);
    let ask = async |parameters: &[(&str, &str)]| {
        let answered = desk
            .get(&format!("/api/v1/search?{}", encoded(parameters)))
            .await;
        let body: serde_json::Value = serde_json::from_str(&answered.text()).expect("JSON");
        (answered.status, body)
    };
    let (_, report) = ask(&[("q", "返费"), ("channel", "微博"), ("facets", "1")]).await;
    assert_eq!(report["total"], 1);
    assert_eq!(report["hits"][0]["external_id"], "2");
    assert_eq!(report["facets"]["day"]["2017-04-11"], 1);
    for (parameters, position, said) in [
        (
            [("q", "(返费")],
            serde_json::json!(1),
            "这个左括号没有对应的右括号",
        ),
        (
            [("limit", "abc")],
            serde_json::Value::Null,
            "“abc”不是数，应为0或更大的整数",
        ),
        (
            [("to", "2017-13-01")],
            serde_json::Value::Null,
            "“2017-13-01”不是日期",
        ),
        ([("channel", "x")], serde_json::Value::Null, "“x”"),
    ] {
        let (status, mistake) = ask(&parameters).await;
        assert_eq!(
            (status, &mistake["position"]),
            (StatusCode::BAD_REQUEST, &position)
        );
        let error = mistake["error"].as_str().unwrap_or_default();
        assert!(error.contains(said), "{mistake}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_are_taken_along_with_a_watermark_and_a_line_of_the_audit() {
    let test = opened().await;
    let desk = Desk::of(&test.app);
    let asked = [("q", "社保"), ("channel", "forum"), ("sort", "time")];
    let csv = desk
        .post(
            "/search/export",
            &[&asked[..], &[("format", "csv")]].concat(),
        )
        .await;
    assert_eq!(
        (csv.status, csv.content_type.as_str()),
        (StatusCode::OK, "text/csv; charset=utf-8")
    );
    let text = csv.text();
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    assert_eq!(lines.next(), Some("导出：李芳　2017-04-14 09:00　内部资料"));
    assert!(
        lines
            .next()
            .is_some_and(|line| line.starts_with("编号,发布时间"))
    );
    assert!(text.contains(",'=cmd|' /C calc'!A0,"), "{text}");
    assert!(
        text.contains("138****1234") && !text.contains("13800001234"),
        "{text}"
    );

    let xlsx = desk
        .post(
            "/search/export",
            &[&asked[..], &[("format", "xlsx")]].concat(),
        )
        .await;
    let mut book =
        calamine::open_workbook_auto_from_rs(Cursor::new(xlsx.body)).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("cells");
    let cell = |row, column| {
        sheet
            .get((row, column))
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    assert_eq!(cell(0, 0), "导出：李芳　2017-04-14 09:00　内部资料");
    assert_eq!((cell(1, 7).as_str(), sheet.height()), ("正文", 4));

    let said = "导出2条为Excel，检索式：社保 渠道:论坛贴吧".to_owned();
    assert_eq!(
        audited(&test.app)[0],
        (AuditAction::Export, "检索结果".to_owned(), said)
    );
    let folder = std::fs::read_dir(test.app.folder().join("exports")).expect("a folder");
    assert_eq!(folder.count(), 0, "nothing stays behind");
}

/// With a folder of configuration that holds one watch and one recipient.
fn watching(folder: &Path) -> Arc<App> {
    let watches = "# 本局专题\n\n[[watch]]\nid = \"card\"\nname = \"社保卡\"\n# 办卡慢\nquery = \"社保卡\"\nrecipients = [\"gone\"]\n";
    std::fs::create_dir_all(folder.join("config")).expect("room");
    std::fs::write(folder.join("config/watches.toml"), watches).expect("room");
    let recipients = "[[recipient]]\nid = \"office\"\nname = \"办公室\"\ntransport = \"folder\"\naddress = \"/srv/yuqing\"\n";
    let config = Config {
        watches: parse_watches(watches).expect("a watch"),
        recipients: parse_recipients(recipients).expect("a recipient"),
        folder: Some(folder.join("config")),
        ..config(Vec::new())
    };
    let now: Timestamp = at(FRIDAY);
    App::open(config, &folder.join("data"), Clock::standing_at(now)).expect("the folder is sound")
}

fn file(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("config/watches.toml")).expect("there")
}

/// What the form of a watch says it began with.
fn version(form: &str) -> String {
    let at = form.find("name=\"version\" value=\"").expect("a form") + 22;
    form[at..].split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_becomes_a_watch_that_is_tried_saved_hit_paused_and_taken_out() {
    let folder = TempDir::new().expect("a temporary folder");
    let app = watching(folder.path());
    app.on_cpu(|app| {
        fill(app);
        Ok(())
    })
    .await
    .expect("the steps work");
    let desk = Desk::of(&app);
    let shown = search(&desk, &[("q", "排队 OR 窗口"), ("channel", "forum")])
        .await
        .text();
    let link = format!(
        "/watches/new?{}",
        encoded(&[("query", "(排队 OR 窗口) 渠道:论坛贴吧")])
    );
    assert!(shown.contains(&format!("href=\"{link}\"")), "{shown}");
    let form = desk.get(&link).await.text();
    assert!(
        form.contains("(排队 OR 窗口) 渠道:论坛贴吧</textarea>"),
        "{form}"
    );
    assert!(form.contains("办公室（office，"), "{form}");

    let query = "(排队 OR 窗口)\r\n渠道:论坛贴吧";
    let fields = [
        ("name", "大厅<b>"),
        ("query", query),
        ("alert", "digest"),
        ("schedule", "0 17 * * 1-5"),
        ("recipient", "office"),
        ("note", "服务科"),
    ];
    let tried = desk.post("/watches/preview", &fields).await.text();
    assert!(
        tried.contains("的信息中命中2条") && tried.contains("<svg"),
        "{tried}"
    );
    assert!(
        tried.contains("大厅&#60;b&#62;") && !tried.contains("大厅<b>"),
        "{tried}"
    );
    let before = file(folder.path());
    let added = desk.post("/watches", &fields).await;
    assert_eq!(
        (added.status, added.location.as_str()),
        (StatusCode::SEE_OTHER, "/watches/watch")
    );
    let written = file(folder.path());
    assert!(written.starts_with(&before), "{written}");
    assert!(
        written.ends_with(
            "recipients = [\"office\"]\nalert = \"digest\"\nschedule = \"0 17 * * 1-5\"\n"
        ),
        "{written}"
    );
    let page = desk.get("/watches/watch").await.text();
    assert!(
        page.contains("已新增专题“大厅&#60;b&#62;”") && page.contains("汇总（0 17 * * 1-5）"),
        "{page}"
    );
    let (action, subject, detail) = &audited(&app)[0];
    assert_eq!(
        (*action, subject.as_str()),
        (AuditAction::Watch, "专题watch")
    );
    assert!(
        detail.contains("检索式：(排队 OR 窗口) 渠道:论坛贴吧"),
        "{detail}"
    );

    // It answers for what comes, at once.
    app.clock.set(app.now() + TimeDelta::hours(1));
    app.on_cpu(|app| {
        let post = Post {
            text: "社保大厅又要排队".to_owned(),
            ..Post::bare(Channel::Forum, "示例论坛", app.now())
        };
        app.store
            .save_posts(&[discovered(post).expect("it has words")], app.now())?;
        process_all(app)?;
        Ok(())
    })
    .await
    .expect("the steps work");
    let page = desk.get("/watches/watch").await.text();
    assert!(
        page.contains("近7天1条，近30天1条") && page.contains("命中于2017-04-14 10:00"),
        "{page}"
    );
    let list = desk.get("/watches").await.text();
    assert!(
        list.contains("近14天每日命中：0、0、0、0、0、0、0、0、0、0、0、0、0、1"),
        "{list}"
    );
    let test = desk
        .get(&format!(
            "/watches/watch/test?{}",
            encoded(&[("from", "2017-04-10"), ("to", "2017-04-11")])
        ))
        .await;
    assert!(
        test.text()
            .contains("2017-04-10至2017-04-11的信息中命中1条"),
        "{}",
        test.text()
    );

    let paused = desk.post("/watches/watch/pause", &[]).await;
    assert_eq!(paused.location, "/watches/watch");
    assert!(file(folder.path()).contains("is_active = false"));
    assert!(
        desk.get("/watches/watch")
            .await
            .text()
            .contains("已暂停专题")
    );
    desk.post("/watches/watch/resume", &[]).await;
    assert!(!file(folder.path()).contains("is_active"));
    let removed = desk.post("/watches/watch/remove", &[]).await;
    assert_eq!(removed.location, "/watches");
    assert_eq!(file(folder.path()), before);
    assert_eq!(
        desk.get("/watches/watch").await.status,
        StatusCode::NOT_FOUND
    );
    let actions: Vec<AuditAction> = audited(&app).into_iter().map(|line| line.0).collect();
    assert_eq!(actions, [AuditAction::Watch; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_is_changed_by_one_at_a_time_and_only_as_it_may_be() {
    let folder = TempDir::new().expect("a temporary folder");
    let app = watching(folder.path());
    let desk = Desk::of(&app);
    let form = desk.get("/watches/card/edit").await.text();
    assert!(form.contains("gone（不在收件人名单里）"), "{form}");
    let version = version(&form);
    let good = [
        ("id", "card"),
        ("version", &version),
        ("name", "社保卡"),
        ("query", "社保卡 -广告"),
        ("alert", "at_once"),
        ("recipient", "gone"),
    ];
    for (name, value, said) in [
        ("name", " ", "请填写名称"),
        ("query", "", "请填写检索式"),
        ("query", "社保 (卡", "检索式第4个字符处"),
        ("alert", "later", "请选择预警方式"),
        ("alert", "digest", "还要写 schedule"),
        ("recipient", "stranger", "收件人“stranger”不在收件人名单里"),
    ] {
        let fields = good.map(|(own, written)| (own, if own == name { value } else { written }));
        let refused = desk.post("/watches/card/edit", &fields).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{name}");
        assert!(refused.text().contains(said), "{said}: {}", refused.text());
    }
    assert!(
        !file(folder.path()).contains("at_once"),
        "nothing was written"
    );
    let twice = desk.post("/watches", &good).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    assert!(
        twice.text().contains("收件人“gone”不在收件人名单里"),
        "of a new one it is a stranger"
    );
    let taken = [("name", "社保卡"), ("query", "x"), ("alert", "none")];
    assert!(
        desk.post("/watches", &taken)
            .await
            .text()
            .contains("已有专题“社保卡”（card）")
    );

    let changed = desk.post("/watches/card/edit", &good).await;
    assert_eq!(changed.location, "/watches/card");
    let written = file(folder.path());
    assert_eq!(
        written,
        "# 本局专题\n\n# 办卡慢\n[[watch]]\nid = \"card\"\nname = \"社保卡\"\nquery = \"社保卡 -广告\"\nrecipients = [\"gone\"]\nalert = \"at_once\"\n"
    );
    let (_, _, detail) = &audited(&app)[0];
    assert!(detail.contains("由“社保卡”改为“社保卡 -广告”"), "{detail}");
    let late = desk.post("/watches/card/edit", &good).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text().contains("已被他人改动"), "{}", late.text());
    for path in [
        "/watches/none/edit",
        "/watches/none/pause",
        "/watches/none/remove",
    ] {
        assert_eq!(
            desk.post(path, &good).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }

    // A broken file is said, and not written over.
    let broken = file(folder.path()) + "[[watch]]\nname = ";
    std::fs::write(folder.path().join("config/watches.toml"), &broken).expect("room");
    for path in ["/watches", "/watches/card"] {
        let page = desk.get(path).await.text();
        assert!(
            page.contains("watches.toml 有误") && page.contains("watches.toml:11"),
            "{page}"
        );
    }
    let refused = desk.post("/watches/card/pause", &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("请先改正"), "{}", refused.text());
    assert_eq!(file(folder.path()), broken);
    let reader = Desk::with_roles(&app, "读者", &[Role::Viewer]);
    assert_eq!(reader.get("/watches/card").await.status, StatusCode::OK);
    for path in ["/watches/new", "/watches/card/edit"] {
        assert_eq!(
            reader.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_folder_nothing_can_be_kept() {
    let test = opened().await;
    let desk = Desk::of(&test.app);
    let fields = [("name", "甲"), ("query", "社保"), ("alert", "none")];
    let refused = desk.post("/watches", &fields).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        refused.text().contains("没有配置目录"),
        "{}",
        refused.text()
    );
}
