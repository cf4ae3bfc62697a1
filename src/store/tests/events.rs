//! What a person decided about events stays, whatever clustering says later.

use super::{analysis, friday, judge, post, save, store};
use crate::model::{EventDeed, EventId, Label, Level, Phase, PostId};
use crate::store::{Act, EventDraft, Store};

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

fn events(store: &Store) -> Vec<Option<i64>> {
    let posts = store
        .posts(&[PostId(1), PostId(2), PostId(3)])
        .expect("reads");
    posts
        .iter()
        .map(|post| post.event.map(|event| event.0))
        .collect()
}

#[test]
fn clustering_moves_no_post_that_a_person_placed() {
    let (_folder, store) = store();
    for number in 1..=3 {
        save(&store, post(&format!("https://a.cn/{number}")));
        judge(&store, PostId(number), analysis(Level::Blue, true), "v1");
    }
    let machine = [event(None, &[1, 2]), event(None, &[3])];
    store.save_clusters(&[], &[], &machine).expect("saves");
    assert_eq!(events(&store), [Some(1), Some(1), Some(2)]);

    let by_hand = [event(None, &[2]), event(Some(1), &[1])];
    let placed = store.place_by_hand(EventDeed::Split, &by_hand, "李四", friday());
    assert_eq!(placed.expect("saves"), [EventId(3), EventId(1)]);
    assert_eq!(events(&store), [Some(1), Some(3), Some(2)]);

    let later = [event(Some(2), &[3, 1, 2])];
    store.save_clusters(&[], &[], &later).expect("saves");
    assert_eq!(events(&store), [Some(1), Some(3), Some(2)]);
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
fn a_placed_post_that_is_judged_irrelevant_stays_in_its_event() {
    let (_folder, store) = store();
    for number in 1..=2 {
        save(&store, post(&format!("https://a.cn/{number}")));
        judge(&store, PostId(number), analysis(Level::Blue, true), "v1");
    }
    store
        .save_clusters(&[], &[], &[event(None, &[1])])
        .expect("saves");
    let by_hand = [event(Some(1), &[1, 2])];
    store
        .place_by_hand(EventDeed::Merge, &by_hand, "李四", friday())
        .expect("saves");
    let revision = store.latest_revision().expect("reads");
    let judgement = [(PostId(2), revision, analysis(Level::None, false))];
    store
        .save_analyses(&judgement, "v2", friday())
        .expect("saves");
    let posts = store.posts(&[PostId(1), PostId(2)]).expect("reads");
    assert!(posts.iter().all(|post| post.event == Some(EventId(1))));
}

#[test]
fn a_placed_post_that_a_person_drops_and_takes_back_returns_to_its_event() {
    let (_folder, store) = store();
    for number in 1..=2 {
        save(&store, post(&format!("https://a.cn/{number}")));
        judge(&store, PostId(number), analysis(Level::Blue, true), "v1");
    }
    store
        .save_clusters(&[], &[], &[event(None, &[1])])
        .expect("saves");
    let by_hand = [event(Some(1), &[1, 2])];
    store
        .place_by_hand(EventDeed::Merge, &by_hand, "李四", friday())
        .expect("saves");
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
    assert_eq!(event_of(&store, 2), Some(EventId(1)));
}

fn event_of(store: &Store, id: i64) -> Option<EventId> {
    let posts = store.posts(&[PostId(id)]).expect("reads");
    posts[0].event
}
