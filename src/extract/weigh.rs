//! Which element of a page holds the text of its article: weighs what the outline counted. Linear, and blind to hosts.

use crate::extract::names::Hint;
use crate::extract::outline::Outline;

/// A container named for text is believed with so many characters.
const MIN_NAMED: u32 = 40;

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
    let trusted = best(outline, |position| outline.entries[position].sums.trusted_worth);
    let plain = best(outline, |position| outline.entries[position].sums.worth);
    let (choice, trusts_names) = match (trusted, plain) {
        (Some((one, worth)), Some((_, other))) if MISNAMED * worth >= other => (one, true),
        (_, Some((other, _))) => (other, false),
        (Some((one, _)), None) => (one, true),
        (None, None) => return named(outline).map(|position| Choice { position, trusts_names: true }),
    };
    let position = match named(outline) {
        Some(named) if 3 * outline.entries[named].sums.size >= outline.entries[choice].sums.size => named,
        _ if trusts_names => narrow(outline, choice),
        _ => choice,
    };
    Some(Choice { position, trusts_names })
}

/// The element with the highest worth; of equals the innermost.
fn best(outline: &Outline<'_>, worth: impl Fn(usize) -> i32) -> Option<(usize, i32)> {
    let visible = outline.elements().filter(|(position, _)| outline.entries[*position].is_visible);
    let weighed = visible.map(|(position, _)| (position, worth(position)));
    weighed.filter(|(_, worth)| *worth > 0).max_by_key(|(_, worth)| *worth)
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

/// Goes inward while one child holds nearly all running text: what stands beside it is a stray sentence.
fn narrow(outline: &Outline<'_>, choice: usize) -> usize {
    let mut position = choice;
    loop {
        let prose = outline.entries[position].sums.prose;
        let mut child = position + 1;
        let mut heavy = None;
        while child < outline.entries[position].end {
            let entry = &outline.entries[child];
            if is_container(entry.name()) && entry.hint != Hint::Furniture && 100 * entry.sums.prose >= 88 * prose.max(1) {
                heavy = Some(child);
                break;
            }
            child = entry.end;
        }
        match heavy {
            Some(child) => position = child,
            None => return position,
        }
    }
}

/// Elements that may hold a whole article; paragraphs hold a part of one.
fn is_container(name: &str) -> bool {
    matches!(
        name,
        "html" | "body" | "div" | "table" | "tbody" | "tr" | "td" | "section" | "article"
            | "main" | "center" | "form" | "font" | "span"
    )
}
