//! 预警 — what rose, what a watch found, what is louder and which source failed since the last look; then whoever is to be
//! told. Everything waits as rows: the step may run twice, and after an outage it says in few words what it missed.

use crate::alert::{
    Due, Hours, LISTED, LONGEST_HOLD, SourceLook, SourceNews, burst_code, join_outage,
    look_at_source, on_burst, on_hits, on_risen_event, on_risen_posts, outage, tell,
};
use crate::app::{App, SourceReport};
use crate::cluster::Subject;
use crate::model::{
    Alert, AlertKind, AlertMark, AlertRound, AlertState, AlertSubject, Event, Level, PostId,
    SourceCondition, StoredPost,
};
use crate::pipeline::bursts_now;
use crate::source::HealthStatus;
use crate::store::RisenPost;
use anyhow::Result;
use chrono::TimeDelta;
use std::collections::HashMap;

/// Rows looked at in one step; more wait for the next one.
const BATCH: usize = 500;
/// Bursts are counted over hours: looking more often finds nothing else.
const BURST_PAUSE: TimeDelta = TimeDelta::minutes(10);
/// Sources are visited every few minutes at most.
const SOURCE_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alerted {
    /// Alerts raised.
    pub raised: usize,
    /// Notices queued, one for each recipient.
    pub queued: usize,
    /// Alerts that concern nobody: no recipient is configured.
    pub unheard: usize,
}

/// Raises alerts and queues the notices that are due. The first step ever says nothing: alerts begin with it. What cannot be
/// looked at silences nothing else.
///
/// # Errors
/// The store refuses; whatever it did not refuse is done.
pub fn alert_once(app: &App) -> Result<Alerted> {
    let now = app.now();
    if app.store.begin_alerts(now)? {
        return Ok(Alerted::default());
    }
    let hours = Hours {
        now,
        zone: app.zone(),
        calendar: &app.config.calendar,
        duty: &app.config.duty,
    };
    let raised = [events, posts, watches, bursts, sources];
    let mut alerted = Alerted::default();
    let mut failed: Result<()> = Ok(());
    for raise in raised {
        let saved = raise(app, &hours).and_then(|round| app.store.save_alert_round(&round, now));
        match saved {
            Ok(new) => alerted.raised += new,
            Err(error) => failed = failed.and(Err(error)),
        }
    }
    let told = tell_due(app, &hours, &mut alerted);
    failed.and(told)?;
    Ok(alerted)
}

fn events(app: &App, hours: &Hours<'_>) -> Result<AlertRound> {
    // Read first: a change that comes meanwhile is looked at again.
    let change = app.store.latest_level_change()?;
    let mut round = AlertRound::default();
    for risen in app.store.risen_events(BATCH)? {
        let post = risen.post.map(|post| app.store.post(post)).transpose()?;
        on_risen_event(&risen, post.flatten().as_ref(), change, hours, &mut round);
    }
    Ok(round)
}

fn posts(app: &App, hours: &Hours<'_>) -> Result<AlertRound> {
    let mut round = AlertRound::default();
    let cursor = app.store.change_cursor()?.unwrap_or(0);
    let risen = app.store.risen_posts(cursor, BATCH)?;
    if risen.is_empty() {
        return Ok(round);
    }
    let mut found: HashMap<PostId, (StoredPost, Option<Event>)> = HashMap::new();
    for post in &risen {
        if let Some(stored) = app.store.post(post.post)? {
            let event = post.event.map(|event| app.store.event(event)).transpose()?;
            found.insert(post.post, (stored, event.flatten()));
        }
    }
    let find = |post: &RisenPost| {
        let (stored, event) = found.get(&post.post)?;
        Some((stored, event.as_ref()))
    };
    on_risen_posts(&risen, find, hours, &mut round);
    round.change_cursor = round.change_cursor.filter(|next| *next != cursor);
    Ok(round)
}

fn watches(app: &App, hours: &Hours<'_>) -> Result<AlertRound> {
    let watched = app.watched();
    let mut round = AlertRound::default();
    for id in app.store.watches_with_waiting_hits()? {
        let hits = app.store.waiting_hits(&id, BATCH)?;
        let declared = (watched.declared.iter())
            .map(|declared| &declared.watch)
            .find(|watch| watch.id == id && watch.is_active);
        match declared {
            Some(watch) => on_hits(watch, &hits, hours, &mut round),
            // Nobody watches it any more.
            None => (round.hits).extend(hits.into_iter().map(|hit| (hit.watch, hit.post))),
        }
    }
    Ok(round)
}

fn bursts(app: &App, hours: &Hours<'_>) -> Result<AlertRound> {
    let mut round = AlertRound::default();
    if !app.store.claim_burst_look(hours.now, BURST_PAUSE)? {
        return Ok(round);
    }
    for burst in bursts_now(app)? {
        let subject = AlertSubject::burst(&burst_code(&burst.subject));
        let mut known: Vec<AlertMark> = app.store.alert_mark(&subject)?.into_iter().collect();
        let mut level = Level::None;
        if let Subject::Event(id) = &burst.subject {
            known.extend(app.store.alert_mark(&AlertSubject::event(*id))?);
            level = app.store.event(*id)?.map_or(level, |event| event.level);
        }
        let name = burst_name(app, &burst.subject)?;
        on_burst(&burst, &name, &known, level, hours, &mut round);
    }
    Ok(round)
}

/// `主题“社会保障卡”`: what is louder, as people read it.
///
/// # Errors
/// The store refuses.
pub fn burst_name(app: &App, subject: &Subject) -> Result<String> {
    Ok(match subject {
        Subject::Topic(topic) => format!("主题“{}”", topic.label()),
        Subject::Place { name, .. } => format!("属地“{name}”"),
        Subject::Event(id) => {
            let event = app.store.event(*id)?;
            let title = event.map(|event| event.title).unwrap_or_default();
            format!("事件{}“{title}”", id.0)
        }
    })
}

fn sources(app: &App, hours: &Hours<'_>) -> Result<AlertRound> {
    let mut round = AlertRound::default();
    if !app.store.claim_source_look(hours.now, SOURCE_PAUSE)? {
        return Ok(round);
    }
    let known = app.store.source_marks()?;
    let reports = app.source_reports()?;
    let mut looks = Vec::new();
    for report in &reports {
        let Some(condition) = condition_of(report) else {
            continue;
        };
        let news = SourceNews {
            id: &report.id,
            name: &report.name,
            condition,
            message: &report.message,
        };
        let before = known.get(&report.id);
        let (mark, alert) = look_at_source(&news, before, hours);
        if before != Some(&mark) {
            round.sources.push(mark);
        }
        let is_told_alone = match &alert {
            Some(alert) => is_open(app, &alert.subject)?,
            None => false,
        };
        looks.push(SourceLook {
            news,
            alert,
            is_told_alone,
        });
    }
    let alerts = join_outage(looks, is_open(app, &outage())?, hours);
    round.alerts = alerts.into_iter().map(|alert| (alert, 0)).collect();
    Ok(round)
}

/// Has nobody closed what was last said about it?
fn is_open(app: &App, subject: &AlertSubject) -> Result<bool> {
    let last = app.store.alert_mark(subject)?.and_then(|mark| mark.alert);
    let alert = last.map(|id| app.store.alert(id)).transpose()?.flatten();
    Ok(alert
        .is_some_and(|alert| matches!(alert.state, AlertState::Open | AlertState::Acknowledged)))
}

/// `None`: nothing can be said. A source that is overdue tells of us, not of itself: the program did not run.
fn condition_of(report: &SourceReport) -> Option<SourceCondition> {
    let is_read = report.outcome.is_some_and(|outcome| outcome.is_success());
    match report.status {
        HealthStatus::Stopped => Some(SourceCondition::Stopped),
        HealthStatus::Broken => (!is_read).then_some(SourceCondition::Troubled),
        HealthStatus::Silent => Some(SourceCondition::Troubled),
        HealthStatus::Normal | HealthStatus::Low | HealthStatus::Observing => {
            is_read.then_some(SourceCondition::Well)
        }
        HealthStatus::Waiting | HealthStatus::Disabled => None,
    }
}

fn tell_due(app: &App, hours: &Hours<'_>, alerted: &mut Alerted) -> Result<()> {
    let duty = &app.config.duty;
    let longest = hours.now + duty.longest_pause();
    let waiting =
        (app.store).alerts_to_tell(hours.now, longest, hours.now + LONGEST_HOLD, BATCH)?;
    let mut due = Vec::with_capacity(waiting.len());
    for alert in waiting {
        let one = with_posts(app, alert)?;
        match one.has_fallen() {
            true => app.store.hush_alert(one.alert.id)?,
            false => due.push(one),
        }
    }
    for telling in tell(&due, duty, &app.recipient_names(), hours.now) {
        if !app.store.tell_alerts(&telling, hours.now)? {
            continue;
        }
        alerted.queued += telling.deliveries.len();
        if telling.deliveries.is_empty() {
            alerted.unheard += telling.told.len();
        }
    }
    Ok(())
}

/// What is told of an alert, as it stands now.
fn with_posts(app: &App, alert: Alert) -> Result<Due> {
    let posts: Vec<PostId> = match alert.what.kind {
        AlertKind::Watch => app.store.posts_of_alert(alert.id)?,
        _ => alert.what.post.into_iter().collect(),
    };
    let event = (alert.what.event)
        .map(|event| app.store.event(event))
        .transpose()?;
    Ok(Due {
        posts: app.store.posts(&posts[..posts.len().min(LISTED)])?,
        event: event.flatten(),
        alert,
    })
}
