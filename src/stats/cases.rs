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

#[cfg(test)]
mod tests {
    use super::ledger_cases;
    use crate::model::{
        Case, CaseDeadline, CaseField, CaseForm, CaseId, CaseKind, Channel, Emergency, LedgerCases,
        Level, Period, ReplyCounts, Timestamp, Urgency,
    };
    use std::collections::BTreeMap;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_from_rfc3339(&format!("{text}:00+08:00")).expect("test time")
    }

    fn october() -> Period {
        Period {
            from: at("2017-10-01T00:00"),
            to: at("2017-11-01T00:00"),
        }
    }

    /// Registered when it was received; still open.
    fn case(id: i64, kind: CaseKind, title: &str, received: &str, due: &str) -> Case {
        Case {
            id: CaseId(id),
            form: CaseForm {
                kind,
                from_org: "省人社厅".to_owned(),
                document_no: None,
                urgency: Urgency::Normal,
                title: title.to_owned(),
                text: String::new(),
                original_link: None,
                attachment: None,
                received_at: at(received),
                discovered_at: None,
                published_at: None,
            },
            deadline: CaseDeadline {
                at: at(due),
                rule: None,
                basis: "来文写明的时限".to_owned(),
                note: String::new(),
                met_by: kind.answer(),
            },
            deadline_count: 1,
            state: kind.path()[0],
            answered_at: None,
            closed_at: None,
            registered_at: at(received),
            registered_by: "张三".to_owned(),
            notes: BTreeMap::new(),
        }
    }

    /// Received in September, answered in time and closed in October.
    fn of_september() -> Case {
        let mut case = case(
            1,
            CaseKind::Transfer,
            "甲",
            "2017-09-29T16:00",
            "2017-10-10T18:00",
        );
        case.answered_at = Some(at("2017-10-10T17:59"));
        case.closed_at = Some(at("2017-10-11T16:00"));
        case.notes
            .insert(CaseField::Office, "社会保障卡中心".to_owned());
        case
    }

    /// Answered late, not closed.
    fn answered_late() -> Case {
        let mut case = case(
            2,
            CaseKind::Transfer,
            "乙",
            "2017-10-12T09:00",
            "2017-10-13T18:00",
        );
        case.form.document_no = Some("豫人社函〔2017〕13号".to_owned());
        case.answered_at = Some(at("2017-10-16T10:00"));
        case.notes
            .insert(CaseField::Office, "劳动监察支队".to_owned());
        case
    }

    /// Open, and due in November.
    fn due_later() -> Case {
        let mut case = case(
            3,
            CaseKind::Transfer,
            "丙",
            "2017-10-30T09:00",
            "2017-11-02T18:00",
        );
        case.form.from_org = "市委网信办".to_owned();
        case
    }

    /// An emergency closed late, without an answer.
    fn closed_late() -> Case {
        let mut case = case(
            4,
            CaseKind::Emergency,
            "群体讨薪",
            "2017-10-20T15:00",
            "2017-10-21T14:00",
        );
        case.form.discovered_at = Some(at("2017-10-20T14:00"));
        case.closed_at = Some(at("2017-10-21T15:00"));
        case.notes
            .insert(CaseField::Office, "劳动监察支队".to_owned());
        case.notes
            .insert(CaseField::Result, "已全部补发".to_owned());
        case
    }

    /// An emergency found in September, received in October, never answered.
    fn found_before() -> Case {
        let mut case = case(
            5,
            CaseKind::Emergency,
            "网传停发养老金",
            "2017-10-01T00:30",
            "2017-10-02T23:00",
        );
        case.form.discovered_at = Some(at("2017-09-30T23:00"));
        case
    }

    #[test]
    fn each_case_is_counted_where_its_moments_fall() {
        let cases = [
            of_september(),
            answered_late(),
            due_later(),
            closed_late(),
            found_before(),
        ];
        let replies = ReplyCounts {
            total: 26,
            by_channel: vec![(Channel::MessageBoard, 26)],
            ..ReplyCounts::default()
        };
        let levels = [(CaseId(4), Level::Red)].into();
        let now = at("2017-12-01T09:00");
        let expected = LedgerCases {
            transferred_by_origin: [("市委网信办".to_owned(), 1), ("省人社厅".to_owned(), 1)]
                .into(),
            by_office: [("劳动监察支队".to_owned(), 2)].into(),
            closed: 2,
            closed_on_time: 1,
            minutes_to_close: vec![12 * 24 * 60, 24 * 60],
            overdue: ["豫人社函〔2017〕13号", "群体讨薪", "网传停发养老金"]
                .map(str::to_owned)
                .to_vec(),
            emergencies: vec![Emergency {
                number: "4".to_owned(),
                title: "群体讨薪".to_owned(),
                opened_at: at("2017-10-20T14:00"),
                level: Level::Red,
                closed_at: Some(at("2017-10-21T15:00")),
                outcome: "已全部补发".to_owned(),
            }],
            replies_by_channel: [("message_board".to_owned(), 26)].into(),
            ..LedgerCases::default()
        };
        assert_eq!(
            ledger_cases(&cases, &levels, &replies, october(), now),
            expected
        );
    }

    #[test]
    fn a_case_is_late_once_its_time_is_over() {
        let late = |now: &str| {
            let replies = ReplyCounts::default();
            let levels = BTreeMap::new();
            ledger_cases(&[found_before()], &levels, &replies, october(), at(now)).overdue
        };
        assert_eq!(late("2017-10-02T23:00"), Vec::<String>::new());
        assert_eq!(late("2017-10-02T23:01"), ["网传停发养老金"]);
    }
}
