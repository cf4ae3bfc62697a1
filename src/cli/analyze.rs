//! `yuqing analyze`: posts (JSON Lines) → one line each. Nothing stored.

use super::Common;
use super::input::text_of;
use super::output::{DONE, DONE_IN_PART, Failure};
use crate::analyze::{Spread, analyze};
use crate::import::read_jsonl;
use crate::model::{
    Analysis, Channel, Intent, Level, Post, Reason, Regions, Sentiment, TopicScore,
};
use crate::text::mask::mask;
use chrono::Utc;
use clap::Args;
use serde::Serialize;
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

#[derive(Serialize)]
struct Line<'a> {
    external_id: Option<&'a str>,
    about: bool,
    relevant: bool,
    relevance: f32,
    topics: &'a [TopicScore],
    sentiment: Sentiment,
    sentiment_score: f32,
    intent: Intent,
    regions: &'a Regions,
    level: Level,
    score: u8,
    picture_needs_a_look: bool,
    reasons: &'a [Reason],
    masked_title: String,
    masked_text: String,
    keywords: &'a [String],
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
            serde_json::to_writer(&mut output, &line(post, &analysis))
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

fn line<'a>(post: &'a Post, analysis: &'a Analysis) -> Line<'a> {
    Line {
        external_id: post.external_id.as_deref(),
        about: analysis.about,
        relevant: analysis.relevant,
        relevance: analysis.relevance,
        topics: &analysis.topics,
        sentiment: analysis.sentiment,
        sentiment_score: analysis.sentiment_score,
        intent: analysis.intent,
        regions: &analysis.regions,
        level: analysis.level,
        score: analysis.score,
        picture_needs_a_look: analysis.picture_needs_a_look,
        reasons: &analysis.reasons,
        masked_title: mask(&post.title),
        masked_text: mask(&post.text),
        keywords: &analysis.keywords,
    }
}
