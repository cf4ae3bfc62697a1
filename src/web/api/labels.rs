//! `/api/v1/labels`, `/api/v1/posts/{id}/label`: as `yuqing label` and `yuqing labels`.

use super::asked::{Asked, Told};
use super::{Shared, WebError, page, refused, work};
use crate::model::{
    AuditAction, AuditSubject, Correction, Intent, Jurisdiction, Label, Level, PostId, Sentiment,
    Topic,
};
use crate::pipeline::{label_post, withdraw_label};
use crate::report::LabelReport;
use crate::store::Act;
use crate::web::numbered::Numbered;
use crate::web::visitor::Who;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// 最多几条，默认100，至多1000.
    limit: Option<usize>,
    /// 跳过几条.
    offset: Option<usize>,
}

/// 更正.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// 涉人社业务.
    about: Option<bool>,
    /// 涉我局.
    relevant: Option<bool>,
    /// 主题, the primary first.
    topics: Option<Vec<Topic>>,
    /// 情感.
    sentiment: Option<Sentiment>,
    /// 意图.
    intent: Option<Intent>,
    /// 级别.
    level: Option<Level>,
    /// 管辖.
    jurisdiction: Option<Jurisdiction>,
    /// 备注.
    #[serde(default)]
    note: String,
}

/// 撤回.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// 备注.
    #[serde(default)]
    note: String,
}

/// 人工更正, the latest first.
#[utoipa::path(get, path = "/api/v1/labels", tag = "研判", params(Wanted), responses((status = 200, body = Vec<Object>)))]
pub async fn list(
    State(app): Shared,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Vec<Correction>>, WebError> {
    let corrections = work(&app, move |app| {
        let mut corrections = app.store.corrections()?;
        corrections.reverse();
        Ok(page(corrections, wanted.limit, wanted.offset))
    });
    Ok(Json(corrections.await?))
}

/// All that is said of a post.
#[utoipa::path(get, path = "/api/v1/posts/{id}/label", tag = "研判", params(("id" = i64, Path, description = "信息编号")), responses((status = 200, body = LabelReport)))]
pub async fn show(
    State(app): Shared,
    Numbered(id): Numbered,
) -> Result<Json<LabelReport>, WebError> {
    let report = work(&app, move |app| {
        LabelReport::of(app, PostId(id)).map_err(refused::label)
    });
    Ok(Json(report.await?))
}

/// 更正 of a post's judgement.
#[utoipa::path(post, path = "/api/v1/posts/{id}/label", tag = "研判", params(("id" = i64, Path, description = "信息编号")), request_body = Said, responses((status = 200, body = LabelReport)))]
pub async fn correct(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(said): Told<Said>,
) -> Result<Json<LabelReport>, WebError> {
    let report = work(&app, move |app| {
        let label = Label {
            about: said.about,
            relevant: said.relevant,
            topics: said.topics.filter(|topics| !topics.is_empty()),
            sentiment: said.sentiment,
            intent: said.intent,
            level: said.level,
            jurisdiction: said.jurisdiction,
        };
        if label.is_empty() {
            return Err(WebError::Wrong(
                "没有写要更正的项，如 level、intent".to_owned(),
            ));
        }
        let action = match label.level {
            Some(_) => AuditAction::Level,
            None => AuditAction::Label,
        };
        let act = Act {
            by: visitor.by().to_owned(),
            note: said.note.trim().to_owned(),
            at: app.now(),
        };
        let detail = label.to_string();
        label_post(app, PostId(id), label, act).map_err(refused::label)?;
        app.audit(&visitor, action, &AuditSubject::Post.numbered(id), &detail)?;
        LabelReport::of(app, PostId(id)).map_err(refused::label)
    });
    Ok(Json(report.await?))
}

/// 撤回 of the latest correction.
#[utoipa::path(post, path = "/api/v1/posts/{id}/label/withdraw", tag = "研判", params(("id" = i64, Path, description = "信息编号")), request_body = Withdrawal, responses((status = 200, body = LabelReport)))]
pub async fn withdraw(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(said): Told<Withdrawal>,
) -> Result<Json<LabelReport>, WebError> {
    let report = work(&app, move |app| {
        if app.store.post(PostId(id))?.is_none() {
            return Err(WebError::NotFound);
        }
        let act = Act {
            by: visitor.by().to_owned(),
            note: said.note.trim().to_owned(),
            at: app.now(),
        };
        withdraw_label(app, PostId(id), act).map_err(refused::label)?;
        let subject = AuditSubject::Post.numbered(id);
        app.audit(&visitor, AuditAction::Label, &subject, "撤回更正")?;
        LabelReport::of(app, PostId(id)).map_err(refused::label)
    });
    Ok(Json(report.await?))
}
