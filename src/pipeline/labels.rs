//! A person's word on a post → what everybody sees; and what people said → rows to learn from.

use super::process_all;
use crate::app::App;
use crate::model::{Correction, Field, Label, PostId, StoredPost};
use crate::store::Act;
use crate::text::mask::mask;
use anyhow::Result;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Why a label was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// Two parts of it exclude each other.
    #[error("{0}")]
    Contradiction(String),
    /// There is no such post.
    #[error("没有编号为{0}的信息；编号见网页地址 /posts/ 后面的数")]
    NotFound(i64),
    /// Nothing to take back.
    #[error("第{0}号信息没有可撤回的人工更正")]
    NothingToWithdraw(i64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

/// Writes down what a person says of a post, then brings event and index in line with it.
///
/// # Errors
/// The label contradicts itself, there is no such post, or the store refuses.
pub fn label_post(app: &App, id: PostId, label: Label, act: Act) -> Result<Correction, LabelError> {
    label.check().map_err(LabelError::Contradiction)?;
    // The machine speaks first: what it said stands beside the person's word.
    process_all(app)?;
    let corrected = app.store.correct(id, label, &shown(act))?;
    let corrected = corrected.ok_or(LabelError::NotFound(id.0))?;
    process_all(app)?;
    Ok(corrected)
}

/// Takes back the latest correction of a post.
///
/// # Errors
/// There is none, or the store refuses.
pub fn withdraw_label(app: &App, id: PostId, act: Act) -> Result<Correction, LabelError> {
    let withdrawn = app.store.withdraw_correction(id, &shown(act))?;
    let withdrawn = withdrawn.ok_or(LabelError::NothingToWithdraw(id.0))?;
    process_all(app)?;
    Ok(withdrawn)
}

/// Notes are shown and handed on like any text.
pub(super) fn shown(act: Act) -> Act {
    Act {
        note: mask(&act.note),
        ..act
    }
}

/// Posts with a person's word in force, as input posts (README, *Posts as input*) with what was expected of the machine;
/// words masked. Each goes to `write`. How many, and how many were left out because their words were cleared?
///
/// # Errors
/// The store refuses, or `write` does.
pub fn training_rows(app: &App, mut write: impl FnMut(&Value) -> Result<()>) -> Result<(u64, u64)> {
    let corrections = app.store.corrections()?;
    let ids: BTreeSet<PostId> = (corrections.iter())
        .filter(|correction| correction.withdrawn.is_none())
        .map(|correction| correction.post)
        .collect();
    let (mut written, mut left_out) = (0, 0);
    for id in ids {
        let (Some(stored), Some(judgement)) = (app.store.post(id)?, app.store.judgement(id)?)
        else {
            continue;
        };
        if app.store.is_cleared(id)? {
            left_out += 1;
            continue;
        }
        write(&training_row(&stored, &judgement.label()))?;
        written += 1;
    }
    Ok((written, left_out))
}

fn training_row(stored: &StoredPost, label: &Label) -> Value {
    let post = &stored.post;
    let id = post.external_id.clone();
    let row = json!({
        "id": id.unwrap_or_else(|| stored.id.0.to_string()),
        "url": post.url,
        "channel": post.channel,
        "source_name": post.source_name,
        "outlet_tier": post.outlet_tier,
        "title": post.title,
        "text": post.text,
        "author": post.author,
        "published_at": post.published_at.map(|published| published.at),
        "fetched_at": post.fetched_at,
        "comments": post.engagement.comments,
        "reposts": post.engagement.reposts,
        "likes": post.engagement.likes,
        "views": post.engagement.views,
        "has_image": post.has_image,
        "has_video": post.has_video,
        "source_region": post.source_region,
        "is_official": post.is_official,
        "floor": post.floor,
        "expected": expected(label),
    });
    without_nulls(row)
}

/// Only what a person said.
fn expected(label: &Label) -> Value {
    let topics = label.topics.as_deref().unwrap_or_default();
    let mut expected = Map::new();
    for field in label.fields() {
        let value = match field {
            Field::About => json!(label.about),
            Field::Relevant => json!(label.relevant),
            Field::Topic => json!(topics.first()),
            Field::Sentiment => json!(label.sentiment),
            Field::Intent => json!(label.intent),
            Field::Level => json!(label.level),
            Field::Jurisdiction => json!(label.jurisdiction),
        };
        expected.insert(field.code().to_owned(), value);
    }
    if topics.len() > 1 {
        expected.insert("topics".to_owned(), json!(topics));
    }
    Value::Object(expected)
}

fn without_nulls(row: Value) -> Value {
    match row {
        Value::Object(mut map) => {
            map.retain(|_, value| !value.is_null());
            Value::Object(map)
        }
        other => other,
    }
}
