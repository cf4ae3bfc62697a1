//! The life of an issue: drafts, steps in order, numbers without gap or double.

use super::{friday, open, post, save, store};
use crate::model::{
    Channel, Entry, EntryPost, IssueContent, IssueId, IssueState, Level, Masthead, Overview,
    Period, PostId, Section, Timestamp,
};
use crate::store::{SignError, Store};
use chrono::TimeDelta;
use std::collections::BTreeSet;

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

/// A store with one post, and as many approved issues that cite it.
fn approved(store: &Store, count: i64) -> Vec<IssueId> {
    save(store, post("https://a.cn/1"));
    (0..count)
        .map(|day| {
            let id = store
                .save_draft(&content(day, &[1]), friday())
                .expect("writes");
            store.approve_issue(id, "甲", friday()).expect("a draft");
            id
        })
        .collect()
}

fn sign(store: &Store, id: IssueId, now: Timestamp) -> (i32, u32, u32) {
    let number = store.sign_issue(id, "乙", now).expect("approved");
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
                scope.spawn(move || store.sign_issue(issue, "乙", friday()).is_ok())
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
        .save_draft(&content(0, &[1]), friday())
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
        .save_draft(&content(0, &[1]), friday())
        .expect("writes");
    let second = store
        .save_draft(&content(0, &[]), friday())
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
    let id = store.save_draft(&content(0, &[1]), now).expect("writes");
    assert!(matches!(
        store.sign_issue(id, "乙", now),
        Err(SignError::WrongState { .. })
    ));
    store.approve_issue(id, "甲", now).expect("a draft");
    assert!(matches!(
        store.approve_issue(id, "甲", now),
        Err(SignError::WrongState { .. })
    ));
    assert!(matches!(
        store.sign_issue(IssueId(99), "乙", now),
        Err(SignError::NotFound(99))
    ));
    let empty = store.save_draft(&content(1, &[]), now).expect("writes");
    store.approve_issue(empty, "甲", now).expect("a draft");
    assert!(matches!(
        store.sign_issue(empty, "乙", now),
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
