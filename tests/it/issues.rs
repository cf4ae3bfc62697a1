//! Issues from draft to archive: edited, returned, signed, frozen, verified, corrected; 增刊, 快报, 周报, 零报告.

mod again;

use crate::program::{Desk, Done};
use crate::site::{TestApp, at, shipped};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use yuqing::config::Config;
use yuqing::digest::edit::Part;
use yuqing::digest::freeze::rendition;
use yuqing::digest::layout::number_line;
use yuqing::digest::render::render;
use yuqing::document::Format;
use yuqing::model::{
    Channel, DigestKind, EventId, Issue, IssueId, Post, PostId, Precision, PublishedAt,
};
use yuqing::pipeline::{
    CaseOrder, Drafted, EditOrder, MatterId, Scope, SpecialOrder, digest_once, discovered,
    draft_express, draft_now, draft_special, draft_supplement, edit_issue, freeze_issue,
    register_case, verify_issue,
};

/// Titles that would break out of a page, turn a line around, or fill it.
fn hostile_titles() -> Vec<String> {
    vec![
        "<script>x()</script>社保窗口态度差".to_owned(),
        "郑州社保\u{202e}大厅\u{0}窗口\u{200b}态度差".to_owned(),
        format!("郑州社保大厅窗口态度差{}", "很".repeat(10_000)),
        "😡😡郑州社保大厅窗口态度差👨‍👩‍👧‍👦".to_owned(),
    ]
}

fn desk_with(titles: &[String]) -> Desk {
    let desk = Desk::new();
    let published = (Utc::now() - TimeDelta::hours(2)).to_rfc3339();
    let lines: Vec<String> = titles
        .iter()
        .enumerate()
        .map(|(number, title)| {
            let place = ["金水区", "二七区", "中原区", "管城回族区"][number % 4];
            json!({"id": format!("p{number}"), "channel": "forum", "source_name": format!("示例论坛{number}"),
                "url": format!("https://bbs{number}.example.cn/thread-{number}-1-1.html"), "title": title,
                "text": format!("今天去郑州市{place}社保大厅办退休手续，第{number}个窗口的工作人员态度恶劣，一句话把人打发走，投诉电话一直占线。"),
                "published_at": published})
            .to_string()
        })
        .collect();
    desk.write("posts.jsonl", lines.join("\n"));
    desk.expect(0, &["import", "posts.jsonl"]);
    desk
}

fn issue(desk: &Desk, arguments: &[&str]) -> Done {
    desk.run(&[&["issue"], arguments].concat())
}

/// A command that must succeed, with its JSON.
fn done(desk: &Desk, arguments: &[&str]) -> Value {
    desk.expect(0, &[&["issue"], arguments, &["--json"]].concat())
        .json()
}

fn id_of(issue: &Value) -> String {
    issue["id"].to_string()
}

fn sign(desk: &Desk, id: &str) -> Value {
    done(desk, &["approve", id, "--by", "审核人"]);
    done(desk, &["sign", id, "--by", "签发人"])
}

/// Exports to a file.
fn exported(desk: &Desk, id: &str, format: &str) -> Vec<u8> {
    let file = format!("{id}.{format}");
    desk.expect(0, &["issue", "export", id, "--format", format, "-o", &file]);
    std::fs::read(desk.path(&file)).expect("exported")
}

fn entries(issue: &Value) -> Vec<Value> {
    let sections = issue["sections"].as_array().expect("a list").iter();
    sections
        .flat_map(|section| section["entries"].as_array().expect("a list").clone())
        .collect()
}

/// Drafts the 专报 of what was just saved.
async fn drafted_daily(test: &TestApp) -> IssueId {
    test.process().await;
    test.later(TimeDelta::minutes(5));
    let daily = test.app.config.digests[0].clone();
    let drafted = draft_now(&test.app, &daily, "").await.expect("drafts");
    kinds(&[drafted], test)[0].1
}

fn sign_it(test: &TestApp, id: IssueId) -> Issue {
    let (store, now) = (&test.app.store, test.app.now());
    store.approve_issue(id, "审核人", now).expect("a draft");
    store.sign_issue(id, "签发人", &[], now).expect("approved");
    freeze_issue(&test.app, id).expect("freezes");
    kept(test, id)
}

fn kept(test: &TestApp, id: IssueId) -> Issue {
    let issue = test.app.store.issue(id).expect("the store works");
    issue.expect("it is there")
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_words_are_only_words_from_draft_to_archive() {
    let test = played();
    for (number, title) in hostile_titles().iter().enumerate() {
        complain_as(&test, number, title);
    }
    let id = drafted_daily(&test).await;
    let edit = |order| edit_issue(&test.app, id, None, "甲", &[order]);
    for title in hostile_titles() {
        let worded = edit(EditOrder::Reword(1, Part::Title, title.clone()));
        assert_eq!(worded.is_err(), title.chars().count() > 100, "{worded:?}");
        let note: String = title.chars().take(60).collect();
        edit(EditOrder::Note(note)).expect("a draft");
    }
    let issue = sign_it(&test, id);
    for format in Format::ALL {
        let made = || {
            rendition(
                &test.app.store,
                &issue,
                *format,
                &test.app.press,
                test.app.now(),
            )
            .expect("frozen")
        };
        let bytes = made();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(['\u{202e}', '\u{200b}']), "{format}");
        assert!(bytes.len() < 500_000, "{format} is not flooded");
        if matches!(format, Format::Html | Format::Docx) {
            assert!(!text.contains("<script>x"), "{format}");
        }
        assert_eq!(bytes, made(), "{format} is frozen");
    }
    let verified = verify_issue(&test.app, id).expect("reads").expect("kept");
    assert!(verified.is_right, "{verified:?}");
}

#[test]
fn an_issue_is_edited_returned_signed_and_verified() {
    let desk = desk_with(&hostile_titles()[..2]);
    let draft = done(&desk, &["draft", "daily"]);
    let id = id_of(&draft);
    let before = entries(&draft).len();
    let title = "网民反映社保大厅窗口服务问题";
    let edited = done(
        &desk,
        &[
            "edit",
            &id,
            "--by",
            "甲",
            "--entry",
            "1",
            "--title",
            title,
            "--advice",
            "请社保局今日核实。",
        ],
    );
    assert_eq!(edited["revision"], 2, "a revision for each change");
    assert_eq!(entries(&edited)[0]["title"], title);
    let stale = issue(
        &desk,
        &["edit", &id, "--by", "乙", "--drop", "1", "--revision", "0"],
    );
    assert_eq!(stale.code, Some(2));
    assert!(
        stale.err.contains("甲于") && stale.err.contains("改第1条标题"),
        "{}",
        stale.err
    );
    let lost = done(&desk, &["history", &id]);
    let refused = lost["revisions"]
        .as_array()
        .expect("a list")
        .last()
        .cloned()
        .expect("one");
    assert_eq!(
        (&refused["revision"], &refused["by"]),
        (&Value::Null, &"乙".into())
    );
    assert!(
        refused["before"].as_str().expect("words").contains(title),
        "{refused}"
    );

    done(&desk, &["approve", &id, "--by", "丙"]);
    let late = issue(&desk, &["edit", &id, "--by", "甲", "--note", "晚了"]);
    assert!(
        late.code == Some(2) && late.err.contains("issue return"),
        "{}",
        late.err
    );
    let returned = done(
        &desk,
        &["return", &id, "--by", "丙", "--reason", "建议不具体"],
    );
    assert_eq!(returned["state"], "draft");
    let signed = sign(&desk, &id);
    assert_eq!(entries(&signed).len(), before);
    assert!(signed["seal"].as_str().is_some_and(|seal| seal.len() == 64));
    let steps: Vec<&Value> = signed["steps"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| &it["step"])
        .collect();
    assert_eq!(
        steps,
        ["drafted", "approved", "returned", "approved", "signed"]
    );

    let verified = done(&desk, &["verify", &id]);
    assert_eq!(
        (&verified["content"], &verified["is_right"]),
        (&"intact".into(), &true.into())
    );
    assert!(
        verified["renditions"].as_array().expect("a list").len() >= 5,
        "{verified}"
    );
    let text = exported(&desk, &id, "txt");
    let database = rusqlite::Connection::open(desk.path("data/yuqing.db")).expect("the database");
    database
        .execute(
            "UPDATE issues SET content = replace(content, '\"negative\":', '\"negative\":1')",
            [],
        )
        .expect("writes");
    assert_eq!(exported(&desk, &id, "txt"), text, "what was frozen stays");
    let tampered = issue(&desk, &["verify", &id]);
    assert_eq!(tampered.code, Some(1), "{}", tampered.out);
    assert!(
        tampered.out.contains("散列对不上") && tampered.out.contains("负面"),
        "{}",
        tampered.out
    );
}

#[test]
fn a_correction_is_an_issue_of_its_own_and_the_signed_one_stays() {
    let desk = desk_with(&hostile_titles()[..1]);
    let first = id_of(&done(&desk, &["draft", "daily"]));
    let early = issue(
        &desk,
        &["correct", &first, "--by", "甲", "--reason", "标题有误"],
    );
    assert_eq!(early.code, Some(2), "a draft is edited instead");
    sign(&desk, &first);
    let frozen = exported(&desk, &first, "html");
    let correction = done(
        &desk,
        &[
            "correct",
            &first,
            "--by",
            "甲",
            "--reason",
            "第一条属地有误",
        ],
    );
    let second = id_of(&correction);
    let again = done(
        &desk,
        &["correct", &first, "--by", "乙", "--reason", "又一次"],
    );
    assert_eq!(id_of(&again), second, "a draft that waits is the one");
    let place = ["--entry", "1", "--note", "属地应为金水区。"];
    done(
        &desk,
        &[&["edit", &second, "--by", "甲"], &place[..]].concat(),
    );
    let signed = sign(&desk, &second);
    assert_eq!(
        (&signed["number"], &signed["corrects"]["cited"]["issue"]),
        (&2.into(), &first.parse::<i64>().expect("an id").into())
    );
    let text = String::from_utf8(exported(&desk, &second, "txt")).expect("text");
    assert!(
        text.contains("【更正】") && text.contains("第1期：第一条属地有误。以本期为准。"),
        "{text}"
    );
    let shown = done(&desk, &["show", &first]);
    assert_eq!(shown["corrected_by"][0]["id"].to_string(), second);
    assert_eq!(exported(&desk, &first, "html"), frozen);
    desk.expect(0, &["issue", "verify", &second]);
    let next = done(
        &desk,
        &["correct", &first, "--by", "甲", "--reason", "再更正"],
    );
    assert_ne!(id_of(&next), second);
}

#[test]
fn an_emptied_draft_is_no_issue_but_a_zero_report() {
    let desk = desk_with(&hostile_titles()[..1]);
    let draft = done(&desk, &["draft", "daily"]);
    let id = id_of(&draft);
    let full = issue(&desk, &["zero", &id, "--by", "甲"]);
    assert!(
        full.code == Some(2) && full.err.contains("不能登记零报告"),
        "{}",
        full.err
    );
    for _ in entries(&draft) {
        done(&desk, &["edit", &id, "--by", "甲", "--drop", "1"]);
    }
    done(&desk, &["approve", &id, "--by", "甲"]);
    let empty = issue(&desk, &["sign", &id, "--by", "乙"]);
    assert_eq!(empty.code, Some(2));
    assert!(
        empty.err.contains(&format!("issue zero {id}")),
        "{}",
        empty.err
    );
    done(&desk, &["zero", &id, "--by", "甲"]);
    let zeros = done(&desk, &["zeros"]);
    assert_eq!(
        (zeros[0]["digest"].as_str(), zeros[0]["by"].as_str()),
        (Some("daily"), Some("甲"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn editors_add_what_the_draft_left_out() {
    let test = played();
    for number in 0..3 {
        complain(&test, number);
    }
    let id = drafted_daily(&test).await;
    let entries = || kept(&test, id).content.entries().count();
    let (before, post) = {
        let issue = kept(&test, id);
        let first = issue.content.entries().next().expect("one").posts[0].id;
        (entries(), first)
    };
    let edit = |order| edit_issue(&test.app, id, None, "甲", &[order]);
    let double = edit(EditOrder::AddPost(post)).expect_err("it is there");
    assert!(double.to_string().contains("已在第1条"), "{double}");
    edit(EditOrder::Drop(1)).expect("a draft");
    assert_eq!(entries(), before - 1);
    edit(EditOrder::AddPost(post)).expect("a draft");
    assert_eq!(entries(), before);
    assert!(edit(EditOrder::AddPost(PostId(404))).is_err());
    assert!(edit(EditOrder::AddEvent(EventId(404))).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supplement_is_numbered_apart_and_a_matter_keeps_its_number() {
    let test = played();
    complain(&test, 1);
    test.process().await;
    test.later(TimeDelta::minutes(5));
    let daily = test.app.config.digests[0].clone();
    let drafted = draft_supplement(&test.app, &daily, "甲")
        .await
        .expect("drafts");
    let supplement = sign_it(&test, kinds(&[drafted], &test)[0].1);
    assert_eq!(number_line(&supplement), "2017年增刊第1期");

    let post = supplement.content.entries().next().expect("one").posts[0].id;
    let digests = &test.app.config.digests;
    let express = digests.iter().find(|it| it.kind == DigestKind::Express);
    let express = express.expect("shipped");
    let draft = async |is_final| {
        let drafted = draft_express(&test.app, express, MatterId::Post(post), is_final, "甲").await;
        drafted.map(|drafted| kinds(&[drafted], &test)[0].1)
    };
    let closing = draft(true).await.expect_err("nothing was begun");
    assert!(closing.to_string().contains("终报"), "{closing}");
    let first = draft(false).await.expect("drafts");
    assert_eq!(
        draft(false).await.expect("drafts"),
        first,
        "a draft that waits is the one"
    );
    let first = sign_it(&test, first);
    test.later(TimeDelta::hours(2));
    let second = sign_it(&test, draft(false).await.expect("drafts"));
    let last = sign_it(&test, draft(true).await.expect("drafts"));
    let lines = [&first, &second, &last].map(number_line);
    assert_eq!(
        lines,
        ["2017年第1期", "2017年第1期续报一", "2017年第1期终报"]
    );
    let closed = draft(false).await.expect_err("the 终报 was the last word");
    assert!(closed.to_string().contains("请起草更正"), "{closed}");
    let told = last.content.express.expect("a 快报");
    assert_eq!(told.earlier.map(|cited| cited.issue), Some(second.id));
    assert_eq!(
        (told.first, told.changes.is_empty()),
        (Some(first.id), false)
    );
    for id in [supplement.id, first.id, second.id, last.id] {
        let verified = verify_issue(&test.app, id).expect("reads").expect("kept");
        assert!(verified.is_right, "{verified:?}");
    }
}

#[test]
fn mistakes_in_the_file_of_digests_are_named_by_line() {
    let desk = Desk::new();
    let block = "[[digest]]\ncode = \"w\"\nkind = \"weekly\"\ntitle = \"周报\"\npublisher = \"办公室\"\nnotice = \"\"\nreport_to = \"\"\ncopy_to = \"\"\nissue_to = \"\"\ncopies = 1\n";
    let sections = "[[digest.sections]]\ntitle = \"重点\"\nlevels = [\"red\"]\n";
    for (line, says, file) in [
        (1, "要写 schedule", format!("{block}{sections}")),
        (
            11,
            "week",
            format!("{block}period = \"fortnight\"\n{sections}"),
        ),
        (
            11,
            "1 至 20",
            format!("{block}nth_working_day = 99\nschedule = \"0 10 * * *\"\n{sections}"),
        ),
        (
            11,
            "cron",
            format!("{block}cron = \"0 10 * * *\"\n{sections}"),
        ),
        (16, "写了两次", {
            let block = format!("{block}schedule = \"0 10 * * 1\"\n{sections}");
            format!("{block}{block}")
        }),
    ] {
        desk.write("config/digests.toml", file);
        let checked = desk.run(&["check", "--json"]);
        let problem = &checked.json()["problems"][0];
        assert_eq!(problem["line"], line, "{problem}");
        assert!(
            problem["message"].as_str().expect("words").contains(says) || problem["key"] == says,
            "{problem}"
        );
    }
}

fn played() -> TestApp {
    let mut config: Config = shipped();
    config.sources.clear();
    TestApp::open(config)
}

fn complain(test: &TestApp, number: usize) {
    complain_as(test, number, &format!("郑州第{number}号工地拖欠农民工工资"));
}

fn complain_as(test: &TestApp, number: usize, title: &str) {
    let now = test.app.now();
    let place = ["金水区", "二七区", "中原区", "惠济区"][number % 4];
    let post = Post {
        url: Some(format!("http://bbs.example.cn/t/{number}")),
        title: title.to_owned(),
        text: format!(
            "我们{}多人在郑州市{place}第{number}号工地干了半年，工资一分没发，老板电话不接，劳动监察大队说正在登记。",
            20 + number
        ),
        published_at: Some(PublishedAt {
            at: now - TimeDelta::minutes(30),
            precision: Precision::Minute,
            is_inferred: false,
        }),
        ..Post::bare(Channel::Forum, &format!("示例论坛{number}"), now)
    };
    let found = discovered(post).expect("it has words");
    test.app
        .store
        .save_posts(&[found], now)
        .expect("the store works");
}

fn kinds(drafted: &[Drafted], test: &TestApp) -> Vec<(DigestKind, IssueId)> {
    let issues = drafted.iter().filter_map(|drafted| match drafted {
        Drafted::Issue { id, .. } => Some(*id),
        Drafted::Zero { .. } | Drafted::Nothing { .. } => None,
    });
    let kind = |id| {
        let issue = test.app.store.issue(id).expect("the store works");
        issue.expect("just drafted").content.kind
    };
    issues.map(|id| (kind(id), id)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_and_a_month_are_surveyed_when_they_are_over() {
    let test = played();
    let transfer = CaseOrder {
        from_org: Some("省人社厅".to_owned()),
        title: Some("某工地欠薪".to_owned()),
        received_at: Some(at("2017-04-07T09:00:00+08:00")),
        ..CaseOrder::default()
    };
    register_case(&test.app, transfer, "甲").expect("registers");
    for number in 0..6 {
        complain(&test, number);
    }
    test.process().await;
    // Friday 9:00 → Monday 10:00; what came on Monday is of the next week, and of today's 专报.
    test.later(TimeDelta::hours(2 * 24 + 22));
    complain(&test, 6);
    test.later(TimeDelta::hours(3));
    let drafted = digest_once(&test.app).await.expect("drafts");
    let found = kinds(&drafted, &test);
    let weekly = found.iter().find(|(kind, _)| *kind == DigestKind::Weekly);
    let (_, weekly) = *weekly.expect("the week is over");
    assert!(
        found.iter().any(|(kind, _)| *kind == DigestKind::Daily),
        "{found:?}"
    );
    let issue = test.app.store.issue(weekly).expect("reads").expect("kept");
    let period = issue.content.period;
    assert_eq!(
        (period.from, period.to),
        (
            at("2017-04-10T00:00:00+08:00"),
            at("2017-04-17T00:00:00+08:00")
        )
    );
    assert_eq!(issue.content.overview.found, 6);
    let survey = issue.content.survey.as_ref().expect("a 周报 surveys");
    let [track] = &survey.tracking[..] else {
        panic!("one case of the week before: {:?}", survey.tracking);
    };
    assert!(
        track.starts_with("省人社厅“某工地欠薪”。时限") && track.ends_with("现为收文登记。"),
        "{track}"
    );
    let page = String::from_utf8(render(&issue, Format::Text).expect("renders")).expect("text");
    assert!(page.contains("、上期转办跟踪\n"), "{page}");
    assert!(
        digest_once(&test.app).await.expect("again").is_empty(),
        "once a week"
    );

    let now = test.app.now();
    test.app
        .store
        .approve_issue(weekly, "甲", now)
        .expect("a draft");
    test.app
        .store
        .sign_issue(weekly, "乙", &[], now)
        .expect("approved");
    digest_once(&test.app).await.expect("freezes");
    assert!(
        test.app
            .store
            .frozen_renditions(weekly)
            .expect("reads")
            .len()
            >= 5
    );
    let verified = verify_issue(&test.app, weekly)
        .expect("reads")
        .expect("kept");
    assert!(verified.is_right, "{verified:?}");

    // To the third working day of May: the first is a holiday.
    test.later(TimeDelta::days(17));
    let drafted = digest_once(&test.app).await.expect("drafts");
    let monthly = kinds(&drafted, &test);
    assert!(
        monthly.iter().any(|(kind, _)| *kind == DigestKind::Monthly),
        "{monthly:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_supplement_printed_is_not_printed_again() {
    let test = played();
    complain(&test, 1);
    test.process().await;
    test.later(TimeDelta::minutes(5));
    let daily = test.app.config.digests[0].clone();
    draft_supplement(&test.app, &daily, "甲")
        .await
        .expect("drafts");
    test.later(TimeDelta::days(3));
    let drafted = digest_once(&test.app).await.expect("drafts");
    let dailies: Vec<_> = kinds(&drafted, &test)
        .into_iter()
        .filter(|(kind, _)| *kind == DigestKind::Daily)
        .collect();
    assert!(dailies.is_empty(), "nothing new: {drafted:?}");
    assert_eq!(
        test.app
            .store
            .zero_reports(Some("daily"), 9)
            .expect("reads")
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_special_report_surveys_what_it_was_asked_for() {
    let test = played();
    for number in 0..4 {
        complain(&test, number);
    }
    test.process().await;
    test.later(TimeDelta::minutes(5));
    let digest = test
        .app
        .config
        .digests
        .iter()
        .find(|it| it.kind == DigestKind::Special)
        .cloned()
        .expect("shipped");
    let order = |query: &str| SpecialOrder {
        scope: Scope::Query(query.parse().expect("a query")),
        key: format!("query:{query}"),
        subject: "关于欠薪的专题报告".to_owned(),
        period: yuqing::model::Period {
            from: at("2017-04-01T00:00:00+08:00"),
            to: at("2017-04-15T00:00:00+08:00"),
        },
    };
    let made = draft_special(&test.app, &digest, order("工地"), "甲")
        .await
        .expect("drafts");
    let again = draft_special(&test.app, &digest, order("工地"), "乙")
        .await
        .expect("drafts");
    let made = kinds(&[made], &test);
    assert_eq!(made, kinds(&[again], &test), "the same order is one draft");
    let (_, id) = made[0];
    let issue = test.app.store.issue(id).expect("reads").expect("kept");
    assert!(issue.content.overview.found > 0 && issue.content.survey.is_some());
    assert!(
        verify_issue(&test.app, id)
            .expect("reads")
            .expect("kept")
            .is_right
    );
    let nothing = draft_special(&test.app, &digest, order("荷花"), "甲").await;
    assert!(nothing.is_err(), "{nothing:?}");
}
