//! Pages of a forum whose software nobody knows → where its floors stand: blocks of one name, each with a time and words,
//! and within them author, words and time. What the generic reading took for one article must all be found again.

use super::draft::{Draft, Value};
use super::verify::{self, squeeze};
use super::{Sample, article, css, hints};
use crate::extract::{Extraction, Format, dates, extract, forum, html};
use crate::model::{Post, SourceKind};
use scraper::{ElementRef, Selector};

/// A page of replies has at least so many floors somewhere among the samples.
const MIN_FLOORS: usize = 2;

/// Names of blocks that are tried, the most wordy first.
const MAX_NAMES: usize = 12;

/// Elements of a floor that may hold its time or author.
const MAX_PARTS: usize = 60;

/// A time or a name is no longer.
const MAX_LINE_CHARS: usize = 40;

/// What elements with authors are called.
const AUTHORS: &[&str] = &["author", "user", "name", "nick", "poster", "member"];

/// What elements with the words of a floor are called.
const BODIES: &[&str] = &[
    "content", "body", "text", "message", "msg", "detail", "words",
];

/// Adds `[thread]` where the samples are threads that no known software explains.
pub fn add_rules(samples: &[Sample<'_>], kind: Option<SourceKind>, draft: Draft) -> Draft {
    let is_thread = |sample: &&Sample<'_>| {
        let is_open = matches!(sample.truth.format, Format::Article | Format::List);
        is_open && (kind == Some(SourceKind::Board) || forum::is_thread_address(&sample.page.url))
    };
    let samples: Vec<&Sample<'_>> = samples.iter().filter(is_thread).collect();
    if samples.is_empty() {
        return draft;
    }
    let names = block_names(&samples);
    let drafts = names
        .into_iter()
        .filter_map(|name| with_floors(&samples, &draft, name));
    let good = drafts.into_iter().find(|draft| brings_all(draft, &samples));
    let Some(found) = good else {
        return draft;
    };
    with_title(&samples, found)
}

/// Names of elements that may be floors, those with the most words first.
fn block_names(samples: &[&Sample<'_>]) -> Vec<String> {
    let mut names: Vec<(String, usize)> = Vec::new();
    for sample in samples {
        let elements = sample.document.root_element().descendants();
        for element in elements.filter_map(ElementRef::wrap) {
            let is_block = matches!(
                element.value().name(),
                "div" | "li" | "table" | "article" | "section" | "dl" | "tr"
            );
            for name in css::own(element).into_iter().filter(|_| is_block) {
                if !name.starts_with('#') && !names.iter().any(|(known, _)| *known == name) {
                    names.push((name, 0));
                }
            }
        }
    }
    for (name, han) in &mut names {
        let blocks: Vec<Vec<ElementRef<'_>>> =
            samples.iter().map(|sample| blocks(sample, name)).collect();
        let is_repeated = blocks.iter().any(|blocks| blocks.len() >= MIN_FLOORS);
        let is_everywhere = blocks.iter().all(|blocks| !blocks.is_empty());
        if is_repeated && is_everywhere {
            *han = blocks
                .iter()
                .flatten()
                .map(|block| html::han_count(&html::line(*block)))
                .sum();
        }
    }
    names.retain(|(_, han)| *han > 0);
    names.sort_by_key(|(_, han)| std::cmp::Reverse(*han));
    names.truncate(MAX_NAMES);
    names.into_iter().map(|(name, _)| name).collect()
}

/// Elements of this name that stand in no other of it.
fn blocks<'s>(sample: &'s Sample<'_>, name: &str) -> Vec<ElementRef<'s>> {
    let Ok(selector) = Selector::parse(name) else {
        return Vec::new();
    };
    let is_inner = |element: &ElementRef<'_>| {
        let mut above = element.ancestors().filter_map(ElementRef::wrap);
        above.any(|parent| selector.matches(&parent))
    };
    let found = sample.document.select(&selector);
    found.filter(|element| !is_inner(element)).collect()
}

/// The draft with blocks of this name as floors; `None` where they have no times.
fn with_floors(samples: &[&Sample<'_>], draft: &Draft, name: String) -> Option<Draft> {
    let mut floors = Vec::new();
    for sample in samples {
        let now = sample.page.fetched_at;
        let found = blocks(sample, &name).into_iter();
        floors.extend(found.map(|element| Floor { element, now }));
    }
    let first = floors.first()?;
    let parts: Vec<ElementRef<'_>> = first.parts();
    let time = choose(&parts, &floors, &[], |floor, css| floor.has_time(css))?;
    let one = Value::One;
    let mut draft = draft.with("thread", "post", one(name));
    let author = choose(&parts, &floors, AUTHORS, |floor, css| {
        floor.has_name(css, &time)
    });
    if let Some(author) = author {
        draft = draft.with("thread", "author", one(author));
    }
    let body = choose(&parts, &floors, BODIES, |floor, css| floor.has_words(css));
    if let Some(body) = body {
        draft = draft.with("thread", "body", one(body));
    }
    draft = draft.with("thread", "published_at", one(time));
    let floor = choose(&parts, &floors, &["floor", "lou"], |floor, css| {
        floor.has_number(css)
    });
    Some(match floor {
        Some(floor) => draft.with("thread", "floor", one(floor)),
        None => draft,
    })
}

/// The first selector of a part that holds in all floors; where names are given, of a part that is called so.
fn choose(
    parts: &[ElementRef<'_>],
    floors: &[Floor<'_>],
    names: &[&str],
    holds: impl Fn(&Floor<'_>, &Selector) -> bool,
) -> Option<String> {
    let is_called = |css: &String| {
        names.is_empty()
            || names
                .iter()
                .any(|name| css.to_ascii_lowercase().contains(name))
    };
    let mut selectors = parts
        .iter()
        .flat_map(|part| css::own(*part))
        .filter(is_called);
    selectors.find(|css| {
        let selector = Selector::parse(css);
        selector.is_ok_and(|selector| floors.iter().all(|floor| holds(floor, &selector)))
    })
}

struct Floor<'s> {
    element: ElementRef<'s>,
    now: crate::model::Timestamp,
}

impl<'s> Floor<'s> {
    /// The shortest first: an element around the time holds more than the time.
    fn parts(&self) -> Vec<ElementRef<'s>> {
        let inside = self
            .element
            .descendants()
            .skip(1)
            .filter_map(ElementRef::wrap);
        let mut parts: Vec<ElementRef<'s>> = inside.take(MAX_PARTS).collect();
        parts.sort_by_key(|part| html::line(*part).len());
        parts
    }

    fn lines(&self, css: &Selector) -> Vec<String> {
        let lines = self.element.select(css).map(html::line);
        lines.filter(|line| !line.is_empty()).collect()
    }

    /// A short element that states a time, on its own.
    fn has_time(&self, css: &Selector) -> bool {
        let mut found = self.element.select(css);
        found.any(|element| {
            html::line(element).chars().count() <= MAX_LINE_CHARS
                && dates::of_element(element, self.now).is_some()
        })
    }

    fn has_name(&self, css: &Selector, time: &str) -> bool {
        let lines = self.lines(css);
        let time = Selector::parse(time)
            .map(|time| self.lines(&time))
            .unwrap_or_default();
        lines.first().is_some_and(|line| {
            line.chars().count() <= 20
                && !time.contains(line)
                && line.chars().any(char::is_alphabetic)
        })
    }

    /// Half of the floor's words and more.
    fn has_words(&self, css: &Selector) -> bool {
        let words = html::han_count(&self.lines(css).concat());
        words > 0 && 2 * words >= html::han_count(&html::line(self.element))
    }

    fn has_number(&self, css: &Selector) -> bool {
        let lines = self.lines(css);
        lines
            .first()
            .is_some_and(|line| forum::floor_number(line).is_some())
    }
}

/// Every page is a thread, and what was read of it as one article stands in its floors.
fn brings_all(draft: &Draft, samples: &[&Sample<'_>]) -> bool {
    let Some(sites) = draft.sites() else {
        return false;
    };
    samples.iter().all(|sample| {
        let found = extract(sample.page, &hints(None), &sites);
        let truth = sample.truth.posts.first();
        found.format == Format::Forum
            && !found.posts.is_empty()
            && truth.is_none_or(|truth| verify::has_all_lines(&said(truth), &all_words(&found)))
    })
}

/// What somebody wrote: labels, names and times between the floors are short.
fn said(post: &Post) -> String {
    let lines = post.text.lines().filter(|line| html::han_count(line) >= 8);
    lines.collect::<Vec<_>>().join("\n")
}

fn all_words(found: &Extraction) -> String {
    let texts = found.posts.iter().map(|post| post.text.as_str());
    texts.collect::<Vec<_>>().join("\n")
}

fn with_title(samples: &[&Sample<'_>], draft: Draft) -> Draft {
    let keeps_title = |draft: &Draft| {
        let Some(sites) = draft.sites() else {
            return false;
        };
        samples.iter().all(|sample| {
            let found = extract(sample.page, &hints(None), &sites);
            let titles = [&found, &sample.truth]
                .map(|found| found.posts.first().map(|post| squeeze(&post.title)));
            titles[1].is_none() || titles[0] == titles[1]
        })
    };
    let titled: Vec<&Sample<'_>> = samples
        .iter()
        .copied()
        .filter(|sample| !sample.truth.posts.is_empty())
        .collect();
    let line = |css: String| draft.with("thread", "title", Value::One(css));
    let mut drafts = article::titles(&titled).into_iter().map(line);
    let good = drafts.find(keeps_title);
    good.unwrap_or(draft)
}
