//! 专题报告 as somebody orders it: about what, of which days; the same words make the same order.

use super::draft_request::{Scope, SpecialOrder};
use crate::app::App;
use crate::config::DeclaredWatch;
use crate::index::{Query, QueryError};
use crate::model::{EventId, Period, Timestamp, Topic};
use chrono::{Days, NaiveDate, NaiveTime, TimeZone};

/// Days of a 专题报告 where none are named.
const SPECIAL_DAYS: u64 = 30;

/// 专题报告 about what, as people say it.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// 专题.
    Watch(&'a DeclaredWatch),
    /// 检索式.
    Query(&'a str),
    /// 主题.
    Topic(Topic),
    /// 事件.
    Event(EventId),
}

/// Why nothing can be ordered.
#[derive(Debug, thiserror::Error)]
pub enum OrderMistake {
    /// The query is wrong; it says where.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The days are the wrong way round.
    #[error("起始日{0}晚于截止日{1}，请对调")]
    Days(NaiveDate, NaiveDate),
    /// The store failed.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// The order; without a name it is called by what it is about.
///
/// # Errors
/// The query is wrong, or the store refuses.
pub fn special_order(
    app: &App,
    about: About<'_>,
    name: Option<&str>,
    period: Period,
) -> Result<SpecialOrder, OrderMistake> {
    let (scope, key, named) = match about {
        About::Watch(declared) => {
            let watch = &declared.watch;
            let key = format!("watch:{}", watch.id);
            (
                Scope::Query(declared.query.clone()),
                key,
                watch.name.clone(),
            )
        }
        About::Query(text) => {
            let query: Query = text.parse()?;
            (
                Scope::Query(query),
                format!("query:{text}"),
                text.to_owned(),
            )
        }
        About::Topic(topic) => {
            let key = format!("topic:{topic}");
            (Scope::Topic(topic), key, topic.label().to_owned())
        }
        About::Event(id) => {
            let event = app.store.event(id)?;
            let title = event.map_or_else(String::new, |event| event.title);
            (Scope::Event(id), format!("event:{}", id.0), title)
        }
    };
    let subject = match name {
        Some(name) => name.to_owned(),
        None => format!("关于“{named}”的专题报告"),
    };
    Ok(SpecialOrder {
        scope,
        key,
        subject,
        period,
    })
}

/// From the first day to the last one, both included: by default the thirty days before today.
///
/// # Errors
/// The first day is after the last one.
pub fn special_days(
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
    now: Timestamp,
) -> Result<Period, OrderMistake> {
    let last = last.unwrap_or(now.date_naive() - Days::new(1));
    let first = first.unwrap_or(last - Days::new(SPECIAL_DAYS - 1));
    if first > last {
        return Err(OrderMistake::Days(first, last));
    }
    let midnight = |day: NaiveDate| {
        now.offset()
            .from_local_datetime(&day.and_time(NaiveTime::MIN))
            .single()
            .expect("a fixed offset has each local time once")
    };
    Ok(Period {
        from: midnight(first),
        to: midnight(last + Days::new(1)),
    })
}
