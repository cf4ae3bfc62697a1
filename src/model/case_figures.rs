//! 办理情况 — figures of some cases, as a ledger prints them; each can be counted again from the cases it names.

use crate::model::{Case, CaseField, CaseId, CaseKind, CaseState, Timestamp, WorkCalendar};
use chrono::TimeDelta;
use serde::Serialize;

/// 办理情况 of the cases of a period.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CaseFigures {
    /// 收到 — cases received in the period.
    pub received: u64,
    /// 其中应急.
    pub emergencies: u64,
    /// 办结 among them, by now.
    pub closed: u64,
    /// 转办件 that were answered, or whose deadline passed without an answer.
    pub judged: u64,
    /// 按时 among those: answered in time.
    pub on_time: u64,
    /// 未反馈即归档 — 转办件 closed without an answer. Before their deadline they are not judged.
    pub closed_unanswered: u64,
    /// 超期 — cases, 应急 included, that were answered late or are late now.
    pub overdue: Vec<CaseId>,
    /// 平均用时 from receipt to answer (or closing), in working days of office hours; `None` where none was answered.
    pub mean_working_days: Option<f64>,
    /// 转办件 by 来文单位, most first.
    pub by_from: Vec<FromCount>,
}

/// 转办件 of one 来文单位.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FromCount {
    /// 来文单位.
    pub from: String,
    /// How many.
    pub count: u64,
    /// 超期 among them.
    pub overdue: u64,
}

/// 上期转办跟踪 — one 转办件 of the period before, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseTrack {
    /// Row id.
    pub id: CaseId,
    /// 来文单位.
    pub from: String,
    /// 文号.
    pub document_no: Option<String>,
    /// 事由.
    pub title: String,
    /// 承办处室; empty where none was named.
    pub office: String,
    /// 时限.
    pub due_at: Timestamp,
    /// Where it stands.
    pub state: CaseState,
    /// 反馈时间.
    pub answered_at: Option<Timestamp>,
    /// 超期, late answers included.
    pub is_overdue: bool,
}

impl CaseTrack {
    /// The 转办件 among these, the open ones first, in the order of their deadlines.
    pub fn of(cases: &[Case], now: Timestamp) -> Vec<CaseTrack> {
        let transfers = (cases.iter()).filter(|case| case.form.kind == CaseKind::Transfer);
        let mut tracks: Vec<(bool, CaseTrack)> = transfers
            .map(|case| {
                let track = CaseTrack {
                    id: case.id,
                    from: case.form.from_org.clone(),
                    document_no: case.form.document_no.clone(),
                    title: case.form.title.clone(),
                    office: case.note(CaseField::Office).to_owned(),
                    due_at: case.deadline.at,
                    state: case.state,
                    answered_at: case.answered_at,
                    is_overdue: case.is_overdue(now),
                };
                (!case.is_pending(), track)
            })
            .collect();
        tracks.sort_by_key(|(is_done, track)| (*is_done, track.due_at, track.id));
        tracks.into_iter().map(|(_, track)| track).collect()
    }
}

impl CaseFigures {
    /// The figures of these cases at `now`.
    pub fn of(cases: &[Case], now: Timestamp, calendar: &WorkCalendar) -> CaseFigures {
        let mut figures = CaseFigures::default();
        let mut spent = Vec::new();
        for case in cases {
            let is_overdue = case.is_overdue(now);
            figures.received += 1;
            figures.closed += u64::from(case.closed_at.is_some());
            if is_overdue {
                figures.overdue.push(case.id);
            }
            if let Some(end) = case.answered_at.or(case.closed_at) {
                spent.push(calendar.office_time_between(case.form.received_at, end));
            }
            if case.form.kind == CaseKind::Emergency {
                figures.emergencies += 1;
                continue;
            }
            if is_overdue || case.answered_at.is_some() {
                figures.judged += 1;
                figures.on_time += u64::from(!is_overdue);
            }
            let is_closed_unanswered = case.closed_at.is_some() && case.answered_at.is_none();
            figures.closed_unanswered += u64::from(is_closed_unanswered);
            count_from(&mut figures.by_from, &case.form.from_org, is_overdue);
        }
        figures.by_from.sort_by(|one, other| {
            let by_count = other.count.cmp(&one.count);
            by_count.then_with(|| one.from.cmp(&other.from))
        });
        figures.mean_working_days = mean_days(&spent, calendar.hours.to - calendar.hours.from);
        figures
    }
}

fn count_from(counts: &mut Vec<FromCount>, from: &str, is_overdue: bool) {
    let place = counts.iter().position(|known| known.from == from);
    let place = place.unwrap_or_else(|| {
        counts.push(FromCount {
            from: from.to_owned(),
            count: 0,
            overdue: 0,
        });
        counts.len() - 1
    });
    counts[place].count += 1;
    counts[place].overdue += u64::from(is_overdue);
}

fn mean_days(spent: &[TimeDelta], office_day: TimeDelta) -> Option<f64> {
    let minutes: i64 = spent.iter().map(TimeDelta::num_minutes).sum();
    let count = spent.len() as f64 * office_day.num_minutes() as f64;
    (!spent.is_empty()).then(|| minutes as f64 / count)
}
