//! Real article pages, read from loopback with the shipped rules: each news page must give title, time and body; of the
//! other pages, some without a time, nine in ten a title and a body. The pages are not part of the repository; without
//! them the test says so and passes.

use crate::site::{Answer, TestApp, TestSite, config, shipped, source};
use chrono::TimeDelta;
use std::path::{Path, PathBuf};
use yuqing::model::{SourceKind, StoredPost};

/// A body shorter than this is a caption, not an article.
const MIN_BODY_CHARS: usize = 40;

/// The pages were published up to 2023; a time in the future is none.
const YEARS_SINCE_FRIDAY: TimeDelta = TimeDelta::days(7 * 365);

fn folder() -> PathBuf {
    let data = std::env::var_os("YUQING_EVAL_DATA").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    data.unwrap_or_else(beside).join("pages")
}

fn pages(folder: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.sort();
    files
        .iter()
        .filter_map(|file| std::fs::read(file).ok())
        .collect()
}

fn is_read(post: &StoredPost, needs_time: bool) -> bool {
    let has_time = post.post.published_at.is_some();
    (has_time || !needs_time)
        && !post.post.title.trim().is_empty()
        && post.post.text.chars().count() >= MIN_BODY_CHARS
}

/// Serves the pages behind a list, crawls it, and gives the share that was read.
async fn share_read(name: &str, pages: Vec<Vec<u8>>, needs_time: bool) -> f64 {
    let site = TestSite::start().await;
    let count = pages.len();
    let mut list = String::new();
    for (number, page) in pages.into_iter().enumerate() {
        // No date in the address: the page itself must tell.
        let path = format!("/news/{}.html", 1000 + number);
        list += &format!("<li><a href=\"{path}\">留存的第{number}篇新闻文章页面</a></li>");
        // Many sites name no charset: the bytes must tell.
        site.put(&path, Answer::of("text/html", page));
    }
    site.put("/list/", Answer::html(format!("<ul>{list}</ul>")));
    let mut config = config(vec![source(name, SourceKind::List, site.url("/list/"))]);
    config.sites = shipped().sites;
    let app = TestApp::open(config);
    app.later(YEARS_SINCE_FRIDAY);
    let reports = app.crawl().await;
    for warning in reports.iter().flat_map(|report| &report.warnings) {
        println!("{name}: {warning}");
    }
    let posts = app.search("");
    posts
        .iter()
        .filter(|post| is_read(post, needs_time))
        .count() as f64
        / count as f64
}

#[tokio::test(flavor = "multi_thread")]
async fn real_articles_give_title_time_and_body() {
    for (name, needs_time, floor) in [("gold/original", false, 0.9), ("news", true, 1.0)] {
        let pages = pages(&folder().join(name));
        if pages.is_empty() {
            println!(
                "skipped: no real pages at {}",
                folder().join(name).display()
            );
            continue;
        }
        let share = share_read(name, pages, needs_time).await;
        println!("{name}: {:.0} % read", share * 100.0);
        assert!(
            share >= floor,
            "{name}: only {:.0} % of the articles were read",
            share * 100.0
        );
    }
}
