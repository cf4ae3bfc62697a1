//! 突增 — which topic, place or event is suddenly louder. Pure: moments of posts in, bursts with their figures out; knows
//! nothing of words.

use crate::model::{EventId, Timestamp, Topic};
use crate::store::Arrival;
use chrono::TimeDelta;
use serde::Serialize;
use std::collections::BTreeMap;

/// How far back posts are counted.
pub const BURST_MEMORY: TimeDelta = TimeDelta::days(15);
/// Standard deviations above the mean that are no chance: one in a thousand.
const MIN_DEVIATIONS: f64 = 3.0;

/// 对象 — what gets louder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// 主题.
    Topic(Topic),
    /// 属地 that answers.
    Place {
        /// Administrative code.
        code: String,
        /// Name as printed.
        name: String,
    },
    /// 事件.
    Event(EventId),
}

/// 时段 — what is compared with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// 1小时 — with the 12 before it, the same hour yesterday and a week ago.
    Hour,
    /// 24小时 — with the 14 days before, yesterday and the same day a week ago.
    Day,
}

impl Span {
    fn length(self) -> TimeDelta {
        match self {
            Span::Hour => TimeDelta::hours(1),
            Span::Day => TimeDelta::days(1),
        }
    }

    /// How long we must have watched before a span can be compared.
    pub fn least_history(self) -> TimeDelta {
        let spans = i32::try_from(self.before() / 2 + 1).expect("few");
        self.length() * spans
    }

    /// Spans before, of which at least half must lie in the time we have watched.
    fn before(self) -> usize {
        match self {
            Span::Hour => 12,
            Span::Day => 14,
        }
    }

    /// Spans back to the same time yesterday and a week ago.
    fn same_time(self) -> (usize, usize) {
        match self {
            Span::Hour => (24, 168),
            Span::Day => (1, 7),
        }
    }

    /// Fewer posts are no burst, however quiet it was.
    fn min_count(self) -> u32 {
        match self {
            Span::Hour => 5,
            Span::Day => 8,
        }
    }
}

/// 突增, with the figures that make it one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Burst {
    /// 对象.
    pub subject: Subject,
    /// 时段; it ends now.
    pub span: Span,
    /// Posts in the span.
    pub count: u32,
    /// Spans it was compared with.
    pub compared: usize,
    /// Posts in such a span before, on average.
    pub mean: f64,
    /// Standard deviation, at least that of chance.
    pub deviation: f64,
    /// Posts at the same time yesterday; `None` before we watched.
    pub yesterday: Option<u32>,
    /// Posts at the same time a week ago; `None` before we watched.
    pub last_week: Option<u32>,
    /// Deviations above the mean: how sudden.
    pub strength: f64,
}

/// Finds what is louder in the last hour or the last day before `now` than chance and habit explain, loudest first.
/// `since`: when watching began; earlier silence says nothing.
pub fn bursts(arrivals: &[Arrival], now: Timestamp, since: Timestamp) -> Vec<Burst> {
    let mut found = Vec::new();
    for span in [Span::Hour, Span::Day] {
        for (subject, counts) in counts_by_subject(arrivals, span, now) {
            let watched =
                usize::try_from((now - since).num_minutes() / span.length().num_minutes());
            found.extend(burst(subject, span, &counts, watched.unwrap_or(0)));
        }
    }
    found.sort_by(|left, right| {
        let by_strength = right.strength.total_cmp(&left.strength);
        by_strength.then_with(|| (&left.subject, left.span).cmp(&(&right.subject, right.span)))
    });
    found
}

/// Posts of each subject in every span back from now, the latest first.
fn counts_by_subject(
    arrivals: &[Arrival],
    span: Span,
    now: Timestamp,
) -> BTreeMap<Subject, Vec<u32>> {
    let spans = usize::try_from(BURST_MEMORY.num_hours() / span.length().num_hours()).unwrap_or(0);
    let mut counts: BTreeMap<Subject, Vec<u32>> = BTreeMap::new();
    for arrival in arrivals {
        // Of a post that tells its day only nobody knows the hour.
        if arrival.at > now || span == Span::Hour && arrival.is_day_only {
            continue;
        }
        let age = (now - arrival.at).num_milliseconds() / span.length().num_milliseconds();
        let age = usize::try_from(age).unwrap_or(usize::MAX);
        for subject in subjects(arrival) {
            let counts = counts.entry(subject).or_insert_with(|| vec![0; spans]);
            if let Some(count) = counts.get_mut(age) {
                *count += 1;
            }
        }
    }
    counts
}

fn subjects(arrival: &Arrival) -> impl Iterator<Item = Subject> {
    let topic = arrival.topic.map(Subject::Topic);
    let place = arrival.place.clone().map(|place| Subject::Place {
        code: place.code,
        name: place.name,
    });
    let event = arrival.event.map(Subject::Event);
    topic.into_iter().chain(place).chain(event)
}

fn burst(subject: Subject, span: Span, counts: &[u32], watched: usize) -> Option<Burst> {
    let count = counts[0];
    let compared = span.before().min(watched.saturating_sub(1));
    if count < span.min_count() || compared * 2 < span.before() {
        return None;
    }
    let before = counts[1..=compared].iter().map(|count| f64::from(*count));
    let mean = before.clone().sum::<f64>() / compared as f64;
    let variance = before.map(|count| (count - mean).powi(2)).sum::<f64>() / compared as f64;
    // Where nothing disturbs, counts vary by the root of their mean (Poisson); where something does, by more.
    let deviation = variance.max(mean).max(1.0).sqrt();
    let strength = (f64::from(count) - mean) / deviation;
    let at = |back: usize| {
        (back < watched)
            .then(|| counts.get(back).copied())
            .flatten()
    };
    let (yesterday, last_week) = span.same_time();
    let (yesterday, last_week) = (at(yesterday), at(last_week));
    let is_usual = |then: Option<u32>| {
        then.is_some_and(|then| {
            let then = f64::from(then);
            f64::from(count) <= then + MIN_DEVIATIONS * then.max(1.0).sqrt()
        })
    };
    if strength <= MIN_DEVIATIONS || is_usual(yesterday) || is_usual(last_week) {
        return None;
    }
    Some(Burst {
        subject,
        span,
        count,
        compared,
        mean,
        deviation,
        yesterday,
        last_week,
        strength,
    })
}

#[cfg(test)]
mod tests {
    use super::{Burst, Span, Subject, bursts};
    use crate::model::{Region, Timestamp, Topic};
    use crate::store::Arrival;
    use chrono::TimeDelta;

    fn now() -> Timestamp {
        Timestamp::parse_from_rfc3339("2017-04-14T15:00:00+08:00").expect("a time")
    }

    fn place() -> Region {
        Region {
            code: "410105".to_owned(),
            name: "金水区".to_owned(),
        }
    }

    /// So many posts, spread over the span that ended so long ago.
    fn posts(count: i64, back: TimeDelta, span: Span) -> Vec<Arrival> {
        let step = span.length() / (i32::try_from(count).expect("few") + 1);
        let at = |number: i64| now() - back - step * i32::try_from(number).expect("few");
        let arrival = |number| Arrival {
            at: at(number),
            is_day_only: false,
            topic: Some(Topic::Ka),
            place: None,
            event: None,
        };
        (1..=count).map(arrival).collect()
    }

    fn found(arrivals: &[Arrival], span: Span) -> Option<Burst> {
        let watched_since = now() - TimeDelta::days(30);
        let found = bursts(arrivals, now(), watched_since);
        found.into_iter().find(|burst| burst.span == span)
    }

    #[test]
    fn an_hour_is_compared_with_twelve_and_with_habit() {
        // posts in the hour, in each of the 12 before, at that hour yesterday, a week ago → a burst?
        let table = [
            (4, 0, 0, 0, false),
            (5, 0, 0, 0, true),
            (12, 0, 0, 0, true),
            (12, 5, 0, 0, true),
            (12, 6, 0, 0, false),
            (12, 0, 9, 0, false),
            (12, 0, 0, 9, false),
            (12, 0, 3, 3, true),
            (60, 30, 20, 30, true),
            (45, 30, 20, 30, false),
        ];
        for (count, before, yesterday, last_week, is_burst) in table {
            let mut arrivals = posts(count, TimeDelta::zero(), Span::Hour);
            for hour in 1..=12 {
                arrivals.extend(posts(before, TimeDelta::hours(hour), Span::Hour));
            }
            arrivals.extend(posts(yesterday, TimeDelta::hours(24), Span::Hour));
            arrivals.extend(posts(last_week, TimeDelta::hours(168), Span::Hour));
            let burst = found(&arrivals, Span::Hour);
            let case = (count, before, yesterday, last_week);
            assert_eq!(burst.is_some(), is_burst, "{case:?}");
            if let Some(burst) = burst {
                assert_eq!((i64::from(burst.count), burst.mean), (count, before as f64));
                assert_eq!(burst.yesterday.map(i64::from), Some(yesterday));
                assert_eq!(burst.last_week.map(i64::from), Some(last_week));
            }
        }
    }

    #[test]
    fn a_day_is_compared_with_fourteen() {
        // posts today, on each of the 14 days before, added a week ago → a burst?
        let table = [
            (7, 0, 0, false),
            (8, 0, 0, true),
            (20, 8, 0, true),
            (16, 8, 0, false),
            (20, 8, 10, false),
        ];
        for (count, before, added, is_burst) in table {
            let mut arrivals = posts(count, TimeDelta::zero(), Span::Day);
            for day in 1..=14 {
                arrivals.extend(posts(before, TimeDelta::days(day), Span::Day));
            }
            arrivals.extend(posts(added, TimeDelta::days(7), Span::Day));
            let burst = found(&arrivals, Span::Day);
            assert_eq!(burst.is_some(), is_burst, "{count} {before} {added}");
        }
    }

    #[test]
    fn nothing_is_sudden_before_there_is_a_before() {
        let arrivals = posts(50, TimeDelta::zero(), Span::Hour);
        assert!(bursts(&arrivals, now(), now() - TimeDelta::hours(3)).is_empty());
        let later = bursts(&arrivals, now(), now() - TimeDelta::hours(7));
        assert_eq!(
            (later.len(), later[0].compared, later[0].yesterday),
            (1, 6, None)
        );
    }

    #[test]
    fn posts_of_a_day_have_no_hour() {
        let mut arrivals = posts(12, TimeDelta::zero(), Span::Hour);
        for arrival in &mut arrivals {
            arrival.is_day_only = true;
        }
        assert_eq!(found(&arrivals, Span::Hour), None);
        assert!(found(&arrivals, Span::Day).is_some());
    }

    #[test]
    fn the_loudest_comes_first() {
        let mut arrivals = posts(9, TimeDelta::zero(), Span::Hour);
        let mut louder = posts(20, TimeDelta::zero(), Span::Hour);
        for arrival in &mut louder {
            arrival.topic = None;
            arrival.place = Some(place());
        }
        arrivals.extend(louder);
        let found = bursts(&arrivals, now(), now() - TimeDelta::days(30));
        let Region { code, name } = place();
        assert_eq!(found[0].subject, Subject::Place { code, name });
    }
}
