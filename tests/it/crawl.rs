//! Every kind of source from the site to the search, and every way a visit may end.

use crate::site::{Answer, FRIDAY, TestApp, TestSite, at, config, open_in, source};
use chrono::TimeDelta;
use serde_json::json;
use tempfile::TempDir;
use yuqing::model::{CrawlOutcome, FetchCause, Pause, SourceKind};
use yuqing::pipeline::{CrawlReport, Wanted};

fn article(title: &str, text: &str) -> Answer {
    Answer::html(format!(
        "<html><head><title>{title}_示例网</title></head><body><h1>{title}</h1>\
         <div class=\"info\">2017-04-14 08:10 来源：示例日报</div>\
         <div class=\"content\"><p>{text}</p><p>{text}</p></div></body></html>"
    ))
}

fn feed(items: &[(&str, &str)]) -> Answer {
    let items: String = items
        .iter()
        .map(|(path, title)| {
            format!(
                "<item><title>{title}</title><link>{path}</link>\
                 <description>{title}，窗口答复正在核实。</description>\
                 <pubDate>Fri, 14 Apr 2017 08:00:00 +0800</pubDate></item>"
            )
        })
        .collect();
    Answer::xml(format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><title>示例</title>\
         <link>/</link>{items}</channel></rss>"
    ))
}

fn microblog(comments: u64) -> Answer {
    Answer::json(&json!({"data": {"cards": [{"mblog": {
        "id": "4096", "text": "郑州社保卡领了半年还没激活，窗口排队两小时",
        "created_at": "Fri Apr 14 08:30:00 +0800 2017",
        "comments_count": comments, "reposts_count": 1, "attitudes_count": 2,
        "user": {"screen_name": "路过的人"}}}]}}))
}

fn put_list(site: &TestSite) {
    site.put(
        "/news/",
        Answer::html(
            "<ul><li><a href=\"/2017/0414/1001.html\">经开区一工地拖欠农民工工资三个月</a></li>\
             <li><a href=\"/2017/0414/1002.html\">市属技工院校春季招生昨日正式启动</a></li></ul>",
        ),
    );
    let unpaid =
        "昨日，多名农民工在郑州经开区一处工地讨要工资，称已被拖欠三个月，劳动监察大队到场登记。";
    let schools = "昨日，郑州市属技工院校春季招生启动，面向历届初中、高中毕业生，全年计划招收三千人，学费减免。";
    site.put(
        "/2017/0414/1001.html",
        article("经开区一工地拖欠农民工工资三个月", unpaid),
    );
    site.put(
        "/2017/0414/1002.html",
        article("市属技工院校春季招生昨日正式启动", schools),
    );
}

fn put_board(site: &TestSite) {
    site.put(
        "/forum-42-1.html",
        Answer::html(
            "<table id=\"threadlisttableid\"><tbody id=\"normalthread_88\"><tr><th class=\"new\">\
             <a href=\"thread-88-1-1.html\" class=\"s xst\">办退休手续跑了三趟</a></th></tr></tbody></table>",
        ),
    );
    let floor = |number: u32, author: &str, text: &str| {
        format!(
            "<div id=\"post_{number}\"><table id=\"pid{number}\" class=\"plhin\"><tr><td class=\"pls\">\
             <div class=\"authi\"><a class=\"xw1\">{author}</a></div></td><td class=\"plc\">\
             <div class=\"authi\"><em id=\"authorposton{number}\">发表于 2017-4-14 08:0{number}</em></div>\
             <table><tr><td class=\"t_f\" id=\"postmessage_{number}\">{text}</td></tr></table></td></tr></table></div>"
        )
    };
    let floors = floor(
        1,
        "绿荫",
        "郑州社保大厅让补材料，第三趟才说系统升级，明天再来。",
    ) + &floor(2, "河边", "我也遇到了，打12333一直占线。");
    site.put(
        "/thread-88-1-1.html",
        Answer::html(format!(
            "<html><head><title>办退休手续跑了三趟 - 示例论坛 - Powered by Discuz!</title></head><body>\
             <h1 class=\"ts\"><span id=\"thread_subject\">办退休手续跑了三趟</span></h1>\
             <div id=\"postlist\">{floors}</div></body></html>"
        )),
    );
}

fn put_epaper(site: &TestSite) {
    site.put(
        "/html/2017-04/14/node_1.htm",
        Answer::html(
            "<table><tr><td width=160>第A01版：头版</td></tr></table>\
             <ul><li><a href=\"content_501.htm\">稳岗补贴本周集中发放到企业</a></li></ul>",
        ),
    );
    site.put(
        "/html/2017-04/14/content_501.htm",
        Answer::html(
            "<table><tr><td width=160>第A01版：头版</td></tr>\
             <tr><td class=\"font01\"><founder-title>稳岗补贴本周集中发放到企业</founder-title></td></tr></table>\
             <div id=\"ozoom\"><founder-content><P>本报讯 昨日，郑州市失业保险稳岗补贴开始集中发放，首批三百家企业领到补贴。</P>\
             </founder-content></div>",
        ),
    );
}

async fn all_kinds() -> (TestSite, TestApp) {
    let site = TestSite::start().await;
    let titles = [
        ("/n/1.html", "郑东新区社保大厅今起延时服务"),
        ("/n/2.html", "劳动仲裁立案可以网上预约"),
    ];
    site.put("/rss.xml", feed(&titles));
    put_list(&site);
    put_board(&site);
    put_epaper(&site);
    site.put("/api/posts", microblog(3));
    let app = TestApp::open(config(vec![
        source("feed", SourceKind::Feed, site.url("/rss.xml")),
        source("list", SourceKind::List, site.url("/news/")),
        source("board", SourceKind::Board, site.url("/forum-42-1.html")),
        source(
            "epaper",
            SourceKind::Epaper,
            site.url("/html/{yyyy}-{mm}/{dd}/node_1.htm"),
        ),
        source("json", SourceKind::Json, site.url("/api/posts")),
    ]));
    (site, app)
}

fn report<'r>(reports: &'r [CrawlReport], source: &str) -> &'r CrawlReport {
    let found = reports.iter().find(|report| report.source == source);
    found.expect("every source has its turn")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_source_ends_in_the_search() {
    let (_site, app) = all_kinds().await;
    let reports = app.crawl().await;
    for (id, new) in [
        ("feed", 2),
        ("list", 2),
        ("board", 2),
        ("epaper", 1),
        ("json", 1),
    ] {
        let report = report(&reports, id);
        assert_eq!(
            (report.outcome, report.new),
            (CrawlOutcome::New, new),
            "{report:?}"
        );
    }
    for (words, source) in [
        ("延时服务", "信源feed"),
        ("拖欠农民工工资", "信源list"),
        ("占线", "信源board"),
        ("稳岗补贴", "信源epaper"),
        ("社保卡", "信源json"),
    ] {
        let found = app.search(words);
        let sources: Vec<&str> = found
            .iter()
            .map(|post| post.post.source_name.as_str())
            .collect();
        assert_eq!(sources, [source], "{words}");
        assert!(found[0].analysis.is_some(), "{words} is judged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_visit_adds_nothing() {
    let (_site, app) = all_kinds().await;
    app.crawl().await;
    let before = app.post_count();
    app.later(TimeDelta::minutes(10));
    let reports = app.crawl().await;
    for report in &reports {
        assert_eq!(
            (report.outcome, report.new),
            (CrawlOutcome::Unchanged, 0),
            "{report:?}"
        );
    }
    assert_eq!(app.post_count(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_of_ours_is_looked_at_again() {
    let (site, app) = all_kinds().await;
    app.crawl().await;
    app.later(TimeDelta::hours(5));
    app.crawl().await;
    assert_eq!(site.answered("/2017/0414/1001.html"), [200, 200]);
    // A thread is read again for new floors.
    assert_eq!(site.answered("/thread-88-1-1.html"), [200, 200]);
}

#[tokio::test(flavor = "multi_thread")]
async fn growing_engagement_is_a_reading_and_a_new_judgement() {
    let site = TestSite::start().await;
    site.put("/api/posts", microblog(3));
    let app = TestApp::open(config(vec![source(
        "json",
        SourceKind::Json,
        site.url("/api/posts"),
    )]));
    app.crawl().await;
    let first = app.search("社保卡").remove(0);

    app.later(TimeDelta::hours(1));
    site.put("/api/posts", microblog(900));
    let reports = app.visit(Wanted::Named(vec!["json".to_owned()])).await;
    assert_eq!((reports[0].new, reports[0].duplicate), (0, 1));
    let progress = app.process().await;
    assert_eq!(progress.analyzed, 1);

    let readings = app.app.store.readings(first.id).expect("the store works");
    let comments: Vec<_> = readings
        .iter()
        .map(|reading| reading.engagement.comments)
        .collect();
    assert_eq!(comments, [Some(3), Some(900)]);
    assert_eq!(app.search("社保卡")[0].post.engagement.comments, Some(900));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unmodified_page_is_unchanged_and_not_read() {
    let site = TestSite::start().await;
    let page = feed(&[("/n/1.html", "郑东新区社保大厅今起延时服务")]).with_etag("\"v1\"");
    site.put("/rss.xml", page);
    let mut feed = source("feed", SourceKind::Feed, site.url("/rss.xml"));
    // The first page of several says nothing about the others: only a single page may be "not modified".
    feed.max_pages = 1;
    let app = TestApp::open(config(vec![feed]));
    app.crawl().await;
    app.later(TimeDelta::minutes(10));
    let reports = app.crawl().await;
    assert_eq!(site.answered("/rss.xml"), [200, 304]);
    assert_eq!(
        (reports[0].outcome, reports[0].fetched),
        (CrawlOutcome::Unchanged, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_own_outcome_and_stops_nobody_else() {
    let site = TestSite::start().await;
    site.put(
        "/robots.txt",
        Answer::of(
            "text/plain",
            b"User-agent: *\nDisallow: /private/\n".to_vec(),
        ),
    );
    site.put("/private/rss.xml", feed(&[("/n/9.html", "不应采集")]));
    site.put("/refused.xml", Answer::status(403));
    site.put("/broken.xml", Answer::status(500));
    site.put("/empty/", Answer::html("<html><body></body></html>"));
    site.put(
        "/rss.xml",
        feed(&[("/n/1.html", "郑东新区社保大厅今起延时服务")]),
    );
    let app = TestApp::open(config(vec![
        source("denied", SourceKind::Feed, site.url("/private/rss.xml")),
        source("refused", SourceKind::Feed, site.url("/refused.xml")),
        source("broken", SourceKind::Feed, site.url("/broken.xml")),
        source("empty", SourceKind::List, site.url("/empty/")),
        source("moved", SourceKind::List, site.url("/gone/")),
        source("healthy", SourceKind::Feed, site.url("/rss.xml")),
    ]));
    app.crawl().await;
    for (id, outcome, words) in [
        ("denied", CrawlOutcome::RobotsDenied, "robots.txt 不允许"),
        ("refused", CrawlOutcome::Blocked, "403"),
        ("broken", CrawlOutcome::Failed, "500"),
        ("empty", CrawlOutcome::Empty, "没有找到文章链接"),
        ("moved", CrawlOutcome::Failed, "网址可能已变更"),
        ("healthy", CrawlOutcome::New, ""),
    ] {
        let state = app.state(id);
        assert_eq!(state.last_outcome, Some(outcome), "{id}");
        assert!(
            state.last_message.contains(words),
            "{id}: {}",
            state.last_message
        );
        assert_eq!(state.last_success.is_some(), outcome.is_success(), "{id}");
        assert!(state.next_check > app.app.now(), "{id} has a next time");
    }
    assert!(
        site.answered("/private/rss.xml").is_empty(),
        "what robots.txt forbids is never asked for"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_ends_the_turn_and_the_pages_wait() {
    let site = TestSite::start().await;
    put_list(&site);
    for path in ["/2017/0414/1001.html", "/2017/0414/1002.html"] {
        site.put(path, Answer::status(429));
    }
    let app = TestApp::open(config(vec![source(
        "list",
        SourceKind::List,
        site.url("/news/"),
    )]));
    app.visit(Wanted::Due).await;
    let asked =
        site.answered("/2017/0414/1001.html").len() + site.answered("/2017/0414/1002.html").len();
    assert_eq!(asked, 1, "the second page is not asked for after a refusal");
    assert_eq!(app.state("list").last_outcome, Some(CrawlOutcome::Blocked));

    put_list(&site);
    app.later(TimeDelta::hours(2));
    app.crawl().await;
    assert_eq!(app.post_count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_hours_are_caught_up_once() {
    let site = TestSite::start().await;
    site.put(
        "/rss.xml",
        feed(&[("/n/1.html", "郑东新区社保大厅今起延时服务")]),
    );
    let app = TestApp::open(config(vec![source(
        "feed",
        SourceKind::Feed,
        site.url("/rss.xml"),
    )]));
    app.visit(Wanted::Due).await;
    app.later(TimeDelta::days(3));
    assert_eq!(app.visit(Wanted::Due).await.len(), 1);
    assert!(app.visit(Wanted::Due).await.is_empty());
    assert_eq!(site.answered("/rss.xml").len(), 2);
    assert!(app.state("feed").next_check > app.app.now());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_before_a_crash_is_read_after_it() {
    let site = TestSite::start().await;
    put_list(&site);
    let folder = TempDir::new().expect("a temporary folder");
    let mut config = config(vec![source("list", SourceKind::List, site.url("/news/"))]);
    config.settings.crawl.pages_per_turn = std::num::NonZeroUsize::MIN;
    let before = open_in(folder.path(), config.clone());
    let visited = yuqing::pipeline::crawl_once(&before, Wanted::Due).await;
    assert_eq!(visited.expect("the store works")[0].new, 1);
    drop(before);

    let after = open_in(folder.path(), config);
    let visited = yuqing::pipeline::crawl_once(&after, Wanted::Due).await;
    assert_eq!(visited.expect("the store works")[0].new, 1);
    assert_eq!(after.store.post_count().expect("the store works"), 2);
    assert_eq!(
        site.answered("/news/").len(),
        1,
        "the list itself was not due again"
    );
    assert_eq!(after.now(), at(FRIDAY));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_refused_again_and_again_stops_until_somebody_looks() {
    let site = TestSite::start().await;
    site.put("/rss.xml", Answer::status(403));
    let mut config = config(vec![source("feed", SourceKind::Feed, site.url("/rss.xml"))]);
    config.settings.fetch.stop_after_refusals = 3;
    let app = TestApp::open(config);
    for visit in 1..=3 {
        assert_eq!(app.state("feed").stopped_at, None);
        let reports = app.visit(Wanted::Due).await;
        assert_eq!(reports[0].cause, Some(FetchCause::Refused), "visit {visit}");
        app.later(TimeDelta::days(1));
    }
    let state = app.state("feed");
    assert_eq!(state.stopped_at, state.last_visit);
    assert!(
        state.last_message.contains("停采"),
        "{}",
        state.last_message
    );
    app.later(TimeDelta::days(30));
    assert!(app.visit(Wanted::Due).await.is_empty(), "it stays stopped");
    assert_eq!(site.answered("/rss.xml").len(), 3);

    let by_hand = || app.visit(Wanted::Named(vec!["feed".to_owned()]));
    by_hand().await;
    assert_eq!(
        app.state("feed").stopped_at,
        state.stopped_at,
        "refused again"
    );
    site.put(
        "/rss.xml",
        feed(&[("/n/1.html", "郑东新区社保大厅今起延时服务")]),
    );
    assert_eq!(by_hand().await[0].outcome, CrawlOutcome::New);
    let state = app.state("feed");
    assert_eq!((state.stopped_at, state.refusal_count), (None, 0));
    app.later(TimeDelta::minutes(10));
    assert_eq!(app.visit(Wanted::Due).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_at_night_unless_somebody_asks() {
    let site = TestSite::start().await;
    put_list(&site);
    let page = feed(&[("/n/1.html", "郑东新区社保大厅今起延时服务")]);
    site.put("/rss.xml", page.clone()).put("/always.xml", page);
    let mut always = source("always", SourceKind::Feed, site.url("/always.xml"));
    always.pause = Some(Pause::None);
    let mut config = config(vec![
        source("feed", SourceKind::Feed, site.url("/rss.xml")),
        source("list", SourceKind::List, site.url("/news/")),
        always,
    ]);
    config.settings.fetch.pause = "23:00-06:00".parse().expect("a pause");
    config.settings.crawl.pages_per_turn = std::num::NonZeroUsize::MIN;
    let app = TestApp::open(config);
    app.visit(Wanted::Due).await;
    app.later(TimeDelta::hours(14));
    let visited = |reports: Vec<CrawlReport>| -> Vec<String> {
        reports.into_iter().map(|report| report.source).collect()
    };
    assert_eq!(visited(app.visit(Wanted::Due).await), ["always"]);
    assert_eq!(
        app.post_count(),
        2,
        "one page of the list waits for the morning"
    );
    let by_hand = app.visit(Wanted::Named(vec!["feed".to_owned()])).await;
    assert_eq!(visited(by_hand), ["feed"]);
    let next = app.state("feed").next_check;
    assert!(next >= at("2017-04-15T06:00:00+08:00"), "{next}");
    app.later(TimeDelta::hours(7));
    let mut morning = visited(app.visit(Wanted::Due).await);
    morning.sort();
    assert!(morning.contains(&"list".to_owned()), "{morning:?}");
    assert_eq!(app.post_count(), 3);
}
