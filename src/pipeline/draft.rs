//! digest_once: digests whose time has come → drafts, or zero reports.

use super::issues::freeze_once;
use super::summaries::rewrite;
use crate::app::App;
use crate::case::{account, tracking};
use crate::digest::DigestSettings;
use crate::digest::layout::cited_number;
use crate::digest::select::{Context, Draft, compile};
use crate::digest::survey::Surroundings;
use crate::model::{
    CaseFigures, CaseTrack, DigestKind, Event, Issue, IssueId, Listed, Output, Period, PostId,
    Series, StoredPost, Timestamp, Topic,
};
use anyhow::Result;
use chrono::TimeDelta;
use std::collections::HashSet;
use std::sync::Arc;

/// A post published longer ago than this before the period is old news, even if we see it only now.
pub(super) const OLD_NEWS: TimeDelta = TimeDelta::days(7);
/// A period of which we missed more than this is none to compare with.
const MISSED: TimeDelta = TimeDelta::days(1);

/// What became of one digest's period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drafted {
    /// A draft waits for review.
    Issue {
        /// Row id.
        id: IssueId,
        /// 监测时段.
        period: Period,
        /// False where the draft stood there before.
        is_new: bool,
    },
    /// 零报告: nothing was worth an issue; no number is spent.
    Zero {
        /// Code of the digest.
        digest: String,
        /// 监测时段.
        period: Period,
    },
    /// Nothing was worth an issue so far, and the period is not over: nothing is registered.
    Nothing {
        /// 监测时段, up to now.
        period: Period,
    },
}

/// What would be saved as a draft: what it says, and the posts it was made from.
pub(super) struct Proposal {
    pub digest: String,
    pub period: Period,
    /// `None`: nothing worth an issue.
    pub draft: Option<Draft>,
    pub posts: Vec<StoredPost>,
    /// What earlier issues printed when the entries were chosen; what was printed since is left out on saving. `None`
    /// where it may be printed again: 快报, 专题报告.
    pub printed: Option<HashSet<PostId>>,
    /// The period is over: where it had nothing, that is registered.
    pub is_over: bool,
    /// Who asked for it; empty where the schedule did.
    pub by: String,
}

/// Drafts every digest whose time has come since its last period, and makes the renditions of what was signed.
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
    app.on_cpu(freeze_once).await?;
    Ok(drafted)
}

/// What the digest would say, if its time has come since its last period.
fn propose_due(app: &App, digest: &DigestSettings, now: Timestamp) -> Result<Option<Proposal>> {
    let covered = app.store.covered_until(&digest.code)?;
    // Nothing was ever drafted: the schedule counts from the first post we saw.
    let Some(since) = covered.map_or_else(|| app.store.first_seen(), |at| Ok(Some(at)))? else {
        return Ok(None);
    };
    let Some(due) = digest.latest_due(since, now, app.zone(), &app.config.calendar) else {
        return Ok(None);
    };
    let Some(period) = digest.period_since(covered, due) else {
        return Ok(None);
    };
    // What was seen before the cut-off must be judged before it is chosen from.
    super::process_all(app)?;
    propose(app, digest, period, now).map(Some)
}

/// Drafts one digest now, whatever its schedule: the period from its last issue to the latest cut-off; where that holds
/// nothing to print, or is not over yet, the period up to this moment. A zero report is made of the former only.
/// Weeks and months are drafted when they are over. `by`: who asked; empty where nobody gave a name.
///
/// # Errors
/// The store refuses.
pub async fn draft_now(app: &Arc<App>, digest: &DigestSettings, by: &str) -> Result<Drafted> {
    let now = app.now();
    let digest = digest.clone();
    let mut proposal = app
        .on_cpu(move |app| propose_now(app, &digest, now))
        .await?;
    by.clone_into(&mut proposal.by);
    finish(app, proposal, now).await
}

fn propose_now(app: &App, digest: &DigestSettings, now: Timestamp) -> Result<Proposal> {
    let covered = app.store.covered_until(&digest.code)?;
    let complete = digest.period_since(covered, now);
    if digest.counts_calendar() {
        // Where the latest one is covered, its draft is what saving this one gives back.
        let period = complete.unwrap_or_else(|| digest.period_ending(now));
        return propose(app, digest, period, now);
    }
    let over = complete
        .map(|period| propose(app, digest, period, now))
        .transpose()?;
    match over {
        Some(over) if over.draft.is_some() => Ok(over),
        over => {
            let period = period_up_to(digest, covered, now);
            let mut latest = propose(app, digest, period, now)?;
            latest.is_over = false;
            Ok(over.filter(|_| latest.draft.is_none()).unwrap_or(latest))
        }
    }
}

/// From the end of the last issue, else of one period, to this moment.
pub(super) fn period_up_to(
    digest: &DigestSettings,
    covered: Option<Timestamp>,
    now: Timestamp,
) -> Period {
    let latest = digest.period_ending(now);
    let from = match digest.period_since(covered, now) {
        Some(period) => period.from,
        None => covered.unwrap_or(latest.from),
    };
    Period { from, to: now }
}

/// Lets the language model, where there is one, write the summaries; then saves. Another draft that was saved
/// meanwhile stays, and is what is reported.
pub(super) async fn finish(
    app: &Arc<App>,
    mut proposal: Proposal,
    now: Timestamp,
) -> Result<Drafted> {
    // A 续报 tells what changed: its summary is not of the post that its entry begins with.
    let draft = (proposal.draft.as_mut())
        .filter(|draft| (draft.content.express.as_ref()).is_none_or(|it| it.ordinal == 0));
    if let (Some(model), Some(draft)) = (&app.language_model, draft) {
        let time = app.config.settings.summary.draft_timeout;
        rewrite(model, &mut draft.content, &proposal.posts, time).await;
    }
    app.on_cpu(move |app| save(app, &proposal, now)).await
}

fn save(app: &App, proposal: &Proposal, now: Timestamp) -> Result<Drafted> {
    let (digest, period) = (proposal.digest.clone(), proposal.period);
    let (by, printed) = (&proposal.by, proposal.printed.as_ref());
    let saved = match &proposal.draft {
        Some(draft) => (app.store).save_proposal(&draft.content, &draft.basis, printed, by, now)?,
        None => None,
    };
    let Some(saved) = saved else {
        if !proposal.is_over {
            return Ok(Drafted::Nothing { period });
        }
        app.store.save_zero_report(&digest, period, now)?;
        return Ok(Drafted::Zero { digest, period });
    };
    let issue = app.store.issue(saved.id)?;
    Ok(Drafted::Issue {
        id: saved.id,
        period: issue.map_or(period, |issue| issue.content.period),
        is_new: saved.is_new,
    })
}

/// What an issue of the period would say.
pub(super) fn propose(
    app: &App,
    digest: &DigestSettings,
    period: Period,
    now: Timestamp,
) -> Result<Proposal> {
    let mut posts = posts_of(app, period)?;
    if digest.kind == DigestKind::Daily {
        with_freed(app, digest, period, &mut posts)?;
    }
    let before = match digest.kind {
        DigestKind::Weekly | DigestKind::Monthly => before(app, digest.period_before(period))?,
        DigestKind::Daily | DigestKind::Express | DigestKind::Special => None,
    };
    let already_printed = app.store.printed_posts(&digest.code)?;
    let mut gathered = Gathered::new(app, period, already_printed.clone())?;
    if matches!(digest.kind, DigestKind::Weekly | DigestKind::Monthly) {
        let before = digest.period_before(period);
        let cases = app.store.cases_between(before.from, before.to)?;
        gathered.tracking = tracking(&CaseTrack::of(&cases, now));
    }
    let office = office(app);
    let context = gathered.context(&office, before.as_ref(), digest, now);
    let draft = compile(digest, period, &posts, &context);
    Ok(Proposal {
        digest: digest.code.clone(),
        period,
        draft,
        posts,
        printed: Some(already_printed),
        is_over: true,
        by: String::new(),
    })
}

/// Adds what stood in issues that are void now: a later issue may have covered their period already.
fn with_freed(
    app: &App,
    digest: &DigestSettings,
    period: Period,
    posts: &mut Vec<StoredPost>,
) -> Result<()> {
    let known: HashSet<PostId> = posts.iter().map(|stored| stored.id).collect();
    let mut freed = (app.store).freed_posts(&digest.code, period.from - OLD_NEWS, period.to)?;
    freed.retain(|id| !known.contains(id));
    posts.extend(app.store.posts(&freed)?);
    posts.sort_by_key(|stored| (stored.post.effective_at(), stored.id));
    Ok(())
}

/// Posts that an issue of the period is drafted from.
pub(super) fn posts_of(app: &App, period: Period) -> Result<Vec<StoredPost>> {
    app.store
        .about_in_period(period.from, period.to, period.from - OLD_NEWS)
}

/// The period before with its posts; `None` where we did not watch all of it.
pub(super) fn before(app: &App, period: Period) -> Result<Option<(Period, Vec<StoredPost>)>> {
    let watched = (app.store.first_seen()?).is_some_and(|first| first <= period.from + MISSED);
    if !watched {
        return Ok(None);
    }
    Ok(Some((period, posts_of(app, period)?)))
}

/// 责任处室 by the office table.
pub(super) fn office(app: &App) -> impl Fn(Topic, Timestamp) -> String {
    let rules = app.rules();
    move |topic: Topic, at: Timestamp| rules.office(topic, at).to_owned()
}

/// What a selection must know beside its posts, gathered from the store.
pub(super) struct Gathered {
    events: Vec<Event>,
    failed_sources: Vec<String>,
    already_printed: HashSet<PostId>,
    output: Vec<Output>,
    appendix: Vec<Listed>,
    responses: Vec<String>,
    /// 上期转办跟踪 of a 周报 or 月报.
    tracking: Vec<String>,
}

impl Gathered {
    pub fn new(app: &App, period: Period, already_printed: HashSet<PostId>) -> Result<Gathered> {
        let known = app
            .store
            .events_between(period.from - OLD_NEWS, period.to)?;
        let signed: Vec<Issue> = app.store.signed_between(period.from, period.to)?;
        let reported: Vec<&Issue> = (signed.iter())
            .filter(|issue| matches!(issue.content.kind, DigestKind::Daily | DigestKind::Express))
            // 更正 prints entries that were counted already.
            .filter(|issue| issue.content.corrects.is_none())
            .collect();
        Ok(Gathered {
            events: known.into_iter().map(|known| known.event).collect(),
            failed_sources: failed_sources(app, period)?,
            already_printed,
            output: output(&reported),
            appendix: appendix(&reported),
            responses: responses(app, period)?,
            tracking: Vec::new(),
        })
    }

    pub fn context<'a>(
        &'a self,
        office: &'a dyn Fn(Topic, Timestamp) -> String,
        before: Option<&'a (Period, Vec<StoredPost>)>,
        digest: &'a DigestSettings,
        now: Timestamp,
    ) -> Context<'a> {
        Context {
            now,
            failed_sources: &self.failed_sources,
            office,
            events: &self.events,
            already_printed: &self.already_printed,
            before: before.map(|(period, posts)| (*period, posts.as_slice())),
            around: Surroundings {
                output: &self.output,
                responses: &self.responses,
                tracking: &self.tracking,
                hints: &digest.hints,
                appendix: &self.appendix,
            },
        }
    }
}

/// 转办与回应 of the period, by the books of cases and replies.
fn responses(app: &App, period: Period) -> Result<Vec<String>> {
    let cases = app.store.cases_between(period.from, period.to)?;
    let figures = CaseFigures::of(&cases, app.now(), &app.config.calendar);
    let replies = app.store.reply_counts(period.from, period.to)?;
    Ok(account(&figures, &replies))
}

/// 本期刊物: issues and entries by title, in the order of their first signature.
fn output(signed: &[&Issue]) -> Vec<Output> {
    let mut output: Vec<Output> = Vec::new();
    for issue in signed {
        let content = &issue.content;
        let series = match content.series {
            Series::Main => "",
            Series::Supplement => "增刊",
        };
        let title = format!("{}{series}", content.masthead.title);
        let entries = content.entries().count() as u64;
        match output.iter_mut().find(|known| known.title == title) {
            Some(known) => {
                known.issues += 1;
                known.entries += entries;
            }
            None => output.push(Output {
                title,
                issues: 1,
                entries,
            }),
        }
    }
    output
}

/// 附: the entries of the issues of the period.
fn appendix(signed: &[&Issue]) -> Vec<Listed> {
    let mut listed = Vec::new();
    for issue in signed {
        let number = cited_number(issue).unwrap_or_default();
        for entry in issue.content.entries() {
            let first = entry.posts.first();
            listed.push(Listed {
                title: entry.title.clone(),
                level: entry.level,
                source: first.map_or_else(String::new, |post| post.source.clone()),
                at: first.map_or(issue.drafted_at, |post| {
                    post.published_at.unwrap_or(post.first_seen_at)
                }),
                issue: format!("{}{number}", issue.content.masthead.title),
                url: entry.posts.iter().find_map(|post| post.url.clone()),
            });
        }
    }
    listed
}

/// Names of sources that were to be read in the period and were not, whyever.
fn failed_sources(app: &App, period: Period) -> Result<Vec<String>> {
    let read = app.store.sources_read_between(period.from, period.to)?;
    let first_visits = app.store.first_visits()?;
    let collecting = app.collecting();
    let names = collecting.enabled().filter(|declared| {
        let id = &declared.source.id;
        let due = declared.schedule.next_after(period.from, app.zone());
        let was_known = first_visits.get(id).is_some_and(|first| *first < period.to);
        was_known && due.is_some_and(|due| due < period.to) && !read.contains(id)
    });
    Ok(names.map(|declared| declared.source.name.clone()).collect())
}
