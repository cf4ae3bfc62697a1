//! 导出 of the lists of cases and events: what the page shows, with a watermark, without formulas, written down.

use crate::desk::{Answered, Desk};
use crate::site::{TestApp, at, shipped};
use axum::http::StatusCode;
use std::io::Cursor;
use yuqing::app::App;
use yuqing::model::{AuditAction, Channel, Level, Post, Role};
use yuqing::pipeline::{discovered, process_all};
use yuqing::store::AuditFilter;

/// Rows of a table without the mark that Excel reads.
fn rows(answered: &Answered) -> Vec<Vec<String>> {
    assert_eq!(
        (answered.status, answered.content_type.as_str()),
        (StatusCode::OK, "text/csv; charset=utf-8"),
        "{}",
        answered.text()
    );
    let text = answered.text();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows = reader.records().map(|row| row.expect("a row"));
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

fn first_sheet(answered: Answered) -> Vec<Vec<String>> {
    assert_eq!(answered.status, StatusCode::OK, "{}", answered.text());
    let mut book =
        calamine::open_workbook_auto_from_rs(Cursor::new(answered.body)).expect("a workbook");
    let sheet = calamine::Reader::worksheet_range_at(&mut book, 0);
    let sheet = sheet.expect("a sheet").expect("cells");
    let rows = sheet.rows();
    rows.map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

/// Subject and detail, the earliest first.
fn written(app: &App) -> Vec<String> {
    let lines = app.store.audit(&AuditFilter {
        action: Some(AuditAction::Export),
        ..AuditFilter::default()
    });
    let lines = lines.expect("the store works").into_iter().rev();
    lines
        .map(|line| format!("{} {}", line.subject, line.detail))
        .collect()
}

const MARK: &str = "导出：李芳　2017-04-14 09:00　内部资料";

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_cases_is_taken_along_as_it_is_filtered() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    for (number, from, title) in [
        ("1", "某市网信办", "=HYPERLINK(\"http://example.cn\")"),
        ("2", "某市网信办", "养老金认证的转办"),
        ("3", "省厅", "社保卡补办的转办"),
    ] {
        let made = desk
            .post(
                "/cases/new",
                &[
                    ("from", from),
                    ("document_no", number),
                    ("title", title),
                    ("text", "请核查"),
                    ("received", "2017-04-13T16:00"),
                    ("due", "2017-04-14 18:00"),
                    ("office", "社保卡中心"),
                ],
            )
            .await;
        assert_eq!(made.location, format!("/cases/{number}"), "{}", made.text());
    }
    let shown = desk.get("/cases?from=%E7%BD%91%E4%BF%A1").await.text();
    assert!(
        shown.contains("action=\"/cases/export\"")
            && shown.contains("<input type=\"hidden\" name=\"from\" value=\"网信\">"),
        "{shown}"
    );
    let asked = [("from", "网信"), ("format", "csv")];
    let table = rows(&desk.post("/cases/export", &asked).await);
    assert_eq!(table[0], [MARK]);
    assert_eq!(table[1][..4], ["编号", "种类", "事由", "来文单位"]);
    assert_eq!(table.len(), 4, "{table:?}");
    let row = &table[2];
    assert_eq!(row[2], "'=HYPERLINK(\"http://example.cn\")");
    assert_eq!(
        [&row[0], &row[6], &row[7], &row[10], &row[11]],
        [
            "1",
            "2017-04-13 16:00",
            "2017-04-14 18:00",
            "社保卡中心",
            "剩9小时"
        ]
    );

    let all = [("year", "2017"), ("format", "xlsx")];
    let table = first_sheet(desk.post("/cases/export", &all).await);
    assert_eq!(table.len(), 5);
    assert_eq!(table[0][0], MARK);
    // A cell of words: Excel reckons nothing.
    assert_eq!(table[2][2], "=HYPERLINK(\"http://example.cn\")");
    assert_eq!(
        written(&test.app),
        [
            "办理件 导出2件为CSV，未办结，来文单位：网信",
            "办理件 导出3件为Excel，2017年收到的全部",
        ]
    );

    for wrong in [
        [("format", "pdf"), ("year", "")],
        [("format", "csv"), ("year", "x")],
        [("format", "csv"), ("state", "x")],
    ] {
        let answered = desk.post("/cases/export", &wrong).await;
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{wrong:?}");
    }
    let reader = Desk::with_roles(&test.app, "王五", &[Role::Viewer]);
    for path in ["/cases/export", "/events/export"] {
        let refused = reader.post(path, &[("format", "csv")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(!reader.get("/cases").await.text().contains("/cases/export"));
    assert!(
        !reader
            .get("/events")
            .await
            .text()
            .contains("/events/export")
    );
    assert_eq!(written(&test.app).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_events_is_taken_along_as_it_is_filtered() {
    let test = TestApp::open(shipped());
    let desk = Desk::of(&test.app);
    let posts = [
        (
            "=1+1社保局门口见",
            "郑州市社保局拖着养老金不发，大家4月15日上午九点到市社保局门口集合拉横幅讨说法",
        ),
        (
            "换卡没人管",
            "投诉郑州市社保局：换领社会保障卡现场没人维持秩序，插队的比排队的还多，太差了",
        ),
    ];
    let seen = at("2017-04-13T22:00:00+08:00");
    let posts = posts.map(|(title, text)| Post {
        url: Some(format!("https://example.cn/{}", title.chars().count())),
        title: title.to_owned(),
        text: text.to_owned(),
        ..Post::bare(Channel::Forum, "示例论坛", seen)
    });
    let found: Vec<_> = posts.into_iter().filter_map(discovered).collect();
    test.app
        .on_cpu(move |app| {
            app.store.save_posts(&found, app.now())?;
            process_all(app)
        })
        .await
        .expect("the store works");
    let shown = desk.get("/events?days=7&level=orange").await.text();
    assert!(
        shown.contains("action=\"/events/export\"")
            && shown.contains("<input type=\"hidden\" name=\"level\" value=\"orange\">"),
        "{shown}"
    );
    let asked = [("days", "7"), ("level", "orange"), ("format", "csv")];
    let table = rows(&desk.post("/events/export", &asked).await);
    assert_eq!(table[0], [MARK]);
    assert_eq!(table[1][..3], ["编号", "级别", "事件"]);
    assert_eq!(table.len(), 3, "{table:?}");
    assert_eq!(table[2][1], Level::Orange.label());
    assert!(table[2][2].starts_with("'=1+1"), "{table:?}");
    assert_eq!(table[2][7], "1");

    let all = [("days", "all"), ("format", "xlsx")];
    let table = first_sheet(desk.post("/events/export", &all).await);
    assert_eq!((table.len(), table[0][0].as_str()), (4, MARK));
    assert_eq!(
        written(&test.app),
        [
            "事件 导出1起为CSV，近7天，级别：橙",
            "事件 导出2起为Excel，全部",
        ]
    );
    let wrong = desk
        .post("/events/export", &[("days", "x"), ("format", "csv")])
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}
