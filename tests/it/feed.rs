//! `/feed/{digest}.xml` and the downloads of an issue, as a reader's program gets them.

use crate::site::{TestApp, page, shipped};
use serde_json::json;
use yuqing::model::{Basis, IssueContent, IssueId};

/// A draft of one entry; `day` keeps the periods apart.
fn content(day: u32, title: &str) -> IssueContent {
    let at = |hour: u32| format!("2017-04-{day:02}T{hour:02}:00:00+08:00");
    let content = json!({
        "digest": "daily",
        "masthead": {
            "title": "人社舆情专报",
            "publisher": "郑州市人力资源和社会保障局办公室",
            "notice": "内部资料　注意保存",
            "report_to": "局党组书记、局长",
            "copy_to": "市互联网舆情办公室",
            "issue_to": "局机关有关处室",
            "copies": 12
        },
        "period": {"from": at(0), "to": at(8)},
        "overview": {
            "found": 1, "by_channel": [], "removed": 0, "judged": 1, "negative": 1, "neutral": 0,
            "positive": 0, "failed_sources": []
        },
        "sections": [{"title": "重点舆情", "entries": [{
            "title": title,
            "level": "yellow",
            "summary": "网民称在大厅排队一上午，\u{202e}没有办成 <b>&amp;</b>。",
            "spread": "", "judgement": "", "advice": "",
            "posts": [{
                "id": 1, "external_id": null, "source": "大河论坛", "channel": "forum",
                "url": "http://bbs.example.cn/t/1", "title": "排队", "published_at": at(1),
                "first_seen_at": at(2)
            }]
        }]}]
    });
    serde_json::from_value(content).expect("content of an issue")
}

fn signed(test: &TestApp, content: &IssueContent) -> IssueId {
    let store = &test.app.store;
    let now = test.app.now();
    let id = store
        .save_draft(content, &Basis::default(), "李某", now)
        .expect("saved");
    store.approve_issue(id, "李某", now).expect("approved");
    store.sign_issue(id, "王某", &[], now).expect("signed");
    id
}

fn save_post(test: &TestApp) {
    use yuqing::model::{Channel, Post};
    let post = Post {
        text: "网民称在大厅排队一上午，没有办成。".to_owned(),
        ..Post::bare(Channel::Forum, "大河论坛", test.app.now())
    };
    let found = yuqing::pipeline::discovered(post).expect("it has words");
    (test.app.store.save_posts(&[found], test.app.now())).expect("the store works");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_has_the_signed_issues_and_no_others() {
    let test = TestApp::open(shipped());
    save_post(&test);
    let first = signed(
        &test,
        &content(3, "网民反映<script>大厅</script>排队 & 等候"),
    );
    let void = signed(&test, &content(4, "网民反映作废的一期"));
    let store = &test.app.store;
    (store.void_issue(void, "王某", "重复", test.app.now())).expect("voided");
    let draft = store.save_draft(
        &content(5, "网民反映草稿"),
        &Basis::default(),
        "李某",
        test.app.now(),
    );
    draft.expect("saved");

    let xml = page(&test.app, "/feed/daily.xml").await;
    let feed = feed_rs::parser::parse(xml.as_bytes()).expect("well-formed Atom");
    assert_eq!(feed.title.expect("a title").content, "人社舆情专报");
    assert_eq!(feed.links[0].rel.as_deref(), Some("self"));
    let [entry] = &feed.entries[..] else {
        panic!("{xml}");
    };
    assert_eq!(entry.id, format!("urn:yuqing:410100:issue:{}", first.0));
    let title = &entry.title.as_ref().expect("a title").content;
    assert!(title.starts_with("人社舆情专报 2017年第1期"), "{title}");
    assert_eq!(entry.updated.expect("a time"), test.app.now().to_utc());
    let body = entry
        .content
        .as_ref()
        .and_then(|content| content.body.as_deref());
    let body = body.expect("content");
    assert!(
        body.contains("【黄】网民反映&") && !body.contains("<script>"),
        "{body}"
    );
    assert!(
        body.contains("没有办成") && !body.contains('\u{202e}'),
        "{body}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_without_issues_is_a_feed_and_an_unknown_one_is_not_found() {
    let test = TestApp::open(shipped());
    let xml = page(&test.app, "/feed/daily.xml").await;
    let feed = feed_rs::parser::parse(xml.as_bytes()).expect("well-formed Atom");
    assert!(feed.entries.is_empty());
    for path in ["/feed/nothing.xml", "/feed/daily", "/feed/daily.rss"] {
        assert!(page(&test.app, path).await.contains("没有这一页"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_issues_leads_to_every_format_and_to_the_feed() {
    let test = TestApp::open(shipped());
    save_post(&test);
    let id = signed(&test, &content(3, "网民反映大厅排队")).0;
    let list = page(&test.app, "/issues").await;
    assert!(list.contains(&format!("\"/issues/{id}\"")), "{list}");
    let issue = page(&test.app, &format!("/issues/{id}")).await;
    for format in ["docx", "pdf", "txt", "brief", "clips", "md", "json"] {
        let link = format!("/issues/{id}/export?format={format}");
        assert!(issue.contains(&link), "{link}");
    }
    assert!(list.contains("/feed/daily.xml"));
    let clips = page(&test.app, &format!("/issues/{id}/export?format=clips")).await;
    assert!(
        clips.contains("大河论坛：网民反映大厅排队\nURL：http://bbs.example.cn/t/1\n"),
        "{clips}"
    );
}
