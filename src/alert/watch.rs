//! 专题 — hits of a watch call those who asked for it, when they asked to be called; of one happening once in an hour.

use crate::alert::hours::{AGE_LIMIT, Hours, OLD};
use crate::model::{
    AlertKind, AlertMark, AlertPolicy, AlertRound, AlertSubject, Level, NewAlert, Timestamp, Watch,
};
use crate::store::WaitingHit;
use std::collections::BTreeSet;

/// Looks at all waiting hits of one watch. Those that have to wait stay as they are.
pub fn on_hits(watch: &Watch, hits: &[WaitingHit], hours: &Hours<'_>, round: &mut AlertRound) {
    let (recent, archived): (Vec<&WaitingHit>, Vec<&WaitingHit>) = hits
        .iter()
        .partition(|hit| hit.first_seen_at - hit.effective_at <= AGE_LIMIT);
    forget(&archived, round);
    let (known, new): (Vec<&WaitingHit>, Vec<&WaitingHit>) = (recent.into_iter())
        .partition(|hit| watch.alert == AlertPolicy::None || is_known(watch, hit, hours));
    forget(&known, round);
    let new = match is_time(watch, &new, hours) {
        true => new,
        false => new
            .into_iter()
            .filter(|hit| is_urgent(watch, hit))
            .collect(),
    };
    let is_silent = |hit: &&WaitingHit| hit.told_at.is_some_and(|told| hours.is_silent(told));
    let found: Vec<&WaitingHit> = match watch.alert {
        AlertPolicy::AtOnce | AlertPolicy::WorkingHours => {
            new.into_iter().filter(|hit| !is_silent(hit)).collect()
        }
        AlertPolicy::Digest | AlertPolicy::None => new,
    };
    let Some(gravest) = found.iter().max_by_key(|hit| (hit.level, hit.post)) else {
        return;
    };
    let alert = about(watch, &found, gravest, hours.now);
    for hit in &found {
        let happening = AlertSubject::of(hit.event, hit.post);
        round.posts.push((alert.key.clone(), hit.post));
        round.marks.push(AlertMark {
            subject: AlertSubject::watch_on(&watch.id, &happening),
            event: None,
            level: hit.level,
            at: hours.now,
            change: 0,
            alert: None,
        });
    }
    forget(&found, round);
    round.alerts.push((alert, 0));
}

fn forget(hits: &[&WaitingHit], round: &mut AlertRound) {
    let looked_at = hits.iter().map(|hit| (hit.watch.clone(), hit.post));
    round.hits.extend(looked_at);
}

/// Those on duty have just heard of this happening by its level; somebody who asked for the watch has not.
fn is_known(watch: &Watch, hit: &WaitingHit, hours: &Hours<'_>) -> bool {
    watch.recipients.is_empty() && hit.alerted_at.is_some_and(|at| hours.is_silent(at))
}

/// Orange and red call at any hour whoever asked to be told at once, unless it is old news.
fn is_urgent(watch: &Watch, hit: &WaitingHit) -> bool {
    watch.alert == AlertPolicy::AtOnce
        && hit.level >= Level::Orange
        && hit.first_seen_at - hit.effective_at <= OLD
}

fn is_time(watch: &Watch, hits: &[&WaitingHit], hours: &Hours<'_>) -> bool {
    let is_office_time = || hours.calendar.is_office_time(hours.now);
    match watch.alert {
        AlertPolicy::None => false,
        AlertPolicy::WorkingHours => is_office_time(),
        // The telephone of those on duty rings at night for orange and red only; see `is_urgent`.
        AlertPolicy::AtOnce if watch.recipients.is_empty() => is_office_time(),
        AlertPolicy::AtOnce => hours.awake_at() == hours.now,
        AlertPolicy::Digest => {
            let first = hits.iter().map(|hit| hit.matched_at).min();
            let next = |first| {
                let schedule = watch.schedule.as_ref()?;
                schedule.next_after(first, hours.zone)
            };
            first.and_then(next).is_some_and(|next| next <= hours.now)
        }
    }
}

fn about(watch: &Watch, found: &[&WaitingHit], gravest: &WaitingHit, now: Timestamp) -> NewAlert {
    let sources: BTreeSet<&str> = found.iter().map(|hit| hit.source_name.as_str()).collect();
    let count = found.len();
    // A post hits a watch once, so that no two alerts of a watch begin with the same post.
    let first = found.iter().map(|hit| hit.post.0).min().unwrap_or_default();
    NewAlert {
        key: format!("watch:{}:{first}", watch.id),
        kind: AlertKind::Watch,
        subject: AlertSubject::watch(&watch.id),
        level: found
            .iter()
            .map(|hit| hit.level)
            .max()
            .unwrap_or(Level::None),
        title: format!("专题“{}”命中{count}条", watch.name),
        reason: format!("新增{count}条信息符合专题“{}”的检索式", watch.name),
        post: Some(gravest.post),
        event: None,
        post_count: found.len() as u64,
        source_count: sources.len() as u64,
        recipients: watch.recipients.clone(),
        tell_at: now,
        is_closed: false,
    }
}

#[cfg(test)]
mod tests {
    use super::on_hits;
    use crate::alert::fixture::{at, calendar, duty, hours};
    use crate::model::{AlertPolicy, AlertRound, EventId, Level, PostId, Watch};
    use crate::store::WaitingHit;
    use chrono::TimeDelta;

    fn watch(alert: AlertPolicy, recipients: &[&str]) -> Watch {
        Watch {
            id: "card".to_owned(),
            name: "制卡".to_owned(),
            query: "社保卡".to_owned(),
            note: String::new(),
            recipients: recipients.iter().map(|name| (*name).to_owned()).collect(),
            alert,
            schedule: (alert == AlertPolicy::Digest)
                .then(|| "0 17 * * 1-5".parse().expect("a schedule")),
            is_active: true,
        }
    }

    fn hit(post: i64, matched: &str) -> WaitingHit {
        let matched_at = at(matched);
        WaitingHit {
            watch: "card".to_owned(),
            post: PostId(post),
            matched_at,
            level: Level::Blue,
            event: Some(EventId(7)),
            effective_at: matched_at,
            first_seen_at: matched_at,
            source_name: "示例论坛".to_owned(),
            alerted_at: None,
            told_at: None,
        }
    }

    fn look(watch: &Watch, hits: &[WaitingHit], now: &str) -> AlertRound {
        let (duty, calendar) = (duty(), calendar());
        let mut round = AlertRound::default();
        on_hits(watch, hits, &hours(&duty, &calendar, now), &mut round);
        round
    }

    /// Posts told, hits put aside without a word.
    fn told(round: &AlertRound) -> (usize, usize) {
        (round.posts.len(), round.hits.len() - round.posts.len())
    }

    #[test]
    fn hits_are_told_when_those_who_asked_wish() {
        const FRIDAY: &str = "2017-04-14T09:00:00+08:00";
        use AlertPolicy::{AtOnce, Digest, None, WorkingHours};
        // Friday 9:00 is when it matched.
        for (policy, own, now, expected) in [
            (AtOnce, false, FRIDAY, (1, 0)),
            (AtOnce, false, "2017-04-14T19:00:00+08:00", (0, 0)),
            (AtOnce, true, "2017-04-14T19:00:00+08:00", (1, 0)),
            (AtOnce, true, "2017-04-14T22:00:00+08:00", (0, 0)),
            (AtOnce, true, "2017-04-15T07:00:00+08:00", (1, 0)),
            (WorkingHours, true, FRIDAY, (1, 0)),
            (WorkingHours, true, "2017-04-14T19:00:00+08:00", (0, 0)),
            (WorkingHours, true, "2017-04-17T08:00:00+08:00", (1, 0)),
            (Digest, true, FRIDAY, (0, 0)),
            (Digest, true, "2017-04-14T17:00:00+08:00", (1, 0)),
            (None, true, FRIDAY, (0, 1)),
        ] {
            let recipients: &[&str] = if own { &["zhaoliu"] } else { &[] };
            let round = look(&watch(policy, recipients), &[hit(1, FRIDAY)], now);
            assert_eq!(told(&round), expected, "{policy} {own} {now}");
        }
    }

    #[test]
    fn orange_and_red_call_at_any_hour_whoever_wants_to_be_told_at_once() {
        const NIGHT: &str = "2017-04-15T02:00:00+08:00";
        use AlertPolicy::{AtOnce, Digest, WorkingHours};
        let (blue, mut orange) = (hit(1, NIGHT), hit(2, NIGHT));
        orange.level = Level::Orange;
        let old = WaitingHit {
            effective_at: at(NIGHT) - TimeDelta::hours(73),
            ..orange.clone()
        };
        for (policy, hits, expected) in [
            (AtOnce, [blue.clone(), orange.clone()], (1, 0)),
            (AtOnce, [blue.clone(), old], (0, 0)),
            (WorkingHours, [blue.clone(), orange.clone()], (0, 0)),
            (Digest, [blue, orange], (0, 0)),
        ] {
            for own in [true, false] {
                let recipients: &[&str] = if own { &["zhaoliu"] } else { &[] };
                let round = look(&watch(policy, recipients), &hits, NIGHT);
                assert_eq!(told(&round), expected, "{policy} {own}");
            }
        }
    }

    #[test]
    fn one_happening_is_told_once_in_an_hour_and_what_duty_knows_is_not_told_again() {
        let now = "2017-04-14T14:00:00+08:00";
        let (recently, long_ago) = (
            at(now) - TimeDelta::minutes(59),
            at(now) - TimeDelta::hours(1),
        );
        let of = |alerted: Option<_>, said: Option<_>| WaitingHit {
            alerted_at: alerted,
            told_at: said,
            ..hit(1, now)
        };
        let duty = watch(AlertPolicy::AtOnce, &[]);
        let own = watch(AlertPolicy::AtOnce, &["zhaoliu"]);
        assert_eq!(told(&look(&duty, &[of(None, Some(recently))], now)), (0, 0));
        assert_eq!(told(&look(&duty, &[of(None, Some(long_ago))], now)), (1, 0));
        assert_eq!(told(&look(&duty, &[of(Some(recently), None)], now)), (0, 1));
        assert_eq!(told(&look(&own, &[of(Some(recently), None)], now)), (1, 0));
    }

    #[test]
    fn hits_of_one_look_are_one_alert_and_archives_are_none() {
        let now = "2017-04-14T14:00:00+08:00";
        let old = WaitingHit {
            effective_at: at(now) - TimeDelta::days(31),
            ..hit(1, now)
        };
        let orange = WaitingHit {
            level: Level::Orange,
            event: None,
            ..hit(2, now)
        };
        let round = look(
            &watch(AlertPolicy::AtOnce, &[]),
            &[old, orange, hit(3, now)],
            now,
        );
        assert_eq!(told(&round), (2, 1));
        let (alert, _) = &round.alerts[0];
        assert_eq!(alert.title, "专题“制卡”命中2条");
        assert_eq!((alert.level, alert.post), (Level::Orange, Some(PostId(2))));
    }
}
