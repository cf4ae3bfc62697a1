//! 定论 — the machine's judgement, the level that stands, and what people said, combined. The one place that decides
//! what everybody sees.

use crate::model::{Analysis, Field, Label, Level, Reason, Sentiment, Timestamp, TopicScore};

/// 保持的级别 — the machine came to a lower level; the higher one stands until a person lowers it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Held {
    /// The level that stands.
    pub level: Level,
    /// The rules that set it.
    pub reasons: Vec<Reason>,
}

/// 人工意见 — a correction in force, as far as it decides what is seen.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Said {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub label: Label,
    /// The machine's level at that time.
    pub machine_level: Level,
}

/// 定论 — all that is said of one post.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// What the machine says now.
    pub machine: Analysis,
    /// The level that stands above the machine's.
    pub held: Option<Held>,
    /// Corrections in force, oldest first.
    pub said: Vec<Said>,
}

impl Judgement {
    /// A first judgement.
    pub fn first(machine: Analysis) -> Judgement {
        Judgement {
            machine,
            held: None,
            said: Vec::new(),
        }
    }

    /// The machine has judged again: a level rises at once and never falls by itself.
    pub fn judged_again(self, machine: Analysis) -> Judgement {
        let before = self.held.unwrap_or_else(|| Held {
            level: self.machine.level,
            reasons: level_reasons(&self.machine),
        });
        Judgement {
            held: (machine.level < before.level).then_some(before),
            machine,
            said: self.said,
        }
    }

    /// All that people say, later words in place of earlier ones.
    pub fn label(&self) -> Label {
        let said = self.said.iter();
        said.fold(Label::default(), |label, said| label.with(&said.label))
            .with_consequences()
    }

    /// 级别 that stands. A level that a person changed stays; one that a person confirmed may still rise.
    pub fn level(&self) -> Level {
        let held = self.held.as_ref().map_or(Level::None, |held| held.level);
        let machine = self.machine.level.max(held);
        match self.label().level {
            // Whoever takes the machine's lower level has taken leave of the one that was held.
            Some(level) if self.is_confirmed(level) => level.max(self.machine.level),
            Some(level) => level,
            None => machine,
        }
    }

    /// The level came from a person who agreed with the machine.
    fn is_confirmed(&self, level: Level) -> bool {
        let last = self.said_of(Field::Level);
        let is_ours = self.label().relevant != Some(false);
        is_ours && last.is_some_and(|said| said.machine_level == level)
    }

    /// The correction that decides a field.
    pub fn said_of(&self, field: Field) -> Option<&Said> {
        let mut latest_first = self.said.iter().rev();
        latest_first.find(|said| said.label.text(field).is_some())
    }

    /// `人工更正（张三，2017-04-14 15:20），机器判为投诉`; `None` where nobody said anything of the field.
    pub fn remark(&self, field: Field) -> Option<String> {
        let said = self.said_of(field)?;
        let machine = Label::of(&self.machine);
        if said.label.agrees(&machine, field) {
            return Some(format!("人工确认（{}）", signed(said)));
        }
        let machine = machine.text(field).unwrap_or_default();
        Some(format!("人工更正（{}），机器判为{machine}", signed(said)))
    }

    /// What the machine would change: another level than the one that stands.
    pub fn suggestion(&self) -> Option<Level> {
        Some(self.machine.level).filter(|level| *level != self.level())
    }

    /// The same for whoever needs nothing else; most posts have the machine's word only.
    pub fn into_effective(self) -> Analysis {
        if self.held.is_none() && self.said.is_empty() {
            return self.machine;
        }
        self.effective()
    }

    /// 有效研判 — what people see, what is searched, grouped and printed.
    pub fn effective(&self) -> Analysis {
        let mut shown = self.machine.clone();
        if self.held.is_none() && self.said.is_empty() {
            return shown;
        }
        let (label, level) = (self.label(), self.level());
        if let Some(topics) = &label.topics {
            shown.topics = topics.iter().map(|topic| self.score_of(*topic)).collect();
        }
        if let Some(sentiment) = label.sentiment
            && sentiment != shown.sentiment
        {
            shown.sentiment = sentiment;
            shown.sentiment_score = match sentiment {
                Sentiment::Negative => -1.0,
                Sentiment::Neutral => 0.0,
                Sentiment::Positive => 1.0,
            };
        }
        shown.intent = label.intent.unwrap_or(shown.intent);
        shown.regions.jurisdiction = label.jurisdiction.unwrap_or(shown.regions.jurisdiction);
        shown.level = level;
        // A level that stands keeps its post among ours: else it would fall without a word.
        let is_flagged = level > Level::None;
        shown.about = label.about.unwrap_or(shown.about) || is_flagged;
        shown.relevant = label.relevant.unwrap_or(shown.relevant) || is_flagged;
        shown.reasons = self.reasons(&label, level);
        shown
    }

    fn score_of(&self, topic: crate::model::Topic) -> TopicScore {
        let known = self.machine.topics.iter().find(|known| known.code == topic);
        known.copied().unwrap_or(TopicScore {
            code: topic,
            score: 0.0,
        })
    }

    /// Reasons of the level that stands first, then what people said, then the machine's.
    fn reasons(&self, label: &Label, level: Level) -> Vec<Reason> {
        let machine = &self.machine;
        let by_person = self.said_of(Field::Level).filter(|said| {
            label.level == Some(level) && said.label.level == label.level && machine.level != level
        });
        let held = self.held.as_ref().filter(|held| held.level == level);
        let mut reasons = Vec::new();
        if let Some(said) = by_person {
            reasons.extend(set_by(said, level));
        } else if let Some(held) = held {
            reasons.extend(held.reasons.iter().cloned());
            reasons.push(Reason {
                rule: "held".to_owned(),
                text: format!(
                    "机器建议降为{}，级别保持{}，待人工确定",
                    machine.level.label(),
                    level.label()
                ),
            });
        }
        for said in &self.said {
            reasons.push(Reason {
                rule: "correction".to_owned(),
                text: format!("人工意见（{}）：{}", signed(said), said.label),
            });
        }
        let is_shown = |reason: &&Reason| machine.level == level || !reason.sets_level();
        reasons.extend(machine.reasons.iter().filter(is_shown).cloned());
        reasons
    }
}

/// Rules of levels are named `R1` … `B2`; number 0 stands for a person.
fn set_by(said: &Said, level: Level) -> Option<Reason> {
    let rule = match level {
        Level::Red => "R0",
        Level::Orange => "O0",
        Level::Yellow => "Y0",
        Level::Blue => "B0",
        Level::None => return None,
    };
    Some(Reason {
        rule: rule.to_owned(),
        text: format!("人工定为{}级（{}）", level.label(), signed(said)),
    })
}

/// `张三，2017-04-14 15:20`.
fn signed(said: &Said) -> String {
    format!("{}，{}", said.by, said.at.format("%Y-%m-%d %H:%M"))
}

/// The rules that set the level of a judgement.
pub fn level_reasons(analysis: &Analysis) -> Vec<Reason> {
    let reasons = analysis.reasons.iter();
    reasons
        .filter(|reason| reason.sets_level())
        .cloned()
        .collect()
}

/// Codes of the rules behind one field of a judgement.
pub fn rules_behind(analysis: &Analysis, field: Field) -> Vec<String> {
    let is_behind = |reason: &Reason| {
        let kind = reason.rule.split('.').next().unwrap_or_default();
        if reason.rule.strip_prefix("example.") == Some(field.code()) {
            return true;
        }
        match field {
            Field::Level => reason.sets_level(),
            Field::Topic => kind == "topic",
            Field::Sentiment => {
                matches!(
                    kind,
                    "sentiment" | "irony" | "transfer" | "question" | "achievement"
                ) || reason.rule == "model.sentiment"
            }
            Field::Intent => matches!(kind, "intent" | "noise"),
            Field::Jurisdiction => matches!(kind, "place" | "competence"),
            Field::About => {
                matches!(kind, "org" | "topic" | "noise") || reason.rule == "model.about"
            }
            Field::Relevant => matches!(kind, "org" | "noise" | "place" | "competence"),
        }
    };
    let mut rules: Vec<String> = (analysis.reasons.iter())
        .filter(|reason| is_behind(reason))
        .map(|reason| reason.rule.clone())
        .collect();
    rules.sort();
    rules.dedup();
    rules
}

#[cfg(test)]
mod tests;
