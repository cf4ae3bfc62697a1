//! Which element of a page holds the text of its article: weighs what the outline counted. Linear, and blind to hosts.

use crate::extract::names::Hint;
use crate::extract::outline::Outline;
use regex::Regex;
use std::sync::LazyLock;

/// A container named for text is believed with so many characters.
const MIN_NAMED: u32 = 40;

/// A post among posts has so much running text.
const MIN_RECORD: u32 = 80;

static DAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}")
        .expect("the pattern is valid")
});

/// Furniture that holds so many times the text of the rest was named misleadingly.
const MISNAMED: i32 = 4;

/// Position of the element with the text, and whether names of blocks may be believed inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    pub position: usize,
    pub trusts_names: bool,
}

/// The best container; `None` where nothing reads like an article.
pub fn choose(outline: &Outline<'_>) -> Option<Choice> {
    let trusted = best(outline, |position| {
        outline.entries[position].sums.trusted_worth
    });
    let plain = best(outline, |position| outline.entries[position].sums.worth);
    let (choice, trusts_names) = match (trusted, plain) {
        (Some((one, worth)), Some((_, other))) if MISNAMED * worth >= other => (one, true),
        (_, Some((other, _))) => (other, false),
        (Some((one, _)), None) => (one, true),
        (None, None) => {
            return named(outline).map(|position| Choice {
                position,
                trusts_names: true,
            });
        }
    };
    let position = match named(outline) {
        Some(named)
            if 3 * outline.entries[named].sums.size >= outline.entries[choice].sums.size =>
        {
            named
        }
        _ => choice,
    };
    let position = if trusts_names {
        narrow(outline, position)
    } else {
        position
    };
    let position = first_of_records(outline, position).unwrap_or(position);
    Some(Choice {
        position,
        trusts_names,
    })
}

/// The element with the highest worth; of equals the innermost.
fn best(outline: &Outline<'_>, worth: impl Fn(usize) -> i32) -> Option<(usize, i32)> {
    let visible = outline
        .elements()
        .filter(|(position, _)| outline.entries[*position].is_visible);
    let weighed = visible.map(|(position, _)| (position, worth(position)));
    weighed
        .filter(|(_, worth)| *worth > 0)
        .max_by_key(|(_, worth)| *worth)
}

/// The largest container whose name says that it holds the text.
fn named(outline: &Outline<'_>) -> Option<usize> {
    let entries = outline.entries.iter().enumerate();
    let named = entries.filter(|(_, entry)| entry.hint == Hint::Text && entry.is_visible);
    named
        .filter(|(_, entry)| entry.sums.size >= MIN_NAMED)
        .max_by_key(|(_, entry)| entry.sums.size)
        .map(|(position, _)| position)
}

/// Goes inward while one child holds the text and what stands around it does not read like a part of it.
fn narrow(outline: &Outline<'_>, choice: usize) -> usize {
    let mut position = choice;
    while let Some(child) = heaviest_child(outline, position) {
        let (all, inner) = (outline.entries[position].sums, outline.entries[child].sums);
        let (prose, rest) = (all.prose - inner.prose, all.rest - inner.rest);
        let is_alone = 20 * prose <= all.prose;
        let is_among_others = 5 * inner.prose >= 3 * all.prose && rest >= prose;
        if !is_alone && !is_among_others {
            break;
        }
        position = child;
    }
    position
}

/// Where several posts stand in a row, each with its own day and the same few links (`评论`, `打印`), the first is the
/// one the page is about: blogs, threads of unknown software.
fn first_of_records(outline: &Outline<'_>, position: usize) -> Option<usize> {
    let records: Vec<usize> = children(outline, position)
        .filter(|child| outline.entries[*child].sums.prose >= MIN_RECORD)
        .collect();
    let first = *records.first()?;
    let (name, links) = (
        outline.entries[first].name,
        outline.entries[first].sums.links,
    );
    let is_alike = |record: &usize| {
        let entry = &outline.entries[*record];
        entry.name == name && entry.sums.links >= 2 && entry.sums.links.abs_diff(links) <= 1
    };
    let are_records = records.len() >= 3
        && is_container(name)
        && records.iter().all(is_alike)
        && records
            .iter()
            .all(|record| DAY.is_match(&outline.text(*record, |_| false)));
    are_records.then_some(first)
}

fn children<'o>(outline: &'o Outline<'_>, position: usize) -> impl Iterator<Item = usize> + 'o {
    let end = outline.entries[position].end;
    let all = std::iter::successors(Some(position + 1), |child| {
        outline.entries.get(*child).map(|entry| entry.end)
    });
    all.take_while(move |child| *child < end)
}

/// The child with the most running text, if it may hold an article.
fn heaviest_child(outline: &Outline<'_>, position: usize) -> Option<usize> {
    children(outline, position)
        .max_by_key(|child| outline.entries[*child].sums.prose)
        .filter(|child| is_container(outline.entries[*child].name))
        .filter(|child| outline.entries[*child].sums.prose > 0)
}

/// Elements that may hold a whole article; paragraphs hold a part of one.
fn is_container(name: &str) -> bool {
    matches!(
        name,
        "html"
            | "body"
            | "div"
            | "table"
            | "tbody"
            | "tr"
            | "td"
            | "section"
            | "article"
            | "main"
            | "center"
            | "form"
            | "font"
            | "span"
    )
}
