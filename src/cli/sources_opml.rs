//! `yuqing sources opml-export`, `opml-import`: feeds out of and into `sources.toml`. Nothing of the file is changed but
//! its end; what would come out is checked before it is written.

use super::Common;
use super::output::{DONE, DONE_IN_PART, Failure, print_json, print_text};
use crate::config::{
    Block, ConfigFolder, DeclaredSource, free_id, parse_sources, quoted, replace_file, with_blocks,
};
use crate::import::{Feed, channel_named, read_opml, write_opml};
use crate::model::{Channel, OutletTier, Schedule, SourceKind};
use crate::pipeline::one_address;
use anyhow::Context;
use clap::Args;
use serde::Serialize;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use url::Url;

/// Name of the file in the configuration folder.
const FILE: &str = "sources.toml";

#[derive(Args)]
pub struct Export {
    /// 写到哪个文件，不写则输出到屏幕 · file, standard output if absent
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Args)]
pub struct Import {
    /// OPML 文件 · OPML file
    file: PathBuf,
    /// 采集时刻表，五段 · five-field schedule of the new sources
    #[arg(long, default_value = "*/30 * * * *", value_name = "CRON")]
    schedule: String,
    /// 新信源的渠道 · channel of the new sources
    #[arg(long, default_value = "news", value_parser = channel_named)]
    channel: Channel,
    /// 新信源的媒体级别 · outlet tier of the new sources
    #[arg(long, default_value = "T5")]
    tier: OutletTier,
    /// 只显示会追加什么 · write nothing
    #[arg(long)]
    dry_run: bool,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Default, Serialize)]
struct Report {
    added: Vec<Added>,
    /// Addresses that are declared already.
    known: Vec<String>,
    refused: Vec<RefusedFeed>,
}

#[derive(Serialize)]
struct Added {
    id: String,
    name: String,
    url: String,
}

#[derive(Serialize)]
struct RefusedFeed {
    url: String,
    reason: &'static str,
}

impl Export {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let config = common.load_config()?;
        let feeds: Vec<Feed> = config.sources.iter().filter_map(feed).collect();
        let title = format!("{}舆情监测订阅源", config.settings.bureau.name);
        let text = write_opml(&title, &feeds);
        match &self.output {
            None => print_text(&text)?,
            Some(output) => {
                fs::write(output, text).with_context(|| format!("写不出 {}", output.display()))?;
                print_text(&format!(
                    "已导出{}个订阅源到 {}\n",
                    feeds.len(),
                    output.display()
                ))?;
            }
        }
        Ok(DONE)
    }
}

/// Addresses with the day in them mean nothing to a feed reader.
fn feed(declared: &DeclaredSource) -> Option<Feed> {
    let source = &declared.source;
    let is_plain = source.kind == SourceKind::Feed && !source.url.contains('{');
    is_plain.then(|| Feed {
        title: source.name.clone(),
        url: source.url.clone(),
    })
}

impl Import {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let schedule: Result<Schedule, _> = self.schedule.parse();
        if let Err(error) = schedule {
            return Err(Failure::Usage(format!("--schedule：{error}")));
        }
        let folder = common.writable_folder()?;
        let bytes =
            fs::read(&self.file).with_context(|| format!("读不出文件 {}", self.file.display()))?;
        let feeds = read_opml(&bytes)
            .map_err(|mistake| Failure::Usage(format!("{}：{mistake}", self.file.display())))?;
        let before = ConfigFolder::open(Some(folder))
            .and_then(|folder| folder.text(FILE).map_err(|problem| vec![problem]))
            .map_err(Failure::Config)?;
        let declared = parse_sources(&before).map_err(Failure::Config)?;
        let report = sort(feeds, &declared);
        let after = with_blocks(&before, &self.blocks(&report.added));
        parse_sources(&after).map_err(Failure::Config)?;
        if !self.dry_run && !report.added.is_empty() {
            replace_file(&folder.join(FILE), &after)?;
        }
        self.tell(&report, folder)?;
        Ok(if report.refused.is_empty() {
            DONE
        } else {
            ExitCode::from(DONE_IN_PART)
        })
    }

    fn blocks(&self, added: &[Added]) -> Vec<Block> {
        let block = |source: &Added| Block {
            table: "source",
            id: source.id.clone(),
            name: source.name.clone(),
            keys: vec![
                ("kind", quoted("feed")),
                ("url", quoted(&source.url)),
                ("channel", quoted(self.channel.code())),
                ("tier", quoted(self.tier.code())),
                ("schedule", quoted(&self.schedule)),
            ],
        };
        added.iter().map(block).collect()
    }

    fn tell(&self, report: &Report, folder: &Path) -> Result<(), Failure> {
        if self.json {
            return Ok(print_json(report)?);
        }
        for source in &report.added {
            print_text(&format!(
                "  {}  {}  {}\n",
                source.id, source.name, source.url
            ))?;
        }
        for refused in &report.refused {
            print_text(&format!("  未加：{}（{}）\n", refused.url, refused.reason))?;
        }
        let would = if self.dry_run {
            "（试运行，未写入）"
        } else {
            ""
        };
        print_text(&format!(
            "{}：新增{}个，已有{}个，未加{}个{would}\n",
            folder.join(FILE).display(),
            report.added.len(),
            report.known.len(),
            report.refused.len()
        ))?;
        if !self.dry_run && !report.added.is_empty() {
            print_text("用此配置目录运行的 `yuqing run` 自此采集新信源，不必重启。\n")?;
        }
        Ok(())
    }
}

fn sort(feeds: Vec<Feed>, declared: &[DeclaredSource]) -> Report {
    let mut ids: HashSet<String> = declared.iter().map(|d| d.source.id.clone()).collect();
    let known = declared.iter().map(|d| one_address(&d.source.url));
    let mut known: HashSet<String> = known.collect();
    let mut report = Report::default();
    for feed in feeds {
        if known.contains(&one_address(&feed.url)) {
            report.known.push(feed.url);
            continue;
        }
        let Some(host) = host(&feed.url) else {
            report.refused.push(RefusedFeed {
                url: feed.url,
                reason: "不是 http 或 https 网址",
            });
            continue;
        };
        known.insert(one_address(&feed.url));
        let id = free_id(&host, &mut ids);
        report.added.push(Added {
            id,
            name: feed.title.chars().filter(|c| !c.is_control()).collect(),
            url: feed.url,
        });
    }
    report
}

/// Braces in an address would be taken for the parts of a day.
fn host(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && !address.contains(['{', '}']);
    is_web.then(|| url.host_str().map(str::to_owned)).flatten()
}
