//! `[deliver]` and `[smtp]` of `yuqing.toml`.

use super::secret::SecretPlace;
use serde::{Deserialize, Deserializer, Serialize};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Longer than any server keeps a connection open for.
const LONGEST: Duration = Duration::from_secs(300);

/// `[deliver]` — how long, and how often, it is tried.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeliverSettings {
    /// Whole time for one message to a robot, a web hook or a folder.
    #[serde(
        deserialize_with = "patience",
        serialize_with = "humantime_serde::serialize"
    )]
    pub timeout: Duration,
    /// Attempts before a delivery counts as failed.
    #[serde(deserialize_with = "attempts")]
    pub max_attempts: u32,
}

/// 加密方式 of the way to the mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailTls {
    /// TLS from the first byte (port 465).
    Required,
    /// In the clear until `STARTTLS` (port 587); without it nothing is sent.
    Starttls,
    /// No encryption: only for a server on this machine.
    NoneLoopbackOnly,
}

/// `[smtp]` — the server that takes our mail.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, try_from = "Written")]
pub struct SmtpSettings {
    /// Its name; empty: no mail is sent.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// 加密方式.
    pub tls: MailTls,
    /// 用户名; empty: none is asked for.
    pub user: String,
    /// Environment variable that holds the password.
    pub password_env: String,
    /// File that holds the password.
    pub password_file: PathBuf,
    /// 发件人: `人社舆情 <yuqing@example.cn>`.
    pub from: String,
    /// Certificate (PEM) of the authority that signed the server's, where the system does not know it.
    pub ca_file: PathBuf,
    /// Whole time for one mail; connecting and the envelope have shorter limits of their own.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
}

impl SmtpSettings {
    /// Is there a server?
    pub fn is_configured(&self) -> bool {
        !self.host.is_empty()
    }

    /// Where the password is.
    pub fn password(&self) -> SecretPlace {
        SecretPlace {
            variable: self.password_env.clone(),
            file: self.password_file.clone(),
        }
    }
}

/// `[smtp]` as its keys stand in the file; which of them belong together is looked at next.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    host: String,
    port: u16,
    tls: MailTls,
    user: String,
    password_env: String,
    password_file: PathBuf,
    from: String,
    ca_file: PathBuf,
    #[serde(deserialize_with = "patience")]
    timeout: Duration,
}

impl TryFrom<Written> for SmtpSettings {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let settings = SmtpSettings {
            host: written.host.trim().to_owned(),
            port: written.port,
            tls: written.tls,
            user: written.user.trim().to_owned(),
            password_env: written.password_env,
            password_file: written.password_file,
            from: written.from.trim().to_owned(),
            ca_file: written.ca_file,
            timeout: written.timeout,
        };
        if !settings.is_configured() {
            return Ok(settings);
        }
        super::email::check_address(&settings.from)
            .map_err(|why| format!("写了 host 就要写发件人 from，{why}"))?;
        if settings.tls == MailTls::NoneLoopbackOnly && !is_loopback(&settings.host) {
            return Err(
                "tls = \"none-loopback-only\" 只能用于本机的邮件服务器（127.0.0.1、localhost）；\
                 别处的服务器请用 \"required\"（465端口）或 \"starttls\"（587端口）"
                    .to_owned(),
            );
        }
        settings
            .password()
            .check("password", !settings.user.is_empty())?;
        Ok(settings)
    }
}

/// A name or address of this machine.
pub fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn patience<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let patience: Duration = humantime_serde::deserialize(deserializer)?;
    if patience.is_zero() || patience > LONGEST {
        return Err(serde::de::Error::custom(
            "时限应大于0，不超过5m，例如 \"30s\"",
        ));
    }
    Ok(patience)
}

fn attempts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let attempts = u32::deserialize(deserializer)?;
    if !(1..=100).contains(&attempts) {
        return Err(serde::de::Error::custom("次数应在1到100之间，例如 10"));
    }
    Ok(attempts)
}
