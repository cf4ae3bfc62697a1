//! 投递 — a message → e-mail, a robot of 企业微信, 钉钉 or 飞书, a web hook, a folder. Sends; keeps no books.
//!
//! **Exactly once, as far as it can be known.** Between the moment in which the other side has a message and the moment
//! in which we have written down that it has, a crash leaves a doubt that no program can settle. What is done about it:
//! the books are kept around every single part (`store/delivery_claims.rs`), the result is the very next statement, and
//! a repetition bears the same name (`Message-ID`, `Idempotency-Key`, file name). A folder gets the same file again; a hook
//! can recognise the name, if its program looks at it. Few mail systems drop a second mail of one `Message-ID`: mostly both
//! lie in the inbox, as copies that can be known as such. So a mail whose end is unknown is sent once more, and then waits
//! for a person (待核实). Robots recognise nothing: there the first attempt whose end is unknown waits for a person.

mod email;
mod folder;
mod http;
mod message;
mod recipient;
mod robot;
mod secret;
mod settings;
mod split;
mod webhook;

pub use email::check_address;
pub use message::{Attachment, Message, one_line};
pub use recipient::Recipient;
pub use secret::{Secret, SecretPlace};
pub use settings::{DeliverSettings, MailTls, SmtpSettings};
pub use webhook::{Template, TemplateError};

use crate::model::Transport;
use chrono::TimeDelta;
use http::Http;
use std::time::Duration;

/// Pauses after the first, second, … failed attempt; the last one again and again.
const PAUSES_MINUTES: [i64; 5] = [1, 5, 15, 60, 180];

/// Why a message, or a part of it, did not arrive; in Chinese, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It did not, and may later.
    #[error("{0}")]
    Temporary(String),
    /// It did not, and will not until somebody changes something.
    #[error("{0}")]
    Permanent(String),
    /// It may have: the line broke before an answer came.
    #[error("{0}")]
    Unknown(String),
}

/// 投递 by all transports.
pub struct Sender {
    http: Http,
    smtp: SmtpSettings,
    settings: DeliverSettings,
}

impl Sender {
    /// # Errors
    /// The TLS library refuses.
    pub fn new(settings: &DeliverSettings, smtp: &SmtpSettings) -> anyhow::Result<Sender> {
        Ok(Sender {
            http: Http::new(settings.timeout)?,
            smtp: smtp.clone(),
            settings: settings.clone(),
        })
    }

    /// The text as this recipient's channel takes it: in as many parts as its limit of length asks for.
    pub fn parts(&self, recipient: &Recipient, message: &Message) -> Vec<String> {
        match recipient.transport {
            Transport::Wecom | Transport::Dingtalk | Transport::Feishu => {
                robot::parts(recipient.transport, message)
            }
            Transport::Email | Transport::Webhook | Transport::Folder => vec![message.text()],
        }
    }

    /// Sends one of the parts. Takes no longer than [`Sender::time_limit`].
    ///
    /// # Errors
    /// Why it did not arrive, or that nobody knows.
    pub async fn send_part(
        &self,
        recipient: &Recipient,
        message: &Message,
        parts: &[String],
        part: usize,
    ) -> Result<(), SendError> {
        let limit = self.time_limit(recipient.transport);
        let sending = async {
            match recipient.transport {
                Transport::Email => email::send(&self.smtp, recipient, message).await,
                Transport::Wecom | Transport::Dingtalk | Transport::Feishu => {
                    robot::send(&self.http, recipient, message, parts, part).await
                }
                Transport::Webhook => webhook::send(&self.http, recipient, message).await,
                Transport::Folder => folder::save(recipient, message).await,
            }
        };
        tokio::time::timeout(limit, sending)
            .await
            .unwrap_or_else(|_late| {
                let seconds = limit.as_secs_f32();
                Err(SendError::Unknown(format!(
                    "{seconds}秒内没有完成，已放弃等待"
                )))
            })
    }

    /// Whole time for one part.
    pub fn time_limit(&self, transport: Transport) -> Duration {
        match transport {
            Transport::Email => self.smtp.timeout,
            _ => self.settings.timeout,
        }
    }

    /// The longest that one part to one of these recipients may take.
    pub fn longest(&self, recipients: &[Recipient]) -> Duration {
        let active = recipients.iter().filter(|known| known.is_active);
        let limits = active.map(|known| self.time_limit(known.transport));
        limits.max().unwrap_or(self.settings.timeout)
    }
}

/// Pause after so many failed attempts.
pub fn pause_after(attempts: u32) -> TimeDelta {
    let place = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    TimeDelta::minutes(PAUSES_MINUTES[place.min(PAUSES_MINUTES.len() - 1)])
}

#[cfg(test)]
mod tests {
    use super::pause_after;

    #[test]
    fn pauses_grow_and_then_stay() {
        let minutes: Vec<i64> = (1..=7).map(|n| pause_after(n).num_minutes()).collect();
        assert_eq!(minutes, [1, 5, 15, 60, 180, 180, 180]);
    }
}
