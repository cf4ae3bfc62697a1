//! Names of the query language's fields, in English and Chinese, and the codes that they take.

use crate::model::{Channel, Level, Sentiment, Topic, UnknownCode};

/// Fields whose text is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextField {
    /// `title:`
    Title,
    /// `body:`
    Body,
    /// `author:`
    Author,
    /// `source:`
    Source,
    /// `url:`
    Url,
}

/// Fields that hold codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeField {
    /// `channel:`
    Channel,
    /// `topic:`
    Topic,
    /// `level:`
    Level,
    /// `sentiment:`
    Sentiment,
    /// `region:` – a jurisdiction, an administrative code or a name.
    Region,
}

/// What may stand before a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Text(TextField),
    Code(CodeField),
    After,
    Before,
    Date,
    Synonym,
}

/// Every field with its two names.
const NAMES: &[(&str, &str, Name)] = &[
    ("title", "标题", Name::Text(TextField::Title)),
    ("body", "正文", Name::Text(TextField::Body)),
    ("author", "作者", Name::Text(TextField::Author)),
    ("source", "信源", Name::Text(TextField::Source)),
    ("url", "网址", Name::Text(TextField::Url)),
    ("channel", "渠道", Name::Code(CodeField::Channel)),
    ("topic", "主题", Name::Code(CodeField::Topic)),
    ("level", "级别", Name::Code(CodeField::Level)),
    ("sentiment", "情感", Name::Code(CodeField::Sentiment)),
    ("region", "属地", Name::Code(CodeField::Region)),
    ("after", "起始", Name::After),
    ("before", "截止", Name::Before),
    ("date", "日期", Name::Date),
    ("syn", "同义", Name::Synonym),
];

impl Name {
    /// The field of this name.
    pub(super) fn of(written: &str) -> Option<Name> {
        let written = written.to_ascii_lowercase();
        let named = |(english, chinese, _): &&(&str, &str, Name)| {
            *english == written || *chinese == written
        };
        NAMES.iter().find(named).map(|(_, _, name)| *name)
    }

    /// All names, for the message about a wrong one.
    pub(super) fn all() -> String {
        let names: Vec<String> = NAMES
            .iter()
            .map(|(english, chinese, _)| format!("{chinese} {english}"))
            .collect();
        names.join("，")
    }
}

impl CodeField {
    /// The code that a value stands for: a code or its Chinese label.
    pub(super) fn code(self, value: &str) -> Result<String, String> {
        let code = |known: Result<&'static str, UnknownCode>| {
            known
                .map(str::to_owned)
                .map_err(|unknown| unknown.to_string())
        };
        match self {
            CodeField::Channel => code(value.parse::<Channel>().map(Channel::code)),
            CodeField::Topic => code(value.to_ascii_uppercase().parse::<Topic>().map(Topic::code)),
            CodeField::Level => code(value.parse::<Level>().map(Level::code)),
            CodeField::Sentiment => code(value.parse::<Sentiment>().map(Sentiment::code)),
            CodeField::Region => Ok(value.to_owned()),
        }
    }
}
