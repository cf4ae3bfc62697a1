//! 到期提醒 — open cases and the time → notices to queue. Whoever was away gets the latest that applies, not every one that
//! was missed; the same notice queued twice is one delivery. A notice may lie in the queue for hours: it names moments,
//! never what is left of them.

use crate::model::{Case, CaseField, DueFlag, NewDelivery, Notice, Subject, Timestamp};
use crate::text::mask::mask;
use crate::text::wording::{exact_moment, printable};
use chrono::Datelike;

/// The notices that apply at `now`, each to every recipient.
pub fn reminders(cases: &[Case], recipients: &[String], now: Timestamp) -> Vec<NewDelivery> {
    let mut deliveries = Vec::new();
    for case in cases.iter().filter(|case| case.is_pending()) {
        let Some(flag) = case.due_flag(now).filter(|_| !is_known_late(case)) else {
            continue;
        };
        let notice = notice(case, flag, now);
        deliveries.extend(recipients.iter().map(|recipient| NewDelivery {
            subject: Subject::Notice(key(case, flag)),
            recipient: recipient.clone(),
            notice: Some(notice.clone()),
            due_at: now,
        }));
    }
    deliveries
}

/// Registered after its time: whoever did so saw it.
fn is_known_late(case: &Case) -> bool {
    case.deadline_count == 1 && case.registered_at > case.deadline.at
}

/// `case:5:4h`; after an extension `case:5:4h:2`, for the new deadline has reminders of its own.
fn key(case: &Case, flag: DueFlag) -> String {
    match case.deadline_count {
        0 | 1 => format!("case:{}:{flag}", case.id.0),
        count => format!("case:{}:{flag}:{count}", case.id.0),
    }
}

fn notice(case: &Case, flag: DueFlag, now: Timestamp) -> Notice {
    let (kind, id) = (case.form.kind.label(), case.id.0);
    let due = exact_moment(case.deadline.at, now.year());
    let how = match flag {
        DueFlag::Overdue => "已超期",
        DueFlag::WithinHour | DueFlag::WithinFourHours => "即将到期",
    };
    let number = case.form.document_no.as_ref();
    let number = number.map_or(String::new(), |number| format!("（{number}）"));
    let mut lines = vec![
        format!("{}：{}{number}", case.form.from_org, mask(&case.form.title)),
        format!("应于{due}前完成。"),
        format!("现处“{}”环节。", case.state.label()),
    ];
    let hands = [CaseField::Office, CaseField::Handler];
    for field in hands
        .into_iter()
        .filter(|field| !case.note(*field).is_empty())
    {
        lines.push(format!("{}：{}", field.label(), case.note(field)));
    }
    let lines: Vec<String> = lines.iter().map(|line| printable(line)).collect();
    Notice {
        title: format!("第{id}号{kind}件{how}"),
        text: lines.join("\n"),
        level: None,
    }
}

#[cfg(test)]
mod tests {
    use super::reminders;
    use crate::case::sheet::tests::transferred;
    use crate::model::{Case, CaseField, Subject, Timestamp};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_from_rfc3339(&format!("{text}:00+08:00")).expect("test time")
    }

    /// Due 2017-10-10 18:00.
    fn keys(case: &Case, now: &str) -> Vec<String> {
        let recipients = ["duty".to_owned()];
        let queued = reminders(std::slice::from_ref(case), &recipients, at(now));
        let key = |subject| match subject {
            Subject::Notice(key) => key,
            Subject::Issue(_) => panic!("no issue is queued"),
        };
        queued
            .into_iter()
            .map(|queued| key(queued.subject))
            .collect()
    }

    #[test]
    fn each_look_finds_the_latest_reminder_only() {
        let case = transferred();
        for (now, key) in [
            ("2017-10-10T13:59", None),
            ("2017-10-10T14:00", Some("case:5:4h")),
            ("2017-10-10T16:59", Some("case:5:4h")),
            ("2017-10-10T17:00", Some("case:5:1h")),
            ("2017-10-10T18:00", Some("case:5:1h")),
            ("2017-10-10T18:01", Some("case:5:overdue")),
            ("2017-10-20T09:00", Some("case:5:overdue")),
        ] {
            assert_eq!(
                keys(&case, now),
                key.into_iter().collect::<Vec<_>>(),
                "{now}"
            );
        }
    }

    #[test]
    fn a_new_deadline_has_reminders_of_its_own() {
        let mut case = transferred();
        case.deadline_count = 2;
        assert_eq!(keys(&case, "2017-10-10T17:30"), ["case:5:1h:2"]);
    }

    #[test]
    fn nobody_is_reminded_of_what_is_answered_closed_or_was_late_when_registered() {
        let mut answered = transferred();
        answered.answered_at = Some(at("2017-10-10T17:00"));
        let mut closed = transferred();
        closed.closed_at = Some(at("2017-10-10T17:00"));
        let mut late = transferred();
        late.registered_at = at("2017-10-11T09:00");
        for case in [answered, closed, late] {
            assert_eq!(keys(&case, "2017-10-12T09:00"), Vec::<String>::new());
        }
    }

    #[test]
    fn a_notice_says_what_whose_and_until_when_without_private_data() {
        let mut case = transferred();
        case.form.title = "网民（电话13812345678）反映社保卡补办问题".to_owned();
        case.notes.insert(CaseField::Handler, "李四".to_owned());
        let queued = reminders(
            &[case],
            &["a".to_owned(), "b".to_owned()],
            at("2017-10-10T14:30"),
        );
        assert_eq!(queued.len(), 2);
        let notice = queued[0].notice.as_ref().expect("a notice has words");
        assert_eq!(notice.title, "第5号转办件即将到期");
        assert_eq!(
            notice.text,
            "某市互联网舆情办公室：网民（电话138****5678）反映社保卡补办问题（某网舆〔2017〕12号）\n\
             应于10月10日18:00前完成。\n现处“承办”环节。\n承办处室：社会保障卡中心\n承办人：李四"
        );
    }
}
