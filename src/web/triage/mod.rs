//! Triage: one post as whoever is on duty sees it, and what can be done with it. Every deed is a form; with htmx the
//! answer is the post as it stands now, without it the way back to the list.

mod bulk;
mod deeds;
mod item;

pub use bulk::{Bulk, several};
pub use deeds::{copy, distinct, label, merge, print, undo};
pub use item::{Item, Maker};

use axum::http::HeaderMap;

/// Whether htmx asks: it gets a fragment.
pub fn is_fragment(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

/// Where a form came from, as far as it is a page of ours.
pub fn own_path(path: &str) -> Option<&str> {
    let is_ours = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n', '\t'])
        && path.is_ascii();
    is_ours.then_some(path)
}
