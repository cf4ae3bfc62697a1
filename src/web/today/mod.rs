//! `/`: what came in since the last shift, the gravest first; beside it the draft it goes into.

pub mod drafting;

use crate::app::App;
use crate::model::{
    Alert, AlertId, AlertState, AlertStep, AuditAction, AuditSubject, CrawlOutcome, EventId,
    IssueId, Level, Permission, PostId, Timestamp, Visitor,
};
use crate::pipeline::masked_text;
use crate::store::{AlertFilter, Flagged};
use crate::web::Shared;
use crate::web::deed;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::layout::{minute, page_number};
use crate::web::refused;
use crate::web::spark::spark;
use crate::web::today::drafting::{Draft, cited};
use crate::web::triage::{Bulk, Item, Maker, own_path};
use crate::web::visitor::Who;
use anyhow::{Context, Result};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Response};
use chrono::{NaiveTime, TimeDelta, TimeZone};
use serde::Deserialize;
use std::collections::HashSet;
use url::form_urlencoded::Serializer;

/// Posts per page.
const PAGE_SIZE: usize = 12;
/// Events per page.
const EVENTS: usize = 15;
/// Alerts and cases shown; the rest is on their own pages.
const SHOWN: usize = 30;
/// Flagged posts looked through: more than a week brings.
const MOST_FLAGGED: usize = 5000;
/// A shift looks back no further.
const LONGEST: TimeDelta = TimeDelta::days(7);
/// Cases due within this time are shown.
const DUE_SOON: TimeDelta = TimeDelta::hours(24);
/// When the night begins, by the hour.
const EVENING: u32 = 18;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Parameters {
    since: String,
    tab: String,
    level: String,
    todo: String,
    view: String,
    issue: String,
    corrected: String,
    #[serde(deserialize_with = "page_number")]
    page: usize,
}

#[derive(Template)]
#[template(path = "today.html", config = "src/web/askama.toml")]
struct TodayPage {
    frame: Frame,
    now: String,
    since: String,
    spans: Vec<Link>,
    tabs: Vec<Link>,
    tab: &'static str,
    levels: Vec<LevelLink>,
    todo: Link,
    view: Link,
    is_single: bool,
    items: Vec<Item>,
    /// `第1—12条，共40条`.
    shown: String,
    events: Vec<EventLine>,
    each: &'static str,
    alerts: Vec<AlertLine>,
    cases: Vec<CaseLine>,
    troubled: Vec<(String, String)>,
    /// What is wrong with the backups, for those who make them; empty for all others.
    backups: String,
    previous: Option<String>,
    next: Option<String>,
    draft: Draft,
    bulk: Option<Bulk>,
    back: String,
}

struct Link {
    name: &'static str,
    href: String,
    is_here: bool,
    /// Behind the name; empty where nothing is counted.
    count: String,
}

struct LevelLink {
    code: &'static str,
    label: &'static str,
    count: usize,
    href: String,
    is_here: bool,
}

struct EventLine {
    id: i64,
    title: String,
    level: &'static str,
    level_label: &'static str,
    phase: &'static str,
    posts: u64,
    sources: u64,
    fresh: u64,
    first: String,
    last: String,
    reason: String,
    spark: String,
}

struct AlertLine {
    id: i64,
    level: &'static str,
    level_label: &'static str,
    state: &'static str,
    raised: String,
    title: String,
    reason: String,
    target: String,
    /// Who took it.
    taken: String,
    deeds: Vec<(&'static str, &'static str)>,
}

struct CaseLine {
    id: i64,
    title: String,
    from: String,
    due: String,
    state: &'static str,
    office: String,
    is_overdue: bool,
    left: String,
}

/// What the page shows of, as its address says.
struct Asked {
    since: &'static str,
    tab: &'static str,
    level: Option<Level>,
    only_open: bool,
    is_single: bool,
    issue: Option<IssueId>,
    corrected: String,
    page: usize,
}

impl Asked {
    fn of(parameters: &Parameters) -> Asked {
        let one_of = |known: &[&'static str], said: &str| {
            let found = known.iter().find(|known| **known == said);
            found.copied().unwrap_or(known[0])
        };
        Asked {
            since: one_of(&["shift", "night", "day", "week"], &parameters.since),
            tab: one_of(&["posts", "events", "alerts", "cases"], &parameters.tab),
            level: parameters.level.parse().ok(),
            only_open: parameters.todo == "1",
            is_single: parameters.view == "one",
            issue: parameters.issue.parse().ok().map(IssueId),
            corrected: parameters.corrected.clone(),
            page: parameters.page,
        }
    }

    /// The address of the same page with one thing otherwise.
    fn with(&self, name: &str, value: &str) -> String {
        let keeps_page = name == "page";
        let mut query = Serializer::new(String::new());
        let level = self.level.map_or("", Level::code);
        let issue = self
            .issue
            .map_or(String::new(), |issue| issue.0.to_string());
        let page = self.page.to_string();
        for (known, stands, default) in [
            ("since", self.since, "shift"),
            ("tab", self.tab, "posts"),
            ("level", level, ""),
            ("todo", if self.only_open { "1" } else { "" }, ""),
            ("view", if self.is_single { "one" } else { "" }, ""),
            ("issue", &issue, ""),
            ("page", if keeps_page { &page } else { "0" }, "0"),
        ] {
            let value = if known == name { value } else { stands };
            if value != default {
                query.append_pair(known, value);
            }
        }
        match query.finish().as_str() {
            "" => "/".to_owned(),
            query => format!("/?{query}"),
        }
    }

    fn here(&self) -> String {
        self.with("page", &self.page.to_string())
    }
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let asked = Asked::of(&parameters);
    let page = app.on_cpu(move |app| today(app, &visitor, &asked)).await?;
    Ok(Html(page.render()?))
}

fn today(app: &App, visitor: &Visitor, asked: &Asked) -> Result<TodayPage> {
    let now = app.now();
    let from = since(app, visitor, asked.since)?;
    let flagged = app.store.flagged_since(from, MOST_FLAGGED)?;
    let events = app.store.events_since(from)?;
    let alerts = alerts(app)?;
    let cases = cases(app, now)?;
    let troubled = troubled(app)?;
    let back = asked.here();
    let printed = match asked.tab {
        "posts" => cited(app, asked.issue)?,
        _ => None,
    };
    let issue = printed.as_ref().map(|(issue, _)| *issue);
    let (size, count) = match (asked.tab, asked.is_single) {
        ("events", _) => (EVENTS, events.len()),
        ("posts", single) => {
            let size = if single { 1 } else { PAGE_SIZE };
            (size, chosen(&flagged, asked).count())
        }
        _ => (SHOWN, 0),
    };
    let offset = asked.page.saturating_mul(size);
    let items = match asked.tab {
        "posts" => items(app, visitor, asked, &flagged, printed, (offset, size))?,
        _ => Vec::new(),
    };
    let events_shown = match asked.tab {
        "events" => event_lines(app, &events, from, (offset, size))?,
        _ => Vec::new(),
    };
    let waiting = alerts
        .iter()
        .filter(|it| it.state == AlertState::Open)
        .count();
    let pressing = cases.len() + troubled.len();
    Ok(TodayPage {
        frame: Frame::of(app, visitor, "/")?,
        now: minute(Some(now)),
        since: minute(Some(from)),
        spans: spans(asked),
        tabs: tabs(asked, [flagged.len(), events.len(), waiting, pressing]),
        tab: asked.tab,
        levels: level_links(&flagged, asked),
        todo: Link {
            name: "只看未处理",
            href: asked.with("todo", if asked.only_open { "" } else { "1" }),
            is_here: asked.only_open,
            count: String::new(),
        },
        view: Link {
            name: "逐条看",
            href: asked.with("view", if asked.is_single { "" } else { "one" }),
            is_here: asked.is_single,
            count: String::new(),
        },
        is_single: asked.is_single,
        shown: match (count, size) {
            (0, _) => String::new(),
            (count, 1) => format!("第{}条，共{count}条", offset + 1),
            (count, size) => {
                format!(
                    "第{}—{}条，共{count}条",
                    offset + 1,
                    count.min(offset + size)
                )
            }
        },
        items,
        each: if now - from <= TimeDelta::hours(48) {
            "每小时"
        } else {
            "每6小时"
        },
        events: events_shown,
        alerts: alerts.iter().map(alert_line).collect(),
        cases,
        troubled,
        backups: match visitor.may(Permission::Administer) {
            true => app.backup_trouble()?.unwrap_or_default(),
            false => String::new(),
        },
        previous: (asked.page.checked_sub(1)).map(|page| asked.with("page", &page.to_string())),
        next: (offset + size < count).then(|| asked.with("page", &(asked.page + 1).to_string())),
        draft: Draft::beside(app, visitor, asked.issue, &back)?,
        bulk: Bulk::of(visitor, issue, &back, &asked.corrected),
        back,
    })
}

/// From when on: the shift before this one, the evening, a day, a week; never further back than a week.
fn since(app: &App, visitor: &Visitor, span: &str) -> Result<Timestamp> {
    let now = app.now();
    let from = match span {
        "night" => evening(app, now)?,
        "day" => now - TimeDelta::hours(24),
        "week" => now - LONGEST,
        _ => {
            let before = app.store.previous_shift(visitor.user.id)?;
            before.unwrap_or(now - TimeDelta::hours(24))
        }
    };
    Ok(from.max(now - LONGEST))
}

/// The last evening at 18:00 that is over.
fn evening(app: &App, now: Timestamp) -> Result<Timestamp> {
    let evening = NaiveTime::from_hms_opt(EVENING, 0, 0).context("an hour of the day")?;
    let local = now.with_timezone(&app.zone());
    let day = match local.time() > evening {
        true => local.date_naive(),
        false => local.date_naive().pred_opt().context("a day before")?,
    };
    let moment = app.zone().from_local_datetime(&day.and_time(evening));
    Ok(moment.earliest().map_or(now, |at| at.fixed_offset()))
}

fn chosen<'f>(flagged: &'f [Flagged], asked: &Asked) -> impl Iterator<Item = &'f Flagged> {
    let (level, only_open) = (asked.level, asked.only_open);
    flagged.iter().filter(move |flagged| {
        level.is_none_or(|level| flagged.level == level) && !(only_open && flagged.is_decided)
    })
}

fn items(
    app: &App,
    visitor: &Visitor,
    asked: &Asked,
    flagged: &[Flagged],
    draft: Option<(IssueId, HashSet<PostId>)>,
    (offset, size): (usize, usize),
) -> Result<Vec<Item>> {
    let maker = Maker {
        app,
        visitor,
        draft,
        back: asked.here(),
        is_open: asked.is_single,
    };
    let wanted = chosen(flagged, asked).skip(offset).take(size);
    let ids: Vec<_> = wanted.map(|flagged| flagged.post).collect();
    let posts = app.store.posts(&ids)?;
    posts.iter().map(|stored| maker.item(stored)).collect()
}

fn event_lines(
    app: &App,
    ids: &[EventId],
    from: Timestamp,
    (offset, size): (usize, usize),
) -> Result<Vec<EventLine>> {
    let now = app.now();
    let hours = (now - from).num_hours().max(1);
    let (step, count) = match hours <= 48 {
        true => (TimeDelta::hours(1), hours.max(6)),
        false => (TimeDelta::hours(6), hours / 6),
    };
    let count = i32::try_from(count).unwrap_or(48);
    let mut lines = Vec::new();
    for id in ids.iter().skip(offset).take(size) {
        let Some(event) = app.store.event(*id)? else {
            continue;
        };
        let steps = app.store.event_steps(*id, now, step, count)?;
        lines.push(EventLine {
            id: id.0,
            level: event.level.code(),
            level_label: event.level.label(),
            phase: event.phase.label(),
            posts: event.post_count,
            sources: event.source_count,
            fresh: steps.iter().sum(),
            first: event.first_at.format("%m-%d %H:%M").to_string(),
            last: event.last_at.format("%m-%d %H:%M").to_string(),
            reason: event.level_reason,
            title: event.title,
            spark: spark(&steps, "各时段信息条数"),
        });
    }
    Ok(lines)
}

/// What waits for somebody, then what somebody works on.
fn alerts(app: &App) -> Result<Vec<Alert>> {
    let of = |state| {
        app.store.alerts(AlertFilter {
            state: Some(state),
            since: None,
            limit: SHOWN,
            offset: 0,
        })
    };
    let mut alerts = of(AlertState::Open)?;
    // Stable: within a level the latest stay first.
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.what.level));
    alerts.extend(of(AlertState::Acknowledged)?);
    alerts.truncate(SHOWN);
    Ok(alerts)
}

fn alert_line(alert: &Alert) -> AlertLine {
    let what = &alert.what;
    let target = match (what.event, what.post) {
        (Some(event), _) => format!("/events/{}", event.0),
        (None, Some(post)) => format!("/posts/{}", post.0),
        (None, None) => "/alerts".to_owned(),
    };
    let deeds = [
        (AlertState::Acknowledged, "签收"),
        (AlertState::Handled, "办结"),
        (AlertState::FalseAlarm, "误报"),
    ];
    let possible = deeds
        .into_iter()
        .filter(|(next, _)| alert.state.may_become(*next));
    AlertLine {
        id: alert.id.0,
        level: what.level.code(),
        level_label: match what.level {
            Level::None => what.kind.label(),
            level => level.label(),
        },
        state: alert.state.label(),
        raised: minute(Some(alert.raised_at)),
        title: what.title.clone(),
        reason: what.reason.clone(),
        target,
        taken: alert.steps.last().map_or_else(String::new, |step| {
            format!("{}，{}", step.by, minute(Some(step.at)))
        }),
        deeds: possible.map(|(next, name)| (next.code(), name)).collect(),
    }
}

/// Overdue and due soon, the first deadline first.
fn cases(app: &App, now: Timestamp) -> Result<Vec<CaseLine>> {
    let open = app.store.open_cases()?.into_iter();
    let pressing = open.filter(|case| case.is_pending() && case.deadline.at <= now + DUE_SOON);
    Ok(pressing
        .take(SHOWN)
        .map(|case| {
            let left = case.deadline.at - now;
            let is_overdue = case.is_overdue(now);
            let hours = left.num_minutes().abs().div_euclid(60);
            CaseLine {
                id: case.id.0,
                due: minute(Some(case.deadline.at)),
                state: case.state.label(),
                office: case.note(crate::model::CaseField::Office).to_owned(),
                is_overdue,
                left: match (is_overdue, hours) {
                    (true, 0) => "超期不到1小时".to_owned(),
                    (true, hours) => format!("超期{hours}小时"),
                    (false, 0) => "不足1小时".to_owned(),
                    (false, hours) => format!("还有{hours}小时"),
                },
                title: case.form.title,
                from: case.form.from_org,
            }
        })
        .collect())
}

/// Sources whose last visit failed: "nothing new" must never look like "nothing fetched". Code and name.
fn troubled(app: &App) -> Result<Vec<(String, String)>> {
    let states = app.store.source_states()?;
    let failed = |id: &str| {
        let state = states.iter().find(|state| state.id == id);
        state
            .and_then(|state| state.last_outcome)
            .is_some_and(|outcome: CrawlOutcome| !outcome.is_success())
    };
    let collecting = app.collecting();
    let sources = collecting
        .enabled()
        .filter(|declared| failed(&declared.source.id));
    Ok(sources
        .map(|declared| (declared.source.id.clone(), declared.source.name.clone()))
        .collect())
}

fn spans(asked: &Asked) -> Vec<Link> {
    [
        ("shift", "上一班以来"),
        ("night", "夜间"),
        ("day", "24小时"),
        ("week", "本周"),
    ]
    .map(|(code, name)| Link {
        name,
        href: asked.with("since", code),
        is_here: asked.since == code,
        count: String::new(),
    })
    .into()
}

fn tabs(asked: &Asked, counts: [usize; 4]) -> Vec<Link> {
    let names = [
        ("posts", "信息"),
        ("events", "事件"),
        ("alerts", "待处置预警"),
        ("cases", "到期办理和信源"),
    ];
    let tabs = names.into_iter().zip(counts);
    tabs.map(|((code, name), count)| Link {
        name,
        href: asked.with("tab", code),
        is_here: asked.tab == code,
        count: count.to_string(),
    })
    .collect()
}

fn level_links(flagged: &[Flagged], asked: &Asked) -> Vec<LevelLink> {
    [Level::Red, Level::Orange, Level::Yellow, Level::Blue]
        .map(|level| {
            let is_here = asked.level == Some(level);
            LevelLink {
                code: level.code(),
                label: level.label(),
                count: flagged.iter().filter(|it| it.level == level).count(),
                href: asked.with("level", if is_here { "" } else { level.code() }),
                is_here,
            }
        })
        .into()
}

/// 签收、办结、误报.
pub async fn act_on_alert(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let id = AlertId(id.parse().map_err(|_| WebError::NotFound)?);
    let state: AlertState = fields
        .parsed("state", "处置")?
        .filter(|state| *state != AlertState::Open)
        .ok_or_else(|| WebError::Wrong("请选择签收、办结或误报。".to_owned()))?;
    let step = AlertStep {
        at: app.now(),
        state,
        by: visitor.by().to_owned(),
        note: masked_text(fields.text("note")),
    };
    if step.state == AlertState::FalseAlarm && step.note.is_empty() {
        return Err(WebError::Wrong("判为误报请写明原因。".to_owned()));
    }
    let acted = app
        .on_cpu(move |app| Ok(app.store.act_on_alert(id, &step)))
        .await?;
    acted.map_err(refused::alert)?;
    let back = own_path(fields.text("back")).unwrap_or("/?tab=alerts");
    let (subject, sentence) = (
        AuditSubject::Alert.numbered(id.0),
        format!("第{}号预警{}", id.0, state.label()),
    );
    deed::done(&app, &visitor, AuditAction::Alert, subject, back, sentence).await
}
