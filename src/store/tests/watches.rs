//! Since when a watch is matched, how far posts were matched, and hits that stay.

use super::{friday, post, save, store};
use crate::model::{PostId, Timestamp, WatchHit};
use crate::store::Store;
use chrono::TimeDelta;

fn register(store: &Store, watches: &[(&str, &str)], now: Timestamp) -> Vec<Timestamp> {
    store.register_watches(watches, now).expect("writes")
}

fn hit(watch: &str, post: i64, day: i64) -> WatchHit {
    WatchHit {
        watch: watch.to_owned(),
        post: PostId(post),
        matched_at: friday() + TimeDelta::days(day),
    }
}

#[test]
fn a_watch_begins_when_it_is_new_or_asks_for_something_else() {
    let (_folder, store) = store();
    let (first, later) = (friday(), friday() + TimeDelta::days(1));
    assert_eq!(register(&store, &[("a", "x")], first), [first]);
    let since = register(&store, &[("b", "y"), ("a", "x")], later);
    assert_eq!(since, [later, first]);
    assert_eq!(register(&store, &[("a", "z")], later), [later]);
    assert_eq!(
        register(&store, &[("b", "y")], first),
        [first],
        "it was gone"
    );
}

#[test]
fn matching_begins_behind_what_is_there_and_ends_with_the_last_watch() {
    let (_folder, store) = store();
    let cursor = || store.watch_cursor().expect("reads");
    register(&store, &[], friday());
    save(&store, post("https://a.cn/1"));
    assert_eq!(cursor(), None);
    register(&store, &[("a", "x")], friday());
    assert_eq!(cursor(), Some(1));
    save(&store, post("https://a.cn/2"));
    register(&store, &[("a", "x"), ("b", "y")], friday());
    assert_eq!(cursor(), Some(1), "what waits, waits");
    store.save_watch_hits(&[], 2).expect("writes");
    store.save_watch_hits(&[], 1).expect("writes");
    assert_eq!(cursor(), Some(2), "another process may be ahead");
    register(&store, &[], friday());
    assert_eq!(cursor(), None);
}

#[test]
fn a_hit_is_kept_once_and_counted_by_day() {
    let (_folder, store) = store();
    save(&store, post("https://a.cn/1"));
    save(&store, post("https://a.cn/2"));
    register(&store, &[("a", "x"), ("b", "y")], friday());
    let hits = [hit("a", 1, 0), hit("a", 2, 20), hit("a", 1, 21)];
    store.save_watch_hits(&hits, 2).expect("writes");
    let activity = |id, day| {
        let activity = store.watch_activity(id, friday() + TimeDelta::days(day));
        activity.expect("reads")
    };
    let known = activity("a", 25).expect("is matched");
    assert_eq!((known.hits_7d, known.hits_30d), (1, 2));
    assert_eq!(known.last_hit, Some(friday() + TimeDelta::days(20)));
    let lately = |id| activity(id, 31).map(|known| known.hits_30d);
    assert_eq!(
        (lately("a"), lately("b"), lately("c")),
        (Some(1), Some(0), None)
    );
    let by_day = store.watch_hits_by_day("a", friday() + TimeDelta::days(1));
    let day = (friday() + TimeDelta::days(20)).date_naive();
    assert_eq!(by_day.expect("reads"), [(day, 1)].into());
    let latest = store.hits_of_watch("a", 1, 0).expect("reads");
    assert_eq!(latest, [hit("a", 2, 20)]);
    let on_post = || store.hits_on_post(PostId(1)).expect("reads");
    assert_eq!(on_post(), [hit("a", 1, 0)]);
    let later = friday() + TimeDelta::days(30);
    let adding = store.add_watches(&[("c", "z")], later).expect("writes");
    assert_eq!((adding, on_post().len()), (vec![later], 1), "nothing ends");
    register(&store, &[("a", "another")], later);
    assert!(on_post().is_empty(), "another query was not hit yet");
    assert_eq!(lately("a"), Some(0));
    assert_eq!(lately("c"), None);
}
