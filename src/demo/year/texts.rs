//! The texts of the sample year: templates with alternatives and slots → sentences.

use crate::demo::year::dice::Dice;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Slots within slots would be a mistake in the file.
const MAX_DEPTH: usize = 4;

/// All texts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    slots: BTreeMap<String, Vec<String>>,
    /// 诉求, by topic, with their season.
    pub complaint: Vec<Kind>,
    /// 应急.
    pub emergency: Vec<Kind>,
    /// Complaints that many read.
    pub yellow: Vec<Kind>,
    /// 广告.
    pub ad: Vec<Kind>,
    /// 外地.
    pub elsewhere: Vec<Kind>,
    /// 无关.
    pub life: Vec<Kind>,
    /// 媒体报道.
    pub news: Vec<Kind>,
    /// 咨询.
    pub consult: Vec<Kind>,
}

/// Texts of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Weight of each month, of complaints.
    #[serde(default)]
    pub months: Vec<u64>,
    /// Where such texts appear; complaints choose for themselves.
    #[serde(default)]
    pub channel: Vec<String>,
    /// Many read it at once.
    #[serde(default)]
    pub heat: bool,
    /// Titles.
    pub titles: Vec<String>,
    /// Texts.
    pub texts: Vec<String>,
}

impl Texts {
    /// Those inside the program.
    pub fn load() -> Texts {
        match toml::from_str(include_str!("texts.toml")) {
            Ok(texts) => texts,
            Err(error) => panic!("year/texts.toml is part of the program: {error}"),
        }
    }

    /// A sentence of a template: one of each `[甲|乙]`, a value for each `{slot}`.
    pub fn say(&self, template: &str, dice: &mut Dice) -> String {
        let mut said = template.to_owned();
        for _ in 0..MAX_DEPTH {
            said = replace(&said, ['[', ']'], |inside| {
                let choices: Vec<&str> = inside.split('|').collect();
                (*dice.pick(&choices)).to_owned()
            });
            said = replace(&said, ['{', '}'], |slot| {
                let values = self.slots.get(slot);
                values.map_or(String::new(), |values| dice.pick(values).clone())
            });
        }
        said
    }
}

/// Every `open…close` through `fill`; brackets do not nest.
fn replace(text: &str, [open, close]: [char; 2], mut fill: impl FnMut(&str) -> String) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        let Some((inside, behind)) = after.split_once(close) else {
            break;
        };
        filled += before;
        filled += &fill(inside);
        rest = behind;
    }
    filled + rest
}
