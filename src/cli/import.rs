//! `yuqing import`: stores posts from files. The same file twice adds nothing.

use super::Common;
use super::output::{DONE, DONE_IN_PART, Failure, print_json, print_text};
use crate::app::App;
use crate::import::{Refused, read_jsonl};
use crate::model::Channel;
use crate::pipeline::{self, discovered};
use crate::store::Discovered;
use anyhow::Context;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Posts stored per transaction.
const BATCH: usize = 1000;

#[derive(Args)]
pub struct Import {
    /// 文件 · files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// 文件格式，不写按扩展名 · format, by extension if absent
    #[arg(long, value_enum)]
    format: Option<FileFormat>,
    /// 未注明渠道的信息按此渠道 · channel of rows that name none
    #[arg(long)]
    channel: Option<Channel>,
    /// 只检查，不入库 · store nothing
    #[arg(long)]
    dry_run: bool,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FileFormat {
    Jsonl,
    Csv,
    Xlsx,
}

#[derive(Default, Serialize)]
struct Report {
    read: usize,
    new: u64,
    duplicate: u64,
    refused: Vec<Refused>,
}

impl Import {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        for file in &self.files {
            if self.format_of(file) != Some(FileFormat::Jsonl) {
                return Err(Failure::Usage(format!(
                    "{}：目前只能导入 JSON Lines（--format jsonl），CSV 和 XLSX 将在后续版本提供",
                    file.display()
                )));
            }
        }
        let app = common.open_app()?;
        let mut report = Report::default();
        for file in &self.files {
            self.import(&app, file, &mut report)?;
        }
        if !self.dry_run {
            pipeline::process_all(&app)?;
        }
        if self.json {
            print_json(&report)?;
        } else {
            print_text(&summary(&report, self.dry_run))?;
        }
        Ok(if report.refused.is_empty() {
            DONE
        } else {
            ExitCode::from(DONE_IN_PART)
        })
    }

    fn format_of(&self, file: &Path) -> Option<FileFormat> {
        self.format.or_else(|| match file.extension()?.to_str()? {
            "jsonl" | "ndjson" => Some(FileFormat::Jsonl),
            _ => None,
        })
    }

    fn import(&self, app: &App, file: &Path, report: &mut Report) -> anyhow::Result<()> {
        let bytes =
            std::fs::read(file).with_context(|| format!("读不出文件 {}", file.display()))?;
        let rows = read_jsonl(&String::from_utf8_lossy(&bytes), self.channel, app.now());
        report.read += rows.read;
        report.refused.extend(rows.refused);
        let posts: Vec<Discovered> = rows
            .posts
            .into_iter()
            .filter_map(|(_, post)| discovered(post))
            .collect();
        for batch in posts.chunks(BATCH) {
            if self.dry_run {
                let known = app.store.count_known(batch)?;
                report.duplicate += known;
                report.new += batch.len() as u64 - known;
            } else {
                let saved = app.store.save_posts(batch, app.now())?;
                report.new += saved.new;
                report.duplicate += saved.duplicate;
            }
        }
        Ok(())
    }
}

fn summary(report: &Report, dry_run: bool) -> String {
    let would = if dry_run {
        "（试运行，未入库）"
    } else {
        ""
    };
    let mut text = format!(
        "读取 {} 条：新 {} 条，重复 {} 条，拒收 {} 条{would}\n",
        report.read,
        report.new,
        report.duplicate,
        report.refused.len()
    );
    for refused in &report.refused {
        text += &format!("  第 {} 行：{}\n", refused.row, refused.reason);
    }
    text
}
