//! `yuqing train`: labelled rows → classifiers, with the scores they reach on rows they had not seen.

use super::Common;
use super::input::text_of;
use super::output::{DONE, DONE_IN_PART, Failure, print_json, print_text};
use crate::analyze::{check_model, signs_of};
use crate::config::{self, Config, ConfigFolder};
use crate::import::read_jsonl;
use crate::model::{Field, Intent, Post, Problem, Sentiment, Topic};
use crate::train::{Labelled, Scores, SetFile, Task, Trained, read, train};
use anyhow::Context;
use chrono::Utc;
use clap::Args;
use serde::Serialize;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

#[derive(Args)]
pub struct Train {
    /// 标注数据所在目录，其中的文件由配置目录的 training.toml 说明；不写则只用随程序附带的样例 · folder of labelled rows
    #[arg(value_name = "DATA")]
    labelled: Option<PathBuf>,
    /// 只训练这一个分类器，如 about · one classifier only
    #[arg(long, value_name = "NAME")]
    task: Option<String>,
    /// 模型写入的目录，默认为配置目录下的 models；- 表示只评分、不写入 · where models go, - for nowhere
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// 以 JSON 输出 · print JSON
    #[arg(long)]
    json: bool,
}

/// A class (or what belongs to none, where there is one class only) of too few scored rows.
fn too_rare<'t>(task: &'t Task, rows: &[Labelled]) -> Option<&'t str> {
    let scored = || rows.iter().filter(|row| task.set[row.set].is_scored);
    let has_few =
        |class: Option<usize>| scored().filter(|row| row.class == class).count() < task.min_rows;
    let mut classes = task.classes.iter().enumerate();
    let rare = classes.find(|(number, _)| has_few(Some(*number)));
    match rare {
        Some((_, name)) => Some(name),
        None => (task.classes.len() == 1 && has_few(None)).then_some("（其他）"),
    }
}

/// What became of one task.
#[derive(Serialize)]
struct Report {
    task: String,
    rows: usize,
    seconds: f64,
    bytes: usize,
    file: Option<PathBuf>,
    scores: Vec<Scores>,
}

impl Train {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let folder = ConfigFolder::open(common.config_folder()).map_err(Failure::Config)?;
        let file =
            config::load_training(&folder).map_err(|problem| Failure::Config(vec![problem]))?;
        let config = common.load_config()?;
        if let Some(data) = self.labelled.as_ref().filter(|data| !data.is_dir()) {
            return Err(Failure::Usage(format!(
                "{} 不是目录；请给出标注数据所在的目录",
                data.display()
            )));
        }
        let is_wanted = |task: &&Task| self.task.as_ref().is_none_or(|name| *name == task.name);
        let tasks: Vec<&Task> = file.task.iter().filter(is_wanted).collect();
        if tasks.is_empty() {
            let names: Vec<&str> = file.task.iter().map(|task| task.name.as_str()).collect();
            return Err(Failure::Usage(format!(
                "training.toml 中没有这个分类器，可选：{}",
                names.join("、")
            )));
        }
        if self.out.is_none() && folder.path().is_none() {
            return Err(Failure::Usage(
                "没有配置目录，不知道模型写到哪里；请用 --config 指定配置目录，或用 --out 指定目录"
                    .to_owned(),
            ));
        }
        let mut reports = Vec::new();
        let mut has_refused = false;
        for task in tasks {
            if let Some(missing) = self.missing(task) {
                eprintln!(
                    "{}：缺少标注数据 {missing}，不训练，原有模型不动",
                    task.name
                );
                continue;
            }
            let rows = self.rows(task, &folder, &config)?;
            if rows.is_empty() {
                eprintln!("{}：没有它的标注数据，跳过", task.name);
                continue;
            }
            if let Some(class) = too_rare(task, &rows) {
                eprintln!(
                    "{}：类别 {class} 的标注不足{}条（只计 is_scored 的文件），不训练，原有模型不动",
                    task.name, task.min_rows
                );
                has_refused = true;
                continue;
            }
            let file = self.file_of(&folder, task);
            if let Some(file) = &file {
                // A place that takes no file is found before a minute of work, not after.
                write_whole(file, None)?;
            }
            let started = Instant::now();
            let trained = train(task, &rows);
            let report = keep(file, task, &rows, &trained, started)?;
            if !self.json {
                print_text(&described(&report))?;
            }
            reports.push(report);
        }
        if self.json {
            print_json(&reports)?;
        }
        if reports.is_empty() {
            return Err(Failure::Usage(
                "没有训练任何分类器；标注数据放在哪里、怎样写，见 training.toml".to_owned(),
            ));
        }
        Ok(if has_refused {
            ExitCode::from(DONE_IN_PART)
        } else {
            DONE
        })
    }

    fn rows(
        &self,
        task: &Task,
        folder: &ConfigFolder,
        config: &Config,
    ) -> Result<Vec<Labelled>, Failure> {
        let mut rows = Vec::new();
        for (number, set) in task.set.iter().enumerate() {
            for (file, content) in self.files_of(set, folder)? {
                let mut read = read(task, number, &content)
                    .map_err(|problem| Failure::Config(vec![Problem { file, ..problem }]))?;
                if task.reads_signs() {
                    add_signs(&mut read, set, &content, config);
                }
                rows.extend(read);
            }
        }
        Ok(rows)
    }

    /// A file that the task needs and that is not there.
    fn missing<'t>(&self, task: &'t Task) -> Option<&'t str> {
        let is_there = |set: &SetFile| {
            let path = self.labelled.as_ref().map(|data| data.join(&set.file));
            path.is_some_and(|path| path.is_file())
        };
        let mut needed = task.set.iter().filter(|set| set.is_needed);
        needed
            .find(|set| !is_there(set))
            .map(|set| set.file.as_str())
    }

    /// Files of a set with their texts: examples lie in the configuration, all else in the data folder, if at all.
    fn files_of(
        &self,
        set: &SetFile,
        folder: &ConfigFolder,
    ) -> Result<Vec<(String, String)>, Failure> {
        if let Some(examples) = set.folder_of_examples() {
            let files = folder.files_below(examples, "jsonl");
            return files.map_err(|problem| Failure::Config(vec![problem]));
        }
        let path = self.labelled.as_ref().map(|data| data.join(&set.file));
        match path.filter(|path| path.is_file()) {
            Some(path) => Ok(vec![(set.file.clone(), text_of(&path)?)]),
            None => Ok(Vec::new()),
        }
    }

    /// Where the model of a task goes; `None`: nowhere.
    fn file_of(&self, folder: &ConfigFolder, task: &Task) -> Option<PathBuf> {
        let models = match &self.out {
            Some(out) if out.as_os_str() == "-" => return None,
            Some(out) => out.clone(),
            None => folder.path().unwrap_or(Path::new("config")).join("models"),
        };
        Some(models.join(format!("{}.model", task.name)))
    }
}

/// What the rules find in the rows. Our own rows tell channel, source and time; of others only the words are known.
fn add_signs(rows: &mut [Labelled], set: &SetFile, content: &str, config: &Config) {
    let zone = config.settings.bureau.time_zone;
    let now = Utc::now().with_timezone(&zone).fixed_offset();
    let own: HashMap<usize, Post> = match set.has_own_rows() {
        true => read_jsonl(content, Some(set.channel), now)
            .posts
            .into_iter()
            .collect(),
        false => HashMap::new(),
    };
    for row in rows {
        let words_only = || Post {
            title: row.title.clone(),
            text: row.text.clone(),
            ..Post::bare(set.channel, "", now)
        };
        let post = own.get(&row.line).cloned().unwrap_or_else(words_only);
        row.signs = signs_of(&post, &config.rules);
    }
}

fn keep(
    file: Option<PathBuf>,
    task: &Task,
    rows: &[Labelled],
    trained: &Trained,
    started: Instant,
) -> Result<Report, Failure> {
    let bytes = trained.classifier.to_bytes();
    check_model(&task.name, &bytes).map_err(|problem| Failure::Config(vec![problem]))?;
    if let Some(file) = &file {
        write_whole(file, Some(&bytes))?;
    }
    Ok(Report {
        task: task.name.clone(),
        rows: rows.len(),
        seconds: started.elapsed().as_secs_f64(),
        bytes: bytes.len(),
        file,
        scores: trained.scores.clone(),
    })
}

/// Nobody reads half a model; without bytes it is only tried whether they could be written.
fn write_whole(file: &Path, bytes: Option<&[u8]>) -> anyhow::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let part = file.with_extension("model.part");
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&part, bytes.unwrap_or_default()))
        .and_then(|()| match bytes {
            Some(_) => std::fs::rename(&part, file),
            None => std::fs::remove_file(&part),
        })
        .with_context(|| format!("写不出 {}", file.display()))
}

fn described(report: &Report) -> String {
    let mut text = format!(
        "{}：{}条标注，用时{:.1}秒；以下各分数均来自未参与训练的部分（五折）\n",
        report.task, report.rows, report.seconds
    );
    for scores in &report.scores {
        text.push_str(&described_scores(scores));
    }
    if let Some(file) = &report.file {
        let _infallible = writeln!(
            text,
            "  已写入{}（{:.1} MB）",
            file.display(),
            report.bytes as f64 / 1e6
        );
    }
    text
}

/// A field, a class or a classifier by its code, as people read it.
pub fn in_chinese(code: &str) -> &str {
    let field = code.parse().ok().map(Field::label);
    let sentiment = || code.parse().ok().map(Sentiment::label);
    let intent = || code.parse().ok().map(Intent::label);
    let topic = || code.parse().ok().map(Topic::label);
    match code {
        "masked_text" => "掩码后的正文",
        _ => (field.or_else(sentiment).or_else(intent).or_else(topic)).unwrap_or(code),
    }
}

/// Scores of one set, as people read them.
pub fn described_scores(scores: &Scores) -> String {
    let accuracy = scores
        .accuracy
        .map_or_else(String::new, |accuracy| format!("，分类正确率{accuracy:.3}"));
    let mut text = format!("  {}（{}条{accuracy}）\n", scores.set, scores.row_count);
    for class in &scores.classes {
        let _infallible = writeln!(
            text,
            "    {}：查准率{:.3}，查全率{:.3}，F1值{:.3}",
            in_chinese(&class.name),
            class.precision,
            class.recall,
            class.f1
        );
    }
    text
}
