//! What a person decided about events stays, whatever clustering says later.

use super::{analysis, friday, judge, open, post, save, store};
use crate::model::{EventDeed, EventId, Label, Level, Phase, PostId};
use crate::store::migrate::MIGRATIONS;
use crate::store::{Act, EventDraft, Store};
use tempfile::TempDir;

fn event(id: Option<i64>, members: &[i64]) -> EventDraft {
    EventDraft {
        id: id.map(EventId),
        representative: PostId(members[0]),
        title: "社保大厅排队".to_owned(),
        level: Level::Blue,
        level_reason: String::new(),
        phase: Phase::Emerging,
        topic: None,
        is_gathering: false,
        members: members.iter().copied().map(PostId).collect(),
    }
}

fn judged_posts(count: i64) -> (TempDir, Store) {
    let (folder, store) = store();
    for number in 1..=count {
        save(&store, post(&format!("https://a.cn/{number}")));
        judge(&store, PostId(number), analysis(Level::Blue, true), "v1");
    }
    (folder, store)
}

/// Posts 1 and 2, put together by a person.
fn two_placed() -> (TempDir, Store) {
    let (folder, store) = judged_posts(2);
    let machine = [event(None, &[1])];
    store.save_clusters(&[], &[], &machine).expect("saves");
    let by_hand = [event(Some(1), &[1, 2])];
    let placed = store.place_by_hand(EventDeed::Merge, &by_hand, "李四", friday());
    placed.expect("saves");
    (folder, store)
}

#[test]
fn clustering_moves_no_post_that_a_person_placed() {
    let (_folder, store) = judged_posts(3);
    let machine = [event(None, &[1, 2]), event(None, &[3])];
    store.save_clusters(&[], &[], &machine).expect("saves");
    assert_eq!(events_of(&store), [Some(1), Some(1), Some(2)]);

    let by_hand = [event(None, &[2]), event(Some(1), &[1])];
    let placed = store.place_by_hand(EventDeed::Split, &by_hand, "李四", friday());
    assert_eq!(placed.expect("saves"), [EventId(3), EventId(1)]);
    assert_eq!(events_of(&store), [Some(1), Some(3), Some(2)]);

    let later = [event(Some(2), &[3, 1, 2])];
    store.save_clusters(&[], &[], &later).expect("saves");
    assert_eq!(events_of(&store), [Some(1), Some(3), Some(2)]);
    let placed = store.clustered_posts(&[PostId(2)]).expect("reads");
    assert_eq!(placed[0].placed_by_hand, Some(EventId(3)));

    let decisions = store.event_decisions(EventId(3)).expect("reads");
    let [decision] = &decisions[..] else {
        panic!("one, not {decisions:?}")
    };
    assert_eq!(
        (decision.deed, decision.by.as_str()),
        (EventDeed::Split, "李四")
    );
    assert_eq!(decision.before[&PostId(2)], Some(EventId(1)));
}

#[test]
fn an_event_takes_over_neither_id_nor_decisions_of_one_that_is_gone() {
    let (_folder, store) = judged_posts(3);
    let machine = [event(None, &[1]), event(None, &[2])];
    store.save_clusters(&[], &[], &machine).expect("saves");
    let merged = [event(Some(1), &[1, 2])];
    let merged = store.place_by_hand(EventDeed::Merge, &merged, "李四", friday());
    merged.expect("saves");
    store
        .save_clusters(&[], &[], &[event(None, &[3])])
        .expect("saves");
    assert_eq!(event_of(&store, 3), Some(3));
    let decided = |id| store.event_decisions(EventId(id)).expect("reads");
    assert_eq!(decided(3), []);
    // What became of the second stays on record.
    assert_eq!((decided(2).len(), decided(2)[0].event), (1, EventId(1)));
}

/// Rows of version 8: the second event has the id of one that is gone.
const EARLIER_ROWS: &str = r#"
    INSERT INTO posts (id, natural_key, revision, channel, source_name, outlet_tier, title, text, effective_at,
        fetched_at, first_seen_at, has_image, has_video, extra, fingerprint, needs_analysis)
        VALUES (1, 'a', 1, 'forum', '论坛', 'T5', '', '', 0, 0, 0, 0, 0, '{}', 0, 0),
               (2, 'b', 2, 'forum', '论坛', 'T5', '', '', 0, 0, 0, 0, 0, '{}', 0, 0);
    INSERT INTO events VALUES (1, 1, '一', 'blue', '', 'emerging', NULL, 0, 0, 0, 1, 1),
                              (2, 2, '二', 'blue', '', 'emerging', NULL, 0, 0, 0, 1, 1);
    UPDATE posts SET event_id = id;
    INSERT INTO event_decisions (deed, event_id, decided_at, decided_by, before)
        VALUES ('merge', 1, 0, '李四', '{"1":1}'), ('split', 2, 0, '王五', '{"2":7}');
    INSERT INTO placed_by_hand VALUES (1, 1, 1);
    INSERT INTO word_pieces VALUES (5, 1);
    UPDATE posts SET old_news_of = 1, old_news_reason = '旧闻翻炒' WHERE id = 2;
"#;

#[test]
fn migrations_part_events_from_the_decisions_they_inherited_and_keep_the_rest() {
    let folder = TempDir::new().expect("a folder");
    let database = rusqlite::Connection::open(folder.path().join("yuqing.db")).expect("opens");
    let (steps, rows) = (MIGRATIONS[..8].concat(), EARLIER_ROWS);
    let written = database.execute_batch(&format!("{steps} {rows} PRAGMA user_version = 8;"));
    written.expect("writes");
    drop(database);
    let store = open(folder.path());
    let decided = |id| store.event_decisions(EventId(id)).expect("reads").len();
    assert_eq!((decided(1), decided(2), decided(7)), (1, 0, 1));
    assert!(store.has_pieces(PostId(1)).expect("reads"));
    let old = store.post(PostId(2)).expect("reads").expect("stored");
    assert_eq!(old.old_news.map(|old| old.of), Some(PostId(1)));
    let machine = [event(None, &[2])];
    store.save_clusters(&[], &[], &machine).expect("saves");
    assert_eq!(events_of(&store), [Some(1), Some(8)]);
}

#[test]
fn a_placed_post_that_is_judged_irrelevant_stays_in_its_event() {
    let (_folder, store) = two_placed();
    let revision = store.latest_revision().expect("reads");
    let judgement = [(PostId(2), revision, analysis(Level::None, false))];
    store
        .save_analyses(&judgement, "v2", friday())
        .expect("saves");
    assert_eq!(events_of(&store), [Some(1), Some(1)]);
}

#[test]
fn a_placed_post_that_a_person_drops_and_takes_back_returns_to_its_event() {
    let (_folder, store) = two_placed();
    let act = Act {
        by: "张三".to_owned(),
        at: friday(),
        note: String::new(),
    };
    let dropped = Label {
        relevant: Some(false),
        ..Label::default()
    };
    store
        .correct(PostId(2), dropped.with_consequences(), &act)
        .expect("saves");
    assert_eq!(event_of(&store, 2), None);
    store.withdraw_correction(PostId(2), &act).expect("saves");
    assert_eq!(event_of(&store, 2), Some(1));
}

#[test]
fn copies_of_a_copy_are_copies_of_the_first_post() {
    let (_folder, store) = judged_posts(4);
    let saved = |copies: &[(i64, i64)]| {
        let copies: Vec<_> = (copies.iter())
            .map(|(copy, first)| (PostId(*copy), PostId(*first)))
            .collect();
        store.save_clusters(&[], &copies, &[]).expect("saves");
    };
    saved(&[(2, 1), (3, 1)]);
    saved(&[(1, 4)]);
    let first_of = |id| store.post(PostId(id)).expect("reads").expect("is there");
    assert_eq!(
        [1, 2, 3, 4].map(|id| first_of(id).repost_of),
        [Some(PostId(4)), Some(PostId(4)), Some(PostId(4)), None]
    );
}

fn event_of(store: &Store, id: i64) -> Option<i64> {
    let post = store.post(PostId(id)).expect("reads").expect("stored");
    post.event.map(|event| event.0)
}

/// Of all posts, in the order of their ids.
fn events_of(store: &Store) -> Vec<Option<i64>> {
    let count = store.post_count().expect("counts").cast_signed();
    (1..=count).map(|id| event_of(store, id)).collect()
}
