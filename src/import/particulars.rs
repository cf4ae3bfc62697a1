//! 各渠道特有的栏 — what television, radio, clippings and transferred cases carry beside the words: checked, brought to
//! one form, kept in `extra` under the labels of [`Field`].

use super::field::{DUE_AS_WRITTEN, Field, LENGTH_SECONDS, ORIGINAL_LINK};
use super::moment::moment;
use super::number::{length_in_words, seconds};
use super::row::{Author, Frame, Row, short};
use crate::model::{Channel, Precision, Timestamp};
use chrono::TimeDelta;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

/// Fills what a row of `channel` leaves to be understood, refuses what it may not leave out, and moves the particulars
/// to `extra`.
pub fn settle(row: &mut Row, channel: Channel, frame: &Frame<'_>) -> Result<(), String> {
    match channel {
        Channel::Tv | Channel::Radio => broadcast(row, channel, frame)?,
        Channel::Transfer => transfer(row, frame)?,
        Channel::Wechat | Channel::Video => clipping(row, channel)?,
        _ => {}
    }
    length(row)?;
    keep(row);
    Ok(())
}

/// A broadcast has no address: programme and time are all that finds it again.
fn broadcast(row: &mut Row, channel: Channel, frame: &Frame<'_>) -> Result<(), String> {
    let programme = row.text(Field::Programme)?;
    let is_form = frame.author == Author::Person
        || programme.is_some()
        || row.text(Field::Station)?.is_some();
    if is_form {
        let label = channel.label();
        if programme.is_none() {
            return Err(format!("{label}信息缺少“栏目”"));
        }
        if row.text(Field::PublishedAt)?.is_none() {
            return Err(format!("{label}信息缺少“播出时间”"));
        }
    }
    if let Some(programme) = programme {
        let station = row.text(Field::Station)?.unwrap_or_default();
        let bare = programme.trim().trim_matches(['《', '》']);
        fill(
            row,
            Field::SourceName,
            Some(format!("{}《{bare}》", station.trim())),
        )?;
    }
    let scenes = row.text(Field::Scenes)?;
    fill(row, Field::Text, scenes)
}

/// Times become RFC 3339, so that deadlines can be counted from them.
fn transfer(row: &mut Row, frame: &Frame<'_>) -> Result<(), String> {
    let from = row.text(Field::FromOffice)?;
    fill(row, Field::SourceName, from)?;
    let from = row.text(Field::SourceName)?;
    fill(row, Field::FromOffice, from)?;
    if row.text(Field::FromOffice)?.is_none() {
        return Err("转办件缺少“转来单位”".to_owned());
    }
    if frame.author == Author::Person {
        let link = row.values.remove(&Field::Url);
        row.extra
            .extend(link.map(|link| (ORIGINAL_LINK.to_owned(), link)));
    }
    let id = row.text(Field::DocumentNo)?;
    let id = match id {
        Some(number) => Some(format!("{}#{}", number.trim(), case_mark(row)?)),
        None => None,
    };
    fill(row, Field::Id, id)?;
    let received = row.time(Field::ReceivedAt, frame)?;
    if let Some(received) = received {
        row.values
            .insert(Field::ReceivedAt, received.at.to_rfc3339().into());
        let written = received.at.to_rfc3339();
        fill(row, Field::PublishedAt, Some(written))?;
    }
    due(row, received.map(|received| received.at), frame)?;
    let matter = row.text(Field::Matter)?;
    fill(row, Field::Title, matter.clone())?;
    fill(row, Field::Text, matter)
}

/// One letter may transfer several cases: their words tell them apart.
fn case_mark(row: &Row) -> Result<String, String> {
    let matter = row.text(Field::Matter)?.or(row.text(Field::Title)?);
    let words = [matter, row.text(Field::Text)?].map(Option::unwrap_or_default);
    let words = words.each_ref().map(|words| words.trim()).join("\n");
    Ok(format!("{:08x}", xxh3_64(words.as_bytes()) >> 32))
}

/// Only an hour makes a moment. A day ends when the office closes, `3个工作日` needs a calendar of holidays: both stay
/// words, which whoever registers the case reckons with (`pipeline/cases.rs`).
fn due(row: &mut Row, received_at: Option<Timestamp>, frame: &Frame<'_>) -> Result<(), String> {
    let Some(written) = row.text(Field::DueAt)? else {
        return Ok(());
    };
    let read = moment(&written, frame.date_formats, frame.now);
    let day = read.filter(|read| matches!(read.precision, Precision::Day | Precision::Month));
    let last_moment = match day {
        Some(day) => Some(day.at + TimeDelta::days(1) - TimeDelta::seconds(1)),
        None => read.map(|read| read.at),
    };
    let both = last_moment.zip(received_at);
    if both.is_some_and(|(last, received)| last < received) {
        return Err(format!("办理期限“{}”早于收到时间", short(&written)));
    }
    match (read, day) {
        (Some(read), None) => {
            row.values.insert(Field::DueAt, read.at.to_rfc3339().into());
        }
        (_, day) => {
            row.values.remove(&Field::DueAt);
            // The forms of times are the file's: nobody else knows them.
            let said = day.map_or(written, |day| day.at.format("%Y-%m-%d").to_string());
            row.extra.insert(DUE_AS_WRITTEN.to_owned(), said.into());
        }
    }
    Ok(())
}

/// The account of a 公众号 is a medium; that of 朋友圈, of a group or of a short video is a person, who is kept as the
/// author and masked like one.
fn clipping(row: &mut Row, channel: Channel) -> Result<(), String> {
    let written = row.text(Field::Channel)?.unwrap_or_default();
    let is_person =
        channel == Channel::Video || ["朋友圈", "群"].iter().any(|word| written.contains(word));
    let account = row.text(Field::Account)?;
    if is_person && row.text(Field::SourceName)?.is_none() {
        if row.text(Field::Author)?.is_none() {
            row.values.remove(&Field::Account);
            fill(row, Field::Author, account.clone())?;
        }
        fill(row, Field::SourceName, Some(channel.label().to_owned()))?;
    }
    fill(row, Field::SourceName, account)?;
    let screenshot = row.text(Field::Screenshot)?;
    fill(row, Field::Text, screenshot)
}

fn length(row: &mut Row) -> Result<(), String> {
    let Some(written) = row.text(Field::Length)? else {
        return Ok(());
    };
    let seconds = seconds(&written)
        .ok_or_else(|| format!("时长“{}”看不懂，应写作 3分20秒 或秒数 200", short(&written)))?;
    row.values
        .insert(Field::Length, length_in_words(seconds).into());
    row.extra.insert(LENGTH_SECONDS.to_owned(), seconds.into());
    Ok(())
}

fn keep(row: &mut Row) {
    for field in Field::ALL.iter().filter(|field| field.is_particular()) {
        if let Some(value) = row.values.remove(field) {
            row.extra.insert(field.label().to_owned(), value);
        }
    }
}

fn fill(row: &mut Row, field: Field, value: Option<String>) -> Result<(), String> {
    if row.text(field)?.is_none()
        && let Some(value) = value
    {
        row.values.insert(field, Value::String(value));
    }
    Ok(())
}
