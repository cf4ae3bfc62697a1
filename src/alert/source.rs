//! 信源故障 — administrators hear when a source fails and when it works again, of each source at most once a day; readers
//! never do. Where most sources fail, it is one outage, not so many troubles.

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

/// So many sources that fail at one look, where most do, are told in one alert.
const OUTAGE_FROM: usize = 5;
/// Sources named in that alert.
const NAMED: usize = 5;

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

/// A look at one source, and what is to be said of it by itself.
#[derive(Clone, Debug)]
pub struct SourceLook<'a> {
    /// What was found.
    pub news: SourceNews<'a>,
    /// What is to be said.
    pub alert: Option<NewAlert>,
    /// An alert on this source alone is open.
    pub is_told_alone: bool,
}

/// 断网 — the subject of an alert on most sources; no source has this id.
pub fn outage() -> AlertSubject {
    AlertSubject::source("*")
}

/// The alerts of all looks: while most sources fail, those that newly do are one, and so is their return. What waits for a
/// person (已自动停采), and what was told alone, is told alone. `is_open`: an alert on an outage is.
pub fn join_outage(looks: Vec<SourceLook<'_>>, is_open: bool, hours: &Hours<'_>) -> Vec<NewAlert> {
    let is_failing = |look: &&SourceLook<'_>| look.news.condition != SourceCondition::Well;
    let (failing, total) = (looks.iter().filter(is_failing).count(), looks.len());
    let is_outage = 2 * failing > total;
    let is_joined = |look: &SourceLook<'_>| match look.news.condition {
        SourceCondition::Troubled => is_outage,
        SourceCondition::Well => is_open && !is_outage && !look.is_told_alone,
        SourceCondition::Stopped => false,
    };
    let news = looks.into_iter().filter(|look| look.alert.is_some());
    let (joined, alone): (Vec<_>, Vec<_>) = news.partition(is_joined);
    let mut alerts: Vec<NewAlert> = alone.into_iter().filter_map(|look| look.alert).collect();
    if joined.is_empty() || !is_open && joined.len() < OUTAGE_FROM {
        alerts.extend(joined.into_iter().filter_map(|look| look.alert));
        return alerts;
    }
    let named = joined.iter().take(NAMED);
    let named: Vec<String> = named.map(|look| format!("“{}”", look.news.name)).collect();
    let more = if joined.len() > NAMED { "等" } else { "" };
    let (named, count) = (named.join("、"), joined.len());
    let (title, reason) = match is_outage {
        true => (
            format!("{failing}个信源同时异常，疑似断网"),
            format!(
                "{total}个信源中{failing}个异常，本次新增{count}个：{named}{more}；请先检查本机网络"
            ),
        ),
        false => (
            format!("断网后{count}个信源已恢复"),
            format!("{named}{more}采集恢复正常；{total}个信源中仍有{failing}个异常"),
        ),
    };
    alerts.push(NewAlert {
        key: format!(
            "source:*:{}:{}",
            if is_outage { "outage" } else { "well" },
            hours.now.timestamp()
        ),
        kind: AlertKind::Source,
        subject: outage(),
        level: Level::None,
        title,
        reason,
        post: None,
        event: None,
        post_count: 0,
        source_count: 0,
        recipients: Vec::new(),
        tell_at: hours.awake_at(),
        is_closed: !is_outage,
    });
    alerts
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
    use super::{SourceLook, SourceNews, join_outage, look_at_source};
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

    /// Titles of what is said where `failing` of `total` sources fail at once, each for the first time.
    fn said_of_many(failing: usize, total: usize) -> Vec<String> {
        let (duty, calendar) = (duty(), calendar());
        let hours = hours(&duty, &calendar, "2017-04-14T09:00:00+08:00");
        let names: Vec<String> = (1..=total).map(|number| format!("网站{number}")).collect();
        let looks = names.iter().enumerate().map(|(number, name)| {
            let news = SourceNews {
                id: name,
                name,
                condition: if number < failing { Troubled } else { Well },
                message: "连续2次采集失败",
            };
            let (_, alert) = look_at_source(&news, None, &hours);
            SourceLook {
                news,
                alert,
                is_told_alone: false,
            }
        });
        let alerts = join_outage(looks.collect(), false, &hours);
        alerts
            .into_iter()
            .map(|alert| alert.title + &alert.reason)
            .collect()
    }

    #[test]
    fn an_outage_is_one_alert_that_names_the_first_five() {
        assert_eq!(
            said_of_many(7, 8),
            [
                "7个信源同时异常，疑似断网8个信源中7个异常，本次新增7个：“网站1”、“网站2”、“网站3”、“网站4”、“网站5”等；\
                 请先检查本机网络"
            ]
        );
        assert_eq!(said_of_many(6, 12).len(), 6, "half of them");
        assert_eq!(said_of_many(4, 4).len(), 4, "a few");
    }

    #[test]
    fn the_return_after_an_outage_is_one_alert_that_closes_it() {
        let (duty, calendar) = (duty(), calendar());
        let early = hours(&duty, &calendar, "2017-04-14T09:00:00+08:00");
        let later = |now: &str| format!("2017-04-14T{now}:00+08:00");
        let news = |condition| SourceNews {
            id: "news",
            name: "示例网",
            condition,
            message: "",
        };
        let (mark, _) = look_at_source(&news(Troubled), None, &early);
        let ten = later("10:00");
        let (mark, _) = look_at_source(&news(Well), Some(&mark), &hours(&duty, &calendar, &ten));
        let eleven = later("11:00");
        let now = hours(&duty, &calendar, &eleven);
        let (_, alert) = look_at_source(&news(Well), Some(&mark), &now);
        let look = |is_told_alone| SourceLook {
            news: news(Well),
            alert: alert.clone(),
            is_told_alone,
        };
        let alerts = join_outage(vec![look(false), look(true)], true, &now);
        let titles: Vec<&str> = alerts.iter().map(|alert| alert.title.as_str()).collect();
        assert_eq!(titles, ["信源“示例网”已恢复", "断网后1个信源已恢复"]);
        assert!(alerts.iter().all(|alert| alert.is_closed));
    }
}
