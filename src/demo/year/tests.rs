use super::year;
use chrono::Datelike;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn the_same_year_is_the_same_posts() {
    let posts = year(2017, 800);
    assert_eq!(posts.len(), 800);
    assert_eq!(posts, year(2017, 800));
    assert_ne!(posts, year(2018, 800));
    let ids: BTreeSet<&str> = posts.iter().map(|post| post.id.as_str()).collect();
    assert_eq!(ids.len(), 800);
    assert!(posts.iter().all(|post| post.published_at.year() == 2017));
    assert!(posts.is_sorted_by_key(|post| post.fetched_at));
}

#[test]
fn words_are_filled_in_and_vary() {
    let posts = year(2017, 2000);
    for post in &posts {
        let words = format!("{}{}", post.title, post.text);
        assert!(!words.contains(['[', ']', '{', '}', '|']), "{words}");
    }
    let mut by_kind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for post in &posts {
        by_kind.entry(post.kind).or_default().push(&post.text);
    }
    for (kind, texts) in by_kind {
        let different: BTreeSet<&str> = texts.iter().copied().collect();
        // Copies are copies of each other's originals.
        let share = different.len() * 100 / texts.len();
        assert!(share >= 60 || kind == "consult", "{kind}: {share}%");
    }
}
