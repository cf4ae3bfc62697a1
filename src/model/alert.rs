//! 预警 — one raising of a rule: what for, how urgent, who was told, and what people did about it.

use crate::model::coded::coded_enum;
use crate::model::{EventId, Level, NewDelivery, PostId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Row id of an alert: what people say on the telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(pub i64);

coded_enum! {
    /// 预警类别 — which rule raised it.
    pub enum AlertKind {
        Level = "level" / "级别",
        Gathering = "gathering" / "聚集",
        Watch = "watch" / "专题",
        Burst = "burst" / "突增",
        Source = "source" / "信源",
    }
}

coded_enum! {
    /// 处置状态.
    pub enum AlertState {
        Open = "open" / "待处置",
        Acknowledged = "acknowledged" / "已签收",
        Handled = "handled" / "已办结",
        FalseAlarm = "false_alarm" / "误报",
    }
}

impl AlertState {
    /// May a person go from here to there? What is closed stays closed.
    pub fn may_become(self, next: AlertState) -> bool {
        match self {
            AlertState::Open => next != AlertState::Open,
            AlertState::Acknowledged => {
                matches!(next, AlertState::Handled | AlertState::FalseAlarm)
            }
            AlertState::Handled | AlertState::FalseAlarm => false,
        }
    }
}

/// 预警对象 — what an alert is about, as a code: `event:12`. About one of them nothing is said twice in an hour.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertSubject(pub String);

impl AlertSubject {
    /// 事件.
    pub fn event(id: EventId) -> AlertSubject {
        AlertSubject(format!("event:{}", id.0))
    }

    /// A post outside of events.
    pub fn post(id: PostId) -> AlertSubject {
        AlertSubject(format!("post:{}", id.0))
    }

    /// The event of a post, else the post.
    pub fn of(event: Option<EventId>, post: PostId) -> AlertSubject {
        event.map_or_else(|| AlertSubject::post(post), AlertSubject::event)
    }

    /// 专题.
    pub fn watch(id: &str) -> AlertSubject {
        AlertSubject(format!("watch:{id}"))
    }

    /// What a watch found, one happening of it.
    pub fn watch_on(id: &str, happening: &AlertSubject) -> AlertSubject {
        AlertSubject(format!("watch:{id}/{happening}"))
    }

    /// 信源.
    pub fn source(id: &str) -> AlertSubject {
        AlertSubject(format!("source:{id}"))
    }

    /// 突增 of a topic, place or event.
    pub fn burst(code: &str) -> AlertSubject {
        AlertSubject(format!("burst:{code}"))
    }
}

impl fmt::Display for AlertSubject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// 预警, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Row id.
    pub id: AlertId,
    /// What was said when it was raised.
    pub what: NewAlert,
    /// When.
    pub raised_at: Timestamp,
    /// 处置状态.
    pub state: AlertState,
    /// How often somebody was told.
    pub notice_count: u32,
    /// When the next notice is due; `None` while nobody needs to be told.
    pub next_notice_at: Option<Timestamp>,
    /// 已读回执 — who took it, and what became of it, oldest first.
    pub steps: Vec<AlertStep>,
    /// Who was told, and when, oldest first.
    pub notices: Vec<AlertNotice>,
}

/// 预警, to be raised.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAlert {
    /// Natural key: an alert raised twice is one.
    pub key: String,
    /// 类别.
    pub kind: AlertKind,
    /// 对象.
    pub subject: AlertSubject,
    /// 级别.
    pub level: Level,
    /// One line, masked.
    pub title: String,
    /// Why, in one sentence.
    pub reason: String,
    /// The post that stands for it.
    pub post: Option<PostId>,
    /// 事件.
    pub event: Option<EventId>,
    /// Posts behind it.
    pub post_count: u64,
    /// Independent sources behind it.
    pub source_count: u64,
    /// Who is to be told whoever is on duty; empty: the duty roster decides.
    pub recipients: Vec<String>,
    /// When the first notice is due.
    pub tell_at: Timestamp,
    /// Nothing has to be done about it: it only tells that something is over.
    pub is_closed: bool,
}

/// 处置记录 — one thing that a person did about an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlertStep {
    /// When.
    pub at: Timestamp,
    /// The state it led to.
    pub state: AlertState,
    /// Who.
    pub by: String,
    /// What the person said.
    pub note: String,
}

/// 通知记录 — one telling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlertNotice {
    /// The first is 1.
    pub number: u32,
    /// When it was queued.
    pub at: Timestamp,
    /// 代号 of those told.
    pub recipients: Vec<String>,
}

/// What was last said about a subject.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertMark {
    /// 对象.
    pub subject: AlertSubject,
    /// 事件, where it is one.
    pub event: Option<EventId>,
    /// The level it was known to have.
    pub level: Level,
    /// When that was said.
    pub at: Timestamp,
    /// Changes of levels up to this row are covered.
    pub change: i64,
    /// 预警 that said it; `None` for what was there before alerts began.
    pub alert: Option<AlertId>,
}

coded_enum! {
    /// 信源状况, as far as alerts go; a later one is worse.
    pub enum SourceCondition {
        Well = "well" / "正常",
        Troubled = "troubled" / "故障",
        Stopped = "stopped" / "已自停",
    }
}

/// What is remembered of a source between two looks.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceMark {
    /// 代号.
    pub source: String,
    /// How it was at the last look.
    pub condition: SourceCondition,
    /// Since when.
    pub since: Timestamp,
    /// What administrators were told last.
    pub told: SourceCondition,
    /// When they were last told of a trouble.
    pub told_at: Option<Timestamp>,
}

/// What one look at the rows found: alerts to raise, and all that need not be looked at again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertRound {
    /// To raise, each with the change of levels it covers.
    pub alerts: Vec<(NewAlert, i64)>,
    /// Posts that an alert lists, by its key.
    pub posts: Vec<(String, PostId)>,
    /// Subjects that need no alert now.
    pub marks: Vec<AlertMark>,
    /// Hits of watches that were looked at.
    pub hits: Vec<(String, PostId)>,
    /// Changes of levels up to here were looked at.
    pub change_cursor: Option<i64>,
    /// Conditions of sources.
    pub sources: Vec<SourceMark>,
}

/// Notices that are due now, as one deed: what is queued, and what it means for the alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertTelling {
    /// To queue.
    pub deliveries: Vec<NewDelivery>,
    /// Each alert told, with who is told and when the next notice is due.
    pub told: Vec<(AlertId, AlertNotice, Option<Timestamp>)>,
}

#[cfg(test)]
mod tests {
    use super::AlertState;

    #[test]
    fn what_is_closed_stays_closed() {
        for from in AlertState::ALL {
            for to in AlertState::ALL {
                let may = from.may_become(*to);
                let expected = match from {
                    AlertState::Open => *to != AlertState::Open,
                    AlertState::Acknowledged => *to > AlertState::Acknowledged,
                    AlertState::Handled | AlertState::FalseAlarm => false,
                };
                assert_eq!(may, expected, "{from} → {to}");
            }
        }
    }
}
