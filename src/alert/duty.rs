//! 值班 — who is on duty at a moment, and who is asked next when nobody answers.

use crate::model::{AlertKind, Pause, Timestamp};
use chrono::NaiveDateTime;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;

/// `duty.toml`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DutySettings {
    /// Who hears of sources that fail; never a reader.
    pub administrators: Vec<String>,
    /// Who is on duty where the roster names nobody.
    pub default: Vec<String>,
    /// 值班表, in the order of time; no two overlap.
    pub shifts: Vec<Shift>,
    /// What happens when nobody takes a red alert.
    pub escalation: Escalation,
    /// Hours in which only orange and red call.
    pub quiet: Pause,
    /// Who gets a copy, by kind.
    pub copies: Copies,
}

/// 班次.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// From this moment on, by the clock of the bureau's zone.
    pub from: NaiveDateTime,
    /// Until before this one.
    pub to: NaiveDateTime,
    /// The first is called first; the others in order.
    pub people: Vec<String>,
}

/// 催办.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Escalation {
    /// How long one person has to take a red alert.
    #[serde(with = "humantime_serde")]
    pub after: Duration,
    /// Who is asked behind those on duty.
    pub to: Vec<String>,
    /// Pause between calls to all, once each was asked.
    #[serde(with = "humantime_serde")]
    pub again_after: Duration,
    /// How often all are called.
    pub rounds: u32,
}

impl Default for Escalation {
    fn default() -> Self {
        Escalation {
            after: Duration::from_secs(15 * 60),
            to: Vec::new(),
            again_after: Duration::from_secs(60 * 60),
            rounds: 3,
        }
    }
}

/// 抄送 — beside whoever is on duty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Copies {
    /// 级别.
    pub level: Vec<String>,
    /// 聚集.
    pub gathering: Vec<String>,
    /// 专题 without recipients of its own.
    pub watch: Vec<String>,
    /// 突增.
    pub burst: Vec<String>,
}

impl Copies {
    /// Of one kind.
    pub fn of(&self, kind: AlertKind) -> &[String] {
        match kind {
            AlertKind::Level => &self.level,
            AlertKind::Gathering => &self.gathering,
            AlertKind::Watch => &self.watch,
            AlertKind::Burst => &self.burst,
            AlertKind::Source => &[],
        }
    }
}

impl DutySettings {
    /// The shift that `now` lies in.
    pub fn shift(&self, now: Timestamp) -> Option<&Shift> {
        let local = now.naive_local();
        (self.shifts.iter()).find(|shift| shift.from <= local && local < shift.to)
    }

    /// Whoever is on duty, the first first.
    pub fn on_duty(&self, now: Timestamp) -> &[String] {
        self.shift(now)
            .map_or(&self.default[..], |shift| &shift.people)
    }

    /// What an operator should know: who will not hear of what.
    pub fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        if self.default.is_empty() && self.shifts.is_empty() {
            notices.push("duty.toml 没有值班人，预警只登记，不发出".to_owned());
        } else if self.default.is_empty() {
            notices
                .push("duty.toml 没有写 default，值班表排不到的时候预警只登记，不发出".to_owned());
        }
        if self.administrators.is_empty() {
            notices.push("duty.toml 没有写 administrators，信源故障不通知任何人".to_owned());
        }
        notices
    }

    /// Everybody it names, each once.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        let copies = &self.copies;
        let lists = [
            &self.administrators,
            &self.default,
            &self.escalation.to,
            &copies.level,
            &copies.gathering,
            &copies.watch,
            &copies.burst,
        ];
        let shifts = self.shifts.iter().map(|shift| &shift.people);
        let people: BTreeSet<&str> = (lists.into_iter().chain(shifts).flatten())
            .map(String::as_str)
            .collect();
        people.into_iter()
    }

    /// 拨号次序 — those on duty, then those behind them; nobody twice.
    pub fn chain(&self, now: Timestamp) -> Vec<String> {
        let mut chain: Vec<String> = Vec::new();
        for person in self.on_duty(now).iter().chain(&self.escalation.to) {
            if !chain.contains(person) {
                chain.push(person.clone());
            }
        }
        chain
    }
}

#[cfg(test)]
mod tests {
    use crate::alert::DutySettings;
    use crate::alert::fixture::{at, duty};

    #[test]
    fn an_operator_learns_who_will_not_be_told() {
        let mut settings = duty();
        assert_eq!(settings.notices(), [] as [String; 0]);
        settings.default.clear();
        assert!(settings.notices()[0].contains("default"));
        assert_eq!(DutySettings::default().notices().len(), 2);
    }

    #[test]
    fn the_roster_decides_to_the_minute() {
        let duty = duty();
        // The fixture: 10 to 16 April zhangsan then lisi, from the 17th wangwu alone; behind them chief and director.
        for (now, chain) in [
            ("2017-04-09T23:59:59+08:00", "office chief director"),
            ("2017-04-10T00:00:00+08:00", "zhangsan lisi chief director"),
            ("2017-04-16T23:59:59+08:00", "zhangsan lisi chief director"),
            ("2017-04-17T00:00:00+08:00", "wangwu chief director"),
            ("2017-04-24T00:00:00+08:00", "office chief director"),
        ] {
            assert_eq!(duty.chain(at(now)).join(" "), chain, "{now}");
        }
    }
}
