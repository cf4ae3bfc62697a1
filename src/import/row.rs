//! What stands in the fields of one row → a post, or the reason why it is none. The same for every kind of file.

use super::field::Field;
use super::headers::channel_named;
use super::moment::moment;
use super::number::count;
use super::particulars;
use crate::model::{Channel, Engagement, OutletTier, Post, PublishedAt, Timestamp, canonical_url};
use crate::text::mask::mask;
use crate::text::printable::printable;
use chrono::{Datelike, TimeDelta};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use url::Url;

/// Longer texts are books or broken quotes, no posts.
pub const MAX_CHARS: usize = 200_000;

/// Nothing we are handed was published earlier; `1970` and `1900` are how programs write "unknown".
const FIRST_YEAR: i32 = 1995;

/// Clocks and zones of others may be wrong by so much.
const CLOCK_ERROR: TimeDelta = TimeDelta::days(1);

/// Characters of a wrong value that a reason quotes.
const MAX_QUOTED: usize = 40;

/// Who wrote the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// Another program, in the form of the contract.
    Program,
    /// A person, in a table: what the channel asks for must be there.
    Person,
}

/// What holds for every row of a file.
pub struct Frame<'a> {
    /// 渠道 of rows that name none.
    pub channel: Option<Channel>,
    /// Forms of times that are tried first.
    pub date_formats: &'a [String],
    /// The time of reading, its offset the zone of times without one.
    pub now: Timestamp,
    /// Who wrote the rows.
    pub author: Author,
}

/// One row, taken apart.
#[derive(Default)]
pub struct Row {
    /// What stands in the fields; blank ones are absent.
    pub values: BTreeMap<Field, Value>,
    /// The other columns, under their own names.
    pub extra: Map<String, Value>,
}

impl Row {
    /// The words of a field, if it holds any.
    ///
    /// # Errors
    /// It holds a list or an object.
    pub fn text(&self, field: Field) -> Result<Option<String>, String> {
        let text = match self.values.get(&field) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => printable(text).into_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(flag)) => flag.to_string(),
            Some(_) => return Err(format!("{}应是文字", field.label())),
        };
        if text.chars().count() > MAX_CHARS {
            return Err(format!(
                "{}超过{MAX_CHARS}字，可能是引号没有成对，请检查这一行",
                field.label()
            ));
        }
        let text = text.trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// The words of a field that has one line: breaks inside a cell of a table are blanks.
    fn line(&self, field: Field) -> Result<Option<String>, String> {
        let text = self.text(field)?;
        Ok(text.map(|text| one_line(&text)))
    }

    fn count(&self, field: Field) -> Result<Option<u64>, String> {
        let Some(written) = self.text(field)? else {
            return Ok(None);
        };
        // Exports write these where a number is unknown.
        if matches!(
            written.trim(),
            "-" | "--" | "—" | "无" | "/" | "null" | "N/A"
        ) {
            return Ok(None);
        }
        let number = count(&written);
        number.map(Some).ok_or_else(|| {
            format!(
                "{}“{}”不是数目，应写作 1200 或 1.2万",
                field.label(),
                short(&written)
            )
        })
    }

    fn flag(&self, field: Field) -> Result<bool, String> {
        let written = self.text(field)?.unwrap_or_default();
        match written.trim().to_lowercase().as_str() {
            "true" | "1" | "是" | "有" | "y" | "yes" | "√" | "✓" => Ok(true),
            "" | "false" | "0" | "否" | "无" | "没有" | "n" | "no" | "×" => Ok(false),
            other => Err(format!("{}“{}”应写“是”或“否”", field.label(), short(other))),
        }
    }

    /// The moment that a field names: one that has been, on a web that exists.
    ///
    /// # Errors
    /// Something stands there that is no time, or none that a post can have.
    pub fn time(&self, field: Field, frame: &Frame<'_>) -> Result<Option<PublishedAt>, String> {
        let Some(written) = self.text(field)? else {
            return Ok(None);
        };
        let found = moment(&written, frame.date_formats, frame.now).ok_or_else(|| {
            format!(
                "{}“{}”不是时间，应写作 2017-04-14T13:58:00+08:00 或 2017-04-14 13:58",
                field.label(),
                short(&written)
            )
        })?;
        // A post of the future would stand on top of every list for ever.
        if found.at.year() < FIRST_YEAR || found.at > frame.now + CLOCK_ERROR {
            return Err(format!(
                "{}“{}”早于{FIRST_YEAR}年或晚于今天，请核对",
                field.label(),
                short(&written)
            ));
        }
        Ok(Some(found))
    }

    /// Columns that nobody knows are kept whole, so they have a limit too.
    fn check_extra(&self) -> Result<(), String> {
        let is_long = |value: &Value| {
            let text = value.as_str().unwrap_or_default();
            text.len() > MAX_CHARS && text.chars().count() > MAX_CHARS
        };
        match self.extra.iter().find(|(_, value)| is_long(value)) {
            None => Ok(()),
            Some((header, _)) => Err(format!(
                "{}超过{MAX_CHARS}字，可能是引号没有成对，请检查这一行",
                short(header)
            )),
        }
    }

    /// The post that this row is.
    ///
    /// # Errors
    /// A Chinese sentence: what is missing or wrong.
    pub fn into_post(mut self, frame: &Frame<'_>) -> Result<Post, String> {
        let channel = self
            .channel()?
            .or(frame.channel)
            .ok_or("缺少渠道（channel），也没有另外指定渠道")?;
        self.check_extra()?;
        particulars::settle(&mut self, channel, frame)?;
        let (title, text) = (self.line(Field::Title)?, self.text(Field::Text)?);
        if title.is_none() && text.is_none() {
            return Err("标题（title）和正文（text）都是空的".to_owned());
        }
        let fetched_at = self.time(Field::FetchedAt, frame)?;
        let source_name = self
            .line(Field::SourceName)?
            .ok_or("缺少信源名称（source_name），即媒体、网站、账号或热线的名称")?;
        Ok(Post {
            url: self.text(Field::Url)?.as_deref().map(address).transpose()?,
            external_id: self.line(Field::Id)?,
            channel,
            source_name,
            outlet: None,
            outlet_tier: self.outlet_tier(channel)?,
            title: title.unwrap_or_default(),
            text: text.unwrap_or_default(),
            author: self.line(Field::Author)?,
            published_at: self.time(Field::PublishedAt, frame)?,
            fetched_at: fetched_at.map_or(frame.now, |fetched| fetched.at),
            engagement: Engagement {
                comments: self.count(Field::Comments)?,
                reposts: self.count(Field::Reposts)?,
                likes: self.count(Field::Likes)?,
                views: self.count(Field::Views)?,
            },
            has_image: self.flag(Field::HasImage)?,
            has_video: self.flag(Field::HasVideo)?,
            floor: None,
            source_region: None,
            is_official: false,
            extra: self.extra,
        })
    }

    fn channel(&self) -> Result<Option<Channel>, String> {
        let Some(written) = self.text(Field::Channel)? else {
            return Ok(None);
        };
        channel_named(&written).map(Some)
    }

    fn outlet_tier(&self, channel: Channel) -> Result<OutletTier, String> {
        let Some(written) = self.text(Field::OutletTier)? else {
            return Ok(OutletTier::usual_of(channel));
        };
        written.trim().parse().map_err(|_| {
            format!(
                "媒体级别“{}”不认识；可用 T0 T1 T2 T3 T4 T5 或央媒、省级媒体等中文名",
                short(&written)
            )
        })
    }
}

fn address(written: &str) -> Result<String, String> {
    let url =
        Url::parse(written.trim()).map_err(|_| format!("网址“{}”不是网址", short(written)))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "网址“{}”应以 http:// 或 https:// 开头",
            short(written)
        ));
    }
    Ok(canonical_url(&url))
}

/// Enough of a wrong value to find it, on one line; reasons are printed, so they name nobody.
pub fn short(written: &str) -> String {
    // More than is shown, so that no number is cut before it is masked.
    let begin: String = written.trim().chars().take(5 * MAX_QUOTED).collect();
    let line = one_line(&mask(&begin));
    let mut cut: String = line.chars().take(MAX_QUOTED).collect();
    if written.trim().chars().nth(MAX_QUOTED).is_some() {
        cut.push('…');
    }
    cut
}

/// The words of a text with single blanks between them.
pub fn one_line(text: &str) -> String {
    let text = printable(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
