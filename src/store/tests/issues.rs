//! The life of an issue: drafts, steps in order, numbers without gap or double.

use super::{friday, open, post, save, store};
use crate::model::{
    Basis, Channel, DigestKind, Entry, EntryPost, IssueContent, IssueId, IssueState, IssueStep,
    Level, Masthead, Overview, Period, PostId, Section, Series, Timestamp,
};
use crate::store::{Change, Edit, EditError, SignError, Store};
use chrono::TimeDelta;
use std::collections::{BTreeSet, HashSet};

fn content(day: i64, cited: &[i64]) -> IssueContent {
    let from = friday() + TimeDelta::days(day);
    let entry = |id: &i64| Entry {
        title: "标题".to_owned(),
        level: Level::Yellow,
        summary: String::new(),
        summary_note: String::new(),
        spread: String::new(),
        judgement: String::new(),
        advice: String::new(),
        note: String::new(),
        posts: vec![EntryPost {
            id: PostId(*id),
            external_id: None,
            source: "示例论坛".to_owned(),
            channel: Channel::Forum,
            url: None,
            title: String::new(),
            published_at: None,
            first_seen_at: friday(),
        }],
    };
    IssueContent {
        digest: "daily".to_owned(),
        kind: DigestKind::Daily,
        series: Series::Main,
        occasion: String::new(),
        subject: String::new(),
        express: None,
        corrects: None,
        survey: None,
        note: String::new(),
        masthead: Masthead {
            title: "人社舆情专报".to_owned(),
            publisher: String::new(),
            notice: String::new(),
            report_to: String::new(),
            copy_to: String::new(),
            issue_to: String::new(),
            copies: 1,
        },
        period: Period {
            from,
            to: from + TimeDelta::days(1),
        },
        overview: Overview::default(),
        sections: vec![Section {
            title: "重点舆情".to_owned(),
            entries: cited.iter().map(entry).collect(),
        }],
    }
}

/// A draft of something that is no period.
fn beside(series: Series, occasion: &str) -> IssueContent {
    IssueContent {
        series,
        occasion: occasion.to_owned(),
        ..content(0, &[1])
    }
}

fn signed(store: &Store, content: &IssueContent, now: Timestamp) -> (IssueId, (i32, u32, u32)) {
    let id = store
        .save_draft(content, &Basis::default(), "", now)
        .expect("writes");
    store.approve_issue(id, "甲", now).expect("a draft");
    (id, sign(store, id, now))
}

/// A store with one post, and as many approved issues that cite it.
fn approved(store: &Store, count: i64) -> Vec<IssueId> {
    save(store, post("https://a.cn/1"));
    (0..count)
        .map(|day| {
            let id = store
                .save_draft(&content(day, &[1]), &Basis::default(), "", friday())
                .expect("writes");
            store.approve_issue(id, "甲", friday()).expect("a draft");
            id
        })
        .collect()
}

fn sign(store: &Store, id: IssueId, now: Timestamp) -> (i32, u32, u32) {
    let number = store.sign_issue(id, "乙", &[], now).expect("approved");
    (number.year, number.number, number.total_number)
}

#[test]
fn two_processes_that_sign_at_once_leave_no_gap_and_no_double() {
    let (folder, store) = store();
    let issues = approved(&store, 24);
    let numbers: Vec<u32> = std::thread::scope(|scope| {
        let signers: Vec<_> = issues
            .chunks(6)
            .map(|mine| {
                // A store of its own: another process.
                let store = open(folder.path());
                scope.spawn(move || {
                    let numbers = mine.iter().map(|id| sign(&store, *id, friday()).1);
                    numbers.collect::<Vec<_>>()
                })
            })
            .collect();
        signers
            .into_iter()
            .flat_map(|signer| signer.join().expect("signs"))
            .collect()
    });
    let distinct: BTreeSet<u32> = numbers.into_iter().collect();
    assert_eq!(distinct, (1..=24).collect());
}

#[test]
fn the_same_issue_signed_twice_at_once_gets_one_number() {
    let (folder, store) = store();
    let issue = approved(&store, 1)[0];
    let signed = std::thread::scope(|scope| {
        let signers: Vec<_> = (0..4)
            .map(|_| {
                let store = open(folder.path());
                scope.spawn(move || store.sign_issue(issue, "乙", &[], friday()).is_ok())
            })
            .collect();
        let signed = signers
            .into_iter()
            .map(|signer| signer.join().expect("answers"));
        signed.filter(|is_signed| *is_signed).count()
    });
    assert_eq!(signed, 1);
}

#[test]
fn numbers_begin_anew_with_the_year_and_the_total_goes_on() {
    let (_folder, store) = store();
    let issues = approved(&store, 3);
    assert_eq!(sign(&store, issues[0], friday()), (2017, 1, 1));
    assert_eq!(
        sign(&store, issues[1], super::at("2017-12-31T23:59:59+08:00")),
        (2017, 2, 2)
    );
    assert_eq!(
        sign(&store, issues[2], super::at("2018-01-01T00:00:00+08:00")),
        (2018, 1, 3)
    );
}

#[test]
fn a_void_issue_keeps_its_number_and_frees_its_posts() {
    let (_folder, store) = store();
    let issues = approved(&store, 2);
    sign(&store, issues[0], friday());
    assert!(
        store
            .printed_posts("daily")
            .expect("reads")
            .contains(&PostId(1))
    );
    store
        .void_issue(issues[0], "丙", "标题有误", friday())
        .expect("signed");
    store
        .void_issue(issues[1], "丙", "重复", friday())
        .expect("approved");
    assert!(store.printed_posts("daily").expect("reads").is_empty());
    let void = store.issue(issues[0]).expect("reads").expect("kept");
    assert_eq!(
        (void.state, void.number.map(|number| number.number)),
        (IssueState::Void, Some(1))
    );

    let again = store
        .save_draft(&content(0, &[1]), &Basis::default(), "", friday())
        .expect("the period is free");
    assert_ne!(again, issues[0]);
    store.approve_issue(again, "甲", friday()).expect("a draft");
    assert_eq!(sign(&store, again, friday()), (2017, 2, 2));
}

#[test]
fn a_draft_made_twice_is_one_draft() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    let first = store
        .save_draft(&content(0, &[1]), &Basis::default(), "", friday())
        .expect("writes");
    let second = store
        .save_draft(&content(0, &[]), &Basis::default(), "", friday())
        .expect("writes");
    assert_eq!(first, second);
    let kept = store.issue(first).expect("reads").expect("kept");
    assert_eq!(kept.content, content(0, &[1]), "the first stays as it was");
}

#[test]
fn steps_out_of_order_are_refused() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    let now = friday();
    let id = store
        .save_draft(&content(0, &[1]), &Basis::default(), "", now)
        .expect("writes");
    assert!(matches!(
        store.sign_issue(id, "乙", &[], now),
        Err(SignError::WrongState { .. })
    ));
    store.approve_issue(id, "甲", now).expect("a draft");
    assert!(matches!(
        store.approve_issue(id, "甲", now),
        Err(SignError::WrongState { .. })
    ));
    assert!(matches!(
        store.sign_issue(IssueId(99), "乙", &[], now),
        Err(SignError::NotFound(99))
    ));
    let empty = store
        .save_draft(&content(1, &[]), &Basis::default(), "", now)
        .expect("writes");
    store.approve_issue(empty, "甲", now).expect("a draft");
    assert!(matches!(
        store.sign_issue(empty, "乙", &[], now),
        Err(SignError::Empty(_))
    ));
    assert_eq!(
        sign(&store, id, now),
        (2017, 1, 1),
        "refusals spend no number"
    );
}

#[test]
fn a_zero_report_covers_its_period() {
    let (_folder, store) = store();
    assert_eq!(store.covered_until("daily").expect("reads"), None);
    let period = content(0, &[]).period;
    store
        .save_zero_report("daily", period, friday())
        .expect("writes");
    store
        .save_zero_report("daily", period, friday())
        .expect("twice is once");
    assert_eq!(
        store.covered_until("daily").expect("reads"),
        Some(period.to)
    );
    assert_eq!(store.covered_until("weekly").expect("reads"), None);
}

#[test]
fn a_void_number_is_registered_and_the_next_issue_takes_the_next_one() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    for day in 0..167 {
        signed(&store, &content(day, &[1]), friday());
    }
    let (last, number) = signed(&store, &content(167, &[1]), friday());
    assert_eq!(number, (2017, 168, 168));
    store
        .void_issue(last, "丙", "标题有误", friday())
        .expect("signed");
    let (_, again) = signed(&store, &content(167, &[1]), friday());
    assert_eq!(again, (2017, 169, 169));
    let (_, supplement) = signed(
        &store,
        &beside(Series::Supplement, "supplement/1"),
        friday(),
    );
    assert_eq!(supplement, (2017, 1, 1), "numbered apart");
    let new_year = super::at("2018-01-02T09:00:00+08:00");
    assert_eq!(
        signed(&store, &content(300, &[1]), new_year).1,
        (2018, 1, 170),
        "the total goes on"
    );
    let void = store.issue(last).expect("reads").expect("kept");
    assert_eq!(void.state, IssueState::Void);
}

#[test]
fn a_clock_set_back_takes_no_number_of_a_year_that_is_over() {
    let (_folder, store) = store();
    let issues = approved(&store, 3);
    let new_year = super::at("2018-01-01T00:00:05+08:00");
    assert_eq!(sign(&store, issues[0], new_year), (2018, 1, 1));
    let before = super::at("2017-12-31T23:59:59+08:00");
    assert_eq!(sign(&store, issues[1], before), (2018, 2, 2));
    let before_approval = friday() - TimeDelta::days(1);
    sign(&store, issues[2], before_approval);
    let issue = store.issue(issues[2]).expect("reads").expect("kept");
    assert_eq!(issue.signed.expect("signed").at, friday());
}

#[test]
fn the_year_of_a_number_is_that_of_the_signature() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    let id = store
        .save_draft(&content(0, &[1]), &Basis::default(), "", friday())
        .expect("writes");
    let approved_at = super::at("2018-01-01T00:10:00+08:00");
    store.approve_issue(id, "甲", approved_at).expect("a draft");
    let before = super::at("2017-12-31T23:59:59+08:00");
    assert_eq!(sign(&store, id, before), (2018, 1, 1));
}

#[test]
fn what_was_printed_meanwhile_is_left_out() {
    let (_folder, store) = store();
    for number in 1..=2 {
        save(&store, post(&format!("https://a.cn/{number}")));
    }
    let (basis, none) = (Basis::default(), HashSet::new());
    let propose = |content: &IssueContent| {
        let saved = store.save_proposal(content, &basis, Some(&none), "", friday());
        saved.expect("writes").map(|saved| saved.id)
    };
    let first = propose(&content(0, &[1])).expect("new");
    assert_eq!(propose(&content(1, &[1])), None, "nothing is left");
    let second = propose(&content(1, &[1, 2])).expect("one is left");
    let kept = store.issue(second).expect("reads").expect("kept");
    assert_eq!(kept.content, content(1, &[2]));
    let until = friday() + TimeDelta::days(9);
    let freed = || store.freed_posts("daily", friday(), until).expect("reads");
    assert!(freed().is_empty());
    store
        .void_issue(first, "丙", "有误", friday())
        .expect("a draft");
    assert_eq!(freed(), [PostId(1)]);
    let waiting = propose(&beside(Series::Supplement, "supplement/1")).expect("new");
    let other = propose(&beside(Series::Supplement, "supplement/2"));
    assert_eq!(other, Some(waiting), "one waits at a time");
    assert!(freed().is_empty(), "printed elsewhere");
}

#[test]
fn a_draft_of_an_overlapping_period_gives_way_to_the_one_that_was_saved() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    let first = store
        .save_draft(&content(0, &[1]), &Basis::default(), "", friday())
        .expect("writes");
    let mut longer = content(0, &[1]);
    longer.period.to += TimeDelta::hours(3);
    let second = store
        .save_draft(&longer, &Basis::default(), "", friday())
        .expect("writes");
    assert_eq!(first, second);
    let next = store
        .save_draft(&content(1, &[1]), &Basis::default(), "", friday())
        .expect("writes");
    assert_ne!(first, next, "the next period touches it only");
}

#[test]
fn what_appears_beside_the_schedule_covers_no_period() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    signed(
        &store,
        &beside(Series::Supplement, "supplement/1"),
        friday(),
    );
    assert_eq!(store.covered_until("daily").expect("reads"), None);
}

#[test]
fn an_approved_issue_goes_back_to_its_editors() {
    let (_folder, store) = store();
    let id = approved(&store, 1)[0];
    store
        .return_issue(id, "乙", "建议不具体", friday())
        .expect("approved");
    assert!(matches!(
        store.return_issue(id, "乙", "再退", friday()),
        Err(SignError::WrongState { .. })
    ));
    store.approve_issue(id, "甲", friday()).expect("a draft");
    sign(&store, id, friday());
    let steps = store.steps_of_issue(id).expect("reads");
    let taken: Vec<IssueStep> = steps.iter().map(|taken| taken.step).collect();
    use IssueStep::{Approved, Drafted, Returned, Signed};
    assert_eq!(taken, [Drafted, Approved, Returned, Approved, Signed]);
    assert_eq!(
        (steps[2].by.as_str(), steps[2].note.as_str()),
        ("乙", "建议不具体")
    );
}

#[test]
fn an_empty_draft_becomes_a_zero_report() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    let full = store
        .save_draft(&content(0, &[1]), &Basis::default(), "", friday())
        .expect("writes");
    assert!(matches!(
        store.zero_issue(full, "甲", friday()),
        Err(SignError::NotEmpty { entries: 1, .. })
    ));
    let empty = store
        .save_draft(&content(1, &[]), &Basis::default(), "", friday())
        .expect("writes");
    store.zero_issue(empty, "甲", friday()).expect("empty");
    let reports = store.zero_reports(Some("daily"), 10).expect("reads");
    assert_eq!(reports.len(), 1);
    assert_eq!(
        (reports[0].by.as_str(), reports[0].period),
        ("甲", content(1, &[]).period)
    );
}

fn edit(store: &Store, id: IssueId, seen: u32, by: &str, title: &str) -> Result<u32, EditError> {
    let mut content = store.issue(id).expect("reads").expect("kept").content;
    let entry = &mut content.sections[0].entries[0];
    let before = std::mem::replace(&mut entry.title, title.to_owned());
    let changes = [Change {
        what: "改第1条标题".to_owned(),
        before,
        after: title.to_owned(),
    }];
    let edit = Edit {
        seen,
        by,
        changes: &changes,
        content: &content,
    };
    store.edit_issue(id, &edit, friday())
}

#[test]
fn the_second_of_two_editors_is_told_and_nothing_is_lost() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    let id = store
        .save_draft(&content(0, &[1]), &Basis::default(), "", friday())
        .expect("writes");
    assert_eq!(edit(&store, id, 0, "甲", "甲的标题").expect("the first"), 1);
    let refusal = edit(&store, id, 0, "乙", "乙的标题").expect_err("the second");
    assert!(refusal.to_string().contains("甲于"), "{refusal}");
    let issue = store.issue(id).expect("reads").expect("kept");
    assert_eq!(
        issue.content.entries().next().expect("one").title,
        "甲的标题"
    );
    let history = store.revisions_of_issue(id).expect("reads");
    let told: Vec<_> = history
        .iter()
        .map(|made| (made.revision, made.by.as_str(), made.after.as_str()))
        .collect();
    assert_eq!(
        told,
        [(Some(1), "甲", "甲的标题"), (None, "乙", "乙的标题")]
    );
    assert_eq!(edit(&store, id, 1, "乙", "乙的标题").expect("again"), 2);
}

#[test]
fn only_a_draft_is_edited() {
    let (_folder, store) = store();
    let id = approved(&store, 1)[0];
    assert!(matches!(
        edit(&store, id, 0, "甲", "改"),
        Err(EditError::Frozen { .. })
    ));
    sign(&store, id, friday());
    let refusal = edit(&store, id, 0, "甲", "改").expect_err("signed");
    assert!(refusal.to_string().contains("请起草更正"), "{refusal}");
}

#[test]
fn a_seal_holds_until_a_word_or_a_number_changes() {
    let (folder, store) = store();
    let id = approved(&store, 1)[0];
    assert_eq!(store.seal_of_issue(id).expect("reads"), None);
    sign(&store, id, friday());
    let seal = store.seal_of_issue(id).expect("reads").expect("signed");
    assert_eq!(seal.stored.as_ref(), Some(&seal.computed));
    let connection =
        rusqlite::Connection::open(folder.path().join("yuqing.db")).expect("the database");
    connection
        .execute(
            "UPDATE issues SET content = replace(content, '标题', '标题二')",
            [],
        )
        .expect("writes");
    let seal = store.seal_of_issue(id).expect("reads").expect("signed");
    assert_ne!(seal.stored, Some(seal.computed));
}

#[test]
fn a_rendition_is_frozen_once() {
    let (folder, store) = store();
    let id = approved(&store, 1)[0];
    let now = friday();
    let freeze = |body: &[u8]| {
        store
            .freeze_rendition(id, "txt", body, now)
            .expect("writes")
    };
    assert_eq!(freeze("草稿".as_bytes()), "草稿".as_bytes());
    assert!(
        store.frozen_renditions(id).expect("reads").is_empty(),
        "a draft is not frozen"
    );
    sign(&store, id, now);
    let waiting = |formats: &[&str]| store.issues_to_freeze(formats, 9).expect("reads");
    assert_eq!(waiting(&["txt"]), [id]);
    assert_eq!(freeze("一".as_bytes()), "一".as_bytes());
    assert_eq!(freeze("二".as_bytes()), "一".as_bytes(), "the first stays");
    assert!(waiting(&["txt"]).is_empty());
    assert_eq!(waiting(&["txt", "md"]), [id], "one is missing");
    let rest = [("txt", b"3".to_vec()), ("md", b"4".to_vec())];
    store.freeze_renditions(id, &rest, now).expect("writes");
    assert!(waiting(&["txt", "md"]).is_empty());
    assert_eq!(freeze("五".as_bytes()), "一".as_bytes());
    assert!(store.frozen_renditions(id).expect("reads")[0].is_intact());
    let connection =
        rusqlite::Connection::open(folder.path().join("yuqing.db")).expect("the database");
    connection
        .execute("UPDATE issue_renditions SET body = x'00'", [])
        .expect("writes");
    assert!(!store.frozen_renditions(id).expect("reads")[0].is_intact());
}

#[test]
fn a_signature_queues_one_delivery_for_each_recipient_and_a_void_one_none() {
    let (folder, store) = store();
    let id = approved(&store, 1)[0];
    let recipients = ["chief".to_owned(), "office".to_owned()];
    store
        .sign_issue(id, "乙", &recipients, friday())
        .expect("approved");
    let connection =
        rusqlite::Connection::open(folder.path().join("yuqing.db")).expect("the database");
    let waiting = || -> i64 {
        let count = "SELECT count(*) FROM deliveries WHERE issue_id = ?1 AND state = 'waiting'";
        connection
            .query_row(count, [id.0], |row| row.get(0))
            .expect("reads")
    };
    assert_eq!(waiting(), 2);
    store
        .void_issue(id, "丙", "有误", friday())
        .expect("signed");
    assert_eq!(waiting(), 0);
}

#[test]
fn a_follow_up_bears_the_number_of_the_first() {
    use crate::model::{Express, Standing};
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    let express = |ordinal: u32, first: Option<IssueId>| IssueContent {
        digest: "express".to_owned(),
        kind: DigestKind::Express,
        express: Some(Express {
            event: None,
            ordinal,
            is_final: false,
            first,
            earlier: None,
            standing: Standing {
                at: friday(),
                level: Level::Orange,
                posts: vec![PostId(1)],
                sources: 1,
                comments: None,
                reposts: None,
                likes: None,
            },
            changes: Vec::new(),
        }),
        ..beside(Series::Main, &format!("event:5/{ordinal}"))
    };
    let (first, number) = signed(&store, &express(0, None), friday());
    assert_eq!(number, (2017, 1, 1));
    assert_eq!(signed(&store, &express(1, Some(first)), friday()).1, number);
    assert_eq!(signed(&store, &express(2, Some(first)), friday()).1, number);
    let mut other = express(0, None);
    other.occasion = "event:6/0".to_owned();
    assert_eq!(signed(&store, &other, friday()).1, (2017, 2, 2));
    let issued = store.issues_of_matter("express", "event:5").expect("reads");
    assert_eq!(issued.len(), 3);
}
