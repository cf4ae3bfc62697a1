//! Drafts that somebody asks for: 增刊, 快报 and its 续报, 专题报告, 更正.

use super::cases::masked_text;
use super::draft::{
    Drafted, Gathered, Proposal, before, finish, office, period_up_to, posts_of, propose,
};
use crate::app::App;
use crate::digest::DigestSettings;
use crate::digest::express::{Earlier, Matter, express, part_name};
use crate::digest::layout::cited_number;
use crate::digest::select::compile;
use crate::index::{Query, Sort};
use crate::model::{
    Basis, Cited, Corrects, DigestKind, EventId, Issue, IssueId, IssueState, Period, PostId,
    Series, StoredPost, Topic,
};
use anyhow::Result;
use std::collections::HashSet;
use std::sync::Arc;

/// 快报 about what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatterId {
    /// 事件.
    Event(EventId),
    /// One post; where it belongs to an event, that event.
    Post(PostId),
}

/// 专题报告 about what.
#[derive(Clone, Debug, PartialEq)]
pub enum Scope {
    /// Posts that a query finds.
    Query(Query),
    /// Posts of a topic.
    Topic(Topic),
    /// Posts of an event.
    Event(EventId),
}

/// 专题报告 as ordered.
#[derive(Clone, Debug, PartialEq)]
pub struct SpecialOrder {
    /// What it is about.
    pub scope: Scope,
    /// The same order has the same key: `watch:wage`.
    pub key: String,
    /// 专题名称, printed.
    pub subject: String,
    /// 监测时段.
    pub period: Period,
}

/// Why nothing was drafted.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// No such event.
    #[error("没有编号为{0}的事件")]
    NoEvent(i64),
    /// No such post.
    #[error("没有编号为{0}的信息")]
    NoPost(i64),
    /// Nothing in it is the bureau's matter.
    #[error("其中没有涉我局的信息，不能起草；如属误判，请先更正研判")]
    NothingOurs,
    /// A supplement tells of something new.
    #[error("上一期以来没有新的重要舆情，不用出增刊")]
    NothingNew,
    /// 终报 closes what was begun.
    #[error("这件事还没有签发过快报，不能直接出终报；请先起草快报")]
    NothingToClose,
    /// 终报 follows what was signed: what waits comes first.
    #[error(
        "这件事的{what}（第{id}号稿件）现为“{}”，还没有签发；请先签发或作废，再起草终报",
        state.label()
    )]
    Unsigned {
        /// Row id of what waits.
        id: i64,
        /// 快报, 续报一 …
        what: String,
        /// State it is in.
        state: IssueState,
    },
    /// 终报 was the last word.
    #[error(
        "这件事已出终报（{number}，第{id}号稿件），不再出续报；终报有误的请起草更正，事情又有发展的先作废终报"
    )]
    Closed {
        /// Row id of the 终报.
        id: i64,
        /// As it is cited.
        number: String,
    },
    /// No such issue.
    #[error("没有稿号为{0}的稿件")]
    NoIssue(i64),
    /// Only what was signed is put right by another issue.
    #[error("本期现为“{}”，不能更正；{}", state.label(), state.way_out())]
    NotSigned {
        /// Row id.
        id: i64,
        /// State it is in.
        state: IssueState,
    },
    /// The store failed.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// 增刊: what is new since the last issue, numbered apart; the next issue of the main series covers its period as if
/// nothing had been, and leaves out what it printed.
///
/// # Errors
/// The store refuses.
pub async fn draft_supplement(
    app: &Arc<App>,
    digest: &DigestSettings,
    by: &str,
) -> Result<Drafted, RequestError> {
    let now = app.now();
    let (digest, by) = (digest.clone(), by.to_owned());
    let proposal = app
        .on_cpu(move |app| {
            let matter = "supplement";
            if let Some(waiting) = waiting(app, &digest.code, matter)? {
                return Ok(Err(standing(&waiting)));
            }
            let covered = app.store.covered_until(&digest.code)?;
            let period = period_up_to(&digest, covered, now);
            let mut proposal = propose(app, &digest, period, now)?;
            if let Some(draft) = &mut proposal.draft {
                draft.content.series = Series::Supplement;
                draft.content.occasion = format!("{matter}/{}", now.timestamp_millis());
            }
            proposal.by = by;
            Ok(Ok(proposal))
        })
        .await?;
    match proposal {
        Err(waiting) => Ok(waiting),
        Ok(proposal) if proposal.draft.is_none() => Err(RequestError::NothingNew),
        Ok(mut proposal) => {
            proposal.is_over = false;
            match finish(app, proposal, now).await? {
                // Another draft printed it while this one was written.
                Drafted::Nothing { .. } => Err(RequestError::NothingNew),
                drafted => Ok(drafted),
            }
        }
    }
}

/// 快报 of a matter, or the 续报 that follows what was signed of it; a draft that waits is given back as it is.
///
/// # Errors
/// [`RequestError`]: no such matter, nothing of ours in it, nothing to close, or closed already.
pub async fn draft_express(
    app: &Arc<App>,
    digest: &DigestSettings,
    matter: MatterId,
    is_final: bool,
    by: &str,
) -> Result<Drafted, RequestError> {
    let now = app.now();
    let (digest, by) = (digest.clone(), by.to_owned());
    let outcome = app
        .on_cpu(move |app| Ok(propose_express(app, &digest, matter, is_final, by)))
        .await?;
    match outcome? {
        Err(waiting) => Ok(waiting),
        Ok(proposal) => Ok(finish(app, proposal, now).await?),
    }
}

fn propose_express(
    app: &App,
    digest: &DigestSettings,
    matter: MatterId,
    is_final: bool,
    by: String,
) -> Result<Result<Proposal, Drafted>, RequestError> {
    let now = app.now();
    let (key, event, posts) = posts_of_matter(app, matter)?;
    if let Some(waiting) = waiting(app, &digest.code, &key)? {
        if is_final && !is_final_report(&waiting) {
            return Err(unsigned(&waiting));
        }
        return Ok(Err(standing(&waiting)));
    }
    let issued = app.store.issues_of_matter(&digest.code, &key)?;
    let latest = (issued.iter()).rfind(|issue| issue.state == IssueState::Signed);
    if let Some(closed) = latest.filter(|latest| is_final_report(latest)) {
        return Err(RequestError::Closed {
            id: closed.id.0,
            number: cited_number(closed).unwrap_or_default(),
        });
    }
    let earlier = latest.and_then(|latest| earlier(latest, &issued));
    if is_final && earlier.is_none() {
        return Err(RequestError::NothingToClose);
    }
    let period = Period { from: now, to: now };
    let gathered = Gathered::new(app, period, HashSet::new())?;
    let office = office(app);
    let context = gathered.context(&office, None, digest, now);
    let matter = Matter {
        posts: &posts,
        event: event.as_ref(),
        key: &key,
        earlier,
        is_final,
    };
    let draft = express(digest, &matter, &context).ok_or(RequestError::NothingOurs)?;
    Ok(Ok(Proposal {
        digest: digest.code.clone(),
        period: draft.content.period,
        draft: Some(draft),
        posts,
        printed: None,
        is_over: false,
        by,
    }))
}

fn unsigned(waiting: &Issue) -> RequestError {
    let express = waiting.content.express.as_ref();
    let part = express.map_or_else(String::new, part_name);
    RequestError::Unsigned {
        id: waiting.id.0,
        what: if part.is_empty() {
            DigestKind::Express.label().to_owned()
        } else {
            part
        },
        state: waiting.state,
    }
}

fn is_final_report(issue: &Issue) -> bool {
    issue.content.express.as_ref().is_some_and(|it| it.is_final)
}

/// 上一报 of what comes next, from all that was issued of the matter.
fn earlier<'i>(latest: &'i Issue, issued: &'i [Issue]) -> Option<Earlier<'i>> {
    let express = latest.content.express.as_ref()?;
    let ordinal = |issue: &Issue| issue.content.express.as_ref().map_or(0, |it| it.ordinal);
    // A void 续报 keeps its place as a void number does.
    let last = issued.iter().map(ordinal).max()?;
    Some(Earlier {
        cited: cited(latest)?,
        standing: &express.standing,
        first: express.first.unwrap_or(latest.id),
        ordinal: last + 1,
    })
}

fn posts_of_matter(
    app: &App,
    matter: MatterId,
) -> Result<(String, Option<crate::model::Event>, Vec<StoredPost>), RequestError> {
    let id = match matter {
        MatterId::Event(id) => id,
        MatterId::Post(id) => {
            let post = (app.store.post(id)?).ok_or(RequestError::NoPost(id.0))?;
            match post.event {
                Some(event) => event,
                None => return Ok((format!("post:{}", id.0), None, vec![post])),
            }
        }
    };
    let known = (app.store.event_members(id)?).ok_or(RequestError::NoEvent(id.0))?;
    let posts = app.store.posts(&known.members)?;
    Ok((format!("event:{}", id.0), Some(known.event), posts))
}

/// 专题报告: the posts of a query, topic or event in a period, surveyed. The same order twice is one draft.
///
/// # Errors
/// [`RequestError`]: no such event, or nothing of ours in the period.
pub async fn draft_special(
    app: &Arc<App>,
    digest: &DigestSettings,
    order: SpecialOrder,
    by: &str,
) -> Result<Drafted, RequestError> {
    let now = app.now();
    let (digest, by) = (digest.clone(), by.to_owned());
    let outcome = app
        .on_cpu(move |app| Ok(propose_special(app, &digest, &order, by)))
        .await?;
    Ok(finish(app, outcome?, now).await?)
}

fn propose_special(
    app: &App,
    digest: &DigestSettings,
    order: &SpecialOrder,
    by: String,
) -> Result<Proposal, RequestError> {
    let now = app.now();
    let ids = ids_of(app, &order.scope)?;
    let is_meant = |stored: &StoredPost| match (&ids, &order.scope) {
        (Some(ids), _) => ids.contains(&stored.id),
        (None, Scope::Topic(topic)) => (stored.analysis.as_ref())
            .is_some_and(|analysis| analysis.topics.iter().any(|it| it.code == *topic)),
        (None, _) => false,
    };
    let mut posts = posts_of(app, order.period)?;
    posts.retain(&is_meant);
    let mut before = before(app, digest.period_before(order.period))?;
    if let Some((_, posts)) = &mut before {
        posts.retain(&is_meant);
    }
    let gathered = Gathered::new(app, order.period, HashSet::new())?;
    let office = office(app);
    let context = gathered.context(&office, before.as_ref(), digest, now);
    let mut draft =
        compile(digest, order.period, &posts, &context).ok_or(RequestError::NothingOurs)?;
    draft.content.subject = masked_text(&order.subject);
    draft.content.occasion = format!(
        "special:{}:{}:{}",
        masked_text(&order.key),
        order.period.from.timestamp_millis(),
        order.period.to.timestamp_millis()
    );
    // What was issued in the period is not about the subject alone.
    if let Some(survey) = &mut draft.content.survey {
        survey.output.clear();
        survey.appendix.clear();
    }
    Ok(Proposal {
        digest: digest.code.clone(),
        period: order.period,
        draft: Some(draft),
        posts,
        printed: None,
        is_over: false,
        by,
    })
}

fn ids_of(app: &App, scope: &Scope) -> Result<Option<HashSet<PostId>>, RequestError> {
    let ids = match scope {
        Scope::Topic(_) => return Ok(None),
        Scope::Query(query) => app.index.ids(&app.expanded(query), Sort::Time)?,
        Scope::Event(id) => {
            (app.store.event_members(*id)?)
                .ok_or(RequestError::NoEvent(id.0))?
                .members
        }
    };
    Ok(Some(ids.into_iter().collect()))
}

/// 更正: a draft with the words of a signed issue, to be edited; it takes a number of its own. The signed one stays as
/// it is.
///
/// # Errors
/// [`RequestError`]: no such issue, or not signed.
pub fn draft_correction(
    app: &App,
    id: IssueId,
    reason: &str,
    by: &str,
) -> Result<Drafted, RequestError> {
    let issue = app.store.issue(id)?.ok_or(RequestError::NoIssue(id.0))?;
    let cited = match (issue.state, cited(&issue)) {
        (IssueState::Signed, Some(cited)) => cited,
        (state, _) => {
            let id = id.0;
            return Err(RequestError::NotSigned { id, state });
        }
    };
    let matter = format!("corrects:{}", id.0);
    let digest = &issue.content.digest;
    if let Some(waiting) = waiting(app, digest, &matter)? {
        return Ok(standing(&waiting));
    }
    let made = app.store.issues_of_matter(digest, &matter)?.len();
    let mut content = issue.content.clone();
    content.occasion = format!("{matter}/{made}");
    content.corrects = Some(Corrects {
        cited,
        reason: masked_text(reason),
    });
    // It bears a number of its own, not that of its matter: no 续报, no 终报.
    if let Some(express) = &mut content.express {
        (express.ordinal, express.first, express.is_final) = (0, None, false);
    }
    let basis: Basis = app.store.basis_of_issue(id)?;
    Ok(Drafted::Issue {
        id: app.store.save_draft(&content, &basis, by, app.now())?,
        period: content.period,
        is_new: true,
    })
}

/// A draft of the matter that was not signed yet.
fn waiting(app: &App, digest: &str, matter: &str) -> Result<Option<Issue>> {
    let issues = app.store.issues_of_matter(digest, matter)?;
    let waits = |issue: &Issue| matches!(issue.state, IssueState::Draft | IssueState::Approved);
    Ok(issues.into_iter().find(waits))
}

/// What was drafted before.
fn standing(issue: &Issue) -> Drafted {
    Drafted::Issue {
        id: issue.id,
        period: issue.content.period,
        is_new: false,
    }
}

/// `人社舆情快报2017年第17期` as another issue cites it.
fn cited(issue: &Issue) -> Option<Cited> {
    let number = cited_number(issue)?;
    let title = match issue.content.kind {
        DigestKind::Express => &issue.content.masthead.title,
        _ => "",
    };
    Some(Cited {
        issue: issue.id,
        number: format!("{title}{number}"),
    })
}
