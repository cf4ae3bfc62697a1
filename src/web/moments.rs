//! Moments and days as forms send them and people write them.

use super::error::WebError;
use crate::app::App;
use crate::import::moment;
use crate::model::{Precision, Timestamp};
use chrono::{NaiveDate, NaiveTime};

/// What a day without an hour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayAs {
    /// 上班.
    Begin,
    /// 下班.
    End,
    /// Nothing: the minute matters.
    Refused,
}

/// A moment; none where nothing was written.
///
/// # Errors
/// It is none, named by its label.
pub fn moment_of(
    app: &App,
    label: &str,
    said: &str,
    day: DayAs,
) -> Result<Option<Timestamp>, WebError> {
    if said.is_empty() {
        return Ok(None);
    }
    let read = moment(said, &[], app.now()).ok_or_else(|| {
        WebError::Wrong(format!(
            "{label}“{}”不是时间，应写作 2017-09-29 16:00",
            said.chars().take(40).collect::<String>()
        ))
    })?;
    let hours = app.config.settings.bureau.office_hours;
    let at = |time: NaiveTime| Ok(Some(read.at + (time - NaiveTime::MIN)));
    match (read.precision, day) {
        (Precision::Day | Precision::Month, DayAs::Begin) => at(hours.from),
        (Precision::Day | Precision::Month, DayAs::End) => at(hours.to),
        (Precision::Day | Precision::Month, DayAs::Refused) => {
            Err(WebError::Wrong(format!("{label}要写到分钟")))
        }
        _ => Ok(Some(read.at)),
    }
}

/// A day; `usual` where nothing was written.
///
/// # Errors
/// It is none, named by its label.
pub fn day_of(label: &str, said: &str, usual: NaiveDate) -> Result<NaiveDate, WebError> {
    match said {
        "" => Ok(usual),
        said => said
            .parse()
            .map_err(|_| WebError::Wrong(format!("{label}不是日期，应写作 2017-09-29"))),
    }
}

/// The first moment of a day.
pub fn begin_of(app: &App, day: NaiveDate) -> Timestamp {
    let local = day.and_time(NaiveTime::MIN).and_local_timezone(app.zone());
    local
        .earliest()
        .map_or_else(|| app.now(), |moment| moment.fixed_offset())
}

/// As `<input type="datetime-local">` wants it.
pub fn input(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M").to_string()
}
