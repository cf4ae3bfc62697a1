//! 命令留痕 — which commands leave a line in the audit, read from their arguments: one table for all of them.

use super::Common;
use crate::model::AuditAction::{
    self, Alert, Approve, Case, Draft, Entry, Event, Export, Label, Ledger, Level, Send, Sign,
    Source, Unmask, Void, Watch,
};
use crate::model::{AuditSubject, NewAudit};
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
    /// On what.
    subject: AuditSubject,
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
    subject: AuditSubject,
    which: &'static str,
) -> Deed {
    Deed {
        command,
        action,
        subject,
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
    deed("issue draft", Draft, AuditSubject::Issue, ""),
    deed("issue edit", Draft, AuditSubject::Issue, "id"),
    deed("issue correct", Draft, AuditSubject::Issue, "id"),
    deed("issue zero", Draft, AuditSubject::Issue, "id"),
    deed("issue approve", Approve, AuditSubject::Issue, "id"),
    deed("issue return", Approve, AuditSubject::Issue, "id"),
    deed("issue sign", Sign, AuditSubject::Issue, "id"),
    deed("issue void", Void, AuditSubject::Issue, "id"),
    deed("issue export", Export, AuditSubject::Issue, "id"),
    deed("issue send", Send, AuditSubject::Issue, "id"),
    deed("deliveries confirm", Send, AuditSubject::Delivery, "id"),
    deed("deliveries resend", Send, AuditSubject::Delivery, "id"),
    deed("deliveries test", Send, AuditSubject::Recipient, "code"),
    deed("case add", Case, AuditSubject::Case, ""),
    deed("case advance", Case, AuditSubject::Case, "id"),
    deed("case close", Case, AuditSubject::Case, "id"),
    deed("case note", Case, AuditSubject::Case, "id"),
    deed("case extend", Case, AuditSubject::Case, "id"),
    deed("case link", Case, AuditSubject::Case, "id"),
    deed("case export", Export, AuditSubject::Case, "id"),
    deed("reply add", Ledger, AuditSubject::Reply, ""),
    deed("adoption add", Ledger, AuditSubject::Uptake, ""),
    deed("adoption void", Ledger, AuditSubject::Uptake, "id"),
    deed("stats month", Ledger, AuditSubject::Ledger, "period").with(&["freeze"]),
    deed("stats month", Export, AuditSubject::Ledger, "period").with(&["xlsx", "docx", "html"]),
    deed("stats year", Ledger, AuditSubject::Ledger, "period").with(&["freeze"]),
    deed("stats year", Export, AuditSubject::Ledger, "period").with(&["xlsx", "docx", "html"]),
    deed("label", Level, AuditSubject::Post, "post").with(&["level"]),
    deed("label", Label, AuditSubject::Post, "post")
        .with(&["by"])
        .without(&["level"]),
    deed("labels", Export, AuditSubject::Labels, "").with(&["export"]),
    deed("search", Export, AuditSubject::Hits, "").with(&["csv", "xlsx"]),
    deed("audit", Export, AuditSubject::Audit, "").with(&["csv"]),
    deed("evidence", Unmask, AuditSubject::Post, "post").with(&["output"]),
    deed("original", Unmask, AuditSubject::Post, "post").without(&["looks"]),
    deed("import", Entry, AuditSubject::File, "files").without(&["dry_run", "list", "template"]),
    deed("events merge", Event, AuditSubject::Event, "ids"),
    deed("events split", Event, AuditSubject::Event, "id"),
    deed("alert ack", Alert, AuditSubject::Alert, "ids"),
    deed("alert handled", Alert, AuditSubject::Alert, "ids"),
    deed("alert false-alarm", Alert, AuditSubject::Alert, "ids"),
    deed("watch add", Watch, AuditSubject::Watch, "name"),
    deed("watch remove", Watch, AuditSubject::Watch, "name"),
    deed("probe", Source, AuditSubject::Source, "").with(&["save"]),
    deed("sources opml-import", Source, AuditSubject::Feeds, "").without(&["dry_run"]),
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
        (true, _) => deed.subject.label().to_owned(),
        (false, true) => format!("{}#{}", deed.subject.label(), which.replace('、', "、#")),
        (false, false) => deed.subject.named(mask(&which)),
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
