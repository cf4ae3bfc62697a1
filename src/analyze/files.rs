//! The rule files as they are written. Shapes only: what they mean is decided in `rules`.

use crate::model::{Channel, Intent, Jurisdiction, Level, OutletTier, Sentiment, Topic};
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};

/// Everything `Rules::compile` needs, as read from the configuration folder.
#[derive(Clone, Debug)]
pub struct RuleFiles {
    /// `topics.toml`.
    pub topics: TopicsFile,
    /// `levels.toml`.
    pub levels: LevelsFile,
    /// `lexicon/*.tsv`: file name and content.
    pub lexicon: Vec<(String, String)>,
    /// `models/*.model`: file name and bytes, as `yuqing train` writes them. None: the rules judge alone.
    pub models: Vec<(String, Vec<u8>)>,
    /// `[bureau]` of `yuqing.toml`.
    pub home: Home,
}

/// 本单位所在地 — the place whose posts are ours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Home {
    /// Name of the city, `郑州市`.
    pub city: String,
    /// Administrative code of the city, `410100`; its districts share the first four digits.
    pub city_code: String,
    /// Name of the province, `河南省`.
    pub province: String,
}

impl Home {
    /// True for the city and its districts.
    pub fn holds(&self, code: &str) -> bool {
        code.len() == 6 && code.get(..4) == self.city_code.get(..4)
    }
}

/// `topics.toml` — the topics with their terms, offices and dates of competence.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicsFile {
    /// One block per topic.
    pub topic: Vec<TopicBlock>,
}

/// One `[[topic]]` block.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicBlock {
    /// Which topic.
    pub code: Topic,
    /// Name as printed.
    pub name: String,
    /// 承办处室.
    pub office: String,
    /// First day on which the topic is no longer ours.
    pub until: Option<NaiveDate>,
    /// Who has it from then on.
    pub successor: Option<String>,
    /// 强词 — evidence by themselves.
    #[serde(default)]
    pub strong: Vec<String>,
    /// 通用词 — evidence, but shared by many topics.
    #[serde(default)]
    pub generic: Vec<String>,
    /// 弱词 — count beside a strong word or an organisation.
    #[serde(default)]
    pub weak: Vec<String>,
    /// 情境词 — count beside an organisation or a hall.
    #[serde(default)]
    pub context: Vec<String>,
    /// Parts of the topic that were handed over.
    #[serde(default)]
    pub handed_over: Vec<HandedOver>,
}

/// Terms of a topic that another authority answers for since a date.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandedOver {
    /// First day on which they are no longer ours.
    pub until: NaiveDate,
    /// Who has them from then on.
    pub successor: String,
    /// The terms; each must also be a term of the topic.
    pub terms: Vec<String>,
}

/// `levels.toml` — the level rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelsFile {
    /// What never gets a level.
    pub gate: Gate,
    /// The rules; the highest level that fires wins.
    pub rule: Vec<LevelRule>,
}

/// What never gets a level.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    /// Intents without a level.
    pub not_intents: Vec<Intent>,
    /// Sentiments without a level.
    pub not_sentiments: Vec<Sentiment>,
    /// Jurisdictions without a level.
    pub not_jurisdictions: Vec<Jurisdiction>,
}

/// 判级规则 — all conditions that are written must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelRule {
    /// `O3`; several rules may share an id, they are alternatives.
    pub id: String,
    /// Level it suggests.
    pub level: Level,
    /// Chinese sentence for the reason; may hold `{weight_24h}` and the like.
    pub text: String,
    /// 24-hour engagement at least.
    #[serde(default, deserialize_with = "threshold")]
    pub weight_24h_min: Option<f64>,
    /// 1-hour engagement at least.
    #[serde(default, deserialize_with = "threshold")]
    pub weight_1h_min: Option<f64>,
    /// Independent authors in 24 hours at least.
    pub authors_24h_min: Option<u32>,
    /// Independent authors in 7 days at least.
    pub authors_7d_min: Option<u32>,
    /// Comments at least.
    pub comments_min: Option<u64>,
    /// People in the text at least.
    pub crowd_min: Option<u32>,
    /// People in the text at most.
    pub crowd_max: Option<u32>,
    /// Outlet tier is one of these.
    #[serde(default)]
    pub tiers: Vec<OutletTier>,
    /// Channel is one of these.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// Primary topic is one of these.
    #[serde(default)]
    pub topics: Vec<Topic>,
    /// Intent is one of these.
    #[serde(default)]
    pub intents: Vec<Intent>,
    /// Sentiment is one of these.
    #[serde(default)]
    pub sentiments: Vec<Sentiment>,
    /// Jurisdiction is one of these.
    #[serde(default)]
    pub jurisdictions: Vec<Jurisdiction>,
    /// Word groups that must all occur.
    #[serde(default)]
    pub groups_all: Vec<String>,
    /// Word groups of which one must occur.
    #[serde(default)]
    pub groups_any: Vec<String>,
    /// Word groups that must not occur.
    #[serde(default)]
    pub groups_none: Vec<String>,
    /// Facts that must all hold.
    #[serde(default)]
    pub facts_all: Vec<Fact>,
    /// Facts that must not hold.
    #[serde(default)]
    pub facts_none: Vec<Fact>,
}

impl LevelRule {
    /// The sentence with the rule's own thresholds filled in, so that it says what the rule asked for.
    pub fn text_with_thresholds(&self) -> String {
        let whole = |minimum: Option<u64>| minimum.map(|minimum| minimum.to_string());
        let minimums = [
            (
                "{weight_24h_min}",
                self.weight_24h_min.map(|least| least.to_string()),
            ),
            (
                "{weight_1h_min}",
                self.weight_1h_min.map(|least| least.to_string()),
            ),
            (
                "{authors_24h_min}",
                whole(self.authors_24h_min.map(u64::from)),
            ),
            (
                "{authors_7d_min}",
                whole(self.authors_7d_min.map(u64::from)),
            ),
            ("{comments_min}", whole(self.comments_min)),
            ("{crowd_min}", whole(self.crowd_min.map(u64::from))),
        ];
        minimums
            .iter()
            .fold(self.text.clone(), |text, (name, least)| {
                text.replace(name, least.as_deref().unwrap_or_default())
            })
    }
}

/// A figure that something has to reach: below nothing is a slip of the keyboard, and would let everything through.
fn threshold<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if number.is_finite() && number >= 0.0 {
        return Ok(Some(number));
    }
    Err(serde::de::Error::custom("阈值应为不小于0的数"))
}

/// 事实 — what the text as a whole tells, beyond single words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// 属地在本市 — ours by place of the act or by jurisdiction.
    Here,
    /// Known to be elsewhere.
    Elsewhere,
    /// 点名本辖区人社机构.
    OrgHere,
    /// 有影音证据.
    Evidence,
    /// 有聚集行为.
    Gathering,
    /// 有欠薪用语.
    Arrears,
    /// 有时间、地点的聚集预告.
    GatheringPlanned,
    /// 极端行为威胁或现场, figures of speech excluded.
    Danger,
    /// Someone died or was hurt by it.
    Casualty,
    /// The people counted are not acting together (patients, beneficiaries, names on a list).
    CrowdIsIdle,
}
