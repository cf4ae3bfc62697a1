//! What happens between visits: evidence, re-reading, deletion, the stop rule, slow neighbours, health.

use crate::site::{Answer, TestApp, TestSite, config, source};
use chrono::TimeDelta;
use std::time::Duration;
use yuqing::model::{PostId, SourceKind};
use yuqing::pipeline::{self, Crawler, Wanted};
use yuqing::source::HealthStatus;

const UNPAID: &str = "经开区一工地拖欠农民工工资三个月";

fn article(title: &str, text: &str) -> Answer {
    Answer::html(format!(
        "<html><head><title>{title}_示例网</title></head><body><h1>{title}</h1>\
         <div class=\"info\">2017-04-14 08:50 来源：示例日报</div>\
         <div class=\"content\"><p>{text}</p><p>{text}</p></div></body></html>"
    ))
}

fn unpaid() -> Answer {
    article(
        UNPAID,
        "今晨，多名农民工在郑州经开区一处工地讨要工资，称已被拖欠三个月，劳动监察大队到场登记。",
    )
}

fn weather() -> Answer {
    article(
        "本周气温回升公园游客明显增多",
        "今晨，市区多个公园迎来踏青游客，园林部门介绍，花期预计持续到本月下旬，市民可错峰出行。",
    )
}

fn list(paths: &[String], next: Option<&str>) -> Answer {
    let mut page = "<ul>".to_owned();
    for path in paths {
        page += &format!("<li><a href=\"{path}\">示例网本地新闻第{path}条的标题</a></li>");
    }
    page += "</ul>";
    if let Some(next) = next {
        page += &format!("<a href=\"{next}\">下一页</a>");
    }
    Answer::html(page)
}

fn paths(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers
        .map(|number| format!("/2017/0414/{number}.html"))
        .collect()
}

async fn one_list(site: &TestSite) -> TestApp {
    site.put("/news/", list(&paths(1..3), None));
    site.put("/2017/0414/1.html", unpaid());
    site.put("/2017/0414/2.html", weather());
    TestApp::open(config(vec![source(
        "news",
        SourceKind::List,
        site.url("/news/"),
    )]))
}

fn found(test: &TestApp, words: &str) -> PostId {
    let posts = test.search(words);
    assert_eq!(posts.len(), 1, "one post says {words}");
    posts[0].id
}

#[tokio::test]
async fn the_page_behind_a_flagged_post_is_kept_as_it_was() {
    let site = TestSite::start().await;
    let test = one_list(&site).await;
    test.crawl().await;
    let app = &test.app;
    let kept = app
        .store
        .evidence_of(found(&test, "拖欠"))
        .expect("the store works");
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].place.file, "2017-04.warc.gz");
    let answer = app.archive.read(&kept[0].place).expect("stands there");
    assert!(String::from_utf8_lossy(&answer.body).contains("<div class=\"content\">"));
    assert!(answer.head.starts_with("HTTP/1.1 200"), "{}", answer.head);
    let weather = found(&test, "气温回升");
    assert!(app.store.evidence_of(weather).expect("works").is_empty());
    test.later(TimeDelta::hours(5));
    test.visit(Wanted::Due).await;
    assert_eq!(
        site.answered("/2017/0414/1.html").len(),
        2,
        "does it still stand?"
    );
    assert_eq!(site.answered("/2017/0414/2.html").len(), 1, "not ours");
    // What was not flagged in time is forgotten; a year later the evidence is, too.
    test.later(TimeDelta::days(5));
    app.on_cpu(pipeline::housekeep_once).await.expect("works");
    assert_eq!(app.store.capture_count().expect("works"), 0);
    assert!(app.archive.read(&kept[0].place).is_ok());
    test.later(TimeDelta::days(366));
    app.on_cpu(pipeline::housekeep_once).await.expect("works");
    assert!(app.archive.read(&kept[0].place).is_err());
}

#[tokio::test]
async fn a_post_that_is_flagged_later_has_its_page_still() {
    let site = TestSite::start().await;
    let test = one_list(&site).await;
    test.visit(Wanted::Due).await;
    test.later(TimeDelta::days(3));
    let app = &test.app;
    app.on_cpu(pipeline::housekeep_once).await.expect("works");
    test.process().await;
    let kept = app.store.evidence_of(found(&test, "拖欠"));
    assert_eq!(kept.expect("works").len(), 1);
}

#[tokio::test]
async fn what_a_feed_tells_of_is_read_where_it_stands() {
    let site = TestSite::start().await;
    site.put(
        "/rss.xml",
        Answer::xml(format!(
            "<rss version=\"2.0\"><channel><title>示例</title><item><title>{UNPAID}</title>\
             <link>/2017/0414/1.html</link><description>郑州经开区农民工讨要工资。</description>\
             <pubDate>Fri, 14 Apr 2017 08:50:00 +0800</pubDate></item></channel></rss>"
        )),
    );
    site.put("/2017/0414/1.html", unpaid());
    let test = TestApp::open(config(vec![source(
        "feed",
        SourceKind::Feed,
        site.url("/rss.xml"),
    )]));
    test.crawl().await;
    test.crawl().await;
    let kept = test.app.store.evidence_of(found(&test, "拖欠"));
    let kept = kept.expect("the store works");
    assert!(
        kept.iter().any(|page| page.url.ends_with("/1.html")),
        "{kept:?}"
    );
    assert_eq!(site.answered("/2017/0414/1.html"), [200]);
}

#[tokio::test]
async fn a_deleted_post_is_marked_and_its_words_go_in_time() {
    let site = TestSite::start().await;
    let test = one_list(&site).await;
    test.crawl().await;
    let (app, id) = (&test.app, found(&test, "拖欠"));
    site.put("/2017/0414/1.html", Answer::status(404));
    test.later(TimeDelta::hours(2));
    test.visit(Wanted::Due).await;
    assert_eq!(
        app.store.deleted_at(id).expect("works"),
        None,
        "once may be an accident"
    );
    test.later(TimeDelta::hours(1));
    test.visit(Wanted::Due).await;
    assert_eq!(
        app.store.deleted_at(id).expect("works"),
        None,
        "an hour may be maintenance"
    );
    test.later(TimeDelta::hours(2));
    test.visit(Wanted::Due).await;
    assert_eq!(app.store.deleted_at(id).expect("works"), Some(app.now()));
    let text = |test: &TestApp| {
        let post = test.app.store.post(id).expect("works").expect("stays");
        post.post.text
    };
    let before = text(&test);
    test.later(TimeDelta::days(31));
    app.on_cpu(pipeline::housekeep_once).await.expect("works");
    test.process().await;
    let after = text(&test);
    assert!(after.chars().count() < before.chars().count(), "{after}");
    assert!(!after.is_empty());
    let evidence = app.store.evidence_of(id).expect("works");
    assert!(
        app.archive.read(&evidence[0].place).is_ok(),
        "evidence stays"
    );
    // Judged by other rules later on, it is judged no more: its words are gone.
    app.store
        .mark_judged_by_other_rules("other")
        .expect("works");
    test.process().await;
    assert!(app.store.posts_to_analyze(10).expect("works").is_empty());
}

#[tokio::test]
async fn a_growing_thread_of_ours_is_read_every_ten_minutes_at_first() {
    let site = TestSite::start().await;
    site.put(
        "/forum-42-1.html",
        Answer::html(
            "<table id=\"threadlisttableid\"><tbody id=\"normalthread_88\"><tr><th class=\"new\">\
             <a href=\"thread-88-1-1.html\" class=\"s xst\">拖欠工资没人管</a></th></tr></tbody></table>",
        ),
    );
    site.put(
        "/thread-88-1-1.html",
        Answer::html(
            "<html><head><title>拖欠工资没人管 - 示例论坛 - Powered by Discuz!</title></head><body>\
             <h1 class=\"ts\"><span id=\"thread_subject\">拖欠工资没人管</span></h1><div id=\"postlist\">\
             <div id=\"post_1\"><table id=\"pid1\" class=\"plhin\"><tr><td class=\"pls\"><div class=\"authi\">\
             <a class=\"xw1\">绿荫</a></div></td><td class=\"plc\"><div class=\"authi\">\
             <em id=\"authorposton1\">发表于 2017-4-14 09:00</em></div><table><tr><td class=\"t_f\" id=\"postmessage_1\">\
             郑州经开区一个工地拖欠我们农民工工资三个月，劳动监察大队说正在登记。</td></tr></table></td></tr></table></div></div></body></html>",
        ),
    );
    let test = TestApp::open(config(vec![source(
        "board",
        SourceKind::Board,
        site.url("/forum-42-1.html"),
    )]));
    test.crawl().await;
    for _ten_minutes in 0..6 {
        test.later(TimeDelta::minutes(10));
        test.visit(Wanted::Due).await;
    }
    assert_eq!(site.answered("/thread-88-1-1.html").len(), 7);
    test.later(TimeDelta::minutes(20));
    test.visit(Wanted::Due).await;
    assert_eq!(
        site.answered("/thread-88-1-1.html").len(),
        7,
        "half-hours now"
    );
}

#[tokio::test]
async fn a_list_is_read_until_nothing_on_it_is_new() {
    let site = TestSite::start().await;
    site.put("/news/", list(&paths(21..31), Some("/news/2")));
    site.put("/news/2", list(&paths(11..21), Some("/news/3")));
    site.put("/news/3", list(&paths(1..11), None));
    let mut declared = source("news", SourceKind::List, site.url("/news/"));
    declared.max_pages = 10;
    let test = TestApp::open(config(vec![declared]));
    let counts = || ["/news/", "/news/2", "/news/3"].map(|path| site.answered(path).len());
    let wanted = || Wanted::Named(vec!["news".to_owned()]);
    test.visit(wanted()).await;
    assert_eq!(counts(), [1, 1, 1]);
    test.visit(wanted()).await;
    assert_eq!(counts(), [2, 1, 1], "nothing new on the first page");
    // Ten new entries push the others down; the second page breaks off the visit.
    site.put("/news/", list(&paths(31..41), Some("/news/2")));
    site.put("/news/2", Answer::status(503));
    test.visit(wanted()).await;
    site.put("/news/2", list(&paths(21..31), Some("/news/3")));
    // A page that says that the site is under repair makes nothing good.
    site.put(
        "/news/",
        Answer::html("<html><body>系统维护中</body></html>"),
    );
    test.visit(wanted()).await;
    site.put("/news/", list(&paths(31..41), Some("/news/2")));
    test.visit(wanted()).await;
    assert_eq!(counts(), [5, 3, 2], "a visit that broke off is made good");
    test.visit(wanted()).await;
    assert_eq!(counts(), [6, 3, 2]);
}

#[tokio::test]
async fn a_host_that_hangs_holds_up_nobody_else() {
    let site = TestSite::start().await;
    site.put("/news/", list(&paths(1..3), None));
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let port = silent.local_addr().expect("bound").port();
    let hanging = format!("http://hangs.localhost:{port}/");
    let mut settings = config(vec![
        source("hangs", SourceKind::List, hanging),
        source("news", SourceKind::List, site.url("/news/")),
    ]);
    settings.settings.fetch.private_hosts = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    // Long enough that a test which waited for it would fail by its own time limit.
    settings.settings.fetch.timeout = Duration::from_secs(3600);
    let test = TestApp::open(settings);
    let mut crawler = Crawler::new(std::sync::Arc::clone(&test.app));
    let report = loop {
        let reports = crawler.step(Duration::from_millis(10)).await;
        if let Some(report) = reports.expect("the store works").pop() {
            break report;
        }
    };
    assert_eq!(report.source, "news");
}

#[tokio::test]
async fn failing_silent_and_usual_sources_are_told_apart() {
    let site = TestSite::start().await;
    let test = one_list(&site).await;
    let status = || {
        let reports = test.app.source_reports().expect("the store works");
        reports[0].status
    };
    assert_eq!(status(), HealthStatus::Waiting);
    test.crawl().await;
    assert_eq!(status(), HealthStatus::Observing);
    site.put("/news/", Answer::status(500));
    for _twice in 0..2 {
        test.visit(Wanted::Named(vec!["news".to_owned()])).await;
    }
    assert_eq!(status(), HealthStatus::Broken);
    let ledger = test.app.store.visits("news", 10).expect("the store works");
    assert!(ledger[0].message.contains("500"), "{:?}", ledger[0]);
}

#[tokio::test]
async fn an_article_over_several_pages_is_one_post() {
    let site = TestSite::start().await;
    let part = |text: &str, pager: &str| {
        Answer::html(format!(
            "<html><head><title>{UNPAID}_示例网</title></head><body><h1>{UNPAID}</h1>\
             <div class=\"info\">2017-04-14 08:50 来源：示例日报</div>\
             <div class=\"content\"><p>{text}，工人们说从年前等到现在，每次都让再等等。</p></div>\
             <div class=\"page\">{pager}</div></body></html>"
        ))
    };
    let pager =
        "1 <a href=\"1_2.html\">2</a> <a href=\"1_3.html\">3</a> <a href=\"1_2.html\">下一页</a>";
    site.put("/news/", list(&paths(1..2), None));
    site.put(
        "/2017/0414/1.html",
        part("郑州经开区一处工地拖欠农民工工资", pager),
    );
    site.put(
        "/2017/0414/1_2.html",
        part("劳动监察大队当天下午到场登记", pager),
    );
    site.put(
        "/2017/0414/1_3.html",
        part("项目部答应本周五之前付清", pager),
    );
    let test = TestApp::open(config(vec![source(
        "news",
        SourceKind::List,
        site.url("/news/"),
    )]));
    test.crawl().await;
    let post = test.search("付清").remove(0).post;
    let at = |words: &str| post.text.find(words).expect("a part of the text");
    assert!(at("拖欠农民工工资") < at("到场登记") && at("到场登记") < at("付清"));
    assert_eq!(test.post_count(), 1);
    for path in ["/2017/0414/1_2.html", "/2017/0414/1_3.html"] {
        assert_eq!(site.answered(path), [200]);
    }
}

#[tokio::test]
async fn a_rule_that_stops_matching_is_told_to_the_administrator() {
    let site = TestSite::start().await;
    site.put("/news/", list(&paths(1..9), None));
    for path in paths(1..9) {
        site.put(&path, unpaid());
    }
    let rules = "hosts = ['127.0.0.1']\n[article]\ntitle = 'h1'\nbody = '.rebuilt'\n";
    let mut settings = config(vec![source("news", SourceKind::List, site.url("/news/"))]);
    let rules = toml::from_str(rules).expect("test rules");
    settings.sites = std::sync::Arc::new(yuqing::extract::Sites::new(vec![rules]));
    let test = TestApp::open(settings);
    test.crawl().await;
    let report = test
        .app
        .source_reports()
        .expect("the store works")
        .remove(0);
    let broken: Vec<_> = report
        .broken_rules
        .iter()
        .map(|rule| (rule.part.as_str(), rule.miss_count))
        .collect();
    assert_eq!(broken, [("article.body", 8)]);
    assert!(
        report.message.contains("article.body"),
        "{}",
        report.message
    );
}

#[tokio::test]
async fn a_microblog_is_read_again_where_its_interface_shows_it() {
    let site = TestSite::start().await;
    let blog = |comments: u64| {
        serde_json::json!({
            "id": "4096", "text": "郑州经开区工地拖欠农民工工资三个月，投诉到劳动监察没人管",
            "created_at": "Fri Apr 14 08:58:00 +0800 2017",
            "comments": comments, "user": {"name": "路过的人"}})
    };
    site.put(
        "/api/list",
        Answer::json(&serde_json::json!({"list": [blog(3)]})),
    );
    site.put(
        "/api/show?id=4096",
        Answer::json(&serde_json::json!({"list": [blog(60)]})),
    );
    let rules = "hosts = ['127.0.0.1']\n[json]\nposts = '$.list[*]'\nid = '$.id'\ntext = '$.text'\n\
                 published_at = '$.created_at'\ncomments = '$.comments'\nauthor = '$.user.name'\n\
                 url_template = 'http://weibo.example.cn/{id}'\nreread = '/api/show?id={id}'\n";
    let mut settings = config(vec![source(
        "json",
        SourceKind::Json,
        site.url("/api/list"),
    )]);
    let rules = toml::from_str(rules).expect("test rules");
    settings.sites = std::sync::Arc::new(yuqing::extract::Sites::new(vec![rules]));
    let test = TestApp::open(settings);
    test.crawl().await;
    // It has left the list meanwhile.
    site.put("/api/list", Answer::json(&serde_json::json!({"list": []})));
    for _ten_minutes in 0..3 {
        test.later(TimeDelta::minutes(10));
        test.visit(Wanted::Due).await;
    }
    assert_eq!(site.answered("/api/show?id=4096").len(), 3);
    let readings = test
        .app
        .store
        .readings(found(&test, "拖欠"))
        .expect("works");
    let comments: Vec<_> = readings
        .iter()
        .map(|reading| reading.engagement.comments)
        .collect();
    assert_eq!(comments, [Some(3), Some(60)]);
}

#[tokio::test]
async fn one_page_that_is_refused_does_not_stand_before_the_others() {
    let site = TestSite::start().await;
    site.put("/news/", list(&paths(1..6), None));
    for path in paths(1..6) {
        site.put(&path, weather());
    }
    site.put("/2017/0414/1.html", Answer::status(403));
    let test = TestApp::open(config(vec![source(
        "news",
        SourceKind::List,
        site.url("/news/"),
    )]));
    for _half_hour in 0..8 {
        test.visit(Wanted::Due).await;
        test.later(TimeDelta::minutes(40));
    }
    for path in &paths(1..6)[1..] {
        assert_eq!(site.answered(path).first(), Some(&200), "{path}");
    }
    assert_eq!(test.state("news").stopped_at, None);
}

#[tokio::test]
async fn a_page_that_answers_again_is_not_deleted() {
    let site = TestSite::start().await;
    let test = one_list(&site).await;
    test.crawl().await;
    let (app, id) = (&test.app, found(&test, "拖欠"));
    site.put("/2017/0414/1.html", Answer::status(404));
    for _visit in 0..3 {
        test.later(TimeDelta::minutes(90));
        test.visit(Wanted::Due).await;
    }
    assert!(app.store.deleted_at(id).expect("works").is_some());
    site.put("/2017/0414/1.html", unpaid());
    test.later(TimeDelta::hours(6));
    test.visit(Wanted::Due).await;
    assert_eq!(app.store.deleted_at(id).expect("works"), None);
}

#[tokio::test]
async fn a_packed_sitemap_comes_through() {
    use std::io::Write;
    let site = TestSite::start().await;
    let map = format!(
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc>{}</loc>\
         <lastmod>2017-04-14</lastmod></url></urlset>",
        site.url("/2017/0414/1.html")
    );
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(map.as_bytes()).expect("into memory");
    let packed = packer.finish().expect("into memory");
    site.put("/sitemap.xml.gz", Answer::of("application/x-gzip", packed));
    site.put("/2017/0414/1.html", unpaid());
    let test = TestApp::open(config(vec![source(
        "map",
        SourceKind::Sitemap,
        site.url("/sitemap.xml.gz"),
    )]));
    test.crawl().await;
    assert_eq!(test.search("拖欠").len(), 1);
}
