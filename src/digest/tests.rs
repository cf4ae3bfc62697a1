use super::DigestsFile;
use super::fixture::{daily, shipped};
use super::{DigestSettings, Span};
use crate::model::{DigestKind, OfficeHours, Period, ShiftedDay, Timestamp, WorkCalendar};
use chrono_tz::Asia::Shanghai;

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

/// May Day 2017: the first is a Monday; Qingming: 4 April is a Tuesday, Saturday 1 April is worked.
fn calendar() -> WorkCalendar {
    let day = |text: &str| text.parse().expect("a day");
    WorkCalendar {
        years: [2017].into(),
        shifted: [
            (day("2017-05-01"), ShiftedDay::Holiday),
            (day("2017-04-03"), ShiftedDay::Holiday),
            (day("2017-04-04"), ShiftedDay::Holiday),
            (day("2017-04-01"), ShiftedDay::WorkingDay),
        ]
        .into(),
        hours: OfficeHours {
            from: "08:30".parse().expect("a time"),
            to: "18:00".parse().expect("a time"),
        },
    }
}

fn due(digest: &DigestSettings, since: &str, now: &str) -> Option<String> {
    let due = digest.latest_due(at(since), at(now), Shanghai, &calendar());
    due.map(|due| due.to_rfc3339())
}

#[test]
fn a_draft_is_due_on_working_days_only() {
    let daily = daily();
    let due = |since, now| due(&daily, since, now);
    assert_eq!(
        due("2017-03-31T08:30:00+08:00", "2017-04-01T09:00:00+08:00").as_deref(),
        Some("2017-04-01T08:30:00+08:00"),
        "a Saturday that is worked"
    );
    assert_eq!(
        due("2017-04-01T08:30:00+08:00", "2017-04-04T20:00:00+08:00"),
        None
    );
    assert_eq!(
        due("2017-04-01T08:30:00+08:00", "2017-04-05T08:30:00+08:00").as_deref(),
        Some("2017-04-05T08:30:00+08:00")
    );
    let next = daily.next_due(at("2017-04-01T09:00:00+08:00"), Shanghai, &calendar());
    assert_eq!(
        next.map(|next| next.to_rfc3339()).as_deref(),
        Some("2017-04-05T08:30:00+08:00")
    );
}

#[test]
fn a_weekly_on_a_day_off_is_due_on_the_next_working_day() {
    let weekly = shipped(DigestKind::Weekly);
    let since = "2017-04-24T10:00:00+08:00";
    assert_eq!(due(&weekly, since, "2017-05-01T23:00:00+08:00"), None);
    assert_eq!(
        due(&weekly, since, "2017-05-02T10:00:00+08:00").as_deref(),
        Some("2017-05-02T10:00:00+08:00")
    );
}

#[test]
fn a_monthly_is_due_on_the_third_working_day() {
    let monthly = shipped(DigestKind::Monthly);
    let since = "2017-04-01T00:00:00+08:00";
    // Saturday the first is worked, the 2nd to the 4th are off.
    assert_eq!(due(&monthly, since, "2017-04-06T09:59:00+08:00"), None);
    assert_eq!(
        due(&monthly, since, "2017-04-30T00:00:00+08:00").as_deref(),
        Some("2017-04-06T10:00:00+08:00")
    );
}

#[test]
fn weeks_and_months_come_one_by_one_and_whole() {
    let midnight = |day: &str| at(&format!("{day}T00:00:00+08:00"));
    let whole =
        |from: &str, to: &str| Some((midnight(from).to_rfc3339(), midnight(to).to_rfc3339()));
    let weekly = shipped(DigestKind::Weekly);
    let now = at("2017-11-20T10:00:00+08:00");
    let since = |digest: &DigestSettings, day: &str| {
        digest.period_since(Some(midnight(day)), now).map(said)
    };
    assert_eq!(
        weekly.period_since(None, now).map(said),
        whole("2017-11-13", "2017-11-20")
    );
    assert_eq!(
        since(&weekly, "2017-10-30"),
        whole("2017-10-30", "2017-11-06")
    );
    assert_eq!(since(&weekly, "2017-11-20"), None);
    let monthly = shipped(DigestKind::Monthly);
    assert_eq!(
        monthly.period_since(None, now).map(said),
        whole("2017-10-01", "2017-11-01")
    );
    assert_eq!(
        since(&monthly, "2017-01-01"),
        whole("2017-01-01", "2017-02-01")
    );
    let before = monthly.period_before(monthly.period_ending(at("2017-03-03T10:00:00+08:00")));
    assert_eq!(Some(said(before)), whole("2017-01-01", "2017-02-01"));
}

#[test]
fn a_file_of_the_version_before_is_read_as_it_was() {
    let old = r#"
        [[digest]]
        code = "daily"
        title = "人社舆情专报"
        publisher = "办公室"
        notice = ""
        report_to = ""
        copy_to = ""
        issue_to = ""
        copies = 12
        schedule = "30 8 * * 1-5"
        cutoff = "08:00"
        period = "24h"
        answer_within = "48h"
        max_entries = 8
        [[digest.sections]]
        title = "重点舆情"
        levels = ["red"]
    "#;
    let file: DigestsFile = toml::from_str(old).expect("an old file");
    let digest = &file.digest[0];
    assert_eq!((digest.kind, digest.mistake()), (DigestKind::Daily, None));
    assert!(!digest.working_days_only && digest.recipients.is_empty());
    let weekly = old.replace("copies = 12", "copies = 12\nkind = \"周报\"");
    let file: DigestsFile = toml::from_str(&weekly).expect("a kind in Chinese");
    assert_eq!(
        file.digest[0].span(),
        Span::Length(std::time::Duration::from_secs(86_400))
    );
}

#[test]
fn settings_that_do_not_fit_are_named_by_their_key() {
    let key = |change: fn(&mut DigestSettings)| {
        let mut digest = daily();
        change(&mut digest);
        digest.mistake().map(|(key, _)| key)
    };
    assert_eq!(key(|_| {}), None);
    assert_eq!(key(|it| it.schedule = None), Some("digest.schedule"));
    assert_eq!(
        key(|it| it.kind = DigestKind::Express),
        Some("digest.schedule")
    );
    assert_eq!(key(|it| it.code = "日报 1".to_owned()), Some("digest.code"));
    assert_eq!(
        key(|it| it.nth_working_day = Some(0)),
        Some("digest.nth_working_day")
    );
    assert_eq!(key(|it| it.max_entries = 0), Some("digest.max_entries"));
    assert_eq!(key(|it| it.sections.clear()), Some("digest.sections"));
}
