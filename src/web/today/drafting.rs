//! The draft beside the list: its entries, one taken out, a new one begun. What it says is edited on its own page.

use crate::app::App;
use crate::model::{
    AuditAction, AuditSubject, DigestKind, Issue, IssueId, IssueState, Level, Permission, PostId,
    Visitor,
};
use crate::pipeline::{Drafted, EditOrder, draft_now, edit_issue};
use crate::store::IssueFilter;
use crate::web::Shared;
use crate::web::deed;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::layout::minute;
use crate::web::refused;
use crate::web::triage::{is_fragment, own_path};
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use std::collections::HashSet;

/// Drafts offered beside the list.
const DRAFTS: usize = 5;
/// Drafts looked through for them: corrections stand among them.
const LOOKED_THROUGH: usize = 50;

/// 草稿.
#[derive(Template)]
#[template(path = "draft_aside.html", config = "src/web/askama.toml")]
pub struct Draft {
    pub issue: Option<DraftIssue>,
    /// Other drafts: number and name.
    pub others: Vec<(i64, String)>,
    /// What may be drafted by its schedule: code and title.
    pub digests: Vec<(String, String)>,
    pub may_edit: bool,
    pub csrf: String,
    pub back: String,
    /// It takes its place by itself, beside an answer about something else.
    pub is_swapped: bool,
}

/// The draft that is worked on.
pub struct DraftIssue {
    pub id: i64,
    pub name: String,
    pub revision: u32,
    pub entries: Vec<DraftEntry>,
    pub left_out: u64,
}

/// 一条.
pub struct DraftEntry {
    pub place: usize,
    pub level: &'static str,
    pub level_label: &'static str,
    pub title: String,
    pub post: Option<i64>,
}

impl Draft {
    /// The draft that is asked for, else the latest of the daily digest.
    ///
    /// # Errors
    /// The store refuses.
    pub fn beside(
        app: &App,
        visitor: &Visitor,
        asked: Option<IssueId>,
        back: &str,
    ) -> Result<Draft> {
        let drafts = drafts(app)?;
        let chosen = chosen(&drafts, asked).map(|issue| issue.id);
        let digests = app.config.digests.iter();
        let scheduled =
            digests.filter(|digest| matches!(digest.kind, DigestKind::Daily | DigestKind::Weekly));
        Ok(Draft {
            others: (drafts.iter())
                .filter(|issue| Some(issue.id) != chosen)
                .map(|issue| (issue.id.0, name(issue)))
                .collect(),
            issue: (drafts.into_iter())
                .find(|issue| Some(issue.id) == chosen)
                .map(|issue| shown(&issue)),
            digests: scheduled
                .map(|digest| (digest.code.clone(), digest.title.clone()))
                .collect(),
            may_edit: visitor.may(Permission::Edit),
            csrf: visitor.csrf.clone(),
            back: back.to_owned(),
            is_swapped: false,
        })
    }

    /// To be sent beside an answer.
    pub fn swapped(mut self) -> Draft {
        self.is_swapped = true;
        self
    }
}

/// The draft that is asked for with the posts it cites.
///
/// # Errors
/// The store refuses.
pub fn cited(app: &App, asked: Option<IssueId>) -> Result<Option<(IssueId, HashSet<PostId>)>> {
    let drafts = drafts(app)?;
    Ok(chosen(&drafts, asked).map(|issue| {
        let posts = issue.content.entries().flat_map(|entry| &entry.posts);
        (issue.id, posts.map(|post| post.id).collect())
    }))
}

fn drafts(app: &App) -> Result<Vec<Issue>> {
    let mut drafts = app.store.issues(IssueFilter {
        state: Some(IssueState::Draft),
        digest: None,
        limit: LOOKED_THROUGH,
    })?;
    // A correction says what was wrong in its issue; nothing else goes into it.
    drafts.retain(|issue| issue.content.corrects.is_none());
    drafts.truncate(DRAFTS);
    Ok(drafts)
}

fn chosen(drafts: &[Issue], asked: Option<IssueId>) -> Option<&Issue> {
    let asked = drafts.iter().find(|issue| Some(issue.id) == asked);
    let mut daily = drafts
        .iter()
        .filter(|issue| issue.content.kind == DigestKind::Daily);
    asked.or_else(|| daily.next()).or_else(|| drafts.first())
}

fn name(issue: &Issue) -> String {
    let period = issue.content.period;
    format!(
        "{}（{}至{}）",
        issue.content.masthead.title,
        period.from.format("%m-%d %H:%M"),
        period.to.format("%m-%d %H:%M")
    )
}

fn shown(issue: &Issue) -> DraftIssue {
    let entries = issue.content.entries().enumerate();
    DraftIssue {
        id: issue.id.0,
        name: name(issue),
        revision: issue.revision,
        entries: entries
            .map(|(before, entry)| DraftEntry {
                place: before + 1,
                level: entry.level.code(),
                level_label: match entry.level {
                    Level::None => "动态",
                    level => level.label(),
                },
                title: entry.title.clone(),
                post: entry.posts.first().map(|post| post.id.0),
            })
            .collect(),
        left_out: issue.content.overview.left_out,
    }
}

/// 起草.
pub async fn begin(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let code = fields.required("digest", "刊物")?.to_owned();
    let digest = app.config.digests.iter().find(|digest| digest.code == code);
    let digest = digest.ok_or_else(|| WebError::Wrong(format!("没有刊物“{code}”。")))?;
    let title = digest.title.clone();
    let (subject, sentence) = match draft_now(&app, digest, visitor.by()).await? {
        Drafted::Issue { id, is_new, .. } => (
            AuditSubject::Issue.numbered(id.0),
            match is_new {
                true => format!("已起草{title}"),
                false => format!("{title}已有草稿，未重复起草"),
            },
        ),
        Drafted::Zero { .. } => (code, format!("{title}本时段没有可刊信息，已登记零报告")),
        Drafted::Nothing { period } => (
            code,
            format!("{title}到{}没有可刊信息", minute(Some(period.to))),
        ),
    };
    let back = own_path(fields.text("back")).unwrap_or("/");
    deed::done(&app, &visitor, AuditAction::Draft, subject, back, sentence).await
}

/// 删去一条.
pub async fn drop_entry(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, WebError> {
    let id = IssueId(id.parse().map_err(|_| WebError::NotFound)?);
    let place: usize = fields
        .parsed("entry", "第几条")?
        .ok_or_else(|| WebError::Wrong("请选择要删去的条目。".to_owned()))?;
    let seen: Option<u32> = fields.parsed("revision", "修订号")?;
    let back = own_path(fields.text("back")).unwrap_or("/").to_owned();
    let by = visitor.by().to_owned();
    let edited = app
        .on_cpu(move |app| Ok(edit_issue(app, id, seen, &by, &[EditOrder::Drop(place)])))
        .await?;
    let (revision, changes) = edited.map_err(refused::edit)?;
    let what = changes.first().map_or("", |change| change.what.as_str());
    let (subject, sentence) = (
        AuditSubject::Issue.numbered(id.0),
        format!("{what}（第{revision}次修订）"),
    );
    if !is_fragment(&headers) {
        return deed::done(&app, &visitor, AuditAction::Draft, subject, &back, sentence).await;
    }
    let draft = app
        .on_cpu(move |app| {
            app.audit(&visitor, AuditAction::Draft, &subject, &sentence)?;
            Draft::beside(app, &visitor, Some(id), &back)
        })
        .await?;
    Ok(Html(draft.render()?).into_response())
}
