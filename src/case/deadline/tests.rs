use super::{CountedFrom, DeadlineRule, Deadlines, Span, Starts, reckon, span_in_words};
use crate::model::{CaseKind, CaseState, OfficeHours, Timestamp, Urgency, WorkCalendar};
use chrono::{FixedOffset, NaiveDateTime, NaiveTime, TimeZone};
use std::collections::{BTreeMap, BTreeSet};

fn at(text: &str) -> Timestamp {
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("test time");
    let zone = FixedOffset::east_opt(8 * 3600).expect("a zone");
    zone.from_local_datetime(&naive)
        .single()
        .expect("one moment")
}

/// Weekends only, of the years given.
fn plain(years: &[i32]) -> WorkCalendar {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
    WorkCalendar {
        years: years.iter().copied().collect::<BTreeSet<i32>>(),
        shifted: BTreeMap::new(),
        hours: OfficeHours {
            from: hour(8),
            to: hour(17),
        },
    }
}

fn rules() -> Deadlines {
    let rule = |id: &str, span, from, met_by| DeadlineRule {
        id: id.to_owned(),
        name: "回应".to_owned(),
        span,
        from,
        basis: "国办发〔2016〕61号".to_owned(),
        met_by,
    };
    let answered = Some(CaseState::Responded);
    Deadlines {
        rules: vec![
            rule("T", Span::WorkingDays(3), CountedFrom::Received, None),
            rule("P", Span::Hours(24), CountedFrom::Received, None),
            rule("T-48H", Span::Hours(48), CountedFrom::Discovered, answered),
        ],
        pressing: "P".to_owned(),
        transfer: "T".to_owned(),
        emergency: "T-48H".to_owned(),
    }
}

#[test]
fn spans_end_with_the_office_day_except_hours() {
    let calendar = plain(&[2017]);
    let friday = at("2017-11-24 16:30");
    for (span, end) in [
        (Span::Hours(48), "2017-11-26 16:30"),
        (Span::WorkingDays(1), "2017-11-27 17:00"),
        (Span::Days(1), "2017-11-27 17:00"),
        (Span::Days(5), "2017-11-29 17:00"),
    ] {
        let reckoned = reckon(span, friday, &calendar);
        assert_eq!(
            (reckoned.at, reckoned.note.as_str()),
            (at(end), ""),
            "{span:?}"
        );
    }
}

#[test]
fn a_year_without_a_calendar_is_named_where_days_count() {
    let calendar = plain(&[2027]);
    let reckoned = reckon(Span::WorkingDays(3), at("2027-12-30 09:00"), &calendar);
    assert_eq!(reckoned.at, at("2028-01-04 17:00"));
    assert_eq!(reckoned.note, "日历缺2028年，只按周末推算");
    let hours = reckon(Span::Hours(24), at("2027-12-31 09:00"), &calendar);
    assert_eq!(hours.note, "");
}

#[test]
fn words_of_letters_are_spans() {
    for (written, span) in [
        ("3个工作日", Some(Span::WorkingDays(3))),
        ("５个工作日内", Some(Span::WorkingDays(5))),
        ("十五个工作日", Some(Span::WorkingDays(15))),
        ("二十日内", Some(Span::Days(20))),
        ("24小时之内", Some(Span::Hours(24))),
        ("两天", Some(Span::Days(2))),
        ("六十日", Some(Span::Days(60))),
        ("0个工作日", None),
        ("尽快", None),
        ("十十日", None),
        ("2017-11-23", None),
    ] {
        assert_eq!(span_in_words(written), span, "{written}");
    }
}

#[test]
fn a_rule_says_what_it_lacks() {
    let deadlines = rules();
    let starts = Starts {
        published_at: None,
        discovered_at: None,
        received_at: at("2017-11-24 16:30"),
    };
    let calendar = plain(&[2017]);
    let rule = deadlines.rule("T-48H").expect("given");
    let refusal = rule.deadline(CaseKind::Emergency, starts, &calendar);
    assert_eq!(
        refusal.expect_err("nothing found"),
        "时限规则T-48H自发现时刻起算，请填写“发现时间”，或关联信息、事件"
    );
    let refusal = rule.deadline(CaseKind::Transfer, starts, &calendar);
    assert!(
        refusal
            .expect_err("not for letters")
            .contains("不适用于转办件")
    );
    let found = Starts {
        discovered_at: Some(at("2017-11-24 10:00")),
        ..starts
    };
    let deadline = rule.deadline(CaseKind::Emergency, found, &calendar);
    let deadline = deadline.expect("all is known");
    assert_eq!(deadline.met_by, CaseState::Responded);
    assert_eq!(deadline.basis, "回应，自发现起48小时（国办发〔2016〕61号）");
    let rule = |kind, urgency| {
        let rule = deadlines.default_rule(kind, urgency);
        rule.map(|rule| rule.id.as_str())
    };
    assert_eq!(rule(CaseKind::Transfer, Urgency::WithinDay), Some("P"));
    assert_eq!(rule(CaseKind::Transfer, Urgency::Urgent), Some("T"));
    assert_eq!(rule(CaseKind::Emergency, Urgency::Normal), Some("T-48H"));
}
