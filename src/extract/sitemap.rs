//! 站点地图: `urlset` → links, newest first; `sitemapindex` → next pages. News sitemaps name title and time of their
//! articles. Bounded in bytes, addresses and depth; definitions of entities are refused.

use crate::extract::dates::Doubts;
use crate::extract::html;
use crate::extract::{Extraction, Format, Link, Visit};
use crate::model::{SourceKind, Timestamp};
use flate2::read::MultiGzDecoder;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use std::cmp::Reverse;
use std::collections::HashSet;
use std::io::Read;

/// What the protocol allows in one file.
const MAX_URLS: usize = 50_000;

/// What the protocol allows in one file, unpacked.
const MAX_BYTES: u64 = 50 * 1024 * 1024;

/// Elements of a sitemap stand four deep.
const MAX_DEPTH: usize = 32;

const BROKEN: &str = "站点地图的 XML 有错误，只读取了出错之前的部分。";

/// Addresses are no longer.
const MAX_VALUE: usize = 4096;

/// The unpacked bytes of a packed sitemap, or why not; `None` for what is not packed, or no sitemap.
pub(super) fn unpacked(visit: Visit<'_>) -> Option<Result<Vec<u8>, String>> {
    let page = visit.page;
    let is_wanted =
        visit.source.kind == Some(SourceKind::Sitemap) || page.url.path().ends_with(".xml.gz");
    if !is_wanted || !page.bytes.starts_with(b"\x1f\x8b") {
        return None;
    }
    let mut bytes = Vec::new();
    let mut reader = MultiGzDecoder::new(page.bytes.as_slice()).take(MAX_BYTES + 1);
    let end = reader.read_to_end(&mut bytes);
    if bytes.len() as u64 > MAX_BYTES {
        return Some(Err("站点地图解压后超过50MB，没有读取。".to_owned()));
    }
    match end {
        Err(_) if bytes.is_empty() => Some(Err("站点地图的压缩文件已损坏，没有读取。".to_owned())),
        // Cut off: what came is read, and its end is missing in the XML as well.
        _ => Some(Ok(bytes)),
    }
}

/// Adds the addresses of the sitemap to `found`.
pub(super) fn read(visit: Visit<'_>, text: &str, found: &mut Extraction) {
    found.format = Format::Sitemap;
    let mut listing = Listing::new(visit);
    if text.trim_start().starts_with('<') {
        listing.read_xml(text);
    } else {
        listing.read_lines(text);
    }
    let Listing {
        mut links,
        mut parts,
        doubts,
        trouble,
        ..
    } = listing;
    // Stable: what has no time keeps its place behind what has one.
    links.sort_by_key(|link| Reverse(link.modified_at));
    parts.sort_by_key(|link| Reverse(link.modified_at));
    found.links = links;
    found.next_pages = parts.into_iter().map(|part| part.url).collect();
    found.warnings.extend(trouble.map(str::to_owned));
    if found.links.is_empty() && found.next_pages.is_empty() {
        found.format = Format::Unknown;
        found
            .warnings
            .push("站点地图里没有网址，可能已失效或不是站点地图。".to_owned());
    }
    doubts.complain(found);
}

/// A sitemap being read.
struct Listing<'v> {
    visit: Visit<'v>,
    links: Vec<Link>,
    parts: Vec<Link>,
    seen: HashSet<String>,
    doubts: Doubts,
    trouble: Option<&'static str>,
}

/// What one `<url>` or `<sitemap>` says.
#[derive(Default)]
struct Stated {
    address: String,
    title: String,
    changed: String,
    published: String,
}

impl<'v> Listing<'v> {
    fn new(visit: Visit<'v>) -> Self {
        Listing {
            visit,
            links: Vec::new(),
            parts: Vec::new(),
            seen: HashSet::new(),
            doubts: Doubts::default(),
            trouble: None,
        }
    }

    /// The protocol also knows plain lists of addresses.
    fn read_lines(&mut self, text: &str) {
        for line in text
            .lines()
            .filter(|line| line.trim_start().starts_with("http"))
        {
            let stated = Stated {
                address: line.trim().to_owned(),
                ..Stated::default()
            };
            self.keep(stated, false);
        }
    }

    fn read_xml(&mut self, text: &str) {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        // Addresses with a bare `&` are common.
        config.allow_dangling_amp = true;
        let mut place = Place::default();
        while self.trouble.is_none() {
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => self.meet(event, &mut place),
                Err(_) => self.trouble = Some(BROKEN),
            }
            if self.links.len() + self.parts.len() >= MAX_URLS {
                self.trouble = Some("站点地图超过5万个网址，只读取了前5万个。");
            }
        }
        if self.trouble.is_none() && !place.path.is_empty() {
            self.trouble = Some("站点地图不完整，可能传输中断，只读取了收到的部分。");
        }
    }

    fn meet(&mut self, event: Event<'_>, place: &mut Place) {
        match event {
            Event::Start(tag) if place.path.len() < MAX_DEPTH => {
                place.open(tag.local_name().into_inner());
            }
            Event::Start(_) => self.trouble = Some(BROKEN),
            Event::End(tag) => {
                let name = tag.local_name().into_inner().to_ascii_lowercase();
                if is_entry(&name) {
                    let stated = std::mem::take(&mut place.stated);
                    self.keep(stated, name == "sitemap");
                }
                place.close(&name);
            }
            Event::Text(words) => place.add(&words),
            Event::CData(words) => place.add(&words),
            Event::GeneralRef(name) => match name.resolve_char_ref().ok().flatten() {
                Some(character) => place.add(character.encode_utf8(&mut [0; 4])),
                None => place.add(resolve_predefined_entity(&name).unwrap_or_default()),
            },
            Event::DocType(definition) if definition.contains("<!ENTITY") => {
                self.trouble = Some("站点地图定义了实体，可能有意消耗内存，没有读取。");
            }
            _ => {}
        }
    }

    fn keep(&mut self, stated: Stated, is_part: bool) {
        let address = stated.address.trim();
        let base = &self.visit.page.url;
        let url = Some(address).filter(|address| !address.is_empty());
        let Some(url) = url.and_then(|address| html::resolve(base, address)) else {
            return;
        };
        if self.links.len() >= MAX_URLS || !self.seen.insert(url.to_string()) {
            return;
        }
        let link = Link {
            url,
            title: html::collapse(&stated.title),
            modified_at: self.time(&stated.published).or(self.time(&stated.changed)),
        };
        if is_part {
            self.parts.push(link);
        } else {
            self.links.push(link);
        }
    }

    fn time(&mut self, stated: &str) -> Option<Timestamp> {
        let published = self.doubts.read(stated, self.visit.now())?;
        Some(published.at)
    }
}

fn is_entry(name: &str) -> bool {
    matches!(name, "url" | "sitemap")
}

/// Where in the file we are, and what the entry there has said so far.
#[derive(Default)]
struct Place {
    path: Vec<String>,
    stated: Stated,
}

impl Place {
    fn open(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        if is_entry(&name) {
            self.stated = Stated::default();
        }
        self.path.push(name);
    }

    /// An element that was never closed is closed with its parent.
    fn close(&mut self, name: &str) {
        if let Some(open) = self.path.iter().rposition(|open| open == name) {
            self.path.truncate(open);
        }
    }

    /// Adds words of the element we are in; `image:loc` has another parent than `loc`.
    fn add(&mut self, words: &str) {
        let [.., parent, name] = self.path.as_slice() else {
            return;
        };
        let value = match (parent.as_str(), name.as_str()) {
            ("url" | "sitemap", "loc") => &mut self.stated.address,
            ("url" | "sitemap", "lastmod") => &mut self.stated.changed,
            ("news", "title") => &mut self.stated.title,
            ("news", "publication_date") => &mut self.stated.published,
            _ => return,
        };
        if value.len() + words.len() <= MAX_VALUE {
            value.push_str(words);
        }
    }
}

#[cfg(test)]
mod tests;
