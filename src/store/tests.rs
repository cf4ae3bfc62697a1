//! What any store must do, whatever database is behind it; and, at the end, what is SQLite's own.

mod alerts;
mod corrections;
mod events;
mod issues;
mod ledger;
mod watches;

use super::{Discovered, NewPost, PageResult, Store, Validators, Visit};
use crate::model::{
    Analysis, Channel, CrawlOutcome, Engagement, Intent, Jurisdiction, Level, Post, PostId,
    Regions, Sentiment, Timestamp,
};
use chrono::TimeDelta;
use chrono_tz::Asia::Shanghai;
use std::path::Path;
use tempfile::TempDir;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_from_rfc3339(text).expect("test time")
}

fn friday() -> Timestamp {
    at("2017-04-14T09:00:00+08:00")
}

fn open(folder: &Path) -> Store {
    Store::open(folder, Shanghai).expect("an empty folder is enough")
}

fn store() -> (TempDir, Store) {
    let folder = TempDir::new().expect("a temporary folder");
    let store = open(folder.path());
    (folder, store)
}

fn post(url: &str) -> Post {
    Post {
        url: Some(url.to_owned()),
        title: "社保大厅排队".to_owned(),
        text: "电话13812345678".to_owned(),
        author: Some("张三丰".to_owned()),
        ..Post::bare(Channel::Forum, "示例论坛", friday())
    }
}

fn found(original: Post) -> Discovered {
    let masked = NewPost {
        title: original.title.clone(),
        text: "电话138****5678".to_owned(),
        author: Some("张**".to_owned()),
        fingerprint: u64::MAX,
    };
    Discovered { original, masked }
}

fn save(store: &Store, post: Post) -> (u64, u64) {
    let saved = store.save_posts(&[found(post)], friday());
    let saved = saved.expect("the disk has room");
    (saved.new, saved.duplicate)
}

fn analysis(level: Level, relevant: bool) -> Analysis {
    Analysis {
        about: true,
        relevant,
        relevance: 1.0,
        topics: Vec::new(),
        sentiment: Sentiment::Negative,
        sentiment_score: -1.0,
        intent: Intent::Complaint,
        regions: Regions {
            act: None,
            responsible: None,
            jurisdiction: Jurisdiction::City,
        },
        level,
        score: 50,
        picture_needs_a_look: false,
        reasons: Vec::new(),
        keywords: Vec::new(),
    }
}

fn judge(store: &Store, id: PostId, analysis: Analysis, rules_version: &str) {
    let waiting = store.posts_to_analyze(10).expect("reads");
    let judged = waiting.iter().find(|post| post.id == id);
    let revision = judged.expect("it waits").revision;
    let judgement = [(id, revision, analysis)];
    store
        .save_analyses(&judgement, rules_version, friday())
        .expect("saves");
}

#[test]
fn a_post_is_known_by_address_else_by_id_else_by_words() {
    let (_folder, store) = store();
    let by_address = post("https://a.cn/1");
    let by_id = Post {
        url: None,
        external_id: Some("7".to_owned()),
        ..post("")
    };
    let by_words = Post {
        url: None,
        ..post("")
    };
    for known in [&by_address, &by_id, &by_words] {
        assert_eq!(save(&store, known.clone()), (1, 0));
        assert_eq!(save(&store, known.clone()), (0, 1));
    }
    let other_words = Post {
        text: "改了".to_owned(),
        ..by_words
    };
    assert_eq!(save(&store, other_words), (1, 0));
    let other_source = Post {
        source_name: "另一论坛".to_owned(),
        ..by_id
    };
    assert_eq!(save(&store, other_source), (1, 0));
    assert_eq!(store.post_count().expect("counts"), 5);
}

#[test]
fn shown_words_are_masked_and_the_judgement_reads_the_original() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    let shown = store.post(PostId(1)).expect("reads").expect("stored").post;
    assert_eq!(
        (shown.text.as_str(), shown.author.as_deref()),
        ("电话138****5678", Some("张**"))
    );
    let judged = store.posts_to_analyze(10).expect("reads").remove(0).post;
    assert_eq!(judged, post("https://a.cn/1"));
}

#[test]
fn only_changed_engagement_is_a_reading_and_asks_for_a_judgement() {
    let (_folder, store) = store();
    let with_comments = |comments, minutes| Post {
        engagement: Engagement {
            comments: Some(comments),
            ..Engagement::default()
        },
        fetched_at: friday() + TimeDelta::minutes(minutes),
        ..post("https://a.cn/1")
    };
    save(&store, with_comments(1, 0));
    judge(&store, PostId(1), analysis(Level::Blue, true), "v1");
    let revision = store.latest_revision().expect("reads");

    save(&store, with_comments(1, 10));
    save(&store, post("https://a.cn/1"));
    assert!(store.posts_to_analyze(10).expect("reads").is_empty());
    assert_eq!(
        store.latest_revision().expect("reads"),
        revision,
        "the index has nothing to do"
    );

    save(&store, with_comments(5, 20));
    let waiting = store.posts_to_analyze(10).expect("reads");
    let comments: Vec<_> = waiting[0]
        .readings
        .iter()
        .map(|reading| reading.engagement.comments)
        .collect();
    assert_eq!(comments, [Some(1), Some(5)]);
    assert!(store.latest_revision().expect("reads") > revision);
}

fn revision_of(store: &Store, id: i64) -> u64 {
    let waiting = store.posts_to_analyze(100).expect("reads");
    let post = waiting.iter().find(|waiting| waiting.id == PostId(id));
    post.expect("the post waits").revision
}

#[test]
fn a_reading_that_arrives_during_the_judgement_is_judged_too() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    let revision = revision_of(&store, 1);
    let louder = Post {
        engagement: Engagement {
            comments: Some(900),
            ..Engagement::default()
        },
        fetched_at: friday() + TimeDelta::minutes(10),
        ..post("https://a.cn/1")
    };
    save(&store, louder);
    store
        .save_analyses(
            &[(PostId(1), revision, analysis(Level::Blue, true))],
            "v1",
            friday(),
        )
        .expect("saves");
    assert_eq!(store.posts_to_analyze(10).expect("reads").len(), 1);
}

#[test]
fn changes_are_followed_in_order_without_gaps() {
    let (_folder, store) = store();
    for number in 0..5 {
        save(&store, post(&format!("https://a.cn/{number}")));
    }
    judge(&store, PostId(2), analysis(Level::None, false), "v1");
    let mut cursor = 0;
    let mut followed = Vec::new();
    loop {
        let changed = store.changed_after(cursor, 2).expect("reads");
        let Some((last, _)) = changed.last() else {
            break;
        };
        cursor = *last;
        followed.extend(changed.into_iter().map(|(_, post)| post.id.0));
    }
    assert_eq!(
        followed,
        [1, 3, 4, 5, 2],
        "a changed post comes again, at the end"
    );
    assert_eq!(cursor, store.latest_revision().expect("reads"));
}

#[test]
fn what_waits_for_its_judgement_is_followed_once_it_is_judged() {
    let (_folder, store) = store();
    for number in 0..2 {
        save(&store, post(&format!("https://a.cn/{number}")));
    }
    judge(&store, PostId(1), analysis(Level::None, false), "v1");
    let ids = |cursor| -> Vec<i64> {
        let judged = store.judged_after(cursor, 9).expect("reads");
        judged.into_iter().map(|(_, post)| post.id.0).collect()
    };
    assert_eq!(ids(0), [1]);
    let cursor = store.latest_revision().expect("reads");
    judge(&store, PostId(2), analysis(Level::None, false), "v1");
    assert_eq!(ids(cursor), [2]);
}

#[test]
fn what_is_placed_is_followed_up_to_the_first_that_is_not() {
    let (_folder, store) = store();
    for number in 1..=3 {
        save(&store, post(&format!("https://a.cn/{number}")));
        judge(&store, PostId(number), analysis(Level::Blue, true), "v1");
    }
    let ids = || -> Vec<i64> {
        let placed = store.placed_after(0, 9).expect("reads");
        placed.into_iter().map(|(_, post)| post.id.0).collect()
    };
    assert!(ids().is_empty());
    for (settled, followed) in [(1, vec![1]), (3, vec![1]), (2, vec![1, 2, 3])] {
        (store.save_clusters(&[PostId(settled)], &[], &[])).expect("saves");
        assert_eq!(ids(), followed);
    }
}

#[test]
fn posts_judged_by_other_rules_are_judged_again() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    judge(&store, PostId(1), analysis(Level::Red, true), "old");
    assert_eq!(store.mark_judged_by_other_rules("old").expect("writes"), 0);
    assert_eq!(store.mark_judged_by_other_rules("new").expect("writes"), 1);
    assert_eq!(store.posts_to_analyze(10).expect("reads").len(), 1);
}

#[test]
fn a_claimed_source_is_left_alone_until_the_claim_expires() {
    let (folder, store) = store();
    let other_process = open(folder.path());
    store
        .register_sources([("a", friday()), ("b", friday() + TimeDelta::hours(1))])
        .expect("writes");
    assert_eq!(
        store
            .claim_due_sources(&["a", "b"], friday(), 10)
            .expect("writes"),
        ["a"]
    );
    assert!(
        other_process
            .claim_due_sources(&["a", "b"], friday(), 10)
            .expect("writes")
            .is_empty()
    );
    assert!(!other_process.claim_source("a", friday()).expect("writes"));
    let later = friday() + TimeDelta::minutes(31);
    assert_eq!(
        other_process
            .claim_due_sources(&["a", "b"], later, 10)
            .expect("writes"),
        ["a"]
    );
    store.release_claims().expect("writes");
    assert!(store.claim_source("a", later).expect("writes"));
}

#[test]
fn a_host_that_asked_to_wait_is_closed_for_every_process_until_then() {
    let (folder, store) = store();
    let (now, noon) = (friday(), at("2017-04-14T12:00:00+08:00"));
    store.close_host("a.cn", noon, now).expect("writes");
    store
        .close_host("a.cn", now + TimeDelta::minutes(1), now)
        .expect("writes");
    let other_process = open(folder.path());
    let until = |now| other_process.host_closed_until("a.cn", now).expect("reads");
    assert_eq!(until(now), Some(noon));
    assert_eq!(until(noon), None);
}

#[test]
fn a_process_that_stops_gives_back_its_own_claims_only() {
    let (folder, store) = store();
    let now = friday();
    store
        .register_sources([("a", now), ("b", now), ("c", now)])
        .expect("writes");
    let other_process = open(folder.path());
    assert!(store.claim_source("a", now).expect("writes"));
    let later = now + TimeDelta::seconds(1);
    assert!(other_process.claim_source("b", later).expect("writes"));
    // Its claim has expired, and somebody else visits the source.
    assert!(
        store
            .claim_source("c", now - TimeDelta::hours(1))
            .expect("writes")
    );
    assert!(other_process.claim_source("c", now).expect("writes"));

    assert_eq!(store.release_own_claims().expect("writes"), 1);
    assert_eq!(store.claimed_until("a", now).expect("reads"), None);
    let until = Some(later + TimeDelta::minutes(30));
    assert_eq!(store.claimed_until("b", now).expect("reads"), until);
    assert!(!store.claim_source("c", now).expect("writes"));
}

#[test]
fn a_visit_gives_the_claim_back_and_counts_failures() {
    let (_folder, store) = store();
    store.register_sources([("a", friday())]).expect("writes");
    let visit = |outcome, minutes| {
        let now = friday() + TimeDelta::minutes(minutes);
        store.claim_source("a", now).expect("writes");
        let visit = Visit {
            source_id: "a".to_owned(),
            started_at: now,
            finished_at: now,
            outcome,
            fetched_count: 1,
            saved: super::SaveCounts::default(),
            warnings: Vec::new(),
            message: String::new(),
            cause: None,
            quiet_count: 0,
            is_incomplete: false,
            is_refusal: outcome == CrawlOutcome::Blocked,
            is_stopped: false,
            next_check: Some(now + TimeDelta::minutes(5)),
        };
        store.record_visit(&visit).expect("writes");
        store.source_state("a").expect("reads").expect("registered")
    };
    assert_eq!(visit(CrawlOutcome::Failed, 0).failure_count, 1);
    let state = visit(CrawlOutcome::Blocked, 5);
    assert_eq!((state.failure_count, state.last_success), (2, None));
    let read = |until| store.sources_read_between(friday(), friday() + TimeDelta::minutes(until));
    assert!(read(10).expect("reads").is_empty());
    let state = visit(CrawlOutcome::Unchanged, 10);
    assert_eq!(
        (state.failure_count, state.last_success),
        (0, state.last_visit)
    );
    assert!(read(20).expect("reads") == ["a"], "one success is enough");
}

fn page(links: &[&str]) -> PageResult {
    PageResult {
        source_id: "a".to_owned(),
        url: "https://a.cn/list".to_owned(),
        validators: Validators {
            etag: Some("\"1\"".to_owned()),
            last_modified: None,
        },
        links: links.iter().map(|link| (*link).to_owned()).collect(),
        ..PageResult::default()
    }
}

fn claimed(store: &Store, now: Timestamp) -> Vec<String> {
    let claims = store.claim_targets("a", now, 10).expect("writes");
    let mut urls: Vec<String> = claims.into_iter().map(|claim| claim.url).collect();
    urls.sort();
    urls
}

#[test]
fn a_found_link_waits_once_and_is_claimed_once() {
    let (_folder, store) = store();
    store.register_sources([("a", friday())]).expect("writes");
    store
        .save_page(&page(&["https://a.cn/1", "https://a.cn/2"]), friday())
        .expect("writes");
    store
        .save_page(&page(&["https://a.cn/2"]), friday())
        .expect("writes");
    assert_eq!(
        store.sources_with_due_targets(friday()).expect("reads"),
        ["a"]
    );
    assert_eq!(
        claimed(&store, friday()),
        ["https://a.cn/1", "https://a.cn/2"]
    );
    assert!(claimed(&store, friday()).is_empty());
    assert!(
        store
            .sources_with_due_targets(friday())
            .expect("reads")
            .is_empty()
    );
    let after_a_crash = friday() + TimeDelta::minutes(11);
    assert_eq!(claimed(&store, after_a_crash).len(), 2);

    let read = PageResult {
        url: "https://a.cn/1".to_owned(),
        ..page(&[])
    };
    store.save_page(&read, after_a_crash).expect("writes");
    store
        .save_page(&page(&["https://a.cn/1"]), after_a_crash)
        .expect("writes");
    let much_later = friday() + TimeDelta::days(1);
    assert_eq!(
        claimed(&store, much_later),
        ["https://a.cn/2"],
        "what was read is not read again"
    );
}

#[test]
fn a_target_is_given_up_after_four_failures() {
    let (_folder, store) = store();
    store.register_sources([("a", friday())]).expect("writes");
    store
        .save_page(&page(&["https://a.cn/1"]), friday())
        .expect("writes");
    let mut tries = 0;
    let mut now = friday();
    while !claimed(&store, now).is_empty() {
        tries += 1;
        now += TimeDelta::hours(1);
        store
            .record_target_failure("https://a.cn/1", "超时", Some(now), now)
            .expect("writes");
    }
    assert_eq!(tries, 4);
}

#[test]
fn validators_are_kept_until_the_server_sends_none() {
    let (_folder, store) = store();
    store.register_sources([("a", friday())]).expect("writes");
    let known = |store: &Store| store.validators("https://a.cn/list").expect("reads");
    store.save_page(&page(&[]), friday()).expect("writes");
    assert_eq!(known(&store).etag.as_deref(), Some("\"1\""));
    let without = PageResult {
        validators: Validators::default(),
        ..page(&[])
    };
    store.save_page(&without, friday()).expect("writes");
    assert_eq!(known(&store), Validators::default());
}

// SQLite's own.

#[test]
fn what_was_stored_is_there_when_opened_again() {
    let (folder, store) = store();
    save(&store, post("https://a.cn/1"));
    drop(store);
    assert_eq!(open(folder.path()).post_count().expect("counts"), 1);
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_as_it_is() {
    let (folder, store) = store();
    drop(store);
    let path = folder.path().join("yuqing.db");
    let database = rusqlite::Connection::open(&path).expect("a database");
    database
        .pragma_update(None, "user_version", 99)
        .expect("writes");
    let refusal = Store::open(folder.path(), Shanghai).err().expect("refused");
    assert!(format!("{refusal:#}").contains("版本99"), "{refusal:#}");
    let version: i64 = database
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .expect("reads");
    assert_eq!(version, 99);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = TempDir::new().expect("a temporary folder");
    std::fs::write(
        folder.path().join("yuqing.db"),
        "这不是数据库，只是一段文字。".repeat(50),
    )
    .expect("writes");
    let refusal = Store::open(folder.path(), Shanghai).err().expect("refused");
    assert!(format!("{refusal:#}").contains("yuqing.db"), "{refusal:#}");
}

#[test]
fn a_post_that_rises_after_its_day_is_in_the_issue_of_the_day_it_rose() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    let judge_as = |level, at| {
        let revision = store.latest_revision().expect("reads");
        store
            .save_analyses(&[(PostId(1), revision, analysis(level, true))], "v1", at)
            .expect("saves");
    };
    let day = TimeDelta::days(1);
    judge_as(Level::None, friday());
    judge_as(Level::Red, friday() + day);
    let found = |from: Timestamp| {
        let posts = store.about_in_period(from, from + day, friday() - day * 7);
        posts.expect("reads").len()
    };
    assert_eq!(
        [
            found(friday()),
            found(friday() + day),
            found(friday() + day * 2)
        ],
        [1, 1, 0]
    );
}
