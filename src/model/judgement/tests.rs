//! Who decides what everybody sees.

use super::{Judgement, Said};
use crate::model::{Analysis, Field, Intent, Label, Level, Reason, Timestamp};

fn machine(level: Level) -> Analysis {
    let rule = match level {
        Level::None => "none",
        Level::Blue => "B1",
        Level::Yellow => "Y1",
        Level::Orange => "O1",
        Level::Red => "R1",
    };
    Analysis {
        about: level > Level::None,
        relevant: level > Level::None,
        level,
        intent: Intent::Complaint,
        reasons: vec![Reason {
            rule: rule.to_owned(),
            text: format!("{rule}：示例"),
        }],
        ..Analysis::unjudged("")
    }
}

fn said(label: Label, machine_level: Level) -> Said {
    Said {
        by: "张三".to_owned(),
        at: Timestamp::parse_from_rfc3339("2017-04-14T15:20:00+08:00").expect("test time"),
        label: label.with_consequences(),
        machine_level,
    }
}

fn level(level: Level) -> Label {
    Label {
        level: Some(level),
        ..Label::default()
    }
}

fn judged(levels: &[Level]) -> Judgement {
    let mut judged = levels.iter().map(|level| machine(*level));
    let first = Judgement::first(judged.next().expect("at least one"));
    judged.fold(first, Judgement::judged_again)
}

fn rules(judgement: &Judgement) -> Vec<String> {
    let reasons = judgement.effective().reasons.into_iter();
    reasons.map(|reason| reason.rule).collect()
}

#[test]
fn a_level_rises_at_once_and_falls_only_as_a_suggestion() {
    let risen = judged(&[Level::Blue, Level::Orange]);
    assert_eq!((risen.level(), risen.suggestion()), (Level::Orange, None));
    let fallen = risen.judged_again(machine(Level::None));
    assert_eq!(
        (fallen.level(), fallen.suggestion()),
        (Level::Orange, Some(Level::None))
    );
    let shown = fallen.effective();
    assert!(shown.relevant && shown.about, "a level that stands is ours");
    assert_eq!(rules(&fallen), ["O1", "held", "none"]);
    let again = fallen.judged_again(machine(Level::Red));
    assert_eq!((again.level(), &again.held), (Level::Red, &None));
}

#[test]
fn what_a_person_changed_stays_whatever_the_machine_says_later() {
    let mut judgement = judged(&[Level::Yellow]);
    judgement.said.push(said(level(Level::Blue), Level::Yellow));
    let judgement = judgement.judged_again(machine(Level::Red));
    assert_eq!(
        (judgement.level(), judgement.suggestion()),
        (Level::Blue, Some(Level::Red))
    );
    assert_eq!(rules(&judgement)[0], "B0");
    let remark = judgement.remark(Field::Level).expect("said");
    assert_eq!(remark, "人工更正（张三，2017-04-14 15:20），机器判为红");
}

#[test]
fn what_a_person_confirmed_may_still_rise_and_does_not_fall() {
    let mut judgement = judged(&[Level::Yellow]);
    judgement
        .said
        .push(said(level(Level::Yellow), Level::Yellow));
    assert_eq!(rules(&judgement), ["correction", "Y1"]);
    let risen = judgement.clone().judged_again(machine(Level::Orange));
    assert_eq!(risen.level(), Level::Orange);
    assert_eq!(
        judgement.judged_again(machine(Level::Blue)).level(),
        Level::Yellow
    );
}

#[test]
fn one_field_is_corrected_and_the_others_follow_the_machine() {
    let mut judgement = judged(&[Level::Blue]);
    let consult = Label {
        intent: Some(Intent::Consult),
        ..Label::default()
    };
    judgement.said.push(said(consult, Level::None));
    let judgement = judgement.judged_again(machine(Level::Yellow));
    let shown = judgement.effective();
    assert_eq!(
        (shown.intent, shown.level),
        (Intent::Consult, Level::Yellow)
    );
}

#[test]
fn the_irrelevant_has_no_level_and_a_level_makes_relevant() {
    let relevant = |is| Label {
        relevant: Some(is),
        ..Label::default()
    };
    let mut judgement = judged(&[Level::Yellow]);
    judgement.said.push(said(relevant(false), Level::Yellow));
    let shown = judgement.effective();
    assert_eq!((shown.relevant, shown.level), (false, Level::None));

    judgement.said.push(said(level(Level::Blue), Level::Yellow));
    let shown = judgement.effective();
    assert_eq!((shown.relevant, shown.level), (true, Level::Blue));

    let both = Label {
        level: Some(Level::Blue),
        ..relevant(false)
    };
    assert!(both.check().is_err());
    assert!(level(Level::Blue).with(&relevant(true)).check().is_ok());
}

#[test]
fn a_person_may_take_the_lower_level_that_the_machine_suggests() {
    for lower in [Level::None, Level::Yellow] {
        let mut fallen = judged(&[Level::Red, lower]);
        fallen.said.push(said(level(lower), lower));
        assert_eq!((fallen.level(), fallen.suggestion()), (lower, None));
    }
    let mut fallen = judged(&[Level::Red, Level::Yellow]);
    fallen.said.push(said(level(Level::Yellow), Level::Yellow));
    let risen = fallen.judged_again(machine(Level::Orange));
    assert_eq!(risen.level(), Level::Orange, "what was confirmed may rise");
}
