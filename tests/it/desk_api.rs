//! `/api/v1`: a program hands posts in, corrects one, has an issue signed and a case closed; and what it is refused.

use crate::desk::{Answered, Desk};
use crate::site::{TestApp, config, shipped};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use yuqing::config::Config;
use yuqing::model::{AuditAction, Role};
use yuqing::pipeline::process_all;
use yuqing::store::AuditFilter;
use yuqing::web::{Door, routes};

/// Complaints about one window, in our words, from different boards.
fn lines() -> String {
    let lines = (1..=3).map(|number| {
        let post = json!({
            "id": format!("a{number}"), "channel": "forum", "source_name": format!("示例论坛{number}"),
            "url": format!("https://bbs{number}.example.cn/thread-{number}-1-1.html"),
            "title": "郑州社保大厅窗口态度差", "author": "网友甲", "published_at": "2017-04-14T08:10:00+08:00",
            "text": format!("今天去郑州市社保大厅{number}号窗口办退休手续，工作人员态度恶劣，一句话把人打发走，投诉电话一直占线，打13812345678也没人接。"),
        });
        post.to_string() + "\n"
    });
    let unpaid = json!({
        "id": "b1", "channel": "weibo", "source_name": "示例微博", "author": "工人", "published_at": "2017-04-14T08:20:00+08:00",
        "text": "郑州经开区一处工地拖欠我们八名工人工资三个月，劳动监察大队说正在登记，至今没有结果。",
    });
    lines.collect::<String>() + &unpaid.to_string() + "\n"
}

struct Program {
    test: TestApp,
    desk: Desk,
}

impl Program {
    fn new() -> Program {
        Program::with(config(Vec::new()))
    }

    fn with(config: Config) -> Program {
        let test = TestApp::open(config);
        let desk = Desk::of(&test.app);
        Program { test, desk }
    }

    async fn get(&self, path: &str) -> Value {
        let got = self.desk.get(path).await;
        assert_eq!(got.status, StatusCode::OK, "{path}: {}", got.text());
        json_of(&got)
    }

    async fn send(&self, path: &str, kind: &str, body: String) -> Answered {
        let sent = Request::post(path)
            .header(header::CONTENT_TYPE, kind)
            .header("x-csrf-token", self.desk.csrf())
            .body(Body::from(body));
        self.desk.send(sent.expect("a request")).await
    }

    async fn try_post(&self, path: &str, body: &Value) -> Answered {
        self.send(path, "application/json", body.to_string()).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let got = self.try_post(path, &body).await;
        assert_eq!(got.status, StatusCode::OK, "{path}: {}", got.text());
        json_of(&got)
    }

    async fn refused(&self, path: &str, body: Value, status: u16, words: &str) {
        let got = self.try_post(path, &body).await;
        let said = json_of(&got);
        let said = said["error"].as_str().unwrap_or_default();
        assert_eq!(got.status.as_u16(), status, "{path}: {said}");
        assert!(said.contains(words), "{path}: {said}");
    }

    fn audited(&self, action: AuditAction) -> usize {
        let filter = AuditFilter {
            action: Some(action),
            ..AuditFilter::default()
        };
        let lines = self.test.app.store.audit(&filter).expect("the store works");
        lines
            .iter()
            .filter(|line| line.actor.starts_with("李芳（李芳0"))
            .count()
    }

    /// Imports [`lines`], judges and indexes them.
    async fn import(&self) -> Value {
        let got = self
            .send("/api/v1/import", "application/x-ndjson", lines())
            .await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text());
        self.test
            .app
            .on_cpu(process_all)
            .await
            .expect("the steps work");
        json_of(&got)
    }
}

fn json_of(got: &Answered) -> Value {
    assert!(
        got.content_type.starts_with("application/json"),
        "{}: {}",
        got.content_type,
        got.text()
    );
    serde_json::from_slice(&got.body).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_go_in_are_found_judged_corrected_and_gathered() {
    let it = Program::new();
    let imported = it.import().await;
    assert_eq!(
        (&imported["read"], &imported["new"]),
        (&json!(4), &json!(4))
    );
    assert_eq!(
        it.import().await["duplicate"],
        4,
        "the same twice adds nothing"
    );
    assert_eq!(it.audited(AuditAction::Entry), 2);
    let left = std::fs::read_dir(it.test.app.folder().join("received")).expect("made");
    assert_eq!(left.count(), 0, "no copy stays");

    let found = it.get("/api/v1/search?q=%E7%AA%97%E5%8F%A3&limit=1").await;
    assert_eq!(found["total"], 3, "{found}");
    let id = found["hits"][0]["id"].as_i64().expect("an id");
    let post = it.get(&format!("/api/v1/posts/{id}")).await;
    assert!(
        post["masked_text"]
            .as_str()
            .expect("a text")
            .contains("138****5678"),
        "{post}"
    );
    assert!(
        !post.to_string().contains("13812345678"),
        "masked everywhere"
    );
    assert_eq!(post["analysis"]["intent"], "complaint");

    let label = it.get(&format!("/api/v1/posts/{id}/label")).await;
    assert_eq!(label["corrections"], json!([]));
    let path = format!("/api/v1/posts/{id}/label");
    let said = it
        .post(
            &path,
            json!({"intent": "consult", "level": "yellow", "note": "问进度"}),
        )
        .await;
    assert_eq!(said["effective"]["level"], "yellow");
    assert_eq!(said["corrections"][0]["by"], "李芳");
    assert_eq!(
        it.get("/api/v1/labels").await.as_array().map(Vec::len),
        Some(1)
    );
    let back = it.post(&format!("{path}/withdraw"), json!({})).await;
    assert_eq!(back["effective"]["intent"], "complaint");
    it.refused(&format!("{path}/withdraw"), json!({}), 409, "没有可撤回")
        .await;
    it.refused(&path, json!({}), 400, "没有写要更正的项").await;
    it.refused(&path, json!({"lewel": "red"}), 400, "lewel")
        .await;
    it.refused(
        "/api/v1/posts/999/label",
        json!({"level": "red"}),
        404,
        "网址可能写错",
    )
    .await;
    assert_eq!(
        (
            it.audited(AuditAction::Level),
            it.audited(AuditAction::Label)
        ),
        (1, 1)
    );

    let events = it.get("/api/v1/events").await;
    let of = |count: usize| {
        let mut all = events.as_array().expect("a list").iter();
        let found = all.find(|event| event["post_ids"].as_array().map(Vec::len) == Some(count));
        found.expect("gathered").clone()
    };
    let (complaint, unpaid) = (of(3), of(1));
    let merged = json!({"events": [complaint["id"], unpaid["id"]]});
    let merged = it.post("/api/v1/events/merge", merged).await;
    assert_eq!(merged["post_ids"].as_array().map(Vec::len), Some(4));
    let path = format!("/api/v1/events/{}/split", complaint["id"]);
    let split = it.post(&path, json!({"posts": unpaid["post_ids"]})).await;
    assert_eq!(split["post_ids"], unpaid["post_ids"]);
    it.refused(&path, json!({"posts": unpaid["post_ids"]}), 400, "未作拆分")
        .await;
    it.refused(&path, json!({"posts": []}), 400, "拆出哪些信息")
        .await;
    let event = complaint;
    it.refused(
        "/api/v1/events/merge",
        json!({"events": [event["id"]]}),
        400,
        "至少要两个",
    )
    .await;
    assert_eq!(it.audited(AuditAction::Event), 2);

    let judged = it
        .send(
            "/api/v1/analyze",
            "application/x-ndjson",
            lines() + "{\"text\": 1\n",
        )
        .await;
    let judged = json_of(&judged);
    assert_eq!(judged["posts"][0]["external_id"], "a1");
    assert_eq!(judged["refused"][0]["row"], 5, "{judged}");
    for path in [
        "alerts",
        "watches",
        "sources",
        "stats",
        "deliveries",
        "cases",
        "issues",
    ] {
        it.get(&format!("/api/v1/{path}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_is_drafted_returned_signed_exported_and_voided() {
    let it = Program::new();
    it.import().await;
    it.test.later(chrono::TimeDelta::minutes(5));
    let draft = it.post("/api/v1/issues", json!({})).await;
    let id = draft["id"].as_i64().expect("an id");
    let deed = |name: &str| format!("/api/v1/issues/{id}/{name}");
    it.refused(&deed("sign"), json!({}), 409, "不能签发").await;
    // Who says what was read decides on nothing else.
    let seen = it.get(&format!("/api/v1/issues/{id}")).await["revision"].clone();
    let late = json!({"revision": seen.as_u64().expect("a number") + 1});
    it.refused(&deed("approve"), late.clone(), 409, "本期又改过，现为第")
        .await;
    it.post(&deed("approve"), json!({"revision": seen})).await;
    it.refused(&deed("sign"), late, 409, "没有签发；请重新读过再办")
        .await;
    it.refused(
        &deed("void"),
        json!({"reason": "重复", "revision": 99}),
        409,
        "没有作废",
    )
    .await;
    it.refused(&deed("sign"), json!({"revision": "x"}), 400, "")
        .await;
    it.refused(&deed("return"), json!({"reason": " "}), 400, "请填写原因")
        .await;
    assert_eq!(
        it.post(&deed("return"), json!({"reason": "标题不准"}))
            .await["state"],
        "draft"
    );
    it.post(&deed("approve"), json!({})).await;
    let signed = it.post(&deed("sign"), json!({})).await;
    assert_eq!(
        (&signed["state"], &signed["hint"]),
        (&json!("signed"), &json!("审核与签发为同一人"))
    );
    let first = it.desk.get(&deed("export?format=docx")).await;
    let second = it.desk.get(&deed("export?format=docx")).await;
    assert!(
        first.body.starts_with(b"PK") && first.body == second.body,
        "frozen"
    );
    let odd = it.desk.get(&deed("export?format=exe")).await;
    assert_eq!(odd.status, StatusCode::NOT_FOUND);
    it.post(&deed("void"), json!({"reason": "重复"})).await;
    let listed = it.get("/api/v1/issues?state=void").await;
    assert_eq!(listed[0]["id"], id);
    it.refused("/api/v1/issues/99/approve", json!({}), 404, "")
        .await;
    it.refused("/api/v1/issues", json!({"digest": "express"}), 400, "")
        .await;
    let counts = [
        AuditAction::Draft,
        AuditAction::Approve,
        AuditAction::Sign,
        AuditAction::Void,
    ];
    assert_eq!(counts.map(|action| it.audited(action)), [1, 3, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_edited_by_one_who_says_what_was_seen() {
    let it = Program::new();
    it.import().await;
    it.test.later(chrono::TimeDelta::minutes(5));
    let draft = it.post("/api/v1/issues", json!({})).await;
    let path = format!("/api/v1/issues/{}/edit", draft["id"]);
    let entries = |issue: &Value| -> Vec<String> {
        let sections = issue["sections"].as_array().expect("sections").iter();
        let entries = sections.flat_map(|section| section["entries"].as_array().expect("entries"));
        let titles = entries.map(|entry| entry["title"].as_str().unwrap_or_default().to_owned());
        titles.collect()
    };
    assert_eq!(draft["revision"], 0);
    let count = entries(&draft).len();
    let worded = it
        .post(
            &path,
            json!({"revision": 0, "entry": 1, "title": "办事大厅态度生硬", "note": "联系电话13812345678"}),
        )
        .await;
    // Two changes.
    assert_eq!(worded["revision"], 2);
    assert_eq!(entries(&worded)[0], "办事大厅态度生硬");
    assert!(!worded.to_string().contains("13812345678"));
    // Somebody who saw the first draft comes too late, and changes nothing.
    let late = json!({"revision": 0, "drop": 1});
    it.refused(&path, late, 409, "现为第2次修订").await;
    let dropped = it.post(&path, json!({"drop": 1})).await;
    assert_eq!(
        (&dropped["revision"], entries(&dropped).len()),
        (&json!(3), count - 1)
    );
    let post = worded["sections"][0]["entries"][0]["posts"][0]["id"].clone();
    let added = it
        .post(&path, json!({"add_post": post, "note": "本期附注"}))
        .await;
    assert_eq!(
        (&added["revision"], entries(&added).len()),
        (&json!(5), count)
    );
    for (order, status, words) in [
        (json!({}), 400, "没有写要改什么"),
        (json!({"entry": 1}), 400, "没有写要改什么"),
        (json!({"title": "无所指"}), 400, "请用 entry 写明"),
        (json!({"move": 1}), 400, "move 与 to 要一起写"),
        (json!({"move": 1, "to": 1, "drop": 1}), 400, "请分几次做"),
        (json!({"drop": 99}), 400, ""),
        (json!({"revision": 99, "note": "x"}), 409, "没有第99次修订"),
        (json!({"add_post": 999}), 400, "没有编号为999的信息"),
        (json!({"note": "x", "colour": "red"}), 400, "colour"),
    ] {
        it.refused(&path, order, status, words).await;
    }
    let elsewhere = json!({"note": "x"});
    it.refused("/api/v1/issues/99/edit", elsewhere, 404, "")
        .await;
    assert_eq!(it.audited(AuditAction::Draft), 4);
    let reader = Desk::with_roles(&it.test.app, "孙丽", &[Role::Viewer]);
    assert_eq!(reader.post(&path, &[]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_special_report_is_drafted_about_one_thing() {
    let it = Program::with(shipped());
    it.import().await;
    it.test.later(chrono::TimeDelta::minutes(5));
    let order = json!({"digest": "special", "query": "社保大厅", "from": "2017-04-01", "to": "2017-04-14", "name": "办事大厅服务专题"});
    let draft = it.post("/api/v1/issues", order.clone()).await;
    assert!(draft.to_string().contains("办事大厅服务专题"), "{draft}");
    let again = it.post("/api/v1/issues", order).await;
    assert_eq!(again["id"], draft["id"]);
    assert_eq!(it.audited(AuditAction::Draft), 1);
    for (order, words) in [
        (json!({"digest": "special"}), "填其中一项"),
        (
            json!({"digest": "special", "query": "社保", "event": 1}),
            "填其中一项",
        ),
        (
            json!({"digest": "special", "watch": "none"}),
            "没有这个专题",
        ),
        (
            json!({"digest": "special", "topic": "none"}),
            "没有这个主题",
        ),
        (json!({"digest": "special", "query": "(社保"}), "括号"),
        (
            json!({"digest": "special", "query": "社保", "from": "2017-13-01"}),
            "不是日期",
        ),
        (
            json!({"digest": "special", "query": "社保", "from": "2017-04-09", "to": "2017-04-01"}),
            "晚于截止日",
        ),
        (json!({"digest": "special", "post": 1}), "专题报告不用"),
        (
            json!({"digest": "special", "query": "社保", "supplement": true}),
            "不设增刊",
        ),
        (json!({"query": "社保"}), "只用于专题报告"),
    ] {
        it.refused("/api/v1/issues", order, 400, words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_from_register_to_archive() {
    let it = Program::new();
    let letter = json!({
        "from": "某市互联网舆情办公室", "document_no": "某网舆〔2017〕12号", "title": "关于社保卡补办问题的转办",
        "received_at": "2017-04-13T16:00:00+08:00", "due_within": "3个工作日",
    });
    let case = it.post("/api/v1/cases", letter.clone()).await;
    assert_eq!(
        (&case["id"], &case["state"]),
        (&json!(1), &json!("registered"))
    );
    let moved = it
        .post(
            "/api/v1/cases/1/advance",
            json!({"fields": {"office": "社保卡中心"}}),
        )
        .await;
    assert_eq!(
        (&moved["state"], &moved["office"]),
        (&json!("proposed"), &json!("社保卡中心"))
    );
    it.refused(
        "/api/v1/cases/1/advance",
        json!({"to": "registered"}),
        400,
        "写明原因",
    )
    .await;
    it.refused(
        "/api/v1/cases/1/advance",
        json!({"at": "2027-01-01T00:00:00+08:00"}),
        400,
        "不能晚于现在",
    )
    .await;
    it.refused("/api/v1/cases/1/close", json!({}), 400, "没有办理结果")
        .await;
    let close = json!({"reason": "来电已答复", "fields": {"result": "已补办"}});
    let closed = it.post("/api/v1/cases/1/close", close).await;
    assert_eq!(closed["state"], "archived");
    it.refused("/api/v1/cases/1/advance", json!({}), 400, "最后环节")
        .await;
    it.refused("/api/v1/cases/9/advance", json!({}), 404, "")
        .await;
    let mut both = letter;
    both["due_rule"] = json!("T-XF-XIN");
    it.refused("/api/v1/cases", both, 400, "只写其一").await;
    assert_eq!(it.get("/api/v1/cases?open=true").await, json!([]));
    assert_eq!(it.audited(AuditAction::Case), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_is_refused_and_lists_have_an_end() {
    let it = Program::new();
    it.import().await;
    for path in [
        "search",
        "events",
        "issues",
        "cases",
        "alerts",
        "labels",
        "deliveries",
        "stats",
        "issues/1/export",
    ] {
        let got = it
            .desk
            .get(&format!("/api/v1/{path}?lewel=red&format=pdf"))
            .await;
        let said = json_of(&got)["error"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{path}: {said}");
        assert!(
            said.contains("lewel") || said.contains("format"),
            "{path}: {said}"
        );
    }
    for (path, status) in [
        ("alerts?state=gone", 400),
        ("cases?state=x", 400),
        ("events?from=2017-13-01", 400),
        ("events?from=2017-05-01&to=2017-04-01", 400),
        ("events?limit=x", 400),
        ("search?q=(", 400),
        ("stats?year=17", 404),
        ("posts/0", 404),
        ("posts/x", 404),
        ("alerts/1", 404),
        ("deliveries/1", 404),
        ("cases/1", 404),
        ("events/99", 404),
    ] {
        let got = it.desk.get(&format!("/api/v1/{path}")).await;
        assert_eq!(got.status.as_u16(), status, "{path}: {}", got.text());
        assert!(json_of(&got)["error"].is_string(), "{path}");
    }
    assert_eq!(it.get("/api/v1/search?limit=0").await["hits"], json!([]));
    assert_eq!(
        it.get("/api/v1/search?limit=99999999").await["hits"]
            .as_array()
            .map(Vec::len),
        Some(4)
    );
    assert_eq!(it.get("/api/v1/events?offset=99").await, json!([]));
    for (kind, body) in [
        ("text/plain", "{}"),
        ("application/json", "{"),
        ("application/json", "[]"),
    ] {
        let got = it.send("/api/v1/cases", kind, body.to_owned()).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{kind} {body}");
    }
    for body in ["", "  \n"] {
        let got = it
            .send("/api/v1/import", "application/x-ndjson", body.to_owned())
            .await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{}", got.text());
    }
    let reader = Desk::with_roles(&it.test.app, "孙丽", &[Role::Viewer]);
    let got = reader.post("/api/v1/import", &[]).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    assert!(json_of(&got)["error"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_names_every_route_and_no_other() {
    let it = Program::new();
    let document = it.get("/api/openapi.json").await;
    let seen = &document["components"]["schemas"]["Seen"]["properties"]["revision"];
    assert!(
        seen["description"]
            .as_str()
            .is_some_and(|said| said.contains("409")),
        "{seen}"
    );
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            described.insert(format!("{} {path}", method.to_uppercase()));
            assert!(operation["responses"]["200"].is_object(), "{method} {path}");
            assert!(operation["responses"]["403"].is_object(), "{method} {path}");
            assert!(
                !operation["tags"][0].as_str().unwrap_or_default().is_empty(),
                "{path}"
            );
            let named = path.matches('{').count();
            let parameters = operation["parameters"].as_array();
            let in_path =
                parameters.map_or(0, |all| all.iter().filter(|it| it["in"] == "path").count());
            assert_eq!(in_path, named, "{method} {path}");
            assert!(
                method != "post" || operation["requestBody"].is_object(),
                "{path}"
            );
        }
    }
    let served: BTreeSet<String> = (routes().iter())
        .filter(|route| route.path.starts_with("/api/v1/"))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(described, served);
    for route in routes()
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/"))
    {
        assert!(matches!(route.door, Door::Needs(_)), "{}", route.path);
        assert!([Method::GET, Method::POST].contains(&route.method));
    }
    // What is answered has the keys that are described, no more, no fewer.
    it.import().await;
    for (path, schema) in [
        ("search", "SearchReport"),
        ("posts/1", "PostReport"),
        ("posts/1/label", "LabelReport"),
        ("events", "EventRow"),
    ] {
        let answer = it.get(&format!("/api/v1/{path}")).await;
        let answer = answer.get(0).unwrap_or(&answer);
        let schema = &document["components"]["schemas"][schema];
        let described = schema["properties"].as_object().expect("properties");
        let given = answer.as_object().expect("an object");
        for key in given.keys() {
            assert!(described.contains_key(key), "{path}: {key}");
        }
        for key in schema["required"].as_array().expect("some") {
            assert!(
                given.contains_key(key.as_str().unwrap_or_default()),
                "{path}: {key}"
            );
        }
    }
}
