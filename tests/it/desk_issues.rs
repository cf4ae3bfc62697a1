//! 刊物 at the desk: from draft to archive by forms, two editors on one draft, who may what, what is kept of words.

use crate::desk::{Answered, Desk};
use crate::site::{TestApp, shipped};
use axum::http::StatusCode;
use chrono::TimeDelta;
use yuqing::deliver::{Recipient, SecretPlace};
use yuqing::model::{
    AuditAction, Channel, DeliveryState, Issue, IssueId, IssueState, Post, Precision, PublishedAt,
    Role, Transport,
};
use yuqing::pipeline::discovered;
use yuqing::store::{ArchiveFilter, AuditFilter, DeliveryFilter};

fn recipient(code: &str) -> Recipient {
    Recipient {
        id: code.to_owned(),
        name: "办公室".to_owned(),
        transport: Transport::Folder,
        address: "/nowhere".to_owned(),
        url: SecretPlace::default(),
        secret: SecretPlace::default(),
        attachments: Vec::new(),
        template: None,
        is_active: true,
    }
}

/// Matters of different kinds: title and text.
const MATTERS: &[(&str, &str)] = &[
    (
        "郑州金水区工地<script>x()</script>拖欠农民工工资",
        "我们20多人在郑州市金水区一个工地干了半年，工资一分没发，老板电话不接，劳动监察大队说正在登记。",
    ),
    (
        "郑州社保大厅窗口态度差",
        "今天去郑州市二七区社保大厅办退休手续，3号窗口的工作人员态度恶劣，一句话把人打发走，投诉电话一直占线。",
    ),
    (
        "失业金这个月还没到账",
        "郑州市中原区的失业金这个月到现在还没有到账，上个月十五号就发了，12333一直打不通，请问什么时候能发？",
    ),
    (
        "郑州某技校查不到学籍",
        "孩子在郑州市惠济区一所技工学校读了一年，交了一万多学费，现在查不到学籍，学校和主管部门互相推诿，请人社局给个说法。",
    ),
];

/// A pipeline with `count` complaints of different places.
async fn with_complaints(count: usize) -> TestApp {
    let mut config = shipped();
    config.sources.clear();
    config.recipients = vec![recipient("office"), recipient("chief")];
    config.digests[0].recipients = vec!["office".to_owned()];
    let test = TestApp::open(config);
    let now = test.app.now();
    for (number, (title, text)) in MATTERS[..count].iter().enumerate() {
        let post = Post {
            url: Some(format!("http://bbs.example.cn/t/{number}")),
            title: (*title).to_owned(),
            text: (*text).to_owned(),
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
    test.process().await;
    test.later(TimeDelta::minutes(5));
    test
}

/// Drafts the 专报 by the form.
async fn drafted(desk: &Desk) -> i64 {
    let answer = desk.post("/issues/draft", &[("digest", "daily")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let id = answer.location.rsplit('/').next().expect("a path");
    id.parse().expect("an id")
}

fn kept(test: &TestApp, id: i64) -> Issue {
    let issue = test.app.store.issue(IssueId(id)).expect("the store works");
    issue.expect("it is there")
}

/// The names of entries in forms, in printing order.
fn names(issue: &Issue) -> Vec<String> {
    let entries = issue.content.entries();
    entries
        .map(|entry| entry.posts[0].id.0.to_string())
        .collect()
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

/// It was refused with this sentence.
fn refused(answer: &Answered, status: StatusCode, sentence: &str) {
    let text = answer.text();
    assert!(
        answer.status == status && text.contains(sentence),
        "{}: {text}",
        answer.status
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_goes_from_draft_to_archive_by_forms() {
    let test = with_complaints(4).await;
    let (editor, chief) = (
        Desk::with_roles(&test.app, "李芳", &[Role::Editor]),
        Desk::with_roles(&test.app, "王建国", &[Role::Chief]),
    );
    let list = editor.get("/issues").await.text();
    assert!(
        list.contains("没有待审、待签的稿件") && list.contains("起草增刊"),
        "{list}"
    );
    let id = drafted(&editor).await;
    let path = format!("/issues/{id}");
    let page = editor.get(&path).await.text();
    assert!(page.contains("已起草") && page.contains("上移"), "{page}");
    assert!(!page.contains("<script>x"), "words are only words");
    assert!(!page.contains(">审核通过<"), "an editor approves nothing");
    assert!(page.contains(&format!("src=\"{path}/export?format=html\"")));
    assert!(
        page.contains("示例论坛") && page.contains("2017-04-14 08:30"),
        "time and source"
    );
    assert!(editor.get("/issues").await.text().contains("草稿</span>"));

    // Words: only what was changed is a revision.
    let issue = kept(&test, id);
    let (entries, first) = (
        names(&issue),
        issue.content.entries().next().expect("one").clone(),
    );
    let words = [
        ("revision", "0"),
        ("post", &entries[0]),
        ("place", "1"),
        ("title", "网民反映工地欠薪"),
        ("was_title", &first.title),
        ("summary", &first.summary),
        ("was_summary", &first.summary),
        ("note", "联系人13812345678"),
        ("was_note", ""),
    ];
    let saved = editor.post(&format!("{path}/entry"), &words).await;
    assert_eq!(
        saved.location,
        format!("{path}#entry-{}", entries[0]),
        "{}",
        saved.text()
    );
    let issue = kept(&test, id);
    let entry = issue.content.entries().next().expect("one");
    assert_eq!(
        (issue.revision, entry.title.as_str()),
        (2, "网民反映工地欠薪")
    );
    assert!(
        entry.note.starts_with("联系人") && !entry.note.contains("13812345678"),
        "masked"
    );
    let page = editor.get(&path).await.text();
    assert!(
        page.contains("第2次修订：改第1条附注")
            && page.contains(&first.title.replace('<', "&#60;")),
        "{page}"
    );

    // Order: down, then to another section, then a post that stands there already, then out and in again.
    let moved = [
        ("revision", "2"),
        ("post", &entries[0]),
        ("place", "1"),
        ("to", "2"),
    ];
    editor.post(&format!("{path}/order"), &moved).await;
    assert_eq!(names(&kept(&test, id))[1], entries[0]);
    let sections = &test.app.config.digests[0].sections;
    let other = &sections.last().expect("sections").title;
    let moved = [
        ("revision", "3"),
        ("post", &entries[0]),
        ("section", other),
        ("into", "1"),
    ];
    let answer = editor.post(&format!("{path}/order"), &moved).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let section = kept(&test, id)
        .content
        .sections
        .last()
        .expect("one")
        .clone();
    assert_eq!(
        (section.title.as_str(), section.entries.len()),
        (other.as_str(), 1)
    );
    let nowhere = [
        ("revision", "4"),
        ("post", &entries[0]),
        ("section", "头条"),
        ("into", "1"),
    ];
    let answer = editor.post(&format!("{path}/order"), &nowhere).await;
    refused(&answer, StatusCode::BAD_REQUEST, "本刊没有“头条”这个栏目");
    let again = [("revision", "4"), ("what", "post"), ("number", &entries[1])];
    let answer = editor.post(&format!("{path}/add"), &again).await;
    refused(&answer, StatusCode::BAD_REQUEST, "这条信息已在第");
    let dropped = [("revision", "4"), ("post", &entries[1]), ("place", "1")];
    editor.post(&format!("{path}/drop"), &dropped).await;
    assert_eq!(kept(&test, id).content.entries().count(), 3);
    let again = [("revision", "5"), ("what", "post"), ("number", &entries[1])];
    editor.post(&format!("{path}/add"), &again).await;
    assert_eq!(kept(&test, id).content.entries().count(), 4);
    let note = [
        ("revision", "6"),
        ("note", "以上为初步情况。"),
        ("was_note", ""),
    ];
    editor.post(&format!("{path}/note"), &note).await;
    assert_eq!(kept(&test, id).content.note, "以上为初步情况。");
    assert_eq!(
        audited(&test, AuditAction::Draft).len(),
        7,
        "draft, words, two moves, out, in, note"
    );

    // Review: an approval is of what was seen.
    let old = chief
        .post(&format!("{path}/approve"), &[("revision", "6")])
        .await;
    refused(&old, StatusCode::CONFLICT, "本期又改过（现为第7次修订）");
    let early = chief
        .post(&format!("{path}/sign"), &[("revision", "7")])
        .await;
    refused(&early, StatusCode::CONFLICT, "本期现为“草稿”，不能签发");
    let seen = [("revision", "7")];
    chief.post(&format!("{path}/approve"), &seen).await;
    let bare = chief.post(&format!("{path}/return"), &seen).await;
    refused(&bare, StatusCode::BAD_REQUEST, "请填写退回原因");
    let reason = [("revision", "7"), ("reason", "建议不具体")];
    chief.post(&format!("{path}/return"), &reason).await;
    assert_eq!(kept(&test, id).state, IssueState::Draft);
    chief.post(&format!("{path}/approve"), &seen).await;
    let page = chief.get(&path).await.text();
    assert!(
        page.contains("审核人也是您") && page.contains("办公室（office，文件夹）"),
        "{page}"
    );
    assert!(page.contains("并发送给1个收件人"), "{page}");
    let late = editor
        .post(
            &format!("{path}/note"),
            &[
                ("revision", "7"),
                ("note", "晚到的话"),
                ("was_note", "以上为初步情况。"),
            ],
        )
        .await;
    refused(&late, StatusCode::CONFLICT, "本期现为“审核”，不能再改");
    assert!(late.text().contains("没有保存的文字") && late.text().contains("晚到的话"));
    chief.post(&format!("{path}/sign"), &seen).await;
    let issue = kept(&test, id);
    assert_eq!(
        (issue.state, issue.number.map(|it| it.number)),
        (IssueState::Signed, Some(1))
    );
    let page = chief.get(&path).await.text();
    assert!(
        page.contains("已签发：2017年第1期") && page.contains("审核与签发为同一人（王建国）"),
        "{page}"
    );
    for (action, count) in [(AuditAction::Approve, 3), (AuditAction::Sign, 1)] {
        let lines = audited(&test, action);
        assert_eq!(lines.len(), count, "{lines:?}");
        assert!(
            lines
                .iter()
                .all(|line| line.contains(&format!("刊物#{id}"))),
            "{lines:?}"
        );
    }

    // Files, figures, archive.
    let word = editor.get(&format!("{path}/export?format=docx")).await;
    assert!(word.body.starts_with(b"PK"), "{}", word.content_type);
    assert!(audited(&test, AuditAction::Export)[0].contains("下载docx"));
    let verified = editor.get(&format!("{path}/verify")).await.text();
    assert!(
        verified.contains("核对无误") && verified.contains("内容与签发时一致"),
        "{verified}"
    );
    for (query, found) in [
        ("number=1", true),
        ("number=9", false),
        ("year=2017&digest=daily", true),
        ("year=2016", false),
        ("number=x&page=y", true),
    ] {
        let list = editor.get(&format!("/issues?{query}")).await.text();
        assert_eq!(
            list.contains(&format!("<a href=\"{path}\">")),
            found,
            "{query}: {list}"
        );
    }
    assert!(
        editor.get("/issues").await.text().contains("待发1"),
        "how far the deliveries are"
    );
    let archived = test.app.store.archived_issues(&ArchiveFilter {
        limit: 9,
        ..ArchiveFilter::default()
    });
    assert_eq!(archived.expect("the store works").len(), 1);

    // Correction and void.
    let bare = chief.post(&format!("{path}/correct"), &[]).await;
    refused(&bare, StatusCode::BAD_REQUEST, "请填写更正说明");
    let correction = chief
        .post(&format!("{path}/correct"), &[("reason", "第一条属地有误")])
        .await
        .location;
    let page = chief.get(&correction).await.text();
    assert!(
        page.contains("本期更正") && page.contains("第一条属地有误"),
        "{page}"
    );
    // Nothing of the day goes into it.
    let today = chief.get("/").await.text();
    assert!(today.contains("还没有草稿"), "{today}");
    assert!(!today.contains(&correction), "{today}");
    let same = chief
        .post(&format!("{correction}/approve"), &[("revision", "0")])
        .await;
    refused(&same, StatusCode::CONFLICT, "内容还与原期相同");
    chief
        .post(
            &format!("{correction}/void"),
            &[("revision", "0"), ("reason", "不更正了")],
        )
        .await;
    let voided = [("revision", "7"), ("reason", "误签")];
    chief.post(&format!("{path}/void"), &voided).await;
    let page = chief.get(&path).await.text();
    assert!(page.contains("作废原因：误签"), "{page}");
    // Who approved and signed it stays beside who took it back.
    let way = page.split("</ol>").next().unwrap_or_default();
    for step in ["审核", "签发", "作废"] {
        let (_, after) = way
            .split_once(&format!("<strong>{step}</strong>"))
            .expect(step);
        let own = after.split("</li>").next().unwrap_or_default();
        assert!(own.contains("class=\"faint\""), "{step}: {way}");
    }
    let twice = chief.post(&format!("{path}/void"), &voided).await;
    refused(&twice, StatusCode::CONFLICT, "本期现为“作废”");
    assert_eq!(audited(&test, AuditAction::Void).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_editors_on_one_draft_lose_nothing() {
    let test = with_complaints(3).await;
    let (one, other) = (
        Desk::with_roles(&test.app, "李芳", &[Role::Editor]),
        Desk::with_roles(&test.app, "赵敏", &[Role::Editor]),
    );
    let id = drafted(&one).await;
    let path = format!("/issues/{id}");
    let issue = kept(&test, id);
    let entries = names(&issue);
    let before: Vec<_> = issue.content.entries().cloned().collect();
    // 李芳 turns the first two around and rewords one of them.
    let moved = [
        ("revision", "0"),
        ("post", &entries[0]),
        ("place", "1"),
        ("to", "2"),
    ];
    one.post(&format!("{path}/order"), &moved).await;
    let words = [
        ("revision", "1"),
        ("post", entries[0].as_str()),
        ("title", "李芳的标题"),
        ("was_title", &before[0].title),
    ];
    one.post(&format!("{path}/entry"), &words).await;
    // 赵敏 still has the draft as it was.
    let mine = |revision: &'static str| {
        vec![
            ("revision", revision),
            ("post", entries[0].as_str()),
            ("place", "1"),
            ("title", before[0].title.as_str()),
            ("was_title", before[0].title.as_str()),
            ("summary", "赵敏的<b>摘要</b>"),
            ("was_summary", before[0].summary.as_str()),
        ]
    };
    let answer = other.post(&format!("{path}/entry"), &mine("0")).await;
    refused(&answer, StatusCode::CONFLICT, "在您打开之后，李芳于");
    let text = answer.text();
    assert!(
        text.contains("赵敏的&#60;b&#62;摘要&#60;/b&#62;</textarea>"),
        "own words: {text}"
    );
    assert!(
        text.contains("<strong>现稿</strong>"),
        "what stands now: {text}"
    );
    assert!(
        text.contains("value=\"李芳的标题\""),
        "what 赵敏 did not touch is what stands: {text}"
    );
    assert!(
        text.contains("name=\"revision\" value=\"2\""),
        "the form is of the draft that stands"
    );
    assert_eq!(kept(&test, id).revision, 2, "nothing was written over");
    let history = other.get(&path).await.text();
    assert!(history.contains("未采纳：改第2条摘要"), "{history}");
    // Sent again, it is saved, and 李芳's title stays.
    let mut again = mine("2");
    again[3].1 = "李芳的标题";
    again[4].1 = "李芳的标题";
    let answer = other.post(&format!("{path}/entry"), &again).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let issue = kept(&test, id);
    let entry = issue.content.entries().nth(1).expect("two");
    assert_eq!(
        (entry.title.as_str(), entry.summary.contains("赵敏的")),
        ("李芳的标题", true)
    );

    // The entry is gone: its words stand beside the draft.
    one.post(
        &format!("{path}/drop"),
        &[("revision", "3"), ("post", &entries[2])],
    )
    .await;
    let gone = [
        ("revision", "3"),
        ("post", entries[2].as_str()),
        ("place", "3"),
        ("judgement", "赵敏的研判"),
        ("was_judgement", &before[2].judgement),
    ];
    let answer = other.post(&format!("{path}/entry"), &gone).await;
    refused(&answer, StatusCode::CONFLICT, "没有保存的文字");
    assert!(answer.text().contains("赵敏的研判</textarea>"));
    // Too long is said, and the words stay in the form.
    let long = "长".repeat(2001);
    let text = [
        ("revision", "4"),
        ("post", entries[0].as_str()),
        ("judgement", &long),
        ("was_judgement", ""),
    ];
    let answer = other.post(&format!("{path}/entry"), &text).await;
    refused(&answer, StatusCode::BAD_REQUEST, "研判2001字，最多2000字");
    let shown = answer.text();
    assert!(shown.contains(&long));
    // The sentence stands in the entry, beside the form, which the page without a script opens at.
    let own = shown.split(&format!("id=\"entry-{}\"", entries[0])).nth(1);
    let own = own.and_then(|rest| rest.split("</li>").next()).expect("it");
    assert!(own.contains("没有保存：研判2001字"), "{own}");
    assert_eq!(shown.matches("研判2001字").count(), 1);
    let action = format!("{path}/entry#entry-{}", entries[0]);
    assert!(own.contains(&action), "{own}");
    assert!(
        own.contains("标题<span class=\"faint\">（最多28字）"),
        "{own}"
    );
    // Nothing changed is no revision.
    let same = [
        ("revision", "4"),
        ("post", entries[0].as_str()),
        ("title", "李芳的标题\r\n"),
        ("was_title", "李芳的标题"),
    ];
    let answer = other.post(&format!("{path}/entry"), &same).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(kept(&test, id).revision, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_sent_again_or_known_to_have_arrived() {
    let test = with_complaints(2).await;
    let chief = Desk::with_roles(&test.app, "王建国", &[Role::Chief]);
    let id = drafted(&chief).await;
    let path = format!("/issues/{id}");
    let early = chief
        .post(&format!("{path}/send"), &[("to", "chief")])
        .await;
    refused(&early, StatusCode::CONFLICT, "签发后才能发送");
    for step in ["approve", "sign"] {
        chief
            .post(&format!("{path}/{step}"), &[("revision", "0")])
            .await;
    }
    let unknown = chief
        .post(&format!("{path}/send"), &[("to", "nobody")])
        .await;
    refused(&unknown, StatusCode::BAD_REQUEST, "没有这个收件人");
    chief
        .post(&format!("{path}/send"), &[("to", "chief")])
        .await;
    let deliveries = || {
        let filter = DeliveryFilter {
            issue: Some(IssueId(id)),
            ..DeliveryFilter::default()
        };
        let mut found = test.app.store.deliveries(&filter).expect("the store works");
        found.reverse();
        found
    };
    assert_eq!(deliveries().len(), 2);
    // The folder is not there: nothing arrives.
    for _ in 0..20 {
        test.later(TimeDelta::days(1));
        let sent = yuqing::pipeline::deliver_once(&test.app, || false).await;
        sent.expect("the store works");
        if deliveries()
            .iter()
            .all(|it| it.state == DeliveryState::Failed)
        {
            break;
        }
    }
    // The session of days ago is over.
    let chief = Desk::with_roles(&test.app, "孙立", &[Role::Chief]);
    let page = chief.get(&path).await.text();
    assert!(
        page.contains("未送达") && page.contains(">重发</button>"),
        "{page}"
    );
    let [first, second] = &deliveries()[..] else {
        panic!("two")
    };
    let of = |delivery: i64, deed: &str| format!("{path}/deliveries/{delivery}/{deed}");
    let foreign = chief
        .post(
            &format!("/issues/{}/deliveries/{}/resend", id + 1, first.id.0),
            &[],
        )
        .await;
    assert_eq!(
        foreign.status,
        StatusCode::NOT_FOUND,
        "it belongs to another issue"
    );
    chief.post(&of(first.id.0, "resend"), &[]).await;
    assert_eq!(deliveries()[0].state, DeliveryState::Waiting);
    let bare = chief.post(&of(second.id.0, "confirm"), &[]).await;
    refused(&bare, StatusCode::BAD_REQUEST, "请填写怎样核实的");
    chief
        .post(&of(second.id.0, "confirm"), &[("note", "电话问过值班室")])
        .await;
    assert_eq!(deliveries()[1].state, DeliveryState::Sent);
    let twice = chief
        .post(&of(second.id.0, "confirm"), &[("note", "再问")])
        .await;
    refused(&twice, StatusCode::CONFLICT, "不必再确认");
    let lines = audited(&test, AuditAction::Send);
    assert_eq!(lines.len(), 3, "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_drafted_on_request_and_what_is_not() {
    let test = with_complaints(3).await;
    let desk = Desk::with_roles(&test.app, "李芳", &[Role::Editor]);
    let draft = async |fields: &[(&str, &str)]| desk.post("/issues/draft", fields).await;
    for (fields, sentence) in [
        (&[][..], "请填写刊物"),
        (&[("digest", "nothing")], "没有这种刊物"),
        (&[("digest", "express")], "快报要说明哪件事"),
        (&[("digest", "express"), ("event", "x")], "事件编号："),
        (&[("digest", "express"), ("event", "一百")], "应为整数"),
        (
            &[("digest", "express"), ("event", "1"), ("post", "1")],
            "只填一个",
        ),
        (
            &[("digest", "express"), ("event", "404")],
            "没有编号为404的事件",
        ),
        (&[("digest", "special")], "填其中一项"),
        (&[("digest", "special"), ("query", "((")], "。"),
        (&[("digest", "special"), ("watch", "none")], "没有这个专题"),
        (
            &[
                ("digest", "special"),
                ("query", "工地"),
                ("from", "2017-04-14"),
                ("to", "2017-04-01"),
            ],
            "晚于截止日",
        ),
    ] {
        refused(&draft(fields).await, StatusCode::BAD_REQUEST, sentence);
    }
    let closing = draft(&[("digest", "express"), ("post", "1"), ("final", "1")]).await;
    refused(&closing, StatusCode::CONFLICT, "不能直接出终报");
    let express = draft(&[("digest", "express"), ("post", "1")])
        .await
        .location;
    let again = draft(&[("digest", "express"), ("post", "1")])
        .await
        .location;
    assert_eq!(express, again);
    assert!(desk.get(&again).await.text().contains("没有另起"));
    let special = draft(&[
        ("digest", "special"),
        ("query", "工地"),
        ("from", "2017-04-01"),
        ("to", "2017-04-14"),
        ("name", "关于<i>欠薪</i>的专题报告"),
    ])
    .await;
    assert!(
        special.location.starts_with("/issues/"),
        "{}",
        special.text()
    );
    let supplement = draft(&[("digest", "daily"), ("supplement", "1")])
        .await
        .location;
    assert!(desk.get(&supplement).await.text().contains("增刊"));
    let prepared = desk.get("/issues?post=7").await.text();
    assert!(
        prepared.contains("<details open>") && prepared.contains("value=\"7\""),
        "{prepared}"
    );

    // An emptied draft becomes a zero report, for editors too; a full one does not.
    let test = with_complaints(1).await;
    let desk = Desk::with_roles(&test.app, "李芳", &[Role::Editor]);
    let id = drafted(&desk).await;
    let path = format!("/issues/{id}");
    let full = desk
        .post(&format!("{path}/zero"), &[("revision", "0")])
        .await;
    refused(&full, StatusCode::CONFLICT, "不能登记零报告");
    let post = names(&kept(&test, id))[0].clone();
    desk.post(
        &format!("{path}/drop"),
        &[("revision", "0"), ("post", &post)],
    )
    .await;
    assert!(
        desk.get(&path)
            .await
            .text()
            .contains(">登记零报告</button>")
    );
    desk.post(&format!("{path}/zero"), &[("revision", "1")])
        .await;
    let zeros = desk.get("/issues/zeros").await.text();
    assert!(zeros.contains("李芳") && zeros.contains("共1次"), "{zeros}");

    // Whose role may not, and what is not there.
    let viewer = Desk::with_roles(&test.app, "周静", &[Role::Viewer]);
    for (desk, deed) in [
        (&viewer, "note"),
        (&viewer, "approve"),
        (&desk, "sign"),
        (&desk, "void"),
        (&desk, "send"),
    ] {
        let answer = desk
            .post(&format!("{path}/{deed}"), &[("revision", "1")])
            .await;
        refused(&answer, StatusCode::FORBIDDEN, "您的角色没有");
    }
    let page = viewer.get(&path).await.text();
    assert!(
        !page.contains("name=\"revision\""),
        "nothing to do for those who read: {page}"
    );
    for missing in [
        "/issues/404",
        "/issues/x",
        "/issues/404/verify",
        "/issues/404/export?format=pdf",
    ] {
        assert_eq!(
            desk.get(missing).await.status,
            StatusCode::NOT_FOUND,
            "{missing}"
        );
    }
    let missing = desk
        .post("/issues/404/note", &[("revision", "0"), ("note", "话")])
        .await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let unseen = desk.post(&format!("{path}/note"), &[("note", "话")]).await;
    refused(&unseen, StatusCode::BAD_REQUEST, "缺少修订号");
}
