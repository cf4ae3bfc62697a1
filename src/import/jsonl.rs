//! JSON Lines as in README, *Posts as input* → posts.

use super::{Refused, Rows};
use crate::model::{
    Channel, Engagement, OutletTier, Post, Precision, PublishedAt, Timestamp, UnknownCode,
    canonical_url,
};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use serde::Deserialize;
use std::str::FromStr;
use url::Url;

/// A post as other programs hand it in; unknown keys are kept.
#[derive(Deserialize)]
struct Row {
    id: Option<serde_json::Value>,
    url: Option<String>,
    channel: Option<String>,
    source_name: Option<String>,
    outlet_tier: Option<String>,
    #[serde(default)]
    title: Option<String>,
    text: Option<String>,
    author: Option<String>,
    published_at: Option<String>,
    fetched_at: Option<String>,
    comments: Option<u64>,
    reposts: Option<u64>,
    likes: Option<u64>,
    views: Option<u64>,
    has_image: Option<bool>,
    has_video: Option<bool>,
    #[serde(flatten)]
    extra: serde_json::Map<String, serde_json::Value>,
}

/// Reads every line; a wrong one is refused with its number and the rest goes on. `channel` stands in where a line
/// names none; `now` is the time of reading where a line names none, its offset the zone of times without one.
pub fn read_jsonl(text: &str, channel: Option<Channel>, now: Timestamp) -> Rows {
    let mut rows = Rows::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        rows.read += 1;
        match read_line(line, channel, now) {
            Ok(post) => rows.posts.push((index + 1, post)),
            Err(reason) => rows.refused.push(Refused {
                row: index + 1,
                reason,
            }),
        }
    }
    rows
}

fn read_line(line: &str, channel: Option<Channel>, now: Timestamp) -> Result<Post, String> {
    let row: Row = serde_json::from_str(line)
        .map_err(|error| format!("不是一条 JSON 信息（第 {} 列：{error}）", error.column()))?;
    let channel = known("channel", row.channel)?
        .or(channel)
        .ok_or("缺少 channel（渠道），也没有用 --channel 指定")?;
    let source_name = row.source_name.filter(|name| !name.trim().is_empty());
    let (title, text) = (row.title.unwrap_or_default(), row.text.unwrap_or_default());
    if title.trim().is_empty() && text.trim().is_empty() {
        return Err("title 和 text 都是空的".to_owned());
    }
    let fetched_at = match &row.fetched_at {
        Some(written) => {
            moment(written, now)
                .ok_or_else(|| wrong_time("fetched_at", written))?
                .at
        }
        None => now,
    };
    let published_at = match &row.published_at {
        Some(written) => {
            Some(moment(written, now).ok_or_else(|| wrong_time("published_at", written))?)
        }
        None => None,
    };
    Ok(Post {
        url: row.url.as_deref().map(address).transpose()?,
        external_id: row.id.map(id_text),
        channel,
        source_name: source_name.ok_or("缺少 source_name（信源名称）")?,
        outlet: None,
        outlet_tier: known("outlet_tier", row.outlet_tier)?.unwrap_or(OutletTier::T5),
        title,
        text,
        author: row.author,
        published_at,
        fetched_at,
        engagement: Engagement {
            comments: row.comments,
            reposts: row.reposts,
            likes: row.likes,
            views: row.views,
        },
        has_image: row.has_image.unwrap_or(false),
        has_video: row.has_video.unwrap_or(false),
        floor: None,
        source_region: None,
        is_official: false,
        extra: row.extra,
    })
}

/// A code or label of one of the glossary's lists.
fn known<T: FromStr<Err = UnknownCode>>(
    key: &str,
    written: Option<String>,
) -> Result<Option<T>, String> {
    let parsed = written.map(|written| written.trim().parse()).transpose();
    parsed.map_err(|unknown: UnknownCode| {
        format!(
            "{key}“{}”不认识；可用 {}",
            unknown.given,
            unknown.known.join(" ")
        )
    })
}

fn address(written: &str) -> Result<String, String> {
    let url = Url::parse(written).map_err(|_| format!("url“{written}”不是网址"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("url“{written}”应以 http:// 或 https:// 开头"));
    }
    Ok(canonical_url(&url))
}

fn id_text(id: serde_json::Value) -> String {
    match id {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

fn wrong_time(key: &str, written: &str) -> String {
    format!("{key}“{written}”不是时间，应写作 2017-04-14T13:58:00+08:00 或 2017-04-14 13:58")
}

/// RFC 3339, or a local time as people type it, in the zone of `now`.
fn moment(written: &str, now: Timestamp) -> Option<PublishedAt> {
    let known = |at: Timestamp, precision| PublishedAt {
        at,
        precision,
        is_inferred: false,
    };
    if let Ok(at) = Timestamp::parse_from_rfc3339(written) {
        return Some(known(at, Precision::Second));
    }
    let local = |naive: NaiveDateTime, precision| {
        now.offset()
            .from_local_datetime(&naive)
            .single()
            .map(|at| known(at, precision))
    };
    for (format, precision) in [
        ("%Y-%m-%d %H:%M:%S", Precision::Second),
        ("%Y-%m-%dT%H:%M:%S", Precision::Second),
        ("%Y-%m-%d %H:%M", Precision::Minute),
        ("%Y-%m-%dT%H:%M", Precision::Minute),
    ] {
        if let Ok(naive) = NaiveDateTime::parse_from_str(written, format) {
            return local(naive, precision);
        }
    }
    let day = NaiveDate::parse_from_str(written, "%Y-%m-%d").ok()?;
    local(day.and_time(NaiveTime::MIN), Precision::Day)
}

#[cfg(test)]
mod tests {
    use super::read_jsonl;
    use crate::model::{Channel, Timestamp};

    fn now() -> Timestamp {
        Timestamp::parse_from_rfc3339("2017-04-14T14:00:00+08:00").expect("test time")
    }

    #[test]
    fn a_wrong_line_is_refused_and_the_rest_goes_on() {
        let text = "{\"channel\":\"weibo\",\"source_name\":\"微博\",\"text\":\"一\"}\n\nnot json\n\
                    {\"channel\":\"smoke\",\"source_name\":\"x\",\"text\":\"二\"}\n\
                    {\"channel\":\"论坛贴吧\",\"source_name\":\"论坛\",\"text\":\"三\",\"mood\":7}\n";
        let rows = read_jsonl(text, None, now());
        let refused: Vec<usize> = rows.refused.iter().map(|refused| refused.row).collect();
        assert_eq!((rows.read, refused), (4, vec![3, 4]));
        assert_eq!(rows.posts[1].1.channel, Channel::Forum);
        assert_eq!(rows.posts[1].1.extra["mood"], 7);
    }

    #[test]
    fn local_times_get_the_zone_of_now() {
        let text = "{\"channel\":\"tv\",\"source_name\":\"台\",\"text\":\"x\",\"published_at\":\"2017-04-14 13:58\"}";
        let rows = read_jsonl(text, None, now());
        let published = rows.posts[0].1.published_at.expect("a time");
        assert_eq!(published.at.to_rfc3339(), "2017-04-14T13:58:00+08:00");
    }
}
