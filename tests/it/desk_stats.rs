//! 统计 and 系统 at the desk, and what commands leave in the audit.

use crate::desk::{Answered, Desk};
use crate::program;
use crate::site::{TestApp, shipped};
use axum::http::StatusCode;
use calamine::Reader;
use chrono::{TimeDelta, Utc};
use serde_json::json;
use std::io::Cursor;
use yuqing::model::{
    AuditAction, Channel, Label, Level, NewAudit, Post, PostId, Precision, PublishedAt, Role,
};
use yuqing::pipeline::{discovered, label_post};
use yuqing::store::{Act, AuditFilter};

/// A complaint whose title would run and whose beginning would be a formula.
async fn with_complaint() -> TestApp {
    let mut config = shipped();
    config.sources.clear();
    let test = TestApp::open(config);
    let now = test.app.now();
    let post = Post {
        url: Some("http://bbs.example.cn/t/1".to_owned()),
        title: "=郑州社保大厅<script>x()</script>态度差".to_owned(),
        text: "今天去郑州市二七区社保大厅办退休手续，3号窗口的工作人员态度恶劣，一句话把人打发走。"
            .to_owned(),
        published_at: Some(PublishedAt {
            at: now - TimeDelta::minutes(30),
            precision: Precision::Minute,
            is_inferred: false,
        }),
        ..Post::bare(Channel::Forum, "示例论坛", now)
    };
    let found = discovered(post).expect("it has words");
    let saved = test.app.store.save_posts(&[found], now);
    saved.expect("the store works");
    test.process().await;
    test
}

fn audited(test: &TestApp, action: AuditAction) -> Vec<String> {
    let filter = AuditFilter {
        action: Some(action),
        ..AuditFilter::default()
    };
    let lines = test.app.store.audit(&filter).expect("the store works");
    lines
        .into_iter()
        .map(|line| format!("{} {} {}", line.actor, line.subject, line.detail))
        .collect()
}

fn refused(answer: &Answered, status: StatusCode, sentence: &str) {
    let text = answer.text();
    assert!(
        answer.status == status && text.contains(sentence),
        "{}: {text}",
        answer.status
    );
}

/// The words of a workbook.
fn words_of(file: Vec<u8>) -> String {
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(file)).expect("one");
    let sheet = book.worksheet_range("汇总").expect("it is there");
    sheet
        .rows()
        .flatten()
        .map(|cell| format!("{cell}\n"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_read_taken_along_and_frozen() {
    let test = with_complaint().await;
    let (editor, chief) = (
        Desk::with_roles(&test.app, "李芳", &[Role::Editor]),
        Desk::with_roles(&test.app, "王建国", &[Role::Chief]),
    );
    let month = [("year", "2017"), ("month", "04")];
    let path = "/stats?year=2017&month=04";
    let page = chief.get(path).await.text();
    for words in [
        "<h1>2017年4月统计</h1>",
        "有效监测条数走势",
        "主题分布</strong>",
        "href=\"/stats?year=2017&#38;month=03\"",
        "/stats/posts?year=2017&#38;month=04&#38;figure=posts",
        "尚未冻结",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("rel=\"next\""), "May has not begun");
    assert!(!page.contains("冻结台账"), "April is not over");

    // A year that no ledger can be of.
    for path in ["/stats?year=9999", "/stats?year=2017&month=13"] {
        let got = editor.get(path).await;
        refused(
            &got,
            StatusCode::BAD_REQUEST,
            "的统计，请填1990年至2199年之间的年份",
        );
    }
    // The year runs: no line leads through the months to come.
    let year = editor.get("/stats?year=2017").await.text();
    assert!(
        year.contains("<th scope=\"row\">12月</th><td class=\"number\">—</td>"),
        "{year}"
    );
    assert!(
        !year.contains("<th scope=\"row\">4月</th><td class=\"number\">—</td>"),
        "{year}"
    );

    // The posts behind a figure.
    let behind = "/stats/posts?year=2017&month=04&figure=posts";
    let list = editor.get(behind).await.text();
    assert!(list.contains("共1条") && list.contains("态度差"), "{list}");
    assert!(!list.contains("<script>x"), "words are only words");
    let beyond = editor.get(&format!("{behind}&page=7")).await;
    assert_eq!(beyond.status, StatusCode::OK);
    for figure in ["issues", "nothing", ""] {
        let path = format!("/stats/posts?year=2017&month=04&figure={figure}");
        refused(
            &editor.get(&path).await,
            StatusCode::NOT_FOUND,
            "没有这一页",
        );
    }

    // Files.
    let take = |format| [month[0], month[1], ("format", format)];
    let book = chief.post("/stats/export", &take("xlsx")).await;
    assert_eq!(book.status, StatusCode::OK, "{}", book.text());
    let words = words_of(book.body);
    assert!(words.contains("导出：王建国　2017-04-14"), "{words}");
    let word = chief.post("/stats/export", &take("docx")).await;
    assert!(word.content_type.contains("wordprocessingml") && word.body.starts_with(b"PK"));
    refused(
        &chief.post("/stats/export", &take("exe")).await,
        StatusCode::BAD_REQUEST,
        "请选择导出",
    );
    let exports = audited(&test, AuditAction::Export);
    assert_eq!(exports.len(), 2, "{exports:?}");
    assert!(exports[1].starts_with("王建国（王建国0） 台账2017-04 导出2017年4月的台账为Excel"));

    // Freezing.
    refused(
        &chief.post("/stats/freeze", &month).await,
        StatusCode::CONFLICT,
        "还没有结束，不能冻结",
    );
    let none = chief.get("/stats/difference?year=2017&month=04").await;
    refused(&none, StatusCode::NOT_FOUND, "没有这一页");
    test.later(TimeDelta::days(20));
    let (editor, chief) = (
        Desk::with_roles(&test.app, "李芳", &[Role::Editor]),
        Desk::with_roles(&test.app, "王建国", &[Role::Chief]),
    );
    assert!(!editor.get(path).await.text().contains("冻结台账"));
    let may_not = editor.post("/stats/freeze", &month).await;
    assert_eq!(may_not.status, StatusCode::FORBIDDEN);
    assert!(chief.get(path).await.text().contains("冻结台账"));
    let frozen = chief.post("/stats/freeze", &month).await;
    assert_eq!(frozen.status, StatusCode::SEE_OTHER, "{}", frozen.text());
    assert_eq!(frozen.location, path);
    let page = chief.get(path).await.text();
    assert!(page.contains("2017年4月的台账已冻结"), "{page}");
    assert!(page.contains("由王建国于2017-05-04"), "{page}");
    refused(
        &chief.post("/stats/freeze", &month).await,
        StatusCode::CONFLICT,
        "确需重新冻结的，请写明原因",
    );

    // What is said later changes the live figures only.
    let act = Act {
        by: "李芳".to_owned(),
        note: String::new(),
        at: test.app.now(),
    };
    let label = Label {
        level: Some(Level::Orange),
        ..Label::default()
    };
    let labelled = label_post(&test.app, PostId(1), label, act);
    labelled.expect("judged");
    test.process().await;
    let behind = "/stats/posts?year=2017&month=04&figure=by_level.orange";
    assert!(editor.get(behind).await.text().contains("共0条"));
    let live = editor.get(&format!("{behind}&live=1")).await.text();
    assert!(live.contains("共1条"), "{live}");
    let page = editor.get(&format!("{path}&live=1")).await.text();
    assert!(
        page.contains("看已冻结的数") && page.contains("&#38;live=1&#38;figure="),
        "{page}"
    );
    let difference = editor
        .get("/stats/difference?year=2017&month=04")
        .await
        .text();
    assert!(
        difference.contains("→ 橙") && difference.contains("/posts/1"),
        "{difference}"
    );
    let again = [month[0], month[1], ("reason", "级别更正")];
    let again = chief.post("/stats/freeze", &again).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text());
    let lines = audited(&test, AuditAction::Ledger);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].contains("王建国（王建国0） 台账2017-04") && lines[0].contains("原因：级别更正")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_system_page_tells_how_things_stand_and_who_did_what() {
    let test = with_complaint().await;
    let administrator = Desk::of(&test.app);
    let only = Desk::with_roles(&test.app, "周工", &[Role::Admin]);
    let page = administrator.get("/system").await.text();
    assert!(
        page.contains("备份：没有备份过") && !page.contains("运行正常"),
        "{page}"
    );
    let made = administrator.post("/system/backups", &[]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let page = administrator.get("/system").await.text();
    for words in [
        "<caption>版本</caption>",
        "磁盘剩余",
        "运行正常",
        "<td>1条</td>",
        "/system/audit",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    for number in 0..120 {
        let line = NewAudit {
            actor: "=何人<b>".to_owned(),
            action: AuditAction::Draft,
            subject: format!("刊物#{number}"),
            detail: "编辑".to_owned(),
            address: "10.0.0.9".to_owned(),
        };
        let added = test.app.store.add_audit(&line, test.app.now());
        added.expect("the store works");
    }
    let page = administrator.get("/system/audit").await.text();
    assert!(
        page.contains("刊物#119") && page.contains("10.0.0.9"),
        "{page}"
    );
    assert!(page.contains("page=1") && !page.contains("<b>"), "{page}");
    let second = administrator
        .get("/system/audit?page=1&action=draft")
        .await
        .text();
    assert!(
        second.contains("刊物#0<") && second.contains("上一页"),
        "{second}"
    );
    for (query, is_there) in [
        ("actor=%3D何人%3Cb%3E", true),
        ("actor=何人", false),
        ("action=sign", false),
        ("from=2017-04-14&to=2017-04-14", true),
        ("to=2017-04-13", false),
    ] {
        let page = administrator
            .get(&format!(
                "/system/audit?{}",
                query.replace("何人", "%E4%BD%95%E4%BA%BA")
            ))
            .await;
        assert_eq!(page.text().contains("刊物#119"), is_there, "{query}");
    }
    for (query, sentence) in [("action=drink", "事项"), ("from=soon", "起始日")] {
        let page = administrator.get(&format!("/system/audit?{query}")).await;
        refused(&page, StatusCode::BAD_REQUEST, sentence);
    }

    // To take along.
    let table = administrator
        .post("/system/audit/export", &[("action", "draft")])
        .await;
    let text = table.text();
    assert!(
        text.contains("导出：李芳　2017-04-14") && text.contains("'=何人<b>"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 122, "{text}");
    let lines = audited(&test, AuditAction::Export);
    assert_eq!(lines, ["李芳（李芳0） 审计 导出审计记录120条为CSV"]);

    // The chain, and its end when somebody laid hands on it.
    let verified = only.post("/system/audit/verify", &[]).await;
    assert_eq!(verified.location, "/system/audit");
    let page = only.get("/system/audit").await.text();
    assert!(page.contains("审计记录完好，共"), "{page}");
    let editor = Desk::with_roles(&test.app, "赵敏", &[Role::Editor, Role::Chief]);
    for path in ["/system", "/system/audit"] {
        assert_eq!(
            editor.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[test]
fn commands_leave_lines_in_the_audit() {
    let desk = program::Desk::new();
    let published = (Utc::now() - TimeDelta::hours(2)).to_rfc3339();
    let row = json!({"id": "101", "url": "https://bbs.example.cn/thread-101-1-1.html", "channel": "forum",
        "source_name": "示例论坛", "title": "郑州经开区一工地拖欠农民工工资", "published_at": published,
        "text": "我们三十多人在郑州经开区干了半年，工资一分没发，老板电话不接，劳动监察大队说正在登记，明天准备集体去讨薪。"});
    desk.write("posts.jsonl", format!("{row}\n"));
    desk.expect(0, &["import", "posts.jsonl"]);
    let draft = desk.expect(0, &["issue", "draft", "daily", "--json"]);
    let id = draft.json()["id"].to_string();
    // What was refused was not done.
    desk.expect(2, &["issue", "sign", &id, "--by", "王建国"]);
    desk.expect(0, &["issue", "approve", &id, "--by", "李芳"]);
    desk.expect(0, &["issue", "sign", &id, "--by", "王建国"]);
    desk.expect(0, &["search", "社保", "--csv", "hits.csv"]);
    desk.expect(0, &["search", "社保"]);
    desk.expect(0, &["label", "1", "--level", "蓝", "--by", "李芳"]);
    let lines = desk.expect(0, &["audit", "--json"]).json();
    let said: Vec<String> = (lines.as_array().expect("lines").iter().rev())
        .map(|line| {
            let part = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", part("actor"), part("action"), part("subject"))
        })
        .collect();
    assert_eq!(
        said,
        [
            "命令行 entry 文件posts.jsonl".to_owned(),
            "命令行 draft 刊物".to_owned(),
            format!("李芳 approve 刊物#{id}"),
            format!("王建国 sign 刊物#{id}"),
            "命令行 export 检索结果".to_owned(),
            "李芳 level 信息#1".to_owned(),
        ]
    );
    let signed = desk
        .expect(0, &["audit", "--action", "签发", "--actor", "王建国"])
        .out;
    assert!(signed.contains("命令 yuqing issue sign"), "{signed}");
    assert_eq!(
        desk.expect(0, &["audit", "--from", "2001-01-01", "--to", "2001-01-02"])
            .out,
        "没有这样的记录。\n"
    );
    desk.expect(0, &["audit", "--csv", "audit.csv"]);
    let table = std::fs::read_to_string(desk.path("audit.csv")).expect("written");
    assert!(
        table.contains("导出：命令行") && table.contains("王建国,签发,刊物#"),
        "{table}"
    );
    assert!(
        desk.expect(0, &["audit", "verify"])
            .out
            .contains("完好，共7条")
    );

    let database = rusqlite::Connection::open(desk.path("data/yuqing.db")).expect("it is there");
    let open = database.execute_batch("DROP TRIGGER audit_does_not_change");
    open.expect("somebody with the file can");
    let laid = database.execute("UPDATE audit SET actor = '某人' WHERE id = 4", []);
    assert_eq!(laid.expect("written"), 1);
    let broken = desk.expect(1, &["audit", "verify"]).out;
    assert!(broken.contains("第4条与记录时不同"), "{broken}");
}
