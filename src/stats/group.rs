//! 表 — which figures stand together, what they are called, and how each is counted (口径).

use crate::model::{Channel, Intent, Jurisdiction, Level, Sentiment, Topic};
use crate::stats::{Figures, Ledger};
use std::collections::{BTreeMap, BTreeSet};

/// 表.
pub struct Group {
    /// Title of the table.
    pub title: &'static str,
    /// Which figures, in order.
    pub members: Members,
    /// The figure that shares are of.
    pub whole: Option<&'static str>,
    /// 口径, printed under the table.
    pub definition: &'static str,
}

/// Figures of a table.
#[derive(Clone, Copy)]
pub enum Members {
    /// Keys with their names.
    Named(&'static [(&'static str, &'static str)]),
    /// Those of a family that are not zero, named by its codes.
    Family(&'static str),
}

use Members::{Family, Named};

/// The tables of a ledger, in printing order.
pub fn groups() -> &'static [Group] {
    GROUPS
}

const GROUPS: &[Group] = &[
    Group {
        title: "刊物与条目",
        members: Named(&[
            ("issues", "刊物期数"),
            ("entries", "入刊条数"),
            ("summary_issues", "周报、月报期数"),
            ("corrections", "更正期数"),
            ("zero_reports", "零报告（无内容日）"),
            ("void_issues", "作废期数"),
        ]),
        whole: None,
        definition: "期数为本时段签发、未作废的刊物，以签发日期为准，续报另计一期；周报、月报汇总已刊条目，另计，不入期数和条数；\
                     专题报告计入期数，其条目按专题汇集、多已另行刊出，不入条数；更正期另计，不入期数和条数。\
                     入刊条数为专报、快报各期条目合计，续报另计一条。零报告以监测时段的截止日为准，不占期号。作废的期号登记在册，不再使用。",
    },
    Group {
        title: "各刊期数",
        members: Family("issues_by_digest"),
        whole: None,
        definition: "各刊签发、未作废的期数，含周报、月报，不含更正期。",
    },
    Group {
        title: "各刊条数",
        members: Family("entries_by_digest"),
        whole: None,
        definition: "各刊签发、未作废各期的条目，含周报、月报和专题报告，不含更正期。",
    },
    Group {
        title: "各刊零报告",
        members: Family("zero_by_digest"),
        whole: None,
        definition: "各刊没有可刊内容的监测时段。",
    },
    Group {
        title: "入刊条数按渠道",
        members: Family("entries_by_channel"),
        whole: Some("entries"),
        definition: "一条以首发信息的渠道计一次。",
    },
    Group {
        title: "期数按渠道",
        members: Family("issues_by_channel"),
        whole: Some("issues"),
        definition: "一期刊有某渠道的条目即计一次，各渠道相加大于期数。",
    },
    Group {
        title: "入刊条数按级别",
        members: Family("entries_by_level"),
        whole: Some("entries"),
        definition: "以签发时印出的级别为准。",
    },
    Group {
        title: "监测信息",
        members: Named(&[
            ("collected", "采集条数"),
            ("posts", "有效监测条数"),
            ("removed", "剔除条数"),
            ("removed_by.copy", "剔除：转载"),
            ("removed_by.ad", "剔除：广告"),
            ("removed_by.irrelevant", "剔除：无关"),
            ("official", "官方发布"),
            ("waiting", "待研判"),
            ("sub_matters", "子事项数"),
            ("spread", "传播条数"),
            ("outlets", "传播家数"),
            ("flagged", "蓝色及以上"),
            ("flagged_yellow", "黄色及以上"),
        ]),
        whole: None,
        definition: "以发布时间归入时段，页面未写时间的以采集时间计。采集条数＝有效监测＋剔除＋官方发布＋待研判。\
                     有效监测为与本单位有关的信息，转载归并后按1条计，不含广告和官方发布；一条信息不等于一个事件，也不等于一个子事项，\
                     涉及几个主题即计几个子事项，无主题计1个。传播条数为有效监测与其转载合计，传播家数为其中不同的媒体、平台。\
                     研判以人工意见为先，没有人工意见的以机器研判为准。",
    },
    Group {
        title: "渠道分布",
        members: Family("by_channel"),
        whole: Some("posts"),
        definition: "有效监测条数，以首发信息的渠道计。",
    },
    Group {
        title: "主题分布",
        members: Family("by_topic"),
        whole: Some("posts"),
        definition: "有效监测条数，一条以主要主题计一次。",
    },
    Group {
        title: "子事项分布",
        members: Family("by_matter"),
        whole: Some("sub_matters"),
        definition: "一条信息涉及几个主题，各计一次。",
    },
    Group {
        title: "情感分布",
        members: Family("by_sentiment"),
        whole: Some("posts"),
        definition: "有效监测条数，以发布者对事项的态度计。",
    },
    Group {
        title: "负面占比",
        members: Named(&[("negative_share", "负面占有效监测（%）")]),
        whole: None,
        definition: "负面条数除以有效监测条数，环比、同比以百分点计。",
    },
    Group {
        title: "级别分布",
        members: Family("by_level"),
        whole: Some("posts"),
        definition: "有效监测条数，以现在的级别计；冻结的台账以冻结时的级别为准。",
    },
    Group {
        title: "意图分布",
        members: Family("by_intent"),
        whole: Some("posts"),
        definition: "有效监测条数，以发布者的意图计。",
    },
    Group {
        title: "管辖分布",
        members: Family("by_jurisdiction"),
        whole: Some("posts"),
        definition: "有效监测条数，以应由谁办理计。",
    },
    Group {
        title: "属地分布",
        members: Family("by_place"),
        whole: Some("posts"),
        definition: "管辖为区县的有效监测条数，以责任地计，责任地不明的以发生地计。",
    },
    Group {
        title: "承办处室（按主题）",
        members: Family("by_office"),
        whole: Some("posts"),
        definition: "有效监测条数，以主要主题的承办处室计；没有主题的为未定。",
    },
    Group {
        title: "事件",
        members: Named(&[("events", "事件数")]),
        whole: None,
        definition: "首发信息在本时段的事件；同一事件多次刊出仍计1个。",
    },
    Group {
        title: "事件按级别",
        members: Family("events_by_level"),
        whole: Some("events"),
        definition: "以事件的级别计，即其各条信息和聚集规则中最高的一级。",
    },
    Group {
        title: "响应",
        members: Named(&[
            ("found_after.count", "测得发现时延的信息数"),
            ("found_after.median_minutes", "首发至发现，中位数（分钟）"),
            ("found_after.p90_minutes", "首发至发现，九成不超过（分钟）"),
            ("reported_after.count", "入刊条数"),
            (
                "reported_after.median_minutes",
                "发现至首次报告，中位数（分钟）",
            ),
            ("answered.events", "黄色及以上事件"),
            ("answered.count", "其中已有官方回应"),
            ("answered.median_minutes", "发现至首次回应，中位数（分钟）"),
            ("answered.in_time", "48小时内回应"),
            ("answered.rate", "48小时达标率（%）"),
            ("authority.events", "橙色及以上事件"),
            ("authority.in_time", "5小时内发布权威信息"),
            ("authority.rate", "5小时达标率（%）"),
        ]),
        whole: None,
        definition: "发现时延为监测时间减发布时间，只计程序自行采集、发布时间精确到分的有效监测信息，文件补录的不计。\
                     首次报告以签发时间计。首次回应以事件中网友、媒体首发之后的第一条官方发布计，早于首发的官方发布不算回应。\
                     48小时依据国办发〔2016〕61号，5小时依据国办发〔2016〕80号；没有回应的计入事件数，不计入达标数。",
    },
    Group {
        title: "办理件",
        members: Named(&[
            ("cases", "上级转办件"),
            ("cases_closed", "办结件数"),
            ("cases_on_time", "按时办结"),
            ("cases_rate", "按时办结率（%）"),
            ("closed_after.median_minutes", "收文至办结，中位数（分钟）"),
            ("cases_overdue", "超期件数"),
            ("emergencies", "应急舆情事件"),
        ]),
        whole: None,
        definition: "转办件以收文时间计，办结件以办结时间计，应急舆情事件以发现时间计。\
                     超期件为时段结束时已过时限未办结，或超过时限办结的。",
    },
    Group {
        title: "转办件按来文单位",
        members: Family("cases_by_origin"),
        whole: Some("cases"),
        definition: "以收文登记的来文单位计。",
    },
    Group {
        title: "办理件按承办处室",
        members: Family("cases_by_office"),
        whole: None,
        definition: "转办件和应急舆情事件，以承办处室计。",
    },
    Group {
        title: "答复网友",
        members: Named(&[
            ("replies", "答复网友件数"),
            ("satisfaction.rated", "其中有网友评分"),
            ("satisfaction.mean", "平均评分（1至5分）"),
        ]),
        whole: None,
        definition: "答复登记簿中咨询和诉求的答复合计，不是舆情条数。平均评分为有评分的答复的平均数。",
    },
    Group {
        title: "答复网友按渠道",
        members: Family("replies_by_channel"),
        whole: Some("replies"),
        definition: "以答复的渠道计。",
    },
    Group {
        title: "外报与采用",
        members: Named(&[
            ("uptakes.reported", "上报条数"),
            ("uptakes.adopted", "被采用条数"),
            ("uptakes.instructed", "领导批示件数"),
        ]),
        whole: None,
        definition: "以登记的日期归入时段，已作废的登记不计。整期上报、整期被采用的按该期条目数计，\
                     同一条报送或被采用于几个单位的各计一次；批示一次计1件。",
    },
    Group {
        title: "研判建议采纳",
        members: Named(&[
            ("suggestions.agreed", "人工意见与机器一致"),
            ("suggestions.disagreed", "人工意见与机器不一致"),
            ("suggestions.rate", "采纳率（%）"),
        ]),
        whole: None,
        definition: "本时段提出、仍然有效的人工意见，每条信息每个判项以最后一次为准。",
    },
    Group {
        title: "来源健康",
        members: Named(&[
            ("sources.visits", "采集次数"),
            ("sources.successes", "成功次数"),
            ("sources.rate", "成功率（%）"),
            ("sources.visited", "采集的信源数"),
            ("sources.read", "采集成功过的信源数"),
        ]),
        whole: None,
        definition: "只计读取信源入口页的采集；采集记录按设定的期限保留，早于期限的时段不再有数。",
    },
];

/// 口径 by key or family.
pub fn definitions() -> BTreeMap<String, String> {
    let mut definitions = BTreeMap::new();
    for group in GROUPS {
        let mut define =
            |key: &str| definitions.insert(key.to_owned(), group.definition.to_owned());
        match group.members {
            Family(family) => {
                define(family);
            }
            Named(members) => {
                for (key, _) in members {
                    define(key.split_once('.').map_or(*key, |(family, _)| family));
                }
            }
        }
    }
    definitions
}

/// The table that a figure stands in.
pub fn group_of(key: &str) -> Option<&'static Group> {
    let family = key.split_once('.').map_or("", |(family, _)| family);
    GROUPS.iter().find(|group| match group.members {
        Family(name) => name == family,
        Named(members) => members.iter().any(|(name, _)| *name == key),
    })
}

/// Keys and names of a table's rows: of a family those that are not zero in any of the periods, most first; levels,
/// sentiments stay in their order.
pub fn rows(group: &Group, ledger: &Ledger) -> Vec<(String, String)> {
    let family = match group.members {
        Named(members) => {
            let named = members.iter().map(|(key, name)| (*key, *name));
            return named
                .map(|(key, name)| (key.to_owned(), name.to_owned()))
                .collect();
        }
        Family(family) => family,
    };
    let periods = [
        Some(&ledger.figures),
        ledger.previous.as_ref(),
        ledger.year_before.as_ref(),
    ];
    let found: BTreeSet<&str> = (periods.into_iter().flatten())
        .flat_map(|figures| figures.family(family))
        .filter(|(_, value)| *value > 0.0)
        .map(|(key, _)| key)
        .collect();
    let mut keys: Vec<&str> = found.into_iter().collect();
    let order = |key: &str| position(key, &ledger.figures);
    keys.sort_by(|one, other| (order(one).total_cmp(&order(other))).then_with(|| one.cmp(other)));
    let titles = &ledger.digest_titles;
    keys.iter()
        .map(|key| ((*key).to_owned(), label(key, titles)))
        .collect()
}

/// Red before orange, negative before neutral; else by number, largest first.
fn position(key: &str, figures: &Figures) -> f64 {
    let (family, member) = key.split_once('.').unwrap_or((key, ""));
    if family.ends_with("by_level") {
        return member
            .parse()
            .map_or(0.0, |level: Level| -(level as u8 as f64));
    }
    if family == "by_sentiment" {
        return member
            .parse()
            .map_or(0.0, |sentiment: Sentiment| sentiment as u8 as f64);
    }
    -figures.get(key).unwrap_or(0.0)
}

/// What a figure is called: `欠薪与农民工工资`, `有效监测条数`.
pub fn label(key: &str, digest_titles: &BTreeMap<String, String>) -> String {
    for group in GROUPS {
        if let Named(members) = group.members
            && let Some((_, name)) = members.iter().find(|(named, _)| *named == key)
        {
            return (*name).to_owned();
        }
    }
    let Some((family, member)) = key.split_once('.') else {
        return key.to_owned();
    };
    let known = match family {
        "by_topic" | "by_matter" if member == "none" => Some("未分主题"),
        "by_topic" | "by_matter" => member.parse().ok().map(Topic::label),
        "by_sentiment" => member.parse().ok().map(sentiment),
        "by_intent" => member.parse().ok().map(Intent::label),
        "by_jurisdiction" => member.parse().ok().map(Jurisdiction::label),
        "by_level" | "entries_by_level" | "events_by_level" => member.parse().ok().map(level_name),
        "issues_by_digest" | "entries_by_digest" | "zero_by_digest" => {
            digest_titles.get(member).map(String::as_str)
        }
        _ if family.ends_with("by_channel") => member.parse().ok().map(Channel::label),
        _ => None,
    };
    known.unwrap_or(member).to_owned()
}

/// 级别 as a list names it; without one it is news.
pub fn level_name(level: Level) -> &'static str {
    match level {
        Level::None => "动态",
        other => other.label(),
    }
}

fn sentiment(sentiment: Sentiment) -> &'static str {
    match sentiment {
        Sentiment::Negative => "负面",
        Sentiment::Neutral => "中性",
        Sentiment::Positive => "正面",
    }
}
