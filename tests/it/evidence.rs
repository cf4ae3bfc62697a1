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
        "[fetch]\nprivate_hosts = [\"127.0.0.1\"]\ndelay = \"0s\"\n",
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

    desk.expect(0, &["evidence", "1", "-o", "page.xml"]);
    let page = std::fs::read(desk.path("page.xml")).expect("written");
    assert_eq!(page, FEED.as_bytes());
    let again = desk.expect(2, &["evidence", "1", "-o", "page.xml"]);
    assert!(again.err.contains("已存在"), "{}", again.err);

    desk.expect(0, &["evidence", "1", "-o", "page.warc.gz"]);
    let packed = std::fs::read(desk.path("page.warc.gz")).expect("written");
    let mut records = String::new();
    MultiGzDecoder::new(packed.as_slice())
        .read_to_string(&mut records)
        .expect("members that any reader of WARC opens");
    let begin = |kind: &str| records.find(&format!("WARC-Type: {kind}\r\n"));
    assert!(begin("warcinfo") < begin("response") && begin("warcinfo").is_some());
    assert!(records.contains("工地拖欠工资三个月"));
}
