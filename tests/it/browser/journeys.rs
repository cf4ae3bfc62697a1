//! A morning at the desk, in a real browser: triage by keyboard, build and sign an issue, search and take a list along,
//! correct a label, change a rule after a look at what would change, sign out.

use super::BrowserDesk;
use crate::site::{TestApp, shipped};
use chrono::TimeDelta;
use serde_json::json;
use std::collections::HashSet;
use std::io::Read;
use std::sync::Arc;
use tempfile::TempDir;
use yuqing::app::App;
use yuqing::model::{AuditAction, IssueState, Level, PostId};
use yuqing::pipeline::{ImportOrder, import_file, process_all};
use yuqing::store::{AuditFilter, IssueFilter};

/// A data folder with a dozen complaints of different matters, and a configuration folder of its own.
pub async fn morning() -> (TestApp, TempDir) {
    let folder = TempDir::new().expect("a temporary folder");
    let mut config = shipped();
    config.sources.clear();
    config.folder = Some(folder.path().to_owned());
    let test = TestApp::open(config);
    let matters = [
        (
            "社保卡补办等了两个月",
            "郑州市社保卡补办交了材料两个月没有消息，窗口说在制卡，电话打不通，太慢了。",
        ),
        (
            "工地拖欠工资",
            "郑州经开区一处工地拖欠八名工人工资三个月，劳动监察大队说正在登记，至今没有结果，太气人了。",
        ),
        (
            "工伤认定拖了半年",
            "郑州市二七区一家厂的工人受伤，工伤认定申请交上去半年没有结论，去问就让回去等，寒心。",
        ),
        (
            "养老金没有到账",
            "家里老人在郑州市退休，这个月养老金没有到账，12333打了十几次都占线，急死人。",
        ),
        (
            "职业培训补贴不给",
            "郑州市中原区参加培训的学员反映，培训补贴拖了一年不发，机构和人社局互相推。",
        ),
        (
            "失业金申领被拒",
            "在郑州市金水区申领失业金被窗口拒绝，说少一份证明，跑了四趟，每次说法不一样，气愤。",
        ),
        (
            "公务员考试成绩有疑问",
            "郑州市事业单位招聘面试成绩公示后有考生质疑不公平，要求公开评分，没有答复。",
        ),
        (
            "医保断缴没人管",
            "郑州市惠济区企业停缴社保，员工投诉到劳动监察大队，三个月没有处理，不作为。",
        ),
        (
            "仲裁立案排到明年",
            "郑州市劳动仲裁院立案要排到三个月以后，当事人抱怨等不起，办事太难。",
        ),
        (
            "大厅排队从早到晚",
            "郑州市社保大厅只开两个窗口，排队从早上七点到下午四点，老人站不住，太差劲。",
        ),
        (
            "技工学校乱收费",
            "郑州一所技工学校向学生收实习费，家长投诉到人社局没有下文，坑人。",
        ),
        (
            "高温津贴不发",
            "郑州市郑东新区物业公司不发高温津贴，保安反映到劳动监察，没人管，气愤。",
        ),
    ];
    let lines: String = (matters.iter().enumerate())
        .map(|(number, (title, text))| {
            let post = json!({
                "id": format!("m{number}"), "channel": "forum", "source_name": format!("示例论坛{number}"),
                "url": format!("https://bbs.example.cn/thread-{number}-1-1.html"), "title": title, "text": text,
                "published_at": "2017-04-14T07:10:00+08:00", "comments": 12 + number,
            });
            post.to_string() + "\n"
        })
        .collect();
    let app = &test.app;
    let file = app.folder().join("morning.jsonl");
    std::fs::write(&file, lines).expect("the folder can be written");
    let imported = import_file(app, &file, &ImportOrder::default()).expect("the store works");
    assert_eq!(imported.error, None);
    app.on_cpu(process_all).await.expect("the steps work");
    test.later(TimeDelta::minutes(5));
    (test, folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn several_items_are_ticked_by_keyboard_judged_at_once_and_taken_back() {
    let (test, _config) = morning().await;
    let app = &test.app;
    let Some(desk) = BrowserDesk::signed_in(app).await else {
        return;
    };
    let browser = &desk.browser;
    desk.goto("/").await;
    assert!(browser.count(".triage-item.is-current").await == 1);
    browser.keys("v").await;
    browser
        .wait("document.querySelector('#bulk [data-count]').textContent === '1'")
        .await;
    browser.keys("j").await;
    browser.keys("j").await;
    // With Shift all from the last one.
    browser
        .run("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'V', shiftKey: true, bubbles: true}))")
        .await;
    assert_eq!(browser.text("#bulk [data-count]").await, "3");
    browser.keys(" ").await;
    assert_eq!(browser.text("#bulk [data-count]").await, "2");
    browser.keys(" ").await;
    let ticked = browser
        .run("return [...document.querySelectorAll('input[form=bulk]:checked')].map(it => Number(it.value))")
        .await;
    let ticked: Vec<i64> = serde_json::from_value(ticked).expect("numbers");
    assert_eq!(ticked.len(), 3);
    let levels = || {
        let level = |id: &i64| {
            let judgement = app.store.judgement(PostId(*id)).expect("the store works");
            judgement.expect("judged").effective().level
        };
        ticked.iter().map(level).collect::<Vec<Level>>()
    };
    let before = levels();
    browser.click("#bulk button[value=orange]").await;
    browser.wait("document.querySelector('.flash')").await;
    assert!(
        browser
            .text(".flash")
            .await
            .contains("已把3条信息的级别定为橙")
    );
    assert_eq!(levels(), [Level::Orange; 3]);
    assert_eq!(desk.faults().await, Vec::<String>::new());
    browser
        .click("form:not(#bulk) button[name=deed][value=undo]")
        .await;
    browser
        .wait("document.querySelector('.flash').textContent.includes('已撤回3条信息的更正')")
        .await;
    assert_eq!(levels(), before);
    // The hits of a search are ticked in the same way.
    desk.goto("/search?q=%E9%83%91%E5%B7%9E%E5%B8%82").await;
    assert!(browser.count(".triage-item.is-current").await == 1);
    browser.keys("v").await;
    browser
        .wait("document.querySelector('#bulk [data-count]').textContent === '1'")
        .await;
    assert_eq!(desk.faults().await, Vec::<String>::new());
    assert_eq!(desk.barriers().await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_items_are_triaged_by_keyboard_and_the_issue_is_built_signed_and_downloaded() {
    let (test, _config) = morning().await;
    let app = &test.app;
    let Some(desk) = BrowserDesk::signed_in(app).await else {
        return;
    };
    let browser = &desk.browser;
    desk.goto("/").await;
    assert!(
        browser.count(".triage-item").await >= 10,
        "{}",
        browser.text("main").await
    );

    let mut seen = HashSet::new();
    for _ in 0..10 {
        let shown = browser
            .run("return document.querySelector('.is-current').dataset.post")
            .await;
        let post: i64 = shown
            .as_str()
            .and_then(|id| id.parse().ok())
            .expect("a number");
        assert!(seen.insert(post), "j goes on from {post}");
        browser.keys("3").await;
        browser
            .wait("document.querySelector('.is-current [role=status]')")
            .await;
        let stored = app
            .store
            .post(PostId(post))
            .expect("the store works")
            .expect("there");
        let analysis = stored.analysis.expect("judged");
        assert_eq!(analysis.level, Level::Yellow, "{}", stored.post.title);
        browser.keys("j").await;
    }
    for post in &seen {
        let said = app
            .store
            .corrections_of(PostId(*post))
            .expect("the store works");
        assert_eq!((said.len(), said[0].by.as_str()), (1, "试用人"));
    }

    browser
        .click("#draft form[action='/today/draft'] button")
        .await;
    browser.wait("document.querySelector('#draft ol li')").await;
    let drafts = app
        .store
        .issues(IssueFilter::default())
        .expect("the store works");
    let issue = drafts.first().expect("a draft").id;
    desk.goto(&format!("/issues/{}", issue.0)).await;
    browser.click("form[action$='/approve'] button").await;
    browser
        .wait("document.querySelector(\"form[action$='/sign']\")")
        .await;
    browser.click("form[action$='/sign'] button").await;
    let asked = browser.accept().await;
    assert!(asked.contains("不能再改"), "{asked}");
    browser
        .wait("document.body.textContent.includes('已签发，成品已封存')")
        .await;
    let signed = app
        .store
        .issue(issue)
        .expect("the store works")
        .expect("there");
    assert_eq!(signed.state, IssueState::Signed);

    let docx = browser
        .fetch(&format!("/issues/{}/export?format=docx", issue.0))
        .await;
    let words = words_of(&docx);
    for entry in signed.content.entries() {
        assert!(words.contains(&entry.title), "{} in {words}", entry.title);
        assert!(
            words.contains(&entry.summary),
            "{} in {words}",
            entry.summary
        );
    }
    assert_eq!(desk.faults().await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_taken_along_a_label_corrected_a_rule_changed_and_the_day_is_over() {
    let (test, _config) = morning().await;
    let app = &test.app;
    let Some(desk) = BrowserDesk::signed_in(app).await else {
        return;
    };
    let browser = &desk.browser;
    desk.goto("/search").await;
    browser.fill("input[name=q]", "社保卡 补办").await;
    browser.keys(super::driver::ENTER).await;
    browser.wait("location.search.includes('q=')").await;
    assert!(browser.text("main").await.contains("社保卡补办等了两个月"));
    let form = "[...new FormData(document.querySelector(\"form[action='/search/export']\")), ['format', 'csv']]";
    let table = browser.send_form("/search/export", form).await;
    let table = String::from_utf8_lossy(&table).into_owned();
    assert!(
        table.contains("导出：试用人") && table.contains("社保卡补办等了两个月"),
        "{table}"
    );
    assert_eq!(audited(app, AuditAction::Export), 1);

    desk.goto("/posts/1/label").await;
    browser
        .run("document.querySelector('select[name=intent]').value = 'consult'")
        .await;
    browser.click(".label-form button").await;
    browser.wait("!location.pathname.endsWith('/label')").await;
    let said = app
        .store
        .corrections_of(PostId(1))
        .expect("the store works");
    assert_eq!(said.len(), 1, "{said:?}");

    desk.goto("/rules/edit?file=levels.toml").await;
    let changed = "const area = document.querySelector('textarea[name=text]');
         const before = area.value; area.value = before + '\\n# 值班室试改\\n'; return area.value !== before;";
    assert_eq!(browser.run(changed).await, json!(true));
    browser.click("form[action='/rules/edit'] button").await;
    browser
        .wait("location.pathname.startsWith('/rules/changes/')")
        .await;
    assert!(browser.text("main").await.contains("值班室试改"));
    browser.fill("input[name=reason]", "试改一行说明").await;
    browser.click("form[action$='/apply'] button").await;
    browser.accept().await;
    browser
        .wait("!document.querySelector(\"form[action$='/apply']\")")
        .await;
    assert_eq!(audited(app, AuditAction::Rule), 1);
    assert_eq!(desk.faults().await, Vec::<String>::new());

    browser.click("form[action='/logout'] button").await;
    browser.wait("location.pathname === '/login'").await;
    assert_eq!(audited(app, AuditAction::SignOut), 1);
    desk.close().await;
}

/// Lines of the audit of a kind.
pub fn audited(app: &Arc<App>, action: AuditAction) -> usize {
    let filter = AuditFilter {
        action: Some(action),
        ..AuditFilter::default()
    };
    app.store.audit(&filter).expect("the store works").len()
}

/// The words of a Word file.
fn words_of(docx: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(docx)).expect("an archive");
    let mut document = archive.by_name("word/document.xml").expect("its body");
    let mut xml = String::new();
    document.read_to_string(&mut xml).expect("words");
    let mut words = String::new();
    for piece in xml
        .split('<')
        .filter(|piece| piece.starts_with("w:t>") || piece.starts_with("w:t "))
    {
        words += piece.split_once('>').map_or("", |(_, text)| text);
    }
    words
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}
