//! A bureau for tests: its roster, its calendar, posts and events of our words.

use crate::alert::{Copies, DutySettings, Escalation, Hours, Shift};
use crate::model::{
    Alert, AlertId, AlertKind, AlertState, AlertSubject, Channel, Event, EventId, Level, NewAlert,
    OfficeHours, Phase, Post, PostId, Precision, PublishedAt, ShiftedDay, StoredPost, Timestamp,
    WorkCalendar,
};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Asia::Shanghai;

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse_from_rfc3339(text).expect("test time")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("test day")
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub fn duty() -> DutySettings {
    let shift = |from: &str, to: &str, people: &[&str]| Shift {
        from: day(from).and_time(NaiveTime::MIN),
        to: day(to).and_time(NaiveTime::MIN),
        people: names(people),
    };
    DutySettings {
        administrators: names(&["admin"]),
        default: names(&["office"]),
        shifts: vec![
            shift("2017-04-10", "2017-04-17", &["zhangsan", "lisi"]),
            shift("2017-04-17", "2017-04-24", &["wangwu"]),
        ],
        escalation: Escalation {
            to: names(&["chief", "director"]),
            ..Escalation::default()
        },
        quiet: "22:00-07:00".parse().expect("hours"),
        copies: Copies::default(),
    }
}

/// 2017: 清明, 国庆, and 元旦 of 2018.
pub fn calendar() -> WorkCalendar {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
    let mut calendar = WorkCalendar {
        years: [2017, 2018].into(),
        shifted: [
            (day("2017-04-01"), ShiftedDay::WorkingDay),
            (day("2017-09-30"), ShiftedDay::WorkingDay),
            (day("2018-01-01"), ShiftedDay::Holiday),
        ]
        .into(),
        hours: OfficeHours {
            from: time(8),
            to: time(18),
        },
    };
    for (from, to) in [("2017-04-02", "2017-04-04"), ("2017-10-01", "2017-10-08")] {
        let days = day(from).iter_days().take_while(|free| *free <= day(to));
        calendar
            .shifted
            .extend(days.map(|free| (free, ShiftedDay::Holiday)));
    }
    calendar
}

pub fn hours<'a>(duty: &'a DutySettings, calendar: &'a WorkCalendar, now: &str) -> Hours<'a> {
    Hours {
        now: at(now),
        zone: Shanghai,
        calendar,
        duty,
    }
}

/// Published half an hour before it was seen.
pub fn post(id: i64, seen: &str) -> StoredPost {
    let seen = at(seen);
    let post = Post {
        url: Some(format!("https://example.cn/{id}")),
        title: format!("换卡排队{id}"),
        text: "换卡排队三小时，窗口停止放号".to_owned(),
        published_at: Some(PublishedAt {
            at: seen - TimeDelta::minutes(30),
            precision: Precision::Minute,
            is_inferred: false,
        }),
        ..Post::bare(Channel::Forum, "示例论坛", seen)
    };
    StoredPost {
        event: Some(EventId(7)),
        ..StoredPost::fresh(PostId(id), post)
    }
}

pub fn event(level: Level) -> Event {
    let at = at("2017-04-14T13:58:00+08:00");
    Event {
        id: EventId(7),
        title: "社保大厅换卡排队".to_owned(),
        level,
        level_reason: "O1：1小时互动指数560，达到300".to_owned(),
        phase: Phase::Emerging,
        is_gathering: false,
        topic: None,
        first_at: at,
        last_at: at,
        post_count: 5,
        source_count: 3,
    }
}

pub fn alert(id: i64, level: Level) -> Alert {
    let raised_at = at("2017-04-14T14:13:00+08:00");
    Alert {
        id: AlertId(id),
        what: NewAlert {
            key: format!("event:{id}"),
            kind: AlertKind::Level,
            subject: AlertSubject::event(EventId(id)),
            level,
            title: format!("社保大厅换卡排队{id}"),
            reason: "O1：1小时互动指数560，达到300".to_owned(),
            post: Some(PostId(id)),
            event: Some(EventId(id)),
            post_count: 5,
            source_count: 3,
            recipients: Vec::new(),
            tell_at: raised_at,
            is_closed: false,
        },
        raised_at,
        state: AlertState::Open,
        notice_count: 0,
        next_notice_at: Some(raised_at),
        steps: Vec::new(),
        notices: Vec::new(),
    }
}
