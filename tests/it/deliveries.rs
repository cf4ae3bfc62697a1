//! Deliveries against a mail server, robots, hooks and folders on loopback: what they get, what becomes of refusals,
//! and that each gets it once, whatever breaks off in between.

use crate::mailbox::{Mailbox, Mood, Received, Speech, decoded};
use crate::receiver::{Receiver, Reply};
use crate::site::{TestApp, at, config, open_in};
use chrono::TimeDelta;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use yuqing::app::App;
use yuqing::config::{Config, parse_recipients};
use yuqing::deliver::MailTls;
use yuqing::digest::render::render;
use yuqing::document::Format;
use yuqing::model::{
    Channel, Delivery, DeliveryId, DeliveryOutcome, DeliveryState, Issue, NewDelivery, Notice,
    Post, Precision, PublishedAt, Subject,
};
use yuqing::pipeline::{
    Drafted, deliver_once, deliver_these, discovered, draft_now, queue_issue, send_test,
};
use yuqing::store::{DeliveryClaim, DeliveryFilter};

const COMPLAINT: &str = "\
我们在郑州经开区第八大街一处工地做木工，一起干活的有三十多名工人，说好每天260元，按月结算。\
到4月13日已经干了3个月，每人只领到2000元生活费，剩下的工资一分钱没给。\
我们4月10日去经开区劳动监察大队登记，材料补齐后说正在协调，电话13812345678留给了他们，至今没有人回话。";

fn mail_to(id: &str, address: &str) -> String {
    format!(
        "[[recipient]]\nid = \"{id}\"\nname = \"{id}办公室\"\ntransport = \"email\"\naddress = \"{address}\"\n"
    )
}

fn hook(id: &str, address: &str) -> String {
    format!(
        "[[recipient]]\nid = \"{id}\"\nname = \"系统\"\ntransport = \"webhook\"\naddress = \"{address}\"\n"
    )
}

/// A robot whose address, and key where it has one, stand in files of `folder`.
fn robot(folder: &Path, id: &str, transport: &str, url: &str, key: Option<&str>) -> String {
    let write = |name: &str, text: &str| -> PathBuf {
        let path = folder.join(format!("{id}.{name}"));
        std::fs::write(&path, text).expect("the folder can be written to");
        path
    };
    let url = write("url", url);
    let mut text = format!(
        "[[recipient]]\nid = \"{id}\"\nname = \"群\"\ntransport = \"{transport}\"\nurl_file = \"{}\"\n",
        url.display()
    );
    if let Some(key) = key {
        text += &format!("secret_file = \"{}\"\n", write("key", key).display());
    }
    text
}

fn configured(recipients: &str) -> Config {
    let mut config = config(Vec::new());
    config.recipients = parse_recipients(recipients).expect("recipients");
    config.settings.deliver.timeout = Duration::from_secs(20);
    config
}

fn with_mail(recipients: &str, mailbox: &Mailbox) -> Config {
    let mut config = configured(recipients);
    let smtp = &mut config.settings.smtp;
    smtp.host = mailbox.address.ip().to_string();
    smtp.port = mailbox.address.port();
    smtp.tls = MailTls::NoneLoopbackOnly;
    smtp.from = "人社舆情 <yuqing@hrss.example.cn>".to_owned();
    smtp.timeout = Duration::from_secs(20);
    config
}

/// A signed issue about unpaid wages.
async fn signed(test: &TestApp) -> Issue {
    let found = discovered(complaint()).expect("it has words");
    let app = &test.app;
    (app.store.save_posts(&[found], app.now())).expect("the store works");
    test.process().await;
    test.later(TimeDelta::minutes(5));
    let digest = app.config.digests[0].clone();
    let drafted = draft_now(app, &digest, "").await.expect("drafts");
    let Drafted::Issue { id, .. } = drafted else {
        panic!("nothing worth an issue: {drafted:?}");
    };
    app.store
        .approve_issue(id, "审核员", app.now())
        .expect("a draft");
    app.store
        .sign_issue(id, "签发人", &[], app.now())
        .expect("approved");
    app.store
        .issue(id)
        .expect("the store works")
        .expect("just signed")
}

fn complaint() -> Post {
    Post {
        author: Some("讨薪的老王".to_owned()),
        url: Some("http://bbs.example.cn/t/1".to_owned()),
        title: "郑州经开区一工地拖欠三十多名工人工资".to_owned(),
        text: COMPLAINT.to_owned(),
        published_at: Some(PublishedAt {
            at: at("2017-04-14T08:30:00+08:00"),
            precision: Precision::Minute,
            is_inferred: false,
        }),
        ..Post::bare(Channel::Forum, "示例论坛", at("2017-04-14T08:40:00+08:00"))
    }
}

fn send_to(test: &TestApp, issue: &Issue, recipients: &[&str]) {
    let codes: Vec<String> = recipients.iter().map(|code| (*code).to_owned()).collect();
    queue_issue(&test.app, issue, &codes).expect("the store works");
}

fn notify(app: &App, key: &str, recipient: &str, text: &str) {
    let new = NewDelivery {
        subject: Subject::Notice(key.to_owned()),
        recipient: recipient.to_owned(),
        notice: Some(Notice {
            title: "【橙】某工地讨薪".to_owned(),
            text: text.to_owned(),
            level: Some(yuqing::model::Level::Orange),
        }),
        due_at: app.now(),
    };
    let queued = app.store.queue_deliveries(&[new], app.now());
    queued.expect("the store works");
}

async fn deliver(app: &Arc<App>) {
    deliver_once(app, || false).await.expect("the store works");
}

/// All deliveries, oldest first.
fn all(app: &App) -> Vec<Delivery> {
    let mut all = (app.store.deliveries(&DeliveryFilter::default())).expect("the store works");
    all.reverse();
    all
}

fn states(app: &App) -> Vec<DeliveryState> {
    all(app).iter().map(|delivery| delivery.state).collect()
}

/// Under what name a receiver knows it: `alert-1.oa.15b69f95680`.
fn identity(plain_key: &str, delivery: &Delivery) -> String {
    let queued = delivery.queued_at.timestamp_millis();
    format!("{plain_key}.{}.{queued:x}", delivery.recipient)
}

fn id_of(mail: &Received) -> String {
    mail.header("Message-ID")
}

#[tokio::test]
async fn every_recipient_gets_a_mail_of_its_own() {
    let mailbox = Mailbox::start(Speech::Clear, &[]).await;
    let recipients = mail_to("office", "office@example.cn") + &mail_to("boss", "boss@example.cn");
    let test = TestApp::open(with_mail(&recipients, &mailbox));
    let issue = signed(&test).await;
    send_to(&test, &issue, &["office", "boss"]);
    deliver(&test.app).await;
    deliver(&test.app).await;
    let mut mails = mailbox.mails();
    mails.sort_by_key(|mail| mail.to.clone());
    assert_eq!(states(&test.app), [DeliveryState::Sent; 2]);
    assert_eq!((mails.len(), mailbox.asked()), (2, 2));
    assert_eq!(mails[0].to, ["RCPT TO:<boss@example.cn>"]);
    for (mail, own, other) in [(&mails[0], "boss", "office"), (&mails[1], "office", "boss")] {
        assert!(
            !mail.raw.contains(&format!("{other}@example.cn")),
            "addresses stay private"
        );
        let queued = all(&test.app);
        let queued = queued.iter().find(|delivery| delivery.recipient == own);
        let name = identity(&format!("issue-{}", issue.id.0), queued.expect("queued"));
        assert_eq!(id_of(mail), format!("<{name}@hrss.example.cn>"));
        assert!(mail.raw.is_ascii() && mail.header("Subject").starts_with("=?utf-8?b?"));
        let subject = decoded(&mail.header("Subject"));
        assert_eq!(subject, "人社舆情专报2017年第1期（总第1期）");
        assert_eq!(
            mail.header("Date"),
            "Fri, 14 Apr 2017 01:05:00 +0000",
            "the clock of the program"
        );
        let parts = mail.parts();
        let kinds: Vec<&str> = parts
            .iter()
            .map(|part| part.kind.split(';').next().unwrap_or(""))
            .collect();
        let docx = Format::Docx.media_type();
        assert_eq!(kinds, ["text/plain", "text/html", docx]);
        let text = String::from_utf8_lossy(&parts[0].bytes);
        assert!(text.contains("△") && text.contains("http://bbs.example.cn/t/1"));
        assert!(!text.contains("13812345678"), "masked words only");
        let html = render(&issue, Format::Html).expect("renders");
        assert_eq!(without_returns(&parts[1].bytes), without_returns(&html));
        let word = render(&issue, Format::Docx).expect("renders");
        assert_eq!(parts[2].bytes, word, "the same bytes");
        assert!(parts[2].disposition.contains("attachment"));
    }
}

/// Lines of text end on the line as the protocol wants them.
fn without_returns(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .replace('\r', "")
        .trim_end()
        .to_owned()
}

#[tokio::test]
async fn a_refusal_ends_it_and_greylisting_is_tried_again() {
    let moods = [
        Mood::Refuse("550 5.1.1 no such user"),
        Mood::Refuse("451 4.7.1 try later"),
    ];
    let mailbox = Mailbox::start(Speech::Clear, &moods).await;
    let test = TestApp::open(with_mail(&mail_to("office", "office@example.cn"), &mailbox));
    let app = &test.app;
    notify(app, "alert:1", "office", "甲");
    deliver(app).await;
    assert_eq!(states(app), [DeliveryState::Failed]);
    assert!(all(app)[0].message.contains("550"), "{:?}", all(app)[0]);

    notify(app, "alert:2", "office", "乙");
    deliver(app).await;
    let waiting = &all(app)[1];
    assert_eq!(waiting.state, DeliveryState::Waiting);
    assert_eq!(waiting.due_at, app.now() + TimeDelta::minutes(1));
    test.later(TimeDelta::seconds(59));
    deliver(app).await;
    assert!(mailbox.mails().is_empty(), "not before its time");
    test.later(TimeDelta::seconds(1));
    deliver(app).await;
    assert_eq!(all(app)[1].state, DeliveryState::Sent);
    let steps = app
        .store
        .delivery_steps(waiting.id)
        .expect("the store works");
    let outcomes: Vec<_> = steps.iter().map(|step| step.outcome).collect();
    assert_eq!(outcomes, [DeliveryOutcome::Retry, DeliveryOutcome::Sent]);

    let failed = all(app)[0].id;
    (app.store.resend_delivery(failed, "值班员", app.now())).expect("it failed");
    deliver(app).await;
    assert_eq!(states(app), [DeliveryState::Sent; 2]);
    assert_eq!(mailbox.mails().len(), 2);
    let again = app.store.resend_delivery(failed, "值班员", app.now());
    assert!(again.is_err(), "what arrived is not sent again");
}

#[tokio::test]
async fn what_is_refused_for_a_day_fails_in_the_end() {
    let moods = [Mood::Refuse("451 4.7.1 try later"); 3];
    let mailbox = Mailbox::start(Speech::Clear, &moods).await;
    let mut config = with_mail(&mail_to("office", "office@example.cn"), &mailbox);
    config.settings.deliver.max_attempts = 3;
    let test = TestApp::open(config);
    notify(&test.app, "alert:1", "office", "甲");
    for _ in 0..5 {
        deliver(&test.app).await;
        test.later(TimeDelta::hours(4));
    }
    let delivery = &all(&test.app)[0];
    assert_eq!(
        (delivery.state, delivery.attempt_count),
        (DeliveryState::Failed, 3)
    );
}

#[tokio::test]
async fn a_server_that_hangs_holds_up_its_own_mail_only() {
    let mailbox = Mailbox::start(Speech::Clear, &[Mood::Hang]).await;
    let hooks = Receiver::start(&[]).await;
    let recipients = mail_to("office", "office@example.cn") + &hook("oa", &hooks.url("/in"));
    let mut config = with_mail(&recipients, &mailbox);
    config.settings.smtp.timeout = Duration::from_millis(1500);
    config.settings.daemon.deliver_every = Duration::from_millis(10);
    let test = TestApp::open(config);
    let app = &test.app;
    notify(app, "alert:1", "office", "甲");
    for number in 2..6 {
        notify(app, &format!("alert:{number}"), "oa", "乙");
    }
    let meanwhile = async {
        while mailbox.asked() == 0 {
            tokio::task::yield_now().await;
        }
        notify(app, "alert:6", "oa", "丙");
    };
    tokio::join!(deliver(app), meanwhile);
    assert_eq!(hooks.heard().len(), 5, "also what came while it hung");
    let first = &all(app)[0];
    assert_eq!(first.state, DeliveryState::Waiting, "{first:?}");
    assert!(first.message.contains("迟迟不答"), "{first:?}");
}

#[tokio::test]
async fn a_mail_whose_receipt_got_lost_comes_again_under_its_own_name() {
    let moods = [Mood::TakeAndHangUp, Mood::Take, Mood::TakeAndHang];
    let mailbox = Mailbox::start(Speech::Clear, &moods).await;
    let test = TestApp::open(with_mail(&mail_to("office", "office@example.cn"), &mailbox));
    notify(&test.app, "alert:17:red", "office", "甲");
    deliver(&test.app).await;
    test.later(TimeDelta::minutes(1));
    deliver(&test.app).await;
    let mails = mailbox.mails();
    assert_eq!(mails.len(), 2);
    let name = identity("alert-17-red", &all(&test.app)[0]);
    assert_eq!(id_of(&mails[0]), format!("<{name}@hrss.example.cn>"));
    assert_eq!(id_of(&mails[0]), id_of(&mails[1]));

    // A server that hangs after it took a mail has taken it.
    notify(&test.app, "alert:18", "office", "乙");
    deliver(&test.app).await;
    assert_eq!(states(&test.app), [DeliveryState::Sent; 2]);
    assert_eq!(mailbox.mails().len(), 3);
}

#[tokio::test]
async fn a_mail_whose_receipt_gets_lost_twice_waits_for_a_person() {
    let mailbox = Mailbox::start(Speech::Clear, &[Mood::TakeAndHangUp; 2]).await;
    let test = TestApp::open(with_mail(&mail_to("office", "office@example.cn"), &mailbox));
    notify(&test.app, "alert:1", "office", "甲");
    for _ in 0..4 {
        deliver(&test.app).await;
        test.later(TimeDelta::hours(4));
    }
    assert_eq!(states(&test.app), [DeliveryState::Uncertain]);
    assert_eq!(mailbox.mails().len(), 2, "one repetition, not ten");
}

#[tokio::test]
async fn administrators_are_told_what_did_not_arrive_and_never_of_that_notice() {
    let hooks = Receiver::start(&[Reply::json(400, ""), Reply::json(400, "")]).await;
    let recipients = hook("oa", &hooks.url("/in")) + &hook("admin", &hooks.url("/admin"));
    let mut config = configured(&recipients);
    config.duty.administrators = vec!["admin".to_owned(), "nobody".to_owned()];
    let test = TestApp::open(config);
    notify(&test.app, "alert:1", "oa", "甲");
    deliver(&test.app).await;
    deliver(&test.app).await;
    let all = all(&test.app);
    assert_eq!(states(&test.app), [DeliveryState::Failed; 2]);
    let subject = format!("delivery:{}:1", all[0].id.0);
    assert_eq!(
        (all[1].subject.key(), all[1].recipient.as_str()),
        (subject, "admin")
    );
    let notice = all[1].notice.as_ref().expect("it has words");
    assert!(notice.text.contains("HTTP 400"), "{notice:?}");
    assert!(
        notice.text.contains("yuqing deliveries resend"),
        "{notice:?}"
    );
}

#[tokio::test]
async fn fresh_notices_go_before_issues_and_repetitions() {
    let hooks = Receiver::start(&[Reply::json(503, "")]).await;
    let test = TestApp::open(configured(&hook("oa", &hooks.url("/in"))));
    let issue = signed(&test).await;
    notify(&test.app, "alert:1", "oa", "甲");
    deliver(&test.app).await;
    test.later(TimeDelta::minutes(2));
    send_to(&test, &issue, &["oa"]);
    test.later(TimeDelta::minutes(1));
    notify(&test.app, "alert:2", "oa", "乙");
    deliver(&test.app).await;
    let heard = hooks.heard();
    let keys = heard.iter().map(|heard| heard.header("idempotency-key"));
    let keys: Vec<String> = keys
        .map(|key| key.split('.').next().unwrap_or_default().to_owned())
        .collect();
    let issue = format!("issue-{}", issue.id.0);
    assert_eq!(keys, ["alert-1", "alert-2", issue.as_str(), "alert-1"]);
}

#[tokio::test]
async fn the_way_to_the_server_is_encrypted_and_the_password_checked() {
    let folder = TempDir::new().expect("a temporary folder");
    for (speech, tls) in [
        (Speech::Tls, MailTls::Required),
        (Speech::Starttls, MailTls::Starttls),
    ] {
        let mailbox = Mailbox::start(speech, &[]).await;
        let (authority, password) = (folder.path().join("ca.pem"), folder.path().join("password"));
        std::fs::write(&authority, &mailbox.authority).expect("writes");
        std::fs::write(&password, "wrong\n").expect("writes");
        let mut config = with_mail(&mail_to("office", "office@example.cn"), &mailbox);
        let smtp = &mut config.settings.smtp;
        smtp.tls = tls;
        smtp.user = "clerk".to_owned();
        smtp.password_file = password.clone();
        let unknown = TestApp::open(config.clone());
        notify(&unknown.app, "alert:1", "office", "甲");
        deliver(&unknown.app).await;
        let delivery = &all(&unknown.app)[0];
        assert_eq!(
            delivery.state,
            DeliveryState::Waiting,
            "an unknown authority"
        );
        assert!(delivery.message.contains("ca_file"), "{delivery:?}");

        config.settings.smtp.ca_file = authority;
        let test = TestApp::open(config);
        notify(&test.app, "alert:1", "office", "甲");
        deliver(&test.app).await;
        let delivery = &all(&test.app)[0];
        assert_eq!(delivery.state, DeliveryState::Waiting, "{delivery:?}");
        assert!(delivery.message.contains("用户名或口令"), "{delivery:?}");
        std::fs::write(&password, "pass\n").expect("writes");
        test.later(TimeDelta::minutes(1));
        deliver(&test.app).await;
        assert_eq!(states(&test.app), [DeliveryState::Sent]);
        let mail = &mailbox.mails()[0];
        assert!(mail.is_encrypted && mail.user.as_deref() == Some("clerk"));
    }
}

/// Claims as a process does that is killed right afterwards.
fn claim_and_die(app: &App, repeatable: &[&str]) -> Vec<Delivery> {
    let claim = DeliveryClaim {
        repeatable,
        only: None,
        lasts: TimeDelta::minutes(2),
    };
    let claimed = || {
        app.store
            .claim_due_delivery(&claim, app.now())
            .expect("the store works")
    };
    std::iter::from_fn(claimed).collect()
}

#[tokio::test]
async fn after_a_crash_a_repetition_has_the_same_name_or_waits_for_a_person() {
    let data = TempDir::new().expect("a temporary folder");
    let hooks = Receiver::start(&[]).await;
    let recipients = hook("oa", &hooks.url("/in"))
        + &robot(
            data.path(),
            "leaders",
            "wecom",
            &hooks.url("/robot?key=very-secret"),
            None,
        );
    let config = configured(&recipients);
    let app = open_in(data.path(), config.clone());
    notify(&app, "alert:1", "oa", "甲");
    notify(&app, "alert:1", "leaders", "甲");
    assert_eq!(claim_and_die(&app, &["oa"]).len(), 2);
    deliver(&app).await;
    assert!(
        hooks.heard().is_empty(),
        "another process may be sending it"
    );
    drop(app);

    let app = open_in(data.path(), config);
    app.clock.set(app.now() + TimeDelta::minutes(3));
    deliver(&app).await;
    deliver(&app).await;
    assert_eq!(
        states(&app),
        [DeliveryState::Sent, DeliveryState::Uncertain]
    );
    let heard = hooks.heard();
    assert_eq!(heard.len(), 1, "the robot got nothing twice");
    let name = identity("alert-1", &all(&app)[0]);
    assert_eq!(heard[0].header("idempotency-key"), name);

    let steps = app.store.delivery_steps(all(&app)[0].id);
    let outcomes: Vec<_> = steps
        .expect("the store works")
        .iter()
        .map(|step| step.outcome)
        .collect();
    assert_eq!(outcomes, [DeliveryOutcome::Retry, DeliveryOutcome::Sent]);

    let doubtful = all(&app)[1].id;
    let confirmed = (app.store).confirm_delivery(doubtful, "值班员", "电话问过", app.now());
    confirmed.expect("it is uncertain");
    deliver(&app).await;
    assert_eq!(hooks.heard().len(), 1);
    let steps = app.store.delivery_steps(doubtful).expect("the store works");
    let deeds: Vec<_> = steps
        .iter()
        .map(|step| (step.outcome, step.by.clone()))
        .collect();
    assert_eq!(
        deeds,
        [
            (DeliveryOutcome::Uncertain, None),
            (DeliveryOutcome::Confirmed, Some("值班员".to_owned()))
        ]
    );
}

#[tokio::test]
async fn a_result_that_comes_late_counts_only_if_it_arrived() {
    let data = TempDir::new().expect("a temporary folder");
    let hooks = Receiver::start(&[]).await;
    let app = open_in(data.path(), configured(&hook("oa", &hooks.url("/in"))));
    notify(&app, "alert:1", "oa", "甲");
    let slow = claim_and_die(&app, &["oa"]).remove(0);
    app.clock.set(app.now() + TimeDelta::minutes(3));
    deliver(&app).await;
    assert_eq!(states(&app), [DeliveryState::Sent]);
    let late = yuqing::store::AttemptEnd::Failed;
    (app.store.end_attempt(&slow, &late, "迟到的失败", app.now())).expect("the store works");
    assert_eq!(states(&app), [DeliveryState::Sent]);
}

#[tokio::test]
async fn robots_get_numbered_parts_and_go_on_where_they_were_stopped() {
    let ok = Reply::json(200, r#"{"errcode":0,"errmsg":"ok"}"#);
    let busy = Reply::json(200, r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#);
    let hooks = Receiver::start(&[ok.clone(), busy, ok.clone(), ok.clone(), ok]).await;
    let folder = TempDir::new().expect("a temporary folder");
    let url = hooks.url("/cgi-bin/webhook/send?key=very-secret");
    let test = TestApp::open(configured(&robot(
        folder.path(),
        "leaders",
        "wecom",
        &url,
        None,
    )));
    let items: Vec<String> = (1..=24)
        .map(|number| format!("△第{number}条。{}", "网民反映社保卡迟迟不到。".repeat(12)))
        .collect();
    notify(&test.app, "alert:1", "leaders", &items.join("\n\n"));
    deliver(&test.app).await;
    let delivery = &all(&test.app)[0];
    assert_eq!(
        (delivery.state, delivery.parts_sent),
        (DeliveryState::Waiting, 1)
    );
    assert!(delivery.message.contains("45009") && !delivery.message.contains("very-secret"));
    test.later(TimeDelta::minutes(1));
    deliver(&test.app).await;
    assert_eq!(states(&test.app), [DeliveryState::Sent]);
    let contents: Vec<String> = hooks
        .heard()
        .iter()
        .map(|heard| {
            let content = &heard.json()["markdown"]["content"];
            content.as_str().unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(contents.len(), 4, "three parts, the second of them twice");
    assert!(contents.iter().all(|content| content.len() <= 4096));
    assert!(contents[0].starts_with("**【橙】某工地讨薪（1/3）**\n\n△第1条"));
    assert_eq!(contents[1], contents[2]);
    assert!(contents[3].starts_with("**【橙】某工地讨薪（3/3）**"));
    let told = [&contents[0], &contents[2], &contents[3]]
        .map(String::as_str)
        .concat();
    assert!((1..=24).all(|number| told.matches(&format!("△第{number}条")).count() == 1));
}

#[tokio::test]
async fn signed_robots_and_hooks_get_signatures() {
    let hooks = Receiver::start(&[]).await;
    let folder = TempDir::new().expect("a temporary folder");
    let ding = hooks.url("/robot/send?access_token=t");
    let recipients = robot(folder.path(), "duty", "dingtalk", &ding, Some("SECabc"))
        + &robot(
            folder.path(),
            "group",
            "feishu",
            &hooks.url("/hook/x"),
            Some("SECabc"),
        )
        + &hook("oa", &hooks.url("/in"))
        + "template = '''\n{\"subject\": \"【{level_label}】{title}\", \"body\": {\"text\": \"{text}\", \"link\": \"{url}\"}}'''\n";
    let test = TestApp::open(configured(&recipients));
    for recipient in ["duty", "group", "oa"] {
        notify(
            &test.app,
            "alert:1",
            recipient,
            "有人说“{title}”\nhttp://bbs.example.cn/t/1",
        );
    }
    deliver(&test.app).await;
    assert_eq!(states(&test.app), [DeliveryState::Sent; 3]);
    let heard = hooks.heard();
    let at_path = |path: &str| heard.iter().find(|heard| heard.path.starts_with(path));
    let ding = at_path("/robot").expect("sent");
    // FRIDAY 9:00; the signature is Python's.
    assert_eq!(
        ding.path,
        "/robot/send?access_token=t&timestamp=1492131600000&sign=6qj42MFPQQHmz7DBQAisZLwU7S4KSTFiULsratz9ZiA%3D"
    );
    let feishu = at_path("/hook").expect("sent").json();
    assert_eq!(
        (&feishu["timestamp"], &feishu["sign"]),
        (
            &"1492131600".into(),
            &"VaW2fgy+6grVnWSV4Ozh5l1pjOLtmwVGVAmwFq3aX3s=".into()
        )
    );
    let link = &feishu["content"]["post"]["zh_cn"]["content"][1][0];
    assert_eq!(link["href"], "http://bbs.example.cn/t/1");
    let hook = at_path("/in").expect("sent").json();
    assert_eq!(
        hook,
        serde_json::json!({"subject": "【橙】【橙】某工地讨薪", "body": {
            "text": "有人说“{title}”\nhttp://bbs.example.cn/t/1", "link": "http://bbs.example.cn/t/1"}})
    );
}

#[tokio::test]
async fn hooks_are_believed_by_status_and_never_followed_elsewhere() {
    let replies = [
        Reply::json(503, ""),
        Reply::json(400, ""),
        Reply::redirect("/elsewhere"),
        Reply::endless(),
    ];
    let hooks = Receiver::start(&replies).await;
    let test = TestApp::open(configured(&hook("oa", &hooks.url("/in"))));
    let app = &test.app;
    for number in 1..=4 {
        notify(app, &format!("alert:{number}"), "oa", "甲");
        deliver(app).await;
    }
    assert_eq!(
        states(app),
        [
            DeliveryState::Waiting,
            DeliveryState::Failed,
            DeliveryState::Failed,
            DeliveryState::Sent,
        ]
    );
    assert!(hooks.heard().iter().all(|heard| heard.path == "/in"));
}

#[tokio::test]
async fn a_folder_gets_word_and_json_once_whatever_happens() {
    let share = TempDir::new().expect("a temporary folder");
    let folder = share.path().join("drop");
    let recipient = format!(
        "[[recipient]]\nid = \"archive\"\nname = \"归档\"\ntransport = \"folder\"\naddress = \"{}\"\n",
        folder.display()
    );
    let test = TestApp::open(configured(&recipient));
    let issue = signed(&test).await;
    send_to(&test, &issue, &["archive"]);
    deliver(&test.app).await;
    let waiting = &all(&test.app)[0];
    assert_eq!(
        waiting.state,
        DeliveryState::Waiting,
        "the share is not there"
    );
    std::fs::create_dir(&folder).expect("writes");
    test.later(TimeDelta::minutes(1));
    // Killed after the files were written and before that was: written again, the same files.
    deliver_these(&test.app, &[waiting.id])
        .await
        .expect("the store works");
    let files = || -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(&folder).expect("there").flatten();
        let mut files: Vec<_> = entries
            .map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                (name, std::fs::read(entry.path()).expect("readable"))
            })
            .collect();
        files.sort();
        files
    };
    let first = files();
    let name = format!("issue-{}_人社舆情专报2017年第1期（总第1期）", issue.id.0);
    assert_eq!(
        first,
        [
            (
                format!("{name}.docx"),
                render(&issue, Format::Docx).expect("renders")
            ),
            (
                format!("{name}.json"),
                render(&issue, Format::Json).expect("renders")
            ),
        ]
    );
    let recipient = test.app.config.active_recipient("archive").expect("active");
    send_test(&test.app, recipient)
        .await
        .expect("it can be written");
    assert_eq!(files().len(), 4, "a test message is text and JSON");
}

#[tokio::test]
async fn nothing_is_sent_of_a_void_issue_or_to_somebody_unknown() {
    let mailbox = Mailbox::start(Speech::Clear, &[]).await;
    let recipients = mail_to("office", "office@example.cn")
        + &mail_to("gone", "gone@example.cn")
        + "is_active = false\n";
    let test = TestApp::open(with_mail(&recipients, &mailbox));
    let issue = signed(&test).await;
    send_to(&test, &issue, &["office"]);
    let voided = (test.app.store).void_issue(issue.id, "签发人", "内容有误", test.app.now());
    voided.expect("signed");
    assert_eq!(states(&test.app), [DeliveryState::Cancelled], "at once");
    notify(&test.app, "alert:1", "gone", "甲");
    deliver(&test.app).await;
    assert_eq!(
        states(&test.app),
        [DeliveryState::Cancelled, DeliveryState::Failed]
    );
    assert!(mailbox.mails().is_empty());
}

#[tokio::test]
async fn a_clock_that_jumps_back_holds_up_nothing_that_was_due() {
    let hooks = Receiver::start(&[Reply::json(503, "")]).await;
    let test = TestApp::open(configured(&hook("oa", &hooks.url("/in"))));
    let app = &test.app;
    notify(app, "alert:1", "oa", "甲");
    deliver(app).await;
    notify(app, "alert:2", "oa", "乙");
    app.clock.set(app.now() - TimeDelta::days(2));
    deliver(app).await;
    assert_eq!(states(app), [DeliveryState::Sent; 2]);
}

#[tokio::test]
async fn what_failed_of_an_issue_that_is_void_now_is_neither_resent_nor_confirmed() {
    let hooks = Receiver::start(&[Reply::json(400, "")]).await;
    let test = TestApp::open(configured(&hook("oa", &hooks.url("/in"))));
    let app = &test.app;
    let issue = signed(&test).await;
    send_to(&test, &issue, &["oa"]);
    deliver(app).await;
    (app.store
        .void_issue(issue.id, "签发人", "内容有误", app.now()))
    .expect("signed");
    let id = all(app)[0].id;
    let resent = app.store.resend_delivery(id, "值班员", app.now());
    let confirmed = app.store.confirm_delivery(id, "值班员", "", app.now());
    for refused in [resent, confirmed] {
        let said = refused.expect_err("void").to_string();
        assert!(said.contains("已作废"), "{said}");
    }
    assert_eq!(states(app), [DeliveryState::Failed]);
}

#[tokio::test]
async fn pauses_hold_after_the_clock_was_set_back() {
    let moods = [Mood::Refuse("451 4.7.1 try later"); 10];
    let mailbox = Mailbox::start(Speech::Clear, &moods).await;
    let test = TestApp::open(with_mail(&mail_to("office", "office@example.cn"), &mailbox));
    let app = &test.app;
    notify(app, "alert:1", "office", "甲");
    app.clock.set(app.now() - TimeDelta::hours(2));
    deliver(app).await;
    deliver(app).await;
    let waiting = &all(app)[0];
    assert_eq!(
        (waiting.state, waiting.attempt_count),
        (DeliveryState::Waiting, 1)
    );
    test.later(TimeDelta::minutes(1));
    deliver(app).await;
    assert_eq!(all(app)[0].attempt_count, 2);
}

#[tokio::test]
async fn two_processes_share_the_work_and_nobody_gets_anything_twice() {
    let data = TempDir::new().expect("a temporary folder");
    let hooks = Receiver::start(&[]).await;
    let names: Vec<String> = (0..12).map(|number| format!("r{number}")).collect();
    let recipients: String = names
        .iter()
        .map(|name| hook(name, &hooks.url("/in")))
        .collect();
    let config = configured(&recipients);
    let apps: Vec<Arc<App>> = (0..3)
        .map(|_| open_in(data.path(), config.clone()))
        .collect();
    for name in &names {
        for key in ["alert:1", "alert:2"] {
            notify(&apps[0], key, name, "甲");
        }
    }
    tokio::join!(deliver(&apps[0]), deliver(&apps[1]), deliver(&apps[2]));
    assert!(
        states(&apps[0])
            .iter()
            .all(|state| *state == DeliveryState::Sent)
    );
    let mut keys: Vec<String> = hooks
        .heard()
        .iter()
        .map(|heard| heard.header("idempotency-key"))
        .collect();
    let count = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!((count, keys.len()), (24, 24));
}

#[tokio::test]
async fn one_thing_queued_twice_is_one_delivery() {
    let hooks = Receiver::start(&[]).await;
    let test = TestApp::open(configured(&hook("oa", &hooks.url("/in"))));
    for _ in 0..3 {
        notify(&test.app, "alert:1", "oa", "甲");
        deliver(&test.app).await;
    }
    assert_eq!(hooks.heard().len(), 1);
    let unknown = (test.app.store).resend_delivery(DeliveryId(99), "甲", test.app.now());
    assert!(unknown.is_err());
}
