//! 信源 of the sample world: what an operator would have written into `sources.toml` and `sites/` for it.

use crate::model::{Channel, OutletTier, SourceKind};

/// 信源 of the sample world, with the cron line of its visits.
#[derive(Clone, Debug)]
pub struct DemoSource {
    /// Short stable name.
    pub id: &'static str,
    /// Name as printed.
    pub name: &'static str,
    /// How its pages are read.
    pub kind: SourceKind,
    /// Entry address on loopback; may hold `{yyyy}`, `{mm}`, `{dd}`.
    pub url: String,
    /// 渠道.
    pub channel: Channel,
    /// 媒体级别.
    pub tier: OutletTier,
    /// Administrative code the source is bound to.
    pub region: Option<&'static str>,
    /// 官方账号.
    pub official: bool,
    /// Links of the entry page are read too.
    pub follows_links: bool,
    /// Five-field cron line.
    pub schedule: &'static str,
}

/// Code of 郑州市: its paper, its board and its news site speak of it without naming it.
const ZHENGZHOU: Option<&str> = Some("410100");

/// Every source of the world, served on `port`.
pub fn sources(port: u16) -> Vec<DemoSource> {
    let at = |host: &str, path: &str| format!("http://{host}.localhost:{port}{path}");
    let site = |id, name, kind, url, channel, tier, schedule| DemoSource {
        id,
        name,
        kind,
        url,
        channel,
        tier,
        region: ZHENGZHOU,
        official: false,
        follows_links: true,
        schedule,
    };
    let feed = |id, name, path, channel, tier, region| DemoSource {
        id,
        name,
        kind: SourceKind::Feed,
        url: at("feeds", path),
        channel,
        tier,
        region,
        official: false,
        follows_links: false,
        schedule: "*/30 * * * *",
    };
    vec![
        DemoSource {
            id: "demo-weibo",
            name: "小微博",
            kind: SourceKind::Json,
            url: at("weibo", "/api/container/getIndex?q=郑州&page=1"),
            channel: Channel::Weibo,
            tier: OutletTier::T5,
            // People everywhere write there; the text has to name the place.
            region: None,
            official: false,
            follows_links: false,
            schedule: "*/5 * * * *",
        },
        site(
            "demo-bbs",
            "商城论坛",
            SourceKind::Board,
            at("bbs", "/forum-2-1.html"),
            Channel::Forum,
            OutletTier::T5,
            "*/10 * * * *",
        ),
        site(
            "demo-news",
            "绿城新闻网",
            SourceKind::List,
            at("news", "/list/1.html"),
            Channel::News,
            OutletTier::T3,
            "*/15 * * * *",
        ),
        site(
            "demo-epaper",
            "绿城晨报",
            SourceKind::Epaper,
            at("epaper", "/html/{yyyy}-{mm}/{dd}/node_2.htm"),
            Channel::Newspaper,
            OutletTier::T3,
            "30 7 * * *",
        ),
        site(
            "demo-gov",
            "政民留言",
            SourceKind::List,
            at("gov", "/liuyan/list-1.html"),
            Channel::MessageBoard,
            OutletTier::T5,
            "0 8-18 * * *",
        ),
        feed(
            "demo-rss",
            "中部在线",
            "/rss.xml",
            Channel::News,
            OutletTier::T2,
            None,
        ),
        feed(
            "demo-atom",
            "绿城生活家",
            "/atom.xml",
            Channel::Wechat,
            OutletTier::T4,
            ZHENGZHOU,
        ),
        feed(
            "demo-central",
            "国家日报网",
            "/central.xml",
            Channel::News,
            OutletTier::T0,
            None,
        ),
        site(
            "demo-broken",
            "失联网",
            SourceKind::List,
            at("broken", "/list/1.html"),
            Channel::News,
            OutletTier::T3,
            "*/30 * * * *",
        ),
        site(
            "demo-closed",
            "谢客网",
            SourceKind::List,
            at("closed", "/list/1.html"),
            Channel::News,
            OutletTier::T3,
            "*/30 * * * *",
        ),
    ]
}

/// 采集规则 of the world: file name under `sites/`, and what the file holds.
pub fn site_rules() -> &'static [(&'static str, &'static str)] {
    &[
        (
            "bbs.localhost.toml",
            include_str!("rules/bbs.localhost.toml"),
        ),
        (
            "epaper.localhost.toml",
            include_str!("rules/epaper.localhost.toml"),
        ),
        (
            "gov.localhost.toml",
            include_str!("rules/gov.localhost.toml"),
        ),
        (
            "news.localhost.toml",
            include_str!("rules/news.localhost.toml"),
        ),
        (
            "weibo.localhost.toml",
            include_str!("rules/weibo.localhost.toml"),
        ),
    ]
}
