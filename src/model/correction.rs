//! 更正、级别变更 — what people and the machine did to the judgement of a post; rows of histories that only grow.

use crate::model::{Field, Label, Level, PostId, Reason, Timestamp};
use std::collections::BTreeMap;

/// 人工更正 — one act of one person.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Correction {
    /// Row id.
    pub id: i64,
    /// The post.
    pub post: PostId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why, in the person's words.
    pub note: String,
    /// What the person says.
    pub label: Label,
    /// What the machine said of the same fields at that time.
    pub machine: Label,
    /// Codes of the rules behind the machine's words.
    pub rules: BTreeMap<Field, Vec<String>>,
    /// Version of those rules.
    pub rules_version: String,
    /// 撤回, if it was taken back.
    pub withdrawn: Option<Withdrawal>,
}

impl std::fmt::Display for Correction {
    /// `人工更正（张三，2017-04-14 15:20）：意图咨询（机器判为投诉），确认级别、管辖`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (agreed, changed): (Vec<Field>, Vec<Field>) = (self.label.fields().into_iter())
            .partition(|field| self.label.agrees(&self.machine, *field));
        let mut parts: Vec<String> = Vec::new();
        for field in &changed {
            let text = |label: &Label| label.text(*field).unwrap_or_default();
            let (person, machine) = (text(&self.label), text(&self.machine));
            parts.push(format!("{}{person}（机器判为{machine}）", field.label()));
        }
        if !agreed.is_empty() {
            let agreed: Vec<&str> = agreed.iter().map(|field| field.label()).collect();
            parts.push(format!("确认{}", agreed.join("、")));
        }
        let act = if changed.is_empty() {
            "人工确认"
        } else {
            "人工更正"
        };
        let at = self.at.format("%Y-%m-%d %H:%M");
        write!(
            formatter,
            "{act}（{}，{at}）：{}",
            self.by,
            parts.join("，")
        )
    }
}

/// 撤回.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Withdrawal {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub note: String,
}

/// 级别变更 — a change of the level that stands, or one that the machine suggests.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LevelChange {
    /// The post.
    pub post: PostId,
    /// When.
    pub at: Timestamp,
    /// Before.
    pub from: Level,
    /// After; of a suggestion, what the machine would make it.
    pub to: Level,
    /// The machine suggests; the level stays.
    pub is_suggestion: bool,
    /// Who; `None` is the machine.
    pub by: Option<String>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Version of the rules.
    pub rules_version: String,
}

impl std::fmt::Display for LevelChange {
    /// `无→黄，机器（Y1：…）`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (from, to) = (self.from.label(), self.to.label());
        match (&self.by, self.is_suggestion) {
            (_, true) if self.to < self.from => {
                write!(formatter, "机器建议降为{to}，级别保持{from}")?;
            }
            (_, true) => write!(formatter, "机器建议升为{to}，级别保持{from}")?,
            (Some(by), _) if self.from == self.to => write!(formatter, "{by}确定为{to}")?,
            (Some(by), _) => write!(formatter, "{from}→{to}，{by}")?,
            (None, _) => write!(formatter, "{from}→{to}，机器")?,
        }
        let why: Vec<&str> = (self.reasons.iter())
            .map(|reason| reason.text.as_str())
            .filter(|text| !text.is_empty())
            .collect();
        if why.is_empty() {
            return Ok(());
        }
        write!(formatter, "（{}）", why.join("；"))
    }
}

/// 采纳 — how often people agreed with a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Adoption {
    /// Said alike.
    pub agreed: u64,
    /// Said otherwise.
    pub disagreed: u64,
}

impl Adoption {
    /// Counts one more opinion.
    pub fn count(&mut self, agrees: bool) {
        if agrees {
            self.agreed += 1;
        } else {
            self.disagreed += 1;
        }
    }

    /// 采纳率, 0…1; `None` where nobody said anything.
    pub fn rate(self) -> Option<f64> {
        let all = self.agreed + self.disagreed;
        (all > 0).then(|| self.agreed as f64 / all as f64)
    }
}

impl std::fmt::Display for Adoption {
    /// `采纳率67%（2/3）`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = self.agreed + self.disagreed;
        let percent = self.rate().unwrap_or_default() * 100.0;
        write!(formatter, "采纳率{percent:.0}%（{}/{all}）", self.agreed)
    }
}

/// Opinions in force, the last of each post and field: (field, agrees, rules behind the machine's word).
pub fn opinions(corrections: &[Correction]) -> Vec<(Field, bool, &[String])> {
    let mut last: BTreeMap<(PostId, Field), &Correction> = BTreeMap::new();
    for correction in corrections.iter().filter(|one| one.withdrawn.is_none()) {
        for field in correction.label.fields() {
            let known = last.entry((correction.post, field)).or_insert(correction);
            if known.id < correction.id {
                *known = correction;
            }
        }
    }
    last.into_iter()
        .map(|((_, field), correction)| {
            let agrees = correction.label.agrees(&correction.machine, field);
            let rules = correction.rules.get(&field).map_or(&[][..], Vec::as_slice);
            (field, agrees, rules)
        })
        .collect()
}
