//! 栏 — what a column of a file may mean: the keys of a post, and the particulars of channels that no crawler reaches.
//! The labels of the particulars are the keys under which `extra` keeps them; nothing else defines those keys.

use crate::model::coded::coded_enum;

coded_enum! {
    /// 栏 — one meaning of a column. The code is the key in JSON Lines and in mapping files, the label stands in templates.
    pub enum Field {
        Id = "id" / "编号",
        Url = "url" / "网址",
        Channel = "channel" / "渠道",
        SourceName = "source_name" / "信源",
        OutletTier = "outlet_tier" / "媒体级别",
        Title = "title" / "标题",
        Text = "text" / "正文",
        Author = "author" / "作者",
        PublishedAt = "published_at" / "发布时间",
        FetchedAt = "fetched_at" / "读取时间",
        Comments = "comments" / "评论数",
        Reposts = "reposts" / "转发数",
        Likes = "likes" / "点赞数",
        Views = "views" / "阅读数",
        HasImage = "has_image" / "有图片",
        HasVideo = "has_video" / "有视频",
        // Television and radio (`spec.md` 6.1).
        Station = "station" / "频道",
        Programme = "programme" / "栏目",
        Length = "length" / "时长",
        Scenes = "scenes" / "画面要点",
        // Transferred cases (`spec.md` 1.6).
        FromOffice = "from_office" / "转来单位",
        DocumentNo = "document_no" / "文号",
        Urgency = "urgency" / "缓急",
        ReceivedAt = "received_at" / "收到时间",
        DueAt = "due_at" / "办理期限",
        Matter = "matter" / "事由",
        HandlingOffice = "handling_office" / "承办处室",
        // Clippings of messengers and short videos.
        Account = "account" / "账号",
        Screenshot = "screenshot" / "截图说明",
    }
}

/// 时长 in seconds, beside the words.
pub const LENGTH_SECONDS: &str = "时长秒";

/// 办理期限 where it names no moment: `3个工作日`, `24小时内` as written, a day as `2017-10-10`.
pub const DUE_AS_WRITTEN: &str = "办理期限要求";

/// Address of what a transferred case is about; not its own, for the text may stand in the store already.
pub const ORIGINAL_LINK: &str = "原文链接";

impl Field {
    /// Is it kept in `extra` rather than in a place of its own?
    pub fn is_particular(self) -> bool {
        self >= Field::Station
    }
}
