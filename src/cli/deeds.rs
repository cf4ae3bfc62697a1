//! 命令留痕 — which commands leave a line in the audit, read from their arguments: one table for all of them.

use super::Common;
use crate::model::AuditAction::{
    self, Alert, Approve, Case, Draft, Entry, Event, Export, Label, Ledger, Level, Send, Sign,
    Source, Unmask, Void, Watch,
};
use crate::model::NewAudit;
use crate::store::Store;
use crate::text::mask::mask;
use anyhow::Result;
use chrono::Utc;
use clap::ArgMatches;

/// Who did it where the command has no `--by`.
const NOBODY: &str = "命令行";

/// A command that leaves a line.
struct Deed {
    /// `issue sign`.
    command: &'static str,
    action: AuditAction,
    /// On what: `刊物`.
    noun: &'static str,
    /// The argument that says which; empty for none.
    which: &'static str,
    /// Only with one of these.
    with: &'static [&'static str],
    /// Only without any of these.
    without: &'static [&'static str],
}

const fn deed(
    command: &'static str,
    action: AuditAction,
    noun: &'static str,
    which: &'static str,
) -> Deed {
    Deed {
        command,
        action,
        noun,
        which,
        with: &[],
        without: &[],
    }
}

impl Deed {
    const fn with(self, with: &'static [&'static str]) -> Deed {
        Deed { with, ..self }
    }

    const fn without(self, without: &'static [&'static str]) -> Deed {
        Deed { without, ..self }
    }
}

const DEEDS: &[Deed] = &[
    deed("issue draft", Draft, "刊物", ""),
    deed("issue edit", Draft, "刊物", "id"),
    deed("issue correct", Draft, "刊物", "id"),
    deed("issue zero", Draft, "刊物", "id"),
    deed("issue approve", Approve, "刊物", "id"),
    deed("issue return", Approve, "刊物", "id"),
    deed("issue sign", Sign, "刊物", "id"),
    deed("issue void", Void, "刊物", "id"),
    deed("issue export", Export, "刊物", "id"),
    deed("issue send", Send, "刊物", "id"),
    deed("deliveries confirm", Send, "投递", "id"),
    deed("deliveries resend", Send, "投递", "id"),
    deed("deliveries test", Send, "收件人", "code"),
    deed("case add", Case, "办理件", ""),
    deed("case advance", Case, "办理件", "id"),
    deed("case close", Case, "办理件", "id"),
    deed("case note", Case, "办理件", "id"),
    deed("case extend", Case, "办理件", "id"),
    deed("case link", Case, "办理件", "id"),
    deed("case export", Export, "办理件", "id"),
    deed("reply add", Ledger, "答复", ""),
    deed("adoption add", Ledger, "采用登记", ""),
    deed("adoption void", Ledger, "采用登记", "id"),
    deed("stats month", Ledger, "台账", "period").with(&["freeze"]),
    deed("stats month", Export, "台账", "period").with(&["xlsx", "docx", "html"]),
    deed("stats year", Ledger, "台账", "period").with(&["freeze"]),
    deed("stats year", Export, "台账", "period").with(&["xlsx", "docx", "html"]),
    deed("label", Level, "信息", "post").with(&["level"]),
    deed("label", Label, "信息", "post")
        .with(&["by"])
        .without(&["level"]),
    deed("labels", Export, "更正清单", "").with(&["export"]),
    deed("search", Export, "检索结果", "").with(&["csv", "xlsx"]),
    deed("audit", Export, "审计", "").with(&["csv"]),
    deed("evidence", Unmask, "信息", "post").with(&["output"]),
    deed("original", Unmask, "信息", "post").without(&["looks"]),
    deed("import", Entry, "文件", "files").without(&["dry_run", "list", "template"]),
    deed("events merge", Event, "事件", "ids"),
    deed("events split", Event, "事件", "id"),
    deed("alert ack", Alert, "预警", "ids"),
    deed("alert handled", Alert, "预警", "ids"),
    deed("alert false-alarm", Alert, "预警", "ids"),
    deed("watch add", Watch, "专题", "name"),
    deed("watch remove", Watch, "专题", "name"),
    deed("probe", Source, "信源", "").with(&["save"]),
    deed("sources opml-import", Source, "订阅源清单", "").without(&["dry_run"]),
];

/// What the audit is to say once the command has done what it was asked.
pub fn deeds(matches: &ArgMatches) -> Vec<NewAudit> {
    let mut path = Vec::new();
    let mut innermost = matches;
    while let Some((name, inner)) = innermost.subcommand() {
        path.push(name);
        innermost = inner;
    }
    let path = path.join(" ");
    let given = |name: &&str| is_given(innermost, name);
    let known = DEEDS.iter().filter(|deed| deed.command == path);
    known
        .filter(|deed| deed.with.is_empty() || deed.with.iter().any(given))
        .filter(|deed| !deed.without.iter().any(given))
        .map(|deed| line(deed, innermost))
        .collect()
}

/// Writes them down.
///
/// # Errors
/// The database refuses.
pub fn note(common: &Common, lines: &[NewAudit]) -> Result<()> {
    let Ok(config) = common.load_config() else {
        anyhow::bail!("配置有误，读不出时区");
    };
    let zone = config.settings.bureau.time_zone;
    let store = Store::open(&common.data, zone)?;
    let now = Utc::now().with_timezone(&zone).fixed_offset();
    for line in lines {
        store.add_audit(line, now)?;
    }
    Ok(())
}

fn line(deed: &Deed, matches: &ArgMatches) -> NewAudit {
    let by = words(matches, "by");
    let reason = match words(matches, "reason") {
        reason if reason.is_empty() => String::new(),
        reason => format!("，理由：{}", mask(&reason)),
    };
    let which = words(matches, deed.which);
    let is_numbered =
        which.starts_with(|first: char| first.is_ascii_digit()) && deed.which != "period";
    let subject = match (which.is_empty(), is_numbered) {
        (true, _) => deed.noun.to_owned(),
        (false, true) => format!("{}#{}", deed.noun, which.replace('、', "、#")),
        (false, false) => format!("{}{}", deed.noun, mask(&which)),
    };
    NewAudit {
        actor: match by.is_empty() {
            true => NOBODY.to_owned(),
            false => by,
        },
        action: deed.action,
        subject,
        detail: format!("命令 yuqing {}{reason}", deed.command),
        address: String::new(),
    }
}

/// Whether somebody wrote it: a value that stands there by default is not.
fn is_given(matches: &ArgMatches, name: &str) -> bool {
    matches
        .try_get_raw(name)
        .is_ok_and(|values| values.is_some())
        && matches.value_source(name) != Some(clap::parser::ValueSource::DefaultValue)
}

/// The values as they were written.
fn words(matches: &ArgMatches, name: &str) -> String {
    let values = matches.try_get_raw(name).ok().flatten();
    let values = values.into_iter().flatten();
    let words: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
    words.join("、").trim().to_owned()
}

#[cfg(test)]
pub fn commands() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    DEEDS.iter().map(|deed| {
        let which = std::iter::once(&deed.which).filter(|which| !which.is_empty());
        let arguments = which.chain(deed.with).chain(deed.without);
        (deed.command, arguments.copied().collect())
    })
}
