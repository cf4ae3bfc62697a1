//! `yuqing probe`: from an address nobody knows to a saved source that brings what was shown.

use crate::program::{Desk, Done, finish};
use crate::site::{Answer, TestApp, TestSite, config};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use yuqing::config::{Config, ConfigFolder};
use yuqing::model::{Channel, SourceKind};

/// 配置目录 of an office that reads loopback, without pauses and without sources.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write(
        "config/yuqing.toml",
        "[fetch]\nprivate_hosts = [\"127.0.0.1\", \"localhost\"]\ndelay = \"0s\"\nmax_body = \"200KiB\"\n",
    );
    desk.write("config/sources.toml", "# 本局的信源，由信息员维护\n");
    desk
}

fn probe(desk: &Desk, code: i32, arguments: &[&str]) -> Done {
    let all: Vec<&str> = std::iter::once("probe")
        .chain(arguments.iter().copied())
        .collect();
    desk.expect(code, &all)
}

/// The saved configuration, visited at the sample hour.
fn saved(desk: &Desk) -> Config {
    let folder = ConfigFolder::open(Some(&desk.path("config"))).expect("a folder");
    let read = Config::read(&folder, []).expect("what was saved is in order");
    let mut config = config(read.sources);
    config.sites = Arc::clone(&read.sites);
    config
}

/// Titles in the store after one crawl with the saved configuration.
async fn crawled(desk: &Desk) -> BTreeSet<String> {
    let app = TestApp::open(saved(desk));
    app.crawl().await;
    app.search("")
        .into_iter()
        .map(|stored| stored.post.title)
        .collect()
}

fn strings(values: &Value, key: &str) -> BTreeSet<String> {
    let values = values.as_array().expect("a list").iter();
    values
        .map(|value| value[key].as_str().expect("a string").to_owned())
        .collect()
}

const TITLES: [&str; 6] = [
    "高铁站旁工地欠薪已补发",
    "社保卡换发点新增十二处",
    "夜市摊主参保有了新办法",
    "技校春季招生开始报名",
    "退休手续可以网上预约",
    "仲裁院周六也开门接案",
];

/// Rows without `li` and dates, a title in a `p`, the time in an `i`, addresses of two columns.
fn put_unusual_list(site: &TestSite) {
    let address = |number: usize| {
        format!(
            "/w/{}/{}.shtml",
            ["ms", "sh"][number % 2],
            8100 + 37 * number
        )
    };
    let rows: String = TITLES
        .iter()
        .enumerate()
        .map(|(number, title)| {
            format!(
                "<div class='rowbox on'><span>民生</span><b><a href='{}'>{title}</a></b></div>",
                address(number)
            )
        })
        .collect();
    site.put(
        "/ms/",
        Answer::html(format!(
            "<html><head><title>民生频道_示例新闻网</title><link rel='alternate' type='application/rss+xml' \
             href='/rss.xml'></head><body><div id='nav'><a href='/'>首页</a><a href='/about.html'>关于我们</a></div>\
             <div class='flow'>{rows}</div></body></html>"
        )),
    );
    for (number, title) in TITLES.iter().enumerate() {
        site.put(&address(number), unusual_article(number, title));
    }
}

fn unusual_article(number: usize, title: &str) -> Answer {
    Answer::html(format!(
        "<html><head><title>{title}_示例新闻网</title></head><body><div id='nav'><a href='/'>首页</a></div>\
         <section class='pane'><p class='headline'>{title}</p>\
         <p class='meta'><i class='when'>2017年4月{}日 08:1{number}</i><i class='from'>来源：示例晚报</i></p>\
         <div class='zwnr'><p>{title}，记者昨日从有关方面了解到，这件事前后拖了两个多月，街道办事处先后到场协调。</p>\
         <p>第{number}位受访者说，现在手续比以前少了两道，跑一趟就能办完，大家都觉得方便，有事请打13812345678。</p></div>\
         </section></body></html>",
        8 + number
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_unusual_markup_is_saved_with_rules_and_crawled() {
    let site = TestSite::start().await;
    put_unusual_list(&site);
    let desk = desk();
    let url = site.url("/ms/");
    let shown = probe(&desk, 0, &[&url, "--json"]).json();
    assert_eq!(
        (&shown["kind"], &shown["format"]),
        (&"list".into(), &"list".into())
    );
    assert_eq!(
        strings(&shown["links"], "title"),
        TITLES.map(str::to_owned).into()
    );
    assert_eq!(shown["pages"].as_array().map(Vec::len), Some(3));
    let post = &shown["pages"][0]["posts"][0];
    assert_eq!(
        (&post["outlet"], &post["published_precision"]),
        (&"示例晚报".into(), &"minute".into())
    );
    assert!(!post["text"].as_str().expect("text").contains("13812345678"));
    assert_eq!(shown["feeds"][0], site.url("/rss.xml"));
    let rules = shown["proposal"]["rules"].as_str().expect("rules");
    for line in [
        "link = \"div.rowbox a\"",
        "title = \"p.headline\"",
        "body = \"div.zwnr\"",
        "published_at = \"i.when\"",
        "outlet = \"i.from\"",
    ] {
        assert!(rules.contains(line), "{rules}");
    }
    assert!(shown["saved"].is_null());
    assert!(!desk.path("config/sites").exists());

    let text = probe(
        &desk,
        0,
        &[&url, "--save", "--name", "示例民生", "--id", "ms"],
    )
    .out;
    assert!(text.contains("已写入采集规则"), "{text}");
    let sources = std::fs::read_to_string(desk.path("config/sources.toml")).expect("written");
    assert!(
        sources.starts_with(
            "# 本局的信源，由信息员维护\n\n[[source]]\nid = \"ms\"\nname = \"示例民生\"\n"
        ),
        "{sources}"
    );
    desk.expect(0, &["check"]);
    let config = saved(&desk);
    let source = &config.sources[0];
    assert_eq!(
        (source.source.kind, source.source.channel),
        (SourceKind::List, Channel::News)
    );
    assert!(source.is_enabled && source.note.contains("probe"));
    assert!(
        config
            .sites
            .get(&url.parse().expect("an address"))
            .is_some()
    );
    // The shipped rules are still there beside the new file.
    assert!(
        config
            .sites
            .get(&"https://news.dahe.cn/".parse().expect("an address"))
            .is_some()
    );
    assert_eq!(crawled(&desk).await, TITLES.map(str::to_owned).into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_of_known_software_needs_no_rules() {
    let site = TestSite::start().await;
    let row = |id: u32, title: &str| {
        format!(
            "<tbody id='normalthread_{id}'><tr><th class='new'><a href='thread-{id}-1-1.html' class='s xst'>{title}</a></th></tr></tbody>"
        )
    };
    let titles = ["办退休手续跑了三趟", "社保大厅几点下班"];
    site.put(
        "/forum-42-1.html",
        Answer::html(format!(
            "<html><title>民生版 - 示例论坛</title><body><table id='threadlisttableid'>{}{}</table></body></html>",
            row(88, titles[0]),
            row(89, titles[1])
        )),
    );
    for (id, title) in [(88, titles[0]), (89, titles[1])] {
        site.put(
            &format!("/thread-{id}-1-1.html"),
            Answer::html(format!(
                "<html><title>{title} - 示例论坛</title><body><h1 class='ts'><span id='thread_subject'>{title}</span></h1>\
                 <div id='postlist'><div id='post_{id}1'><table id='pid{id}1' class='plhin'><tr><td class='pls'>\
                 <div class='authi'><a class='xw1'>绿荫</a></div></td><td class='plc'><div class='authi'>\
                 <em id='authorposton{id}1'>发表于 2017-4-14 08:01</em></div><table><tr>\
                 <td class='t_f' id='postmessage_{id}1'>{title}，想问问大家都是怎么办的。</td></tr></table></td></tr></table></div></div></body></html>"
            )),
        );
    }
    let desk = desk();
    let shown = probe(
        &desk,
        0,
        &[&site.url("/forum-42-1.html"), "--save", "--json"],
    )
    .json();
    assert_eq!(
        (&shown["kind"], &shown["format"]),
        (&"board".into(), &"forum".into())
    );
    assert_eq!(shown["pages"][0]["posts"][0]["floor"], 1);
    assert!(shown["proposal"]["rules"].is_null() && shown["saved"]["rules_file"].is_null());
    assert_eq!(saved(&desk).sources[0].source.channel, Channel::Forum);
    let found = crawled(&desk).await;
    assert_eq!(found, titles.map(str::to_owned).into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_saved_as_one() {
    let site = TestSite::start().await;
    site.put(
        "/rss.xml",
        Answer::xml(
            "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>示例时讯</title><link>/</link>\
             <item><title>劳动仲裁立案可以网上预约</title><link>/n/2.html</link><description>窗口答复正在核实。</description>\
             <pubDate>Fri, 14 Apr 2017 08:00:00 +0800</pubDate></item></channel></rss>",
        ),
    );
    let desk = desk();
    let text = probe(&desk, 0, &[&site.url("/rss.xml")]).out;
    for part in [
        "订阅源（feed）",
        "2017-04-14 08:00  劳动仲裁立案可以网上预约",
        "name = \"示例时讯\"",
        "不需要采集规则",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // A feed is whole: nothing else was asked for.
    assert!(site.answered("/sitemap.xml").is_empty());
    probe(&desk, 0, &[&site.url("/rss.xml"), "--save"]);
    assert_eq!(
        crawled(&desk).await,
        ["劳动仲裁立案可以网上预约".to_owned()].into()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_the_parts_of_a_day_is_saved_as_typed() {
    let site = TestSite::start().await;
    let now = chrono::Utc::now() + chrono::TimeDelta::hours(8);
    site.put(
        &now.format("/%Y/rss.xml").to_string(),
        Answer::xml(
            "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>示例时讯</title><link>/</link>\
             <item><title>劳动仲裁立案可以网上预约</title><link>/n/2.html</link></item></channel></rss>",
        ),
    );
    let desk = desk();
    let typed = site.url("/{yyyy}/rss.xml");
    probe(&desk, 0, &[&typed, "--save"]);
    assert_eq!(saved(&desk).sources[0].source.url, typed);
    let again = probe(&desk, 2, &[&typed, "--save"]);
    assert!(again.err.contains("已是信源"), "{}", again.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_edition_of_a_paper_is_saved_for_every_day() {
    let site = TestSite::start().await;
    site.put(
        "/",
        Answer::html("<html><head><meta http-equiv='refresh' content='0;url=html/2017-04/14/node_1.htm'></head></html>"),
    );
    site.put(
        "/html/2017-04/14/node_1.htm",
        Answer::html(
            "<html><title>示例日报</title><body><table><tr><td width=160>第A01版：头版</td></tr></table>\
             <ul><li><a href='content_501.htm'>稳岗补贴本周集中发放到企业</a></li></ul></body></html>",
        ),
    );
    site.put(
        "/html/2017-04/14/content_501.htm",
        Answer::html(
            "<table><tr><td width=160>第A01版：头版</td></tr><tr><td class='font01'>\
             <founder-title>稳岗补贴本周集中发放到企业</founder-title></td></tr></table><div id='ozoom'><founder-content>\
             <P>本报讯 昨日，失业保险稳岗补贴开始集中发放，首批三百家企业领到补贴。</P></founder-content></div>",
        ),
    );
    let desk = desk();
    let shown = probe(&desk, 0, &[&site.url("/"), "--save", "--json"]).json();
    assert_eq!(shown["kind"], "epaper");
    assert!(
        shown["notes"][0]
            .as_str()
            .expect("a note")
            .contains("自动跳转")
    );
    let source = saved(&desk).sources.remove(0);
    assert_eq!(
        source.source.url,
        site.url("/html/{yyyy}-{mm}/{dd}/node_1.htm")
    );
    assert_eq!(
        (source.source.channel, source.max_pages),
        (Channel::Newspaper, 24)
    );
    assert_eq!(
        crawled(&desk).await,
        ["稳岗补贴本周集中发放到企业".to_owned()].into()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_no_page_is_called_by_its_name() {
    let site = TestSite::start().await;
    site.put(
        "/robots.txt",
        Answer::of(
            "text/plain",
            b"User-agent: *\nDisallow: /closed/\n".to_vec(),
        ),
    );
    site.put("/empty", Answer::html(""));
    site.put(
        "/file.pdf",
        Answer::of("application/pdf", b"%PDF-1.4".to_vec()),
    );
    site.put("/disguised", Answer::html("%PDF-1.4 ..."));
    site.put("/app", Answer::html("<html><title>示例</title><body><div id=app></div><script src=a.js></script></body></html>"));
    site.put("/login", Answer::html("<html><title>登录</title><form>账号<input name=u>密码<input type=password></form></html>"));
    site.put("/huge", Answer::html("<p>长</p>".repeat(40_000)));
    site.put("/closed/a", Answer::html("<p>有</p>"));
    site.put("/limited", Answer::status(429));
    let desk = desk();
    for (path, code, sentence) in [
        ("/gone", 1, "不存在（HTTP 404）"),
        ("/empty", 3, "页面为空"),
        ("/file.pdf", 1, "application/pdf，不是网页"),
        ("/disguised", 3, "这是 PDF 文件"),
        ("/app", 3, "页面由脚本生成，需改用接口或人工补录"),
        ("/login", 3, "页面要求登录"),
        ("/huge", 1, "超过 200.0 KiB 的上限"),
        ("/closed/a", 1, "robots.txt 不允许"),
        ("/limited", 1, "请求过于频繁"),
    ] {
        let done = probe(&desk, code, &[&site.url(path)]);
        let said = format!("{}{}", done.out, done.err);
        assert!(said.contains(sentence), "{path}: {said}");
    }
    for path in ["/app", "/gone"] {
        probe(&desk, 1, &[&site.url(path), "--save"]);
        let kept = std::fs::read_to_string(desk.path("config/sources.toml")).expect("there");
        assert!(!kept.contains("[[source]]"), "{path}");
    }
    for address in [
        "www.example.gov.cn/tzgg/",
        "ftp://example.gov.cn/",
        "https://",
        "file:///etc/passwd",
        "",
    ] {
        let done = probe(&desk, 2, &[address]);
        assert!(
            done.err.contains("http://") && done.out.is_empty(),
            "{address}: {}",
            done.err
        );
    }
    let done = probe(&desk, 1, &["http://10.1.2.3/a"]);
    assert!(
        done.err.contains("private_hosts 中加入“10.1.2.3”"),
        "{}",
        done.err
    );
    assert!(!done.err.contains("自动重试"), "{}", done.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_another_site_is_said() {
    let site = TestSite::start().await;
    put_unusual_list(&site);
    let elsewhere = site.url("/ms/").replace("127.0.0.1", "localhost");
    site.put(
        "/old",
        Answer::status(302).with_header("location", elsewhere.clone()),
    );
    let shown = probe(&desk(), 0, &[&site.url("/old"), "--pages", "0", "--json"]).json();
    assert_eq!(shown["url"], elsewhere);
    assert!(
        shown["notes"][0]
            .as_str()
            .expect("a note")
            .contains("另一个网站（localhost）")
    );
    assert_eq!(shown["pages"], Value::Array(Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_there_is_overwritten_or_doubled() {
    let site = TestSite::start().await;
    put_unusual_list(&site);
    let url = site.url("/ms/");
    let desk = desk();
    desk.write(
        "config/sites/127.0.0.1.toml",
        "hosts = [\"other.example.com\"]\n",
    );
    let text = probe(&desk, 0, &[&url, "--save", "--id", "one"]).out;
    assert!(
        text.contains("未改动") && text.contains("title = \"p.headline\""),
        "{text}"
    );
    let rules = std::fs::read_to_string(desk.path("config/sites/127.0.0.1.toml")).expect("there");
    assert_eq!(rules, "hosts = [\"other.example.com\"]\n");

    let again = probe(&desk, 2, &[&url, "--save"]).err;
    assert!(
        again.contains("“民生") || again.contains("（one）"),
        "{again}"
    );
    let taken = probe(&desk, 2, &[&site.url("/other/"), "--save", "--id", "one"]).err;
    assert!(taken.contains("代号“one”已用于"), "{taken}");
    let article = probe(&desk, 1, &[&site.url("/w/ms/8100.shtml"), "--save"]);
    assert!(
        article.out.contains("标题：高铁站旁工地欠薪已补发"),
        "{}",
        article.out
    );
    assert!(article.err.contains("不是信源的入口页"), "{}", article.err);

    let bare = Desk::new();
    let nowhere = finish(
        bare.command(&["probe", &url, "--save"])
            .env("YUQING__FETCH__DELAY", "0s"),
    );
    assert_eq!(nowhere.code, Some(2));
    assert!(nowhere.err.contains("没有配置目录"), "{}", nowhere.err);
    desk.write("config/sources.toml", "[[source]]\nid = 1\n");
    let broken = probe(&desk, 2, &[&url, "--save"]).err;
    assert!(broken.contains("sources.toml"), "{broken}");
}

#[test]
fn a_wrong_id_is_refused_before_anybody_is_asked() {
    let desk = desk();
    // Nothing listens there: an attempt would be a failure of another kind.
    let done = probe(&desk, 2, &["http://127.0.0.1:9/", "--id", "豫新", "--save"]);
    assert!(done.err.contains("代号只能用字母"), "{}", done.err);
}
