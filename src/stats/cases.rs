//! 办理件 and replies on record → what a ledger counts of them.

use crate::model::{
    Case, CaseField, CaseId, CaseKind, Emergency, LedgerCases, Level, Period, ReplyCounts,
    Timestamp,
};
use std::collections::BTreeMap;

/// Is it an 应急 found in the period?
pub fn is_emergency_of(case: &Case, period: Period) -> bool {
    case.form.kind == CaseKind::Emergency && holds(period, found_at(case))
}

/// The figures of the period, as far as it is over at `now`. `levels` are those of the events that emergencies are about.
pub fn ledger_cases(
    cases: &[Case],
    levels: &BTreeMap<CaseId, Level>,
    replies: &ReplyCounts,
    period: Period,
    now: Timestamp,
) -> LedgerCases {
    let mut counted = LedgerCases::default();
    for case in cases {
        let form = &case.form;
        if holds(period, form.received_at) {
            let office = case.note(CaseField::Office);
            if !office.is_empty() {
                *counted.by_office.entry(office.to_owned()).or_default() += 1;
            }
            if form.kind == CaseKind::Transfer {
                let from = counted.transferred_by_origin.entry(form.from_org.clone());
                *from.or_default() += 1;
            }
        }
        if let Some(closed_at) = case.closed_at.filter(|at| holds(period, *at)) {
            counted.closed += 1;
            counted.closed_on_time += u64::from(!case.is_overdue(closed_at));
            let spent = closed_at - form.received_at;
            counted.minutes_to_close.push(spent.num_minutes());
        }
        if is_overdue_in(case, period, now) {
            counted.overdue.push(named(case));
        }
        if is_emergency_of(case, period) {
            let level = levels.get(&case.id).copied().unwrap_or(Level::None);
            counted.emergencies.push(emergency(case, level));
        }
    }
    let by_channel = replies.by_channel.iter();
    counted.replies_by_channel = by_channel
        .map(|(channel, count)| (channel.code().to_owned(), *count))
        .collect();
    counted
}

/// Late at the end of the period, or answered late within it.
fn is_overdue_in(case: &Case, period: Period, now: Timestamp) -> bool {
    let end = period.to.min(now);
    let due_at = case.deadline.at;
    let is_late = |done: Timestamp| done > due_at && done >= period.from;
    due_at < end && case.answered_at.or(case.closed_at).is_none_or(is_late)
}

fn emergency(case: &Case, level: Level) -> Emergency {
    let result = case.note(CaseField::Result);
    Emergency {
        number: case.id.0.to_string(),
        title: case.form.title.clone(),
        opened_at: found_at(case),
        level,
        closed_at: case.closed_at,
        outcome: match result {
            "" => case.state.label().to_owned(),
            result => result.to_owned(),
        },
    }
}

/// 文号, else what it is about.
fn named(case: &Case) -> String {
    let form = &case.form;
    form.document_no.as_ref().unwrap_or(&form.title).clone()
}

fn found_at(case: &Case) -> Timestamp {
    case.form.discovered_at.unwrap_or(case.form.received_at)
}

fn holds(period: Period, at: Timestamp) -> bool {
    period.from <= at && at < period.to
}
