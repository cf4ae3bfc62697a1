//! Is what rules read at least as complete as what was read without them? More text than a little is no gain either:
//! it is furniture.

use super::draft::Draft;
use super::{Sample, hints};
use crate::extract::html::han_count;
use crate::extract::{Extraction, extract};
use crate::model::{Post, PublishedAt};

/// Lines that are shorter may be labels.
const MIN_LINE_CHARS: usize = 8;

/// Chinese characters that rules may add to a text: a tenth of it and a line.
const MAX_ADDED_HAN: usize = 20;

/// Do these rules read every sample at least as completely?
pub fn holds(draft: &Draft, samples: &[&Sample<'_>]) -> bool {
    let Some(sites) = draft.sites() else {
        return false;
    };
    samples.iter().all(|sample| {
        let found = extract(sample.page, &hints(None), &sites);
        at_least(&sample.truth, &found)
    })
}

fn at_least(truth: &Extraction, found: &Extraction) -> bool {
    let complains = found
        .warnings
        .iter()
        .any(|warning| !truth.warnings.contains(warning));
    let pairs = truth.posts.iter().zip(&found.posts);
    found.format == truth.format
        && found.posts.len() >= truth.posts.len()
        && !complains
        && pairs
            .into_iter()
            .all(|(truth, found)| is_same_post(truth, found))
}

fn is_same_post(truth: &Post, found: &Post) -> bool {
    let keeps = |truth: &Option<String>, found: &Option<String>| truth.is_none() || truth == found;
    squeeze(&truth.title) == squeeze(&found.title)
        && keeps_time(truth.published_at, found.published_at)
        && keeps(&truth.outlet, &found.outlet)
        && keeps(&truth.author, &found.author)
        && (found.has_image || !truth.has_image)
        && (found.has_video || !truth.has_video)
        && keeps_text(&truth.text, &found.text)
}

fn keeps_time(truth: Option<PublishedAt>, found: Option<PublishedAt>) -> bool {
    match (truth, found) {
        (Some(truth), Some(found)) => truth.at == found.at && found.precision <= truth.precision,
        (None, _) => true,
        (Some(_), None) => false,
    }
}

/// Every line is there, and little besides.
pub fn keeps_text(truth: &str, found: &str) -> bool {
    has_all_lines(truth, found) && added_han(truth, found) <= MAX_ADDED_HAN + han_count(truth) / 10
}

/// Chinese characters that `found` has more.
pub fn added_han(truth: &str, found: &str) -> usize {
    han_count(found).saturating_sub(han_count(truth))
}

/// Every line of `truth` stands in `found`.
pub fn has_all_lines(truth: &str, found: &str) -> bool {
    let found = squeeze(found);
    let mut lines = truth.lines().map(squeeze);
    lines.all(|line| line.chars().count() < MIN_LINE_CHARS || found.contains(&line))
}

/// Without white space.
pub fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}
