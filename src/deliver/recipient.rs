//! 收件人 — to whom, by which way.

use super::secret::{Secret, SecretPlace};
use super::webhook::Template;
use crate::model::Transport;

/// 收件人 of `config/recipients.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipient {
    /// 代号.
    pub id: String,
    /// 姓名、科室或群名.
    pub name: String,
    /// 投递方式.
    pub transport: Transport,
    /// Mail address, folder, or the address of a web hook without a key in it; robots have theirs in `url`.
    pub address: String,
    /// Where the address of a robot or hook is kept: whoever knows it may write there.
    pub url: SecretPlace,
    /// Where the key of signatures is kept.
    pub secret: SecretPlace,
    /// Codes of the renditions that go with a mail.
    pub attachments: Vec<String>,
    /// What a web hook is sent, instead of our own form.
    pub template: Option<Template>,
    /// Nothing is sent to others.
    pub is_active: bool,
}

impl Recipient {
    /// The address of a robot or web hook.
    ///
    /// # Errors
    /// In Chinese: its place holds none.
    pub fn target(&self) -> Result<Secret, String> {
        match self.url.read()? {
            Some(url) => Ok(url),
            None => Ok(Secret::from(self.address.clone())),
        }
    }

    /// For people: `办公室（office，电子邮件）`.
    pub fn described(&self) -> String {
        format!("{}（{}，{}）", self.name, self.id, self.transport.label())
    }
}
