//! `recipients.toml` → recipients, and who is named elsewhere without standing there.

use super::ConfigFolder;
use super::place::{self, check_id, problem, tables};
use crate::deliver::{Recipient, SecretPlace, Template, check_address};
use crate::digest::DigestSettings;
use crate::document::Format;
use crate::model::{Problem, Transport};
use serde::Deserialize;
use std::collections::HashSet;
use std::path::PathBuf;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};
use url::Url;

/// Name of the file.
pub const FILE: &str = "recipients.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecipientTable {
    id: Spanned<String>,
    name: Spanned<String>,
    transport: Spanned<Transport>,
    address: Option<Spanned<String>>,
    url_env: Option<Spanned<String>>,
    url_file: Option<Spanned<PathBuf>>,
    secret_env: Option<Spanned<String>>,
    secret_file: Option<Spanned<PathBuf>>,
    attachments: Option<Spanned<Vec<Spanned<String>>>>,
    template: Option<Spanned<String>>,
    #[serde(default = "yes")]
    is_active: bool,
}

fn yes() -> bool {
    true
}

/// Reads and checks the file.
pub fn load(folder: &ConfigFolder) -> Result<Vec<Recipient>, Vec<Problem>> {
    parse_recipients(&folder.text(FILE).map_err(|problem| vec![problem])?)
}

/// Reads and checks the text of the file.
///
/// # Errors
/// The first few mistakes in the writing of the file; else the first of every recipient.
pub fn parse_recipients(text: &str) -> Result<Vec<Recipient>, Vec<Problem>> {
    let mut seen = HashSet::new();
    let (mut recipients, mut problems) = (Vec::new(), Vec::new());
    for table in tables(FILE, "recipient", "收件人", text)? {
        match parse_recipient(table, &mut seen, text) {
            Ok(recipient) => recipients.push(recipient),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(recipients)
    } else {
        Err(problems)
    }
}

fn parse_recipient(
    table: Spanned<DeValue<'_>>,
    seen: &mut HashSet<String>,
    text: &str,
) -> Result<Recipient, Problem> {
    let table = RecipientTable::deserialize(ValueDeserializer::from(table))
        .map_err(|mistake| problem(FILE, text, &mistake))?;
    check_id(FILE, "recipient.id", &table.id, seen, text)?;
    if table.name.get_ref().trim().is_empty() {
        return Err(refuse(&table.name, "name", text, "名称不能为空".to_owned()));
    }
    let transport = *table.transport.get_ref();
    refuse_idle_keys(&table, text)?;
    let url = place(table.url_env.as_ref(), table.url_file.as_ref());
    let secret = place(table.secret_env.as_ref(), table.secret_file.as_ref());
    check_place(&table.url_env, &table.url_file, &url, "url", text)?;
    check_place(
        &table.secret_env,
        &table.secret_file,
        &secret,
        "secret",
        text,
    )?;
    check_target(&table, &url, text)?;
    let attachments = attachments(table.attachments.as_ref(), transport, text)?;
    let template = table
        .template
        .as_ref()
        .map(|written| template(written, text));
    Ok(Recipient {
        id: table.id.into_inner(),
        name: table.name.into_inner().trim().to_owned(),
        transport,
        address: table.address.map_or_else(String::new, |address| {
            address.into_inner().trim().to_owned()
        }),
        url,
        secret,
        attachments,
        template: template.transpose()?,
        is_active: table.is_active,
    })
}

/// A key that this transport does not read would be believed to do something.
fn refuse_idle_keys(table: &RecipientTable, text: &str) -> Result<(), Problem> {
    let transport = *table.transport.get_ref();
    let is_robot = matches!(
        transport,
        Transport::Wecom | Transport::Dingtalk | Transport::Feishu
    );
    let has_url = is_robot || transport == Transport::Webhook;
    let signs = has_url && transport != Transport::Wecom;
    let label = transport.label();
    let idle = |key: &str| format!("{label}的收件人不用 {key}，请删去此行");
    if let Some(address) = table.address.as_ref().filter(|_| is_robot) {
        let message = format!(
            "{label}机器人的地址里有密钥，不写在这里：请改用 url_env（环境变量的名称）或 url_file（文件路径）"
        );
        return Err(refuse(address, "address", text, message));
    }
    let keys = [
        (&table.url_env, "url_env", has_url),
        (&table.secret_env, "secret_env", signs),
        (&table.template, "template", transport == Transport::Webhook),
    ];
    for (written, key, is_used) in keys {
        if let Some(written) = written.as_ref().filter(|_| !is_used) {
            return Err(refuse(written, key, text, idle(key)));
        }
    }
    let files = [
        (&table.url_file, "url_file", has_url),
        (&table.secret_file, "secret_file", signs),
    ];
    for (written, key, is_used) in files {
        if let Some(written) = written.as_ref().filter(|_| !is_used) {
            return Err(refuse(written, key, text, idle(key)));
        }
    }
    match &table.attachments {
        Some(written) if transport != Transport::Email => {
            Err(refuse(written, "attachments", text, idle("attachments")))
        }
        _ => Ok(()),
    }
}

fn place(variable: Option<&Spanned<String>>, file: Option<&Spanned<PathBuf>>) -> SecretPlace {
    SecretPlace {
        variable: variable.map_or_else(String::new, |name| name.get_ref().clone()),
        file: file.map_or_else(PathBuf::new, |path| path.get_ref().clone()),
    }
}

fn check_place(
    variable: &Option<Spanned<String>>,
    file: &Option<Spanned<PathBuf>>,
    place: &SecretPlace,
    name: &str,
    text: &str,
) -> Result<(), Problem> {
    let Err(message) = place.check(name, false) else {
        return Ok(());
    };
    let key = format!("{name}_env");
    Err(match (variable, file) {
        (Some(variable), _) => refuse(variable, &key, text, message),
        (None, Some(file)) => refuse(file, &format!("{name}_file"), text, message),
        (None, None) => Problem {
            file: FILE.to_owned(),
            line: 0,
            key: format!("recipient.{key}"),
            message,
        },
    })
}

/// Every transport knows where to go.
fn check_target(table: &RecipientTable, url: &SecretPlace, text: &str) -> Result<(), Problem> {
    let transport = *table.transport.get_ref();
    let label = transport.label();
    let missing = |key: &str| {
        let message = format!("{label}的收件人要写 {key}");
        Err(refuse(&table.transport, "transport", text, message))
    };
    let address = table.address.as_ref();
    let wrong = |message: String| match address {
        Some(address) => Err(refuse(address, "address", text, message)),
        None => missing("address"),
    };
    let written = address.map_or("", |address| address.get_ref().trim());
    match transport {
        Transport::Wecom | Transport::Dingtalk | Transport::Feishu if url.is_none() => {
            missing("url_env 或 url_file（机器人的地址放在环境变量或文件里）")
        }
        Transport::Webhook if url.is_none() => check_hook(written).or_else(wrong),
        Transport::Webhook if address.is_some() => {
            wrong("address 和 url_env、url_file 只能写一个".to_owned())
        }
        Transport::Email => match check_address(written) {
            Ok(()) if !written.contains('<') => Ok(()),
            _ => wrong("应是一个邮件地址，例如 \"office@example.cn\"；姓名写在 name".to_owned()),
        },
        Transport::Folder if !std::path::Path::new(written).is_absolute() => {
            wrong("应是从根目录写起的目录，例如 \"/srv/share/yuqing\"".to_owned())
        }
        _ => Ok(()),
    }
}

fn check_hook(written: &str) -> Result<(), String> {
    let url: Option<Url> = written.parse().ok();
    let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    else {
        return Err("应是 http:// 或 https:// 开头的网址".to_owned());
    };
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(
            "带口令或参数的地址不写在这里：请改用 url_env（环境变量的名称）或 url_file（文件路径）"
                .to_owned(),
        );
    }
    Ok(())
}

/// Word goes with a mail unless something else is said.
fn attachments(
    written: Option<&Spanned<Vec<Spanned<String>>>>,
    transport: Transport,
    text: &str,
) -> Result<Vec<String>, Problem> {
    let Some(written) = written else {
        let is_with_word = matches!(transport, Transport::Email | Transport::Folder);
        return Ok(is_with_word
            .then(|| Format::Docx.code().to_owned())
            .into_iter()
            .collect());
    };
    let mut codes: Vec<String> = Vec::new();
    for code in written.get_ref() {
        let message = match code.get_ref().parse::<Format>() {
            Err(unknown) => unknown.to_string(),
            Ok(format) if codes.iter().any(|known| known == format.code()) => {
                format!("“{}”写了两次", format.code())
            }
            Ok(format) => {
                codes.push(format.code().to_owned());
                continue;
            }
        };
        return Err(refuse(code, "attachments", text, message));
    }
    Ok(codes)
}

fn template(written: &Spanned<String>, text: &str) -> Result<Template, Problem> {
    written
        .get_ref()
        .parse()
        .map_err(|wrong: crate::deliver::TemplateError| {
            let mut problem = refuse(written, "template", text, wrong.message);
            // A line break right behind the opening quotes belongs to no line of the template.
            let opening = text.get(written.span()).unwrap_or_default();
            let marks = opening.trim_start_matches(['\'', '"']);
            let is_below = marks.starts_with('\n') || marks.starts_with("\r\n");
            problem.line += wrong.line - 1 + usize::from(is_below);
            problem
        })
}

fn refuse<T>(at: &Spanned<T>, key: &str, text: &str, message: String) -> Problem {
    place::refuse(FILE, &format!("recipient.{key}"), at, text, message)
}

/// Digests that name somebody who is not there.
pub fn unknown_in_digests(
    digests: &[DigestSettings],
    recipients: &[Recipient],
    folder: &ConfigFolder,
) -> Vec<Problem> {
    let text = folder.text("digests.toml").unwrap_or_default();
    let named = digests.iter().flat_map(|digest| &digest.recipients);
    let unknown = named.filter(|code| recipients.iter().all(|known| known.id != **code));
    unknown
        .map(|code| Problem {
            file: "digests.toml".to_owned(),
            line: line_naming(&text, code),
            key: "digest.recipients".to_owned(),
            message: format!("recipients.toml 里没有代号为“{code}”的收件人"),
        })
        .collect()
}

/// The line below `recipients =` that holds the code; 0 where none does.
fn line_naming(text: &str, code: &str) -> usize {
    let quoted = [format!("\"{code}\""), format!("'{code}'")];
    let mut lines = text.lines().enumerate();
    let begin = lines.find(|(_, line)| line.trim_start().starts_with("recipients"));
    begin
        .into_iter()
        .chain(lines)
        .find(|(_, line)| quoted.iter().any(|quoted| line.contains(quoted)))
        .map_or(0, |(position, _)| position + 1)
}

/// What an operator should know of deliveries: to how many something goes, and what is missing for it.
pub fn notices(
    recipients: &[Recipient],
    named: &[(String, &str)],
    is_mail_configured: bool,
) -> Vec<String> {
    let active: Vec<&Recipient> = recipients.iter().filter(|known| known.is_active).collect();
    let mut notices = Vec::new();
    if !active.is_empty() {
        let names: Vec<String> = active.iter().map(|known| known.described()).collect();
        notices.push(format!(
            "已启用投递：签发的期刊和通知（已掩码）将离开本程序，发往{}。停用请把 recipients.toml 里的 is_active 改为 false",
            names.join("、")
        ));
    }
    for recipient in &active {
        if recipient.transport == Transport::Email && !is_mail_configured {
            let who = recipient.described();
            notices.push(format!(
                "{who}要用邮件，但 yuqing.toml 的 smtp.host 是空的，邮件发不出去"
            ));
        }
        for place in [&recipient.url, &recipient.secret] {
            if let Err(why) = place.read() {
                notices.push(format!("{}：{why}", recipient.described()));
            }
        }
    }
    for (place, code) in named {
        let known = recipients.iter().find(|known| known.id == *code);
        let why = match known {
            Some(known) if known.is_active => continue,
            Some(_) => "它已停用",
            None => "recipients.toml 里没有这个代号",
        };
        notices.push(format!("{place}写了收件人“{code}”，{why}，不会发给他"));
    }
    notices
}

#[cfg(test)]
mod tests;
