//! Exactness first: what a string search finds is compared with a plain reading of the texts.

mod asking;
mod following;

use super::query::{Query, QueryError};
use super::{Hits, Index, IndexSettings, Sort};
use crate::model::{Channel, Post, PostId, Precision, PublishedAt, StoredPost, Timestamp};
use crate::text::normalize::fold;
use crate::text::segment::Segmenter;
use bytesize::ByteSize;
use chrono::TimeDelta;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;

/// Built once: jieba's dictionary takes a while.
static SEGMENTER: LazyLock<Arc<Segmenter>> = LazyLock::new(|| Arc::new(Segmenter::new(["人社局"])));

fn open(folder: &Path) -> Index {
    let settings = IndexSettings {
        writer_memory: ByteSize::mib(15),
        batch: NonZero::new(100).expect("not zero"),
    };
    Index::open(folder, settings, Arc::clone(&SEGMENTER)).expect("an empty folder is enough")
}

/// A post of day `id` of April 2017, at noon.
fn post(id: i64, title: &str, text: &str) -> StoredPost {
    let begin = Timestamp::parse_from_rfc3339("2017-03-31T12:00:00+08:00").expect("test time");
    let published = begin + TimeDelta::days(id);
    let post = Post {
        url: Some(format!("https://bbs.example.cn/thread-{id}")),
        title: title.to_owned(),
        text: text.to_owned(),
        author: Some("网友".to_owned()),
        published_at: Some(PublishedAt {
            at: published,
            precision: Precision::Minute,
            is_inferred: false,
        }),
        ..Post::bare(Channel::Forum, "示例论坛", published)
    };
    StoredPost::fresh(PostId(id), post)
}

fn index(posts: &[StoredPost]) -> (TempDir, Index) {
    let folder = TempDir::new().expect("a temporary folder");
    let index = open(folder.path());
    assert!(index.update(posts, 1).expect("the disk has room"));
    (folder, index)
}

fn texts(texts: &[&str]) -> (TempDir, Index) {
    let posts: Vec<_> = (1..)
        .zip(texts)
        .map(|(id, text)| post(id, "", text))
        .collect();
    index(&posts)
}

fn search(index: &Index, query: &str, sort: Sort, offset: usize, limit: usize) -> Hits {
    let query: Query = query
        .parse()
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    index
        .search(&query, sort, offset, limit)
        .expect("the index is sound")
}

fn ids(index: &Index, query: &str) -> BTreeSet<i64> {
    let hits = search(index, query, Sort::Relevance, 0, 1000);
    assert_eq!(hits.total, hits.page.len(), "{query}");
    hits.page.iter().map(|(id, _)| id.0).collect()
}

fn refusal(query: &str) -> QueryError {
    query.parse::<Query>().expect_err(query)
}

/// Strings of few characters, so that they recur: Han (also traditional), Latin, digits, full width, marks.
fn string(length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let alphabet: Vec<char> = "社保障卡險险人欠薪abcAＢ１1。，%/-".chars().collect();
    prop::collection::vec(prop::sample::select(alphabet), length)
        .prop_map(|characters| characters.into_iter().collect())
}

/// Ids of the posts whose title or text contain `part`, by plain reading.
fn read_plainly(posts: &[StoredPost], part: &str) -> [BTreeSet<i64>; 2] {
    let part = fold(part);
    let holds = |text: &str| fold(text).contains(&part);
    let title = posts.iter().filter(|stored| holds(&stored.post.title));
    let text = posts.iter().filter(|stored| holds(&stored.post.text));
    [
        title.map(|stored| stored.id.0).collect(),
        text.map(|stored| stored.id.0).collect(),
    ]
}

fn cut(texts: &[String], (number, from, length): (usize, usize, usize)) -> String {
    let characters: Vec<char> = texts[number].chars().collect();
    let from = from % characters.len();
    characters.iter().skip(from).take(length).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_string_is_found_where_it_stands_and_nowhere_else(
        texts in prop::collection::vec(string(1..31), 6),
        titles in prop::collection::vec(string(0..7), 6),
        cuts in prop::collection::vec((0..6_usize, 0..30_usize, 1..6_usize), 8),
        strangers in prop::collection::vec(string(1..4), 8),
        (one_day, other_day) in (1..7_i64, 1..7_i64),
    ) {
        let posts: Vec<StoredPost> = (1..)
            .zip(titles.iter().zip(&texts))
            .map(|(id, (title, text))| post(id, title, text))
            .collect();
        let (_folder, index) = index(&posts);
        let (from, to) = (one_day.min(other_day), one_day.max(other_day));
        let mut parts: Vec<String> = cuts.into_iter().map(|place| cut(&texts, place)).collect();
        parts.extend(strangers);
        for pair in parts.windows(2) {
            let (part, other) = (&pair[0], &pair[1]);
            let [in_title, in_text] = read_plainly(&posts, part);
            let anywhere = &in_title | &in_text;
            let [other_title, other_text] = read_plainly(&posts, other);
            let other_anywhere = &other_title | &other_text;
            let in_time = anywhere.iter().copied().filter(|id| (from..=to).contains(id)).collect();
            for (query, expected) in [
                (format!("\"{part}\""), anywhere.clone()),
                (format!("title:\"{part}\""), in_title),
                (format!("body:\"{part}\""), in_text),
                (format!("\"{part}\" \"{other}\""), &anywhere & &other_anywhere),
                (format!("\"{part}\" OR \"{other}\""), &anywhere | &other_anywhere),
                (format!("\"{part}\" NOT \"{other}\""), &anywhere - &other_anywhere),
                (format!("\"{part}\" after:2017-04-{from:02} before:2017-04-{to:02}"), in_time),
            ] {
                prop_assert_eq!(ids(&index, &query), expected, "{}", query);
            }
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(
        text in ".{0,60}",
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "(", ")", "\"", "-", "NOT ", "OR ", "AND ", "title:", "after:", "“", "社保", " ", "~3",
            ]),
            0..20,
        ),
    ) {
        // Refused or understood: both are fine.
        for query in [text, pieces.concat()] {
            if let Err(error) = query.parse::<Query>() {
                let places = 1..=query.chars().count() + 1;
                prop_assert!(places.contains(&error.position), "{}: {}", query, error);
            }
        }
    }
}

#[test]
fn width_case_and_script_do_not_matter() {
    let (_folder, index) = texts(&["辦理社會保險卡ＡＢＣ", "办理社会保险卡abc"]);
    for query in ["社会保险", "社會保險", "ABC", "ａｂｃ", "卡Abc"] {
        assert_eq!(ids(&index, query).len(), 2, "{query}");
    }
}

#[test]
fn a_word_is_found_however_the_segmenter_cuts_it() {
    let (_folder, index) = texts(&["郑州市人力资源和社会保障局公布"]);
    for query in ["州市人", "力资源和社", "障局公", "局"] {
        assert_eq!(ids(&index, query).len(), 1, "{query}");
    }
    assert!(ids(&index, "郑州人力").is_empty());
}

#[test]
fn white_space_is_a_character_of_an_exact_string() {
    let (_folder, index) = texts(&["社保 卡", "社保卡", "社保银卡", "社保\n卡"]);
    assert_eq!(ids(&index, "\"社保 卡\""), BTreeSet::from([1, 4]));
    assert_eq!(ids(&index, "\"社保卡\""), BTreeSet::from([2]));
}

#[test]
fn fields_operators_and_groups_combine() {
    let posts = [
        post(1, "社保卡激活", "排队两小时"),
        post(2, "欠薪", "工地拖欠工资，社保卡也没有"),
        post(3, "天气", "晴"),
    ];
    let (_folder, index) = index(&posts);
    for (query, expected) in [
        ("社保卡", vec![1, 2]),
        ("title:社保卡", vec![1]),
        ("社保卡 -排队", vec![2]),
        ("(排队 OR 拖欠) 社保", vec![1, 2]),
        ("NOT 社保卡", vec![3]),
        ("channel:forum", vec![1, 2, 3]),
        ("channel:weibo", vec![]),
        ("source:示例论坛 晴", vec![3]),
        ("url:thread-2", vec![2]),
        ("author:网友 title:天气", vec![3]),
        ("author:网", vec![1, 2, 3]),
        ("author:x", vec![]),
        ("source:坛 晴", vec![3]),
        ("url:2", vec![2]),
        ("url:/", vec![1, 2, 3]),
        ("url://bbs", vec![1, 2, 3]),
        ("社保卡 －排队", vec![2]),
        ("社\u{200b}保\u{feff}卡", vec![1, 2]),
        ("after:2017-04-02 before:2017-04-02", vec![2]),
        ("-after:2017-04-02", vec![1]),
        ("-url:2", vec![1, 3]),
        ("before:2017-04-02", vec![1, 2]),
        ("日期：2017年4月", vec![1, 2, 3]),
        ("date:2017-04-03", vec![3]),
        ("after:2017-05", vec![]),
        ("before:2017", vec![1, 2, 3]),
        ("标题：社保卡", vec![1]),
        ("排队 | 拖欠", vec![1, 2]),
        ("channel:weibo,论坛贴吧", vec![1, 2, 3]),
        ("\"拖欠 社保卡\"~3", vec![2]),
        ("\"社保卡 拖欠\"~3", vec![2]),
        ("\"拖欠 社保卡\"~2", vec![]),
        ("\"工 卡\"~5", vec![2]),
        ("\"时 排\"~4", vec![1]),
        ("title:\"社保 激活\"~1", vec![1]),
        ("title:\"社保 激活\"~0", vec![]),
        ("-\"拖欠 社保卡\"~3", vec![1, 3]),
        ("", vec![1, 2, 3]),
    ] {
        assert_eq!(
            ids(&index, query),
            expected.into_iter().collect(),
            "{query}"
        );
    }
}

#[test]
fn pages_are_parts_of_one_order() {
    let posts: Vec<_> = (1..=25)
        .map(|id| post(id, "", &"社保".repeat(1 + id as usize % 3)))
        .collect();
    let (_folder, index) = index(&posts);
    for sort in [Sort::Relevance, Sort::Time] {
        let whole = search(&index, "社保", sort, 0, 100);
        let mut parts = Vec::new();
        for offset in (0..30).step_by(7) {
            let page = search(&index, "社保", sort, offset, 7);
            assert_eq!(page.total, 25);
            parts.extend(page.page);
        }
        assert_eq!(parts, whole.page, "{sort:?}");
    }
    let newest = search(&index, "社保", Sort::Time, 0, 3);
    let newest: Vec<i64> = newest.page.iter().map(|(id, _)| id.0).collect();
    assert_eq!(newest, [25, 24, 23]);
}

#[test]
fn pages_beyond_the_end_and_endless_pages_are_no_trouble() {
    let (_folder, index) = texts(&["社保", "社保"]);
    assert_eq!(search(&index, "社保", Sort::Time, 0, 0).total, 2);
    for (offset, limit, found) in [
        (9, 5, 0),
        (usize::MAX, 20, 0),
        (0, usize::MAX, 2),
        (1, usize::MAX, 1),
    ] {
        let hits = search(&index, "社保", Sort::Relevance, offset, limit);
        assert_eq!(
            (hits.total, hits.page.len()),
            (2, found),
            "{offset} {limit}"
        );
    }
}

#[test]
fn an_update_replaces_moves_the_cursor_and_survives() {
    let (folder, index) = texts(&["拖欠工资"]);
    assert_eq!(index.cursor().expect("reads"), 1);
    assert!(
        index
            .update(&[post(1, "", "工资已补发")], 9)
            .expect("writes")
    );
    assert!(ids(&index, "拖欠").is_empty());
    drop(index);
    let index = open(folder.path());
    assert_eq!(index.cursor().expect("reads"), 9);
    assert_eq!(ids(&index, "补发").len(), 1);
}

#[test]
fn a_second_writer_is_told_so_and_reads_what_the_first_wrote() {
    let (folder, first) = texts(&["社保"]);
    let second = open(folder.path());
    assert!(
        !second.update(&[post(2, "", "社保")], 2).expect("no error"),
        "the first writes"
    );
    assert_eq!(ids(&second, "社保").len(), 1);
    first.close_writer();
    assert!(second.update(&[post(2, "", "社保")], 2).expect("writes"));
    assert_eq!(ids(&first, "社保").len(), 2);
}

#[test]
fn a_removed_index_begins_empty() {
    let (folder, index) = texts(&["社保"]);
    drop(index);
    Index::remove(folder.path()).expect("removes");
    Index::remove(folder.path()).expect("twice is once");
    let index = open(folder.path());
    assert_eq!(
        (index.cursor().expect("reads"), ids(&index, "社保").len()),
        (0, 0)
    );
}

#[test]
fn facets_count_all_hits() {
    let (_folder, index) = texts(&["社保", "社保", "天气"]);
    let query: Query = "社保".parse().expect("a query");
    let facets = index.facets(&query).expect("counts");
    assert_eq!(facets["channel"]["forum"], 2);
    assert_eq!(facets["source"]["示例论坛"], 2);
}

#[test]
fn a_wrong_query_says_where() {
    for (query, position) in [
        ("社保 \"欠薪", 4),
        ("社保 “欠薪", 4),
        ("(社保 (欠薪)", 1),
        ("社保) 欠薪", 3),
        ("\"\"", 1),
        ("OR", 1),
        ("社保 OR", 6),
        ("社保 OR OR 欠薪", 7),
        ("NOT", 4),
        ("()", 2),
        ("AND", 4),
        ("社保 colour:red", 4),
        ("level:crimson", 7),
        ("title:", 7),
        ("after:昨天", 7),
        ("after:2017-02-30", 7),
        ("\"工资 拖欠\"~", 8),
        ("\"工资 拖欠\"~999", 8),
        ("\"工资 拖欠 三年\"~3", 1),
        ("\"工资\"~3", 1),
        ("社保 level:\"red\"~3", 10),
        ("date:十月", 6),
        ("syn:", 5),
        ("标题：", 4),
    ] {
        assert_eq!(
            refusal(query).position,
            position,
            "{query}: {}",
            refusal(query)
        );
    }
}

#[test]
fn giants_and_deep_nests_are_refused_at_once() {
    let giant = "社保 ".repeat(350_000);
    assert!(refusal(&giant).message.contains("2000"));
    let nest = format!("{}社保{}", "(".repeat(900), ")".repeat(900));
    assert_eq!(refusal(&nest).position, 51);
    let deep = format!("{}社保", "-(".repeat(40));
    assert!(refusal(&deep).message.contains("括号"));
}
