//! 研判 — everything the product adds to a post, with the reasons.

use crate::model::coded::coded_enum;
use crate::model::{Jurisdiction, Level, Regions, Topic, TopicScore};

coded_enum! {
    /// 情感 — the author's stance towards the matter.
    pub enum Sentiment {
        Negative = "negative" / "负" | "负面",
        Neutral = "neutral" / "中" | "中性",
        Positive = "positive" / "正" | "正面",
    }
}

coded_enum! {
    /// 意图 — what the author wants (`spec.md` 4.8).
    pub enum Intent {
        Consult = "consult" / "咨询",
        Help = "help" / "求助",
        Complaint = "complaint" / "投诉",
        Suggestion = "suggestion" / "建议",
        Praise = "praise" / "表扬",
        Report = "report" / "举报",
        News = "news" / "新闻报道",
        Policy = "policy" / "政策解读",
        Ad = "ad" / "广告",
        Rant = "rant" / "吐槽",
        Rumor = "rumor" / "谣言",
        Transfer = "transfer" / "转办",
        Repost = "repost" / "转发",
        Other = "other" / "其他",
    }
}

impl Sentiment {
    /// −1, 0, 1.
    pub fn sign(self) -> f32 {
        match self {
            Sentiment::Negative => -1.0,
            Sentiment::Neutral => 0.0,
            Sentiment::Positive => 1.0,
        }
    }
}

/// 理由 — one rule that fired and the words that made it fire.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reason {
    /// Rule id: `O3`, `org`, `topic.QX`, `mask` …
    pub rule: String,
    /// One Chinese sentence that an editor can check.
    pub text: String,
}

impl Reason {
    /// Is the rule one of levels? They are named `R1` … `B2`.
    pub fn sets_level(&self) -> bool {
        let number = self.rule.strip_prefix(['R', 'O', 'Y', 'B']);
        number.is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    }
}

/// 研判 — what `analyze` adds to a post.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Analysis {
    /// Concerns human resources and social security, wherever it happened.
    pub about: bool,
    /// About, and ours by place and competence at that date.
    pub relevant: bool,
    /// 0…1, how sure we are of `about`.
    pub relevance: f32,
    /// Primary topic first; at most three.
    pub topics: Vec<TopicScore>,
    /// 情感.
    pub sentiment: Sentiment,
    /// −1 (negative) … 1 (positive).
    pub sentiment_score: f32,
    /// 意图.
    pub intent: Intent,
    /// 属地与管辖.
    pub regions: Regions,
    /// 级别 suggested by the rules; a person decides.
    pub level: Level,
    /// 参考分 0…100, for the order of a list only (`spec.md` 3.2).
    pub score: u8,
    /// 图片待人工看 — the picture may decide what the post means.
    pub picture_needs_a_look: bool,
    /// What led to the labels above.
    pub reasons: Vec<Reason>,
    /// Words that stand for the post, most telling first.
    pub keywords: Vec<String>,
}

impl Analysis {
    /// The judgement of a post that could not be judged: nothing is claimed but the reason.
    pub fn unjudged(reason: &str) -> Analysis {
        Analysis {
            about: false,
            relevant: false,
            relevance: 0.0,
            topics: Vec::new(),
            sentiment: Sentiment::Neutral,
            sentiment_score: 0.0,
            intent: Intent::Other,
            regions: Regions {
                act: None,
                responsible: None,
                jurisdiction: Jurisdiction::Unknown,
            },
            level: Level::None,
            score: 0,
            picture_needs_a_look: false,
            reasons: vec![Reason {
                rule: "unjudged".to_owned(),
                text: reason.to_owned(),
            }],
            keywords: Vec::new(),
        }
    }

    /// The sentence of the first rule that set the level.
    pub fn level_reason(&self) -> Option<&str> {
        let mut reasons = self.reasons.iter();
        let reason = reasons.find(|reason| reason.sets_level())?;
        Some(&reason.text)
    }

    /// 主要主题, if any.
    pub fn primary_topic(&self) -> Option<Topic> {
        self.topics.first().map(|topic| topic.code)
    }
}
