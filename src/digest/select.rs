//! Posts of a period → the content of an issue, or nothing where nothing is worth one. Pure: the caller brings posts,
//! events, offices and the time. Proposes; a person edits and signs.

use crate::digest::DigestSettings;
use crate::digest::count::{counted, is_by_an_authority, overview};
use crate::digest::entry::{Candidate, entry};
use crate::digest::group::{Group, group};
use crate::digest::survey::{Surroundings, survey};
use crate::digest::title::is_media_report;
use crate::model::{
    Basis, DigestKind, Event, Intent, IssueContent, Level, OutletTier, Overview, Period, PostId,
    Section, Sentiment, Series, StoredPost, Timestamp, Topic,
};
use std::cmp::Reverse;
use std::collections::HashSet;

/// What the selection must know beside the posts.
pub struct Context<'a> {
    /// When the draft is made: what was due before is due at once.
    pub now: Timestamp,
    /// 信源 that were not read in the period, by name.
    pub failed_sources: &'a [String],
    /// 责任处室 of a topic at a time.
    pub office: &'a dyn Fn(Topic, Timestamp) -> String,
    /// Events that posts may belong to; may be empty.
    pub events: &'a [Event],
    /// Posts that earlier issues printed: neither they nor their copies are printed again; new posts of their events
    /// are, as 续报. The caller leaves out those whose level rose since: they are printed once more.
    pub already_printed: &'a HashSet<PostId>,
    /// Posts of the period before; `None` where nothing was kept of it. Only a survey asks.
    pub before: Option<(Period, &'a [StoredPost])>,
    /// What a survey tells beside its figures.
    pub around: Surroundings<'a>,
}

/// A draft, and what its figures were counted from.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What is printed.
    pub content: IssueContent,
    /// 计数依据.
    pub basis: Basis,
}

/// Drafts an issue from all posts of `period`: figures and entries from those that are ours. `None` where nothing is
/// worth one (零报告), so that no number is spent on it: a 专报 without an entry of blue or above, a survey without a post.
pub fn compile(
    digest: &DigestSettings,
    period: Period,
    posts: &[StoredPost],
    context: &Context,
) -> Option<Draft> {
    let has_survey = matches!(
        digest.kind,
        DigestKind::Weekly | DigestKind::Monthly | DigestKind::Special
    );
    let now = counted(posts, period);
    let mut candidates = candidates(digest, posts, context);
    let is_worth_one = if has_survey {
        !now.is_empty()
    } else {
        candidates
            .iter()
            .any(|candidate| candidate.level >= Level::Blue)
    };
    if !is_worth_one {
        return None;
    }
    candidates.sort_by_key(rank);
    let mut overview = overview(&now, context.failed_sources);
    overview.left_out = candidates.len().saturating_sub(digest.max_entries) as u64;
    candidates.truncate(digest.max_entries);
    let before = context
        .before
        .filter(|_| has_survey)
        .map(|(period, posts)| counted(posts, period));
    let survey = has_survey.then(|| survey(&now, before.as_deref(), period, context.around));
    let content = IssueContent {
        overview,
        survey,
        sections: sections(digest, period, &candidates, context),
        ..blank(digest, period)
    };
    let basis = Basis {
        now,
        before: before.unwrap_or_default(),
    };
    Some(Draft { content, basis })
}

/// An issue of the digest with nothing in it yet.
pub fn blank(digest: &DigestSettings, period: Period) -> IssueContent {
    IssueContent {
        digest: digest.code.clone(),
        kind: digest.kind,
        series: Series::Main,
        occasion: String::new(),
        subject: String::new(),
        express: None,
        corrects: None,
        masthead: digest.masthead(),
        period,
        overview: Overview::default(),
        survey: None,
        sections: Vec::new(),
        note: String::new(),
    }
}

/// Level, then score, then time; the row id makes the order total.
fn rank(candidate: &Candidate) -> (Reverse<Level>, Reverse<u8>, Timestamp, PostId) {
    let scores = candidate
        .posts
        .iter()
        .filter_map(|stored| stored.analysis.as_ref());
    let score = scores.map(|analysis| analysis.score).max().unwrap_or(0);
    let first = candidate.posts.first().expect("a group has a post");
    (
        Reverse(candidate.level),
        Reverse(score),
        first.post.effective_at(),
        first.id,
    )
}

fn candidates<'p>(
    digest: &DigestSettings,
    posts: &'p [StoredPost],
    context: &Context<'p>,
) -> Vec<Candidate<'p>> {
    group(posts.iter().filter(|stored| is_ours(stored)))
        .into_iter()
        .filter_map(|group| candidate(group, posts, context))
        .filter(|candidate| takes(digest, candidate.level))
        .collect()
}

fn takes(digest: &DigestSettings, level: Level) -> bool {
    digest
        .sections
        .iter()
        .any(|section| section.levels.contains(&level))
}

/// Ours and opinion: what an authority publishes about itself is neither.
pub fn is_ours(stored: &StoredPost) -> bool {
    !is_by_an_authority(stored)
        && stored
            .analysis
            .as_ref()
            .is_some_and(|analysis| analysis.relevant && analysis.intent != Intent::Ad)
}

/// The group as an entry, or `None` where it holds nothing new or nothing to report.
fn candidate<'p>(
    group: Group<'p>,
    posts: &'p [StoredPost],
    context: &Context<'p>,
) -> Option<Candidate<'p>> {
    let is_printed = |stored: &StoredPost| {
        context.already_printed.contains(&stored.id)
            || stored
                .repost_of
                .is_some_and(|original| context.already_printed.contains(&original))
    };
    let (printed, mut new): (Group, Group) =
        group.into_iter().partition(|stored| is_printed(stored));
    let event_id = new.iter().find_map(|stored| stored.event);
    let event = event_id.and_then(|id| context.events.iter().find(|event| event.id == id));
    let posts_level = new
        .iter()
        .filter_map(|stored| Some(stored.analysis.as_ref()?.level))
        .max()?;
    let level = raised_by_gathering(posts_level, event);
    if level == Level::None {
        new.retain(|stored| is_favourable_report(stored));
    }
    (!new.is_empty()).then_some(Candidate {
        known: (printed.iter().chain(&new).copied())
            .chain(
                posts
                    .iter()
                    .filter(|stored| stored.event.is_some() && stored.event == event_id),
            )
            .collect(),
        posts: new,
        level,
        event,
        is_continued: !printed.is_empty(),
    })
}

/// A gathering is more than each of its complaints; a happening is as grave as what is printed of it: praise for its
/// end is not red because its beginning was.
pub fn raised_by_gathering(posts_level: Level, event: Option<&Event>) -> Level {
    let gathering = event.filter(|event| event.is_gathering && posts_level >= Level::Blue);
    posts_level.max(gathering.map_or(Level::None, |event| event.level))
}

/// 动态: a report of city media or above that is not negative.
fn is_favourable_report(stored: &StoredPost) -> bool {
    is_media_report(&stored.post)
        && stored.post.outlet_tier <= OutletTier::T3
        && stored
            .analysis
            .as_ref()
            .is_some_and(|analysis| analysis.sentiment != Sentiment::Negative)
}

/// 栏目 in the digest's order; empty ones are left out.
fn sections(
    digest: &DigestSettings,
    period: Period,
    candidates: &[Candidate],
    context: &Context,
) -> Vec<Section> {
    let mut sections = Vec::new();
    for section in &digest.sections {
        let of_section = candidates
            .iter()
            .filter(|candidate| section.levels.contains(&candidate.level));
        let entries: Vec<_> = of_section
            .map(|candidate| entry(candidate, digest, period, context))
            .collect();
        if !entries.is_empty() {
            sections.push(Section {
                title: section.title.clone(),
                entries,
            });
        }
    }
    sections
}

#[cfg(test)]
mod tests;
