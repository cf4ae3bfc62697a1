//! 信源健康 — is a source as it usually is? Pure: what was counted in, a status and a sentence out.
//!
//! "Nothing new" and "nothing fetched" are told apart first: a source that fails is 故障, whatever it brought before.
//! A source that answers is compared with itself: with the same hours of the last four weeks, working days with working
//! days, days off with days off.

use crate::model::{CrawlOutcome, Timestamp, coded::coded_enum};
use chrono::{Datelike, TimeDelta, Weekday};

/// Days of history that are looked at.
pub const HISTORY_DAYS: usize = 28;
/// With less history nothing is called unusual.
const MIN_DAYS: usize = 7;
/// Failures in a row that make a fault (`spec.md` 6.2: 连续 2 次失败自动告警).
const FAULT_AFTER: u32 = 2;
/// Empty pages in a row that make a fault: one may be an accident of the site.
const EMPTY_AFTER: u32 = 3;
/// A visit may wait for its host and for others; this late it was forgotten.
const OVERDUE: TimeDelta = TimeDelta::hours(3);
/// A silence this unlikely, were posts to come at their usual rate, is worth a look.
const UNLIKELY: f64 = 0.001;

coded_enum! {
    /// 信源状态.
    pub enum HealthStatus {
        /// As usual.
        Normal = "normal" / "正常",
        /// It answers, but brings fewer posts than it did on any comparable day.
        Low = "low" / "低于平常",
        /// It answers, but has brought nothing for longer than chance explains.
        Silent = "silent" / "静默",
        /// It does not answer, refuses, or its pages no longer hold what the rules look for.
        Broken = "broken" / "故障",
        /// It stopped itself after repeated refusals and waits for a person.
        Stopped = "stopped" / "已自停",
        /// Too short a history to say what is usual.
        Observing = "observing" / "观察中",
        /// Not visited yet.
        Waiting = "waiting" / "待首采",
        /// Switched off by the operator.
        Disabled = "disabled" / "停用",
    }
}

impl HealthStatus {
    /// Should a person look at it?
    pub fn is_trouble(self) -> bool {
        matches!(
            self,
            HealthStatus::Low | HealthStatus::Silent | HealthStatus::Broken | HealthStatus::Stopped
        )
    }
}

/// What is known of one source.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// How the last visit of the entry page ended.
    pub last_outcome: Option<CrawlOutcome>,
    /// 连续失败次数.
    pub failure_count: u32,
    /// Its refusals made it stop.
    pub is_stopped: bool,
    /// 上次有新信息.
    pub last_new: Option<Timestamp>,
    /// 下次采集.
    pub next_check: Option<Timestamp>,
    /// First visit ever.
    pub first_visit: Option<Timestamp>,
    /// New posts per 24 hours, the last 24 hours first: at most `HISTORY_DAYS` + 1.
    pub per_day: Vec<u64>,
}

/// 健康 — the status with what it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// 状态.
    pub status: HealthStatus,
    /// New posts in the last 24 hours.
    pub today: u64,
    /// Lowest and highest of comparable days; `None` with too short a history.
    pub band: Option<(u64, u64)>,
    /// One Chinese sentence for staff; empty where nothing needs saying.
    pub sentence: String,
}

/// Judges an enabled source at `now`.
pub fn health(history: &History, now: Timestamp) -> Health {
    let today = history.per_day.first().copied().unwrap_or(0);
    let usual = usual_days(history, now);
    let band = (usual.len() >= MIN_DAYS)
        .then(|| Some((*usual.iter().min()?, *usual.iter().max()?)))
        .flatten();
    let is_read = history.last_outcome.is_some_and(CrawlOutcome::is_success);
    let (status, sentence) = trouble(history)
        .or_else(|| overdue(history, now))
        .or_else(|| match is_read {
            true => Some(quiet(history, now, today, band?, &usual)),
            // One failure says nothing yet about what the source brings.
            false => band.map(|_| (HealthStatus::Normal, String::new())),
        })
        .unwrap_or((HealthStatus::Observing, String::new()));
    Health {
        status,
        today,
        band,
        sentence,
    }
}

/// What makes a source unusable, before its numbers are looked at.
fn trouble(history: &History) -> Option<(HealthStatus, String)> {
    let failures = history.failure_count;
    if history.is_stopped {
        let sentence = "多次被对方拒绝，已停止采集，待信息员核实后恢复".to_owned();
        return Some((HealthStatus::Stopped, sentence));
    }
    let outcome = history.last_outcome?;
    let limit = match outcome {
        CrawlOutcome::Empty => EMPTY_AFTER,
        _ => FAULT_AFTER,
    };
    if outcome.is_success() || failures < limit {
        return None;
    }
    let sentence = match outcome {
        CrawlOutcome::Empty => format!("连续{failures}次取不到内容"),
        // The message of the visit says it in full.
        CrawlOutcome::RobotsDenied => String::new(),
        _ => format!("连续{failures}次采集失败"),
    };
    Some((HealthStatus::Broken, sentence))
}

/// Nobody has visited it when it was due: the program did not run.
fn overdue(history: &History, now: Timestamp) -> Option<(HealthStatus, String)> {
    let late = now - history.next_check?;
    let sentence = || format!("已逾期{}未采集，程序可能停过", spell(hours(late) / 24.0));
    (late > OVERDUE).then(|| (HealthStatus::Broken, sentence()))
}

/// A source that answers: silent, low or normal.
fn quiet(
    history: &History,
    now: Timestamp,
    today: u64,
    (low, _): (u64, u64),
    usual: &[u64],
) -> (HealthStatus, String) {
    let silent_days = history
        .last_new
        .or(history.first_visit)
        .map_or(0.0, |since| hours(now - since) / 24.0);
    if today == 0 && (-expected_since(history, now, silent_days)).exp() < UNLIKELY {
        let sentence = format!("采集正常，但已{}没有新信息", spell(silent_days));
        return (HealthStatus::Silent, sentence);
    }
    let median = median(usual);
    if today < low && 2 * today < median {
        let sentence = format!("近24小时新增{today}条，平常{median}条左右");
        return (HealthStatus::Low, sentence);
    }
    (HealthStatus::Normal, String::new())
}

/// Counts of the days before the last 24 hours that are of the same kind, working or not; of all days where there are
/// too few of the kind.
fn usual_days(history: &History, now: Timestamp) -> Vec<u64> {
    let days = known_days(history, now);
    let is_off = is_day_off(now);
    let alike: Vec<u64> = days
        .iter()
        .filter(|(day, _)| is_day_off(*day) == is_off)
        .map(|(_, count)| *count)
        .collect();
    if alike.len() >= MIN_DAYS {
        return alike;
    }
    days.into_iter().map(|(_, count)| count).collect()
}

/// Each complete 24 hours since the first visit: when it ended, and its count.
fn known_days(history: &History, now: Timestamp) -> Vec<(Timestamp, u64)> {
    let known = history
        .first_visit
        .map_or(0, |first| (now - first).num_days().max(0));
    let days = history.per_day.iter().enumerate().skip(1);
    days.filter_map(|(age, count)| {
        let age = i64::try_from(age).ok()?;
        (age < known).then_some((now - TimeDelta::days(age), *count))
    })
    .collect()
}

/// Posts that the silent days would have brought at the usual rate of their kind.
fn expected_since(history: &History, now: Timestamp, silent_days: f64) -> f64 {
    let days = known_days(history, now);
    let rate = |is_off: bool| {
        let alike: Vec<u64> = days
            .iter()
            .filter(|(day, _)| is_day_off(*day) == is_off)
            .map(|(_, count)| *count)
            .collect();
        alike.iter().sum::<u64>() as f64 / alike.len().max(1) as f64
    };
    let (working, off) = (rate(false), rate(true));
    let mut expected = 0.0;
    let mut left = silent_days.min(HISTORY_DAYS as f64);
    let mut day = now;
    while left > 0.0 {
        expected += left.min(1.0) * if is_day_off(day) { off } else { working };
        left -= 1.0;
        day -= TimeDelta::days(1);
    }
    expected
}

fn is_day_off(day: Timestamp) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn median(counts: &[u64]) -> u64 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

fn hours(span: TimeDelta) -> f64 {
    span.num_minutes() as f64 / 60.0
}

fn spell(days: f64) -> String {
    if days < 2.0 {
        format!("{}小时", (days * 24.0).round())
    } else {
        format!("{}天", days.floor())
    }
}

#[cfg(test)]
mod tests {
    use super::{Health, HealthStatus, History, health};
    use crate::model::{CrawlOutcome, Timestamp};
    use chrono::TimeDelta;

    /// A Wednesday.
    fn now() -> Timestamp {
        Timestamp::parse_from_rfc3339("2017-04-19T09:00:00+08:00").expect("test time")
    }

    /// Four weeks of `working` and `off` posts a day; `today` in the last 24 hours, the last one `hours` ago.
    fn history(today: u64, working: u64, off: u64, hours: i64) -> History {
        let per_day = (0..29)
            .map(|age| match age {
                0 => today,
                _ if super::is_day_off(now() - TimeDelta::days(age)) => off,
                _ => working,
            })
            .collect();
        History {
            last_outcome: Some(CrawlOutcome::Unchanged),
            last_new: Some(now() - TimeDelta::hours(hours)),
            first_visit: Some(now() - TimeDelta::days(60)),
            per_day,
            ..History::default()
        }
    }

    fn status(history: &History) -> HealthStatus {
        health(history, now()).status
    }

    #[test]
    fn nothing_new_and_nothing_fetched_are_told_apart() {
        let silent = history(0, 12, 12, 30);
        assert_eq!(status(&silent), HealthStatus::Silent);
        let failing = History {
            last_outcome: Some(CrawlOutcome::Failed),
            failure_count: 2,
            ..silent.clone()
        };
        assert_eq!(status(&failing), HealthStatus::Broken);
        let stopped = History {
            is_stopped: true,
            ..failing
        };
        assert_eq!(status(&stopped), HealthStatus::Stopped);
    }

    #[test]
    fn one_failure_is_no_fault() {
        let once = History {
            last_outcome: Some(CrawlOutcome::Failed),
            failure_count: 1,
            ..history(12, 12, 12, 1)
        };
        assert_eq!(status(&once), HealthStatus::Normal);
    }

    #[test]
    fn a_quiet_source_may_be_quiet() {
        // One post a week: three days without one are nothing.
        let mut rare = history(0, 0, 0, 72);
        rare.per_day[3] = 1;
        rare.per_day[10] = 1;
        rare.per_day[17] = 1;
        rare.per_day[24] = 1;
        assert_eq!(status(&rare), HealthStatus::Normal);
    }

    #[test]
    fn a_paper_without_weekend_editions_is_not_silent_on_sunday() {
        let sunday = now() - TimeDelta::days(3);
        let per_day = (0..29)
            .map(|age| {
                let is_off = super::is_day_off(sunday - TimeDelta::days(age));
                if is_off { 0 } else { 80 }
            })
            .collect();
        let paper = History {
            last_new: Some(sunday - TimeDelta::hours(26)),
            per_day,
            ..history(0, 80, 0, 0)
        };
        assert_eq!(health(&paper, sunday).status, HealthStatus::Normal);
    }

    #[test]
    fn fewer_than_on_any_comparable_day_is_low() {
        let low = health(&history(10, 60, 60, 2), now());
        assert_eq!(
            low,
            Health {
                status: HealthStatus::Low,
                today: 10,
                band: Some((60, 60)),
                sentence: "近24小时新增10条，平常60条左右".to_owned(),
            }
        );
        assert_eq!(status(&history(40, 60, 60, 2)), HealthStatus::Normal);
    }

    #[test]
    fn a_new_source_is_observed_first() {
        let new = History {
            first_visit: Some(now() - TimeDelta::days(3)),
            ..history(5, 5, 5, 1)
        };
        assert_eq!(status(&new), HealthStatus::Observing);
    }
}
