//! Labelled rows from files, as `training.toml` describes them.

use crate::model::{Channel, Problem};
use crate::text::classifier::{FeatureSpace, Signs, Window};
use crate::text::mistake::of_json;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// `training.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingFile {
    /// 任务, one classifier each.
    #[serde(default)]
    pub task: Vec<Task>,
}

/// What one classifier tells apart.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Name of the classifier and of its file.
    pub name: String,
    /// Its classes; a row may belong to none.
    pub classes: Vec<String>,
    /// How a post becomes features.
    pub features: FeatureSpace,
    /// Cost of a mistake.
    pub cost: f64,
    /// Mistakes on rare classes cost more, so that all classes weigh the same.
    #[serde(default)]
    pub is_balanced: bool,
    /// Features that are equally frequent inside and outside the class are played down; for tasks of one class.
    #[serde(default)]
    pub by_ratio: bool,
    /// Features that are kept: those that say most.
    pub keep: usize,
    /// A class of fewer rows is chance: the task is not trained.
    #[serde(default = "fifty")]
    pub min_rows: usize,
    /// Where its rows are.
    pub set: Vec<SetFile>,
}

/// One file of labelled rows (JSON Lines).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetFile {
    /// Path below the data folder; `FOLDER/*.jsonl`: all examples in that folder of the configuration.
    pub file: String,
    /// 渠道 of its rows.
    pub channel: Channel,
    /// Key of the title, if rows have one.
    pub title: Option<String>,
    /// Key of the text.
    pub text: String,
    /// Key of the label; `a.b` is the key `b` inside `a`.
    pub label: String,
    /// Label as written → class; rows with another label belong to no class.
    pub classes: BTreeMap<String, String>,
    /// Classes that the set does not tell apart from others: its rows teach nothing about them.
    #[serde(default)]
    pub silent_about: Vec<String>,
    /// 领域: rows of one domain may lean on words that mean something else in another.
    pub domain: Option<String>,
    /// How much a mistake on its rows counts.
    #[serde(default = "one")]
    pub importance: f64,
    /// Without it the task is not trained: its other rows alone would teach something else.
    #[serde(default)]
    pub is_needed: bool,
    /// Scores are printed for it; a set that is only of help is not.
    #[serde(default = "yes")]
    pub is_scored: bool,
}

impl Task {
    /// Do its classifiers read what the rules found?
    pub fn reads_signs(&self) -> bool {
        self.features.windows.contains(&Window::Signs)
    }
}

impl SetFile {
    /// Rows as `yuqing` itself writes and reads them, labels in `expected`.
    pub fn has_own_rows(&self) -> bool {
        self.label.starts_with("expected.")
    }

    /// The folder of the configuration that holds the rows, where it does.
    pub fn folder_of_examples(&self) -> Option<&str> {
        self.file.strip_suffix("/*.jsonl")
    }
}

fn fifty() -> usize {
    50
}

fn one() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

/// A labelled text.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    /// 标题.
    pub title: String,
    /// 正文.
    pub text: String,
    /// Position in the task's classes; `None`: it belongs to none.
    pub class: Option<usize>,
    /// Position in the task's sets.
    pub set: usize,
    /// Line of its file.
    pub line: usize,
    /// 征象: what the rules found in it, where the task's features hold signs.
    pub signs: Signs,
}

/// Reads the rows of one set.
///
/// # Errors
/// A row that is not as `training.toml` says, with its line.
pub fn read(task: &Task, number: usize, content: &str) -> Result<Vec<Labelled>, Problem> {
    let set = &task.set[number];
    let problem = |line: usize, message: String| Problem {
        file: set.file.clone(),
        line,
        key: set.label.clone(),
        message,
    };
    let mut rows = Vec::new();
    for (line, written) in (1..).zip(content.lines()) {
        if written.trim().is_empty() {
            continue;
        }
        let row: Value = serde_json::from_str(written).map_err(|error| {
            let why = of_json(written, &error);
            problem(line, format!("不是一条 JSON 信息（{why}）"))
        })?;
        let words = |key: &str| at(&row, key).map(plain).unwrap_or_default();
        let Some(label) = at(&row, &set.label) else {
            // Exported corrections carry only the labels that a person gave.
            continue;
        };
        let class = match set.classes.get(&plain(label)) {
            Some(name) => {
                let position = task.classes.iter().position(|class| class == name);
                let unknown = || format!("类别“{name}”不在任务 {} 的 classes 中", task.name);
                Some(position.ok_or_else(|| problem(line, unknown()))?)
            }
            None => None,
        };
        rows.push(Labelled {
            title: set.title.as_deref().map(words).unwrap_or_default(),
            text: words(&set.text),
            class,
            set: number,
            line,
            signs: Signs::default(),
        });
    }
    Ok(rows)
}

fn at<'v>(row: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(row, |value, key| value.get(key))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{TrainingFile, read};

    const FILE: &str = r#"
[[task]]
name = "about"
classes = ["about"]
cost = 1.0
keep = 100
features = { longest = 2, windows = ["whole"], counts_again = false }
[[task.set]]
file = "labels.jsonl"
channel = "other"
text = "text"
label = "expected.about"
classes = { true = "about" }
"#;

    #[test]
    fn labels_may_lie_inside_and_may_be_absent() {
        let file: TrainingFile = toml::from_str(FILE).expect("valid");
        let rows = r#"{"text":"社保卡","expected":{"about":true}}
{"text":"天气","expected":{"about":false}}
{"text":"只改了级别","expected":{"level":"blue"}}"#;
        let rows = read(&file.task[0], 0, rows).expect("rows");
        let classes: Vec<Option<usize>> = rows.iter().map(|row| row.class).collect();
        assert_eq!(classes, [Some(0), None]);
        let problem = read(&file.task[0], 0, "\n{").expect_err("no JSON");
        assert_eq!(problem.line, 2);
    }
}
