//! Order, volumes, and an index that is rebuilt while it answers.

use super::{index, open, post, search};
use crate::index::{Index, IndexSettings, Interval, Query, Sort};
use crate::model::{Analysis, Engagement, Level, StoredPost};
use crate::text::segment::Segmenter;
use bytesize::ByteSize;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tempfile::TempDir;

fn flagged(id: i64, level: Level, comments: u64) -> StoredPost {
    let mut stored = post(id, "", "社保");
    stored.post.engagement = Engagement {
        comments: Some(comments),
        ..Engagement::default()
    };
    stored.analysis = Some(Analysis {
        level,
        ..Analysis::unjudged("测试")
    });
    stored
}

#[test]
fn hits_come_by_level_or_by_engagement_the_newer_first() {
    let posts = [
        flagged(1, Level::Red, 3),
        flagged(2, Level::None, 90),
        flagged(3, Level::Red, 5),
        flagged(4, Level::Yellow, 5),
    ];
    let (_folder, index) = index(&posts);
    let order = |sort| -> Vec<i64> {
        let hits = search(&index, "社保", sort, 0, 10);
        hits.page.iter().map(|(id, _)| id.0).collect()
    };
    assert_eq!(order(Sort::Level), [3, 1, 4, 2]);
    assert_eq!(order(Sort::Engagement), [2, 4, 3, 1]);
    assert_eq!(order(Sort::Time), [4, 3, 2, 1]);
    // What matches alike: the newer first.
    assert_eq!(order(Sort::Relevance), [4, 3, 2, 1]);
}

#[test]
fn volumes_are_counted_by_the_days_and_hours_of_china() {
    let (_folder, index) = index(&[
        post(1, "", "社保"),
        post(1, "", "社保"),
        post(2, "", "社保"),
        post(9, "", "天气"),
    ]);
    let volumes = |interval| -> Vec<(String, u64)> {
        let query: Query = "社保".parse().expect("a query");
        let volumes = index.volumes(&query, interval).expect("the index is sound");
        (volumes.into_iter())
            .map(|(at, count)| (at.to_rfc3339(), count))
            .collect()
    };
    let at = |text: &str, count| (text.to_owned(), count);
    // The second post of the same id replaced the first.
    assert_eq!(
        volumes(Interval::Day),
        [
            at("2017-04-01T00:00:00+08:00", 1),
            at("2017-04-02T00:00:00+08:00", 1)
        ]
    );
    assert_eq!(
        volumes(Interval::Hour),
        [
            at("2017-04-01T12:00:00+08:00", 1),
            at("2017-04-02T12:00:00+08:00", 1)
        ]
    );
}

/// With another dictionary.
fn open_with(folder: &Path, words: &[&str]) -> Index {
    let settings = IndexSettings {
        writer_memory: ByteSize::mib(15),
        batch: NonZero::new(100).expect("not zero"),
    };
    let segmenter = Arc::new(Segmenter::new(words.iter().copied()));
    Index::open(folder, settings, segmenter).expect("the folder can be used")
}

fn total(index: &Index, query: &str) -> usize {
    search(index, query, Sort::Time, 0, 10).total
}

#[test]
fn another_dictionary_rebuilds_while_the_old_index_answers() {
    let folder = TempDir::new().expect("a temporary folder");
    let old = open(folder.path());
    old.update(&[post(1, "", "社保大厅")], 1).expect("room");
    assert!(!old.is_outdated());
    drop(old);

    let index = open_with(folder.path(), &["社保大厅"]);
    assert!(index.is_outdated());
    assert_eq!(index.next_cursor(), None);
    index.begin_next().expect("room");
    assert_eq!(index.next_cursor(), Some(0));
    assert_eq!(total(&index, "社保"), 1);
    // New posts are found at once, in the old one.
    index.update(&[post(2, "", "社保卡")], 2).expect("room");
    assert_eq!(total(&index, "社保"), 2);
    index
        .extend_next(&[post(1, "", "社保大厅")], 1)
        .expect("room");
    // The program may end here: what was not made durable is put in again.
    drop(index);
    let index = open_with(folder.path(), &["社保大厅"]);
    index.begin_next().expect("room");
    assert_eq!(index.next_cursor(), Some(0));
    index
        .extend_next(&[post(1, "", "社保大厅")], 1)
        .expect("room");
    assert_eq!(index.next_cursor(), Some(1));
    index
        .extend_next(&[post(2, "", "社保卡")], 2)
        .expect("room");
    index.adopt_next().expect("room");
    assert!(!index.is_outdated());
    assert_eq!(
        (total(&index, "社保"), index.cursor().expect("sound")),
        (2, 2)
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        1
    );
    index.update(&[post(3, "", "社保")], 3).expect("room");
    assert_eq!(total(&index, "社保"), 3);
    drop(index);
    assert!(!open_with(folder.path(), &["社保大厅"]).is_outdated());
}

#[test]
fn fifty_readers_get_right_totals_while_posts_come_and_the_index_is_rebuilt_twice() {
    const POSTS: i64 = 40;
    const READERS: usize = 50;
    let folder = TempDir::new().expect("a temporary folder");
    drop(open(folder.path()));
    let index = open_with(folder.path(), &["社保大厅"]);
    assert!(index.is_outdated());
    let posts: Vec<_> = (1..=POSTS).map(|id| post(id, "", "社保大厅排队")).collect();
    index.update(&posts, 1).expect("room");
    let (others, is_done) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut rounds = 0;
                    while rounds == 0 || !is_done.load(Ordering::SeqCst) {
                        assert_eq!(total(&index, "保大"), POSTS as usize);
                        let before = others.load(Ordering::SeqCst);
                        assert!(total(&index, "荷花") >= before);
                        let facets = index.facets(&"大厅".parse().expect("a query"));
                        assert_eq!(facets.expect("sound")["channel"]["forum"], POSTS as u64);
                        rounds += 1;
                    }
                })
            })
            .collect();
        let mut flowers = Vec::new();
        for round in 0..2 {
            index.begin_next().expect("room");
            for share in posts.chunks(10) {
                let flower = post(POSTS + 1 + flowers.len() as i64, "", "荷花开了");
                flowers.push(flower.clone());
                let revision = flowers.len() as u64 + 1;
                index.update(&[flower], revision).expect("room");
                others.store(flowers.len(), Ordering::SeqCst);
                index.extend_next(share, revision).expect("room");
            }
            index.extend_next(&flowers, 99).expect("room");
            index.adopt_next().expect("room");
            assert!(!index.is_outdated(), "round {round}");
        }
        is_done.store(true, Ordering::SeqCst);
        for reader in readers {
            reader.join().expect("every answer was right");
        }
    });
}

#[test]
fn what_no_program_can_read_any_more_is_removed() {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, meta) in [("v3", "{}"), ("v9-0000000000000000.building", "{}")] {
        std::fs::create_dir_all(folder.path().join(name)).expect("room");
        std::fs::write(folder.path().join(name).join("meta.json"), meta).expect("room");
    }
    let index = open(folder.path());
    assert!(!index.is_outdated());
    assert!(
        folder.path().join("v3").exists(),
        "an older program may be reading it"
    );
    index.tidy().expect("room");
    assert!(!folder.path().join("v3").exists());
    assert!(folder.path().join("v9-0000000000000000.building").exists());
}

#[test]
fn an_index_that_another_process_writes_is_not_replaced() {
    let folder = TempDir::new().expect("a temporary folder");
    let writing = open(folder.path());
    writing.update(&[post(1, "", "社保")], 1).expect("room");
    let index = open(folder.path());
    index.begin_next().expect("room");
    index.extend_next(&[post(1, "", "社保")], 1).expect("room");
    assert!(!index.adopt_next().expect("no error"));
    assert_eq!((total(&writing, "社保"), total(&index, "社保")), (1, 1));
    writing.close_writer();
    assert!(index.adopt_next().expect("no error"));
    assert_eq!((total(&index, "社保"), index.next_cursor()), (1, None));
}

#[test]
fn what_is_remembered_of_a_string_stays_right_when_posts_change() {
    // More than `remembered::LEAST`.
    const POSTS: i64 = 1_200;
    let posts: Vec<_> = (1..=POSTS)
        .map(|id| {
            let text = if id % 3 == 0 {
                "社保大厅里厅大保社"
            } else {
                "保社大厅社保厅大"
            };
            post(id, if id % 6 == 0 { "社保大厅" } else { "" }, text)
        })
        .collect();
    let (_folder, index) = index(&posts);
    let queries = [
        "社保大厅",
        "title:社保大厅",
        "-社保大厅",
        "\"社保 大厅\"~0",
        "\"里 厅\"~0",
        "url:.",
    ];
    let expected = [400, 200, 800, 1_200, 400, 1_200];
    for round in 0..3 {
        for (query, expected) in queries.iter().zip(expected) {
            assert_eq!(total(&index, query), expected, "{query}, round {round}");
        }
    }
    index
        .update(&[post(3, "", "别的"), post(6, "", "别的")], 2)
        .expect("room");
    let expected = [398, 199, 802, 1_198, 398, 1_200];
    for (query, expected) in queries.iter().zip(expected) {
        assert_eq!(total(&index, query), expected, "{query}, after a change");
    }
}

#[test]
fn a_half_built_index_that_is_damaged_is_begun_anew() {
    let folder = TempDir::new().expect("a temporary folder");
    drop(open(folder.path()));
    let index = open_with(folder.path(), &["社保大厅"]);
    let half = folder.path().join(format!("{}.building", index.wanted));
    std::fs::create_dir_all(&half).expect("room");
    std::fs::write(half.join("meta.json"), "{").expect("room");
    index.begin_next().expect("begun anew");
    assert_eq!(index.next_cursor(), Some(0));
}
