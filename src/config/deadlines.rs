//! `deadlines.toml` → 时限规则表.

use super::ConfigFolder;
use super::place::{check_id, parse, refuse};
use crate::case::{CountedFrom, DeadlineRule, Deadlines, Span};
use crate::model::{CaseState, Problem};
use serde::Deserialize;
use std::collections::HashSet;
use toml::Spanned;

/// Name of the file.
const FILE: &str = "deadlines.toml";
/// Longest deadline: a year of hours, more than a year of days.
const MAX_HOURS: u32 = 8_760;
const MAX_DAYS: u32 = 400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    default: Defaults,
    #[serde(default)]
    rule: Vec<Spanned<RuleTable>>,
}

/// Which rule holds where nobody says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    pressing: Spanned<String>,
    transfer: Spanned<String>,
    emergency: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    id: Spanned<String>,
    name: String,
    hours: Option<Spanned<u32>>,
    working_days: Option<Spanned<u32>>,
    days: Option<Spanned<u32>>,
    from: CountedFrom,
    basis: String,
    met_by: Option<CaseState>,
}

/// Reads and checks the rules.
///
/// # Errors
/// Every mistake found.
pub fn load(folder: &ConfigFolder) -> Result<Deadlines, Vec<Problem>> {
    let text = folder.text(FILE).map_err(|problem| vec![problem])?;
    read(&text)
}

fn read(text: &str) -> Result<Deadlines, Vec<Problem>> {
    let file: RulesFile = parse(FILE, text).map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    let mut rules: Vec<DeadlineRule> = Vec::new();
    let mut seen = HashSet::new();
    for table in &file.rule {
        let checked = check_id(FILE, "rule.id", &table.get_ref().id, &mut seen, text);
        match checked.and_then(|()| rule(table, text)) {
            Ok(rule) => rules.push(rule),
            Err(problem) => problems.push(problem),
        }
    }
    let Defaults {
        pressing,
        transfer,
        emergency,
    } = file.default;
    for (key, id) in [
        ("default.pressing", &pressing),
        ("default.transfer", &transfer),
        ("default.emergency", &emergency),
    ] {
        if problems.is_empty() && rules.iter().all(|rule| rule.id != *id.get_ref()) {
            let known: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
            let message = format!(
                "没有代号为“{}”的时限规则；现有：{}",
                id.get_ref(),
                known.join("、")
            );
            problems.push(refuse(FILE, key, id, text, message));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Deadlines {
        rules,
        pressing: pressing.into_inner(),
        transfer: transfer.into_inner(),
        emergency: emergency.into_inner(),
    })
}

fn rule(spanned: &Spanned<RuleTable>, text: &str) -> Result<DeadlineRule, Problem> {
    let table = spanned.get_ref();
    let spans = [
        ("rule.hours", &table.hours, MAX_HOURS),
        ("rule.working_days", &table.working_days, MAX_DAYS),
        ("rule.days", &table.days, MAX_DAYS),
    ];
    for (key, written, most) in spans {
        if let Some(count) = written
            && !(1..=most).contains(count.get_ref())
        {
            let message = format!("应为1至{most}的整数");
            return Err(refuse(FILE, key, count, text, message));
        }
    }
    let written = |count: &Option<Spanned<u32>>| count.as_ref().map(|count| *count.get_ref());
    let span = match (
        written(&table.hours),
        written(&table.working_days),
        written(&table.days),
    ) {
        (Some(hours), None, None) => Span::Hours(hours),
        (None, Some(days), None) => Span::WorkingDays(days),
        (None, None, Some(days)) => Span::Days(days),
        _ => {
            let message = format!(
                "时限规则“{}”要在 hours（小时）、working_days（工作日）、days（自然日）中写一个，且只写一个",
                table.id.get_ref()
            );
            return Err(refuse(FILE, "rule", spanned, text, message));
        }
    };
    Ok(DeadlineRule {
        id: table.id.get_ref().clone(),
        name: table.name.clone(),
        span,
        from: table.from,
        basis: table.basis.clone(),
        met_by: table.met_by,
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    const GOOD: &str = "[default]\npressing = \"A\"\ntransfer = \"A\"\nemergency = \"A\"\n\n[[rule]]\nid = \"A\"\nname = \"甲\"\nhours = 5\nfrom = \"received\"\nbasis = \"文号\"\n";

    fn mistake(text: &str) -> String {
        read(text).expect_err(text)[0].to_string()
    }

    #[test]
    fn mistakes_are_named_with_line_and_key() {
        assert!(read(GOOD).is_ok());
        for (wrong, right, said) in [
            (
                "hours = 5",
                "hours = 0",
                "deadlines.toml:9: rule.hours: 应为1至8760的整数",
            ),
            ("hours = 5\n", "", "deadlines.toml:6: rule: 时限规则“A”要在"),
            (
                "hours = 5",
                "hours = 5\ndays = 1",
                "deadlines.toml:6: rule: 时限规则“A”要在",
            ),
            (
                "received",
                "起草",
                "deadlines.toml:10: rule.from: 不认识的值“起草”",
            ),
            (
                "transfer = \"A\"",
                "transfer = \"B\"",
                "deadlines.toml:3: default.transfer: 没有代号为“B”的时限规则；现有：A",
            ),
            (
                "basis",
                "base",
                "deadlines.toml:11: rule.base: 不认识的键“base”",
            ),
        ] {
            let told = mistake(&GOOD.replace(wrong, right));
            assert!(told.starts_with(said), "{told}");
        }
        let twice = format!("{GOOD}{}", &GOOD[GOOD.find("[[rule]]").expect("a rule")..]);
        assert!(
            mistake(&twice).contains("代号“A”写了两次"),
            "{}",
            mistake(&twice)
        );
    }
}
