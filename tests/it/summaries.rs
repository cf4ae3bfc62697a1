//! Summaries by a language model: none asked unless configured, only masked words sent, only faithful answers printed.

use crate::program::Desk;
use crate::site::{TestApp, at, shipped};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use yuqing::config::Config;
use yuqing::digest::render::render;
use yuqing::document::Format;
use yuqing::model::{Channel, Entry, Issue, IssueContent, Post, Precision, PublishedAt};
use yuqing::pipeline::{Drafted, discovered, draft_now};

const COMPLAINT: &str = "\
我们在郑州经开区第八大街一处工地做木工，一起干活的有三十多名工人，说好每天260元，按月结算。\
到4月13日已经干了3个月，每人只领到2000元生活费，剩下的工资一分钱没给。\
工头说总包没有拨款，总包项目部说款已经拨给劳务公司，劳务公司说“等验收完再说”。\
我们4月10日去经开区劳动监察大队登记，工作人员让补材料，材料补齐后说正在协调，电话13812345678留给了他们，至今没有人回话。\
家里等着钱买化肥，孩子的学费也没有交，大家都很着急。详情 http://bbs.example.cn/t/9 @讨薪的老王";

const FAITHFUL: &str = "\
三十多名工人在经开区第八大街一处工地干活，已经干了3个月，每人只领到2000元生活费，剩下的工资没给。\
工人4月10日去经开区劳动监察大队登记，材料补齐后说正在协调，至今没有人回话，大家都很着急。";

/// What the model does with a request.
#[derive(Clone)]
enum Does {
    Say(String),
    Answer(u16, &'static str),
    Send(usize),
    Redirect,
    Hang,
}

/// 语言模型 on loopback, which does the same with every request and remembers what it was sent.
struct Model {
    address: String,
    heard: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
    server: JoinHandle<()>,
}

impl Model {
    async fn start(does: Does) -> Model {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heard);
        let answer = move |headers: HeaderMap, body: Bytes| {
            let body = serde_json::from_slice(&body).expect("JSON");
            log.lock()
                .expect("no test panics holding it")
                .push((headers, body));
            act(does.clone())
        };
        let router = Router::new().fallback(post(answer));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("serves");
        });
        Model {
            address: format!("http://{address}/v1/chat/completions"),
            heard,
            server,
        }
    }

    fn heard(&self) -> Vec<(HeaderMap, Value)> {
        self.heard
            .lock()
            .expect("no test panics holding it")
            .clone()
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn act(does: Does) -> Response {
    match does {
        Does::Say(said) => {
            let message = json!({"role": "assistant", "content": said});
            let body = json!({"choices": [{"index": 0, "message": message}]});
            body.to_string().into_response()
        }
        Does::Answer(status, body) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, body).into_response()
        }
        Does::Send(bytes) => vec![b' '; bytes].into_response(),
        Does::Redirect => (
            StatusCode::TEMPORARY_REDIRECT,
            [(header::LOCATION, "/elsewhere/chat/completions")],
        )
            .into_response(),
        Does::Hang => pending().await,
    }
}

fn configured(model: &Model) -> Config {
    let mut config = shipped();
    config.sources.clear();
    let summary = &mut config.settings.summary;
    summary.endpoint = Some(model.address.parse().expect("an address"));
    summary.model = "test-model".to_owned();
    summary.timeout = Duration::from_secs(20);
    config
}

/// The issue drafted of complaints by so many people, each of another place.
async fn drafted(config: Config, complaints: &[&str]) -> Issue {
    let test = TestApp::open(config);
    for (number, text) in complaints.iter().enumerate() {
        let found = discovered(complaint(number, text)).expect("it has words");
        let saved = test.app.store.save_posts(&[found], test.app.now());
        saved.expect("the store works");
    }
    test.process().await;
    test.later(TimeDelta::minutes(5));
    let digest = test.app.config.digests[0].clone();
    let drafted = draft_now(&test.app, &digest, "").await.expect("drafts");
    let Drafted::Issue { id, .. } = drafted else {
        panic!("nothing worth an issue: {drafted:?}");
    };
    let issue = test.app.store.issue(id).expect("the store works");
    issue.expect("just drafted")
}

fn complaint(number: usize, text: &str) -> Post {
    let published = PublishedAt {
        at: at("2017-04-14T08:30:00+08:00"),
        precision: Precision::Minute,
        is_inferred: false,
    };
    Post {
        author: Some(format!("讨薪的老王{number}")),
        external_id: Some(format!("secret-id-{number}")),
        url: Some(format!("http://bbs.example.cn/t/{number}")),
        title: text.split('，').next().unwrap_or_default().to_owned(),
        text: (*text).to_owned(),
        published_at: Some(published),
        ..Post::bare(Channel::Forum, "示例论坛", at("2017-04-14T08:40:00+08:00"))
    }
}

fn only_entry(issue: &Issue) -> &Entry {
    let entries: Vec<&Entry> = issue.content.entries().collect();
    let [entry] = entries[..] else {
        panic!("{} entries", entries.len());
    };
    entry
}

/// The entry keeps the sentences of its post, and its note says why.
async fn is_kept(does: Does, timeout: Duration, because: &str) {
    let model = Model::start(does).await;
    let mut config = configured(&model);
    config.settings.summary.timeout = timeout;
    let issue = drafted(config, &[COMPLAINT]).await;
    let entry = only_entry(&issue);
    assert!(model.heard().len() <= 1, "nothing is tried twice");
    assert!(
        entry.summary.starts_with("我们在郑州经开区"),
        "{}",
        entry.summary
    );
    assert!(
        entry.summary_note.starts_with("语言模型代写的摘要未采用")
            && entry.summary_note.contains(because),
        "{}",
        entry.summary_note
    );
}

const PATIENT: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_faithful_summary_is_printed_and_only_the_editor_hears_who_wrote_it() {
    let model = Model::start(Does::Say(FAITHFUL.to_owned())).await;
    let issue = drafted(configured(&model), &[COMPLAINT]).await;
    let entry = only_entry(&issue);
    assert_eq!(entry.summary, FAITHFUL);
    assert!(entry.summary_note.contains("语言模型（test-model）代写"));
    for format in [Format::Text, Format::Html, Format::Markdown] {
        let printed = render(&issue, format).expect("renders");
        let printed = String::from_utf8(printed).expect("text");
        assert!(!printed.contains("语言模型"), "{printed}");
        assert!(printed.contains("材料补齐后说正在协调"), "{printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_masked_words_are_sent_to_the_one_address_with_the_key() {
    let model = Model::start(Does::Say(FAITHFUL.to_owned())).await;
    let mut config = configured(&model);
    // Cargo sets it for every test: no test may change the environment of the others.
    config.settings.summary.key_env = "CARGO_PKG_NAME".to_owned();
    drafted(config, &[COMPLAINT]).await;
    let heard = model.heard();
    let [(headers, body)] = &heard[..] else {
        panic!("{} requests", heard.len());
    };
    let key = headers.get(header::AUTHORIZATION).expect("a key");
    assert_eq!(key, "Bearer yuqing");
    assert_eq!(body["model"], "test-model");
    let sent = body.to_string();
    assert!(
        sent.contains("三十多名工人") && sent.contains("138****5678"),
        "{sent}"
    );
    for secret in ["13812345678", "老王", "secret-id", "example.cn", "示例论坛"] {
        assert!(!sent.contains(secret), "{secret}: {sent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_nothing_is_sent() {
    let model = Model::start(Does::Say(FAITHFUL.to_owned())).await;
    let mut config = configured(&model);
    config.settings.summary.key_env = "SUMMARY_KEY_THAT_NOBODY_SETS".to_owned();
    let issue = drafted(config, &[COMPLAINT]).await;
    assert!(
        only_entry(&issue)
            .summary_note
            .contains("SUMMARY_KEY_THAT_NOBODY_SETS")
    );
    assert!(model.heard().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_configuration_has_no_model_to_ask() {
    let mut config = shipped();
    config.sources.clear();
    assert_eq!(config.settings.summary.endpoint, None);
    let test = TestApp::open(config.clone());
    assert!(test.app.language_model.is_none());
    let issue = drafted(config, &[COMPLAINT]).await;
    assert_eq!(only_entry(&issue).summary_note, "");
    let json = serde_json::to_string(&issue.content).expect("JSON");
    let read: IssueContent = serde_json::from_str(&json).expect("as an earlier version wrote it");
    assert_eq!(read, issue.content);
    assert!(!json.contains("summary_note"), "old readers see no new key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_is_printed_whole_is_not_sent() {
    let model = Model::start(Does::Say(FAITHFUL.to_owned())).await;
    let short = "郑州经开区一处工地拖欠我们八名工人工资三个月，劳动监察大队说正在登记，至今没有结果，太气人了。";
    let issue = drafted(configured(&model), &[short]).await;
    assert_eq!(only_entry(&issue).summary, short);
    assert!(model.heard().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invented_figure_is_refused() {
    let said = FAITHFUL.replace("2000元", "3000元");
    is_kept(Does::Say(said), PATIENT, "“3000元”不见于原文").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_english_is_refused() {
    let said = "More than thirty carpenters on a site in the city have not been paid for three months of their work.";
    is_kept(
        Does::Say(said.to_owned()),
        PATIENT,
        "答复不是一段完整的纯文字",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_server_a_stranger_and_a_redirect_change_nothing() {
    is_kept(Does::Answer(500, "oops"), PATIENT, "HTTP 500").await;
    is_kept(Does::Answer(401, ""), PATIENT, "summary.key_env").await;
    is_kept(
        Does::Answer(200, "<html>登录</html>"),
        PATIENT,
        "不是 chat/completions 的格式",
    )
    .await;
    is_kept(Does::Redirect, PATIENT, "HTTP 307").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_not_read() {
    is_kept(Does::Send(10 * 1024 * 1024), PATIENT, "超过256KB").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_hangs_is_left() {
    is_kept(Does::Hang, Duration::from_millis(200), "未在0.2秒内答复").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_waits_no_longer_than_its_own_limit() {
    let model = Model::start(Does::Hang).await;
    let mut config = configured(&model);
    config.settings.summary.draft_timeout = Duration::from_millis(200);
    let other = "上街区一家饭店的社保一直没有人管。".to_owned()
        + "我在郑州上街区这家饭店做了两年服务员，老板答应交社保，去区人社局查询才知道一个月也没有缴，社保局说没有参保登记，老板又说工资里已经包含社保，让我自己去交。"
        + "同事们都是这样，去年走的几个人也没有补上，有人生病住院全部自费，花了两万多元。我们去投诉，窗口说要劳动合同，可是老板从来不签合同，只有工资转账记录，太气人了。"
        + "请问这样的情况到底归谁管，我们应该准备什么材料，多长时间可以有结果，希望人社局给个明确的答复。";
    let issue = drafted(config, &[COMPLAINT, &other]).await;
    let notes: Vec<_> = issue.content.summary_notes().collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(
        notes.iter().all(|(_, note)| note.contains("总时限已到")),
        "{notes:?}"
    );
    assert!(
        model.heard().len() <= 1,
        "nothing is asked when the time is over"
    );
}

#[test]
fn check_says_what_leaves_the_program_and_where_to() {
    let desk = Desk::new();
    let silent = desk.expect(0, &["check"]);
    assert!(!silent.out.contains("离开本程序"), "{}", silent.out);
    desk.write(
        "config/yuqing.toml",
        "[summary]\nendpoint = \"http://10.1.2.3:8000/v1/chat/completions\"\nmodel = \"m\"\nkey_env = \"NOBODY_SETS_IT\"\n",
    );
    let told = desk.expect(0, &["check"]).out;
    assert!(
        told.contains("将离开本程序，发往 http://10.1.2.3:8000/v1/chat/completions")
            && told.contains("环境变量 NOBODY_SETS_IT 未设置"),
        "{told}"
    );
}
