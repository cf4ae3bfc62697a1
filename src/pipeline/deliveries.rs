//! deliver_once: deliveries that are due → sent, one recipient at a time each, several recipients side by side; what
//! came of an attempt is a row before anything else happens. Of what did not arrive the administrators are told.

use crate::app::App;
use crate::deliver::{Attachment, Message, Recipient, SendError, one_line, pause_after};
use crate::digest::freeze::rendition;
use crate::digest::layout::number_line;
use crate::digest::render::render_brief;
use crate::document::Format;
use crate::model::{
    Delivery, DeliveryId, DeliveryState, Issue, Level, NewDelivery, Notice, Subject, Timestamp,
    Transport,
};
use crate::store::{AttemptEnd, DeliveryClaim};
use crate::text::mask::mask;
use anyhow::{Context, Result};
use chrono::TimeDelta;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Recipients served at the same time: one who is slow holds up a quarter at most.
const SIDE_BY_SIDE: usize = 4;

/// A mail of which it is unknown whether it arrived is sent once more: few mail systems drop the copy.
const MAILS_IN_DOUBT: u32 = 2;

/// Failures that are older are no news; administrators may have been named only now.
const NEWS: TimeDelta = TimeDelta::days(1);

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
    let mut under_way = JoinSet::new();
    let mut delivered = Vec::new();
    let mut failure = None;
    loop {
        if failure.is_none() {
            let begun = begin(app, only, is_stopping, &mut under_way).await;
            failure = begun.err();
        }
        // While one is slow, something else may become due.
        let ended = tokio::select! {
            ended = under_way.join_next() => ended,
            () = tokio::time::sleep(app.config.settings.daemon.deliver_every) => continue,
        };
        // All of them to their end: an error of one must not break off what another is sending.
        match ended.map(|ended| ended.context("an attempt broke off")) {
            None => break,
            Some(Ok(Ok(done))) => delivered.push(done),
            Some(Ok(Err(error)) | Err(error)) => failure = failure.or(Some(error)),
        }
    }
    match failure {
        None => Ok(delivered),
        Some(error) => Err(error),
    }
}

/// Begins what is due, as far as there is room for it.
async fn begin(
    app: &Arc<App>,
    only: Option<&[DeliveryId]>,
    is_stopping: &(impl Fn() -> bool + Sync),
    under_way: &mut JoinSet<Result<Delivered>>,
) -> Result<()> {
    app.on_cpu(tell_failures).await?;
    while under_way.len() < SIDE_BY_SIDE
        && !is_stopping()
        && let Some(delivery) = claim(app, only).await?
    {
        let app = Arc::clone(app);
        under_way.spawn(async move { attempt(&app, &delivery).await });
    }
    Ok(())
}

/// Queues a notice to the administrators for whatever failed or is uncertain, one for each count of attempts.
fn tell_failures(app: &App) -> Result<()> {
    let named = app.config.duty.administrators.iter();
    let told: Vec<&String> = named
        .filter(|code| app.config.active_recipient(code).is_some())
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    let now = app.now();
    let mut new = Vec::new();
    for failed in app.store.untold_failures(now - NEWS)? {
        let key = format!("delivery:{}:{}", failed.id.0, failed.attempt_count);
        let notice = failure_notice(app, &failed);
        new.extend(told.iter().map(|administrator| NewDelivery {
            subject: Subject::Notice(key.clone()),
            recipient: (*administrator).clone(),
            notice: Some(notice.clone()),
            due_at: now,
        }));
    }
    if !new.is_empty() {
        app.store.queue_deliveries(&new, now)?;
    }
    Ok(())
}

fn failure_notice(app: &App, failed: &Delivery) -> Notice {
    let mut all = app.config.recipients.iter();
    let recipient = all.find(|known| known.id == failed.recipient);
    let who = recipient.map_or_else(|| failed.recipient.clone(), Recipient::described);
    let what = match (&failed.subject, &failed.notice) {
        (Subject::Issue(id), _) => format!("第{}号稿件", id.0),
        (Subject::Notice(_), Some(notice)) => format!("通知“{}”", notice.title),
        (Subject::Notice(_), None) => "一则通知".to_owned(),
    };
    let (id, state) = (failed.id.0, failed.state.label());
    let resend = format!("`yuqing deliveries resend {id} --by 姓名` 重发");
    let remedy = match failed.state {
        DeliveryState::Uncertain => format!(
            "请问对方是否收到：收到了用 `yuqing deliveries confirm {id} --by 姓名` 确认，没收到用 {resend}"
        ),
        _ => format!("改好后用 {resend}"),
    };
    // A server's answer may name an address.
    let why = mask(&failed.message);
    Notice {
        title: format!("【投递】{who}：{state}"),
        text: format!("内容：{what}\n收件人：{who}\n原因：{why}\n处理：{remedy}"),
        level: None,
    }
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
    let longest = app.sender.longest(&app.config.recipients);
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
    match error {
        SendError::Permanent(_) => AttemptEnd::Failed,
        SendError::Unknown(_) if tries >= tries_in_doubt(transport, most) => AttemptEnd::Uncertain,
        SendError::Temporary(_) | SendError::Unknown(_) if tries >= most => AttemptEnd::Failed,
        SendError::Temporary(_) | SendError::Unknown(_) => {
            AttemptEnd::Retry(now + pause_after(tries))
        }
    }
}

/// The attempt whose unknown end is left to a person.
fn tries_in_doubt(transport: Option<Transport>, most: u32) -> u32 {
    match transport {
        // The same name again does no harm there, however often.
        Some(Transport::Webhook | Transport::Folder) => u32::MAX,
        Some(Transport::Email) => MAILS_IN_DOUBT.min(most),
        Some(Transport::Wecom | Transport::Dingtalk | Transport::Feishu) | None => 1,
    }
}

fn message_of(app: &App, delivery: &Delivery, recipient: &Recipient) -> Result<Message> {
    let now = app.now();
    let message = match (&delivery.subject, &delivery.notice) {
        (Subject::Issue(id), _) => {
            let issue = app.store.issue(*id)?;
            let issue = issue.with_context(|| format!("库中已没有第{}号稿件", id.0))?;
            issue_message(app, &issue, recipient, now)?
        }
        (Subject::Notice(key), Some(notice)) => Message::of_notice(key.clone(), notice, now),
        (Subject::Notice(_), None) => anyhow::bail!("这则通知没有正文"),
    };
    Ok(Message {
        queued_at: delivery.queued_at,
        attempt: delivery.attempt_count,
        ..message
    })
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
        queued_at: now,
        attempt: 1,
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
    fn robots_leave_a_doubt_to_a_person_at_once_and_mails_after_one_repetition() {
        let now = DateTime::parse_from_rfc3339("2017-04-14T09:00:00+08:00").expect("a time");
        let retry = |minutes| AttemptEnd::Retry(now + TimeDelta::minutes(minutes));
        let unknown = SendError::Unknown(String::new());
        let temporary = SendError::Temporary(String::new());
        let end = |error, transport, tries| end_of(error, Some(transport), tries, 3, now);
        assert_eq!(end(&unknown, Transport::Wecom, 1), AttemptEnd::Uncertain);
        assert_eq!(end(&unknown, Transport::Email, 1), retry(1));
        assert_eq!(end(&unknown, Transport::Email, 2), AttemptEnd::Uncertain);
        assert_eq!(end(&temporary, Transport::Email, 2), retry(5));
        assert_eq!(end(&unknown, Transport::Webhook, 2), retry(5));
        assert_eq!(end(&unknown, Transport::Folder, 3), AttemptEnd::Failed);
        assert_eq!(end(&temporary, Transport::Wecom, 2), retry(5));
        assert_eq!(end(&temporary, Transport::Wecom, 3), AttemptEnd::Failed);
        let permanent = SendError::Permanent(String::new());
        assert_eq!(end(&permanent, Transport::Folder, 1), AttemptEnd::Failed);
    }
}
