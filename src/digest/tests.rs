use super::DigestsFile;
use super::fixture::daily;
use crate::model::{Period, Timestamp};

fn at(time: &str) -> Timestamp {
    Timestamp::parse_from_rfc3339(time).expect("a time")
}

fn said(period: Period) -> (String, String) {
    (period.from.to_rfc3339(), period.to.to_rfc3339())
}

fn days(from: &str, to: &str) -> (String, String) {
    (
        format!("{from}T08:00:00+08:00"),
        format!("{to}T08:00:00+08:00"),
    )
}

#[test]
fn the_period_ends_at_the_latest_cutoff() {
    let digest = daily();
    let ending = |now| said(digest.period_ending(at(now)));
    assert_eq!(
        ending("2017-11-21T08:30:00+08:00"),
        days("2017-11-20", "2017-11-21")
    );
    assert_eq!(
        ending("2017-11-21T08:00:00+08:00"),
        days("2017-11-20", "2017-11-21")
    );
    assert_eq!(
        ending("2017-11-21T07:59:59+08:00"),
        days("2017-11-19", "2017-11-20")
    );
}

#[test]
fn a_weekend_joins_the_next_issue() {
    let friday = at("2017-11-17T08:00:00+08:00");
    let monday = daily().period_since(Some(friday), at("2017-11-20T08:30:00+08:00"));
    assert_eq!(monday.map(said), Some(days("2017-11-17", "2017-11-20")));
}

#[test]
fn the_same_period_is_not_issued_twice() {
    let today = at("2017-11-20T08:00:00+08:00");
    assert_eq!(
        daily().period_since(Some(today), at("2017-11-20T17:00:00+08:00")),
        None
    );
}

#[test]
fn the_first_issue_covers_one_period() {
    let now = at("2018-01-01T08:30:00+08:00");
    let first = daily().period_since(None, now);
    assert_eq!(first.map(said), Some(days("2017-12-31", "2018-01-01")));
}

#[test]
fn settings_survive_being_written_down() {
    let file = DigestsFile {
        digest: vec![daily()],
    };
    let text = toml::to_string(&file).expect("settings can be written");
    assert_eq!(
        toml::from_str::<DigestsFile>(&text).expect("and read"),
        file
    );
}

#[test]
fn unknown_keys_and_wrong_times_are_refused() {
    let shipped = include_str!("../../config/digests.toml");
    let refusal = |text: &str| {
        toml::from_str::<DigestsFile>(text)
            .expect_err("refused")
            .to_string()
    };
    assert!(refusal(&shipped.replace("cutoff =", "cut_off =")).contains("cut_off"));
    assert!(refusal(&shipped.replace("\"08:00\"", "\"8点\"")).contains("例如“08:00”"));
}
