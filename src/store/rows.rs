//! Between columns and model types: times, codes, JSON.

use crate::model::Timestamp;
use anyhow::{Context, Result};
use chrono::{DateTime, TimeZone};
use chrono_tz::Tz;
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// Milliseconds since 1970, UTC.
pub fn to_ms(at: Timestamp) -> i64 {
    at.timestamp_millis()
}

/// The moment, with the offset of `zone` on that day.
pub fn from_ms(ms: i64, zone: Tz) -> Timestamp {
    let utc = DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH);
    zone.from_utc_datetime(&utc.naive_utc()).fixed_offset()
}

/// A column that holds a code of the model.
pub fn code<T: FromStr>(text: &str) -> rusqlite::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(|error: T::Err| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// A column that holds a model type as JSON.
pub fn json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// A model type as JSON for a column.
pub fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).context("write JSON for a column")
}
