//! What the extractor makes of real pages. The pages are not part of the repository: without them the tests say so and
//! pass; with them they hold the floors that were reached.

use crate::extract::{Extraction, Sites, SourceHints, extract};
use crate::model::{Page, SourceKind};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use url::Url;

pub(super) fn data(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("YUQING_EVAL_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let folder = root.join(folder);
    if !folder.is_dir() {
        println!("skipped: {} is absent", folder.display());
        return None;
    }
    Some(folder)
}

pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn read(file: &Path, kind: Option<SourceKind>) -> Extraction {
    let page = Page {
        url: Url::parse("http://www.example.com/page.html").expect("an address"),
        content_type: None,
        bytes: std::fs::read(file).expect("the file is there"),
        fetched_at: chrono::DateTime::parse_from_rfc3339("2024-01-01T08:00:00+08:00")
            .expect("a time"),
    };
    let hints = SourceHints {
        kind,
        ..SourceHints::default()
    };
    extract(&page, &hints, &Sites::default())
}

fn name(file: &Path) -> String {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    name.chars().take(20).collect()
}

fn pieces(text: &str) -> HashMap<Vec<char>, usize> {
    let letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut pieces = HashMap::new();
    for piece in letters.windows(4) {
        *pieces.entry(piece.to_vec()).or_default() += 1;
    }
    pieces
}

/// F1 of the overlap of pieces of four characters, repeats counted.
fn overlap(found: &str, wanted: &str) -> f64 {
    let (found, wanted) = (pieces(found), pieces(wanted));
    let common: usize = found
        .iter()
        .map(|(piece, count)| wanted.get(piece).map_or(0, |other| *count.min(other)))
        .sum();
    let all = found.values().sum::<usize>() + wanted.values().sum::<usize>();
    2.0 * common as f64 / all.max(1) as f64
}

#[test]
fn bodies_days_and_charsets_of_gold_pages() {
    let Some(gold) = data("pages/gold") else {
        return;
    };
    let (mut titled, mut with_body, mut sum, mut days, mut known_days) = (0, 0, 0.0, 0, 0);
    let (mut charsets, mut total) = (0, 0);
    for file in files(&gold.join("original")) {
        total += 1;
        let key = |folder: &str| {
            let file = gold.join(folder).join(file.file_stem().unwrap_or_default());
            std::fs::read_to_string(file.with_extension("txt")).unwrap_or_default()
        };
        let found = read(&file, None);
        let post = found.posts.first();
        let text = post.map_or("", |post| post.text.as_str());
        let f1 = overlap(text, &key("cleaned"));
        sum += f1;
        titled += usize::from(post.is_some_and(|post| !post.title.is_empty()));
        with_body += usize::from(text.chars().count() >= 50);
        let is_utf8 = std::str::from_utf8(&std::fs::read(&file).expect("there")).is_ok();
        charsets += usize::from(
            (found.charset == "UTF-8") == is_utf8 && (is_utf8 || found.charset == "GB18030"),
        );
        let wanted_day = crate::extract::parse_published(
            &key("date"),
            post.map_or_else(
                || {
                    chrono::DateTime::parse_from_rfc3339("2024-01-01T08:00:00+08:00")
                        .expect("a time")
                },
                |post| post.fetched_at,
            ),
        );
        let day = post.and_then(|post| post.published_at);
        if let Some(wanted) = wanted_day {
            known_days += 1;
            days +=
                usize::from(day.is_some_and(|day| day.at.date_naive() == wanted.at.date_naive()));
        }
        println!(
            "{} {:?} f1 {f1:.3} {}/{} day {:?} wanted {:?} | {} | {:?}",
            name(&file),
            found.format,
            text.chars().count(),
            key("cleaned").chars().count(),
            day.map(|day| day.at.format("%F %R").to_string()),
            key("date"),
            post.map_or("", |post| post.title.as_str()),
            found.warnings,
        );
    }
    let mean = sum / total as f64;
    println!(
        "gold: {total} pages, title {titled}, body {with_body}, F1 {mean:.3}, day {days}/{known_days}, charset {charsets}"
    );
    assert!(mean >= 0.95, "body F1 {mean:.3}");
    assert!(titled >= 30 && with_body >= 31 && days >= 22 && charsets >= 31);
}

#[test]
fn titles_and_bodies_of_news_pages() {
    let Some(news) = data("pages/news") else {
        return;
    };
    let (mut titled, mut with_body, mut timed, mut total) = (0, 0, 0, 0);
    for file in files(&news) {
        total += 1;
        let started = std::time::Instant::now();
        let found = read(&file, None);
        let post = found.posts.first();
        let text = post.map_or("", |post| post.text.as_str());
        titled += usize::from(post.is_some_and(|post| !post.title.is_empty()));
        with_body += usize::from(text.chars().count() >= 100);
        timed += usize::from(post.is_some_and(|post| post.published_at.is_some()));
        println!(
            "{} {:?} {} ms {} chars {:?} | {} | {:?} {:?} | {:?}\n    {} …… {}",
            name(&file),
            found.format,
            started.elapsed().as_millis(),
            text.chars().count(),
            post.and_then(|post| post.published_at)
                .map(|day| day.at.format("%F %R").to_string()),
            post.map_or("", |post| post.title.as_str()),
            post.and_then(|post| post.outlet.as_deref()),
            post.and_then(|post| post.author.as_deref()),
            found.warnings,
            text.chars().take(40).collect::<String>(),
            text.chars()
                .rev()
                .take(40)
                .collect::<Vec<_>>()
                .iter()
                .rev()
                .collect::<String>(),
        );
    }
    println!("news: {total} pages, title {titled}, body {with_body}, time {timed}");
    assert!(titled >= 31 && with_body >= 31 && timed >= 31);
}

#[test]
fn every_real_feed_gives_its_entries() {
    for folder in ["feeds/GB2312", "feeds/Big5"] {
        let Some(folder) = data(folder) else { return };
        for file in files(&folder) {
            let bytes = std::fs::read(&file).expect("the file is there");
            let wanted = ["<item>", "<item ", "<entry>", "<entry "]
                .iter()
                .map(|tag| {
                    bytes
                        .windows(tag.len())
                        .filter(|part| *part == tag.as_bytes())
                        .count()
                })
                .sum::<usize>();
            let found = read(&file, Some(SourceKind::Feed));
            println!(
                "{} {:?} {} {}/{wanted} timed {} {:?} | {:?}",
                name(&file),
                found.format,
                found.charset,
                found.posts.len(),
                found
                    .posts
                    .iter()
                    .filter(|post| post.published_at.is_some())
                    .count(),
                found.warnings,
                found.posts.first().map(|post| post.title.clone()),
            );
            assert!(found.posts.len() >= wanted, "{}", file.display());
        }
    }
}

#[test]
fn lists_and_forums() {
    for folder in ["pages/list", "pages/forum"] {
        let Some(folder) = data(folder) else { return };
        for file in files(&folder) {
            let found = read(&file, None);
            println!(
                "{} {:?} posts {} links {} next {:?} {:?}",
                name(&file),
                found.format,
                found.posts.len(),
                found.links.len(),
                found.next_pages,
                found.warnings
            );
            for link in found.links.iter().take(5) {
                println!("    {} {}", link.title, link.url);
            }
        }
    }
}
