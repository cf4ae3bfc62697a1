//! `/events/{id}`: one event – its course, curves, sources, who was first and who copied, its posts, and what it is in.

use crate::app::App;
use crate::cluster::{Timeline, timeline};
use crate::digest::layout::cited_number;
use crate::model::{EventDecision, EventDeed, EventId, Member, PostId, StoredPost, Visitor};
use crate::pipeline::merged_from;
use crate::text::duration::duration;
use crate::text::heading::heading;
use crate::web::Shared;
use crate::web::alerts::AlertLine;
use crate::web::chart::figure;
use crate::web::deed::back;
use crate::web::error::WebError;
use crate::web::events::EventLine;
use crate::web::events::course::{Spread, curves, sources, spread};
use crate::web::frame::Frame;
use crate::web::layout::{PostLine, minute, page_number};
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use chrono::TimeDelta;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Posts per page.
const PAGE_SIZE: usize = 20;
/// Changes of levels shown.
const SHOWN_CHANGES: usize = 30;
/// Issues, cases, alerts shown of each.
const SHOWN_TIES: usize = 10;
/// So long a decision counts as made just now.
const JUST_NOW: TimeDelta = TimeDelta::minutes(30);

#[derive(Deserialize)]
pub struct Parameters {
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

#[derive(Template)]
#[template(path = "event.html", config = "src/web/askama.toml")]
struct EventPage {
    frame: Frame,
    event: EventLine,
    /// Figures in sentences.
    course: Vec<String>,
    /// When, which post, what.
    nodes: Vec<(String, i64, String)>,
    figures: Vec<String>,
    sources: Vec<SourceLine>,
    spread: Vec<SpreadBlock>,
    levels: Vec<ChangeLine>,
    decisions: Vec<DecisionLine>,
    posts: Vec<PostLine>,
    page: usize,
    page_count: usize,
    issues: Vec<Tie>,
    cases: Vec<Tie>,
    alerts: Vec<AlertLine>,
    watches: Vec<(String, String, u64)>,
    old_news: Vec<String>,
}

struct SourceLine {
    channel: &'static str,
    tier: &'static str,
    names: String,
    post_count: usize,
    copy_count: usize,
    first: String,
}

/// A post and its copies.
struct SpreadBlock {
    original: SpreadLine,
    copies: Vec<SpreadLine>,
    more: usize,
}

struct SpreadLine {
    id: i64,
    title: String,
    source: String,
    at: String,
    after: String,
}

struct ChangeLine {
    at: String,
    post: i64,
    words: String,
}

/// A link with a remark.
struct Tie {
    address: String,
    name: String,
    remark: String,
    is_bad: bool,
}

struct DecisionLine {
    words: String,
    undo: Option<Undo>,
}

/// 撤销 — a deed that puts the posts back.
struct Undo {
    /// Where the form goes.
    address: String,
    /// Events to be merged again, `with`.
    values: Vec<i64>,
    label: String,
    /// It stands above the page: somebody may have meant something else.
    is_fresh: bool,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    Query(asked): Query<Parameters>,
) -> Result<Response, WebError> {
    let id = EventId(id.parse().map_err(|_| WebError::NotFound)?);
    let who = visitor.clone();
    let page = app
        .on_cpu(move |app| event_page(app, &who, id, asked.page))
        .await?;
    match page {
        Some(page) => Ok(Html(page.render()?).into_response()),
        None => elsewhere(&app, &visitor, id).await,
    }
}

/// To the event that a person put it into; of others nothing is known.
async fn elsewhere(app: &Arc<App>, visitor: &Visitor, id: EventId) -> Result<Response, WebError> {
    let last = app
        .on_cpu(move |app| Ok(app.store.event_decisions(id)?.pop()))
        .await?;
    let decision = last
        .filter(|decision| decision.event != id && decision.event.0 > 0)
        .ok_or(WebError::NotFound)?;
    let sentence = format!("事件{}已不在（{decision}），现见本事件。", id.0);
    let address = format!("/events/{}", decision.event.0);
    back(app, visitor, &address, sentence).await
}

fn event_page(app: &App, visitor: &Visitor, id: EventId, page: usize) -> Result<Option<EventPage>> {
    let Some(listed) = app.store.listed_event(id)? else {
        return Ok(None);
    };
    let members = app.members_of_event(id)?;
    if members.is_empty() {
        return Ok(None);
    }
    let told = timeline(&members);
    let spread = spread(&members);
    // The latest first: what is new is looked at.
    let shown: Vec<PostId> = (members.iter().rev())
        .skip(page.saturating_mul(PAGE_SIZE))
        .take(PAGE_SIZE)
        .map(|member| member.id)
        .collect();
    let posts = app.store.posts(&shown)?;
    let drawn = curves(&members);
    let figures = drawn.iter().map(figure);
    Ok(Some(EventPage {
        frame: Frame::of(app, visitor, "/events")?,
        course: course(&told),
        nodes: (told.nodes.iter())
            .map(|node| (minute(Some(node.at)), node.post.0, node.what.clone()))
            .collect(),
        figures: figures.collect::<Result<_, _>>()?,
        sources: source_lines(&members),
        spread: spread_blocks(app, &members, &spread)?,
        levels: level_lines(app, id)?,
        decisions: decision_lines(app, id)?,
        old_news: (posts.iter())
            .filter_map(|stored| stored.old_news.as_ref())
            .map(|old| old.reason.clone())
            .collect(),
        posts: posts.iter().map(PostLine::of).collect(),
        page,
        page_count: members.len().div_ceil(PAGE_SIZE),
        issues: issue_ties(app, id)?,
        cases: case_ties(app, id)?,
        alerts: alert_lines(app, id)?,
        watches: watch_ties(app, id)?,
        event: EventLine::of(app, listed)?,
    }))
}

fn course(told: &Timeline) -> Vec<String> {
    let after = |minutes: i64| duration(TimeDelta::minutes(minutes.max(0)));
    let answered = match told.answered_after_minutes {
        Some(..0) => "发现前已有官方回应".to_owned(),
        Some(minutes) => format!("发现后{}首次回应", after(minutes)),
        None => "尚无官方回应".to_owned(),
    };
    vec![
        format!(
            "信息{}条，其中转载{}条；热度{:.0}（另计评论、转发和点赞）",
            told.post_count, told.copy_count, told.heat
        ),
        format!("首发后{}发现，{answered}", after(told.found_after_minutes)),
    ]
}

fn source_lines(members: &[Member]) -> Vec<SourceLine> {
    let line = |row: crate::web::events::course::SourceRow| SourceLine {
        channel: row.channel,
        tier: row.tier,
        names: row.names,
        post_count: row.post_count,
        copy_count: row.copy_count,
        first: minute(Some(row.first_at)),
    };
    sources(members).into_iter().map(line).collect()
}

fn spread_blocks(app: &App, members: &[Member], spread: &[Spread]) -> Result<Vec<SpreadBlock>> {
    let first_at = members[0].at;
    let wanted = |spread: &Spread| {
        let copies = spread.copies.iter().map(|(copy, _)| *copy);
        std::iter::once(spread.original)
            .chain(copies)
            .collect::<Vec<_>>()
    };
    let ids: Vec<PostId> = spread.iter().flat_map(wanted).collect();
    let posts: HashMap<PostId, StoredPost> = (app.store.posts(&ids)?.into_iter())
        .map(|stored| (stored.id, stored))
        .collect();
    let line = |id: PostId, after: String| {
        let stored = posts.get(&id)?;
        let post = &stored.post;
        let outlet = post.outlet.as_ref().unwrap_or(&post.source_name);
        Some(SpreadLine {
            id: id.0,
            title: heading(&post.title, &post.text),
            source: format!("{outlet}（{}）", post.channel.label()),
            at: minute(Some(post.effective_at())),
            after,
        })
    };
    let since_first = |id: PostId| {
        let at = posts.get(&id).map(|stored| stored.post.effective_at());
        match at.map(|at| at - first_at) {
            Some(later) if id != members[0].id => format!("首发后{}", duration(later)),
            _ => "首发".to_owned(),
        }
    };
    let block = |spread: &Spread| {
        let copies = spread.copies.iter();
        Some(SpreadBlock {
            original: line(spread.original, since_first(spread.original))?,
            copies: copies
                .filter_map(|(copy, minutes)| line(*copy, later(*minutes)))
                .collect(),
            more: spread.more,
        })
    };
    Ok(spread.iter().filter_map(block).collect())
}

/// A copy may state an earlier time than what it copied.
fn later(minutes: i64) -> String {
    match minutes {
        ..0 => "所注时间更早".to_owned(),
        minutes => format!("{}后转载", duration(TimeDelta::minutes(minutes))),
    }
}

fn level_lines(app: &App, id: EventId) -> Result<Vec<ChangeLine>> {
    let changes = app.store.level_changes_of_event(id, SHOWN_CHANGES)?;
    let line = |change: &crate::model::LevelChange| ChangeLine {
        at: minute(Some(change.at)),
        post: change.post.0,
        words: change.to_string(),
    };
    Ok(changes.iter().map(line).collect())
}

/// What people decided, the latest first; what can be put back has a form for it.
fn decision_lines(app: &App, id: EventId) -> Result<Vec<DecisionLine>> {
    let decisions = app.store.event_decisions(id)?;
    let mut lines = Vec::with_capacity(decisions.len());
    for (age, decision) in decisions.iter().rev().enumerate() {
        let undo = match age {
            0 => undo(app, id, decision)?,
            // What came later stands on it.
            _ => None,
        };
        lines.push(DecisionLine {
            words: decision.to_string(),
            undo,
        });
    }
    Ok(lines)
}

fn undo(app: &App, id: EventId, decision: &EventDecision) -> Result<Option<Undo>> {
    let is_fresh = app.now() - decision.at <= JUST_NOW;
    match decision.deed {
        EventDeed::Merge => {
            let members = app.store.event_members(id)?;
            let members = members.map_or_else(Vec::new, |known| known.members);
            let groups = merged_from(id, decision, &members);
            if groups.is_empty() {
                return Ok(None);
            }
            let parts: Vec<String> = (groups.iter())
                .map(|(event, posts)| format!("原事件{}的{}条", event.0, posts.len()))
                .collect();
            Ok(Some(Undo {
                address: format!("/events/{}/unmerge", id.0),
                label: format!("撤销归并：{}重新拆出", parts.join("、")),
                values: Vec::new(),
                is_fresh,
            }))
        }
        EventDeed::Split => {
            let Some(from) = decision.before.values().flatten().next().copied() else {
                return Ok(None);
            };
            let posts: Vec<PostId> = decision.before.keys().copied().collect();
            let now: BTreeSet<EventId> = (app.store.events_of_posts(&posts)?.into_iter())
                .map(|(_, event)| event)
                .collect();
            // What came later with one of them stands on the split.
            for event in now.iter().chain([&from]) {
                let last = app.store.event_decisions(*event)?.pop();
                if last.as_ref() != Some(decision) {
                    return Ok(None);
                }
            }
            let apart: Vec<i64> = (now.into_iter())
                .filter(|event| *event != from)
                .map(|event| event.0)
                .collect();
            if apart.is_empty() {
                return Ok(None);
            }
            let named: Vec<String> = apart.iter().map(ToString::to_string).collect();
            Ok(Some(Undo {
                address: format!("/events/{}/merge", from.0),
                label: format!("撤销拆分：事件{}并回事件{}", named.join("、"), from.0),
                values: apart,
                is_fresh,
            }))
        }
    }
}

fn issue_ties(app: &App, id: EventId) -> Result<Vec<Tie>> {
    let mut ties = Vec::new();
    for issue in app.store.issues_of_event(id, SHOWN_TIES)? {
        let Some(issue) = app.store.issue(issue)? else {
            continue;
        };
        let title = &issue.content.masthead.title;
        ties.push(Tie {
            address: format!("/issues/{}", issue.id.0),
            name: cited_number(&issue).map_or_else(
                || format!("《{title}》第{}号稿件", issue.id.0),
                |number| format!("《{title}》{number}"),
            ),
            remark: issue.state.label().to_owned(),
            is_bad: false,
        });
    }
    Ok(ties)
}

fn case_ties(app: &App, id: EventId) -> Result<Vec<Tie>> {
    let now = app.now();
    let mut ties = Vec::new();
    for case in app.store.cases_of_event(id, SHOWN_TIES)? {
        let Some(file) = app.store.case_file(case)? else {
            continue;
        };
        let case = file.case;
        ties.push(Tie {
            address: format!("/cases/{}", case.id.0),
            name: case.form.title.clone(),
            remark: format!(
                "{}，时限{}",
                case.state.label(),
                minute(Some(case.deadline.at))
            ),
            is_bad: case.is_pending() && case.is_overdue(now),
        });
    }
    Ok(ties)
}

fn alert_lines(app: &App, id: EventId) -> Result<Vec<AlertLine>> {
    let names = app.recipient_names();
    let mut lines = Vec::new();
    for alert in app.store.alerts_of_event(id, SHOWN_TIES)? {
        let report = app.alert_report(alert)?;
        lines.extend(report.map(|report| AlertLine::of(report, &names, &[])));
    }
    Ok(lines)
}

/// Id, name, posts that matched.
fn watch_ties(app: &App, id: EventId) -> Result<Vec<(String, String, u64)>> {
    let watched = app.watched();
    let named = |(id, count): (String, u64)| {
        let mut declared = watched.declared.iter();
        let declared = declared.find(|declared| declared.watch.id == id)?;
        Some((id, declared.watch.name.clone(), count))
    };
    let watches = app.store.watches_of_event(id)?;
    Ok(watches.into_iter().filter_map(named).collect())
}
