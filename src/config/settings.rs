//! `yuqing.toml` → the settings of each stage.

use super::ConfigFolder;
use super::environment::override_by;
use super::place::problem;
use crate::analyze::Home;
use crate::case::CaseSettings;
use crate::cluster::ClusterSettings;
use crate::deliver::{DeliverSettings, SmtpSettings};
use crate::document::DocumentSettings;
use crate::evidence::EvidenceSettings;
use crate::fetch::{FetchSettings, SummarySettings};
use crate::import::ImportSettings;
use crate::index::IndexSettings;
use crate::model::{OfficeHours, Problem};
use chrono::NaiveTime;
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use url::{Host, Url};

/// Name of the file.
pub const FILE: &str = "yuqing.toml";

/// `yuqing.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `[bureau]`.
    pub bureau: Bureau,
    /// `[privacy]`.
    pub privacy: PrivacySettings,
    /// `[fetch]`.
    pub fetch: FetchSettings,
    /// `[crawl]`.
    pub crawl: CrawlSettings,
    /// `[evidence]`.
    pub evidence: EvidenceSettings,
    /// `[import]`.
    pub import: ImportSettings,
    /// `[cluster]`.
    pub cluster: ClusterSettings,
    /// `[summary]`.
    pub summary: SummarySettings,
    /// `[case]`.
    pub case: CaseSettings,
    /// `[index]`.
    pub index: IndexSettings,
    /// `[smtp]`.
    pub smtp: SmtpSettings,
    /// `[deliver]`.
    pub deliver: DeliverSettings,
    /// `[document]`.
    pub document: DocumentSettings,
    /// `[web]`.
    pub web: WebSettings,
    /// `[daemon]`.
    pub daemon: DaemonSettings,
}

/// `[privacy]` — who may see what is masked for all others.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PrivacySettings {
    /// Names of those entitled to see words and pages as published; each look is recorded.
    pub may_see_originals: Vec<String>,
}

/// `[crawl]` — how much is read at a time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CrawlSettings {
    /// Sources visited at the same time; one host still gets one request at a time.
    pub parallel_sources: NonZeroUsize,
    /// New pages opened per source and turn; the others stay in the frontier.
    pub pages_per_turn: NonZeroUsize,
    /// Longest pause of a quiet source whose schedule is denser.
    #[serde(with = "humantime_serde")]
    pub quiet_pause: Duration,
    /// Pages in a row on which a rule of a site finds nothing before the administrator hears of it.
    pub rule_misses: NonZeroUsize,
}

/// `[web]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WebSettings {
    /// Address and port of the pages.
    pub listen: SocketAddr,
    /// 对外网址 as people type it, `https://yuqing.example.gov.cn`; none where the pages are opened on this machine only.
    #[serde(deserialize_with = "public_url", serialize_with = "or_empty")]
    pub public_url: Option<String>,
    /// Reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// A session ends so long after it began.
    #[serde(with = "humantime_serde")]
    pub session: Duration,
    /// And so long after it was last used.
    #[serde(with = "humantime_serde")]
    pub idle: Duration,
    /// Lines of the audit are kept so long; never under 180 days.
    #[serde(with = "humantime_serde")]
    pub audit_keep: Duration,
}

impl WebSettings {
    /// Where the pages are found, to write a link down for somebody: never what a request says of itself.
    pub fn address(&self) -> String {
        let public = self.public_url.clone();
        public.unwrap_or_else(|| format!("http://{}", self.listen))
    }

    /// What is allowed and hardly meant.
    pub fn notices(&self) -> Vec<String> {
        let is_odd = !self.trusted_proxies.is_empty() && self.public_url.is_none();
        let notice = || {
            format!(
                "web.trusted_proxies 设了反向代理，web.public_url 却没有写对外网址：设口令、订阅的链接会是 {}",
                self.address()
            )
        };
        is_odd.then(notice).into_iter().collect()
    }

    /// How long a session lasts.
    pub fn session(&self) -> chrono::TimeDelta {
        delta(self.session)
    }

    /// How long one lies idle.
    pub fn idle(&self) -> chrono::TimeDelta {
        delta(self.idle)
    }

    /// How long lines of the audit are kept: at least 180 days.
    pub fn audit_keep(&self) -> chrono::TimeDelta {
        delta(self.audit_keep).max(chrono::TimeDelta::days(180))
    }
}

/// A century where a duration is longer.
fn delta(duration: Duration) -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(duration)
        .unwrap_or(chrono::TimeDelta::days(36_500))
        .min(chrono::TimeDelta::days(36_500))
}

/// `[daemon]` — how often each loop looks for work.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DaemonSettings {
    /// Sources and targets whose time has come.
    #[serde(
        deserialize_with = "pause",
        serialize_with = "humantime_serde::serialize"
    )]
    pub crawl_every: Duration,
    /// Posts without a judgement, a place or an index entry.
    #[serde(
        deserialize_with = "pause",
        serialize_with = "humantime_serde::serialize"
    )]
    pub analyze_every: Duration,
    /// What is to call somebody, and notices that are due.
    #[serde(
        deserialize_with = "pause",
        serialize_with = "humantime_serde::serialize"
    )]
    pub alert_every: Duration,
    /// Files in the inbox.
    #[serde(
        deserialize_with = "pause",
        serialize_with = "humantime_serde::serialize"
    )]
    pub inbox_every: Duration,
    /// Digests whose time has come.
    #[serde(
        deserialize_with = "pause",
        serialize_with = "humantime_serde::serialize"
    )]
    pub digest_every: Duration,
    /// Deliveries that are due.
    #[serde(
        deserialize_with = "pause",
        serialize_with = "humantime_serde::serialize"
    )]
    pub deliver_every: Duration,
    /// Cases whose deadline is near.
    #[serde(
        deserialize_with = "pause",
        serialize_with = "humantime_serde::serialize"
    )]
    pub remind_every: Duration,
    /// Data over its time.
    #[serde(
        deserialize_with = "pause",
        serialize_with = "humantime_serde::serialize"
    )]
    pub housekeep_every: Duration,
}

/// `[bureau]` — who we are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Bureau {
    /// Full name.
    pub name: String,
    /// City, `郑州市`.
    pub city: String,
    /// Its administrative code.
    pub city_code: String,
    /// Province, `河南省`.
    pub province: String,
    /// Zone of schedules and days.
    #[serde(deserialize_with = "zone", serialize_with = "zone_name")]
    pub time_zone: Tz,
    /// 上班时间 on a working day.
    #[serde(deserialize_with = "hours", serialize_with = "hours_line")]
    pub office_hours: OfficeHours,
}

impl Bureau {
    /// What the judgement of places needs to know.
    pub fn home(&self) -> Home {
        Home {
            city: self.city.clone(),
            city_code: self.city_code.clone(),
            province: self.province.clone(),
        }
    }
}

/// Shipped defaults, then the operator's file, then the environment.
pub fn load(
    folder: &ConfigFolder,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Settings, Problem> {
    let shipped = ConfigFolder::shipped().text(FILE)?;
    let own = folder.text(FILE)?;
    let mut merged = tables(&shipped)?;
    merge(&mut merged, tables(&own)?);
    // Whatever is wrong now stands in the operator's text: the shipped one is checked by a test.
    let mut settings = typed(&merged).map_err(|error| problem(FILE, &own, &error))?;
    let variables: Vec<(String, String)> = variables
        .into_iter()
        .filter(|(name, _)| name.starts_with("YUQING__"))
        .collect();
    // Some keys belong together: what one variable lacks, a later one may bring.
    let mut refused = None;
    for (name, value) in &variables {
        let refuse = |message: String| Problem {
            file: "环境变量".to_owned(),
            line: 0,
            key: name.clone(),
            message,
        };
        override_by(&mut merged, name, value).map_err(refuse)?;
        match typed(&merged) {
            Ok(valid) => (settings, refused) = (valid, None),
            Err(error) => {
                refused.get_or_insert_with(|| refuse(error.message().to_owned()));
            }
        }
    }
    match refused {
        Some(problem) => Err(problem),
        None => Ok(settings),
    }
}

fn tables(text: &str) -> Result<DeTable<'_>, Problem> {
    DeTable::parse(text)
        .map(Spanned::into_inner)
        .map_err(|error| problem(FILE, text, &error))
}

fn typed(merged: &DeTable<'_>) -> Result<Settings, toml::de::Error> {
    Settings::deserialize(toml::Deserializer::from(Spanned::new(0..0, merged.clone())))
}

/// Values of `over` replace those of `under`, table by table.
fn merge<'t>(under: &mut DeTable<'t>, over: DeTable<'t>) {
    for (key, value) in over {
        let span = value.span();
        // Removed first: a map keeps its old key, and with it the span of the shipped text.
        let merged = match (under.remove(&key), value.into_inner()) {
            (Some(shipped), DeValue::Table(over)) => match shipped.into_inner() {
                DeValue::Table(mut shipped) => {
                    merge(&mut shipped, over);
                    DeValue::Table(shipped)
                }
                _ => DeValue::Table(over),
            },
            (_, value) => value,
        };
        under.insert(key, Spanned::new(span, merged));
    }
}

/// A loop without a pause would burn a core.
fn pause<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let pause: Duration = humantime_serde::deserialize(deserializer)?;
    if pause < Duration::from_millis(100) {
        return Err(serde::de::Error::custom("间隔至少100ms，例如 \"5s\""));
    }
    Ok(pause)
}

/// Scheme, host and port, no more; plain HTTP on this machine only.
fn public_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let wrong = || {
        serde::de::Error::custom(format!(
            "对外网址“{text}”应写成 https://yuqing.example.gov.cn 这样，只有协议、主机和端口，不带路径；不经反向代理、只在本机打开的留空"
        ))
    };
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(wrong()),
    };
    let is_scheme = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let is_nobodys = url.username().is_empty() && url.password().is_none();
    if !(is_scheme && is_bare && is_nobodys) {
        return Err(wrong());
    }
    Ok(Some(url.origin().ascii_serialization()))
}

fn or_empty<S: Serializer>(url: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(url.as_deref().unwrap_or_default())
}

fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| {
        serde::de::Error::custom(format!(
            "没有“{name}”这个时区，应写作 Asia/Shanghai 这样的名称"
        ))
    })
}

fn zone_name<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

/// `"08:00-18:00"`.
fn hours<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OfficeHours, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
    let hours = text.split_once('-').and_then(|(from, to)| {
        Some(OfficeHours {
            from: time(from)?,
            to: time(to)?,
        })
    });
    hours.filter(|hours| hours.from < hours.to).ok_or_else(|| {
        serde::de::Error::custom(format!(
            "上班时间“{text}”应写成“时:分-时:分”，例如“08:00-18:00”，起在止之前"
        ))
    })
}

fn hours_line<S: Serializer>(hours: &OfficeHours, serializer: S) -> Result<S::Ok, S::Error> {
    let (from, to) = (hours.from.format("%H:%M"), hours.to.format("%H:%M"));
    serializer.collect_str(&format_args!("{from}-{to}"))
}
