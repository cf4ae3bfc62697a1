//! Posts that carry what should be found in them (`"expected": {"relevant": true, "level": "yellow", …}`) → one score
//! per label, with every miss.

use crate::analyze::{Rules, Spread, analyze};
use crate::model::{Analysis, Post};
use crate::text::mask::mask;
use serde::Serialize;
use serde_json::Value;

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
pub fn score_expected<'p>(
    posts: impl IntoIterator<Item = (usize, &'p Post)>,
    rules: &Rules,
) -> Vec<LabelScore> {
    let mut scores: Vec<LabelScore> = LABELS
        .iter()
        .map(|label| LabelScore {
            label: (*label).to_owned(),
            row_count: 0,
            right: 0,
            misses: Vec::new(),
        })
        .collect();
    for (number, post) in posts {
        let Some(Value::Object(expected)) = post.extra.get("expected") else {
            continue;
        };
        let analysis = analyze(post, &Spread::of_snapshot(post), rules);
        for score in &mut scores {
            let Some(wanted) = expected.get(&score.label) else {
                continue;
            };
            let (wanted, found) = (plain(wanted), found(&score.label, post, &analysis));
            score.row_count += 1;
            if wanted == found {
                score.right += 1;
                continue;
            }
            let row = post.external_id.clone();
            score.misses.push(Miss {
                row: row.unwrap_or_else(|| number.to_string()),
                expected: wanted,
                found,
            });
        }
    }
    scores.retain(|score| score.row_count > 0);
    scores
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // No topic.
        Value::Null => String::new(),
        other => other.to_string(),
    }
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
