use super::{MAX_CHARS, gathering_title, title};
use crate::digest::fixture::{CasePost, gathering, stored};
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
        "网民投诉某电子厂拖欠加班费"
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

#[test]
fn words_that_only_begin_like_a_call_stay() {
    for (clause, wanted) in [
        ("举报人信息被泄露", "网民反映举报人信息被泄露"),
        ("咨询台没人理", "网民反映咨询台没人理"),
        ("投诉电话打不通", "网民反映投诉电话打不通"),
        ("建议增加窗口", "网民建议增加窗口"),
        ("听说65岁退休明年实施", "网民称听说65岁退休明年实施"),
        ("网传65岁退休明年实施", "网传65岁退休明年实施"),
        ("社保断缴影响买房吗？", "网民询问社保断缴影响买房吗"),
        ("自助机都是坏的", "网民反映自助机都是坏的"),
    ] {
        assert_eq!(titled(&forum(clause, "")), wanted);
    }
}

#[test]
fn a_suggestion_is_not_made_of_a_complaint() {
    let mut case = forum("经办大厅没有座椅", "");
    case.intent = Intent::Suggestion;
    assert_eq!(titled(&case), "网民反映经办大厅没有座椅");
}

#[test]
fn the_public_is_the_subject_only_before_a_verb() {
    for (clause, wanted) in [
        ("群众办事大厅排长队", "网民反映群众办事大厅排长队"),
        ("市民卡一直办不了", "网民反映市民卡一直办不了"),
        ("群众质疑招聘不公开", "群众质疑招聘不公开"),
    ] {
        assert_eq!(titled(&forum(clause, "")), wanted);
    }
}

#[test]
fn a_clause_without_a_keyword_gives_way_to_the_topic() {
    let mut case = forum("", "跑了半天。但是到现在都没到账！");
    case.keywords = vec!["郑州".to_owned(), "失业金".to_owned()];
    case.topic = Some(Topic::Sy);
    assert_eq!(titled(&case), "网民反映失业保险问题");
}

#[test]
fn a_title_begins_where_the_matter_is_named() {
    let mut case = forum("去年十一月采的照片，社保卡到现在还是\"制卡中\"", "");
    case.keywords = vec!["社保卡".to_owned()];
    assert_eq!(titled(&case), "网民反映社保卡到现在还是“制卡中”");
    let mut case = forum(
        "",
        "朋友发来的照片，说拍的就是郑州市社保局办业务的窗口，真“便民”[允悲]大家看看",
    );
    case.channel = Channel::Weibo;
    case.keywords = vec!["郑州市社保局".to_owned(), "窗口".to_owned()];
    assert_eq!(titled(&case), "网民反映郑州市社保局办业务的窗口问题");
}

#[test]
fn a_title_has_its_place_and_its_subject() {
    let keyed = |title: &str, text: &str, word: &str| {
        let mut case = forum(title, text);
        case.keywords = vec![word.to_owned()];
        titled(&case)
    };
    assert_eq!(
        keyed(
            "金水区某小区精装房，我们贴了三个月瓷砖没拿到工资",
            "",
            "工资"
        ),
        "网民反映金水区某小区精装房，贴了三个月瓷砖没拿到工资"
    );
    assert_eq!(
        keyed("明早九点，经开区管委会西门，要工钱的都来", "", "工钱"),
        "网民反映经开区管委会西门，要工钱的都来"
    );
    assert_eq!(
        keyed("厂子没了，档案也没了，我爸的三十年工龄算谁的", "", "档案"),
        "网民反映厂子没了，档案也没了"
    );
    assert_eq!(
        keyed(
            "",
            "郑州经开区一个安置房工地，我们钢筋班组从去年腊月到现在一分工钱没见着。",
            "工钱"
        ),
        "网民反映钢筋班组从去年腊月到现在一分工钱没见着"
    );
}

#[test]
fn a_short_clause_of_a_title_gives_way_to_the_text() {
    let mut case = forum(
        "卸货砸伤了脚，公司说我是临时工，不给报工伤",
        "骨折住院花了一万四。公司说没签合同算临时工，不给申请工伤认定。",
    );
    case.keywords = vec!["工伤".to_owned()];
    assert_eq!(
        titled(&case),
        "网民反映公司说没签合同算临时工，不给申请工伤认定"
    );
}

#[test]
fn what_somebody_was_told_is_no_fact() {
    let mut case = forum(
        "",
        "刚收到一条短信，说我的社保卡今天停用，让点链接填银行卡号。",
    );
    case.keywords = vec!["社保卡".to_owned()];
    case.topic = Some(Topic::Ka);
    assert_eq!(titled(&case), "网民反映社会保障卡问题");
}

#[test]
fn a_reporter_is_named_once() {
    let mut case = forum("本报记者现场体验社保卡换发", "");
    (case.channel, case.tier) = (Channel::Newspaper, OutletTier::T3);
    assert_eq!(titled(&case), "媒体记者现场体验社保卡换发");
}

#[test]
fn marks_and_hashtags_do_not_cut_a_title() {
    assert_eq!(
        titled(&forum("打12333,没人接", "")),
        "网民反映打12333，没人接"
    );
    let mut case = forum("", "我们在厂里，#某电子厂#拖欠工资三个月");
    case.keywords = vec!["拖欠工资".to_owned()];
    assert_eq!(titled(&case), "网民反映某电子厂拖欠工资三个月");
}

fn gathered(posts: &[(&str, &[&str])]) -> String {
    let stored: Vec<_> = posts
        .iter()
        .map(|(text, keywords)| {
            let mut case = forum("", text);
            case.keywords = keywords.iter().map(|word| (*word).to_owned()).collect();
            stored(&case)
        })
        .collect();
    gathering_title(&stored.iter().collect(), &gathering(Topic::Ka))
}

#[test]
fn a_gathering_is_named_by_the_words_its_posts_share() {
    let posts: [(&str, &[&str]); 3] = [
        ("社保卡换发排队三小时", &["社保卡", "排队", "郑州"]),
        ("换社保卡要排队吗", &["社保卡", "排队"]),
        ("社保卡不能用", &["社保卡", "社保局"]),
    ];
    assert_eq!(gathered(&posts), "网民集中反映社保卡排队问题");
    assert_eq!(gathered(&posts[2..]), "网民集中反映社保卡问题");
    assert_eq!(
        gathered(&[("换的社保卡不能用", &["换的社保卡", "社保卡", "换"])]),
        "网民集中反映社保卡问题"
    );
    assert_eq!(
        gathered(&[("大厅人太多", &["大厅", "社保", "互相推"])]),
        "网民集中反映社会保障卡问题"
    );
}

proptest! {
    #[test]
    fn every_title_fits(own in "\\PC{0,60}", text in "([社保卡工资拖欠大厅]{1,40}[，。！？\n]){0,6}") {
        let title = titled(&forum(&own, &text));
        prop_assert!(title.chars().count() <= MAX_CHARS, "{title}");
        prop_assert!(!title.is_empty());
    }
}
