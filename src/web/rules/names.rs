//! 中文名 — what the codes, columns and placeholders of the rule files are called on pages.

use super::words::group_name;
use crate::analyze::LevelRule;
use crate::model::{Intent, Topic};

/// Placeholders of a reason, and what they stand for.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("{weight_24h}", "〔24小时互动指数〕"),
    ("{weight_1h}", "〔1小时互动指数〕"),
    ("{authors_24h}", "〔24小时内发帖人数〕"),
    ("{authors_7d}", "〔7天内发帖人数〕"),
    ("{comments}", "〔评论数〕"),
    ("{crowd}", "〔文中人数〕"),
    ("{words}", "〔命中的词〕"),
];

const COLUMNS: &[(&str, &str)] = &[
    ("name", "名称"),
    ("kind", "类别"),
    ("region", "所在地编码"),
    ("group", "词组"),
    ("term", "词"),
    ("filter", "场景"),
    ("code", "编码"),
    ("standing", "认定"),
    ("answer", "责任地编码"),
    ("intent", "意图"),
    ("weight", "分量"),
    ("level", "层级"),
    ("target", "所证"),
    ("first", "前词"),
    ("second", "后词"),
    ("within", "相距字数"),
    ("words", "同义的词"),
    ("variant", "变体"),
    ("when", "还原条件"),
];

/// Groups of `lexicon/cues.tsv` and those that pairs alone make.
const GROUPS: &[(&str, &str)] = &[
    ("accuse", "指认"),
    ("achievement", "成效"),
    ("angry_face", "愤怒表情"),
    ("concession", "让步"),
    ("conflict", "冲突"),
    ("danger_scene", "极端行为现场"),
    ("echo", "跟帖附和"),
    ("evidence", "影音证据"),
    ("exaggeration", "夸张"),
    ("fund", "基金安全"),
    ("gather", "聚集"),
    ("gather_soft", "疑似聚集"),
    ("glad_face", "高兴表情"),
    ("group", "群体"),
    ("hyperbole", "夸张说法"),
    ("image_mark", "图片标记"),
    ("job_fraud", "招聘考试不公"),
    ("leak", "泄露个人信息"),
    ("meme", "网络用语"),
    ("mobilise", "鼓动行动"),
    ("negation", "否定"),
    ("official_voice", "官方口吻"),
    ("old_news", "旧闻"),
    ("outcome", "结果"),
    ("petition", "上访"),
    ("playful", "玩笑"),
    ("plight", "困境"),
    ("praise_word", "表扬"),
    ("progress", "进展"),
    ("rumor", "谣言"),
    ("scene", "现场"),
    ("sneer_face", "嘲讽表情"),
    ("speech_act", "言语行为"),
    ("transfer", "转办"),
    ("turn", "转折"),
    ("unfair", "不公"),
    ("urgent", "紧急"),
    ("when", "时间"),
    ("where", "地点"),
];

/// Column, code and name.
const CELLS: &[(&str, &str, &str)] = &[
    ("kind", "official", "官方账号"),
    ("kind", "bound", "限定所在地"),
    ("kind", "province", "省"),
    ("kind", "city", "市"),
    ("kind", "district", "区县"),
    ("kind", "street", "街镇"),
    ("kind", "landmark", "地标"),
    ("kind", "not_a_place", "不是地名"),
    ("kind", "unnamed", "未写明"),
    ("kind", "bureau", "机关"),
    ("kind", "hall", "经办场所"),
    ("kind", "hotline", "热线、网站"),
    ("level", "city", "市级"),
    ("level", "province", "省级"),
    ("level", "nation", "部级"),
    ("level", "any", "看前面的地名"),
    ("standing", "alone", "单独认定"),
    ("standing", "anchor", "须有旁证"),
    ("when", "direct", "直接还原"),
    ("when", "chain", "有旁证才还原"),
    ("when", "quoted", "加引号才还原"),
    ("filter", "agent", "代办广告"),
    ("filter", "hire", "招工广告"),
    ("filter", "bait", "引流标题党"),
    ("filter", "fiction", "虚构"),
    ("filter", "insurer", "商业保险"),
    ("filter", "housing_fund", "公积金"),
    ("filter", "civil", "民政残联"),
    ("filter", "trade", "其他部门事项"),
];

/// A rule's sentence: its own thresholds as figures, what is filled in later by name.
pub fn reason(rule: &LevelRule) -> String {
    let named = PLACEHOLDERS;
    let text = rule.text_with_thresholds();
    named.iter().fold(text, |text, (placeholder, name)| {
        text.replace(placeholder, name)
    })
}

/// A column of a table of terms.
pub fn column(code: &str) -> String {
    let known = COLUMNS.iter().find(|(known, _)| *known == code);
    known.map_or(code, |(_, name)| name).to_owned()
}

/// A cell under a column; words stay as they are written.
pub fn cell(column: &str, cell: &str) -> String {
    let known = CELLS
        .iter()
        .find(|(under, code, _)| *under == column && *code == cell);
    if let Some((_, _, name)) = known {
        return (*name).to_owned();
    }
    match column {
        "group" => group(cell),
        "intent" => (cell.parse::<Intent>())
            .map_or_else(|_| cell.to_owned(), |intent| intent.label().to_owned()),
        "target" => {
            let topic = cell.strip_prefix("topic.").map(str::parse::<Topic>);
            match topic {
                Some(Ok(topic)) => format!("主题：{}", topic.label()),
                _ => group(cell),
            }
        }
        _ => cell.to_owned(),
    }
}

/// A group of words, its code behind its name.
pub fn group(code: &str) -> String {
    GROUPS
        .iter()
        .find(|(known, _)| *known == code)
        .map_or_else(|| group_name(code), |(_, name)| format!("{name}（{code}）"))
}

/// Keys of the files that are edited as text.
const LEVEL_KEYS: &[(&str, &str)] = &[
    (
        "id、level、text",
        "编号；级别（red 红、orange 橙、yellow 黄、blue 蓝）；打印的理由",
    ),
    (
        "weight_24h_min、weight_1h_min",
        "24小时、1小时互动指数不低于",
    ),
    (
        "authors_24h_min、authors_7d_min",
        "24小时、7天内独立发帖人不少于",
    ),
    ("comments_min", "评论不少于"),
    ("crowd_min、crowd_max", "文中人数不少于、不超过"),
    (
        "tiers、channels、topics",
        "媒体级别、渠道、主题，属于其中之一",
    ),
    (
        "intents、sentiments、jurisdictions",
        "意图、情感、管辖，属于其中之一",
    ),
    (
        "groups_all、groups_any、groups_none",
        "词组须全部出现、任一出现、都不出现",
    ),
    ("facts_all、facts_none", "推定的事实须全部成立、都不成立"),
    ("[gate]", "不定级的意图、情感、管辖"),
    (
        "text 里的 {words}、{crowd}、{crowd_min} 等",
        "命中的词、文中人数、本条的阈值，其余同键名",
    ),
];

const TOPIC_KEYS: &[(&str, &str)] = &[
    ("code、name", "主题代码；名称"),
    ("strong", "强词，单独出现即为证据"),
    ("generic", "通用词，各主题都会用到"),
    ("weak", "弱词，须与强词或机构名同现"),
    ("context", "情境词，须与机构名或办事场所同现"),
    ("until、successor", "划出本局的日期；其后由谁负责"),
    ("handed_over", "划出的部分词：日期、承接单位、词"),
];

/// Key and meaning, for whoever edits the text of a file.
pub fn legend(file: &str, columns: &[String]) -> Vec<(String, String)> {
    let pairs = match file {
        "levels.toml" => LEVEL_KEYS,
        "topics.toml" => TOPIC_KEYS,
        _ => {
            let named = columns.iter().map(|code| (code.clone(), column(code)));
            return named.collect();
        }
    };
    let owned = pairs
        .iter()
        .map(|(key, name)| ((*key).to_owned(), (*name).to_owned()));
    owned.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::LevelsFile;

    #[test]
    fn codes_have_names_and_words_stay() {
        assert_eq!(cell("kind", "bureau"), "机关");
        assert_eq!(cell("filter", "agent"), "代办广告");
        assert_eq!(cell("group", "plight"), "困境（plight）");
        assert_eq!(cell("group", "S1"), "反语线索（S1）");
        assert!(cell("target", "topic.QX").starts_with("主题："));
        assert_eq!(cell("term", "official"), "official");
        assert_eq!(column("standing"), "认定");
        assert_eq!(column("unheard"), "unheard");
    }

    #[test]
    fn shipped_reasons_show_their_thresholds_and_no_code() {
        let shipped: LevelsFile =
            toml::from_str(include_str!("../../../config/levels.toml")).expect("shipped");
        for rule in &shipped.rule {
            let said = reason(rule);
            assert!(!said.contains(['{', '}']), "{said}");
        }
        let first = reason(&shipped.rule[0]);
        assert_eq!(first, "24小时互动指数〔24小时互动指数〕，达到20000");
    }

    #[test]
    fn a_reason_follows_its_threshold_and_a_threshold_is_not_negative() {
        let written = |least: &str| {
            toml::from_str::<LevelsFile>(&format!(
                "[gate]\n[[rule]]\nid = \"Y1\"\nlevel = \"yellow\"\ntext = \"达到{{weight_24h_min}}\"\nweight_24h_min = {least}\n"
            ))
        };
        let changed = written("350").expect("a rule");
        assert_eq!(reason(&changed.rule[0]), "达到350");
        for wrong in ["-1", "-0.5", "nan", "inf"] {
            let error = written(wrong).expect_err(wrong).to_string();
            assert!(error.contains("阈值应为不小于0的数"), "{error}");
            assert!(error.contains("line 6"), "{error}");
        }
    }
}
