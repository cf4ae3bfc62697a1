//! `yuqing rules diff`: what other rules would have made of the stored posts. Writes nothing.

use super::Common;
use super::output::{DONE, Failure, print_json, print_text};
use crate::app::App;
use crate::config::{Config, ConfigFolder};
use crate::model::Timestamp;
use crate::pipeline::{Change, Lab, LabBounds, Verdict, compare_rules};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use clap::{Args, Subcommand};
use humantime_serde::re::humantime;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Subcommand)]
pub enum Rules {
    /// 试算：改用新规则，过去一段时间会多标、少标哪些信息 · what new rules would change
    Diff(Diff),
}

#[derive(Args)]
pub struct Diff {
    /// 新规则所在的配置目录 · configuration folder with the new rules
    #[arg(value_name = "NEWCONFIG")]
    folder: PathBuf,
    /// 从何时起：时长如 90d，或日期如 2017-04-01 · since when
    #[arg(long, value_name = "时间", default_value = "90d", value_parser = parse_since)]
    since: Since,
    /// 最多列出几条 · changes listed at most
    #[arg(long, default_value_t = 1000)]
    limit: usize,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy)]
enum Since {
    Ago(Duration),
    Day(NaiveDate),
}

fn parse_since(text: &str) -> Result<Since, String> {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Ok(Since::Day(day));
    }
    let duration = humantime::parse_duration(text);
    duration
        .map(Since::Ago)
        .map_err(|_| format!("“{text}”应写作时长，如 90d、12h，或日期，如 2017-04-01"))
}

impl Rules {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let Rules::Diff(diff) = self;
        diff.run(common)
    }
}

impl Diff {
    fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        if !self.folder.is_dir() {
            return Err(Failure::Usage(format!(
                "{} 不是目录；请写新规则所在的配置目录，可先复制现有的配置目录再修改",
                self.folder.display()
            )));
        }
        let folder = ConfigFolder::open(Some(&self.folder)).map_err(Failure::Config)?;
        let files = folder.own_files();
        if files.is_empty() {
            return Err(Failure::Usage(format!(
                "{} 里没有本程序的配置文件，无从比较；应有 levels.toml、topics.toml、lexicon 等，可先复制现有的配置目录再修改",
                self.folder.display()
            )));
        }
        let new = Config::load(Some(&self.folder)).map_err(Failure::Config)?;
        let app = common.open_app()?;
        let since = self.since.moment(&app)?;
        if since > app.now() {
            return Err(Failure::Usage(
                "--since 在将来，还没有信息可比；请写以往的日期或时长".to_owned(),
            ));
        }
        let bounds = LabBounds {
            changes: self.limit,
            posts: u64::MAX,
        };
        let lab = compare_rules(&app, &new.rules, since, bounds)?;
        if self.json {
            print_json(&lab)?;
        } else {
            print_text(&format!(
                "新规则取自 {}：{}；其余文件用程序自带的\n",
                self.folder.display(),
                files.join("、")
            ))?;
            print_text(&text(&lab))?;
        }
        Ok(DONE)
    }
}

impl Since {
    fn moment(self, app: &App) -> Result<Timestamp, Failure> {
        let moment = match self {
            Since::Ago(duration) => TimeDelta::from_std(duration)
                .ok()
                .and_then(|ago| app.now().checked_sub_signed(ago)),
            Since::Day(day) => day
                .and_time(NaiveTime::MIN)
                .and_local_timezone(app.zone())
                .earliest()
                .map(|moment| moment.fixed_offset()),
        };
        moment.ok_or_else(|| Failure::Usage("起始时间太早，请写近一些".to_owned()))
    }
}

/// A list of changes: its heading, and which changes belong to it.
type List = (&'static str, fn(&Change) -> bool);

/// Each change stands in every list it belongs to.
const LISTS: [List; 6] = [
    ("多标", Change::is_added),
    ("少标", Change::is_lost),
    ("级别变化", |change| {
        let is_flagged = !change.is_added() && !change.is_lost();
        is_flagged && change.old.level != change.new.level
    }),
    ("主题变化", |change| {
        change.old.topic != change.new.topic
    }),
    ("情感变化", |change| {
        change.old.sentiment != change.new.sentiment
    }),
    ("管辖、相关性变化", |change| {
        change.old.jurisdiction != change.new.jurisdiction
            || change.old.relevant != change.new.relevant
    }),
];

fn text(lab: &Lab) -> String {
    let counts = &lab.counts;
    let mut text = format!(
        "{}以来的信息{}条，分别用现行规则（{}）和新规则（{}）研判：\n",
        lab.since.format("%Y-%m-%d %H:%M"),
        lab.posts,
        lab.present_version,
        lab.new_version
    );
    if lab.posts == 0 {
        text += "这段时间没有信息，无从比较；用 --since 把起始时间写早一些。\n";
    }
    if lab.present_version == lab.new_version {
        text += "两套规则完全相同。\n";
    }
    text += &format!(
        "标记　现行{}条，新规则{}条：多标{}条，少标{}条；升级{}条，降级{}条\n",
        counts.flagged_now,
        counts.flagged_then,
        counts.added,
        counts.lost,
        counts.raised,
        counts.lowered
    );
    text += &format!(
        "其他　相关性变化{}条，主题变化{}条，情感变化{}条，管辖变化{}条\n",
        counts.relevance, counts.topic, counts.sentiment, counts.jurisdiction
    );
    if lab.labelled.posts > 0 {
        let labelled = &lab.labelled;
        text += &format!(
            "与人工标签比对　{}条{}项：现行规则一致{}项，新规则一致{}项\n",
            labelled.posts, labelled.fields, labelled.present_agrees, labelled.new_agrees
        );
    }
    for (heading, belongs) in LISTS {
        let changes: Vec<&Change> = lab
            .changes
            .iter()
            .filter(|change| belongs(change))
            .collect();
        if changes.is_empty() {
            continue;
        }
        text += &format!("\n{heading}{}条\n", changes.len());
        for change in changes {
            text += &line(change);
        }
    }
    if lab.unlisted > 0 {
        text += &format!(
            "\n另有{}条变化没有列出，用 --limit 可列出更多\n",
            lab.unlisted
        );
    }
    text
}

fn line(change: &Change) -> String {
    let mut rules = Vec::new();
    if !change.rules_gone.is_empty() {
        rules.push(format!("不再命中{}", change.rules_gone.join("、")));
    }
    if !change.rules_new.is_empty() {
        rules.push(format!("新命中{}", change.rules_new.join("、")));
    }
    if change.is_labelled {
        rules.push("此条有人工标签".to_owned());
    }
    format!(
        "  第{}条　{}　{}\n      {}　{}\n",
        change.id.0,
        change.at.format("%Y-%m-%d %H:%M"),
        change.title,
        differences(change.old, change.new),
        rules.join("；")
    )
}

/// `级别蓝→黄，主题无→社会保障卡`.
fn differences(old: Verdict, new: Verdict) -> String {
    let topic = |verdict: Verdict| verdict.topic.map_or("无", |topic| topic.label());
    let yes_no = |is: bool| if is { "是" } else { "否" };
    let parts = [
        ("相关", yes_no(old.relevant), yes_no(new.relevant)),
        ("级别", old.level.label(), new.level.label()),
        ("主题", topic(old), topic(new)),
        ("情感", old.sentiment.label(), new.sentiment.label()),
        ("管辖", old.jurisdiction.label(), new.jurisdiction.label()),
    ];
    let changed: Vec<String> = parts
        .iter()
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| format!("{name}{old}→{new}"))
        .collect();
    changed.join("，")
}
