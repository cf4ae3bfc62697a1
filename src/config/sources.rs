//! `sources.toml` → declared sources.

use super::ConfigFolder;
use super::place::parse;
use crate::fetch::check_proxy;
use crate::model::{Channel, OutletTier, Pause, Problem, Schedule, Source, SourceKind};
use serde::Deserialize;
use std::collections::HashSet;
use std::time::Duration;
use toml::Spanned;
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
struct SourcesFile {
    #[serde(default)]
    source: Vec<SourceTable>,
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
    region: Option<String>,
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
    #[serde(default = "default_max_pages")]
    max_pages: usize,
    #[serde(default)]
    note: String,
}

fn yes() -> bool {
    true
}

fn default_max_pages() -> usize {
    DEFAULT_MAX_PAGES
}

/// Reads and checks the file.
pub fn load(folder: &ConfigFolder) -> Result<Vec<DeclaredSource>, Problem> {
    parse_sources(&folder.text(FILE)?)
}

/// Reads and checks the text of the file.
///
/// # Errors
/// The first mistake in it.
pub fn parse_sources(text: &str) -> Result<Vec<DeclaredSource>, Problem> {
    let file: SourcesFile = parse(FILE, text)?;
    let mut seen = HashSet::new();
    file.source
        .into_iter()
        .map(|table| {
            check_id(&table.id, &mut seen, text)?;
            check_url(&table.url, text)?;
            let proxy = table.proxy.as_ref().map(|proxy| read_proxy(proxy, text));
            Ok(declared(table, proxy.transpose()?))
        })
        .collect()
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
            region: table.region,
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
        max_pages: table.max_pages.max(1),
        note: table.note,
    }
}

fn check_id(id: &Spanned<String>, seen: &mut HashSet<String>, text: &str) -> Result<(), Problem> {
    let name = id.get_ref();
    let is_plain = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !is_plain {
        return Err(refuse(
            id,
            "source.id",
            text,
            "代号只能用字母、数字和 - _ .".to_owned(),
        ));
    }
    if !seen.insert(name.clone()) {
        return Err(refuse(
            id,
            "source.id",
            text,
            format!("代号“{name}”写了两次，请换一个"),
        ));
    }
    Ok(())
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

fn read_proxy(proxy: &Spanned<String>, text: &str) -> Result<Url, Problem> {
    let wrong = |message| refuse(proxy, "source.proxy", text, message);
    let url = Url::parse(proxy.get_ref())
        .map_err(|_| wrong("这不是可用的代理地址，例如 http://10.0.0.8:3128".to_owned()))?;
    check_proxy(&url).map_err(wrong)?;
    Ok(url)
}

fn refuse(at: &Spanned<String>, key: &str, text: &str, message: String) -> Problem {
    let line = 1 + text
        .bytes()
        .take(at.span().start)
        .filter(|byte| *byte == b'\n')
        .count();
    Problem {
        file: FILE.to_owned(),
        line,
        key: key.to_owned(),
        message,
    }
}
