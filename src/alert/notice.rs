//! 通知 — alerts that are due → who is told what now, and when the next one is asked.
//!
//! Each of the first three urgent alerts of a look is a message of its own; more of them, and all that could wait, make one
//! message for the same people: after an outage nobody gets fifty. A red alert that nobody takes goes to the next of the
//! chain every quarter of an hour; when each was asked, to all of them once an hour, three times.

use crate::alert::DutySettings;
use crate::alert::words::{single, summary};
use crate::model::{
    Alert, AlertKind, AlertNotice, AlertTelling, Event, Level, NewDelivery, StoredPost, Subject,
    Timestamp,
};
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::time::Duration;

/// Urgent alerts of one look that are told one by one.
const SINGLES: usize = 3;
/// No notice waits longer than the longest holiday: one that would was made by a clock that went back.
pub const LONGEST_HOLD: TimeDelta = TimeDelta::days(14);

/// An alert that is due, with what is told of it as it stands now.
#[derive(Clone, Debug)]
pub struct Due {
    /// 预警.
    pub alert: Alert,
    /// The post that stands for it; of a watch, all its hits.
    pub posts: Vec<StoredPost>,
    /// 事件, where it still is one.
    pub event: Option<Event>,
}

/// Decides who is told what. Each telling is one deed of its own.
pub fn tell(due: &[Due], duty: &DutySettings, now: Timestamp) -> Vec<AlertTelling> {
    let mut groups: BTreeMap<(bool, Vec<String>), Vec<&Due>> = BTreeMap::new();
    for one in due {
        let can_wait = one.alert.what.level < Level::Orange;
        let key = (can_wait, recipients(&one.alert, duty, now));
        groups.entry(key).or_default().push(one);
    }
    let mut tellings = Vec::new();
    for ((can_wait, recipients), mut group) in groups {
        group.sort_by_key(|one| (std::cmp::Reverse(one.alert.what.level), one.alert.id));
        let singles = if can_wait { 1 } else { SINGLES };
        match group.len() <= singles {
            true => {
                let one_by_one = group
                    .iter()
                    .map(|one| message(&[*one], &recipients, duty, now));
                tellings.extend(one_by_one);
            }
            false => tellings.push(message(&group, &recipients, duty, now)),
        }
    }
    tellings
}

fn message(
    due: &[&Due],
    recipients: &[String],
    duty: &DutySettings,
    now: Timestamp,
) -> AlertTelling {
    let chain = duty.chain(now);
    let notice = match due {
        [one] => single(one, &chain),
        several => summary(several, &chain),
    };
    let first = &due[0].alert;
    let key = format!("alert:{}:{}", first.id.0, first.notice_count + 1);
    let deliveries = recipients.iter().map(|recipient| NewDelivery {
        subject: Subject::Notice(key.clone()),
        recipient: recipient.clone(),
        notice: Some(notice.clone()),
        due_at: now,
    });
    let told = due.iter().map(|one| {
        let notice = AlertNotice {
            number: one.alert.notice_count + 1,
            at: now,
            recipients: recipients.to_vec(),
        };
        (one.alert.id, notice, next_notice(&one.alert, duty, now))
    });
    AlertTelling {
        deliveries: deliveries.collect(),
        told: told.collect(),
    }
}

/// Who is told at this stage.
fn recipients(alert: &Alert, duty: &DutySettings, now: Timestamp) -> Vec<String> {
    let what = &alert.what;
    if what.kind == AlertKind::Source {
        return duty.administrators.clone();
    }
    let chain = duty.chain(now);
    let asked = alert.notice_count as usize;
    if asked > 0 {
        // 催办: the next of those on duty now, in the end all of them.
        return match chain.get(asked) {
            Some(next) => vec![next.clone()],
            None => chain,
        };
    }
    if !what.recipients.is_empty() {
        return what.recipients.clone();
    }
    let mut told: Vec<String> = chain.into_iter().take(1).collect();
    for copy in duty.copies.of(what.kind) {
        if !told.contains(copy) {
            told.push(copy.clone());
        }
    }
    told
}

/// 红色预警无人签收的催办.
fn next_notice(alert: &Alert, duty: &DutySettings, now: Timestamp) -> Option<Timestamp> {
    let what = &alert.what;
    let is_level = matches!(what.kind, AlertKind::Level | AlertKind::Gathering);
    if what.level < Level::Red || !is_level {
        return None;
    }
    let asked = alert.notice_count as usize + 1;
    let people = duty.chain(now).len();
    let escalation = &duty.escalation;
    let pause = match asked.saturating_sub(people) {
        _ if people == 0 => return None,
        0 => escalation.after,
        rounds if rounds < escalation.rounds as usize => escalation.again_after,
        _ => return None,
    };
    Some(now + delta(pause))
}

fn delta(pause: Duration) -> TimeDelta {
    TimeDelta::from_std(pause).unwrap_or(TimeDelta::days(1))
}

impl DutySettings {
    /// The longest pause between two notices of one alert.
    pub fn longest_pause(&self) -> TimeDelta {
        delta(self.escalation.after.max(self.escalation.again_after))
    }
}

#[cfg(test)]
mod tests {
    use super::{Due, tell};
    use crate::alert::DutySettings;
    use crate::alert::fixture::{alert, at, duty, event, post};
    use crate::model::{Alert, AlertKind, AlertTelling, Level, Timestamp};

    fn due(alert: Alert) -> Due {
        let id = alert.id.0;
        Due {
            posts: vec![post(id, "2017-04-14T14:03:00+08:00")],
            event: Some(event(alert.what.level)),
            alert,
        }
    }

    fn now() -> Timestamp {
        at("2017-04-14T14:13:00+08:00")
    }

    fn who(tellings: &[AlertTelling]) -> Vec<String> {
        let names = |one: &AlertTelling| {
            let names = one.deliveries.iter().map(|made| made.recipient.as_str());
            names.collect::<Vec<_>>().join("+")
        };
        tellings.iter().map(names).collect()
    }

    #[test]
    fn a_notice_says_why_what_where_and_how_to_take_it() {
        let told = tell(&[due(alert(12, Level::Orange))], &duty(), now());
        let notice = told[0].deliveries[0].notice.clone().expect("words");
        assert_eq!(notice.title, "【橙】社保大厅换卡排队12");
        assert_eq!(
            notice.text,
            "第12号橙色预警：O1：1小时互动指数560，达到300。\n\
             标题：换卡排队12\n\
             来源：示例论坛；发布：2017-04-14 13:33；发现：2017-04-14 14:03\n\
             链接：https://example.cn/12\n\
             独立信源3个，信息5条；页面未显示互动数\n\
             请立即电话报告，并登记签收；拨号次序：zhangsan、lisi、chief、director。\n\
             签收：yuqing alert ack 12 --by 姓名"
        );
        assert_eq!(notice.level, Some(Level::Orange));
    }

    #[test]
    fn four_urgent_alerts_are_one_message_and_so_are_two_that_could_wait() {
        let many = |count: i64, level| (1..=count).map(move |id| due(alert(id, level)));
        for (orange, yellow, messages) in [(1, 0, 1), (3, 0, 3), (4, 0, 1), (3, 2, 4), (0, 1, 1)] {
            let due: Vec<Due> = many(orange, Level::Orange)
                .chain(many(yellow, Level::Yellow))
                .collect();
            let told = tell(&due, &duty(), now());
            assert_eq!(told.len(), messages, "{orange} {yellow}");
            let alerts: usize = told.iter().map(|one| one.told.len()).sum();
            assert_eq!(alerts, due.len(), "each is told once");
        }
        let mut due: Vec<Due> = many(4, Level::Orange).collect();
        due.push(super::Due { ..due[0].clone() });
        due[4].alert = alert(9, Level::Red);
        let told = tell(&due, &duty(), now());
        let notice = told[0].deliveries[0].notice.clone().expect("words");
        assert_eq!(notice.title, "【红】社保大厅换卡排队9等5起预警");
        assert!(
            notice.text.contains("alert ack 9 1 2 3 4 --by"),
            "{}",
            notice.text
        );
    }

    #[test]
    fn a_red_alert_goes_down_the_chain_and_then_to_all_three_times() {
        let mut alert = alert(12, Level::Red);
        let mut asked = Vec::new();
        let mut at = now();
        loop {
            let told = tell(&[due(alert.clone())], &duty(), at);
            asked.push((at.format("%H:%M").to_string(), who(&told)[0].clone()));
            let (_, notice, next) = told[0].told[0].clone();
            alert.notice_count = notice.number;
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        let all = "zhangsan+lisi+chief+director";
        let expected = [
            ("14:13", "zhangsan"),
            ("14:28", "lisi"),
            ("14:43", "chief"),
            ("14:58", "director"),
            ("15:13", all),
            ("16:13", all),
            ("17:13", all),
        ];
        let expected = expected.map(|(at, who)| (at.to_owned(), who.to_owned()));
        assert_eq!(asked, expected);
    }

    #[test]
    fn sources_are_for_administrators_and_watches_for_those_who_asked() {
        let mut source = alert(1, Level::None);
        source.what.kind = AlertKind::Source;
        let mut watch = alert(2, Level::Yellow);
        watch.what.kind = AlertKind::Watch;
        watch.what.recipients = vec!["zhaoliu".to_owned()];
        let mut copies = duty();
        copies.copies.level = vec!["archive".to_owned(), "zhangsan".to_owned()];
        let mut nobody = DutySettings::default();
        for (duty, alert, expected) in [
            (&duty(), &source, "admin"),
            (&duty(), &watch, "zhaoliu"),
            (&copies, &alert(3, Level::Yellow), "zhangsan+archive"),
            (&nobody, &alert(4, Level::Red), ""),
        ] {
            assert_eq!(who(&tell(&[due(alert.clone())], duty, now())), [expected]);
        }
        nobody.default = vec!["office".to_owned()];
        let told = tell(&[due(source)], &nobody, now());
        assert_eq!(who(&told), [""], "never a reader");
    }
}
