//! One look, one alert, however many look at once.

use super::{friday, store};
use crate::model::{AlertKind, AlertRound, AlertSubject, Level, NewAlert};
use crate::store::AlertFilter;

fn round(key: &str) -> AlertRound {
    let alert = NewAlert {
        key: key.to_owned(),
        kind: AlertKind::Source,
        subject: AlertSubject::source("news"),
        level: Level::None,
        title: "信源“示例网”异常".to_owned(),
        reason: "连续2次采集失败".to_owned(),
        post: None,
        event: None,
        post_count: 0,
        source_count: 0,
        recipients: Vec::new(),
        tell_at: friday(),
        is_closed: false,
    };
    AlertRound {
        alerts: vec![(alert, 0)],
        ..AlertRound::default()
    }
}

#[test]
fn two_rounds_that_raise_the_same_key_at_once_make_one_alert() {
    let (_folder, store) = store();
    store.begin_alerts(friday()).expect("writes");
    let raise = || {
        let saved = store.save_alert_round(&round("source:news:troubled:1"), friday());
        saved.expect("writes")
    };
    let new = std::thread::scope(|scope| {
        let others = [scope.spawn(raise), scope.spawn(raise)];
        others.map(|other| other.join().expect("no panic"))
    });
    assert_eq!(new.iter().sum::<usize>(), 1);
    let filter = AlertFilter {
        limit: 10,
        ..AlertFilter::default()
    };
    let alerts = store.alerts(filter).expect("reads");
    assert_eq!(alerts.len(), 1);
    // It is told once, too.
    let due = store.alerts_to_tell(friday(), friday(), friday(), 10);
    assert_eq!(due.expect("reads").len(), 1);
    let mark = store.alert_mark(&AlertSubject::source("news"));
    assert_eq!(
        mark.expect("reads").and_then(|mark| mark.alert),
        Some(alerts[0].id)
    );
}
