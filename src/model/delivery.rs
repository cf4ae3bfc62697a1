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

impl Transport {
    /// Can the other side recognise what it got before, by `Idempotency-Key`, the name of a file, or at least, as a copy
    /// that lies beside the first, by `Message-ID`? Robots cannot: what is sent to them twice is read twice.
    pub fn recognises_repetition(self) -> bool {
        matches!(
            self,
            Transport::Email | Transport::Webhook | Transport::Folder
        )
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
        Cancelled = "cancelled" / "已取消",
    }
}

coded_enum! {
    /// 投递经过: what one attempt, or a person, brought.
    pub enum DeliveryOutcome {
        Sent = "sent" / "送达",
        Retry = "retry" / "未成，稍后再试",
        Failed = "failed" / "未送达",
        Uncertain = "uncertain" / "不知是否送达",
        Cancelled = "cancelled" / "取消",
        Confirmed = "confirmed" / "人工确认送达",
        Resent = "resent" / "人工要求重发",
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

impl Subject {
    /// The key as it is stored and told to receivers: `issue:12`, `alert:17:red`.
    pub fn key(&self) -> String {
        match self {
            Subject::Issue(id) => format!("issue:{}", id.0),
            Subject::Notice(key) => key.clone(),
        }
    }
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

/// 投递 — one subject for one recipient, and how far it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Row id.
    pub id: DeliveryId,
    /// What.
    pub subject: Subject,
    /// 代号 of the recipient.
    pub recipient: String,
    /// Words of a notice.
    pub notice: Option<Notice>,
    /// How far it got.
    pub state: DeliveryState,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// Not before; after a failed attempt the time of the next one.
    pub due_at: Timestamp,
    /// Attempts begun; the number of the latest is the token of whoever makes it.
    pub attempt_count: u32,
    /// Attempts before the latest count of retries began: a person may ask for more.
    pub attempt_base: u32,
    /// Parts of a long message that have arrived.
    pub parts_sent: usize,
    /// When it arrived.
    pub sent_at: Option<Timestamp>,
    /// What the latest attempt brought, for people.
    pub message: String,
}

/// 投递经过 — one attempt, or one deed of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryStep {
    /// Number of the attempt.
    pub attempt: u32,
    /// When.
    pub at: Timestamp,
    /// What it brought.
    pub outcome: DeliveryOutcome,
    /// Why, or what the person noted.
    pub message: String,
    /// Who; absent where it was the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}
