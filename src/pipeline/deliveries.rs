//! deliver_once: deliveries that are due → sent, one recipient at a time each, several recipients side by side; what
//! came of an attempt is a row before anything else happens.

use crate::app::App;
use crate::deliver::{Attachment, Message, Recipient, SendError, one_line, pause_after};
use crate::digest::freeze::rendition;
use crate::digest::layout::number_line;
use crate::digest::render::render_brief;
use crate::document::Format;
use crate::model::{
    Delivery, DeliveryId, Issue, Level, NewDelivery, Notice, Subject, Timestamp, Transport,
};
use crate::store::{AttemptEnd, DeliveryClaim};
use anyhow::{Context, Result};
use chrono::TimeDelta;
use futures_util::future::join_all;
use std::sync::Arc;

/// Recipients served at the same time: one who is slow holds up a quarter at most.
const SIDE_BY_SIDE: usize = 4;

/// Beyond the time for sending: for making the renditions before it and for the books behind it.
const CLAIM_MARGIN: TimeDelta = TimeDelta::seconds(60);

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Which.
    pub id: DeliveryId,
    /// Of what: `issue:12`.
    pub subject: String,
    /// 代号.
    pub recipient: String,
    /// How.
    pub end: AttemptEnd,
    /// For people.
    pub message: String,
}

/// Sends what is due, until nothing is or `is_stopping`; a message that is under way is not broken off.
///
/// # Errors
/// The store refuses.
pub async fn deliver_once(
    app: &Arc<App>,
    is_stopping: impl Fn() -> bool + Sync,
) -> Result<Vec<Delivered>> {
    deliver(app, None, &is_stopping).await
}

/// The same for these deliveries only.
///
/// # Errors
/// The store refuses.
pub async fn deliver_these(app: &Arc<App>, ids: &[DeliveryId]) -> Result<Vec<Delivered>> {
    deliver(app, Some(ids), &|| false).await
}

/// Queues an issue for recipients; for those who were to get it before, nothing changes.
///
/// # Errors
/// The store refuses.
pub fn queue_issue(app: &App, issue: &Issue, recipients: &[String]) -> Result<usize> {
    let now = app.now();
    let to_all = recipients.iter().map(|recipient| NewDelivery {
        subject: Subject::Issue(issue.id),
        recipient: recipient.clone(),
        notice: None,
        due_at: now,
    });
    app.store.queue_deliveries(&to_all.collect::<Vec<_>>(), now)
}

/// Sends a test message to one recipient, past the books: it may be sent as often as anybody likes.
///
/// # Errors
/// Why it did not arrive.
pub async fn send_test(app: &App, recipient: &Recipient) -> Result<(), SendError> {
    let now = app.now();
    let notice = Notice {
        title: "【测试】舆情监测投递测试".to_owned(),
        text: format!(
            "这是一封测试信，不必处理。收到即说明“{}”的{}投递配置正确。\n\n发送时间：{}",
            recipient.name,
            recipient.transport.label(),
            now.format("%Y-%m-%d %H:%M:%S")
        ),
        level: None,
    };
    let key = format!("test:{}", now.timestamp_millis());
    let message = Message::of_notice(key, &notice, now);
    let parts = app.sender.parts(recipient, &message);
    app.sender.send_part(recipient, &message, &parts, 0).await
}

async fn deliver(
    app: &Arc<App>,
    only: Option<&[DeliveryId]>,
    is_stopping: &(impl Fn() -> bool + Sync),
) -> Result<Vec<Delivered>> {
    let hands = (0..SIDE_BY_SIDE).map(|_| async move {
        let mut delivered = Vec::new();
        while !is_stopping()
            && let Some(delivery) = claim(app, only).await?
        {
            delivered.push(attempt(app, &delivery).await?);
        }
        anyhow::Ok(delivered)
    });
    // All of them to their end: an error of one must not break off what another is sending.
    let done = join_all(hands).await;
    let mut delivered = Vec::new();
    for hand in done {
        delivered.extend(hand?);
    }
    Ok(delivered)
}

async fn claim(app: &Arc<App>, only: Option<&[DeliveryId]>) -> Result<Option<Delivery>> {
    let only = only.map(<[DeliveryId]>::to_vec);
    app.on_cpu(move |app| {
        let all = app.config.recipients.iter();
        let repeatable = all.filter(|known| known.transport.recognises_repetition());
        let repeatable: Vec<&str> = repeatable.map(|known| known.id.as_str()).collect();
        let claim = DeliveryClaim {
            repeatable: &repeatable,
            only: only.as_deref(),
            lasts: claim_length(app),
        };
        app.store.claim_due_delivery(&claim, app.now())
    })
    .await
}

/// Longer than any one part takes.
fn claim_length(app: &App) -> TimeDelta {
    let limits = [Transport::Email, Transport::Webhook].map(|way| app.sender.time_limit(way));
    let longest = limits.into_iter().max().unwrap_or_default();
    TimeDelta::from_std(longest).unwrap_or(TimeDelta::zero()) + CLAIM_MARGIN
}

/// One attempt, and the books of it.
async fn attempt(app: &Arc<App>, delivery: &Delivery) -> Result<Delivered> {
    let (end, message) = match send(app, delivery).await? {
        Ok(()) => (AttemptEnd::Sent, String::new()),
        Err((error, transport)) => {
            let tries = delivery.attempt_count - delivery.attempt_base;
            let most = app.config.settings.deliver.max_attempts;
            let end = end_of(&error, transport, tries, most, app.now());
            (end, error.to_string())
        }
    };
    let (ended, told) = (end.clone(), message.clone());
    record(app, delivery, move |app, delivery| {
        app.store.end_attempt(delivery, &ended, &told, app.now())
    })
    .await?;
    Ok(Delivered {
        id: delivery.id,
        subject: delivery.subject.key(),
        recipient: delivery.recipient.clone(),
        end,
        message,
    })
}

/// Why it did not arrive, and by which way.
type Unsent = (SendError, Option<Transport>);

async fn send(app: &Arc<App>, delivery: &Delivery) -> Result<Result<(), Unsent>> {
    let Some(recipient) = app.config.active_recipient(&delivery.recipient) else {
        let why = format!(
            "recipients.toml 里没有收件人“{}”，或已停用",
            delivery.recipient
        );
        return Ok(Err((SendError::Permanent(why), None)));
    };
    let transport = Some(recipient.transport);
    // A crash in every attempt, of which none came to an end.
    if delivery.attempt_count - delivery.attempt_base > app.config.settings.deliver.max_attempts {
        let why = "多次发送均未完成".to_owned();
        return Ok(Err((SendError::Permanent(why), transport)));
    }
    let message = {
        let (delivery, recipient) = (delivery.clone(), recipient.clone());
        app.on_cpu(move |app| message_of(app, &delivery, &recipient))
            .await
    };
    let message = match message {
        Ok(message) => message,
        Err(error) => {
            let why = format!("发送的内容没有生成：{error:#}");
            return Ok(Err((SendError::Temporary(why), transport)));
        }
    };
    let parts = app.sender.parts(recipient, &message);
    for part in delivery.parts_sent..parts.len() {
        let sent = app
            .sender
            .send_part(recipient, &message, &parts, part)
            .await;
        if let Err(error) = sent {
            return Ok(Err((error, transport)));
        }
        let is_last = part + 1 == parts.len();
        if !is_last {
            record(app, delivery, move |app, delivery| {
                let until = app.now() + claim_length(app);
                app.store.record_part(delivery, part + 1, until)
            })
            .await?;
        }
    }
    Ok(Ok(()))
}

/// The books do not wait for a place among the work that blocks: until they are written, nobody knows what was sent. They
/// are also written to their end when the program stops meanwhile.
async fn record(
    app: &Arc<App>,
    delivery: &Delivery,
    deed: impl FnOnce(&App, &Delivery) -> Result<()> + Send + 'static,
) -> Result<()> {
    let (app, delivery) = (Arc::clone(app), delivery.clone());
    tokio::task::spawn_blocking(move || deed(&app, &delivery))
        .await
        .context("writing down a delivery broke off")?
}

fn end_of(
    error: &SendError,
    transport: Option<Transport>,
    tries: u32,
    most: u32,
    now: Timestamp,
) -> AttemptEnd {
    let repeats = transport.is_some_and(Transport::recognises_repetition);
    match error {
        SendError::Permanent(_) => AttemptEnd::Failed,
        SendError::Unknown(_) if !repeats => AttemptEnd::Uncertain,
        SendError::Temporary(_) | SendError::Unknown(_) if tries >= most => AttemptEnd::Failed,
        SendError::Temporary(_) | SendError::Unknown(_) => {
            AttemptEnd::Retry(now + pause_after(tries))
        }
    }
}

fn message_of(app: &App, delivery: &Delivery, recipient: &Recipient) -> Result<Message> {
    let now = app.now();
    match (&delivery.subject, &delivery.notice) {
        (Subject::Issue(id), _) => {
            let issue = app.store.issue(*id)?;
            let issue = issue.with_context(|| format!("issue {} is gone", id.0))?;
            issue_message(app, &issue, recipient, now)
        }
        (Subject::Notice(key), Some(notice)) => Ok(Message::of_notice(key.clone(), notice, now)),
        (Subject::Notice(key), None) => anyhow::bail!("notice `{key}` has no words"),
    }
}

/// An issue as this recipient gets it: the brief as text, and the renditions that its way can carry.
fn issue_message(
    app: &App,
    issue: &Issue,
    recipient: &Recipient,
    now: Timestamp,
) -> Result<Message> {
    let printed = |format| rendition(&app.store, issue, format, &app.press, now);
    let masthead = &issue.content.masthead.title;
    let title = one_line(&format!("{masthead}{}", number_line(issue)));
    let brief = render_brief(issue);
    // Its first paragraph is the title.
    let items = brief.split("\n\n").skip(1);
    let attachments = recipient.attachments.iter().map(|code| {
        let format: Format = code.parse()?;
        Ok(Attachment {
            name: format!("{title}.{}", format.code()),
            media_type: format.media_type(),
            bytes: printed(format)?,
        })
    });
    let html = match recipient.transport {
        Transport::Email => Some(String::from_utf8(printed(Format::Html)?)?),
        _ => None,
    };
    let json = match recipient.transport {
        Transport::Folder => printed(Format::Json)?,
        _ => Vec::new(),
    };
    let levels = issue.content.entries().map(|entry| entry.level);
    Ok(Message {
        key: Subject::Issue(issue.id).key(),
        items: items.map(|item| item.trim_end().to_owned()).collect(),
        level: levels.max().filter(|level| *level != Level::None),
        attachments: attachments.collect::<Result<_>>()?,
        html,
        json,
        title,
        at: now,
    })
}

#[cfg(test)]
mod tests {
    use super::end_of;
    use crate::deliver::SendError;
    use crate::model::Transport;
    use crate::store::AttemptEnd;
    use chrono::{DateTime, TimeDelta};

    #[test]
    fn only_a_robot_leaves_a_doubt_to_a_person() {
        let now = DateTime::parse_from_rfc3339("2017-04-14T09:00:00+08:00").expect("a time");
        let retry = |minutes| AttemptEnd::Retry(now + TimeDelta::minutes(minutes));
        let unknown = SendError::Unknown(String::new());
        let temporary = SendError::Temporary(String::new());
        let end = |error, transport, tries| end_of(error, Some(transport), tries, 3, now);
        assert_eq!(end(&unknown, Transport::Wecom, 1), AttemptEnd::Uncertain);
        assert_eq!(end(&unknown, Transport::Email, 1), retry(1));
        assert_eq!(end(&temporary, Transport::Wecom, 2), retry(5));
        assert_eq!(end(&temporary, Transport::Wecom, 3), AttemptEnd::Failed);
        let permanent = SendError::Permanent(String::new());
        assert_eq!(end(&permanent, Transport::Folder, 1), AttemptEnd::Failed);
    }
}
