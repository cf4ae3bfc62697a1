//! 探测 — a page nobody knows yet → what it is, what would be collected from it, and rules that read it and its like.
//!
//! What the generic reading finds is the truth that proposed rules must reproduce on every page they were tried on;
//! where no selector does, the generic reading goes on doing it. Pure: whoever asks has fetched the pages.

mod address;
mod announced;
mod article;
mod css;
mod draft;
mod list;
mod look;
mod obstacle;
mod thread;
mod verify;

use crate::extract::{Extraction, SourceHints, charset, detect, extract, forum, tame};
use crate::extract::{Sites, Visit};
use crate::model::{Page, SourceKind};
use draft::Draft;
use scraper::Html;

pub use address::with_places_of_day;
pub use announced::sitemaps_of_robots;
pub use look::{Look, What, look};

/// 采集规则建议 — a rules file that was tried on the pages at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Host names it is for.
    pub hosts: Vec<String>,
    /// The whole file, without comments; empty where the generic reading needs no help.
    pub rules: String,
    /// Its tables alone, for a file that is there already.
    pub tables: String,
    /// What an editor should know, one Chinese sentence each.
    pub notes: Vec<String>,
}

impl Proposal {
    /// Nothing to write.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The rules as the program reads them.
    pub fn sites(&self) -> Sites {
        let rules = toml::from_str(&self.rules).ok();
        Sites::new(rules.into_iter().collect())
    }
}

/// One page, parsed, with what is read from it without rules.
struct Sample<'p> {
    page: &'p Page,
    document: Html,
    truth: Extraction,
}

impl<'p> Sample<'p> {
    /// `None` for what is no HTML.
    fn of(page: &'p Page, kind: Option<SourceKind>) -> Option<Sample<'p>> {
        Some(Sample {
            page,
            document: document(page)?,
            truth: extract(page, &hints(kind), &Sites::default()),
        })
    }

    fn visit<'v>(&'v self, source: &'v SourceHints) -> Visit<'v> {
        Visit {
            page: self.page,
            source,
            rules: None,
        }
    }
}

fn hints(kind: Option<SourceKind>) -> SourceHints {
    SourceHints {
        kind,
        ..SourceHints::default()
    }
}

fn document(page: &Page) -> Option<Html> {
    if detect::unreadable(&page.bytes).is_some() {
        return None;
    }
    let decoded = charset::decode(&page.bytes, page.content_type.as_deref(), None);
    if decoded.is_garbage || detect::by_first_bytes(&decoded.text, None).is_some() {
        return None;
    }
    let text = forum::with_hidden_parts(&decoded.text);
    Some(Html::parse_document(&tame::tame(&text).html))
}

/// Rules for an entry page of this kind and some of the pages it leads to; without an entry, for the pages alone.
pub fn propose(entry: Option<(&Page, SourceKind)>, followed: &[Page]) -> Proposal {
    let samples: Vec<Sample<'_>> = followed
        .iter()
        .filter_map(|page| Sample::of(page, None))
        .collect();
    let mut notes = Vec::new();
    let mut draft = Draft {
        hosts: hosts(entry, followed),
        lines: Vec::new(),
    };
    if let Some((page, kind @ (SourceKind::List | SourceKind::Board))) = entry
        && let Some(sample) = Sample::of(page, Some(kind))
        // Known software is read by the program's own rules, which are kept up to date.
        && !forum::fits_software(&sample.document)
    {
        draft = list::add_rules(&sample, kind, draft, &mut notes);
    }
    let before = draft.lines.len();
    draft = thread::add_rules(&samples, entry.map(|(_, kind)| kind), draft);
    if draft.lines.len() == before {
        draft = article::add_rules(&samples, draft, &mut notes);
    }
    finished(draft, notes)
}

fn finished(draft: Draft, notes: Vec<String>) -> Proposal {
    let tables = draft.tables().trim_start().to_owned();
    Proposal {
        rules: match tables.as_str() {
            "" => String::new(),
            _ => draft.text(),
        },
        tables,
        hosts: draft.hosts,
        notes,
    }
}

fn hosts(entry: Option<(&Page, SourceKind)>, followed: &[Page]) -> Vec<String> {
    let pages = entry.into_iter().map(|(page, _)| page).chain(followed);
    let mut hosts: Vec<String> = Vec::new();
    for host in pages.filter_map(|page| page.url.host_str()) {
        if !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
    }
    hosts
}

#[cfg(test)]
mod tests;
