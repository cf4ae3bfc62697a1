//! Who is called, when, and how often: scenarios with a moving clock (`spec.md` 3.3, 3.5, 9.2), through the steps and the
//! commands. What was queued is read where it waits.

use crate::program::Desk;
use crate::site::{Answer, TestApp, TestSite, at, config, page, source};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::sync::Arc;
use yuqing::app::{App, Clock};
use yuqing::config::{Config, parse_duty, parse_watches};
use yuqing::model::{
    Alert, AlertId, AlertKind, AlertState, AlertStep, Channel, Engagement, EventId, Label, Level,
    Post, PostId, Precision, PublishedAt, SourceKind, Timestamp,
};
use yuqing::pipeline::{
    Alerted, alert_once, discovered, label_post, merge_events, process_all, split_event,
};
use yuqing::store::{Act, AlertActError, AlertFilter};

const ROSTER: &str = r#"
administrators = ["admin"]
default = ["office"]
[escalation]
to = ["chief"]
[[duty]]
from = "2017-04-14"
to = "2017-04-16"
people = ["zhangsan", "lisi"]
"#;

const NAMED: &str = r#"
[[recipient]]
id = "zhangsan"
name = "张三"
transport = "folder"
address = "/srv/share/yuqing"
"#;

fn bureau(roster: &str, watches: &str) -> Config {
    Config {
        duty: parse_duty(roster).expect("a roster"),
        watches: parse_watches(watches).expect("watches"),
        ..config(Vec::new())
    }
}

fn minute(text: &str) -> Timestamp {
    at(&format!("2017-04-{}:00+08:00", text.replace(' ', "T")))
}

/// 值班室.
struct Room {
    test: TestApp,
}

/// Matters that have no words in common, so that each is an event of its own.
const QUEUE: &str = "郑州市社保局换卡大厅中午不放号，排了三个小时没有人解释一句，态度太差了，投诉";
const INJURY: &str = "工伤认定材料交到郑州市人社局两个月没有下文，打电话互相推诿，太让人失望了";
const EXAM: &str = "郑州市人事考试中心网站崩溃，职称考试报名截止前一直打不开，客服无人接听，气愤";
const PENSION: &str =
    "母亲退休手续在郑州市社保局办了半年养老金还没发，窗口每次说法都不一样，太坑人";

impl Room {
    fn open(config: Config) -> Room {
        let room = Room {
            test: TestApp::open(config),
        };
        assert_eq!(room.look(), Alerted::default(), "alerts begin");
        room
    }

    fn on_duty() -> Room {
        Room::open(bureau(ROSTER, ""))
    }

    fn app(&self) -> &Arc<App> {
        &self.test.app
    }

    fn look(&self) -> Alerted {
        let alerted = alert_once(self.app()).expect("the store works");
        let again = alert_once(self.app()).expect("the store works");
        assert_eq!(again, Alerted::default(), "a step that runs twice");
        alerted
    }

    fn look_at(&self, time: &str) -> Alerted {
        self.app().clock.set(minute(time));
        self.look()
    }

    /// The post as it is read at its time, and all that follows.
    fn see(&self, post: Post) -> Alerted {
        self.take(post);
        self.look()
    }

    fn take(&self, post: Post) {
        let app = self.app();
        app.clock.set(post.fetched_at);
        let found = discovered(post).expect("it has words");
        app.store
            .save_posts(&[found], app.now())
            .expect("the store works");
        process_all(app).expect("the steps work");
    }

    /// The oldest first.
    fn alerts(&self) -> Vec<Alert> {
        let filter = AlertFilter {
            limit: 100,
            ..AlertFilter::default()
        };
        let mut alerts = self.app().store.alerts(filter).expect("the store works");
        alerts.reverse();
        alerts
    }

    /// `14日14:13 橙 zhangsan`, every notice in order.
    fn told(&self) -> Vec<String> {
        let alerts = self.alerts();
        let told = alerts.iter().flat_map(|alert| {
            let level = alert.what.level.label();
            let line = |notice: &yuqing::model::AlertNotice| {
                let at = notice.at.format("%d日%H:%M");
                (
                    notice.at,
                    format!("{at} {level} {}", notice.recipients.join("+")),
                )
            };
            alert.notices.iter().map(line).collect::<Vec<_>>()
        });
        let mut told: Vec<_> = told.collect();
        told.sort();
        told.into_iter().map(|(_, line)| line).collect()
    }

    /// Recipient and words of every delivery that waits, in order.
    fn queued(&self) -> Vec<(String, Value)> {
        let path = self.app().folder().join("yuqing.db");
        let database = rusqlite::Connection::open(path).expect("the database");
        let mut select = database
            .prepare("SELECT recipient, notice FROM deliveries ORDER BY id")
            .expect("a table");
        let rows = select.query_map([], |row| {
            let notice: String = row.get(1)?;
            Ok((
                row.get(0)?,
                serde_json::from_str(&notice).expect("a notice"),
            ))
        });
        rows.expect("rows").map(|row| row.expect("a row")).collect()
    }

    /// What an editor says.
    fn judge(&self, post: i64, level: Level, time: &str) {
        let app = self.app();
        app.clock.set(minute(time));
        let label = Label {
            level: Some(level),
            ..Label::default()
        };
        let act = Act {
            by: "张三".to_owned(),
            note: String::new(),
            at: app.now(),
        };
        label_post(app, PostId(post), label, act).expect("a label like any");
        process_all(app).expect("the steps work");
    }

    fn act(&self, id: i64, state: AlertState) -> Result<(), AlertActError> {
        let step = AlertStep {
            at: self.app().now(),
            state,
            by: "张三".to_owned(),
            note: "已电话报告".to_owned(),
        };
        self.app().store.act_on_alert(AlertId(id), &step)
    }
}

/// A complaint that so many answered, published when it is read.
fn complaint(id: &str, time: &str, text: &str, comments: u64) -> Post {
    let at = minute(time);
    Post {
        url: Some(format!("https://example.cn/{id}")),
        external_id: Some(id.to_owned()),
        author: Some(format!("网友{id}")),
        text: text.to_owned(),
        published_at: Some(PublishedAt {
            at,
            precision: Precision::Minute,
            is_inferred: false,
        }),
        engagement: Engagement {
            comments: Some(comments),
            ..Engagement::default()
        },
        ..Post::bare(Channel::Forum, "示例论坛", at)
    }
}

const YELLOW: u64 = 210;
const ORANGE: u64 = 2500;
const RED: u64 = 25_000;

/// The same post read again.
fn read_again(post: &Post, time: &str, comments: u64) -> Post {
    Post {
        fetched_at: minute(time),
        engagement: Engagement {
            comments: Some(comments),
            ..Engagement::default()
        },
        ..post.clone()
    }
}

#[test]
fn a1_the_outbreak_calls_when_it_is_yellow_orange_and_red() {
    let room = Room::on_duty();
    let first = complaint("P01", "14 13:58", QUEUE, YELLOW);
    room.see(first.clone());
    room.see(read_again(&first, "14 14:13", ORANGE));
    // Saturday morning: red calls on a day off.
    room.see(read_again(&first, "15 08:10", RED));
    assert_eq!(
        room.told(),
        [
            "14日13:58 黄 zhangsan",
            "14日14:13 橙 zhangsan",
            "15日08:10 红 zhangsan"
        ]
    );
    let alerts = room.alerts();
    assert!(
        alerts[1].what.reason.starts_with("由黄级升为橙级，O1"),
        "{}",
        alerts[1].what.reason
    );
    let queued = room.queued();
    assert_eq!(queued.len(), 3);
    let (recipient, notice) = &queued[1];
    assert_eq!(
        (recipient.as_str(), &notice["level"]),
        ("zhangsan", &json!("orange"))
    );
    let text = notice["text"].as_str().expect("words");
    for words in [
        "第2号橙色预警：由黄级升为橙级，O1：24小时互动指数2290",
        "发布：2017-04-14 13:58；发现：2017-04-14 13:58",
        "\n链接：\nhttps://example.cn/P01\n",
        "独立信源1个，信息1条；评论2500",
        "拨号次序：zhangsan、lisi、chief",
        "yuqing alert ack 2 --by 姓名",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("网友P01"), "no names leave: {text}");
}

#[test]
fn a3_an_announced_gathering_calls_at_night() {
    let room = Room::on_duty();
    let words =
        "我们干活的明天早上9点都去郑州经开区管委会门口，拉横幅，不给工资不走，认识的转告一下";
    room.see(complaint("P12", "14 23:40", words, 3));
    assert_eq!(room.told(), ["14日23:40 橙 zhangsan"]);
}

#[test]
fn yellow_waits_for_the_morning_and_comes_as_one_message() {
    let room = Room::on_duty();
    room.see(complaint("a", "14 18:30", QUEUE, YELLOW));
    room.see(complaint("b", "15 23:00", INJURY, YELLOW));
    room.look_at("17 07:59");
    assert_eq!(room.told(), [] as [String; 0]);
    room.look_at("17 08:00");
    // The roster ended on Sunday.
    assert_eq!(room.told(), ["17日08:00 黄 office", "17日08:00 黄 office"]);
    let queued = room.queued();
    assert_eq!(queued.len(), 1, "one message");
    let title = queued[0].1["title"].as_str().expect("a title");
    assert!(title.ends_with("等2起预警"), "{title}");
    room.see(complaint("c", "17 10:00", EXAM, YELLOW));
    assert_eq!(room.queued().len(), 2, "in working time one by one");
}

#[test]
fn what_rises_while_it_waits_is_told_once() {
    let room = Room::on_duty();
    let post = complaint("a", "14 20:00", QUEUE, YELLOW);
    room.see(post.clone());
    room.see(read_again(&post, "14 21:00", ORANGE));
    room.look_at("17 08:00");
    assert_eq!(room.told(), ["14日21:00 橙 zhangsan"]);
}

#[test]
fn the_same_event_is_silent_for_an_hour_unless_it_rises() {
    let room = Room::on_duty();
    room.see(complaint("a", "14 09:00", QUEUE, ORANGE));
    // The same matter by others: the level of the event stays.
    let again = |id: &str, time: &str| {
        let words = format!("{QUEUE}，我也是");
        complaint(id, time, &words, ORANGE)
    };
    room.see(again("b", "14 09:20"));
    room.see(again("c", "14 09:40"));
    let events: Vec<_> = room.alerts().iter().map(|alert| alert.what.event).collect();
    assert_eq!(events.len(), 1, "silent");
    room.look_at("14 09:59");
    assert_eq!(room.told().len(), 1);
    room.look_at("14 10:00");
    assert_eq!(
        room.told(),
        ["14日09:00 橙 zhangsan", "14日10:00 橙 zhangsan"]
    );
    let reason = room.alerts()[1].what.reason.clone();
    assert!(reason.starts_with("同一事件新增橙级信息"), "{reason}");
    let post = again("d", "14 10:10");
    room.see(post.clone());
    assert_eq!(room.told().len(), 2, "silent again");
    room.see(read_again(&post, "14 10:20", RED));
    assert_eq!(room.told()[2], "14日10:20 红 zhangsan");
}

#[test]
fn a_red_alert_that_nobody_takes_goes_down_the_chain_until_somebody_does() {
    let room = Room::on_duty();
    room.see(complaint("a", "14 23:00", QUEUE, RED));
    room.look_at("14 23:14");
    room.look_at("14 23:15");
    room.look_at("14 23:30");
    let told = [
        "14日23:00 红 zhangsan",
        "14日23:15 红 lisi",
        "14日23:30 红 chief",
    ];
    assert_eq!(room.told(), told);
    let again = room.queued()[1].1["text"]
        .as_str()
        .expect("words")
        .to_owned();
    assert!(again.contains("尚无人签收，再次通知"), "{again}");
    room.act(1, AlertState::Acknowledged).expect("it is open");
    room.look_at("15 09:00");
    assert_eq!(room.told(), told, "whoever took it is left alone");
    let refused = room.act(1, AlertState::Acknowledged).expect_err("taken");
    assert!(
        refused
            .to_string()
            .contains("第1号预警已签收（张三，2017-04-14 23:30）"),
        "{refused}"
    );
    room.act(1, AlertState::Handled).expect("it was taken");
    room.act(1, AlertState::FalseAlarm).expect_err("closed");
    let steps: Vec<AlertState> = room.alerts()[0]
        .steps
        .iter()
        .map(|step| step.state)
        .collect();
    assert_eq!(steps, [AlertState::Acknowledged, AlertState::Handled]);
}

#[test]
fn all_are_called_three_times_when_each_was_asked() {
    let room = Room::on_duty();
    room.see(complaint("a", "14 09:00", QUEUE, RED));
    for step in 1..=24 * 12 {
        let now = minute("14 09:00") + TimeDelta::minutes(5 * step);
        room.app().clock.set(now);
        room.look();
    }
    let all = "红 zhangsan+lisi+chief";
    let expected = [
        "14日09:00 红 zhangsan".to_owned(),
        "14日09:15 红 lisi".to_owned(),
        "14日09:30 红 chief".to_owned(),
        format!("14日09:45 {all}"),
        format!("14日10:45 {all}"),
        format!("14日11:45 {all}"),
    ];
    assert_eq!(room.told(), expected);
    assert_eq!(
        room.alerts()[0].state,
        AlertState::Open,
        "it stays on the list"
    );
}

#[test]
fn taking_the_orange_alert_takes_the_yellow_one_before_it() {
    let room = Room::on_duty();
    let post = complaint("a", "14 09:00", QUEUE, YELLOW);
    room.see(post.clone());
    room.see(read_again(&post, "14 09:10", ORANGE));
    room.act(2, AlertState::Acknowledged).expect("it is open");
    let alerts = room.alerts();
    assert_eq!(alerts[0].state, AlertState::Acknowledged);
    assert_eq!(alerts[0].steps[0].note, "随第2号预警一并签收");
}

#[test]
fn a_false_alarm_calls_again_only_when_it_rises() {
    let room = Room::on_duty();
    let post = complaint("a", "14 09:00", QUEUE, ORANGE);
    room.see(post.clone());
    room.act(1, AlertState::FalseAlarm).expect("it is open");
    room.see(complaint(
        "b",
        "14 11:00",
        &format!("{QUEUE}，我也是"),
        ORANGE,
    ));
    assert_eq!(room.told().len(), 1);
    room.see(read_again(&post, "14 11:10", RED));
    assert_eq!(room.told()[1], "14日11:10 红 zhangsan");
}

#[test]
fn events_that_a_person_puts_together_or_takes_apart_call_nobody_again() {
    let room = Room::on_duty();
    room.see(complaint("a", "14 09:00", QUEUE, ORANGE));
    room.see(complaint("b", "14 09:10", EXAM, ORANGE));
    let events: Vec<EventId> = (room.alerts().iter())
        .filter_map(|alert| alert.what.event)
        .collect();
    assert_eq!(events.len(), 2);
    let app = room.app();
    let kept = merge_events(app, &[events[1], events[0]], "张三").expect("two events");
    process_all(app).expect("the steps work");
    assert_eq!(room.look_at("14 11:00"), Alerted::default());
    split_event(app, kept, &[PostId(1)], "张三").expect("it has two posts");
    process_all(app).expect("the steps work");
    assert_eq!(room.look_at("14 13:00"), Alerted::default());
    assert_eq!(room.told().len(), 2);
}

#[test]
fn a_level_that_a_person_lowered_calls_again_when_it_rises() {
    let room = Room::on_duty();
    room.see(complaint("a", "14 09:00", QUEUE, ORANGE));
    room.judge(1, Level::Yellow, "14 09:10");
    assert_eq!(room.look(), Alerted::default(), "a fall is only recorded");
    room.judge(1, Level::Red, "14 09:20");
    room.look();
    assert_eq!(
        room.told(),
        ["14日09:00 橙 zhangsan", "14日09:20 红 zhangsan"]
    );
}

#[test]
fn a_post_that_was_lowered_while_it_waited_brings_no_second_red_alert() {
    let room = Room::on_duty();
    room.see(complaint("a", "14 09:00", QUEUE, RED));
    room.act(1, AlertState::Acknowledged).expect("it is open");
    room.see(complaint("b", "14 09:20", &format!("{QUEUE}，我也是"), RED));
    room.judge(2, Level::Yellow, "14 09:30");
    room.look();
    room.look_at("14 10:00");
    room.look_at("14 11:00");
    assert_eq!(room.told(), ["14日09:00 红 zhangsan"]);
    assert_eq!(room.alerts().len(), 1);
}

#[test]
fn what_fell_in_the_night_is_not_told_in_the_morning() {
    let room = Room::on_duty();
    room.see(complaint("a", "14 20:00", QUEUE, YELLOW));
    room.see(complaint("b", "14 20:10", EXAM, YELLOW));
    assert_eq!(room.alerts().len(), 2);
    // The one is still an event, the other is none any more.
    room.judge(1, Level::Blue, "14 21:00");
    room.judge(2, Level::None, "14 21:10");
    room.look();
    room.look_at("17 08:00");
    assert_eq!(room.told(), [] as [String; 0]);
    assert_eq!(
        room.alerts()[0].state,
        AlertState::Open,
        "it stays on the list"
    );
    room.judge(1, Level::Yellow, "17 09:00");
    room.look();
    assert_eq!(room.told(), ["17日09:00 黄 office"]);
}

#[test]
fn what_cannot_be_looked_at_silences_nothing_else() {
    let room = Room::on_duty();
    let path = room.app().folder().join("yuqing.db");
    let database = rusqlite::Connection::open(path).expect("the database");
    database
        .execute_batch("DROP TABLE alert_sources")
        .expect("a broken database");
    room.take(complaint("a", "14 10:00", QUEUE, ORANGE));
    let failed = alert_once(room.app()).expect_err("sources cannot be looked at");
    assert!(
        format!("{failed:#}").contains("alert_sources"),
        "{failed:#}"
    );
    assert_eq!(room.told(), ["14日10:00 橙 zhangsan"]);
}

#[test]
fn the_past_calls_nobody_and_neither_does_an_archive() {
    let test = TestApp::open(bureau(ROSTER, ""));
    let room = Room { test };
    room.take(complaint("past", "14 08:30", QUEUE, RED));
    assert_eq!(
        room.look(),
        Alerted::default(),
        "alerts begin with the first look"
    );
    assert_eq!(room.look_at("14 12:00"), Alerted::default());
    let seen = |post: Post, time: &str| Post {
        fetched_at: minute(time),
        ..post
    };
    let archived = complaint("archive", "14 12:00", INJURY, RED);
    let archived = Post {
        published_at: archived.published_at.map(|published| PublishedAt {
            at: published.at - TimeDelta::days(31),
            ..published
        }),
        ..archived
    };
    room.see(archived);
    assert_eq!(room.alerts(), []);
    // Four days old when it was found at night: it is told in the morning.
    room.see(seen(complaint("late", "14 12:00", EXAM, RED), "18 23:00"));
    assert_eq!(room.told(), [] as [String; 0]);
    room.look_at("19 08:00");
    assert_eq!(room.told(), ["19日08:00 橙 office"]);
    let text = room.queued()[0].1["text"]
        .as_str()
        .expect("words")
        .to_owned();
    assert!(text.contains("此条发布4天11小时后才监测到"), "{text}");
}

#[test]
fn after_an_outage_many_alerts_are_one_message() {
    let room = Room::on_duty();
    for (number, words) in [QUEUE, INJURY, EXAM, PENSION].into_iter().enumerate() {
        room.take(complaint(&number.to_string(), "14 03:00", words, ORANGE));
    }
    room.look_at("14 10:00");
    assert_eq!(room.alerts().len(), 4);
    let queued = room.queued();
    assert_eq!(queued.len(), 1);
    let text = queued[0].1["text"].as_str().expect("words");
    assert!(text.contains("共有4起预警"), "{text}");
    assert!(text.contains("alert ack 1 2 3 4 --by"), "{text}");
}

#[test]
fn a_clock_that_goes_back_repeats_nothing_and_loses_nothing() {
    let room = Room::on_duty();
    room.see(complaint("a", "14 12:00", QUEUE, YELLOW));
    room.look_at("14 10:00");
    assert_eq!(room.told().len(), 1);
    room.see(complaint("c", "14 10:05", INJURY, RED));
    assert_eq!(room.told().len(), 2);
    // A wrong year, and back: the next of the chain is asked nevertheless.
    room.app().clock.set(at("2019-04-14T10:00:00+08:00"));
    room.look();
    room.look_at("14 10:30");
    assert_eq!(room.told().len(), 4);
    // A yellow one of the wrong year does not wait for that year.
    room.app().clock.set(at("2019-04-13T20:00:00+08:00"));
    let mut late = complaint("b", "14 10:30", EXAM, YELLOW);
    let wrong = at("2019-04-13T20:00:00+08:00");
    late.fetched_at = wrong;
    late.published_at = late.published_at.map(|published| PublishedAt {
        at: wrong,
        ..published
    });
    room.see(late);
    let waiting = room.alerts().len();
    room.look_at("14 11:00");
    let last = room.alerts()[waiting - 1].clone();
    assert_eq!(last.notices.len(), 1, "{:?}", last.next_notice_at);
}

#[test]
fn without_a_recipient_the_alert_is_there_and_nobody_is_told() {
    let room = Room::open(bureau("", ""));
    let alerted = room.see(complaint("a", "14 09:00", QUEUE, RED));
    let expected = Alerted {
        raised: 1,
        queued: 0,
        unheard: 1,
    };
    assert_eq!(alerted, expected);
    assert_eq!(room.queued(), []);
    assert_eq!(room.alerts()[0].state, AlertState::Open);
    assert_eq!(room.look_at("14 12:00"), Alerted::default());
}

#[test]
fn a_gathering_of_blue_complaints_calls_once() {
    let room = Room::on_duty();
    let complaints = [
        "郑州市社保局换社保卡，六点半来排队，到九点还没轮到，号一天就放两百个",
        "请了半天假去郑州社保局补社会保障卡，下午四点说没号了，明天还得再跑",
        "郑州社保中心换卡大厅人挤人，没有座位，带着孩子站了三个小时，社保卡没换成",
        "社保卡到期换新，郑州市社保局叫号机坏了，全靠人喊，队伍排到马路上，太差了",
        "为了一张社保卡，老妈在郑州市社保局排了一上午，工作人员说系统慢，让下周再来",
        "投诉郑州市社保局：换领社会保障卡现场没人维持秩序，插队的比排队的还多",
    ];
    for (number, words) in complaints.into_iter().enumerate() {
        let time = format!("14 1{number}:00");
        room.see(complaint(&number.to_string(), &time, words, 0));
    }
    let alerts = room.alerts();
    let kinds: Vec<AlertKind> = alerts.iter().map(|alert| alert.what.kind).collect();
    assert_eq!(kinds, [AlertKind::Gathering]);
    assert_eq!(room.told(), ["14日14:00 黄 zhangsan"]);
    assert!(
        alerts[0].what.reason.starts_with("Y3"),
        "{}",
        alerts[0].what.reason
    );
    assert_eq!(alerts[0].what.post_count, 5);
}

const WATCHES: &str = r#"
[[watch]]
id = "own"
name = "换卡"
query = "换卡"
recipients = ["zhaoliu"]
alert = "at_once"

[[watch]]
id = "duty"
name = "工伤"
query = "工伤"
alert = "at_once"

[[watch]]
id = "sum"
name = "大厅"
query = "大厅 OR 工伤"
recipients = ["zhaoliu"]
alert = "digest"
schedule = "0 17 * * 1-5"

[[watch]]
id = "quiet"
name = "都记"
query = "郑州市"
"#;

#[test]
fn watches_tell_those_who_asked_when_they_asked() {
    let room = Room::open(bureau(ROSTER, WATCHES));
    room.see(complaint("a", "14 09:00", QUEUE, 3));
    room.see(complaint("b", "14 09:10", &format!("{QUEUE}，我也是"), 3));
    room.see(complaint("c", "14 09:20", INJURY, 3));
    assert_eq!(
        room.told(),
        ["14日09:00 蓝 zhaoliu", "14日09:20 蓝 zhangsan"]
    );
    room.look_at("14 10:00");
    assert_eq!(room.told()[2], "14日10:00 蓝 zhaoliu", "the hour is over");
    room.look_at("14 17:00");
    assert_eq!(room.told()[3..], ["14日17:00 蓝 zhaoliu"]);
    let summary = room.alerts().pop().expect("a summary").what;
    assert_eq!(summary.title, "专题“大厅”命中3条");
    let text = room.queued()[3].1["text"]
        .as_str()
        .expect("words")
        .to_owned();
    assert!(text.contains("△ 【蓝】工伤认定材料"), "{text}");
    assert_eq!(room.alerts().len(), 4, "who did not ask is not told");
}

#[test]
fn what_duty_heard_by_its_level_is_not_told_again_by_a_watch() {
    let room = Room::open(bureau(ROSTER, WATCHES));
    room.see(complaint("c", "14 09:20", INJURY, ORANGE));
    assert_eq!(room.told(), ["14日09:20 橙 zhangsan"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a9_a_source_that_refuses_is_told_to_administrators_once_and_so_is_its_return() {
    let site = TestSite::start().await;
    let refused = Config {
        sources: vec![source("news", SourceKind::Feed, site.url("/rss.xml"))],
        ..bureau(ROSTER, "")
    };
    let room = Room {
        test: TestApp::open(refused),
    };
    let look = || async {
        room.test.crawl().await;
        room.app()
            .on_cpu(alert_once)
            .await
            .expect("the store works")
    };
    site.put("/rss.xml", Answer::status(403));
    look().await;
    assert_eq!(room.alerts(), [], "one failure may be an accident");
    for _visit in 0..3 {
        room.test.later(TimeDelta::minutes(40));
        look().await;
    }
    let alerts = room.alerts();
    assert_eq!(alerts.len(), 1);
    assert_eq!(
        (alerts[0].what.kind, alerts[0].what.title.as_str()),
        (AlertKind::Source, "信源“信源news”异常")
    );
    assert!(
        alerts[0].what.reason.contains("连续2次采集失败"),
        "{}",
        alerts[0].what.reason
    );
    assert_eq!(room.told(), ["14日09:40 无 admin"]);

    let feed = "<rss version=\"2.0\"><channel><title>示例</title><item><title>社保卡</title>\
                <link>http://example.cn/1</link><description>换卡</description></item></channel></rss>";
    site.put("/rss.xml", Answer::xml(feed));
    for _visit in 0..4 {
        room.test.later(TimeDelta::minutes(40));
        look().await;
    }
    let alerts = room.alerts();
    let titles: Vec<&str> = alerts
        .iter()
        .map(|alert| alert.what.title.as_str())
        .collect();
    assert_eq!(titles, ["信源“信源news”异常", "信源“信源news”已恢复"]);
    assert!(
        alerts
            .iter()
            .all(|alert| alert.state == AlertState::Handled)
    );
    let people: Vec<String> = room.queued().into_iter().map(|(who, _)| who).collect();
    assert_eq!(people, ["admin", "admin"], "never a reader");
}

#[test]
fn what_got_louder_is_told_in_working_time_once_a_day() {
    let room = Room::on_duty();
    // Half a day of watching, then ten complaints in an hour, of ten matters and of one topic.
    room.take(complaint("first", "13 20:00", PENSION, 0));
    let streets = [
        "金水路",
        "花园路",
        "文化路",
        "农业路",
        "黄河路",
        "中原路",
        "航海路",
        "嵩山路",
        "桐柏路",
        "陇海路",
    ];
    for (number, street) in streets.iter().enumerate() {
        let words = format!("郑州市{street}社保卡网点又排长队，社保卡没换成");
        let time = format!("14 18:{}", 10 + 5 * number);
        room.take(complaint(&format!("b{number}"), &time, &words, 0));
    }
    room.look_at("14 19:00");
    let bursts = || {
        let alerts = room.alerts().into_iter();
        let bursts = alerts.filter(|alert| alert.what.kind == AlertKind::Burst);
        bursts.map(|alert| alert.what).collect::<Vec<_>>()
    };
    let found = bursts();
    let topic = found.iter().find(|what| what.subject.0 == "burst:topic:KA");
    let topic = topic.expect("the topic got louder");
    assert!(topic.reason.contains("近1小时10条"), "{}", topic.reason);
    assert_eq!(topic.tell_at, minute("17 08:00"));
    room.look_at("14 19:11");
    assert_eq!(bursts().len(), found.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_served_to_other_programs() {
    let room = Room::open(bureau(ROSTER, ""));
    let app = Arc::clone(room.app());
    app.on_cpu(move |app| {
        let post = complaint("a", "14 09:00", QUEUE, ORANGE);
        app.clock.set(post.fetched_at);
        app.store
            .save_posts(&[discovered(post).expect("it has words")], app.now())?;
        process_all(app)?;
        alert_once(app)
    })
    .await
    .expect("the steps work");
    let served: Value =
        serde_json::from_str(&page(&app, "/api/v1/alerts?state=open").await).expect("JSON");
    assert_eq!(served[0]["level"], "orange");
    assert_eq!(served[0]["url"], "https://example.cn/a");
    assert_eq!(served[0]["notices"][0]["recipients"], json!(["zhangsan"]));
    assert_eq!(page(&app, "/api/v1/alerts?state=handled").await, "[]");
    let refused = page(&app, "/api/v1/alerts?state=x").await;
    assert!(refused.contains("“x”不是可用的值"), "{refused}");
}

#[test]
fn people_take_alerts_on_the_command_line() {
    let desk = Desk::new();
    desk.write("config/duty.toml", ROSTER);
    desk.write("config/recipients.toml", NAMED);
    {
        let config = Config {
            duty: parse_duty(ROSTER).expect("a roster"),
            ..config(Vec::new())
        };
        let clock = Clock::standing_at(minute("14 09:00"));
        let app = App::open(config, &desk.path("data"), clock).expect("an empty folder");
        let room_post = |id: &str, words: &str| {
            let post = complaint(id, "14 09:00", words, ORANGE);
            discovered(post).expect("it has words")
        };
        alert_once(&app).expect("the store works");
        let posts = [room_post("a", QUEUE), room_post("b", EXAM)];
        app.store
            .save_posts(&posts, app.now())
            .expect("the store works");
        process_all(&app).expect("the steps work");
        alert_once(&app).expect("the store works");
        app.index.close_writer();
    }
    let listed = desk.expect(0, &["alert", "list", "--json"]).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    assert_eq!(listed[0]["state"], "open");
    let text = desk.expect(0, &["alert", "list", "--state", "待处置"]).out;
    assert!(text.contains("橙") && text.contains("待处置"), "{text}");

    desk.expect(2, &["alert", "ack", "1"]);
    let note = ["--by", "李四", "--note", "已电话报告值班领导，13812345678"];
    desk.expect(0, &[&["alert", "ack", "1", "2"], &note[..]].concat());
    let shown = desk.expect(0, &["alert", "show", "1"]).out;
    for words in [
        "已签收：",
        "李四：已电话报告值班领导，",
        "第1次通知：2017-04-14 09:00　张三（zhangsan）",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("13812345678"), "masked: {shown}");
    let refused = desk.expect(2, &["alert", "ack", "1", "--by", "王五"]);
    assert!(
        refused.err.contains("第1号预警已签收（李四"),
        "{}",
        refused.err
    );
    desk.expect(0, &["alert", "false-alarm", "1", "--by", "王五"]);
    desk.expect(0, &["alert", "handled", "2", "--by", "王五", "--json"]);
    let refused = desk.expect(2, &["alert", "show", "9"]);
    assert!(refused.err.contains("没有第9号预警"), "{}", refused.err);
    let none = desk.expect(0, &["alert", "list", "--state", "open"]).out;
    assert_eq!(none, "没有这样的预警。\n");

    let duty = desk
        .expect(0, &["alert", "duty", "--at", "2017-04-15 23:00", "--json"])
        .json();
    assert_eq!(duty["chain"], json!(["zhangsan", "lisi", "chief"]));
    assert_eq!(
        (&duty["is_quiet"], &duty["is_office_time"]),
        (&json!(true), &json!(false))
    );
    let text = desk
        .expect(0, &["alert", "duty", "--at", "2017-04-15 23:00"])
        .out;
    assert!(
        text.contains("静默时段，只通知橙、红；黄级等到2017-04-17 08:00"),
        "{text}"
    );
    assert!(
        text.contains("值班：张三（zhangsan）、lisi，到2017-04-17 00:00"),
        "{text}"
    );
    desk.expect(2, &["alert", "duty", "--at", "明天"]);
}
