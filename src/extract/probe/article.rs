//! Article pages of one site → selectors for title, text, time, outlet and author that hold on all of them.

use super::draft::{Draft, Value};
use super::verify::{self, squeeze};
use super::{Sample, css};
use crate::extract::Format;
use crate::extract::body;
use crate::extract::byline;
use crate::extract::dates;
use crate::extract::html;
use crate::extract::outline::Outline;
use crate::extract::site_rules::Css;
use crate::model::{Post, PublishedAt};
use scraper::{ElementRef, Selector};

/// Articles with less text prove nothing.
const MIN_TEXT_HAN: usize = 30;

/// Elements looked at for one field of one page.
const MAX_ELEMENTS: usize = 30;

/// A line with a name or a time is no longer.
const MAX_LINE_SIZE: u32 = 40;

/// Parts of a text that are cut out of it.
const MAX_REMOVED: usize = 6;

/// Adds `[article]` with what holds on all samples that are articles.
pub fn add_rules(samples: &[Sample<'_>], draft: Draft, notes: &mut Vec<String>) -> Draft {
    let samples: Vec<&Sample<'_>> = samples.iter().filter(|sample| is_article(sample)).collect();
    let Some(first) = samples.first() else {
        return draft;
    };
    let pages = Pages::of(&samples);
    let mut draft = draft;
    for (key, selectors) in [
        ("title", pages.titles()),
        ("body", Vec::new()),
        ("published_at", pages.times()),
        ("outlet", pages.names(|post| post.outlet.as_deref())),
        ("author", pages.names(|post| post.author.as_deref())),
    ] {
        draft = if key == "body" {
            with_body(&pages, draft)
        } else {
            let line = |css: String| draft.with("article", key, Value::One(css));
            let mut tried = selectors.into_iter().map(line);
            let good = tried.find(|draft| verify::holds(draft, &samples));
            good.unwrap_or(draft)
        };
    }
    if samples.len() == 1 && draft.lines.iter().any(|line| line.table == "article") {
        notes.push(format!(
            "文章规则只在一个页面上核对过：{}。",
            first.page.url
        ));
    }
    draft
}

/// Selectors that give the title on each of these pages, which all have a post.
pub fn titles(samples: &[&Sample<'_>]) -> Vec<String> {
    if samples.is_empty() {
        return Vec::new();
    }
    Pages::of(samples).titles()
}

fn is_article(sample: &&Sample<'_>) -> bool {
    let post = sample.truth.posts.first();
    sample.truth.format == Format::Article
        && post.is_some_and(|post| {
            !post.title.is_empty() && html::han_count(&post.text) >= MIN_TEXT_HAN
        })
}

/// Samples with their outlines; every one has a post.
struct Pages<'s, 'p> {
    samples: &'s [&'s Sample<'p>],
    outlines: Vec<Outline<'s>>,
}

impl<'s, 'p> Pages<'s, 'p> {
    fn of(samples: &'s [&'s Sample<'p>]) -> Self {
        let outlines = samples.iter().map(|sample| Outline::of(&sample.document));
        Pages {
            samples,
            outlines: outlines.collect(),
        }
    }

    fn post(&self, at: usize) -> &'s Post {
        self.samples[at]
            .truth
            .posts
            .first()
            .expect("only pages with a post are kept")
    }

    fn root(&self, at: usize) -> ElementRef<'s> {
        self.samples[at].document.root_element()
    }

    /// Short elements of one page that fit, innermost first, with the selectors that might find them elsewhere.
    fn selectors(
        &self,
        at: usize,
        max_size: u32,
        fits: impl Fn(ElementRef<'_>) -> bool,
    ) -> Vec<String> {
        let outline = &self.outlines[at];
        let mut fitting: Vec<ElementRef<'_>> = outline
            .elements()
            .filter(|(position, _)| {
                let entry = &outline.entries[*position];
                entry.is_visible && entry.sums.size <= max_size
            })
            .map(|(_, element)| element)
            .filter(|element| fits(*element))
            .take(MAX_ELEMENTS)
            .collect();
        fitting.reverse();
        ranked(fitting.into_iter().flat_map(css::of))
    }

    /// Selectors that give the same on every page as was read there.
    fn holding(&self, selectors: Vec<String>, gives: impl Fn(usize, &Css) -> bool) -> Vec<String> {
        let compiled = selectors.into_iter().filter_map(|css| {
            let selector = Css(Selector::parse(&css).ok()?);
            Some((css, selector))
        });
        compiled
            .filter(|(_, selector)| (0..self.samples.len()).all(|at| gives(at, selector)))
            .map(|(css, _)| css)
            .collect()
    }

    fn titles(&self) -> Vec<String> {
        let title = squeeze(&self.post(0).title);
        let size = 2 * u32::try_from(title.chars().count()).unwrap_or(u32::MAX);
        let fitting = self.selectors(0, size, |element| squeeze(&html::line(element)) == title);
        self.holding(fitting, |at, css| {
            let found = html::line_by(self.root(at), Some(css));
            found.is_some_and(|found| squeeze(&found) == squeeze(&self.post(at).title))
        })
    }

    fn times(&self) -> Vec<String> {
        let stated = |element: ElementRef<'_>, at: usize| {
            dates::of_element(element, self.samples[at].page.fetched_at)
        };
        let Some(first) = (0..self.samples.len()).find(|at| self.post(*at).published_at.is_some())
        else {
            return Vec::new();
        };
        let is_same =
            |found: Option<PublishedAt>, at: usize| match (found, self.post(at).published_at) {
                (Some(found), Some(truth)) => {
                    found.at == truth.at && found.precision <= truth.precision
                }
                (found, None) => found.is_none(),
                _ => false,
            };
        let fitting = self.selectors(first, MAX_LINE_SIZE, |element| {
            has_digit(element) && is_same(stated(element, first), first)
        });
        self.holding(fitting, |at, css| {
            let found = self
                .root(at)
                .select(&css.0)
                .find_map(|element| stated(element, at));
            is_same(found, at)
        })
    }

    /// Selectors for a name that each page may have.
    fn names(&self, name: impl Fn(&Post) -> Option<&str>) -> Vec<String> {
        let Some((first, wanted)) =
            (0..self.samples.len()).find_map(|at| Some((at, name(self.post(at))?)))
        else {
            return Vec::new();
        };
        let fitting = self.selectors(first, MAX_LINE_SIZE, |element| {
            byline::without_label(&html::line(element)) == wanted
        });
        self.holding(fitting, |at, css| {
            let found =
                html::line_by(self.root(at), Some(css)).map(|line| byline::without_label(&line));
            found.as_deref() == name(self.post(at))
        })
    }

    /// Containers of the text of the first page, with how much each adds to it; the tightest first.
    fn bodies(&self) -> Vec<(usize, ElementRef<'s>)> {
        let truth = &self.post(0).text;
        let size = u32::try_from(html::han_count(truth)).unwrap_or(u32::MAX);
        let outline = &self.outlines[0];
        let large = outline.elements().filter(|(position, element)| {
            outline.entries[*position].sums.size >= size
                && !matches!(element.value().name(), "html" | "body")
        });
        let mut bodies: Vec<(usize, ElementRef<'s>)> = large
            .take(MAX_ELEMENTS)
            .map(|(_, element)| (element, body::of_element(element, |_| false).text))
            .filter(|(_, text)| verify::has_all_lines(truth, text))
            .map(|(element, text)| (verify::added_han(truth, &text), element))
            .collect();
        // Innermost first among equals: they stand behind their parents.
        bodies.reverse();
        bodies.sort_by_key(|(added, _)| *added);
        bodies
    }
}

fn has_digit(element: ElementRef<'_>) -> bool {
    element
        .text()
        .any(|text| text.contains(|c: char| c.is_ascii_digit()))
        || element.attr("datetime").is_some()
}

/// The text, by the tightest container that has a name; what it holds besides is cut out, where that has a name too.
fn with_body(pages: &Pages<'_, '_>, draft: Draft) -> Draft {
    for (added, element) in pages.bodies() {
        let removed = match added {
            0 => Vec::new(),
            _ => removable(element, &pages.post(0).text),
        };
        for css in css::named(element) {
            let plain = draft.with("article", "body", Value::One(css));
            let cut = plain.with("article", "remove", Value::Several(removed.clone()));
            let tried = [(!removed.is_empty()).then_some(cut), Some(plain)];
            let mut tried = tried.into_iter().flatten();
            if let Some(good) = tried.find(|draft| verify::holds(draft, pages.samples)) {
                return good;
            }
        }
    }
    draft
}

/// Named parts of a container that hold nothing of the text.
fn removable(container: ElementRef<'_>, truth: &str) -> Vec<String> {
    let truth = squeeze(truth);
    let mut removed: Vec<String> = Vec::new();
    let parts = container.descendants().skip(1).filter_map(ElementRef::wrap);
    for part in parts {
        let words = squeeze(&html::line(part));
        let is_foreign = !words.is_empty() && part_is_foreign(&words, &truth);
        let Some(css) = css::own(part).into_iter().next().filter(|_| is_foreign) else {
            continue;
        };
        if !removed.contains(&css) && removed.len() < MAX_REMOVED {
            removed.push(css);
        }
    }
    removed
}

/// Neither the words nor their beginning stand in the text.
fn part_is_foreign(words: &str, truth: &str) -> bool {
    let beginning: String = words.chars().take(8).collect();
    !truth.contains(words) && !truth.contains(&beginning)
}

/// Each once: ids, then names of their own, then chains; the order within is kept.
fn ranked(selectors: impl Iterator<Item = String>) -> Vec<String> {
    let mut ranked: Vec<String> = Vec::new();
    for css in selectors {
        if !ranked.contains(&css) {
            ranked.push(css);
        }
    }
    ranked.sort_by_key(|css| (css.matches(' ').count(), !css.starts_with('#')));
    ranked
}
