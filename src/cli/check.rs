//! `yuqing check`: is the configuration right, what is in force, when is what due?

use super::Common;
use super::output::{DONE, Failure, WRONG_USAGE, column, print_json, print_text};
use super::print_problems;
use crate::config::Config;
use crate::document::Press;
use crate::model::{Problem, Timestamp};
use crate::pipeline::rhythm;
use crate::source::after_pause;
use chrono::Utc;
use clap::Args;
use humantime_serde::re::humantime;
use serde::Serialize;
use std::process::ExitCode;

/// Seconds.
const DAY: u64 = 24 * 60 * 60;

#[derive(Args)]
pub struct Check {
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    ok: bool,
    problems: Vec<Problem>,
    schedule: Vec<Due>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<crate::config::Settings>,
    /// What leaves this program, and the like.
    notices: Vec<String>,
}

/// When a source or a digest is due next.
#[derive(Serialize)]
struct Due {
    /// `source` or `digest`.
    kind: &'static str,
    id: String,
    name: String,
    schedule: String,
    enabled: bool,
    next: Option<Timestamp>,
}

impl Check {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let report = match common.load_config_problems() {
            Ok(config) => Report {
                ok: true,
                problems: Vec::new(),
                schedule: schedule(&config),
                notices: notices(&config),
                settings: Some(config.settings),
            },
            Err(problems) => Report {
                ok: false,
                problems,
                schedule: Vec::new(),
                settings: None,
                notices: Vec::new(),
            },
        };
        if self.json {
            print_json(&report)?;
        } else {
            self.print(&report)?;
        }
        Ok(if report.ok {
            DONE
        } else {
            ExitCode::from(WRONG_USAGE)
        })
    }

    fn print(&self, report: &Report) -> Result<(), Failure> {
        if !report.ok {
            print_problems(&report.problems);
            return Ok(());
        }
        if let Some(settings) = &report.settings {
            print_text("# 生效的设置\n")?;
            print_text(&in_days(&toml::to_string(settings).unwrap_or_default()))?;
        }
        print_text("\n# 下次时间\n")?;
        for due in &report.schedule {
            let next = match due.next {
                _ if !due.enabled => "停用".to_owned(),
                Some(next) => next.format("%Y-%m-%d %H:%M").to_string(),
                None => "永不".to_owned(),
            };
            print_text(&format!(
                "{}{:<20}{:<22}{}\n",
                column(&next, 18),
                due.schedule,
                due.id,
                due.name
            ))?;
        }
        for notice in &report.notices {
            print_text(&format!("\n注意：{notice}。\n"))?;
        }
        print_text(
            "配置没有问题。正在运行的 `yuqing run` 重启后按新配置工作（专题除外：随改随用）。\n",
        )?;
        Ok(())
    }
}

/// What works, but hardly as it was meant.
fn notices(config: &Config) -> Vec<String> {
    let mut notices = config.notices();
    let document = &config.settings.document;
    if !document.font_folder.trim().is_empty() {
        let missing = Press::new(document).fonts.check().err();
        notices.extend(missing.map(|why| why.to_string()));
    }
    notices
}

/// Long times as the files have them: `365d`, not months and a rest.
fn in_days(settings: &str) -> String {
    let in_days = |line: &str| {
        let (key, value) = line.split_once(" = \"")?;
        let value = value.strip_suffix('"')?;
        let is_long = value.contains("month") || value.contains("year");
        let seconds = is_long
            .then(|| humantime::parse_duration(value).ok())??
            .as_secs();
        (seconds % DAY == 0).then(|| format!("{key} = \"{}d\"\n", seconds / DAY))
    };
    let lines = settings.lines();
    lines
        .map(|line| in_days(line).unwrap_or_else(|| format!("{line}\n")))
        .collect()
}

fn schedule(config: &Config) -> Vec<Due> {
    let zone = config.settings.bureau.time_zone;
    let now = Utc::now().with_timezone(&zone).fixed_offset();
    let sources = config.sources.iter().map(|declared| Due {
        kind: "source",
        id: declared.source.id.clone(),
        name: declared.source.name.clone(),
        schedule: declared.schedule.line().to_owned(),
        enabled: declared.is_enabled,
        next: declared
            .schedule
            .next_after(now, zone)
            .map(|next| after_pause(&rhythm(config, declared), next))
            .filter(|_| declared.is_enabled),
    });
    let digests = config.digests.iter().map(|digest| Due {
        kind: "digest",
        id: digest.code.clone(),
        name: digest.title.clone(),
        schedule: digest
            .schedule
            .as_ref()
            .map_or_else(|| "随时".to_owned(), |schedule| schedule.line().to_owned()),
        enabled: true,
        next: digest.next_due(now, zone, &config.calendar),
    });
    sources.chain(digests).collect()
}

#[cfg(test)]
mod tests {
    use super::in_days;

    #[test]
    fn a_year_is_printed_as_it_is_written() {
        let year = humantime_serde::re::humantime::format_duration(std::time::Duration::from_secs(
            365 * super::DAY,
        ));
        let settings = format!("[retention]\nkeep = \"{year}\"\npause = \"15m\"\n");
        let shown = "[retention]\nkeep = \"365d\"\npause = \"15m\"\n";
        assert_eq!(in_days(&settings), shown);
    }
}
