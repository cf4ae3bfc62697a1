//! A person's word beside the machine's, and levels that rise at once and fall only on record.

use super::*;
use crate::model::{EventId, Phase};
use crate::model::{Field, Label, LevelChange, StoredPost, Topic};
use crate::store::migrate::MIGRATIONS;
use crate::store::{Act, EventDraft};

fn act(by: &str) -> Act {
    Act {
        by: by.to_owned(),
        note: "看过原帖".to_owned(),
        at: friday() + TimeDelta::hours(1),
    }
}

fn level(level: Level) -> Label {
    Label {
        level: Some(level),
        ..Label::default()
    }
}

fn one_judged_as(first: Level) -> (TempDir, Store) {
    let (folder, store) = store();
    save(&store, post("https://a.cn/1"));
    judge(&store, PostId(1), analysis(first, true), "v1");
    (folder, store)
}

fn rejudge(store: &Store, level: Level, version: &str) {
    store.mark_judged_by_other_rules("none").expect("writes");
    judge(
        store,
        PostId(1),
        analysis(level, level > Level::None),
        version,
    );
}

fn shown(store: &Store) -> StoredPost {
    store.post(PostId(1)).expect("reads").expect("stored")
}

fn shown_level(store: &Store) -> Level {
    shown(store).analysis.expect("judged").level
}

/// From, to, suggested, by whom.
fn history(store: &Store) -> Vec<(Level, Level, bool, Option<String>)> {
    let changes = store.level_changes(PostId(1)).expect("reads").into_iter();
    let flat = |change: LevelChange| (change.from, change.to, change.is_suggestion, change.by);
    changes.map(flat).collect()
}

#[test]
fn the_machine_raises_a_level_and_only_suggests_to_lower_it() {
    let (_folder, store) = one_judged_as(Level::Yellow);
    rejudge(&store, Level::Blue, "v2");
    rejudge(&store, Level::Blue, "v3");
    assert_eq!(shown_level(&store), Level::Yellow);
    assert_eq!(
        store.flagged_counts().expect("counts"),
        [(Level::Yellow, 1)]
    );
    assert_eq!(store.open_suggestions(9).expect("reads").len(), 1);
    rejudge(&store, Level::Orange, "v4");
    assert_eq!(
        history(&store),
        [
            (Level::None, Level::Yellow, false, None),
            (Level::Yellow, Level::Blue, true, None),
            (Level::Yellow, Level::Orange, false, None),
        ]
    );
    assert!(store.open_suggestions(9).expect("reads").is_empty());
}

#[test]
fn a_suggestion_is_open_again_when_nobody_decides_about_the_level_any_more() {
    // Whether the person took the level that stands or the machine's.
    for taken in [Level::Yellow, Level::Blue] {
        let (_folder, store) = one_judged_as(Level::Yellow);
        rejudge(&store, Level::Blue, "v2");
        let corrected = store.correct(PostId(1), level(taken), &act("张三"));
        corrected.expect("writes").expect("judged");
        assert!(store.open_suggestions(9).expect("reads").is_empty());
        let withdrawn = store.withdraw_correction(PostId(1), &act("张三"));
        withdrawn.expect("writes").expect("there was one");
        rejudge(&store, Level::Blue, "v2");
        assert_eq!(shown_level(&store), Level::Yellow);
        let open = store.open_suggestions(9).expect("reads");
        assert_eq!((open.len(), open[0].to), (1, Level::Blue), "{taken:?}");
    }
}

#[test]
fn a_post_that_the_machine_no_longer_takes_for_ours_stays_until_a_person_lets_it_go() {
    let (_folder, store) = one_judged_as(Level::Orange);
    rejudge(&store, Level::None, "v2");
    assert!(shown(&store).analysis.expect("judged").relevant);
    let label = Label {
        relevant: Some(false),
        ..Label::default()
    };
    store
        .correct(PostId(1), label, &act("李四"))
        .expect("writes")
        .expect("judged");
    let analysis = shown(&store).analysis.expect("judged");
    assert_eq!((analysis.relevant, analysis.level), (false, Level::None));
    assert!(store.flagged(9, 0).expect("reads").is_empty());
    let last = history(&store).pop().expect("recorded");
    assert_eq!(
        last,
        (Level::Orange, Level::None, false, Some("李四".to_owned()))
    );
}

#[test]
fn no_later_run_overwrites_a_person_and_the_machine_goes_on_beside() {
    let (_folder, store) = one_judged_as(Level::Blue);
    let label = Label {
        intent: Some(Intent::Consult),
        level: Some(Level::None),
        ..Label::default()
    };
    let correction = store
        .correct(PostId(1), label, &act("张三"))
        .expect("writes")
        .expect("judged");
    assert_eq!(correction.machine.intent, Some(Intent::Complaint));
    assert_eq!(correction.rules_version, "v1");
    rejudge(&store, Level::Red, "v2");
    let analysis = shown(&store).analysis.expect("judged");
    assert_eq!(
        (analysis.intent, analysis.level),
        (Intent::Consult, Level::None)
    );
    let judgement = store.judgement(PostId(1)).expect("reads").expect("judged");
    assert_eq!(judgement.machine.level, Level::Red);
    assert_eq!(judgement.suggestion(), Some(Level::Red));
    let open = store.open_suggestions(9).expect("reads");
    assert_eq!((open[0].from, open[0].to), (Level::None, Level::Red));
}

#[test]
fn a_withdrawn_correction_stays_on_record_and_the_one_before_holds_again() {
    let (_folder, store) = one_judged_as(Level::Yellow);
    for (wanted, by) in [(Level::Blue, "张三"), (Level::Orange, "李四")] {
        store
            .correct(PostId(1), level(wanted), &act(by))
            .expect("writes")
            .expect("judged");
    }
    assert_eq!(shown_level(&store), Level::Orange);
    let mut levels = Vec::new();
    while store
        .withdraw_correction(PostId(1), &act("王五"))
        .expect("writes")
        .is_some()
    {
        levels.push(shown_level(&store));
    }
    assert_eq!(levels, [Level::Blue, Level::Yellow]);
    let corrections = store.corrections_of(PostId(1)).expect("reads");
    assert_eq!(corrections.len(), 2);
    for correction in corrections {
        assert_eq!(correction.withdrawn.expect("taken back").by, "王五");
        assert_eq!(correction.label.fields()[..1], [Field::About]);
    }
}

#[test]
fn what_nobody_judged_cannot_be_corrected() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    for id in [PostId(1), PostId(7)] {
        let refused = store
            .correct(id, level(Level::Red), &act("张三"))
            .expect("works");
        assert_eq!(refused, None);
        assert_eq!(
            store.withdraw_correction(id, &act("张三")).expect("works"),
            None
        );
    }
}

#[test]
fn a_corrected_post_is_followed_by_the_index_and_belongs_to_the_day_it_rose() {
    let (_folder, store) = one_judged_as(Level::Blue);
    let revision = store.latest_revision().expect("reads");
    store
        .correct(PostId(1), level(Level::Red), &act("张三"))
        .expect("writes")
        .expect("judged");
    assert_eq!(store.changed_after(revision, 9).expect("reads").len(), 1);
    assert_eq!(store.posts_to_cluster(9).expect("reads").len(), 1);
    let (from, week) = (friday() + TimeDelta::minutes(30), TimeDelta::days(7));
    let rose = store.about_in_period(from, from + TimeDelta::hours(1), from - week);
    assert_eq!(rose.expect("reads").len(), 1);
}

#[test]
fn originals_are_read_in_batches_with_the_voices_of_their_copies() {
    let (_folder, store) = store();
    for number in 1..=3 {
        let copy = Post {
            author: Some(format!("作者{number}")),
            source_name: format!("论坛{number}"),
            ..post(&format!("https://a.cn/{number}"))
        };
        save(&store, copy);
        judge(&store, PostId(number), analysis(Level::Blue, true), "v1");
    }
    let waiting = || store.posts_to_analyze(9).expect("reads").len();
    assert_eq!(waiting(), 0);
    let copies = [(PostId(2), PostId(1)), (PostId(3), PostId(1))];
    store.save_clusters(&[], &copies, &[]).expect("writes");
    assert_eq!(waiting(), 1, "another voice: the first is judged again");
    store.save_clusters(&[], &copies, &[]).expect("writes");
    let first = store
        .originals_since(friday(), PostId(0), 2)
        .expect("reads");
    assert_eq!((first.len(), first[0].voices.len()), (2, 3));
    let rest = store
        .originals_since(friday(), first[1].id, 2)
        .expect("reads");
    assert_eq!(rest.len(), 1);
}

/// Two posts, red and blue, in one event.
fn event_of_two(is_gathering: bool) -> (TempDir, Store) {
    let (folder, store) = store();
    for (number, level) in [(1, Level::Red), (2, Level::Blue)] {
        save(&store, post(&format!("https://a.cn/{number}")));
        judge(&store, PostId(number), analysis(level, true), "v1");
    }
    let draft = EventDraft {
        id: None,
        representative: PostId(1),
        title: "示例事件".to_owned(),
        level: Level::Red,
        level_reason: "R1：示例".to_owned(),
        phase: Phase::Peak,
        topic: None,
        is_gathering,
        members: vec![PostId(1), PostId(2)],
    };
    store
        .save_clusters(&[PostId(1), PostId(2)], &[], &[draft])
        .expect("writes");
    (folder, store)
}

fn lower(store: &Store, id: i64, wanted: Level) -> Option<(Level, u64)> {
    store
        .correct(PostId(id), level(wanted), &act("张三"))
        .expect("writes")
        .expect("judged");
    let event = store.event(EventId(1)).expect("reads");
    event.map(|event| (event.level, event.post_count))
}

#[test]
fn an_event_is_no_graver_than_what_people_left_of_it() {
    let (_folder, store) = event_of_two(false);
    assert_eq!(lower(&store, 1, Level::Yellow), Some((Level::Yellow, 2)));
    let event = store.event(EventId(1)).expect("reads").expect("it stands");
    assert!(
        event.level_reason.starts_with("人工定为黄级（张三"),
        "{}",
        event.level_reason
    );
    assert_eq!(lower(&store, 1, Level::None), Some((Level::Blue, 2)));
    assert_eq!(
        lower(&store, 2, Level::None),
        None,
        "nothing calls for anything"
    );
    assert_eq!(shown(&store).event, None);
}

#[test]
fn a_gathering_stays_yellow_whatever_its_posts_are() {
    let (_folder, store) = event_of_two(true);
    assert_eq!(lower(&store, 1, Level::Orange), Some((Level::Orange, 2)));
    assert_eq!(lower(&store, 1, Level::None), Some((Level::Yellow, 2)));
    assert_eq!(lower(&store, 2, Level::None), Some((Level::Yellow, 2)));
}

/// The counts that a database of an earlier version gets are those that are written with each correction.
#[test]
fn rates_of_rules_follow_the_last_word_in_force() {
    let (folder, store) = one_judged_as(Level::Yellow);
    save(&store, post("https://a.cn/2"));
    judge(&store, PostId(2), analysis(Level::Yellow, true), "v1");
    let topics = Label {
        topics: Some(vec![Topic::Ka]),
        ..Label::default()
    };
    for (id, label) in [
        (1, level(Level::Blue)),
        (1, level(Level::Yellow)),
        (2, level(Level::Blue)),
        (2, topics),
        (2, level(Level::Red)),
    ] {
        let corrected = store.correct(PostId(id), label, &act("张三"));
        corrected.expect("writes").expect("judged");
    }
    let withdrawn = store.withdraw_correction(PostId(2), &act("张三"));
    withdrawn.expect("writes").expect("there was one");
    let rates = store.adoption_by_rule().expect("counts");
    let by_level = rates.iter().filter(|(_, field, _)| *field == Field::Level);
    for (rule, field, adoption) in by_level {
        assert_eq!((adoption.agreed, adoption.disagreed), (1, 1));
        let of_rule = store.adoption_of_rule(rule, *field).expect("counts");
        assert_eq!(of_rule, *adoption);
    }
    assert!(rates.iter().any(|(_, field, _)| *field == Field::Topic));
    drop(store);
    let database = rusqlite::Connection::open(folder.path().join("yuqing.db")).expect("opens");
    database
        .execute_batch("DROP TABLE opinions;")
        .expect("writes");
    database.execute_batch(MIGRATIONS[10]).expect("fills");
    drop(database);
    let store = open(folder.path());
    assert_eq!(store.adoption_by_rule().expect("counts"), rates);
}
