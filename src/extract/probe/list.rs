//! Entry page of links → where its rows stand and what their addresses have in common. Rows are what the generic
//! reading takes for titles; where it knows too few, the largest group of links in like places with like addresses.

use super::draft::{Draft, Value};
use super::{Sample, address, css, hints};
use crate::extract::html::{self, selector};
use crate::extract::site_rules::{Css, Pattern};
use crate::extract::{Link, SourceHints, Visit, extract, listing};
use crate::model::{Page, SourceKind, canonical_url};
use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// With fewer links the generic reading has missed the list.
const MIN_GENERIC: usize = 3;

/// Rows of a group that nobody vouches for.
const MIN_ROWS: usize = 5;

/// Such rows have at least so many Chinese characters on average: navigation has fewer.
const MIN_MEAN_HAN: usize = 6;

/// Titles count up to this length, so that one long text is no list.
const MAX_ROW_HAN: usize = 30;

/// Addresses of one list have few shapes.
const MAX_SHAPES: usize = 4;

/// Selectors that are joined where no single one finds all rows.
const MAX_JOINED: usize = 3;

/// Selectors that are tried.
const MAX_TRIED: usize = 8;

/// Rules may lose one link in so many: the odd ones are advertisements.
const MAX_LOST: usize = 10;

/// Links named in a note.
const MAX_NAMED: usize = 3;

static ANCHORS: LazyLock<Selector> = LazyLock::new(|| selector("a[href]"));

/// The largest group of links in like places with like addresses; empty where there is none.
pub fn rows(page: &Page, document: &Html) -> Vec<Link> {
    let source = SourceHints::default();
    let visit = Visit {
        page,
        source: &source,
        rules: None,
    };
    let base = html::base_url(document, &page.url);
    let mut groups: HashMap<(String, String), Group> = HashMap::new();
    for (order, anchor) in document.select(&ANCHORS).enumerate() {
        let Some(url) = anchor
            .attr("href")
            .and_then(|href| html::resolve(&base, href))
        else {
            continue;
        };
        let han = html::han_count(&html::line(anchor));
        let is_row = han >= 4 && url.fragment().is_none() && listing::is_same_site(&page.url, &url);
        if let (true, Some(shape)) = (is_row, address::shapes(&[&url]).pop()) {
            let group = groups
                .entry((place(anchor), shape.pattern))
                .or_insert(Group::at(order));
            group.han += han.min(MAX_ROW_HAN);
            group.urls.insert(canonical_url(&url));
        }
    }
    let is_list = |group: &&Group| {
        group.urls.len() >= MIN_ROWS && group.han >= MIN_MEAN_HAN * group.urls.len()
    };
    // The first of equals: what stands above is what the page is about.
    let best = groups
        .values()
        .filter(is_list)
        .max_by_key(|group| (group.han, std::cmp::Reverse(group.order)));
    let Some(best) = best else {
        return Vec::new();
    };
    listing::links(visit, document, &base, &Css(ANCHORS.clone()), |link| {
        best.urls.contains(&canonical_url(&link.url)) && !link.title.is_empty()
    })
}

struct Group {
    order: usize,
    han: usize,
    urls: HashSet<String>,
}

impl Group {
    fn at(order: usize) -> Group {
        Group {
            order,
            han: 0,
            urls: HashSet::new(),
        }
    }
}

/// Names of an element and of the two around it.
fn place(anchor: ElementRef<'_>) -> String {
    let around = anchor.ancestors().filter_map(ElementRef::wrap).take(2);
    let names = std::iter::once(anchor).chain(around).map(|element| {
        let classes: Vec<&str> = element.value().classes().collect();
        match classes.as_slice() {
            [] => element.value().name().to_owned(),
            // Rows are coloured in turn: one class says enough.
            [class, ..] => format!("{}.{class}", element.value().name()),
        }
    });
    names.collect::<Vec<_>>().join("<")
}

/// Adds `[list]` or `[board]`, if selector or pattern brings all rows.
pub fn add_rules(
    sample: &Sample<'_>,
    kind: SourceKind,
    draft: Draft,
    notes: &mut Vec<String>,
) -> Draft {
    let mut truth = sample.truth.links.clone();
    if truth.len() < MIN_GENERIC {
        let rows = rows(sample.page, &sample.document);
        if rows.len() > truth.len() {
            notes.push(format!(
                "通用方法只认出{}条链接，按页面结构认出{}条，须用建议的规则采集。",
                truth.len(),
                rows.len()
            ));
            truth = rows;
        }
    }
    let (pattern, wanted) = shape(&truth);
    if wanted.is_empty() {
        return draft;
    }
    if MAX_LOST * (truth.len() - wanted.len()) > truth.len()
        && sample.truth.links.len() >= MIN_GENERIC
    {
        notes.push("页面上的链接种类较多，通用方法读取更全，未建议列表规则。".to_owned());
        return draft;
    }
    let left_out: Vec<&str> = truth
        .iter()
        .filter(|link| !wanted.contains(&canonical_url(&link.url)))
        .map(|link| link.title.as_str())
        .collect();
    let (table, link_key, url_key) = match kind {
        SourceKind::Board => ("board", "thread", "thread_url"),
        _ => ("list", "link", "link_url"),
    };
    let one = |value: &str| Value::One(value.to_owned());
    let with_url = draft.with(table, url_key, one(&pattern));
    let with_both = link_selectors(sample, &wanted, &pattern)
        .into_iter()
        .map(|link| {
            draft
                .with(table, link_key, one(&link))
                .with(table, url_key, one(&pattern))
        });
    let tried = with_both.chain([with_url]);
    let kept: Vec<&Link> = truth
        .iter()
        .filter(|link| wanted.contains(&canonical_url(&link.url)))
        .collect();
    let mut good = tried.filter(|draft| brings_all(sample, kind, draft, &kept));
    let Some(found) = good.next() else {
        return draft;
    };
    if !left_out.is_empty() {
        notes.push(format!(
            "另有{}条链接地址与众不同，未列入规则：{}。",
            left_out.len(),
            left_out[..left_out.len().min(MAX_NAMED)].join("、")
        ));
    }
    found
}

/// What the addresses have in common, and which of them it fits. What occurs once among many is an advertisement.
fn shape(truth: &[Link]) -> (String, HashSet<String>) {
    let urls: Vec<_> = truth.iter().map(|link| &link.url).collect();
    let min_count = if truth.len() >= MIN_ROWS { 2 } else { 1 };
    let patterns: Vec<String> = address::shapes(&urls)
        .into_iter()
        .filter(|shape| shape.count >= min_count)
        .take(MAX_SHAPES)
        .map(|shape| shape.pattern)
        .collect();
    let pattern = patterns.join("|");
    let wanted = match Regex::new(&pattern) {
        Ok(regex) if !pattern.is_empty() => urls
            .into_iter()
            .filter(|url| regex.is_match(url.as_str()))
            .map(canonical_url)
            .collect(),
        _ => HashSet::new(),
    };
    (pattern, wanted)
}

/// Selectors that find all wanted links, those with the fewest others first.
fn link_selectors(sample: &Sample<'_>, wanted: &HashSet<String>, pattern: &str) -> Vec<String> {
    let candidates = candidates(sample, wanted);
    let complete = candidates
        .iter()
        .filter(|(_, found)| found.len() == wanted.len());
    let mut complete: Vec<String> = complete.map(|(css, _)| css.clone()).collect();
    complete.extend(joined(&candidates, wanted.len()));
    let mut counted: Vec<(usize, String)> = complete
        .into_iter()
        .filter_map(|css| Some((count(sample, &css, pattern)?, css)))
        .collect();
    counted.sort_by_key(|(count, _)| *count);
    counted
        .into_iter()
        .take(MAX_TRIED)
        .map(|(_, css)| css)
        .collect()
}

/// Selectors with the wanted addresses they find, nearest to the links first.
fn candidates(sample: &Sample<'_>, wanted: &HashSet<String>) -> Vec<(String, HashSet<String>)> {
    let base = html::base_url(&sample.document, &sample.page.url);
    let mut found: Vec<(String, HashSet<String>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for anchor in sample.document.select(&ANCHORS) {
        let url = anchor
            .attr("href")
            .and_then(|href| html::resolve(&base, href));
        let Some(url) = url
            .map(|url| canonical_url(&url))
            .filter(|url| wanted.contains(url))
        else {
            continue;
        };
        let parents = css::parents(anchor)
            .into_iter()
            .map(|parent| format!("{parent} a"));
        for css in css::own(anchor).into_iter().chain(parents) {
            let place = *places.entry(css.clone()).or_insert_with(|| {
                found.push((css, HashSet::new()));
                found.len() - 1
            });
            found[place].1.insert(url.clone());
        }
    }
    found
}

/// A few selectors that find all together: `#top a, ul.news a`.
fn joined(candidates: &[(String, HashSet<String>)], wanted_count: usize) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    let mut covered: HashSet<&str> = HashSet::new();
    while covered.len() < wanted_count && names.len() < MAX_JOINED {
        let gain = |found: &HashSet<String>| {
            found
                .iter()
                .filter(|url| !covered.contains(url.as_str()))
                .count()
        };
        let (css, found) = candidates.iter().max_by_key(|(_, found)| gain(found))?;
        names.push(css);
        covered.extend(found.iter().map(String::as_str));
    }
    (covered.len() == wanted_count && names.len() > 1).then(|| names.join(", "))
}

/// Links that selector and pattern let through.
fn count(sample: &Sample<'_>, css: &str, pattern: &str) -> Option<usize> {
    let css = Css(Selector::parse(css).ok()?);
    let pattern = Pattern(Regex::new(pattern).ok()?);
    let source = hints(Some(SourceKind::List));
    let base = html::base_url(&sample.document, &sample.page.url);
    let links = listing::links(
        sample.visit(&source),
        &sample.document,
        &base,
        &css,
        |link| listing::matches(Some(&pattern), link),
    );
    Some(links.len())
}

/// Every row with its title: a picture beside it links to the same address, without words.
fn brings_all(sample: &Sample<'_>, kind: SourceKind, draft: &Draft, wanted: &[&Link]) -> bool {
    let Some(sites) = draft.sites() else {
        return false;
    };
    let found = extract(sample.page, &hints(Some(kind)), &sites);
    let titles: HashMap<String, &str> = found
        .links
        .iter()
        .map(|link| (canonical_url(&link.url), link.title.as_str()))
        .collect();
    wanted.iter().all(|link| {
        let title = titles.get(&canonical_url(&link.url));
        title.is_some_and(|title| *title == link.title)
    })
}
