//! `/api/v1/analyze`: posts in, one judgement each out, nothing stored; as `yuqing analyze`.

use super::asked::Lines;
use super::{Shared, WebError, work};
use crate::analyze::{Spread, analyze};
use crate::import::read_jsonl;
use crate::model::Channel;
use crate::report::JudgedPost;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// Posts judged in one request.
const MAX_POSTS: usize = 500;

/// 研判.
#[derive(Serialize, ToSchema)]
pub struct Judged {
    /// One for each line that could be read.
    pub posts: Vec<JudgedPost>,
    /// The others.
    pub refused: Vec<RefusedLine>,
}

/// 拒收.
#[derive(Serialize, ToSchema)]
pub struct RefusedLine {
    /// Line, from 1.
    pub row: usize,
    /// 原因.
    pub reason: String,
}

/// 研判 of posts as JSON Lines, at most 500; nothing is stored.
#[utoipa::path(post, path = "/api/v1/analyze", tag = "信息", request_body(content = String, content_type = "application/x-ndjson"), responses((status = 200, body = Judged)))]
pub async fn judge(State(app): Shared, Lines(text): Lines) -> Result<Json<Judged>, WebError> {
    let judged = work(&app, move |app| {
        let rows = read_jsonl(&text, Some(Channel::Other), app.now());
        if rows.posts.len() > MAX_POSTS {
            return Err(WebError::Wrong(format!(
                "一次最多研判{MAX_POSTS}条，请分几次"
            )));
        }
        let rules = app.rules();
        let judged = rows.posts.iter().map(|(_, post)| {
            JudgedPost::of(post, analyze(post, &Spread::of_snapshot(post), &rules))
        });
        Ok(Judged {
            posts: judged.collect(),
            refused: (rows.refused.into_iter())
                .map(|refused| RefusedLine {
                    row: refused.row,
                    reason: refused.reason,
                })
                .collect(),
        })
    });
    Ok(Json(judged.await?))
}
