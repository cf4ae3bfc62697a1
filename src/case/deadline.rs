//! 时限 — a rule and a moment → until when. Hours run through nights and holidays, to the minute; working days and days end
//! with the office day. The day a count begins on never counts, at whatever hour it was (民法典第二百零一条).

use crate::model::coded::coded_enum;
use crate::model::{CaseDeadline, CaseKind, CaseState, Timestamp, Urgency, WorkCalendar};
use chrono::{Datelike, Days, TimeDelta};
use regex::Regex;
use std::sync::LazyLock;

coded_enum! {
    /// 计时起点.
    pub enum CountedFrom {
        Published = "published" / "发布",
        Discovered = "discovered" / "发现",
        Received = "received" / "收文",
    }
}

/// How long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// 自然小时.
    Hours(u32),
    /// 工作日.
    WorkingDays(u32),
    /// 自然日; the last one, if nobody works on it, gives way to the next working day (民法典第二百零三条).
    Days(u32),
}

/// 时限规则 — one row of `deadlines.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlineRule {
    /// 代号, `T-48H`.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// How long.
    pub span: Span,
    /// 计时起点.
    pub from: CountedFrom,
    /// 依据, by document number.
    pub basis: String,
    /// The step that meets it; `None`: 反馈 or 回应, after the kind of case.
    pub met_by: Option<CaseState>,
}

/// 时限规则表.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// Rules, in the order of the file.
    pub rules: Vec<DeadlineRule>,
    /// Rule of a 特急 or 24小时 case whose letter names no time.
    pub pressing: String,
    /// Rule of any other 转办件.
    pub transfer: String,
    /// Rule of any other 应急.
    pub emergency: String,
}

/// What a count may begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Starts {
    /// 发布.
    pub published_at: Option<Timestamp>,
    /// 发现.
    pub discovered_at: Option<Timestamp>,
    /// 收文.
    pub received_at: Timestamp,
}

/// A moment reckoned, and what must be known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reckoned {
    /// The moment.
    pub at: Timestamp,
    /// `日历缺2028年，该年只按周末推算`; empty where every day was known.
    pub note: String,
}

/// The end of a span that begins at `from`.
pub fn reckon(span: Span, from: Timestamp, calendar: &WorkCalendar) -> Reckoned {
    let at = match span {
        Span::Hours(hours) => {
            return Reckoned {
                at: from + TimeDelta::hours(hours.into()),
                note: String::new(),
            };
        }
        Span::WorkingDays(count) => calendar.after_working_days(from, count),
        // The day before a day that nobody works on leads to the first one that somebody does.
        Span::Days(count) => {
            let before_last = Days::new(u64::from(count.max(1)) - 1);
            calendar.after_working_days(from + before_last, 1)
        }
    };
    let unknown: Vec<String> = (from.year()..=at.year())
        .filter(|year| !calendar.covers(*year))
        .map(|year| format!("{year}年"))
        .collect();
    let note = match unknown.is_empty() {
        true => String::new(),
        false => format!("日历缺{}，只按周末推算", unknown.join("、")),
    };
    Reckoned { at, note }
}

impl Span {
    /// `48小时`, `3个工作日`, `15日`.
    pub fn in_words(self) -> String {
        match self {
            Span::Hours(hours) => format!("{hours}小时"),
            Span::WorkingDays(days) => format!("{days}个工作日"),
            Span::Days(days) => format!("{days}日"),
        }
    }
}

impl Deadlines {
    /// The rule of an id.
    pub fn rule(&self, id: &str) -> Option<&DeadlineRule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The rule of a case whose letter names no time.
    pub fn default_rule(&self, kind: CaseKind, urgency: Urgency) -> Option<&DeadlineRule> {
        let id = match (urgency, kind) {
            (Urgency::ExtraUrgent | Urgency::WithinDay, _) => &self.pressing,
            (_, CaseKind::Transfer) => &self.transfer,
            (_, CaseKind::Emergency) => &self.emergency,
        };
        self.rule(id)
    }
}

impl DeadlineRule {
    /// The deadline of a case.
    ///
    /// # Errors
    /// The moment the rule counts from is not known, or the rule is for the other kind of case; in Chinese.
    pub fn deadline(
        &self,
        kind: CaseKind,
        starts: Starts,
        calendar: &WorkCalendar,
    ) -> Result<CaseDeadline, String> {
        let met_by = self.met_by.unwrap_or(kind.answer());
        if met_by.kind() != kind {
            return Err(format!(
                "时限规则{}以“{}”为完成，不适用于{}件",
                self.id,
                met_by.label(),
                kind.label()
            ));
        }
        let from = match self.from {
            CountedFrom::Published => starts.published_at,
            CountedFrom::Discovered => starts.discovered_at,
            CountedFrom::Received => Some(starts.received_at),
        };
        let Some(from) = from else {
            return Err(format!(
                "时限规则{}自{}时刻起算，请填写“{}时间”，或关联信息、事件",
                self.id,
                self.from.label(),
                self.from.label()
            ));
        };
        let reckoned = reckon(self.span, from, calendar);
        Ok(CaseDeadline {
            at: reckoned.at,
            rule: Some(self.id.clone()),
            basis: self.in_words(),
            note: reckoned.note,
            met_by,
        })
    }

    /// `政务舆情回应，自发现起48小时（国办发〔2016〕61号）`.
    pub fn in_words(&self) -> String {
        format!(
            "{}，自{}起{}（{}）",
            self.name,
            self.from.label(),
            self.span.in_words(),
            self.basis
        )
    }
}

/// `3个工作日内`, `24小时内`, `十五日内` as letters write them.
pub fn span_in_words(written: &str) -> Option<Span> {
    static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(\d{1,3}|[一二两三四五六七八九十]{1,3})个?(小时|工作日|自然日|日|天)(?:之内|以内|内)?$")
            .expect("the pattern is part of the program")
    });
    let folded = crate::text::normalize::fold(written.trim());
    let found = WRITTEN.captures(&folded)?;
    let count = found[1].parse().ok().or_else(|| number(&found[1]))?;
    let span = match &found[2] {
        "小时" => Span::Hours(count),
        "工作日" => Span::WorkingDays(count),
        _ => Span::Days(count),
    };
    (count > 0).then_some(span)
}

/// 一 to 九十九.
fn number(written: &str) -> Option<u32> {
    let digit = |character: char| match character {
        '两' => Some(2),
        other => {
            let place = "一二三四五六七八九"
                .chars()
                .position(|known| known == other)?;
            u32::try_from(place + 1).ok()
        }
    };
    let Some((tens, ones)) = written.split_once('十') else {
        let mut characters = written.chars();
        return digit(characters.next()?).filter(|_| characters.next().is_none());
    };
    let part = |part: &str, absent: u32| match part.chars().count() {
        0 => Some(absent),
        1 => digit(part.chars().next()?),
        _ => None,
    };
    Some(10 * part(tens, 1)? + part(ones, 0)?)
}

#[cfg(test)]
mod tests;
