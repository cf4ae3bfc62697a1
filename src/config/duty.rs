//! `duty.toml` → who is told of alerts, and when.

use super::ConfigFolder;
use super::place::{self, parse};
use crate::alert::{Copies, DutySettings, Escalation, Shift};
use crate::model::{Pause, Problem};
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use serde::Deserialize;
use std::collections::HashSet;
use std::time::Duration;
use toml::Spanned;

/// Name of the file.
const FILE: &str = "duty.toml";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DutyFile {
    administrators: Vec<Spanned<String>>,
    default: Vec<Spanned<String>>,
    quiet: QuietTable,
    escalation: EscalationTable,
    copies: CopiesTable,
    duty: Vec<ShiftTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct QuietTable {
    hours: Pause,
}

impl Default for QuietTable {
    fn default() -> Self {
        let hours = "22:00-07:00".parse().expect("as shipped");
        QuietTable { hours }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EscalationTable {
    #[serde(with = "humantime_serde")]
    after: Duration,
    to: Vec<Spanned<String>>,
    #[serde(with = "humantime_serde")]
    again_after: Duration,
    rounds: u32,
}

impl Default for EscalationTable {
    fn default() -> Self {
        let shipped = Escalation::default();
        EscalationTable {
            after: shipped.after,
            to: Vec::new(),
            again_after: shipped.again_after,
            rounds: shipped.rounds,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CopiesTable {
    level: Vec<Spanned<String>>,
    gathering: Vec<Spanned<String>>,
    watch: Vec<Spanned<String>>,
    burst: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShiftTable {
    from: Spanned<String>,
    to: Spanned<String>,
    people: Spanned<Vec<Spanned<String>>>,
}

/// Reads and checks the file.
pub fn load(folder: &ConfigFolder) -> Result<DutySettings, Vec<Problem>> {
    parse_duty(&folder.text(FILE).map_err(|problem| vec![problem])?)
}

/// Reads and checks the text of the file.
///
/// # Errors
/// The first mistake in the writing of the file; else every mistake in what it says.
pub fn parse_duty(text: &str) -> Result<DutySettings, Vec<Problem>> {
    let file: DutyFile = parse(FILE, text).map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    let mut people = |key: &str, written: Vec<Spanned<String>>| {
        people(key, written, text).unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        })
    };
    let mut settings = DutySettings {
        administrators: people("administrators", file.administrators),
        default: people("default", file.default),
        shifts: Vec::new(),
        escalation: Escalation {
            after: file.escalation.after,
            to: people("escalation.to", file.escalation.to),
            again_after: file.escalation.again_after,
            rounds: file.escalation.rounds,
        },
        quiet: file.quiet.hours,
        copies: Copies {
            level: people("copies.level", file.copies.level),
            gathering: people("copies.gathering", file.copies.gathering),
            watch: people("copies.watch", file.copies.watch),
            burst: people("copies.burst", file.copies.burst),
        },
    };
    for (key, pause) in [
        ("escalation.after", settings.escalation.after),
        ("escalation.again_after", settings.escalation.again_after),
    ] {
        if pause < Duration::from_secs(60) {
            problems.push(Problem {
                file: FILE.to_owned(),
                line: line_with(text, key),
                key: key.to_owned(),
                message: "至少1分钟，例如 \"15m\"，否则来不及签收".to_owned(),
            });
        }
    }
    for shift in file.duty {
        match read_shift(shift, &settings.shifts, text) {
            Ok(shift) => settings.shifts.push(shift),
            Err(problem) => problems.push(problem),
        }
    }
    settings.shifts.sort_by_key(|shift| shift.from);
    if problems.is_empty() {
        Ok(settings)
    } else {
        Err(problems)
    }
}

/// Line of the key's last part; durations carry no place.
fn line_with(text: &str, key: &str) -> usize {
    let name = key.rsplit('.').next().unwrap_or_default();
    let is_it = |line: &str| {
        let rest = line.trim_start().strip_prefix(name);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().position(is_it).map_or(0, |line| line + 1)
}

fn people(key: &str, written: Vec<Spanned<String>>, text: &str) -> Result<Vec<String>, Problem> {
    let mut seen = HashSet::new();
    for person in &written {
        let name = person.get_ref();
        let message = if name.trim().is_empty() {
            "收件人代号不能为空".to_owned()
        } else if !seen.insert(name.trim()) {
            format!("“{name}”写了两次")
        } else {
            continue;
        };
        return Err(place::refuse(FILE, key, person, text, message));
    }
    let names = written.iter().map(|name| name.get_ref().trim().to_owned());
    Ok(names.collect())
}

fn read_shift(table: ShiftTable, known: &[Shift], text: &str) -> Result<Shift, Problem> {
    let from = read_moment("duty.from", &table.from, text)?.0;
    let (to, is_day) = read_moment("duty.to", &table.to, text)?;
    let to = match is_day {
        true => to + Days::new(1),
        false => to,
    };
    let refuse = |message| place::refuse(FILE, "duty.from", &table.from, text, message);
    if to <= from {
        return Err(refuse("这一班的 to 应在 from 之后".to_owned()));
    }
    if let Some(other) = (known.iter()).find(|other| from < other.to && other.from < to) {
        return Err(refuse(format!(
            "这一班与 {} 起、由{}值的一班重叠，请错开",
            other.from.format("%Y-%m-%d %H:%M"),
            other.people.join("、")
        )));
    }
    if table.people.get_ref().is_empty() {
        let message = "这一班没有写人；没有人值班的日子不必排班，由 default 值班".to_owned();
        return Err(place::refuse(
            FILE,
            "duty.people",
            &table.people,
            text,
            message,
        ));
    }
    let people = people("duty.people", table.people.into_inner(), text)?;
    Ok(Shift { from, to, people })
}

/// A moment, and whether only its day was written.
fn read_moment(
    key: &str,
    written: &Spanned<String>,
    text: &str,
) -> Result<(NaiveDateTime, bool), Problem> {
    let said = written.get_ref().trim();
    let day = NaiveDate::parse_from_str(said, "%Y-%m-%d").ok();
    let moment = || NaiveDateTime::parse_from_str(said, "%Y-%m-%d %H:%M").ok();
    (day.map(|day| (day.and_time(NaiveTime::MIN), true)))
        .or_else(|| moment().map(|moment| (moment, false)))
        .ok_or_else(|| {
            let message = format!("“{said}”应写成 2017-04-10 或 2017-04-10 18:00");
            place::refuse(FILE, key, written, text, message)
        })
}

#[cfg(test)]
mod tests {
    use super::parse_duty;

    const SHIFT: &str =
        "[[duty]]\nfrom = \"2017-04-10\"\nto = \"2017-04-16\"\npeople = [\"zhangsan\"]\n";

    #[test]
    fn days_are_whole_and_shifts_come_in_order() {
        let night = "[[duty]]\nfrom = \"2017-04-09 18:00\"\nto = \"2017-04-10 00:00\"\npeople = [\"lisi\"]\n";
        let settings = parse_duty(&format!("{SHIFT}{night}")).expect("a roster");
        let spans: Vec<String> = (settings.shifts.iter())
            .map(|shift| format!("{} {} {}", shift.from, shift.to, shift.people.join("、")))
            .collect();
        assert_eq!(
            spans,
            [
                "2017-04-09 18:00:00 2017-04-10 00:00:00 lisi",
                "2017-04-10 00:00:00 2017-04-17 00:00:00 zhangsan"
            ]
        );
        assert_eq!(settings.escalation.after.as_secs(), 15 * 60);
    }

    #[test]
    fn mistakes_are_named_with_line_and_key() {
        let again = |from: &str, to: &str, people: &str| {
            format!("{SHIFT}[[duty]]\nfrom = \"{from}\"\nto = \"{to}\"\npeople = {people}\n")
        };
        for (text, said) in [
            (
                again("2017-04-16 23:59", "2017-04-20", "[\"b\"]"),
                "duty.toml:6: duty.from: 这一班与 2017-04-10 00:00 起、由zhangsan值的一班重叠",
            ),
            (
                again("2017-04-20", "2017-04-19", "[\"b\"]"),
                "duty.toml:6: duty.from: 这一班的 to 应在 from 之后",
            ),
            (
                again("4月20日", "2017-04-21", "[\"b\"]"),
                "duty.toml:6: duty.from: “4月20日”应写成 2017-04-10",
            ),
            (
                again("2017-04-20", "2017-04-21", "[]"),
                "duty.toml:8: duty.people: 这一班没有写人",
            ),
            (
                again("2017-04-20", "2017-04-21", "[\"b\", \" \"]"),
                "duty.toml:8: duty.people: 收件人代号不能为空",
            ),
            (
                "administrators = [\"a\",\n\"a\"]\n".to_owned(),
                "duty.toml:2: administrators: “a”写了两次",
            ),
            (
                "[escalation]\nafter = \"5s\"\n".to_owned(),
                "duty.toml:2: escalation.after: 至少1分钟",
            ),
            (
                "[quiet]\nhours = \"ten\"\n".to_owned(),
                "duty.toml:2: quiet.hours: ",
            ),
            (
                "admin = []\n".to_owned(),
                "duty.toml:1: admin: 不认识的键“admin”",
            ),
        ] {
            let problems = parse_duty(&text).expect_err(&text);
            let told = problems[0].to_string();
            assert!(told.starts_with(said), "{told}");
        }
    }
}
