//! Matcher and index say the same of every post and every query.

use super::Matcher;
use crate::index::query::{CodeField, TextField};
use crate::index::{Index, IndexSettings, Query, Sort};
use crate::model::{
    Analysis, Channel, Jurisdiction, Level, Post, PostId, Precision, PublishedAt, Region, Regions,
    Sentiment, StoredPost, Timestamp, Topic, TopicScore,
};
use crate::text::segment::Segmenter;
use bytesize::ByteSize;
use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use std::num::NonZero;
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;

/// Built once: jieba's dictionary takes a while.
static SEGMENTER: LazyLock<Arc<Segmenter>> = LazyLock::new(|| Arc::new(Segmenter::new([])));

fn post(id: i64, title: &str, text: &str) -> StoredPost {
    let begin = Timestamp::parse_from_rfc3339("2017-03-31T23:30:00+08:00").expect("test time");
    // From half past midnight of one day to half past eleven in the evening of another.
    let published = begin + TimeDelta::hours(13 * id);
    let post = Post {
        title: title.to_owned(),
        text: text.to_owned(),
        published_at: Some(PublishedAt {
            at: published,
            precision: Precision::Minute,
            is_inferred: false,
        }),
        ..Post::bare(Channel::Forum, "示例", published)
    };
    StoredPost::fresh(PostId(id), post)
}

fn found(queries: &[Query], stored: &StoredPost) -> Vec<usize> {
    Matcher::new(queries).reader().matching(stored).to_vec()
}

fn queries(texts: &[&str]) -> Vec<Query> {
    let parse = |text: &&str| {
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    };
    texts.iter().map(parse).collect()
}

#[test]
fn a_query_is_matched_in_any_script_and_width() {
    let stored = post(1, "社會保障卡", "等了三个月，ＡＢＣ");
    let queries = queries(&[
        "社会保障卡 abc",
        "社会保障卡 -三个月",
        "-欠薪",
        "author:abc",
    ]);
    assert_eq!(found(&queries, &stored), [0, 2]);
}

#[test]
fn no_string_stands_across_two_fields_and_no_distance_either() {
    let mut stored = post(1, "社保", "卡住了");
    stored.post.outlet = Some("晚报".to_owned());
    let queries = queries(&[
        "社保卡",
        "\"社保 卡住\"~9",
        "source:示例晚报",
        "source:\"示例 晚报\"~0",
        "source:\"示例 晚报\"~1",
    ]);
    assert_eq!(found(&queries, &stored), [4], "as the index has it");
}

#[test]
fn a_reader_forgets_the_post_before() {
    let queries = queries(&["欠薪", "\"欠薪 工地\"~3"]);
    let matcher = Matcher::new(&queries);
    let mut reader = matcher.reader();
    assert_eq!(reader.matching(&post(1, "", "工地上欠薪")), [0, 1]);
    assert_eq!(reader.matching(&post(2, "", "没有别的")), [] as [usize; 0]);
    assert_eq!(reader.matching(&post(3, "欠薪", "工地")), [0]);
}

#[test]
fn nothing_to_match_matches_nothing() {
    assert_eq!(found(&[], &post(1, "社保", "社保")), [] as [usize; 0]);
    let filters = queries(&["channel:forum", "channel:weibo"]);
    assert_eq!(found(&filters, &post(1, "", "社保")), [0]);
}

/// Strings of few characters, so that they recur.
fn string(length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let alphabet: Vec<char> = "社保险險卡欠aＡ１1㈠。 　\n".chars().collect();
    prop::collection::vec(prop::sample::select(alphabet), length)
        .prop_map(|characters| characters.into_iter().collect())
}

fn analysis() -> impl Strategy<Value = Option<Analysis>> {
    let judged = (
        prop::sample::select(Level::ALL),
        prop::sample::select(Sentiment::ALL),
        prop::sample::subsequence(Topic::ALL[..3].to_vec(), 0..3),
        prop::sample::select(vec![
            None,
            Some(("410105", "金水区")),
            Some(("410103", "二七区")),
        ]),
    );
    prop::option::of(judged.prop_map(|(level, sentiment, topics, place)| {
        Analysis {
            level,
            sentiment,
            topics: (topics.into_iter())
                .map(|code| TopicScore { code, score: 1.0 })
                .collect(),
            regions: Regions {
                act: place.map(|(code, name)| Region {
                    code: code.to_owned(),
                    name: name.to_owned(),
                }),
                responsible: None,
                jurisdiction: if place.is_some() {
                    Jurisdiction::District
                } else {
                    Jurisdiction::Unknown
                },
            },
            ..Analysis::unjudged("")
        }
    }))
}

fn stored() -> impl Strategy<Value = StoredPost> {
    let names = (
        prop::option::of(string(0..4)),
        string(1..4),
        prop::option::of(string(0..4)),
        prop::option::of(string(0..4)),
    );
    let channel = prop::sample::select(vec![Channel::Forum, Channel::Weibo]);
    (string(0..7), string(0..25), names, channel, analysis()).prop_map(
        |(title, text, (author, source_name, outlet, url), channel, analysis)| {
            let mut stored = post(0, &title, &text);
            stored.post.author = author;
            stored.post.source_name = source_name;
            stored.post.outlet = outlet;
            stored.post.url = url;
            stored.post.channel = channel;
            stored.analysis = analysis;
            stored
        },
    )
}

fn query() -> impl Strategy<Value = Query> {
    let field = || {
        prop::sample::select(vec![
            TextField::Title,
            TextField::Body,
            TextField::Author,
            TextField::Source,
            TextField::Url,
        ])
    };
    let codes: Vec<(CodeField, &str)> = vec![
        (CodeField::Channel, "weibo"),
        (CodeField::Level, "red"),
        (CodeField::Level, "none"),
        (CodeField::Sentiment, "negative"),
        (CodeField::Topic, Topic::ALL[0].code()),
        (CodeField::Topic, Topic::ALL[1].code()),
        (CodeField::Region, "410105"),
        (CodeField::Region, "金水区"),
        (CodeField::Region, "district"),
        (CodeField::Region, "区县"),
    ];
    let day = || {
        (1..8_u32).prop_map(|day| NaiveDate::from_ymd_opt(2017, 4, day).expect("a day of April"))
    };
    let leaf = prop_oneof![
        1 => Just(Query::All),
        8 => string(1..4).prop_map(Query::Contains),
        1 => string(1..3).prop_map(Query::Synonym),
        4 => (field(), string(1..3)).prop_map(|(field, text)| Query::In(field, text)),
        4 => (prop::option::of(field()), string(1..3), string(1..3), 0..6_u32).prop_map(
            |(field, one, other, within)| Query::Near { field, strings: [one, other], within }
        ),
        3 => prop::sample::select(codes)
            .prop_map(|(field, code)| Query::Is(field, code.to_owned())),
        1 => day().prop_map(Query::After),
        1 => day().prop_map(Query::Before),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Query::And),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Query::Or),
            inner.prop_map(|part| Query::Not(Box::new(part))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn matcher_and_index_say_the_same(
        mut posts in prop::collection::vec(stored(), 12),
        queries in prop::collection::vec(query(), 60),
    ) {
        for (id, stored) in (1..).zip(&mut posts) {
            let moment = post(id, "", "").post.published_at;
            stored.id = PostId(id);
            stored.post.published_at = moment;
        }
        let folder = TempDir::new().expect("a temporary folder");
        let settings = IndexSettings {
            writer_memory: ByteSize::mib(15),
            batch: NonZero::new(100).expect("not zero"),
        };
        let index = Index::open(folder.path(), settings, Arc::clone(&SEGMENTER)).expect("opens");
        index.update(&posts, 1).expect("the disk has room");
        let matcher = Matcher::new(&queries);
        let mut reader = matcher.reader();
        let matched: Vec<Vec<usize>> =
            posts.iter().map(|stored| reader.matching(stored).to_vec()).collect();
        for (number, query) in queries.iter().enumerate() {
            let hits = index.search(query, Sort::Time, 0, 100).expect("a sound index");
            let mut searched: Vec<i64> = hits.page.iter().map(|(id, _)| id.0).collect();
            searched.sort_unstable();
            let matching = (1..).zip(&matched).filter(|(_, found)| found.contains(&number));
            let matching: Vec<i64> = matching.map(|(id, _)| id).collect();
            prop_assert_eq!(&matching, &searched, "{:?}", query);
        }
    }
}
