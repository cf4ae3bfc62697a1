//! Freezing a ledger, and what would change in it if it were counted now.

use super::{Parameters, address, mark};
use crate::model::{AuditAction, AuditSubject, PostId};
use crate::pipeline::masked_text;
use crate::stats::{ChangedPost, printed};
use crate::text::heading::heading;
use crate::web::Shared;
use crate::web::deed::done;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, Response};
use std::collections::HashMap;

/// Posts named of a difference.
const POSTS: usize = 200;

/// 冻结. Once more only with a reason.
pub async fn freeze(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let parameters = Parameters::of(&fields);
    let period = parameters.period(app.now()).ok_or(WebError::NotFound)?;
    let title = period.title();
    if app.now() < period.bounds(app.zone()).to {
        return Err(WebError::Conflict(format!("{title}还没有结束，不能冻结。")));
    }
    let reason = masked_text(fields.text("reason"));
    let (by, why) = (visitor.by().to_owned(), reason.clone());
    let standing = app
        .on_cpu(move |app| match app.freeze_ledger(period, &by, &why)? {
            true => Ok(None),
            false => app.frozen_ledger(period),
        })
        .await?;
    if let Some(frozen) = standing.and_then(|standing| standing.frozen) {
        return Err(WebError::Conflict(format!(
            "{title}的台账已{}。确需重新冻结的，请写明原因。",
            mark(&frozen)
        )));
    }
    let sentence = match reason.as_str() {
        "" => format!("{title}的台账已冻结。"),
        reason => format!("{title}的台账已重新冻结，原因：{reason}。"),
    };
    let subject = AuditSubject::Ledger.named(period);
    let path = address(period, false);
    done(
        &app,
        &visitor,
        AuditAction::Ledger,
        subject,
        &path,
        sentence,
    )
    .await
}

#[derive(Template)]
#[template(path = "stats_difference.html", config = "src/web/askama.toml")]
struct DifferencePage {
    frame: Frame,
    title: String,
    frozen: String,
    ledger_address: String,
    figures: Vec<[String; 3]>,
    posts: Vec<Line>,
    /// Posts that are not named.
    more: usize,
}

struct Line {
    id: i64,
    title: String,
    is_stored: bool,
    what: String,
}

/// 差异. 404 where nothing was frozen.
pub async fn difference(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let period = parameters.period(app.now()).ok_or(WebError::NotFound)?;
    let page = app.on_cpu(move |app| {
        let Some(frozen) = app.frozen_ledger(period)? else {
            return Ok(None);
        };
        let difference = app.ledger_difference(period, &frozen)?;
        let named = difference.posts.iter().take(POSTS);
        let ids: Vec<PostId> = named.clone().map(|changed| changed.post).collect();
        let stored = app.store.posts(&ids)?;
        let titles: HashMap<PostId, String> = (stored.iter())
            .map(|stored| (stored.id, heading(&stored.post.title, &stored.post.text)))
            .collect();
        let number = |value: Option<f64>| value.map_or("—".to_owned(), printed);
        let figures = difference.figures.iter().map(|figure| {
            [
                figure.label.clone(),
                number(figure.frozen),
                number(figure.live),
            ]
        });
        let posts = named.map(|changed| {
            let title = titles.get(&changed.post);
            Line {
                id: changed.post.0,
                title: title.map_or("（已删除）", String::as_str).to_owned(),
                is_stored: title.is_some(),
                what: what(changed),
            }
        });
        Ok(Some(DifferencePage {
            frame: Frame::of(app, &visitor, "/stats")?,
            title: period.title(),
            frozen: frozen.frozen.as_ref().map_or(String::new(), mark),
            ledger_address: address(period, false),
            figures: figures.collect(),
            posts: posts.collect(),
            more: difference.posts.len().saturating_sub(POSTS),
        }))
    });
    Ok(Html(page.await?.ok_or(WebError::NotFound)?.render()?))
}

/// `级别：蓝 → 黄；主题：…`.
fn what(changed: &ChangedPost) -> String {
    if changed.is_added {
        return "冻结后新入库".to_owned();
    }
    if changed.is_gone {
        return "已不在本时段".to_owned();
    }
    let changes = changed.changes.iter();
    let changes = changes.map(|one| format!("{}：{} → {}", one.field, one.frozen, one.live));
    changes.collect::<Vec<_>>().join("；")
}
