//! 标签 — what a person says of a post, field by field; what is not said stays the machine's.

use crate::model::coded::coded_enum;
use crate::model::{Analysis, Intent, Jurisdiction, Level, Sentiment, Topic};

coded_enum! {
    /// 判项 — what of a judgement a person may say otherwise.
    pub enum Field {
        About = "about" / "涉及",
        Relevant = "relevant" / "相关",
        Topic = "topic" / "主题",
        Sentiment = "sentiment" / "情感",
        Intent = "intent" / "意图",
        Level = "level" / "级别",
        Jurisdiction = "jurisdiction" / "管辖",
    }
}

/// 标签 — some fields of a judgement.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Label {
    /// Concerns human resources and social security.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<bool>,
    /// About, and ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relevant: Option<bool>,
    /// Primary topic first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topics: Option<Vec<Topic>>,
    /// 情感.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<Sentiment>,
    /// 意图.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// 级别.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// 管辖.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<Jurisdiction>,
}

impl Label {
    /// All that a judgement says.
    pub fn of(analysis: &Analysis) -> Label {
        Label {
            about: Some(analysis.about),
            relevant: Some(analysis.relevant),
            topics: Some(analysis.topics.iter().map(|topic| topic.code).collect()),
            sentiment: Some(analysis.sentiment),
            intent: Some(analysis.intent),
            level: Some(analysis.level),
            jurisdiction: Some(analysis.regions.jurisdiction),
        }
    }

    /// The fields that are said, in the order of the glossary.
    pub fn fields(&self) -> Vec<Field> {
        let is_said = |field: &&Field| self.text(**field).is_some();
        Field::ALL.iter().filter(is_said).copied().collect()
    }

    /// True where nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Label::default()
    }

    /// These fields only.
    pub fn only(mut self, fields: &[Field]) -> Label {
        for field in Field::ALL.iter().filter(|field| !fields.contains(field)) {
            self.clear(*field);
        }
        self
    }

    /// This label with what `later` says in its place.
    pub fn with(self, later: &Label) -> Label {
        let later = later.clone();
        Label {
            about: later.about.or(self.about),
            relevant: later.relevant.or(self.relevant),
            topics: later.topics.or(self.topics),
            sentiment: later.sentiment.or(self.sentiment),
            intent: later.intent.or(self.intent),
            level: later.level.or(self.level),
            jurisdiction: later.jurisdiction.or(self.jurisdiction),
        }
    }

    /// What follows from what is said: a level makes a post ours, and what is not ours has none.
    pub fn with_consequences(mut self) -> Label {
        if self.about == Some(false) {
            self.relevant = Some(false);
        }
        if self.level.is_some_and(|level| level > Level::None) {
            self.relevant = self.relevant.or(Some(true));
        }
        match self.relevant {
            Some(true) => self.about = Some(true),
            Some(false) => self.level = Some(Level::None),
            None => {}
        }
        self
    }

    /// What cannot hold at once, said to the person who said it.
    ///
    /// # Errors
    /// Two fields contradict each other.
    pub fn check(&self) -> Result<(), String> {
        let has_level = self.level.is_some_and(|level| level > Level::None);
        if self.about == Some(false) && self.relevant == Some(true) {
            return Err("不涉及人社业务的信息不能是相关信息，请改“涉及”或“相关”".to_owned());
        }
        if has_level && (self.relevant == Some(false) || self.about == Some(false)) {
            return Err(
                "不相关的信息没有级别：要定级，请把“相关”改为是；要判为不相关，请把“级别”改为无"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// Is a field of both said alike? The primary topic counts.
    pub fn agrees(&self, other: &Label, field: Field) -> bool {
        if field == Field::Topic {
            let primary =
                |label: &Label| label.topics.as_ref().map(|topics| topics.first().copied());
            return primary(self) == primary(other);
        }
        self.text(field) == other.text(field)
    }

    /// A field in Chinese; `None` where it is not said.
    pub fn text(&self, field: Field) -> Option<String> {
        let yes_no = |is: bool| if is { "是" } else { "否" }.to_owned();
        match field {
            Field::About => self.about.map(yes_no),
            Field::Relevant => self.relevant.map(yes_no),
            Field::Topic => self.topics.as_ref().map(|topics| topic_names(topics)),
            Field::Sentiment => self.sentiment.map(|sentiment| sentiment.label().to_owned()),
            Field::Intent => self.intent.map(|intent| intent.label().to_owned()),
            Field::Level => self.level.map(|level| level.label().to_owned()),
            Field::Jurisdiction => self
                .jurisdiction
                .map(|jurisdiction| jurisdiction.label().to_owned()),
        }
    }

    fn clear(&mut self, field: Field) {
        match field {
            Field::About => self.about = None,
            Field::Relevant => self.relevant = None,
            Field::Topic => self.topics = None,
            Field::Sentiment => self.sentiment = None,
            Field::Intent => self.intent = None,
            Field::Level => self.level = None,
            Field::Jurisdiction => self.jurisdiction = None,
        }
    }
}

impl std::fmt::Display for Label {
    /// `级别黄，意图咨询`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, field) in self.fields().into_iter().enumerate() {
            let comma = if number == 0 { "" } else { "，" };
            let text = self.text(field).unwrap_or_default();
            write!(formatter, "{comma}{}{text}", field.label())?;
        }
        Ok(())
    }
}

fn topic_names(topics: &[Topic]) -> String {
    if topics.is_empty() {
        return "无".to_owned();
    }
    let names: Vec<&str> = topics.iter().map(|topic| topic.label()).collect();
    names.join("、")
}
