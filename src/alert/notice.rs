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
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
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

impl Due {
    /// Before anybody was told, its event came to nothing and its post was lowered. A gathering may be one of blue posts, and
    /// go on as a part of another event.
    pub fn has_fallen(&self) -> bool {
        let alert = &self.alert;
        let judged = self.posts.first().and_then(|post| post.analysis.as_ref());
        alert.notice_count == 0
            && alert.what.kind == AlertKind::Level
            && self.event.is_none()
            && judged.is_some_and(|analysis| analysis.level < Level::Yellow)
    }
}

/// Names of people by their codes, as far as they are known.
pub type Names = BTreeMap<String, String>;

/// Decides who is told what. Each telling is one deed of its own. `names`: what people are called on the telephone.
pub fn tell(due: &[Due], duty: &DutySettings, names: &Names, now: Timestamp) -> Vec<AlertTelling> {
    let mut groups: BTreeMap<(bool, Vec<String>), Vec<&Due>> = BTreeMap::new();
    for one in due {
        let can_wait = one.alert.what.level < Level::Orange;
        let key = (can_wait, recipients(&one.alert, duty, now));
        groups.entry(key).or_default().push(one);
    }
    let mut tellings = Vec::new();
    for ((can_wait, recipients), mut group) in groups {
        group.sort_by_key(|one| {
            let what = &one.alert.what;
            (Reverse(what.level), what.is_closed, one.alert.id)
        });
        let singles = if can_wait { 1 } else { SINGLES };
        match group.len() <= singles {
            true => {
                let one_by_one = group
                    .iter()
                    .map(|one| message(&[*one], &recipients, duty, names, now));
                tellings.extend(one_by_one);
            }
            false => tellings.push(message(&group, &recipients, duty, names, now)),
        }
    }
    tellings
}

fn message(
    due: &[&Due],
    recipients: &[String],
    duty: &DutySettings,
    names: &Names,
    now: Timestamp,
) -> AlertTelling {
    let chain: Vec<String> = (duty.chain(now).into_iter())
        .map(|code| names.get(&code).cloned().unwrap_or(code))
        .collect();
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
        let next = next_notice(&one.alert, &notice, duty, now);
        (one.alert.id, notice, next)
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
    if !alert.notices.is_empty() {
        // 催办: the first of the chain of now who was not asked yet, in the end all of them.
        return match Calls::of(&alert.notices).next(&chain) {
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

/// 催办 so far. Shifts change meanwhile: what counts is who was asked, not how often.
#[derive(Default)]
struct Calls<'a> {
    asked: BTreeSet<&'a str>,
    /// Calls to all, once each was asked.
    rounds: u32,
}

impl<'a> Calls<'a> {
    fn of(notices: &'a [AlertNotice]) -> Calls<'a> {
        let mut calls = Calls::default();
        for notice in notices {
            calls.add(notice);
        }
        calls
    }

    /// Did it ask anybody who was not asked before?
    fn add(&mut self, notice: &'a AlertNotice) -> bool {
        let is_first = notice.number == 1;
        // Those behind the first one of the first notice got a copy; they were not asked.
        let count = if is_first { 1 } else { notice.recipients.len() };
        let before = self.asked.len();
        let asked = notice.recipients.iter().take(count).map(String::as_str);
        self.asked.extend(asked);
        let is_news = is_first || self.asked.len() > before;
        self.rounds += u32::from(!is_news);
        is_news
    }

    fn next<'b>(&self, chain: &'b [String]) -> Option<&'b String> {
        (chain.iter()).find(|person| !self.asked.contains(person.as_str()))
    }
}

/// 红色预警无人签收的催办: when somebody is asked after `notice`.
fn next_notice(
    alert: &Alert,
    notice: &AlertNotice,
    duty: &DutySettings,
    now: Timestamp,
) -> Option<Timestamp> {
    let what = &alert.what;
    let is_level = matches!(what.kind, AlertKind::Level | AlertKind::Gathering);
    if what.level < Level::Red || !is_level {
        return None;
    }
    let chain = duty.chain(now);
    let mut calls = Calls::of(&alert.notices);
    let is_to_one = calls.add(notice);
    let escalation = &duty.escalation;
    let is_over = calls.next(&chain).is_none() && calls.rounds >= escalation.rounds;
    if chain.is_empty() || is_over {
        return None;
    }
    let pause = match is_to_one {
        true => escalation.after,
        false => escalation.again_after,
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
    use super::{Due, Names};
    use crate::alert::DutySettings;
    use crate::alert::fixture::{alert, at, duty, event, post};
    use crate::deliver::Message;
    use crate::model::{Alert, AlertKind, AlertTelling, Level, Notice, Timestamp};

    fn tell(due: &[Due], duty: &DutySettings, now: Timestamp) -> Vec<AlertTelling> {
        let names = Names::from([("lisi".to_owned(), "李四".to_owned())]);
        super::tell(due, duty, &names, now)
    }

    fn words(telling: &AlertTelling) -> Notice {
        telling.deliveries[0].notice.clone().expect("words")
    }

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
        let notice = words(&told[0]);
        assert_eq!(notice.title, "【橙】社保大厅换卡排队12");
        assert_eq!(
            notice.text,
            "第12号橙色预警：O1：1小时互动指数560，达到300。\n\
             标题：换卡排队12\n\
             来源：示例论坛；发布：2017-04-14 13:33；发现：2017-04-14 14:03\n\
             链接：\n\
             https://example.cn/12\n\
             独立信源3个，信息5条；页面未显示互动数\n\
             请立即电话报告，并登记签收；拨号次序：zhangsan、李四、chief、director。\n\
             签收：yuqing alert ack 12 --by 姓名"
        );
        assert_eq!(notice.level, Some(Level::Orange));
        let message = Message::of_notice("alert:12:1".to_owned(), &notice, now());
        assert_eq!(message.url(), Some("https://example.cn/12"));
    }

    #[test]
    fn what_is_over_asks_nobody_to_take_it() {
        let source = |id: i64, is_closed: bool| {
            let mut source = alert(id, Level::None);
            source.what.kind = AlertKind::Source;
            source.what.is_closed = is_closed;
            due(source)
        };
        let told = tell(&[source(1, true), source(2, true)], &duty(), now());
        let notice = words(&told[0]);
        assert_eq!(notice.title, "【信源】社保大厅换卡排队1等2条通知");
        assert!(notice.text.starts_with("共有2条通知："), "{}", notice.text);
        assert!(!notice.text.contains("签收"), "{}", notice.text);
        let told = tell(&[source(1, true), source(2, false)], &duty(), now());
        let notice = words(&told[0]);
        assert_eq!(notice.title, "【信源】社保大厅换卡排队2等2条通知");
        assert!(
            notice.text.starts_with("共有1起预警、1条通知："),
            "{}",
            notice.text
        );
        assert!(notice.text.contains("alert ack 2 --by"), "{}", notice.text);
    }

    #[test]
    fn only_what_is_listed_is_offered_to_be_taken() {
        let due: Vec<Due> = (1..=22).map(|id| due(alert(id, Level::Yellow))).collect();
        let notice = words(&tell(&due, &duty(), now())[0]);
        let lines = ["其余2起预警用 yuqing alert list 查看。", " 19 20 --by 姓名"];
        for line in lines {
            assert!(notice.text.contains(line), "{line}: {}", notice.text);
        }
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
        let notice = words(&told[0]);
        assert_eq!(notice.title, "【红】社保大厅换卡排队9等5起预警");
        assert!(
            notice.text.contains("alert ack 9 1 2 3 4 --by"),
            "{}",
            notice.text
        );
    }

    /// Who is asked when, of a red alert that nobody takes.
    fn asked(duty: &DutySettings, first_at: Timestamp) -> Vec<(String, String)> {
        let mut alert = alert(12, Level::Red);
        let mut asked = Vec::new();
        let mut at = first_at;
        loop {
            let told = tell(&[due(alert.clone())], duty, at);
            asked.push((at.format("%H:%M").to_string(), who(&told)[0].clone()));
            let (_, notice, next) = told[0].told[0].clone();
            alert.notice_count = notice.number;
            alert.notices.push(notice);
            match next {
                Some(next) => at = next,
                None => return asked,
            }
        }
    }

    #[test]
    fn whoever_comes_on_duty_meanwhile_is_asked() {
        // The shift of zhangsan and lisi ends at midnight; wangwu got a copy, which asks nobody.
        let mut duty = duty();
        duty.copies.level = vec!["wangwu".to_owned()];
        let all = "wangwu+chief+director";
        let expected = [
            ("23:40", "zhangsan+wangwu"),
            ("23:55", "lisi"),
            ("00:10", "wangwu"),
            ("00:25", "chief"),
            ("00:40", "director"),
            ("00:55", all),
            ("01:55", all),
            ("02:55", all),
        ];
        let expected = expected.map(|(at, who)| (at.to_owned(), who.to_owned()));
        assert_eq!(asked(&duty, at("2017-04-16T23:40:00+08:00")), expected);
    }

    #[test]
    fn a_red_alert_goes_down_the_chain_and_then_to_all_three_times() {
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
        assert_eq!(asked(&duty(), now()), expected);
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
