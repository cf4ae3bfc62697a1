//! 渠道 — the kinds of places where the public speaks.

use crate::model::coded::coded_enum;

coded_enum! {
    /// 渠道 — how a text reached the public; the ledger counts by it (`spec.md` 7).
    pub enum Channel {
        Tv = "tv" / "电视" | "电视台",
        Radio = "radio" / "电台" | "广播",
        Newspaper = "newspaper" / "报纸" | "报刊",
        News = "news" / "新闻网站" | "新闻" | "网站",
        Forum = "forum" / "论坛贴吧" | "论坛" | "贴吧",
        Weibo = "weibo" / "微博",
        Wechat = "wechat" / "微信" | "公众号",
        Video = "video" / "短视频" | "视频",
        MessageBoard = "message_board" / "政民留言" | "留言",
        Hotline = "hotline" / "热线",
        Transfer = "transfer" / "转办",
        Government = "government" / "政府网站",
        Other = "other" / "其他",
    }
}
