//! 传播 — readings of engagement → the two figures that level rules go by: the best day and the best hour.

use super::Spread;
use crate::model::{Author, Post, Reading, Timestamp};
use chrono::TimeDelta;
use std::collections::HashMap;

impl Spread {
    /// I24 and I1h (`spec.md` 3.2) as the largest gain within any 24 hours and any hour between readings, so that a
    /// level never falls because a post grows old. Before publication the count is zero; a post first seen later than
    /// one window after publication starts with what it had, for the day, and with nothing, for the hour.
    pub fn of_readings(post: &Post, readings: &[Reading]) -> Spread {
        if readings.len() < 2 {
            return Spread::of_snapshot(post);
        }
        let published = post.published_at.map(|published| published.at);
        let day = best_gain(published, readings, TimeDelta::hours(24));
        let hour = best_gain(published, readings, TimeDelta::hours(1));
        let share = published.map_or(1.0, |at| share_of_day(at, readings[0].at));
        let first = readings[0].engagement.weight() * share;
        Spread {
            weight_24h: day.max(first),
            weight_1h: hour,
            ..Spread::of_snapshot(post)
        }
    }

    /// With the authors who published the same words: the most within any 24 hours and any 7 days. `voices` are in the
    /// order of time.
    pub fn with_voices(self, voices: &[(Timestamp, Author)]) -> Spread {
        Spread {
            authors_24h: most_authors(voices, TimeDelta::hours(24)),
            authors_7d: most_authors(voices, TimeDelta::days(7)),
            ..self
        }
    }
}

/// Different authors within the busiest window; at least the one whose post is judged.
fn most_authors(voices: &[(Timestamp, Author)], window: TimeDelta) -> u32 {
    let mut posts_by_author: HashMap<&Author, u32> = HashMap::new();
    let (mut first, mut most) = (0, 1);
    for (at, author) in voices {
        *posts_by_author.entry(author).or_default() += 1;
        while *at - voices[first].0 > window {
            let gone = &voices[first].1;
            if let Some(posts) = posts_by_author.get_mut(gone) {
                *posts -= 1;
                if *posts == 0 {
                    posts_by_author.remove(gone);
                }
            }
            first += 1;
        }
        most = most.max(posts_by_author.len());
    }
    u32::try_from(most).unwrap_or(u32::MAX)
}

/// Which part of what had gathered by `read` a day has at most a right to: all within a day of publication.
pub(super) fn share_of_day(published: Timestamp, read: Timestamp) -> f64 {
    let day = TimeDelta::hours(24).num_milliseconds() as f64;
    let age = (read - published).num_milliseconds() as f64;
    if age <= day { 1.0 } else { day / age }
}

/// Largest increase within `window`. Between two readings further apart than the window nothing is known about the
/// window itself: the increase is then shared evenly over the time between them.
fn best_gain(published: Option<Timestamp>, readings: &[Reading], window: TimeDelta) -> f64 {
    let mut points: Vec<(Timestamp, f64)> = Vec::with_capacity(readings.len() + 1);
    if let Some(published) = published.filter(|at| *at < readings[0].at) {
        points.push((published, 0.0));
    }
    points.extend(
        readings
            .iter()
            .map(|reading| (reading.at, reading.engagement.weight())),
    );
    let mut best: f64 = 0.0;
    for (end, (end_at, end_weight)) in points.iter().enumerate().skip(1) {
        let begin_at = *end_at - window;
        let begin = points[..end].iter().rposition(|(at, _)| *at <= begin_at);
        let gain = match begin {
            None => end_weight - points[0].1,
            Some(begin) => end_weight - weight_at(&points[begin], &points[begin + 1], begin_at),
        };
        best = best.max(gain);
    }
    best
}

/// Straight line between two points.
fn weight_at(before: &(Timestamp, f64), after: &(Timestamp, f64), at: Timestamp) -> f64 {
    let whole = (after.0 - before.0).num_milliseconds() as f64;
    if whole <= 0.0 {
        return before.1;
    }
    let part = (at - before.0).num_milliseconds() as f64 / whole;
    before.1 + (after.1 - before.1) * part
}

#[cfg(test)]
mod tests {
    use super::best_gain;
    use crate::model::{Author, Engagement, Reading, Timestamp};
    use chrono::TimeDelta;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_from_rfc3339(text).expect("test time")
    }

    fn reading(time: &str, comments: u64) -> Reading {
        let engagement = Engagement {
            comments: Some(comments),
            ..Engagement::default()
        };
        Reading {
            at: at(time),
            engagement,
        }
    }

    #[test]
    fn fifteen_minutes_after_publication_count_as_the_first_hour() {
        let readings = [
            reading("2017-04-14T14:03:00+08:00", 40),
            reading("2017-04-14T14:13:00+08:00", 620),
        ];
        let published = Some(at("2017-04-14T13:58:00+08:00"));
        assert_eq!(best_gain(published, &readings, TimeDelta::hours(1)), 620.0);
    }

    #[test]
    fn what_was_read_late_is_shared_over_the_days() {
        let published = at("2017-04-01T08:00:00+08:00");
        let share = |time| super::share_of_day(published, at(time));
        assert_eq!(share("2017-04-02T08:00:00+08:00"), 1.0);
        assert_eq!(share("2017-04-11T08:00:00+08:00"), 0.1);
    }

    #[test]
    fn authors_are_counted_in_the_busiest_window() {
        let voice = |time: &str, author: &str| (at(time), Author::Person(author.to_owned()));
        let voices = [
            voice("2017-04-01T08:00:00+08:00", "a"),
            voice("2017-04-03T08:00:00+08:00", "b"),
            voice("2017-04-03T09:00:00+08:00", "b"),
            voice("2017-04-04T07:00:00+08:00", "c"),
        ];
        let spread = super::Spread::default().with_voices(&voices);
        assert_eq!((spread.authors_24h, spread.authors_7d), (2, 3));
        assert_eq!(super::Spread::default().with_voices(&[]).authors_24h, 1);
    }

    #[test]
    fn slow_growth_is_no_fast_hour() {
        let readings = [
            reading("2017-04-14T08:00:00+08:00", 0),
            reading("2017-04-15T08:00:00+08:00", 240),
        ];
        assert_eq!(best_gain(None, &readings, TimeDelta::hours(1)), 10.0);
        assert_eq!(best_gain(None, &readings, TimeDelta::hours(24)), 240.0);
    }

    #[test]
    fn old_fame_stays() {
        let readings = [
            reading("2017-04-14T08:00:00+08:00", 0),
            reading("2017-04-14T09:00:00+08:00", 500),
            reading("2017-04-20T09:00:00+08:00", 510),
        ];
        assert_eq!(best_gain(None, &readings, TimeDelta::hours(1)), 500.0);
    }
}
