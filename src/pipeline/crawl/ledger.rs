//! What a turn saw, or why it ended early → its report, its row in the ledger of visits, the source's next visit.

use super::{CrawlReport, Turn, rhythm};
use crate::app::App;
use crate::fetch::FetchError;
use crate::model::{CrawlOutcome, FetchCause, Timestamp};
use crate::source::{LastVisit, NextCheck, Pace, after_pause, back_off, next_check};
use crate::store::{SaveCounts, SourceState, Visit};
use crate::text::mask::mask;
use anyhow::Result;
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;

/// Fewer entries than this, all new, are no flood.
const OVERFLOWING_FROM: u64 = 5;
/// Warnings kept per visit.
const MAX_WARNINGS: usize = 20;

/// Warnings told as the reason of an empty visit.
const MAX_REASONS: usize = 3;

/// What a turn has seen so far.
#[derive(Default)]
pub struct Tally {
    pub fetched: u64,
    pub saved: SaveCounts,
    pub is_unchanged: bool,
    pub found_anything: bool,
    /// The entry's pages could not all be read.
    pub is_incomplete: bool,
    /// Posts and links on the entry's pages, and those of them not known before.
    pub entry_count: u64,
    pub entry_new_count: u64,
    /// Waiting pages that were asked for, and those of them that came.
    pub target_count: u64,
    pub target_read_count: u64,
    /// The host had trouble on the way: its other pages wait.
    pub trouble: Option<Failure>,
    pub warnings: Vec<String>,
}

/// So many pages asked for, and none came: the list alone is no success.
const NONE_OF: u64 = 3;

impl Tally {
    fn outcome(&self) -> CrawlOutcome {
        if self.saved.new > 0 {
            CrawlOutcome::New
        } else if self.target_count >= NONE_OF && self.target_read_count == 0 {
            CrawlOutcome::Empty
        } else if self.is_unchanged || self.found_anything {
            CrawlOutcome::Unchanged
        } else {
            CrawlOutcome::Empty
        }
    }

    /// What an empty visit is told as.
    fn complaint(&self) -> String {
        match self.target_count {
            // What the reading itself noticed is closer to the cause than our guess.
            0 if !self.warnings.is_empty() => {
                let reasons = self.warnings.iter().take(MAX_REASONS);
                let reasons: Vec<&str> = reasons.map(|line| line.trim_end_matches('。')).collect();
                reasons.join("；")
            }
            0 => "页面能打开，但其中没有信息或链接，网址或采集规则可能已失效".to_owned(),
            count => format!("入口页能读，但打开的{count}个页面都没有内容，采集规则可能已失效"),
        }
    }
}

/// Why a turn ended early.
pub struct Failure {
    outcome: CrawlOutcome,
    message: String,
    retry_after: Option<Duration>,
    /// `None`: our own program failed.
    cause: Option<FetchCause>,
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Failure {
            outcome: error.outcome(),
            message: error.to_string(),
            retry_after: error.retry_after(),
            cause: Some(error.cause()),
        }
    }
}

impl Failure {
    /// Our own program failed over a page of the source.
    pub fn of_program(error: &anyhow::Error) -> Self {
        tracing::error!("A visit broke off: {error:#}");
        Failure {
            outcome: CrawlOutcome::Failed,
            message: "程序处理此信源的网页时出错，已记入日志，请信息员查看".to_owned(),
            retry_after: None,
            cause: None,
        }
    }
}

pub async fn finish_turn(
    app: &Arc<App>,
    turn: Turn,
    started_at: Timestamp,
    mut tally: Tally,
    failure: Option<Failure>,
) -> Result<CrawlReport> {
    tally.warnings.truncate(MAX_WARNINGS);
    // They quote pages.
    for warning in &mut tally.warnings {
        *warning = mask(warning);
    }
    let outcome = failure
        .as_ref()
        .map_or_else(|| tally.outcome(), |failure| failure.outcome);
    let message = match &failure {
        Some(failure) => failure.message.clone(),
        None if outcome == CrawlOutcome::Empty => tally.complaint(),
        None => String::new(),
    };
    let mut report = CrawlReport {
        source: turn.declared.source.id.clone(),
        outcome,
        fetched: tally.fetched,
        new: tally.saved.new,
        duplicate: tally.saved.duplicate,
        refused: tally.saved.refused,
        warnings: tally.warnings.clone(),
        error: None,
        cause: failure.as_ref().and_then(|failure| failure.cause),
    };
    let said = app
        .on_cpu(move |app| record(app, &turn, started_at, outcome, &tally, message, failure))
        .await?;
    report.error = Some(said).filter(|said| !said.is_empty());
    Ok(report)
}

/// Gives back what is to be said of the visit.
fn record(
    app: &App,
    turn: &Turn,
    started_at: Timestamp,
    outcome: CrawlOutcome,
    tally: &Tally,
    message: String,
    failure: Option<Failure>,
) -> Result<String> {
    let id = &turn.declared.source.id;
    let now = app.now();
    let rhythm = rhythm(&app.config, &turn.declared);
    let is_refusal = failure
        .as_ref()
        .is_some_and(|failure| failure.cause == Some(FetchCause::Refused));
    let state = app.store.source_state(id)?;
    let visit = LastVisit {
        at: now,
        outcome,
        failure_count: state.as_ref().map_or(0, |state| state.failure_count) + 1,
        refusal_count: state.as_ref().map_or(0, |state| state.refusal_count)
            + u32::from(is_refusal),
        retry_after: failure.as_ref().and_then(|failure| failure.retry_after),
        pace: pace(tally, state.as_ref(), failure.is_some()),
    };
    let mut next = next_check(&rhythm, &visit);
    let is_by_hand = !turn.obeys_pause && failure.is_some() && !outcome.is_refusal();
    if let NextCheck::At(at) = &mut next
        && is_by_hand
    {
        *at = as_planned(*at, state.as_ref(), &visit);
    }
    if let Some(trouble) = failure.as_ref().or(tally.trouble.as_ref()) {
        // The pages behind a host that does not answer wait as long as the host itself.
        let wait = LastVisit {
            outcome: trouble.outcome,
            retry_after: trouble.retry_after,
            ..visit
        };
        let retry_at = match next {
            NextCheck::At(at) if is_by_hand => at,
            _ => now + back_off(id, &wait),
        };
        app.store
            .postpone_targets(id, after_pause(&rhythm, retry_at))?;
    }
    let is_stopped = turn.reads_entry && next == NextCheck::Stopped;
    let message = match is_stopped {
        true => format!(
            "{message}；已连续{}次被拒绝，自动停采，查明原因后在“信源”页恢复采集，成功一次即恢复",
            visit.refusal_count
        ),
        false => message,
    };
    app.store.record_visit(&Visit {
        source_id: id.clone(),
        started_at,
        finished_at: now,
        outcome,
        fetched_count: tally.fetched,
        saved: tally.saved,
        warnings: tally.warnings.clone(),
        message: message.clone(),
        cause: failure
            .as_ref()
            .and_then(|failure| Some(failure.cause?.code().to_owned())),
        quiet_count: visit.pace.quiet_count,
        // A page without an entry – under maintenance, say – has not made good what a visit before it left out.
        is_incomplete: tally.is_incomplete
            || tally.entry_count == 0 && state.as_ref().is_some_and(|state| state.is_incomplete),
        is_refusal,
        is_stopped,
        next_check: turn.reads_entry.then_some(match next {
            NextCheck::At(next) => next,
            // Nobody claims a stopped source; this is when it would be due if somebody resumed it by hand.
            NextCheck::Stopped => now + back_off(id, &visit),
        }),
    })?;
    Ok(message)
}

/// Somebody who tries again and again during an outage must not put off what was planned; what the site asked for holds.
fn as_planned(next: Timestamp, before: Option<&SourceState>, visit: &LastVisit) -> Timestamp {
    let asked = visit
        .retry_after
        .and_then(|asked| TimeDelta::from_std(asked).ok());
    let earliest = visit.at + asked.unwrap_or_default();
    let planned = before.map(|state| state.next_check.max(earliest));
    planned
        .filter(|planned| *planned > visit.at)
        .map_or(next, |planned| next.min(planned))
}

/// What this visit says about how busy the source is.
fn pace(tally: &Tally, before: Option<&SourceState>, has_failed: bool) -> Pace {
    let is_quiet = tally.entry_new_count == 0 && tally.saved.new == 0;
    let was_read = before.is_some_and(|state| state.last_success.is_some());
    Pace {
        quiet_count: match before {
            Some(state) if has_failed => state.quiet_count,
            Some(state) if is_quiet => state.quiet_count + 1,
            _ => 0,
        },
        is_overflowing: was_read
            && tally.entry_count >= OVERFLOWING_FROM
            && tally.entry_new_count == tally.entry_count,
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn an_empty_visit_is_told_by_its_own_warnings() {
        let mut tally = Tally::default();
        assert!(tally.complaint().starts_with("页面能打开"));
        tally.warnings = vec!["订阅源格式有误，无法读取。".to_owned()];
        assert_eq!(tally.complaint(), "订阅源格式有误，无法读取");
        tally.target_count = 3;
        assert!(tally.complaint().contains("打开的3个页面"));
    }
}
