//! `yuqing eval`: what the judgement is worth on labelled files.

use super::Common;
use super::input::text_of;
use super::output::{DONE, DONE_IN_PART, Failure, print_json, print_text};
use super::train::{described_scores, in_chinese};
use crate::config::{self, Config, ConfigFolder};
use crate::eval::{LabelScore, WrongLabel, score_expected, score_set};
use crate::import::read_jsonl;
use crate::model::{Channel, Intent, Jurisdiction, Level, Problem, Sentiment, Timestamp, Topic};
use crate::train::{Scores, TrainingFile, read};
use anyhow::Context;
use chrono::Utc;
use clap::Args;
use serde::Serialize;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Wrong answers that are printed per label; JSON has all.
const SHOWN_MISSES: usize = 20;

#[derive(Args)]
pub struct Eval {
    /// 标注数据所在的目录，或一个带 expected 的 JSON Lines 文件 · folder of labelled rows, or one file
    data: PathBuf,
    /// 不用分类模型，只凭词库和规则 · lexicon and rules alone
    #[arg(long)]
    words_only: bool,
    /// 以 JSON 输出 · print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    /// Sets of `training.toml`.
    sets: Vec<TaskScores>,
    /// Files whose rows carry `expected`.
    files: Vec<FileScores>,
}

#[derive(Serialize)]
struct TaskScores {
    task: String,
    #[serde(flatten)]
    scores: Scores,
}

#[derive(Serialize)]
struct FileScores {
    file: PathBuf,
    /// Rows that could not be read.
    refused: usize,
    labels: Vec<LabelScore>,
}

impl Eval {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let folder = ConfigFolder::open(common.config_folder()).map_err(Failure::Config)?;
        let training = config::load_training(&folder);
        let training = training.map_err(|problem| Failure::Config(vec![problem]))?;
        let mut config = common.load_config()?;
        if self.words_only {
            config.rules =
                config::rules_by_words(&folder, &config.settings).map_err(Failure::Config)?;
        }
        if !self.data.exists() {
            return Err(Failure::Usage(format!(
                "没有 {} 这个目录或文件；请给出标注数据所在的目录，或一个带 expected 的 .jsonl 文件",
                self.data.display()
            )));
        }
        let zone = config.settings.bureau.time_zone;
        let now = Utc::now().with_timezone(&zone).fixed_offset();
        let report = Report {
            sets: self.sets(&training, &config, now)?,
            files: self.files(&config, now)?,
        };
        if report.sets.is_empty() && report.files.is_empty() {
            return Err(Failure::Usage(format!(
                "{} 中没有可评测的数据：既没有 training.toml 所列的文件，也没有带 expected 的 .jsonl 文件",
                self.data.display()
            )));
        }
        if self.json {
            print_json(&report)?;
        } else {
            print_text(&described(&report))?;
        }
        if report.files.iter().any(|file| file.refused > 0) {
            return Ok(ExitCode::from(DONE_IN_PART));
        }
        Ok(DONE)
    }

    fn sets(
        &self,
        training: &TrainingFile,
        config: &Config,
        now: Timestamp,
    ) -> Result<Vec<TaskScores>, Failure> {
        let mut scores = Vec::new();
        for task in &training.task {
            let sets = task.set.iter().enumerate().filter(|(_, set)| set.is_scored);
            for (number, set) in sets {
                let path = self.data.join(&set.file);
                if !path.is_file() {
                    continue;
                }
                let rows = read(task, number, &text_of(&path)?);
                let rows = rows.map_err(|problem| Failure::Config(vec![problem]))?;
                scores.push(TaskScores {
                    task: task.name.clone(),
                    scores: score_set(task, number, &rows, &config.rules, now),
                });
            }
        }
        Ok(scores)
    }

    fn files(&self, config: &Config, now: Timestamp) -> Result<Vec<FileScores>, Failure> {
        let mut files = Vec::new();
        for file in jsonl_files(&self.data)? {
            let rows = read_jsonl(&text_of(&file)?, Some(Channel::Other), now);
            let posts = rows.posts.iter().map(|(number, post)| (*number, post));
            let labels = score_expected(posts, &config.rules);
            let labels = labels.map_err(|wrong| Failure::Config(problems(&file, wrong)))?;
            if !labels.is_empty() {
                files.push(FileScores {
                    file,
                    refused: rows.refused.len(),
                    labels,
                });
            }
        }
        Ok(files)
    }
}

/// The file itself, or those that lie directly in the folder, in the order of their names.
fn jsonl_files(data: &Path) -> Result<Vec<PathBuf>, Failure> {
    if data.is_file() {
        return Ok(vec![data.to_owned()]);
    }
    let entries = std::fs::read_dir(data).with_context(|| format!("读不出 {}", data.display()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    files.sort();
    Ok(files)
}

fn problems(file: &Path, wrong: Vec<WrongLabel>) -> Vec<Problem> {
    let problem = |wrong: WrongLabel| Problem {
        file: file.display().to_string(),
        line: wrong.row,
        key: format!("expected.{}", wrong.key),
        message: wrong.message,
    };
    wrong.into_iter().map(problem).collect()
}

/// The answer to one label, as people read it.
fn answer(label: &str, code: &str) -> String {
    let known = match label {
        "topic" if code.is_empty() => Some("无"),
        "topic" => code.parse().ok().map(Topic::label),
        "sentiment" => code.parse().ok().map(Sentiment::label),
        "intent" => code.parse().ok().map(Intent::label),
        "level" => code.parse().ok().map(Level::label),
        "jurisdiction" => code.parse().ok().map(Jurisdiction::label),
        _ => match code {
            "true" => Some("是"),
            "false" => Some("否"),
            _ => None,
        },
    };
    known.unwrap_or(code).to_owned()
}

fn described(report: &Report) -> String {
    let mut text = String::new();
    if !report.sets.is_empty() {
        text.push_str(
            "分类模型或来信用词（letters.tsv）若由这些数据算出，分数会偏高；模型未参与训练的分数见 yuqing train --out -\n",
        );
    }
    for set in &report.sets {
        let _infallible = writeln!(text, "{}", in_chinese(&set.task));
        text.push_str(&described_scores(&set.scores));
    }
    for file in &report.files {
        let _infallible = writeln!(text, "{}", file.file.display());
        if file.refused > 0 {
            let _infallible = writeln!(text, "  有{}行读不出，未计入", file.refused);
        }
        for label in &file.labels {
            let share = label.right as f64 / label.row_count as f64;
            let _infallible = writeln!(
                text,
                "  {}：{}/{}，{share:.3}",
                in_chinese(&label.label),
                label.right,
                label.row_count
            );
            for miss in label.misses.iter().take(SHOWN_MISSES) {
                let _infallible = writeln!(
                    text,
                    "    {}：应为“{}”，判为“{}”",
                    miss.row,
                    answer(&label.label, &miss.expected),
                    answer(&label.label, &miss.found)
                );
            }
            let hidden = label.misses.len().saturating_sub(SHOWN_MISSES);
            if hidden > 0 {
                let _infallible = writeln!(text, "    另有{hidden}条，用 --json 查看");
            }
        }
    }
    text
}
