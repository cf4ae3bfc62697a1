//! 信源建议 — a probed entry page → its block in `sources.toml`: channel, tier and schedule guessed from host and kind.
//! Guesses, and called so: a person looks at them.

use super::Probed;
use crate::config::{Block, quoted};
use crate::extract::probe::{What, with_places_of_day};
use crate::model::{Channel, OutletTier, SourceKind, Timestamp};
use chrono::Datelike;
use url::Url;

/// Pages of one edition, as for the shipped papers.
const EPAPER_PAGES: usize = 24;

/// Parts of an index of sitemaps that one visit reads.
const SITEMAP_PAGES: usize = 10;

/// What a host or a path is called by where citizens write to offices.
const MESSAGE_BOARDS: &[&str] = &[
    "liuyan",
    "12345",
    "xtq",
    "wzlist",
    "lyb",
    "xinfang",
    "messageboard",
];

const FORUMS: &[&str] = &["bbs", "forum", "luntan", "club", "tieba", "shequ"];

const PAPERS: &[&str] = &["epaper", "dzb", "szb", "paper", "newspaper"];

/// 建议 for one source.
#[derive(Clone, Debug)]
pub struct Guess {
    /// 渠道.
    pub channel: Channel,
    /// 媒体级别.
    pub tier: OutletTier,
    /// Its block; `id` is what the host suggests, not yet known to be free.
    pub block: Block,
}

/// The block of an entry page; `None` for what is no source: one article, one thread, nothing.
pub fn guess_source(probed: &Probed, name: Option<&str>, now: Timestamp) -> Option<Guess> {
    let What::Entry(kind) = probed.look.what else {
        return None;
    };
    let host = probed.url.host_str().unwrap_or_default();
    let channel = channel(&probed.url, kind);
    let tier = tier(channel);
    let url = probed.template.clone().or_else(|| match kind {
        SourceKind::Epaper => with_places_of_day(&probed.url, now),
        _ => None,
    });
    let mut keys = vec![
        ("kind", quoted(kind.code())),
        (
            "url",
            quoted(&url.unwrap_or_else(|| probed.url.to_string())),
        ),
        ("channel", quoted(channel.code())),
        ("tier", quoted(tier.code())),
    ];
    if channel == Channel::Government {
        keys.push(("official", "true".to_owned()));
    }
    keys.push(("enabled", "true".to_owned()));
    keys.push(("schedule", quoted(&schedule(channel, host))));
    if let Some(count) = page_count(kind, probed) {
        keys.push(("max_pages", count.to_string()));
    }
    let day = format!("{:04}-{:02}-{:02}", now.year(), now.month(), now.day());
    keys.push((
        "note",
        quoted(&format!(
            "{day}由yuqing probe加入，渠道、级别和时刻为推定，请核对。"
        )),
    ));
    let own_name = probed.look.name.as_deref().filter(|name| !name.is_empty());
    Some(Guess {
        channel,
        tier,
        block: Block {
            table: "source",
            id: host.to_owned(),
            name: name.or(own_name).unwrap_or(host).to_owned(),
            keys,
        },
    })
}

fn channel(url: &Url, kind: SourceKind) -> Channel {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let path = url.path().to_ascii_lowercase();
    let has_label = |names: &[&str]| host.split('.').any(|label| names.contains(&label));
    let is_message_board = MESSAGE_BOARDS
        .iter()
        .any(|name| host.contains(name) || path.contains(name));
    if host.contains("weibo") {
        Channel::Weibo
    } else if is_message_board {
        Channel::MessageBoard
    } else if kind == SourceKind::Epaper || has_label(PAPERS) {
        Channel::Newspaper
    } else if kind == SourceKind::Board || has_label(FORUMS) {
        Channel::Forum
    } else if host == "gov.cn" || host.ends_with(".gov.cn") {
        Channel::Government
    } else {
        Channel::News
    }
}

fn tier(channel: Channel) -> OutletTier {
    match channel {
        Channel::Newspaper | Channel::News | Channel::Government => OutletTier::T3,
        _ => OutletTier::T5,
    }
}

/// How often such places change (`spec.md` 6.1). Hourly ones start at a minute of their own, so that they do not all
/// come at once.
fn schedule(channel: Channel, host: &str) -> String {
    match channel {
        Channel::MessageBoard => "*/10 * * * *".to_owned(),
        Channel::Forum | Channel::Weibo => "*/15 * * * *".to_owned(),
        // 6:30 and once more before entries are chosen at 8:00.
        Channel::Newspaper => "30 6,7 * * *".to_owned(),
        Channel::Government => {
            let minute = host.bytes().map(u32::from).sum::<u32>() % 60;
            format!("{minute} * * * *")
        }
        _ => "*/30 * * * *".to_owned(),
    }
}

fn page_count(kind: SourceKind, probed: &Probed) -> Option<usize> {
    let part_count = probed.look.extraction.next_pages.len();
    match kind {
        SourceKind::Epaper => Some(EPAPER_PAGES),
        SourceKind::Sitemap if part_count > 0 => Some((part_count + 1).min(SITEMAP_PAGES)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{channel, schedule};
    use crate::model::{Channel, Schedule, SourceKind};
    use url::Url;

    #[test]
    fn channels_follow_from_host_and_kind() {
        for (address, kind, expected) in [
            (
                "https://zzrs.a.gov.cn/tzgg/",
                SourceKind::List,
                Channel::Government,
            ),
            (
                "https://www.a.gov.cn/12345/list.html",
                SourceKind::List,
                Channel::MessageBoard,
            ),
            (
                "https://bbs.a.cn/forum-2-1.html",
                SourceKind::Board,
                Channel::Forum,
            ),
            ("https://epaper.a.cn/", SourceKind::List, Channel::Newspaper),
            ("https://www.a.cn/rss", SourceKind::Feed, Channel::News),
        ] {
            let url = Url::parse(address).expect("an address");
            assert_eq!(channel(&url, kind), expected, "{address}");
            let line = schedule(expected, url.host_str().expect("a host"));
            assert!(line.parse::<Schedule>().is_ok(), "{line}");
        }
    }
}
