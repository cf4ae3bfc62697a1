//! 判级规则 in words: the conditions of a rule as an editor reads them.

use super::names;
use crate::analyze::{Fact, LevelRule};

/// Groups of `lexicon/risk.tsv` that rules name by a code.
const GROUPS: &[(&str, &str)] = &[
    ("N1", "一般负面"),
    ("N2", "服务态度"),
    ("N3", "权益受损"),
    ("N4", "腐败黑幕"),
    ("E1", "扩散"),
    ("E2", "上访"),
    ("E3", "聚集"),
    ("E4", "极端"),
    ("E5", "死亡"),
    ("S1", "反语线索"),
    ("P1", "正面"),
];

/// Every condition of a rule; all must hold.
pub fn conditions(rule: &LevelRule) -> Vec<String> {
    let mut said = Vec::new();
    let mut bound = |label: &str, number: Option<String>| {
        said.extend(number.map(|number| format!("{label}{number}")));
    };
    let text = |number: f64| number.to_string();
    bound("24小时互动指数不低于", rule.weight_24h_min.map(text));
    bound("1小时互动指数不低于", rule.weight_1h_min.map(text));
    let text = |number: u32| number.to_string();
    bound("24小时内独立发帖人不少于", rule.authors_24h_min.map(text));
    bound("7天内独立发帖人不少于", rule.authors_7d_min.map(text));
    let comments = rule.comments_min.map(|number| number.to_string());
    bound("评论不少于", comments);
    bound("文中人数不少于", rule.crowd_min.map(text));
    bound("文中人数不超过", rule.crowd_max.map(text));
    let mut one_of = |label: &str, names: Vec<&str>| {
        if !names.is_empty() {
            said.push(format!("{label}为{}", names.join("、")));
        }
    };
    one_of(
        "媒体级别",
        rule.tiers.iter().map(|one| one.code()).collect(),
    );
    one_of(
        "渠道",
        rule.channels.iter().map(|one| one.label()).collect(),
    );
    one_of("主题", rule.topics.iter().map(|one| one.label()).collect());
    one_of("意图", rule.intents.iter().map(|one| one.label()).collect());
    one_of(
        "情感",
        rule.sentiments.iter().map(|one| one.label()).collect(),
    );
    one_of(
        "管辖",
        rule.jurisdictions.iter().map(|one| one.label()).collect(),
    );
    let mut words = |label: &str, groups: &[String]| {
        if !groups.is_empty() {
            let names: Vec<String> = groups.iter().map(|group| names::group(group)).collect();
            said.push(format!("{label}{}", names.join("、")));
        }
    };
    words("同时出现词组", &rule.groups_all);
    words("出现任一词组", &rule.groups_any);
    words("没有出现词组", &rule.groups_none);
    for (label, facts) in [("", &rule.facts_all), ("不属于：", &rule.facts_none)] {
        said.extend(
            facts
                .iter()
                .map(|fact| format!("{label}{}", of_fact(*fact))),
        );
    }
    said
}

/// `极端（E4）`.
pub fn group_name(group: &str) -> String {
    let known = GROUPS.iter().find(|(code, _)| *code == group);
    known.map_or_else(
        || group.to_owned(),
        |(code, name)| format!("{name}（{code}）"),
    )
}

fn of_fact(fact: Fact) -> &'static str {
    match fact {
        Fact::Here => "属地在本市",
        Fact::Elsewhere => "属地在外地",
        Fact::OrgHere => "点名本辖区人社机构",
        Fact::Evidence => "有图片、视频、录音",
        Fact::Gathering => "有聚集行为",
        Fact::Arrears => "有欠薪用语",
        Fact::GatheringPlanned => "预告了聚集的时间、地点",
        Fact::Danger => "极端行为威胁或现场",
        Fact::Casualty => "有人伤亡",
        Fact::CrowdIsIdle => "文中人数与聚集无关",
    }
}
