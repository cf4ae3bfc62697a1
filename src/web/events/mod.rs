//! `/events`: posts about one happening, together; the gravest first.

pub mod course;
pub mod deeds;
pub mod export;
pub mod history;
pub mod page;

use crate::app::App;
use crate::model::{Level, Phase, Timestamp, Topic};
use crate::store::{EventFilter, ListedEvent};
use crate::web::Shared;
use crate::web::choice::{Choice, choices};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::layout::{minute, page_number};
use crate::web::spark::spark;
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use chrono::TimeDelta;
use serde::Deserialize;
use std::str::FromStr;
use url::form_urlencoded::Serializer;

/// Days of the small picture of an event, the day of its latest post the last of them.
const SPARK_DAYS: usize = 14;
/// Events per page.
const PAGE_SIZE: usize = 20;
/// Days looked back where nothing is chosen.
const USUAL_DAYS: &str = "30";
/// What one may choose; `all` also finds what was years ago.
const DAYS: &[(&str, &str)] = &[
    ("1", "近1天"),
    ("3", "近3天"),
    ("7", "近7天"),
    ("30", "近30天"),
    ("90", "近90天"),
    ("365", "近一年"),
    ("all", "全部"),
];

#[derive(Deserialize)]
pub struct Parameters {
    #[serde(default)]
    level: String,
    #[serde(default)]
    phase: String,
    #[serde(default)]
    topic: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    days: String,
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

#[derive(Template)]
#[template(path = "events.html", config = "src/web/askama.toml")]
struct EventsPage {
    frame: Frame,
    place: String,
    words: String,
    levels: Vec<Choice>,
    phases: Vec<Choice>,
    topics: Vec<Choice>,
    days: Vec<Choice>,
    events: Vec<EventLine>,
    previous: Option<String>,
    next: Option<String>,
    /// What was chosen, for the form that takes the list along.
    pairs: Vec<(&'static str, String)>,
}

/// An event in a list.
pub struct EventLine {
    /// Row id.
    pub id: i64,
    /// Title.
    pub title: String,
    /// Code for the colour.
    pub level: &'static str,
    /// 级别.
    pub level_label: &'static str,
    /// Why this level.
    pub reason: String,
    /// 阶段.
    pub phase: &'static str,
    /// 属地 and 主题.
    pub about: String,
    /// 首发.
    pub first: String,
    /// 最新.
    pub last: String,
    /// Posts.
    pub post_count: u64,
    /// Independent sources.
    pub source_count: u64,
    /// 走势, drawn.
    pub spark: String,
}

impl EventLine {
    /// The line of one event.
    ///
    /// # Errors
    /// The database refuses.
    pub fn of(app: &App, listed: ListedEvent) -> anyhow::Result<EventLine> {
        let event = listed.event;
        let topic = event.topic.map_or("", Topic::label);
        let about = [listed.place.as_str(), topic];
        let about: Vec<&str> = about.into_iter().filter(|word| !word.is_empty()).collect();
        Ok(EventLine {
            id: event.id.0,
            spark: course_of_days(&app.store.moments_of_event(event.id)?),
            title: event.title,
            level: event.level.code(),
            level_label: event.level.label(),
            reason: event.level_reason,
            phase: event.phase.label(),
            about: about.join("　"),
            first: minute(Some(event.first_at)),
            last: minute(Some(event.last_at)),
            post_count: event.post_count,
            source_count: event.source_count,
        })
    }
}

/// How many posts an event had on each of its latest days, drawn; `moments` are in the order of time.
fn course_of_days(moments: &[Timestamp]) -> String {
    let Some(last) = moments.last() else {
        return String::new();
    };
    let mut counts = [0; SPARK_DAYS];
    for moment in moments {
        let ago = (last.date_naive() - moment.date_naive()).num_days();
        let column = usize::try_from(ago).ok();
        let column = column.and_then(|ago| SPARK_DAYS.checked_sub(ago + 1));
        if let Some(column) = column {
            counts[column] += 1;
        }
    }
    let last = last.format("%Y-%m-%d");
    spark(&counts, &format!("至{last}的{SPARK_DAYS}天每日信息数"))
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(asked): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let filter = EventFilter {
        limit: PAGE_SIZE + 1,
        offset: asked.page.saturating_mul(PAGE_SIZE),
        ..asked.filter(app.now())?
    };
    let page = app
        .on_cpu(move |app| {
            let mut listed = app.store.listed_events(&filter)?;
            let has_more = listed.len() > PAGE_SIZE;
            listed.truncate(PAGE_SIZE);
            let events = listed.into_iter().map(|listed| EventLine::of(app, listed));
            Ok(EventsPage {
                frame: Frame::of(app, &visitor, "/events")?,
                events: events.collect::<anyhow::Result<_>>()?,
                levels: choices(
                    Level::ALL.iter().map(|one| (one.code(), one.label())),
                    &asked.level,
                ),
                phases: choices(
                    Phase::ALL.iter().map(|one| (one.code(), one.label())),
                    &asked.phase,
                ),
                topics: choices(
                    Topic::ALL.iter().map(|one| (one.code(), one.label())),
                    &asked.topic,
                ),
                days: choices(DAYS.iter().copied(), asked.days()),
                previous: asked.page.checked_sub(1).map(|page| asked.address(page)),
                next: has_more.then(|| asked.address(asked.page + 1)),
                pairs: asked.pairs(),
                place: filter.place,
                words: filter.words,
            })
        })
        .await?;
    Ok(Html(page.render()?))
}

impl Parameters {
    fn days(&self) -> &str {
        match self.days.as_str() {
            "" => USUAL_DAYS,
            days => days,
        }
    }

    /// As the form that takes the list along says it.
    fn of(fields: &Fields) -> Parameters {
        let field = |name| fields.text(name).to_owned();
        Parameters {
            level: field("level"),
            phase: field("phase"),
            topic: field("topic"),
            place: field("place"),
            words: field("words"),
            days: field("days"),
            page: 0,
        }
    }

    /// Which events, without a limit.
    fn filter(&self, now: Timestamp) -> Result<EventFilter, WebError> {
        Ok(EventFilter {
            since: match self.days() {
                "all" => None,
                days => Some(now - days_of(days)?),
            },
            level: chosen::<Level>("级别", &self.level)?,
            phase: chosen::<Phase>("阶段", &self.phase)?,
            topic: chosen::<Topic>("主题", &self.topic)?,
            place: self.place.trim().to_owned(),
            words: self.words.trim().to_owned(),
            limit: 0,
            offset: 0,
        })
    }

    /// What makes the same list.
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("level", &self.level),
            ("phase", &self.phase),
            ("topic", &self.topic),
            ("place", &self.place),
            ("words", &self.words),
            ("days", &self.days),
        ];
        let set = all.into_iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| (name, value.clone())).collect()
    }

    /// `近30天，级别：红`.
    fn spoken(&self, filter: &EventFilter) -> String {
        let days = self.days();
        let named = DAYS.iter().find(|(value, _)| *value == days);
        let mut said =
            vec![named.map_or_else(|| format!("近{days}天"), |(_, label)| (*label).to_owned())];
        for (name, value) in [
            ("级别", filter.level.map_or("", Level::label)),
            ("阶段", filter.phase.map_or("", Phase::label)),
            ("主题", filter.topic.map_or("", Topic::label)),
            ("属地", &filter.place),
            ("标题含", &filter.words),
        ] {
            if !value.is_empty() {
                said.push(format!("{name}：{value}"));
            }
        }
        said.join("，")
    }

    /// The same question, another page of its answer.
    fn address(&self, page: usize) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.pairs());
        if page > 0 {
            query.append_pair("page", &page.to_string());
        }
        format!("/events?{}", query.finish())
    }
}

fn days_of(text: &str) -> Result<TimeDelta, WebError> {
    let wrong = || WebError::Wrong(format!("时间：“{text}”应是天数，如 30，或 all"));
    let days: i64 = text.parse().map_err(|_| wrong())?;
    if (1..=36_500).contains(&days) {
        Ok(TimeDelta::days(days))
    } else {
        Err(wrong())
    }
}

fn chosen<T: FromStr>(label: &str, text: &str) -> Result<Option<T>, WebError>
where
    T::Err: std::fmt::Display,
{
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = text.parse();
    parsed
        .map(Some)
        .map_err(|error: T::Err| WebError::Wrong(format!("{label}：{error}")))
}

#[cfg(test)]
mod tests {
    use super::course_of_days;
    use crate::model::Timestamp;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_from_rfc3339(text).expect("test time")
    }

    #[test]
    fn a_day_is_a_column_and_what_is_older_is_left_out() {
        let drawn = course_of_days(&[
            at("2017-03-01T09:00:00+08:00"),
            at("2017-04-13T23:59:00+08:00"),
            at("2017-04-14T00:00:00+08:00"),
            at("2017-04-14T09:00:00+08:00"),
        ]);
        let said = "至2017-04-14的14天每日信息数：0、0、0、0、0、0、0、0、0、0、0、0、1、2\"";
        assert!(drawn.contains(said), "{drawn}");
        assert_eq!(course_of_days(&[]), "");
    }
}
