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

/// Posts handed to the index at a time: `[index] batch` of the shipped configuration is smaller, a rebuild's is this.
const BATCH: usize = 20_000;
/// Hits of a page.
const TOP: usize = 20;

fn main() -> ExitCode {
    let Some(posts) = corpus::microblogs() else {
        println!("No posts: see the head of tests/bench/search.rs");
        return ExitCode::SUCCESS;
    };
    let sizes = std::env::var("YUQING_BENCH_POSTS").unwrap_or_else(|_| "100000 500000".to_owned());
    let with_peers = std::env::var("YUQING_BENCH_PEERS").as_deref() != Ok("0");
    let mut is_exact = true;
    for size in sizes.split_whitespace() {
        let size = size.parse().expect("a number of posts");
        let corpus = Corpus::of(&posts, size);
        is_exact &= measure(&corpus);
        if with_peers {
            full_text::measure(&corpus);
        }
    }
    if is_exact {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn measure(corpus: &Corpus) -> bool {
    let count = corpus.texts.len();
    println!("\n== {count} posts, {} of text", megabytes(corpus.bytes()));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = Config::read(&ConfigFolder::shipped(), []).expect("the shipped configuration");
    let segmenter = Arc::clone(config.rules.segmenter());
    let settings = config.settings.index.clone();
    let index = Index::open(folder.path(), settings, segmenter).expect("an empty folder");
    let begin = Instant::now();
    for (number, batch) in (1..).zip(corpus.batches(BATCH)) {
        index.update(&batch, number).expect("room on the disk");
    }
    let took = begin.elapsed();
    let size = size_of(folder.path());
    println!(
        "indexed at {:.0} posts/s ({}/s); index {} = {:.2} × text; memory at most {}",
        count as f64 / took.as_secs_f64(),
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

/// Time of a page of hits with its total and its highlights.
fn latencies(index: &Index, corpus: &Corpus, name: &str, sort: Sort, queries: &[String]) {
    let queries: Vec<(&String, Query)> = (queries.iter())
        .map(|text| (text, text.parse().expect(text)))
        .collect();
    let mut times: Vec<(Duration, &String)> = Vec::new();
    // The first round warms up.
    for round in 0..3 {
        for (text, query) in &queries {
            let begin = Instant::now();
            let hits = index.search(query, sort, 0, TOP).expect("a sound index");
            let marked = query.marked_strings();
            for (id, _) in &hits.page {
                black_box(snippet(corpus.text(*id), &marked, 100));
            }
            if round > 0 {
                times.push((begin.elapsed(), text));
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

/// Linux only.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or_else(
        || "unknown".to_owned(),
        |line| line["VmHWM:".len()..].trim().to_owned(),
    )
}
