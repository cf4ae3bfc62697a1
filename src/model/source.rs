//! 信源 — a place we read.

use crate::model::coded::coded_enum;
use crate::model::{Channel, OutletTier};

coded_enum! {
    /// 信源类型 — how its pages are to be read.
    pub enum SourceKind {
        /// RSS, Atom or JSON Feed.
        Feed = "feed" / "订阅源",
        /// A page of links to articles.
        List = "list" / "列表页",
        /// A forum board: a page of links to threads.
        Board = "board" / "论坛版块",
        /// A newspaper's edition: a page of links to its pages and articles.
        Epaper = "epaper" / "电子报",
        /// A JSON interface that returns posts.
        Json = "json" / "JSON 接口",
        /// A sitemap: addresses of a site's pages, with times of change.
        Sitemap = "sitemap" / "站点地图",
    }
}

/// 信源 — a place we read, as the operator declared it in `config/sources.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Short stable name for commands and rows: `dahe-news`.
    pub id: String,
    /// Name as printed: `大河网`.
    pub name: String,
    /// How its pages are read.
    pub kind: SourceKind,
    /// Entry address; may hold `{yyyy}`, `{mm}`, `{dd}` of the local day.
    pub url: String,
    /// 渠道 of its posts.
    pub channel: Channel,
    /// 媒体级别 of its posts.
    pub tier: OutletTier,
    /// Administrative code the source is bound to, `410100`.
    pub region: Option<String>,
    /// 官方账号 — its texts are official positions, not public opinion (`spec.md` 4.7).
    pub is_official: bool,
    /// Follow the links of an entry page and read each as an article or a thread.
    pub follows_links: bool,
}
