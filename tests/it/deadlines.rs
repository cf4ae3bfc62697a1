//! 时限: deadlines on the shipped rules and calendar, reminders once each, two people at one case; with a clock that stands.

use crate::program::fixture;
use crate::site::{TestApp, at, shipped};
use chrono::{NaiveDateTime, TimeDelta, TimeZone};
use yuqing::case::{Span, Starts};
use yuqing::config::Config;
use yuqing::model::{
    CaseField, CaseFigures, CaseId, CaseKind, CaseState, DeliveryState, DueFlag, EventId, PostId,
    Timestamp, Urgency,
};
use yuqing::pipeline::{CaseOrder, DueSaid, deadline_of, register_case, remind_once};
use yuqing::store::{CaseAct, CaseError, DeliveryFilter, Passage};

fn local(text: &str) -> Timestamp {
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect(text);
    let zone = at("2017-01-01T00:00:00+08:00");
    zone.offset()
        .from_local_datetime(&naive)
        .single()
        .expect(text)
}

#[test]
fn deadlines_are_exact_to_the_minute() {
    let config = shipped();
    let table = std::fs::read_to_string(fixture("case/deadlines.tsv")).expect("a table");
    let rows: Vec<Vec<&str>> = (table.lines())
        .filter(|line| !line.starts_with('#') && !line.starts_with("received"))
        .map(|line| line.split('\t').collect())
        .collect();
    assert!(rows.len() >= 60, "{} rows", rows.len());
    for row in rows {
        let [begin, id, due, why] = row[..] else {
            panic!("four columns: {row:?}");
        };
        let begin = local(begin);
        let rule = config.deadlines.rule(id).expect("a shipped rule");
        let kind = rule.met_by.map_or(CaseKind::Transfer, CaseState::kind);
        let starts = Starts {
            published_at: Some(begin),
            discovered_at: Some(begin),
            received_at: begin,
        };
        let deadline = rule.deadline(kind, starts, &config.calendar).expect(id);
        assert_eq!(deadline.at, local(due), "{begin} {id}: {why}");
        assert_eq!(deadline.note, "", "{begin} {id}");
    }
}

#[test]
fn an_impossible_form_is_refused_before_anything_is_stored() {
    let test = TestApp::open(shipped());
    let bare = || order("甲", "2017-04-14 08:00");
    let due = |due| CaseOrder {
        due: Some(due),
        ..bare()
    };
    for (order, said) in [
        (
            CaseOrder {
                title: Some(" \u{202e}\u{0}".to_owned()),
                ..bare()
            },
            "缺少事由，请填写“事由”",
        ),
        (
            CaseOrder {
                title: Some("长".repeat(201)),
                ..bare()
            },
            "事由有201字",
        ),
        (
            CaseOrder {
                received_at: Some(local("2117-09-29 16:00")),
                ..bare()
            },
            "还没有到，请检查“收文时间”",
        ),
        (due(DueSaid::At(local("2001-01-01 10:00"))), "早于收文时间"),
        (
            due(DueSaid::Rule("T-9".to_owned())),
            "没有代号为“T-9”的时限规则；现有：T-ZB-24H",
        ),
        (due(DueSaid::Rule("T-48H".to_owned())), "不适用于转办件"),
        (
            CaseOrder {
                posts: vec![PostId(9)],
                ..bare()
            },
            "没有编号为9的信息",
        ),
        (
            CaseOrder {
                events: vec![EventId(9)],
                ..bare()
            },
            "没有编号为9的事件",
        ),
    ] {
        let refused = register_case(&test.app, order, "张三")
            .expect_err(said)
            .to_string();
        assert!(refused.contains(said), "{refused}");
    }
    assert_eq!(test.app.store.cases().expect("reads"), []);
}

#[test]
fn urgency_and_words_of_the_letter_decide_where_no_rule_is_named() {
    let test = TestApp::open(shipped());
    test.later(local("2018-01-20 10:00") - test.app.now());
    let within = |days| DueSaid::Within(Span::WorkingDays(days));
    for (title, urgency, due, at, rule) in [
        (
            "甲",
            Urgency::ExtraUrgent,
            None,
            "2018-01-21 09:00",
            Some("T-ZB-24H"),
        ),
        (
            "乙",
            Urgency::Urgent,
            None,
            "2018-01-24 18:00",
            Some("T-XF-XIN"),
        ),
        (
            "丙",
            Urgency::WithinDay,
            Some(within(5)),
            "2018-01-26 18:00",
            None,
        ),
        (
            "丁",
            Urgency::Normal,
            Some(DueSaid::Rule("T-XF15".to_owned())),
            "2018-02-05 18:00",
            Some("T-XF15"),
        ),
    ] {
        let order = CaseOrder {
            urgency: Some(urgency),
            due,
            ..order(title, "2018-01-20 09:00")
        };
        let id = register_case(&test.app, order, "张三").expect(title);
        let file = test.app.store.case_file(id).expect("reads").expect(title);
        let deadline = file.case.deadline;
        assert_eq!(
            (deadline.at, deadline.rule.as_deref()),
            (local(at), rule),
            "{title}"
        );
    }
    let open = test.app.store.open_cases().expect("reads");
    let titles: Vec<&str> = open.iter().map(|case| case.form.title.as_str()).collect();
    assert_eq!(titles, ["甲", "乙", "丙", "丁"], "by deadline");
    let flags: Vec<_> = [
        "2018-01-21 04:59",
        "2018-01-21 05:00",
        "2018-01-21 08:00",
        "2018-01-21 09:01",
    ]
    .map(|now| open[0].due_flag(local(now)))
    .to_vec();
    let expected = [
        None,
        Some(DueFlag::WithinFourHours),
        Some(DueFlag::WithinHour),
        Some(DueFlag::Overdue),
    ];
    assert_eq!(flags, expected);
}

#[test]
fn a_ledger_counts_what_was_received_answered_and_late() {
    let test = TestApp::open(shipped());
    let at_once = |case: CaseId, at: &str| {
        let passage = Passage {
            seen: CaseState::Registered,
            to: CaseState::Answered,
            note: String::new(),
            reason: Some("电话反馈".to_owned()),
            words: Vec::new(),
        };
        let act = CaseAct {
            by: "李四".to_owned(),
            at: local(at),
            now: test.app.now(),
        };
        test.app
            .store
            .move_case(case, &passage, &act)
            .expect("moves");
    };
    let register = |title: &str, received: &str| {
        register_case(&test.app, order(title, received), "张三").expect("registers")
    };
    // Monday to Tuesday, ten office hours; Wednesday to Friday, late, twenty; one open and late; one of the month before.
    at_once(register("甲", "2017-04-10 09:00"), "2017-04-11 09:00");
    at_once(register("乙", "2017-04-05 09:00"), "2017-04-07 09:00");
    let open = register("丙", "2017-04-06 09:00");
    register("丁", "2017-03-31 09:00");
    let (from, to) = (local("2017-04-01 00:00"), local("2017-05-01 00:00"));
    let cases = test.app.store.cases_between(from, to).expect("reads");
    let figures = CaseFigures::of(&cases, test.app.now(), &test.app.config.calendar);
    assert_eq!(
        (
            figures.received,
            figures.closed,
            figures.judged,
            figures.on_time
        ),
        (3, 0, 3, 1)
    );
    assert_eq!(figures.overdue, [CaseId(2), open]);
    assert_eq!(figures.mean_working_days, Some(1.5));
    assert_eq!(
        (figures.by_from[0].count, figures.by_from[0].overdue),
        (3, 2)
    );
}

#[test]
fn a_case_closed_without_an_answer_was_not_answered_in_time() {
    let test = TestApp::open(shipped());
    let received = local("2017-04-12 09:00");
    let id = register_case(&test.app, order("甲", "2017-04-12 09:00"), "张三").expect("registers");
    let passage = over(CaseState::Registered, CaseState::Archived);
    let act = CaseAct {
        at: local("2017-04-13 08:00"),
        ..act(&test)
    };
    let store = &test.app.store;
    store.move_case(id, &passage, &act).expect("moves");
    let cases = store
        .cases_between(received, test.app.now())
        .expect("reads");
    let figures = CaseFigures::of(&cases, test.app.now(), &test.app.config.calendar);
    assert_eq!(
        (figures.closed, figures.closed_unanswered),
        (1, 1),
        "{figures:?}"
    );
    assert_eq!((figures.judged, figures.on_time), (0, 0), "{figures:?}");
    assert_eq!(figures.overdue, []);
}

fn reminding() -> Config {
    let mut config = shipped();
    config.settings.case.recipients = vec!["duty".to_owned(), "office".to_owned()];
    config
}

fn order(title: &str, received: &str) -> CaseOrder {
    CaseOrder {
        from_org: Some("省人社厅".to_owned()),
        title: Some(title.to_owned()),
        received_at: Some(local(received)),
        urgency: Some(Urgency::ExtraUrgent),
        ..CaseOrder::default()
    }
}

/// Registered on Friday 2017-04-14 09:00, due 24 hours later.
fn one_case(test: &TestApp) -> CaseId {
    let received = "2017-04-14 09:00";
    register_case(&test.app, order("欠薪", received), "张三").expect("registers")
}

/// A move with a reason, whatever way it goes.
fn over(seen: CaseState, to: CaseState) -> Passage {
    Passage {
        seen,
        to,
        note: String::new(),
        reason: Some("电话反馈".to_owned()),
        words: Vec::new(),
    }
}

fn act(test: &TestApp) -> CaseAct {
    let now = test.app.now();
    CaseAct {
        by: "李四".to_owned(),
        at: now,
        now,
    }
}

#[test]
fn reminders_come_once_each_and_only_the_latest_after_an_outage() {
    let test = TestApp::open(reminding());
    let id = one_case(&test);
    let remind = || remind_once(&test.app).expect("queues");
    assert_eq!(remind(), 0);
    test.later(TimeDelta::hours(20));
    assert_eq!((remind(), remind()), (2, 0), "4 hours before, to both");
    test.later(TimeDelta::hours(5));
    assert_eq!(
        (remind(), remind()),
        (2, 0),
        "overdue; 1 hour before was missed"
    );
    let form = (test.app.store.case_file(id).expect("reads"))
        .expect("registered")
        .case
        .form;
    let later = test.app.now() + TimeDelta::minutes(30);
    let deadline = deadline_of(&test.app, &form, &DueSaid::At(later)).expect("a later time");
    let extended = test
        .app
        .store
        .extend_case(id, &deadline, "来文单位同意", &act(&test));
    extended.expect("open");
    assert_eq!((remind(), remind()), (2, 0), "1 hour before the new time");
    test.later(TimeDelta::hours(1));
    assert_eq!(remind(), 2, "overdue again");
    let passage = over(CaseState::Registered, CaseState::Answered);
    test.app
        .store
        .move_case(id, &passage, &act(&test))
        .expect("moves");
    test.later(TimeDelta::days(9));
    assert_eq!(remind(), 0);
}

/// A reminder that could not be sent in time tells nothing true; what applies again is told again.
#[test]
fn a_reminder_that_applies_no_more_is_withdrawn() {
    let test = TestApp::open(reminding());
    let id = one_case(&test);
    let remind = || remind_once(&test.app).expect("queues");
    let waiting = || {
        let filter = DeliveryFilter {
            state: Some(DeliveryState::Waiting),
            ..DeliveryFilter::default()
        };
        let found = test.app.store.deliveries(&filter).expect("reads");
        let keys = found.iter().map(|delivery| delivery.subject.key());
        keys.collect::<Vec<String>>()
    };
    let move_case = |seen, to| {
        let moved = (test.app.store).move_case(id, &over(seen, to), &act(&test));
        moved.expect("moves");
    };
    test.later(TimeDelta::hours(20));
    assert_eq!((remind(), waiting()), (2, vec!["case:1:4h".to_owned(); 2]));
    test.later(TimeDelta::hours(4));
    assert_eq!((remind(), waiting()), (2, vec!["case:1:1h".to_owned(); 2]));
    move_case(CaseState::Registered, CaseState::Answered);
    assert_eq!((remind(), waiting()), (0, Vec::new()));
    move_case(CaseState::Answered, CaseState::Undertaken);
    assert_eq!((remind(), waiting()), (2, vec!["case:1:1h".to_owned(); 2]));
    assert_eq!(remind(), 0);
    let withdrawn = DeliveryFilter {
        state: Some(DeliveryState::Cancelled),
        ..DeliveryFilter::default()
    };
    let withdrawn = test.app.store.deliveries(&withdrawn).expect("reads");
    assert_eq!(withdrawn.len(), 2);
    assert_eq!(withdrawn[0].message, "提醒已不适用，不再发送");
}

/// People say minutes; the step before may have been taken within that minute.
#[test]
fn a_step_of_the_same_minute_comes_after() {
    let test = TestApp::open(shipped());
    test.later(TimeDelta::seconds(30));
    let received_at = test.app.now();
    let order = CaseOrder {
        received_at: Some(received_at),
        ..order("甲", "2017-04-14 09:00")
    };
    let id = register_case(&test.app, order, "张三").expect("registers");
    let answer = |at: &str| {
        let act = CaseAct {
            at: local(at),
            ..act(&test)
        };
        let passage = over(CaseState::Registered, CaseState::Answered);
        test.app.store.move_case(id, &passage, &act)
    };
    let refused = answer("2017-04-14 08:59").expect_err("before the receipt");
    assert!(matches!(refused, CaseError::Earlier { .. }), "{refused}");
    answer("2017-04-14 09:00").expect("within the minute");
    let file = test.app.store.case_file(id).expect("reads");
    let answered_at = file.expect("registered").case.answered_at;
    assert_eq!(answered_at, Some(received_at));
}

#[test]
fn the_second_of_two_at_one_case_is_told() {
    let test = TestApp::open(shipped());
    let id = one_case(&test);
    let passage = Passage {
        seen: CaseState::Registered,
        to: CaseState::Proposed,
        note: String::new(),
        reason: None,
        words: vec![(CaseField::Opinion, "请核查".to_owned())],
    };
    let store = &test.app.store;
    store
        .move_case(id, &passage, &act(&test))
        .expect("the first");
    let refused = store.move_case(id, &passage, &act(&test));
    let refused = refused.expect_err("the second");
    assert!(matches!(refused, CaseError::Moved { .. }));
    assert_eq!(
        refused.to_string(),
        "第1号办理件已由李四转到“拟办”，请查看后再办"
    );
    let file = store.case_file(id).expect("reads").expect("registered");
    assert_eq!((file.steps.len(), file.notes.len()), (2, 1));
}

#[test]
fn an_answer_that_is_sent_back_is_none() {
    let test = TestApp::open(shipped());
    let id = one_case(&test);
    let go = |seen, to| {
        let passage = Passage {
            seen,
            to,
            note: String::new(),
            reason: Some("补充材料".to_owned()),
            words: Vec::new(),
        };
        test.app
            .store
            .move_case(id, &passage, &act(&test))
            .expect("moves");
        let file = test.app.store.case_file(id).expect("reads");
        file.expect("registered").case
    };
    let answered = go(CaseState::Registered, CaseState::Answered);
    assert_eq!(answered.answered_at, Some(test.app.now()));
    let back = go(CaseState::Answered, CaseState::Undertaken);
    assert_eq!(back.answered_at, None);
    test.later(TimeDelta::days(2));
    assert!(back.is_overdue(test.app.now()));
    // Whoever goes over the answer has not answered.
    let archived = go(CaseState::Undertaken, CaseState::Archived);
    assert_eq!(
        (archived.answered_at, archived.closed_at),
        (None, Some(test.app.now()))
    );
}
