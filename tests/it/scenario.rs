//! What staff must be able to rely on, played with a moving clock (`spec.md` 9.2): the spec's own cases, and complaints
//! in our words. Posts are handed in as the crawler hands them in; nothing but the clock and the steps moves.

use crate::site::{TestApp, at, config, page};
use serde::Deserialize;
use std::sync::Arc;
use yuqing::model::{
    Channel, Engagement, Event, Intent, Jurisdiction, Label, Level, OutletTier, Post, PostId,
    Precision, PublishedAt, StoredPost, Timestamp, Topic,
};
use yuqing::pipeline::{discovered, label_post, process_all, process_once};
use yuqing::store::Act;
use yuqing::text::mask::mask;

/// A line of the spec's cases.
#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    source: String,
    time: String,
    title: String,
    text: String,
    comments: u64,
    reposts: u64,
    likes: u64,
    masked: String,
}

fn case(id: &str) -> Case {
    let cases = include_str!("../fixtures/eval/cases.jsonl");
    let cases = cases
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case"));
    let mut cases = cases.filter(|case: &Case| case.id == id);
    cases.next().expect("the spec has this case")
}

fn minute(text: &str) -> Timestamp {
    at(&format!("{}:00+08:00", text.replace(' ', "T")))
}

impl Case {
    fn post(&self) -> Post {
        let (channel, tier) = match self.kind.as_str() {
            "微博" => (Channel::Weibo, OutletTier::T5),
            "论坛" => (Channel::Forum, OutletTier::T5),
            "留言" => (Channel::MessageBoard, OutletTier::T5),
            "新闻" => (Channel::News, OutletTier::T0),
            _ => (Channel::Other, OutletTier::T5),
        };
        let time = match self.time.contains(' ') {
            true => self.time.clone(),
            false => format!("{} 09:00", self.time),
        };
        Post {
            channel,
            source_name: self.source.clone(),
            outlet_tier: tier,
            title: self.title.clone(),
            text: self.text.clone(),
            engagement: reach(self.comments, self.reposts, self.likes),
            ..post(&self.id, minute(&time))
        }
    }
}

fn reach(comments: u64, reposts: u64, likes: u64) -> Engagement {
    Engagement {
        comments: Some(comments),
        reposts: Some(reposts),
        likes: Some(likes),
        views: None,
    }
}

/// A forum post of its own author, read when it appears.
fn post(id: &str, published: Timestamp) -> Post {
    Post {
        url: Some(format!("https://example.cn/{id}")),
        external_id: Some(id.to_owned()),
        author: Some(format!("网友{id}")),
        published_at: Some(PublishedAt {
            at: published,
            precision: Precision::Minute,
            is_inferred: false,
        }),
        ..Post::bare(Channel::Forum, "示例论坛", published)
    }
}

/// 重演.
struct Replay {
    test: TestApp,
}

impl Replay {
    fn begin() -> Replay {
        Replay {
            test: TestApp::open(config(Vec::new())),
        }
    }

    /// The clock moves to when the post was read; one round of the steps, as the daemon does within the minute.
    fn see(&self, post: Post) {
        let app = &self.test.app;
        app.clock.set(post.fetched_at);
        let found = discovered(post).expect("it has words");
        let saved = app.store.save_posts(&[found], app.now());
        saved.expect("the store works");
        process_once(app).expect("the steps work");
    }

    /// The same after waiting for all that follows.
    fn see_out(&self, post: Post) {
        self.see(post);
        process_all(&self.test.app).expect("the steps work");
    }

    fn stored(&self, id: &str) -> StoredPost {
        let store = &self.test.app.store;
        let all = (1..).map_while(|id| store.post(PostId(id)).expect("the store works"));
        let mut all = all.filter(|stored| stored.post.external_id.as_deref() == Some(id));
        all.next().expect("it was handed in")
    }

    fn level(&self, id: &str) -> Level {
        self.stored(id).analysis.expect("judged").level
    }

    fn event_of(&self, id: &str) -> Event {
        let event = self.stored(id).event.expect("it belongs to an event");
        let event = self.test.app.store.event(event).expect("the store works");
        event.expect("an event with members stands")
    }

    /// The minute, the level before and after, as recorded.
    fn history(&self, id: &str) -> Vec<(String, Level, Level)> {
        let changes = self.test.app.store.level_changes(self.stored(id).id);
        let changes = changes.expect("the store works").into_iter();
        changes
            .map(|change| {
                (
                    change.at.format("%d日%H:%M").to_string(),
                    change.from,
                    change.to,
                )
            })
            .collect()
    }

    fn reasons(&self, id: &str) -> String {
        let reasons = self.stored(id).analysis.expect("judged").reasons;
        let texts: Vec<String> = reasons.into_iter().map(|reason| reason.text).collect();
        texts.join("\n")
    }

    fn gatherings(&self) -> Vec<Event> {
        let store = &self.test.app.store;
        let now = self.test.app.now();
        let events = store.events_between(now - chrono::TimeDelta::days(30), now);
        let events = events.expect("the store works").into_iter();
        events
            .map(|known| known.event)
            .filter(|event| event.is_gathering)
            .collect()
    }
}

/// The outbreak of 14 April, as far as the first quarter of an hour.
fn outbreak_begins(replay: &Replay) {
    let first = Post {
        has_image: true,
        ..case("P01").post()
    };
    replay.see(first.clone());
    assert_eq!(
        replay.level("P01"),
        Level::Yellow,
        "{}",
        replay.reasons("P01")
    );
    replay.see(Post {
        fetched_at: minute("2017-04-14 14:13"),
        engagement: reach(260, 300, 300),
        ..first
    });
    assert_eq!(
        replay.level("P01"),
        Level::Orange,
        "{}",
        replay.reasons("P01")
    );
}

#[test]
fn a1_the_outbreak_is_yellow_at_once_orange_at_the_next_reading_and_red_the_day_after() {
    let replay = Replay::begin();
    outbreak_begins(&replay);
    assert_eq!(
        replay.history("P01"),
        [
            ("14日13:58".to_owned(), Level::None, Level::Yellow),
            ("14日14:13".to_owned(), Level::Yellow, Level::Orange),
        ]
    );
    assert_eq!(replay.event_of("P01").level, Level::Orange);
    replay.see(case("P02").post());
    assert_eq!(replay.level("P02"), Level::Orange);
    replay.see(case("P03").post());
    assert_eq!(replay.level("P03"), Level::Red);
    let event = replay.event_of("P01");
    assert_eq!(event.level, Level::Red);
    assert!(
        event.level_reason.starts_with('R'),
        "{}",
        event.level_reason
    );
}

#[test]
fn a1_the_four_posts_are_one_event_with_a_timeline() {
    let replay = Replay::begin();
    outbreak_begins(&replay);
    for id in ["P02", "P03", "P04"] {
        replay.see_out(case(id).post());
    }
    let event = replay.event_of("P01");
    for id in ["P02", "P03", "P04"] {
        assert_eq!(
            replay.stored(id).event,
            Some(event.id),
            "{id} belongs to {}",
            event.title
        );
    }
    let app = &replay.test.app;
    let known = app.store.events_between(event.first_at, event.last_at);
    let known = known.expect("the store works");
    let members = &known
        .iter()
        .find(|known| known.event.id == event.id)
        .expect("known")
        .members;
    let timeline: Vec<Option<String>> = (app.store.posts(members).expect("the store works"))
        .into_iter()
        .map(|stored| stored.post.external_id)
        .collect();
    let wanted = ["P01", "P02", "P03", "P04"].map(|id| Some(id.to_owned()));
    assert_eq!(timeline, wanted);
    assert_eq!(event.first_at, minute("2017-04-14 13:58"));
    assert_eq!(
        replay.level("P04"),
        Level::None,
        "praise for its end is no alarm"
    );
}

/// 换卡排队, in the week before the outbreak: (day and time, words).
const QUEUES: [(&str, &str); 10] = [
    (
        "2017-04-07 09:10",
        "郑州市社保局换社保卡，六点半来排队，到九点还没轮到，号一天就放两百个",
    ),
    (
        "2017-04-07 16:40",
        "请了半天假去郑州社保局补社会保障卡，下午四点说没号了，明天还得再跑",
    ),
    (
        "2017-04-08 10:05",
        "郑州社保中心换卡大厅人挤人，没有座位，带着孩子站了三个小时，社保卡没换成",
    ),
    (
        "2017-04-09 11:30",
        "社保卡到期换新，郑州市社保局叫号机坏了，全靠人喊，队伍排到马路上，太差了",
    ),
    (
        "2017-04-10 08:50",
        "为了一张社保卡，老妈在郑州市社保局排了一上午，工作人员说系统慢，让下周再来",
    ),
    (
        "2017-04-10 17:20",
        "投诉郑州市社保局：换领社会保障卡现场没人维持秩序，插队的比排队的还多",
    ),
    (
        "2017-04-11 13:15",
        "郑州社保卡换发，窗口开了两个，后面几百号人等着，中午还要休息，急死人",
    ),
    (
        "2017-04-12 10:00",
        "跑第三趟郑州市社保局了，社保卡还是换不上，每次都是号发完了，气人",
    ),
    (
        "2017-04-12 15:45",
        "在郑州市社保局换社保卡排了两小时，轮到我说照片不合格，社保卡又拿不到，投诉",
    ),
    (
        "2017-04-13 09:30",
        "天没亮就去郑州社保局门口等换社保卡，开门没多久号就没了，黄牛倒是有号，太气人了",
    ),
];

#[test]
fn a2_ten_queue_complaints_gather_into_a_yellow_event_before_the_outbreak() {
    let replay = Replay::begin();
    for (number, (time, words)) in QUEUES.iter().enumerate() {
        assert!(
            replay.gatherings().is_empty(),
            "{number} complaints are too few"
        );
        let id = format!("Q{number}");
        replay.see_out(Post {
            text: (*words).to_owned(),
            ..post(&id, minute(time))
        });
        assert_eq!(
            replay.level(&id),
            Level::Blue,
            "{words}: {}",
            replay.reasons(&id)
        );
    }
    let gatherings = replay.gatherings();
    assert_eq!(gatherings.len(), 1);
    let gathering = &gatherings[0];
    assert_eq!(
        (gathering.level, gathering.topic),
        (Level::Yellow, Some(Topic::Ka))
    );
    assert_eq!(gathering.post_count, 10);
    assert!(
        gathering.level_reason.starts_with("Y3"),
        "{}",
        gathering.level_reason
    );
    assert!(
        gathering.title.contains("社会保障卡"),
        "{}",
        gathering.title
    );

    outbreak_begins(&replay);
    let still = replay.gatherings();
    assert_eq!((still[0].id, still[0].level), (gathering.id, Level::Yellow));
    assert_ne!(
        replay.event_of("P01").id,
        gathering.id,
        "the outbreak is a happening of its own"
    );
}

#[test]
fn a3_an_announced_gathering_is_orange_whatever_its_reach() {
    let replay = Replay::begin();
    replay.see(case("P12").post());
    assert_eq!(replay.level("P12"), Level::Orange);
    let reasons = replay.reasons("P12");
    assert!(
        reasons.contains("时间、地点") && reasons.contains("拉横幅"),
        "{reasons}"
    );
}

#[test]
fn a4_threats_alarm_and_figures_of_speech_do_not() {
    let replay = Replay::begin();
    for id in ["P13", "P14", "P15", "P57"] {
        replay.see_out(case(id).post());
    }
    let levels = ["P13", "P14", "P15", "P57"].map(|id| replay.level(id));
    assert_eq!(
        levels,
        [Level::Orange, Level::Orange, Level::None, Level::None]
    );
    let flagged = replay
        .test
        .app
        .store
        .flagged(9, 0)
        .expect("the store works");
    assert_eq!(flagged.len(), 2);
}

#[test]
fn a8_masks_are_exact_and_stay_so() {
    let replay = Replay::begin();
    for id in ["P11", "P26", "P73"] {
        let case = case(id);
        replay.see_out(case.post());
        let shown = replay.stored(id).post.text;
        assert_eq!(shown, case.masked, "{id}");
        assert_eq!(mask(&shown), shown, "{id} again");
    }
    let found = replay.test.search("13800000000");
    assert!(found.is_empty(), "what is masked is not found either");
}

#[test]
fn a10_competence_depends_on_the_date() {
    let replay = Replay::begin();
    for id in ["P35", "P36"] {
        replay.see_out(case(id).post());
    }
    let judged = |id: &str| replay.stored(id).analysis.expect("judged");
    assert!(judged("P35").relevant);
    assert_ne!(
        judged("P35").regions.jurisdiction,
        Jurisdiction::OtherOffice
    );
    assert_eq!(
        judged("P36").regions.jurisdiction,
        Jurisdiction::OtherOffice
    );
    assert_eq!(judged("P36").level, Level::None);
    let reasons = replay.reasons("P36");
    assert!(reasons.contains("职能外"), "{reasons}");
}

#[test]
fn a13_a_corrected_judgement_stands_and_rates_the_rule_without_changing_it() {
    let replay = Replay::begin();
    let app = &replay.test.app;
    let question = |id: &str, office: &str, time: &str| Post {
        title: "社保卡一直没有下来".to_owned(),
        text: format!(
            "去年十月在郑州市社保局{office}窗口交的材料，社保卡一直没有下来，打电话也没人接，太气人了"
        ),
        ..post(id, minute(time))
    };
    replay.see_out(question("1", "一楼", "2017-04-11 09:00"));
    let judged = |id: &str| replay.stored(id).analysis.expect("judged");
    assert_eq!(judged("1").intent, Intent::Complaint);
    let (rules, id) = (app.config.rules.version().to_owned(), replay.stored("1").id);
    let consult = Label {
        intent: Some(Intent::Consult),
        ..Label::default()
    };
    let act = Act {
        by: "张三".to_owned(),
        note: String::new(),
        at: app.now(),
    };
    label_post(app, id, consult, act).expect("a label like any");

    replay.see_out(question("2", "二楼", "2017-04-12 09:00"));
    assert_eq!(judged("1").intent, Intent::Consult);
    assert_eq!(judged("2").intent, Intent::Complaint, "no rule changed");
    assert_eq!(app.config.rules.version(), rules);
    let adoption = app
        .adoption_of(replay.stored("2").id)
        .expect("the store works");
    let rule = adoption
        .rules
        .iter()
        .find(|known| known.rule == "intent.complaint");
    assert_eq!(rule.expect("it fired before").adoption.rate(), Some(0.0));
    assert_eq!(adoption.template[0].said["咨询"], 1);
}

#[test]
fn a14_a_post_on_two_matters_is_one_post_with_two() {
    let replay = Replay::begin();
    replay.see_out(case("P74").post());
    assert_eq!(replay.test.post_count(), 1);
    let topics = replay.stored("P74").analysis.expect("judged").topics;
    let topics: Vec<Topic> = topics.into_iter().map(|topic| topic.code).collect();
    // 互相推 tells of the service besides; it is no third matter, and comes after the two.
    assert_eq!(topics[..2], [Topic::Jf, Topic::Px]);
}

#[test]
fn copies_by_five_authors_in_a_day_raise_the_first_post() {
    let replay = Replay::begin();
    let words = "郑州市社保局二楼大厅换卡窗口上午十点就停止放号，投诉无门，大家站着等了两个多小时也没有人出来解释一句，态度太差";
    let copy = |number: u32| Post {
        text: words.to_owned(),
        ..post(
            &format!("C{number}"),
            minute(&format!("2017-04-11 1{number}:00")),
        )
    };
    for number in 0..4 {
        replay.see_out(copy(number));
    }
    assert_eq!(replay.level("C0"), Level::Blue, "{}", replay.reasons("C0"));
    replay.see_out(copy(4));
    assert_eq!(
        replay.level("C0"),
        Level::Yellow,
        "{}",
        replay.reasons("C0")
    );
    assert!(replay.reasons("C0").contains("独立发帖人5人"));
    assert_eq!(
        replay.history("C0").last().expect("recorded").0,
        "11日14:00"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_post_says_who_changed_what_and_what_the_machine_says() {
    let replay = Replay::begin();
    let app = Arc::clone(&replay.test.app);
    let id = app
        .on_cpu(move |app| {
            let post = case("P72").post();
            app.clock.set(post.fetched_at);
            let found = discovered(post).expect("it has words");
            app.store.save_posts(&[found], app.now())?;
            process_all(app)?;
            let label = Label {
                intent: Some(Intent::Consult),
                level: Some(Level::Yellow),
                ..Label::default()
            };
            let act = Act {
                by: "张三".to_owned(),
                note: "已与仲裁院核实".to_owned(),
                at: app.now(),
            };
            Ok(label_post(app, PostId(1), label, act)?.post)
        })
        .await
        .expect("the store works");
    let shown = page(&replay.test.app, &format!("/posts/{}", id.0)).await;
    for words in [
        "黄　人工更正（张三，2017-12-28 10:30），机器判为蓝",
        "咨询　人工更正（张三，2017-12-28 10:30），机器判为投诉",
        "蓝→黄，张三（已与仲裁院核实）",
        "采纳率0%（0/1）",
        "B1：",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let home = page(&replay.test.app, "/").await;
    assert!(home.contains("人工定为黄级（张三"), "{home}");
}
