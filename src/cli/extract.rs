//! `yuqing extract`: bytes of one saved page → what it says. No network, nothing stored.

use super::Common;
use super::output::{DONE, Failure, print_json};
use crate::config::{Config, DeclaredSource};
use crate::extract::{Extraction, Format, Link, SourceHints, extract};
use crate::model::{Engagement, Page, Post, Precision, SourceKind, Timestamp};
use anyhow::Context;
use chrono::Utc;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use url::Url;

#[derive(Args)]
pub struct Extract {
    /// 网页的网址 · address of the page
    #[arg(long)]
    url: Url,
    /// 类型：feed list board epaper json sitemap，不写则按信源、采集规则或网页本身识别 · kind, found out by default
    #[arg(long)]
    kind: Option<SourceKind>,
    /// 采集时刻（RFC 3339），不写为现在 · when it was fetched
    #[arg(long, value_name = "T")]
    fetched_at: Option<Timestamp>,
    /// 服务器给出的 Content-Type · as the server sent it
    #[arg(long, value_name = "CT")]
    content_type: Option<String>,
    /// 以 JSON 输出（此命令总是 JSON） · always JSON
    #[arg(long)]
    json: bool,
    /// 保存下来的网页文件 · the saved page
    file: PathBuf,
}

/// What one page says; JSON of `extract`, and the first part of that of `probe`.
#[derive(Serialize)]
pub struct Report<'e> {
    format: Format,
    charset: &'e str,
    posts: Vec<PostReport<'e>>,
    links: Vec<LinkReport<'e>>,
    warnings: &'e [String],
}

#[derive(Serialize)]
struct PostReport<'e> {
    url: Option<&'e str>,
    title: &'e str,
    text: &'e str,
    author: Option<&'e str>,
    outlet: Option<&'e str>,
    published_at: Option<Timestamp>,
    published_precision: Option<Precision>,
    published_inferred: bool,
    engagement: Engagement,
    has_image: bool,
    has_video: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<u32>,
}

#[derive(Serialize)]
struct LinkReport<'e> {
    url: &'e str,
    title: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_at: Option<Timestamp>,
}

impl Extract {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let _always_json = self.json;
        let config = common.load_config()?;
        let bytes = std::fs::read(&self.file)
            .with_context(|| format!("读不出文件 {}", self.file.display()))?;
        let zone = config.settings.bureau.time_zone;
        let fetched_at = self
            .fetched_at
            .unwrap_or_else(|| Utc::now().with_timezone(&zone).fixed_offset());
        let page = Page {
            url: self.url,
            content_type: self.content_type,
            bytes,
            fetched_at,
        };
        let extraction = read(&page, self.kind, &config);
        print_json(&report(&extraction))?;
        Ok(DONE)
    }
}

/// Reads the page as `kind`, else as the source that has this address is, else as a list where the site's rules for
/// lists fit and those for articles do not, else as what it looks like.
fn read(page: &Page, kind: Option<SourceKind>, config: &Config) -> Extraction {
    let read_as = |kind| {
        let hints = SourceHints {
            kind,
            ..SourceHints::default()
        };
        extract(page, &hints, &config.sites)
    };
    let is_entry = |declared: &&DeclaredSource| declared.source.url == page.url.as_str();
    let declared = config.sources.iter().find(is_entry);
    if let Some(kind) = kind.or(declared.map(|declared| declared.source.kind)) {
        return read_as(Some(kind));
    }
    let found = read_as(None);
    let fits = |extraction: &Extraction, part: &str| {
        let mut uses = extraction.rule_uses.iter();
        uses.any(|each| each.has_matched && each.part == part)
    };
    if found.format != Format::Article || fits(&found, "article.body") {
        return found;
    }
    let list = read_as(Some(SourceKind::List));
    match fits(&list, "list.link") && !list.links.is_empty() {
        true => list,
        false => found,
    }
}

/// As the contract has it.
pub fn report(extraction: &Extraction) -> Report<'_> {
    Report {
        format: extraction.format,
        charset: &extraction.charset,
        posts: extraction.posts.iter().map(post_report).collect(),
        links: extraction.links.iter().map(link_report).collect(),
        warnings: &extraction.warnings,
    }
}

fn link_report(link: &Link) -> LinkReport<'_> {
    LinkReport {
        url: link.url.as_str(),
        title: &link.title,
        modified_at: link.modified_at,
    }
}

fn post_report(post: &Post) -> PostReport<'_> {
    PostReport {
        url: post.url.as_deref(),
        title: &post.title,
        text: &post.text,
        author: post.author.as_deref(),
        outlet: post.outlet.as_deref(),
        published_at: post.published_at.map(|published| published.at),
        published_precision: post.published_at.map(|published| published.precision),
        published_inferred: post
            .published_at
            .is_some_and(|published| published.is_inferred),
        engagement: post.engagement,
        has_image: post.has_image,
        has_video: post.has_video,
        floor: post.floor,
    }
}
