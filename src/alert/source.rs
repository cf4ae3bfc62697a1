//! 信源故障 — administrators hear when a source fails and when it works again, of each source at most once a day; readers
//! never do.

use crate::alert::Hours;
use crate::model::{
    AlertKind, AlertSubject, Level, NewAlert, SourceCondition, SourceMark, Timestamp,
};
use crate::text::duration::duration;
use chrono::TimeDelta;

/// A source that works for so long works again; one that only answered in between does not.
const STEADY: TimeDelta = TimeDelta::minutes(60);
/// A source that comes and goes is told of once in this time.
const FLAPPING: TimeDelta = TimeDelta::hours(24);

/// What a look at one source found.
#[derive(Clone, Copy, Debug)]
pub struct SourceNews<'a> {
    /// 代号.
    pub id: &'a str,
    /// 名称.
    pub name: &'a str,
    /// How it is now.
    pub condition: SourceCondition,
    /// Why, in a sentence.
    pub message: &'a str,
}

/// Compares a source with what is remembered of it: what to remember, and what to say.
pub fn look_at_source(
    news: &SourceNews<'_>,
    known: Option<&SourceMark>,
    hours: &Hours<'_>,
) -> (SourceMark, Option<NewAlert>) {
    let now = hours.now;
    let mut mark = known.cloned().unwrap_or_else(|| SourceMark {
        source: news.id.to_owned(),
        condition: news.condition,
        since: now,
        told: SourceCondition::Well,
        told_at: None,
    });
    if mark.condition != news.condition || mark.since > now {
        mark.condition = news.condition;
        mark.since = now;
    }
    let was_told_lately = mark.told_at.is_some_and(|told| {
        let age = now - told;
        TimeDelta::zero() <= age && age < FLAPPING
    });
    let is_news = match (mark.told, mark.condition) {
        (SourceCondition::Well, SourceCondition::Troubled) => !was_told_lately,
        // It waits for a person now: that is never told too often.
        (SourceCondition::Well | SourceCondition::Troubled, SourceCondition::Stopped) => true,
        (SourceCondition::Troubled | SourceCondition::Stopped, SourceCondition::Well) => {
            now - mark.since >= STEADY
        }
        _ => false,
    };
    let alert = is_news.then(|| about(news, &mark, hours));
    if is_news {
        mark.told = mark.condition;
        if mark.condition != SourceCondition::Well {
            mark.told_at = Some(now);
        }
    }
    (mark, alert)
}

fn about(news: &SourceNews<'_>, mark: &SourceMark, hours: &Hours<'_>) -> NewAlert {
    let name = news.name;
    let is_over = news.condition == SourceCondition::Well;
    let (title, reason) = match news.condition {
        SourceCondition::Well => (format!("信源“{name}”已恢复"), recovered(mark, mark.since)),
        SourceCondition::Troubled => (format!("信源“{name}”异常"), news.message.to_owned()),
        SourceCondition::Stopped => (format!("信源“{name}”已自动停采"), news.message.to_owned()),
    };
    NewAlert {
        key: format!(
            "source:{}:{}:{}",
            news.id,
            news.condition,
            hours.now.timestamp()
        ),
        kind: AlertKind::Source,
        subject: AlertSubject::source(news.id),
        level: Level::None,
        title,
        reason,
        post: None,
        event: None,
        post_count: 0,
        source_count: 0,
        recipients: Vec::new(),
        tell_at: hours.awake_at(),
        is_closed: is_over,
    }
}

fn recovered(mark: &SourceMark, since: Timestamp) -> String {
    let since_text = since.format("%m-%d %H:%M");
    match mark.told_at.filter(|told| *told < since) {
        Some(told) => format!(
            "自{since_text}起采集恢复正常，异常约{}",
            duration(since - told)
        ),
        None => format!("自{since_text}起采集恢复正常"),
    }
}

#[cfg(test)]
mod tests {
    use super::{SourceNews, look_at_source};
    use crate::alert::fixture::{at, calendar, duty, hours};
    use crate::model::SourceCondition;
    use SourceCondition::{Stopped, Troubled, Well};

    /// What is said, look by look.
    fn said(looks: &[(&str, SourceCondition)]) -> Vec<Option<&'static str>> {
        let (duty, calendar) = (duty(), calendar());
        let mut known = None;
        let mut said = Vec::new();
        for (now, condition) in looks {
            let now = format!("2017-04-{now}:00+08:00");
            let news = SourceNews {
                id: "news",
                name: "示例网",
                condition: *condition,
                message: "连续2次采集失败",
            };
            let hours = hours(&duty, &calendar, &now);
            let (mark, alert) = look_at_source(&news, known.as_ref(), &hours);
            known = Some(mark);
            said.push(alert.map(|alert| {
                let night = now.contains("T23:");
                let morning = at("2017-04-15T07:00:00+08:00");
                assert!(!night || alert.tell_at == morning, "{}", alert.tell_at);
                match (alert.is_closed, alert.title.contains("停采")) {
                    (true, _) => "over",
                    (_, true) => "stopped",
                    _ => "troubled",
                }
            }));
        }
        said
    }

    #[test]
    fn a_failure_is_told_once_and_its_end_once() {
        let looks = [
            ("14T09:00", Well),
            ("14T09:10", Troubled),
            ("14T09:20", Troubled),
            ("14T09:30", Well),
            ("14T10:29", Well),
            ("14T10:30", Well),
            ("14T11:00", Well),
        ];
        let expected = [None, Some("troubled"), None, None, None, Some("over"), None];
        assert_eq!(said(&looks), expected);
    }

    #[test]
    fn a_source_that_comes_and_goes_is_told_of_once_a_day() {
        let looks = [
            ("14T09:00", Troubled),
            ("14T09:10", Well),
            ("14T09:20", Troubled),
            ("14T09:30", Well),
            ("14T10:30", Well),
            ("14T10:40", Troubled),
            ("14T12:00", Well),
            ("14T13:00", Well),
            ("14T23:40", Troubled),
            ("15T08:59", Troubled),
            ("15T09:00", Troubled),
        ];
        let said = said(&looks);
        let told: Vec<(usize, &str)> = (said.iter().enumerate())
            .filter_map(|(look, said)| Some((look, (*said)?)))
            .collect();
        assert_eq!(told, [(0, "troubled"), (4, "over"), (10, "troubled")]);
    }

    #[test]
    fn a_source_that_stops_itself_is_told_of_at_once_but_not_at_night() {
        let looks = [
            ("14T23:00", Troubled),
            ("14T23:30", Stopped),
            ("14T23:40", Stopped),
            ("15T09:00", Troubled),
            ("15T10:00", Well),
            ("15T11:00", Well),
        ];
        let expected = [
            Some("troubled"),
            Some("stopped"),
            None,
            None,
            None,
            Some("over"),
        ];
        assert_eq!(said(&looks), expected);
    }
}
