//! 级别、聚集 — an event that rose calls somebody; more of the same calls again when its hour of silence is over.

use crate::alert::hours::{AGE_LIMIT, Hours, OLD, age_when_seen};
use crate::alert::words::title_of;
use crate::model::{
    AlertKind, AlertMark, AlertRound, AlertState, AlertSubject, Event, Level, NewAlert, StoredPost,
};
use crate::store::{RisenEvent, RisenPost};
use std::collections::BTreeMap;

/// Looks at an event whose level is another than was said of it. `post` stands for it; changes of levels up to `change` are
/// part of what is seen.
pub fn on_risen_event(
    risen: &RisenEvent,
    post: Option<&StoredPost>,
    change: i64,
    hours: &Hours<'_>,
    round: &mut AlertRound,
) {
    let event = &risen.event;
    let before = risen
        .known
        .as_ref()
        .map_or(Level::None, |known| known.level);
    let mark = AlertMark {
        subject: AlertSubject::event(event.id),
        event: Some(event.id),
        level: event.level,
        at: hours.now,
        change,
        alert: None,
    };
    if let Some((alert, raised_at)) = risen.covered_by {
        round.marks.push(AlertMark {
            at: raised_at,
            alert: Some(alert),
            ..mark
        });
        return;
    }
    let age = post.map(age_when_seen).unwrap_or_default();
    if event.level < before || event.level < Level::Yellow || age > AGE_LIMIT {
        // 降级不通知只记录. What said more before stays known by its alert, and its hour goes on.
        let known = risen.known.as_ref();
        round.marks.push(AlertMark {
            at: known.map_or(mark.at, |known| known.at),
            alert: known.and_then(|known| known.alert),
            ..mark
        });
        return;
    }
    let why = reason_of(event, post);
    let reason = match before {
        Level::None | Level::Blue => why,
        before => format!("由{}级升为{}级，{why}", before.label(), event.level.label()),
    };
    let alert = about_event(event, post, reason, change, age > OLD, hours);
    round.alerts.push((alert, change));
}

fn about_event(
    event: &Event,
    post: Option<&StoredPost>,
    reason: String,
    change: i64,
    is_old: bool,
    hours: &Hours<'_>,
) -> NewAlert {
    NewAlert {
        key: format!("event:{}:{}:{change}", event.id.0, event.level),
        kind: match event.is_gathering {
            true => AlertKind::Gathering,
            false => AlertKind::Level,
        },
        subject: AlertSubject::event(event.id),
        level: event.level,
        title: title_of(&event.title, ""),
        reason,
        post: post.map(|post| post.id),
        event: Some(event.id),
        post_count: event.post_count,
        source_count: event.source_count,
        recipients: Vec::new(),
        tell_at: hours.tell_at(event.level, is_old),
        is_closed: false,
    }
}

fn reason_of(event: &Event, post: Option<&StoredPost>) -> String {
    let said = match event.level_reason.as_str() {
        "" => post.and_then(reason_of_post).unwrap_or_default(),
        reason => reason,
    };
    match said {
        "" => format!("定为{}级", event.level.label()),
        reason => reason.to_owned(),
    }
}

fn reason_of_post(post: &StoredPost) -> Option<&str> {
    post.analysis.as_ref()?.level_reason()
}

/// A post that a change names, with its event as it is now.
pub type Found<'a> = (&'a StoredPost, Option<&'a Event>);

/// Looks at posts whose level rose, in the order of their changes. `find` gives the post and its event. What has to wait,
/// for its event is silent or its post is not placed yet, is looked at again the next time.
pub fn on_risen_posts<'a>(
    risen: &[RisenPost],
    find: impl Fn(&RisenPost) -> Option<Found<'a>>,
    hours: &Hours<'_>,
    round: &mut AlertRound,
) {
    let mut again: BTreeMap<AlertSubject, Vec<&RisenPost>> = BTreeMap::new();
    let mut cursor = None;
    let mut is_waiting = false;
    for post in risen {
        let subject = AlertSubject::of(post.event, post.post);
        let next = next_step(post, hours);
        match next {
            Next::Nothing | Next::Wait => {}
            Next::Alert => again.entry(subject).or_default().push(post),
        }
        is_waiting |= matches!(next, Next::Wait);
        if !is_waiting {
            cursor = Some(post.change);
        }
    }
    for posts in again.into_values() {
        let Some(last) = posts.last() else { continue };
        let Some((stored, event)) = find(last) else {
            continue;
        };
        if age_when_seen(stored) <= AGE_LIMIT {
            round
                .alerts
                .push((about_posts(&posts, last, stored, event, hours), last.change));
        }
    }
    round.change_cursor = cursor;
}

enum Next {
    Nothing,
    Wait,
    Alert,
}

fn next_step(post: &RisenPost, hours: &Hours<'_>) -> Next {
    if post.is_waiting {
        return Next::Wait;
    }
    if post.level < Level::Yellow {
        return Next::Nothing;
    }
    let Some(known) = &post.known else {
        // Of an event its level tells, as soon as it stands.
        return match post.event {
            None => Next::Alert,
            Some(_) => Next::Nothing,
        };
    };
    let is_risen = post.event.is_none() && post.level > known.level;
    if post.change <= known.change || post.to < known.level {
        return Next::Nothing;
    }
    match post.state {
        _ if is_risen => Next::Alert,
        // A person said that there is nothing in it: only a rise says otherwise.
        Some(AlertState::FalseAlarm) => Next::Nothing,
        // What is yet to be told will be told as it stands then.
        _ if post.is_untold || post.to > known.level => Next::Nothing,
        _ if hours.is_silent(known.at) => Next::Wait,
        _ => Next::Alert,
    }
}

fn about_posts(
    posts: &[&RisenPost],
    last: &RisenPost,
    stored: &StoredPost,
    event: Option<&Event>,
    hours: &Hours<'_>,
) -> NewAlert {
    let is_old = age_when_seen(stored) > OLD;
    let why = reason_of_post(stored).unwrap_or_default();
    let level = last.level.label();
    if let (Some(event), Some(_)) = (event, &last.known) {
        let mut distinct: Vec<_> = posts.iter().map(|post| post.post).collect();
        distinct.dedup();
        let reason = format!("同一事件新增{level}级信息{}条，{why}", distinct.len());
        return NewAlert {
            level: last.level,
            tell_at: hours.tell_at(last.level, is_old),
            ..about_event(event, Some(stored), reason, last.change, is_old, hours)
        };
    }
    NewAlert {
        key: format!("post:{}:{}:{}", stored.id.0, last.level, last.change),
        kind: AlertKind::Level,
        subject: AlertSubject::post(stored.id),
        level: last.level,
        title: title_of(&stored.post.title, &stored.post.text),
        reason: match why {
            "" => format!("定为{level}级"),
            why => why.to_owned(),
        },
        post: Some(stored.id),
        event: None,
        post_count: 1,
        source_count: 1,
        recipients: Vec::new(),
        tell_at: hours.tell_at(last.level, is_old),
        is_closed: false,
    }
}
