//! `yuqing analyze`: posts (JSON Lines) → one line each. Nothing stored.

use super::Common;
use super::input::text_of;
use super::output::{DONE, DONE_IN_PART, Failure};
use crate::analyze::{Spread, analyze};
use crate::import::read_jsonl;
use crate::model::Channel;
use crate::report::JudgedPost;
use chrono::Utc;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Analyze {
    /// JSON Lines 文件，- 为标准输入 · file, - for standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// 以 JSON 输出（此命令总是 JSON Lines） · always JSON Lines
    #[arg(long)]
    json: bool,
}

impl Analyze {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let _always_json = self.json;
        let config = common.load_config()?;
        let text = text_of(&self.file)?;
        let zone = config.settings.bureau.time_zone;
        let now = Utc::now().with_timezone(&zone).fixed_offset();
        let rows = read_jsonl(&text, Some(Channel::Other), now);
        let mut output = std::io::stdout().lock();
        for (_, post) in &rows.posts {
            let analysis = analyze(post, &Spread::of_snapshot(post), &config.rules);
            serde_json::to_writer(&mut output, &JudgedPost::of(post, analysis))
                .map_err(std::io::Error::from)?;
            writeln!(output)?;
        }
        for refused in &rows.refused {
            eprintln!("第{}行：{}", refused.row, refused.reason);
        }
        Ok(if rows.refused.is_empty() {
            DONE
        } else {
            ExitCode::from(DONE_IN_PART)
        })
    }
}
