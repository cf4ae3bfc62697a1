//! 投递 in a list, and one with its attempts.

use crate::app::App;
use crate::model::{Delivery, DeliveryId, DeliveryState, DeliveryStep, IssueId, Notice, Subject};
use anyhow::Result;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

/// One delivery, as programs and lists have it.
#[derive(Serialize, ToSchema)]
pub struct DeliveryRow {
    /// Row id.
    #[schema(value_type = i64)]
    pub id: DeliveryId,
    /// What is delivered, as a code.
    pub subject: String,
    /// 稿号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub issue: Option<IssueId>,
    /// 收件人, its code.
    pub recipient: String,
    /// 收件人.
    pub recipient_name: String,
    /// 方式.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<&'static str>,
    /// 状态.
    pub state: DeliveryState,
    /// 状态, for people.
    pub state_label: &'static str,
    /// Attempts so far.
    pub attempts: u32,
    /// When it was queued.
    pub queued_at: DateTime<FixedOffset>,
    /// When it is tried next.
    pub due_at: DateTime<FixedOffset>,
    /// 送达.
    pub sent_at: Option<DateTime<FixedOffset>>,
    /// What came of the last attempt.
    pub message: String,
    /// For people: what is delivered.
    #[serde(skip)]
    pub matter: String,
    /// How far it was before the command; empty where the command made it.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(required = false)]
    pub earlier: &'static str,
}

/// One delivery with its attempts.
#[derive(Serialize, ToSchema)]
pub struct DeliveryDetail {
    /// The row.
    #[serde(flatten)]
    pub row: DeliveryRow,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub notice: Option<Notice>,
    /// 经过.
    #[schema(value_type = Vec<Object>)]
    pub steps: Vec<DeliveryStep>,
}

impl DeliveryDetail {
    /// A delivery with its attempts.
    ///
    /// # Errors
    /// The store refuses.
    pub fn of(app: &App, delivery: &Delivery) -> Result<DeliveryDetail> {
        Ok(DeliveryDetail {
            row: DeliveryRow::of(app, delivery),
            notice: delivery.notice.clone(),
            steps: app.store.delivery_steps(delivery.id)?,
        })
    }
}

impl DeliveryRow {
    /// The row of a delivery.
    pub fn of(app: &App, delivery: &Delivery) -> DeliveryRow {
        let mut all = app.config.recipients.iter();
        let recipient = all.find(|known| known.id == delivery.recipient);
        DeliveryRow {
            id: delivery.id,
            subject: delivery.subject.key(),
            issue: match delivery.subject {
                Subject::Issue(id) => Some(id),
                Subject::Notice(_) => None,
            },
            recipient: delivery.recipient.clone(),
            recipient_name: recipient.map_or_else(String::new, |known| known.name.clone()),
            transport: recipient.map(|known| known.transport.code()),
            state: delivery.state,
            state_label: delivery.state.label(),
            attempts: delivery.attempt_count,
            queued_at: delivery.queued_at,
            due_at: delivery.due_at,
            sent_at: delivery.sent_at,
            message: delivery.message.clone(),
            matter: matter(delivery),
            earlier: "",
        }
    }

    /// Whether it is of that id.
    pub fn is_of(&self, id: DeliveryId) -> bool {
        self.id == id
    }

    /// It was queued before: the same is not sent twice.
    pub fn note_earlier(&mut self, state: DeliveryState) {
        self.earlier = match state {
            DeliveryState::Sent => "此前已送达，不再重复发送",
            DeliveryState::Waiting | DeliveryState::Sending => "此前已在投递队列，没有另行排队",
            DeliveryState::Failed | DeliveryState::Uncertain | DeliveryState::Cancelled => "",
        };
    }
}

/// `第7号稿件`, `通知：办理件还有4小时到期`.
fn matter(delivery: &Delivery) -> String {
    match (&delivery.subject, &delivery.notice) {
        (Subject::Issue(id), _) => format!("第{}号稿件", id.0),
        (Subject::Notice(_), Some(notice)) => notice.title.clone(),
        (Subject::Notice(_), None) => "通知".to_owned(),
    }
}
