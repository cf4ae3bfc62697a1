//! What rules are proposed for real pages. Without the pages the tests say so and pass.

use super::measured::{data, files};
use crate::extract::probe::{Proposal, What, look, propose};
use crate::extract::{Sites, SourceHints, extract};
use crate::model::{Page, Post};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;
use url::Url;

fn page(file: &Path, number: usize) -> Page {
    Page {
        url: Url::parse(&format!("http://www.example.com/page/{number}.html")).expect("an address"),
        content_type: None,
        bytes: std::fs::read(file).expect("the file is there"),
        fetched_at: chrono::DateTime::parse_from_rfc3339("2024-01-01T08:00:00+08:00")
            .expect("a time"),
    }
}

/// Sites by the beginning of the file's name, `sina__3`.
fn sites() -> BTreeMap<String, Vec<Page>> {
    let mut sites: BTreeMap<String, Vec<Page>> = BTreeMap::new();
    let Some(news) = data("pages/news") else {
        return sites;
    };
    for (number, file) in files(&news).iter().enumerate() {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let site = name.split("__").next().unwrap_or_default().to_owned();
        sites.entry(site).or_default().push(page(file, number));
    }
    sites
}

fn has(proposal: &Proposal, key: &str) -> usize {
    usize::from(
        proposal
            .tables
            .lines()
            .any(|line| line.starts_with(&format!("{key} = "))),
    )
}

#[test]
fn rules_for_articles_hold_on_all_pages_of_a_site() {
    let sites = sites();
    if sites.is_empty() {
        return;
    }
    let (mut titles, mut bodies, mut times) = (0, 0, 0);
    for (site, pages) in &sites {
        let pages = &pages[..pages.len().min(3)];
        let begin = Instant::now();
        let proposal = propose(None, pages);
        println!(
            "{site}, {} pages, {} ms\n{}",
            pages.len(),
            begin.elapsed().as_millis(),
            proposal.tables
        );
        titles += has(&proposal, "title");
        bodies += has(&proposal, "body");
        times += has(&proposal, "published_at");
        for page in pages {
            let without = extract(page, &SourceHints::default(), &Sites::default());
            let with = extract(page, &SourceHints::default(), &proposal.sites());
            let title = |posts: &[Post]| -> String {
                let title = posts.first().map_or("", |post| &post.title);
                title.split_whitespace().collect()
            };
            assert_eq!(title(&with.posts), title(&without.posts), "{site}");
        }
    }
    println!(
        "{} sites: title {titles}, body {bodies}, time {times}",
        sites.len()
    );
}

#[test]
fn rules_for_lists_bring_what_was_shown() {
    let Some(lists) = data("pages/list") else {
        return;
    };
    for (number, file) in files(&lists).iter().enumerate() {
        let mut page = page(file, number);
        page.url = Url::parse("https://news.163.com/").expect("an address");
        let begin = Instant::now();
        let found = look(&page, None, &Sites::default());
        let What::Entry(kind) = found.what else {
            panic!("{}: {:?}", file.display(), found.what);
        };
        let proposal = propose(Some((&page, kind)), &[]);
        let hints = SourceHints {
            kind: Some(kind),
            ..SourceHints::default()
        };
        let ruled = extract(&page, &hints, &proposal.sites());
        // Nothing is lost, and titles stay titles.
        for link in found.extraction.links {
            let is_there = ruled.links.iter().any(|other| other.title == link.title);
            assert!(is_there, "{}: {}", file.display(), link.title);
        }
        println!(
            "{}: {:?}, with rules {}, {} ms\n{}{:?}",
            file.display(),
            found.what,
            ruled.links.len(),
            begin.elapsed().as_millis(),
            proposal.tables,
            proposal.notes
        );
    }
}
