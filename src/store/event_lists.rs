//! `events`, as a list: asked for by level, phase, topic, place and days; and what of its posts an event's page counts.

use super::Store;
use super::events::{EVENT_COLUMNS, event_of};
use super::posts::engagement;
use super::rows::{code, from_ms, to_ms};
use crate::model::{Event, EventId, Level, Member, Phase, PostId, Timestamp, Topic};
use anyhow::Result;
use rusqlite::{OptionalExtension, params};

/// Which events to list; the default lists none, for its limit is 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventFilter {
    /// Only with a post since then.
    pub since: Option<Timestamp>,
    /// 级别.
    pub level: Option<Level>,
    /// 阶段.
    pub phase: Option<Phase>,
    /// 主题.
    pub topic: Option<Topic>,
    /// 属地 of the post that stands for it, a district, or 管辖 as a label: `市本级`. Empty for any.
    pub place: String,
    /// Words of its title; empty for any.
    pub words: String,
    /// At most so many.
    pub limit: usize,
    /// Passed over.
    pub offset: usize,
}

/// An event in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedEvent {
    /// The event.
    pub event: Event,
    /// Post that stands for it.
    pub representative: PostId,
    /// District, else 管辖; empty where neither is known.
    pub place: String,
}

/// What a list of events says of a post in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberLine {
    /// Row id.
    pub id: PostId,
    /// Id given by whoever handed it in.
    pub external_id: Option<String>,
    /// 旧闻, as a sentence.
    pub old_news: Option<String>,
}

/// Years ago at most that the same season is looked for.
const SEASONS: u32 = 5;

impl Store {
    /// Events, the gravest first, of one level the latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn listed_events(&self, filter: &EventFilter) -> Result<Vec<ListedEvent>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {EVENT_COLUMNS} FROM events
             WHERE last_at >= ?1 AND (?2 IS NULL OR level = ?2) AND (?3 IS NULL OR phase = ?3)
                 AND (?4 IS NULL OR topic = ?4) AND (?5 = '' OR instr(title, ?5) > 0)
                 AND (?6 = '' OR EXISTS (SELECT 1 FROM effective_judgements j
                     WHERE j.post_id = events.representative
                         AND (j.place = ?6 OR j.place = '' AND j.jurisdiction = ?7)))
             ORDER BY CASE level WHEN 'red' THEN 0 WHEN 'orange' THEN 1 WHEN 'yellow' THEN 2
                 WHEN 'blue' THEN 3 ELSE 4 END, last_at DESC, id DESC LIMIT ?8 OFFSET ?9"
        ))?;
        let events = select
            .query_map(
                params![
                    filter.since.map_or(i64::MIN, to_ms),
                    filter.level.map(Level::code),
                    filter.phase.map(Phase::code),
                    filter.topic.map(Topic::code),
                    filter.words,
                    filter.place,
                    jurisdiction(&filter.place),
                    filter.limit,
                    filter.offset,
                ],
                |row| Ok((event_of(row, self.zone)?, PostId(row.get(10)?))),
            )?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        drop(select);
        drop(reader);
        self.with_places(events)
    }

    /// Events with a post in the period, the latest first: at most `limit`, `offset` passed over.
    ///
    /// # Errors
    /// The database refuses.
    pub fn events_of_period(
        &self,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
        offset: usize,
    ) -> Result<Vec<Event>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {EVENT_COLUMNS} FROM events WHERE last_at >= ?1 AND first_at <= ?2
             ORDER BY last_at DESC, id DESC LIMIT ?3 OFFSET ?4"
        ))?;
        let [limit, offset] = [limit, offset].map(|rows| i64::try_from(rows).unwrap_or(i64::MAX));
        let events = select
            .query_map(params![to_ms(from), to_ms(to), limit, offset], |row| {
                event_of(row, self.zone)
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(events)
    }

    /// The earliest posts of an event, at most `limit`, in the order of publication.
    ///
    /// # Errors
    /// The database refuses.
    pub fn member_lines(&self, id: EventId, limit: usize) -> Result<Vec<MemberLine>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id, external_id, CASE WHEN old_news_of IS NOT NULL THEN old_news_reason END
             FROM posts WHERE event_id = ?1 ORDER BY effective_at, id LIMIT ?2",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let lines = select
            .query_map([id.0, limit], |row| {
                Ok(MemberLine {
                    id: PostId(row.get(0)?),
                    external_id: row.get(1)?,
                    old_news: row.get(2)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(lines)
    }

    /// Events of a topic and a place (as [`ListedEvent`] has it) whose first post is older than a moment, the latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn older_events(
        &self,
        topic: Topic,
        place: &str,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<ListedEvent>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {EVENT_COLUMNS} FROM events
             WHERE topic = ?1 AND first_at < ?2 AND EXISTS (SELECT 1 FROM effective_judgements j
                 WHERE j.post_id = events.representative
                     AND (j.place = ?3 OR j.place = '' AND j.jurisdiction = ?4))
             ORDER BY last_at DESC, id DESC LIMIT ?5"
        ))?;
        let events = select
            .query_map(
                params![
                    topic.code(),
                    to_ms(before),
                    place,
                    jurisdiction(place),
                    limit
                ],
                |row| Ok((event_of(row, self.zone)?, PostId(row.get(10)?))),
            )?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        drop(select);
        drop(reader);
        self.with_places(events)
    }

    /// 往年同期 — events of a topic that were alive within `days` of this day of earlier years, the latest year first, of one
    /// year the gravest.
    ///
    /// # Errors
    /// The database refuses.
    pub fn events_of_season(
        &self,
        topic: Topic,
        around: Timestamp,
        days: i64,
        per_year: usize,
    ) -> Result<Vec<ListedEvent>> {
        let mut found = Vec::new();
        for years in 1..=SEASONS {
            let Some(then) = around.checked_sub_months(chrono::Months::new(12 * years)) else {
                continue;
            };
            let margin = chrono::TimeDelta::days(days);
            let reader = self.reader()?;
            let mut select = reader.prepare_cached(&format!(
                "SELECT {EVENT_COLUMNS} FROM events
                 WHERE last_at >= ?1 AND last_at <= ?2 AND topic = ?3
                 ORDER BY CASE level WHEN 'red' THEN 0 WHEN 'orange' THEN 1 WHEN 'yellow' THEN 2
                     WHEN 'blue' THEN 3 ELSE 4 END, last_at DESC, id DESC LIMIT ?4"
            ))?;
            let events = select
                .query_map(
                    params![
                        to_ms(then - margin),
                        to_ms(then + margin),
                        topic.code(),
                        per_year
                    ],
                    |row| Ok((event_of(row, self.zone)?, PostId(row.get(10)?))),
                )?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            found.extend(events);
        }
        self.with_places(found)
    }

    /// An event as a list shows it.
    ///
    /// # Errors
    /// The database refuses.
    pub fn listed_event(&self, id: EventId) -> Result<Option<ListedEvent>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached(&format!("SELECT {EVENT_COLUMNS} FROM events WHERE id = ?1"))?;
        let event = select
            .query_row([id.0], |row| {
                Ok((event_of(row, self.zone)?, PostId(row.get(10)?)))
            })
            .optional()?;
        drop(select);
        drop(reader);
        Ok(self.with_places(event.into_iter().collect())?.pop())
    }

    fn with_places(&self, events: Vec<(Event, PostId)>) -> Result<Vec<ListedEvent>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT place, jurisdiction FROM effective_judgements WHERE post_id = ?1",
        )?;
        let mut listed = Vec::with_capacity(events.len());
        for (event, representative) in events {
            let place = select
                .query_row([representative.0], |row| {
                    let place: String = row.get(0)?;
                    let jurisdiction: crate::model::Jurisdiction = code(&row.get::<_, String>(1)?)?;
                    Ok(match place.as_str() {
                        "" => jurisdiction.label().to_owned(),
                        _ => place,
                    })
                })
                .optional()?;
            listed.push(ListedEvent {
                event,
                representative,
                place: place.unwrap_or_default(),
            });
        }
        Ok(listed)
    }

    /// When the posts of an event were published, in the order of time.
    ///
    /// # Errors
    /// The database refuses.
    pub fn moments_of_event(&self, id: EventId) -> Result<Vec<Timestamp>> {
        let reader = self.reader()?;
        let mut select = reader
            .prepare_cached("SELECT effective_at FROM posts WHERE event_id = ?1 ORDER BY 1")?;
        let moments = select
            .query_map([id.0], |row| Ok(from_ms(row.get(0)?, self.zone)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(moments)
    }

    /// How many posts an event has, and the latest revision of one: where neither changed, nothing of it did.
    ///
    /// # Errors
    /// The database refuses.
    pub fn changes_of_event(&self, id: EventId) -> Result<(u64, u64)> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT count(*), coalesce(max(revision), 0) FROM posts WHERE event_id = ?1",
        )?;
        Ok(select.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// What an event's course is counted from, in the order of publication: its posts without their words.
    ///
    /// # Errors
    /// The database refuses.
    pub fn members_of_event(&self, id: EventId) -> Result<Vec<Member>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT p.id, p.effective_at, p.first_seen_at, p.channel, coalesce(p.outlet, p.source_name),
                 p.outlet_tier, p.is_official, p.repost_of, j.level, j.sentiment,
                 p.comments, p.reposts, p.likes, p.views,
                 CASE WHEN p.old_news_of IS NOT NULL THEN p.old_news_reason END
             FROM posts p LEFT JOIN effective_judgements j ON j.post_id = p.id
             WHERE p.event_id = ?1 ORDER BY p.effective_at, p.id",
        )?;
        let members = select
            .query_map([id.0], |row| {
                let level: Option<String> = row.get(8)?;
                let sentiment: Option<String> = row.get(9)?;
                Ok(Member {
                    id: PostId(row.get(0)?),
                    at: from_ms(row.get(1)?, self.zone),
                    first_seen_at: from_ms(row.get(2)?, self.zone),
                    channel: code(&row.get::<_, String>(3)?)?,
                    source: row.get(4)?,
                    tier: code(&row.get::<_, String>(5)?)?,
                    is_official: row.get(6)?,
                    repost_of: row.get::<_, Option<i64>>(7)?.map(PostId),
                    level: level.as_deref().map_or(Ok(Level::None), code)?,
                    sentiment: sentiment.as_deref().map(code).transpose()?,
                    engagement: engagement(row, 10)?,
                    old_news: row.get(14)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(members)
    }
}

/// The code of a 管辖 that was written as a label or a code; empty where it is none.
fn jurisdiction(place: &str) -> &'static str {
    place
        .parse()
        .map_or("", |known: crate::model::Jurisdiction| known.code())
}
