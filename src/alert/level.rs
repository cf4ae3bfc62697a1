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
    let known = risen.known.as_ref();
    // What fell before anybody was told of it is told as it is now, if at all.
    let is_fallen = event.level < before && !risen.is_untold;
    if is_fallen || event.level < Level::Yellow || age > AGE_LIMIT {
        // 降级不通知只记录. What said more before stays known by its alert, and its hour goes on.
        let said_by = known.and_then(|known| known.alert);
        round.marks.push(AlertMark {
            at: known.map_or(mark.at, |known| known.at),
            alert: said_by.filter(|_| !risen.is_untold),
            ..mark
        });
        return;
    }
    let why = reason_of(event, post);
    let reason = match Level::Yellow <= before && before < event.level {
        true => format!("由{}级升为{}级，{why}", before.label(), event.level.label()),
        false => why,
    };
    let alert = about_event(event, post, reason, change, age > OLD, hours);
    round.alerts.push((after(known, alert), change));
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

/// An event that falls and rises between two changes of posts is news each time: the key names what was said before.
fn after(known: Option<&AlertMark>, alert: NewAlert) -> NewAlert {
    let said_at = known.map_or(0, |known| known.at.timestamp_millis());
    NewAlert {
        key: format!("{}:{said_at}", alert.key),
        ..alert
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
    // A post that was lowered while it waited adds nothing to what is known.
    if post.change <= known.change || post.to < known.level || post.level < known.level {
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
    if let (Some(event), Some(known)) = (event, &last.known) {
        let mut distinct: Vec<_> = posts.iter().map(|post| post.post).collect();
        distinct.dedup();
        let reason = format!("同一事件新增{level}级信息{}条，{why}", distinct.len());
        let alert = NewAlert {
            level: last.level,
            tell_at: hours.tell_at(last.level, is_old),
            ..about_event(event, Some(stored), reason, last.change, is_old, hours)
        };
        return after(Some(known), alert);
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

#[cfg(test)]
mod tests {
    use super::{on_risen_event, on_risen_posts};
    use crate::alert::fixture::{at, calendar, duty, event, hours, post};
    use crate::model::{
        AlertId, AlertMark, AlertRound, AlertState, AlertSubject, EventId, Level, PostId,
    };
    use crate::store::{RisenEvent, RisenPost};

    const NOW: &str = "2017-04-14T10:00:00+08:00";

    fn mark(level: Level, said: &str) -> AlertMark {
        AlertMark {
            subject: AlertSubject::event(EventId(7)),
            event: Some(EventId(7)),
            level,
            at: at(said),
            change: 1,
            alert: Some(AlertId(1)),
        }
    }

    fn look(level: Level, known: Option<AlertMark>, is_untold: bool) -> AlertRound {
        let (duty, calendar) = (duty(), calendar());
        let risen = RisenEvent {
            event: event(level),
            post: None,
            known,
            covered_by: None,
            is_untold,
        };
        let mut round = AlertRound::default();
        let hours = hours(&duty, &calendar, NOW);
        on_risen_event(&risen, None, 1, &hours, &mut round);
        round
    }

    #[test]
    fn what_falls_is_told_only_where_nobody_was_told_of_more() {
        let red = || Some(mark(Level::Red, NOW));
        for (level, known, is_untold, said) in [
            (Level::Red, None, false, Some("O1")),
            (Level::Yellow, red(), false, None),
            (Level::Yellow, red(), true, Some("O1")),
            (Level::Blue, red(), true, None),
            (
                Level::Red,
                Some(mark(Level::Yellow, NOW)),
                false,
                Some("由黄级升为红级，O1"),
            ),
            (Level::Red, Some(mark(Level::Blue, NOW)), false, Some("O1")),
        ] {
            let round = look(level, known, is_untold);
            let reason = round.alerts.first().map(|(alert, _)| alert.reason.as_str());
            assert_eq!(reason.is_some(), said.is_some(), "{level} {is_untold}");
            assert_eq!(round.marks.len(), usize::from(said.is_none()), "{level}");
            let begins = |words: &str| reason.is_some_and(|reason: &str| reason.starts_with(words));
            assert!(said.is_none_or(begins), "{level}: {reason:?}");
        }
    }

    #[test]
    fn a_second_rise_without_a_change_of_any_post_is_an_alert_of_its_own() {
        let key = |known| look(Level::Yellow, known, false).alerts[0].0.key.clone();
        let first = key(None);
        let second = key(Some(mark(Level::None, "2017-04-14T09:00:00+08:00")));
        let third = key(Some(mark(Level::None, NOW)));
        assert!(first != second && second != third && first != third);
        assert_eq!(first, key(None), "a step that runs twice");
    }

    #[test]
    fn a_post_that_was_lowered_while_it_waited_says_nothing() {
        let (duty, calendar) = (duty(), calendar());
        for (level, expected) in [(Level::Red, 1), (Level::Orange, 0), (Level::Yellow, 0)] {
            let risen = RisenPost {
                change: 2,
                post: PostId(2),
                to: Level::Red,
                level,
                is_waiting: false,
                event: Some(EventId(7)),
                known: Some(mark(Level::Red, "2017-04-14T09:00:00+08:00")),
                state: Some(AlertState::Open),
                is_untold: false,
            };
            let (stored, event) = (post(2, "2017-04-14T09:20:00+08:00"), event(Level::Red));
            let mut round = AlertRound::default();
            let find = |_: &RisenPost| Some((&stored, Some(&event)));
            let hours = hours(&duty, &calendar, NOW);
            on_risen_posts(&[risen], find, &hours, &mut round);
            assert_eq!(round.alerts.len(), expected, "{level}");
            assert_eq!(round.change_cursor, Some(2), "{level}");
        }
    }
}
