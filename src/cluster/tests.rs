//! Copies, events, gatherings: what belongs together and, as important, what does not.

use super::likeness::headline;
use super::{Candidate, ClusterSettings, Clusters, Memory, cluster};
use crate::config::{Config, ConfigFolder};
use crate::model::{
    Analysis, Channel, Event, EventId, Intent, Jurisdiction, Level, Phase, Post, PostId, Precision,
    PublishedAt, Region, Regions, Sentiment, StoredPost, Timestamp, Topic, TopicScore,
};
use crate::store::{EventMembers, PostToCluster};
use crate::text::fingerprint::fingerprint;
use chrono::TimeDelta;
use std::sync::LazyLock;

mod measured;

const NEWS: &str = "昨日，郑州经开区一处工地的三十多名农民工向本报反映，他们从去年十月干到今年二月，工资至今没有拿到。\
    项目部负责人表示，总包单位的工程款尚未到账，已与劳动监察大队约定下周二前先支付一半，余款五月底结清。\
    记者从经开区人社局了解到，监察员已到场登记名册，并向总包单位下达了限期改正指令书。";

const TOLD_AGAIN: &str = "农民工讨薪后续：经开区人社局劳动监察大队已登记三十多名农民工名册，总包单位被限期改正，\
    项目部承诺下周二前先支付一半工资，余款五月底结清，工程款到账情况还在核实。";

static SETTINGS: LazyLock<ClusterSettings> = LazyLock::new(|| {
    let shipped = Config::read(&ConfigFolder::shipped(), []).expect("the shipped files");
    shipped.settings.cluster
});

pub(super) fn post(id: i64, text: &str) -> PostToCluster {
    let at = Timestamp::parse_from_rfc3339("2017-04-14T08:00:00+08:00").expect("test time");
    let published = at + TimeDelta::minutes(id);
    let post = Post {
        url: Some(format!("https://bbs.example.cn/{id}")),
        text: text.to_owned(),
        author: Some(format!("网友{id}")),
        published_at: Some(PublishedAt {
            at: published,
            precision: Precision::Minute,
            is_inferred: false,
        }),
        ..Post::bare(Channel::Forum, &format!("论坛{id}"), published)
    };
    PostToCluster {
        fingerprint: fingerprint(text),
        placed_by_hand: None,
        stored: StoredPost {
            analysis: Some(complaint(Level::Blue)),
            ..StoredPost::fresh(PostId(id), post)
        },
    }
}

/// A blue event whose first member stands for it.
pub(super) fn known(id: i64, members: &[i64]) -> EventMembers {
    let at = post(members[0], "").stored.first_seen_at;
    EventMembers {
        event: Event {
            id: EventId(id),
            title: format!("事件{id}"),
            level: Level::Blue,
            level_reason: String::new(),
            phase: Phase::Emerging,
            is_gathering: false,
            topic: None,
            first_at: at,
            last_at: at,
            post_count: members.len() as u64,
            source_count: members.len() as u64,
        },
        representative: PostId(members[0]),
        members: members.iter().copied().map(PostId).collect(),
    }
}

fn complaint(level: Level) -> Analysis {
    let region = Region {
        code: "410100".to_owned(),
        name: "郑州市".to_owned(),
    };
    Analysis {
        about: true,
        relevant: true,
        relevance: 1.0,
        topics: vec![TopicScore {
            code: Topic::Qx,
            score: 1.0,
        }],
        sentiment: Sentiment::Negative,
        sentiment_score: -1.0,
        intent: Intent::Complaint,
        regions: Regions {
            act: None,
            responsible: Some(region),
            jurisdiction: Jurisdiction::City,
        },
        level,
        score: 30,
        picture_needs_a_look: false,
        reasons: Vec::new(),
        keywords: Vec::new(),
    }
}

fn clusters(posts: &[PostToCluster]) -> Clusters {
    let memory = Memory::default();
    let posts = posts.iter().cloned();
    let posts: Vec<Candidate> = posts.map(|post| memory.candidate(post)).collect();
    cluster(&posts, &[], &[], &SETTINGS)
}

fn copies(texts: &[&str]) -> Vec<(i64, i64)> {
    let posts: Vec<_> = (1..).zip(texts).map(|(id, text)| post(id, text)).collect();
    let copies = clusters(&posts).copies;
    copies
        .into_iter()
        .map(|(copy, original)| (copy.0, original.0))
        .collect()
}

/// Matters of the same topic in words of their own, so that only the gathering joins them.
fn separate_complaints() -> Vec<PostToCluster> {
    let words = [
        "装修队给饭店铺完地砖，老板关门跑路，劳务费一万二没影了",
        "幼儿园代课两个学期，园长说经费紧张只发基本生活费",
        "快递站点撤销，押金和最后一月派件提成都扣着不退",
        "物流园卸货组十二人，三月份绩效全额取消，说法一天一变",
        "健身房教练课时费拖了五个月，总部换了法人代表",
        "服装厂计件单价临时下调，已经做完的货也按新价算",
        "影楼化妆师，年终奖承诺写在群里，现在群都解散了",
        "酒店后厨试工两周，离开时分文不给，还要扣工服钱",
        "种子公司业务员，差旅垫付八千多，报销单石沉大海",
        "网约车租赁公司扣着司机流水，客服电话永远忙音",
    ];
    (1..).zip(words).map(|(id, text)| post(id, text)).collect()
}

fn gatherings(posts: &[PostToCluster]) -> Vec<usize> {
    let events = clusters(posts).events;
    let gatherings = events.iter().filter(|event| event.is_gathering);
    gatherings.map(|event| event.members.len()).collect()
}

#[test]
fn a_copy_with_another_tail_belongs_to_the_first_publisher() {
    let with_tail = format!("{NEWS}（责任编辑：某某　来源：示例日报）");
    assert_eq!(copies(&[NEWS, &with_tail, NEWS]), [(2, 1), (3, 1)]);
}

#[test]
fn a_forward_is_a_copy_of_what_it_forwards() {
    let forward = format!("转给大家看看//@示例日报：{NEWS}");
    assert_eq!(copies(&[NEWS, &forward]), [(2, 1)]);
}

/// An earlier post quotes the half of it.
#[test]
fn a_forward_is_a_copy_of_what_it_shares_most_with() {
    let whole = "荥阳一家纸箱厂停产半年，四十多名工人的社保从三月起就没有再缴，\
        厂里说等厂房租出去再补，可大家看病买药全靠自己掏钱，眼看入冬了还没有说法";
    let half: String = whole.chars().take(40).collect();
    let quoting = format!(
        "{half}。隔壁印刷厂也一样，去年招人时说五险齐全，干满试用期才知道只上了工伤，\
         问了几回都让等通知，同批进厂的已经走了一半"
    );
    let forward = format!("说得对//@乙：{whole}");
    assert_eq!(copies(&[&quoting, whole, &forward]), [(3, 2)]);
}

#[test]
fn the_same_matter_in_other_words_is_no_copy_but_one_event() {
    assert!(copies(&[NEWS, TOLD_AGAIN]).is_empty());
    let clusters = clusters(&[post(1, NEWS), post(2, TOLD_AGAIN)]);
    let sizes: Vec<usize> = clusters
        .events
        .iter()
        .map(|event| event.members.len())
        .collect();
    assert_eq!(sizes, [2]);
}

/// A person put a gathering into a happening, or a happening into a gathering.
#[test]
fn what_keeps_the_title_of_a_post_goes_on_by_what_it_is_about() {
    let memory = Memory::default();
    let candidate = |post| [memory.candidate(post)];
    let first = post(1, NEWS);
    for (title, joined) in [
        (headline(&first.stored.post), vec![PostId(1), PostId(2)]),
        ("郑州市欠薪类反映聚集".to_owned(), vec![PostId(2)]),
    ] {
        let mut merged = known(7, &[1]);
        merged.event.title = title;
        merged.event.is_gathering = true;
        let (seen, new) = (candidate(first.clone()), candidate(post(2, TOLD_AGAIN)));
        let clusters = cluster(&new, &seen, &[merged], &SETTINGS);
        assert_eq!(clusters.events[0].members, joined);
    }
}

#[test]
fn what_began_beside_a_happening_comes_to_it_once_it_is_hot() {
    let texts = [
        "朋友发来的照片，说拍的就是郑州市社保局办业务的窗口，真是这样吗",
        "编剧说剧里那块玻璃是虚构的，结果现实里的社保局窗口一模一样，站也不是蹲也不是，老人只能弯着腰",
        "新郑一家服装厂拖欠我们三个月工资，老板电话关机，劳动监察还没有答复",
    ];
    let events: Vec<usize> = [Level::Blue, Level::Orange]
        .map(|level| {
            let mut posts: Vec<PostToCluster> =
                (1..).zip(texts).map(|(id, text)| post(id, text)).collect();
            posts[0].stored.analysis = Some(complaint(level));
            clusters(&posts).events.len()
        })
        .into();
    assert_eq!(events, [3, 2]);
}

#[test]
fn an_unrelated_post_stays_out() {
    let other = "省直社保的养老金调整方案昨日公布，退休人员每人每月增加五十八元，补发从一月起计算，月底到账。";
    let clusters = clusters(&[post(1, NEWS), post(2, other)]);
    assert!(clusters.copies.is_empty());
    assert!(clusters.events.iter().all(|event| event.members.len() == 1));
    assert_eq!(clusters.settled, [PostId(1), PostId(2)]);
}

#[test]
fn ten_authors_of_one_matter_gather_into_a_yellow_event() {
    let posts = separate_complaints();
    assert_eq!(gatherings(&posts), [10]);
    let events = clusters(&posts).events;
    let gathering = events
        .iter()
        .find(|event| event.is_gathering)
        .expect("there is one");
    assert_eq!(
        (gathering.level, gathering.topic),
        (Level::Yellow, Some(Topic::Qx))
    );
    assert!(
        gathering.level_reason.contains("10"),
        "{}",
        gathering.level_reason
    );
}

/// `spec.md` 9.2, A2: one or two quiet complaints a day.
#[test]
fn the_tenth_author_within_seven_days_makes_a_gathering() {
    let mut posts = separate_complaints();
    for (number, post) in (0..).zip(&mut posts) {
        let published = post.stored.post.published_at.as_mut().expect("given");
        published.at += TimeDelta::hours(16 * number);
    }
    assert!(gatherings(&posts[..9]).is_empty());
    assert_eq!(gatherings(&posts), [10]);
}

/// `spec.md` 9.1, P05, P59, P60.
#[test]
fn a_copied_thread_and_a_forward_of_it_belong_to_the_first() {
    let text = "第一趟说缺参保凭证,第二趟说要原单位盖章,第三趟系统升级5点自动关机让明天再来。\
        伏牛路社保大厅到底能不能一次性告知?我请假扣的钱谁赔!";
    let forward =
        "社保大厅办个转移跑三趟[链接]//@大河论坛:社保大厅办个转移跑了三趟,材料一次说不清……";
    let mut posts = [
        post(1, text),
        post(2, &format!("{text}转自大河论坛")),
        post(3, forward),
    ];
    let titles = [
        "社保大厅办个转移跑了三趟,材料一次说不清",
        "转:社保大厅办个转移跑了三趟",
        "",
    ];
    for (post, title) in posts.iter_mut().zip(titles) {
        post.stored.post.title = title.to_owned();
        post.fingerprint = fingerprint(&format!("{title}{}", post.stored.post.text));
    }
    let copies = clusters(&posts).copies;
    assert_eq!(copies, [(PostId(2), PostId(1)), (PostId(3), PostId(1))]);
}

#[test]
fn a_post_placed_by_hand_is_left_there() {
    let mut placed = post(2, NEWS);
    placed.placed_by_hand = Some(EventId(9));
    let clusters = clusters(&[post(1, NEWS), placed]);
    assert_eq!(clusters.copies, [(PostId(2), PostId(1))]);
    assert_eq!(clusters.events.len(), 1);
    assert_eq!(clusters.events[0].members, [PostId(1)]);
}

/// The event a person chose lies out of sight.
#[test]
fn a_post_placed_by_hand_joins_no_gathering() {
    let mut posts = separate_complaints();
    posts[0].placed_by_hand = Some(EventId(9));
    posts.push(post(11, "陶瓷厂窑工，高温补贴三年没有发过，问就是再等等"));
    assert_eq!(gatherings(&posts), [10]);
    let events = clusters(&posts).events;
    assert!(
        events
            .iter()
            .all(|event| !event.members.contains(&PostId(1)))
    );
}

#[test]
fn one_author_ten_times_is_no_gathering() {
    let mut posts = separate_complaints();
    for post in &mut posts {
        post.stored.post.author = Some("同一人".to_owned());
    }
    assert!(gatherings(&posts).is_empty());
}

#[test]
fn other_places_topics_and_mere_questions_do_not_gather() {
    type Change = fn(&mut Analysis, usize);
    let changes: [Change; 3] = [
        |analysis, number| {
            let region = analysis.regions.responsible.as_mut().expect("given");
            region.code = format!("41010{number}");
        },
        |analysis, number| analysis.topics[0].code = [Topic::Yl, Topic::Qx, Topic::Gs][number % 3],
        |analysis, _| analysis.intent = Intent::Consult,
    ];
    for change in changes {
        let mut posts = separate_complaints();
        posts.truncate(8);
        for (number, post) in posts.iter_mut().enumerate() {
            change(post.stored.analysis.as_mut().expect("judged"), number);
        }
        assert!(gatherings(&posts).is_empty());
    }
}

#[test]
fn four_authors_in_a_day_are_too_few() {
    let mut posts = separate_complaints();
    posts.truncate(4);
    assert!(gatherings(&posts).is_empty());
}
