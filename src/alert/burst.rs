//! 突增 — what is suddenly louder calls those on duty in working time, of one subject once a day.

use crate::alert::Hours;
use crate::cluster::{Burst, Span, Subject};
use crate::model::{AlertKind, AlertMark, AlertRound, AlertSubject, Level, NewAlert};
use chrono::TimeDelta;

/// A burst of a day is found at every look of that day.
const BURST_SILENCE: TimeDelta = TimeDelta::hours(24);

/// `topic:KA`, `place:410105`, `event:12`.
pub fn burst_code(subject: &Subject) -> String {
    match subject {
        Subject::Topic(topic) => format!("topic:{}", topic.code()),
        Subject::Place { code, .. } => format!("place:{code}"),
        Subject::Event(id) => format!("event:{}", id.0),
    }
}

/// `近1小时12条，此前12小时平均每小时0.5条，昨日同时段1条，上周同时段0条`.
pub fn burst_figures(burst: &Burst) -> String {
    let (span, before) = match burst.span {
        Span::Hour => ("近1小时", format!("此前{}小时平均每小时", burst.compared)),
        Span::Day => ("近24小时", format!("此前{}日平均每日", burst.compared)),
    };
    let mut text = format!("{span}{}条，{before}{:.1}条", burst.count, burst.mean);
    for (then, count) in [("昨日", burst.yesterday), ("上周", burst.last_week)] {
        if let Some(count) = count {
            text += &format!("，{then}同时段{count}条");
        }
    }
    text
}

/// Looks at a burst. `name`: `主题“社会保障卡”`; `known`: what was said of it, or of its event by level; `level` is that of
/// its event.
pub fn on_burst(
    burst: &Burst,
    name: &str,
    known: &[AlertMark],
    level: Level,
    hours: &Hours<'_>,
    round: &mut AlertRound,
) {
    let subject = AlertSubject::burst(&burst_code(&burst.subject));
    let is_said = known.iter().any(|mark| {
        let age = hours.now - mark.at;
        let is_today = TimeDelta::zero() <= age && age < BURST_SILENCE;
        // The rise of an event is said already, by its level.
        is_today && (mark.subject == subject || mark.alert.is_some())
    });
    let is_raised = round
        .alerts
        .iter()
        .any(|(alert, _)| alert.subject == subject);
    if is_said || is_raised {
        return;
    }
    let event = match &burst.subject {
        Subject::Event(id) => Some(*id),
        Subject::Topic(_) | Subject::Place { .. } => None,
    };
    let alert = NewAlert {
        key: format!("{subject}:{}", hours.now.timestamp()),
        kind: AlertKind::Burst,
        subject,
        level,
        title: format!("{name}声量突增"),
        reason: format!(
            "截至{}，{name}{}",
            hours.now.format("%m-%d %H:%M"),
            burst_figures(burst)
        ),
        post: None,
        event,
        post_count: u64::from(burst.count),
        source_count: 0,
        recipients: Vec::new(),
        tell_at: hours.calendar.next_office_time(hours.now),
        is_closed: false,
    };
    round.alerts.push((alert, 0));
}

#[cfg(test)]
mod tests {
    use super::on_burst;
    use crate::alert::fixture::{at, calendar, duty, hours};
    use crate::cluster::{Burst, Span, Subject};
    use crate::model::{AlertMark, AlertRound, AlertSubject, Level, Topic};

    fn burst(span: Span) -> Burst {
        Burst {
            subject: Subject::Topic(Topic::Ka),
            span,
            count: 12,
            compared: 12,
            mean: 0.5,
            deviation: 1.0,
            yesterday: Some(1),
            last_week: None,
            strength: 11.5,
        }
    }

    #[test]
    fn a_subject_is_said_once_a_day_and_in_working_time() {
        let (duty, calendar) = (duty(), calendar());
        let mark = |at| AlertMark {
            subject: AlertSubject::burst("topic:KA"),
            event: None,
            level: Level::None,
            at,
            change: 0,
            alert: None,
        };
        for (said, expected) in [
            (None, 1),
            (Some("2017-04-13T23:00:01+08:00"), 0),
            (Some("2017-04-13T23:00:00+08:00"), 1),
            (Some("2017-04-15T23:00:00+08:00"), 1),
        ] {
            let hours = hours(&duty, &calendar, "2017-04-14T23:00:00+08:00");
            let known: Vec<AlertMark> = said.map(|said| mark(at(said))).into_iter().collect();
            let mut round = AlertRound::default();
            for span in [Span::Hour, Span::Day] {
                let name = "主题“社会保障卡”";
                on_burst(&burst(span), name, &known, Level::None, &hours, &mut round);
            }
            assert_eq!(round.alerts.len(), expected, "{said:?}");
            if let Some((alert, _)) = round.alerts.first() {
                assert_eq!(alert.tell_at, at("2017-04-17T08:00:00+08:00"));
                assert_eq!(
                    alert.reason,
                    "截至04-14 23:00，主题“社会保障卡”近1小时12条，此前12小时平均每小时0.5条，昨日同时段1条"
                );
            }
        }
    }
}
