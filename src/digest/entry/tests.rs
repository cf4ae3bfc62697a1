use super::lead;
use crate::digest::fixture::{CasePost, stored};
use crate::model::StoredPost;
use serde_json::json;

fn post(id: i64, level: &str, sentiment: &str, text: &str) -> StoredPost {
    let case = json!({
        "id": id, "channel": "forum", "source": "大河论坛", "text": text, "level": level, "sentiment": sentiment,
        "at": format!("2017-11-20T09:{id:02}:00+08:00"),
    });
    let case: CasePost = serde_json::from_value(case).expect("a case");
    stored(&case)
}

#[test]
fn complaints_lead_where_they_carry_the_level() {
    let long = "大厅里的工作人员态度很好，办事也快，一个上午就把社保卡换好了，还给老人倒了水，点赞点赞再点赞，祝越来越好。";
    let posts = [
        post(1, "none", "positive", long),
        post(2, "blue", "neutral", long),
        post(3, "blue", "negative", "换社保卡排了三个小时。"),
        post(4, "blue", "negative", "换社保卡排了三个小时，没人管。"),
    ];
    let lead_among = |posts: &[StoredPost]| lead(&posts.iter().collect()).id.0;
    assert_eq!(lead_among(&posts), 4, "the longest of those that carry it");
    assert_eq!(lead_among(&posts[..2]), 2, "the level comes first");
}

#[test]
fn a_single_post_is_told_with_what_is_stored_of_its_event() {
    use crate::digest::entry::whole;
    use crate::digest::spread::spread;
    let case = |id: i64, channel: &str, source: &str, official: bool| {
        let mut made = post(id, "blue", "negative", "换社保卡排了三个小时，没人管。");
        made.post.channel = channel.parse().expect("a channel");
        made.post.source_name = source.to_owned();
        made.post.is_official = official;
        made
    };
    let complaint = [case(1, "forum", "大河论坛", false)];
    let known = [
        case(2, "newspaper", "大河报", false),
        case(3, "government", "郑州人社", true),
    ];
    let mut candidate = whole(&complaint, None).expect("ours");
    let at = complaint[0].post.fetched_at;
    let alone = spread(&candidate, at);
    assert!(alone.contains("暂未监测到媒体报道"), "{alone}");
    assert!(!alone.contains("官方"), "{alone}");
    candidate.known.extend(&known);
    let told = spread(&candidate, at);
    assert!(
        told.contains("大河报已报道；郑州人社已发布官方信息。"),
        "{told}"
    );
}
