//! 电子邮件 — one mail per recipient, so that nobody reads who else got it: HTML with the text beside it, and attachments.
//!
//! The conversation is led step by step instead of by lettre's own transport: that one waits for the server's farewell
//! after the mail was taken, and a server that hangs there would make a delivered mail look lost. And until the server asks
//! for the mail itself nothing can have arrived: who hangs there is asked again later without a doubt.

use super::secret::Secret;
use super::settings::{MailTls, SmtpSettings};
use super::{Message, Recipient, SendError};
use crate::text::mistake::of_system;
use crate::text::wording::printable;
use lettre::address::Envelope;
use lettre::message::header::ContentType;
use lettre::message::{Attachment as MailAttachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::{Address, Message as Mail};
use std::time::{Duration, SystemTime};

/// Connecting, encryption and login: known earlier than that a server thinks long about a mail.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// Sender and recipient; some servers let unknown senders wait here.
const ENVELOPE_TIMEOUT: Duration = Duration::from_secs(60);
/// How long we wait for the server's farewell; the mail has been taken by then.
const FAREWELL: Duration = Duration::from_secs(1);
/// Characters of a server's answer that people get to see.
const MAX_SAID_CHARS: usize = 160;

/// Is it `name@host`, with or without a name before it?
///
/// # Errors
/// What to write instead.
pub fn check_address(written: &str) -> Result<(), String> {
    mailbox(written).map(|_| ()).ok_or_else(|| {
        "应写作 \"人社舆情 <yuqing@example.cn>\" 或 \"yuqing@example.cn\"".to_owned()
    })
}

pub async fn send(
    smtp: &SmtpSettings,
    recipient: &Recipient,
    message: &Message,
) -> Result<(), SendError> {
    if !smtp.is_configured() {
        let why = "没有配置邮件服务器，请填写 yuqing.toml 的 [smtp]";
        return Err(SendError::Temporary(why.to_owned()));
    }
    let password = smtp.password().read().map_err(SendError::Temporary)?;
    let (envelope, mail) = compose(smtp, recipient, message).map_err(SendError::Permanent)?;
    let most = smtp.timeout / 3;
    let connecting = connect(smtp, password.as_ref());
    let mut connection = in_time(CONNECT_TIMEOUT.min(most), connecting).await?;
    let offering = offer(&mut connection, &envelope, mail.is_ascii());
    in_time(ENVELOPE_TIMEOUT.min(most), offering).await?;
    let taken = connection.message(&mail).await;
    if taken.is_ok() {
        // Whatever the server says to our farewell, it has the mail.
        let _farewell = tokio::time::timeout(FAREWELL, connection.abort()).await;
    }
    taken.map(|_| ()).map_err(|error| of_mail(&error))
}

/// What comes before the mail itself, not longer than this.
async fn in_time<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, SendError>>,
) -> Result<T, SendError> {
    let late = |_| SendError::Temporary("邮件服务器迟迟不答".to_owned());
    tokio::time::timeout(limit, step).await.map_err(late)?
}

/// Says from whom to whom, and gets leave to send the mail.
async fn offer(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    is_ascii: bool,
) -> Result<(), SendError> {
    let mut options = Vec::new();
    let mut addresses = envelope.from().into_iter().chain(envelope.to());
    if addresses.any(|address| !address.to_string().is_ascii()) {
        if !connection
            .server_info()
            .supports_feature(Extension::SmtpUtfEight)
        {
            let why = "邮件服务器不支持收件人地址里的文字（SMTPUTF8）";
            return Err(SendError::Permanent(why.to_owned()));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if !is_ascii {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let from = MailFrom::new(envelope.from().cloned(), options);
    (connection.command(from).await).map_err(|error| of_envelope(&error))?;
    for address in envelope.to() {
        let to = Rcpt::new(address.clone(), Vec::new());
        (connection.command(to).await).map_err(|error| of_envelope(&error))?;
    }
    (connection.command(Data).await).map_err(|error| of_envelope(&error))?;
    Ok(())
}

async fn connect(
    smtp: &SmtpSettings,
    password: Option<&Secret>,
) -> Result<AsyncSmtpConnection, SendError> {
    let server = (smtp.host.as_str(), smtp.port);
    let name = ClientId::Domain(domain(&smtp.from));
    let limit = Some(smtp.timeout);
    let at_once = match smtp.tls {
        MailTls::Required => Some(tls(smtp)?),
        MailTls::Starttls | MailTls::NoneLoopbackOnly => None,
    };
    let connected = AsyncSmtpConnection::connect_tokio1(server, limit, &name, at_once, None).await;
    let mut connection = connected.map_err(|error| before_mail(&error))?;
    if smtp.tls == MailTls::Starttls {
        let encrypted = connection.starttls(tls(smtp)?, &name).await;
        encrypted.map_err(|error| before_mail(&error))?;
    }
    if let (false, Some(password)) = (smtp.user.is_empty(), password) {
        log_in(&mut connection, &smtp.user, password).await?;
    }
    Ok(connection)
}

fn tls(smtp: &SmtpSettings) -> Result<TlsParameters, SendError> {
    let mut builder = TlsParametersBuilder::new(smtp.host.clone());
    let file = &smtp.ca_file;
    if !file.as_os_str().is_empty() {
        let unusable =
            |why: &str| SendError::Temporary(format!("证书文件 {} {why}", file.display()));
        let pem = std::fs::read(file)
            .map_err(|error| unusable(&format!("读不出：{}", of_system(&error))))?;
        let certificate = Certificate::from_pem(&pem);
        let certificate = certificate.map_err(|_| unusable("不是 PEM 格式的证书"))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|error| before_mail(&error))
}

async fn log_in(
    connection: &mut AsyncSmtpConnection,
    user: &str,
    password: &Secret,
) -> Result<(), SendError> {
    let credentials = Credentials::new(user.to_owned(), password.reveal().to_owned());
    let answer = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
    // Somebody has to mend this, and then everything that waits is to go out: not a fault of this mail.
    answer.map(|_| ()).map_err(|error| match error.status() {
        Some(code) => SendError::Temporary(format!(
            "邮件服务器不接受用户名或口令（{}），请核对 [smtp] 的 user 和口令",
            u16::from(code)
        )),
        None => before_mail(&error),
    })
}

/// The mail as it goes over the line, and to whom.
fn compose(
    smtp: &SmtpSettings,
    recipient: &Recipient,
    message: &Message,
) -> Result<(Envelope, Vec<u8>), String> {
    let from = mailbox(&smtp.from).ok_or("[smtp] 的 from 不是邮件地址")?;
    let mut to = mailbox(&recipient.address).ok_or("收件人的 address 不是邮件地址")?;
    to.name = Some(printable(&recipient.name)).filter(|name| !name.is_empty());
    let identity = message.identity(&recipient.id);
    let text = SinglePart::plain(message.text());
    let html = SinglePart::html(message.html.clone().unwrap_or_else(|| page(message)));
    let words = MultiPart::alternative().singlepart(text).singlepart(html);
    let mut body = MultiPart::mixed().multipart(words);
    for attachment in &message.attachments {
        let kind = ContentType::parse(attachment.media_type);
        let kind = kind.map_err(|_| format!("附件“{}”的类型不明", attachment.name))?;
        let part = MailAttachment::new(attachment.name.clone());
        body = body.singlepart(part.body(attachment.bytes.clone(), kind));
    }
    let mail = Mail::builder()
        .from(from)
        .to(to)
        .subject(message.title.clone())
        .message_id(Some(format!("<{identity}@{}>", domain(&smtp.from))))
        .date(SystemTime::from(message.at))
        .multipart(body);
    let mail = mail.map_err(|error| format!("邮件不能成形（{error}）"))?;
    Ok((mail.envelope().clone(), mail.formatted()))
}

/// The text as a page, for messages that have no rendition of their own.
fn page(message: &Message) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body style=\"font-family:sans-serif;line-height:1.7\">\n<h2>{title}</h2>\n",
        title = escaped(&message.title)
    );
    for item in &message.items {
        page += &format!("<p>{}</p>\n", escaped(item).replace('\n', "<br>\n"));
    }
    page + "</body></html>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// `人社舆情 <a@b.cn>` or `a@b.cn`.
fn mailbox(written: &str) -> Option<Mailbox> {
    let written = written.trim();
    let (name, address) = match written.strip_suffix('>') {
        Some(written) => written.rsplit_once('<')?,
        None => ("", written),
    };
    let name = name.trim().trim_matches('"').trim();
    let address: Address = address.trim().parse().ok()?;
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    Some(Mailbox::new(name, address))
}

fn domain(from: &str) -> String {
    mailbox(from).map_or_else(
        || "localhost".to_owned(),
        |from| from.email.domain().to_owned(),
    )
}

/// Nothing of the mail has gone over the line yet.
fn before_mail(error: &SmtpError) -> SendError {
    let why = if error.is_timeout() {
        "邮件服务器迟迟不答".to_owned()
    } else if error.is_tls() || is_certificate(error) {
        "与邮件服务器的加密连接没有建立，请核对 [smtp] 的 host、port、tls；单位自签的证书写在 ca_file".to_owned()
    } else if let Some(code) = error.status() {
        format!("邮件服务器暂不受理（{}：{}）", u16::from(code), said(error))
    } else if error.is_client() {
        "邮件服务器不支持所要求的加密或登录方式，请核对 [smtp] 的 tls 和 port".to_owned()
    } else {
        "邮件服务器连接不上，请核对 [smtp] 的 host 和 port".to_owned()
    };
    SendError::Temporary(why)
}

fn is_certificate(error: &SmtpError) -> bool {
    format!("{error:?}").contains("ertificate")
}

/// The server's word on sender and recipient; where it said none, nothing was sent.
fn of_envelope(error: &SmtpError) -> SendError {
    match error.status() {
        Some(_) => of_mail(error),
        None => SendError::Temporary("邮件服务器在收信之前断开了连接".to_owned()),
    }
}

fn of_mail(error: &SmtpError) -> SendError {
    let Some(code) = error.status().map(u16::from) else {
        return SendError::Unknown("邮件发出后没有等到服务器的答复".to_owned());
    };
    let said = format!("邮件服务器答复{code}：{}", said(error));
    match code {
        // 530 and 535: who we are is at issue, not to whom we write.
        400..500 | 530 | 535 | 538 => SendError::Temporary(said),
        _ => SendError::Permanent(said),
    }
}

/// The server's own words.
fn said(error: &SmtpError) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    let said = printable(&source.unwrap_or_default());
    said.chars().take(MAX_SAID_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::{check_address, domain, mailbox};

    #[test]
    fn addresses_are_read_with_and_without_a_name() {
        let read = |written| {
            let found = mailbox(written)?;
            Some((found.name.unwrap_or_default(), found.email.to_string()))
        };
        let pair = |name: &str, address: &str| Some((name.to_owned(), address.to_owned()));
        assert_eq!(read("人社舆情 <a@b.cn>"), pair("人社舆情", "a@b.cn"));
        assert_eq!(read("\"办公室\" <a@b.cn>"), pair("办公室", "a@b.cn"));
        assert_eq!(read(" a@b.cn "), pair("", "a@b.cn"));
        assert_eq!(domain("甲 <a@b.cn>"), "b.cn");
        for wrong in [
            "",
            "办公室",
            "a@",
            "a@b.cn, c@d.cn",
            "甲 <a@b.cn",
            "a@b.cn\r\nBcc: c@d.cn",
        ] {
            assert!(check_address(wrong).is_err(), "{wrong}");
        }
    }
}
