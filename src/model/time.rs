//! Points in time, and how exactly we know them.

use crate::model::coded::coded_enum;

/// A point in time with its offset from UTC; the calendar day of a `Timestamp` is the local one.
///
/// Stages receive "now" as an argument and pass its offset on; nothing below `daemon` and `cli` reads a clock.
pub type Timestamp = chrono::DateTime<chrono::FixedOffset>;

coded_enum! {
    /// 时间精度 — the smallest unit that the page really stated.
    pub enum Precision {
        Second = "second" / "秒",
        Minute = "minute" / "分",
        Hour = "hour" / "时",
        Day = "day" / "日",
        Month = "month" / "月",
    }
}

/// 发布时间 — when a text was published, as far as its page tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PublishedAt {
    /// The moment; units finer than `precision` are zero.
    pub at: Timestamp,
    /// The smallest unit the page stated.
    pub precision: Precision,
    /// 推定 — computed from a relative time (`3分钟前`) or a date without a year.
    pub is_inferred: bool,
}

impl std::fmt::Display for PublishedAt {
    /// `2017-04-14 13:58`, and no finer than the page stated: `2017-04-14` for a day.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pattern = match self.precision {
            Precision::Second | Precision::Minute => "%Y-%m-%d %H:%M",
            Precision::Hour => "%Y-%m-%d %H时",
            Precision::Day => "%Y-%m-%d",
            Precision::Month => "%Y-%m",
        };
        write!(formatter, "{}", self.at.format(pattern))
    }
}
