//! 投递 — one thing that one recipient is to get, and how far that got.

use crate::model::coded::coded_enum;
use crate::model::{IssueId, Timestamp};
use serde::{Deserialize, Serialize};

/// Row id of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(pub i64);

coded_enum! {
    /// 投递方式.
    pub enum Transport {
        Email = "email" / "电子邮件",
        Wecom = "wecom" / "企业微信",
        Dingtalk = "dingtalk" / "钉钉",
        Feishu = "feishu" / "飞书",
        Webhook = "webhook" / "网络接口",
        Folder = "folder" / "文件夹",
    }
}

coded_enum! {
    /// 投递状态.
    pub enum DeliveryState {
        Waiting = "waiting" / "待发",
        Sending = "sending" / "发送中",
        Sent = "sent" / "已送达",
        Failed = "failed" / "未送达",
        Uncertain = "uncertain" / "待核实",
    }
}

/// What is delivered. With the recipient it makes the natural key of a delivery: nobody gets the same thing twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// 期 — its frozen renditions.
    Issue(IssueId),
    /// Anything short, by a key of whoever queued it: `alert:17:red`, `case:5:4h`.
    Notice(String),
}

/// 通知 — the words of a short message; plain text, masked, ready to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// One line.
    pub title: String,
    /// Some lines.
    pub text: String,
    /// 级别, where it has one.
    #[serde(default)]
    pub level: Option<crate::model::Level>,
}

/// A delivery to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// What.
    pub subject: Subject,
    /// 代号 of the recipient in `recipients.toml`.
    pub recipient: String,
    /// Words of a notice; an issue has its renditions.
    pub notice: Option<Notice>,
    /// Not before.
    pub due_at: Timestamp,
}
