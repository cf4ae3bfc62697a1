//! Benchmark: thousands of saved queries against new posts, on one core. Beside it in the same run: each query on each post
//! by looking for its strings, and one search of an index of these posts for each query. All three must agree.
//!
//! `cargo bench --bench watches` · posts: as for `search`; without them, sentences put together from our own words ·
//! `YUQING_BENCH_WATCHES="5000 1000"` sets the numbers of queries and of posts.

#[path = "search/corpus.rs"]
#[expect(dead_code, reason = "the search benchmark needs more of it")]
mod corpus;

use corpus::{Corpus, Microblog};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;
use yuqing::config::{Config, ConfigFolder};
use yuqing::index::{Index, Query, Sort, characters};
use yuqing::model::StoredPost;
use yuqing::watch::Matcher;

/// Words that many queries share.
const COMMON: &[&str] = &[
    "郑州", "社保", "工资", "公司", "医院", "政府", "孩子", "工作", "微博", "今天",
];

const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let sizes = std::env::var("YUQING_BENCH_WATCHES").unwrap_or_else(|_| "5000 1000".to_owned());
    let sizes: Vec<usize> = (sizes.split_whitespace())
        .map(|size| size.parse().expect("a number"))
        .collect();
    let [query_count, post_count] = sizes[..] else {
        panic!("two numbers: queries, posts");
    };
    let mut dice = Dice(7);
    let microblogs = corpus::microblogs().unwrap_or_else(|| sentences(post_count, &mut dice));
    let corpus = Corpus::of(&microblogs, post_count);
    let posts: Vec<StoredPost> = corpus.batches(post_count).flatten().collect();
    let queries = queries(&microblogs, query_count, &mut dice);
    println!(
        "{query_count} watches, {post_count} posts of {:.0} characters",
        (corpus
            .texts
            .iter()
            .map(|text| text.chars().count())
            .sum::<usize>()
            / post_count) as f64
    );

    let begin = Instant::now();
    let matcher = Matcher::new(&queries);
    println!("compiled in {:.0} ms", milliseconds(begin));
    let mut times = Vec::new();
    let mut matched = Vec::new();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        matched = matched_by(&matcher, &posts, query_count);
        times.push(milliseconds(begin));
    }
    times.sort_by(f64::total_cmp);
    println!(
        "matched in {:.1} ms (least {:.1}, most {:.1} of {ROUNDS}): {} hits",
        times[ROUNDS / 2],
        times[0],
        times[ROUNDS - 1],
        matched.iter().sum::<usize>()
    );

    let begin = Instant::now();
    let by_strings = looked_for(&queries, &posts);
    println!("each on each by its strings: {:.0} ms", milliseconds(begin));
    let searched = searched(&queries, &posts);
    if matched == by_strings && matched == searched {
        ExitCode::SUCCESS
    } else {
        println!("they do not agree");
        ExitCode::FAILURE
    }
}

/// Hits of each query.
fn matched_by(matcher: &Matcher, posts: &[StoredPost], query_count: usize) -> Vec<usize> {
    let mut hits = vec![0; query_count];
    let mut reader = matcher.reader();
    for post in posts {
        for number in reader.matching(post) {
            hits[*number] += 1;
        }
    }
    hits
}

fn looked_for(queries: &[Query], posts: &[StoredPost]) -> Vec<usize> {
    let folded = |text: &str| characters(text).collect::<String>();
    let texts: Vec<String> = posts.iter().map(|post| folded(&post.post.text)).collect();
    let hits = |query: &Query| {
        let query = with_folded(query);
        texts.iter().filter(|text| holds(&query, text)).count()
    };
    queries.iter().map(hits).collect()
}

fn with_folded(query: &Query) -> Query {
    let folded = |text: &String| characters(text.trim()).collect::<String>();
    let all = |parts: &[Query]| parts.iter().map(with_folded).collect();
    match query {
        Query::Contains(text) => Query::Contains(folded(text)),
        Query::Near {
            field,
            strings,
            within,
        } => Query::Near {
            field: *field,
            strings: strings.each_ref().map(folded),
            within: *within,
        },
        Query::And(parts) => Query::And(all(parts)),
        Query::Or(parts) => Query::Or(all(parts)),
        Query::Not(part) => Query::Not(Box::new(with_folded(part))),
        other => other.clone(),
    }
}

fn holds(query: &Query, text: &str) -> bool {
    match query {
        Query::Contains(string) => !string.is_empty() && text.contains(string.as_str()),
        Query::Near {
            strings: [one, other],
            within,
            ..
        } => is_followed(text, one, other, *within) || is_followed(text, other, one, *within),
        Query::And(parts) => parts.iter().all(|part| holds(part, text)),
        Query::Or(parts) => parts.iter().any(|part| holds(part, text)),
        Query::Not(part) => !holds(part, text),
        other => panic!("no query of this benchmark: {other:?}"),
    }
}

fn is_followed(text: &str, first: &str, second: &str, within: u32) -> bool {
    (0..text.len()).any(|at| {
        let rest = text.get(at..).and_then(|rest| rest.strip_prefix(first));
        rest.is_some_and(|rest| {
            rest.find(second)
                .is_some_and(|gap| rest[..gap].chars().count() <= within as usize)
        })
    })
}

fn searched(queries: &[Query], posts: &[StoredPost]) -> Vec<usize> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = Config::read(&ConfigFolder::shipped(), []).expect("the shipped configuration");
    let segmenter = Arc::clone(config.rules.segmenter());
    let settings = config.settings.index.clone();
    let index = Index::open(folder.path(), settings, segmenter).expect("an empty folder");
    let begin = Instant::now();
    index.update(posts, 1).expect("room on the disk");
    let indexed = milliseconds(begin);
    let begin = Instant::now();
    let total = |query| {
        let hits = index.search(query, Sort::Time, 0, 0);
        hits.expect("a sound index").total
    };
    let totals = queries.iter().map(total).collect();
    println!(
        "one search each: {:.0} ms, after {indexed:.0} ms of indexing",
        milliseconds(begin)
    );
    totals
}

/// Queries as people save them, of strings that stand in posts: two words; one of two and not a third; two near each other;
/// an exact string.
fn queries(posts: &[Microblog], count: usize, dice: &mut Dice) -> Vec<Query> {
    let word = |dice: &mut Dice| {
        loop {
            let text: Vec<char> = posts[dice.below(posts.len())].text.chars().collect();
            let length = 2 + dice.below(3);
            let from = dice.below(text.len().saturating_sub(length).max(1));
            let word: String = text.iter().skip(from).take(length).collect();
            let is_word = |c: char| c.is_alphanumeric() && !c.is_ascii();
            if word.chars().count() >= 2 && word.chars().all(is_word) {
                return word;
            }
        }
    };
    let mut query = |number: usize| {
        let common = COMMON[dice.below(COMMON.len())];
        let (one, other, third) = (word(dice), word(dice), word(dice));
        let text = match number % 5 {
            0 => format!("{common} {one}"),
            1 => format!("({one} OR {other}) -{third}"),
            2 => format!("{common} ({one} OR {other} OR {third})"),
            3 => format!("\"{common} {one}\"~10"),
            _ => format!("\"{one}\""),
        };
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    };
    (0..count).map(&mut query).collect()
}

/// Posts of our own words.
fn sentences(count: usize, dice: &mut Dice) -> Vec<Microblog> {
    const WHO: &[&str] = &[
        "我",
        "同事",
        "隔壁工友",
        "家里老人",
        "孩子他爸",
        "邻居",
        "朋友圈里有人",
    ];
    const WHERE: &[&str] = &[
        "郑州",
        "金水区",
        "二七区",
        "社保大厅",
        "港区厂里",
        "工地上",
        "医院门口",
    ];
    const WHAT: &[&str] = &[
        "说社保卡还没有制好",
        "等了三个月工资也没发",
        "排队排到下班都没办成",
        "问养老金什么时候到账",
        "被中介扣了返费",
        "今天把工伤认定的材料交了",
        "打电话一直占线",
        "觉得窗口态度还可以",
        "想知道公司为什么断缴",
        "看到政府发了通知",
    ];
    let mut pick = |words: &[&'static str]| words[dice.below(words.len())];
    let mut sentence = || format!("{}在{}{}", pick(WHO), pick(WHERE), pick(WHAT));
    let post = |_| Microblog {
        day: "2017-04-14".parse().expect("a day"),
        text: format!("{}，{}。{}。", sentence(), sentence(), sentence()),
    };
    (0..count).map(post).collect()
}

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

fn milliseconds(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1000.0
}
