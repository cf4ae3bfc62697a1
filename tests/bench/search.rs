//! Benchmark: the search index at growing numbers of posts – posts indexed per second, latency of queries with totals and
//! highlights, size and memory – and whether it finds exactly what a plain reading of the texts finds. Beside it in the
//! same run: the same posts and strings in SQLite FTS5 (trigram), and words alone in a bare tantivy index.
//!
//! `cargo bench --bench search` · posts: `bulk/weibo_497k.jsonl.gz` below `$YUQING_EVAL_DATA` or `../shared/data`, more
//! of them by swapping clauses between posts · `YUQING_BENCH_POSTS="100000 500000"` sets the sizes ·
//! `YUQING_BENCH_PEERS=0` leaves the peers out.

#[path = "search/corpus.rs"]
mod corpus;
#[path = "peers/full_text.rs"]
mod full_text;
#[path = "search/oracle.rs"]
mod oracle;
#[path = "search/ranking.rs"]
mod ranking;
#[path = "search/strings.rs"]
mod strings;

use corpus::Corpus;
use oracle::Oracle;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use yuqing::config::{Config, ConfigFolder};
use yuqing::index::{Index, Query, Sort, snippet};
use yuqing::text::segment::Segmenter;

/// Posts handed to the index at a time: `[index] batch` of the shipped configuration is smaller, a rebuild's is this.
const BATCH: usize = 20_000;
/// Hits of a page.
const TOP: usize = 20;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (index, segmenter) = open(folder.path());
    ranking::measure(&index, &segmenter);
    let Some(posts) = corpus::microblogs() else {
        println!("No posts: see the head of tests/bench/search.rs");
        return ExitCode::SUCCESS;
    };
    let sizes = std::env::var("YUQING_BENCH_POSTS").unwrap_or_else(|_| "100000 500000".to_owned());
    let with_peers = std::env::var("YUQING_BENCH_PEERS").as_deref() != Ok("0");
    let mut is_exact = true;
    for size in sizes.split_whitespace() {
        let (number, is_article) = match size.strip_suffix('a') {
            Some(number) => (number, true),
            None => (size, false),
        };
        let number = number.parse().expect("a number of posts");
        let corpus = if is_article {
            Corpus::of_articles(&posts, number)
        } else {
            Corpus::of(&posts, number)
        };
        is_exact &= measure(&corpus);
        if with_peers {
            full_text::measure(&corpus, &strings::random(&corpus, 1000));
        }
    }
    if is_exact {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// An empty index as the shipped configuration has it.
fn open(folder: &Path) -> (Index, Arc<Segmenter>) {
    let config =
        Config::read(&ConfigFolder::shipped(), []).expect("the shipped configuration is valid");
    let segmenter = Arc::clone(config.rules.segmenter());
    let settings = config.settings.index.clone();
    let index = Index::open(folder, settings, Arc::clone(&segmenter)).expect("an empty folder");
    (index, segmenter)
}

fn measure(corpus: &Corpus) -> bool {
    let count = corpus.texts.len();
    println!("\n== {count} posts, {} of text", megabytes(corpus.bytes()));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (index, _) = open(folder.path());
    let (begin, cpu) = (Instant::now(), cpu_seconds());
    index.begin_next().expect("room on the disk");
    for (number, batch) in (1..).zip(corpus.batches(BATCH)) {
        index.extend_next(&batch, number).expect("room on the disk");
    }
    index.adopt_next().expect("room on the disk");
    let (took, cpu) = (begin.elapsed(), cpu_seconds() - cpu);
    let size = size_of(folder.path());
    println!(
        "indexed at {:.0} posts/s of wall time, {:.0} of one core's ({}/s of wall time); index {} = {:.2} × text; memory at most {}",
        count as f64 / took.as_secs_f64(),
        count as f64 / cpu,
        megabytes((corpus.bytes() as f64 / took.as_secs_f64()) as u64),
        megabytes(size),
        size as f64 / corpus.bytes() as f64,
        peak_memory(),
    );
    let oracle = Oracle::of(corpus);
    let mut is_exact = true;
    for (name, queries) in [
        (
            "random strings, 1–6 characters",
            strings::random(corpus, 1000),
        ),
        ("typed queries", strings::typed(corpus)),
    ] {
        first_time(folder.path(), corpus, name, &queries);
        is_exact &= compare(&index, &oracle, name, &queries);
        latencies(&index, corpus, name, Sort::Relevance, &queries);
        latencies(&index, corpus, name, Sort::Time, &queries);
    }
    for (name, queries) in strings::kinds(corpus) {
        latencies(&index, corpus, name, Sort::Relevance, &queries);
        latencies(&index, corpus, name, Sort::Time, &queries);
    }
    is_exact
}

/// Time of each query where nothing is remembered of any: by an index just opened, its files in memory.
fn first_time(folder: &Path, corpus: &Corpus, name: &str, queries: &[String]) {
    let (index, _) = open(folder);
    let mut times: Vec<Duration> = (queries.iter())
        .map(|text| {
            let query: Query = text.parse().expect(text);
            time_of_page(&index, corpus, &query, Sort::Relevance)
        })
        .collect();
    times.sort();
    println!(
        "{name}, asked for the first time: p50 {:.2} ms, p99 {:.2} ms",
        milliseconds(times[times.len() / 2]),
        milliseconds(times[(times.len() - 1) * 99 / 100]),
    );
}

/// A page of hits with its total and its highlights.
fn time_of_page(index: &Index, corpus: &Corpus, query: &Query, sort: Sort) -> Duration {
    let begin = Instant::now();
    let hits = index.search(query, sort, 0, TOP).expect("a sound index");
    let marked = query.marked_strings();
    for (id, _) in &hits.page {
        black_box(snippet(corpus.text(*id), &marked, 100));
    }
    begin.elapsed()
}

/// Totals against a plain reading.
fn compare(index: &Index, oracle: &Oracle, name: &str, queries: &[String]) -> bool {
    let (mut missed, mut extra, mut found) = (0, 0, 0);
    for text in queries {
        let query: Query = text.parse().expect(text);
        let total = index
            .search(&query, Sort::Time, 0, 0)
            .expect("a sound index")
            .total;
        let expected = oracle.count(&query);
        found += expected;
        missed += expected.saturating_sub(total);
        extra += total.saturating_sub(expected);
        if total != expected {
            println!("  {text:?}: {total} instead of {expected}");
        }
    }
    println!(
        "{name}: {} queries, {found} hits, {missed} missed, {extra} too many",
        queries.len()
    );
    missed == 0 && extra == 0
}

/// Times of pages of hits, asked for again and again.
fn latencies(index: &Index, corpus: &Corpus, name: &str, sort: Sort, queries: &[String]) {
    let queries: Vec<(&String, Query)> = (queries.iter())
        .map(|text| (text, text.parse().expect(text)))
        .collect();
    let mut times: Vec<(Duration, &String)> = Vec::new();
    // The first round warms up.
    for round in 0..3 {
        for (text, query) in &queries {
            let took = time_of_page(index, corpus, query, sort);
            if round > 0 {
                times.push((took, text));
            }
        }
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let slowest: Vec<&str> = times
        .iter()
        .rev()
        .step_by(2)
        .take(3)
        .map(|time| time.1.as_str())
        .collect();
    println!(
        "{name}, by {sort:?}: p50 {:.2} ms, p99 {:.2} ms, slowest {:.1} ms {slowest:?}",
        milliseconds(at(0.5).0),
        milliseconds(at(0.99).0),
        milliseconds(at(1.0).0),
    );
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(file) if file.is_file() => file.len(),
        _ => size_of(&entry.path()),
    };
    entries.map(size).sum()
}

/// Processor time of all threads so far. Linux only.
fn cpu_seconds() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name in parentheses: user time is the 12th value, system time the 13th, in hundredths of a second.
    let values = status
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    values
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// Linux only.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or_else(
        || "unknown".to_owned(),
        |line| line["VmHWM:".len()..].trim().to_owned(),
    )
}
