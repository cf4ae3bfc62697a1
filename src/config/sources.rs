//! `sources.toml` → declared sources.

use super::ConfigFolder;
use super::place::{self, check_id, problem, tables};
use crate::fetch::check_proxy;
use crate::model::{Channel, OutletTier, Pause, Problem, Schedule, Source, SourceKind};
use serde::Deserialize;
use std::collections::HashSet;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};
use url::Url;

/// Name of the file.
pub const FILE: &str = "sources.toml";

/// Pages of a list or an edition that one visit reads, where the file does not say.
const DEFAULT_MAX_PAGES: usize = 1;

/// 信源 with what the operator decided about it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredSource {
    /// What the stages need.
    pub source: Source,
    /// When it is visited.
    pub schedule: Schedule,
    /// Is it visited at all?
    pub is_enabled: bool,
    /// Pause between two requests to its host; the general one where absent.
    pub min_interval: Option<Duration>,
    /// Shortest pause while everything it shows is new; the schedule's where absent.
    pub fastest: Option<Duration>,
    /// Longest pause while it brings nothing new; the general one where absent.
    pub slowest: Option<Duration>,
    /// Hours in which it is left alone; the general ones where absent.
    pub pause: Option<Pause>,
    /// Address of the proxy it is read through.
    pub proxy: Option<Url>,
    /// Pages of a list or an edition read per visit.
    pub max_pages: usize,
    /// 备注.
    pub note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    id: Spanned<String>,
    name: String,
    kind: SourceKind,
    url: Spanned<String>,
    channel: Channel,
    tier: OutletTier,
    region: Option<Spanned<String>>,
    #[serde(default)]
    official: bool,
    #[serde(default = "yes")]
    enabled: bool,
    schedule: Schedule,
    #[serde(default, with = "humantime_serde::option")]
    min_interval: Option<Duration>,
    #[serde(default, with = "humantime_serde::option")]
    fastest: Option<Duration>,
    #[serde(default, with = "humantime_serde::option")]
    slowest: Option<Duration>,
    pause: Option<Pause>,
    proxy: Option<Spanned<String>>,
    follow: Option<bool>,
    max_pages: Option<Spanned<usize>>,
    #[serde(default)]
    note: String,
}

fn yes() -> bool {
    true
}

/// Reads and checks the file.
pub fn load(folder: &ConfigFolder) -> Result<Vec<DeclaredSource>, Vec<Problem>> {
    parse_sources(&folder.text(FILE).map_err(|problem| vec![problem])?)
}

/// Reads and checks the text of the file.
///
/// # Errors
/// The first few mistakes in the writing of the file; else the first of every source.
pub fn parse_sources(text: &str) -> Result<Vec<DeclaredSource>, Vec<Problem>> {
    let mut seen = HashSet::new();
    let (mut declared, mut problems) = (Vec::new(), Vec::new());
    for table in tables(FILE, "source", "信源", text)? {
        match parse_source(table, &mut seen, text) {
            Ok(source) => declared.push(source),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(declared)
    } else {
        Err(problems)
    }
}

fn parse_source(
    table: Spanned<DeValue<'_>>,
    seen: &mut HashSet<String>,
    text: &str,
) -> Result<DeclaredSource, Problem> {
    let table = SourceTable::deserialize(ValueDeserializer::from(table))
        .map_err(|mistake| problem(FILE, text, &mistake))?;
    check_id(FILE, "source.id", &table.id, seen, text)?;
    check_url(&table.url, text)?;
    check_region(table.region.as_ref(), text)?;
    check_max_pages(table.max_pages.as_ref(), text)?;
    let proxy = table.proxy.as_ref().map(|proxy| read_proxy(proxy, text));
    Ok(declared(table, proxy.transpose()?))
}

fn declared(table: SourceTable, proxy: Option<Url>) -> DeclaredSource {
    let follows_by_kind = matches!(
        table.kind,
        SourceKind::List | SourceKind::Board | SourceKind::Epaper | SourceKind::Sitemap
    );
    DeclaredSource {
        source: Source {
            id: table.id.into_inner(),
            name: table.name,
            kind: table.kind,
            url: table.url.into_inner(),
            channel: table.channel,
            tier: table.tier,
            region: table.region.map(Spanned::into_inner),
            is_official: table.official,
            follows_links: table.follow.unwrap_or(follows_by_kind),
        },
        schedule: table.schedule,
        is_enabled: table.enabled,
        min_interval: table.min_interval,
        fastest: table.fastest,
        slowest: table.slowest,
        pause: table.pause,
        proxy,
        max_pages: table
            .max_pages
            .map_or(DEFAULT_MAX_PAGES, Spanned::into_inner),
        note: table.note,
    }
}

fn check_url(url: &Spanned<String>, text: &str) -> Result<(), Problem> {
    let example = url
        .get_ref()
        .replace("{yyyy}", "2017")
        .replace("{mm}", "04")
        .replace("{dd}", "14");
    let is_web = Url::parse(&example).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !is_web || example.contains(['{', '}']) {
        let message = format!(
            "“{}”不是可用的网址；应以 http:// 或 https:// 开头，日期只能写 {{yyyy}} {{mm}} {{dd}}",
            url.get_ref()
        );
        return Err(refuse(url, "source.url", text, message));
    }
    Ok(())
}

fn check_region(region: Option<&Spanned<String>>, text: &str) -> Result<(), Problem> {
    let Some(region) = region else { return Ok(()) };
    let code = region.get_ref();
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    let message = format!("“{code}”应为六位行政区划代码，例如 \"410100\"（郑州市）");
    Err(refuse(region, "source.region", text, message))
}

fn check_max_pages(pages: Option<&Spanned<usize>>, text: &str) -> Result<(), Problem> {
    match pages {
        Some(pages) if *pages.get_ref() == 0 => Err(refuse(
            pages,
            "source.max_pages",
            text,
            "至少为1；不想采集此信源请写 enabled = false".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn read_proxy(proxy: &Spanned<String>, text: &str) -> Result<Url, Problem> {
    let wrong = |message| refuse(proxy, "source.proxy", text, message);
    let url = Url::parse(proxy.get_ref())
        .map_err(|_| wrong("这不是可用的代理地址，例如 http://10.0.0.8:3128".to_owned()))?;
    check_proxy(&url).map_err(wrong)?;
    Ok(url)
}

fn refuse<T>(at: &Spanned<T>, key: &str, text: &str, message: String) -> Problem {
    place::refuse(FILE, key, at, text, message)
}
