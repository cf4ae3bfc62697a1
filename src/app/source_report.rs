//! 信源健康报告 — every declared source with what its visits brought: for the page, the command and `/health`.

use super::App;
use crate::config::DeclaredSource;
use crate::model::{Channel, CrawlOutcome, SourceKind, Timestamp};
use crate::source::{HISTORY_DAYS, Health, HealthStatus, History, health};
use crate::store::{BrokenRule, SourceState};
use anyhow::Result;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

/// 信源健康 of one source; JSON of `yuqing sources`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SourceReport {
    /// 代号.
    pub id: String,
    /// 名称.
    pub name: String,
    /// 类型.
    pub kind: SourceKind,
    /// 渠道.
    pub channel: Channel,
    /// Entry address.
    pub url: String,
    /// 状态.
    pub status: HealthStatus,
    /// 状态, for people.
    pub status_label: &'static str,
    /// One Chinese sentence; the note of a source that is switched off.
    pub message: String,
    /// 上次采集.
    pub last_visit: Option<DateTime<FixedOffset>>,
    /// 上次采集成功.
    pub last_success: Option<DateTime<FixedOffset>>,
    /// 上次有新信息.
    pub last_new: Option<DateTime<FixedOffset>>,
    /// 连续失败次数.
    pub failure_count: u32,
    /// 上次结果.
    pub outcome: Option<CrawlOutcome>,
    /// 原因 of the last failure.
    pub cause: Option<String>,
    /// 下次采集; absent for sources that are not visited.
    pub next_check: Option<DateTime<FixedOffset>>,
    /// New posts in the last 24 hours.
    pub today: u64,
    /// Lowest and highest number of new posts on comparable days.
    #[schema(value_type = Option<Vec<u64>>)]
    pub band: Option<(u64, u64)>,
    /// Parts of its site's rules that have found nothing for some pages.
    #[schema(value_type = Vec<Object>)]
    pub broken_rules: Vec<BrokenRule>,
    /// New posts per 24 hours, the last 24 hours first.
    pub per_day: Vec<u64>,
}

impl App {
    /// Every declared source, in the order of the file.
    ///
    /// # Errors
    /// The store refuses.
    pub fn source_reports(&self) -> Result<Vec<SourceReport>> {
        let now = self.now();
        let states = self.store.source_states()?;
        let mut per_day = self.store.posts_per_day(now, HISTORY_DAYS + 1)?;
        let limit = self.config.settings.crawl.rule_misses.get();
        let broken = (self.store).broken_rules(u32::try_from(limit).unwrap_or(u32::MAX))?;
        let first_visits = self.store.first_visits()?;
        let collecting = self.collecting();
        let reports = collecting.sources.iter().map(|declared| {
            let id = &declared.source.id;
            let state = states.iter().find(|state| state.id == *id);
            let counts = per_day
                .remove(id)
                .unwrap_or_else(|| vec![0; HISTORY_DAYS + 1]);
            let mut report = report(declared, state, counts, first_visits.get(id).copied(), now);
            report.take_broken_rules(&broken);
            if report.is_unread() {
                // No source that works and is merely being observed.
                report.status_label = "未采通";
            }
            report
        });
        Ok(reports.collect())
    }
}

fn report(
    declared: &DeclaredSource,
    state: Option<&SourceState>,
    per_day: Vec<u64>,
    first_visit: Option<Timestamp>,
    now: Timestamp,
) -> SourceReport {
    let source = &declared.source;
    let Health {
        status,
        today,
        band,
        sentence,
    } = judge(declared, state, &per_day, first_visit, now);
    let last_message = state.map(|state| state.last_message.clone());
    let message = match status {
        HealthStatus::Disabled => declared.note.clone(),
        _ => join(status, &sentence, &last_message.unwrap_or_default()),
    };
    SourceReport {
        id: source.id.clone(),
        name: source.name.clone(),
        kind: source.kind,
        channel: source.channel,
        url: source.url.clone(),
        status,
        status_label: status.label(),
        message,
        last_visit: state.and_then(|state| state.last_visit),
        last_success: state.and_then(|state| state.last_success),
        last_new: state.and_then(|state| state.last_new),
        failure_count: state.map_or(0, |state| state.failure_count),
        outcome: state.and_then(|state| state.last_outcome),
        cause: state.and_then(|state| state.last_cause.clone()),
        next_check: state
            .filter(|_| declared.is_enabled && status != HealthStatus::Stopped)
            .map(|state| state.next_check),
        today,
        band,
        broken_rules: Vec::new(),
        per_day,
    }
}

impl SourceReport {
    /// It was visited, never read, and its last visit failed.
    pub fn is_unread(&self) -> bool {
        let has_failed = self.outcome.is_some_and(|outcome| !outcome.is_success());
        self.status == HealthStatus::Observing && self.last_success.is_none() && has_failed
    }

    /// It is switched on and no visit of it ever succeeded, a first one that has yet to come included.
    pub fn was_never_read(&self) -> bool {
        self.status != HealthStatus::Disabled && self.last_success.is_none()
    }

    /// What needs a person stands first, what is switched off last.
    pub fn rank(&self) -> u8 {
        match self.status {
            HealthStatus::Broken | HealthStatus::Stopped => 0,
            _ if self.is_unread() => 1,
            _ if self.status.is_trouble() => 2,
            HealthStatus::Disabled => 4,
            _ => 3,
        }
    }

    /// Rules that found nothing on pages of this source.
    fn take_broken_rules(&mut self, broken: &[BrokenRule]) {
        let own = broken.iter().filter(|rule| rule.source_id == self.id);
        self.broken_rules = own.cloned().collect();
        for rule in &self.broken_rules {
            let (part, count) = (&rule.part, rule.miss_count);
            let notice = format!("采集规则 {part} 连续{count}个页面没有选中内容，网站可能已改版");
            self.message = match self.message.is_empty() {
                true => notice,
                false => format!("{notice}；{}", self.message),
            };
        }
    }
}

fn judge(
    declared: &DeclaredSource,
    state: Option<&SourceState>,
    per_day: &[u64],
    first_visit: Option<Timestamp>,
    now: Timestamp,
) -> Health {
    let unjudged = |status| Health {
        status,
        today: per_day.first().copied().unwrap_or(0),
        band: None,
        sentence: String::new(),
    };
    if !declared.is_enabled {
        return unjudged(HealthStatus::Disabled);
    }
    let Some(state) = state.filter(|state| state.last_visit.is_some()) else {
        return unjudged(HealthStatus::Waiting);
    };
    let history = History {
        last_outcome: state.last_outcome,
        failure_count: state.failure_count,
        is_stopped: state.stopped_at.is_some(),
        last_new: state.last_new,
        next_check: Some(state.next_check),
        first_visit,
        per_day: per_day.to_vec(),
    };
    health(&history, now)
}

/// The word with which the message of a visit says that the source stops itself.
const STOPS: &str = "自动停采";

/// The sentence of the status and the message of the last visit, each of which may be empty; nothing is said twice.
fn join(status: HealthStatus, one: &str, other: &str) -> String {
    let one = match status {
        HealthStatus::Stopped if other.contains(STOPS) => "",
        _ => one,
    };
    match (one.is_empty(), other.is_empty()) {
        (false, false) => format!("{one}：{other}"),
        _ => format!("{one}{other}"),
    }
}
