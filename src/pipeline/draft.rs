//! digest_once: digests whose time has come → drafts, or zero reports.

use crate::app::App;
use crate::digest::DigestSettings;
use crate::digest::select::{Context, compile};
use crate::model::{IssueContent, IssueId, Period, Schedule, Timestamp, Topic};
use anyhow::Result;
use chrono::TimeDelta;
use chrono_tz::Tz;

/// A post published longer ago than this before the period is old news, even if we see it only now.
const OLD_NEWS: TimeDelta = TimeDelta::days(7);

/// What became of one digest's period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drafted {
    /// A draft waits for review.
    Issue {
        /// Row id.
        id: IssueId,
        /// 监测时段.
        period: Period,
    },
    /// 零报告: nothing was worth an issue; no number is spent.
    Zero {
        /// Code of the digest.
        digest: String,
        /// 监测时段.
        period: Period,
    },
}

/// Drafts every digest whose time has come since its last period.
///
/// # Errors
/// The store refuses.
pub fn digest_once(app: &App) -> Result<Vec<Drafted>> {
    let now = app.now();
    let mut drafted = Vec::new();
    for digest in &app.config.digests {
        let covered = app.store.covered_until(&digest.code)?;
        // Nothing was ever drafted: the schedule counts from the first post we saw.
        let Some(since) = covered.map_or_else(|| app.store.first_seen(), |at| Ok(Some(at)))? else {
            continue;
        };
        let Some(due) = latest_due(&digest.schedule, since, now, app.zone()) else {
            continue;
        };
        if let Some(period) = digest.period_since(covered, due) {
            // What was seen before the cut-off must be judged before it is chosen from.
            super::process_all(app)?;
            drafted.push(draft(app, digest, period, now)?);
        }
    }
    Ok(drafted)
}

/// The latest moment of the schedule after `since` and not after `now`: an outage over several of them is one draft.
fn latest_due(
    schedule: &Schedule,
    since: Timestamp,
    now: Timestamp,
    zone: Tz,
) -> Option<Timestamp> {
    let next = |moment: &Timestamp| schedule.next_after(*moment, zone);
    std::iter::successors(schedule.next_after(since, zone), next)
        .take_while(|due| *due <= now)
        .last()
}

/// Drafts one digest now, whatever its schedule: the period from its last issue to the latest cut-off; where that holds
/// nothing to print, or is not over yet, the period up to this moment.
///
/// # Errors
/// The store refuses.
pub fn draft_now(app: &App, digest: &DigestSettings) -> Result<Drafted> {
    let now = app.now();
    let covered = app.store.covered_until(&digest.code)?;
    let complete = digest.period_since(covered, now);
    if let Some(period) = complete
        && let Some(content) = content(app, digest, period)?
    {
        return save(app, digest, period, Some(content), now);
    }
    let latest = digest.period_ending(now);
    let from = complete.map_or_else(|| covered.unwrap_or(latest.from), |period| period.from);
    draft(app, digest, Period { from, to: now }, now)
}

fn draft(app: &App, digest: &DigestSettings, period: Period, now: Timestamp) -> Result<Drafted> {
    let content = content(app, digest, period)?;
    save(app, digest, period, content, now)
}

fn save(
    app: &App,
    digest: &DigestSettings,
    period: Period,
    content: Option<IssueContent>,
    now: Timestamp,
) -> Result<Drafted> {
    let Some(content) = content else {
        app.store.save_zero_report(&digest.code, period, now)?;
        return Ok(Drafted::Zero {
            digest: digest.code.clone(),
            period,
        });
    };
    let id = app.store.save_draft(&content, now)?;
    Ok(Drafted::Issue { id, period })
}

/// What an issue of the period would say; `None`: nothing worth an issue.
fn content(app: &App, digest: &DigestSettings, period: Period) -> Result<Option<IssueContent>> {
    let posts = app
        .store
        .about_in_period(period.from, period.to, period.from - OLD_NEWS)?;
    let events: Vec<_> = app
        .store
        .events_between(period.from - OLD_NEWS, period.to)?
        .into_iter()
        .map(|known| known.event)
        .collect();
    let failed_sources = failed_sources(app, period)?;
    let already_printed = app.store.printed_posts(&digest.code)?;
    let office = |topic: Topic, at: Timestamp| app.config.rules.office(topic, at).to_owned();
    let context = Context {
        failed_sources: &failed_sources,
        office: &office,
        events: &events,
        already_printed: &already_printed,
    };
    Ok(compile(digest, period, &posts, &context))
}

/// Names of sources that were to be read in the period and were not, whyever.
fn failed_sources(app: &App, period: Period) -> Result<Vec<String>> {
    let read = app.store.sources_read_between(period.from, period.to)?;
    let first_visits = app.store.first_visits()?;
    let names = app.config.enabled_sources().filter(|declared| {
        let id = &declared.source.id;
        let due = declared.schedule.next_after(period.from, app.zone());
        let was_known = first_visits.get(id).is_some_and(|first| *first < period.to);
        was_known && due.is_some_and(|due| due < period.to) && !read.contains(id)
    });
    Ok(names.map(|declared| declared.source.name.clone()).collect())
}
