//! 答复网友 — answers given to citizens: one with its post, or a day's count of a channel. The ledger counts them.

use crate::model::{Channel, PostId, Timestamp};
use serde::{Deserialize, Serialize};

/// Row id of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReplyId(pub i64);

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Answered {
    /// 逐件.
    #[serde(rename = "one")]
    One {
        /// The post that was answered, where it is stored.
        post: Option<PostId>,
        /// What was answered, masked.
        text: String,
        /// 网友评分, 1 to 5.
        satisfaction: Option<u8>,
        /// When it was asked.
        asked_at: Option<Timestamp>,
    },
    /// 按日汇总 of one channel; what is registered one by one is not in it.
    #[serde(rename = "many")]
    Many {
        /// How many.
        count: u32,
    },
}

/// A reply, or a day's replies, to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReply {
    /// 渠道 on which it was asked.
    pub channel: Channel,
    /// When it was answered; midnight where only the day is known.
    pub replied_at: Timestamp,
    /// What.
    pub answered: Answered,
    /// Who registered it.
    pub by: String,
}

/// 答复.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Row id.
    pub id: ReplyId,
    /// What was registered.
    pub reply: NewReply,
    /// When it was registered.
    pub recorded_at: Timestamp,
}

/// 答复件数 of a period.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReplyCounts {
    /// All together.
    pub total: u64,
    /// By channel, largest first.
    pub by_channel: Vec<(Channel, u64)>,
    /// By month, `2017-11`, oldest first.
    pub by_month: Vec<(String, u64)>,
    /// How many carry a 评分.
    pub rated: u64,
    /// Mean of those.
    pub mean_satisfaction: Option<f64>,
    /// Those with the time of the question, and the median hours to the answer.
    pub timed: u64,
    /// Median hours from question to answer, of those.
    pub median_hours: Option<f64>,
}
