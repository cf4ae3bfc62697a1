//! What pages write for a time → when a text was published. Relative times count from `now`; the zone, where none is
//! written, is that of `now`. Dates in the future or before the Web are no publication dates: they are refused, and
//! `doubt` says so on the source's report.

mod absolute;
mod clock;
mod doubt;
mod numerals;
mod relative;

use crate::extract::html;
use crate::model::{Precision, PublishedAt, Timestamp};
use crate::text::normalize::fold;
use chrono::{Datelike, Duration, FixedOffset, NaiveDate, TimeZone};
use clock::Clock;
pub use doubt::{Doubts, doubt_page};
use regex::Regex;
use scraper::{ElementRef, Selector};
use std::sync::LazyLock;
use url::Url;

/// Nothing Chinese was on the Web before.
const FIRST_YEAR: i32 = 1995;

/// A date stands in a line, not in a book; longer texts are cut.
const MAX_CHARS: usize = 400;

/// The first publication time that `text` states: `2017-04-14 13:58`, `4月14日`, `昨天 09:12`, `3分钟前`, RFC 3339 …
pub fn parse_published(text: &str, now: Timestamp) -> Option<PublishedAt> {
    let line = plain(text);
    absolute::with_year(&line, now)
        .or_else(|| absolute::without_year(&line, now))
        .or_else(|| relative::parse(&line, now))
        .or_else(|| absolute::month(&line, now))
}

/// One line with digits for numerals, half width, lower case.
fn plain(text: &str) -> String {
    let line: String = fold(text.trim()).chars().take(MAX_CHARS).collect();
    numerals::to_digits(line.trim())
}

/// The time an element states: in an attribute for machines, in a `title` that shows on hovering, or in its words.
pub fn of_element(element: ElementRef<'_>, now: Timestamp) -> Option<PublishedAt> {
    let titled = element.select(&TITLED).next();
    let attributes = [
        "datetime",
        "content",
        "title",
        "data-time",
        "data-timestamp",
        "data-publish-time",
        "data-date",
        "pubdate",
    ];
    attributes
        .iter()
        .filter_map(|attribute| element.attr(attribute))
        .chain(titled.and_then(|titled| titled.attr("title")))
        .find_map(|stated| parse_published(stated, now))
        .or_else(|| parse_published(&html::line(element), now))
}

/// Discuz writes `昨天 13:58` and keeps the full date in the `title` of a span.
static TITLED: LazyLock<Selector> = LazyLock::new(|| html::selector("[title]"));

/// The day that the path of an address names: `/2017-04/14/`, `/2017/0414/`, `/20170414/`, `t20170414_1.html`.
pub fn day_of_url(url: &Url, now: Timestamp) -> Option<PublishedAt> {
    static DAY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?:^|[^\d])((?:19|20)\d\d)[-/_]?(0[1-9]|1[0-2]|[1-9][-/_])[-/_]?(?:(0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6})?(?:[^\d]|$)|([1-9])/)",
        )
        .expect("the pattern is part of the program")
    });
    DAY.captures_iter(url.path()).find_map(|found| {
        let number = |group: usize| {
            found[group]
                .trim_end_matches(['-', '/', '_'])
                .parse::<u32>()
        };
        let year = found[1].parse().ok()?;
        let date = NaiveDate::from_ymd_opt(
            year,
            number(2).ok()?,
            number(if found.get(3).is_some() { 3 } else { 4 }).ok()?,
        )?;
        Moment::on(date).published(now)
    })
}

/// A time as stated: a day, perhaps an hour of it, perhaps a zone.
struct Moment {
    date: NaiveDate,
    clock: Option<Clock>,
    is_inferred: bool,
}

impl Moment {
    fn on(date: NaiveDate) -> Self {
        Moment {
            date,
            clock: None,
            is_inferred: false,
        }
    }

    /// The moment in the offset of `now`; `None` when it can be no publication time.
    fn published(self, now: Timestamp) -> Option<PublishedAt> {
        let time = self.clock.map_or_else(Default::default, |clock| clock.time);
        let zone = self
            .clock
            .and_then(|clock| clock.zone)
            .unwrap_or(*now.offset());
        let at = local(self.date.and_time(time), zone)?.with_timezone(now.offset());
        let published = PublishedAt {
            at,
            precision: self.clock.map_or(Precision::Day, |clock| clock.precision),
            is_inferred: self.is_inferred,
        };
        is_plausible(at, now).then_some(published)
    }
}

fn local(naive: chrono::NaiveDateTime, zone: FixedOffset) -> Option<Timestamp> {
    zone.from_local_datetime(&naive).single()
}

/// Clocks of sites run up to a day ahead of ours, in other zones.
fn is_plausible(at: Timestamp, now: Timestamp) -> bool {
    at.year() >= FIRST_YEAR && at.signed_duration_since(now) <= Duration::days(1)
}

#[cfg(test)]
mod tests;
