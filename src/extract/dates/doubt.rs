//! Times that pages state and we do not use: in the future, before the Web, on a thirteenth month. An editor hears of
//! them once a page, with an example.

use super::{parse_published, plain};
use crate::extract::{Extraction, html};
use crate::model::{PublishedAt, Timestamp};
use regex::Regex;
use scraper::Html;
use std::sync::LazyLock;

/// Longer statements are cut in a warning.
const MAX_QUOTED: usize = 40;

/// Times of one page that were stated and refused.
#[derive(Default)]
pub struct Doubts {
    first: Option<String>,
    count: usize,
}

impl Doubts {
    /// `parse_published`, keeping in mind what gave nothing.
    pub fn read(&mut self, stated: &str, now: Timestamp) -> Option<PublishedAt> {
        let published = parse_published(stated, now);
        if published.is_none() && !stated.trim().is_empty() {
            self.note(stated);
        }
        published
    }

    /// Keeps a refused statement in mind.
    pub fn note(&mut self, stated: &str) {
        self.count += 1;
        self.first
            .get_or_insert_with(|| html::collapse(stated).chars().take(MAX_QUOTED).collect());
    }

    /// Those of another part of the page as well.
    pub fn merge(&mut self, other: Doubts) {
        self.count += other.count;
        self.first = self.first.take().or(other.first);
    }

    /// One sentence on the report, if there is anything to say.
    pub fn complain(&self, found: &mut Extraction) {
        if let Some(first) = &self.first {
            found.warnings.push(format!(
                "有{}处发布时间没有采用（写法不认识，或在将来，或早于1995年），例如“{first}”。",
                self.count
            ));
        }
    }
}

/// Warns where a page shows a date near its top that can be no date of publication.
pub fn doubt_page(document: &Html, now: Timestamp, found: &mut Extraction) {
    let is_unknown = |found: &Extraction| {
        let post = found.posts.first();
        post.is_some_and(|post| post.published_at.is_none())
    };
    if !is_unknown(found) {
        return;
    }
    let text = html::text(document.root_element(), |_| false);
    let mut lines = text.lines().filter(|line| line.chars().count() <= 80);
    let mut doubts = Doubts::default();
    if let Some(date) = lines
        .by_ref()
        .take(60)
        .find_map(|line| full_date(line, now))
    {
        doubts.note(&date);
    }
    doubts.complain(found);
}

/// A whole date in a line that states no usable one.
fn full_date(line: &str, now: Timestamp) -> Option<String> {
    static DATE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\b")
            .expect("the pattern is valid")
    });
    let line = plain(line);
    let date = DATE.find(&line)?;
    parse_published(&line, now)
        .is_none()
        .then(|| date.as_str().to_owned())
}
