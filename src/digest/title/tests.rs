use super::{MAX_CHARS, title};
use crate::digest::fixture::{CasePost, stored};
use crate::model::{Channel, Intent, OutletTier, Topic};
use proptest::prelude::*;

fn titled(case: &CasePost) -> String {
    let stored = stored(case);
    title(&stored.post, &stored.analysis.expect("a case is judged"))
}

fn forum(title: &str, text: &str) -> CasePost {
    let case = serde_json::json!({
        "id": 1, "channel": "forum", "source": "大河论坛", "title": title, "text": text, "at": "2017-11-20T09:00:00+08:00",
    });
    serde_json::from_value(case).expect("a case")
}

#[test]
fn a_title_stands_behind_its_subject_and_verb() {
    assert_eq!(
        titled(&forum("养老金认证系统登录不上！", "")),
        "网民反映养老金认证系统登录不上"
    );
}

#[test]
fn calls_and_names_for_the_reader_are_taken_off() {
    assert_eq!(
        titled(&forum("【求助】投诉某电子厂拖欠加班费", "")),
        "网民反映某电子厂拖欠加班费"
    );
    assert_eq!(
        titled(&forum("【视频】转:实名举报:某协会套取培训补贴", "")),
        "网民反映某协会套取培训补贴"
    );
    assert_eq!(
        titled(&forum("市民反映大厅叫号机故障", "")),
        "市民反映大厅叫号机故障"
    );
}

#[test]
fn a_question_is_a_question() {
    let mut case = forum("请问失业金去哪里申领？", "");
    assert_eq!(titled(&case), "网民询问失业金去哪里申领");
    case.intent = Intent::Consult;
    assert_eq!(titled(&case), "网民咨询失业金去哪里申领");
}

#[test]
fn a_microblog_lends_its_clause_that_names_the_matter() {
    let mut case = forum(
        "",
        "今天天气真好。跑了半天，社保卡还是激活不了，网点说不归他们管。",
    );
    case.channel = Channel::Weibo;
    case.keywords = vec!["社保卡".to_owned()];
    assert_eq!(
        titled(&case),
        "网民反映社保卡还是激活不了，网点说不归他们管"
    );
}

#[test]
fn a_report_of_the_media_says_so() {
    let mut case = forum("民营企业招聘周提供岗位1.2万个", "");
    (case.channel, case.tier) = (Channel::News, OutletTier::T2);
    assert_eq!(titled(&case), "媒体报道民营企业招聘周提供岗位1.2万个");
}

#[test]
fn judging_words_give_way_to_the_topic_and_place() {
    let mut case = forum("黑心老板太无耻！！！", "我要曝光你们！垃圾公司！");
    case.topic = Some(Topic::Qx);
    case.district = Some("金水区".to_owned());
    assert_eq!(titled(&case), "网民反映金水区欠薪与农民工工资问题");
}

#[test]
fn our_city_and_the_lowest_wage_are_no_judgement() {
    assert_eq!(
        titled(&forum("我市最低工资标准何时调整？", "")),
        "网民询问我市最低工资标准何时调整"
    );
}

#[test]
fn a_title_that_is_too_long_is_not_cut_inside_a_clause() {
    let long = "郑州市中原区某建筑工地三十余名农民工去年的工资至今没有结清，项目部称需等待审计";
    assert_eq!(titled(&forum(long, "")), "网民反映项目部称需等待审计");
}

proptest! {
    #[test]
    fn every_title_fits(own in "\\PC{0,60}", text in "([社保卡工资拖欠大厅]{1,40}[，。！？\n]){0,6}") {
        let title = titled(&forum(&own, &text));
        prop_assert!(title.chars().count() <= MAX_CHARS, "{title}");
        prop_assert!(!title.is_empty());
    }
}
