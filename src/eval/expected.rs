//! Posts that carry what should be found in them (`"expected": {"relevant": true, "level": "yellow", …}`) → one score
//! per label, with every miss.

use crate::analyze::{Rules, Spread, analyze};
use crate::model::{Analysis, Intent, Jurisdiction, Level, Post, Sentiment, Topic, UnknownCode};
use crate::text::mask::mask;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Labels that a row may carry, in the order they are printed.
const LABELS: [&str; 8] = [
    "about",
    "relevant",
    "topic",
    "sentiment",
    "intent",
    "level",
    "jurisdiction",
    "masked_text",
];

/// What our own exports also say.
const UNSCORED: &str = "topics";

/// 标注有误 — a key or a value of `expected` that nobody can be right about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongLabel {
    /// Line of its file.
    pub row: usize,
    /// Key within `expected`.
    pub key: String,
    /// What is wrong and what may be written instead.
    pub message: String,
}

/// Score of one label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelScore {
    /// Name of the label.
    pub label: String,
    /// Rows that carry it.
    pub row_count: usize,
    /// Rows where the judgement says the same.
    pub right: usize,
    /// The others.
    pub misses: Vec<Miss>,
}

/// One wrong answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Miss {
    /// `id` of the row, else its number.
    pub row: String,
    /// What the row says.
    pub expected: String,
    /// What was found.
    pub found: String,
}

/// Scores of all labels that some row carries.
///
/// # Errors
/// Every label that cannot be read.
pub fn score_expected<'p>(
    posts: impl IntoIterator<Item = (usize, &'p Post)>,
    rules: &Rules,
) -> Result<Vec<LabelScore>, Vec<WrongLabel>> {
    let (mut labelled, mut wrong) = (Vec::new(), Vec::new());
    for (row, post) in posts {
        if let Some(Value::Object(expected)) = post.extra.get("expected") {
            labelled.push((row, post, wanted(row, expected, &mut wrong)));
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut scores: Vec<LabelScore> = LABELS
        .iter()
        .map(|label| LabelScore {
            label: (*label).to_owned(),
            row_count: 0,
            right: 0,
            misses: Vec::new(),
        })
        .collect();
    for (number, post, wanted) in labelled {
        let analysis = analyze(post, &Spread::of_snapshot(post), rules);
        for score in &mut scores {
            let Some(wanted) = wanted.get(&score.label) else {
                continue;
            };
            let found = found(&score.label, post, &analysis);
            score.row_count += 1;
            if *wanted == found {
                score.right += 1;
                continue;
            }
            let row = post.external_id.clone();
            score.misses.push(Miss {
                row: row.unwrap_or_else(|| number.to_string()),
                expected: wanted.clone(),
                found,
            });
        }
    }
    scores.retain(|score| score.row_count > 0);
    Ok(scores)
}

/// The labels of a row, values as codes; what cannot be read goes to `wrong`.
fn wanted(
    row: usize,
    expected: &Map<String, Value>,
    wrong: &mut Vec<WrongLabel>,
) -> HashMap<String, String> {
    let mut wanted = HashMap::new();
    for (key, value) in expected.iter().filter(|(key, _)| *key != UNSCORED) {
        match code(key, &plain(value)) {
            Ok(code) => {
                wanted.insert(key.clone(), code);
            }
            Err(message) => wrong.push(WrongLabel {
                row,
                key: key.clone(),
                message,
            }),
        }
    }
    wanted
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // No topic.
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The code of a value that was written as code or in Chinese.
fn code(label: &str, value: &str) -> Result<String, String> {
    let code = match label {
        "about" | "relevant" if value == "true" || value == "false" => Ok(value),
        "about" | "relevant" => return Err(format!("“{value}”不是可用的值；可用：true、false")),
        "topic" if value.is_empty() => Ok(value),
        "topic" => value.parse().map(Topic::code),
        "sentiment" => value.parse().map(Sentiment::code),
        "intent" => value.parse().map(Intent::code),
        "level" => value.parse().map(Level::code),
        "jurisdiction" => value.parse().map(Jurisdiction::code),
        "masked_text" => Ok(value),
        _ => {
            return Err(format!(
                "没有这一项；可用：{}、{UNSCORED}",
                LABELS.join("、")
            ));
        }
    };
    let code = code.map_err(|unknown: UnknownCode| unknown.to_string())?;
    Ok(code.to_owned())
}

fn found(label: &str, post: &Post, analysis: &Analysis) -> String {
    match label {
        "about" => analysis.about.to_string(),
        "relevant" => analysis.relevant.to_string(),
        "topic" => analysis
            .primary_topic()
            .map_or_else(String::new, |topic| topic.code().to_owned()),
        "sentiment" => analysis.sentiment.code().to_owned(),
        "intent" => analysis.intent.code().to_owned(),
        "level" => analysis.level.code().to_owned(),
        "jurisdiction" => analysis.regions.jurisdiction.code().to_owned(),
        _ => mask(&post.text),
    }
}
