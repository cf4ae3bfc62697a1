//! 查阅 — a person's look at a post as it was published, unmasked (`spec.md` 2.2).

use crate::model::coded::coded_enum;
use crate::model::{PostId, Timestamp};

coded_enum! {
    /// 查阅内容 — what was looked at.
    pub enum Looked {
        Words = "words" / "原文",
        Page = "page" / "存证网页",
    }
}

/// 查阅记录 — never changed, never deleted.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Look {
    /// Of which post.
    pub post: PostId,
    /// What of it.
    pub looked: Looked,
    /// When.
    pub at: Timestamp,
    /// Who, as signed.
    pub by: String,
    /// What for.
    pub reason: String,
    /// False: refused, the name is not among those entitled.
    pub is_granted: bool,
}

/// 原文 — a post's words as they were published.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct OriginalWords {
    /// The title.
    pub title: String,
    /// The text.
    pub text: String,
    /// The author's public name.
    pub author: Option<String>,
}
