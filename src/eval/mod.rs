//! 评测 — labelled rows and what `analyze` makes of them → scores. Pure.

mod expected;

pub use expected::{LabelScore, Miss, WrongLabel, score_expected};

use crate::analyze::{Rules, Spread, analyze};
use crate::model::{Channel, Post, Sentiment, Timestamp};
use crate::train::{Labelled, Scores, Task};

/// Scores of one set of a task of `training.toml`, as the whole judgement answers it. `now` is when the rows were read.
pub fn score_set(
    task: &Task,
    number: usize,
    rows: &[Labelled],
    rules: &Rules,
    now: Timestamp,
) -> Scores {
    let set = &task.set[number];
    let position = |name: &str| task.classes.iter().position(|class| class == name);
    let answered: Vec<(Option<usize>, Option<usize>)> = rows
        .iter()
        .map(|row| {
            let post = post_of(row, set.channel, now);
            let analysis = analyze(&post, &Spread::of_snapshot(&post), rules);
            let found = match is_about_sentiment(task) {
                true => position(analysis.sentiment.code()),
                false => position("about").filter(|_| analysis.about),
            };
            (row.class, found)
        })
        .collect();
    Scores::of(&set.file, &task.classes, &answered)
}

fn is_about_sentiment(task: &Task) -> bool {
    let names = [Sentiment::Negative, Sentiment::Neutral, Sentiment::Positive].map(Sentiment::code);
    task.classes
        .iter()
        .all(|class| names.contains(&class.as_str()))
}

fn post_of(row: &Labelled, channel: Channel, now: Timestamp) -> Post {
    Post {
        title: row.title.clone(),
        text: row.text.clone(),
        ..Post::bare(channel, "", now)
    }
}
