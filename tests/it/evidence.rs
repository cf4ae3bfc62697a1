//! `yuqing evidence`, `yuqing crawl NAME`: from a visit to the page that is handed out.

use crate::program::Desk;
use crate::site::{Answer, TestSite};
use flate2::read::MultiGzDecoder;
use std::io::Read;

const FEED: &str = "<rss version=\"2.0\"><channel><title>示例论坛</title><item><title>工地拖欠工资三个月</title>\
    <link>http://127.0.0.1/thread-1.html</link><pubDate>Fri, 14 Apr 2017 08:00:00 +0800</pubDate><description>\
    郑州经开区一个工地拖欠我们农民工工资三个月，劳动监察大队说正在登记，至今没有结果。</description></item></channel></rss>";

fn desk(site: &TestSite) -> Desk {
    let desk = Desk::new();
    desk.write(
        "config/yuqing.toml",
        "[privacy]\nmay_see_originals = [\"张三\"]\n[fetch]\nprivate_hosts = [\"127.0.0.1\"]\ndelay = \"0s\"\n",
    );
    let source = |id: &str, name: &str, path: &str| {
        format!(
            "[[source]]\nid = \"{id}\"\nname = \"{name}\"\nkind = \"feed\"\nurl = \"{}\"\nchannel = \"forum\"\n\
             tier = \"T5\"\nregion = \"410100\"\nschedule = \"0 8 * * *\"\n",
            site.url(path)
        )
    };
    desk.write(
        "config/sources.toml",
        source("luntan", "示例论坛", "/rss.xml") + &source("shibao", "示例时报", "/none.xml"),
    );
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_page_is_handed_out_and_nothing_is_written_over() {
    let site = TestSite::start().await;
    site.put("/rss.xml", Answer::xml(FEED));
    let desk = desk(&site);
    // By its name, as tables show it.
    desk.expect(0, &["crawl", "示例论坛"]);
    desk.expect(0, &["sources", "示例论坛"]);
    let unknown = desk.expect(2, &["crawl", "示例"]);
    assert!(unknown.err.contains("yuqing sources"), "{}", unknown.err);

    let take = |file| {
        let signed = ["--by", "张三", "--reason", "核实帖子"];
        [&["evidence", "1", "-o", file][..], &signed].concat()
    };
    desk.expect(2, &["evidence", "1", "-o", "page.xml"]);
    desk.expect(0, &take("page.xml"));
    let page = std::fs::read(desk.path("page.xml")).expect("written");
    assert_eq!(page, FEED.as_bytes());
    let again = desk.expect(2, &take("page.xml"));
    assert!(again.err.contains("已存在"), "{}", again.err);

    desk.expect(0, &take("page.warc.gz"));
    let packed = std::fs::read(desk.path("page.warc.gz")).expect("written");
    let mut records = String::new();
    MultiGzDecoder::new(packed.as_slice())
        .read_to_string(&mut records)
        .expect("members that any reader of WARC opens");
    let begin = |kind: &str| records.find(&format!("WARC-Type: {kind}\r\n"));
    assert!(begin("warcinfo") < begin("response") && begin("warcinfo").is_some());
    assert!(records.contains("工地拖欠工资三个月"));
}

#[test]
fn words_as_published_are_for_those_entitled_and_every_look_is_recorded() {
    let desk = Desk::new();
    let post = r#"{"channel":"forum","source_name":"示例论坛","title":"郑州社保卡补办","text":"郑州社保局让等通知，我的电话13800000000一直没人打","author":"网友甲","published_at":"2017-04-14T08:00:00+08:00"}"#;
    desk.write("p.jsonl", post);
    desk.expect(0, &["import", "p.jsonl"]);
    let look = |by| ["original", "1", "--by", by, "--reason", "回访13800000001"];
    let nobody = desk.expect(2, &look("张三"));
    assert!(nobody.err.contains("may_see_originals"), "{}", nobody.err);

    desk.write(
        "config/yuqing.toml",
        "[privacy]\nmay_see_originals = [\"李四\"]\n",
    );
    let refused = desk.expect(2, &look("张三"));
    assert!(
        refused.err.contains("张三没有查阅原文的授权"),
        "{}",
        refused.err
    );
    assert!(!refused.out.contains("1380000"), "{}", refused.out);
    let shown = desk.expect(0, &look("李四"));
    assert!(shown.out.contains("13800000000"), "{}", shown.out);
    desk.expect(2, &["original", "1", "--by", "李四"]);
    desk.expect(2, &["original", "9", "--by", "李四", "--reason", "核实"]);

    let looks = desk.expect(0, &["original", "--looks", "1"]);
    let lines: Vec<&str> = looks.out.lines().collect();
    let [nobody, refused, granted] = lines[..] else {
        panic!("three looks: {}", looks.out);
    };
    assert!(nobody.contains("已拒绝") && refused.contains("张三"));
    assert!(granted.contains("已查阅  原文  编号1  李四"), "{granted}");
    assert!(!looks.out.contains("13800000001"), "reasons are masked");
}
