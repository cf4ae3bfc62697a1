//! digest_once: digests whose time has come → drafts, or zero reports.

use super::summaries::rewrite;
use crate::app::App;
use crate::digest::DigestSettings;
use crate::digest::select::{Context, compile};
use crate::model::{IssueContent, IssueId, Period, Schedule, StoredPost, Timestamp, Topic};
use anyhow::Result;
use chrono::TimeDelta;
use chrono_tz::Tz;
use std::sync::Arc;

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

/// What would be saved as a draft: what it says, and the posts it was made from.
struct Proposal {
    digest: String,
    period: Period,
    /// `None`: nothing worth an issue.
    content: Option<IssueContent>,
    posts: Vec<StoredPost>,
}

/// Drafts every digest whose time has come since its last period.
///
/// # Errors
/// The store refuses.
pub async fn digest_once(app: &Arc<App>) -> Result<Vec<Drafted>> {
    let now = app.now();
    let mut drafted = Vec::new();
    for digest in app.config.digests.clone() {
        let due = app
            .on_cpu(move |app| propose_due(app, &digest, now))
            .await?;
        if let Some(proposal) = due {
            drafted.push(finish(app, proposal, now).await?);
        }
    }
    Ok(drafted)
}

/// What the digest would say, if its time has come since its last period.
fn propose_due(app: &App, digest: &DigestSettings, now: Timestamp) -> Result<Option<Proposal>> {
    let covered = app.store.covered_until(&digest.code)?;
    // Nothing was ever drafted: the schedule counts from the first post we saw.
    let Some(since) = covered.map_or_else(|| app.store.first_seen(), |at| Ok(Some(at)))? else {
        return Ok(None);
    };
    let Some(due) = latest_due(&digest.schedule, since, now, app.zone()) else {
        return Ok(None);
    };
    let Some(period) = digest.period_since(covered, due) else {
        return Ok(None);
    };
    // What was seen before the cut-off must be judged before it is chosen from.
    super::process_all(app)?;
    propose(app, digest, period).map(Some)
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
pub async fn draft_now(app: &Arc<App>, digest: &DigestSettings) -> Result<Drafted> {
    let now = app.now();
    let digest = digest.clone();
    let proposal = app
        .on_cpu(move |app| propose_now(app, &digest, now))
        .await?;
    finish(app, proposal, now).await
}

fn propose_now(app: &App, digest: &DigestSettings, now: Timestamp) -> Result<Proposal> {
    let covered = app.store.covered_until(&digest.code)?;
    let complete = digest.period_since(covered, now);
    if let Some(period) = complete {
        let proposal = propose(app, digest, period)?;
        if proposal.content.is_some() {
            return Ok(proposal);
        }
    }
    let latest = digest.period_ending(now);
    let from = complete.map_or_else(|| covered.unwrap_or(latest.from), |period| period.from);
    propose(app, digest, Period { from, to: now })
}

/// Lets the language model, where there is one, write the summaries; then saves.
async fn finish(app: &Arc<App>, mut proposal: Proposal, now: Timestamp) -> Result<Drafted> {
    if let (Some(model), Some(content)) = (&app.language_model, &mut proposal.content) {
        let time = app.config.settings.summary.draft_timeout;
        rewrite(model, content, &proposal.posts, time).await;
    }
    app.on_cpu(move |app| save(app, &proposal, now)).await
}

fn save(app: &App, proposal: &Proposal, now: Timestamp) -> Result<Drafted> {
    let period = proposal.period;
    let Some(content) = &proposal.content else {
        let digest = proposal.digest.clone();
        app.store.save_zero_report(&digest, period, now)?;
        return Ok(Drafted::Zero { digest, period });
    };
    let id = app.store.save_draft(content, now)?;
    Ok(Drafted::Issue { id, period })
}

/// What an issue of the period would say.
fn propose(app: &App, digest: &DigestSettings, period: Period) -> Result<Proposal> {
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
    let content = compile(digest, period, &posts, &context);
    Ok(Proposal {
        digest: digest.code.clone(),
        period,
        content,
        posts,
    })
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
