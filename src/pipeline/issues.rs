//! What is done with issues beside drafting and signing: an editor's changes, the renditions of what was signed, the
//! count of its figures.

use super::cases::masked_text;
use super::draft::{Gathered, OLD_NEWS, office};
use crate::app::App;
use crate::digest::edit::{Edit, EditMistake, Part, apply};
use crate::digest::freeze::{awaited, freeze};
use crate::digest::verify::{Recount, recount};
use crate::digest::{DigestSettings, count::counted, one_entry};
use crate::model::{Entry, EventId, Issue, IssueId, PostId, StoredPost};
use crate::store::{self, Change, EditError};
use anyhow::Result;
use serde::Serialize;
use std::collections::HashSet;

/// Signed issues whose renditions are made in one turn.
const FREEZE_BATCH: usize = 20;

/// What an editor asks for. Entries are counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub enum EditOrder {
    /// 删去一条.
    Drop(usize),
    /// 增加一条, of a post.
    AddPost(PostId),
    /// 增加一条, of an event.
    AddEvent(EventId),
    /// 调整次序.
    Move(usize, usize),
    /// 换栏目, to the section of this title.
    Section(usize, String),
    /// 改写.
    Reword(usize, Part, String),
    /// 附注 of the issue.
    Note(String),
}

/// Why an edit was not made.
#[derive(Debug, thiserror::Error)]
pub enum EditRefusal {
    /// The store said no; the words are kept in the history.
    #[error(transparent)]
    Refused(#[from] EditError),
    /// The change does not fit the draft.
    #[error(transparent)]
    Mistake(#[from] EditMistake),
    /// No such post.
    #[error("没有编号为{0}的信息，请先在“检索”里查到编号")]
    NoPost(i64),
    /// No such event.
    #[error("没有编号为{0}的事件，请先在“事件”里查到编号")]
    NoEvent(i64),
    /// What the bureau is not concerned with is not reported.
    #[error(
        "第{0}号信息经研判不涉我局，或系广告、官方自己发布，不能编入；研判有误的先更正研判再编入"
    )]
    PostNotOurs(i64),
    /// The same of all posts of an event.
    #[error("第{0}号事件里没有涉我局的信息，不能编入；研判有误的先更正其中信息的研判再编入")]
    EventNotOurs(i64),
    /// The block of the digest is gone.
    #[error("配置里已没有刊物“{0}”，不能增加条目，请找信息员")]
    NoDigest(String),
    /// The store failed.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// Changes a draft; what an editor pasted is masked. `seen` is the revision that the editor read; without it the latest.
///
/// # Errors
/// [`EditRefusal`]; of a refusal by the store the words are kept.
pub fn edit_issue(
    app: &App,
    id: IssueId,
    seen: Option<u32>,
    by: &str,
    orders: &[EditOrder],
) -> Result<(u32, Vec<Change>), EditRefusal> {
    let Some(issue) = app.store.issue(id)? else {
        return Err(EditError::NotFound(id.0).into());
    };
    let seen = seen.unwrap_or(issue.revision);
    let digest = (app.config.digests.iter()).find(|it| it.code == issue.content.digest);
    let edits = orders
        .iter()
        .map(|order| edit_of(app, &issue, digest, order))
        .collect::<Result<Vec<Edit>, EditRefusal>>()?;
    let (content, changes) = match apply(&issue.content, &edits, digest) {
        Ok(applied) => applied,
        // The place was that of an older draft: the store refuses it, and keeps the words.
        Err(_) if seen != issue.revision => {
            (issue.content.clone(), edits.iter().map(unplaced).collect())
        }
        Err(mistake) => return Err(mistake.into()),
    };
    let edit = store::Edit {
        seen,
        by,
        changes: &changes,
        content: &content,
    };
    let revision = app.store.edit_issue(id, &edit, app.now())?;
    Ok((revision, changes))
}

fn edit_of(
    app: &App,
    issue: &Issue,
    digest: Option<&DigestSettings>,
    order: &EditOrder,
) -> Result<Edit, EditRefusal> {
    Ok(match order {
        EditOrder::Drop(place) => Edit::Drop(*place),
        EditOrder::Move(from, to) => Edit::Move {
            from: *from,
            to: *to,
        },
        EditOrder::Section(entry, title) => Edit::Section {
            entry: *entry,
            title: title.clone(),
        },
        EditOrder::Reword(entry, part, text) => Edit::Reword {
            entry: *entry,
            part: *part,
            text: masked_text(text),
        },
        EditOrder::Note(text) => Edit::Note(masked_text(text)),
        EditOrder::AddPost(id) => {
            let post = (app.store.post(*id)?).ok_or(EditRefusal::NoPost(id.0))?;
            let event = match post.event {
                Some(event) => app.store.event(event)?,
                None => None,
            };
            let known = match post.event {
                Some(event) => posts_of_event(app, event)?,
                None => Vec::new(),
            };
            let entry = new_entry(app, issue, digest, (&[post], &known), event.as_ref())?;
            Edit::Add(Box::new(entry.ok_or(EditRefusal::PostNotOurs(id.0))?))
        }
        EditOrder::AddEvent(id) => {
            let known = (app.store.event_members(*id)?).ok_or(EditRefusal::NoEvent(id.0))?;
            let posts = app.store.posts(&known.members)?;
            let event = Some(&known.event);
            let entry = new_entry(app, issue, digest, (&posts, &[]), event)?;
            Edit::Add(Box::new(entry.ok_or(EditRefusal::EventNotOurs(id.0))?))
        }
    })
}

/// What is stored of an event at this moment.
fn posts_of_event(app: &App, id: EventId) -> Result<Vec<StoredPost>> {
    let Some(known) = app.store.event_members(id)? else {
        return Ok(Vec::new());
    };
    app.store.posts(&known.members)
}

/// The entry of `posts`; the posts beside them tell the course of their event.
fn new_entry(
    app: &App,
    issue: &Issue,
    digest: Option<&DigestSettings>,
    (posts, known): (&[StoredPost], &[StoredPost]),
    event: Option<&crate::model::Event>,
) -> Result<Option<Entry>, EditRefusal> {
    let digest = digest.ok_or_else(|| EditRefusal::NoDigest(issue.content.digest.clone()))?;
    let period = issue.content.period;
    let gathered = Gathered::new(app, period, HashSet::new())?;
    let office = office(app);
    let context = gathered.context(&office, None, digest, app.now());
    Ok(one_entry(posts, known, event, digest, period, &context))
}

/// The words of an edit whose place is no longer there.
fn unplaced(edit: &Edit) -> Change {
    let (what, after) = match edit {
        Edit::Drop(place) => (format!("删去第{place}条"), String::new()),
        Edit::Add(entry) => (format!("增加“{}”", entry.title), entry.summary.clone()),
        Edit::Move { from, to } => (format!("把第{from}条移到第{to}条"), String::new()),
        Edit::Section { entry, title } => (format!("把第{entry}条移到“{title}”栏"), String::new()),
        Edit::Reword { entry, text, .. } => (format!("改第{entry}条"), text.clone()),
        Edit::Note(text) => ("改本期附注".to_owned(), text.clone()),
    };
    Change {
        what,
        before: String::new(),
        after,
    }
}

/// Makes the renditions of signed issues that lack some, at most a batch. How many issues?
///
/// # Errors
/// The store refuses.
pub fn freeze_once(app: &App) -> Result<usize> {
    let waiting = app.store.issues_to_freeze(&awaited(), FREEZE_BATCH)?;
    for id in &waiting {
        freeze_issue(app, *id)?;
    }
    Ok(waiting.len())
}

/// Makes the renditions of a signed issue; those that were made before stay.
///
/// # Errors
/// The store refuses.
pub fn freeze_issue(app: &App, id: IssueId) -> Result<()> {
    let Some(issue) = app.store.issue(id)? else {
        return Ok(());
    };
    for (format, error) in freeze(&app.store, &issue, &app.press, app.now())? {
        tracing::warn!(
            issue = id.0,
            "Issue {} has no {format} yet: {error:#}",
            id.0
        );
    }
    Ok(())
}

/// As [`freeze_issue`], for whoever has just signed: the signature stands, and what fails now is made by
/// [`freeze_once`] at its next turn.
pub fn freeze_now_or_later(app: &App, id: IssueId) {
    if let Err(error) = freeze_issue(app, id) {
        tracing::warn!(issue = id.0, "Issue {} is frozen later: {error:#}", id.0);
    }
}

/// 核对结果 of an issue.
#[derive(Debug, Serialize)]
pub struct Verification {
    /// Row id.
    pub id: IssueId,
    /// `intact`, `changed`, `unsealed` (signed by a version that kept no seal), `unsigned`.
    pub content: SealState,
    /// 内容散列 as stored.
    pub seal: Option<String>,
    /// Frozen renditions.
    pub renditions: Vec<CheckedRendition>,
    /// The figures, counted again.
    pub figures: Recount,
    /// Is all of it as it was signed?
    pub is_right: bool,
}

/// What the seal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SealState {
    /// As signed.
    Intact,
    /// Not as signed.
    Changed,
    /// Signed by a version that kept no seal.
    Unsealed,
    /// No signature yet.
    Unsigned,
}

/// A frozen rendition, looked at.
#[derive(Debug, Serialize)]
pub struct CheckedRendition {
    /// Code of the format.
    pub format: String,
    /// As stored.
    pub sha256: String,
    /// Are the bytes those that were frozen?
    pub is_intact: bool,
}

/// Looks whether an issue is as it was signed, and counts its figures again; `None` where there is no such issue.
///
/// # Errors
/// The store refuses.
pub fn verify_issue(app: &App, id: IssueId) -> Result<Option<Verification>> {
    let Some(issue) = app.store.issue(id)? else {
        return Ok(None);
    };
    let (content, seal) = match app.store.seal_of_issue(id)? {
        None => (SealState::Unsigned, None),
        Some(seal) => {
            let state = match &seal.stored {
                None => SealState::Unsealed,
                Some(stored) if *stored == seal.computed => SealState::Intact,
                Some(_) => SealState::Changed,
            };
            (state, seal.stored)
        }
    };
    let renditions: Vec<CheckedRendition> = app
        .store
        .frozen_renditions(id)?
        .into_iter()
        .map(|frozen| CheckedRendition {
            is_intact: frozen.is_intact(),
            format: frozen.format,
            sha256: frozen.sha256,
        })
        .collect();
    let mut figures = count_again(app, &issue)?;
    if let Some(express) = &issue.content.express {
        let posts = app.store.posts(&express.standing.posts)?;
        let event = match express.event {
            Some(event) => app.store.event(event)?,
            None => None,
        };
        let basis = app.store.basis_of_issue(id)?;
        figures.matter(express, &basis, &posts, event.as_ref());
    }
    let is_right = content != SealState::Changed
        && renditions.iter().all(|rendition| rendition.is_intact)
        && figures.is_right();
    Ok(Some(Verification {
        id,
        content,
        seal,
        renditions,
        figures,
        is_right,
    }))
}

fn count_again(app: &App, issue: &Issue) -> Result<Recount> {
    let basis = app.store.basis_of_issue(issue.id)?;
    let period = issue.content.period;
    let cited = issue.content.entries().flat_map(|entry| &entry.posts);
    let mut ids: Vec<PostId> = basis.now.iter().map(|counted| counted.post).collect();
    ids.extend(cited.map(|post| post.id));
    ids.sort_unstable();
    ids.dedup();
    let mut posts = app.store.posts(&ids)?;
    let known: HashSet<PostId> = posts.iter().map(|stored| stored.id).collect();
    let missing: Vec<PostId> = (ids.into_iter()).filter(|id| !known.contains(id)).collect();
    let counts_all = issue.content.express.is_none() && issue.content.subject.is_empty();
    if counts_all {
        let others = app
            .store
            .about_in_period(period.from, period.to, period.from - OLD_NEWS)?;
        posts.extend((others.into_iter()).filter(|stored| !known.contains(&stored.id)));
    } else {
        let of_basis: HashSet<PostId> = basis.now.iter().map(|it| it.post).collect();
        posts.retain(|stored| of_basis.contains(&stored.id));
    }
    let today = counted(&posts, period);
    Ok(recount(issue, &basis, &today, &missing))
}
