//! 词库 and 信源 at the desk: read, edited with a look at what would change, switched on without a restart.

use crate::desk::Desk;
use crate::site::{Answer, TestApp, TestSite, at, config, source};
use axum::http::StatusCode;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use yuqing::config::{Config, ConfigFolder};
use yuqing::model::{AuditAction, Channel, Level, Post, PostId, Role, SourceKind};
use yuqing::pipeline::{discovered, process_all};
use yuqing::store::AuditFilter;

/// An office with a configuration folder of its own, in which nothing is yet.
struct Office {
    test: TestApp,
    folder: TempDir,
}

impl Office {
    fn open(mut config: Config) -> Office {
        let folder = TempDir::new().expect("a temporary folder");
        config.folder = Some(folder.path().to_owned());
        Office {
            test: TestApp::open(config),
            folder,
        }
    }

    fn desk(&self) -> Desk {
        Desk::of(&self.test.app)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }

    /// Lines of the audit of a kind, latest first.
    fn audit(&self, action: AuditAction) -> Vec<String> {
        let filter = AuditFilter {
            action: Some(action),
            ..AuditFilter::default()
        };
        let lines = self.test.app.store.audit(&filter).expect("the store works");
        let line = |line: yuqing::model::AuditLine| {
            format!("{} {} {}", line.actor, line.subject, line.detail)
        };
        lines.into_iter().map(line).collect()
    }

    fn kept(&self) -> usize {
        let folder = self.test.app.folder().join("config-history");
        fs::read_dir(folder).map_or(0, Iterator::count)
    }

    fn see_unpaid_wages(&self) {
        let read = at("2017-04-14T08:00:00+08:00");
        let post = Post {
            title: "工地拖欠工资".to_owned(),
            text: "郑州经开区一处工地拖欠我们八名工人工资三个月，劳动监察大队说正在登记，至今没有结果，太气人了。"
                .to_owned(),
            ..Post::bare(Channel::Forum, "示例论坛", read)
        };
        let app = &self.test.app;
        let found = discovered(post).expect("it has words");
        let saved = app.store.save_posts(&[found], app.now());
        saved.expect("the store works");
        process_all(app).expect("the steps work");
    }

    fn level(&self) -> Level {
        process_all(&self.test.app).expect("the steps work");
        let post = self
            .test
            .app
            .store
            .post(PostId(1))
            .expect("the store works");
        post.expect("stored").analysis.expect("judged").level
    }
}

fn shipped(name: &str) -> String {
    ConfigFolder::shipped().text(name).expect("it is text")
}

/// The value of a hidden field.
fn field(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no field {name} in {page}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

const NEW_RULE: &str = "\n[[rule]]\nid = \"Z9\"\nlevel = \"red\"\ntext = \"工地欠薪\"\nfacts_all = [\"arrears\", \"here\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_level_rule_is_tried_switched_on_and_taken_back() {
    let office = Office::open(config(Vec::new()));
    office.see_unpaid_wages();
    assert!(office.level() < Level::Red);
    let desk = office.desk();
    let page = desk.get("/rules").await.text();
    assert!(page.contains("中央媒体作批评性报道") && page.contains("媒体级别为T0"));

    let edit = desk.get("/rules/edit?file=levels.toml").await.text();
    let mark = field(&edit, "mark");
    let fields = |text: &str| {
        let text = text.replace('\n', "\r\n");
        vec![
            ("file", "levels.toml".to_owned()),
            ("mark", mark.clone()),
            ("text", text),
        ]
    };
    let send = |path: &'static str, fields: Vec<(&'static str, String)>| {
        let desk = &desk;
        async move {
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            desk.post(path, &fields).await
        }
    };
    // Mistakes are named with line and key, and the words stay.
    let before = shipped("levels.toml");
    let wrong = before.clone() + "\n[[rule]]\nid = \"<b>\"\nlevel = \"purple\"\ntext = \"x\"\n";
    let refused = send("/rules/edit", fields(&wrong)).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let line = before.lines().count() + 4;
    let said = format!("levels.toml:{line}: rule.level: ");
    assert!(refused.text().contains(&said), "{}", refused.text());
    assert!(refused.text().contains("id = &#34;&#60;b&#62;&#34;"));
    let same = send("/rules/edit", fields(&before)).await;
    assert_eq!(same.status, StatusCode::BAD_REQUEST);
    assert!(same.text().contains("没有可试算的修改"));

    // Tried: nothing is in force, the post that changes is named.
    let version = office.test.app.rules().version().to_owned();
    let drafted = send("/rules/edit", fields(&(before.clone() + NEW_RULE))).await;
    assert_eq!(
        (drafted.status, drafted.location.as_str()),
        (StatusCode::SEE_OTHER, "/rules/changes/1")
    );
    let trial = desk.get("/rules/changes/1").await.text();
    assert!(
        trial.contains("最近7天的信息1条") && trial.contains("工地拖欠工资"),
        "{trial}"
    );
    assert!(trial.contains("Z9") && trial.contains("待启用"));
    assert!(!office.path("levels.toml").exists());
    assert_eq!(office.test.app.rules().version(), version);

    let refused = desk
        .post("/rules/changes/1/apply", &[("reason", " ")])
        .await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text().contains("请填写修改理由"));
    let applied = desk
        .post("/rules/changes/1/apply", &[("reason", "欠薪从严")])
        .await;
    assert_eq!(applied.status, StatusCode::SEE_OTHER, "{}", applied.text());
    assert_eq!(office.file("levels.toml"), before.clone() + NEW_RULE);
    assert_eq!(office.level(), Level::Red);
    assert_eq!(office.kept(), 1);
    let audit = office.audit(AuditAction::Rule);
    assert_eq!(audit.len(), 1);
    assert!(
        audit[0].starts_with("李芳（李芳0） levels.toml 已启用对 levels.toml 的修改（增6行"),
        "{audit:?}"
    );
    assert!(
        audit[0].contains("欠薪从严；1条信息将重新研判"),
        "{audit:?}"
    );

    // Once is once; who still has the old file on the screen is told, and keeps the words.
    let again = desk
        .post("/rules/changes/1/apply", &[("reason", "再来")])
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let late = send("/rules/edit", fields(&(before.clone() + "# 另一人的话\n"))).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text().contains("刚被别人改过") && late.text().contains("# 另一人的话"));
    assert_ne!(field(&late.text(), "mark"), mark);

    // Back to what it was, by the same way.
    let restored = desk.post("/rules/changes/1/restore", &[]).await;
    assert_eq!(restored.location, "/rules/changes/2");
    desk.post("/rules/changes/2/apply", &[("reason", "误改")])
        .await;
    assert_eq!(office.file("levels.toml"), before);
    assert_eq!(office.test.app.rules().version(), version);
    let list = desk.get("/rules/changes").await.text();
    assert!(list.contains("欠薪从严") && list.contains("误改") && list.contains("已启用"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_table_and_terms_of_a_topic_are_edited() {
    let office = Office::open(config(Vec::new()));
    let desk = office.desk();
    let found = desk.get("/rules/lexicon?q=%E6%8B%96%E6%AC%A0").await.text();
    assert!(found.contains("两词同现"), "{found}");
    let table = desk
        .get("/rules/lexicon?file=lexicon/variants.tsv")
        .await
        .text();
    assert!(table.contains("射保") && table.contains("第1／2页"));

    let row = desk.get("/rules/row?file=lexicon/risk.tsv").await.text();
    let mark = field(&row, "mark");
    let hostile = "<script>alert(1)</script>";
    let cells = |weight| {
        [
            ("file", "lexicon/risk.tsv"),
            ("mark", mark.as_str()),
            ("line", "0"),
            ("cell", "N1"),
            ("cell", hostile),
            ("cell", weight),
        ]
    };
    let refused = desk.post("/rules/row", &cells("重")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text().contains("应为数字") && !refused.text().contains(hostile));
    let drafted = desk.post("/rules/row", &cells("-1")).await;
    assert_eq!(drafted.location, "/rules/changes/1", "{}", drafted.text());
    assert!(!desk.get("/rules/changes/1").await.text().contains(hostile));
    let missing = desk.post("/rules/row", &cells("")).await;
    assert_eq!(missing.status, StatusCode::BAD_REQUEST);
    desk.post("/rules/changes/1/apply", &[("reason", "新说法")])
        .await;
    let before = shipped("lexicon/risk.tsv");
    assert_eq!(
        office.file("lexicon/risk.tsv"),
        format!("{before}N1\t{hostile}\t-1\n")
    );
    // An own folder replaces the shipped one as a whole.
    assert_eq!(office.file("lexicon/cues.tsv"), shipped("lexicon/cues.tsv"));
    let last = (before.lines().count() + 1).to_string();
    let mark = field(
        &desk.get("/rules/row?file=lexicon/risk.tsv").await.text(),
        "mark",
    );
    let delete = [
        ("file", "lexicon/risk.tsv"),
        ("mark", mark.as_str()),
        ("line", last.as_str()),
        ("delete", "1"),
    ];
    assert_eq!(
        desk.post("/rules/row", &delete).await.location,
        "/rules/changes/2"
    );
    assert_eq!(
        desk.post("/rules/changes/2/drop", &[]).await.location,
        "/rules/changes"
    );
    let dropped = desk
        .post("/rules/changes/2/apply", &[("reason", "x")])
        .await;
    assert_eq!(dropped.status, StatusCode::CONFLICT);
    assert!(dropped.text().contains("已放弃"));

    // A topic: a word more, another office; all else stays as it was written.
    let page = desk.get("/rules/topics/KA").await.text();
    let topic = office.test.app.rules();
    let block = topic.topic(yuqing::model::Topic::Ka).expect("a topic");
    let lists = [
        block.strong.join("、"),
        block.generic.join("\n"),
        block.weak.join("、"),
        block.context.join("、"),
    ];
    let strong = format!("{}、电子社保码", lists[0]);
    let mark = field(&page, "mark");
    let fields = [
        ("mark", mark.as_str()),
        ("office", block.office.as_str()),
        ("until", ""),
        ("successor", ""),
        ("strong", strong.as_str()),
        ("generic", lists[1].as_str()),
        ("weak", lists[2].as_str()),
        ("context", lists[3].as_str()),
    ];
    let drafted = desk.post("/rules/topics/KA", &fields).await;
    assert_eq!(drafted.location, "/rules/changes/3", "{}", drafted.text());
    let change = desk.get("/rules/changes/3").await.text();
    assert!(
        change.contains("增1行：“&#34;电子社保码&#34;,”"),
        "{change}"
    );
    desk.post("/rules/changes/3/apply", &[("reason", "新业务")])
        .await;
    assert_eq!(
        office
            .file("topics.toml")
            .replace("    \"电子社保码\",\n", ""),
        shipped("topics.toml")
    );
    let half = [
        ("mark", mark.as_str()),
        ("office", "某处"),
        ("until", "2018-01-01"),
    ];
    let refused = desk.post("/rules/topics/KA", &half).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let mark = field(&desk.get("/rules/topics/KA").await.text(), "mark");
    let half = [
        ("mark", mark.as_str()),
        ("office", "某处"),
        ("until", "2018-01-01"),
    ];
    let refused = desk.post("/rules/topics/KA", &half).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(
        refused.text().contains("until 与 successor 应同时填写"),
        "{}",
        refused.text()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_for_those_who_may_and_where_there_is_a_folder() {
    let office = Office::open(config(Vec::new()));
    let reader = Desk::with_roles(&office.test.app, "王敏", &[Role::Viewer]);
    assert!(!reader.get("/rules").await.text().contains("/rules/edit"));
    assert_eq!(reader.get("/rules/topics/QX").await.status, StatusCode::OK);
    for path in [
        "/rules/edit?file=levels.toml",
        "/rules/row?file=lexicon/risk.tsv",
        "/sources/new",
    ] {
        assert_eq!(
            reader.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let desk = office.desk();
    for path in [
        "/rules/edit?file=yuqing.toml",
        "/rules/edit?file=../secret",
        "/rules/row?file=levels.toml",
        "/rules/row?file=lexicon/risk.tsv&line=1",
        "/rules/lexicon?file=lexicon/none.tsv",
        "/rules/topics/XX",
        "/rules/changes/7",
        "/rules/changes/abc",
    ] {
        assert_eq!(desk.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let days = [
        ("file", "levels.toml"),
        ("mark", "x"),
        ("text", "x"),
        ("days", "9999"),
    ];
    assert_eq!(
        desk.post("/rules/edit", &days).await.status,
        StatusCode::BAD_REQUEST
    );

    let demo = TestApp::open(config(Vec::new()));
    let desk = Desk::of(&demo.app);
    let mark = field(
        &desk.get("/rules/edit?file=levels.toml").await.text(),
        "mark",
    );
    let text = shipped("levels.toml") + NEW_RULE;
    let fields = [
        ("file", "levels.toml"),
        ("mark", mark.as_str()),
        ("text", text.as_str()),
    ];
    let refused = desk.post("/rules/edit", &fields).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text().contains("演示配置"));
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_files_are_taken_over_after_two_looks() {
    let office = Office::open(config(Vec::new()));
    office.see_unpaid_wages();
    let app = &office.test.app;
    let before = app.rules().version().to_owned();
    let look = || app.renew_files().expect("the store works");
    look();
    fs::write(office.path("levels.toml"), "[[rule]]\nid = 1").expect("a folder of ours");
    look();
    look();
    assert_eq!(
        app.rules().version(),
        before,
        "a wrong file changes nothing"
    );
    let text = shipped("levels.toml") + NEW_RULE;
    fs::write(office.path("levels.toml"), text).expect("a folder of ours");
    look();
    assert_eq!(app.rules().version(), before, "it may still be written");
    look();
    assert_ne!(app.rules().version(), before);
    assert_eq!(office.level(), Level::Red);
}

fn list_page(site: &TestSite) {
    let titles = [
        "社保卡换发点新增十二处",
        "退休手续可以网上预约",
        "技校春季招生开始报名",
        "夜市摊主参保有了新办法",
        "高铁站旁工地欠薪已补发",
    ];
    let mut links = String::new();
    for (number, title) in titles.iter().enumerate() {
        links += &format!(
            "<li><a href=\"/news/{number}.html\">{title}</a> <span>2017-04-1{number}</span></li>"
        );
        site.put(
            &format!("/news/{number}.html"),
            Answer::html(format!("<html><head><title>{title}</title></head><body><h1>{title}</h1><p>2017-04-1{number} 09:00 来源：示例网</p><div class=\"content\"><p>{}</p></div></body></html>", "郑州市社会保险中心今天公布办事安排，群众可以就近办理，联系电话13812345678。".repeat(6))),
        );
    }
    site.put(
        "/list/",
        Answer::html(format!(
            "<html><head><title>示例网-要闻</title></head><body><ul>{links}</ul></body></html>"
        )),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_added_after_a_look_and_works_at_once() {
    let site = TestSite::start().await;
    list_page(&site);
    let mut first = config(Vec::new());
    first.sources.clear();
    let office = Office::open(first);
    fs::write(office.path("sources.toml"), "# 本局的信源\n").expect("a folder of ours");
    fs::create_dir(office.path("sites")).expect("a folder of ours");
    let desk = office.desk();
    let url = site.url("/list/");
    let preview = desk.post("/sources/new", &[("url", &url)]).await;
    let shown = preview.text();
    assert_eq!(preview.status, StatusCode::OK, "{shown}");
    assert!(
        shown.contains("社保卡换发点新增十二处") && !shown.contains("13812345678"),
        "{shown}"
    );
    assert_eq!(office.file("sources.toml"), "# 本局的信源\n");
    let (id, kind) = (field(&shown, "id"), field(&shown, "kind"));
    let fields = [
        ("page", url.as_str()),
        ("kind", kind.as_str()),
        ("url", url.as_str()),
        ("id", id.as_str()),
        ("name", "示例网要闻"),
        ("channel", "news"),
        ("tier", "T3"),
        ("schedule", "*/30 * * * *"),
        ("note", "<b>"),
    ];
    let wrong: Vec<(&str, &str)> = (fields.iter())
        .map(|(name, value)| {
            (
                *name,
                if *name == "schedule" {
                    "每天"
                } else {
                    *value
                },
            )
        })
        .collect();
    let refused = desk.post("/sources/save", &wrong).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(
        refused.text().contains("source.schedule"),
        "{}",
        refused.text()
    );
    let saved = desk.post("/sources/save", &fields).await;
    assert_eq!(saved.location, format!("/sources/{id}"), "{}", saved.text());
    let again = desk.post("/sources/save", &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text().contains("已是信源“示例网要闻”"));
    // No restart: the next round reads it.
    assert!(
        office
            .test
            .app
            .collecting()
            .enabled()
            .any(|known| known.source.id == id)
    );
    let reports =
        yuqing::pipeline::crawl_once(&office.test.app, yuqing::pipeline::Wanted::Due).await;
    assert_eq!(reports.expect("the store works").len(), 1);
    let page = desk.get(&saved.location).await.text();
    assert!(
        page.contains("示例网要闻") && page.contains("立即采集") && !page.contains("value=\"<b>\"")
    );

    let mark = field(&page, "mark");
    let path = saved.location.as_str();
    let edit = [
        ("mark", mark.as_str()),
        ("name", "示例网"),
        ("tier", "T2"),
        ("schedule", "0 * * * *"),
        ("note", ""),
    ];
    assert_eq!(desk.post(path, &edit).await.status, StatusCode::SEE_OTHER);
    let late = desk.post(path, &edit).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let text = office.file("sources.toml");
    assert!(
        text.starts_with("# 本局的信源\n")
            && text.contains("name = \"示例网\"")
            && text.contains("tier = \"T2\""),
        "{text}"
    );
    let state = format!("{path}/state");
    desk.post(&state, &[("to", "off")]).await;
    assert_eq!(office.test.app.collecting().enabled().count(), 0);
    let crawl = format!("{path}/crawl");
    assert_eq!(desk.post(&crawl, &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(
        desk.post(&state, &[("to", "sideways")]).await.status,
        StatusCode::BAD_REQUEST
    );
    desk.post(&state, &[("to", "on")]).await;
    assert_eq!(desk.post(&crawl, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(office.test.state(&id).next_check <= office.test.app.now());
    let audit = office.audit(AuditAction::Source);
    assert_eq!(audit.len(), 5, "{audit:?}");
    assert!(
        audit[3].contains("名称由“示例网要闻”改为“示例网”，媒体级别由“T3”改为“T2”"),
        "{audit:?}"
    );
    for path in [
        "/sources/none",
        "/sources/none/crawl",
        "/sources/none/state",
    ] {
        let fields = [
            ("mark", mark.as_str()),
            ("name", "x"),
            ("schedule", "0 * * * *"),
            ("to", "on"),
        ];
        let answer = desk.post(path, &fields).await;
        assert!(
            matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::CONFLICT),
            "{path} {}",
            answer.status
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_the_house_are_not_looked_at() {
    let mut careful = config(vec![source(
        "a",
        SourceKind::List,
        "http://a.test/".to_owned(),
    )]);
    careful.settings.fetch.private_hosts.clear();
    let office = Office::open(careful);
    let desk = office.desk();
    for url in [
        "http://127.0.0.1:9/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
    ] {
        let refused = desk.post("/sources/new", &[("url", url)]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{url}");
        assert!(refused.text().contains("内网"), "{}", refused.text());
    }
    for url in ["", "file:///etc/passwd", "javascript:alert(1)"] {
        let refused = desk.post("/sources/new", &[("url", url)]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{url}");
    }
}
