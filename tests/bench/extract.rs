//! How many article pages a CPU second gives, all fields, one thread, and how much of their bodies is found. Measures;
//! asserts nothing. Pages: `pages/gold` and `pages/news` of `$YUQING_EVAL_DATA` or `../shared/data`, which are not part of
//! the repository.
//!
//!     cargo bench --bench extract
//!
//! Where a Python with trafilatura is at hand (`$YUQING_PEER_PYTHON`, else `python3`), it reads the same pages in the
//! same run: `python3 -m venv /tmp/peers && /tmp/peers/bin/pip install trafilatura lxml_html_clean`, then
//! `YUQING_PEER_PYTHON=/tmp/peers/bin/python cargo bench --bench extract`.

use scraper::Html;
use std::collections::HashMap;
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use url::Url;
use yuqing::extract::{Sites, SourceHints, extract};
use yuqing::model::Page;

const ROUNDS: usize = 15;

/// Linux counts CPU time of a process in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

fn main() {
    let root = std::env::var_os("YUQING_EVAL_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let gold = files(&root.join("pages/gold/original"));
    let news = files(&root.join("pages/news"));
    if gold.is_empty() {
        println!("skipped: {} is absent", root.join("pages/gold").display());
        return;
    }
    let paths: Vec<PathBuf> = gold.iter().chain(&news).cloned().collect();
    let pages: Vec<Page> = paths.iter().map(|path| page(path)).collect();
    let texts: Vec<String> = pages.iter().map(decoded).collect();
    println!("{} pages, {} rounds, one thread", pages.len(), ROUNDS);

    let (hints, sites) = (SourceHints::default(), Sites::default());
    let body = |page: &Page| {
        let post = extract(page, &hints, &sites).posts.into_iter().next();
        post.map_or_else(String::new, |post| post.text)
    };
    // In turns, so that a machine that is slow for a while is slow for both.
    let (mut parse, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        parse.push(seconds(|| {
            for text in &texts {
                black_box(Html::parse_document(text));
            }
        }));
        ours.push(seconds(|| {
            for page in &pages {
                black_box(body(page));
            }
        }));
    }
    let per_second = |rounds| pages.len() as f64 / median(rounds);
    let (parse, ours) = (per_second(parse), per_second(ours));
    println!("scraper, parse alone: {parse:.0} pages per CPU second");
    let bodies: Vec<String> = pages.iter().take(gold.len()).map(body).collect();
    let f1 = mean_f1(&gold, &bodies);
    println!("yuqing, all fields:   {ours:.0} pages per CPU second, body F1 {f1:.3}");

    match trafilatura(&paths) {
        Some((seconds, bodies)) => {
            let peer = paths.len() as f64 / seconds;
            let f1 = mean_f1(&gold, &bodies);
            println!("trafilatura:          {peer:.1} pages per CPU second, body F1 {f1:.3}");
            println!("yuqing / trafilatura: {:.1}", ours / peer);
        }
        None => println!("trafilatura: not installed (see the head of tests/bench/extract.rs)"),
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn page(path: &Path) -> Page {
    Page {
        url: Url::parse("http://www.example.com/page.html").expect("an address"),
        content_type: None,
        bytes: std::fs::read(path).expect("the page was listed"),
        fetched_at: chrono::DateTime::parse_from_rfc3339("2024-01-01T08:00:00+08:00")
            .expect("a time"),
    }
}

/// For the parser alone: half of the pages are GB18030.
fn decoded(page: &Page) -> String {
    match std::str::from_utf8(&page.bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode(&page.bytes).0.into_owned(),
    }
}

fn seconds(round: impl FnOnce()) -> f64 {
    let start = cpu_seconds();
    round();
    (cpu_seconds() - start).max(1.0 / TICKS_PER_SECOND)
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// User and system time of this process, from `/proc/self/stat`.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in brackets, may hold blanks.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_ascii_whitespace().skip(11).take(2);
    let sum: f64 = ticks.filter_map(|field| field.parse::<f64>().ok()).sum();
    sum / TICKS_PER_SECOND
}

/// CPU seconds and texts of the peer; `None` where it is not installed.
fn trafilatura(paths: &[PathBuf]) -> Option<(f64, Vec<String>)> {
    let python = std::env::var_os("YUQING_PEER_PYTHON").unwrap_or_else(|| "python3".into());
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/peers/trafilatura_pages.py");
    let mut peer = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let names: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    // A peer that did not start has closed its input; then there is no output either.
    let _ = peer.stdin.take()?.write_all(names.join("\n").as_bytes());
    let output = peer.wait_with_output().ok()?;
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    let texts = found["texts"].as_array()?.iter();
    let texts = texts.map(|text| text.as_str().unwrap_or_default().to_owned());
    Some((found["seconds"].as_f64()?, texts.collect()))
}

fn mean_f1(gold: &[PathBuf], bodies: &[String]) -> f64 {
    let scores = gold.iter().zip(bodies).map(|(path, body)| {
        let key = path.to_string_lossy().replace("/original/", "/cleaned/");
        let key = std::fs::read_to_string(Path::new(&key).with_extension("txt"));
        f1(body, &key.unwrap_or_default())
    });
    scores.sum::<f64>() / gold.len() as f64
}

/// F1 of the overlap of pieces of four characters, repeats counted, white space left out.
fn f1(found: &str, wanted: &str) -> f64 {
    let (found, wanted) = (pieces(found), pieces(wanted));
    let common: usize = found
        .iter()
        .map(|(piece, count)| wanted.get(piece).map_or(0, |other| *count.min(other)))
        .sum();
    let all = found.values().sum::<usize>() + wanted.values().sum::<usize>();
    2.0 * common as f64 / all.max(1) as f64
}

fn pieces(text: &str) -> HashMap<Vec<char>, usize> {
    let letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut pieces = HashMap::new();
    for piece in letters.windows(4) {
        *pieces.entry(piece.to_vec()).or_default() += 1;
    }
    pieces
}
