//! All that is said of one post: by the machine, by people.

use crate::app::{App, PostAdoption};
use crate::model::{Correction, Held, Judgement, Label, Level, LevelChange, PostId, StoredPost};
use crate::pipeline::LabelError;
use crate::text::heading::heading;
use serde::Serialize;
use utoipa::ToSchema;

/// `yuqing label ID`.
#[derive(Serialize, ToSchema)]
pub struct LabelReport {
    /// Row id.
    #[schema(value_type = i64)]
    pub id: PostId,
    /// Id given by whoever handed the post in.
    pub external_id: Option<String>,
    /// 标题, masked.
    pub title: String,
    /// What people see.
    #[schema(value_type = Object)]
    pub effective: Label,
    /// What the machine says now.
    #[schema(value_type = Object)]
    pub machine: Label,
    /// The level that stands above the machine's.
    #[schema(value_type = Option<Object>)]
    pub held: Option<Held>,
    /// The level the machine would make it.
    pub suggestion: Option<Level>,
    /// 更正.
    #[schema(value_type = Vec<Object>)]
    pub corrections: Vec<Correction>,
    /// 级别变更.
    #[schema(value_type = Vec<Object>)]
    pub level_changes: Vec<LevelChange>,
    /// 采纳.
    #[schema(value_type = Object)]
    pub adoption: PostAdoption,
}

impl LabelReport {
    /// The report on a post.
    ///
    /// # Errors
    /// There is no such post, or the store refuses.
    pub fn of(app: &App, id: PostId) -> Result<LabelReport, LabelError> {
        let unknown = || LabelError::NotFound(id.0);
        let stored: StoredPost = app.store.post(id)?.ok_or_else(unknown)?;
        let judgement: Judgement = app.store.judgement(id)?.ok_or_else(unknown)?;
        Ok(LabelReport {
            id,
            external_id: stored.post.external_id.clone(),
            title: heading(&stored.post.title, &stored.post.text),
            effective: Label::of(&judgement.effective()),
            machine: Label::of(&judgement.machine),
            suggestion: judgement.suggestion(),
            held: judgement.held,
            corrections: app.store.corrections_of(id)?,
            level_changes: app.store.level_changes(id)?,
            adoption: app.adoption_of(id)?,
        })
    }
}
